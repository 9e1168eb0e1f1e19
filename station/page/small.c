/* Shrunk by area, then turned: the small picture is the cheap one to turn. */
#include "station/page/small.h"

#include "record/jpeg.h"
#include "station/page/pix.h"

enum { SMALL_QUALITY = 78 };

static enum rc encode(PIX *pix, char **ret_jpeg, size_t *ret_len, struct fault *why)
{
    bool colour = pixGetDepth(pix) == 32;
    struct jpeg_raster raster = { .width_px = (uint32_t)pixGetWidth(pix),
                                  .height_px = (uint32_t)pixGetHeight(pix),
                                  .channels = colour ? 3 : 1 };
    raster.stride = (size_t)raster.width_px * raster.channels;
    SCOPED(free_at) uint8_t *pixels = malloc(raster.stride * raster.height_px);
    if (!pixels)
        return pix_no_memory(why);
    uint8_t *at = raster.at = pixels;
    for (uint32_t y = 0; y < raster.height_px; y++) {
        l_uint32 *line = pixGetData(pix) + (size_t)y * (size_t)pixGetWpl(pix);
        for (uint32_t x = 0; x < raster.width_px; x++) {
            if (!colour) {
                *at++ = GET_DATA_BYTE(line, x);
                continue;
            }
            *at++ = (uint8_t)(line[x] >> 24);
            *at++ = (uint8_t)(line[x] >> 16);
            *at++ = (uint8_t)(line[x] >> 8);
        }
    }
    struct jpeg_encode_how how = { .quality = SMALL_QUALITY };
    uint8_t *data = NULL;
    enum rc rc = jpeg_encode(&raster, &how, &data, ret_len, why);
    if (!rc)
        *ret_jpeg = (char *)data;
    return rc;
}

enum rc page_small(PIX *work, uint32_t rotated_deg, uint32_t width_px, uint32_t height_px,
                   char **ret_jpeg, size_t *ret_len, struct fault *why)
{
    bool aside = rotated_deg % 180;
    double width = aside ? pixGetHeight(work) : pixGetWidth(work);
    double height = aside ? pixGetWidth(work) : pixGetHeight(work);
    double scale =
        width_px / width < height_px / height ? width_px / width : height_px / height;
    /* A strip of 1 x 20000 must keep at least one pixel each way. */
    double least = width < height ? 1 / width : 1 / height;
    scale = scale > 1 ? 1 : scale < least ? least : scale;
    SCOPED_PIX small = scale == 1
                           ? pixClone(work)
                           : pixScaleAreaMap(work, (l_float32)scale, (l_float32)scale);
    SCOPED_PIX turned = small ? pixRotateOrth(small, (l_int32)rotated_deg / 90) : NULL;
    if (!turned)
        return pix_no_memory(why);
    return encode(turned, ret_jpeg, ret_len, why);
}
