/* One event of the ledger.
 *
 * Writing checks by reading back what it wrote, so that nothing can get into the ledger
 * that `juanku ledger verify` would later refuse. */
#include "repo-daemon/ledger_event.h"

#include "repo-daemon/canonical.h"
#include "sys/scope.h"

#include <errno.h>
#include <string.h>

static const char LOWER[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
static const char NAMES[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";

bool ledger_id_is_right(const char *id)
{
    return strlen(id) == LEDGER_ID_MAX - 1 &&
           strspn(id, "0123456789abcdef") == LEDGER_ID_MAX - 1;
}

/* A member that is text of the allowed characters, shorter than `room`. */
static bool take_word(const json_t *object, const char *name, const char *allowed,
                      size_t least, size_t room, char *ret_text)
{
    const char *text = json_string_value(json_object_get(object, name));
    size_t len = text ? strlen(text) : 0;
    if (!text || len < least || len >= room || strspn(text, allowed) != len)
        return false;
    memcpy(ret_text, text, len + 1);
    return true;
}

static bool take_number(const json_t *object, const char *name, json_int_t least,
                        json_int_t *ret_number)
{
    const json_t *number = json_object_get(object, name);
    *ret_number = json_integer_value(number);
    return json_is_integer(number) && *ret_number >= least;
}

static bool take_move(const json_t *from, struct ledger_record_move *move)
{
    json_int_t version = 0;
    if (json_object_size(from) != 4 ||
        !take_word(from, "volume", NAMES, 1, LEDGER_VOLUME_MAX, move->volume) ||
        !take_number(from, "version", 1, &version) ||
        !take_word(from, "from", LOWER, 0, LEDGER_WORD_MAX, move->from) ||
        !take_word(from, "to", LOWER, 1, LEDGER_WORD_MAX, move->to))
        return false;
    move->version = (uint64_t)version;
    return (move->version == 1) == !move->from[0];
}

static bool take_moves(const json_t *list, struct ledger_record *record)
{
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count > LEDGER_MOVES_MAX)
        return false;
    record->moves = calloc(count + 1, sizeof *record->moves);
    if (!record->moves)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!take_move(json_array_get(list, i), &record->moves[i]))
            return false;
        for (size_t k = 0; k < i; k++)
            if (!strcmp(record->moves[k].volume, record->moves[i].volume))
                return false; /* one event moves a volume once */
    }
    record->move_count = count;
    return true;
}

static const char *take_all(json_t *root, struct ledger_record *record)
{
    json_int_t number = 0;
    if (!json_is_object(root) || json_object_size(root) != 9)
        return "not exactly nine members";
    if (!take_number(root, "v", LEDGER_FORMAT, &number) || number != LEDGER_FORMAT)
        return "v";
    if (!take_number(root, "seq", 1, &number))
        return "seq";
    record->seq = (uint64_t)number;
    if (!take_number(root, "at", 0, &number))
        return "at";
    record->at_ms = number;
    if (!take_word(root, "id", LOWER, 1, LEDGER_ID_MAX, record->id) ||
        !ledger_id_is_right(record->id))
        return "id";
    if (!take_word(root, "event", LOWER, 1, LEDGER_WORD_MAX, record->event))
        return "event";
    if (!take_word(root, "by", NAMES, 0, LEDGER_PERSON_MAX, record->by))
        return "by";
    if (!take_word(root, "court", NAMES, 1, LEDGER_COURT_MAX, record->court))
        return "court";
    if (!take_moves(json_object_get(root, "volumes"), record))
        return "volumes";
    record->data = json_incref(json_object_get(root, "data"));
    return json_is_object(record->data) ? NULL : "data";
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
    json_t *root = NULL;
    enum rc rc = canonical_read(text, LEDGER_EVENT_MAX, &root, why);
    if (rc)
        return rc;
    struct ledger_record record = { 0 };
    const char *wrong = take_all(root, &record);
    json_decref(root);
    if (wrong) {
        ledger_record_free(&record);
        return fault_set(why, RC_INVALID, 0, "not an event: %s", wrong);
    }
    *ret_record = record;
    return RC_OK;
}

static json_t *moves_json(const struct ledger_event *event)
{
    json_t *list = json_array();
    for (size_t i = 0; i < event->move_count; i++) {
        const struct ledger_move *move = &event->moves[i];
        json_array_append_new(list, json_pack("{ss sI ss ss}", "volume", move->volume,
                                              "version", (json_int_t)(move->expected + 1),
                                              "from", move->from, "to", move->to));
    }
    return list;
}

enum rc ledger_event_write(const struct ledger_event *event,
                           const struct ledger_stamp *stamp, char **ret_text,
                           size_t *ret_len, struct fault *why)
{
    json_t *data =
        event->data ? json_incref((json_t *)(uintptr_t)event->data) : json_object();
    json_t *root =
        json_pack("{si ss ss ss ss so sI sI so}", "v", LEDGER_FORMAT, "id", stamp->id,
                  "court", stamp->court, "event", event->event, "by", event->by,
                  "volumes", moves_json(event), "seq", (json_int_t)stamp->seq, "at",
                  (json_int_t)event->at_ms, "data", data);
    if (!root)
        return fault_set(why, RC_INVALID, 0, "an event with text that is not UTF-8");
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    enum rc rc = canonical_write(root, LEDGER_EVENT_MAX, &text, &len, why);
    json_decref(root);
    struct ledger_record record = { 0 };
    if (!rc)
        rc = ledger_record_read((struct bytes){ (uint8_t *)text, len }, &record, why);
    if (rc)
        return rc;
    ledger_record_free(&record);
    *ret_text = TAKE(text);
    *ret_len = len;
    return RC_OK;
}
