/* The words of this driver: what the operator reads, and the words of settings. Each
 * table is total over its enum; a test holds it to that. */
#include "drivers/scanner/scanner.h"

#include "drivers/scanner/scanner_port.h"

#include <strings.h>

static const struct {
    const char *text, *sentence;
} ends[SCANNER_END_COUNT] = {
    [SCANNER_IMAGE] = { "image", "这一面已扫描。" },
    [SCANNER_NO_DOCS] = { "no-docs", "进纸器里没有纸了。还有纸要扫，请放好后按“继续”。" },
    [SCANNER_JAM] = { "jam",
                      "卡纸了。请打开机盖取出卡住的纸，抚平后放回最上面，再按“继续”。" },
    [SCANNER_DOUBLE_FEED] = { "double-feed", "可能两张纸一起进去了。请取出来分开，按原来"
                                             "的顺序放回最上面，再按“继续”。" },
    [SCANNER_COVER_OPEN] = { "cover-open",
                             "扫描仪的盖子没有关好。请关好盖子，再按“继续”。" },
    [SCANNER_BUSY] = { "busy", "扫描仪正忙或正在预热，请稍等。" },
    [SCANNER_IO] = { "io", "扫描仪出错，这一张没有扫上。请把这张纸放回最上面，再按“继续”"
                           "；仍不行请关机重开。" },
    [SCANNER_GONE] = { "gone", "找不到扫描仪了。请检查电源和连线，接好后按“继续”。" },
    [SCANNER_CANCELLED] = { "cancelled", "扫描已停止。" },
    [SCANNER_FORMAT] = { "format", "扫描仪送来的图片格式用不了，这一张没有扫上。请管理员"
                                   "把颜色设为灰度或彩色，再按“继续”。" },
    [SCANNER_SINK] = { "sink",
                       "扫描的图片存不下来，扫描已停止。请检查硬盘空间后再按“继续”。" },
};

static const char *const modes[] = {
    [SCANNER_LINEART] = "Lineart",
    [SCANNER_GRAY] = "Gray",
    [SCANNER_COLOR] = "Color",
};

static const char *const sources[] = {
    [SCANNER_FLATBED] = "Flatbed",
    [SCANNER_ADF_FRONT] = "ADF Front",
    [SCANNER_ADF_DUPLEX] = "ADF Duplex",
};

const char *scanner_sentence(enum scanner_end end)
{
    return end < SCANNER_END_COUNT ? ends[end].sentence : ends[SCANNER_IO].sentence;
}

const char *scanner_end_text(enum scanner_end end)
{
    return end < SCANNER_END_COUNT ? ends[end].text : ends[SCANNER_IO].text;
}

const char *port_status_text(enum port_status status)
{
    static const char *const texts[PORT_STATUS_COUNT] = {
        "good",   "unsupported",  "cancelled",  "busy",      "invalid",   "end",
        "jammed", "no documents", "cover open", "I/O error", "no memory", "denied",
    };
    return status < PORT_STATUS_COUNT ? texts[status] : "?";
}

const char *scanner_mode_text(enum scanner_mode mode)
{
    return modes[mode];
}

const char *scanner_source_text(enum scanner_source source)
{
    return sources[source];
}

enum rc scanner_mode_read(const char *text, enum scanner_mode *ret_mode)
{
    for (size_t i = 0; text && i < COUNT(modes); i++)
        if (!strcasecmp(modes[i], text)) {
            *ret_mode = (enum scanner_mode)i;
            return RC_OK;
        }
    return RC_INVALID;
}

enum rc scanner_source_read(const char *text, enum scanner_source *ret_source)
{
    for (size_t i = 0; text && i < COUNT(sources); i++)
        if (!strcasecmp(sources[i], text)) {
            *ret_source = (enum scanner_source)i;
            return RC_OK;
        }
    return RC_INVALID;
}

struct scanner_profile scanner_profile_default(void)
{
    return (struct scanner_profile){ .dpi = 300,
                                     .mode = SCANNER_COLOR,
                                     .source = SCANNER_ADF_DUPLEX,
                                     .page_width_um = 210 * 1000,
                                     .page_height_um = 297 * 1000,
                                     .jpeg = true };
}
