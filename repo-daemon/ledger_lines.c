/* Blocks of lines: what is left of a block's last line is moved to the front before the
 * next read. */
#include "repo-daemon/ledger_lines.h"

#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

enum { ROOM = 4 * 1024 * 1024, LINES_MAX = 8192 };

struct ledger_lines {
    int fd;
    bool ended, skipping; /* the rest of a line that was too long */
    size_t from, to;      /* what is read and not given yet */
    struct ledger_line block[LINES_MAX];
    uint8_t room[ROOM];
};

void ledger_lines_close(struct ledger_lines *lines)
{
    if (lines)
        fd_close_at(&lines->fd);
    free(lines);
}

enum rc ledger_lines_open(const char *path, struct ledger_lines **ret_lines,
                          struct fault *why)
{
    SCOPED(fd_close_at) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fault_set(why, rc_of_errno(errno), errno, "打不开“%s”：%s", path,
                         strerror(errno));
    struct ledger_lines *lines = malloc(sizeof *lines);
    if (!lines)
        return fault_set(why, RC_NO_MEMORY, ENOMEM, "no memory");
    lines->fd = TAKE_FD(fd);
    lines->ended = lines->skipping = false;
    lines->from = lines->to = 0;
    *ret_lines = lines;
    return RC_OK;
}

static enum rc fill(struct ledger_lines *lines, struct fault *why)
{
    memmove(lines->room, lines->room + lines->from, lines->to - lines->from);
    lines->to -= lines->from;
    lines->from = 0;
    while (lines->to < ROOM && !lines->ended) {
        ssize_t n = read(lines->fd, lines->room + lines->to, ROOM - lines->to);
        if (n < 0 && errno != EINTR)
            return fault_set(why, RC_IO, errno, "read the events: %s", strerror(errno));
        lines->ended = n == 0;
        lines->to += n > 0 ? (size_t)n : 0;
    }
    return RC_OK;
}

/* One line out of what is read; false when more must be read for it. */
static bool line_take(struct ledger_lines *lines, struct ledger_line *ret_line)
{
    const uint8_t *at = lines->room + lines->from;
    size_t have = lines->to - lines->from;
    const uint8_t *end = have ? memchr(at, '\n', have) : NULL;
    size_t len = end ? (size_t)(end - at) : have;
    if (!end && len <= LEDGER_EVENT_MAX && !(lines->ended && len))
        return false;
    ret_line->whole = end && len <= LEDGER_EVENT_MAX;
    ret_line->text =
        (struct bytes){ at, len > LEDGER_EVENT_MAX ? LEDGER_EVENT_MAX + 1 : len };
    lines->skipping = !end && !lines->ended;
    lines->from += end ? len + 1 : len;
    return true;
}

/* Past the rest of a line that was too long. */
static void skip(struct ledger_lines *lines)
{
    const uint8_t *at = lines->room + lines->from;
    const uint8_t *end = memchr(at, '\n', lines->to - lines->from);
    lines->skipping = !end && !lines->ended;
    lines->from = end ? (size_t)(end - lines->room) + 1 : lines->to;
}

enum rc ledger_lines_next(struct ledger_lines *lines,
                          const struct ledger_line **ret_block, size_t *ret_count,
                          struct fault *why)
{
    enum rc rc = fill(lines, why);
    while (!rc && lines->skipping) {
        skip(lines);
        rc = fill(lines, why);
    }
    size_t count = 0;
    while (!rc && count < LINES_MAX && !lines->skipping &&
           line_take(lines, &lines->block[count]))
        count++;
    *ret_block = lines->block;
    *ret_count = count;
    return rc;
}
