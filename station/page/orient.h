/* Which way up, and straight: from the evened picture to the one that is read. */
#ifndef STATION_PAGE_ORIENT_H
#define STATION_PAGE_ORIENT_H

#include "station/page/ocr.h"

struct page_stand {
    PIX *gray;            /* upright and level, in a window large enough; owned */
    PIX *bits;            /* the same in black and white; owned */
    uint32_t rotated_deg; /* clockwise: 0 90 180 270 */
    double turn_deg;      /* then clockwise */
    bool turn_sure;       /* false: the turn could not be seen, and is 0 */
    bool assumed;         /* which end is up was not read: see page_stand_proven() */
    bool told;            /* a label or a person said how it is to be turned */
};

void page_stand_free(struct page_stand *stand); /* what it owns */

/* Stand `even` (8 bits) up. `label_deg` is what a label said (-1: nothing). Where the
 * rows and their ends say enough it is assumed; else `ocr` is asked about a few lines,
 * both ways up. NULL: only how far from level it is, not which end is up, and no pictures
 * are made. */
MUST_USE enum rc page_stand_up(PIX *even, double dpi, int label_deg, struct ocr *ocr,
                               struct page_stand *ret_stand, struct fault *why);

/* `even` after so many quarter turns clockwise, and then level. */
MUST_USE enum rc page_stand_turned(PIX *even, int quarters, struct page_stand *ret_stand,
                                   struct fault *why);

/* Do the rows of `even` run from side to side (true) or up and down? *ret_sure: believe
 * it. */
MUST_USE enum rc page_see_axis(PIX *even, bool *ret_level, bool *ret_sure,
                               struct fault *why);

/* Is enough of `text` in lines that were read surely? */
bool page_reads_well(const struct ocr_text *text);

/* Does `text`, read from the page that stands so, leave no doubt which end is up? */
bool page_stand_proven(const struct page_stand *stand, const struct ocr_text *text);

/* The same without a label, assuming nothing. */
MUST_USE enum rc page_stand_by_lines(PIX *even, double dpi, struct ocr *ocr,
                                     struct page_stand *ret_stand, struct fault *why);

#endif
