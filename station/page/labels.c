/* zbar guesses the character set of a code and gets Chinese wrong, so it is asked for
 * bytes and the guess is made here. A label is believed only when its check digits are
 * right; zbar does see codes in photographs now and then. */
#include "station/page/labels.h"

#include "core/label.h"
#include "station/page/pix.h"

#include <endian.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <zbar.h>

/* Every second row and column; all of them in a picture smaller than half a page, which
 * is a photograph with fine codes. */
enum { SCAN_DENSITY = 2, SMALL_PIXELS = 1200 * 1000 };

SCOPE_RELEASER(scanner_free_at, zbar_image_scanner_t *, zbar_image_scanner_destroy)
SCOPE_RELEASER(image_free_at, zbar_image_t *, zbar_image_destroy)

static bool is_utf8(const char *text, size_t len)
{
    const unsigned char *s = (const unsigned char *)text;
    for (size_t i = 0; i < len;) {
        unsigned more = s[i] < 0x80                   ? 0
                        : s[i] >= 0xc2 && s[i] < 0xe0 ? 1
                        : s[i] >= 0xe0 && s[i] < 0xf0 ? 2
                        : s[i] >= 0xf0 && s[i] < 0xf5 ? 3
                                                      : 9;
        if (more == 9 || i + more >= len + (more == 0))
            return false;
        for (unsigned k = 1; k <= more; k++)
            if ((s[i + k] & 0xc0) != 0x80)
                return false;
        i += more + 1;
    }
    return true;
}

/* Longest prefix of `len` bytes that does not cut a character. */
static size_t whole_characters(const char *text, size_t len)
{
    while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
        len--;
    return len;
}

/* Converters for the life of the process: opening one loads a file. */
enum charset { GB2312, SHIFT_JIS, GB18030, CHARSETS };

static iconv_t converter(enum charset from)
{
    static const char *const names[] = { "GB2312", "SHIFT_JIS", "GB18030" };
    static iconv_t kept[CHARSETS];
    static bool opened[CHARSETS];
    if (!opened[from])
        kept[from] = iconv_open("UTF-8", names[from]);
    opened[from] = true;
    return kept[from];
}

void labels_prepare(void)
{
    for (int from = 0; from < CHARSETS; from++)
        (void)converter((enum charset)from);
}

static bool convert(enum charset from, const char *bytes, size_t len, char *ret_text,
                    size_t room)
{
    iconv_t way = converter(from);
    char *in = (char *)(uintptr_t)bytes, *out = ret_text;
    size_t in_left = len, out_left = room - 1;
    if (way == (iconv_t)-1)
        return false;
    iconv(way, NULL, NULL, NULL, NULL); /* forget the last text */
    bool done = iconv(way, &in, &in_left, &out, &out_left) != (size_t)-1;
    *out = '\0';
    return done;
}

/* Hiragana, katakana or their half-width twins: no Chinese text has them. */
static bool has_kana(const char *text)
{
    for (const unsigned char *s = (const unsigned char *)text; *s; s++)
        if ((s[0] == 0xe3 && (s[1] == 0x81 || s[1] == 0x82 || s[1] == 0x83)) ||
            (s[0] == 0xef && (s[1] == 0xbd || s[1] == 0xbe)))
            return true;
    return false;
}

void label_to_utf8(const char *bytes, size_t len, char *ret_text, size_t room)
{
    if (is_utf8(bytes, len)) {
        size_t take = len < room ? len : whole_characters(bytes, room - 1);
        memcpy(ret_text, bytes, take);
        ret_text[take] = '\0';
        return;
    }
    if (convert(GB2312, bytes, len, ret_text, room))
        return;
    /* Characters that are rare in Chinese: on goods from Japan it is Japanese. */
    if (convert(SHIFT_JIS, bytes, len, ret_text, room) && has_kana(ret_text))
        return;
    if (convert(GB18030, bytes, len, ret_text, room))
        return;
    char *out = ret_text;
    for (; len && (size_t)(out - ret_text) + 1 < room; len--, bytes++)
        *out++ = (unsigned char)*bytes < 0x80 ? *bytes : '?';
    *out = '\0';
}

static zbar_image_t *image_of_pix(PIX *gray)
{
    size_t width = (size_t)pixGetWidth(gray), height = (size_t)pixGetHeight(gray);
    uint8_t *data = malloc(width * height);
    zbar_image_t *image = data ? zbar_image_create() : NULL;
    if (!image) {
        free(data);
        return NULL;
    }
    for (size_t y = 0; y < height; y++) {
        l_uint32 *line = pixGetData(gray) + y * (size_t)pixGetWpl(gray);
        uint8_t *to = data + y * width;
        size_t x = 0;
        for (; x + 4 <= width; x += 4, to += 4) {
            uint32_t word = htobe32(line[x / 4]);
            memcpy(to, &word, sizeof word);
        }
        for (; x < width; x++)
            *to++ = GET_DATA_BYTE(line, x);
    }
    zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
    zbar_image_set_size(image, (unsigned)width, (unsigned)height);
    zbar_image_set_data(image, data, width * height, zbar_image_free_data);
    return image;
}

static zbar_image_scanner_t *new_scanner(int density)
{
    static const zbar_symbol_type_t kinds[] = { ZBAR_CODE128, ZBAR_CODE39, ZBAR_QRCODE };
    zbar_image_scanner_t *scanner = zbar_image_scanner_create();
    if (!scanner)
        return NULL;
    zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
    zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_X_DENSITY, density);
    zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_Y_DENSITY, density);
    for (size_t i = 0; i < COUNT(kinds); i++)
        zbar_image_scanner_set_config(scanner, kinds[i], ZBAR_CFG_ENABLE, 1);
    zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_BINARY, 1);
    return scanner;
}

/* zbar says where the code's top points; the page must be turned back. */
static int upright_turn(zbar_orientation_t orientation)
{
    switch (orientation) {
    case ZBAR_ORIENT_UP:
        return 0;
    case ZBAR_ORIENT_RIGHT:
        return 270;
    case ZBAR_ORIENT_DOWN:
        return 180;
    case ZBAR_ORIENT_LEFT:
        return 90;
    default:
        return -1;
    }
}

static void believe(struct page_labels *labels, struct page_label *label,
                    zbar_orientation_t orientation)
{
    struct label read;
    struct bytes text = { (const uint8_t *)label->text, strlen(label->text) };
    enum rc rc = label_read(text, &read);
    label->ours = rc == RC_OK;
    labels->wrong_check = labels->wrong_check || rc == RC_CORRUPT;
    if (rc)
        return;
    if (labels->upright_deg < 0)
        labels->upright_deg = upright_turn(orientation);
    enum page_kind kind = read.type == LABEL_VOLUME ? PAGE_COVER
                          : read.type == LABEL_TYPE ? PAGE_SEPARATOR
                                                    : PAGE_TEXT;
    if (kind == PAGE_TEXT)
        return;
    for (size_t i = 0; i < labels->count; i++)
        if (labels->found[i].ours && labels->found[i].text[0] == label->text[0] &&
            strcmp(labels->found[i].text, label->text))
            labels->contradict = true;
    if (labels->kind !=
        PAGE_COVER) /* a cover may show a separator's code, not the reverse */
        labels->kind = kind;
}

static void add(struct page_labels *labels, const zbar_symbol_t *symbol)
{
    struct page_label label = { .ours = false };
    const char *data = zbar_symbol_get_data(symbol);
    unsigned len = zbar_symbol_get_data_length(symbol);
    strncpy(label.type, zbar_get_symbol_name(zbar_symbol_get_type(symbol)),
            sizeof label.type - 1);
    label_to_utf8(data, len, label.text, sizeof label.text);
    for (size_t i = 0; i < labels->count; i++)
        if (!strcmp(labels->found[i].text, label.text) &&
            !strcmp(labels->found[i].type, label.type))
            return;
    if (labels->count == PAGE_LABELS_MAX)
        return;
    believe(labels, &label, zbar_symbol_get_orientation(symbol));
    labels->found[labels->count++] = label;
}

/* Mean step between neighbours on bright paper, in sixteenths of a level. */
static unsigned grain(PIX *gray)
{
    enum { EVERY = 7, BRIGHT = 150, EDGE = 40 };
    unsigned sum = 0, count = 0;
    for (l_int32 y = 0; y < pixGetHeight(gray); y += EVERY) {
        l_uint32 *line = pixGetData(gray) + (size_t)y * (size_t)pixGetWpl(gray);
        for (l_int32 x = 1; x < pixGetWidth(gray); x += EVERY) {
            int one = GET_DATA_BYTE(line, x - 1), other = GET_DATA_BYTE(line, x);
            int step = abs(one - other);
            if (one < BRIGHT || other < BRIGHT || step > EDGE)
                continue;
            sum += (unsigned)step;
            count++;
        }
    }
    return count ? sum * 16 / count : 0;
}

/* zbar takes the grain of a noisy sensor for bars; a page from such a one is blurred by
 * a pixel for it, a clean one is not, since narrow bars would suffer. */
static PIX *calm(PIX *gray, bool small)
{
    enum { NOISY = 2 * 16 };
    bool noisy = !small && grain(gray) > NOISY;
    return noisy ? pixBlockconv(gray, 1, 1) : pixClone(gray);
}

enum rc page_read_labels(PIX *gray, struct page_labels *ret_labels, struct fault *why)
{
    struct page_labels labels = { .upright_deg = -1, .kind = PAGE_TEXT };
    bool small = (int64_t)pixGetWidth(gray) * pixGetHeight(gray) < SMALL_PIXELS;
    SCOPED_PIX calmed = calm(gray, small);
    if (!calmed)
        return pix_no_memory(why);
    SCOPED(scanner_free_at)
    zbar_image_scanner_t *scanner = new_scanner(small ? 1 : SCAN_DENSITY);
    SCOPED(image_free_at) zbar_image_t *image = scanner ? image_of_pix(calmed) : NULL;
    if (!image)
        return pix_no_memory(why);
    if (zbar_scan_image(scanner, image) > 0)
        for (const zbar_symbol_t *symbol = zbar_image_first_symbol(image); symbol;
             symbol = zbar_symbol_next(symbol))
            add(&labels, symbol);
    *ret_labels = labels;
    return RC_OK;
}
