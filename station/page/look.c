/* The outlines of JPEG, PNG and BMP (TIFF has its own file).
 *
 * JPEG is walked by lib/record; PNG chunk by chunk with its checksums up to IEND; BMP by
 * its headers, whose promised pixels must lie inside the file. */
#include "station/page/look.h"

#include "record/jpeg.h"
#include "station/page/page.h"
#include "station/page/tiff.h"

#include <math.h>
#include <string.h>
#include <zlib.h>

static const char cut_off_text[] = "图片文件不完整（后半部分缺失），请重新扫描这一页";
static const char broken_text[] = "图片文件已损坏，请重新扫描这一页";

static uint32_t be32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint32_t le32(const uint8_t *at)
{
    return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

static uint32_t per_metre_to_dpi(uint32_t per_metre)
{
    return per_metre > 2000000 ? 0 : (uint32_t)lround((double)per_metre * 0.0254);
}

static enum rc look_jpeg(struct bytes file, struct picture_look *look, struct fault *why)
{
    struct jpeg_info info;
    if (jpeg_look(file, &info, NULL))
        return fault_set(why, RC_CORRUPT, 0, "%s", broken_text);
    look->width_px = info.width_px;
    look->height_px = info.height_px;
    look->x_dpi = info.x_dpi;
    look->y_dpi = info.y_dpi;
    look->channels = info.channels;
    look->bits = 8;
    enum rc rc = picture_check_size(look, why);
    if (rc)
        return rc;
    if (info.channels == 4)
        return fault_set(why, RC_INVALID, 0,
                         "这是印刷用的四色图片，请改存为普通彩色再转换");
    /* A progressive decoder keeps every coefficient of the picture, two bytes each. */
    uint64_t coefficients = (uint64_t)info.width_px * info.height_px * info.channels * 2;
    if (info.progressive && coefficients > PICTURE_BYTES_MAX)
        return fault_set(why, RC_INVALID, 0, "图片太大，无法处理，请降低分辨率重新扫描");
    if (!info.complete)
        return fault_set(why, RC_CORRUPT, 0, "%s", cut_off_text);
    return RC_OK;
}

static void png_header(const uint8_t *body, struct picture_look *look)
{
    static const uint8_t channels_of[8] = { 1, 0, 3, 3, 2, 0, 4, 0 };
    look->width_px = be32(body);
    look->height_px = be32(body + 4);
    look->bits = body[8];
    look->channels = body[9] < 8 ? channels_of[body[9]] : 0;
}

/* Each chunk: length, type, body, CRC over type and body. */
static enum rc look_png(struct bytes file, struct picture_look *look, struct fault *why)
{
    bool first = true, data = false;
    for (size_t at = 8; at + 12 <= file.len; first = false) {
        uint32_t len = be32(file.at + at);
        const uint8_t *type = file.at + at + 4, *body = type + 4;
        if (len > file.len - at - 12)
            break;
        if (crc32(crc32(0, NULL, 0), type, len + 4) != be32(body + len))
            return fault_set(why, RC_CORRUPT, 0, "%s", broken_text);
        if (first) {
            if (memcmp(type, "IHDR", 4) || len != 13)
                return fault_set(why, RC_CORRUPT, 0, "%s", broken_text);
            png_header(body, look);
            enum rc rc = picture_check_size(look, why);
            if (rc)
                return rc;
        }
        if (!memcmp(type, "pHYs", 4) && len == 9 && body[8] == 1) {
            look->x_dpi = per_metre_to_dpi(be32(body));
            look->y_dpi = per_metre_to_dpi(be32(body + 4));
        }
        data = data || !memcmp(type, "IDAT", 4);
        if (!memcmp(type, "IEND", 4))
            return data ? RC_OK : fault_set(why, RC_CORRUPT, 0, "%s", broken_text);
        at += (size_t)len + 12;
    }
    return fault_set(why, RC_CORRUPT, 0, "%s", cut_off_text);
}

static enum rc look_bmp(struct bytes file, struct picture_look *look, struct fault *why)
{
    if (file.len < 54 || le32(file.at + 14) < 40)
        return fault_set(why, RC_CORRUPT, 0, "%s", broken_text);
    uint32_t offset = le32(file.at + 10), packing = le32(file.at + 30);
    int32_t height = (int32_t)le32(file.at + 22);
    uint32_t bits = file.at[28] | (uint32_t)file.at[29] << 8;
    look->width_px = le32(file.at + 18);
    look->height_px =
        height < 0 && height != INT32_MIN ? (uint32_t)-height : (uint32_t)height;
    look->bits = bits >= 8 ? 8 : (uint8_t)bits;
    look->channels = bits >= 24 ? (uint8_t)(bits / 8) : 1;
    look->x_dpi = per_metre_to_dpi(le32(file.at + 38));
    look->y_dpi = per_metre_to_dpi(le32(file.at + 42));
    enum rc rc = picture_check_size(look, why);
    if (rc)
        return rc;
    bool known = bits == 1 || bits == 4 || bits == 8 || bits == 24 || bits == 32;
    if (packing || !known || height < 0)
        return fault_set(why, RC_INVALID, 0, "不支持这种 BMP 图片，请改存为 PNG 或 JPEG");
    uint64_t stride = ((uint64_t)look->width_px * bits + 31) / 32 * 4;
    if (offset > file.len || stride * look->height_px > file.len - offset)
        return fault_set(why, RC_CORRUPT, 0, "%s", cut_off_text);
    return RC_OK;
}

static bool begins(struct bytes file, const char *magic, size_t len)
{
    return file.len >= len && !memcmp(file.at, magic, len);
}

enum rc picture_check_size(const struct picture_look *look, struct fault *why)
{
    uint64_t pixels = (uint64_t)look->width_px * look->height_px;
    if (!pixels || !look->channels)
        return fault_set(why, RC_CORRUPT, 0, "%s", broken_text);
    if (look->width_px > PAGE_SIDE_MAX_PX || look->height_px > PAGE_SIDE_MAX_PX ||
        pixels > PAGE_PIXELS_MAX)
        return fault_set(why, RC_INVALID, 0,
                         "图片太大（%u×%u 像素），无法处理，请降低分辨率重新扫描",
                         look->width_px, look->height_px);
    /* The decoder of the other formats makes whole pictures, 4 bytes a pixel in colour.
     */
    uint64_t bytes = look->channels == 1 ? pixels * look->bits / 8 : pixels * 4;
    if (look->format != PICTURE_JPEG && bytes > PICTURE_BYTES_MAX)
        return fault_set(why, RC_INVALID, 0, "图片太大，无法处理，请降低分辨率重新扫描");
    return RC_OK;
}

enum rc picture_look(struct bytes file, uint32_t frame, struct picture_look *ret_look,
                     struct fault *why)
{
    struct picture_look look = { .frame = frame, .frames = 1 };
    enum rc rc;
    if (!file.len)
        return fault_set(why, RC_CORRUPT, 0, "图片文件是空的，请重新扫描这一页");
    bool tiff = begins(file, "II*\0", 4) || begins(file, "MM\0*", 4) ||
                begins(file, "II+\0", 4) || begins(file, "MM\0+", 4);
    if (frame && !tiff)
        return fault_set(why, RC_NOT_FOUND, 0, "图片文件里没有第 %u 页", frame + 1);
    if (begins(file, "\xff\xd8", 2)) {
        look.format = PICTURE_JPEG;
        rc = look_jpeg(file, &look, why);
    } else if (begins(file, "\x89PNG\r\n\x1a\n", 8)) {
        look.format = PICTURE_PNG;
        rc = look_png(file, &look, why);
    } else if (tiff) {
        look.format = PICTURE_TIFF;
        rc = tiff_look(file, frame, &look, why);
    } else if (begins(file, "BM", 2)) {
        look.format = PICTURE_BMP;
        rc = look_bmp(file, &look, why);
    } else {
        rc = fault_set(why, RC_INVALID, 0,
                       "不是图片，或格式不受支持（可用 JPEG、PNG、TIFF、BMP）");
    }
    if (!rc)
        *ret_look = look;
    return rc;
}
