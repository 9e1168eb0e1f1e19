/* Decoding, and the working picture of about the dpi wanted.
 *
 * JPEG by lib/record at the eighth nearest to the working size: the inverse transform is
 * done at the small size, which costs a fifth of decoding and shrinking. A stated
 * resolution is believed when it makes the short side 4 to 50 cm of paper. */
#include "station/page/read.h"

#include "record/jpeg.h"
#include "station/page/page.h"
#include "station/page/pix.h"
#include "station/page/tiff.h"

#include <math.h>
#include <string.h>

enum { GUESS_DPI_MIN = 72, GUESS_DPI_MAX = 1200 };

static const double paper_min_in = 1.6, paper_max_in = 20.0, a4_width_in = 8.27;
static const double work_side_max_px = 6000; /* whatever the dpi says */

void picture_free(struct picture *picture)
{
    pixDestroy(&picture->work);
    pixDestroy(&picture->whole);
}

static void find_dpi(struct picture *picture, uint32_t told_dpi)
{
    const struct picture_look *look = &picture->look;
    uint32_t short_px =
        look->width_px < look->height_px ? look->width_px : look->height_px;
    uint32_t dpi = told_dpi ? told_dpi : look->x_dpi;
    double inches = dpi ? (double)short_px / dpi : 0;
    picture->dpi_guessed = !(inches >= paper_min_in && inches <= paper_max_in);
    if (told_dpi && inches > 0.2 && inches < 100)
        picture->dpi_guessed = false; /* a scanner knows what it was told */
    if (picture->dpi_guessed)
        dpi = (uint32_t)lround(short_px / a4_width_in);
    if (picture->dpi_guessed && dpi < GUESS_DPI_MIN)
        dpi = GUESS_DPI_MIN;
    picture->dpi = dpi > GUESS_DPI_MAX && picture->dpi_guessed ? GUESS_DPI_MAX : dpi;
}

/* Gray lines of bytes as a Pix, which keeps words in the machine's order. */
static PIX *pix_of_gray(const struct jpeg_raster *raster)
{
    PIX *pix = pixCreateNoInit((l_int32)raster->width_px, (l_int32)raster->height_px, 8);
    if (!pix)
        return NULL;
    uint32_t *line = pixGetData(pix);
    size_t words = (size_t)pixGetWpl(pix);
    for (uint32_t y = 0; y < raster->height_px; y++, line += words) {
        line[words - 1] = 0;
        memcpy(line, raster->at + y * raster->stride, raster->width_px);
    }
    pixEndianByteSwap(pix);
    return pix;
}

static enum rc decode_jpeg(struct bytes file, const struct picture_look *look,
                           unsigned eighths, PIX **ret_pix, struct fault *why)
{
    struct jpeg_how how = { .eighths = eighths, .care = JPEG_STRICT };
    struct jpeg_raster raster = { 0 };
    SCOPED_PIX pix = NULL;
    enum rc rc = RC_OK;
    if (look->channels == 1) {
        rc = jpeg_decode_gray(file, &how, &raster, NULL);
        pix = rc ? NULL : pix_of_gray(&raster);
        jpeg_raster_free(&raster);
    } else {
        pix = pixCreateNoInit((l_int32)jpeg_scaled_px(look->width_px, eighths),
                              (l_int32)jpeg_scaled_px(look->height_px, eighths), 32);
        if (pix)
            rc = jpeg_decode_words(file, &how, pixGetData(pix), (size_t)pixGetWpl(pix),
                                   NULL);
    }
    if (rc == RC_NO_MEMORY || (!rc && !pix))
        return pix_no_memory(why);
    if (rc)
        return fault_set(why, RC_CORRUPT, 0, "图片文件已损坏，请重新扫描这一页");
    *ret_pix = TAKE(pix);
    return RC_OK;
}

static enum rc read_jpeg(struct bytes file, uint32_t work_dpi, struct picture *picture,
                         struct fault *why)
{
    const struct picture_look *look = &picture->look;
    double longest = look->width_px > look->height_px ? look->width_px : look->height_px;
    double want = (double)work_dpi / picture->dpi;
    unsigned eighths = (unsigned)lround(ceil(want * 8 - 0.34)); /* 300 dpi: 5/8 */
    eighths = eighths < 1 ? 1 : eighths > 8 ? 8 : eighths;
    while (eighths > 1 && longest * eighths / 8 > work_side_max_px)
        eighths--;
    picture->work_dpi = picture->dpi * eighths / 8.0;
    return decode_jpeg(file, look, eighths, &picture->work, why);
}

/* Whatever depth a decoder gives becomes 1, 8 or 32 bits on white paper. */
static PIX *plain_depth(PIX *pix)
{
    SCOPED_PIX no_map = pixRemoveColormap(pix, REMOVE_CMAP_BASED_ON_SRC);
    if (!no_map)
        return NULL;
    if (pixGetDepth(no_map) == 32 && pixGetSpp(no_map) == 4)
        return pixAlphaBlendUniform(no_map, 0xffffff00);
    if (pixGetDepth(no_map) == 1 || pixGetDepth(no_map) == 32)
        return pixClone(no_map);
    return pixConvertTo8(no_map, 0);
}

static enum rc read_whole(struct bytes file, struct picture *picture, struct fault *why)
{
    SCOPED_PIX raw = NULL;
    enum rc rc = RC_OK;
    if (picture->look.format == PICTURE_TIFF)
        rc = tiff_read(file, &picture->look, &raw, why);
    else if (picture->look.format == PICTURE_PNG)
        raw = pixReadMemPng(file.at, file.len);
    else
        raw = pixReadMemBmp(file.at, file.len);
    if (rc)
        return rc;
    if (!raw || (uint32_t)pixGetWidth(raw) != picture->look.width_px ||
        (uint32_t)pixGetHeight(raw) != picture->look.height_px)
        return fault_set(why, RC_CORRUPT, 0, "图片文件已损坏或不完整，请重新扫描这一页");
    picture->whole = plain_depth(raw);
    return picture->whole ? RC_OK : pix_no_memory(why);
}

static enum rc shrink_whole(struct picture *picture, uint32_t work_dpi, struct fault *why)
{
    PIX *whole = picture->whole;
    double longest = pixGetWidth(whole) > pixGetHeight(whole) ? pixGetWidth(whole)
                                                              : pixGetHeight(whole);
    double scale = (double)work_dpi / picture->dpi;
    if (scale * longest > work_side_max_px)
        scale = work_side_max_px / longest;
    if (scale > 2)
        scale = 2;
    if (scale > 0.9 && scale < 1.25)
        scale = 1;
    picture->work_dpi = picture->dpi * scale;
    if (pixGetDepth(whole) == 1) {
        SCOPED_PIX gray = pixConvertTo8(whole, 0);
        picture->work = scale < 1    ? pixScaleToGray(whole, (l_float32)scale)
                        : scale == 1 ? pixClone(gray)
                        : gray       ? pixScale(gray, (l_float32)scale, (l_float32)scale)
                                     : NULL;
    } else if (scale == 1)
        picture->work = pixCopy(NULL, whole);
    else
        picture->work = pixScale(whole, (l_float32)scale, (l_float32)scale);
    return picture->work ? RC_OK : pix_no_memory(why);
}

enum rc picture_read(struct bytes file, const struct picture_look *look,
                     const struct picture_how *how, struct picture *ret_picture,
                     struct fault *why)
{
    struct picture picture = { .look = *look };
    find_dpi(&picture, how->told_dpi);
    enum rc rc;
    if (look->format == PICTURE_JPEG)
        rc = read_jpeg(file, how->work_dpi, &picture, why);
    else {
        rc = read_whole(file, &picture, why);
        if (!rc)
            rc = shrink_whole(&picture, how->work_dpi, why);
    }
    if (rc) {
        picture_free(&picture);
        return rc;
    }
    *ret_picture = picture;
    return RC_OK;
}

enum rc picture_read_whole(struct bytes file, struct picture *picture, struct fault *why)
{
    if (picture->whole)
        return RC_OK;
    return decode_jpeg(file, &picture->look, 8, &picture->whole, why);
}

enum rc picture_of_pixels(PIX *whole, const struct picture_how *how,
                          struct picture *ret_picture, struct fault *why)
{
    struct picture picture = { .look = { .format = PICTURE_PNG,
                                         .width_px = (uint32_t)pixGetWidth(whole),
                                         .height_px = (uint32_t)pixGetHeight(whole),
                                         .channels = pixGetDepth(whole) == 8 ? 1 : 3,
                                         .bits = 8,
                                         .frames = 1 },
                               .whole = whole };
    find_dpi(&picture, how->told_dpi);
    enum rc rc = shrink_whole(&picture, how->work_dpi, why);
    if (rc) {
        picture_free(&picture);
        return rc;
    }
    *ret_picture = picture;
    return RC_OK;
}
