/* The master: one TIFF (Adobe TIFF 6.0 and its Technical Note 2) with the capture's own
 * pixels, and in it what DA/T 48 asks to be known of a digital copy.
 *
 * A JPEG's bits go in as they are, in one strip; so do those of a G4 picture; everything
 * else is packed by LZW, which loses nothing. Same capture and facts, same bytes. */
#ifndef STATION_PAGE_MASTER_H
#define STATION_PAGE_MASTER_H

#include "station/page/page.h"
#include "station/page/read.h"

/* `picture` is the capture decoded, which gets its `whole` where it must be packed anew.
 * `result` is complete. The caller frees *ret_tiff.
 *   RC_INVALID  a size that TIFF cannot hold; a Chinese sentence */
MUST_USE enum rc page_master_write(struct bytes capture, struct picture *picture,
                                   const struct page_result *result,
                                   const struct page_master *facts, char **ret_tiff,
                                   size_t *ret_len, struct fault *why);

#endif
