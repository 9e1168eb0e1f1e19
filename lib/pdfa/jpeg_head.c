/* JPEG markers (ITU-T T.81, annex B). Adobe's APP14 and the component names decide
 * whether three components are YCbCr, as libjpeg does, so that every reader shows one
 * colour. */
#include "pdfa/jpeg_head.h"

#include <string.h>

enum {
    SOI = 0xD8,
    EOI = 0xD9,
    SOS = 0xDA,
    SOF_BASELINE = 0xC0,
    SOF_EXTENDED = 0xC1,
    SOF_PROGRESSIVE = 0xC2,
    APP_JFIF = 0xE0,
    APP_ADOBE = 0xEE,
    FRAME_LEN = 8, /* frame header before its components */
    COMPONENT_LEN = 3,
    ADOBE_TRANSFORM = 13, /* offset in the segment */
};

static unsigned get16(const uint8_t *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

static bool is_frame(uint8_t marker)
{
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 &&
           marker != 0xCC;
}

static enum rc read_frame(uint8_t marker, const uint8_t *at, size_t len,
                          struct jpeg_head *head, bool *ret_named_rgb, struct fault *why)
{
    if (marker > SOF_PROGRESSIVE)
        return fault_set(why, RC_INVALID, 0,
                         "这种 JPEG 编码不能存入 PDF/A，请改用普通 JPEG");
    if (len < FRAME_LEN || len < FRAME_LEN + COMPONENT_LEN * (size_t)at[7])
        return fault_set(why, RC_INVALID, 0, "图像文件头不完整，请重新扫描这一页");
    if (at[2] != 8)
        return fault_set(why, RC_INVALID, 0, "只能存入每色 8 位的图像，请调整扫描设置");
    if (at[7] != 1 && at[7] != 3)
        return fault_set(why, RC_INVALID, 0,
                         "图像有 %u 个颜色分量，PDF/A 只能存入灰度或 RGB，请调整扫描设置",
                         at[7]);
    head->height_px = get16(at + 3);
    head->width_px = get16(at + 5);
    head->is_gray = at[7] == 1;
    if (!head->width_px || !head->height_px)
        return fault_set(why, RC_INVALID, 0, "图像文件头没有尺寸，请重新扫描这一页");
    *ret_named_rgb = at[7] == 3 && at[8] == 'R' && at[11] == 'G' && at[14] == 'B';
    return RC_OK;
}

static bool has_end(const uint8_t *at, size_t len)
{
    for (size_t i = 0; i + 1 < len; i++)
        if (at[i] == 0xFF && at[i + 1] == EOI)
            return true;
    return false;
}

enum rc jpeg_head_read(struct bytes data, struct jpeg_head *ret_head, struct fault *why)
{
    struct jpeg_head head = { 0 };
    bool named_rgb = false, jfif = false, adobe = false, adobe_rgb = false;
    size_t at = 2;

    if (data.len < 4 || data.at[0] != 0xFF || data.at[1] != SOI)
        return fault_set(why, RC_INVALID, 0, "这不是 JPEG 图像");
    while (at + 4 <= data.len && data.at[at] == 0xFF) {
        uint8_t marker = data.at[at + 1];
        if (marker == 0xFF) { /* filling */
            at++;
            continue;
        }
        size_t len = get16(data.at + at + 2);
        const uint8_t *part = data.at + at + 2;
        if (marker < 0xC0 || (marker >= 0xD0 && marker <= EOI) || len < 2 ||
            len > data.len - at - 2)
            break;
        if (marker == SOS) {
            if (!head.width_px || !has_end(part, data.len - at - 2))
                break;
            head.is_plain = !head.is_gray && (adobe ? adobe_rgb : !jfif && named_rgb);
            *ret_head = head;
            return RC_OK;
        }
        if (is_frame(marker)) {
            enum rc rc = read_frame(marker, part, len, &head, &named_rgb, why);
            if (rc)
                return rc;
        }
        if (marker == APP_JFIF && len >= 7 && !memcmp(part + 2, "JFIF", 5))
            jfif = true;
        if (marker == APP_ADOBE && len > ADOBE_TRANSFORM &&
            !memcmp(part + 2, "Adobe", 5)) {
            adobe = true;
            adobe_rgb = part[ADOBE_TRANSFORM] == 0;
        }
        at += 2 + len;
    }
    return fault_set(why, RC_INVALID, 0, "图像不完整（可能传输中断），请重新扫描这一页");
}
