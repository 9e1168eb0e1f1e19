/* The signature is checked before the length is believed, and the body last. */
#include "firmware/boot/check.h"

#include "firmware/hal/hal_bootloader.h"
#include "firmware/hal/hal_system.h"

#include <string.h>

static const uint8_t *key_of(struct check *check, uint32_t id)
{
    for (unsigned i = 0; i < boot_key_count; i++)
        if (rack_image_key(&check->work.hash, boot_keys[i]) == id)
            return boot_keys[i];
    return NULL;
}

/* Not inlined: its digest takes stack that is wanted deeper down. */
static __attribute__((noinline)) bool body_holds(struct check *check, enum hal_area area)
{
    struct sha512 *hash = &check->work.hash;
    uint8_t digest[SHA512_LEN];
    uint32_t end = RACK_IMAGE_HEAD + check->image.body_len;
    sha512_begin(hash);
    for (uint32_t at = RACK_IMAGE_HEAD; at < end;) {
        uint32_t len =
            end - at < sizeof check->piece ? end - at : (uint32_t)sizeof check->piece;
        hal_flash_read(area, at, check->piece, len);
        sha512_add(hash, (struct bytes){ check->piece, len });
        hal_watchdog_kick();
        at += len;
    }
    sha512_end(hash, digest);
    return memcmp(digest, check->image.digest, sizeof digest) == 0;
}

enum rack_update_result check_area(struct check *check, enum hal_area area,
                                   uint16_t board, uint16_t floor)
{
    const uint8_t *head = check->piece;
    check->id = 0;
    hal_flash_read(area, 0, check->piece, RACK_IMAGE_USED);
    if (!rack_image_read(head, &check->image))
        return RACK_RESULT_NO_IMAGE;
    const uint8_t *key = key_of(check, check->image.key);
    if (!key)
        return RACK_RESULT_UNKNOWN_KEY;
    if (!ed25519_holds(&check->work, key, (struct bytes){ head, RACK_IMAGE_SIGNED },
                       head + RACK_IMAGE_SIGNATURE_AT))
        return RACK_RESULT_BAD_SIGNATURE;
    hal_watchdog_kick();
    if (check->image.board != board)
        return RACK_RESULT_OTHER_BOARD;
    if (check->image.security < floor)
        return RACK_RESULT_TOO_OLD;
    uint64_t id = rack_image_id(head + RACK_IMAGE_SIGNATURE_AT);
    if (!body_holds(check, area))
        return RACK_RESULT_SPOILT;
    check->id = id;
    return RACK_RESULT_NONE;
}
