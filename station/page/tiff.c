/* TIFF from memory with libtiff's per-handle error handlers (4.5): they count instead of
 * printing. Bilevel and 8-bit gray come line by line, which keeps a 1-bit page small;
 * everything else through libtiff's RGBA conversion. */
#include "station/page/tiff.h"

#include "station/page/page.h"
#include "sys/scope.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <tiffio.h>

enum { TIFF_ALLOC_MAX = 700 * 1000 * 1000 }; /* one allocation of libtiff */

struct source {
    struct bytes file;
    uint64_t at;
    unsigned complaints;
};

static tmsize_t source_read(thandle_t handle, void *data, tmsize_t len)
{
    struct source *source = handle;
    uint64_t left = source->at < source->file.len ? source->file.len - source->at : 0;
    tmsize_t take = len < 0 ? 0 : (uint64_t)len < left ? len : (tmsize_t)left;
    memcpy(data, source->file.at + (take ? source->at : 0), (size_t)take);
    source->at += (uint64_t)take;
    return take;
}

static tmsize_t source_write(thandle_t handle, void *data, tmsize_t len)
{
    (void)handle, (void)data, (void)len;
    return -1;
}

static toff_t source_seek(thandle_t handle, toff_t offset, int whence)
{
    struct source *source = handle;
    if (whence == SEEK_CUR)
        offset += source->at;
    if (whence == SEEK_END)
        offset += source->file.len;
    source->at = offset;
    return offset;
}

static int source_close(thandle_t handle)
{
    (void)handle;
    return 0;
}

static toff_t source_size(thandle_t handle)
{
    return ((struct source *)handle)->file.len;
}

static int on_error(TIFF *tiff, void *data, const char *module, const char *format,
                    va_list args)
{
    (void)tiff, (void)module, (void)format, (void)args;
    ((struct source *)data)->complaints++;
    return 1;
}

/* Warnings are about odd tags mostly, but a fax line that does not fit is damage. */
static int on_warning(TIFF *tiff, void *data, const char *module, const char *format,
                      va_list args)
{
    (void)tiff, (void)args;
    if (module && !strncmp(module, "Fax", 3) && format && !strstr(format, "EOL"))
        ((struct source *)data)->complaints++;
    return 1;
}

SCOPE_RELEASER(tiff_close_at, TIFF *, TIFFClose)

static TIFF *open_frame(struct source *source, uint32_t frame)
{
    TIFFOpenOptions *how = TIFFOpenOptionsAlloc();
    if (!how)
        return NULL;
    TIFFOpenOptionsSetMaxSingleMemAlloc(how, TIFF_ALLOC_MAX);
    TIFFOpenOptionsSetErrorHandlerExtR(how, on_error, source);
    TIFFOpenOptionsSetWarningHandlerExtR(how, on_warning, source);
    TIFF *tiff =
        TIFFClientOpenExt("picture", "rm", source, source_read, source_write, source_seek,
                          source_close, source_size, NULL, NULL, how);
    TIFFOpenOptionsFree(how);
    if (tiff && frame && !TIFFSetDirectory(tiff, (tdir_t)frame)) {
        TIFFClose(tiff);
        return NULL;
    }
    return tiff;
}

static uint32_t dpi_of(float resolution, uint16_t unit)
{
    double dpi =
        unit == RESUNIT_CENTIMETER ? (double)resolution * 2.54 : (double)resolution;
    return unit == RESUNIT_NONE || !(dpi >= 1 && dpi <= 10000) ? 0
                                                               : (uint32_t)lround(dpi);
}

static uint32_t count_frames(TIFF *tiff)
{
    uint32_t frames = 1;
    while (frames < TIFF_FRAMES_MAX && TIFFSetDirectory(tiff, (tdir_t)frames))
        frames++;
    return frames;
}

static enum rc broken(struct fault *why)
{
    return fault_set(why, RC_CORRUPT, 0, "图片文件已损坏或不完整，请重新扫描这一页");
}

enum rc tiff_look(struct bytes file, uint32_t frame, struct picture_look *look,
                  struct fault *why)
{
    struct source source = { .file = file };
    SCOPED(tiff_close_at) TIFF *tiff = open_frame(&source, 0);
    if (!tiff)
        return broken(why);
    look->frames = count_frames(tiff);
    if (frame >= look->frames)
        return fault_set(why, RC_NOT_FOUND, 0, "图片文件里没有第 %u 页", frame + 1);
    if (!TIFFSetDirectory(tiff, (tdir_t)frame))
        return broken(why);
    uint16_t samples = 1, bits = 1, unit = RESUNIT_INCH, packing = COMPRESSION_NONE;
    float x = 0, y = 0;
    TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &look->width_px);
    TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &look->height_px);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_RESOLUTIONUNIT, &unit);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &packing);
    TIFFGetField(tiff, TIFFTAG_XRESOLUTION, &x);
    TIFFGetField(tiff, TIFFTAG_YRESOLUTION, &y);
    look->x_dpi = dpi_of(x, unit);
    look->y_dpi = dpi_of(y, unit);
    if (samples < 1 || samples > 8 || bits > 32)
        return broken(why);
    look->channels = (uint8_t)samples;
    look->bits = (uint8_t)bits;
    enum rc rc = picture_check_size(look, why);
    if (rc)
        return rc;
    if (!TIFFIsCODECConfigured(packing))
        return fault_set(why, RC_INVALID, 0,
                         "不支持这种 TIFF 压缩方式，请改存为 PNG 或 JPEG");
    return RC_OK;
}

/* TIFF lines are bytes from the left; a Pix keeps words in the machine's order. */
static enum rc read_lines(TIFF *tiff, const struct source *source, PIX *pix,
                          bool white_is_0)
{
    size_t stride = (size_t)pixGetWpl(pix) * 4, line = (size_t)TIFFScanlineSize(tiff);
    if (line > stride)
        return RC_CORRUPT;
    uint8_t *at = (uint8_t *)pixGetData(pix);
    for (uint32_t y = 0; y < (uint32_t)pixGetHeight(pix); y++, at += stride)
        if (TIFFReadScanline(tiff, at, y, 0) != 1 || source->complaints)
            return RC_CORRUPT;
    pixEndianByteSwap(pix);
    /* A 1-bit Pix has 1 = black; an 8-bit one 0 = black. */
    if (pixGetDepth(pix) == 1 ? !white_is_0 : white_is_0)
        pixInvert(pix, pix);
    return RC_OK;
}

static enum rc read_rgba(TIFF *tiff, const struct source *source, PIX *pix)
{
    uint32_t width = (uint32_t)pixGetWidth(pix), height = (uint32_t)pixGetHeight(pix);
    uint32_t *at = pixGetData(pix);
    if (!TIFFReadRGBAImageOriented(tiff, width, height, at, ORIENTATION_TOPLEFT, 1) ||
        source->complaints)
        return RC_CORRUPT;
    for (size_t i = 0; i < (size_t)width * height; i++) {
        uint32_t v = at[i];
        composeRGBPixel((l_int32)TIFFGetR(v), (l_int32)TIFFGetG(v), (l_int32)TIFFGetB(v),
                        at + i);
    }
    return RC_OK;
}

/* A 1-bit or gray picture whose lines can be taken as they are. */
static bool plain_lines(TIFF *tiff, const struct picture_look *look, uint16_t photometric)
{
    uint16_t planar = PLANARCONFIG_CONTIG, orientation = ORIENTATION_TOPLEFT;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &planar);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &orientation);
    return look->channels == 1 && (look->bits == 1 || look->bits == 8) &&
           photometric <= PHOTOMETRIC_MINISBLACK && !TIFFIsTiled(tiff) &&
           orientation == ORIENTATION_TOPLEFT && planar == PLANARCONFIG_CONTIG;
}

enum rc tiff_read(struct bytes file, const struct picture_look *look, PIX **ret_pix,
                  struct fault *why)
{
    struct source source = { .file = file };
    SCOPED(tiff_close_at) TIFF *tiff = open_frame(&source, look->frame);
    if (!tiff)
        return broken(why);
    uint16_t photometric = PHOTOMETRIC_MINISBLACK;
    TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &photometric);
    source.complaints = 0; /* what other frames did does not count */
    bool plain = plain_lines(tiff, look, photometric);
    PIX *pix = pixCreateNoInit((l_int32)look->width_px, (l_int32)look->height_px,
                               plain ? look->bits : 32);
    if (!pix)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足，无法处理这张图片");
    memset(pixGetData(pix), 0, (size_t)pixGetWpl(pix) * 4 * (size_t)pixGetHeight(pix));
    enum rc rc =
        plain ? read_lines(tiff, &source, pix, photometric == PHOTOMETRIC_MINISWHITE)
              : read_rgba(tiff, &source, pix);
    if (rc) {
        pixDestroy(&pix);
        return broken(why);
    }
    *ret_pix = pix;
    return RC_OK;
}

bool tiff_g4(struct bytes file, const struct picture_look *look, struct bytes *ret_bits)
{
    struct source source = { .file = file };
    SCOPED(tiff_close_at) TIFF *tiff = open_frame(&source, look->frame);
    if (!tiff || look->channels != 1 || look->bits != 1)
        return false;
    uint16_t packing = 0, photometric = 0, order = FILLORDER_MSB2LSB;
    uint16_t orientation = ORIENTATION_TOPLEFT;
    uint32_t options = 0;
    TIFFGetField(tiff, TIFFTAG_COMPRESSION, &packing);
    TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &photometric);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_FILLORDER, &order);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &orientation);
    TIFFGetField(tiff, TIFFTAG_GROUP4OPTIONS, &options);
    if (packing != COMPRESSION_CCITTFAX4 || order != FILLORDER_MSB2LSB || options ||
        orientation != ORIENTATION_TOPLEFT || TIFFIsTiled(tiff) ||
        TIFFNumberOfStrips(tiff) != 1 || photometric != PHOTOMETRIC_MINISWHITE)
        return false;
    uint64_t at = TIFFGetStrileOffset(tiff, 0), len = TIFFGetStrileByteCount(tiff, 0);
    if (!len || at > file.len || len > file.len - at)
        return false;
    *ret_bits = (struct bytes){ file.at + at, (size_t)len };
    return true;
}

/* A file that grows in memory: for libtiff's other calls it is a source like any. */
struct sink {
    struct source source; /* first: its file is what was written so far */
    uint8_t *at;          /* owned */
    size_t room;
};

static tmsize_t sink_write(thandle_t handle, void *data, tmsize_t len)
{
    struct sink *sink = handle;
    struct source *source = &sink->source;
    size_t end = (size_t)source->at + (size_t)len;
    if (end > sink->room) {
        size_t room = end + end / 2 + 4096;
        uint8_t *at = realloc(sink->at, room);
        if (!at)
            return -1;
        memset(at + sink->room, 0, room - sink->room);
        sink->at = at;
        sink->room = room;
    }
    memcpy(sink->at + source->at, data, (size_t)len);
    source->at = end;
    source->file.at = sink->at;
    source->file.len = end > source->file.len ? end : source->file.len;
    return len;
}

static void sink_free_at(struct sink *sink)
{
    free(sink->at);
}

/* libtiff packs a strip of a file; the strip's bytes are what is wanted. */
enum rc tiff_pack_g4(const uint8_t *rows, uint32_t width_px, uint32_t height_px,
                     uint8_t **ret_bits, size_t *ret_len, struct fault *why)
{
    SCOPED(sink_free_at) struct sink sink = { 0 };
    SCOPED(tiff_close_at)
    TIFF *tiff = TIFFClientOpen("packed", "wm", &sink, source_read, sink_write,
                                source_seek, source_close, source_size, NULL, NULL);
    tmsize_t len = (tmsize_t)((width_px + 7) / 8) * height_px;
    if (!tiff || !TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, width_px) ||
        !TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, height_px) ||
        !TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 1) ||
        !TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1) ||
        !TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISWHITE) ||
        !TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_CCITTFAX4) ||
        !TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, height_px) ||
        TIFFWriteEncodedStrip(tiff, 0, (void *)(uintptr_t)rows, len) != len)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足，无法压缩这张图片");
    uint64_t at = TIFFGetStrileOffset(tiff, 0), size = TIFFGetStrileByteCount(tiff, 0);
    if (!size || at > sink.source.file.len || size > sink.source.file.len - at)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足，无法压缩这张图片");
    uint8_t *bits = malloc((size_t)size);
    if (!bits)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足，无法压缩这张图片");
    memcpy(bits, sink.at + at, (size_t)size);
    *ret_bits = bits;
    *ret_len = (size_t)size;
    return RC_OK;
}
