/* Readers on a serial line: raw, 8 bits, no flow control. */
#include "drivers/barcode/barcode_port.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

enum { READ_MAX = 512 };

static const struct {
    unsigned baud;
    speed_t speed;
} speeds[] = {
    { 0, B9600 },      { 1200, B1200 },   { 2400, B2400 },
    { 4800, B4800 },   { 9600, B9600 },   { 19200, B19200 },
    { 38400, B38400 }, { 57600, B57600 }, { 115200, B115200 },
};

static void end(struct barcode_open *device)
{
    if (device->fd >= 0)
        close(device->fd);
    device->fd = -1;
}

static enum rc set_line(int fd, const struct barcode_place *place, struct fault *why)
{
    struct termios t;
    speed_t speed = 0;
    for (size_t i = 0; i < COUNT(speeds); i++)
        if (speeds[i].baud == place->baud)
            speed = speeds[i].speed;
    if (!speed)
        return fault_set(why, RC_INVALID, 0, "扫码枪 %s 的速率 %u 不能用。", place->name,
                         place->baud);
    if (tcgetattr(fd, &t))
        return fault_set(why, RC_INVALID, errno, "%s 不是串口。", place->path);
    cfmakeraw(&t);
    t.c_cflag |= CLOCAL | CREAD;
    t.c_iflag |= IGNBRK; /* pulling the plug looks like a break */
    t.c_cc[VMIN] = 0;
    t.c_cc[VTIME] = 0;
    if (cfsetspeed(&t, speed) || tcsetattr(fd, TCSANOW, &t) || tcflush(fd, TCIFLUSH))
        return fault_set(why, RC_IO, errno, "设不了扫码枪 %s 的串口，请重新插拔。",
                         place->name);
    return RC_OK;
}

static enum rc begin(const struct barcode_place *place, struct barcode_open *device,
                     struct fault *why)
{
    enum rc rc = barcode_open_file(place->path, O_RDWR | O_NOCTTY, &device->fd, why);
    if (rc)
        return rc;
    /* Two programs on one port would each get half of every code. */
    if (ioctl(device->fd, TIOCEXCL))
        rc = fault_set(why, RC_INVALID, errno, "%s 不是串口。", place->path);
    if (!rc)
        rc = set_line(device->fd, place, why);
    if (rc)
        end(device);
    return rc;
}

static enum rc take_all(struct barcode_open *device, barcode_take *take, void *context)
{
    uint8_t bytes[READ_MAX];
    struct barcode_text code;
    ssize_t n = read(device->fd, bytes, sizeof bytes);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? RC_OK : RC_IO;
    /* The loop said that there is something: nothing means the line was hung up. */
    for (ssize_t i = 0; i < n; i++)
        if (barcode_line_byte(&device->line, bytes[i], &code))
            take(&code, context);
    return n ? RC_OK : RC_IO;
}

static struct barcode_line *line_of(struct barcode_open *device)
{
    return &device->line;
}

const struct barcode_port barcode_port_serial = { "serial", begin, take_all,
                                                  line_of,  end,   false };
const struct barcode_port barcode_port_pause = { "pause", begin, take_all,
                                                 line_of, end,   true };
