/* The bus: half duplex, 8 data bits. The port turns the line round by itself and does
 * not hand the controller its own bytes. */
#ifndef HAL_UART_H
#define HAL_UART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum hal_parity { HAL_PARITY_NONE, HAL_PARITY_ODD, HAL_PARITY_EVEN };

enum {
    HAL_UART_NONE = -1,    /* nothing has arrived */
    HAL_UART_FLAGGED = -2, /* a byte with a parity, framing or break flag */
    HAL_UART_OVERRUN = -3, /* bytes were lost between the line and here */
};

/* The next byte that arrived, 0 to 255, or one of the above. Never waits. */
int hal_uart_read(void);

/* Send `len` bytes, at most 256; returns at once. What is still being sent is cut off. */
void hal_uart_write(const uint8_t *at, size_t len);

/* Nothing is being sent any more. */
bool hal_uart_idle(void);

/* Set the line up: speed in bit/s, enum hal_parity. Also sets the receiver up again. */
void hal_uart_setup(uint32_t baud, uint8_t parity);

#endif
