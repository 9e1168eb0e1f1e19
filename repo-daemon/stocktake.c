#include "repo-daemon/stocktake.h"

#include "repo-daemon/call.h"
#include "repo-daemon/custody.h"
#include "repo-daemon/shelf.h"
#include "repo-daemon/show.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 400 };

static const struct {
    const char *name, *word;
} kinds[ST_KINDS] = {
    [ST_MISSING] = { "missing", "缺失" },
    [ST_SURPLUS] = { "surplus", "多出" },
    [ST_MISPLACED] = { "misplaced", "错位" },
    [ST_UNREADABLE] = { "unreadable", "读不出" },
    [ST_SENSED] = { "sensed", "与感应不符" },
};

const char *stocktake_kind_name(enum stocktake_kind kind)
{
    return kind < ST_KINDS ? kinds[kind].name : "";
}

const char *stocktake_kind_word(enum stocktake_kind kind)
{
    return kind < ST_KINDS ? kinds[kind].word : "";
}

enum stocktake_kind stocktake_kind(const char *name)
{
    unsigned i = 0;
    while (i < ST_KINDS && strcmp(kinds[i].name, name) != 0)
        i++;
    return i;
}

/* "S01001" of a stock-take of a rack; "S" of one of everything. */
static void prefix_of(const json_t *stocktake, char ret_prefix[16])
{
    unsigned site = 0, rack = 0;
    snprintf(ret_prefix, 16, "S");
    if (sscanf(json_text(stocktake, "rack"), "%2u.%3u", &site, &rack) == 2)
        snprintf(ret_prefix, 16, "S%02u%03u", site % 100, rack % 1000);
}

static const json_t *sample_of(const json_t *stocktake)
{
    const json_t *sample = json_object_get(stocktake, "sample");
    return json_array_size(sample) ? sample : NULL;
}

bool stocktake_covers(const json_t *stocktake, const char *slot)
{
    char prefix[16];
    const json_t *sample = sample_of(stocktake);
    for (size_t i = 0; i < json_array_size(sample); i++)
        if (!strcmp(json_string_value(json_array_get(sample, i)), slot))
            return true;
    prefix_of(stocktake, prefix);
    return !sample && !strncmp(slot, prefix, strlen(prefix));
}

bool stocktake_meets(const json_t *a, const json_t *b)
{
    const json_t *sample = sample_of(a) ? sample_of(a) : sample_of(b);
    const json_t *other = sample_of(a) ? b : a;
    for (size_t i = 0; i < json_array_size(sample); i++)
        if (stocktake_covers(other, json_string_value(json_array_get(sample, i))))
            return true;
    char left[16], right[16];
    prefix_of(a, left);
    prefix_of(b, right);
    size_t len = strlen(left) < strlen(right) ? strlen(left) : strlen(right);
    return !sample && !strncmp(left, right, len);
}

static bool open_one(const char *key, json_t *stocktake, void *context)
{
    (void)key;
    json_array_append(context, stocktake);
    return true;
}

json_t *stocktake_open(struct repo *repo, struct store_txn *txn)
{
    json_t *list = json_array(); /* open ones stand under "open/", so this is short */
    if (view_each(repo, txn, VIEW_STOCKTAKES, "open/", NULL, open_one, list, NULL))
        json_array_clear(list);
    return list;
}

/* ---- comparing ---- */

struct comparing {
    struct repo *repo;
    struct store_txn *txn;
    const char *number;
    json_t *seen;   /* volume: slot in which it was counted; owned by the caller */
    json_t *counts; /* slot: its count; owned by the caller */
    struct stocktake_sum *sum;
};

static bool count_one(const char *key, json_t *count, void *context)
{
    struct comparing *c = context;
    const char *slot = strchr(key, '/') + 1, *volume = json_text(count, "volume");
    json_object_set(c->counts, slot, count);
    if (*volume)
        json_object_set_new(c->seen, volume, json_string(slot));
    return true;
}

static void differ(struct comparing *c, const char *slot, enum stocktake_kind kind,
                   const char *volume, const char *expected, const char *text)
{
    const json_t *why = json_object_get(
        json_object_get(json_object_get(c->counts, slot), "why"), kinds[kind].name);
    c->sum->kinds[kind]++;
    c->sum->open += !why;
    json_array_append_new(c->sum->differences,
                          json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:O?}", "slot", slot,
                                    "kind", kinds[kind].name, "word", kinds[kind].word,
                                    "volume", volume, "expected", expected, "text", text,
                                    "why", why));
}

/* What a person looks for: case number and 册, with the label behind it. */
static void volume_words(const struct comparing *c, const char *label,
                         char ret_words[TEXT_MAX / 2])
{
    char name[SHOW_NAME_MAX];
    SCOPED(json_free_at) json_t *v = NULL;
    if (view_get(c->repo, c->txn, VIEW_VOLUMES, label, &v)) {
        snprintf(ret_words, TEXT_MAX / 2, "%s", label);
        return;
    }
    show_name(c->repo, c->txn, v, name);
    snprintf(ret_words, TEXT_MAX / 2, "%s（%s）", name, label);
}

/* A volume that the record does not have in this slot. */
static void stranger(struct comparing *c, const char *slot, const char *volume,
                     const char *expected)
{
    char text[TEXT_MAX], words[TEXT_MAX / 2], place[SHOW_PLACE_MAX];
    SCOPED(json_free_at) json_t *v = NULL;
    volume_words(c, volume, words);
    if (view_get(c->repo, c->txn, VIEW_VOLUMES, volume, &v)) {
        snprintf(text, sizeof text, "格口里有没有登记过的案卷 %s", volume);
        differ(c, slot, ST_SURPLUS, volume, expected, text);
    } else if (*json_text(v, "slot")) {
        show_place(json_text(v, "slot"), place);
        snprintf(text, sizeof text, "%s 应在 %s", words, place);
        differ(c, slot, ST_MISPLACED, volume, expected, text);
    } else {
        snprintf(text, sizeof text, "%s 在架上，记录却是“%s”", words,
                 custody_state_word(custody_state(json_text(v, "state"))));
        differ(c, slot, ST_SURPLUS, volume, expected, text);
    }
}

/* The rack feels something that nobody counted, or nothing where something was counted:
 * a wrong slot was counted, or a switch is broken. */
static void compare_sensed(struct comparing *c, const char *slot, const json_t *stored,
                           bool counted)
{
    struct label label;
    const char *odd = json_text(stored, "odd"), *volume = json_text(stored, "volume");
    bool felt = *odd ? !strcmp(odd, "unknown") : *volume != 0;
    if (felt == counted ||
        label_read((struct bytes){ (const uint8_t *)slot, strlen(slot) }, &label) ||
        !shelf_is_live(c->repo, &label))
        return;
    differ(c, slot, ST_SENSED, "", volume,
           felt ? "货架感应到这里有东西，盘点却是空的" : "盘点到案卷，货架却没有感应到");
}

static bool compare_one(const char *slot, json_t *stored, void *context)
{
    struct comparing *c = context;
    const json_t *count = json_object_get(c->counts, slot);
    const char *expected = json_text(stored, "volume"),
               *seen = json_text(count, "volume");
    char text[TEXT_MAX], words[TEXT_MAX / 2] = "空";
    if (*expected)
        volume_words(c, expected, words);
    c->sum->slots++;
    if (!count)
        return true;
    c->sum->counted++;
    compare_sensed(c, slot, stored, *seen || json_number(count, "unreadable"));
    if (json_number(count, "unreadable")) {
        snprintf(text, sizeof text, "格口里的标签读不出，记录是 %s", words);
        differ(c, slot, ST_UNREADABLE, "", expected, text);
        return true;
    }
    if (!strcmp(expected, seen))
        return true;
    if (*seen)
        stranger(c, slot, seen, expected);
    if (*expected && !json_object_get(c->seen, expected)) {
        snprintf(text, sizeof text, "%s 应在这个格口，没有看到", words);
        differ(c, slot, ST_MISSING, expected, expected, text);
    }
    return true;
}

static enum rc each_slot(struct repo *repo, struct store_txn *txn,
                         const json_t *stocktake, view_on_entry *each, void *context,
                         struct fault *why)
{
    char prefix[16];
    const json_t *sample = sample_of(stocktake);
    for (size_t i = 0; i < json_array_size(sample); i++) {
        SCOPED(json_free_at) json_t *slot = NULL;
        const char *label = json_string_value(json_array_get(sample, i));
        if (!view_get(repo, txn, VIEW_SLOTS, label, &slot))
            (void)each(label, slot, context);
    }
    prefix_of(stocktake, prefix);
    return sample ? RC_OK
                  : view_each(repo, txn, VIEW_SLOTS, prefix, NULL, each, context, why);
}

enum rc stocktake_compare(struct repo *repo, struct store_txn *txn,
                          const json_t *stocktake, struct stocktake_sum *ret_sum,
                          struct fault *why)
{
    char prefix[STOCKTAKE_KEY_MAX + 1];
    SCOPED(json_free_at) json_t *seen = json_object();
    SCOPED(json_free_at) json_t *counts = json_object();
    *ret_sum = (struct stocktake_sum){ .differences = json_array() };
    struct comparing c = { repo, txn,    json_text(stocktake, "stocktake"),
                           seen, counts, ret_sum };
    snprintf(prefix, sizeof prefix, "%s/", c.number);
    enum rc rc = view_each(repo, txn, VIEW_COUNTS, prefix, NULL, count_one, &c, why);
    if (!rc)
        rc = each_slot(repo, txn, stocktake, compare_one, &c, why);
    return rc;
}

bool stocktake_freezes(struct repo *repo, struct store_txn *txn, const char *slot)
{
    SCOPED(json_free_at) json_t *open = stocktake_open(repo, txn);
    for (size_t i = 0; i < json_array_size(open); i++) {
        char key[64];
        SCOPED(json_free_at) json_t *count = NULL;
        SCOPED(json_free_at) json_t *stored = NULL;
        const json_t *one = json_array_get(open, i);
        if (!stocktake_covers(one, slot))
            continue;
        snprintf(key, sizeof key, "%s/%s", json_text(one, "stocktake"), slot);
        bool differs = !view_get(repo, txn, VIEW_COUNTS, key, &count) &&
                       !view_get(repo, txn, VIEW_SLOTS, slot, &stored) &&
                       (json_number(count, "unreadable") ||
                        strcmp(json_text(count, "volume"), json_text(stored, "volume")));
        return !differs;
    }
    return false;
}

/* ---- drawing a sample ---- */

struct ticket {
    struct sha256 hash;
    char slot[LABEL_TEXT_MAX];
};

struct drawing {
    const char *seed;
    struct ticket drawn[STOCKTAKE_SAMPLE_MOST]; /* least first */
    size_t count, most;
};

static bool draw_one(const char *key, json_t *slot, void *context)
{
    struct drawing *d = context;
    struct ticket ticket;
    char text[80];
    if (json_number(slot, "closed"))
        return true;
    snprintf(text, sizeof text, "%s %s", d->seed, key);
    ticket.hash = hash_sha256((struct bytes){ (uint8_t *)text, strlen(text) });
    snprintf(ticket.slot, sizeof ticket.slot, "%s", key);
    size_t at = d->count;
    while (at && memcmp(ticket.hash.at, d->drawn[at - 1].hash.at, SHA256_SIZE) < 0)
        at--;
    if (at == d->most)
        return true;
    size_t last = d->count < d->most ? d->count++ : d->most - 1;
    memmove(&d->drawn[at + 1], &d->drawn[at], (last - at) * sizeof ticket);
    d->drawn[at] = ticket;
    return true;
}

json_t *stocktake_draw(struct repo *repo, struct store_txn *txn, const char *seed,
                       size_t count, struct fault *why)
{
    SCOPED(free_at) struct drawing *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->seed = seed;
    d->most = count < STOCKTAKE_SAMPLE_MOST ? count : STOCKTAKE_SAMPLE_MOST;
    if (view_each(repo, txn, VIEW_SLOTS, "", NULL, draw_one, d, why))
        return NULL;
    json_t *list = json_array();
    for (size_t i = 0; i < d->count; i++)
        json_array_append_new(list, json_string(d->drawn[i].slot));
    return list;
}
