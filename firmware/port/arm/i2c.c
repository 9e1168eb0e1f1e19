/* Master without arbitration or clock stretching: it is alone on its bus, and neither an
 * EEPROM nor an LED driver stretches. */
#include "i2c.h"

enum { CLOCKS_TO_FREE = 9, READ_BIT = 1 };

static void clock_up(void)
{
    i2c_port_wait();
    i2c_port_clock(true);
    i2c_port_wait();
}

static void begin(void)
{
    i2c_port_data(true);
    clock_up();
    i2c_port_data(false);
    i2c_port_wait();
    i2c_port_clock(false);
}

static void end(void)
{
    i2c_port_data(false);
    clock_up();
    i2c_port_data(true);
    i2c_port_wait();
}

static bool put_bit(bool bit)
{
    i2c_port_data(bit);
    clock_up();
    bool seen = i2c_port_look();
    i2c_port_clock(false);
    return seen;
}

/* True when it was acknowledged. */
static bool put(uint8_t byte)
{
    for (unsigned bit = 0x80; bit; bit >>= 1)
        (void)put_bit(byte & bit);
    return !put_bit(true);
}

static uint8_t get(bool last)
{
    unsigned byte = 0;
    for (unsigned i = 0; i < 8; i++)
        byte = byte << 1 | put_bit(true);
    (void)put_bit(last);
    return (uint8_t)byte;
}

static bool put_all(const uint8_t *at, size_t len)
{
    bool heard = true;
    while (len-- > 0 && heard)
        heard = put(*at++);
    return heard;
}

void i2c_start_up(void)
{
    i2c_port_data(true);
    for (unsigned i = 0; i < CLOCKS_TO_FREE; i++) {
        clock_up();
        i2c_port_clock(false);
    }
    begin();
    end();
}

bool i2c_write(uint8_t device, const uint8_t *head, size_t head_len, const uint8_t *tail,
               size_t tail_len)
{
    begin();
    bool heard =
        put((uint8_t)(device << 1)) && put_all(head, head_len) && put_all(tail, tail_len);
    end();
    return heard;
}

bool i2c_read(uint8_t device, const uint8_t *head, size_t head_len, uint8_t *ret_at,
              size_t len)
{
    begin();
    bool heard = put((uint8_t)(device << 1)) && put_all(head, head_len);
    if (heard) {
        begin();
        heard = put((uint8_t)(device << 1 | READ_BIT));
    }
    for (size_t i = 0; i < len && heard; i++)
        ret_at[i] = get(i + 1 == len);
    end();
    return heard;
}
