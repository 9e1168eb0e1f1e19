/* A barcode reader on a desk: a device that says codes, whatever way it speaks.
 *
 *   keys    plays keyboard (USB HID). Grabbed, so that no keystroke reaches anything
 *           else: a label read into a password field would be typed there
 *   hidpos  USB HID-POS, through hidraw
 *   serial  a serial port or USB CDC-ACM; the reader ends a code with CR, LF, TAB or ETX
 *   pause   the same for a reader that ends with silence only
 *
 * Several readers are told apart by the port they hang on: `path` is a stable link
 * (udev/60-juanku-reader.rules makes /dev/juanku/reader-PORT). A reader that is pulled
 * out is looked for again each BARCODE_AGAIN_MS; what it was saying is dropped.
 *
 * Works on the owner's event loop; nothing blocks. One thread. */
#ifndef DRIVERS_BARCODE_H
#define DRIVERS_BARCODE_H

#include "core/rc.h"
#include "drivers/barcode/barcode_gate.h"
#include "sys/fault.h"

#include <systemd/sd-event.h>

enum {
    BARCODE_NAME_MAX = 32,
    BARCODE_PATH_MAX = 256,
    BARCODE_READERS_MAX = 8,
    BARCODE_AGAIN_MS = 1000,  /* a reader that is plugged in answers within a second */
    BARCODE_SILENCE_MS = 150, /* longer than any reader pauses inside a code: wireless
                                 ones let up to 100 ms pass between two packets */
};

enum barcode_kind { BARCODE_KEYS, BARCODE_HIDPOS, BARCODE_SERIAL, BARCODE_PAUSE };

/* Where and what a reader is, as the settings say. */
struct barcode_place {
    char name[BARCODE_NAME_MAX]; /* for people: 左手枪 */
    enum barcode_kind kind;
    char path[BARCODE_PATH_MAX];
    unsigned baud; /* serial and pause; 0: 9600 */
};

/* One code, judged. All borrowed for the call. */
struct barcode_said {
    const char *reader; /* its name */
    enum barcode_verdict verdict;
    const char *text;   /* of a label in capitals, else as read; may hold GS */
    const char *aim;    /* "]C1" or "" */
    struct label label; /* for BARCODE_LABEL */
};

struct barcode; /* made by barcode_new(), ended by barcode_free() */

struct barcode_handlers {
    /* Not called for BARCODE_TWICE. */
    void (*said)(const struct barcode_said *said, void *context);
    /* It is there now, or gone; `why` says why it is gone, in Chinese. May be NULL. */
    void (*changed)(const struct barcode *reader, void *context);
    void *context;
};

/* "name:kind:path[:baud]; ..." into at most BARCODE_READERS_MAX places. Empty text is no
 * reader. RC_INVALID with a Chinese sentence that names the entry. */
MUST_USE enum rc barcode_places_read(const char *text,
                                     struct barcode_place ret[BARCODE_READERS_MAX],
                                     size_t *ret_count, struct fault *why);

/* Watch a place. `loop`, `handlers` and `gate` are borrowed and outlive the reader; the
 * gate may be shared. That the device is not there (yet) is no error. */
MUST_USE enum rc barcode_new(sd_event *loop, const struct barcode_place *place,
                             struct barcode_gate *gate,
                             const struct barcode_handlers *handlers,
                             struct barcode **ret_reader, struct fault *why);
void barcode_free(struct barcode *reader); /* accepts NULL */

const struct barcode_place *barcode_place(const struct barcode *reader);
bool barcode_there(const struct barcode *reader);
const char *barcode_sentence(const struct barcode *reader); /* why not; "" when there */
struct barcode_counters barcode_counters(const struct barcode *reader);
const char *barcode_kind_name(enum barcode_kind kind);

#endif
