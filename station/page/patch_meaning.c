/* A short list of pairs becomes the table. */
#include "station/page/patch_meaning.h"

#include <stdio.h>
#include <string.h>

static const char *const names[PATCH_COUNT] = { NULL, "PATCH 2", "PATCH 3", "PATCH T" };
static const char letters[PATCH_COUNT] = { 0, '2', '3', 'T' };
static const char *const words[PATCH_MEANING_COUNT] = {
    [PATCH_MEANS_NONE] = "none",
    [PATCH_MEANS_ITEM] = "item",
    [PATCH_MEANS_DOCUMENT] = "document",
    [PATCH_MEANS_END] = "end",
};

const char *page_patch_name(enum page_patch patch)
{
    return names[patch];
}

enum page_patch page_patch_of(const char *name)
{
    for (unsigned i = PATCH_2; i < PATCH_COUNT; i++)
        if (!strcmp(name, names[i]))
            return (enum page_patch)i;
    return PATCH_NONE;
}

const struct patch_meanings *patch_meanings_usual(void)
{
    static const struct patch_meanings usual = { {
        [PATCH_2] = PATCH_MEANS_DOCUMENT,
        [PATCH_3] = PATCH_MEANS_END,
        [PATCH_T] = PATCH_MEANS_ITEM,
    } };
    return &usual;
}

/* "T=item", `len` bytes of it. */
static bool read_pair(const char *pair, size_t len, struct patch_meanings *meanings)
{
    unsigned patch = PATCH_COUNT, meaning = PATCH_MEANING_COUNT;
    if (len < 2 || pair[1] != '=')
        return false;
    for (unsigned i = PATCH_2; i < PATCH_COUNT; i++)
        if (pair[0] == letters[i])
            patch = i;
    for (unsigned i = 0; i < PATCH_MEANING_COUNT; i++)
        if (len - 2 == strlen(words[i]) && !memcmp(pair + 2, words[i], len - 2))
            meaning = i;
    if (patch == PATCH_COUNT || meaning == PATCH_MEANING_COUNT)
        return false;
    meanings->of[patch] = (enum patch_meaning)meaning;
    return true;
}

enum rc patch_meanings_read(const char *text, struct patch_meanings *ret,
                            struct fault *why)
{
    static const char between[] = " \t,";
    struct patch_meanings meanings = *patch_meanings_usual();
    for (text += strspn(text, between); *text; text += strspn(text, between)) {
        size_t len = strcspn(text, between);
        if (!read_pair(text, len, &meanings))
            return fault_set(why, RC_INVALID, 0,
                             "'%.*s': 2, 3 or T, '=', and item, document, end or none",
                             (int)len, text);
        text += len;
    }
    *ret = meanings;
    return RC_OK;
}

unsigned patch_meanings_plain(const struct patch_meanings *meanings)
{
    unsigned bits = 0;
    for (unsigned i = PATCH_2; i < PATCH_COUNT; i++)
        if (meanings->of[i] == PATCH_MEANS_NONE)
            bits |= 1U << i;
    return bits;
}
