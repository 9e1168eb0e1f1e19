/* Setting an option is: find its row, bring the value into its constraint, store it, and
 * tell what else changed. What is active follows from two values only: the mode (lineart
 * has a threshold but neither depth nor JPEG), so it is worked out anew after each set.
 */
#include "options.h"

#include <sane/saneopts.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    TEXT_ROOM = 64,
    CAP_SET = SANE_CAP_SOFT_SELECT | SANE_CAP_SOFT_DETECT,
    CAP_READ = SANE_CAP_SOFT_DETECT,
    CAP_SENSOR = SANE_CAP_SOFT_DETECT | SANE_CAP_HARD_SELECT,
    CAP_ASK = CAP_SET | SANE_CAP_ADVANCED
};

static const SANE_String_Const sources[] = { "Flatbed", "ADF Front", "ADF Duplex", NULL };
static const SANE_String_Const modes[] = { SANE_VALUE_SCAN_MODE_LINEART,
                                           SANE_VALUE_SCAN_MODE_GRAY,
                                           SANE_VALUE_SCAN_MODE_COLOR, NULL };
static const SANE_String_Const compressions[] = { "None", "JPEG", NULL };
static const SANE_String_Const sides[] = { "front", "back", NULL };
static const SANE_Word depths[] = { 2, 8, 16 };
static const SANE_Range dpi_range = { 75, 600, 1 };
static const SANE_Range byte_range = { 0, 255, 1 };
static const SANE_Range percent_range = { 0, 100, 1 };
static const SANE_Range width_range = { 0, SANE_FIX(297), 0 };
static const SANE_Range height_range = { 0, SANE_FIX(432), 0 };
static const SANE_Range sheet_range = { 1, STACK_SHEETS_MAX, 1 };
static const SANE_Range ms_range = { 0, FEEDER_MS_MAX, 1 };

#define GROUP(t) \
    { \
        .title = t, .type = SANE_TYPE_GROUP \
    }
#define WORDS(n, t, d, c, list) \
    { \
        .name = n, .title = t, .desc = d, .type = SANE_TYPE_STRING, .size = TEXT_ROOM, \
        .cap = c, .constraint_type = SANE_CONSTRAINT_STRING_LIST, \
        .constraint.string_list = list \
    }
#define NUMBER(n, t, d, k, u, c, r) \
    { \
        .name = n, .title = t, .desc = d, .type = k, .unit = u, \
        .size = sizeof(SANE_Word), .cap = c, .constraint_type = SANE_CONSTRAINT_RANGE, \
        .constraint.range = r \
    }
#define LENGTH(n, t, d, r) NUMBER(n, t, d, SANE_TYPE_FIXED, SANE_UNIT_MM, CAP_SET, r)
#define COUNTED(n, t, d, u, r) NUMBER(n, t, d, SANE_TYPE_INT, u, CAP_ASK, r)
#define YESNO(n, t, d, c) \
    { \
        .name = n, .title = t, .desc = d, .type = SANE_TYPE_BOOL, \
        .size = sizeof(SANE_Word), .cap = c \
    }

static const SANE_Option_Descriptor table[OPTIONS] = {
    [OPT_COUNT] = { .name = SANE_NAME_NUM_OPTIONS,
                    .title = SANE_TITLE_NUM_OPTIONS,
                    .desc = SANE_DESC_NUM_OPTIONS,
                    .type = SANE_TYPE_INT,
                    .size = sizeof(SANE_Word),
                    .cap = CAP_READ },
    [OPT_GROUP_SCAN] = GROUP("Scan mode"),
    [OPT_SOURCE] = WORDS(SANE_NAME_SCAN_SOURCE, SANE_TITLE_SCAN_SOURCE,
                         SANE_DESC_SCAN_SOURCE, CAP_SET, sources),
    [OPT_MODE] = WORDS(SANE_NAME_SCAN_MODE, SANE_TITLE_SCAN_MODE, SANE_DESC_SCAN_MODE,
                       CAP_SET, modes),
    [OPT_RESOLUTION] = NUMBER(SANE_NAME_SCAN_RESOLUTION, SANE_TITLE_SCAN_RESOLUTION,
                              SANE_DESC_SCAN_RESOLUTION, SANE_TYPE_INT, SANE_UNIT_DPI,
                              CAP_SET, &dpi_range),
    [OPT_DEPTH] = { .name = SANE_NAME_BIT_DEPTH,
                    .title = SANE_TITLE_BIT_DEPTH,
                    .desc = SANE_DESC_BIT_DEPTH,
                    .type = SANE_TYPE_INT,
                    .unit = SANE_UNIT_BIT,
                    .size = sizeof(SANE_Word),
                    .cap = CAP_SET,
                    .constraint_type = SANE_CONSTRAINT_WORD_LIST,
                    .constraint.word_list = depths },
    [OPT_COMPRESSION] =
        WORDS("compression", "Compression",
              "JPEG delivers a complete JPEG file (frame type 0x0B); at the "
              "page's own size and resolution it is the file as it lies there",
              CAP_SET, compressions),
    [OPT_THRESHOLD] =
        NUMBER(SANE_NAME_THRESHOLD, SANE_TITLE_THRESHOLD, SANE_DESC_THRESHOLD,
               SANE_TYPE_INT, SANE_UNIT_NONE, CAP_SET, &byte_range),
    [OPT_PREVIEW] = YESNO(SANE_NAME_PREVIEW, SANE_TITLE_PREVIEW,
                          "Scan at 75 dpi whatever the resolution says", CAP_SET),
    [OPT_GROUP_GEOMETRY] = GROUP("Geometry"),
    [OPT_PAGE_WIDTH] =
        LENGTH(SANE_NAME_PAGE_WIDTH, SANE_TITLE_PAGE_WIDTH,
               "Width of the paper; the window is cut there", &width_range),
    [OPT_PAGE_HEIGHT] =
        LENGTH(SANE_NAME_PAGE_HEIGHT, SANE_TITLE_PAGE_HEIGHT,
               "Height of the paper; the window is cut there", &height_range),
    [OPT_TL_X] = LENGTH(SANE_NAME_SCAN_TL_X, SANE_TITLE_SCAN_TL_X, SANE_DESC_SCAN_TL_X,
                        &width_range),
    [OPT_TL_Y] = LENGTH(SANE_NAME_SCAN_TL_Y, SANE_TITLE_SCAN_TL_Y, SANE_DESC_SCAN_TL_Y,
                        &height_range),
    [OPT_BR_X] = LENGTH(SANE_NAME_SCAN_BR_X, SANE_TITLE_SCAN_BR_X, SANE_DESC_SCAN_BR_X,
                        &width_range),
    [OPT_BR_Y] = LENGTH(SANE_NAME_SCAN_BR_Y, SANE_TITLE_SCAN_BR_Y, SANE_DESC_SCAN_BR_Y,
                        &height_range),
    [OPT_ALD] =
        YESNO("ald", "Auto length detection",
              "The picture ends where the paper ends, not at the window", CAP_SET),
    [OPT_GROUP_SENSORS] = GROUP("Sensors"),
    [OPT_PAGE_LOADED] = YESNO(SANE_NAME_PAGE_LOADED, SANE_TITLE_PAGE_LOADED,
                              SANE_DESC_PAGE_LOADED, CAP_SENSOR),
    [OPT_DOUBLE_FEED] = YESNO("double-feed", "Double feed",
                              "The last sheets were pulled in together", CAP_SENSOR),
    [OPT_COVER_OPEN] = YESNO(SANE_NAME_COVER_OPEN, SANE_TITLE_COVER_OPEN,
                             SANE_DESC_COVER_OPEN, CAP_SENSOR),
    [OPT_SCAN] = YESNO(
        SANE_NAME_SCAN, SANE_TITLE_SCAN,
        "Pressed since it was last asked: a file scan.button in the folder", CAP_SENSOR),
    [OPT_SERIAL] = { .name = "serial-number",
                     .title = "Serial number",
                     .desc = "As paper.conf names it",
                     .type = SANE_TYPE_STRING,
                     .size = FEEDER_WORD_MAX,
                     .cap = CAP_READ },
    [OPT_GROUP_ADVANCED] = { .title = "Trouble on request",
                             .type = SANE_TYPE_GROUP,
                             .cap = SANE_CAP_ADVANCED },
    [OPT_FEED_MS] = COUNTED("feed-ms", "Feed time", "Milliseconds to feed a sheet",
                            SANE_UNIT_NONE, &ms_range),
    [OPT_FAULT] =
        WORDS("fault", "Fault",
              "What goes wrong at fault-sheet, until it is none "
              "again; faults.tsv in the folder does the same while it stands there",
              CAP_ASK, (const SANE_String_Const *)trouble_words),
    [OPT_FAULT_SHEET] = COUNTED("fault-sheet", "Sheet of the fault",
                                "From 1, in the stack", SANE_UNIT_NONE, &sheet_range),
    [OPT_FAULT_SIDE] =
        WORDS("fault-side", "Side of the fault", "Side it strikes on", CAP_ASK, sides),
    [OPT_FAULT_PERCENT] = COUNTED("fault-percent", "Lines before the fault",
                                  "Share of the lines delivered before it strikes",
                                  SANE_UNIT_PERCENT, &percent_range),
    [OPT_FAULT_MS] = COUNTED("fault-ms", "Delay of slow-feed", "Milliseconds",
                             SANE_UNIT_NONE, &ms_range),
};

static void set_active(struct options *options, enum option option, bool active)
{
    SANE_Int *cap = &options->about[option].cap;
    *cap = active ? *cap & ~SANE_CAP_INACTIVE : *cap | SANE_CAP_INACTIVE;
}

static void work_out_active(struct options *options)
{
    bool lineart = options->value[OPT_MODE] == PICTURE_LINEART;
    set_active(options, OPT_THRESHOLD, lineart);
    set_active(options, OPT_DEPTH, !lineart);
    set_active(options, OPT_COMPRESSION, !lineart);
}

void options_preset(struct options *options, const struct feeder_conf *conf)
{
    static const SANE_Word presets[OPTIONS] = {
        [OPT_COUNT] = OPTIONS,
        [OPT_SOURCE] = SOURCE_FLATBED,
        [OPT_MODE] = PICTURE_COLOR,
        [OPT_RESOLUTION] = 300,
        [OPT_DEPTH] = 8,
        [OPT_THRESHOLD] = 128,
        [OPT_PAGE_WIDTH] = SANE_FIX(210),
        [OPT_PAGE_HEIGHT] = SANE_FIX(297),
        [OPT_BR_X] = SANE_FIX(210),
        [OPT_BR_Y] = SANE_FIX(297),
        [OPT_FAULT_SHEET] = 1,
        [OPT_FAULT_MS] = TROUBLE_SLOW_MS,
    };
    memcpy(options->value, presets, sizeof presets);
    memcpy(options->about, table, sizeof table);
    for (size_t i = 0; i < OPTIONS; i++) {
        if (!options->about[i].name)
            options->about[i].name = "";
        if (!options->about[i].desc)
            options->about[i].desc = "";
    }
    options->value[OPT_FEED_MS] = (SANE_Word)conf->feed_ms;
    work_out_active(options);
}

/* The index of a word, whatever its case; -1 when it is none. */
static SANE_Word word_index(const SANE_String_Const *list, const char *word)
{
    for (SANE_Word i = 0; list[i]; i++)
        if (!strcasecmp(list[i], word))
            return i;
    return -1;
}

static SANE_Word into_range(const SANE_Range *range, SANE_Word value)
{
    if (value < range->min)
        return range->min;
    if (value > range->max)
        return range->max;
    return value;
}

static SANE_Word nearest_word(const SANE_Word *list, SANE_Word value)
{
    SANE_Word best = list[1];
    for (SANE_Word i = 2; i <= list[0]; i++)
        if (abs(list[i] - value) < abs(best - value))
            best = list[i];
    return best;
}

SANE_Status options_set(struct options *options, SANE_Int option, const void *value,
                        SANE_Int *ret_info)
{
    const SANE_Option_Descriptor *about = &options->about[option];
    if (!SANE_OPTION_IS_SETTABLE(about->cap) || !SANE_OPTION_IS_ACTIVE(about->cap))
        return SANE_STATUS_INVAL;
    SANE_Word wanted, real;
    if (about->type == SANE_TYPE_STRING) {
        real = wanted = word_index(about->constraint.string_list, value);
        if (real < 0)
            return SANE_STATUS_INVAL;
    } else {
        memcpy(&wanted, value, sizeof wanted);
        real = wanted;
        if (about->constraint_type == SANE_CONSTRAINT_RANGE)
            real = into_range(about->constraint.range, wanted);
        else if (about->constraint_type == SANE_CONSTRAINT_WORD_LIST)
            real = nearest_word(about->constraint.word_list, wanted);
        else if (wanted != SANE_TRUE && wanted != SANE_FALSE)
            return SANE_STATUS_INVAL;
    }
    bool changed = options->value[option] != real;
    options->value[option] = real;
    SANE_Int info = real != wanted ? SANE_INFO_INEXACT : 0;
    if (changed && option == OPT_MODE)
        info |= SANE_INFO_RELOAD_OPTIONS;
    if (changed && option < OPT_GROUP_SENSORS)
        info |= SANE_INFO_RELOAD_PARAMS;
    work_out_active(options);
    if (ret_info)
        *ret_info = info;
    return SANE_STATUS_GOOD;
}

SANE_Status options_get(const struct options *options, SANE_Int option, void *ret_value)
{
    const SANE_Option_Descriptor *about = &options->about[option];
    if (about->type == SANE_TYPE_GROUP || !SANE_OPTION_IS_ACTIVE(about->cap))
        return SANE_STATUS_INVAL;
    SANE_Word value = options->value[option];
    if (about->type == SANE_TYPE_STRING)
        strcpy(ret_value, about->constraint.string_list[value]);
    else
        memcpy(ret_value, &value, sizeof value);
    return SANE_STATUS_GOOD;
}

static SANE_Word least(SANE_Word a, SANE_Word b)
{
    return a < b ? a : b;
}

static uint32_t fixed_to_px(SANE_Word fixed_mm, uint32_t dpi)
{
    return fixed_mm <= 0 ? 0 : (uint32_t)(SANE_UNFIX(fixed_mm) / 25.4 * dpi + 0.5);
}

struct picture_view options_view(const struct options *options)
{
    const SANE_Word *value = options->value;
    enum picture_mode mode = (enum picture_mode)value[OPT_MODE];
    uint32_t dpi =
        value[OPT_PREVIEW] ? (uint32_t)dpi_range.min : (uint32_t)value[OPT_RESOLUTION];
    SANE_Word right = least(value[OPT_BR_X], value[OPT_PAGE_WIDTH]);
    SANE_Word foot = least(value[OPT_BR_Y], value[OPT_PAGE_HEIGHT]);
    return (struct picture_view){
        .mode = mode,
        .depth = mode == PICTURE_LINEART ? 1 : (unsigned)value[OPT_DEPTH],
        .threshold = (unsigned)value[OPT_THRESHOLD],
        .dpi = dpi,
        .left_um = (int32_t)(SANE_UNFIX(value[OPT_TL_X]) * 1000),
        .top_um = (int32_t)(SANE_UNFIX(value[OPT_TL_Y]) * 1000),
        .width_px = fixed_to_px(right - value[OPT_TL_X], dpi),
        .height_px = fixed_to_px(foot - value[OPT_TL_Y], dpi),
    };
}

struct trouble options_trouble(const struct options *options)
{
    const SANE_Word *value = options->value;
    return (struct trouble){ .kind = (enum trouble_kind)value[OPT_FAULT],
                             .sheet = (unsigned)value[OPT_FAULT_SHEET],
                             .side = (enum side)value[OPT_FAULT_SIDE],
                             .percent = (unsigned)value[OPT_FAULT_PERCENT],
                             .ms = (unsigned)value[OPT_FAULT_MS] };
}
