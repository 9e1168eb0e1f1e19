/* The limits of the quality figures, as one table: what a page must keep to pass without
 * a second look. Each has its source. A court that wants others writes a file of
 * `name = value` lines and names it in stationd.conf (qc.limits) or to `juanku convert
 * --limits`; what the file leaves out stays as it is here. */
#ifndef STATION_PAGE_LIMITS_H
#define STATION_PAGE_LIMITS_H

#include "core/rc.h"
#include "sys/conf.h"
#include "sys/fault.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum { PAGE_LIMITS_VERSION_MAX = 32 };

/* Levels are 0 black to 255 white; _pm is thousandths, _mdeg thousandths of a degree. */
struct page_limits {
    char version[PAGE_LIMITS_VERSION_MAX]; /* kept with each page that was judged by it */
    uint32_t dpi_min;                      /* of the capture */
    uint32_t skew_mdeg;       /* as fed; it is straightened, but the sheet is looked at */
    uint32_t paper_min;       /* level of the paper */
    uint32_t ink_max;         /* level of the ink on paper made white */
    uint32_t contrast_min;    /* levels between paper and ink, as captured */
    uint32_t sharp_pm;        /* page_figures.sharp_pm */
    uint32_t edge_marks_max;  /* marks like text on one edge */
    uint32_t confidence_min;  /* of the recognised words, 0..100 */
    uint32_t blank_ink_pm;    /* more ink than this is never blank */
    uint32_t blank_specks;    /* nor are more specks */
    uint32_t size_mm;         /* how far a side may be from that of a known paper */
    uint32_t long_mm;         /* longer than its paper by more: two sheets, overlapping */
    bool odd_size;            /* paper of no known size is told */
    uint32_t same_blocks_max; /* places that differ on two pictures of one sheet */
    bool case_number;         /* another case's number at the head of a page is told */
    bool page_numbers;        /* gaps and repeats of the numbers on the pages are told */
};

extern const struct conf_key page_limit_keys[];
extern const size_t page_limit_count;

/* Those of the table itself; borrowed, for the life of the process. */
const struct page_limits *page_limits_usual(void);

/* The usual ones, then what the file says.
 *   RC_INVALID  an unknown name, a value out of its bounds, or no version of its own; the
 *               fault names file and line
 *   RC_NOT_FOUND, RC_IO  the file cannot be read */
MUST_USE enum rc page_limits_read(const char *path, struct page_limits *ret_limits,
                                  struct fault *why);

/* For a worker: all of them, and back. page_limits_json() never returns NULL. */
json_t *page_limits_json(const struct page_limits *limits);
MUST_USE enum rc page_limits_of_json(const json_t *json, struct page_limits *ret_limits);

#endif
