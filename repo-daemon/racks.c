/* One rack's turn at a time, each at its own due moment, so that messages of the store
 * wait for one turn at most.
 *
 * Events go out as a batch of requests, in order. When all answers are in, what was
 * stored without a gap from the front is settled; the rest is read from the rack again
 * after a pause. Nothing is remembered here that the rack does not remember too, so this
 * process may die at any moment. */
#include "repo-daemon/racks.h"

#include "drivers/rack/rack.h"
#include "repo-daemon/racks_message.h"
#include "sys/clock.h"
#include "sys/ipc.h"
#include "sys/log.h"
#include "sys/role.h"
#include "sys/scope.h"

#include <string.h>
#include <time.h>

enum {
    STORE_TIMEOUT_MS = 10000, /* for one event to be durable */
    STORE_PAUSE_MS = 500,     /* after the store could not */
    TURN_GAP_US = 500,        /* between two turns: messages come first */
    MS_US = 1000,
};

struct unit;
struct racks;

struct sent { /* one event on its way to the store */
    struct unit *unit;
    uint16_t boot, seq;
    bool stored;
};

struct unit {
    struct racks *racks;
    struct racks_port place;
    struct rack *rack;
    struct sent batch[RACK_EVENTS_READ];
    unsigned batch_count, unanswered;
    int64_t pause_until_ms;              /* no events to the store before */
    int64_t lamp_off_ms[RACK_SLOTS_MAX]; /* 0: until the store says otherwise */
    bool overflow_told;
    bool updating;                          /* as the last turn saw it */
    bool compare;                           /* the whole list of full slots is due */
    uint16_t presence[RACK_PRESENCE_WORDS]; /* as it was listed last */
};

struct racks {
    sd_event *loop;
    sd_event_source *timer;
    struct ipc *ipc;
    struct unit units[RACKS_MAX];
    size_t count;
    struct rack_bus *buses[RACKS_MAX];
    size_t bus_count;
};

/* All answers are in: settle what was stored without a gap, take the rest again. */
static void close_batch(struct unit *unit)
{
    unsigned stored = 0;
    while (stored < unit->batch_count && unit->batch[stored].stored)
        stored++;
    if (stored)
        rack_settle(unit->rack, unit->batch[stored - 1].boot,
                    unit->batch[stored - 1].seq);
    if (stored < unit->batch_count) {
        log_warn("rack %02u.%03u: the store did not take %u of %u events, trying again",
                 unit->place.site, unit->place.rack, unit->batch_count - stored,
                 unit->batch_count);
        rack_again(unit->rack);
        unit->pause_until_ms = clock_mono_ms() + STORE_PAUSE_MS;
    }
    unit->batch_count = 0;
}

static void on_stored(struct ipc *ipc, struct ipc_message *reply, void *context)
{
    struct sent *sent = context;
    (void)ipc;
    sent->stored = reply && json_integer_value(json_object_get(reply->body, "ok")) == 1;
    if (--sent->unit->unanswered == 0)
        close_batch(sent->unit);
}

static void send_events(struct unit *unit, const struct rack_news *news)
{
    if (unit->batch_count || clock_mono_ms() < unit->pause_until_ms) {
        rack_again(unit->rack); /* the last ones are still on their way */
        return;
    }
    unit->batch_count = news->event_count;
    unit->unanswered = news->event_count;
    for (unsigned i = 0; i < news->event_count; i++)
        unit->batch[i] = (struct sent){ .unit = unit,
                                        .boot = news->event_boots[i],
                                        .seq = news->events[i].seq };
    for (unsigned i = 0; i < news->event_count; i++)
        if (ipc_call(unit->racks->ipc, racks_event_message(&unit->place, news, i), NULL,
                     0, STORE_TIMEOUT_MS, on_stored, &unit->batch[i]) &&
            --unit->unanswered == 0)
            close_batch(unit);
}

static void tell_state(struct unit *unit, bool live)
{
    log_info("rack %02u.%03u (%s, address %u) is %s", unit->place.site, unit->place.rack,
             unit->place.path, unit->place.address, live ? "live" : "absent");
    json_t *body =
        json_pack("{s:s, s:i, s:i, s:s}", "do", "rack-state", "site", unit->place.site,
                  "rack", unit->place.rack, "state", live ? "live" : "absent");
    if (ipc_send(unit->racks->ipc, body, NULL, 0))
        log_warn("rack %02u.%03u: its state could not be told to the store",
                 unit->place.site, unit->place.rack);
}

/* Is it time to tell the store of this list? */
static bool list_is_due(struct unit *unit, const struct rack_news *news)
{
    bool same =
        news->listed && !memcmp(unit->presence, news->presence, sizeof unit->presence);
    if (news->listed)
        memcpy(unit->presence, news->presence, sizeof unit->presence);
    bool moved = news->eventless && !same; /* nothing else will tell of it */
    if (news->live_changed || news->boot_changed || news->overflowed || moved) {
        unit->compare = true;
        return false;
    }
    return unit->compare && same && !news->event_count && !unit->batch_count;
}

/* Events tell what changed; after a time without them the whole list is told once, when
 * two turns saw the same: one reading alone may be noise that its CRC let through. While
 * events wait they are told first. */
static void compare_list(struct unit *unit, const struct rack_news *news)
{
    if (list_is_due(unit, news))
        unit->compare = ipc_send(unit->racks->ipc, racks_full_message(&unit->place, news),
                                 NULL, 0) != RC_OK;
    if (unit->compare)
        rack_want_list(unit->rack);
}

static void end_lamps(struct unit *unit, int64_t now_ms)
{
    for (unsigned i = 0; i < RACK_SLOTS_MAX; i++) {
        if (!unit->lamp_off_ms[i] || now_ms < unit->lamp_off_ms[i])
            continue;
        unit->lamp_off_ms[i] = 0;
        (void)!rack_lamp(unit->rack, i, RACK_DARK);
    }
}

/* While a rack is given another program no order reaches it. Afterwards it stands as if
 * it had just come: dark, and the store says again what shall shine. */
static void note_update(struct unit *unit, bool updating)
{
    if (unit->updating == updating)
        return;
    unit->updating = updating;
    if (updating) {
        log_info("rack %02u.%03u is given another program", unit->place.site,
                 unit->place.rack);
        return;
    }
    for (unsigned i = 0; i < RACK_SLOTS_MAX; i++) {
        unit->lamp_off_ms[i] = 0;
        (void)!rack_lamp(unit->rack, i, RACK_DARK);
    }
    tell_state(unit, true);
}

static void take_turn(struct unit *unit, int64_t now_ms)
{
    struct rack_news news;
    struct fault why;
    end_lamps(unit, now_ms);
    enum rc rc = rack_turn(unit->rack, now_ms, &news, &why);
    if (rc)
        log_debug("%s", why.text);
    if (news.live_changed)
        tell_state(unit, news.live);
    if (news.boot_changed)
        log_info("rack %02u.%03u has restarted, boot %u", unit->place.site,
                 unit->place.rack, news.boot);
    if (news.overflowed && !unit->overflow_told)
        log_warn("rack %02u.%03u: events gave way, the last one of each slot is kept",
                 unit->place.site, unit->place.rack);
    if (news.live)
        unit->overflow_told = news.overflowed;
    if (news.live)
        note_update(unit, news.updating);
    if (news.event_count)
        send_events(unit, &news);
    if (news.live)
        compare_list(unit, &news);
}

static struct unit *next_unit(struct racks *racks)
{
    struct unit *next = NULL;
    for (size_t i = 0; i < racks->count; i++)
        if (!next || rack_due_ms(racks->units[i].rack) < rack_due_ms(next->rack))
            next = &racks->units[i];
    return next;
}

static int on_time(sd_event_source *timer, uint64_t at_us, void *context)
{
    struct racks *racks = context;
    (void)at_us;
    struct unit *unit = next_unit(racks);
    int64_t now_ms = clock_mono_ms();
    if (rack_due_ms(unit->rack) <= now_ms)
        take_turn(unit, now_ms);
    int64_t due_us = rack_due_ms(next_unit(racks)->rack) * MS_US;
    int64_t soon_us = clock_mono_ms() * MS_US + TURN_GAP_US;
    (void)sd_event_source_set_time(timer,
                                   (uint64_t)(due_us > soon_us ? due_us : soon_us));
    return sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
}

static struct unit *unit_of(struct racks *racks, const struct racks_lamp *lamp)
{
    for (size_t i = 0; i < racks->count; i++)
        if (racks->units[i].place.site == lamp->site &&
            racks->units[i].place.rack == lamp->rack)
            return &racks->units[i];
    return NULL;
}

static enum rc set_lamp(struct racks *racks, json_t *body)
{
    struct racks_lamp lamp;
    enum rc rc = racks_lamp_read(body, &lamp);
    if (rc)
        return rc;
    struct unit *unit = unit_of(racks, &lamp);
    if (!unit)
        return RC_NOT_FOUND;
    if (unit->updating)
        return RC_AGAIN;
    rc = rack_lamp(unit->rack, lamp.slot, lamp.style);
    if (rc)
        return rc;
    unit->lamp_off_ms[lamp.slot] =
        lamp.seconds ? clock_mono_ms() + (int64_t)lamp.seconds * 1000 : 0;
    return RC_OK;
}

static void on_message(struct ipc *ipc, struct ipc_message *message, void *context)
{
    struct racks *racks = context;
    const char *what = json_string_value(json_object_get(message->body, "do"));
    enum rc rc = RC_INVALID;
    if (what && !strcmp(what, "lamp"))
        rc = set_lamp(racks, message->body);
    if (rc)
        log_warn("cannot do '%s' that the store asks for: %s, skipping it",
                 what ? what : "", rc_name(rc));
    if (message->id)
        (void)ipc_reply(ipc, message->id, json_pack("{s:i}", "ok", rc == RC_OK), NULL, 0);
}

static void on_closed(struct ipc *ipc, void *context)
{
    struct racks *racks = context;
    (void)ipc;
    (void)sd_event_exit(racks->loop, 0);
}

/* Racks with the same path share its bus. */
static void make_units(struct racks *racks, const struct racks_port *ports, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct unit *unit = &racks->units[i];
        struct rack_bus *bus = NULL;
        for (size_t j = 0; j < i && !bus; j++)
            if (!strcmp(ports[j].path, ports[i].path))
                bus = racks->buses[j];
        if (!bus)
            bus = rack_bus_new(ports[i].path, ports[i].baud, ports[i].parity);
        racks->buses[i] = bus;
        unit->racks = racks;
        unit->place = ports[i];
        const struct rack_profile profile = { .slots = ports[i].module,
                                              .inverted = ports[i].inverted };
        unit->rack = ports[i].module ? rack_new_module(bus, ports[i].address, &profile)
                                     : rack_new(bus, ports[i].address);
    }
    racks->count = count;
}

static void end_racks(struct racks *racks)
{
    sd_event_source_disable_unref(racks->timer);
    ipc_free(racks->ipc);
    for (size_t i = 0; i < racks->count; i++) {
        rack_free(racks->units[i].rack);
        bool shared = false;
        for (size_t j = 0; j < i; j++)
            shared |= racks->buses[j] == racks->buses[i];
        if (!shared)
            rack_bus_free(racks->buses[i]);
    }
    sd_event_unref(racks->loop);
    free(racks);
}

SCOPE_RELEASER(end_racks_at, struct racks *, end_racks)

enum rc racks_run(const char *ports_text, int fd, struct fault *why)
{
    struct racks_port ports[RACKS_MAX];
    size_t count = 0;
    SCOPED(fd_close_at) int channel = fd;
    enum rc rc = racks_ports_read(ports_text, ports, &count, why);
    if (rc)
        return rc;
    SCOPED(end_racks_at) struct racks *racks = calloc(1, sizeof *racks);
    if (!racks)
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for the racks");
    make_units(racks, ports, count);
    int r = sd_event_new(&racks->loop);
    if (r < 0)
        return fault_set(why, RC_IO, -r, "no event loop: %s", strerror(-r));
    const struct ipc_handlers handlers = { on_message, on_closed, racks };
    rc = ipc_new(racks->loop, channel, &handlers, &racks->ipc, why);
    if (rc)
        return rc;
    (void)TAKE_FD(channel);
    if (count)
        r = sd_event_add_time(racks->loop, &racks->timer, CLOCK_MONOTONIC, 0, MS_US,
                              on_time, racks);
    if (r >= 0)
        r = sd_event_loop(racks->loop);
    return r < 0 ? fault_set(why, RC_IO, -r, "the event loop ended: %s", strerror(-r))
                 : RC_OK;
}

int racks_main(int argc, char **argv)
{
    static const char *const devices[] = { "/dev", NULL };
    const struct role_rights rights = { .rights = ROLE_DEVICES, .write_paths = devices };
    struct fault why = { 0 };
    log_open("juanku-repod racks", LOG_LEVEL_INFO);
    if (argc != 2) {
        log_error("the role racks needs the setting racks.ports");
        return 1;
    }
    enum rc rc = role_drop(&rights, &why);
    if (!rc)
        rc = racks_run(argv[1], ROLE_CHANNEL_FD, &why);
    if (rc)
        log_error("%s", why.text);
    return rc ? 1 : 0;
}
