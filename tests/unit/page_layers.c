/* Pages in layers: which pages are fit, what becomes of each ink, that nothing is lost.
 */
#include "check.h"

#include "pdfa/pdfa.h"
#include "station/page/layers.h"
#include "station/page/page.h"
#include "station/page/tiff.h"
#include "sys/file.h"
#include "sys/hash.h"
#include "sys/scope.h"

#include <fcntl.h>
#include <string.h>

enum { WIDE = 1240, TALL = 1754, DPI = 300 };

static char *capture;
static size_t capture_len;

static void process(const char *path, enum page_compress compress,
                    struct page_result *ret_result, struct page_output *ret_output)
{
    struct page_options options = {
        .dpi = DPI, .no_ocr = true, .no_pictures = true, .compress = compress
    };
    free(TAKE(capture));
    CHECK_OK(file_read(AT_FDCWD, path, 1 << 24, &capture, &capture_len, NULL));
    CHECK_OK(page_process((struct bytes){ (uint8_t *)capture, capture_len }, &options,
                          ret_result, ret_output, NULL));
}

TEST(page_layers, make_a_sealed_page_a_third_and_name_its_capture)
{
    struct page_result result;
    struct page_output one = { 0 }, two = { 0 };
    struct pdfa_page_facts facts;
    char hex[SHA256_HEX];
    SCOPED(fd_close_at) int fd = -1;
    process("tests/data/stack-1/006.jpg", PAGE_LAYERED, &result, &one);
    CHECK_TEXT("layered", result.layers);
    CHECK(one.pdf_len * 100 < capture_len * 35);
    CHECK(!memmem(one.pdf, one.pdf_len, "/SMask", 6));
    hash_hex(hash_sha256((struct bytes){ (uint8_t *)capture, capture_len }), hex);
    CHECK(memmem(one.pdf, one.pdf_len, hex, 64));
    CHECK_OK(file_in_memory("page", (struct bytes){ (uint8_t *)one.pdf, one.pdf_len },
                            &fd, NULL));
    CHECK_OK(pdfa_page_check(fd, &facts, NULL));
    CHECK(facts.layered);
    process("tests/data/stack-1/006.jpg", PAGE_LAYERED, &result, &two);
    CHECK_INT(one.pdf_len, two.pdf_len);
    CHECK(!memcmp(one.pdf, two.pdf, one.pdf_len));
    page_output_free(&one);
    page_output_free(&two);
}

TEST(page_layers, are_made_only_when_they_are_asked_for)
{
    struct page_result result;
    struct page_output output = { 0 };
    process("tests/data/stack-1/004.jpg", PAGE_EXACT, &result, &output);
    CHECK_TEXT("exact", result.layers);
    CHECK(memmem(output.pdf, output.pdf_len, capture, capture_len));
    page_output_free(&output);
    free(TAKE(capture));
}

static PIX *paper(uint32_t colour)
{
    PIX *page = pixCreate(WIDE, TALL, 32);
    CHECK(page != NULL);
    pixSetAllArbitrary(page, colour);
    return page;
}

static void draw(PIX *page, int x, int y, int w, int h, uint32_t colour)
{
    for (int v = y; v < y + h; v++)
        for (int u = x; u < x + w; u++)
            pixSetPixel(page, u, v, colour);
}

static enum layers_verdict make(PIX *page, struct page_layers *ret_layers)
{
    struct picture picture = { .look = { .format = PICTURE_PNG,
                                         .width_px = WIDE,
                                         .height_px = TALL,
                                         .channels = 3,
                                         .bits = 8 },
                               .dpi = DPI,
                               .whole = page };
    enum layers_verdict verdict;
    CHECK_OK(page_layers_make(BYTES(""), &picture, ret_layers, &verdict, NULL));
    return verdict;
}

/* A G4 strip as the file that libtiff knows, back to pixels. */
static PIX *unpack(const uint8_t *bits, size_t len)
{
    enum { TAGS = 8, HEAD = 8 + 2 + TAGS * 12 + 4 };
    const uint16_t tags[TAGS][2] = { { 256, 4 }, { 257, 4 }, { 258, 3 }, { 259, 3 },
                                     { 262, 3 }, { 273, 4 }, { 278, 4 }, { 279, 4 } };
    const uint32_t values[TAGS] = { WIDE, TALL, 1, 4, 0, HEAD, TALL, (uint32_t)len };
    SCOPED(free_at) uint8_t *file = calloc(1, HEAD + len);
    memcpy(file, "II*\0\10\0\0\0", 8);
    file[8] = TAGS;
    for (size_t i = 0; i < TAGS; i++) {
        uint8_t *at = file + 10 + i * 12;
        memcpy(at, &tags[i][0], 2);
        memcpy(at + 2, &tags[i][1], 2);
        at[4] = 1;
        memcpy(at + 8, &values[i], 4);
    }
    memcpy(file + HEAD, bits, len);
    struct picture_look look = { .format = PICTURE_TIFF };
    PIX *pix = NULL;
    CHECK_OK(tiff_look((struct bytes){ file, HEAD + len }, 0, &look, NULL));
    CHECK_OK(tiff_read((struct bytes){ file, HEAD + len }, &look, &pix, NULL));
    return pix;
}

static uint32_t bit(PIX *pix, int x, int y)
{
    l_uint32 value = 9;
    pixGetPixel(pix, x, y, &value);
    return value;
}

TEST(page_layers, keep_print_under_a_seal_and_the_seal_each_in_a_stencil)
{
    struct page_layers layers = { 0 };
    PIX *page = paper(0xf8f6f000);
    draw(page, 300, 300, 400, 60, 0xc8283200); /* seal */
    draw(page, 400, 200, 12, 300, 0x14141400); /* print, through it */
    CHECK_INT(LAYERS_FIT, make(page, &layers));
    CHECK_INT(2, layers.ink_count);
    PIX *seal = unpack(layers.inks[0].mask, layers.inks[0].mask_len);
    PIX *print = unpack(layers.inks[1].mask, layers.inks[1].mask_len);
    CHECK_INT(1, bit(seal, 600, 330));
    CHECK_INT(0, bit(seal, 406, 330));
    CHECK_INT(1, bit(print, 406, 330));
    CHECK_INT(1, bit(print, 406, 210));
    CHECK_INT(0, bit(print, 600, 330));
    CHECK_INT(0, bit(print, 380, 210));
    CHECK(layers.inks[0].flat[0] > 180 && layers.inks[0].flat[1] < 70);
    CHECK(layers.inks[1].flat[0] < 40);
    pixDestroy(&seal);
    pixDestroy(&print);
    pixDestroy(&page);
    page_layers_free(&layers);
}

TEST(page_layers, cut_strokes_where_they_are_to_the_pixel)
{
    struct page_layers layers = { 0 };
    PIX *page = paper(0xffffff00);
    for (int i = 0; i < 20; i++)
        draw(page, 100 + i * 50, 100 + i * 37, 1 + i % 7, 200, 0x10101000);
    CHECK_INT(LAYERS_FIT, make(page, &layers));
    CHECK_INT(1, layers.ink_count);
    CHECK(!layers.inks[0].colours_len); /* one ink: one colour */
    PIX *print = unpack(layers.inks[0].mask, layers.inks[0].mask_len);
    size_t wrong = 0;
    for (int y = 0; y < TALL; y++)
        for (int x = 0; x < WIDE; x++) {
            l_uint32 colour = 0;
            pixGetPixel(page, x, y, &colour);
            wrong += bit(print, x, y) != (colour == 0x10101000);
        }
    CHECK_INT(0, wrong);
    pixDestroy(&print);
    pixDestroy(&page);
    page_layers_free(&layers);
}

TEST(page_layers, leave_faint_marks_to_the_ground_and_pencil_gray)
{
    struct page_layers layers = { 0 };
    PIX *page = paper(0xf0f0f000);
    draw(page, 100, 100, 900, 8, 0x10101000);  /* print */
    draw(page, 100, 600, 900, 4, 0x8c8c8c00);  /* pencil */
    draw(page, 100, 1200, 900, 4, 0xd8d8d800); /* shows through from behind */
    CHECK_INT(LAYERS_FIT, make(page, &layers));
    CHECK_INT(1, layers.ink_count);
    CHECK(layers.inks[0].colours_len > 0); /* two tones: a picture of them */
    PIX *print = unpack(layers.inks[0].mask, layers.inks[0].mask_len);
    CHECK_INT(1, bit(print, 500, 103));
    CHECK_INT(1, bit(print, 500, 601));
    CHECK_INT(0, bit(print, 500, 1201));
    struct jpeg_how how = { 8, JPEG_STRICT };
    struct jpeg_raster ground = { 0 }, colours = { 0 };
    CHECK_OK(jpeg_decode_gray((struct bytes){ layers.ground, layers.ground_len }, &how,
                              &ground, NULL));
    CHECK_INT(TALL / 2, ground.height_px);
    CHECK(ground.at[601 * ground.stride + 250] < 0xe2); /* the faint mark is there */
    CHECK(ground.at[50 * ground.stride + 250] > 0xe8);  /* and the print is not */
    CHECK_OK(jpeg_decode_gray(
        (struct bytes){ layers.inks[0].colours, layers.inks[0].colours_len }, &how,
        &colours, NULL));
    CHECK(colours.at[12 * colours.stride + 60] < 0x30);
    CHECK(colours.at[75 * colours.stride + 60] > 0x60);
    jpeg_raster_free(&ground);
    jpeg_raster_free(&colours);
    pixDestroy(&print);
    pixDestroy(&page);
    page_layers_free(&layers);
}

/* Tones that run into each other, in a window of the page. */
static void photograph(PIX *page, int x0, int y0, int w, int h)
{
    uint32_t seed = 12345;
    for (int y = y0; y < y0 + h; y++)
        for (int x = x0; x < x0 + w; x++) {
            seed = seed * 1664525 + 1013904223;
            uint32_t v = (uint32_t)((x * 3 + y * 2) / 16 % 128) + 60 + (seed >> 26);
            pixSetPixel(page, x, y, v << 24 | v << 16 | v << 8);
        }
}

TEST(page_layers, are_refused_where_the_page_is_no_writing_on_paper)
{
    struct page_layers layers = { 0 };
    PIX *page = paper(0xf8f8f800);
    CHECK_INT(LAYERS_FIT, make(page, &layers)); /* an empty page is paper alone */
    CHECK_INT(0, layers.ink_count);
    page_layers_free(&layers);
    photograph(page, 400, 500, 300, 380); /* of a person, on a card */
    CHECK_INT(LAYERS_PICTURE, make(page, &layers));
    CHECK(!layers.ground && !layers.ink_count);
    photograph(page, 0, 0, WIDE, TALL);
    CHECK(make(page, &layers) != LAYERS_FIT);
    pixDestroy(&page);

    PIX *bilevel = pixCreate(WIDE, TALL, 1);
    CHECK_INT(LAYERS_PLAIN, make(bilevel, &layers));
    pixDestroy(&bilevel);
}

TEST(tiff_pack_g4, keeps_every_pixel)
{
    enum { STRIDE = (WIDE + 7) / 8 };
    SCOPED(free_at) uint8_t *rows = calloc(STRIDE, TALL);
    SCOPED(free_at) uint8_t *packed = NULL;
    size_t len = 0, wrong = 0;
    uint32_t seed = 7;
    for (size_t i = 0; i < (size_t)STRIDE * TALL; i++) {
        seed = seed * 1664525 + 1013904223;
        rows[i] = (uint8_t)(i % 5 ? seed >> 24 : 0);
    }
    CHECK_OK(tiff_pack_g4(rows, WIDE, TALL, &packed, &len, NULL));
    PIX *pix = unpack(packed, len);
    for (int y = 0; y < TALL; y++)
        for (int x = 0; x < WIDE; x++)
            wrong += bit(pix, x, y) != (rows[y * STRIDE + x / 8] >> (7 - x % 8) & 1u);
    CHECK_INT(0, wrong);
    pixDestroy(&pix);
}

TEST(layers_verdict, has_a_word_for_each)
{
    for (int v = LAYERS_FIT; v <= LAYERS_PLAIN; v++) {
        const char *name = layers_verdict_name((enum layers_verdict)v);
        CHECK(*name && strlen(name) < sizeof((struct page_result *)0)->layers);
    }
}
