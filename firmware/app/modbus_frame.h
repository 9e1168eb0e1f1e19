/* Where a Modbus RTU frame ends, told from its own bytes.
 *
 * Requests and answers of the public function codes say by their function, or by a count
 * near their start, how long they are. So a reader on the bus can cut the stream without
 * a clock, and step over the traffic of its neighbours. */
#ifndef APP_MODBUS_FRAME_H
#define APP_MODBUS_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MODBUS_FRAME_MAX = 256, /* address, function, data, CRC */
    MODBUS_FRAME_MIN = 4,
    MODBUS_CRC_LEN = 2,
    MODBUS_VALUES_MAX = 125, /* registers of one request */
};

enum { MODBUS_LEN_MORE = 0, MODBUS_LEN_NONE = -1 };

/* Whole length, with address and CRC, of the frame that begins at `at` if it is a request
 * (or an answer). MODBUS_LEN_MORE: more bytes are needed to tell. MODBUS_LEN_NONE: it is
 * not one. */
int modbus_request_len(const uint8_t *at, size_t have);
int modbus_answer_len(const uint8_t *at, size_t have);

/* The last two of `len` bytes are the CRC of those before. */
bool modbus_crc_holds(const uint8_t *at, size_t len);

/* Append the CRC to `len` bytes; returns the new length. */
size_t modbus_crc_append(uint8_t *at, size_t len);

#endif
