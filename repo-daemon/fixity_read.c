/* The page cache is told to forget each file before and after: what is compared shall
 * come from the disk, and what people work with shall stay in memory. */
#include "repo-daemon/fixity_read.h"

#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

enum { PIECE = 256 * 1024 };

struct fixity_read {
    struct hash *hash;
    struct sha256 want;
    int fd; /* -1: none is open */
    off_t at;
    uint8_t piece[PIECE];
};

enum rc fixity_read_new(struct fixity_read **ret_read, struct fault *why)
{
    struct fixity_read *read = calloc(1, sizeof *read);
    if (!read)
        return fault_set(why, RC_NO_MEMORY, ENOMEM, "no memory to read files again");
    read->hash = hash_new();
    read->fd = -1;
    *ret_read = read;
    return RC_OK;
}

static void end_file(struct fixity_read *read)
{
    if (read->fd >= 0) {
        (void)posix_fadvise(read->fd, 0, 0, POSIX_FADV_DONTNEED);
        (void)hash_end(read->hash);
    }
    fd_close_at(&read->fd);
    read->fd = -1;
}

void fixity_read_free(struct fixity_read *read)
{
    if (!read)
        return;
    end_file(read);
    hash_free(read->hash);
    free(read);
}

static enum rc begin_file(struct fixity_read *read, struct blobs *blobs,
                          struct sha256 want)
{
    uint64_t size;
    end_file(read);
    enum rc rc = blob_get(blobs, want, &read->fd, &size, NULL);
    if (rc)
        return rc == RC_NOT_FOUND ? rc : RC_CORRUPT;
    (void)posix_fadvise(read->fd, 0, 0, POSIX_FADV_DONTNEED);
    (void)posix_fadvise(read->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    read->want = want;
    read->at = 0;
    return RC_OK;
}

enum rc fixity_read_on(struct fixity_read *read, struct blobs *blobs, struct sha256 want,
                       uint64_t room, uint64_t *bytes)
{
    bool goes_on = read->fd >= 0 && hash_equal(&read->want, &want);
    enum rc rc = goes_on ? RC_OK : begin_file(read, blobs, want);
    while (!rc) {
        if (!room)
            return RC_AGAIN;
        ssize_t n = pread(read->fd, read->piece, room < PIECE ? room : PIECE, read->at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            rc = RC_CORRUPT;
        if (n <= 0)
            break;
        hash_add(read->hash, (struct bytes){ read->piece, (size_t)n });
        read->at += n;
        room -= (uint64_t)n;
        *bytes += (uint64_t)n;
    }
    if (!rc) {
        struct sha256 is = hash_end(read->hash);
        rc = hash_equal(&is, &want) ? RC_OK : RC_CORRUPT;
    }
    end_file(read);
    return rc;
}
