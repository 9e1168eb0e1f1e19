/* The rack on the desk: what a real one is made of, and what outlives its processor.
 *
 * Volumes stand in slots whether the controller runs or not, and the journal lies in
 * EEPROM; both are kept in a small shared mapping of the state file, so kill -9 loses
 * neither. Switches bounce as levers do, by a seeded random source. Lamps remember when
 * they were lit, so that an onlooker can tell a steady lamp from a blinking one. */
#ifndef HOST_WORLD_H
#define HOST_WORLD_H

#include "core/rack_map.h"

#include <stdbool.h>
#include <stdint.h>

/* Open or create the state file; ends the process with a sentence when it cannot.
 * `seed` 0: a different one each time. */
void world_open(const char *path, unsigned slots, uint64_t seed);

unsigned world_slots(void);
void world_uid(uint16_t ret_words[6]);

bool world_full(unsigned slot);
void world_put(unsigned slot, bool full); /* the switch bounces, then rests */
void world_bounce(unsigned slot);         /* somebody knocked against it: no change */

void world_door(bool open);
bool world_door_open(void);
bool world_bolt_open(void);
void world_press(uint32_t ms); /* the keeper's button */

bool world_restarts(void); /* the controller wants to start anew; asked once */

/* A page of the EEPROM; world_keep() makes the whole state durable. */
uint8_t *world_eeprom(unsigned page);
bool world_keep(void);

enum world_rhythm { WORLD_DARK, WORLD_STEADY, WORLD_BLINKING };

/* What an onlooker sees at the lamp over the last two seconds. */
enum world_rhythm world_lamp(unsigned slot, enum rack_colour *ret_colour);
uint32_t world_light(unsigned slot); /* 0xRRGGBB at this moment */

/* Something that can be seen changed; has it since the last question? */
void world_touch(void);
bool world_changed(void);

uint64_t world_now_us(void);

#endif
