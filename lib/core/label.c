/* Labels as a table of fields: one list serves reading, writing and the manual, so a
 * new kind of label is one more row. */
#include "core/label.h"

#include <string.h>

struct shape {
    enum label_type type;
    uint8_t has_case, kind, part, item, row, site, rack, slot, number; /* digits */
};

static const struct shape shapes[] = {
    { .type = LABEL_VOLUME, .has_case = 20, .kind = 1, .part = 3 },
    { .type = LABEL_ITEM, .has_case = 20, .item = 4 },
    { .type = LABEL_TYPE, .kind = 1, .row = 2 },
    { .type = LABEL_SLOT, .site = 2, .rack = 3, .slot = 3 },
    { .type = LABEL_PERSON, .number = 8 },
    { .type = LABEL_BATCH, .number = 10 },
    { .type = LABEL_COMMAND, .number = 2 },
};

static const struct shape *shape_of(int letter)
{
    for (size_t i = 0; i < COUNT(shapes); i++)
        if ((int)shapes[i].type == letter)
            return &shapes[i];
    return NULL;
}

static size_t shape_digits(const struct shape *s)
{
    return (size_t)s->has_case + s->kind + s->part + s->item + s->row + s->site +
           s->rack + s->slot + s->number;
}

static uint64_t take(const char **at, unsigned digits)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < digits; i++)
        value = value * 10 + (uint64_t)(*(*at)++ - '0');
    return value;
}

static bool put(char **at, unsigned digits, uint64_t value)
{
    for (unsigned i = digits; i-- > 0; value /= 10)
        (*at)[i] = (char)('0' + value % 10);
    *at += digits;
    return value == 0;
}

static unsigned mod97(const char *digits, size_t len, unsigned rest)
{
    for (size_t i = 0; i < len; i++)
        rest = (rest * 10 + (unsigned)(digits[i] - '0')) % 97;
    return rest;
}

unsigned label_check_digits(const char *digits, size_t len)
{
    return 98 - mod97("00", 2, mod97(digits, len, 0));
}

static bool in_range(const struct label *l, const struct shape *s)
{
    if (s->kind && (l->kind < 1 || l->kind > 2))
        return false;
    return (!s->part || l->part) && (!s->item || l->item) && (!s->row || l->row) &&
           (!s->site || l->site) && (!s->rack || l->rack) && (!s->slot || l->slot);
}

enum rc label_read(struct bytes text, struct label *ret_label)
{
    const struct shape *s = text.len ? shape_of(text.at[0]) : NULL;
    if (!s || text.len != 1 + shape_digits(s) + 2)
        return RC_INVALID;
    char digits[LABEL_TEXT_MAX];
    size_t len = text.len - 1;
    memcpy(digits, text.at + 1, len);
    for (size_t i = 0; i < len; i++)
        if (digits[i] < '0' || digits[i] > '9')
            return RC_INVALID;
    unsigned check =
        (unsigned)(digits[len - 2] - '0') * 10 + (unsigned)(digits[len - 1] - '0');
    if (check != label_check_digits(digits, len - 2))
        return RC_CORRUPT;

    struct label l = { .type = s->type };
    const char *at = digits;
    memcpy(l.case_id, at, s->has_case);
    at += s->has_case;
    l.kind = (uint8_t)take(&at, s->kind);
    l.part = (uint16_t)take(&at, s->part);
    l.item = (uint16_t)take(&at, s->item);
    l.row = (uint8_t)take(&at, s->row);
    l.site = (uint8_t)take(&at, s->site);
    l.rack = (uint16_t)take(&at, s->rack);
    l.slot = (uint16_t)take(&at, s->slot);
    l.number = take(&at, s->number);
    if (!in_range(&l, s))
        return RC_INVALID;
    *ret_label = l;
    return RC_OK;
}

enum rc label_write(const struct label *l, char ret_text[LABEL_TEXT_MAX])
{
    const struct shape *s = shape_of((int)l->type);
    if (!s || !in_range(l, s))
        return RC_INVALID;
    char text[LABEL_TEXT_MAX] = { (char)s->type };
    char *at = text + 1;
    for (size_t i = 0; i < s->has_case; i++, at++) {
        if (l->case_id[i] < '0' || l->case_id[i] > '9')
            return RC_INVALID;
        *at = l->case_id[i];
    }
    bool fits = put(&at, s->kind, l->kind) && put(&at, s->part, l->part) &&
                put(&at, s->item, l->item) && put(&at, s->row, l->row) &&
                put(&at, s->site, l->site) && put(&at, s->rack, l->rack) &&
                put(&at, s->slot, l->slot) && put(&at, s->number, l->number);
    if (!fits)
        return RC_INVALID;
    put(&at, 2, label_check_digits(text + 1, (size_t)(at - text - 1)));
    *at = 0;
    memcpy(ret_text, text, sizeof text);
    return RC_OK;
}
