#include "repo-daemon/view_index.h"

#include "repo-daemon/call.h"
#include "repo-daemon/pinyin.h"
#include "repo-daemon/place.h"
#include "repo-daemon/view_sums.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { CHARACTER_MAX = 4 };

struct keys {
    char (*at)[FIND_KEY_MAX]; /* borrowed room of FIND_KEYS_MAX */
    size_t count;
};

static __attribute__((format(printf, 2, 3))) void key_add(struct keys *keys,
                                                          const char *format, ...)
{
    va_list args;
    if (keys->count == FIND_KEYS_MAX)
        return; /* a case with more words than any has */
    va_start(args, format);
    int len = vsnprintf(keys->at[keys->count], FIND_KEY_MAX, format, args);
    va_end(args);
    for (size_t i = 0; i < keys->count; i++)
        if (!strcmp(keys->at[i], keys->at[keys->count]))
            return;
    keys->count += len > 0 && len < FIND_KEY_MAX;
}

/* At most `most` characters of `text`, in small letters, without '/'. */
static void head_of(const char *text, size_t most, char ret_text[FIND_KEY_MAX])
{
    size_t len = 0;
    for (size_t n = 0; n < most && *text; n++) {
        const char *next = text;
        if (!pinyin_next(&next))
            break;
        size_t bytes = (size_t)(next - text);
        if (len + bytes >= FIND_TAIL * CHARACTER_MAX + 1)
            break;
        memcpy(ret_text + len, text, bytes);
        if (bytes == 1)
            ret_text[len] = *text == '/' ? '-' : (char)tolower((unsigned char)*text);
        len += bytes;
        text = next;
    }
    ret_text[len] = 0;
}

static void words_add(struct keys *keys, const char *id, const char *text)
{
    char spellings[PINYIN_SPELLINGS_MAX][PINYIN_LETTERS_MAX], tail[FIND_KEY_MAX];
    size_t count = pinyin_spell(text, spellings);
    for (size_t i = 0; i < count; i++)
        key_add(keys, "cp/%s/%s", spellings[i], id);
    for (const char *at = text; *at;) {
        head_of(at, FIND_TAIL, tail);
        if (*tail)
            key_add(keys, "cw/%s/%s", tail, id);
        if (!pinyin_next(&at))
            break;
    }
}

static void case_keys(struct keys *keys, const char *id, const json_t *c)
{
    char digits[8] = "";
    size_t len = 0;
    for (size_t i = strlen(id); i > 14 && len < 6; i--)
        digits[len++] = id[i - 1];
    key_add(keys, "cn/%s/%s", digits, id);
    words_add(keys, id, json_text(c, "plaintiff"));
    words_add(keys, id, json_text(c, "defendant"));
    words_add(keys, id, json_text(c, "cause"));
}

static void volume_keys(struct keys *keys, const char *key, const json_t *v)
{
    const char *holder = json_text(v, "holder"), *to = json_text(v, "to");
    key_add(keys, "vs/%s/%s", json_text(v, "state"), key);
    if (*holder)
        key_add(keys, "vh/%s/%s", holder, key);
    if (*to)
        key_add(keys, "vt/%s/%s", to, key);
    const char *until = json_text(json_object_get(v, "retention"), "until");
    if (*until && !json_number(v, "purged_ms"))
        key_add(keys, "rt/%s/%s", until, key);
    if (json_array_size(json_object_get(v, "holds")))
        key_add(keys, "rh/%s", key);
}

static void loan_keys(struct keys *keys, const char *key, const json_t *loan)
{
    key_add(keys, "ls/%s/%s", json_text(loan, "state"), key);
    key_add(keys, "lb/%s/%s", json_text(loan, "by"), key);
}

static void item_keys(struct keys *keys, const char *key, const json_t *item)
{
    if (!strcmp(json_text(item, "state"), "held"))
        key_add(keys, "ph/%s/%s", json_text(item, "holder"), key);
    if (*json_text(item, "volume"))
        key_add(keys, "pv/%s/%s", json_text(item, "volume"), key);
}

static void intake_keys(struct keys *keys, const char *key, const json_t *list)
{
    key_add(keys, "ik/%s/%s", json_text(list, "case"), key);
}

static void notice_keys(struct keys *keys, const char *key, const json_t *notice)
{
    const char *number = strchr(key, '/');
    if (number && !json_number(notice, "seen"))
        key_add(keys, "nu/%s", key);
}

static void conflict_keys(struct keys *keys, const char *key, const json_t *conflict)
{
    if (!json_number(conflict, "settled_at"))
        key_add(keys, "xo/%s", key);
}

static void purge_keys(struct keys *keys, const char *key, const json_t *purge)
{
    key_add(keys, "po/%s/%s", json_text(purge, "state"), key);
}

static void slot_keys(struct keys *keys, const char *key, const json_t *slot)
{
    if (!strcmp(place_slot_kind(slot), "free"))
        key_add(keys, "sf/%s", key);
}

static const struct {
    enum view view;
    void (*keys)(struct keys *keys, const char *key, const json_t *object);
} indexes[] = {
    { VIEW_VOLUMES, volume_keys },     { VIEW_CASES, case_keys },
    { VIEW_LOANS, loan_keys },         { VIEW_ITEMS, item_keys },
    { VIEW_INTAKES, intake_keys },     { VIEW_NOTICES, notice_keys },
    { VIEW_CONFLICTS, conflict_keys }, { VIEW_SLOTS, slot_keys },
    { VIEW_PURGES, purge_keys },
};

bool view_indexed(enum view view)
{
    for (size_t i = 0; i < COUNT(indexes); i++)
        if (indexes[i].view == view)
            return true;
    return view == VIEW_PEOPLE;
}

static struct keys keys_of(enum view view, const char *key, const json_t *object,
                           char room[FIND_KEYS_MAX][FIND_KEY_MAX])
{
    struct keys keys = { room, 0 };
    for (size_t i = 0; object && i < COUNT(indexes); i++)
        if (indexes[i].view == view)
            indexes[i].keys(&keys, key, object);
    return keys;
}

static bool has_key(const struct keys *keys, const char *key)
{
    for (size_t i = 0; i < keys->count; i++)
        if (!strcmp(keys->at[i], key))
            return true;
    return false;
}

enum rc view_index_change(struct repo *repo, struct store_txn *txn, enum view view,
                          const char *key, const json_t *old, const json_t *new,
                          struct fault *why)
{
    static char before_room[FIND_KEYS_MAX][FIND_KEY_MAX], /* one thread */
        after_room[FIND_KEYS_MAX][FIND_KEY_MAX];
    struct keys before = keys_of(view, key, old, before_room),
                after = keys_of(view, key, new, after_room);
    SCOPED(json_free_at) json_t *nothing = json_object();
    enum rc rc = RC_OK;
    for (size_t i = 0; !rc && i < before.count; i++)
        if (!has_key(&after, before.at[i]))
            rc = view_del(repo, txn, VIEW_FIND, before.at[i], why);
    for (size_t i = 0; !rc && i < after.count; i++)
        if (!has_key(&before, after.at[i]))
            rc = view_put(repo, txn, VIEW_FIND, after.at[i], nothing, why);
    return rc ? rc : view_sums_change(repo, txn, view, key, old, new, why);
}

size_t view_index_keys(enum view view, const char *key, const json_t *object,
                       char ret_keys[FIND_KEYS_MAX][FIND_KEY_MAX])
{
    return keys_of(view, key, object, ret_keys).count;
}

/* ---- looking up ---- */

void view_find_text(const char *typed, char ret_text[FIND_KEY_MAX])
{
    head_of(typed, FIND_TAIL, ret_text);
}

bool view_find_case(const char *case_id, const json_t *the_case, const char *prefix,
                    const char *before)
{
    static char room[FIND_KEYS_MAX][FIND_KEY_MAX]; /* one thread */
    struct keys keys = keys_of(VIEW_CASES, case_id, the_case, room);
    for (size_t i = 0; i < keys.count; i++)
        if (!strncmp(keys.at[i], prefix, strlen(prefix)) &&
            (!before || strcmp(keys.at[i], before) < 0))
            return true;
    return false;
}

const char *view_find_name(const char *key)
{
    const char *slash = strrchr(key, '/');
    return slash ? slash + 1 : key;
}
