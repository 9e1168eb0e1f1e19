/* The bus: half duplex, 8 data bits. The port turns the line round by itself and does
 * not hand the controller its own bytes. */
#ifndef HAL_UART_H
#define HAL_UART_H

#include <stddef.h>
#include <stdint.h>

enum {
    HAL_UART_NONE = -1,    /* nothing has arrived */
    HAL_UART_FLAGGED = -2, /* a byte with a parity, framing or break flag */
    HAL_UART_OVERRUN = -3, /* bytes were lost between the line and here */
};

/* The next byte that arrived, 0 to 255, or one of the above. Never waits. */
int hal_uart_read(void);

/* Send `len` bytes, at most 256; returns at once. */
void hal_uart_write(const uint8_t *at, size_t len);

/* Set the receiver up again. For a line that has been silent for too long: a receiver
 * that missed its interrupt stays deaf for ever while everything else runs on. */
void hal_uart_restart(void);

#endif
