/* Positions only grow; their difference is what is inside, also when they wrap. The
 * release of one side pairs with the acquire of the other, so a byte is seen whole. */
#include "core/ring.h"

void ring_init(struct ring *ring, uint8_t *memory, uint32_t size)
{
    ring->at = memory;
    ring->mask = size - 1;
    atomic_init(&ring->put, 0);
    atomic_init(&ring->taken, 0);
}

bool ring_put(struct ring *ring, uint8_t byte)
{
    unsigned put = atomic_load_explicit(&ring->put, memory_order_relaxed);
    unsigned taken = atomic_load_explicit(&ring->taken, memory_order_acquire);
    if (put - taken > ring->mask)
        return false;
    ring->at[put & ring->mask] = byte;
    atomic_store_explicit(&ring->put, put + 1, memory_order_release);
    return true;
}

bool ring_take(struct ring *ring, uint8_t *ret_byte)
{
    unsigned taken = atomic_load_explicit(&ring->taken, memory_order_relaxed);
    unsigned put = atomic_load_explicit(&ring->put, memory_order_acquire);
    if (put == taken)
        return false;
    *ret_byte = ring->at[taken & ring->mask];
    atomic_store_explicit(&ring->taken, taken + 1, memory_order_release);
    return true;
}

uint32_t ring_used(const struct ring *ring)
{
    return atomic_load_explicit(&ring->put, memory_order_acquire) -
           atomic_load_explicit(&ring->taken, memory_order_acquire);
}
