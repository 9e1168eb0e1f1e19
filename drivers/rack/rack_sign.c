#include "drivers/rack/rack_sign.h"

#include <stdlib.h>
#include <string.h>

enum { ERASED = 0xFF, WORD = 4 };

enum rc rack_sign(struct bytes body, const struct rack_image *about,
                  const uint8_t seed[ED25519_SEED], uint8_t **ret_file, size_t *ret_len,
                  struct fault *why)
{
    struct rack_image image = *about;
    struct sha512 hash;
    uint8_t key[ED25519_PUBLIC];
    size_t body_len = (body.len + WORD - 1) / WORD * WORD;
    if (!body.len || body_len > RACK_IMAGE_BODY_MAX)
        return fault_set(why, RC_INVALID, 0, "程序应为 1 至 %d 字节，不是 %zu 字节。",
                         RACK_IMAGE_BODY_MAX, body.len);
    size_t len = RACK_IMAGE_HEAD + body_len;
    uint8_t *file = malloc(len);
    if (!file)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足。");
    memset(file, ERASED, len);
    memcpy(file + RACK_IMAGE_HEAD, body.at, body.len);
    sha512_begin(&hash);
    sha512_add(&hash, (struct bytes){ file + RACK_IMAGE_HEAD, body_len });
    sha512_end(&hash, image.digest);
    image.body_len = (uint32_t)body_len;
    enum rc rc = sign_public(seed, key);
    if (!rc) {
        image.key = rack_image_key(&hash, key);
        rack_image_write(&image, file);
        rc = sign_make(seed, (struct bytes){ file, RACK_IMAGE_SIGNED },
                       file + RACK_IMAGE_SIGNATURE_AT);
    }
    if (rc) {
        free(file);
        return fault_set(why, rc, 0, "签名失败，请检查密钥文件。");
    }
    *ret_file = file;
    *ret_len = len;
    return RC_OK;
}
