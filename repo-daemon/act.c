#include "repo-daemon/act.h"

#include "repo-daemon/call.h"
#include "repo-daemon/loans.h"
#include "repo-daemon/people.h"
#include "repo-daemon/retention.h"
#include "repo-daemon/show.h"
#include "repo-daemon/stocktake.h"
#include "sys/clock.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

void act_begin(struct act *act, struct repo *repo, enum custody_event event,
               const struct person *by)
{
    *act = (struct act){ .repo = repo, .by = by->badge };
    act->now_ms = clock_now_ms();
    act->law.event = event;
    act->law.roles = by->roles;
    act->data = json_object();
    act->volumes = json_array();
    act->labels = json_array();
}

void act_end(struct act *act)
{
    json_decref(act->data);
    json_decref(act->volumes);
    json_decref(act->labels);
    act->data = act->volumes = act->labels = NULL;
}

void act_facts(const json_t *v, struct custody_facts *ret_facts)
{
    const char *check = json_text(v, "check");
    *ret_facts = (struct custody_facts){
        .state = custody_state(json_text(v, "state")),
        .before = custody_state(json_text(v, "before")),
        .kind = (unsigned)json_number(v, "kind"),
        .has_slot = *json_text(v, "slot") != 0,
        .has_scans = json_number(v, "standing") > 0,
        .qc_passed =
            json_number(v, "standing") > 0 && !strcmp(json_text(v, "qc"), "passed"),
        .notice = json_number(v, "notice") != 0,
        .originals = json_number(v, "keeps") > 0,
        .unfed = json_number(v, "unscanned") > 0,
        .check = !strcmp(check, "passed")   ? CHECK_PASSED
                 : !strcmp(check, "failed") ? CHECK_FAILED
                                            : CHECK_NONE,
    };
}

struct scanner {
    const char *badge;
    bool found;
};

static bool scan_of(const char *key, json_t *scan, void *context)
{
    (void)key;
    struct scanner *s = context;
    size_t i;
    const json_t *badge;
    if (strcmp(json_text(scan, "qc"), "open") != 0)
        return true;
    s->found = s->found || !strcmp(json_text(scan, "operator"), s->badge);
    json_array_foreach(json_object_get(scan, "operators"), i, badge)
    {
        s->found = s->found || !strcmp(json_string_value(badge), s->badge);
    }
    return true;
}

/* Paper goes to the shelf from the hands of a keeper: who answers for it has changed
 * then, with both sides' word. */
static bool keeper_holds(struct repo *repo, struct store_txn *txn, const json_t *volume)
{
    struct person holder;
    return !people_find(repo, txn, json_text(volume, "holder"), &holder) &&
           holder.roles & ROLE_KEEPER;
}

static enum rc look_up(struct act *act, const json_t *volume, struct custody_act *ret_law,
                       struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *slot = NULL;
    enum rc rc = store_begin_read(act->repo->store, &txn, why);
    if (rc)
        return rc;
    struct custody_act law = act->law;
    law.is_holder = *act->by && !strcmp(json_text(volume, "holder"), act->by);
    law.is_receiver = *act->by && !strcmp(json_text(volume, "to"), act->by);
    law.keeper_holds = law.event == EV_SHELVE && keeper_holds(act->repo, txn, volume);
    law.checked_it = *act->by && !strcmp(json_text(volume, "checked_by"), act->by);
    law.slot_free = act->slot &&
                    !view_get(act->repo, txn, VIEW_SLOTS, act->slot, &slot) &&
                    !*json_text(slot, "volume") && !json_number(slot, "closed");
    const char *place = law.event == EV_SHELVE ? act->slot
                        : law.event == EV_TAKE || law.event == EV_RELINK
                            ? json_text(volume, "slot")
                            : NULL;
    law.slot_frozen = place && *place && stocktake_freezes(act->repo, txn, place);
    const char *taker = law.event == EV_OFFER    ? act->to
                        : law.event == EV_ACCEPT ? act->by
                                                 : NULL;
    law.term_over = retention_is_over(volume, calendar_day(act->now_ms));
    law.held = retention_is_held(volume);
    law.loan_ready =
        taker && loans_turn(act->repo, txn, json_text(volume, "volume"), taker);
    char prefix[48];
    struct scanner scanner = { act->by, false };
    snprintf(prefix, sizeof prefix, "%s/", json_text(volume, "volume"));
    rc = view_each(act->repo, txn, VIEW_SCANS, prefix, NULL, scan_of, &scanner, why);
    law.scanned_it = scanner.found;
    *ret_law = law;
    return rc;
}

static void effects_set(struct act *act, unsigned effects)
{
    if (effects & FX_HOLDER_IS_ACTOR)
        json_object_set_new(act->data, "holder", json_string(act->by));
    if (effects & FX_NO_HOLDER)
        json_object_set_new(act->data, "holder", json_string(""));
    if (effects & FX_SET_TO)
        json_object_set_new(act->data, "to", json_string(act->to));
    if (act->batch)
        json_object_set_new(act->data, "batch", json_string(act->batch));
    if (effects & FX_CLEAR_TO)
        json_object_set_new(act->data, "to", json_string(""));
    if (effects & FX_SET_SLOT)
        json_object_set_new(act->data, "slot", json_string(act->slot));
    if (effects & FX_CLEAR_SLOT)
        json_object_set_new(act->data, "slot", json_string(""));
    if (effects & FX_KEEP_BEFORE)
        json_object_set_new(act->data, "keep", json_integer(1));
}

/* When it has to be back: a loan that begins, or one that is recalled. */
static void due_set(struct act *act, enum volume_state next)
{
    char day[12];
    bool begins = act->law.event == EV_ACCEPT && next == VOL_LENT;
    const struct loan_policy *p = act->repo->loan_policy;
    if (!begins && act->law.event != EV_RECALL)
        return;
    loans_due(act->repo, calendar_day(act->now_ms), begins ? p->days : p->recall_days,
              day);
    json_object_set_new(act->data, "due", json_string(day));
}

static bool named_before(const struct act *act, const char *label)
{
    for (size_t i = 0; i < act->count; i++)
        if (!strcmp(act->moves[i].volume, label))
            return true;
    return false;
}

/* A trolley goes as a whole: no volume of it is accepted, declined or taken back alone.
 */
static enum rc of_its_batch(const struct act *act, const json_t *volume,
                            struct fault *why)
{
    const char *batch = json_text(volume, "batch");
    bool ends = act->law.event == EV_ACCEPT || act->law.event == EV_DECLINE ||
                act->law.event == EV_CANCEL;
    if (!ends || !*batch || (act->batch && !strcmp(act->batch, batch)))
        return RC_OK;
    return fault_set(why, RC_REFUSED, 0, "案卷 %s 在交接批 %s 里，请按整批%s（扫批号）",
                     json_text(volume, "volume"), batch,
                     custody_event_word(act->law.event));
}

/* Of many volumes the person must know which one stays. */
static enum rc refused(const struct act *act, const json_t *volume, enum rc rc,
                       struct fault *why)
{
    char name[SHOW_NAME_MAX];
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    if (!why || !act->several || (rc != RC_REFUSED && rc != RC_DENIED) ||
        store_begin_read(act->repo->store, &txn, NULL))
        return rc;
    struct fault first = *why;
    show_name(act->repo, txn, volume, name);
    return fault_set(why, rc, first.err, "案卷 %s：%s", name, first.text);
}

enum rc act_add(struct act *act, json_t *volume, int64_t version, struct fault *why)
{
    const char *label = json_text(volume, "volume");
    int64_t now = json_number(volume, "version");
    if (act->count == LEDGER_MOVES_MAX || named_before(act, label))
        return fault_set(why, RC_INVALID, 0, "一次最多办理 %d 册，每册只能写一次",
                         LEDGER_MOVES_MAX);
    if (version >= 0 && version != now)
        return fault_set(why, RC_CONFLICT, 0,
                         "案卷 %s 已被别人改动（现在是第 %lld 版），请刷新后再试", label,
                         (long long)now);
    struct custody_facts facts;
    struct custody_act law;
    enum volume_state next;
    unsigned effects;
    act_facts(volume, &facts);
    enum rc rc = look_up(act, volume, &law, why);
    if (!rc)
        rc = of_its_batch(act, volume, why);
    if (!rc)
        rc = custody_next(&facts, &law, &next, &effects, why);
    if (rc)
        return refused(act, volume, rc, why);
    if (act->count && (effects & FX_SET_SLOT))
        return fault_set(why, RC_INVALID, 0, "一个格口只放一册，请一册一册上架");
    if (act->count && effects != act->effects)
        return fault_set(
            why, RC_REFUSED, 0, "案卷 %s 现在是“%s”，不能和前面的案卷一起%s，请分开办理",
            label, custody_state_word(facts.state), custody_event_word(act->law.event));
    act->effects = effects;
    effects_set(act, effects);
    due_set(act, next);
    json_array_append(act->volumes, volume);
    json_array_append_new(act->labels, json_string(label));
    act->moves[act->count++] =
        (struct ledger_move){ .volume = label,
                              .expected = (uint64_t)now,
                              .from = custody_state_name(facts.state),
                              .to = custody_state_name(next) };
    return RC_OK;
}

static json_t *act_answer(struct repo *repo, struct store_txn *txn, uint64_t seq,
                          void *context)
{
    struct act *act = context;
    return json_pack("{s:I, s:o}", "seq", (json_int_t)seq, "volumes",
                     show_volumes(repo, txn, act->labels));
}

void act_fill(struct act *act, struct command *command)
{
    if (act->desk)
        json_object_set_new(act->data, "desk", json_string(act->desk));
    command->event = custody_event_name(act->law.event);
    command->by = act->by;
    command->data = act->data;
    command->moves = act->moves;
    command->move_count = act->count;
    command->answer = act_answer;
    command->context = act;
}
