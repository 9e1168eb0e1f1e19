/* Readers that play keyboard, through libevdev: grabbed for ourselves. */
#include "drivers/barcode/barcode_port.h"

#include <errno.h>
#include <fcntl.h>
#include <libevdev/libevdev.h>
#include <string.h>
#include <unistd.h>

static void end(struct barcode_open *device)
{
    if (device->evdev)
        libevdev_free(device->evdev); /* the grab ends with the descriptor */
    device->evdev = NULL;
    if (device->fd >= 0)
        close(device->fd);
    device->fd = -1;
}

static enum rc begin(const struct barcode_place *place, struct barcode_open *device,
                     struct fault *why)
{
    enum rc rc = barcode_open_file(place->path, O_RDONLY, &device->fd, why);
    if (rc)
        return rc;
    int r = libevdev_new_from_fd(device->fd, &device->evdev);
    if (r < 0 || !libevdev_has_event_code(device->evdev, EV_KEY, KEY_ENTER)) {
        end(device);
        return fault_set(why, RC_INVALID, r < 0 ? -r : 0,
                         "%s 不是键盘方式的扫码枪。请检查设置中的设备和方式。",
                         place->path);
    }
    r = libevdev_grab(device->evdev, LIBEVDEV_GRAB);
    if (r < 0) { /* reading along while others get the keys too would leak labels */
        end(device);
        return fault_set(why, RC_AGAIN, -r,
                         "扫码枪 %s 正被别的程序占用，暂时不能用。请关掉那个程序。",
                         place->name);
    }
    return RC_OK;
}

static enum rc take_all(struct barcode_open *device, barcode_take *take, void *context)
{
    for (;;) {
        struct input_event event;
        struct barcode_text code;
        int r = libevdev_next_event(device->evdev, LIBEVDEV_READ_FLAG_NORMAL, &event);
        if (r == -EAGAIN)
            return RC_OK;
        if (r < 0)
            return RC_IO;
        if (r == LIBEVDEV_READ_STATUS_SYNC) {
            /* Keys were lost in the kernel. Bring libevdev's picture up to date, unread:
             * a state is no text. */
            while (r == LIBEVDEV_READ_STATUS_SYNC)
                r = libevdev_next_event(device->evdev, LIBEVDEV_READ_FLAG_SYNC, &event);
            event = (struct input_event){ .type = EV_SYN, .code = SYN_DROPPED };
        }
        if (barcode_keys_event(&device->keys, event.type, event.code, event.value, &code))
            take(&code, context);
    }
}

static struct barcode_line *line_of(struct barcode_open *device)
{
    return &device->keys.line;
}

const struct barcode_port barcode_port_keys = { "keys",  begin, take_all,
                                                line_of, end,   false };
