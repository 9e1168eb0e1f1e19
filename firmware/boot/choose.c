/* Which image runs. The record in the journal names it; everything below only brings
 * flash to what the record says, and each step can be cut off and done again:
 *
 *   install   what runs is copied to PREVIOUS; then one record names the new image, on
 *             trial, and the old one to go back to
 *   count     each start of an image on trial; after the third, or when the image has
 *             given itself up, one record names the old one again
 *   bring     an image that is named but does not stand in RUN is copied there
 *   fall back when no area has it: PREVIOUS, else FACTORY, else recovery
 *
 * An area that was being copied over when the power went fails its check like any other
 * spoilt one. */
#include "firmware/boot/check.h"

#include "firmware/app/update_record.h"
#include "firmware/hal/hal_bootloader.h"
#include "firmware/hal/hal_system.h"

enum { COPY_LEN = 256 };
#define NO_IMAGE UINT64_MAX /* named when there is nothing to go back to */

static struct {
    struct check check;
    struct journal journal;
    struct update_record record;
    uint16_t board;
} boot;

static void keep(void)
{
    /* When the memory is dead the choice is the same again at the next start. */
    (void)update_record_keep(&boot.record, &boot.journal);
}

static enum rack_update_result look(enum hal_area area)
{
    return check_area(&boot.check, area, boot.board, boot.record.floor);
}

static bool holds(enum hal_area area, uint64_t id)
{
    return look(area) == RACK_RESULT_NONE && boot.check.id == id;
}

/* Copy the image that was checked last, which stands in `from`. */
static bool copy(enum hal_area from, enum hal_area to)
{
    uint8_t *piece = boot.check.piece;
    uint64_t id = boot.check.id;
    uint32_t end = RACK_IMAGE_HEAD + boot.check.image.body_len;
    bool good = hal_flash_erase(to);
    for (uint32_t at = 0, len; at < end && good; at += len) {
        len = end - at < COPY_LEN ? end - at : (uint32_t)COPY_LEN;
        hal_flash_read(from, at, piece, len);
        good = hal_flash_write(to, at, piece, len);
        hal_watchdog_kick();
    }
    return good && holds(to, id);
}

/* `known`: it stood there before, so a copy is a repair worth telling. */
static bool bring(uint64_t id, bool known)
{
    static const enum hal_area sources[] = { HAL_AREA_STAGE, HAL_AREA_PREVIOUS,
                                             HAL_AREA_FACTORY };
    if (holds(HAL_AREA_RUN, id))
        return true;
    for (unsigned i = 0; i < COUNT(sources); i++) {
        if (!holds(sources[i], id) || !copy(sources[i], HAL_AREA_RUN))
            continue;
        if (known && (boot.record.result == RACK_RESULT_KEPT ||
                      boot.record.result == RACK_RESULT_NONE)) {
            boot.record.result = RACK_RESULT_REPAIRED;
            keep();
        }
        return true;
    }
    return false;
}

/* Put what runs aside; false: the flash did not take it, and nothing is installed. */
static bool save(void)
{
    uint64_t wanted = boot.record.wanted;
    boot.record.before = NO_IMAGE;
    if (look(HAL_AREA_RUN) == RACK_RESULT_NONE && (!wanted || boot.check.id == wanted)) {
        uint64_t runs = boot.check.id;
        if (!holds(HAL_AREA_PREVIOUS, runs) &&
            (!holds(HAL_AREA_RUN, runs) || !copy(HAL_AREA_RUN, HAL_AREA_PREVIOUS)))
            return false;
        boot.record.before = runs;
    } else if (look(HAL_AREA_PREVIOUS) == RACK_RESULT_NONE) {
        boot.record.before = boot.check.id;
    }
    return true;
}

static void install(void)
{
    enum rack_update_result no = look(HAL_AREA_STAGE);
    uint64_t id = boot.check.id;
    if (!no && !save())
        no = RACK_RESULT_FLASH;
    boot.record.pending = false;
    boot.record.result = (uint8_t)(no ? no : RACK_RESULT_TRIAL);
    if (!no && id == boot.record.wanted) {
        boot.record.result = RACK_RESULT_KEPT; /* it runs already */
    } else if (!no) {
        boot.record.wanted = id;
        boot.record.tries = 1;
    }
    keep();
}

static void count_try(void)
{
    if (boot.record.tries < UPDATE_TRIES) {
        boot.record.tries++;
    } else {
        boot.record.wanted = boot.record.before;
        boot.record.before = NO_IMAGE;
        boot.record.tries = 0;
        boot.record.result = RACK_RESULT_ROLLED_BACK;
    }
    keep();
}

static bool fall_back(void)
{
    static const enum hal_area order[] = { HAL_AREA_RUN, HAL_AREA_PREVIOUS,
                                           HAL_AREA_FACTORY };
    bool known = boot.record.wanted != 0;
    for (unsigned i = known ? 1 : 0; i < COUNT(order); i++) {
        if (look(order[i]) != RACK_RESULT_NONE)
            continue;
        uint64_t id = boot.check.id;
        boot.record.wanted = id;
        boot.record.before = NO_IMAGE;
        boot.record.tries = 0;
        if (known)
            boot.record.result = RACK_RESULT_FELL_BACK;
        else if (boot.record.floor < boot.check.image.security)
            boot.record.floor = boot.check.image.security;
        keep();
        if (bring(id, false))
            return true;
    }
    return false;
}

bool boot_choose(const struct hal_boot *about)
{
    boot.board = about->hardware;
    journal_open(&boot.journal); /* a quarter of a second on a board */
    hal_watchdog_kick();
    update_record_load(&boot.record, &boot.journal);
    if (boot.record.pending)
        install();
    else if (boot.record.tries && holds(HAL_AREA_RUN, boot.record.wanted))
        count_try();
    return (boot.record.wanted && bring(boot.record.wanted, true)) || fall_back();
}
