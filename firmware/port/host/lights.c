/* Implements the lamps part of the HAL, and looks at them as a person would. */
#include "world.h"

#include "firmware/hal/hal_lamps.h"

enum { WATCH_US = 2200000 }; /* how long an onlooker looks */

struct lamp {
    uint32_t rgb, lit_rgb; /* now; when it was last lit */
    uint64_t lit_us, lit_before_us, dark_us;
};

static struct lamp lamps[RACK_SLOTS_MAX];

static enum rack_colour colour_of(uint32_t rgb)
{
    bool red = rgb >> 16 & 0xFF, green = rgb >> 8 & 0xFF, blue = rgb & 0xFF;
    if (red && green && !blue)
        return RACK_AMBER;
    if (red && green)
        return RACK_WHITE;
    if (red)
        return blue ? RACK_MAGENTA : RACK_RED;
    if (green)
        return blue ? RACK_CYAN : RACK_GREEN;
    return blue ? RACK_BLUE : RACK_DARK;
}

enum world_rhythm world_lamp(unsigned slot, enum rack_colour *ret_colour)
{
    const struct lamp *lamp = &lamps[slot];
    uint64_t from_us = world_now_us() > WATCH_US ? world_now_us() - WATCH_US : 0;
    bool twice = lamp->lit_before_us > from_us;
    if (!lamp->rgb && !twice)
        return WORLD_DARK;
    *ret_colour = colour_of(lamp->lit_rgb);
    return twice && lamp->dark_us > from_us ? WORLD_BLINKING : WORLD_STEADY;
}

uint32_t world_light(unsigned slot)
{
    return lamps[slot].rgb;
}

void hal_lamp_show(unsigned index, uint32_t rgb)
{
    struct lamp *lamp = &lamps[index];
    if (rgb && !lamp->rgb) {
        lamp->lit_before_us = lamp->lit_us;
        lamp->lit_us = world_now_us();
    }
    if (rgb)
        lamp->lit_rgb = rgb;
    else
        lamp->dark_us = world_now_us();
    lamp->rgb = rgb;
    world_touch();
}
