/* One event of the ledger.
 *
 * Writing spells the event as canonical JSON has it, member by member in the order of
 * their keys, and then looks at it as `juanku ledger verify` will: what that would
 * refuse, or what reads back as something else, does not get into the ledger. */
#include "repo-daemon/ledger_event.h"

#include "repo-daemon/canonical.h"
#include "repo-daemon/ledger_scan.h"
#include "sys/json_text.h"
#include "sys/scope.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

bool ledger_id_is_right(const char *id)
{
    return strlen(id) == LEDGER_ID_MAX - 1 &&
           strspn(id, "0123456789abcdef") == LEDGER_ID_MAX - 1;
}

/* The scanner has seen to it that a span is shorter than its room. */
static void copy_word(struct bytes span, char *ret_text)
{
    memcpy(ret_text, span.at, span.len);
    ret_text[span.len] = 0;
}

static enum rc copy_moves(const struct ledger_scan *scan, struct ledger_record *record,
                          struct fault *why)
{
    record->moves = calloc(scan->move_count + 1, sizeof *record->moves);
    if (!record->moves)
        return fault_set(why, RC_NO_MEMORY, ENOMEM, "ledger: no memory");
    for (size_t i = 0; i < scan->move_count; i++) {
        struct ledger_record_move *move = &record->moves[i];
        copy_word(scan->moves[i].volume, move->volume);
        copy_word(scan->moves[i].from, move->from);
        copy_word(scan->moves[i].to, move->to);
        move->version = scan->moves[i].version;
    }
    record->move_count = scan->move_count;
    return RC_OK;
}

void ledger_record_free(struct ledger_record *record)
{
    free(record->moves);
    json_decref(record->data);
    record->moves = NULL;
    record->data = NULL;
    record->move_count = 0;
}

enum rc ledger_record_read(struct bytes text, struct ledger_record *ret_record,
                           struct fault *why)
{
    struct ledger_scan scan;
    struct ledger_record record = { 0 };
    enum rc rc = ledger_scan(text, &scan, why);
    if (!rc)
        rc = copy_moves(&scan, &record, why);
    if (rc)
        return rc;
    record.seq = scan.seq;
    record.at_ms = scan.at_ms;
    copy_word(scan.id, record.id);
    copy_word(scan.event, record.event);
    copy_word(scan.by, record.by);
    copy_word(scan.court, record.court);
    record.data = json_text_read(scan.data);
    if (!record.data) {
        ledger_record_free(&record);
        return fault_set(why, RC_NO_MEMORY, ENOMEM, "ledger: no memory");
    }
    *ret_record = record;
    return RC_OK;
}

/* ---- writing ---- */

struct spelling {
    char *at; /* room of LEDGER_EVENT_MAX + 1 bytes */
    size_t len;
    bool full;
};

static __attribute__((format(printf, 2, 3))) void spell(struct spelling *s,
                                                        const char *format, ...)
{
    size_t room = LEDGER_EVENT_MAX + 1 - s->len;
    va_list args;
    va_start(args, format);
    int len = vsnprintf(s->at + s->len, room, format, args);
    va_end(args);
    s->full = s->full || len < 0 || (size_t)len >= room;
    s->len += s->full ? 0 : (size_t)len;
}

static void spell_event(struct spelling *s, const struct ledger_event *event,
                        const struct ledger_stamp *stamp, const char *data)
{
    spell(s, "{\"at\":%" PRId64 ",\"by\":\"%s\",\"court\":\"%s\",\"data\":%s,",
          event->at_ms, event->by, stamp->court, data);
    spell(s, "\"event\":\"%s\",\"id\":\"%s\",\"seq\":%" PRIu64 ",\"v\":%d,\"volumes\":[",
          event->event, stamp->id, stamp->seq, LEDGER_FORMAT);
    for (size_t i = 0; i < event->move_count; i++) {
        const struct ledger_move *move = &event->moves[i];
        spell(s,
              "%s{\"from\":\"%s\",\"to\":\"%s\",\"version\":%" PRIu64
              ",\"volume\":\"%s\"}",
              i ? "," : "", move->from, move->to, move->expected + 1, move->volume);
    }
    spell(s, "]}");
}

/* Does it read back as what was meant? A word with a quote in it would not. */
static bool reads_back(const struct ledger_scan *scan, const struct ledger_event *event,
                       const struct ledger_stamp *stamp, const char *data)
{
    bool same = scan->seq == stamp->seq && scan->at_ms == event->at_ms &&
                ledger_scan_is(scan->id, stamp->id) &&
                ledger_scan_is(scan->court, stamp->court) &&
                ledger_scan_is(scan->event, event->event) &&
                ledger_scan_is(scan->by, event->by) && ledger_scan_is(scan->data, data) &&
                scan->move_count == event->move_count;
    for (size_t i = 0; same && i < event->move_count; i++) {
        const struct ledger_scan_move *have = &scan->moves[i];
        const struct ledger_move *want = &event->moves[i];
        same = have->version == want->expected + 1 &&
               ledger_scan_is(have->volume, want->volume) &&
               ledger_scan_is(have->from, want->from) &&
               ledger_scan_is(have->to, want->to);
    }
    return same;
}

enum rc ledger_event_write(const struct ledger_event *event,
                           const struct ledger_stamp *stamp, char **ret_text,
                           size_t *ret_len, struct fault *why)
{
    SCOPED(free_at) char *data = NULL;
    SCOPED(free_at) char *text = malloc(LEDGER_EVENT_MAX + 1);
    struct spelling s = { text, 0, false };
    struct ledger_scan scan;
    size_t len = 0;
    enum rc rc = event->data
                     ? canonical_write(event->data, LEDGER_EVENT_MAX, &data, &len, why)
                     : RC_OK;
    if (rc)
        return rc;
    if (!text)
        return fault_set(why, RC_NO_MEMORY, ENOMEM, "ledger: no memory");
    spell_event(&s, event, stamp, data ? data : "{}");
    if (s.full)
        return fault_set(why, RC_INVALID, 0, "an event of more than %d bytes",
                         LEDGER_EVENT_MAX);
    rc = ledger_scan((struct bytes){ (uint8_t *)text, s.len }, &scan, why);
    if (!rc && !reads_back(&scan, event, stamp, data ? data : "{}"))
        rc = fault_set(why, RC_INVALID, 0, "not an event: a word with a quote");
    if (rc)
        return rc;
    char *fits = realloc(text, s.len + 1); /* smaller: cannot fail but in theory */
    *ret_text = fits ? fits : text;
    text = NULL;
    *ret_len = s.len;
    return RC_OK;
}
