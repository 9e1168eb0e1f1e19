/* One RS-485 port with racks on it, as Modbus RTU.
 *
 * What libmodbus leaves to its caller is done here: a gap after each answer so that every
 * controller sees where a frame ends, old bytes thrown away before a request and after an
 * error, repeated tries, a broadcast that does not wait for an answer nobody gives, and
 * opening the port again when it was unplugged, and a turn for each when two of our
 * programs have one port open. Calls block, at most
 * tries * (gap + answer time-out). One thread per port. */
#ifndef DRIVERS_RACK_BUS_H
#define DRIVERS_RACK_BUS_H

#include "core/rack_map.h"
#include "core/rc.h"
#include "sys/fault.h"

enum {
    RACK_BUS_GAP_MS = 2,        /* silence after an answer */
    RACK_BUS_ANSWER_MS = 50,    /* until the first byte of an answer */
    RACK_BUS_BYTE_MS = 50,      /* between two bytes of one */
    RACK_BUS_BROADCAST_MS = 20, /* silence after a broadcast */
    RACK_BUS_LATE_MS = 60,      /* before the same rack is asked again after no answer or
                                   a bad one: an answer carries no number, so one that is
                                   late would be taken for the next */
    RACK_BUS_TRIES = 3,
};

struct rack_bus; /* made by rack_bus_new(), ended by rack_bus_free() */

/* The port is opened at the first request with 8 bits and one stop bit, at `baud` (0:
 * RACK_BAUD_PRESET) and `parity` 'E', 'O' or 'N' (0: 'E', as our racks have it). `path`
 * is copied. Never returns NULL (ends the process when out of memory). */
struct rack_bus *rack_bus_new(const char *path, unsigned baud, char parity);
void rack_bus_free(struct rack_bus *bus); /* accepts NULL */

/* Wait this long for the first byte of an answer, instead of RACK_BUS_ANSWER_MS: at a
 * desk where nobody polls thirty racks, patience costs nothing. Before the first request.
 */
void rack_bus_patience(struct rack_bus *bus, unsigned answer_ms);

/* The bus's clock, monotonic ms, and waiting on it. */
int64_t rack_bus_now_ms(const struct rack_bus *bus);
void rack_bus_rest(struct rack_bus *bus, unsigned ms);

/* Read `count` (1..125) registers from `at`. On failure ret_words is not touched.
 *   RC_UNAVAILABLE  the port cannot be opened, or it went away just now
 *   RC_AGAIN        another program of ours keeps the line for RACK_PORT_TURN_MS
 *   RC_TIMEOUT      no answer
 *   RC_CORRUPT      answers came, but none was whole
 *   RC_REFUSED      the controller said no; why->err is the Modbus exception */
MUST_USE enum rc rack_bus_read(struct rack_bus *bus, uint8_t address, uint16_t at,
                               uint16_t count, unsigned tries, uint16_t *ret_words,
                               struct fault *why);

/* Write `count` (1..123) registers, all or none. Errors as above; after RC_TIMEOUT and
 * RC_CORRUPT it may have happened. */
MUST_USE enum rc rack_bus_write(struct rack_bus *bus, uint8_t address, uint16_t at,
                                uint16_t count, unsigned tries, const uint16_t *words,
                                struct fault *why);

/* The same for `count` (1..RACK_SLOTS_MAX) discrete inputs and coils, a byte each, 0 or
 * 1: what modules of other makers have instead of registers. */
MUST_USE enum rc rack_bus_read_inputs(struct rack_bus *bus, uint8_t address, uint16_t at,
                                      uint16_t count, unsigned tries, uint8_t *ret_bits,
                                      struct fault *why);
MUST_USE enum rc rack_bus_write_coils(struct rack_bus *bus, uint8_t address, uint16_t at,
                                      uint16_t count, const uint8_t *bits,
                                      struct fault *why);

/* Tell all racks of the port at once; nobody answers. */
MUST_USE enum rc rack_bus_group(struct rack_bus *bus, enum rack_group group,
                                struct fault *why);

enum { RACK_UID_WORDS = RACK_AT_SLOTS - RACK_AT_UID };

/* Give the controller with this unique id its address, for good. Nobody answers: ask for
 * it there afterwards. It takes one at most each second. */
MUST_USE enum rc rack_bus_claim(struct rack_bus *bus, const uint16_t uid[RACK_UID_WORDS],
                                uint8_t address, struct fault *why);

#endif
