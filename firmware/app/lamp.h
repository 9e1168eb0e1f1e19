/* How each lamp shines now: colour, rhythm, brightness, and when it goes out by itself.
 *
 * A lamp register says what the host wants; this engine turns it into light every
 * LAMP_TICK_MS. Two things stand over the registers without changing them: a show
 * (self-test, identify), and what the rack does by itself while the host is lost: lamps
 * of orders that wait shine on and go out when a hand has done them, a slot where
 * something was done that nobody ordered blinks red, all others take the safe style. */
#ifndef APP_LAMP_H
#define APP_LAMP_H

#include "core/rack_map.h"

enum {
    LAMP_TICK_MS = 20,
    LAMP_TEST_MS = 4000, /* a second each of red, green, blue, white */
    LAMP_IDENTIFY_MS = 10000,
    LAMP_COIL_STYLE = RACK_GREEN, /* what writing 1 to a coil means: steady, full */
};

enum lamp_show { LAMP_NO_SHOW, LAMP_SHOW_TEST, LAMP_SHOW_IDENTIFY };

struct lamps {
    uint32_t off_at_ms[RACK_SLOTS_MAX]; /* uptime; of lamps with a bit in `ends` */
    uint32_t shown[RACK_SLOTS_MAX];     /* 0xRRGGBB as told to the port */
    uint32_t show_from_ms;
    uint16_t style[RACK_SLOTS_MAX]; /* the registers */
    uint16_t ends[RACK_PRESENCE_WORDS];
    uint16_t out[RACK_PRESENCE_WORDS]; /* went out by itself */
    uint16_t odd[RACK_PRESENCE_WORDS]; /* moved without an order while the host is lost */
    uint16_t crc;                      /* of the registers, unless `changed` */
    uint8_t count;                     /* fitted */
    uint8_t show;                      /* enum lamp_show */
    bool changed;                      /* since the CRC was made */
};

void lamp_init(struct lamps *lamps, uint8_t count);
void lamp_setup(struct lamps *lamps, uint8_t count); /* change what is fitted */

/* Write `count` registers from `lamp` on; the values are valid styles. */
void lamp_set(struct lamps *lamps, unsigned lamp, unsigned count, const uint16_t *styles,
              uint32_t now_ms);

uint16_t lamp_crc(struct lamps *lamps); /* of the registers */

void lamp_group(struct lamps *lamps, enum rack_group group, uint32_t now_ms);

/* Something was put in or taken out at this slot while the host is lost. A second time
 * without an order puts right what the first did. */
void lamp_moved(struct lamps *lamps, unsigned lamp);

/* The host is there again, and says itself what is odd. */
void lamp_back(struct lamps *lamps);

/* It has a colour and has not gone out by itself. */
bool lamp_lit(const struct lamps *lamps, unsigned lamp);

/* Bring the light up to date. `safe` is the safe style while the host is lost, or -1
 * while it is there. */
void lamp_tick(struct lamps *lamps, int32_t safe, uint32_t now_ms);

#endif
