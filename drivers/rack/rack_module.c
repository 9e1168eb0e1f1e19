/* The turn of a module: inputs in, coils out when the lamps changed. */
#include "drivers/rack/rack_inside.h"

#include <string.h>

static enum rc set_lamps(struct rack *rack, struct fault *why)
{
    uint8_t lit[RACK_SLOTS_MAX];
    if (!memcmp(rack->wanted, rack->known, sizeof rack->known))
        return RC_OK;
    for (unsigned i = 0; i < rack->module.slots; i++)
        lit[i] = rack_style_unpack(rack->wanted[i]).colour != RACK_DARK;
    enum rc rc = rack_bus_write_coils(rack->bus, rack->address, rack->module.coils_from,
                                      rack->module.slots, lit, why);
    if (!rc)
        memcpy(rack->known, rack->wanted, sizeof rack->known);
    return rc;
}

enum rc rack_module_turn(struct rack *rack, int64_t now_ms, struct rack_news *news,
                         struct fault *why)
{
    uint8_t inputs[RACK_SLOTS_MAX];
    enum rc rc = rack_bus_read_inputs(rack->bus, rack->address, rack->module.inputs_from,
                                      rack->module.slots, rack->live ? RACK_BUS_TRIES : 1,
                                      inputs, why);
    if (rc) {
        rack_missed(rack, now_ms, news);
        return rc;
    }
    rack->misses = 0;
    news->live = news->eventless = news->listed = true;
    news->live_changed = !rack->live || !rack->judged;
    rack->live = rack->judged = true;
    for (unsigned i = 0; i < rack->module.slots; i++)
        if (!inputs[i] == rack->module.inverted)
            news->presence[i / 16] |= (uint16_t)(1u << i % 16);
    /* It may have lost its power, and its lamps with it, while it did not answer. */
    if (news->live_changed)
        memset(rack->known, 0xFF, sizeof rack->known);
    return set_lamps(rack, why);
}
