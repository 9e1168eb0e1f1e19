/* A scanner of canonical JSON (RFC 8785, narrowed as in canonical.h) that knows the shape
 * of an event: canonical keys stand in one order, so each member is where it must be.
 * Only `data` is free, and is walked by the grammar alone. */
#include "repo-daemon/ledger_scan.h"

#include "repo-daemon/canonical.h"
#include "sys/utf8.h"

#include <string.h>

struct cursor {
    const uint8_t *at, *end;
};

static const uint64_t INTEGER_MOST = 9007199254740991; /* 2^53 - 1, RFC 7493 */

static bool take(struct cursor *c, const char *literal)
{
    size_t len = strlen(literal);
    if ((size_t)(c->end - c->at) < len || memcmp(c->at, literal, len) != 0)
        return false;
    c->at += len;
    return true;
}

/* 0 no character, 1 a-z 0-9 '-', 2 A-Z: what words and names are made of. */
static int word_class(uint8_t c)
{
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')
        return 1;
    return c >= 'A' && c <= 'Z' ? 2 : 0;
}

/* A string of such characters, up to `most` class, from `least` to `room` - 1 long. */
static bool take_word(struct cursor *c, int most, size_t least, size_t room,
                      struct bytes *ret_word)
{
    const uint8_t *from = c->at;
    while (c->at < c->end && word_class(*c->at) && word_class(*c->at) <= most)
        c->at++;
    *ret_word = (struct bytes){ from, (size_t)(c->at - from) };
    return ret_word->len >= least && ret_word->len < room && take(c, "\"");
}

static bool take_digits(struct cursor *c, uint64_t *ret_number)
{
    const uint8_t *from = c->at;
    uint64_t number = 0;
    while (c->at < c->end && *c->at >= '0' && *c->at <= '9' && c->at - from < 17)
        number = number * 10 + (uint64_t)(*c->at++ - '0');
    *ret_number = number;
    return c->at > from && (*from != '0' || c->at - from == 1) && number <= INTEGER_MOST;
}

static bool skip_wide(struct cursor *c)
{
    size_t len = utf8_wide(c->at, c->end);
    c->at += len;
    return len != 0;
}

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Behind a backslash: the shortest escape there is for that character, and U+0000 never.
 */
static bool skip_escape(struct cursor *c)
{
    static const char shorts[] = "\"\\bfnrt";
    if (c->at == c->end)
        return false;
    if (*c->at && strchr(shorts, *c->at)) {
        c->at++;
        return true;
    }
    if (!take(c, "u00") || c->end - c->at < 2)
        return false;
    int high = hex_digit(c->at[0]), low = hex_digit(c->at[1]);
    int code = high * 16 + low;
    c->at += 2;
    return high >= 0 && low >= 0 && code > 0 && code < 0x20 && code != 8 && code != 9 &&
           code != 10 && code != 12 && code != 13;
}

/* A string, behind its first quote. */
static bool skip_string(struct cursor *c)
{
    while (c->at < c->end) {
        uint8_t byte = *c->at;
        if (byte == '"') {
            c->at++;
            return true;
        }
        if (byte < 0x20)
            return false;
        if (byte < 0x80) {
            c->at++;
            if (byte == '\\' && !skip_escape(c))
                return false;
        } else if (!skip_wide(c)) {
            return false;
        }
    }
    return false;
}

/* The next code point of a string that skip_string() passed. */
static uint32_t next_point(const uint8_t **at)
{
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    const uint8_t *p = *at;
    if (*p == '\\') {
        const char *one = strchr(from, p[1]);
        *at = p + (p[1] == 'u' ? 6 : 2);
        if (p[1] == 'u')
            return (uint32_t)(hex_digit(p[4]) * 16 + hex_digit(p[5]));
        return one ? (uint32_t)to[one - from] : p[1];
    }
    unsigned more = *p >= 0xf0 ? 3 : *p >= 0xe0 ? 2 : *p >= 0xc0 ? 1 : 0;
    uint32_t point = more ? *p & (0x3fu >> more) : *p;
    for (unsigned i = 1; i <= more; i++)
        point = point << 6 | (p[i] & 0x3fu);
    *at = p + 1 + more;
    return point;
}

/* Does `key` sort behind `before`, by UTF-16 code units? Both end with their quote. */
static bool sorts_behind(const uint8_t *before, const uint8_t *key)
{
    while (*before != '"' && *key != '"') {
        uint32_t a = next_point(&before), b = next_point(&key);
        if (a == b)
            continue;
        bool a_pair = a > 0xffff, b_pair = b > 0xffff;
        if (a_pair == b_pair)
            return a < b;
        return a_pair ? b >= 0xe000 : a < 0xe000; /* a pair begins below U+E000 */
    }
    return *before == '"' && *key != '"';
}

static bool skip_value(struct cursor *c, int depth);

static bool skip_object(struct cursor *c, int depth)
{
    const uint8_t *before = NULL;
    if (take(c, "}"))
        return true;
    do {
        if (!take(c, "\""))
            return false;
        const uint8_t *key = c->at;
        if (!skip_string(c) || (before && !sorts_behind(before, key)) || !take(c, ":") ||
            !skip_value(c, depth + 1))
            return false;
        before = key;
    } while (take(c, ","));
    return take(c, "}");
}

static bool skip_array(struct cursor *c, int depth)
{
    if (take(c, "]"))
        return true;
    do {
        if (!skip_value(c, depth + 1))
            return false;
    } while (take(c, ","));
    return take(c, "]");
}

static bool skip_value(struct cursor *c, int depth)
{
    uint64_t number = 0;
    if (depth > CANONICAL_DEPTH_MAX)
        return false;
    if (take(c, "\""))
        return skip_string(c);
    if (take(c, "{"))
        return skip_object(c, depth);
    if (take(c, "["))
        return skip_array(c, depth);
    bool minus = take(c, "-");
    return take_digits(c, &number) && (!minus || number);
}

static bool take_move(struct cursor *c, struct ledger_scan_move *move)
{
    return take(c, "{\"from\":\"") && take_word(c, 1, 0, LEDGER_WORD_MAX, &move->from) &&
           take(c, ",\"to\":\"") && take_word(c, 1, 1, LEDGER_WORD_MAX, &move->to) &&
           take(c, ",\"version\":") && take_digits(c, &move->version) && move->version &&
           (move->version == 1) == !move->from.len && take(c, ",\"volume\":\"") &&
           take_word(c, 2, 1, LEDGER_VOLUME_MAX, &move->volume) && take(c, "}");
}

static bool take_moves(struct cursor *c, struct ledger_scan *scan)
{
    scan->move_count = 0;
    if (take(c, "]"))
        return true;
    do {
        struct ledger_scan_move *move = &scan->moves[scan->move_count];
        if (scan->move_count == LEDGER_MOVES_MAX || !take_move(c, move))
            return false;
        for (size_t i = 0; i < scan->move_count; i++) /* one event moves a volume once */
            if (scan->moves[i].volume.len == move->volume.len &&
                !memcmp(scan->moves[i].volume.at, move->volume.at, move->volume.len))
                return false;
        scan->move_count++;
    } while (take(c, ","));
    return take(c, "]");
}

static bool id_is_right(struct bytes id)
{
    for (size_t i = 0; i < id.len; i++)
        if (hex_digit(id.at[i]) < 0)
            return false;
    return id.len == LEDGER_ID_MAX - 1;
}

static bool take_data(struct cursor *c, struct bytes *ret_data)
{
    const uint8_t *from = c->at;
    if (!take(c, "{") || !skip_object(c, 1))
        return false;
    *ret_data = (struct bytes){ from, (size_t)(c->at - from) };
    return true;
}

enum rc ledger_scan(struct bytes text, struct ledger_scan *ret_scan, struct fault *why)
{
    struct ledger_scan *s = ret_scan;
    struct cursor at = { text.at, text.at + text.len }, *c = &at;
    uint64_t at_ms = 0;
    bool right =
        text.len <= LEDGER_EVENT_MAX && take(c, "{\"at\":") && take_digits(c, &at_ms) &&
        take(c, ",\"by\":\"") && take_word(c, 2, 0, LEDGER_PERSON_MAX, &s->by) &&
        take(c, ",\"court\":\"") && take_word(c, 2, 1, LEDGER_COURT_MAX, &s->court) &&
        take(c, ",\"data\":") && take_data(c, &s->data) && take(c, ",\"event\":\"") &&
        take_word(c, 1, 1, LEDGER_WORD_MAX, &s->event) && take(c, ",\"id\":\"") &&
        take_word(c, 1, 1, LEDGER_ID_MAX, &s->id) && id_is_right(s->id) &&
        take(c, ",\"seq\":") && take_digits(c, &s->seq) && s->seq &&
        take(c, ",\"v\":1,\"volumes\":[") && take_moves(c, s) && take(c, "}") &&
        at.at == at.end;
    if (!right)
        return fault_set(why, RC_INVALID, 0, "not an event at byte %zu",
                         (size_t)(at.at - text.at));
    s->at_ms = (int64_t)at_ms;
    return RC_OK;
}
