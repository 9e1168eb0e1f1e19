/* Figures about a picture, and what the operator is told about them. */
#ifndef STATION_PAGE_JUDGE_H
#define STATION_PAGE_JUDGE_H

#include "station/page/page.h"
#include "station/page/paper.h"

#include <allheaders.h>

struct page_ink {
    double share;    /* of the paper inside a margin that is covered by ink */
    double coloured; /* share with strong colour: seals, stamps, marker */
    unsigned marks;  /* marks as large as a character */
    unsigned specks; /* smaller ones, too large for noise */
    unsigned
        edge_marks; /* of these, on the very edge of the picture, on its worst side */
    double paper;   /* level of the paper, 0 black to 255 white */
    double ink;     /* level of the ink once the paper is made white, 0 to 255 */
    double sharp;   /* how much of the way from paper to ink an edge goes within two
                       pixels, 0 to 1; -1 when there are too few edges to say */
    bool black;     /* the lid was open: neither paper nor text */
};

/* `work` is the picture in colour or gray, `even` its evened gray of the same size with
 * the border whitened. */
MUST_USE enum rc page_measure_ink(PIX *work, PIX *even, double work_dpi,
                                  const struct page_paper *paper,
                                  struct page_ink *ret_ink, struct fault *why);

/* Nothing on it that a reader would miss? Print that shows through from the other side is
 * nothing; a seal, a line of writing or a drawing is something. */
bool page_is_blank(const struct page_ink *ink, const struct page_limits *limits);

/* The figures of the ink into those that are kept. */
void page_keep_ink(const struct page_ink *ink, struct page_figures *figures);

/* The figures of the paper, by its sides in pixels of `work_dpi`, upright. */
void page_keep_paper(double width_px, double height_px, double work_dpi,
                     const struct page_limits *limits, struct page_figures *figures);

/* Add a reason once; more than PAGE_QC_MAX are dropped. */
void page_add_qc(struct page_result *result, const char *code, const char *sentence);

/* Every reason that follows from the figures. `dpi_guessed`: the file did not say. */
void page_judge(const struct page_limits *limits, bool dpi_guessed,
                struct page_result *result);

/* The reasons that page_judge() knows, with the limit each is about: NULL behind the
 * last. *ret_limit is a name of page_limit_keys, or NULL where nothing can be set. */
const char *page_reason(size_t index, const char **ret_limit);

#endif
