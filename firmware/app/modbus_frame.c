/* One row a function: a fixed length, or where a byte count stands and what is around
 * the counted bytes (MODBUS Application Protocol V1.1b3, section 6). */
#include "firmware/app/modbus_frame.h"

#include "core/bytes.h"
#include "core/crc16.h"

enum {
    FIFO_FUNCTION = 0x18,     /* its answer counts in 16 bits */
    IDENTITY_FUNCTION = 0x2B, /* its answer is a list of objects */
    EXCEPTION_BIT = 0x80,
    EXCEPTION_LEN = 5,
};

struct shape {
    uint8_t function;
    uint8_t fixed;    /* whole length, or without the counted bytes */
    uint8_t count_at; /* offset of the byte count; 0: the length is fixed */
};

static const struct shape requests[] = {
    { 0x01, 8, 0 },  { 0x02, 8, 0 },   { 0x03, 8, 0 }, { 0x04, 8, 0 }, { 0x05, 8, 0 },
    { 0x06, 8, 0 },  { 0x07, 4, 0 },   { 0x08, 8, 0 }, { 0x0B, 4, 0 }, { 0x0C, 4, 0 },
    { 0x0F, 9, 6 },  { 0x10, 9, 6 },   { 0x11, 4, 0 }, { 0x14, 5, 2 }, { 0x15, 5, 2 },
    { 0x16, 10, 0 }, { 0x17, 13, 10 }, { 0x18, 6, 0 }, { 0x2B, 7, 0 },
};

static const struct shape answers[] = {
    { 0x01, 5, 2 },  { 0x02, 5, 2 }, { 0x03, 5, 2 }, { 0x04, 5, 2 }, { 0x05, 8, 0 },
    { 0x06, 8, 0 },  { 0x07, 5, 0 }, { 0x08, 8, 0 }, { 0x0B, 8, 0 }, { 0x0C, 5, 2 },
    { 0x0F, 8, 0 },  { 0x10, 8, 0 }, { 0x11, 5, 2 }, { 0x14, 5, 2 }, { 0x15, 5, 2 },
    { 0x16, 10, 0 }, { 0x17, 5, 2 },
};

static int bounded(size_t len)
{
    return len <= MODBUS_FRAME_MAX ? (int)len : MODBUS_LEN_NONE;
}

static int shaped_len(const struct shape *shapes, size_t count, const uint8_t *at,
                      size_t have)
{
    for (size_t i = 0; i < count; i++) {
        if (shapes[i].function != at[1])
            continue;
        if (!shapes[i].count_at)
            return shapes[i].fixed;
        if (have <= shapes[i].count_at)
            return MODBUS_LEN_MORE;
        return bounded((size_t)shapes[i].fixed + at[shapes[i].count_at]);
    }
    return MODBUS_LEN_NONE;
}

static int fifo_len(const uint8_t *at, size_t have)
{
    enum { COUNT_AT = 2, AROUND = 6 };
    if (have < COUNT_AT + 2)
        return MODBUS_LEN_MORE;
    return bounded((size_t)AROUND + ((size_t)at[COUNT_AT] << 8 | at[COUNT_AT + 1]));
}

static int identity_len(const uint8_t *at, size_t have)
{
    enum { OBJECTS_AT = 7, HEAD = 8, OBJECT_HEAD = 2 };
    if (have < HEAD)
        return MODBUS_LEN_MORE;
    size_t end = HEAD;
    for (unsigned left = at[OBJECTS_AT]; left > 0; left--) {
        if (end + OBJECT_HEAD > MODBUS_FRAME_MAX)
            return MODBUS_LEN_NONE;
        if (have < end + OBJECT_HEAD)
            return MODBUS_LEN_MORE;
        end += OBJECT_HEAD + (size_t)at[end + 1];
    }
    return bounded(end + MODBUS_CRC_LEN);
}

int modbus_request_len(const uint8_t *at, size_t have)
{
    return have < 2 ? MODBUS_LEN_MORE : shaped_len(requests, COUNT(requests), at, have);
}

int modbus_answer_len(const uint8_t *at, size_t have)
{
    if (have < 2)
        return MODBUS_LEN_MORE;
    if (at[1] & EXCEPTION_BIT)
        return EXCEPTION_LEN;
    if (at[1] == FIFO_FUNCTION)
        return fifo_len(at, have);
    if (at[1] == IDENTITY_FUNCTION)
        return identity_len(at, have);
    return shaped_len(answers, COUNT(answers), at, have);
}

bool modbus_crc_holds(const uint8_t *at, size_t len)
{
    return len > MODBUS_CRC_LEN && crc16_add(CRC16_START, at, len - MODBUS_CRC_LEN) ==
                                       (at[len - 2] | at[len - 1] << 8);
}

size_t modbus_crc_append(uint8_t *at, size_t len)
{
    uint16_t crc = crc16_add(CRC16_START, at, len);
    at[len] = (uint8_t)crc;
    at[len + 1] = (uint8_t)(crc >> 8);
    return len + MODBUS_CRC_LEN;
}
