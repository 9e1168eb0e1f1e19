/* The file that a controller runs, and how it is told from any other bytes.
 *
 * 512 bytes of head, then the body, which runs as it stands behind a head in flash. The
 * head names board, version, length and the SHA-512 of the body, and is signed with
 * Ed25519 over its first RACK_IMAGE_SIGNED bytes; so a reader first checks the signature,
 * and only then believes a length. Numbers are big-endian; docs/rack.md has the bytes. */
#ifndef CORE_RACK_IMAGE_H
#define CORE_RACK_IMAGE_H

#include "core/ed25519.h"
#include "core/rack_map.h"

enum {
    RACK_IMAGE_HEAD = 512, /* vectors of a Cortex-M4 stand at a multiple of that */
    RACK_IMAGE_AREA = 65536,
    RACK_IMAGE_BODY_MAX = RACK_IMAGE_AREA - RACK_IMAGE_HEAD,
    RACK_IMAGE_SIGNED = 96,
    RACK_IMAGE_SIGNATURE_AT = RACK_IMAGE_SIGNED,
    RACK_IMAGE_ID_LEN = 8,
    RACK_IMAGE_USED = RACK_IMAGE_SIGNED + ED25519_SIGNED_LEN, /* the rest is 0xFF */
};

struct rack_image {
    uint16_t board;    /* register 0x0102 of the controllers that may run it */
    uint16_t security; /* never goes down on one controller */
    uint8_t major, minor, patch;
    uint32_t body_len; /* 4..RACK_IMAGE_BODY_MAX, a multiple of 4 */
    uint32_t key;      /* rack_image_key() of the key that signed */
    uint8_t digest[SHA512_LEN];
};

/* Read a head; false: it is none. The signature is not looked at. */
bool rack_image_read(const uint8_t head[RACK_IMAGE_SIGNED], struct rack_image *ret_image);

/* Write the signed part. The caller signs it. */
void rack_image_write(const struct rack_image *image,
                      uint8_t ret_head[RACK_IMAGE_SIGNED]);

/* What tells one image from another: its signature, the first 64 bits. */
uint64_t rack_image_id(const uint8_t signature[RACK_IMAGE_ID_LEN]);

/* What tells one key from another: the first 32 bits of its SHA-512. */
uint32_t rack_image_key(struct sha512 *hash, const uint8_t key[ED25519_KEY_LEN]);

#endif
