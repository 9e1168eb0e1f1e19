/* Any bytes as an event: never a crash, and what is taken is spelled exactly so. The
 * product's reader knows the shape of an event and walks it where it lies; beside it
 * stands a slow one that knows JSON only: they take the same texts, and see the same in
 * them. What was taken is written again, to the same bytes. */
#include "repo-daemon/canonical.h"
#include "repo-daemon/ledger_event.h"
#include "repo-daemon/ledger_scan.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char LOWER[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
static const char NAMES[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";

static bool word(const json_t *object, const char *name, const char *allowed,
                 size_t least, size_t room)
{
    const char *text = json_string_value(json_object_get(object, name));
    size_t len = text ? strlen(text) : 0;
    return text && len >= least && len < room && strspn(text, allowed) == len;
}

static bool number(const json_t *object, const char *name, json_int_t least)
{
    const json_t *value = json_object_get(object, name);
    return json_is_integer(value) && json_integer_value(value) >= least;
}

static bool moves_are_right(const json_t *list)
{
    if (!json_is_array(list) || json_array_size(list) > LEDGER_MOVES_MAX)
        return false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *m = json_array_get(list, i);
        if (json_object_size(m) != 4 || !number(m, "version", 1) ||
            !word(m, "volume", NAMES, 1, LEDGER_VOLUME_MAX) ||
            !word(m, "from", LOWER, 0, LEDGER_WORD_MAX) ||
            !word(m, "to", LOWER, 1, LEDGER_WORD_MAX) ||
            (json_integer_value(json_object_get(m, "version")) == 1) !=
                !*json_string_value(json_object_get(m, "from")))
            return false;
        for (size_t k = 0; k < i; k++)
            if (json_equal(json_object_get(json_array_get(list, k), "volume"),
                           json_object_get(m, "volume")))
                return false;
    }
    return true;
}

static bool is_event(const json_t *root)
{
    return json_object_size(root) == 9 && number(root, "v", LEDGER_FORMAT) &&
           json_integer_value(json_object_get(root, "v")) == LEDGER_FORMAT &&
           number(root, "seq", 1) && number(root, "at", 0) &&
           word(root, "id", LOWER, 1, LEDGER_ID_MAX) &&
           ledger_id_is_right(json_string_value(json_object_get(root, "id"))) &&
           word(root, "event", LOWER, 1, LEDGER_WORD_MAX) &&
           word(root, "by", NAMES, 0, LEDGER_PERSON_MAX) &&
           word(root, "court", NAMES, 1, LEDGER_COURT_MAX) &&
           moves_are_right(json_object_get(root, "volumes")) &&
           json_is_object(json_object_get(root, "data"));
}

static bool same(const char *text, const json_t *object, const char *name)
{
    return !strcmp(text, json_string_value(json_object_get(object, name)));
}

static bool same_number(uint64_t n, const json_t *object, const char *name)
{
    return (json_int_t)n == json_integer_value(json_object_get(object, name));
}

static void compare(const struct ledger_record *r, const json_t *root)
{
    const json_t *moves = json_object_get(root, "volumes");
    bool all = same_number(r->seq, root, "seq") &&
               same_number((uint64_t)r->at_ms, root, "at") && same(r->id, root, "id") &&
               same(r->event, root, "event") && same(r->by, root, "by") &&
               same(r->court, root, "court") && r->move_count == json_array_size(moves) &&
               json_equal(r->data, json_object_get(root, "data"));
    for (size_t i = 0; all && i < r->move_count; i++) {
        const json_t *m = json_array_get(moves, i);
        all = same_number(r->moves[i].version, m, "version") &&
              same(r->moves[i].volume, m, "volume") &&
              same(r->moves[i].from, m, "from") && same(r->moves[i].to, m, "to");
    }
    if (!all)
        abort();
}

static void write_again(const struct ledger_record *r, struct bytes text)
{
    static struct ledger_move moves[LEDGER_MOVES_MAX];
    char *again = NULL;
    size_t len = 0;
    for (size_t i = 0; i < r->move_count; i++)
        moves[i] = (struct ledger_move){ r->moves[i].volume, r->moves[i].version - 1,
                                         r->moves[i].from, r->moves[i].to };
    struct ledger_event event = { .event = r->event,
                                  .by = r->by,
                                  .at_ms = r->at_ms,
                                  .moves = moves,
                                  .move_count = r->move_count,
                                  .data = r->data };
    struct ledger_stamp stamp = { r->seq, r->id, r->court };
    if (ledger_event_write(&event, &stamp, &again, &len, NULL) || len != text.len ||
        memcmp(again, text.at, len) != 0)
        abort();
    free(again);
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
    }
    enum rc read = ledger_record_read(text, &record, NULL);
    if (!read != is_event(value))
        abort();
    if (!read) {
        compare(&record, value);
        write_again(&record, text);
        ledger_record_free(&record);
    }
    json_decref(value);
    return 0;
}
