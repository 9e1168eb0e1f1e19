/* What bootloader and app remember about images, one record of the journal.
 *
 * It names the image that shall run. The bootloader sees to it that this one stands where
 * it runs, from whichever area has it; so wherever the power is cut, the next start
 * finishes what was begun. */
#ifndef APP_UPDATE_RECORD_H
#define APP_UPDATE_RECORD_H

#include "firmware/app/journal.h"

enum { UPDATE_TRIES = 3 /* starts that a new image has to prove itself */ };

struct update_record {
    uint64_t wanted; /* rack_image_id() of the image that shall run; 0: not known */
    uint64_t before; /* of the one to go back to, in PREVIOUS; 0: none */
    uint16_t floor;  /* least security version that may run */
    uint8_t tries;   /* starts of `wanted` on trial; 0: it has proved itself */
    uint8_t result;  /* enum rack_update_result */
    bool pending;    /* STAGE shall be installed */
};

/* The record, or zeros when there is none. */
void update_record_load(struct update_record *record, struct journal *journal);
bool update_record_keep(const struct update_record *record, struct journal *journal);

#endif
