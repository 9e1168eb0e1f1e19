/* The judge looks at the front of the buffer only; what it refuses is dropped by one
 * byte and judged again, so no run of noise can hide a frame behind it for longer than
 * the line takes to fall quiet. */
#include "firmware/app/modbus_stream.h"

#include "core/rack_map.h"

#include <string.h>

enum verdict { EMPTY, WAIT, MINE, OTHER, BAD };

static bool addressed(const struct modbus_stream *s, const uint8_t *at)
{
    return at[0] == s->address || at[0] == RACK_BROADCAST_ADDRESS ||
           (s->second && at[0] == s->second);
}

static enum verdict judge(const struct modbus_stream *s, size_t *ret_len)
{
    if (s->len < 2)
        return s->len ? WAIT : EMPTY;
    bool ours = addressed(s, s->at);
    int lens[2] = { modbus_request_len(s->at, s->len), modbus_answer_len(s->at, s->len) };
    bool wait = false;
    for (int i = 0; i < 2; i++) {
        if (lens[i] > 0 && lens[i] <= s->len &&
            modbus_crc_holds(s->at, (size_t)lens[i])) {
            *ret_len = (size_t)lens[i];
            return ours && i == 0 ? MINE : OTHER;
        }
        wait |= lens[i] == MODBUS_LEN_MORE || lens[i] > s->len;
        if (ours && wait)
            return WAIT; /* a request to us is never mistaken for somebody's answer */
    }
    /* A function that nobody knows has no length of its own: the quiet will end it. */
    bool nameless = lens[0] == MODBUS_LEN_NONE && lens[1] == MODBUS_LEN_NONE;
    return wait || (nameless && s->in_step) ? WAIT : BAD;
}

static void drop(struct modbus_stream *s, size_t len)
{
    memmove(s->at, s->at + len, s->len - len);
    s->len = (uint16_t)(s->len - len);
}

static void fall_out_of_step(struct modbus_stream *s)
{
    if (s->in_step)
        s->counts.bad++;
    s->in_step = false;
}

static void hand_out(struct modbus_stream *s, size_t from, size_t len,
                     struct bytes *ret_frame)
{
    memcpy(s->frame, s->at + from, len);
    drop(s, from + len);
    s->in_step = true;
    if (s->frame[0] == RACK_BROADCAST_ADDRESS)
        s->counts.all++;
    else
        s->counts.mine++;
    *ret_frame = (struct bytes){ s->frame, len };
}

/* The line has been quiet for a moment: is what stands last a request to us? */
static bool take_last(struct modbus_stream *s, struct bytes *ret_frame)
{
    for (size_t from = 0; from + MODBUS_FRAME_MIN <= s->len; from++) {
        const uint8_t *at = s->at + from;
        size_t len = s->len - from;
        if (!addressed(s, at) || len > MODBUS_FRAME_MAX)
            continue;
        int want = modbus_request_len(at, len);
        bool nameless = from == 0 && s->in_step && want == MODBUS_LEN_NONE &&
                        at[0] != RACK_BROADCAST_ADDRESS;
        if ((want == (int)len || nameless) && modbus_crc_holds(at, len)) {
            if (from > 0)
                fall_out_of_step(s);
            hand_out(s, from, len, ret_frame);
            return true;
        }
    }
    return false;
}

/* True when the frame in front was handed out. */
static bool take_front(struct modbus_stream *s, size_t len, bool drained,
                       struct bytes *ret_frame)
{
    bool last = drained && s->len == len;
    bool all = s->at[0] == RACK_BROADCAST_ADDRESS; /* nobody waits for an answer */
    if (s->in_step && (last || all)) {
        hand_out(s, 0, len, ret_frame);
        return true;
    }
    if (!last) {
        s->counts.stale++;
        drop(s, len);
    }
    return false;
}

void modbus_stream_init(struct modbus_stream *stream, uint8_t address)
{
    memset(stream, 0, sizeof *stream);
    stream->address = address;
    stream->resync_us = MODBUS_RESYNC_US;
    stream->in_step = true;
}

void modbus_stream_byte(struct modbus_stream *stream, uint8_t byte, uint32_t now_us)
{
    if (stream->len == MODBUS_STREAM_ROOM) {
        drop(stream, 1);
        fall_out_of_step(stream);
    }
    stream->at[stream->len++] = byte;
    stream->last_us = now_us;
    stream->looked = false;
}

void modbus_stream_flagged(struct modbus_stream *stream, bool overrun, uint32_t now_us)
{
    if (overrun)
        stream->counts.overrun++;
    else
        stream->counts.flag++;
    stream->len = 0;
    stream->in_step = false;
    stream->looked = false;
    stream->last_us = now_us;
}

bool modbus_stream_next(struct modbus_stream *stream, bool drained, uint32_t now_us,
                        struct bytes *ret_frame)
{
    size_t len = 0;
    uint32_t quiet_us = now_us - stream->last_us;
    for (;;) {
        enum verdict verdict = judge(stream, &len);
        if (verdict == EMPTY || verdict == WAIT)
            break;
        if (verdict == BAD) {
            fall_out_of_step(stream);
            drop(stream, 1);
            continue;
        }
        if (verdict == OTHER) {
            stream->counts.other++;
            stream->in_step = true;
            drop(stream, len);
            continue;
        }
        size_t before = stream->len;
        if (take_front(stream, len, drained, ret_frame))
            return true;
        if (stream->len == before)
            break; /* out of step: held until the line has been quiet */
    }
    if (!drained || quiet_us < MODBUS_QUIET_US)
        return false;
    if (!stream->looked) {
        stream->looked = true;
        if (take_last(stream, ret_frame))
            return true;
    }
    if (quiet_us >= stream->resync_us) {
        if (stream->len)
            stream->counts.cut++;
        stream->len = 0;
        stream->in_step = true;
    }
    return false;
}

bool modbus_stream_waits(const struct modbus_stream *stream)
{
    return stream->len > 0 || !stream->in_step;
}
