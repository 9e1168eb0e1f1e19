/* The EEPROM as it may be found: whatever stands in it, the rack starts, every setting is
 * within its bounds, the lock is shut, and what is written then can be read back. */
#include "firmware_hal.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct rack rack;

static void require(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct hal_boot boot = { .starts = 1, .lock = true };
    memset(&bench, 0, sizeof bench);
    memcpy(bench.eeprom, data, size < sizeof bench.eeprom ? size : sizeof bench.eeprom);
    rack_init(&rack, &boot);
    bench_wait(&rack, 200);
    for (unsigned i = 0; i < SETTINGS; i++)
        require(settings_allow((enum setting)i, rack.settings.now[i]));
    require(!bench.driven && rack.lock.feedback < LOCK_FEEDBACKS);
    require(rack.slots.count >= 1 && rack.slots.count <= RACK_SLOTS_MAX);
    uint16_t boot_id = rack.events.boot, host_s = rack.settings.now[SET_HOST] ^ 1;
    if (settings_allow(SET_HOST, host_s) && settings_agree(&rack.settings)) {
        rack.settings.draft[SET_HOST] = host_s;
        require(rack_commit(&rack) || rack.journal.number == JOURNAL_LAST);
    }
    rack_init(&rack, &boot);
    require(rack.events.boot == (uint16_t)(boot_id + 1) ||
            rack.journal.number == JOURNAL_LAST);
    return 0;
}
