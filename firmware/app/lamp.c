/* All rhythms hang on one clock, so lamps of one mode blink together, on every rack that
 * started at the same time and on no other: a keeper sees whole racks apart. */
#include "firmware/app/lamp.h"

#include "firmware/app/slot.h"
#include "firmware/hal/hal_lamps.h"

#include <string.h>

enum {
    SECOND_MS = 1000,
    BLINK_MS = 500,
    HURRY_MS = 125,
    FLASH_MS = 100,
    BREATH_MS = 2000,
    FULL = 255,
    STEPS = 15,     /* of brightness */
    OFF_SHIFT = 12, /* of the time in a register */
};

/* 0..FULL: how bright the rhythm is at this moment. */
static unsigned rhythm(enum rack_mode mode, uint32_t now_ms)
{
    uint32_t at = now_ms % SECOND_MS;
    switch (mode) {
    case RACK_BLINK:
        return at < BLINK_MS ? FULL : 0;
    case RACK_HURRY:
        return at / HURRY_MS % 2 == 0 ? FULL : 0;
    case RACK_FLASH:
        return at < FLASH_MS ? FULL : 0;
    case RACK_DOUBLE:
        return at < FLASH_MS || (at >= 2 * FLASH_MS && at < 3 * FLASH_MS) ? FULL : 0;
    case RACK_BREATHE: {
        uint32_t breath = now_ms % BREATH_MS;
        uint32_t up = breath < BREATH_MS / 2 ? breath : BREATH_MS - breath;
        return (unsigned)(up * FULL / (BREATH_MS / 2));
    }
    default: /* steady */
        return FULL;
    }
}

static uint32_t mix(enum rack_colour colour, unsigned level)
{
    static const uint8_t parts[RACK_COLOURS][3] = {
        [RACK_RED] = { 255, 0, 0 },       [RACK_GREEN] = { 0, 255, 0 },
        [RACK_BLUE] = { 0, 0, 255 },      [RACK_AMBER] = { 255, 128, 0 },
        [RACK_CYAN] = { 0, 255, 255 },    [RACK_MAGENTA] = { 255, 0, 255 },
        [RACK_WHITE] = { 255, 255, 255 },
    };
    uint32_t rgb = 0;
    for (unsigned i = 0; i < 3; i++)
        rgb = rgb << 8 | (parts[colour][i] * level / FULL);
    return rgb;
}

static uint32_t light_of(uint16_t value, uint32_t now_ms)
{
    struct rack_style style = rack_style_unpack(value);
    unsigned bright = style.brightness ? style.brightness : STEPS;
    return mix(style.colour, rhythm(style.mode, now_ms) * bright / STEPS);
}

/* The show's style for all lamps at this moment, or -1 when it is over. */
static int32_t show_style(const struct lamps *lamps, uint32_t now_ms)
{
    static const uint8_t test[] = { RACK_RED, RACK_GREEN, RACK_BLUE, RACK_WHITE };
    uint32_t since = now_ms - lamps->show_from_ms;
    if (lamps->show == LAMP_SHOW_TEST && since < LAMP_TEST_MS)
        return test[since / SECOND_MS];
    if (lamps->show == LAMP_SHOW_IDENTIFY && since < LAMP_IDENTIFY_MS)
        return rack_style_pack(
            (struct rack_style){ .colour = RACK_WHITE, .mode = RACK_HURRY });
    return -1;
}

static void set_bit(uint16_t *words, unsigned lamp, bool on)
{
    uint16_t bit = (uint16_t)(1u << (lamp % 16u));
    if (on)
        words[lamp / 16u] |= bit;
    else
        words[lamp / 16u] &= (uint16_t)~bit;
}

static void go_out(struct lamps *lamps, uint32_t now_ms)
{
    for (unsigned i = 0; i < lamps->count; i++) {
        if (!slot_bit(lamps->ends, i) || (int32_t)(now_ms - lamps->off_at_ms[i]) < 0)
            continue;
        set_bit(lamps->ends, i, false);
        set_bit(lamps->out, i, true);
    }
}

void lamp_init(struct lamps *lamps, uint8_t count)
{
    memset(lamps, 0, sizeof *lamps);
    lamps->count = count;
    lamps->changed = true;
}

void lamp_setup(struct lamps *lamps, uint8_t count)
{
    for (unsigned i = count; i < lamps->count; i++) {
        lamps->shown[i] = 0;
        hal_lamp_show(i, 0);
    }
    lamps->count = count;
}

void lamp_set(struct lamps *lamps, unsigned lamp, unsigned count, const uint16_t *styles,
              uint32_t now_ms)
{
    lamps->changed = true;
    for (unsigned i = 0; i < count; i++, lamp++) {
        unsigned power = styles[i] >> OFF_SHIFT;
        uint16_t *ends = &lamps->ends[lamp / 16u], bit = (uint16_t)(1u << (lamp % 16u));
        lamps->style[lamp] = styles[i];
        lamps->out[lamp / 16u] &= (uint16_t)~bit;
        *ends &= (uint16_t)~bit;
        if (power) {
            lamps->off_at_ms[lamp] = now_ms + (uint32_t)SECOND_MS * (1u << power);
            *ends |= bit;
        }
    }
}

uint16_t lamp_crc(struct lamps *lamps)
{
    if (lamps->changed)
        lamps->crc = rack_lamps_crc(lamps->style);
    lamps->changed = false;
    return lamps->crc;
}

void lamp_group(struct lamps *lamps, enum rack_group group, uint32_t now_ms)
{
    lamps->show_from_ms = now_ms;
    if (group == RACK_GROUP_TEST) {
        lamps->show = LAMP_SHOW_TEST;
        return;
    }
    if (group == RACK_GROUP_IDENTIFY) {
        lamps->show = LAMP_SHOW_IDENTIFY;
        return;
    }
    lamps->show = LAMP_NO_SHOW;
    memset(lamps->style, 0, sizeof lamps->style); /* RACK_DARK */
    memset(lamps->ends, 0, sizeof lamps->ends);
    memset(lamps->out, 0, sizeof lamps->out);
    lamps->changed = true;
}

bool lamp_lit(const struct lamps *lamps, unsigned lamp)
{
    return rack_style_unpack(lamps->style[lamp]).colour != RACK_DARK &&
           !slot_bit(lamps->out, lamp);
}

void lamp_moved(struct lamps *lamps, unsigned lamp)
{
    bool waits = rack_style_unpack(lamps->style[lamp]).waits && lamp_lit(lamps, lamp);
    if (slot_bit(lamps->odd, lamp))
        set_bit(lamps->odd, lamp, false);
    else if (waits)
        set_bit(lamps->out, lamp, true);
    else
        set_bit(lamps->odd, lamp, true);
}

void lamp_back(struct lamps *lamps)
{
    memset(lamps->odd, 0, sizeof lamps->odd);
}

/* What a lamp shows while the host is lost. */
static uint16_t style_alone(const struct lamps *lamps, unsigned lamp, uint16_t safe)
{
    static const uint16_t odd = RACK_RED | RACK_BLINK << 4;
    if (slot_bit(lamps->odd, lamp))
        return odd;
    bool waits = rack_style_unpack(lamps->style[lamp]).waits && lamp_lit(lamps, lamp);
    return waits ? lamps->style[lamp] : safe;
}

void lamp_tick(struct lamps *lamps, int32_t safe, uint32_t now_ms)
{
    (void)lamp_crc(lamps); /* here, where nobody waits for an answer */
    go_out(lamps, now_ms);
    int32_t all = show_style(lamps, now_ms);
    if (all < 0)
        lamps->show = LAMP_NO_SHOW;
    for (unsigned i = 0; i < lamps->count; i++) {
        uint32_t rgb = 0;
        if (all >= 0)
            rgb = light_of((uint16_t)all, now_ms);
        else if (safe >= 0)
            rgb = light_of(style_alone(lamps, i, (uint16_t)safe), now_ms);
        else if (lamp_lit(lamps, i))
            rgb = light_of(lamps->style[i], now_ms);
        if (rgb == lamps->shown[i])
            continue;
        lamps->shown[i] = rgb;
        hal_lamp_show(i, rgb);
    }
}
