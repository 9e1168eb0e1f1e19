/* The options of the feeder: SANE's well-known ones, the sensors, and trouble on request.
 * One table says of each what it is, where its value stands and what it may be. */
#ifndef SANE_PAPER_OPTIONS_H
#define SANE_PAPER_OPTIONS_H

#include <sane/sane.h>

#include "feeder.h"
#include "picture.h"

enum option {
    OPT_COUNT,
    OPT_GROUP_SCAN,
    OPT_SOURCE,
    OPT_MODE,
    OPT_RESOLUTION,
    OPT_DEPTH,
    OPT_COMPRESSION,
    OPT_THRESHOLD,
    OPT_PREVIEW,
    OPT_GROUP_GEOMETRY,
    OPT_PAGE_WIDTH,
    OPT_PAGE_HEIGHT,
    OPT_TL_X,
    OPT_TL_Y,
    OPT_BR_X,
    OPT_BR_Y,
    OPT_ALD,
    OPT_GROUP_SENSORS,
    OPT_PAGE_LOADED,
    OPT_DOUBLE_FEED,
    OPT_COVER_OPEN,
    OPT_SCAN,
    OPT_SERIAL,
    OPT_GROUP_ADVANCED,
    OPT_FEED_MS,
    OPT_FAULT,
    OPT_FAULT_SHEET,
    OPT_FAULT_SIDE,
    OPT_FAULT_PERCENT,
    OPT_FAULT_MS,
    OPTIONS
};

enum option_source { SOURCE_FLATBED, SOURCE_ADF_FRONT, SOURCE_ADF_DUPLEX };
enum option_compression { COMPRESSION_NONE, COMPRESSION_JPEG };

/* Values by option; a string option holds the index of its word. */
struct options {
    SANE_Word value[OPTIONS];
    SANE_Option_Descriptor about[OPTIONS];
};

void options_preset(struct options *options, const struct feeder_conf *conf);

/* Set a value and say in *ret_info what the front end has to read again; values out of
 * range are moved into it (SANE_INFO_INEXACT). SANE_STATUS_INVAL for what is no word of
 * the option, or when it cannot be set. */
SANE_Status options_set(struct options *options, SANE_Int option, const void *value,
                        SANE_Int *ret_info);

/* Read a value. Sensors and the serial number are not kept here: the caller answers them.
 */
SANE_Status options_get(const struct options *options, SANE_Int option, void *ret_value);

/* What the options ask for. The window is cut at page-width and page-height; a side of 0
 * pixels is possible and is the caller's to refuse. */
struct picture_view options_view(const struct options *options);
struct trouble options_trouble(const struct options *options);

#endif
