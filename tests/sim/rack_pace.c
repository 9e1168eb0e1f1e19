/* How fast the bus is: 32 racks on one line at 115200 bit/s, in virtual time, the real
 * driver on its other end. The bars are those of docs/rack.md. SEED=n repeats a run. */
#include "drivers/rack/rack_update.h"

enum { RACKS = 32, HALF = 16 };

#include "rack_nodes.h"

enum {
    SLOTS = 96,
    CYCLES = 10,
    MOVES = 200,
    LIGHTS = 100,
    LATE_MAX = 1024,
    UPDATE_MOST_MS = 15000,
    BODY = RACK_IMAGE_BODY_MAX,
};

static struct rack *hosts[RACKS];
static struct rack_bus bus;

static struct lateness {
    unsigned long ms[LATE_MAX], count;
} late;

static void note(uint64_t us)
{
    uint64_t ms = us / 1000;
    late.ms[ms < LATE_MAX ? ms : LATE_MAX - 1]++;
    late.count++;
}

static unsigned percentile(unsigned per_mille)
{
    unsigned long so_far = 0;
    for (unsigned i = 0; i < LATE_MAX; i++)
        if ((so_far += late.ms[i]) * 1000 >= late.count * per_mille)
            return i;
    return LATE_MAX;
}

static int64_t now_ms(void)
{
    return (int64_t)(now_us / 1000);
}

/* A turn of rack `i` if it is due. What it reports is stored at once; the time from a
 * hand at the switch to here is noted. */
static uint64_t moved_us[RACKS][SLOTS];

static bool turn(unsigned i)
{
    struct rack_news news;
    if (rack_due_ms(hosts[i]) > now_ms())
        return false;
    (void)rack_turn(hosts[i], now_ms(), &news, NULL);
    for (unsigned e = 0; e < news.event_count; e++) {
        const struct rack_event *event = &news.events[e];
        if ((event->type == RACK_PLACED || event->type == RACK_REMOVED) &&
            event->slot < SLOTS && moved_us[i][event->slot]) {
            note(now_us - moved_us[i][event->slot]);
            moved_us[i][event->slot] = 0;
        }
        rack_settle(hosts[i], news.event_boots[e], event->seq);
    }
    return true;
}

static void turns(unsigned racks)
{
    bool any = false;
    for (unsigned i = 0; i < racks; i++)
        any |= turn(i);
    if (!any)
        pass_time(200);
}

static void cycle(unsigned racks, unsigned most_ms)
{
    uint64_t from_us = now_us;
    unsigned long requests = noise.requests;
    for (unsigned i = 0; i < CYCLES * racks; i++)
        while (!turn(i % racks))
            pass_time(100);
    uint64_t took_us = (now_us - from_us) / CYCLES;
    /* A poll: 8 bytes there, 17 back, and 1.75 ms of silence that the standard wants. */
    uint64_t wire_us = racks * ((8 + 17) * BYTE_US + 1750);
    ok(took_us <= most_ms * 1000ull,
       "a poll of %u racks takes %u ms on a paced line (%u)", racks,
       (unsigned)(took_us / 1000), most_ms);
    ok(wire_us * 100 >= took_us * 90, "%u %% of what the wire can do (90)",
       (unsigned)(wire_us * 100 / took_us));
    ok(noise.failed == 0, "%lu requests one after the other, none lost",
       noise.requests - requests);
}

static void hands(unsigned racks, unsigned p99_ms, unsigned last_ms)
{
    memset(&late, 0, sizeof late);
    for (unsigned moves = 0; late.count < MOVES;) {
        unsigned r = pick(racks), slot = pick(SLOTS);
        if (moves < MOVES && moves < late.count + 4 && !moved_us[r][slot]) {
            moved_us[r][slot] = now_us;
            nodes[r].raw[slot / 16] ^= (uint16_t)(1u << (slot % 16));
            moves++;
        }
        turns(racks);
    }
    ok(percentile(990) <= p99_ms && percentile(1000) <= last_ms,
       "%u racks, from a hand to the host: half in %u ms, 99 %% in %u (%u), the last %u "
       "(%u)",
       racks, percentile(500), percentile(990), p99_ms, percentile(1000), last_ms);
}

static void lights(unsigned racks, unsigned p99_ms)
{
    memset(&late, 0, sizeof late);
    for (unsigned i = 0; i < LIGHTS; i++) {
        unsigned r = pick(racks), slot = pick(SLOTS);
        uint64_t pause_us = now_us + 1000ull * pick(150);
        while (now_us < pause_us)
            turns(racks);
        uint64_t from_us = now_us;
        if (rack_lamp(hosts[r], slot, RACK_GREEN))
            die("no such lamp");
        while (nodes[r].lit_us[slot] < from_us && now_us < from_us + 1000000)
            turns(racks);
        note(nodes[r].lit_us[slot] - from_us);
        (void)!rack_lamp(hosts[r], slot, RACK_DARK);
        while (now_us < from_us + 500000)
            turns(racks);
    }
    ok(percentile(990) <= p99_ms,
       "%u rack%s, from an order to its lamp: half in %u ms, 99 %% in %u (%u)", racks,
       racks == 1 ? "" : "s", percentile(500), percentile(990), p99_ms);
}

/* The longest image there can be; nobody looks at its signature before the restart. */
static void update(void)
{
    static uint8_t file[RACK_IMAGE_AREA], memory[HAL_AREAS * RACK_IMAGE_AREA];
    struct rack_image image = { .board = 0, .security = 1, .body_len = BODY };
    struct fault why = { .rc = RC_OK };
    for (size_t i = 0; i < sizeof file; i++)
        file[i] = (uint8_t)pick(256);
    rack_image_write(&image, file);
    nodes[0].flash = memory;
    uint64_t from_us = now_us;
    enum rc rc =
        rack_update_send(&bus, 1, (struct bytes){ file, sizeof file }, NULL, NULL, &why);
    unsigned ms = (unsigned)((now_us - from_us) / 1000);
    ok(!rc && nodes[0].restarts &&
           !memcmp(memory + HAL_AREA_STAGE * RACK_IMAGE_AREA, file, sizeof file),
       "an image of 64 KB arrives whole%s", rc ? why.text : "");
    ok(ms <= UPDATE_MOST_MS, "in %u ms, erasing and all (%u)", ms, UPDATE_MOST_MS);
}

int main(void)
{
    begin_sim();
    for (unsigned i = 0; i < RACKS; i++) {
        nodes[i].number = (uint16_t)i;
        power_up(&nodes[i]);
        hosts[i] = rack_new(&bus, (uint8_t)(i + 1));
    }
    while (now_us < 2000000)
        turns(RACKS);
    cycle(HALF, 140);
    cycle(RACKS, 280);
    hands(HALF, 200, 350);
    hands(RACKS, 350, 600);
    lights(1, 30);
    lights(HALF, 160);
    update();
    for (unsigned i = 0; i < RACKS; i++)
        rack_free(hosts[i]);
    return end_sim();
}
