/* What the controller remembers without power: settings, boot id, the key and wiring of
 * the lock, and which image shall run.
 *
 * A ring of pages, one record a page: number, kind, data, CRC-32. Of each kind the
 * record with the highest number counts. A new record never goes over one that counts,
 * so a write that the power cuts short leaves the old record standing; and the ring
 * spreads the wear over all pages. */
#ifndef APP_JOURNAL_H
#define APP_JOURNAL_H

#include "firmware/hal/hal_store.h"

#include "core/rack_map.h"

enum journal_kind {
    JOURNAL_SETTINGS,
    JOURNAL_BOOT,
    JOURNAL_LOCK,
    JOURNAL_UPDATE,
    JOURNAL_KINDS = 8 /* a bootloader that is never renewed steps over later ones */
};

enum {
    JOURNAL_NUMBER_LEN = 4,
    JOURNAL_CRC_LEN = 4,
    JOURNAL_DATA = HAL_STORE_PAGE - JOURNAL_NUMBER_LEN - 1 - JOURNAL_CRC_LEN,
    JOURNAL_NONE = 0xFF,
    JOURNAL_LAST = 0x7FFFFFFF, /* thirty times what all pages together endure */
};

struct journal {
    uint32_t number;              /* of the newest record; 0: none was ever written */
    uint8_t pages[JOURNAL_KINDS]; /* where the record that counts stands; JOURNAL_NONE */
    uint8_t next;  /* page to write next, if nothing that counts is there */
    bool failed;   /* the store did not answer when it was asked last, or is worn out */
    uint16_t boot; /* the last boot id taken */
    uint16_t resets[RACK_RESET_CAUSES]; /* starts by cause, ever */
};

/* Read the whole store. */
void journal_open(struct journal *journal);

/* The data of the record that counts; false, and nothing is touched: there is none. */
bool journal_read(struct journal *journal, enum journal_kind kind,
                  uint8_t ret_data[JOURNAL_DATA]);

/* Write a record; false: the store failed, and the old record counts. So it is behind
 * record JOURNAL_LAST, which no store lives to see: higher numbers are none of ours. */
bool journal_write(struct journal *journal, enum journal_kind kind,
                   const uint8_t data[JOURNAL_DATA]);

/* Take the next boot id, durable when this returns unless journal->failed. A start counts
 * under its cause; pass RACK_RESET_CAUSES when only the numbers of the events ran out. */
uint16_t journal_boot_next(struct journal *journal, unsigned cause);

#endif
