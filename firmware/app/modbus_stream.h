/* Requests for this controller, cut out of everything that is heard on the bus.
 *
 * Frames end where their own bytes say so and the CRC agrees (modbus_frame.h), not where
 * the line falls silent: a silence is only as exact as the slowest link between two
 * programs. As long as frame follows frame the stream is in step, and a request is
 * answered at its last byte. When something was not a frame, the stream is out of step:
 * bytes are skipped one by one, and a request is believed only when the line stays quiet
 * behind it, because inside a neighbour's answer anything may stand. Silence brings the
 * stream into step again.
 *
 * A request that is followed by more bytes is not answered: the host has given it up. */
#ifndef APP_MODBUS_STREAM_H
#define APP_MODBUS_STREAM_H

#include "firmware/app/modbus_frame.h"

#include "core/bytes.h"

enum {
    MODBUS_QUIET_US = 2000,   /* behind a request that came out of step */
    MODBUS_RESYNC_US = 20000, /* preset of resync_us */
    MODBUS_STREAM_ROOM = 2 * MODBUS_FRAME_MAX,
};

struct modbus_counts {
    uint16_t mine, all, other, bad, flag, overrun, cut, stale;
};

struct modbus_stream {
    uint8_t at[MODBUS_STREAM_ROOM];
    uint8_t frame[MODBUS_FRAME_MAX]; /* the request that was handed out */
    struct modbus_counts counts;
    uint32_t last_us; /* when the last byte came */
    uint16_t len;
    uint32_t resync_us; /* silence that ends whatever was begun */
    uint8_t address;
    uint8_t second; /* another address that is answered; 0: none */
    bool in_step;
    bool looked; /* the quiet after these bytes was examined */
};

void modbus_stream_init(struct modbus_stream *stream, uint8_t address);

/* One byte from the line. With the room used up, the oldest byte is dropped. */
void modbus_stream_byte(struct modbus_stream *stream, uint8_t byte, uint32_t now_us);

/* A byte with an error flag, or bytes lost on the way: what was begun is worthless. */
void modbus_stream_flagged(struct modbus_stream *stream, bool overrun, uint32_t now_us);

/* The next request to this address or to all. `drained`: nothing more waits in the
 * receiver. Call again until false. *ret_frame is borrowed until the next call. */
bool modbus_stream_next(struct modbus_stream *stream, bool drained, uint32_t now_us,
                        struct bytes *ret_frame);

/* Bytes are held, so time matters: call again within a millisecond. */
bool modbus_stream_waits(const struct modbus_stream *stream);

#endif
