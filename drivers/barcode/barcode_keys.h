/* A reader that plays keyboard: key presses become the bytes of a code.
 *
 * Such a reader types as on a US keyboard, whatever layout the machine has, and closes
 * with Enter or Tab (USB HID Usage Tables 1.12, 10; linux/input-event-codes.h names the
 * keys). Only presses count: releases end a shift, repeats are never a reader's. */
#ifndef DRIVERS_BARCODE_KEYS_H
#define DRIVERS_BARCODE_KEYS_H

#include "drivers/barcode/barcode_text.h"

struct barcode_keys {
    struct barcode_line line;
    bool shift_left, shift_right, caps;
};

/* One event of the kernel: type, code and value of struct input_event. True: *ret_code is
 * a whole code. SYN_DROPPED spoils the code being typed. */
bool barcode_keys_event(struct barcode_keys *keys, uint16_t type, uint16_t code,
                        int32_t value, struct barcode_text *ret_code);

#endif
