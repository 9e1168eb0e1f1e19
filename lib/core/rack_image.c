/* One line a field; reading and writing walk the same places. */
#include "core/rack_image.h"

#include <string.h>

enum {
    MAGIC_AT = 0,
    FORMAT_AT = 4,
    BOARD_AT = 6,
    SECURITY_AT = 8,
    MAJOR_AT = 10,
    MINOR_AT = 11,
    PATCH_AT = 12,
    BODY_LEN_AT = 16,
    KEY_AT = 20,
    DIGEST_AT = 32,
    FORMAT = 1,
    BODY_MIN = 4,
};

static const uint8_t magic[4] = { 'J', 'K', 'R', 'I' };

static uint32_t word_at(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void put(uint8_t *at, uint32_t value, unsigned len)
{
    for (unsigned i = 0; i < len; i++)
        at[i] = (uint8_t)(value >> (8u * (len - 1u - i)));
}

bool rack_image_read(const uint8_t head[RACK_IMAGE_SIGNED], struct rack_image *ret_image)
{
    uint32_t body_len = word_at(head + BODY_LEN_AT);
    if (memcmp(head + MAGIC_AT, magic, sizeof magic) != 0 ||
        word_at(head + FORMAT_AT) >> 16 != FORMAT || body_len < BODY_MIN ||
        body_len > RACK_IMAGE_BODY_MAX || body_len % BODY_MIN != 0)
        return false;
    ret_image->board = (uint16_t)word_at(head + FORMAT_AT);
    ret_image->security = (uint16_t)(word_at(head + SECURITY_AT) >> 16);
    ret_image->major = head[MAJOR_AT];
    ret_image->minor = head[MINOR_AT];
    ret_image->patch = head[PATCH_AT];
    ret_image->body_len = body_len;
    ret_image->key = word_at(head + KEY_AT);
    memcpy(ret_image->digest, head + DIGEST_AT, SHA512_LEN);
    return true;
}

void rack_image_write(const struct rack_image *image, uint8_t ret_head[RACK_IMAGE_SIGNED])
{
    memset(ret_head, 0, RACK_IMAGE_SIGNED);
    memcpy(ret_head + MAGIC_AT, magic, sizeof magic);
    put(ret_head + FORMAT_AT, FORMAT, 2);
    put(ret_head + BOARD_AT, image->board, 2);
    put(ret_head + SECURITY_AT, image->security, 2);
    ret_head[MAJOR_AT] = image->major;
    ret_head[MINOR_AT] = image->minor;
    ret_head[PATCH_AT] = image->patch;
    put(ret_head + BODY_LEN_AT, image->body_len, 4);
    put(ret_head + KEY_AT, image->key, 4);
    memcpy(ret_head + DIGEST_AT, image->digest, SHA512_LEN);
}

uint64_t rack_image_id(const uint8_t signature[RACK_IMAGE_ID_LEN])
{
    return (uint64_t)word_at(signature) << 32 | word_at(signature + 4);
}

uint32_t rack_image_key(struct sha512 *hash, const uint8_t key[ED25519_KEY_LEN])
{
    uint8_t digest[SHA512_LEN];
    sha512_begin(hash);
    sha512_add(hash, (struct bytes){ key, ED25519_KEY_LEN });
    sha512_end(hash, digest);
    return word_at(digest);
}
