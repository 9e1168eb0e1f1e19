/* The byte ring: full, empty, and across the wrap of its positions. */
#include "check.h"

#include "core/ring.h"

#include <limits.h>

TEST(ring, takes_out_what_was_put_in_and_in_order)
{
    uint8_t memory[8], byte = 0;
    struct ring ring;
    ring_init(&ring, memory, sizeof memory);
    CHECK(!ring_take(&ring, &byte));
    for (unsigned i = 0; i < 1000; i++) {
        CHECK(ring_put(&ring, (uint8_t)i));
        CHECK(ring_put(&ring, (uint8_t)(i + 7)));
        CHECK(ring_take(&ring, &byte));
        CHECK_INT((uint8_t)i, byte);
        CHECK(ring_take(&ring, &byte));
        CHECK_INT((uint8_t)(i + 7), byte);
    }
    CHECK_INT(0, ring_used(&ring));
}

TEST(ring, refuses_when_full_and_keeps_what_it_has)
{
    uint8_t memory[4], byte = 0;
    struct ring ring;
    ring_init(&ring, memory, sizeof memory);
    for (uint8_t i = 0; i < 4; i++)
        CHECK(ring_put(&ring, i));
    CHECK_INT(4, ring_used(&ring));
    CHECK(!ring_put(&ring, 99));
    for (uint8_t i = 0; i < 4; i++) {
        CHECK(ring_take(&ring, &byte));
        CHECK_INT(i, byte);
    }
    CHECK(!ring_take(&ring, &byte));
}

TEST(ring, runs_on_when_its_positions_wrap)
{
    uint8_t memory[4], byte = 0;
    struct ring ring;
    ring_init(&ring, memory, sizeof memory);
    atomic_store(&ring.put, UINT_MAX - 1);
    atomic_store(&ring.taken, UINT_MAX - 1);
    for (uint8_t i = 0; i < 4; i++)
        CHECK(ring_put(&ring, (uint8_t)(i + 10)));
    CHECK(!ring_put(&ring, 99));
    for (uint8_t i = 0; i < 4; i++) {
        CHECK(ring_take(&ring, &byte));
        CHECK_INT(i + 10, byte);
    }
}
