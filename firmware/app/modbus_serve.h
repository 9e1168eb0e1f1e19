/* The functions of the protocol, over the register file. */
#ifndef APP_MODBUS_SERVE_H
#define APP_MODBUS_SERVE_H

#include "firmware/app/modbus_frame.h"

#include "core/bytes.h"

struct rack;

/* Carry out the request in `frame` (address to CRC, the CRC already proved) and write the
 * answer. Returns its length with CRC; 0 for a broadcast, which nobody answers. */
size_t modbus_serve(struct rack *rack, struct bytes frame,
                    uint8_t ret_answer[MODBUS_FRAME_MAX]);

#endif
