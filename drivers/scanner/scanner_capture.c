/* A picture into memory as one JPEG. The device's own JPEG is kept byte for byte, but
 * only when it is whole: a truncated one must never pass for a capture. Raw lines are
 * gathered and encoded once; the length of the page is whatever came. */
#include "drivers/scanner/scanner_state.h"
#include "record/jpeg.h"
#include "sys/scope.h"

#include <string.h>

enum { GATHER_MAX = 400 * 1024 * 1024 };

struct gather {
    uint8_t *at;
    size_t len, room;
    struct scanner_format format;
};

static void gather_free(struct gather *gather)
{
    free(gather->at);
}

static enum rc gather_begin(void *context, const struct scanner_format *format,
                            struct fault *why)
{
    struct gather *gather = context;
    gather->format = *format;
    size_t room = (size_t)format->stride * format->height_px;
    if (!room || room > GATHER_MAX)
        return RC_OK; /* grows as it comes */
    gather->at = malloc(room);
    gather->room = gather->at ? room : 0;
    return gather->at ? RC_OK : fault_set(why, RC_NO_MEMORY, 0, "no memory for a page");
}

static enum rc gather_bytes(void *context, struct bytes chunk, struct fault *why)
{
    struct gather *gather = context;
    size_t need = gather->len + chunk.len;
    if (need > GATHER_MAX)
        return fault_set(why, RC_FULL, 0, "a page of more than %d bytes", GATHER_MAX);
    if (need > gather->room) {
        uint8_t *grown = realloc(gather->at, need * 2);
        if (!grown)
            return fault_set(why, RC_NO_MEMORY, 0, "no memory for a page");
        gather->at = grown;
        gather->room = need * 2;
    }
    memcpy(gather->at + gather->len, chunk.at, chunk.len);
    gather->len = need;
    return RC_OK;
}

/* The device's own file: is it whole, and how large is the picture really? */
static enum scanner_end take_jpeg(struct gather *gather,
                                  struct scanner_capture *ret_capture, struct fault *why)
{
    struct jpeg_info info;
    if (jpeg_look((struct bytes){ gather->at, gather->len }, &info, why))
        return SCANNER_IO;
    if (!info.complete) {
        fault_set(why, RC_CORRUPT, 0, "the scanner's JPEG broke off after %zu bytes",
                  gather->len);
        return SCANNER_IO;
    }
    gather->format.width_px = info.width_px;
    gather->format.height_px = info.height_px;
    gather->format.channels = info.channels;
    *ret_capture = (struct scanner_capture){ .data = TAKE(gather->at),
                                             .len = gather->len,
                                             .format = gather->format };
    return SCANNER_IMAGE;
}

/* Bits to bytes: 1 is black. The caller frees. NULL when out of memory. */
static uint8_t *expand_bits(const struct gather *gather)
{
    const struct scanner_format *format = &gather->format;
    uint8_t *gray = malloc((size_t)format->width_px * format->height_px);
    uint8_t *out = gray;
    for (uint32_t y = 0; gray && y < format->height_px; y++) {
        const uint8_t *line = gather->at + (size_t)y * format->stride;
        for (uint32_t x = 0; x < format->width_px; x++)
            *out++ = line[x / 8] & 0x80 >> x % 8 ? 0 : 255;
    }
    return gray;
}

static enum scanner_end encode(struct gather *gather, uint8_t quality,
                               struct scanner_capture *ret_capture, struct fault *why)
{
    struct scanner_format *format = &gather->format;
    format->height_px = format->stride ? (uint32_t)(gather->len / format->stride) : 0;
    struct jpeg_raster raster = { .at = gather->at,
                                  .width_px = format->width_px,
                                  .height_px = format->height_px,
                                  .stride = format->stride,
                                  .channels = format->channels };
    SCOPED(free_at) uint8_t *gray = format->depth == 1 ? expand_bits(gather) : NULL;
    if (gray) {
        raster.at = gray;
        raster.stride = raster.width_px;
    } else if (format->depth == 1) {
        fault_set(why, RC_NO_MEMORY, 0, "no memory for a page");
        return SCANNER_IO;
    }
    struct scanner_capture capture = { .format = *format };
    struct jpeg_encode_how how = { .dpi = (uint16_t)format->dpi,
                                   .quality = quality ? quality : SCANNER_JPEG_QUALITY };
    if (jpeg_encode(&raster, &how, &capture.data, &capture.len, why))
        return SCANNER_IO;
    *ret_capture = capture;
    return SCANNER_IMAGE;
}

enum scanner_end scanner_capture(struct scanner *scanner,
                                 struct scanner_capture *ret_capture, struct fault *why)
{
    SCOPED(gather_free) struct gather gather = { .len = 0 };
    struct scanner_sink sink = { gather_begin, gather_bytes, &gather };
    enum scanner_end end = scanner_read(scanner, &sink, why);
    if (end != SCANNER_IMAGE)
        return end;
    return gather.format.coding == SCANNER_JPEG
               ? take_jpeg(&gather, ret_capture, why)
               : encode(&gather, scanner->profile.jpeg_quality, ret_capture, why);
}

void scanner_capture_free(struct scanner_capture *capture)
{
    free(capture->data);
    *capture = (struct scanner_capture){ .len = 0 };
}
