/* What the sensors say, against what was ordered:
 *
 *              waiting order        no order
 *   placed     "put": shelve        free slot: alarm, lamp red
 *                                   missing volume: it is back
 *   removed    "take": take         volume there: missing, alarm, lamp red
 *                                   unknown thing: it is gone
 *
 * An odd slot is an event of its own and stays "wrong" until the sensor or a keeper puts
 * it right; the volume's state is never guessed. After a start, an absence or a flood of
 * events the rack's whole list of full slots is held against the records in the same way.
 */
#include "repo-daemon/shelf.h"

#include "repo-daemon/alarm.h"
#include "repo-daemon/apply.h"
#include "repo-daemon/call.h"
#include "repo-daemon/shelf_order.h"
#include "repo-daemon/shelf_run.h"
#include "sys/clock.h"
#include "sys/json_scope.h"
#include "sys/log.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { LAMP_STAYS = 0, SOURCE_MAX = 200, RACK_KEY_MAX = 16 };

/* An odd slot and its alarm are one event. `alarm` and `meant` mean something only when
 * `odd` is not "". */
struct oddity {
    const char *slot, *odd;
    enum alarm_kind alarm;
    json_t *meant; /* borrowed; may be NULL */
};

static enum rc odd_tell(struct repo *repo, const struct oddity *o, const json_t *evidence,
                        const char *source, struct fault *why)
{
    SCOPED(json_free_at)
    json_t *data = json_pack("{s:s, s:s, s:O}", "slot", o->slot, "odd", o->odd,
                             "evidence", evidence);
    if (*o->odd)
        json_object_set_new(data, "alarm", json_string(alarm_row(o->alarm)->word));
    if (*o->odd && o->meant)
        json_object_set(data, "meant", o->meant);
    struct command command = { .event = EVENT_RACK_ODD, .by = "", .data = data };
    enum rc rc = shelf_run(repo, &command, source, why);
    if (!rc)
        shelf_lamp(repo, o->slot, *o->odd ? "red" : "off", *o->odd ? "blink" : "steady",
                   LAMP_STAYS);
    return rc;
}

/* Nobody ordered this: was another slot meant? */
static enum rc odd_find(struct repo *repo, const char *label, bool placed,
                        const json_t *evidence, const char *source, struct fault *why)
{
    SCOPED(json_free_at) json_t *meant = order_meant(repo, label, placed);
    bool other = json_array_size(meant) > 0;
    const struct oddity o = {
        .slot = label,
        .odd = placed ? "unknown" : "missing",
        .alarm = placed ? (other ? ALARM_WRONG_PUT : ALARM_PUT)
                        : (other ? ALARM_WRONG_TAKE : ALARM_TAKEN),
        .meant = meant,
    };
    return odd_tell(repo, &o, evidence, source, why);
}

static enum rc sensed(struct repo *repo, const char *label, bool placed,
                      const json_t *evidence, const char *source, struct fault *why)
{
    SCOPED(json_free_at) json_t *slot = NULL;
    SCOPED(json_free_at) json_t *order = NULL;
    if (view_find(repo, VIEW_SLOTS, label, &slot)) {
        log_warn("the racks sense slot %s, which is not registered", label);
        return RC_OK;
    }
    const char *odd = json_text(slot, "odd"), *volume = json_text(slot, "volume");
    bool waits = *json_text(slot, "order") &&
                 !view_find(repo, VIEW_WAITING, label, &order) &&
                 !strcmp(json_text(order, "do"), placed ? "put" : "take");
    if (waits) {
        enum rc rc = order_do(repo, order, evidence, source, why);
        if (rc != RC_REFUSED && rc != RC_DENIED && rc != RC_CONFLICT)
            return rc;
        log_warn("order for slot %s cannot be done any more: %s", label, why->text);
        rc = order_fail(repo, order, why->text, why);
        return rc ? rc : odd_find(repo, label, placed, evidence, source, why);
    }
    if ((placed && !*volume && !*odd) || (!placed && *volume && !*odd))
        return odd_find(repo, label, placed, evidence, source, why);
    bool righted = !strcmp(odd, placed ? "missing" : "unknown");
    const struct oddity right = { .slot = label, .odd = "" };
    return righted ? odd_tell(repo, &right, evidence, source, why) : RC_OK;
}

/* --- the whole list of full slots ------------------------------------------------------
 */

struct comparing {
    const json_t *full; /* {"S...": 1} */
    json_t *placed, *removed;
};

static bool compare_slot(const char *label, json_t *slot, void *context)
{
    struct comparing *c = context;
    const char *odd = json_text(slot, "odd");
    bool full = json_object_get(c->full, label);
    bool wanted = *odd ? !strcmp(odd, "unknown") : *json_text(slot, "volume") != 0;
    if (full != wanted)
        json_array_append_new(full ? c->placed : c->removed, json_string(label));
    return true;
}

static enum rc sense_all(struct repo *repo, const json_t *labels, bool placed,
                         const json_t *evidence, const char *from, struct fault *why)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; !rc && i < json_array_size(labels); i++) {
        char source[SOURCE_MAX];
        const char *label = json_string_value(json_array_get(labels, i));
        snprintf(source, sizeof source, "%s %s", from, label);
        rc = sensed(repo, label, placed, evidence, source, why);
    }
    return rc;
}

/* Hold the list against the records. `from` names this list, told twice it is done once.
 * What was taken comes first: a volume that stood in the wrong slot is then already
 * missing from its own. */
static enum rc compare(struct repo *repo, const json_t *m, const json_t *evidence,
                       const char *from, struct fault *why)
{
    char prefix[RACK_KEY_MAX];
    snprintf(prefix, sizeof prefix, "S%02u%03u", (unsigned)json_number(m, "site") % 100,
             (unsigned)json_number(m, "rack") % 1000);
    SCOPED(json_free_at) json_t *full = json_object();
    SCOPED(json_free_at) json_t *placed = json_array();
    SCOPED(json_free_at) json_t *removed = json_array();
    const json_t *list = json_object_get(m, "full");
    for (size_t i = 0; i < json_array_size(list); i++)
        json_object_set_new(full, json_string_value(json_array_get(list, i)),
                            json_integer(1));
    struct comparing c = { full, placed, removed };
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(repo->store, &txn, why);
    if (!rc)
        rc = view_each(repo, txn, VIEW_SLOTS, prefix, NULL, compare_slot, &c, why);
    store_abort(TAKE(txn));
    if (!rc)
        rc = sense_all(repo, removed, false, evidence, from, why);
    return rc ? rc : sense_all(repo, placed, true, evidence, from, why);
}

/* --- messages
 * ----------------------------------------------------------------------------- */

static void rack_key(const json_t *m, char ret_key[RACK_KEY_MAX])
{
    snprintf(ret_key, RACK_KEY_MAX, "%02u.%03u", (unsigned)json_number(m, "site") % 100,
             (unsigned)json_number(m, "rack") % 1000);
}

/* What other events of a rack mean: an alarm that opens, or one that ends. */
static const struct {
    const char *type;
    enum alarm_kind alarm;
    bool ends;
} meanings[] = {
    { "held-open", ALARM_DOOR, false },  { "door-closed", ALARM_DOOR, true },
    { "forced", ALARM_FORCED, false },   { "bad-tag", ALARM_TAG, false },
    { "chatter", ALARM_CHATTER, false },
};

static enum rc other_event(struct repo *repo, const json_t *m, const json_t *evidence,
                           const char *source, struct fault *why)
{
    char rack[RACK_KEY_MAX];
    rack_key(m, rack);
    for (size_t i = 0; i < COUNT(meanings); i++) {
        if (strcmp(meanings[i].type, json_text(m, "type")) != 0)
            continue;
        const struct alarm_row *row = alarm_row(meanings[i].alarm);
        const char *place = row->of_slot ? json_text(m, "slot") : rack;
        if (!*place)
            return RC_OK;
        return meanings[i].ends
                   ? alarm_end(repo, meanings[i].alarm, place, source, why)
                   : alarm_raise(repo, meanings[i].alarm, place, evidence, source, why);
    }
    return RC_OK; /* doors and buttons change no custody */
}

static json_t *evidence_of(const json_t *m)
{
    static const char *const kept[] = { "site", "rack", "boot", "seq", "uptime_cs" };
    json_t *evidence = json_object();
    for (size_t i = 0; i < COUNT(kept); i++)
        if (json_object_get(m, kept[i]))
            json_object_set_new(evidence, kept[i], json_integer(json_number(m, kept[i])));
    return evidence;
}

static enum rc rack_event(struct repo *repo, const json_t *m, struct fault *why)
{
    char source[SOURCE_MAX], id[33];
    const char *type = json_text(m, "type");
    bool placed = !strcmp(type, "placed"), removed = !strcmp(type, "removed");
    SCOPED(json_free_at) json_t *evidence = evidence_of(m);
    snprintf(source, sizeof source, "rack-event %lld %lld %lld %lld %lld %s",
             (long long)json_number(m, "site"), (long long)json_number(m, "rack"),
             (long long)json_number(m, "boot"), (long long)json_number(m, "seq"),
             (long long)json_number(m, "uptime_cs"), type);
    if (!strcmp(type, "boot"))
        return compare(repo, m, evidence, source, why);
    struct sha256 request;
    struct ledger_result result;
    command_source_id(source, id, &request);
    enum rc rc = ledger_settle(repo->ledger, id, &result, why);
    if (rc != RC_NOT_FOUND)
        return rc; /* told before */
    return placed || removed
               ? sensed(repo, json_text(m, "slot"), placed, evidence, source, why)
               : other_event(repo, m, evidence, source, why);
}

/* News are told once and have no number of their own: the time names them, and a count,
 * since two may come within a millisecond. */
static void news_source(struct repo *repo, const char *what, const char *rack,
                        char ret_source[SOURCE_MAX])
{
    snprintf(ret_source, SOURCE_MAX, "%s %s %lld %llu", what, rack,
             (long long)clock_now_ms(), (unsigned long long)++repo->rack_news);
}

static enum rc rack_full(struct repo *repo, const json_t *m, struct fault *why)
{
    char source[SOURCE_MAX], key[RACK_KEY_MAX];
    SCOPED(json_free_at) json_t *evidence = evidence_of(m);
    rack_key(m, key);
    news_source(repo, "rack-full", key, source);
    return compare(repo, m, evidence, source, why);
}

static enum rc rack_state(struct repo *repo, const json_t *m, struct fault *why)
{
    char key[RACK_KEY_MAX], source[SOURCE_MAX];
    bool live = !strcmp(json_text(m, "state"), "live");
    rack_key(m, key);
    news_source(repo, "rack-state", key, source);
    if (!live) {
        json_object_del(repo->live_racks, key);
        return alarm_raise(repo, ALARM_DEAD, key, NULL, source, why);
    }
    json_object_set_new(repo->live_racks, key, json_integer(clock_now_ms()));
    enum rc rc = alarm_end(repo, ALARM_DEAD, key, source, why);
    return rc ? rc
              : order_light_again(repo, (unsigned)json_number(m, "site"),
                                  (unsigned)json_number(m, "rack"), why);
}

json_t *shelf_message(struct repo *repo, const json_t *message)
{
    static const struct {
        const char *what;
        enum rc (*hear)(struct repo *repo, const json_t *message, struct fault *why);
    } messages[] = {
        { "rack-event", rack_event },
        { "rack-state", rack_state },
        { "rack-full", rack_full },
    };
    struct fault why = { 0 };
    const char *what = json_text(message, "do");
    enum rc rc = RC_INVALID;
    for (size_t i = 0; i < COUNT(messages); i++)
        if (!strcmp(messages[i].what, what))
            rc = messages[i].hear(repo, message, &why);
    if (rc)
        log_error("%s: %s: %s", what, rc_name(rc), why.text);
    return json_pack("{s:i}", "ok", rc ? 0 : 1);
}

bool shelf_is_live(const struct repo *repo, const struct label *slot)
{
    char key[RACK_KEY_MAX];
    snprintf(key, sizeof key, "%02u.%03u", slot->site % 100u, slot->rack % 1000u);
    return json_object_get(repo->live_racks, key) != NULL;
}
