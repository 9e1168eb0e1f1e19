/* One side of a sheet as the scanning head sees it: a JPEG file, or clean paper, at some
 * resolution of its own; and the view that a front end asked for: a window on the paper
 * in micrometres, a resolution, a mode. */
#ifndef SANE_PAPER_PICTURE_H
#define SANE_PAPER_PICTURE_H

#include "core/bytes.h"
#include "core/rc.h"
#include "record/jpeg.h"
#include "sys/fault.h"

#include <stdbool.h>

enum { PICTURE_FILE_MAX = 64 * 1024 * 1024, PICTURE_DPI_DEFAULT = 300 };

struct picture {
    char *file; /* owned; NULL for clean paper */
    size_t len;
    uint32_t width_px, height_px, dpi;
    uint8_t channels;
    unsigned seed; /* of the grain of clean paper */
};

void picture_free(struct picture *picture);

/* Read a JPEG. Its density is believed when it is 50..1200 dpi, else it is 300.
 *   RC_NOT_FOUND  no such file
 *   RC_INVALID    not a JPEG (other formats are not fed), or far too large
 *   RC_CORRUPT    truncated */
MUST_USE enum rc picture_open(int dir, const char *name, struct picture *ret_picture,
                              struct fault *why);

/* White paper of this size: a warm tone, a shade and a grain that are the same each time
 * for the same `seed`, so that a blank test has something true to judge. */
struct picture picture_clean(uint32_t width_px, uint32_t height_px, uint32_t dpi,
                             unsigned seed);

enum picture_mode { PICTURE_LINEART, PICTURE_GRAY, PICTURE_COLOR };

struct picture_view {
    enum picture_mode mode;
    unsigned depth;     /* 1 for lineart, else 8 or 16 (in the order of this machine) */
    unsigned threshold; /* lineart: darker than this is black, which is 1 */
    uint32_t dpi;
    int32_t left_um, top_um;
    uint32_t width_px, height_px;
};

/* Bytes of one line of a view. */
size_t picture_stride(const struct picture_view *view);

/* True when the view is the whole picture at its own resolution and kind of colour, so
 * that its file says exactly what is asked for. */
bool picture_is_view(const struct picture *picture, const struct picture_view *view);

/* Hand the view over line by line, from the top; beside the paper stands the gray of the
 * feeder's backing. `put` returns false to stop early, which is RC_CANCELLED. */
MUST_USE enum rc picture_render(const struct picture *picture,
                                const struct picture_view *view,
                                bool (*put)(void *context, struct bytes line),
                                void *context, struct fault *why);

#endif
