/* Samples as devices deliver them, made into what sinks get. Pure. */
#ifndef DRIVERS_SCANNER_SCANNER_FRAME_H
#define DRIVERS_SCANNER_SCANNER_FRAME_H

#include "core/bytes.h"
#include "core/rc.h"

#include <stdbool.h>

/* Keeps the half of a 16-bit sample that a run of bytes may end in. */
struct frame_narrow {
    uint8_t half;
    bool has_half;
};

/* 16-bit samples in this machine's order to 8 bits, in place; returns the new length. */
size_t frame_narrow(struct frame_narrow *state, uint8_t *at, size_t len);

/* Turn black and white around, in place. */
void frame_invert(uint8_t *at, size_t len);

enum { FRAME_PLANE_MAX = 256 * 1024 * 1024 };

/* The passes of a three-pass device, each a plane of the picture. */
struct frame_planes {
    uint8_t *at[3]; /* red, green, blue; owned: frame_planes_free() */
    size_t len[3], room[3];
};

void frame_planes_free(struct frame_planes *planes);

/* Append to a plane. RC_NO_MEMORY; RC_INVALID beyond FRAME_PLANE_MAX. */
MUST_USE enum rc frame_planes_add(struct frame_planes *planes, unsigned plane,
                                  struct bytes bytes);

/* True when the three planes are there and of one length. */
bool frame_planes_whole(const struct frame_planes *planes);

/* R G B of `count` pixels from pixel `first` on, into `ret_rgb` (3 * count bytes). */
void frame_planes_join(const struct frame_planes *planes, size_t first, size_t count,
                       uint8_t *ret_rgb);

#endif
