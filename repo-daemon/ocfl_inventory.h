/* The inventory of an OCFL object, read strictly. Private to ocfl_*. */
#ifndef REPO_OCFL_INVENTORY_H
#define REPO_OCFL_INVENTORY_H

#include "core/bytes.h"
#include "repo-daemon/bagit_manifest.h"
#include "repo-daemon/ocfl.h"

#include <jansson.h>

struct ocfl_inventory {
    json_t *doc;                  /* owned: as it stands in the file */
    const char *id, *content;     /* borrowed from doc; content: "content" by default */
    enum bag_algorithm algorithm; /* BAG_SHA256 or BAG_SHA512 */
    unsigned head;                /* number of the newest version */
    unsigned width;               /* of the numbers, with leading zeros; 0: without */
    json_t *paths; /* owned: each content path of the manifest with its digest */
    json_t *files; /* owned: each digest, in lower case, with its first content path */
};

/* Parse and check everything that an inventory says of itself. RC_CORRUPT with the code
 * of the specification in front. ocfl_inventory_free() on every result. */
MUST_USE enum rc ocfl_inventory_read(struct bytes text, struct ocfl_inventory *ret,
                                     struct fault *why);
void ocfl_inventory_free(struct ocfl_inventory *inventory);

/* "v2", or "v002" where this inventory pads. */
void ocfl_version_name(const struct ocfl_inventory *inventory, unsigned version,
                       char ret_name[16]);
/* The state of a version; borrowed. */
json_t *ocfl_state(const struct ocfl_inventory *inventory, unsigned version);
/* A state turned round: each logical path with its digest in lower case. New. */
json_t *ocfl_state_by_path(const json_t *state);

const char *ocfl_algorithm_word(enum bag_algorithm algorithm);

/* A fault of the specification: RC_CORRUPT, "E050：…". */
enum rc ocfl_bad(struct fault *why, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
