/* Readers of the HID-POS class, through the kernel's raw reports. */
#include "drivers/barcode/barcode_port.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/hidraw.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { REPORT_MAX = 4096 };

static void end(struct barcode_open *device)
{
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
    struct hidraw_report_descriptor about = { 0 };
    int size = 0;
    if (ioctl(device->fd, HIDIOCGRDESCSIZE, &size) || size < 0 ||
        size > HID_MAX_DESCRIPTOR_SIZE) {
        end(device);
        return fault_set(why, RC_INVALID, errno, "%s 不是 HID-POS 方式的扫码枪。",
                         place->path);
    }
    about.size = (uint32_t)size;
    if (ioctl(device->fd, HIDIOCGRDESC, &about))
        rc = fault_set(why, RC_IO, errno, "读不到扫码枪 %s 的说明，请重新插拔。",
                       place->name);
    if (!rc)
        rc = barcode_layout_read((struct bytes){ about.value, about.size },
                                 &device->reports.layout, why);
    if (rc)
        end(device);
    return rc;
}

static enum rc take_all(struct barcode_open *device, barcode_take *take, void *context)
{
    for (;;) {
        uint8_t report[REPORT_MAX];
        struct barcode_text code;
        ssize_t n = read(device->fd, report, sizeof report);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return RC_OK;
        if (n <= 0)
            return RC_IO;
        if (barcode_reports_take(&device->reports, (struct bytes){ report, (size_t)n },
                                 &code))
            take(&code, context);
    }
}

static struct barcode_line *line_of(struct barcode_open *device)
{
    return &device->reports.line;
}

const struct barcode_port barcode_port_hidpos = { "hidpos", begin, take_all,
                                                  line_of,  end,   false };
