/* JPEG: what is encoded comes back, and damage is seen. */
#include "check.h"
#include "record/jpeg.h"

enum { WIDE = 61, HIGH = 47 };

static const struct jpeg_how full = { 8, JPEG_STRICT };

/* A smooth picture, so that the loss of JPEG stays small. */
static struct jpeg_raster slope(uint8_t channels)
{
    struct jpeg_raster raster = { .width_px = WIDE,
                                  .height_px = HIGH,
                                  .stride = (size_t)WIDE * channels,
                                  .channels = channels };
    raster.at = malloc(raster.stride * HIGH);
    for (unsigned y = 0; y < HIGH; y++)
        for (unsigned x = 0; x < WIDE * channels; x++)
            raster.at[y * raster.stride + x] = (uint8_t)(x / channels + 2 * y);
    return raster;
}

static struct bytes encoded(uint8_t channels, uint16_t dpi, uint8_t quality)
{
    struct jpeg_raster raster = slope(channels);
    struct jpeg_encode_how how = { dpi, quality };
    uint8_t *data = NULL;
    size_t len = 0;
    CHECK_OK(jpeg_encode(&raster, &how, &data, &len, NULL));
    jpeg_raster_free(&raster);
    return (struct bytes){ data, len };
}

TEST(jpeg_look, tells_sides_channels_and_density)
{
    for (uint8_t channels = 1; channels <= 3; channels += 2) {
        struct bytes file = encoded(channels, 300, 90);
        struct jpeg_info info;
        CHECK_OK(jpeg_look(file, &info, NULL));
        CHECK_INT(WIDE, info.width_px);
        CHECK_INT(HIGH, info.height_px);
        CHECK_INT(channels, info.channels);
        CHECK_INT(300, info.x_dpi);
        CHECK_INT(300, info.y_dpi);
        CHECK(info.complete && !info.progressive);
        CHECK_INT(file.len, info.used);
        free((void *)file.at);
    }
}

TEST(jpeg_look, sees_that_a_file_is_cut_off_wherever_it_is_cut)
{
    struct bytes file = encoded(3, 300, 90);
    struct jpeg_info info;
    for (size_t len = 0; len < file.len; len++) {
        enum rc rc = jpeg_look((struct bytes){ file.at, len }, &info, NULL);
        CHECK(rc == RC_INVALID || (rc == RC_OK && !info.complete));
    }
    free((void *)file.at);
}

TEST(jpeg_look, finds_the_end_before_what_is_appended)
{
    struct bytes file = encoded(1, 0, 80);
    struct jpeg_info info;
    uint8_t *longer = calloc(1, file.len + 100);
    memcpy(longer, file.at, file.len);
    CHECK_OK(jpeg_look((struct bytes){ longer, file.len + 100 }, &info, NULL));
    CHECK(info.complete);
    CHECK_INT(file.len, info.used);
    CHECK_INT(0, info.x_dpi);
    free(longer);
    free((void *)file.at);
}

TEST(jpeg_look, refuses_what_is_no_jpeg_and_sides_without_end)
{
    struct jpeg_info info;
    CHECK_RC(RC_INVALID, jpeg_look(BYTES("\x89PNG\r\n"), &info, NULL));
    CHECK_RC(RC_INVALID, jpeg_look(BYTES(""), &info, NULL));
    CHECK_RC(RC_INVALID, jpeg_look(BYTES("\xFF\xD8\xFF\xD9"), &info, NULL));
    /* 65000 by 65000 pixels in thirty bytes */
    CHECK_RC(RC_INVALID, jpeg_look(BYTES("\xFF\xD8\xFF\xC0\x00\x0B\x08\xFD\xE8\xFD\xE8"
                                         "\x01\x01\x11\x00\xFF\xD9"),
                                   &info, NULL));
}

TEST(jpeg_decode, gives_back_what_was_encoded)
{
    struct bytes file = encoded(3, 300, 95);
    struct jpeg_raster was = slope(3), is = { 0 };
    CHECK_OK(jpeg_decode_rgb(file, &full, &is, NULL));
    CHECK_INT(was.stride, is.stride);
    CHECK_INT(HIGH, is.height_px);
    for (size_t i = 0; i < was.stride * HIGH; i++)
        CHECK(abs(was.at[i] - is.at[i]) <= 6);
    jpeg_raster_free(&was);
    jpeg_raster_free(&is);
    CHECK(!is.at);
    free((void *)file.at);
}

TEST(jpeg_decode, makes_gray_of_colour_and_smaller_by_eighths)
{
    struct bytes file = encoded(3, 300, 95);
    for (unsigned eighths = 1; eighths <= 8; eighths++) {
        struct jpeg_how how = { eighths, JPEG_STRICT };
        struct jpeg_raster is = { 0 };
        CHECK_OK(jpeg_decode_gray(file, &how, &is, NULL));
        CHECK_INT(jpeg_scaled_px(WIDE, eighths), is.width_px);
        CHECK_INT(jpeg_scaled_px(HIGH, eighths), is.height_px);
        CHECK_INT(1, is.channels);
        CHECK(abs(is.at[0] - 4) < 16);
        jpeg_raster_free(&is);
    }
    free((void *)file.at);
}

TEST(jpeg_decode_words, gives_the_pixels_of_rgb_in_words)
{
    enum { STRIDE = 320 };
    static uint32_t words[STRIDE * 320];
    struct bytes file = encoded(3, 300, 95);
    struct jpeg_raster rgb = { 0 };
    CHECK_OK(jpeg_decode_rgb(file, &full, &rgb, NULL));
    CHECK(rgb.width_px <= STRIDE && rgb.height_px <= STRIDE);
    CHECK_OK(jpeg_decode_words(file, &full, words, STRIDE, NULL));
    for (uint32_t y = 0; y < rgb.height_px; y++)
        for (uint32_t x = 0; x < rgb.width_px; x++) {
            const uint8_t *at = rgb.at + y * rgb.stride + (size_t)x * 3;
            uint32_t word = words[(size_t)y * STRIDE + x];
            CHECK(word >> 24 == at[0] && (word >> 16 & 255) == at[1] &&
                  (word >> 8 & 255) == at[2]);
        }
    CHECK_RC(RC_INVALID, jpeg_decode_words(file, &full, words, rgb.width_px - 1, NULL));
    jpeg_raster_free(&rgb);
    free((void *)file.at);
}

TEST(jpeg_decode, refuses_a_truncated_file_or_salvages_its_upper_part)
{
    struct bytes file = encoded(1, 300, 95);
    struct bytes half = { file.at, file.len - file.len / 8 };
    struct jpeg_how salvage = { 8, JPEG_SALVAGE };
    struct jpeg_raster is = { 0 };
    CHECK_RC(RC_CORRUPT, jpeg_decode_gray(half, &full, &is, NULL));
    CHECK(!is.at);
    CHECK_OK(jpeg_decode_gray(half, &salvage, &is, NULL));
    CHECK(abs(is.at[WIDE - 1] - (WIDE - 1)) < 8);
    jpeg_raster_free(&is);
    free((void *)file.at);
}

TEST(jpeg_decode, sees_damage_inside_the_scan)
{
    struct bytes file = encoded(3, 300, 95);
    uint8_t *damaged = malloc(file.len);
    memcpy(damaged, file.at, file.len);
    memset(damaged + file.len - 400, 0xFF, 120); /* a false marker in the data */
    damaged[file.len - 280] = 0xC4;
    struct jpeg_raster is = { 0 };
    CHECK_RC(RC_CORRUPT,
             jpeg_decode_rgb((struct bytes){ damaged, file.len }, &full, &is, NULL));
    free(damaged);
    free((void *)file.at);
}

TEST(jpeg_encode, is_reproducible_and_refuses_bad_orders)
{
    struct bytes a = encoded(3, 300, 85), b = encoded(3, 300, 85);
    CHECK_INT(a.len, b.len);
    CHECK_BYTES(a.at, b.at, a.len);
    free((void *)a.at);
    free((void *)b.at);
    struct jpeg_raster raster = slope(3);
    struct jpeg_encode_how how = { 300, 0 };
    uint8_t *data;
    size_t len;
    CHECK_RC(RC_INVALID, jpeg_encode(&raster, &how, &data, &len, NULL));
    how.quality = 101;
    CHECK_RC(RC_INVALID, jpeg_encode(&raster, &how, &data, &len, NULL));
    how.quality = 85;
    raster.channels = 2;
    CHECK_RC(RC_INVALID, jpeg_encode(&raster, &how, &data, &len, NULL));
    jpeg_raster_free(&raster);
}
