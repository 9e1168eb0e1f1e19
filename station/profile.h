/* Profiles of scanning: what the administrator allows. The operator chooses one of them
 * by its name and can set nothing else.
 *
 *   scan.profiles = 文字:300:Gray:ADF Duplex:layered; 照片:600:Color:Flatbed
 *
 * A source "ADF Front+Back" is a feeder that sees one side: fronts, and then backs of the
 * turned stack. Each is name:dpi:mode:source[:compress[:patches]], divided by ';';
 * compress is exact or layered, and pdf.compress where it is left out or empty; patches
 * is what patch codes mean (station/page/patch_meaning.h), and scan.patches likewise.
 * Empty: one, called 标准, made of scan.dpi, scan.mode and scan.source. The first is what
 * a job has when nothing is chosen. */
#ifndef STATION_PROFILE_H
#define STATION_PROFILE_H

#include "station/page/page.h"
#include "station/page/patch_meaning.h"
#include "station/settings.h"
#include "sys/fault.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    PROFILES_MAX = 16,
    PROFILE_NAME_MAX = 64,
    PROFILE_DPI_LEAST = 75,
    PROFILE_DPI_MOST = 1200,
};

struct profile {
    char name[PROFILE_NAME_MAX]; /* UTF-8 */
    uint32_t dpi;
    char mode[16];   /* "Lineart" "Gray" "Color" */
    char source[32]; /* "Flatbed" "ADF Front" "ADF Duplex" */
    unsigned sides;  /* pictures of one sheet: 1 or 2 */
    bool by_hand;    /* 2 at a feeder of one: station/turn.h */
    struct patch_meanings patches;
    enum page_compress compress; /* of the pages' PDFs; the capture is kept in any case */
};

struct profiles {
    struct profile at[PROFILES_MAX];
    size_t count; /* at least 1 after profiles_read() */
};

/* RC_INVALID: why->text names the profile that is wrong and what is. */
MUST_USE enum rc profiles_read(const struct settings *set, struct profiles *ret_profiles,
                               struct fault *why);

/* Borrowed. NULL when there is none of that name; the first for "". */
const struct profile *profiles_find(const struct profiles *profiles, const char *name);

#endif
