/* The part of a result that was measured or that tells the page's place, as JSON. */
#ifndef STATION_PAGE_FIGURES_H
#define STATION_PAGE_FIGURES_H

#include "station/page/page.h"

/* An object with figures, number_left, number_right and cases; never NULL. */
json_t *page_figures_json(const struct page_result *result);

/* The same keys of `json` into *result. RC_INVALID: one is missing or out of its bounds,
 * and *result is half filled. */
MUST_USE enum rc page_figures_read(const json_t *json, struct page_result *result);

#endif
