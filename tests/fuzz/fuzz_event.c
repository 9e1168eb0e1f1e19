/* Any bytes as an event: never a crash, and what is taken is spelled exactly so. The two
 * readers take the same texts and see the same in them. */
#include "repo-daemon/canonical.h"
#include "repo-daemon/ledger_event.h"
#include "repo-daemon/ledger_scan.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool same(struct bytes span, const char *text)
{
    return ledger_scan_is(span, text);
}

static void compare(const struct ledger_record *r, const struct ledger_scan *s)
{
    bool all = r->seq == s->seq && r->at_ms == s->at_ms && same(s->id, r->id) &&
               same(s->event, r->event) && same(s->by, r->by) &&
               same(s->court, r->court) && r->move_count == s->move_count;
    for (size_t i = 0; all && i < r->move_count; i++)
        all = r->moves[i].version == s->moves[i].version &&
              same(s->moves[i].volume, r->moves[i].volume) &&
              same(s->moves[i].from, r->moves[i].from) &&
              same(s->moves[i].to, r->moves[i].to);
    json_t *from_span = NULL;
    if (!all || canonical_read(s->data, LEDGER_EVENT_MAX, &from_span, NULL) ||
        !json_equal(from_span, r->data))
        abort();
    json_decref(from_span);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes text = { data, size };
    struct ledger_record record;
    json_t *value = NULL;
    if (!canonical_read(text, LEDGER_EVENT_MAX, &value, NULL)) {
        char *again = NULL;
        size_t len = 0;
        if (canonical_write(value, LEDGER_EVENT_MAX, &again, &len, NULL) || len != size ||
            memcmp(again, data, len) != 0)
            abort();
        free(again);
        json_decref(value);
    }
    static struct ledger_scan scan;
    enum rc scanned = ledger_scan(text, &scan, NULL);
    enum rc read = ledger_record_read(text, &record, NULL);
    if (!scanned != !read)
        abort();
    if (!read) {
        compare(&record, &scan);
        if (!record.seq || !ledger_id_is_right(record.id) || !record.data)
            abort();
        ledger_record_free(&record);
    }
    return 0;
}
