/* Implements the clock and slots parts of the HAL. */
#include "world.h"

#include "firmware/hal/hal_clock.h"
#include "firmware/hal/hal_slots.h"
#include "firmware/hal/hal_store.h"

#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    BOUNCE_LEAST_US = 3000,
    BOUNCE_SPAN_US = 22000,
    UID_WORDS = 6,
    STATE_MODE = 0600, /* the key lies in it */
};

static const char magic[8] = "jkrack2";

struct state {
    char magic[sizeof magic];
    uint16_t uid[UID_WORDS];
    uint16_t volumes[RACK_PRESENCE_WORDS];
    uint8_t door_open;
    uint8_t eeprom[HAL_STORE_PAGES][HAL_STORE_PAGE];
};

static struct {
    struct state *state; /* shared mapping of the state file */
    unsigned slots;
    uint64_t random;
    uint64_t bounces_until_us[RACK_SLOTS_MAX];
    bool changed;
} world;

static uint32_t next_random(void)
{
    world.random ^= world.random << 13; /* xorshift64 */
    world.random ^= world.random >> 7;
    world.random ^= world.random << 17;
    return (uint32_t)(world.random >> 32);
}

static void set_bit(uint16_t *words, unsigned slot, bool on)
{
    uint16_t bit = (uint16_t)(1u << (slot % 16u));
    if (on)
        words[slot / 16] |= bit;
    else
        words[slot / 16] &= (uint16_t)~bit;
}

static void start_bounce(unsigned slot)
{
    world.bounces_until_us[slot] =
        world_now_us() + BOUNCE_LEAST_US + next_random() % BOUNCE_SPAN_US;
    world.changed = true;
}

static void make_state(struct state *state)
{
    memcpy(state->magic, magic, sizeof magic);
    for (unsigned i = 0; i < UID_WORDS; i++)
        state->uid[i] = (uint16_t)next_random();
}

void world_open(const char *path, unsigned slots, uint64_t seed)
{
    world.slots = slots;
    world.random = seed;
    while (!world.random)
        if (getrandom(&world.random, sizeof world.random, 0) < 0)
            err(1, "no random bytes");

    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, STATE_MODE);
    struct stat st;
    if (fd < 0 || fstat(fd, &st))
        err(1, "cannot keep the state in %s", path);
    bool fresh = st.st_size == 0;
    if (!fresh && st.st_size != sizeof(struct state))
        errx(1, "%s is not the state of a rack", path);
    if (fresh && ftruncate(fd, sizeof(struct state)))
        err(1, "cannot keep the state in %s", path);
    world.state =
        mmap(NULL, sizeof(struct state), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (world.state == MAP_FAILED)
        err(1, "cannot map %s", path);
    close(fd);
    /* A kill between making the file and filling it leaves zeros: still fresh. */
    if (fresh || !world.state->magic[0])
        make_state(world.state);
    if (memcmp(world.state->magic, magic, sizeof magic) != 0)
        errx(1, "%s is not the state of a rack", path);
}

unsigned world_slots(void)
{
    return world.slots;
}

void world_uid(uint16_t ret_words[UID_WORDS])
{
    memcpy(ret_words, world.state->uid, sizeof world.state->uid);
}

bool world_full(unsigned slot)
{
    return (world.state->volumes[slot / 16] >> (slot % 16)) & 1;
}

void world_put(unsigned slot, bool full)
{
    set_bit(world.state->volumes, slot, full);
    start_bounce(slot);
}

void world_bounce(unsigned slot)
{
    start_bounce(slot);
}

void world_touch(void)
{
    world.changed = true;
}

bool world_changed(void)
{
    bool changed = world.changed;
    world.changed = false;
    return changed;
}

uint64_t world_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

uint32_t hal_clock_us(void)
{
    return (uint32_t)world_now_us();
}

void hal_slots_read(uint16_t ret_words[RACK_PRESENCE_WORDS])
{
    uint64_t now_us = world_now_us();
    memset(ret_words, 0, RACK_PRESENCE_WORDS * sizeof *ret_words);
    for (unsigned i = 0; i < world.slots; i++) {
        bool bounces = world.bounces_until_us[i] > now_us;
        set_bit(ret_words, i, bounces ? next_random() & 1 : world_full(i));
    }
}

void world_door(bool open)
{
    world.state->door_open = open;
    world.changed = true;
}

bool world_door_open(void)
{
    return world.state->door_open;
}

uint8_t *world_eeprom(unsigned page)
{
    return world.state->eeprom[page];
}

bool world_keep(void)
{
    return msync(world.state, sizeof *world.state, MS_SYNC) == 0;
}
