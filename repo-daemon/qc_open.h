/* The feedings of a volume that wait for the second person, with the pictures to look at
 * (qc_choose.h). */
#ifndef REPO_QC_OPEN_H
#define REPO_QC_OPEN_H

#include "repo-daemon/call.h"
#include "repo-daemon/qc_choose.h"

#include <stdbool.h>
#include <stdint.h>

struct qc_open {
    json_t *scans;     /* owned; as stored, those that are open */
    json_t *manifests; /* owned; of each */
    json_t *operators; /* owned; badges of everybody who fed any of them */
    unsigned **why;    /* owned; for each feeding, for each of its pictures */
    size_t images, must;
    unsigned percent; /* the greatest of them */
};

/* `volume` as stored, borrowed. Empty when nothing waits. qc_open_free() on each result,
 * also as SCOPED(qc_open_free). */
MUST_USE enum rc qc_open_read(struct repo *repo, const json_t *volume,
                              struct qc_open *ret_open, struct fault *why);
void qc_open_free(struct qc_open *open);

/* Did this person feed any sheet of them? */
bool qc_open_by(const struct qc_open *open, const char *badge);
/* The picture, or NULL: its feeding by number, its place from 1. Borrowed; *ret_why may
 * be NULL. */
const json_t *qc_open_image(const struct qc_open *open, int64_t batch, int64_t index,
                            unsigned *ret_why);
/* All pictures, in the order of feeding, each with why it is to be looked at. */
json_t *qc_open_show(const struct qc_open *open);

#endif
