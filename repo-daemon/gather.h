/* All feedings of a volume that stand, put together in catalogue order. */
#ifndef REPO_GATHER_H
#define REPO_GATHER_H

#include "repo-daemon/repo.h"
#include "repo-daemon/rules.h"

struct gathered {
    struct rules *rules;         /* NULL: no rules for this kind of volume yet */
    json_t *the_case, *volume;   /* owned */
    json_t *scans, *manifests;   /* owned arrays, one for each feeding that stands */
    struct rules_batch *batches; /* owned */
    size_t batch_count;
    struct rules_image *images; /* owned, in catalogue order, numbered */
    size_t image_count;
};

/* Read the manifests of `volume` (as stored; borrowed). gather_free() on every result. */
MUST_USE enum rc gather(struct repo *repo, const json_t *volume, struct gathered *ret_all,
                        struct fault *why);
void gather_free(struct gathered *all);

/* The manifest's entry of an image; borrowed. */
json_t *gather_entry(const struct gathered *all, const struct rules_image *image);
/* The title of a row, from the rules or else from the manifests; never NULL. */
const char *gather_title(const struct gathered *all, unsigned row);

#endif
