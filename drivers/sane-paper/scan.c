/* Taking a picture. Everything that can be known before the first byte is decided in
 * scan_start(): is there a sheet, does something go wrong with it, can its picture be
 * opened, what size will it be. Only then is the sheet fed, and a thread makes the bytes.
 */
#include "scan.h"

#include "sys/clock.h"
#include "sys/scope.h"

#include <string.h>

SANE_Status scan_status(enum rc rc, const struct fault *why)
{
    if (rc && why && getenv("SANE_DEBUG_PAPER"))
        fprintf(stderr, "[paper] %s: %s\n", rc_name(rc), why->text);
    switch (rc) {
    case RC_OK:
        return SANE_STATUS_GOOD;
    case RC_INVALID:
    case RC_NOT_FOUND:
        return SANE_STATUS_INVAL;
    case RC_AGAIN:
        return SANE_STATUS_DEVICE_BUSY;
    case RC_DENIED:
        return SANE_STATUS_ACCESS_DENIED;
    case RC_NO_MEMORY:
        return SANE_STATUS_NO_MEM;
    case RC_CANCELLED:
        return SANE_STATUS_CANCELLED;
    default:
        return SANE_STATUS_IO_ERROR;
    }
}

SANE_Status scan_open(struct feeder *feeder, struct scan **ret_scan)
{
    struct fault why = { 0 };
    enum rc rc = feeder_open(feeder, &why);
    if (rc)
        return scan_status(rc, &why);
    SCOPED(free_at) struct scan *scan = calloc(1, sizeof *scan);
    if (!scan || stream_open(&scan->stream)) {
        feeder_close(feeder);
        return SANE_STATUS_NO_MEM;
    }
    scan->feeder = feeder;
    options_preset(&scan->options, feeder_conf(feeder));
    *ret_scan = TAKE(scan);
    return SANE_STATUS_GOOD;
}

void scan_close(struct scan *scan)
{
    stream_close(&scan->stream);
    picture_free(&scan->picture);
    feeder_close(scan->feeder);
    free(scan);
}

static bool fed_by_feeder(const struct scan *scan)
{
    return scan->options.value[OPT_SOURCE] != SOURCE_FLATBED;
}

static SANE_Status status_of_trouble(enum trouble_kind kind)
{
    static const SANE_Status status[TROUBLE_COUNT] = {
        [TROUBLE_JAM] = SANE_STATUS_JAMMED,
        [TROUBLE_DOUBLE_FEED] = SANE_STATUS_JAMMED, /* the sensor tells them apart */
        [TROUBLE_COVER_OPEN] = SANE_STATUS_COVER_OPEN,
        [TROUBLE_NO_DOCS] = SANE_STATUS_NO_DOCS,
        [TROUBLE_DEVICE_GONE] = SANE_STATUS_IO_ERROR,
        [TROUBLE_IO_ERROR] = SANE_STATUS_IO_ERROR,
    };
    return status[kind];
}

/* The trouble strikes: where does it leave the paper and the device? */
static SANE_Status strike(struct scan *scan, enum trouble_kind kind)
{
    struct fault why = { 0 };
    enum rc rc = RC_OK;
    if (kind == TROUBLE_DEVICE_GONE) {
        scan->gone = true;
        feeder_unplug(scan->feeder);
    }
    if (fed_by_feeder(scan) && kind != TROUBLE_NO_DOCS)
        rc = feeder_put_back(scan->feeder, scan->sheet.number, kind, &why);
    scan->busy = scan->back_waits = false;
    scan->pace.runs = false; /* it begins anew with the sheet that is laid on top */
    return rc ? scan_status(rc, &why) : status_of_trouble(kind);
}

/* Which side of which sheet comes now. On the glass lies the sheet on top, unfed. */
static SANE_Status choose_side(struct scan *scan)
{
    struct fault why = { 0 };
    scan->side = scan->back_waits ? SIDE_BACK : SIDE_FRONT;
    if (scan->back_waits)
        return SANE_STATUS_GOOD;
    enum rc rc = feeder_peek(scan->feeder, &scan->sheet, &why);
    if (rc != RC_NOT_FOUND)
        return scan_status(rc, &why);
    scan->sheet = (struct fed_sheet){ .number = 0 };
    return fed_by_feeder(scan) ? SANE_STATUS_NO_DOCS : SANE_STATUS_GOOD;
}

/* Clean paper is as large as the other side of its sheet, or as the page options say. */
static void open_clean(struct scan *scan)
{
    const SANE_Word *value = scan->options.value;
    const char *front = scan->sheet.sheet.side[SIDE_FRONT];
    struct picture like;
    unsigned seed = scan->sheet.number * 2 + (unsigned)scan->side;
    uint32_t dpi = PICTURE_DPI_DEFAULT;
    double px_per_mm = dpi / 25.4;
    scan->picture = picture_clean(
        (uint32_t)(SANE_UNFIX(value[OPT_PAGE_WIDTH]) * px_per_mm),
        (uint32_t)(SANE_UNFIX(value[OPT_PAGE_HEIGHT]) * px_per_mm), dpi, seed);
    if (front[0] && !picture_open(feeder_folder(scan->feeder), front, &like, NULL)) {
        scan->picture = picture_clean(like.width_px, like.height_px, like.dpi, seed);
        picture_free(&like);
    }
}

static SANE_Status open_picture(struct scan *scan)
{
    struct fault why = { 0 };
    const char *name = scan->sheet.sheet.side[scan->side];
    if (!name[0]) {
        open_clean(scan);
        return SANE_STATUS_GOOD;
    }
    enum rc rc = picture_open(feeder_folder(scan->feeder), name, &scan->picture, &why);
    if (rc) {
        scan_status(rc, &why);
        return SANE_STATUS_IO_ERROR; /* the head could not read the paper */
    }
    return SANE_STATUS_GOOD;
}

/* The time of a sheet, once: both its sides pass the heads together. A slow feed may
 * strike at either side: then the sheet hangs in the path. */
static SANE_Status wait_for_paper(struct scan *scan)
{
    const struct feeder_conf *conf = feeder_conf(scan->feeder);
    unsigned ms = scan->back_waits ? 0 : (unsigned)scan->options.value[OPT_FEED_MS];
    if (!scan->back_waits && conf->pace_ms) {
        int64_t now_ms = clock_now_ms();
        ms += (unsigned)(pace_next(&scan->pace, conf->pace_ms, now_ms) - now_ms);
    }
    if (scan->trouble.kind == TROUBLE_SLOW_FEED) {
        ms += scan->trouble.ms;
        scan->trouble.kind = TROUBLE_NONE;
    }
    return ms && !stream_sleep(&scan->stream, ms) ? SANE_STATUS_CANCELLED
                                                  : SANE_STATUS_GOOD;
}

static SANE_Status feed(struct scan *scan)
{
    struct fault why = { 0 };
    if (scan->back_waits)
        return SANE_STATUS_GOOD; /* it is in the path already */
    return scan_status(feeder_feed(scan->feeder, &scan->sheet, &why), &why);
}

/* The picture's real size is known: a whole page as a JPEG has that of its file. */
static void settle_view(struct scan *scan)
{
    uint64_t long_px = (uint64_t)scan->picture.height_px * scan->view.dpi;
    long_px = scan->picture.dpi ? long_px / scan->picture.dpi : 0;
    if (scan->options.value[OPT_ALD] && long_px && long_px < scan->view.height_px)
        scan->view.height_px = (uint32_t)long_px;
    scan->jpeg = scan->options.value[OPT_COMPRESSION] == COMPRESSION_JPEG &&
                 scan->view.mode != PICTURE_LINEART;
    if (!scan->jpeg)
        return;
    scan->view.depth = 8;
    if (picture_is_view(&scan->picture, &scan->view)) {
        scan->view.width_px = scan->picture.width_px;
        scan->view.height_px = scan->picture.height_px;
    }
}

static SANE_Status look_for_trouble(struct scan *scan)
{
    struct fault why = { 0 };
    struct trouble asked = options_trouble(&scan->options);
    enum rc rc = feeder_trouble(scan->feeder, &asked, scan->sheet.number, scan->side,
                                &scan->trouble, &why);
    enum trouble_kind kind = scan->trouble.kind;
    if (!fed_by_feeder(scan) && kind != TROUBLE_DEVICE_GONE && kind != TROUBLE_IO_ERROR)
        scan->trouble.kind = kind = TROUBLE_NONE;
    if (rc)
        return scan_status(rc, &why);
    if (kind == TROUBLE_NO_DOCS ||
        (kind != TROUBLE_NONE && kind != TROUBLE_SLOW_FEED && !scan->trouble.percent))
        return strike(scan, kind);
    return SANE_STATUS_GOOD;
}

SANE_Status scan_start(struct scan *scan)
{
    bool cancelled = atomic_load(&scan->stream.cancelled);
    if (scan->gone)
        return SANE_STATUS_IO_ERROR;
    if (scan->busy && !cancelled)
        return SANE_STATUS_DEVICE_BUSY;
    stream_reset(&scan->stream);
    picture_free(&scan->picture);
    scan->busy = scan->ended = false;
    if (cancelled || scan->options.value[OPT_SOURCE] != SOURCE_ADF_DUPLEX)
        scan->back_waits = false;
    scan->view = options_view(&scan->options);
    if (!scan->view.width_px || !scan->view.height_px)
        return SANE_STATUS_INVAL;
    SANE_Status status = choose_side(scan);
    if (!status)
        status = look_for_trouble(scan);
    if (!status)
        status = open_picture(scan);
    if (!status && fed_by_feeder(scan))
        status = wait_for_paper(scan);
    if (!status && fed_by_feeder(scan))
        status = feed(scan);
    if (status)
        return status;
    scan->back_waits = false;
    settle_view(scan);
    if (stream_start(&scan->stream, scan_make, scan))
        return SANE_STATUS_NO_MEM;
    scan->busy = true;
    return SANE_STATUS_GOOD;
}

/* The maker is done: with the whole picture, or so far as the trouble let it. */
static SANE_Status end_picture(struct scan *scan, SANE_Status end)
{
    scan->busy = false;
    if (end == SANE_STATUS_EOF && scan->trouble.kind != TROUBLE_NONE)
        return strike(scan, scan->trouble.kind);
    if (end == SANE_STATUS_EOF)
        pace_note(&scan->pace, feeder_conf(scan->feeder)->diary, scan->sheet.number,
                  (int)scan->side, clock_now_ms());
    scan->ended = end == SANE_STATUS_EOF;
    scan->back_waits = scan->ended && scan->side == SIDE_FRONT &&
                       scan->options.value[OPT_SOURCE] == SOURCE_ADF_DUPLEX;
    return end;
}

SANE_Status scan_read(struct scan *scan, SANE_Byte *data, SANE_Int room,
                      SANE_Int *ret_len)
{
    *ret_len = 0;
    if (scan->gone)
        return SANE_STATUS_IO_ERROR;
    if (!scan->busy && atomic_load(&scan->stream.cancelled))
        return SANE_STATUS_CANCELLED;
    if (!scan->busy)
        return scan->ended ? SANE_STATUS_EOF : SANE_STATUS_INVAL;
    size_t len;
    int end;
    switch (stream_read(&scan->stream, data, room > 0 ? (size_t)room : 0, &len, &end)) {
    case STREAM_BYTES:
        *ret_len = (SANE_Int)len;
        return SANE_STATUS_GOOD;
    case STREAM_END:
        return end_picture(scan, (SANE_Status)end);
    case STREAM_CANCELLED:
        scan->busy = scan->back_waits = false;
        return SANE_STATUS_CANCELLED;
    case STREAM_NOTHING_YET:
        break;
    }
    return SANE_STATUS_GOOD;
}

SANE_Parameters scan_parameters(const struct scan *scan)
{
    struct picture_view view = scan->busy ? scan->view : options_view(&scan->options);
    bool jpeg = scan->busy ? scan->jpeg
                           : scan->options.value[OPT_COMPRESSION] == COMPRESSION_JPEG &&
                                 view.mode != PICTURE_LINEART;
    return (SANE_Parameters){
        .format = jpeg                         ? (SANE_Frame)SCAN_FRAME_JPEG
                  : view.mode == PICTURE_COLOR ? SANE_FRAME_RGB
                                               : SANE_FRAME_GRAY,
        .last_frame = SANE_TRUE,
        .bytes_per_line = (SANE_Int)picture_stride(&view),
        .pixels_per_line = (SANE_Int)view.width_px,
        .lines = (SANE_Int)view.height_px,
        .depth = (SANE_Int)view.depth,
    };
}
