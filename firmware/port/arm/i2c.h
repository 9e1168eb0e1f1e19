/* I2C by two lines that the port can pull low and look at. Blocks for as long as the
 * bytes take, about 0.1 ms each. */
#ifndef ARM_I2C_H
#define ARM_I2C_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The port: let a line go (high) or pull it low; look at the data line; wait a quarter of
 * a bit. */
void i2c_port_clock(bool high);
void i2c_port_data(bool high);
bool i2c_port_look(void);
void i2c_port_wait(void);

/* Free the bus after a reset in the middle of a transfer. */
void i2c_start_up(void);

/* Send `head`, then `tail`, to the device. False: it did not acknowledge. */
bool i2c_write(uint8_t device, const uint8_t *head, size_t head_len, const uint8_t *tail,
               size_t tail_len);

/* Send `head`, then read `len` bytes. */
bool i2c_read(uint8_t device, const uint8_t *head, size_t head_len, uint8_t *ret_at,
              size_t len);

#endif
