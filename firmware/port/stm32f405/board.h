/* The rack's own board: an STM32F405 (reference manual RM0090).
 *
 *   PA9, PA10   USART1 to the RS-485 driver, PA8 its direction (high: send)
 *   PB6, PB7    I2C lines of the EEPROM, open drain
 *   PA4-PA6     load, clock and data of a chain of 74HC165: the switches, high = full
 *   PB3, PB5    clock and data of a chain of APA102: the lamps
 *   PC0         bolt; PC1 its feedback, PC2 door (high = shut), PC3 button, PC4 tamper
 *
 * Inputs are pulled down: a wire that is cut reads as a volume gone or a door open.
 *
 * Built and started in an emulator; not tried on a board. */
#ifndef STM32F405_BOARD_H
#define STM32F405_BOARD_H

#include <stdbool.h>
#include <stdint.h>

enum { F405_HARDWARE = 405 };

enum pin_mode { PIN_IN, PIN_OUT, PIN_ALTERNATE };

struct pin {
    uint32_t port; /* its base address */
    uint8_t number;
};

#define GPIO_A 0x40020000u
#define GPIO_B 0x40020400u
#define GPIO_C 0x40020800u

void pin_set_up(struct pin pin, enum pin_mode mode);
void pin_open_drain(struct pin pin);
void pin_function(struct pin pin, unsigned function); /* of PIN_ALTERNATE */
void pin_write(struct pin pin, bool high);
bool pin_read(struct pin pin);

/* Start the fast clock; 168 MHz, or the internal 16 MHz when the crystal does not swing.
 */
void clock_start(void);
uint32_t clock_hz(void);
bool clock_emulated(void); /* no chip: an emulator that knows only its core and UART */

/* Where images stand: sectors 4 to 7, one each; port.ld has the same. */
enum {
    F405_RUN = 0x08010000,
    F405_STAGE = 0x08020000,
    F405_PREVIOUS = 0x08040000,
    F405_FACTORY = 0x08060000,
};

void system_start(void);              /* clocks, pins, tick, watchdog */
void system_sleep(uint32_t most_us);  /* a byte on the line ends it */
void system_tick(void);               /* each millisecond */
uint32_t system_unfed_ms(void);       /* since the watchdog was fed */
void system_uid(uint16_t ret_uid[6]); /* of the chip; zeros in the emulator */

void board_set_up(void);
void line_start(void);
bool line_waiting(void);
void line_interrupt(void); /* vector */
void lamps_flush(void);    /* send the chain what it shall show, when that has changed */

#endif
