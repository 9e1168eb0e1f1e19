/* Each picture draws a ticket, SHA-256 of lot and number; the lowest tickets are looked
 * at. Pages and blanks draw apart, or a volume of blanks would hide its pages. */
#include "repo-daemon/qc_choose.h"

#include "core/bytes.h"
#include "sys/hash.h"
#include "sys/scope.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const words[] = { "lot", "machine", "decided", "unseen", "new" };

/* DA/T 31-2017, 10.5 and 12.2, and what courts' tenders add to it. */
static const struct qc_reason reasons[] = {
    { "incomplete", "不完整" },     { "unreadable", "不清楚" },
    { "distorted", "变形" },        { "wrong-order", "顺序不对" },
    { "wrong-item", "归错目录项" }, { "missing", "后面缺页" },
    { "duplicate", "重复" },        { "other", "其他" },
};

const struct qc_reason *qc_reason_at(size_t index)
{
    return index < COUNT(reasons) ? &reasons[index] : NULL;
}

const char *qc_reason_word(const char *code)
{
    for (size_t i = 0; i < COUNT(reasons); i++)
        if (!strcmp(reasons[i].code, code))
            return reasons[i].word;
    return NULL;
}

json_t *qc_why_words(unsigned why)
{
    json_t *list = json_array();
    for (size_t i = 0; i < COUNT(words); i++)
        if (why & (1u << i))
            json_array_append_new(list, json_string(words[i]));
    return list;
}

struct ticket {
    struct sha256 drawn;
    size_t place;
};

static int by_ticket(const void *left, const void *right)
{
    const struct ticket *a = left, *b = right;
    return memcmp(a->drawn.at, b->drawn.at, sizeof a->drawn.at);
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

/* Straightened pages are told as skewed; that is no cause for a second look. */
static bool is_odd(const json_t *image)
{
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(image, "qc"), i, one)
    {
        if (strcmp(text_of(one, "code"), "skew") != 0)
            return true;
    }
    return false;
}

static unsigned why_of(const json_t *image, const json_t *before, bool some_known)
{
    bool page = !strcmp(text_of(image, "kind"), "page");
    bool blank = !strcmp(text_of(image, "kind"), "blank");
    bool known = json_object_get(before, text_of(image, "capture_sha256"));
    unsigned why = 0;
    why |= page && is_odd(image) ? QC_BY_MACHINE : 0;
    why |= json_object_get(image, "decided_by_operator") ? QC_DECIDED : 0;
    why |= blank && !*text_of(image, "seen_by") ? QC_UNSEEN : 0;
    why |= some_known && !known && (page || blank) ? QC_NEW : 0;
    return why;
}

/* A feeding that has nothing of the one before is a new one, not a mended one. */
static bool shares_any(const json_t *images, const json_t *before)
{
    for (size_t i = 0; i < json_array_size(images); i++)
        if (json_object_get(before, text_of(json_array_get(images, i), "capture_sha256")))
            return true;
    return false;
}

static void draw(const json_t *images, const char *kind, const char *lot,
                 unsigned percent, unsigned *why)
{
    size_t count = 0, most = json_array_size(images);
    SCOPED(free_at) struct ticket *tickets = calloc(most + 1, sizeof *tickets);
    if (!tickets)
        abort();
    for (size_t i = 0; i < most; i++) {
        char text[64];
        if (strcmp(text_of(json_array_get(images, i), "kind"), kind) != 0)
            continue;
        int len = snprintf(text, sizeof text, "%.40s %zu", lot, i + 1);
        tickets[count++] = (struct ticket){
            hash_sha256((struct bytes){ (const uint8_t *)text, (size_t)len }), i
        };
    }
    qsort(tickets, count, sizeof *tickets, by_ticket);
    for (size_t i = 0; i < (count * percent + 99) / 100; i++)
        why[tickets[i].place] |= QC_BY_LOT;
}

unsigned *qc_choose(const json_t *manifest, const char *lot, unsigned percent,
                    const json_t *before)
{
    const json_t *images = json_object_get(manifest, "images");
    size_t count = json_array_size(images);
    unsigned *why = calloc(count + 1, sizeof *why);
    if (!why)
        abort();
    bool some_known = shares_any(images, before);
    for (size_t i = 0; i < count; i++)
        why[i] = why_of(json_array_get(images, i), before, some_known);
    draw(images, "page", lot, percent, why);
    draw(images, "blank", lot, percent, why);
    return why;
}
