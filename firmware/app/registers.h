/* The register file: what each item of the map means here. Writes are all or nothing:
 * first every value is checked, then every value is stored. */
#ifndef APP_REGISTERS_H
#define APP_REGISTERS_H

#include "core/rack_map.h"

struct rack;

/* Modbus exception codes. */
enum modbus_exception {
    MODBUS_FINE = 0,
    MODBUS_NO_FUNCTION = 1,
    MODBUS_NO_ADDRESS = 2,
    MODBUS_BAD_VALUE = 3,
    MODBUS_FAILED = 4,
    MODBUS_BUSY = 6,
};

/* Read `count` items (coils and discretes give 0 or 1). MODBUS_NO_ADDRESS, and nothing is
 * written, when one of them is not in the map or cannot be read. Reading the first word
 * of the challenge makes a new one; nothing else is changed by reading. */
enum modbus_exception registers_read(struct rack *rack, enum rack_space space,
                                     uint16_t first, uint16_t count,
                                     uint16_t *ret_values);

/* Whether registers_write() would be right: MODBUS_NO_ADDRESS, MODBUS_BAD_VALUE or
 * MODBUS_FINE. `access` is RACK_WRITE, or RACK_WRITE_ALL for a broadcast. */
enum modbus_exception registers_check(const struct rack *rack, enum rack_space space,
                                      uint16_t first, uint16_t count,
                                      const uint16_t *values, enum rack_access access);

/* An item of RACK_EXACT, or the commit, with all its words: judged and done at once. Not
 * for registers_check() and registers_write(), which refuse nothing half-way. */
enum modbus_exception registers_order(struct rack *rack, enum rack_item item,
                                      const uint16_t *words);

/* Store what registers_check() allowed. */
void registers_write(struct rack *rack, enum rack_space space, uint16_t first,
                     uint16_t count, const uint16_t *values);

#endif
