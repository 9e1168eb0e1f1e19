/* Opening, asking and reading, over the port. Reading is one loop for every device: wait
 * for bytes or for the wish to stop, straighten the samples, hand them to the sink. Ends
 * are decided in end_of(), where SANE's few codes are made finer by asking the sensors
 * and the list of devices. */
#include "drivers/scanner/scanner.h"

#include "drivers/scanner/scanner_frame.h"
#include "drivers/scanner/scanner_state.h"
#include "sys/scope.h"

#include <poll.h>
#include <string.h>
#include <time.h>

enum { RUN_BYTES = 256 * 1024 };

bool scanner_is_gone(struct scanner *scanner)
{
    SCOPED(free_at)
    struct scanner_device *list = calloc(SCANNER_DEVICES_MAX, sizeof *list);
    size_t count = 0;
    double probe;
    struct port_option source = { .index = 0 };
    /* libsane's net backend frees what is not its own when it asks on a dead connection;
     * so nothing is asked, and the failure is told as what it is for sure. */
    if (!strncmp(scanner->about.name, "net:", 4))
        return false;
    if (list && scanner->listed && !port_list(list, SCANNER_DEVICES_MAX, &count)) {
        for (size_t i = 0; i < count; i++)
            if (!strcmp(list[i].name, scanner->about.name))
                return false;
        return true;
    }
    return port_get_number(scanner->port, &source, &probe) != PORT_GOOD;
}

enum scanner_sense scanner_sense_one(struct scanner *scanner, const char *usual,
                                     const char *by_quirk, enum port_status *ret_status)
{
    struct port_option option;
    double value = 0;
    *ret_status = PORT_GOOD;
    /* What can be set is a wish, not a sensor: some call the switch of the double-feed
     * detector "double-feed". */
    if (!strcmp(by_quirk, "no") ||
        !port_find(scanner->port, by_quirk[0] ? by_quirk : usual, &option) ||
        !option.active || option.settable || option.kind == PORT_TEXT ||
        option.kind == PORT_OTHER)
        return SCANNER_SENSE_UNKNOWN;
    *ret_status = port_get_number(scanner->port, &option, &value);
    if (*ret_status)
        return SCANNER_SENSE_UNKNOWN;
    return value != 0 ? SCANNER_SENSE_YES : SCANNER_SENSE_NO;
}

enum rc scanner_sense(struct scanner *scanner, struct scanner_sensors *ret_sensors,
                      struct fault *why)
{
    const struct quirk *quirk = &scanner->quirk;
    enum port_status status[4];
    struct scanner_sensors sensors = {
        .page_loaded =
            scanner_sense_one(scanner, "page-loaded", quirk->page_loaded, &status[0]),
        .cover_open =
            scanner_sense_one(scanner, "cover-open", quirk->cover_open, &status[1]),
        .double_feed =
            scanner_sense_one(scanner, "double-feed", quirk->double_feed, &status[2]),
        .scan_button = scanner_sense_one(scanner, "scan", quirk->scan_button, &status[3]),
    };
    for (unsigned i = 0; i < COUNT(status); i++)
        if (status[i] == PORT_IO)
            return fault_set(why, RC_UNAVAILABLE, 0, "the scanner does not answer");
    *ret_sensors = sensors;
    return RC_OK;
}

static enum scanner_end end_of(struct scanner *scanner, enum port_status status,
                               struct fault *why)
{
    enum port_status ignored;
    if (why && !why->text[0])
        fault_set(why, RC_IO, 0, "scanner: %s", port_status_text(status));
    switch (status) {
    case PORT_GOOD:
    case PORT_EOF:
        return SCANNER_IMAGE;
    case PORT_NO_DOCS:
        return SCANNER_NO_DOCS;
    case PORT_JAMMED:
        return scanner_sense_one(scanner, "double-feed", scanner->quirk.double_feed,
                                 &ignored) == SCANNER_SENSE_YES
                   ? SCANNER_DOUBLE_FEED
                   : SCANNER_JAM;
    case PORT_COVER_OPEN:
        return SCANNER_COVER_OPEN;
    case PORT_BUSY:
        return SCANNER_BUSY;
    case PORT_CANCELLED:
        return SCANNER_CANCELLED;
    case PORT_UNSUPPORTED:
        return SCANNER_FORMAT;
    default:
        return scanner_is_gone(scanner) ? SCANNER_GONE : SCANNER_IO;
    }
}

void scanner_cancel(struct scanner *scanner)
{
    atomic_store(&scanner->cancelled, true);
    port_cancel(scanner->port);
}

void scanner_watch_cancel(struct scanner *scanner, int fd)
{
    scanner->cancel_fd = fd;
}

/* A run of bytes, or PORT_CANCELLED as soon as somebody wants to stop. `select_fd` is -1
 * for devices whose reads block: those are asked between runs only. */
static enum port_status read_run(struct scanner *scanner, int select_fd, uint8_t *at,
                                 size_t *ret_len)
{
    for (;;) {
        struct pollfd fds[] = { { .fd = scanner->cancel_fd, .events = POLLIN },
                                { .fd = select_fd, .events = POLLIN } };
        poll(fds, 2, select_fd < 0 ? 0 : -1);
        if (fds[0].revents)
            scanner_cancel(scanner);
        if (atomic_load(&scanner->cancelled))
            return PORT_CANCELLED;
        enum port_status status = port_read(scanner->port, at, RUN_BYTES, ret_len);
        if (status || *ret_len)
            return status;
    }
}

/* Where the bytes of one frame go: to the sink, or to a plane that waits for the others.
 */
struct course {
    struct scanner *scanner;
    const struct scanner_sink *sink;
    struct frame_planes planes;
    size_t plane_stride; /* bytes a line in a plane; lines may end in waste */
    struct scanner_format format;
    uint8_t *run;
    bool begun;
};

static void course_free(struct course *course)
{
    frame_planes_free(&course->planes);
    free(course->run);
}

static bool is_plane(const struct port_frame *frame)
{
    return frame->kind >= FRAME_RED && frame->kind <= FRAME_BLUE;
}

static struct scanner_format format_of(const struct scanner *scanner,
                                       const struct port_frame *frame)
{
    bool colour = frame->kind == FRAME_RGB || is_plane(frame) ||
                  (frame->kind == FRAME_JPEG && scanner->profile.mode == SCANNER_COLOR);
    uint32_t narrow = frame->depth == 16 ? 2 : 1;
    return (struct scanner_format){
        .coding = frame->kind == FRAME_JPEG ? SCANNER_JPEG : SCANNER_RAW,
        .width_px = frame->width_px,
        .height_px = frame->height_px,
        .channels = colour ? 3 : 1,
        .depth = frame->depth == 1 ? 1 : 8,
        .stride = frame->kind == FRAME_JPEG ? 0
                  : is_plane(frame)         ? frame->width_px * 3
                                            : frame->stride / narrow,
        .dpi = scanner->profile.dpi,
    };
}

static enum rc take_run(struct course *course, const struct port_frame *frame, size_t len,
                        struct fault *why)
{
    if (frame->depth == 1 && course->scanner->quirk.lineart_inverted[0] == 'y')
        frame_invert(course->run, len);
    struct bytes bytes = { course->run, len };
    if (is_plane(frame))
        return frame_planes_add(&course->planes, (unsigned)(frame->kind - FRAME_RED),
                                bytes);
    return course->sink->bytes(course->sink->context, bytes, why);
}

/* Read one frame to its end. PORT_EOF is the good end; *ret_sunk when the sink refused.
 */
static enum port_status read_frame(struct course *course, const struct port_frame *frame,
                                   bool *ret_sunk, struct fault *why)
{
    struct frame_narrow narrow = { .has_half = false };
    struct scanner *scanner = course->scanner;
    int select_fd = scanner->cancel_fd < 0 ? -1 : port_select_fd(scanner->port);
    uint64_t got = 0, whole = (uint64_t)frame->stride * frame->height_px;
    enum port_status status;
    for (;;) {
        size_t len = 0;
        status = read_run(scanner, select_fd, course->run, &len);
        if (status)
            break;
        got += len;
        if (frame->depth == 16 && frame->kind != FRAME_JPEG)
            len = frame_narrow(&narrow, course->run, len);
        if (take_run(course, frame, len, why)) {
            *ret_sunk = true;
            return PORT_CANCELLED;
        }
    }
    bool short_of = whole ? got < whole : frame->stride && got % frame->stride;
    if (status == PORT_EOF && frame->kind != FRAME_JPEG && (short_of || !got)) {
        fault_set(why, RC_IO, 0, "the picture broke off after %llu bytes",
                  (unsigned long long)got);
        return PORT_IO;
    }
    return status;
}

/* Did each colour come once, and whole? Through a network the word for a pass can be that
 * of the next one; then the picture is not to be had, rather than in wrong colours. */
static bool planes_fit(const struct course *course, struct fault *why)
{
    size_t line = course->format.width_px;
    if (frame_planes_whole(&course->planes) && line && course->plane_stride >= line &&
        3 * line <= RUN_BYTES)
        return true;
    fault_set(why, RC_IO, 0, "the passes of the scanner do not make a picture");
    return false;
}

/* All passes are in: hand them over as R G B, line by line. */
static enum rc join_planes(struct course *course, struct fault *why)
{
    size_t len = course->planes.len[0], line = course->format.width_px;
    size_t stride = course->plane_stride;
    enum rc rc = RC_OK;
    for (size_t at = 0; !rc && at + stride <= len; at += stride) {
        frame_planes_join(&course->planes, at, line, course->run);
        rc = course->sink->bytes(course->sink->context,
                                 (struct bytes){ course->run, 3 * line }, why);
    }
    return rc;
}

/* Frames until the last: one for most devices, three for a three-pass one. */
static enum port_status read_frames(struct course *course, bool *ret_sunk,
                                    struct fault *why)
{
    const struct scanner_sink *sink = course->sink;
    struct port_frame frame = { .last = false };
    while (!frame.last) {
        enum port_status status = port_start(course->scanner->port);
        if (!status)
            status = port_frame(course->scanner->port, &frame);
        if (!status && (frame.kind == FRAME_UNKNOWN ||
                        (frame.depth == 1 && frame.kind != FRAME_GRAY) ||
                        (frame.depth != 1 && frame.depth != 8 && frame.depth != 16)))
            status = PORT_UNSUPPORTED;
        if (status)
            return status;
        if (!course->begun) {
            course->format = format_of(course->scanner, &frame);
            course->plane_stride = frame.stride / (frame.depth == 16 ? 2 : 1);
            course->begun = true;
            *ret_sunk = sink->begin && sink->begin(sink->context, &course->format, why);
        }
        if (*ret_sunk)
            return PORT_CANCELLED;
        status = read_frame(course, &frame, ret_sunk, why);
        if (status != PORT_EOF)
            return status;
    }
    if (!is_plane(&frame))
        return PORT_EOF;
    if (!planes_fit(course, why))
        return PORT_IO;
    *ret_sunk = join_planes(course, why) != RC_OK;
    return PORT_EOF;
}

enum scanner_end scanner_read(struct scanner *scanner, const struct scanner_sink *sink,
                              struct fault *why)
{
    bool sunk = false;
    if (why)
        *why = (struct fault){ .rc = RC_OK };
    atomic_store(&scanner->cancelled, false);
    SCOPED(course_free)
    struct course course = { .scanner = scanner, .sink = sink, .run = malloc(RUN_BYTES) };
    if (!course.run) {
        fault_set(why, RC_NO_MEMORY, 0, "no memory for a run of bytes");
        return SCANNER_IO;
    }
    enum port_status status = read_frames(&course, &sunk, why);
    enum scanner_end end = sunk ? SCANNER_SINK : end_of(scanner, status, why);
    if (end != SCANNER_IMAGE || scanner->profile.source == SCANNER_FLATBED)
        port_cancel(scanner->port);
    return end;
}
