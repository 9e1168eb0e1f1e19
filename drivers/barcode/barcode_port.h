/* What each way of speaking must do; for the files of this folder. */
#ifndef DRIVERS_BARCODE_PORT_H
#define DRIVERS_BARCODE_PORT_H

#include "drivers/barcode/barcode.h"
#include "drivers/barcode/barcode_keys.h"
#include "drivers/barcode/barcode_report.h"

struct libevdev;

/* An open device. Zero but fd -1 is closed. */
struct barcode_open {
    int fd;
    struct libevdev *evdev; /* keys; owned */
    struct barcode_keys keys;
    struct barcode_reports reports;
    struct barcode_line line; /* serial */
};

typedef void barcode_take(const struct barcode_text *code, void *context);

struct barcode_port {
    const char *name;
    /* Open `place` without blocking. RC_NOT_FOUND when it is not plugged in. */
    enum rc (*open)(const struct barcode_place *place, struct barcode_open *device,
                    struct fault *why);
    /* Read what is there, `take` each whole code. RC_IO: the device is gone. */
    enum rc (*read)(struct barcode_open *device, barcode_take *take, void *context);
    struct barcode_line *(*line)(struct barcode_open *device);
    void (*close)(struct barcode_open *device);
    bool silence_ends;
};

extern const struct barcode_port barcode_port_keys;   /* barcode_evdev.c */
extern const struct barcode_port barcode_port_hidpos; /* barcode_hidraw.c */
extern const struct barcode_port barcode_port_serial; /* barcode_serial.c */
extern const struct barcode_port barcode_port_pause;

/* Open a device file, non-blocking; faults in Chinese with the path. */
enum rc barcode_open_file(const char *path, int flags, int *ret_fd, struct fault *why);

#endif
