/* Samples: wide to narrow, planes to pixels. Runs of bytes come cut anywhere, also in the
 * middle of a 16-bit sample, so the half is carried to the next run. */
#include "drivers/scanner/scanner_frame.h"

#include <stdlib.h>
#include <string.h>

static uint8_t high_byte(uint8_t first, uint8_t second)
{
    uint8_t pair[2] = { first, second };
    uint16_t sample;
    memcpy(&sample, pair, sizeof sample);
    return (uint8_t)(sample >> 8);
}

size_t frame_narrow(struct frame_narrow *state, uint8_t *at, size_t len)
{
    size_t out = 0, in = 0;
    if (state->has_half && len) {
        at[out++] = high_byte(state->half, at[in++]);
        state->has_half = false;
    }
    for (; in + 1 < len; in += 2)
        at[out++] = high_byte(at[in], at[in + 1]);
    if (in < len) {
        state->half = at[in];
        state->has_half = true;
    }
    return out;
}

void frame_invert(uint8_t *at, size_t len)
{
    for (size_t i = 0; i < len; i++)
        at[i] = (uint8_t)~at[i];
}

void frame_planes_free(struct frame_planes *planes)
{
    for (unsigned i = 0; i < 3; i++)
        free(planes->at[i]);
    *planes = (struct frame_planes){ .len = { 0 } };
}

enum rc frame_planes_add(struct frame_planes *planes, unsigned plane, struct bytes bytes)
{
    size_t need = planes->len[plane] + bytes.len;
    if (need > FRAME_PLANE_MAX)
        return RC_INVALID;
    if (need > planes->room[plane]) {
        size_t room = 2 * need;
        uint8_t *grown = realloc(planes->at[plane], room);
        if (!grown)
            return RC_NO_MEMORY;
        planes->at[plane] = grown;
        planes->room[plane] = room;
    }
    if (bytes.len)
        memcpy(planes->at[plane] + planes->len[plane], bytes.at, bytes.len);
    planes->len[plane] = need;
    return RC_OK;
}

bool frame_planes_whole(const struct frame_planes *planes)
{
    return planes->len[0] && planes->len[0] == planes->len[1] &&
           planes->len[1] == planes->len[2];
}

void frame_planes_join(const struct frame_planes *planes, size_t first, size_t count,
                       uint8_t *ret_rgb)
{
    for (size_t i = 0; i < count; i++)
        for (unsigned plane = 0; plane < 3; plane++)
            ret_rgb[3 * i + plane] = planes->at[plane][first + i];
}
