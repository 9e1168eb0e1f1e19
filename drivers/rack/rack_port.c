/* The serial line: what the kernel is told about it, and whose turn it is. */
#include "drivers/rack/rack_port.h"

#include "sys/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <time.h>

enum { ASK_AGAIN_US = 500 };

static int lock(int fd, short type)
{
    struct flock whole = { .l_type = type, .l_whence = SEEK_SET };
    return fcntl(fd, F_OFD_SETLK, &whole);
}

void rack_port_drop_bad_bytes(int fd)
{
    struct termios line;
    if (tcgetattr(fd, &line))
        return;
    line.c_iflag &= (tcflag_t)~PARMRK;
    line.c_iflag |= INPCK | IGNPAR;
    (void)tcsetattr(fd, TCSANOW, &line);
}

enum rc rack_port_take(int fd, const char *path, struct fault *why)
{
    const struct timespec pause = { .tv_nsec = ASK_AGAIN_US * 1000L };
    int64_t until_ms = clock_mono_ms() + RACK_PORT_TURN_MS;
    while (lock(fd, F_WRLCK)) {
        if (errno != EAGAIN && errno != EACCES)
            return fault_set(why, RC_UNAVAILABLE, errno, "port %s is gone: %s", path,
                             strerror(errno));
        if (clock_mono_ms() >= until_ms)
            return fault_set(why, RC_AGAIN, EBUSY,
                             "串口 %s 正被另一程序占用，请先结束它，再试一次", path);
        (void)nanosleep(&pause, NULL);
    }
    return RC_OK;
}

void rack_port_leave(int fd)
{
    (void)lock(fd, F_UNLCK);
}
