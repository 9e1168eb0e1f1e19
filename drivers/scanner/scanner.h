/* Paper scanners, through SANE: nothing above this header knows which maker stands
 * behind. scanner_sane.c is the only file (outside our own SANE backend) that includes
 * sane.h.
 *
 * A picture is asked for with scanner_read(), which ends in one of a few ways that a
 * person can act on (enum scanner_end). A feeder is asked again until SCANNER_NO_DOCS; in
 * duplex the front and the back of a sheet are two pictures in that order.
 *
 * Threads: one thread owns a scanner. Only scanner_cancel() may come from another thread
 * or a signal handler. Calls block as long as the device takes; put them into a process
 * that may be killed. */
#ifndef DRIVERS_SCANNER_SCANNER_H
#define DRIVERS_SCANNER_SCANNER_H

#include "core/bytes.h"
#include "core/rc.h"
#include "sys/fault.h"

#include <stdbool.h>

struct scanner; /* one open device */

enum { SCANNER_NAME_MAX = 256, SCANNER_WORD_MAX = 64, SCANNER_DEVICES_MAX = 64 };

struct scanner_device {
    char name[SCANNER_NAME_MAX]; /* "paper:stack-1", "test:0", "airscan:e0:..." */
    char vendor[SCANNER_WORD_MAX], model[SCANNER_WORD_MAX], type[SCANNER_WORD_MAX];
    char serial[SCANNER_WORD_MAX]; /* filled by scanner_open() where the device tells */
};

/* Once a process, before all else. Backends beside the program (../sane from its folder)
 * are found without any environment; SANE_CONFIG_DIR works as in every SANE program.
 * `quirks_folder` holds *.conf; NULL: the folder installed, or that of the source tree.
 * SIGPIPE is ignored from here on. */
MUST_USE enum rc scanner_init(const char *quirks_folder, struct fault *why);
void scanner_exit(void);

/* Devices that answer now; may take seconds when network scanners are asked. At most
 * `room` are written, `*ret_count` says how many. None is RC_OK with 0. */
MUST_USE enum rc scanner_list(struct scanner_device *ret_devices, size_t room,
                              size_t *ret_count, struct fault *why);

/* Open by SANE name; NULL or "" opens the first device listed.
 *   RC_NOT_FOUND    no such device, or none at all
 *   RC_AGAIN        another program has it
 *   RC_DENIED       the user may not open the device file
 *   RC_UNAVAILABLE  it is there but does not answer */
MUST_USE enum rc scanner_open(const char *name, struct scanner **ret_scanner,
                              struct fault *why);
void scanner_close(struct scanner *scanner); /* accepts NULL; cancels what runs */

/* The one device with this serial number, whatever its name is today: looks at each one
 * listed, `name` (may be NULL or "") first. A device that tells no serial number is never
 * taken for it.
 *   RC_NOT_FOUND  none of those that can be opened has it
 *   RC_AGAIN      another program holds a device that may be it */
MUST_USE enum rc scanner_open_serial(const char *name, const char *serial,
                                     struct scanner **ret_scanner, struct fault *why);

/* What the device has, as bits 1 << enum scanner_source. Looks at its words only, and
 * changes nothing. */
unsigned scanner_sources(struct scanner *scanner);

/* Borrowed for the life of the scanner. */
const struct scanner_device *scanner_about(const struct scanner *scanner);

enum scanner_source { SCANNER_FLATBED, SCANNER_ADF_FRONT, SCANNER_ADF_DUPLEX };
enum scanner_mode { SCANNER_LINEART, SCANNER_GRAY, SCANNER_COLOR };

struct scanner_profile {
    uint32_t dpi;
    enum scanner_mode mode;
    enum scanner_source source;
    uint32_t page_width_um, page_height_um; /* 0: as the device is preset */
    uint8_t
        jpeg_quality; /* 1..100, where the JPEG is made here; 0: SCANNER_JPEG_QUALITY */
    bool jpeg; /* take the device's own JPEG where it offers one; else raw lines come */
};

enum { SCANNER_JPEG_QUALITY = 90 };

/* The court's default: A4, 300 dpi, colour, both sides, the device's own JPEG. */
struct scanner_profile scanner_profile_default(void);

/* Words of settings and command lines: "Lineart" "Gray" "Color"; "Flatbed" "ADF Front"
 * "ADF Duplex". RC_INVALID for others. */
MUST_USE enum rc scanner_mode_read(const char *text, enum scanner_mode *ret_mode);
MUST_USE enum rc scanner_source_read(const char *text, enum scanner_source *ret_source);
const char *scanner_mode_text(enum scanner_mode mode);
const char *scanner_source_text(enum scanner_source source);

/* Set the device up. `*ret_real` says what was really chosen (nearest dpi offered, ...).
 *   RC_REFUSED  the device has no such source or mode; the fault lists what it has
 *   RC_IO       it failed to take an option */
MUST_USE enum rc scanner_set_profile(struct scanner *scanner,
                                     const struct scanner_profile *profile,
                                     struct scanner_profile *ret_real, struct fault *why);

/* How a request for a picture ends. */
enum scanner_end {
    SCANNER_IMAGE,   /* the whole picture was delivered */
    SCANNER_NO_DOCS, /* the feeder is empty */
    SCANNER_JAM,
    SCANNER_DOUBLE_FEED, /* two sheets went together: neither is to be believed */
    SCANNER_COVER_OPEN,
    SCANNER_BUSY, /* warming up or in other hands: ask again soon */
    SCANNER_IO,   /* it failed, and it is still there */
    SCANNER_GONE, /* unplugged or switched off: close it */
    SCANNER_CANCELLED,
    SCANNER_FORMAT, /* samples of a kind that cannot be used, as colour of one bit */
    SCANNER_SINK,   /* the sink refused: disk full and the like; see the fault */
    SCANNER_END_COUNT
};

/* One Chinese sentence for the operator: what it is and what to do. Never NULL. */
const char *scanner_sentence(enum scanner_end end);
/* "image", "no-docs", "jam", ...: for messages between processes and for logs. */
const char *scanner_end_text(enum scanner_end end);

enum scanner_coding { SCANNER_RAW, SCANNER_JPEG };

/* What the bytes of a picture are. Three-pass devices and 16-bit samples are made into
 * interleaved 8-bit before they reach the sink. */
struct scanner_format {
    enum scanner_coding coding;
    uint32_t width_px;
    uint32_t height_px; /* 0 while a feeder does not know the length of the sheet yet */
    uint8_t channels;   /* 1 gray, 3 R G B */
    uint8_t depth;      /* 8; or 1: eight pixels a byte, high bit left, 1 is black */
    uint32_t stride;    /* raw: bytes a line */
    uint32_t dpi;
};

/* Where a picture goes. `begin` is called once, `bytes` any number of times with runs of
 * any length, not cut at lines. An rc other than RC_OK cancels the scan (SCANNER_SINK).
 */
struct scanner_sink {
    enum rc (*begin)(void *context, const struct scanner_format *format,
                     struct fault *why);
    enum rc (*bytes)(void *context, struct bytes chunk, struct fault *why);
    void *context;
};

/* Feed and read one picture. `why` carries detail for the log where the end is no image.
 */
MUST_USE enum scanner_end scanner_read(struct scanner *scanner,
                                       const struct scanner_sink *sink,
                                       struct fault *why);

/* The same into memory as one JPEG file: the device's own bytes where it delivers JPEG
 * (untouched), else the raw lines encoded at the profile's quality with the density in
 * the header (1-bit pictures become gray of 0 and 255). The usual call of a station. */
struct scanner_capture {
    uint8_t *data; /* owned: scanner_capture_free() */
    size_t len;
    struct scanner_format format; /* of the picture as it came; height filled in */
};

MUST_USE enum scanner_end scanner_capture(struct scanner *scanner,
                                          struct scanner_capture *ret_capture,
                                          struct fault *why);
void scanner_capture_free(struct scanner_capture *capture); /* leaves it empty */

/* Stop what runs, as soon as the device can; scanner_read() then ends SCANNER_CANCELLED.
 * Also ends a batch: the sheet in the path is put out. Safe in threads and signal
 * handlers. */
void scanner_cancel(struct scanner *scanner);

/* Let scanner_read() also stop when `fd` becomes readable (a pipe, an eventfd or the
 * role's channel; it is not read from). -1: none. Looked at between runs of bytes. */
void scanner_watch_cancel(struct scanner *scanner, int fd);

/* The feeder's sensors, where the device has them. */
enum scanner_sense { SCANNER_SENSE_UNKNOWN, SCANNER_SENSE_NO, SCANNER_SENSE_YES };

struct scanner_sensors {
    enum scanner_sense page_loaded, cover_open, double_feed;
    enum scanner_sense scan_button; /* many devices say "yes" only once for a press */
};

/* Ask now. RC_UNAVAILABLE when the device is gone. Not while a picture is being read. */
MUST_USE enum rc scanner_sense(struct scanner *scanner,
                               struct scanner_sensors *ret_sensors, struct fault *why);

#endif
