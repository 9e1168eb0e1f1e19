/* Files as answers. Without TLS the kernel sends the file; with it the library would read
 * 4 KB at a time, which is a record and three calls for each. */
#include "net/http_wire.h"

#include "sys/file.h"
#include "sys/scope.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <unistd.h>

enum { FILE_BLOCK = 64 * 1024 }; /* four TLS records at once */

/* Part of a file on its way through TLS. */
struct file_part {
    int fd;
    uint64_t from;
};

static ssize_t part_read(void *context, uint64_t at, char *room, size_t most)
{
    const struct file_part *part = context;
    ssize_t n = pread(part->fd, room, most, (off_t)(part->from + at));
    return n > 0 ? n : MHD_CONTENT_READER_END_WITH_ERROR; /* shorter than it was */
}

static void part_free(void *context)
{
    struct file_part *part = context;
    close(part->fd);
    free(part);
}

struct MHD_Response *http_file_response(struct http_plan *p, bool tls)
{
    if (!tls)
        return MHD_create_response_from_fd_at_offset64(p->size, TAKE_FD(p->fd), p->from);
    struct file_part *part = http_alloc(sizeof *part);
    *part = (struct file_part){ TAKE_FD(p->fd), p->from };
    struct MHD_Response *response = MHD_create_response_from_callback(
        p->size, FILE_BLOCK, part_read, part, part_free);
    if (!response)
        part_free(part);
    return response;
}
