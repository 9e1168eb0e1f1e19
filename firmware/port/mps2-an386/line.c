/* Implements the UART part of the HAL on UART0 of the CMSDK (Arm DDI 0479, section 4.3).
 * It has no parity and no line errors; an overrun it reports.
 *
 * The interrupt is acknowledged before the byte is taken: the other way round, a byte
 * that comes in between is never announced, and the receiver is deaf for ever. */
#include "board.h"
#include "firmware/port/arm/cpu.h"

#include "core/ring.h"
#include "firmware/hal/hal_uart.h"

#include <string.h>

#define UART_DATA REG(0x40004000u)
#define UART_STATE REG(0x40004004u)
#define UART_CTRL REG(0x40004008u)
#define UART_INT REG(0x4000400Cu)
#define UART_BAUDDIV REG(0x40004010u)

enum {
    CLOCK_HZ = 25000000,
    STATE_TX_FULL = 1,
    STATE_RX_FULL = 2,
    STATE_RX_OVERRUN = 8,
    CTRL_ON = 1 | 2 | 4 | 8, /* both ways, with interrupts */
    INT_TX = 1,
    INT_RX = 2,
    RX_IRQ = 0,
    TX_IRQ = 1,
    RING_SIZE = 512,
    SEND_MAX = 256,
};

static struct ring ring;
static uint8_t memory[RING_SIZE], sending[SEND_MAX];
static volatile uint16_t send_len, send_at;
static volatile bool overrun;

void line_receive(void)
{
    UART_INT = INT_RX;
    if (UART_STATE & STATE_RX_OVERRUN) {
        UART_STATE = STATE_RX_OVERRUN;
        overrun = true;
    }
    while (UART_STATE & STATE_RX_FULL)
        if (!ring_put(&ring, (uint8_t)UART_DATA))
            overrun = true;
}

void line_send(void)
{
    UART_INT = INT_TX;
    while (send_at < send_len && !(UART_STATE & STATE_TX_FULL))
        UART_DATA = sending[send_at++];
}

void line_start(void)
{
    ring_init(&ring, memory, RING_SIZE);
    cpu_irq_enable(RX_IRQ);
    cpu_irq_enable(TX_IRQ);
}

bool line_waiting(void)
{
    return ring_used(&ring) > 0;
}

int hal_uart_read(void)
{
    uint8_t byte;
    if (overrun) {
        overrun = false;
        return HAL_UART_OVERRUN;
    }
    return ring_take(&ring, &byte) ? byte : HAL_UART_NONE;
}

void hal_uart_write(const uint8_t *at, size_t len)
{
    cpu_irq_off();
    memcpy(sending, at, len < SEND_MAX ? len : SEND_MAX);
    send_len = (uint16_t)(len < SEND_MAX ? len : SEND_MAX);
    send_at = 0;
    line_send();
    cpu_irq_on();
}

bool hal_uart_idle(void)
{
    return send_at >= send_len && !(UART_STATE & STATE_TX_FULL);
}

void hal_uart_setup(uint32_t baud, uint8_t parity)
{
    (void)parity; /* this UART has none */
    cpu_irq_off();
    UART_CTRL = 0;
    UART_BAUDDIV = CLOCK_HZ / baud;
    UART_INT = INT_RX | INT_TX;
    UART_STATE = STATE_RX_OVERRUN;
    UART_CTRL = CTRL_ON;
    line_receive();
    cpu_irq_on();
}
