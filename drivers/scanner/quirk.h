/* What single makers do differently, read from the *.conf of drivers/quirks. A section
 * names the devices by a pattern over the SANE name and always says why it exists:
 *
 *   [epson2:*]
 *   why = both sides are chosen by adf-mode, not by the source
 *   source.duplex = Automatic Document Feeder
 *   also.duplex = adf-mode=Duplex
 *
 * A device reached through saned ("net:host:epson2:...") matches as its own name does. */
#ifndef DRIVERS_SCANNER_QUIRK_H
#define DRIVERS_SCANNER_QUIRK_H

#include "core/bytes.h"
#include "core/rc.h"
#include "sys/fault.h"

#include <stdbool.h>

enum {
    QUIRK_TEXT_MAX = 64,
    QUIRK_LIST_MAX = 200,
    QUIRK_WHY_MAX = 600,
    QUIRKS_MAX = 200,
    QUIRK_FILE_MAX = 64 * 1024
};

struct quirk {
    char pattern[QUIRK_TEXT_MAX]; /* of fnmatch(3) */
    char why[QUIRK_WHY_MAX];
    char source[3][QUIRK_TEXT_MAX]; /* by enum scanner_source; "" = not said */
    char also[3][QUIRK_TEXT_MAX];   /* "option=value", set after the source */
    char jpeg[QUIRK_TEXT_MAX];      /* "option=value", or "no" */
    /* names of the sensors; "no": what is called so is none */
    char page_loaded[QUIRK_TEXT_MAX], cover_open[QUIRK_TEXT_MAX],
        double_feed[QUIRK_TEXT_MAX], scan_button[QUIRK_TEXT_MAX];
    char prefer[QUIRK_LIST_MAX];           /* "a=b; c=d": set where the device has it */
    char height[QUIRK_TEXT_MAX];           /* "longest": it ends the page at the paper */
    char settle_ms[QUIRK_TEXT_MAX];        /* to wait after opening */
    char lineart_inverted[QUIRK_TEXT_MAX]; /* "yes": 1 is white */
};

struct quirks {
    struct quirk *all; /* owned: quirks_free() */
    size_t count;
};

void quirks_free(struct quirks *quirks);

/* Add the sections of one file. RC_INVALID names the line: unknown key, no why, too long.
 */
MUST_USE enum rc quirks_parse(struct bytes text, const char *file, struct quirks *quirks,
                              struct fault *why);

/* Every *.conf of the folder, by name. No such folder: RC_NOT_FOUND. */
MUST_USE enum rc quirks_load(const char *folder, struct quirks *ret_quirks,
                             struct fault *why);

/* All that is said of this device; a later section wins over an earlier one, key by key.
 */
struct quirk quirk_find(const struct quirks *quirks, const char *device);

#endif
