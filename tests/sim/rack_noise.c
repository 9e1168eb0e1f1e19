/* Sixteen racks on one simulated wire, the real driver on its other end, in virtual time.
 *
 * Each rack is the firmware's own struct; the wire carries byte after byte at 115200
 * bit/s to everybody, and turns bits, loses, doubles and cuts off as noise does. Volumes
 * come and go; racks lose their power and the host its memory at random moments. In the
 * end each movement stands in the book exactly once.
 *
 * EVENTS=n sets how many movements are made, SEED=n repeats a run. */
#include "drivers/rack/rack.h"
#include "rack_process.h"

/* The firmware's struct has the name of the driver's. */
#define rack controller
#include "firmware/app/rack.h"
#undef rack

#include "firmware/app/modbus_frame.h"
#include "firmware/hal/hal_clock.h"
#include "firmware/hal/hal_lamps.h"
#include "firmware/hal/hal_lock.h"
#include "firmware/hal/hal_slots.h"
#include "firmware/hal/hal_store.h"
#include "firmware/hal/hal_system.h"
#include "firmware/hal/hal_uart.h"

enum {
    RACKS = 16,
    SLOTS = 96,
    EVENTS = 20000,
    BYTE_US = 96, /* 11 bits at 115200 bit/s */
    HEARD = 1024,
    BOOTS_MAX = 4096,
    RESTART_EVERY = 1000, /* movements */
};

struct node {
    struct controller controller;
    int16_t heard[HEARD]; /* bytes, or HAL_UART_FLAGGED */
    size_t heard_at, heard_len;
    uint8_t said[MODBUS_FRAME_MAX];
    size_t said_len;
    uint16_t raw[RACK_PRESENCE_WORDS];
    uint8_t eeprom[HAL_STORE_PAGES][HAL_STORE_PAGE];
    uint16_t number;
};

static struct node nodes[RACKS], *here; /* whose firmware is running */
static uint64_t now_us;
static uint8_t answer[2 * MODBUS_FRAME_MAX]; /* as the host hears it */
static size_t answer_len;
static unsigned gap_us = RACK_BUS_GAP_MS * 1000; /* behind an answer */

static struct {
    unsigned per_million; /* bytes that are hit */
    unsigned long hit, requests, failed;
} noise;

struct rack_bus {
    int none;
};

#include "rack_nodes_hal.h"

static void power_up(struct node *node)
{
    here = node;
    const struct hal_boot boot = { .cause = RACK_RESET_POWER,
                                   .starts = 1,
                                   .lock = true,
                                   .address = (uint8_t)(node->number + 1) };
    node->heard_at = node->heard_len = node->said_len = 0;
    rack_init(&node->controller, &boot);
}

static void run_all(void)
{
    for (unsigned i = 0; i < RACKS; i++) {
        here = &nodes[i];
        (void)rack_run(&here->controller);
    }
}

static void pass_time(uint64_t us)
{
    while (us > 0) {
        uint64_t step = us < 1000 ? us : 1000;
        now_us += step;
        us -= step;
        run_all();
    }
}

/* What of a byte arrives: itself, another one, HAL_UART_FLAGGED; or HAL_UART_NONE. */
static int through_noise(uint8_t byte)
{
    if (!noise.per_million || pick(1000000) >= noise.per_million)
        return byte;
    noise.hit++;
    unsigned kind = pick(20);
    if (kind == 0)
        return HAL_UART_NONE;
    if (kind < 12) /* one bit: the parity tells */
        return HAL_UART_FLAGGED;
    if (kind < 18) /* two bits: it does not */
        return byte ^ (1 << pick(8)) ^ (1 << pick(8));
    return (int)pick(256);
}

static void hear(struct node *node, int byte)
{
    if (node->heard_len < HEARD)
        node->heard[node->heard_len++] = (int16_t)byte;
}

/* `from` NULL: the host speaks. */
static void transmit(const struct node *from, const uint8_t *at, size_t len)
{
    if (noise.per_million && pick(2000) == 0)
        len = pick((unsigned)len + 1); /* cut off */
    for (size_t i = 0; i < len; i++) {
        unsigned times = noise.per_million && pick(100000) == 0 ? 2 : 1;
        while (times-- > 0) {
            now_us += BYTE_US;
            int byte = through_noise(at[i]);
            for (unsigned n = 0; n < RACKS && byte != HAL_UART_NONE; n++)
                if (&nodes[n] != from)
                    hear(&nodes[n], byte);
            if (from && byte >= 0 && answer_len < sizeof answer)
                answer[answer_len++] = (uint8_t)byte; /* the port drops flagged ones */
            run_all();
        }
    }
}

/* Whoever has something to say says it; two at once spoil each other's. */
static bool speak(void)
{
    uint8_t both[MODBUS_FRAME_MAX] = { 0 };
    size_t len = 0;
    const struct node *speaker = NULL;
    for (unsigned i = 0; i < RACKS; i++) {
        struct node *node = &nodes[i];
        for (size_t b = 0; b < node->said_len; b++)
            both[b] ^= node->said[b];
        if (node->said_len > len)
            len = node->said_len;
        speaker = node->said_len ? node : speaker;
        node->said_len = 0;
    }
    if (!len)
        return false;
    transmit(speaker, both, len);
    return true;
}

static enum rc ask_once(const uint8_t *frame, size_t len, size_t want)
{
    answer_len = 0;
    noise.requests++;
    pass_time(gap_us);
    transmit(NULL, frame, len);
    uint64_t until_us = now_us + RACK_BUS_ANSWER_MS * 1000u;
    while (now_us < until_us && !answer_len)
        if (!speak())
            pass_time(100);
    enum rc rc = RC_OK;
    if (!answer_len)
        rc = RC_TIMEOUT;
    else if (!modbus_crc_holds(answer, answer_len) || answer[0] != frame[0])
        rc = RC_CORRUPT;
    else if (answer[1] == (frame[1] | 0x80) && answer_len == 5)
        return RC_REFUSED;
    else if (answer[1] != frame[1] || answer_len != want)
        rc = RC_CORRUPT;
    noise.failed += rc != RC_OK;
    return rc;
}

static enum rc ask(uint8_t *frame, size_t len, size_t want, unsigned tries)
{
    enum rc rc = RC_TIMEOUT;
    len = modbus_crc_append(frame, len);
    while (tries-- > 0 && (rc == RC_TIMEOUT || rc == RC_CORRUPT))
        rc = ask_once(frame, len, want);
    return rc;
}

enum rc rack_bus_read(struct rack_bus *bus, uint8_t address, uint16_t at, uint16_t count,
                      unsigned tries, uint16_t *ret_words, struct fault *why)
{
    uint8_t frame[8] = { address, 4, (uint8_t)(at >> 8), (uint8_t)at, 0, (uint8_t)count };
    (void)bus;
    (void)why;
    enum rc rc = ask(frame, 6, 5u + 2u * count, tries);
    for (unsigned i = 0; i < count && !rc; i++)
        ret_words[i] = (uint16_t)(answer[3 + 2 * i] << 8 | answer[4 + 2 * i]);
    return rc;
}

enum rc rack_bus_write(struct rack_bus *bus, uint8_t address, uint16_t at, uint16_t count,
                       const uint16_t *words, struct fault *why)
{
    uint8_t frame[MODBUS_FRAME_MAX] = { address,
                                        16,
                                        (uint8_t)(at >> 8),
                                        (uint8_t)at,
                                        0,
                                        (uint8_t)count,
                                        (uint8_t)(2 * count) };
    (void)bus;
    (void)why;
    for (unsigned i = 0; i < count; i++) {
        frame[7 + 2 * i] = (uint8_t)(words[i] >> 8);
        frame[8 + 2 * i] = (uint8_t)words[i];
    }
    return ask(frame, 7u + 2u * count, 8, RACK_BUS_TRIES);
}

/* There is no module on this wire. */
enum rc rack_bus_read_inputs(struct rack_bus *bus, uint8_t address, uint16_t at,
                             uint16_t count, unsigned tries, uint8_t *ret_bits,
                             struct fault *why)
{
    (void)bus, (void)at, (void)count, (void)tries, (void)ret_bits;
    return fault_set(why, RC_INVALID, 0, "rack %u is no module", address);
}

enum rc rack_bus_write_coils(struct rack_bus *bus, uint8_t address, uint16_t at,
                             uint16_t count, const uint8_t *bits, struct fault *why)
{
    (void)bus, (void)at, (void)count, (void)bits;
    return fault_set(why, RC_INVALID, 0, "rack %u is no module", address);
}

/* What the host has on its disk, by rack. */
static struct book {
    bool full[SLOTS], standing[SLOTS]; /* standing: what the hands have done */
    unsigned mended[SLOTS]; /* boot whose report of full slots booked this one */
    uint64_t moved_us[SLOTS];
    uint8_t *seen[BOOTS_MAX];
} books[RACKS];

static struct {
    unsigned long moved, booked, again, doubled, strange, boots;
    long under_way;
    unsigned long late[512]; /* bookings by their age in ms */
} sum;

static void enter(struct book *book, unsigned slot, bool full, unsigned boot,
                  bool mending)
{
    if (book->full[slot] != full) {
        book->full[slot] = full;
        book->mended[slot] = mending ? boot : 0;
        sum.booked++;
        sum.under_way--;
        uint64_t ms = (now_us - book->moved_us[slot]) / 1000;
        sum.late[ms < 511 ? ms : 511]++;
        return;
    }
    if (mending)
        return;
    /* An event that only repeats what is known: right once, behind a boot report. */
    sum.doubled += book->mended[slot] != boot;
    book->mended[slot] = 0;
}

static void take(struct book *book, const struct rack_event *event, unsigned boot,
                 const uint16_t *presence)
{
    if (boot >= BOOTS_MAX)
        die("too many boots for this test");
    if (!book->seen[boot])
        book->seen[boot] = calloc(1, UINT16_MAX + 1);
    if (book->seen[boot][event->seq]++) {
        sum.again++;
        return;
    }
    if (event->type == RACK_BOOTED) {
        sum.boots++;
        for (unsigned slot = 0; slot < SLOTS; slot++)
            enter(book, slot, presence[slot / 16] >> (slot % 16) & 1, boot, true);
    } else if ((event->type == RACK_PLACED || event->type == RACK_REMOVED) &&
               event->slot < SLOTS) {
        enter(book, event->slot, event->type == RACK_PLACED, boot, false);
    } else if (event->type != RACK_HOST) {
        sum.strange++;
    }
}

static struct rack *hosts[RACKS];
static struct rack_bus bus;

static void start_host(void)
{
    for (unsigned i = 0; i < RACKS; i++) {
        rack_free(hosts[i]);
        hosts[i] = rack_new(&bus, (uint8_t)(i + 1));
    }
}

static int64_t now_ms(void)
{
    return (int64_t)(now_us / 1000);
}

static bool turn(unsigned i)
{
    struct rack_news news;
    if (rack_due_ms(hosts[i]) > now_ms())
        return false;
    (void)rack_turn(hosts[i], now_ms(), &news, NULL);
    for (unsigned e = 0; e < news.event_count; e++) {
        if (noise.per_million && pick(500) == 0) { /* the disk is full, say */
            rack_again(hosts[i]);
            return true;
        }
        take(&books[i], &news.events[e], news.event_boots[e], news.presence);
        rack_settle(hosts[i], news.event_boots[e], news.events[e].seq);
    }
    return true;
}

static void turns(void)
{
    bool any = false;
    for (unsigned i = 0; i < RACKS; i++)
        any |= turn(i);
    if (!any)
        pass_time(1000);
}

static void move_some(unsigned long most)
{
    for (unsigned tries = 0; tries < 24 && sum.under_way < 200 && sum.moved < most;
         tries++) {
        unsigned r = pick(RACKS), slot = pick(SLOTS);
        struct book *book = &books[r];
        if (book->full[slot] != book->standing[slot])
            continue;
        book->standing[slot] = !book->standing[slot];
        book->moved_us[slot] = now_us;
        nodes[r].raw[slot / 16] ^= (uint16_t)(1u << (slot % 16));
        sum.moved++;
        sum.under_way++;
        if (noise.per_million && pick(RESTART_EVERY) == 0)
            power_up(&nodes[pick(RACKS)]);
        if (noise.per_million && pick(RESTART_EVERY) == 0)
            start_host();
    }
}

static unsigned percentile(unsigned per_mille)
{
    unsigned long all = 0, so_far = 0;
    for (unsigned i = 0; i < 512; i++)
        all += sum.late[i];
    for (unsigned i = 0; i < 512; i++)
        if ((so_far += sum.late[i]) * 1000 >= all * per_mille)
            return i;
    return 512;
}

/* A host that leaves no gap, and asks every third time for a rack that is not there. */
static void hasty_host(void)
{
    unsigned lost = 0, ghosts = 0, asked = 6000;
    gap_us = 0;
    for (unsigned i = 0; i < asked; i++) {
        bool there = i % 3 != 2;
        uint8_t frame[8] = { (uint8_t)(there ? i % RACKS + 1 : 100), 4, 0, 0, 0, 16 };
        enum rc rc = ask_once(frame, modbus_crc_append(frame, 6), 37);
        lost += there && rc;
        ghosts += !there && rc != RC_TIMEOUT;
    }
    gap_us = RACK_BUS_GAP_MS * 1000;
    ok(!lost && !ghosts, "%u requests without a gap, every third to nobody: %u lost",
       asked, lost);
}

static void quiet_line(void)
{
    uint64_t from_us = now_us;
    unsigned cycles = 50;
    for (unsigned i = 0; i < cycles * RACKS; i++) {
        while (!turn(i % RACKS))
            pass_time(100);
    }
    unsigned ms = (unsigned)((now_us - from_us) / 1000 / cycles);
    ok(ms <= 140, "a poll of %d racks takes %u ms on a paced line (140)", RACKS, ms);
    ok(noise.failed == 0, "%lu requests one after the other, none lost", noise.requests);
    memset(sum.late, 0, sizeof sum.late);
    unsigned long end = sum.moved + 2000;
    while (sum.booked < sum.moved || sum.moved < end) {
        if (sum.under_way < 4)
            move_some(sum.moved + 1);
        turns();
    }
    ok(percentile(990) <= 200 && percentile(1000) <= 350,
       "from a hand to the host: half in %u ms, 99 %% in %u (200), the last %u (350)",
       percentile(500), percentile(990), percentile(1000));
}

int main(void)
{
    const char *events = getenv("EVENTS");
    unsigned long most = events ? strtoul(events, NULL, 10) : EVENTS;
    begin_sim();
    for (unsigned i = 0; i < RACKS; i++) {
        nodes[i].number = (uint16_t)i;
        power_up(&nodes[i]);
    }
    start_host();
    while (sum.boots < RACKS)
        turns();
    quiet_line();
    hasty_host();
    static const unsigned levels[] = { 0, 1100, 11000, 1100 }; /* BER 1e-4, 1e-3 */
    noise.requests = noise.failed = 0;
    for (unsigned long i = 0; sum.moved < most; i++) {
        noise.per_million = levels[i / 40 % 4];
        move_some(most);
        turns();
    }
    noise.per_million = 0;
    uint64_t until_us = now_us + 10000000;
    while (sum.booked < sum.moved && now_us < until_us)
        turns();
    ok(sum.booked == sum.moved, "%lu movements under noise and restarts, %lu booked",
       sum.moved, sum.booked);
    ok(!sum.doubled && !sum.strange, "%lu booked twice, %lu not understood", sum.doubled,
       sum.strange);
    ok(sum.again > 0, "%lu starts of racks, %lu events came again and were known",
       sum.boots, sum.again);
    printf("# %lu bytes hit, %lu of %lu requests failed, %lld s on the wire\n", noise.hit,
           noise.failed, noise.requests, (long long)(now_us / 1000000));
    for (unsigned i = 0; i < RACKS; i++) {
        rack_free(hosts[i]);
        for (unsigned b = 0; b < BOOTS_MAX; b++)
            free(books[i].seen[b]);
    }
    return end_sim();
}
