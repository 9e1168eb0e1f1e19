/* Implements the UART part of the HAL on USART1, half duplex through an RS-485 driver.
 * Reading the status and then the data clears what had come, in one interrupt. */
#include "board.h"
#include "firmware/port/arm/cpu.h"

#include "core/ring.h"
#include "firmware/hal/hal_uart.h"

#include <string.h>

#define RCC_APB2ENR REG(0x40023844u)
#define USART_SR REG(0x40011000u)
#define USART_DR REG(0x40011004u)
#define USART_BRR REG(0x40011008u)
#define USART_CR1 REG(0x4001100Cu)
#define USART_CR2 REG(0x40011010u)

enum {
    USART1_CLOCK = 1 << 4,
    USART1_IRQ = 37,
    USART1_FUNCTION = 7,
    SR_BAD_BYTE = 1 | 2 | 4, /* parity, framing, noise */
    SR_OVERRUN = 8,
    SR_RECEIVED = 1 << 5,
    SR_SENT = 1 << 6,
    SR_ROOM = 1 << 7,
    CR1_ON = 1 << 13 | 1 << 2 | 1 << 3 | 1 << 5, /* receive with interrupt, send */
    CR1_PARITY = 1 << 12 | 1 << 10,              /* a ninth bit, for the parity */
    CR1_ODD = 1 << 9,
    CR1_SENT_IRQ = 1 << 6,
    CR1_ROOM_IRQ = 1 << 7,
    CR2_TWO_STOPS = 2 << 12,
    RING_SIZE = 512,
    SEND_MAX = 256,
};

static const struct pin direction = { GPIO_A, 8 };
static struct ring ring;
static uint8_t memory[RING_SIZE], sending[SEND_MAX];
static volatile uint16_t send_len, send_at;
static volatile bool overrun, bad_byte, talking;

static void receive(uint32_t status)
{
    uint8_t byte = (uint8_t)USART_DR;
    if (talking)
        return; /* our own echo */
    overrun = overrun || status & SR_OVERRUN;
    if (status & SR_BAD_BYTE)
        bad_byte = true; /* what was begun is worthless; see the stream */
    else if (!ring_put(&ring, byte))
        overrun = true;
}

static void send(void)
{
    while (send_at < send_len && USART_SR & SR_ROOM)
        USART_DR = sending[send_at++];
    if (send_at < send_len)
        USART_CR1 |= CR1_ROOM_IRQ;
    else
        USART_CR1 = (USART_CR1 & ~(uint32_t)CR1_ROOM_IRQ) | CR1_SENT_IRQ;
    if (send_at >= send_len && USART_SR & SR_SENT) {
        USART_CR1 &= ~(uint32_t)CR1_SENT_IRQ;
        pin_write(direction, false);
        talking = false;
    }
}

void line_interrupt(void)
{
    uint32_t status = USART_SR;
    if (status & (SR_RECEIVED | SR_OVERRUN))
        receive(status);
    if (talking)
        send();
}

void line_start(void)
{
    ring_init(&ring, memory, RING_SIZE);
    RCC_APB2ENR |= USART1_CLOCK;
    pin_set_up(direction, PIN_OUT);
    pin_function((struct pin){ GPIO_A, 9 }, USART1_FUNCTION);
    pin_function((struct pin){ GPIO_A, 10 }, USART1_FUNCTION);
    cpu_irq_enable(USART1_IRQ);
}

bool line_waiting(void)
{
    return ring_used(&ring) > 0 || overrun || bad_byte;
}

int hal_uart_read(void)
{
    uint8_t byte;
    if (bad_byte) {
        bad_byte = false;
        return HAL_UART_FLAGGED;
    }
    if (overrun) {
        overrun = false;
        return HAL_UART_OVERRUN;
    }
    return ring_take(&ring, &byte) ? byte : HAL_UART_NONE;
}

void hal_uart_write(const uint8_t *at, size_t len)
{
    cpu_irq_off();
    send_len = (uint16_t)(len < SEND_MAX ? len : SEND_MAX);
    memcpy(sending, at, send_len);
    send_at = 0;
    talking = true;
    pin_write(direction, true);
    send();
    cpu_irq_on();
}

bool hal_uart_idle(void)
{
    return !talking;
}

void hal_uart_setup(uint32_t baud, uint8_t parity)
{
    uint32_t clock = clock_hz() == 168000000u ? 84000000u : clock_hz(); /* APB2 */
    uint32_t control = CR1_ON;
    if (parity != HAL_PARITY_NONE)
        control |= parity == HAL_PARITY_ODD ? (uint32_t)(CR1_PARITY | CR1_ODD)
                                            : (uint32_t)CR1_PARITY;
    cpu_irq_off();
    USART_CR1 = 0;
    USART_CR2 = parity == HAL_PARITY_NONE ? CR2_TWO_STOPS : 0; /* 11 bits a byte */
    USART_BRR = (clock + baud / 2) / baud;
    USART_CR1 = control;
    talking = false;
    pin_write(direction, false);
    cpu_irq_on();
}
