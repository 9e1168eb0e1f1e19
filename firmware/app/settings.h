/* The settings, as registers 0x0400 and on show them. Written ones are a draft until the
 * commit; then they are in the journal, and in force. */
#ifndef APP_SETTINGS_H
#define APP_SETTINGS_H

#include "firmware/app/journal.h"

/* In the order of the registers. */
enum setting {
    SET_ADDRESS,
    SET_BAUD, /* bit/s / SET_BAUD_UNIT */
    SET_PARITY,
    SET_DELAY,
    SET_GAP,
    SET_ON,
    SET_OFF,
    SET_HOST,
    SET_SAFE,
    SET_LOCK_TIME,
    SET_LOCK_MOST,
    SET_SLOTS,
    SETTINGS
};

enum { SET_BAUD_UNIT = 100 };

struct settings {
    uint16_t now[SETTINGS], draft[SETTINGS];
    bool preset; /* nobody has committed any */
};

/* The last committed ones, or the presets. */
void settings_load(struct settings *settings, struct journal *journal);

/* Whether the setting may have this value by itself. */
bool settings_allow(enum setting which, uint16_t value);

/* Whether the draft makes sense as a whole. */
bool settings_agree(const struct settings *settings);

/* Make the draft durable and put it in force. False: the store failed. */
bool settings_commit(struct settings *settings, struct journal *journal);

/* Draft the presets. */
void settings_factory(struct settings *settings);

#endif
