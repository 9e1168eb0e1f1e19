/* A reader's life on the event loop:
 *
 *   absent --open--> there --bytes--> code --gate--> said
 *     ^                |  \--silence--> torn code dropped (or ended)
 *     +---gone, again--+
 */
#include "drivers/barcode/barcode.h"

#include "drivers/barcode/barcode_port.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>

struct barcode {
    sd_event *loop; /* borrowed */
    struct barcode_place place;
    const struct barcode_port *port;
    const struct barcode_handlers *handlers; /* borrowed */
    struct barcode_gate *gate;               /* borrowed */
    struct barcode_open device;
    struct barcode_counters counters;
    uint32_t lost_before; /* of lines that were closed */
    sd_event_source *bytes, *silence, *again;
    char sentence[FAULT_TEXT_MAX];
};

static const struct barcode_port *const ports[] = {
    [BARCODE_KEYS] = &barcode_port_keys,
    [BARCODE_HIDPOS] = &barcode_port_hidpos,
    [BARCODE_SERIAL] = &barcode_port_serial,
    [BARCODE_PAUSE] = &barcode_port_pause,
};

const char *barcode_kind_name(enum barcode_kind kind)
{
    return ports[kind]->name;
}

enum rc barcode_open_file(const char *path, int flags, int *ret_fd, struct fault *why)
{
    int fd = open(path, flags | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0) {
        *ret_fd = fd;
        return RC_OK;
    }
    if (errno == ENOENT || errno == ENODEV || errno == ENXIO)
        return fault_set(why, RC_NOT_FOUND, errno, "没有插上（%s）。", path);
    if (errno == EBUSY)
        return fault_set(why, RC_AGAIN, errno, "正被别的程序占用（%s）。", path);
    return fault_set(why, rc_of_errno(errno), errno, "打不开 %s：%s。", path,
                     errno == EACCES ? "没有权限" : strerror(errno));
}

static void on_code(const struct barcode_text *code, void *context)
{
    struct barcode *r = context;
    char text[BARCODE_TEXT_MAX];
    struct barcode_said said = { .reader = r->place.name,
                                 .text = text,
                                 .aim = code->aim };
    said.verdict =
        barcode_judge(r->gate, code, clock_mono_ms(), &r->counters, &said.label, text);
    if (said.verdict != BARCODE_TWICE)
        r->handlers->said(&said, r->handlers->context);
}

static void tell_changed(struct barcode *r)
{
    if (r->handlers->changed)
        r->handlers->changed(r, r->handlers->context);
}

static int on_again(sd_event_source *source, uint64_t usec, void *context);

static void try_again_later(struct barcode *r)
{
    if (sd_event_add_time_relative(r->loop, &r->again, CLOCK_MONOTONIC,
                                   BARCODE_AGAIN_MS * 1000, 0, on_again, r) < 0)
        log_debug("reader %s: no timer", r->place.name);
}

static void shut(struct barcode *r, const char *sentence)
{
    struct barcode_line *line = r->port->line(&r->device);
    struct barcode_text none;
    (void)barcode_line_silence(line, false, &none); /* half a code is none */
    r->lost_before += line->lost;
    r->bytes = sd_event_source_disable_unref(r->bytes);
    r->silence = sd_event_source_disable_unref(r->silence);
    r->port->close(&r->device);
    r->device = (struct barcode_open){ .fd = -1 };
    snprintf(r->sentence, sizeof r->sentence, "%s", sentence);
}

static int on_silence(sd_event_source *source, uint64_t usec, void *context)
{
    (void)source;
    (void)usec;
    struct barcode *r = context;
    struct barcode_text code;
    r->silence = sd_event_source_disable_unref(r->silence);
    if (barcode_line_silence(r->port->line(&r->device), r->port->silence_ends, &code))
        on_code(&code, r);
    return 0;
}

/* Each byte puts the silence off; without a half code there is nothing to wait for. */
static void arm_silence(struct barcode *r)
{
    r->silence = sd_event_source_disable_unref(r->silence);
    const struct barcode_line *line = r->port->line(&r->device);
    if ((line->len || line->spoilt || line->open) &&
        sd_event_add_time_relative(r->loop, &r->silence, CLOCK_MONOTONIC,
                                   BARCODE_SILENCE_MS * 1000, 0, on_silence, r) < 0)
        log_debug("reader %s: no timer", r->place.name);
}

static int on_bytes(sd_event_source *source, int fd, uint32_t events, void *context)
{
    (void)source;
    (void)fd;
    struct barcode *r = context;
    enum rc rc = RC_OK;
    if (events & EPOLLIN)
        rc = r->port->read(&r->device, on_code, r);
    if (!rc && !(events & (EPOLLHUP | EPOLLERR))) {
        arm_silence(r);
        return 0;
    }
    r->counters.gone++;
    shut(r, "断开了，请检查扫码枪的连接线。");
    try_again_later(r);
    tell_changed(r);
    return 0;
}

static enum rc begin(struct barcode *r, struct fault *why)
{
    enum rc rc = r->port->open(&r->place, &r->device, why);
    if (rc)
        return rc;
    int e = sd_event_add_io(r->loop, &r->bytes, r->device.fd, EPOLLIN, on_bytes, r);
    if (e < 0) {
        shut(r, "");
        return fault_set(why, RC_IO, -e, "%s 不是设备文件。", r->place.path);
    }
    r->sentence[0] = 0;
    return RC_OK;
}

static int on_again(sd_event_source *source, uint64_t usec, void *context)
{
    (void)source;
    (void)usec;
    struct barcode *r = context;
    struct fault why = { 0 };
    r->again = sd_event_source_disable_unref(r->again);
    if (!begin(r, &why)) {
        tell_changed(r);
        return 0;
    }
    if (strcmp(r->sentence, why.text) != 0) {
        snprintf(r->sentence, sizeof r->sentence, "%s", why.text);
        tell_changed(r);
    }
    try_again_later(r);
    return 0;
}

enum rc barcode_new(sd_event *loop, const struct barcode_place *place,
                    struct barcode_gate *gate, const struct barcode_handlers *handlers,
                    struct barcode **ret_reader, struct fault *why)
{
    struct barcode *r = calloc(1, sizeof *r);
    if (!r)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足。");
    r->loop = loop;
    r->place = *place;
    r->port = ports[place->kind];
    r->handlers = handlers;
    r->gate = gate;
    r->device.fd = -1;
    struct fault absent = { 0 };
    if (begin(r, &absent)) {
        snprintf(r->sentence, sizeof r->sentence, "%s", absent.text);
        try_again_later(r);
    }
    *ret_reader = r;
    return RC_OK;
}

void barcode_free(struct barcode *r)
{
    if (!r)
        return;
    shut(r, "");
    sd_event_source_disable_unref(r->again);
    free(r);
}

const struct barcode_place *barcode_place(const struct barcode *r)
{
    return &r->place;
}

bool barcode_there(const struct barcode *r)
{
    return r->device.fd >= 0;
}

const char *barcode_sentence(const struct barcode *r)
{
    return r->sentence;
}

struct barcode_counters barcode_counters(const struct barcode *r)
{
    struct barcode_counters counters = r->counters;
    struct barcode_open device = r->device;
    counters.lost = r->lost_before + r->port->line(&device)->lost;
    return counters;
}
