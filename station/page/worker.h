/* What the pool and its workers say to each other: one request and one reply a picture.
 *
 *   request  {"options": {...}} with the capture as descriptor
 *   reply    {"result": {...}, "files": ["pdf", "text", ...]} with a descriptor for each
 *            name, or {"rc": N, "sentence": "..."} */
#ifndef STATION_PAGE_WORKER_H
#define STATION_PAGE_WORKER_H

#include "station/page/page.h"

#include <jansson.h>

json_t *page_options_json(const struct page_options *options);
MUST_USE enum rc page_options_read(const json_t *json, struct page_options *ret_options);

/* Give up what a worker does not need: network, programs, files but the models', memory
 * beyond WORKER_MEMORY. Called once models are loaded. */
enum { WORKER_MEMORY_MIB = 1536 };

#endif
