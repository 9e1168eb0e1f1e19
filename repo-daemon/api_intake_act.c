/* What happens to a list after it was taken: its papers go into the volume, the party is
 * told once and in writing what is wrong or missing, and what need not be kept goes back.
 */
#include "repo-daemon/apply.h"
#include "repo-daemon/batch.h"
#include "repo-daemon/calendar.h"
#include "repo-daemon/custody.h"
#include "repo-daemon/intake.h"
#include "repo-daemon/intake_policy.h"
#include "repo-daemon/loans.h"
#include "repo-daemon/route.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { POINT_MAX = 700, POINTS_MOST = 150 };

/* The volume stays what it is, but this happened to it. */
static struct ledger_move same_state(const json_t *volume)
{
    const char *state = custody_state_name(custody_state(json_text(volume, "state")));
    return (struct ledger_move){ .volume = json_text(volume, "volume"),
                                 .expected = (uint64_t)json_number(volume, "version"),
                                 .from = state,
                                 .to = state };
}

static enum rc version_fits(const struct call *call, const json_t *volume,
                            struct fault *why)
{
    int64_t seen = call_number(call, "version", -1);
    if (seen < 0 || seen == json_number(volume, "version"))
        return RC_OK;
    return fault_set(
        why, RC_CONFLICT, 0, "案卷 %s 已被别人改动（现在是第 %lld 版），请刷新后再试",
        json_text(volume, "volume"), (long long)json_number(volume, "version"));
}

/* Labels of the papers of a list that are still with who took them. */
static json_t *held_items(struct repo *repo, const json_t *list)
{
    json_t *items = json_array();
    const json_t *lines = json_object_get(list, "lines");
    for (size_t i = 0; i < json_array_size(lines); i++) {
        SCOPED(json_free_at) json_t *item = NULL;
        const char *label = json_text(json_array_get(lines, i), "item");
        if (*label && !view_find(repo, VIEW_ITEMS, label, &item) &&
            !strcmp(json_text(item, "state"), "held"))
            json_array_append_new(items, json_string(label));
    }
    return items;
}

/* What the holder of the volume scanned, if he did, against the list. */
static enum rc scanned_fit(const struct call *call, const json_t *items,
                           struct fault *why)
{
    const json_t *scanned = json_object_get(call->body, "scanned");
    if (!scanned)
        return RC_OK;
    for (size_t i = 0; i < json_array_size(items); i++)
        if (!batch_has(scanned, json_string_value(json_array_get(items, i))))
            return fault_set(why, RC_REFUSED, 0,
                             "少了材料 %s，没有归卷；请与收件人当面核对",
                             json_string_value(json_array_get(items, i)));
    for (size_t i = 0; i < json_array_size(scanned); i++) {
        const char *label = json_string_value(json_array_get(scanned, i));
        if (!label || !batch_has(items, label))
            return fault_set(why, RC_REFUSED, 0,
                             "材料 %.40s 不在这张清单待归卷的材料里，没有归卷",
                             label ? label : "");
    }
    return RC_OK;
}

enum rc intake_file(struct call *call, struct fault *why)
{
    struct command command;
    SCOPED(json_free_at) json_t *list = NULL;
    SCOPED(json_free_at) json_t *volume = NULL;
    enum rc rc = call_command(call, EVENT_INTAKE_FILE, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    rc = call_intake(call, &list, why);
    if (!rc)
        rc = call_volume(call, call_text(call, "volume"), &volume, why);
    if (!rc && strcmp(json_text(volume, "case"), json_text(list, "case")) != 0)
        rc = fault_set(why, RC_REFUSED, 0, "案卷 %s 不是这个案件的",
                       json_text(volume, "volume"));
    if (!rc)
        rc = version_fits(call, volume, why);
    if (!rc)
        rc = intake_may_file(volume, call->by.badge, why);
    if (rc)
        return rc;
    SCOPED(json_free_at) json_t *items = held_items(call->repo, list);
    if (!json_array_size(items))
        return fault_set(why, RC_CONFLICT, 0, "清单 %s 没有等待归卷的材料",
                         json_text(list, "intake"));
    rc = scanned_fit(call, items, why);
    if (rc)
        return rc;
    SCOPED(json_free_at)
    json_t *data = json_pack("{s:s, s:s, s:O}", "intake", json_text(list, "intake"),
                             "volume", json_text(volume, "volume"), "items", items);
    struct ledger_move move = same_state(volume);
    command.data = data;
    command.moves = &move;
    command.move_count = 1;
    command.answer = intake_answer;
    command.context = (void *)(uintptr_t)json_text(list, "intake");
    return call_commit(call, &command, 201, why);
}

static void point_add(json_t *points, const char *title, const char *text)
{
    json_array_append_new(points, json_pack("{s:s, s:s}", "title", title, "text", text));
}

/* Every line that is wrong or short is told, whether somebody thought of it or not. */
static void points_of_lines(const json_t *lines, json_t *points)
{
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        char text[POINT_MAX];
        const char *wrong = json_text(line, "fault"),
                   *unit = intake_what_unit(intake_what(json_text(line, "what")));
        long long declared = json_number(line, "declared"),
                  counted = json_number(line, "counted");
        if (*wrong)
            point_add(points, json_text(line, "title"), wrong);
        if (counted >= declared)
            continue;
        if (counted)
            snprintf(text, sizeof text, "清单申报 %lld %s，实收 %lld %s，请补齐",
                     declared, unit, counted, unit);
        else
            snprintf(text, sizeof text, "清单申报 %lld %s，没有交来，请补交", declared,
                     unit);
        point_add(points, json_text(line, "title"), text);
    }
}

static enum rc points_of_call(const struct call *call, json_t *points, struct fault *why)
{
    const json_t *also = json_object_get(call->body, "also");
    for (size_t i = 0; i < json_array_size(also); i++) {
        const json_t *one = json_array_get(also, i);
        const char *title = json_text(one, "title"), *text = json_text(one, "text");
        if (!*title || strlen(title) > INTAKE_TITLE_MOST || !*text ||
            strlen(text) > INTAKE_WORDS_MOST)
            return fault_set(why, RC_INVALID, 0,
                             "另外要补的材料，要写明名称和要求（各不超过一百个汉字）");
        point_add(points, title, text);
    }
    if (!json_array_size(points))
        return fault_set(why, RC_REFUSED, 0,
                         "这张清单没有缺少或不合要求的材料，不用发补正告知");
    if (json_array_size(points) > POINTS_MOST)
        return fault_set(why, RC_INVALID, 0, "一份告知最多 %d 项", POINTS_MOST);
    return RC_OK;
}

/* Once: 一次性告知. */
static enum rc first_notice(const json_t *the_case, const char *from, struct fault *why)
{
    const char *before = intake_noticed(the_case, from);
    if (!*before)
        return RC_OK;
    return fault_set(why, RC_REFUSED, 0,
                     "已经对%s作过一次性补正告知（清单 %s），不能再次告知；"
                     "请按那一份收补正材料，仍不合要求的依法裁定",
                     from, before);
}

enum rc intake_notice(struct call *call, struct fault *why)
{
    struct command command;
    char due[12];
    SCOPED(json_free_at) json_t *list = NULL;
    SCOPED(json_free_at) json_t *the_case = NULL;
    SCOPED(json_free_at) json_t *points = json_array();
    const struct intake_policy *policy = call->repo->intake_policy;
    enum rc rc = call_command(call, EVENT_INTAKE_NOTICE, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    int64_t days = call_number(call, "days", intake_policy_days(policy));
    rc = call_intake(call, &list, why);
    if (!rc && strcmp(json_text(list, "kind"), "in") != 0)
        rc = fault_set(why, RC_REFUSED, 0, "退还清单不发补正告知");
    if (!rc)
        rc = call_case(call, json_text(list, "case"), &the_case, why);
    if (!rc)
        rc = first_notice(the_case, json_text(list, "from"), why);
    if (!rc && (days < 1 || days > INTAKE_DAYS_MOST))
        rc = fault_set(why, RC_INVALID, 0, "补正期限应是 1 到 %d 天", INTAKE_DAYS_MOST);
    if (rc)
        return rc;
    points_of_lines(json_object_get(list, "lines"), points);
    rc = points_of_call(call, points, why);
    if (rc)
        return rc;
    loans_due(call->repo, calendar_day(call->now_ms), (unsigned)days, due);
    SCOPED(json_free_at)
    json_t *data =
        json_pack("{s:s, s:s, s:s, s:O, s:s, s:s, s:s}", "intake",
                  json_text(list, "intake"), "case", json_text(list, "case"), "from",
                  json_text(list, "from"), "points", points, "due", due, "basis",
                  intake_policy_basis(policy), "rules", intake_policy_version(policy));
    command.data = data;
    command.answer = intake_answer;
    command.context = (void *)(uintptr_t)json_text(list, "intake");
    return call_commit(call, &command, 201, why);
}

struct returning {
    json_t *volume, *lines, *labels; /* owned by the caller */
};

static enum rc item_back(struct call *call, const char *list, const char *label,
                         struct returning *r, struct fault *why)
{
    SCOPED(json_free_at) json_t *item = NULL;
    if (!label || view_find(call->repo, VIEW_ITEMS, label, &item) ||
        strcmp(json_text(item, "intake"), list) != 0)
        return fault_set(why, RC_NOT_FOUND, 0, "清单 %s 里没有材料 %.40s", list,
                         label ? label : "");
    const char *volume = json_text(item, "volume");
    if (*volume && !r->volume && view_find(call->repo, VIEW_VOLUMES, volume, &r->volume))
        return fault_set(why, RC_NOT_FOUND, 0, "没有登记过案卷 %s", volume);
    if (r->volume && strcmp(json_text(r->volume, "volume"), volume) != 0)
        return fault_set(why, RC_INVALID, 0, "一次只退还一册案卷里的材料");
    enum rc rc = intake_may_return(item, r->volume, call->by.badge, why);
    if (!rc && batch_has(r->labels, label))
        rc = fault_set(why, RC_INVALID, 0, "材料 %s 写了两次", label);
    if (rc)
        return rc;
    json_array_append_new(r->labels, json_string(label));
    json_array_append_new(
        r->lines, json_pack("{s:s, s:s, s:O, s:O, s:s, s:i}", "title",
                            json_text(item, "title"), "what", json_text(item, "what"),
                            "counted", json_object_get(item, "counted"), "declared",
                            json_object_get(item, "counted"), "item", label, "keep", 0));
    return RC_OK;
}

static enum rc items_back(struct call *call, const char *list, struct returning *r,
                          struct fault *why)
{
    const json_t *wishes = json_object_get(call->body, "items");
    size_t count = json_array_size(wishes);
    enum rc rc = RC_OK;
    if (!count || count > INTAKE_LINES_MOST)
        return fault_set(why, RC_INVALID, 0, "请写明退还哪些材料");
    for (size_t i = 0; !rc && i < count; i++)
        rc = item_back(call, list, json_string_value(json_array_get(wishes, i)), r, why);
    return rc ? rc : version_fits(call, r->volume, why);
}

enum rc intake_return(struct call *call, struct fault *why)
{
    struct command command;
    char label[LABEL_TEXT_MAX];
    SCOPED(json_free_at) json_t *list = NULL;
    SCOPED(json_free_at) json_t *volume = NULL;
    SCOPED(json_free_at) json_t *lines = json_array();
    SCOPED(json_free_at) json_t *labels = json_array();
    enum rc rc = call_command(call, EVENT_INTAKE_RETURN, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    rc = call_intake(call, &list, why);
    const char *to = call_text(call, "receiver");
    if (!rc && (!*to || strlen(to) > INTAKE_FROM_MOST))
        rc = fault_set(why, RC_INVALID, 0, "请写明谁来领取");
    struct returning r = { NULL, lines, labels };
    if (!rc)
        rc = items_back(call, json_text(list, "intake"), &r, why);
    volume = r.volume;
    if (!rc)
        rc = intake_label(call->repo, label, why);
    if (rc)
        return rc;
    SCOPED(json_free_at)
    json_t *data =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:O, s:O}", "intake", label,
                  "kind", "back", "of", json_text(list, "intake"), "case",
                  json_text(list, "case"), "volume", json_text(volume, "volume"), "from",
                  to, "side", json_text(list, "side"), "lines", lines, "items", labels);
    struct ledger_move move = same_state(volume);
    command.data = data;
    command.moves = &move;
    command.move_count = 1;
    command.answer = intake_answer;
    command.context = label;
    return call_commit(call, &command, 201, why);
}

static json_t *paper_answer(struct repo *repo, struct store_txn *txn, uint64_t seq,
                            void *context)
{
    SCOPED(json_free_at) json_t *item = NULL;
    if (view_get(repo, txn, VIEW_ITEMS, context, &item))
        return NULL;
    json_t *out = intake_show_item(repo, txn, item);
    json_object_set_new(out, "seq", json_integer((json_int_t)seq));
    return out;
}

/* A paper that is kept for a reason of its own stays so until a person says otherwise. */
static json_t *wish_of(const struct call *call, const json_t *item)
{
    struct intake_rule rule;
    json_t *wish = json_copy(call->body);
    bool by_reason =
        json_number(item, "keep") &&
        intake_what(json_text(item, "what")) == INTAKE_PAPER &&
        !intake_policy_keeps(call->repo->intake_policy, json_text(item, "title"), &rule);
    if (by_reason && !json_object_get(wish, "keep")) {
        json_object_set_new(wish, "keep", json_integer(1));
        json_object_set_new(wish, "why", json_string(json_text(item, "rule")));
    }
    return wish;
}

/* What it should have said: what is not named stays. 0 pieces: it was never there. */
static enum rc corrected(struct call *call, const json_t *item, json_t *data,
                         struct fault *why)
{
    const char *title = call_text(call, "title"), *what = call_text(call, "what"),
               *reason = call_text(call, "reason");
    int64_t counted = call_number(call, "counted", json_number(item, "counted"));
    title = *title ? title : json_text(item, "title");
    what = *what ? what : json_text(item, "what");
    if (strlen(title) > INTAKE_TITLE_MOST || intake_what(what) == INTAKE_WHATS ||
        counted < 0 || counted > INTAKE_COUNT_MOST)
        return fault_set(why, RC_INVALID, 0, "名称、种类或数量不对");
    if (!*reason || strlen(reason) > INTAKE_WORDS_MOST)
        return fault_set(why, RC_INVALID, 0, "请写明为什么更正（最多一百个汉字）");
    json_object_update_new(data, json_pack("{s:s, s:s, s:s, s:I, s:s}", "item",
                                           json_text(item, "item"), "title", title,
                                           "what", what, "counted", (json_int_t)counted,
                                           "reason", reason));
    SCOPED(json_free_at) json_t *wish = wish_of(call, item);
    return intake_keep(call->repo->intake_policy, wish, data, why);
}

/* Does the correction take something out of keeping? Then not by those through whose
 * hands it goes. */
static enum rc may_let_go(struct call *call, const json_t *item, const json_t *volume,
                          const json_t *data, struct fault *why)
{
    SCOPED(json_free_at) json_t *list = NULL;
    bool less = !json_number(data, "keep") ||
                json_number(data, "counted") < json_number(item, "counted");
    if (!json_number(item, "keep") || !less)
        return RC_OK;
    if (view_find(call->repo, VIEW_INTAKES, json_text(item, "intake"), &list))
        return fault_set(why, RC_CORRUPT, 0, "a paper of no list");
    return intake_may_let_go(item, volume, list, call->by.badge, why);
}

enum rc paper_correct(struct call *call, struct fault *why)
{
    struct command command;
    SCOPED(json_free_at) json_t *item = NULL;
    SCOPED(json_free_at) json_t *volume = NULL;
    SCOPED(json_free_at) json_t *data = json_object();
    enum rc rc = call_command(call, EVENT_PAPER_CORRECT, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    const char *label = call_part(call, "paper");
    if (view_find(call->repo, VIEW_ITEMS, label, &item))
        return fault_set(why, RC_NOT_FOUND, 0, "没有登记过材料 %.40s", label);
    if (view_find(call->repo, VIEW_VOLUMES, json_text(item, "volume"), &volume))
        volume = NULL;
    rc = intake_may_correct(item, volume, why);
    if (!rc)
        rc = corrected(call, item, data, why);
    if (!rc)
        rc = may_let_go(call, item, volume, data, why);
    if (rc)
        return rc;
    json_object_set_new(data, "intake", json_string(json_text(item, "intake")));
    struct ledger_move move = volume ? same_state(volume) : (struct ledger_move){ 0 };
    command.data = data;
    command.moves = &move;
    command.move_count = volume ? 1 : 0;
    command.answer = paper_answer;
    command.context = (void *)(uintptr_t)json_text(item, "item");
    return call_commit(call, &command, 201, why);
}
