/* What a paper calls itself, and the catalogue row it so belongs to: a proposal from the
 * first lines that were read, for a person to confirm. Nothing is filed by it.
 *
 * Recognised titles have errors (裁 for 栽, 诉 for 拆), so names are compared with a
 * weighted distance in which look-alikes are near. Right matters more than often: below
 * TITLE_SCORE_MIN, or with another row almost as near, nothing is proposed.
 *
 * Pure; texts are UTF-8. */
#ifndef STATION_PAGE_TITLE_H
#define STATION_PAGE_TITLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TITLE_LINES = 6,
    TITLE_LINE_CHARS = 40,
    TITLE_CHARS_MAX = 32,  /* of a name; longer ones are no titles of paper */
    TITLE_TEXT_MAX = 160,  /* bytes with NUL */
    TITLE_SCORE_MIN = 85,  /* per cent */
    TITLE_MARGIN_MIN = 10, /* to the best name of another row */
};

struct title_proposal {
    unsigned row;              /* of the catalogue, from 1 */
    char text[TITLE_TEXT_MAX]; /* "民事判决书": as the paper should say, errors mended */
    unsigned score;            /* TITLE_SCORE_MIN..100 */
};

/* The first lines that hold anything, white space removed, cut at TITLE_LINE_CHARS
 * characters: a new JSON array of texts. Invalid UTF-8 ends the reading. */
json_t *title_head(const char *text, size_t len);

/* How near `line` is to `name`, 0..100. Brackets, punctuation, a court before the title
 * and words like 民事 do not count. 0 for an empty name. */
unsigned title_score(const char *name, const char *line);

/* The row whose name one of the lines of `head` bears. `rows`: the catalogue as the
 * repository gives it, [{"row", "title", "materials": [...]}]. False: none is near enough
 * or two rows are. */
bool title_propose(const json_t *rows, const json_t *head,
                   struct title_proposal *ret_proposal);

/* --- its tables (title_words.c) ----------------------------------------------------- */

/* Does the recogniser take one of the two characters for the other? */
bool title_look_alike(uint32_t a, uint32_t b);

/* Names of papers that the catalogue does not spell out: the paper, and words that the
 * title of its row has. NULL behind the last one. */
const char *title_paper(size_t index, const char **ret_row_has);

/* A word that may stand before a title without being part of it: 民事, 刑事, ... */
const char *title_qualifier(size_t index);
/* What a catalogue adds behind the name of a paper: 及相关材料, 正卷本, ... */
const char *title_tail(size_t index);

#endif
