/* Read the capture twice, at full size in gray and coarse in colour (the decoder makes
 * the small one itself); split, paint, and pack: G4 for the stencils, JPEG for what is
 * smooth. */
#include "station/page/layers.h"

#include "station/page/pix.h"
#include "station/page/tiff.h"

#include <string.h>

enum {
    GROUND_QUALITY = 75,
    COLOURS_QUALITY = 75,
    WORTH_PERCENT = 70, /* of the capture: larger layers are not worth their loss */
    SIDE_PX_MIN = 64,
    DPI_MIN = 180,
};

void page_layers_free(struct page_layers *layers)
{
    free(layers->ground);
    for (size_t i = 0; i < layers->ink_count; i++) {
        free(layers->inks[i].mask);
        free(layers->inks[i].colours);
    }
    *layers = (struct page_layers){ 0 };
}

const char *layers_verdict_name(enum layers_verdict verdict)
{
    static const char *const names[] = {
        [LAYERS_FIT] = "layered",     [LAYERS_PICTURE] = "picture",
        [LAYERS_COVERED] = "covered", [LAYERS_UNLIKE] = "unlike",
        [LAYERS_LARGE] = "large",     [LAYERS_COARSE] = "coarse",
        [LAYERS_PLAIN] = "plain",
    };
    return (size_t)verdict < COUNT(names) ? names[verdict] : "";
}

static void view_free_at(struct layers_view *view)
{
    jpeg_raster_free(&view->gray);
    jpeg_raster_free(&view->cells);
}

/* Cells of about 150 dpi. */
static uint32_t cell_of(uint32_t dpi)
{
    return dpi < 450 ? 2 : dpi < 900 ? 4 : 8;
}

static enum rc view_of_jpeg(struct bytes capture, const struct picture *picture,
                            struct layers_view *view, struct fault *why)
{
    struct jpeg_how full = { 8, JPEG_STRICT }, small = { 8 / view->cell_px, JPEG_STRICT };
    enum rc rc = jpeg_decode_gray(capture, &full, &view->gray, why);
    if (rc)
        return rc;
    return picture->look.channels == 1
               ? jpeg_decode_gray(capture, &small, &view->cells, why)
               : jpeg_decode_rgb(capture, &small, &view->cells, why);
}

static void pixel_of(PIX *pix, uint32_t x, uint32_t y, uint8_t ret_rgb[3])
{
    const l_uint32 *line = pixGetData(pix) + (size_t)y * (size_t)pixGetWpl(pix);
    if (pixGetDepth(pix) == 8)
        ret_rgb[0] = ret_rgb[1] = ret_rgb[2] = GET_DATA_BYTE(line, x);
    else
        for (int c = 0; c < 3; c++)
            ret_rgb[c] = (uint8_t)(line[x] >> (24 - 8 * c));
}

static enum rc raster_new(uint32_t width, uint32_t height, uint8_t channels,
                          struct jpeg_raster *ret_raster, struct fault *why)
{
    *ret_raster = (struct jpeg_raster){ .width_px = width,
                                        .height_px = height,
                                        .stride = (size_t)width * channels,
                                        .channels = channels };
    ret_raster->at = malloc(ret_raster->stride * height);
    return ret_raster->at ? RC_OK : pix_no_memory(why);
}

static enum rc view_of_pixels(PIX *whole, struct layers_view *view, struct fault *why)
{
    uint32_t width = (uint32_t)pixGetWidth(whole), height = (uint32_t)pixGetHeight(whole);
    uint32_t cell = view->cell_px, wide = (width + cell - 1) / cell;
    uint8_t channels = pixGetDepth(whole) == 8 ? 1 : 3;
    enum rc rc = raster_new(width, height, 1, &view->gray, why);
    rc = rc ? rc
            : raster_new(wide, (height + cell - 1) / cell, channels, &view->cells, why);
    SCOPED(free_at) uint32_t *sums = rc ? NULL : malloc((size_t)wide * 4 * sizeof *sums);
    if (rc || !sums)
        return rc ? rc : pix_no_memory(why);
    for (uint32_t cy = 0; cy < view->cells.height_px; cy++) {
        memset(sums, 0, (size_t)wide * 4 * sizeof *sums);
        for (uint32_t y = cy * cell; y < (cy + 1) * cell && y < height; y++)
            for (uint32_t x = 0; x < width; x++) {
                uint8_t rgb[3];
                pixel_of(whole, x, y, rgb);
                view->gray.at[(size_t)y * width + x] = (uint8_t)colour_light(rgb);
                uint32_t *sum = sums + x / cell * 4;
                for (int c = 0; c < 3; c++)
                    sum[c] += rgb[c];
                sum[3]++;
            }
        uint8_t *to = view->cells.at + cy * view->cells.stride;
        for (uint32_t x = 0; x < wide; x++)
            for (uint8_t c = 0; c < channels; c++)
                *to++ =
                    (uint8_t)((sums[x * 4 + c] + sums[x * 4 + 3] / 2) / sums[x * 4 + 3]);
    }
    return RC_OK;
}

/* The stencil of one kind of ink. */
static enum rc pack_mask(const struct layers_view *view, const struct layers_split *split,
                         enum ink_kind kind, struct page_ink *ink, struct fault *why)
{
    uint32_t width = view->gray.width_px, height = view->gray.height_px;
    size_t stride = (width + 7) / 8;
    SCOPED(free_at) uint8_t *rows = calloc(stride, height);
    if (!rows)
        return pix_no_memory(why);
    for (uint32_t y = 0; y < height; y++) {
        const uint8_t *at = split->kind + (size_t)y * width, *next = at;
        uint8_t *row = rows + y * stride;
        while ((next = memchr(next, (int)kind, (size_t)(at + width - next)))) {
            size_t x = (size_t)(next++ - at);
            row[x / 8] |= (uint8_t)(0x80 >> x % 8);
        }
    }
    return tiff_pack_g4(rows, width, height, &ink->mask, &ink->mask_len, why);
}

static enum rc pack_colours(const struct colour_map *front, struct page_ink *ink,
                            struct fault *why)
{
    struct jpeg_raster raster = { .at = front->rgb,
                                  .width_px = front->width,
                                  .height_px = front->height,
                                  .stride = (size_t)front->width * 3,
                                  .channels = 3 };
    struct jpeg_encode_how how = { .quality = COLOURS_QUALITY };
    return jpeg_encode(&raster, &how, &ink->colours, &ink->colours_len, why);
}

static enum rc pack(const struct layers_view *view, const struct layers_split *split,
                    const struct layers_paint *paint, struct page_layers *layers,
                    struct fault *why)
{
    struct jpeg_encode_how how = { .quality = GROUND_QUALITY };
    enum rc rc =
        jpeg_encode(&paint->ground, &how, &layers->ground, &layers->ground_len, why);
    static const enum ink_kind order[] = { INK_RED, INK_COOL, INK_DARK };
    for (size_t i = 0; !rc && i < COUNT(order); i++) {
        enum ink_kind kind = order[i];
        if (!split->count[kind])
            continue;
        struct page_ink *ink = &layers->inks[layers->ink_count++];
        memcpy(ink->flat, paint->colour[kind], sizeof ink->flat);
        rc = pack_mask(view, split, kind, ink, why);
        if (!rc && !paint->flat[kind])
            rc = pack_colours(&paint->front[kind], ink, why);
    }
    return rc;
}

static size_t weight(const struct page_layers *layers)
{
    size_t bytes = layers->ground_len;
    for (size_t i = 0; i < layers->ink_count; i++)
        bytes += layers->inks[i].mask_len + layers->inks[i].colours_len;
    return bytes;
}

enum rc page_layers_make(struct bytes capture, const struct picture *picture,
                         struct page_layers *ret_layers, enum layers_verdict *ret_verdict,
                         struct fault *why)
{
    SCOPED(view_free_at) struct layers_view view = { .cell_px = cell_of(picture->dpi) };
    SCOPED(layers_split_free) struct layers_split split = { 0 };
    SCOPED(layers_paint_free) struct layers_paint paint = { 0 };
    SCOPED(page_layers_free) struct page_layers layers = { 0 };
    uint32_t width = picture->look.width_px, height = picture->look.height_px;
    *ret_verdict = LAYERS_PLAIN;
    *ret_layers = layers;
    if ((picture->whole && pixGetDepth(picture->whole) == 1) || width < SIDE_PX_MIN ||
        height < SIDE_PX_MIN)
        return RC_OK;
    *ret_verdict = LAYERS_COARSE;
    if (picture->dpi < DPI_MIN)
        return RC_OK;
    enum rc rc = picture->whole ? view_of_pixels(picture->whole, &view, why)
                                : view_of_jpeg(capture, picture, &view, why);
    rc = rc ? rc : layers_split(&view, &split, why);
    rc = rc ? rc : layers_paint(&view, &split, &paint, ret_verdict, why);
    if (rc || *ret_verdict != LAYERS_FIT)
        return rc;
    rc = pack(&view, &split, &paint, &layers, why);
    if (rc)
        return rc;
    if (!picture->whole && weight(&layers) * 100 > capture.len * WORTH_PERCENT) {
        *ret_verdict = LAYERS_LARGE;
        return RC_OK;
    }
    *ret_layers = layers;
    layers = (struct page_layers){ 0 };
    return RC_OK;
}
