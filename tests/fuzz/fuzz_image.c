/* What the bootloader finds in flash, and what the bus tells the update window: whatever
 * it is, the controller starts an image that is byte for byte one that was signed, or
 * waits for one; the bolt stays shut.
 *
 * Input: first byte, whether an update is pending (bit 0), the factory's image is there
 * (1), and whether it starts twice (2). Then commands: 0-3 an area gets the good image,
 * 4-7 it gets the bytes that follow (length byte), 8-11 a byte of it is changed (offset,
 * 16 bits, and what to turn), 12 an order of the update window (item, words). */
#include "firmware_hal.h"

#include "core/ed25519.h"
#include "firmware_images.h"

#include <stddef.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct rack rack;
static struct image_file good, other;
static bool
    fresh; /* beyond REACHED nothing of a fit image stands, so it need not be new */
enum { REACHED = 2048 };

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* A signature costs a hundred times the rest, and most inputs leave the heads as they
 * are: the answer for the same bytes is known from the last time. */
bool __real_ed25519_holds(struct ed25519_work *work, const uint8_t key[ED25519_KEY_LEN],
                          struct bytes message, const uint8_t *signature);
bool __wrap_ed25519_holds(struct ed25519_work *work, const uint8_t key[ED25519_KEY_LEN],
                          struct bytes message, const uint8_t *signature);

bool __wrap_ed25519_holds(struct ed25519_work *work, const uint8_t key[ED25519_KEY_LEN],
                          struct bytes message, const uint8_t *signature)
{
    static struct asked {
        uint8_t key[ED25519_KEY_LEN], message[RACK_IMAGE_SIGNED],
            signature[ED25519_SIGNED_LEN];
        bool known, holds;
    } asked[64];
    static unsigned next;
    struct asked now = { .known = true };
    require(message.len == sizeof now.message);
    memcpy(now.key, key, sizeof now.key);
    memcpy(now.message, message.at, sizeof now.message);
    memcpy(now.signature, signature, sizeof now.signature);
    for (unsigned i = 0; i < COUNT(asked); i++)
        if (asked[i].known && !memcmp(&asked[i], &now, offsetof(struct asked, known)))
            return asked[i].holds;
    now.holds = __real_ed25519_holds(work, key, message, signature);
    asked[next++ % COUNT(asked)] = now;
    return now.holds;
}

static const struct hal_boot board = { .starts = 1,
                                       .hardware = IMAGE_BOARD,
                                       .lock = true };

static bool is_signed(const struct image_file *file)
{
    return memcmp(bench_flash[HAL_AREA_RUN], file->at, RACK_IMAGE_USED) == 0 &&
           memcmp(bench_flash[HAL_AREA_RUN] + RACK_IMAGE_HEAD, file->at + RACK_IMAGE_HEAD,
                  file->len - RACK_IMAGE_HEAD) == 0;
}

static bool start(void)
{
    bool runs = boot_choose(&board);
    require(!runs || is_signed(&good) || is_signed(&other));
    if (runs)
        rack_init(&rack, &board);
    else
        recovery_start(&board);
    return runs;
}

/* One order of the update window with the words that follow; returns the bytes used. */
static size_t order(const uint8_t *at, size_t len)
{
    static const enum rack_item items[] = { RACK_MAP_UPDATE_BEGIN, RACK_MAP_UPDATE_APPLY,
                                            RACK_MAP_UPDATE_CHUNK };
    uint16_t words[RACK_CHUNK_WORDS] = { 0 };
    size_t count = len > 1 ? at[1] % (RACK_CHUNK_WORDS + 1u) : 0;
    size_t used = 2 + 2 * count < len ? 2 + 2 * count : len;
    for (size_t i = 0; 3 + 2 * i < used; i++)
        words[i] = (uint16_t)(at[2 + 2 * i] << 8 | at[3 + 2 * i]);
    (void)update_order(&rack.update, items[at[0] % COUNT(items)], words, true);
    update_work(&rack.update);
    require(rack.update.size <= RACK_IMAGE_AREA);
    return used;
}

static size_t command(const uint8_t *at, size_t len)
{
    enum hal_area area = (enum hal_area)(at[0] % HAL_AREAS);
    unsigned what = at[0] / HAL_AREAS % 4u;
    if (what == 0) {
        image_place(area, at[0] & 16 ? &good : &other);
        return 1;
    }
    if (what == 1 && len > 2) {
        size_t count = at[1] < len - 2 ? at[1] : len - 2;
        memcpy(bench_flash[area], at + 2, count);
        return 2 + count;
    }
    if (what == 2 && len > 3) {
        bench_flash[area][(at[1] << 8 | at[2]) % RACK_IMAGE_AREA] ^= at[3];
        return 4;
    }
    return what == 3 && len > 1 ? 1 + order(at + 1, len - 1) : len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!good.at) {
        good = image_make(1, 700, IMAGE_BOARD, 2, image_seed);
        other = image_make(2, 900, IMAGE_BOARD, 3, image_seed);
    }
    if (size < 2 || size > 2048)
        return 0;
    memset(&bench, 0, sizeof bench);
    memset(&rack, 0, sizeof rack);
    for (unsigned area = 0; area < HAL_AREAS; area++)
        memset(bench_flash[area], 0xFF, fresh ? REACHED : RACK_IMAGE_AREA);
    fresh = true;
    if (data[0] & 2)
        image_place(HAL_AREA_FACTORY, &good);
    (void)start();
    rack_init(&rack, &board);
    for (size_t at = 1; at < size;)
        at += command(data + at, size - at);
    rack.update.record.pending = data[0] & 1;
    require(update_record_keep(&rack.update.record, &rack.journal));
    for (unsigned i = 0; i <= (data[0] >> 2 & 1u); i++)
        (void)start();
    require(!bench.drives);
    return 0;
}
