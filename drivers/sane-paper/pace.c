/* While the program reads one sheet, the next one comes in behind it; the one after that
 * has to wait until the program asks for the next. So the motor starts when the last
 * sheet is in and its reading has begun, whichever is later. */
#include "pace.h"

#include "sys/scope.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 128 };

int64_t pace_next(struct pace *pace, unsigned ms, int64_t now_ms)
{
    int64_t start_ms = now_ms;
    pace->held_ms = 0;
    if (pace->runs) {
        bool held = pace->asked_ms > pace->ready_ms;
        start_ms = held ? pace->asked_ms : pace->ready_ms;
        pace->held_ms = held ? pace->asked_ms - pace->ready_ms : 0;
    }
    int64_t in_ms = start_ms + ms;
    *pace = (struct pace){ true, now_ms, in_ms, pace->held_ms };
    return in_ms > now_ms ? in_ms : now_ms;
}

void pace_note(const struct pace *pace, const char *diary, unsigned sheet, int side,
               int64_t ended_ms)
{
    char line[LINE_MAX_BYTES];
    if (!*diary)
        return;
    SCOPED(fd_close_at)
    int fd = open(diary, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    int len = snprintf(line, sizeof line,
                       "%u %d %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 "\n", sheet,
                       side, pace->asked_ms, pace->ready_ms, ended_ms, pace->held_ms);
    if (fd >= 0 && write(fd, line, (size_t)len) < 0)
        return;
}
