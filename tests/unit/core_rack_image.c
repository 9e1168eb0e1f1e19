/* The head of a rack's program: its bytes as docs/rack.md has them, and its limits. */
#include "check.h"

#include "core/rack_image.h"
#include "drivers/rack/rack_sign.h"

#include <stdbool.h>

/* RFC 8032, section 7.1, test 1 */
static const uint8_t seed[ED25519_SEED] = {
    0x9D, 0x61, 0xB1, 0x9D, 0xEF, 0xFD, 0x5A, 0x60, 0xBA, 0x84, 0x4A,
    0xF4, 0x92, 0xEC, 0x2C, 0xC4, 0x44, 0x49, 0xC5, 0x69, 0x7B, 0x32,
    0x69, 0x19, 0x70, 0x3B, 0xAC, 0x03, 0x1C, 0xAE, 0x7F, 0x60,
};

static const struct rack_image about = {
    .board = 405, .security = 2, .major = 1, .minor = 2, .patch = 3
};

TEST(rack_image, is_the_example_of_the_manual)
{
    static char manual[64 * 1024];
    static const uint8_t body[] = { 1, 2, 3, 4, 5 };
    char line[3 * 16 + 16];
    uint8_t *file = NULL;
    size_t len = 0;
    FILE *rack = fopen("docs/rack.md", "r");
    CHECK(rack != NULL);
    manual[fread(manual, 1, sizeof manual - 1, rack)] = 0;
    fclose(rack);
    CHECK_OK(
        rack_sign((struct bytes){ body, sizeof body }, &about, seed, &file, &len, NULL));
    CHECK_INT(RACK_IMAGE_HEAD + 8, len);
    unsigned missing = 0;
    for (unsigned at = 0; at < RACK_IMAGE_USED; at += 16) {
        int put = sprintf(line, "%04X ", at);
        for (unsigned i = 0; i < 16; i++)
            put += sprintf(line + put, " %02X", file[at + i]);
        if (!strstr(manual, line))
            printf("# docs/rack.md lacks: %s\n", line);
        missing += !strstr(manual, line);
    }
    CHECK_INT(0, missing);
    CHECK_BYTES("\x01\x02\x03\x04\x05\xFF\xFF\xFF", file + RACK_IMAGE_HEAD, 8);
    free(file);
}

TEST(rack_image, reads_what_it_wrote_and_nothing_else)
{
    uint8_t head[RACK_IMAGE_SIGNED], other[RACK_IMAGE_SIGNED];
    struct rack_image image = about, read;
    image.key = 0x12345678;
    image.body_len = 1000;
    memset(image.digest, 0x5A, sizeof image.digest);
    rack_image_write(&image, head);
    CHECK(rack_image_read(head, &read));
    CHECK(read.board == 405 && read.security == 2 && read.key == image.key);
    CHECK(read.major == 1 && read.minor == 2 && read.patch == 3);
    CHECK(read.body_len == 1000 && !memcmp(read.digest, image.digest, SHA512_LEN));
    static const uint8_t magic_and_format[] = { 0, 1, 2, 3, 4, 5 };
    for (size_t i = 0; i < COUNT(magic_and_format); i++) {
        memcpy(other, head, sizeof other);
        other[magic_and_format[i]] ^= 1;
        CHECK(!rack_image_read(other, &read));
    }
    static const struct {
        uint32_t len;
        bool right;
    } lens[] = { { 0, false },
                 { 3, false },
                 { 4, true },
                 { 6, false },
                 { RACK_IMAGE_BODY_MAX, true },
                 { RACK_IMAGE_BODY_MAX + 4, false },
                 { UINT32_MAX - 3, false } };
    for (size_t i = 0; i < COUNT(lens); i++) {
        image.body_len = lens[i].len;
        rack_image_write(&image, head);
        CHECK(rack_image_read(head, &read) == lens[i].right);
    }
}

TEST(rack_image, has_room_for_so_much_and_no_more)
{
    static uint8_t body[RACK_IMAGE_BODY_MAX + 1];
    uint8_t *file = NULL;
    size_t len = 0;
    struct fault why;
    CHECK_RC(RC_INVALID,
             rack_sign((struct bytes){ body, 0 }, &about, seed, &file, &len, &why));
    CHECK_RC(RC_INVALID, rack_sign((struct bytes){ body, sizeof body }, &about, seed,
                                   &file, &len, &why));
    CHECK(!file);
    CHECK_OK(rack_sign((struct bytes){ body, RACK_IMAGE_BODY_MAX }, &about, seed, &file,
                       &len, &why));
    CHECK_INT(RACK_IMAGE_AREA, len);
    free(file);
}
