/* What a picture file says about itself, and what is refused before it is decoded. */
#include "check.h"

#include "station/page/look.h"
#include "station/page/page.h"
#include "station/page/pix.h"
#include "station/page/read.h"
#include "station/page/tiff.h"

static struct bytes png_of(l_int32 width, l_int32 height, l_int32 depth,
                           l_uint8 **ret_data)
{
    size_t len = 0;
    SCOPED_PIX pix = pixCreate(width, height, depth);
    pixSetResolution(pix, 300, 300);
    CHECK(pix && !pixWriteMemPng(ret_data, &len, pix, 0));
    return (struct bytes){ *ret_data, len };
}

/* A one-bit picture with a black bar at `bar` of its rows, as G4. */
static struct bytes tiff_of(l_int32 bar, l_uint8 **ret_data)
{
    size_t len = 0;
    SCOPED_PIX pix = pixCreate(400, 300, 1);
    pixSetResolution(pix, 200, 200);
    pixRasterop(pix, 50, bar, 300, 20, PIX_SET, NULL, 0, 0);
    CHECK(!pixWriteMemTiff(ret_data, &len, pix, IFF_TIFF_G4));
    return (struct bytes){ *ret_data, len };
}

static enum rc look(struct bytes file, struct picture_look *ret_look)
{
    struct fault why = { 0 };
    enum rc rc = picture_look(file, 0, ret_look, &why);
    CHECK(!rc || (unsigned char)why.text[0] >= 0x80); /* a Chinese sentence */
    return rc;
}

TEST(picture_look, reads_size_and_resolution_of_a_png)
{
    l_uint8 *data = NULL;
    struct picture_look facts;
    struct bytes file = png_of(200, 100, 8, &data);
    CHECK_OK(look(file, &facts));
    CHECK_INT(PICTURE_PNG, facts.format);
    CHECK_INT(200, facts.width_px);
    CHECK_INT(100, facts.height_px);
    CHECK_INT(300, facts.x_dpi);
    CHECK_INT(1, facts.channels);
    free(data);
}

TEST(picture_look, tells_a_png_that_is_cut_anywhere)
{
    l_uint8 *data = NULL;
    struct picture_look facts;
    struct bytes file = png_of(64, 64, 8, &data);
    for (size_t len = 8; len < file.len; len++)
        CHECK_RC(RC_CORRUPT, look((struct bytes){ file.at, len }, &facts));
    free(data);
}

TEST(picture_look, tells_a_png_with_one_flipped_bit)
{
    l_uint8 *data = NULL;
    struct picture_look facts;
    struct bytes file = png_of(64, 64, 8, &data);
    data[file.len / 2] ^= 4;
    CHECK_RC(RC_CORRUPT, look(file, &facts));
    free(data);
}

TEST(picture_look, refuses_a_side_of_one_pixel_too_many_and_takes_the_largest)
{
    struct picture_look most = { .format = PICTURE_PNG, .channels = 1, .bits = 1 };
    most.width_px = PAGE_SIDE_MAX_PX;
    most.height_px = PAGE_PIXELS_MAX / PAGE_SIDE_MAX_PX;
    CHECK_OK(picture_check_size(&most, NULL));
    most.height_px++;
    CHECK_RC(RC_INVALID, picture_check_size(&most, NULL));
    most.height_px = 10;
    most.width_px = PAGE_SIDE_MAX_PX + 1;
    CHECK_RC(RC_INVALID, picture_check_size(&most, NULL));
}

TEST(picture_look, refuses_what_unfolds_to_more_memory_than_a_page_may_have)
{
    struct picture_look wide = { .format = PICTURE_TIFF, .channels = 3, .bits = 8 };
    wide.width_px = 15000;
    wide.height_px = 10000;
    CHECK_OK(picture_check_size(&wide, NULL));
    wide.height_px = 10001;
    CHECK_RC(RC_INVALID, picture_check_size(&wide, NULL));
}

TEST(picture_look, refuses_what_is_no_picture)
{
    struct picture_look facts;
    CHECK_RC(RC_INVALID, look(BYTES("%PDF-1.4 a document"), &facts));
    CHECK_RC(RC_INVALID, look(BYTES("GIF89a......"), &facts));
    CHECK_RC(RC_CORRUPT, look((struct bytes){ NULL, 0 }, &facts));
    CHECK_RC(RC_CORRUPT, look(BYTES("BM"), &facts));
    CHECK_RC(RC_CORRUPT, look(BYTES("II*\0........"), &facts));
}

TEST(picture_read, keeps_the_pixels_of_a_g4_tiff)
{
    l_uint8 *data = NULL;
    struct picture_look facts;
    struct picture picture;
    struct bytes file = tiff_of(100, &data), bits;
    CHECK_OK(look(file, &facts));
    CHECK_INT(1, facts.frames);
    CHECK_OK(picture_read(file, &facts, &(struct picture_how){ 0, PICTURE_TEXT_DPI },
                          &picture, NULL));
    l_uint32 inside = 0, outside = 1;
    pixGetPixel(picture.whole, 200, 110, &inside);
    pixGetPixel(picture.whole, 200, 90, &outside);
    CHECK_INT(1, inside);
    CHECK_INT(0, outside);
    CHECK(tiff_g4(file, &facts, &bits));
    CHECK(bits.at > file.at && bits.at + bits.len <= file.at + file.len);
    picture_free(&picture);
    free(data);
}

TEST(picture_read, tells_a_tiff_whose_strip_is_cut)
{
    l_uint8 *data = NULL;
    struct picture_look facts;
    struct picture picture;
    struct bytes file = tiff_of(100, &data), bits;
    CHECK_OK(look(file, &facts));
    CHECK(tiff_g4(file, &facts, &bits));
    memset(data + (bits.at - file.at) + bits.len / 2, 0,
           bits.len / 2); /* no code is all 0 */
    CHECK_RC(RC_CORRUPT,
             picture_read(file, &facts, &(struct picture_how){ 0, PICTURE_TEXT_DPI },
                          &picture, NULL));
    free(data);
}

TEST(picture_read, guesses_the_resolution_from_the_paper_when_the_file_says_nonsense)
{
    l_uint8 *data = NULL;
    size_t len = 0;
    struct picture_look facts;
    struct picture picture;
    SCOPED_PIX pix = pixCreate(1654, 2339, 1);
    pixSetResolution(pix, 1, 1);
    CHECK(!pixWriteMemPng(&data, &len, pix, 0));
    CHECK_OK(look((struct bytes){ data, len }, &facts));
    CHECK_OK(picture_read((struct bytes){ data, len }, &facts,
                          &(struct picture_how){ 0, PICTURE_TEXT_DPI }, &picture, NULL));
    CHECK(picture.dpi_guessed);
    CHECK_INT(200, picture.dpi);
    picture_free(&picture);
    CHECK_OK(picture_read((struct bytes){ data, len }, &facts,
                          &(struct picture_how){ 240, PICTURE_TEXT_DPI }, &picture,
                          NULL));
    CHECK(!picture.dpi_guessed); /* a scanner knows what it was told */
    CHECK_INT(240, picture.dpi);
    picture_free(&picture);
    free(data);
}
