/* Volumes: registered under their case, listed, looked up. */
#include "repo-daemon/apply.h"
#include "repo-daemon/custody.h"
#include "repo-daemon/find.h"
#include "repo-daemon/may.h"
#include "repo-daemon/route.h"
#include "repo-daemon/show.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { SHEETS_MOST = 2000 };

static json_t *volume_answer(struct repo *repo, struct store_txn *txn,
                             __attribute__((unused)) uint64_t seq, void *context)
{
    SCOPED(json_free_at) json_t *found = NULL;
    return view_get(repo, txn, VIEW_VOLUMES, context, &found)
               ? NULL
               : show_volume(repo, txn, found);
}

enum rc volume_create(struct call *call, struct fault *why)
{
    struct command command;
    enum rc rc = call_command(call, EVENT_REGISTER, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    SCOPED(json_free_at) json_t *the_case = NULL;
    SCOPED(json_free_at) json_t *there = NULL;
    char text[LABEL_TEXT_MAX];
    int64_t kind = call_number(call, "kind", 0), part = call_number(call, "part", 0);
    int64_t sheets = call_number(call, "sheets", 0);
    rc = call_case(call, call_part(call, "case"), &the_case, why);
    if (rc)
        return rc;
    if (kind < 1 || kind > 2 || part < 1 || part > 999)
        return fault_set(why, RC_INVALID, 0,
                         "卷别应是 1（正卷）或 2（副卷），册号应是 1 到 999");
    if (sheets < 0 || sheets > SHEETS_MOST)
        return fault_set(why, RC_INVALID, 0, "张数应是 0 到 %d", SHEETS_MOST);
    struct label label = { .type = LABEL_VOLUME,
                           .kind = (uint8_t)kind,
                           .part = (uint16_t)part };
    memcpy(label.case_id, call_part(call, "case"), LABEL_CASE_DIGITS);
    if (label_write(&label, text))
        return fault_set(why, RC_INVALID, 0, "案卷号无法编成标签，请检查");
    if (!view_find(call->repo, VIEW_VOLUMES, text, &there))
        return fault_set(why, RC_CONFLICT, 0, "这一册已经登记过：%s", text);
    SCOPED(json_free_at)
    json_t *data = json_pack("{s:I, s:i}", "sheets", (json_int_t)sheets, "notice",
                             json_object_get(the_case, "notice") ? 1 : 0);
    struct ledger_move move = {
        .volume = text, .expected = 0, .from = "", .to = custody_state_name(VOL_EXPECTED)
    };
    command.data = data;
    command.moves = &move;
    command.move_count = 1;
    command.answer = volume_answer;
    command.context = text;
    return call_commit(call, &command, 201, why);
}

struct listing {
    struct call *call;
    struct store_txn *txn;
    json_t *found;
    const char *state, *holder, *slot;
    struct find find;
};

static bool volume_fits(const struct listing *l, const json_t *v)
{
    if (*l->state && strcmp(json_text(v, "state"), l->state) != 0)
        return false;
    if (*l->holder && strcmp(json_text(v, "holder"), l->holder) != 0 &&
        strcmp(json_text(v, "to"), l->holder) != 0)
        return false;
    return (!*l->slot || !strcmp(json_text(v, "slot"), l->slot)) &&
           !call_may_see_volume(l->call, v, NULL);
}

static bool list_one(const char *label, json_t *volume, void *context)
{
    struct listing *l = context;
    (void)label;
    if (!volume_fits(l, volume))
        return false;
    json_array_append_new(l->found, show_volume(l->call->repo, l->txn, volume));
    return true;
}

static bool list_all(const char *label, json_t *volume, void *context)
{
    (void)list_one(label, volume, context);
    return true;
}

/* A key of an index over cases: all its volumes. */
static bool list_case(const char *key, json_t *nothing, void *context)
{
    struct listing *l = context;
    char prefix[FIND_KEY_MAX];
    SCOPED(json_free_at) json_t *the_case = NULL;
    size_t before = json_array_size(l->found);
    (void)nothing;
    if (!find_fits(l->call->repo, l->txn, &l->find, key, &the_case))
        return false;
    snprintf(prefix, sizeof prefix, "V%s", view_find_name(key));
    return !view_each(l->call->repo, l->txn, VIEW_VOLUMES, prefix, NULL, list_all, l,
                      NULL) &&
           json_array_size(l->found) > before;
}

/* The shortest way to what is asked for: a slot, what was typed, a person, a state. */
static void page_choose(struct listing *l, struct paging *page, const char *q,
                        char room[2][FIND_KEY_MAX])
{
    struct label label;
    SCOPED(json_free_at) json_t *slot = NULL;
    *page = (struct paging){
        .view = VIEW_FIND, .ranges = { room[0] }, .each = list_case, .context = l
    };
    bool is_label =
        !label_read((struct bytes){ (const uint8_t *)q, strlen(q) }, &label) &&
        label.type == LABEL_VOLUME;
    if (!is_label)
        find_read(q, &l->find);
    if (*l->slot || is_label || *l->find.case_id || !*q) {
        *page = (struct paging){
            .view = VIEW_VOLUMES, .ranges = { room[0] }, .each = list_one, .context = l
        };
        bool in_slot = *l->slot &&
                       !view_get(l->call->repo, l->txn, VIEW_SLOTS, l->slot, &slot) &&
                       *json_text(slot, "volume");
        snprintf(room[0], FIND_KEY_MAX, "%s%s", !is_label && *l->find.case_id ? "V" : "",
                 in_slot    ? json_text(slot, "volume")
                 : *l->slot ? "-" /* nothing begins so */
                 : is_label ? q
                            : l->find.case_id);
        if (*l->slot || *q)
            return;
    }
    if (*q) {
        snprintf(room[0], FIND_KEY_MAX, "%s",
                 *l->find.ranges[0] ? l->find.ranges[0] : "-");
        snprintf(room[1], FIND_KEY_MAX, "%s", l->find.ranges[1]);
        page->ranges[1] = *room[1] ? room[1] : NULL;
    } else if (*l->holder) {
        *page = (struct paging){ .view = VIEW_FIND,
                                 .ranges = { room[0], room[1] },
                                 .each = list_one,
                                 .context = l,
                                 .named = true,
                                 .entries = VIEW_VOLUMES };
        snprintf(room[0], FIND_KEY_MAX, "vh/%.60s/", l->holder);
        snprintf(room[1], FIND_KEY_MAX, "vt/%.60s/", l->holder);
    } else if (*l->state) {
        *page = (struct paging){ .view = VIEW_FIND,
                                 .ranges = { room[0] },
                                 .each = list_one,
                                 .context = l,
                                 .named = true,
                                 .entries = VIEW_VOLUMES };
        snprintf(room[0], FIND_KEY_MAX, "vs/%s/", l->state);
    }
}

enum rc volume_list(struct call *call, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *found = json_array();
    char room[2][FIND_KEY_MAX] = { "", "" };
    json_t *next = NULL;
    struct paging page;
    struct listing l = { .call = call,
                         .found = found,
                         .state = call_query(call, "state"),
                         .holder = call_query(call, "holder"),
                         .slot = call_query(call, "slot") };
    if (*l.state && custody_state(l.state) == VOL_STATES)
        return fault_set(why, RC_INVALID, 0, "没有“%.40s”这个状态", l.state);
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    l.txn = txn;
    if (rc)
        return rc;
    page_choose(&l, &page, call_query(call, "q"), room);
    rc = paging_read(call, txn, &page, &next, why);
    return rc ? rc
              : call_answer(call, 200,
                            json_pack("{s:O, s:o}", "volumes", found, "next", next));
}

/* "to": who an offer is meant for. */
static enum rc find_receiver(struct call *call, struct person *ret_to, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    const char *badge = call_query(call, "to");
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    if (!rc && people_find(call->repo, txn, badge, ret_to))
        rc = fault_set(why, RC_NOT_FOUND, 0, "没有工牌号是 %.40s 的人", badge);
    return rc;
}

/* "event": would the law let the asker do this, for an offer to "to"? Else why not. */
static enum rc trial_of(struct call *call, const json_t *volume, json_t **ret_trial,
                        struct fault *why)
{
    struct fault refused = { 0 };
    struct person to;
    const char *word = call_query(call, "event");
    bool named = *call_query(call, "to") != 0;
    enum custody_event event = custody_event(word);
    if (!*word)
        return RC_OK;
    if (event == CUSTODY_EVENTS)
        return fault_set(why, RC_INVALID, 0, "没有“%.40s”这个动作", word);
    enum rc rc = named ? find_receiver(call, &to, why) : RC_OK;
    if (rc)
        return rc;
    rc = may_do(call->repo, volume, &call->by, event, named ? &to : NULL, &refused);
    *ret_trial = json_pack("{s:s, s:i, s:s}", "event", word, "may", rc ? 0 : 1,
                           "sentence", refused.text);
    return RC_OK;
}

enum rc volume_show_one(struct call *call, struct fault *why)
{
    SCOPED(json_free_at) json_t *trial = NULL;
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *volume = NULL;
    enum rc rc = call_volume(call, call_part(call, "volume"), &volume, why);
    if (!rc)
        rc = call_may_see_volume(call, volume, why);
    if (!rc)
        rc = trial_of(call, volume, &trial, why);
    if (rc)
        return rc;
    json_t *may = may_list(call->repo, volume, &call->by);
    rc = store_begin_read(call->repo->store, &txn, why);
    json_t *shown = rc ? NULL : show_volume(call->repo, txn, volume);
    json_object_set_new(shown, "may", may); /* frees it when there is no answer */
    if (trial)
        json_object_set(shown, "trial", trial);
    return rc ? rc : call_answer(call, 200, shown);
}
