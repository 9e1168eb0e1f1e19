/* The package of an archived volume: everything that is needed to read and to verify it
 * without us, as a BagIt bag.
 *
 *   data/volume.pdf        all pages in catalogue order, PDF/A, with bookmarks
 *   data/certificate.pdf   paper and images agree
 *   data/check.json        the binding check;  data/catalogue.json  items and pages
 *   data/captures/         the scanner's own bits;  data/text/  what was read
 *   data/manifests/        what the station said of each feeding
 *   ledger/                the volume's chain with proofs, signed head, key */
#ifndef REPO_ARCHIVE_H
#define REPO_ARCHIVE_H

#include "repo-daemon/bagit.h"
#include "repo-daemon/gather.h"

struct archive_facts {
    char path[1200];
    char seal[SHA256_HEX]; /* of the whole bag */
    unsigned files;
};

/* Write the bag of `all` below `folder`, or take the one that is there when it is whole:
 * it is then left over from a try whose answer got lost. Blocks for the disk. */
MUST_USE enum rc archive_write(struct repo *repo, const struct gathered *all,
                               const char *folder, int64_t now_ms,
                               struct archive_facts *ret_facts, struct fault *why);

#endif
