/* What stands around the controller on the MPS2 bench: an FPGA board (AN386) as QEMU
 * plays it, with an AT24C64 and a PCA9552 on the I2C of shield 1.
 *
 * It has no switches behind volumes and no bolt. They are a few words of memory that a
 * test writes and reads from outside; the first 16 lamps are also lit by the PCA9552. */
#ifndef MPS2_BOARD_H
#define MPS2_BOARD_H

#include "core/rack_map.h"

enum bench_fault {
    BENCH_HANG = 1,
    BENCH_BAD_ADDRESS,
    BENCH_BAD_INSTRUCTION,
    BENCH_STACK_OVERFLOW,
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

void line_start(void);   /* UART0; before rack_start() */
bool line_waiting(void); /* a byte has arrived */
void line_receive(void); /* vectors */
void line_send(void);

void lamps_flush(void); /* a part of what has changed, to the PCA9552 */

#endif
