/* The wire between the scanning head and sane_read(): a pipe, filled by one thread for
 * one picture. So a front end may read one byte or a megabyte, block or not, and wait on
 * a descriptor that is readable when, and only when, a read would get something (bytes,
 * the end, or the news that it was cancelled). */
#ifndef SANE_PAPER_STREAM_H
#define SANE_PAPER_STREAM_H

#include "core/bytes.h"
#include "core/rc.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct stream;

/* Makes the picture in the stream's thread: calls stream_put() until done. Its answer is
 * what stream_read() says at the end. Frees nothing: `context` stays the caller's. */
typedef int stream_make(struct stream *stream, void *context);

struct stream {
    int stop;    /* eventfd: readable once cancelled */
    int out, in; /* the pipe, -1 while no picture runs */
    pthread_t thread;
    bool running; /* the thread is to be joined */
    bool waits;   /* stream_read() blocks */
    atomic_bool cancelled;
    atomic_int end;
    stream_make *make;
    void *context;
};

/* RC_IO when the system has no descriptor left. */
MUST_USE enum rc stream_open(struct stream *stream);
void stream_close(struct stream *stream); /* cancels and joins */

/* Forget the last picture: join its thread, close the pipe, clear a cancel. */
void stream_reset(struct stream *stream);

/* After stream_reset(): begin a picture. */
MUST_USE enum rc stream_start(struct stream *stream, stream_make *make, void *context);

/* From the making thread. False when cancelled: give up. */
MUST_USE bool stream_put(struct stream *stream, struct bytes bytes);

/* Sleep, in any thread, at most `ms`. False when cancelled meanwhile. */
MUST_USE bool stream_sleep(struct stream *stream, unsigned ms);

enum stream_got { STREAM_BYTES, STREAM_NOTHING_YET, STREAM_END, STREAM_CANCELLED };

/* Up to `room` bytes. At STREAM_END, *ret_end is what the maker answered. */
enum stream_got stream_read(struct stream *stream, void *at, size_t room, size_t *ret_len,
                            int *ret_end);

/* From any thread or a signal handler. */
void stream_cancel(struct stream *stream);

#endif
