/* Implements the UART part of the HAL. */
#include "bus.h"

#include "world.h"

#include "core/ring.h"
#include "firmware/hal/hal_uart.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

enum { RING_SIZE = 4096, SPEED_LOOK_US = 20000 };

static struct {
    int master, slave;
    char link[PATH_MAX];
    uint8_t memory[RING_SIZE];
    struct ring ring;
    int overruns;
    struct bus_counts counts;
    uint64_t looked_us;
    bool spoken_for; /* a host had set a speed when last looked */
} bus = { .master = -1, .slave = -1 };

static void make_link(const char *target)
{
    struct stat st;
    char fresh[PATH_MAX + 8];
    if (!lstat(bus.link, &st) && !S_ISLNK(st.st_mode))
        errx(1, "%s exists and is no link of a rack", bus.link);
    snprintf(fresh, sizeof fresh, "%s.new", bus.link);
    (void)unlink(fresh);
    if (symlink(target, fresh) || rename(fresh, bus.link))
        err(1, "cannot make the link %s", bus.link);
}

/* A pseudo terminal has no parity, and glibc calls setting 8E1 an error when nothing else
 * changes by it. So a host that opens a port which the last one left at its own speed
 * would fail. A real port is not like that: here the speed goes back to one that nobody
 * uses; it means nothing on this wire. */
static void forget_speed(void)
{
    struct termios now;
    uint64_t now_us = world_now_us();
    if (now_us - bus.looked_us < SPEED_LOOK_US)
        return;
    bus.looked_us = now_us;
    if (tcgetattr(bus.slave, &now) || cfgetospeed(&now) == B134) {
        bus.spoken_for = false;
        return;
    }
    if (bus.spoken_for) { /* for a while already: the host is done with setting up */
        cfsetispeed(&now, B134);
        cfsetospeed(&now, B134);
        (void)tcsetattr(bus.slave, TCSANOW, &now);
    }
    bus.spoken_for = !bus.spoken_for;
}

void bus_open(const char *link)
{
    struct termios raw;
    char name[128];
    if (strlen(link) >= sizeof bus.link)
        errx(1, "the name of the link is too long");
    strcpy(bus.link, link);
    ring_init(&bus.ring, bus.memory, RING_SIZE);

    bus.master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (bus.master < 0 || grantpt(bus.master) || unlockpt(bus.master) ||
        ptsname_r(bus.master, name, sizeof name))
        err(1, "no pseudo terminal");
    bus.slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (bus.slave < 0 || tcgetattr(bus.slave, &raw))
        err(1, "cannot open %s", name);
    cfmakeraw(&raw);
    if (tcsetattr(bus.slave, TCSANOW, &raw))
        err(1, "cannot set up %s", name);
    make_link(name);
}

int bus_fd(void)
{
    return bus.master;
}

void bus_receive(void)
{
    uint8_t got[512];
    ssize_t len;
    forget_speed();
    while ((len = read(bus.master, got, sizeof got)) > 0) {
        bus.counts.received += (unsigned long long)len;
        for (ssize_t i = 0; i < len; i++)
            if (!ring_put(&bus.ring, got[i]))
                bus.overruns++;
    }
}

void bus_close(void)
{
    (void)unlink(bus.link);
}

struct bus_counts bus_counts(void)
{
    return bus.counts;
}

int hal_uart_read(void)
{
    uint8_t byte;
    if (bus.overruns) {
        bus.overruns = 0;
        return HAL_UART_OVERRUN;
    }
    return ring_take(&bus.ring, &byte) ? byte : HAL_UART_NONE;
}

void hal_uart_write(const uint8_t *at, size_t len)
{
    /* An answer that nobody was there to hear is gone on a real wire; here it would
     * wait for the next host. */
    (void)tcflush(bus.slave, TCIFLUSH);
    ssize_t sent = write(bus.master, at, len);
    if (sent > 0)
        bus.counts.sent += (unsigned long long)sent;
}

bool hal_uart_idle(void)
{
    return true;
}

void hal_uart_setup(uint32_t baud, uint8_t parity)
{
    /* A pseudo terminal has neither. */
    (void)baud;
    (void)parity;
    if (bus.slave < 0)
        return; /* not open yet: the first set-up */
    (void)tcflush(bus.slave, TCOFLUSH);
    bus_receive();
}
