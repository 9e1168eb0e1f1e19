/* The counter takes papers: one list, checked line by line against what the party wrote,
 * is one event. What is taken has its own label from then on, and somebody who answers.
 */
#include "repo-daemon/act.h"
#include "repo-daemon/apply.h"
#include "repo-daemon/intake.h"
#include "repo-daemon/intake_policy.h"
#include "repo-daemon/route.h"
#include "repo-daemon/show.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

struct taking {
    struct call *call;
    const json_t *the_case; /* borrowed */
    json_t *lines;          /* owned by the caller */
    int64_t items;          /* papers of the case so far */
};

static enum rc line_read(struct taking *t, const json_t *wish, struct fault *why)
{
    const char *title = json_text(wish, "title"), *wrong = json_text(wish, "fault");
    enum intake_what what = intake_what(json_text(wish, "what"));
    int64_t declared = json_number(wish, "declared"),
            counted = json_number(wish, "counted");
    char label[LABEL_TEXT_MAX] = "";
    if (!*title || strlen(title) > INTAKE_TITLE_MOST || strlen(wrong) > INTAKE_WORDS_MOST)
        return fault_set(why, RC_INVALID, 0, "第 %zu 行要有材料名称（最多五十个汉字）",
                         json_array_size(t->lines) + 1);
    if (what == INTAKE_WHATS)
        return fault_set(why, RC_INVALID, 0,
                         "“%s”应是纸质材料（paper）、光盘（disc）或实物（exhibit）",
                         title);
    if (declared < 0 || counted < 0 || declared > INTAKE_COUNT_MOST ||
        counted > INTAKE_COUNT_MOST || (!declared && !counted))
        return fault_set(why, RC_INVALID, 0, "“%s”的数量应是 0 到 %d", title,
                         INTAKE_COUNT_MOST);
    SCOPED(json_free_at)
    json_t *line = json_pack("{s:s, s:s, s:I, s:I, s:s}", "title", title, "what",
                             intake_what_name(what), "declared", (json_int_t)declared,
                             "counted", (json_int_t)counted, "fault", wrong);
    enum rc rc = intake_keep(t->call->repo->intake_policy, wish, line, why);
    if (!rc && counted && !*wrong) /* what is wrong goes back over the counter at once */
        rc = intake_item_label(json_text(t->the_case, "case"), ++t->items, label, why);
    if (rc)
        return rc;
    json_object_set_new(line, "item", json_string(label));
    json_array_append(t->lines, line);
    return RC_OK;
}

static enum rc lines_read(struct taking *t, struct fault *why)
{
    const json_t *wishes = json_object_get(t->call->body, "lines");
    size_t count = json_array_size(wishes);
    enum rc rc = RC_OK;
    if (!count || count > INTAKE_LINES_MOST)
        return fault_set(why, RC_INVALID, 0, "一张清单应有 1 到 %d 行材料",
                         INTAKE_LINES_MOST);
    for (size_t i = 0; !rc && i < count; i++)
        rc = line_read(t, json_array_get(wishes, i), why);
    return rc;
}

/* Who hands in, and which earlier list this one mends. */
static enum rc party_read(const struct taking *t, json_t *data, struct fault *why)
{
    const struct call *call = t->call;
    const char *from = call_text(call, "from"), *side = call_text(call, "side"),
               *mends = call_text(call, "supplements");
    size_t i = 0;
    while (intake_side(i) && strcmp(intake_side(i), side) != 0)
        i++;
    if (!*from || strlen(from) > INTAKE_FROM_MOST || !intake_side(i))
        return fault_set(why, RC_INVALID, 0, "请写明谁来交材料、是哪一方");
    if (*mends && strcmp(intake_noticed(t->the_case, from), mends) != 0)
        return fault_set(why, RC_REFUSED, 0, "清单 %.40s 没有给%s的补正告知，请核对",
                         mends, from);
    json_object_update_new(data, json_pack("{s:s, s:s, s:s, s:s, s:s}", "kind", "in",
                                           "case", json_text(t->the_case, "case"), "from",
                                           from, "side", side, "supplements", mends));
    return RC_OK;
}

/* Where the papers go: into the volume at once when whoever takes them holds it, or may
 * receive it now; else they stay with him until its holder files them. */
static enum rc volume_join(struct call *call, const json_t *data, struct act *act,
                           struct ledger_move *move, struct fault *why)
{
    SCOPED(json_free_at) json_t *volume = NULL;
    const char *label = call_text(call, "volume");
    enum rc rc = call_volume(call, label, &volume, why);
    if (rc)
        return rc;
    if (strcmp(json_text(volume, "case"), json_text(data, "case")) != 0)
        return fault_set(why, RC_REFUSED, 0, "案卷 %s 不是这个案件的", label);
    bool expected = !strcmp(json_text(volume, "state"), custody_state_name(VOL_EXPECTED));
    if (expected && (call->by.roles & ROLE_KEEPER))
        return act_add(act, volume, -1, why);
    if (expected || intake_may_file(volume, call->by.badge, NULL))
        return RC_OK;
    json_array_append(act->volumes, volume);
    const char *state = custody_state_name(custody_state(json_text(volume, "state")));
    *move = (struct ledger_move){ .volume = json_text(volume, "volume"),
                                  .expected = (uint64_t)json_number(volume, "version"),
                                  .from = state,
                                  .to = state };
    return RC_OK;
}

static enum rc list_begin(struct taking *t, json_t *data, char ret_label[LABEL_TEXT_MAX],
                          struct fault *why)
{
    enum rc rc = party_read(t, data, why);
    if (!rc)
        rc = lines_read(t, why);
    if (!rc)
        rc = intake_label(t->call->repo, ret_label, why);
    if (rc)
        return rc;
    json_object_set_new(data, "intake", json_string(ret_label));
    json_object_set_new(data, "volume", json_string(call_text(t->call, "volume")));
    json_object_set(data, "lines", t->lines);
    json_object_set_new(data, "rules",
                        json_string(intake_policy_version(t->call->repo->intake_policy)));
    return RC_OK;
}

enum rc intake_create(struct call *call, struct fault *why)
{
    struct command command;
    struct ledger_move move = { 0 };
    char label[LABEL_TEXT_MAX];
    SCOPED(json_free_at) json_t *the_case = NULL;
    SCOPED(json_free_at) json_t *lines = json_array();
    enum rc rc = call_command(call, EVENT_INTAKE, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    rc = call_case(call, call_text(call, "case"), &the_case, why);
    if (rc)
        return rc;
    SCOPED(act_end) struct act act;
    act_begin(&act, call->repo, EV_RECEIVE, &call->by);
    struct taking t = { call, the_case, lines, json_number(the_case, "papers") };
    rc = list_begin(&t, act.data, label, why);
    if (!rc && *call_text(call, "volume"))
        rc = volume_join(call, act.data, &act, &move, why);
    if (rc)
        return rc;
    bool filed = act.count || move.volume;
    json_object_set_new(act.data, "filed", json_integer(filed));
    act_fill(&act, &command);
    command.event = EVENT_INTAKE;
    if (move.volume) {
        command.moves = &move;
        command.move_count = 1;
    }
    command.answer = intake_answer;
    command.context = label;
    return call_commit(call, &command, 201, why);
}

enum rc call_intake(struct call *call, json_t **ret_list, struct fault *why)
{
    const char *label = call_part(call, "intake");
    if (!intake_is_list(label))
        return fault_set(why, RC_INVALID, 0, "“%.40s”不是收件清单号，或校验位不对",
                         label);
    if (view_find(call->repo, VIEW_INTAKES, label, ret_list))
        return fault_set(why, RC_NOT_FOUND, 0, "没有收件清单 %s", label);
    return RC_OK;
}

enum rc intake_show_one(struct call *call, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *list = NULL;
    enum rc rc = call_intake(call, &list, why);
    if (!rc)
        rc = store_begin_read(call->repo->store, &txn, why);
    return rc ? rc : call_answer(call, 200, intake_show(call->repo, txn, list));
}

enum rc intake_rules_show(struct call *call, struct fault *why)
{
    struct intake_rule rule;
    const struct intake_policy *policy = call->repo->intake_policy;
    SCOPED(json_free_at) json_t *keep = json_array();
    SCOPED(json_free_at) json_t *sides = json_array();
    const char *title = call_query(call, "q");
    for (size_t i = 0; intake_policy_rule(policy, i, &rule); i++)
        json_array_append_new(
            keep, json_pack("{s:s, s:s}", "rule", rule.id, "name", rule.name));
    for (size_t i = 0; intake_side(i); i++)
        json_array_append_new(sides, json_string(intake_side(i)));
    bool keeps = *title && intake_policy_keeps(policy, title, &rule);
    (void)why;
    return call_answer(
        call, 200,
        json_pack("{s:s, s:i, s:s, s:O, s:O, s:o}", "version",
                  intake_policy_version(policy), "notice_days",
                  (int)intake_policy_days(policy), "notice_basis",
                  intake_policy_basis(policy), "keep", keep, "sides", sides, "title",
                  keeps ? json_pack("{s:s, s:s}", "rule", rule.id, "name", rule.name)
                        : json_null()));
}

static enum rc slip_answer(struct call *call, bool notice, struct fault *why)
{
    SCOPED(json_free_at) json_t *list = NULL;
    SCOPED(free_at) uint8_t *pdf = NULL;
    size_t len = 0;
    enum rc rc = call_intake(call, &list, why);
    if (!rc && notice && !json_object_get(list, "notice"))
        rc = fault_set(why, RC_NOT_FOUND, 0, "清单 %s 没有发过补正告知",
                       json_text(list, "intake"));
    if (!rc)
        rc = notice
                 ? intake_print_notice(call->repo, call->settings, list, &pdf, &len, why)
                 : intake_print(call->repo, call->settings, list, &pdf, &len, why);
    return rc ? rc
              : call_answer_text(call, "application/pdf", (struct bytes){ pdf, len },
                                 why);
}

enum rc intake_slip(struct call *call, struct fault *why)
{
    return slip_answer(call, false, why);
}

enum rc intake_notice_slip(struct call *call, struct fault *why)
{
    return slip_answer(call, true, why);
}
