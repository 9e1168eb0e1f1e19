/* The limits of the quality figures, as one table: what a page must keep to pass without
 * a second look. Each has its source; a court that wants others gets another table. */
#ifndef STATION_PAGE_LIMITS_H
#define STATION_PAGE_LIMITS_H

struct page_limits {
    unsigned dpi_min;        /* of the capture */
    double skew_deg;         /* as fed; it is straightened, but the sheet is looked at */
    double paper_min;        /* level of the paper, 0 black to 255 white */
    double ink_max;          /* level of the ink on paper made white */
    double sharp_min;        /* page_ink.sharp */
    unsigned edge_marks_max; /* marks like text on one edge */
    int confidence_min;      /* of the recognised words, 0..100 */
};

extern const struct page_limits page_limits_usual;

#endif
