/* A ring of bytes between one writer and one reader that may interrupt each other: an
 * interrupt puts, the main loop takes. Neither ever waits; a full ring refuses. The
 * memory belongs to the caller, and its size is a power of two, so that positions may
 * run on and wrap by themselves. */
#ifndef CORE_RING_H
#define CORE_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring {
    uint8_t *at;       /* borrowed */
    uint32_t mask;     /* size - 1 */
    atomic_uint put;   /* written only by the writer */
    atomic_uint taken; /* written only by the reader */
};

/* `size` is a power of two, at least 2. */
void ring_init(struct ring *ring, uint8_t *memory, uint32_t size);

/* Writer. False, and nothing is stored, when the ring is full. */
bool ring_put(struct ring *ring, uint8_t byte);

/* Reader. False when the ring is empty. */
bool ring_take(struct ring *ring, uint8_t *ret_byte);

uint32_t ring_used(const struct ring *ring);

#endif
