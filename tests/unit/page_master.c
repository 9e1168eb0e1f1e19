/* Masters: the capture's own pixels, bit for bit, with their facts, whatever they were.
 */
#include "check.h"
#include "page_variant.h"

#include "station/page/lzw.h"
#include "station/page/page.h"
#include "station/page/tiff.h"
#include "sys/file.h"

#include <fcntl.h>

static char *make(struct bytes capture, const struct page_master *facts, size_t *ret_len)
{
    struct page_options options = { .no_ocr = true, .no_pictures = true, .dpi = 300 };
    struct page_result result;
    struct page_output output = { 0 };
    options.master = *facts;
    options.master.wanted = true;
    CHECK_OK(page_process(capture, &options, &result, &output, NULL));
    char *tiff = output.master;
    CHECK(tiff);
    *ret_len = output.master_len;
    output.master = NULL;
    page_output_free(&output);
    return tiff;
}

static bool holds(const char *file, size_t len, const char *text)
{
    return memmem(file, len, text, strlen(text));
}

TEST(page_master, keeps_a_jpegs_bits_and_says_where_they_come_from)
{
    static const struct page_master facts = { .document = "起诉状 <&> 1",
                                              .make = "Example",
                                              .model = "S-100",
                                              .serial = "SN42",
                                              .station = "ST01",
                                              .operator_name = "甲",
                                              .side = "front",
                                              .at_ms = INT64_C(1795000000000) };
    SCOPED(free_at) char *capture = NULL;
    size_t len = 0, again_len = 0, capture_len = 0;
    CHECK_OK(file_read(AT_FDCWD, "tests/data/stack-1/004.jpg", 1 << 24, &capture,
                       &capture_len, NULL));
    struct bytes bytes = { (uint8_t *)capture, capture_len };
    SCOPED(free_at) char *tiff = make(bytes, &facts, &len);
    SCOPED(free_at) char *again = make(bytes, &facts, &again_len);
    CHECK_INT(len, again_len);
    CHECK_BYTES(tiff, again, len);
    CHECK_BYTES("II*\0", tiff, 4);
    CHECK_BYTES(capture, tiff + 8, capture_len);
    static const char *const said[] = { "2026:11:",
                                        "S-100",
                                        "SN42",
                                        "起诉状 &lt;&amp;&gt; 1",
                                        "A4, 210 x 297 mm",
                                        "<jk:side>front</jk:side>",
                                        "<jk:compression>JPEG</jk:compression>" };
    for (size_t i = 0; i < COUNT(said); i++)
        if (!holds(tiff, len, said[i]))
            fail_msg("nothing says %s", said[i]);
    struct picture_look look = { .format = PICTURE_TIFF };
    CHECK_OK(tiff_look((struct bytes){ (uint8_t *)tiff, len }, 0, &look, NULL));
    CHECK_INT(2480, look.width_px);
    CHECK_INT(300, look.x_dpi);
}

/* Through our own PNG as a capture, and back out of the master. */
static void check_lossless(PIX *pix)
{
    l_uint8 *png = NULL;
    size_t png_len = 0, len = 0;
    l_int32 same = 0;
    static const struct page_master facts = { .document = "x" };
    CHECK(!pixWriteMemPng(&png, &png_len, pix, 0));
    SCOPED(free_at) char *tiff = make((struct bytes){ png, png_len }, &facts, &len);
    struct bytes file = { (uint8_t *)tiff, len };
    struct picture_look look = { .format = PICTURE_TIFF };
    SCOPED_PIX back = NULL;
    CHECK_OK(tiff_look(file, 0, &look, NULL));
    CHECK_OK(tiff_read(file, &look, &back, NULL));
    CHECK_INT(pixGetDepth(pix), pixGetDepth(back));
    pixEqual(pix, back, &same);
    CHECK(same);
    CHECK(holds(tiff, len, "LZW"));
    lept_free(png);
}

TEST(page_master, loses_nothing_of_colour_gray_and_bilevel_pictures)
{
    SCOPED_PIX colour = pixCreate(613, 411, 32);
    variant_seed = 9;
    pixSetAllArbitrary(colour, variant_gray(250));
    variant_levels(colour, 1, -20, 60); /* noise: the table of strings fills many times */
    pixSetSpp(colour, 3);
    SCOPED_PIX gray = pixConvertRGBToGrayFast(colour);
    SCOPED_PIX bits = pixThresholdToBinary(gray, 230);
    check_lossless(colour);
    check_lossless(gray);
    check_lossless(bits);
    SCOPED_PIX even = pixCreate(700, 500, 8); /* long strings */
    pixSetAll(even);
    check_lossless(even);
}

TEST(page_master, keeps_the_bits_of_a_fax_picture)
{
    SCOPED(free_at) char *capture = NULL;
    size_t capture_len = 0, len = 0;
    static const struct page_master facts = { .document = "" };
    CHECK_OK(file_read(AT_FDCWD, "tests/data/convert/two-pages.tif", 1 << 24, &capture,
                       &capture_len, NULL));
    struct bytes file = { (uint8_t *)capture, capture_len }, before, after;
    struct picture_look look = { .format = PICTURE_TIFF };
    CHECK_OK(tiff_look(file, 0, &look, NULL));
    CHECK(tiff_g4(file, &look, &before));
    SCOPED(free_at) char *tiff = make(file, &facts, &len);
    CHECK_OK(tiff_look((struct bytes){ (uint8_t *)tiff, len }, 0, &look, NULL));
    CHECK(tiff_g4((struct bytes){ (uint8_t *)tiff, len }, &look, &after));
    CHECK_INT(before.len, after.len);
    CHECK_BYTES(before.at, after.at, before.len);
}

/* A reader by the letter of TIFF 6.0, section 13. Returns how many bytes came out. */
static size_t unpack(const uint8_t *at, size_t len, uint8_t *ret_plain, size_t room)
{
    static uint8_t strings[4096][512];
    static size_t lengths[4096];
    uint32_t bits = 0;
    int held = 0, width = 9, next = 258, before = -1;
    size_t out = 0;
    for (int i = 0; i < 256; i++) {
        strings[i][0] = (uint8_t)i;
        lengths[i] = 1;
    }
    for (size_t i = 0;;) {
        for (; held < width && i < len; held += 8)
            bits = bits << 8 | at[i++];
        CHECK(held >= width);
        int code = (int)(bits >> (held - width) & ((1u << width) - 1));
        held -= width;
        if (code == 257)
            return out;
        if (code == 256) {
            width = 9;
            next = 258;
            before = -1;
            continue;
        }
        CHECK(before >= 0 ? code <= next : code < 256);
        if (before >= 0) {
            memcpy(strings[next], strings[before], lengths[before]);
            lengths[next] = lengths[before] + 1;
            CHECK(lengths[next] <= sizeof strings[0]);
            strings[next][lengths[before]] = strings[code == next ? before : code][0];
            next++;
        }
        CHECK(out + lengths[code] <= room);
        memcpy(ret_plain + out, strings[code], lengths[code]);
        out += lengths[code];
        before = code;
        if (next == (1 << width) - 1 && width < 12)
            width++;
    }
}

TEST(lzw_pack, is_read_back_at_every_length_around_its_widenings)
{
    static uint8_t plain[6000], back[6000];
    variant_seed = 4;
    for (size_t i = 0; i < sizeof plain; i++)
        plain[i] = (uint8_t)(variant_chance() * 256);
    /* Random bytes give a string each: widths change near 254, 766, 1790, the table ends
     * near 3836. */
    static const size_t near[] = { 4, 254, 766, 1790, 3836, 5900 };
    for (size_t n = 0; n < COUNT(near); n++)
        for (size_t len = near[n] - 4; len < near[n] + 5; len++) {
            uint8_t *packed = NULL;
            size_t packed_len = 0;
            CHECK_OK(lzw_pack((struct bytes){ plain, len }, &packed, &packed_len, NULL));
            CHECK_INT(len, unpack(packed, packed_len, back, sizeof back));
            CHECK_BYTES(plain, back, len);
            free(packed);
        }
}
