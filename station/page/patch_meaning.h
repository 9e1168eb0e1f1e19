/* What a patch code means: a table with one line for each code, set by the administrator.
 *
 *   2=document, 3=end, T=item
 *
 *   item      the pages behind it are a new item of the catalogue, whose row a person
 *             says
 *   document  a new paper of the same item
 *   end       the volume ends here: feeding stops, what lies behind belongs to the next
 *   none      no separator: the page is one like any other
 *
 * Where a page has one of our own labels too, the label counts and the code does not. */
#ifndef STATION_PAGE_PATCH_MEANING_H
#define STATION_PAGE_PATCH_MEANING_H

#include "core/rc.h"
#include "sys/fault.h"

#include <stdbool.h>

enum page_patch { PATCH_NONE, PATCH_2, PATCH_3, PATCH_T, PATCH_COUNT };

const char *page_patch_name(enum page_patch patch); /* "PATCH 2" ...; NULL for none */
/* The code of that name; PATCH_NONE for any other text. */
enum page_patch page_patch_of(const char *name);

enum patch_meaning {
    PATCH_MEANS_NONE,
    PATCH_MEANS_ITEM,
    PATCH_MEANS_DOCUMENT,
    PATCH_MEANS_END,
    PATCH_MEANING_COUNT
};

struct patch_meanings {
    enum patch_meaning of[PATCH_COUNT]; /* that of PATCH_NONE is never asked */
};

/* 2=document, 3=end, T=item; static. */
const struct patch_meanings *patch_meanings_usual(void);

/* Codes that are not named keep their usual meaning.
 *   RC_INVALID  why->text says which word is wrong */
MUST_USE enum rc patch_meanings_read(const char *text, struct patch_meanings *ret,
                                     struct fault *why);

/* The codes that mean nothing, as bits 1 << patch. */
unsigned patch_meanings_plain(const struct patch_meanings *meanings);

#endif
