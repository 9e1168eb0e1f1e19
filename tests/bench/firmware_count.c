/* Counts instructions of the rack's request handler on the bench board. Under QEMU with
 * -icount shift=0 each instruction is a nanosecond of the board's time, and SysTick
 * counts 40 of them. Prints "r5 N M" and so on: N by the handler alone, M with finding
 * the frame in the stream and checking its CRC. */
#include "firmware/app/modbus_serve.h"
#include "firmware/app/rack.h"
#include "firmware/port/arm/cpu.h"
#include "firmware/port/arm/start.h"
#include "firmware/port/mps2-an386/board.h"

#include "firmware/hal/hal_system.h"

#define UART_DATA REG(0x40004000u)
#define UART_STATE REG(0x40004004u)
#define UART_CTRL REG(0x40004008u)
#define UART_BAUDDIV REG(0x40004010u)

enum { TIMES = 200, NS_A_TICK = 40, TICKS = 0xFFFFFF, LAMPS = 96, BODY = 7 };

static struct rack rack;
static uint8_t frame[MODBUS_FRAME_MAX];

static __attribute__((noreturn)) void stop(void)
{
    for (;;)
        continue;
}

__attribute__((section(".vectors"), used)) static const uintptr_t vectors[IRQ_FIRST] = {
    [0] = (uintptr_t)start_handler_stack,
    [1] = (uintptr_t)start_reset,
    [3] = (uintptr_t)stop,
};

uint16_t hal_stack_peak(void)
{
    return 0;
}

static void say(const char *text)
{
    for (; *text; text++) {
        while (UART_STATE & 1u)
            continue;
        UART_DATA = (uint8_t)*text;
    }
}

static void say_number(uint32_t number)
{
    char text[12];
    unsigned at = sizeof text - 1;
    text[at] = 0;
    do
        text[--at] = (char)('0' + number % 10);
    while (number /= 10);
    say(text + at);
}

static uint32_t ticks(void)
{
    return TICKS - SYST_CVR;
}

static void measure(const char *name, const uint8_t *body, size_t len)
{
    for (size_t i = 0; i < len; i++)
        frame[i] = body[i];
    size_t whole = modbus_crc_append(frame, len);
    struct bytes request = { frame, whole }, found;
    uint32_t from = ticks();
    for (unsigned i = 0; i < TIMES; i++)
        (void)modbus_serve(&rack, request, rack.answer);
    uint32_t handler = ticks() - from;
    from = ticks();
    for (unsigned i = 0; i < TIMES; i++) {
        for (size_t b = 0; b < whole; b++)
            modbus_stream_byte(&rack.stream, frame[b], 0);
        if (modbus_stream_next(&rack.stream, true, 0, &found))
            (void)modbus_serve(&rack, found, rack.answer);
    }
    uint32_t all = ticks() - from;
    say(name);
    say(" ");
    say_number(handler * NS_A_TICK / TIMES);
    say(" ");
    say_number(all * NS_A_TICK / TIMES);
    say("\n");
}

void port_main(void)
{
    static const struct hal_boot boot = { .starts = 1, .address = 1 };
    static const uint8_t r5[] = { 1, 3, 3, 0, 0, 5 }, status[] = { 1, 4, 0, 0, 0, 5 },
                         poll[] = { 1, 4, 0, 0, 0, 16 }, r96[] = { 1, 3, 3, 0, 0, LAMPS };
    static uint8_t w96[BODY + 2 * LAMPS] = { 1, 16, 3, 0, 0, LAMPS, 2 * LAMPS };
    UART_CTRL = 0;
    UART_BAUDDIV = 217;
    UART_CTRL = 1;
    SYST_RVR = TICKS;
    SYST_CVR = 0;
    SYST_CSR = 5;
    rack_init(&rack, &boot);
    UART_CTRL = 1;
    for (unsigned i = 0; i < LAMPS; i++)
        w96[BODY + 1 + 2 * i] = (uint8_t)(i % RACK_COLOURS);
    measure("r5", r5, sizeof r5);
    measure("status", status, sizeof status);
    measure("poll", poll, sizeof poll);
    measure("r96", r96, sizeof r96);
    measure("w96", w96, sizeof w96);
    say("end\n");
    stop();
}
