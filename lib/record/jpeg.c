/* JPEG through TurboJPEG.
 *
 * Looking is our own walk over the markers of ITU-T T.81: it needs no decoder, finds
 * where a file really ends, and tells a truncated capture from a whole one before
 * anything is stored as "good". Decoding always starts with that look, so sides and area
 * are bounded before memory is asked for, whatever the file claims. */
#include "record/jpeg.h"

#include "sys/scope.h"

#include <string.h>
#include <turbojpeg.h>

SCOPE_RELEASER(turbo_close_at, tjhandle, tjDestroy)

enum marker {
    MARKER_TEM = 0x01,
    MARKER_SOF0 = 0xC0,
    MARKER_SOF2 = 0xC2,
    MARKER_DHT = 0xC4,
    MARKER_JPG = 0xC8,
    MARKER_DAC = 0xCC,
    MARKER_SOF15 = 0xCF,
    MARKER_RST0 = 0xD0,
    MARKER_RST7 = 0xD7,
    MARKER_SOI = 0xD8,
    MARKER_EOI = 0xD9,
    MARKER_SOS = 0xDA,
    MARKER_APP0 = 0xE0,
};

enum { JFIF_ID_LEN = 5, JFIF_LEAST = 12, FRAME_LEAST = 6 };

static uint16_t u16_be(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static bool is_frame(uint8_t marker)
{
    return marker >= MARKER_SOF0 && marker <= MARKER_SOF15 && marker != MARKER_DHT &&
           marker != MARKER_JPG && marker != MARKER_DAC;
}

static bool stands_alone(uint8_t marker)
{
    return marker == MARKER_TEM || marker == MARKER_SOI ||
           (marker >= MARKER_RST0 && marker <= MARKER_RST7);
}

static uint16_t dpi_of(uint8_t unit, uint16_t density)
{
    uint32_t dpi = unit == 1 ? density : unit == 2 ? (density * 254u + 50) / 100 : 0;
    return dpi > UINT16_MAX ? 0 : (uint16_t)dpi;
}

/* What the segment says, if it is one of those that matter here. */
static void look_at_segment(uint8_t marker, struct bytes body, struct jpeg_info *info)
{
    if (is_frame(marker) && body.len >= FRAME_LEAST && !info->channels) {
        info->height_px = u16_be(body.at + 1);
        info->width_px = u16_be(body.at + 3);
        info->channels = body.at[5];
        info->progressive = marker == MARKER_SOF2;
    } else if (marker == MARKER_APP0 && body.len >= JFIF_LEAST &&
               !memcmp(body.at, "JFIF", JFIF_ID_LEN)) {
        info->x_dpi = dpi_of(body.at[7], u16_be(body.at + 8));
        info->y_dpi = dpi_of(body.at[7], u16_be(body.at + 10));
    }
}

/* Entropy-coded data ends at the first marker that is neither a stuffed FF 00 nor a
 * restart. Returns the place of its FF, or the end of the file. */
static size_t skip_scan(struct bytes file, size_t at)
{
    while (at + 1 < file.len) {
        const uint8_t *ff = memchr(file.at + at, 0xFF, file.len - at - 1);
        if (!ff)
            break;
        at = (size_t)(ff - file.at);
        uint8_t next = ff[1];
        if (next != 0x00 && next != 0xFF && !(next >= MARKER_RST0 && next <= MARKER_RST7))
            return at;
        at += next == 0xFF ? 1 : 2;
    }
    return file.len;
}

/* Walk the markers until EOI or until the file breaks off. */
static void walk_markers(struct bytes file, struct jpeg_info *info)
{
    size_t at = 2;
    while (at + 1 < file.len && file.at[at] == 0xFF) {
        uint8_t marker = file.at[at + 1];
        if (marker == MARKER_EOI) {
            info->complete = true;
            info->used = at + 2;
            return;
        }
        if (marker == 0xFF || stands_alone(marker)) {
            at += marker == 0xFF ? 1 : 2;
            continue;
        }
        if (file.len - at < 4)
            break;
        size_t len = u16_be(file.at + at + 2);
        if (len < 2 || len > file.len - at - 2)
            break;
        look_at_segment(marker, (struct bytes){ file.at + at + 4, len - 2 }, info);
        at += 2 + len;
        if (marker == MARKER_SOS)
            at = skip_scan(file, at);
    }
    info->used = file.len;
}

enum rc jpeg_look(struct bytes file, struct jpeg_info *ret_info, struct fault *why)
{
    if (file.len < 4 || file.at[0] != 0xFF || file.at[1] != MARKER_SOI)
        return fault_set(why, RC_INVALID, 0, "这不是 JPEG 图片");
    struct jpeg_info info = { 0 };
    walk_markers(file, &info);
    if (!info.width_px || !info.height_px || !info.channels)
        return fault_set(why, RC_INVALID, 0, "JPEG 图片没有尺寸信息，文件开头已损坏");
    if (info.width_px > JPEG_SIDE_MAX || info.height_px > JPEG_SIDE_MAX ||
        (uint64_t)info.width_px * info.height_px > JPEG_PIXELS_MAX)
        return fault_set(why, RC_INVALID, 0, "图片太大（%u×%u 像素），超出了允许的范围",
                         (unsigned)info.width_px, (unsigned)info.height_px);
    *ret_info = info;
    return RC_OK;
}

void jpeg_raster_free(struct jpeg_raster *raster)
{
    free(raster->at);
    *raster = (struct jpeg_raster){ 0 };
}

uint32_t jpeg_scaled_px(uint32_t side_px, unsigned eighths)
{
    return (uint32_t)(((uint64_t)side_px * eighths + 7) / 8);
}

/* What may be decoded at all, before memory is asked for. */
static enum rc check(struct bytes file, const struct jpeg_how *how,
                     struct jpeg_info *ret_info, struct fault *why)
{
    enum rc rc = jpeg_look(file, ret_info, why);
    if (rc)
        return rc;
    if (how->eighths < 1 || how->eighths > 8)
        return fault_set(why, RC_INVALID, 0, "jpeg: scale %u/8", how->eighths);
    if (ret_info->channels != 1 && ret_info->channels != 3)
        return fault_set(why, RC_INVALID, 0, "图片用的是印刷四色，请另存为普通彩色 JPEG");
    if (!ret_info->complete && how->care == JPEG_STRICT)
        return fault_set(why, RC_CORRUPT, 0, "图片不完整，文件后半部分缺失");
    return RC_OK;
}

static enum rc decode_into(struct bytes scan, const struct jpeg_how *how,
                           const struct jpeg_raster *raster, int pixels,
                           struct fault *why)
{
    SCOPED(turbo_close_at) tjhandle turbo = tjInitDecompress();
    if (!turbo)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足，无法打开图片");
    int flags = TJFLAG_LIMITSCANS | (how->care == JPEG_STRICT ? TJFLAG_STOPONWARNING : 0);
    if (tjDecompress2(turbo, scan.at, scan.len, raster->at, (int)raster->width_px,
                      (int)raster->stride, (int)raster->height_px, pixels, flags) &&
        (how->care == JPEG_STRICT || tjGetErrorCode(turbo) != TJERR_WARNING))
        return fault_set(why, RC_CORRUPT, 0, "图片已损坏，无法完整打开（%s）",
                         tjGetErrorStr2(turbo));
    return RC_OK;
}

static enum rc decode(struct bytes file, const struct jpeg_how *how, uint8_t channels,
                      struct jpeg_raster *ret_raster, struct fault *why)
{
    struct jpeg_info info;
    enum rc rc = check(file, how, &info, why);
    if (rc)
        return rc;
    struct jpeg_raster raster = { .width_px = jpeg_scaled_px(info.width_px, how->eighths),
                                  .height_px =
                                      jpeg_scaled_px(info.height_px, how->eighths),
                                  .channels = channels };
    raster.stride = (size_t)raster.width_px * channels;
    SCOPED(free_at) uint8_t *pixels = malloc(raster.stride * raster.height_px);
    if (!pixels)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足，无法打开图片");
    raster.at = pixels;
    if (how->care == JPEG_SALVAGE)
        memset(pixels, 0x80, raster.stride * raster.height_px);
    rc = decode_into((struct bytes){ file.at, info.used }, how, &raster,
                     channels == 1 ? TJPF_GRAY : TJPF_RGB, why);
    if (rc)
        return rc;
    raster.at = TAKE(pixels);
    *ret_raster = raster;
    return RC_OK;
}

enum rc jpeg_decode_words(struct bytes file, const struct jpeg_how *how, uint32_t *words,
                          size_t stride, struct fault *why)
{
    const union {
        uint32_t word;
        uint8_t first;
    } order = { .word = 1 };
    struct jpeg_info info;
    enum rc rc = check(file, how, &info, why);
    if (rc)
        return rc;
    struct jpeg_raster raster = {
        .at = (uint8_t *)words,
        .width_px = jpeg_scaled_px(info.width_px, how->eighths),
        .height_px = jpeg_scaled_px(info.height_px, how->eighths),
        .stride = stride * sizeof *words,
        .channels = 4,
    };
    if (stride < raster.width_px)
        return fault_set(why, RC_INVALID, 0, "jpeg: %zu words for %u pixels", stride,
                         (unsigned)raster.width_px);
    if (how->care == JPEG_SALVAGE)
        memset(words, 0x80, raster.stride * raster.height_px);
    return decode_into((struct bytes){ file.at, info.used }, how, &raster,
                       order.first ? TJPF_XBGR : TJPF_RGBX, why);
}

enum rc jpeg_decode_gray(struct bytes file, const struct jpeg_how *how,
                         struct jpeg_raster *ret_raster, struct fault *why)
{
    return decode(file, how, 1, ret_raster, why);
}

enum rc jpeg_decode_rgb(struct bytes file, const struct jpeg_how *how,
                        struct jpeg_raster *ret_raster, struct fault *why)
{
    return decode(file, how, 3, ret_raster, why);
}

/* TurboJPEG writes the JFIF segment first, with "no unit, 1:1"; the density is put there.
 */
static void put_density(uint8_t *file, size_t len, uint16_t dpi)
{
    enum { JFIF_AT = 6, UNIT_AT = 13, X_AT = 14, Y_AT = 16, END = 18 };
    if (!dpi || len < END || file[3] != MARKER_APP0 ||
        memcmp(file + JFIF_AT, "JFIF", JFIF_ID_LEN))
        return;
    file[UNIT_AT] = 1;
    file[X_AT] = file[Y_AT] = (uint8_t)(dpi >> 8);
    file[X_AT + 1] = file[Y_AT + 1] = (uint8_t)dpi;
}

enum rc jpeg_encode(const struct jpeg_raster *raster, const struct jpeg_encode_how *how,
                    uint8_t **ret_data, size_t *ret_len, struct fault *why)
{
    if (!raster->at || !raster->width_px || !raster->height_px ||
        raster->width_px > JPEG_SIDE_MAX || raster->height_px > JPEG_SIDE_MAX ||
        (uint64_t)raster->width_px * raster->height_px > JPEG_PIXELS_MAX ||
        (raster->channels != 1 && raster->channels != 3) ||
        raster->stride < (size_t)raster->width_px * raster->channels ||
        how->quality < 1 || how->quality > 100)
        return fault_set(why, RC_INVALID, 0, "图片尺寸或参数不对，无法存成 JPEG");
    int sampling = raster->channels == 1 ? TJSAMP_GRAY
                   : how->quality < 90   ? TJSAMP_420
                                         : TJSAMP_444;
    unsigned long len =
        tjBufSize((int)raster->width_px, (int)raster->height_px, sampling);
    SCOPED(turbo_close_at) tjhandle turbo = tjInitCompress();
    SCOPED(free_at) uint8_t *file = len == (unsigned long)-1 ? NULL : malloc(len);
    if (!turbo || !file)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足，无法保存图片");
    if (tjCompress2(turbo, raster->at, (int)raster->width_px, (int)raster->stride,
                    (int)raster->height_px, raster->channels == 1 ? TJPF_GRAY : TJPF_RGB,
                    &file, &len, sampling, how->quality, TJFLAG_NOREALLOC))
        return fault_set(why, RC_IO, 0, "图片无法存成 JPEG（%s）", tjGetErrorStr2(turbo));
    put_density(file, len, how->dpi);
    uint8_t *fitted = realloc(file, len);
    *ret_data = fitted ? fitted : file;
    *ret_len = len;
    file = NULL;
    return RC_OK;
}
