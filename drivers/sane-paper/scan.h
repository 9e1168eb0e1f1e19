/* One open feeder and the picture that is being taken.
 *
 *           scan_start: a sheet, or its back        the last byte was read
 *   IDLE ------------------------------------> BUSY ----------------------> IDLE
 *                                               |  trouble, or scan_cancel    ^
 *                                               +-----------------------------+
 *
 * In duplex the front's end leaves the back waiting in the path; the next scan_start
 * takes it without feeding. A cancel, another source or closing lets the sheet out
 * instead. */
#ifndef SANE_PAPER_SCAN_H
#define SANE_PAPER_SCAN_H

#include <sane/sane.h>

#include "feeder.h"
#include "options.h"
#include "pace.h"
#include "picture.h"
#include "stream.h"

/* SANE 1.0 leaves this frame type out of its header; backends and front ends that speak
 * it agree on the number. */
enum { SCAN_FRAME_JPEG = 0x0B };

struct scan {
    struct feeder *feeder; /* borrowed, opened by us */
    struct options options;
    struct stream stream;
    struct pace pace;
    struct fed_sheet sheet; /* the one in the path or on the glass */
    enum side side;
    bool back_waits;
    bool busy;
    bool ended; /* the last picture ended well: reading on says so again */
    bool gone;  /* unplugged while open: nothing works any more */
    bool jpeg;
    struct picture picture;
    struct picture_view view;
    struct trouble trouble; /* that strikes in this picture after its percent */
};

SANE_Status scan_open(struct feeder *feeder, struct scan **ret_scan);
void scan_close(struct scan *scan);

SANE_Status scan_start(struct scan *scan);
SANE_Status scan_read(struct scan *scan, SANE_Byte *data, SANE_Int room,
                      SANE_Int *ret_len);

/* Exact while busy, else what the options promise for a page as large as the window. */
SANE_Parameters scan_parameters(const struct scan *scan);

/* The stream_make of a scan: answers SANE_STATUS_EOF after the last byte, else why not.
 */
int scan_make(struct stream *stream, void *scan);

/* The SANE status for a result code. With SANE_DEBUG_PAPER set, the fault goes to stderr.
 */
SANE_Status scan_status(enum rc rc, const struct fault *why);

#endif
