/* What stands around the controller on the MPS2 bench: an FPGA board (AN386) as QEMU
 * plays it, with an AT24C64 and a PCA9552 on the I2C of shield 1.
 *
 * It has no switches behind volumes and no bolt. They are a few words of memory that a
 * test writes and reads from outside; the first 16 lamps are also lit by the PCA9552. */
#ifndef MPS2_BOARD_H
#define MPS2_BOARD_H

#include "core/rack_map.h"

enum { MPS2_HARDWARE = 386 };
#define MPS2_UID \
    { \
        0x4D50, 0x5332, 0x0386, 0, 0, 1 \
    } /* where the EEPROM has none */

enum bench_fault {
    BENCH_HANG = 1,
    BENCH_BAD_ADDRESS,
    BENCH_BAD_INSTRUCTION,
    BENCH_STACK_OVERFLOW,
    BENCH_IRQ_STORM,
};

struct bench {
    uint16_t present[RACK_PRESENCE_WORDS]; /* in: switches, as register 0x0200 */
    uint16_t
        contacts;    /* in: 1 door open, 4 button, 8 tamper; 2 the bolt is jammed shut */
    uint16_t fault;  /* in: enum bench_fault to commit in the next pass */
    uint16_t driven; /* out: the bolt is powered */
    uint16_t opened; /* out: how often it was since the start */
    uint16_t lit[RACK_PRESENCE_WORDS]; /* out: lamps that shine */
};

extern volatile struct bench bench;

/* Where images stand; port.ld has the same. */
enum {
    MPS2_RUN = 0x10000,
    MPS2_STAGE = 0x20000,
    MPS2_PREVIOUS = 0x30000,
    MPS2_FACTORY = 0x40000,
};

void system_start(void);             /* microseconds, tick, watchdog */
void system_sleep(uint32_t most_us); /* a byte on the line ends it */
void system_tick(void);              /* vector */

void line_start(void);   /* UART0; before rack_start() */
bool line_waiting(void); /* a byte has arrived */
void line_receive(void); /* vectors */
void line_send(void);
void board_storm(void); /* an interrupt that asks for itself again */

void lamps_flush(void); /* a part of what has changed, to the PCA9552 */

#endif
