/* The main loop: bytes in, answers out, switches, lamps, watchdog.
 *
 * Budgets on the MCU: a request 0.3 ms, a slot tick 0.2 ms, a lamp tick 0.3 ms. Nothing
 * waits; what is late is done once, not several times, so a stall never turns into a
 * burst. */
#include "firmware/app/rack.h"

#include "firmware/app/modbus_serve.h"
#include "firmware/hal/hal_clock.h"
#include "firmware/hal/hal_lock.h"
#include "firmware/hal/hal_slots.h"
#include "firmware/hal/hal_system.h"
#include "firmware/hal/hal_uart.h"

#include <string.h>

enum {
    MS_US = 1000,
    CS_MS = 10,
    SLEEP_US = SLOT_TICK_MS * MS_US,
    SLEEP_BUSY_US = 1 * MS_US,         /* while a frame is incomplete */
    READ_MAX = 2 * MODBUS_STREAM_ROOM, /* bytes in one pass */
};

static struct rack the_rack;

static void advance_clock(struct rack *rack, uint32_t now_us)
{
    rack->carry_us += now_us - rack->last_us;
    rack->last_us = now_us;
    uint32_t ms = rack->carry_us / MS_US;
    rack->carry_us %= MS_US;
    uint32_t tens = rack->uptime_ms % CS_MS + ms;
    rack->uptime_ms += ms;
    rack->uptime_cs += tens / CS_MS;
}

static bool is_due(uint32_t *due_ms, uint32_t now_ms, uint32_t every_ms)
{
    if ((int32_t)(now_ms - *due_ms) < 0)
        return false;
    *due_ms = now_ms + every_ms;
    return true;
}

static void serve_all(struct rack *rack, bool drained)
{
    struct bytes frame;
    while (modbus_stream_next(&rack->stream, drained, rack->last_us, &frame)) {
        if (frame.at[0] != RACK_BROADCAST_ADDRESS)
            rack_heard_host(rack);
        size_t len = modbus_serve(rack, frame, rack->answer);
        if (len) {
            rack->answer_len = (uint16_t)len;
            rack->answer_ms = rack->uptime_ms + rack->delay_ms;
        }
    }
}

static void send_answer(struct rack *rack)
{
    if (rack->answer_len && (int32_t)(rack->uptime_ms - rack->answer_ms) >= 0) {
        hal_uart_write(rack->answer, rack->answer_len);
        rack->answer_len = 0;
    }
    if (rack->answer_len || !hal_uart_idle())
        return; /* the host hears the answer as it asked */
    if (rack->apply)
        rack_put_in_force(rack);
    update_work(&rack->update);
}

static void bus_pass(struct rack *rack)
{
    for (unsigned i = 0; i < READ_MAX; i++) {
        int got = hal_uart_read();
        if (got == HAL_UART_NONE)
            break;
        if (got < 0)
            modbus_stream_flagged(&rack->stream, got == HAL_UART_OVERRUN, rack->last_us);
        else
            modbus_stream_byte(&rack->stream, (uint8_t)got, rack->last_us);
        if (rack->stream.len == MODBUS_STREAM_ROOM)
            serve_all(rack, false);
    }
    serve_all(rack, true);
    send_answer(rack);

    const struct modbus_counts *counts = &rack->stream.counts;
    uint16_t frames = (uint16_t)(counts->mine + counts->all + counts->other);
    if (frames != rack->frames) {
        rack->frames = frames;
        rack->frame_ms = rack->uptime_ms;
    } else if (rack->uptime_ms - rack->frame_ms >= RACK_DEAF_MS) {
        hal_uart_setup((uint32_t)rack->settings.now[SET_BAUD] * SET_BAUD_UNIT,
                       (uint8_t)rack->settings.now[SET_PARITY]);
        rack->frame_ms = rack->uptime_ms;
    }
}

/* The button, held: for a minute whoever stands here may set the rack up. */
static void keeper_pass(struct rack *rack)
{
    if (lock_button_held(&rack->lock, rack->uptime_ms)) {
        rack->keeper = true;
        rack->keeper_ms = rack->uptime_ms;
    } else if (rack->keeper && rack->uptime_ms - rack->keeper_ms >= RACK_KEEPER_MS) {
        rack->keeper = false;
    }
    rack->stream.second = rack->keeper ? RACK_KEEPER_ADDRESS : 0;
}

static void lock_pass(struct rack *rack)
{
    struct lock_news news[LOCK_NEWS_MAX];
    if (rack->host_lost)
        lock_shut(&rack->lock);
    unsigned count = lock_tick(&rack->lock, hal_contacts(), rack->uptime_ms, news);
    for (unsigned i = 0; i < count; i++)
        event_add(&rack->events, (enum rack_event_type)news[i].type, RACK_NO_SLOT,
                  news[i].value, rack->uptime_cs);
    keeper_pass(rack);
    if (rack->lock.feedback != rack->feedback && rack->lock.feedback) {
        (void)rack_keep_lock(rack, NULL); /* else it is learnt again at the next start */
        rack->feedback = rack->lock.feedback;
    }
}

static bool is_move(unsigned type)
{
    return type == RACK_PLACED || type == RACK_REMOVED;
}

static void slots_pass(struct rack *rack)
{
    if (!is_due(&rack->slot_due_ms, rack->uptime_ms, SLOT_TICK_MS))
        return;
    lock_pass(rack);
    if (rack->boot.safe)
        return;
    uint16_t raw[RACK_PRESENCE_WORDS] = { 0 };
    hal_slots_read(raw);
    unsigned news = slot_tick(&rack->slots, raw, rack->scratch.news);
    for (unsigned i = 0; i < news; i++) {
        event_add(&rack->events, rack->scratch.news[i].type, rack->scratch.news[i].slot,
                  rack->scratch.news[i].value, rack->uptime_cs);
        if (rack->host_lost && is_move(rack->scratch.news[i].type))
            lamp_moved(&rack->lamps, rack->scratch.news[i].slot);
    }
}

static void host_pass(struct rack *rack)
{
    if (!rack->host_there ||
        rack->uptime_ms - rack->host_ms < (uint32_t)rack->settings.now[SET_HOST] * MS_US)
        return;
    rack->host_there = false;
    rack->host_lost = true;
    rack->host_losses++;
    /* What it did not take any more has happened while it was gone already. */
    for (unsigned i = 0; event_at(&rack->events, i); i++)
        if (is_move(event_at(&rack->events, i)->type))
            lamp_moved(&rack->lamps, event_at(&rack->events, i)->slot);
    rack->loss_seq =
        event_add(&rack->events, RACK_HOST, RACK_NO_SLOT, 0, rack->uptime_cs);
}

/* An image on trial is healthy when the switches have settled and a host talks to it. */
static void trial_pass(struct rack *rack)
{
    bool healthy = rack->host_there && rack->events.newest != 0 && !rack->boot.safe;
    update_judge(&rack->update, healthy, rack->uptime_ms);
}

static void lamps_pass(struct rack *rack)
{
    if (rack->boot.safe || !is_due(&rack->lamp_due_ms, rack->uptime_ms, LAMP_TICK_MS))
        return;
    lamp_tick(&rack->lamps, rack->host_lost ? rack->settings.now[SET_SAFE] : -1,
              rack->uptime_ms);
}

void rack_heard_host(struct rack *rack)
{
    rack->host_ms = rack->uptime_ms;
    if (rack->host_there)
        return;
    rack->host_there = true;
    if (rack->host_lost)
        event_add(&rack->events, RACK_HOST, RACK_NO_SLOT, 1, rack->uptime_cs);
    rack->host_lost = false;
    lamp_back(&rack->lamps);
}

void rack_acknowledge(struct rack *rack, uint16_t seq)
{
    const struct rack_event *oldest = event_at(&rack->events, 0);
    if (oldest && rack->loss_seq &&
        rack_seq_steps(oldest->seq, rack->loss_seq) <= rack_seq_steps(oldest->seq, seq))
        rack->loss_seq = 0;
    event_acknowledge(&rack->events, seq);
}

void rack_clear_counters(struct rack *rack)
{
    rack->stream.counts = (struct modbus_counts){ 0 };
    rack->frames = 0;
    rack->exceptions = 0;
    rack->host_losses = 0;
    rack->longest_pass_us = 0;
    rack->events.lost = 0;
    rack->slots.worst_edges = 0;
    rack->slots.worst_slot = 0;
}

void rack_init(struct rack *rack, const struct hal_boot *boot)
{
    hal_lock_drive(false);
    memset(rack, 0, sizeof *rack);
    rack->boot = *boot;
    journal_open(&rack->journal);
    (void)journal_boot_next(&rack->journal, boot->cause);
    rack_set_up(rack);
    update_init(&rack->update, &rack->journal, boot->hardware, false);
    modbus_stream_init(&rack->stream, (uint8_t)rack->settings.now[SET_ADDRESS]);
    event_init(&rack->events, &rack->journal);
    slot_init(&rack->slots, (uint8_t)rack->settings.now[SET_SLOTS]);
    lamp_init(&rack->lamps, (uint8_t)rack->settings.now[SET_SLOTS]);
    rack_put_in_force(rack);
    rack->last_us = hal_clock_us();
}

uint32_t rack_run(struct rack *rack)
{
    uint32_t start_us = hal_clock_us();
    advance_clock(rack, start_us);
    bus_pass(rack);
    slots_pass(rack);
    host_pass(rack);
    trial_pass(rack);
    lamps_pass(rack);
    hal_watchdog_kick();
    uint32_t took_us = hal_clock_us() - start_us;
    if (took_us > rack->longest_pass_us)
        rack->longest_pass_us = (uint16_t)(took_us > UINT16_MAX ? UINT16_MAX : took_us);
    return modbus_stream_waits(&rack->stream) ? SLEEP_BUSY_US : SLEEP_US;
}

void rack_start(const struct hal_boot *boot)
{
    rack_init(&the_rack, boot);
}

uint32_t rack_pass(void)
{
    return rack_run(&the_rack);
}

uint16_t rack_boot_id(void)
{
    return the_rack.events.boot;
}
