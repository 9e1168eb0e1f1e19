/* The manifest of one feeding: what a station says it scanned (docs/api.md). Everything
 * in it is checked before anything is kept: an outsider wrote it. */
#ifndef REPO_MANIFEST_H
#define REPO_MANIFEST_H

#include "core/rc.h"
#include "sys/fault.h"

#include <jansson.h>

enum { MANIFEST_SHEETS_MOST = 2000, MANIFEST_IMAGES_MOST = 4000 };

struct manifest_facts {
    unsigned sheets_declared, sheets_counted;
    unsigned images, pages, blank, cover, separator;
    unsigned duplex; /* 1: both sides of each sheet */
};

/* Check form and sums: declared and counted agree, each side of each sheet once, each
 * page in exactly one item, nothing else in any. RC_INVALID: the form; RC_REFUSED: the
 * numbers do not agree; Chinese sentences. */
MUST_USE enum rc manifest_check(const json_t *manifest, struct manifest_facts *ret_facts,
                                struct fault *why);

/* The four names under which an image names blobs; NULL behind the last. */
const char *manifest_blob_name(size_t index);

/* Badges of everybody who had a hand in the feeding: its operator first, then who fed any
 * of its sheets, each once. New reference. */
json_t *manifest_operators(const json_t *manifest);

/* The row of each image by its place in "images", 0 for none; the caller frees. */
unsigned *manifest_rows(const json_t *manifest);

#endif
