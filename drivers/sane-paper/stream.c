/* Both ends of the pipe never block by themselves; whoever has to wait polls the pipe
 * together with `stop`, so that a cancel wakes everyone at once. The maker closes its end
 * when it is done, which is what makes the descriptor readable at the end. */
#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { PIPE_BYTES = 1024 * 1024 };

enum rc stream_open(struct stream *stream)
{
    *stream = (struct stream){ .out = -1, .in = -1, .waits = true };
    stream->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return stream->stop < 0 ? RC_IO : RC_OK;
}

void stream_cancel(struct stream *stream)
{
    int kept = errno;
    uint64_t one = 1;
    atomic_store(&stream->cancelled, true);
    while (write(stream->stop, &one, sizeof one) < 0 && errno == EINTR)
        ;
    errno = kept;
}

void stream_reset(struct stream *stream)
{
    if (stream->running) {
        stream_cancel(stream);
        pthread_join(stream->thread, NULL);
    }
    if (stream->out >= 0)
        close(stream->out);
    stream->out = stream->in = -1;
    stream->running = false;
    stream->waits = true;
    uint64_t drained;
    while (read(stream->stop, &drained, sizeof drained) > 0)
        ;
    atomic_store(&stream->cancelled, false);
}

void stream_close(struct stream *stream)
{
    stream_reset(stream);
    close(stream->stop);
    stream->stop = -1;
}

static void *run(void *context)
{
    struct stream *stream = context;
    atomic_store(&stream->end, stream->make(stream, stream->context));
    close(stream->in);
    return NULL;
}

enum rc stream_start(struct stream *stream, stream_make *make, void *context)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
        return RC_IO;
    fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES); /* a smaller pipe is only slower */
    stream->out = ends[0];
    stream->in = ends[1];
    stream->make = make;
    stream->context = context;
    /* Signals are the front end's business: none is to be taken by our thread. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&stream->thread, NULL, run, stream);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    stream->running = !failed;
    if (failed)
        close(stream->in);
    return failed ? RC_IO : RC_OK;
}

/* Wait until `fd` can be written or read, or the stop. */
static void wait_for(const struct stream *stream, int fd, short events)
{
    struct pollfd fds[] = { { .fd = stream->stop, .events = POLLIN },
                            { .fd = fd, .events = events } };
    poll(fds, 2, -1);
}

bool stream_put(struct stream *stream, struct bytes bytes)
{
    while (bytes.len) {
        if (atomic_load(&stream->cancelled))
            return false;
        ssize_t n = write(stream->in, bytes.at, bytes.len);
        if (n > 0)
            bytes = (struct bytes){ bytes.at + n, bytes.len - (size_t)n };
        else if (n < 0 && errno == EAGAIN)
            wait_for(stream, stream->in, POLLOUT);
        else if (n < 0 && errno != EINTR)
            return false;
    }
    return !atomic_load(&stream->cancelled);
}

bool stream_sleep(struct stream *stream, unsigned ms)
{
    struct pollfd stop = { .fd = stream->stop, .events = POLLIN };
    poll(&stop, 1, (int)ms);
    return !atomic_load(&stream->cancelled);
}

enum stream_got stream_read(struct stream *stream, void *at, size_t room, size_t *ret_len,
                            int *ret_end)
{
    *ret_len = 0;
    for (;;) {
        if (atomic_load(&stream->cancelled))
            return STREAM_CANCELLED;
        ssize_t n = read(stream->out, at, room);
        if (n > 0) {
            *ret_len = (size_t)n;
            return STREAM_BYTES;
        }
        if (n == 0) { /* the maker answered before it closed its end */
            *ret_end = atomic_load(&stream->end);
            return STREAM_END;
        }
        if (errno == EAGAIN && !stream->waits)
            return STREAM_NOTHING_YET;
        if (errno == EAGAIN)
            wait_for(stream, stream->out, POLLIN);
    }
}
