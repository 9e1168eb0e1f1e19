/* A volume of ours read back into its pages: what pdfa_join() put together is taken apart
 * again, each page a page file as it was. Nothing else is read: whatever pdfa_join()
 * would not write just so, to the byte, is refused.
 *
 * Reads with pread. Holds the table of offsets, bookmarks and labels, never a page. */
#ifndef PDFA_PDFA_VOLUME_H
#define PDFA_PDFA_VOLUME_H

#include "pdfa/pdfa.h"

struct pdfa_volume;

/* Open the volume in `fd` (borrowed until the end). A page file is a volume of one page,
 * without bookmarks. On success the caller owns *ret_volume.
 *   RC_INVALID  no PDF of ours
 *   RC_CORRUPT  it was ours, and was cut off or changed; both with a Chinese sentence
 *   RC_IO, RC_NO_MEMORY */
MUST_USE enum rc pdfa_volume_open(int fd, struct pdfa_volume **ret_volume,
                                  struct fault *why);
void pdfa_volume_free(struct pdfa_volume *volume); /* accepts NULL */

/* How to make the same volume again: title, date, bookmarks and labels are borrowed from
 * it, and its own pages are what open_page opens. */
struct pdfa_join pdfa_volume_join(struct pdfa_volume *volume);

bool pdfa_volume_is_page(const struct pdfa_volume *volume); /* a page file */

/* Page `index`, from 0, as a page file in memory; the caller closes *ret_fd. */
MUST_USE enum rc pdfa_volume_page(const struct pdfa_volume *volume, size_t index,
                                  int *ret_fd, struct fault *why);

#endif
