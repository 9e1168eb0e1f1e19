/* The session's side of feeding. A sheet is acknowledged in three steps that must not
 * change places: bits of each side on the disk, the sheet's record on the disk, the job
 * in memory. Only then the scan role is told to go on. Whatever breaks off before that
 * leaves no sheet: its bits are moved aside and the operator is told to feed it again. */
#include "station/session.h"

#include "station/job_repair.h"
#include "station/json_field.h"
#include "station/turn.h"
#include "sys/clock.h"
#include "sys/json_scope.h"
#include "sys/log.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum {
    STOP_GRACE_S = 15, /* the sheet in the path may end; then the process is killed */
};

static void arm_watch(struct session *s, uint32_t seconds);

/* A declared job that nothing was fed for, at a scanner that rests. */
static bool feeder_may_begin(const struct session *s)
{
    return s->current && s->current->state == JOB_DECLARED &&
           s->feeder.state == FEEDER_IDLE;
}

static void drop_open_sheet(struct session *s)
{
    struct fault why = { 0 };
    s->feeder.open_count = 0;
    if (s->current && spool_set_aside(s->spool, s->current->id, s->current->leaves, &why))
        log_error("bits of an unfinished sheet: %s", why.text);
}

/* Feeding is over, for this reason. */
static void ended(struct session *s, const char *code)
{
    struct feeder *f = &s->feeder;
    bool was_scanning = f->state == FEEDER_SCANNING;
    char word[sizeof f->stop_code];
    /* A reason of our own goes before what the device then says about being stopped. */
    snprintf(word, sizeof word, "%s", *f->stop_code ? f->stop_code : code);
    drop_open_sheet(s);
    f->watch = sd_event_source_disable_unref(f->watch);
    f->stop_code[0] = 0;
    f->stop_asked = false;
    if (f->state == FEEDER_SCANNING)
        f->state = FEEDER_IDLE;
    if (was_scanning)
        session_feeding_ended(s, word);
}

static int on_silence(sd_event_source *source, uint64_t usec, void *context)
{
    (void)source;
    (void)usec;
    struct session *s = context;
    struct feeder *f = &s->feeder;
    if (f->state == FEEDER_SCANNING) {
        log_warn("the scanner is silent, ending its process");
        if (!*f->stop_code)
            snprintf(f->stop_code, sizeof f->stop_code, "%s",
                     f->stop_asked ? "stopped-hard" : "stall");
        child_kill(&f->child);
        return 0;
    }
    if (f->state == FEEDER_ABSENT && f->child.ipc &&
        ipc_send(f->child.ipc,
                 json_pack("{s:s,s:s}", "do", "probe", "device", s->set.scanner_device),
                 NULL, 0))
        log_warn("the scan role takes no message");
    session_read_pages(s); /* what could not be read or kept a while ago */
    arm_watch(s, s->set.scan_probe_s);
    return 0;
}

static void arm_watch(struct session *s, uint32_t seconds)
{
    struct feeder *f = &s->feeder;
    f->watch = sd_event_source_disable_unref(f->watch);
    if (sd_event_add_time_relative(s->loop, &f->watch, CLOCK_MONOTONIC,
                                   (uint64_t)seconds * 1000000, 0, on_silence, s) < 0)
        log_error("cannot watch the scanner's process");
}

static enum rc take_capture(struct session *s, const struct ipc_message *m,
                            unsigned sheet, unsigned side, struct fault *why)
{
    struct feeder *f = &s->feeder;
    struct capture *c = &f->open[side];
    enum side real = turn_feeds_back(s->current) ? SIDE_BACK : (enum side)side;
    uint64_t dpi = 0, width_px = 0, height_px = 0;
    *c = (struct capture){ .type = "image/jpeg" };
    if (m->fd_count < 1 || !field_uint(m->body, "dpi", 0, UINT16_MAX, &dpi) ||
        !field_uint(m->body, "width_px", 1, INT32_MAX, &width_px) ||
        !field_uint(m->body, "height_px", 1, INT32_MAX, &height_px) ||
        !field_text(m->body, "mode", c->mode, sizeof c->mode))
        return fault_set(why, RC_INVALID, 0, "an incomplete picture from the scan role");
    c->dpi = (uint32_t)dpi;
    c->width_px = (uint32_t)width_px;
    c->height_px = (uint32_t)height_px;
    enum rc rc = spool_put_capture(s->spool, s->current, sheet, real, m->fds[0], c, why);
    if (!rc)
        f->open_count = side + 1;
    return rc;
}

/* Why not the next sheet? "" means: go on. */
static const char *reason_to_stop(struct session *s)
{
    if (s->feeder.stop_asked)
        return "stopped";
    if (*s->feeder.stop_code)
        return s->feeder.stop_code;
    const struct job *job = s->current;
    bool adds = !job->repair && !turn_feeds_back(job);
    if (job->leaves >= JOB_LEAVES_MAX || (adds && job->sheets >= JOB_SHEETS_MAX))
        return "too-many";
    if (spool_free_mb(s->spool) < s->set.spool_reserve_mb)
        return "disk-full";
    return "";
}

static enum rc acknowledge(struct session *s, unsigned sheet, unsigned sides,
                           struct fault *why)
{
    struct feeder *f = &s->feeder;
    struct job *job = s->current;
    enum rc rc = spool_put_sheet(s->spool, job, sheet, f->open, sides, why);
    if (rc)
        return rc;
    unsigned place = job_next_place(job);
    if (turn_feeds_back(job)) {
        SCOPED(json_free_at) json_t *purpose = turn_purpose(job);
        turn_add_back(job, f->open, purpose);
        if (turn_extra(job))
            snprintf(f->stop_code, sizeof f->stop_code, "backs-more");
    } else
        job_add_sheet(job, f->open, sides);
    if (job->repair) {
        job_repair_leaf(job, job->leaves, job->repair);
        snprintf(f->stop_code, sizeof f->stop_code, "repaired"); /* one sheet, no more */
        session_save(s, job);
    }
    f->open_count = 0;
    f->child.falls = 0; /* it works: after a crash it may be back at once */
    session_stream_pages(s, job, job_index_at(job, place));
    if (session_event(s, job, JOB_EV_SHEET, why))
        log_error("sheet %u: %s", sheet, why->text);
    session_read_pages(s);
    return RC_OK;
}

/* Sides that the device sees of one sheet. */
static unsigned sides_fed(const struct job *job)
{
    return job->by_hand ? 1 : job->sides;
}

static bool is_expected(struct session *s, const json_t *body, uint64_t *ret_sheet,
                        uint64_t *ret_side, uint64_t *ret_sides)
{
    return s->feeder.state == FEEDER_SCANNING && s->current &&
           field_uint(body, "sheet", s->current->leaves + 1, s->current->leaves + 1,
                      ret_sheet) &&
           field_uint(body, "sides", 1, 2, ret_sides) &&
           (!s->current->leaves || *ret_sides == sides_fed(s->current)) &&
           field_uint(body, "side", s->feeder.open_count, s->feeder.open_count,
                      ret_side) &&
           *ret_side < *ret_sides;
}

static void on_image(struct session *s, struct ipc *ipc, struct ipc_message *m)
{
    struct feeder *f = &s->feeder;
    struct fault why = { 0 };
    uint64_t sheet = 0, side = 0, sides = 0;
    enum rc rc = RC_INVALID;
    if (is_expected(s, m->body, &sheet, &side, &sides))
        rc = take_capture(s, m, (unsigned)sheet, (unsigned)side, &why);
    else
        (void)fault_set(&why, RC_INVALID, 0, "a picture that was not asked for");
    if (!rc && side + 1 == sides)
        rc = acknowledge(s, (unsigned)sheet, (unsigned)sides, &why);
    if (rc) {
        log_error("sheet %u is not kept: %s", (unsigned)sheet, why.text);
        snprintf(f->stop_code, sizeof f->stop_code, "%s",
                 rc == RC_FULL ? "disk-full-lost" : "spool-failed");
    }
    const char *reason = rc ? f->stop_code : reason_to_stop(s);
    if (*reason && !*f->stop_code)
        snprintf(f->stop_code, sizeof f->stop_code, "%s", reason);
    bool go = !*reason || side + 1 < sides;
    if (!f->stop_asked)
        arm_watch(s, s->set.scan_stall_s);
    if (ipc_reply(ipc, m->id, json_pack("{s:i,s:i}", "ok", !rc, "go", (int)go), NULL, 0))
        log_warn("the scan role does not take its answer");
}

static void on_scanner(struct session *s, const json_t *body)
{
    struct feeder *f = &s->feeder;
    bool present = json_integer_value(json_object_get(body, "present")) == 1;
    const char *vendor = field_peek(body, "vendor"), *model = field_peek(body, "model");
    field_print(f->sentence, sizeof f->sentence, "%s", field_peek(body, "sentence"));
    if (present)
        field_print(f->name, sizeof f->name, "%s %s", vendor, model);
    if (f->state != FEEDER_SCANNING)
        f->state = present ? FEEDER_IDLE : FEEDER_ABSENT;
    if (present && f->state == FEEDER_SCANNING && s->current) {
        json_decref(s->current->scanner);
        s->current->scanner =
            json_pack("{s:s,s:s,s:s,s:s}", "vendor", vendor, "model", model, "serial",
                      field_peek(body, "serial"), "device", field_peek(body, "name"));
        session_save(s, s->current);
    }
    session_stream_state(s);
}

/* Paper laid in, or the scanner's button, begins what was declared, when the settings say
 * so. Paper never ends a stop: after trouble a person looks first. */
static void on_sensors(struct session *s, const json_t *body)
{
    struct fault why = { 0 };
    bool loaded = json_integer_value(json_object_get(body, "loaded")) == 1;
    bool button = json_integer_value(json_object_get(body, "button")) == 1;
    const struct crew_member *who = crew_last(&s->crew, clock_mono_ms());
    bool by_paper = !strcmp(s->set.scan_start, "paper") && loaded;
    if (!who || !feeder_may_begin(s) || (!by_paper && !button))
        return;
    log_info("begun by %s", button ? "the scanner's button" : "paper laid in");
    if (job_do_start(s, who, &why))
        log_warn("not begun: %s", why.text);
}

void feeder_watch_paper(struct session *s)
{
    struct feeder *f = &s->feeder;
    bool wanted = feeder_may_begin(s) && strcmp(s->set.scan_start, "key") != 0;
    if (wanted == f->waits_for_paper || !f->child.ipc)
        return;
    f->waits_for_paper = wanted;
    if (f->state != FEEDER_SCANNING &&
        ipc_send(f->child.ipc, json_pack("{s:s}", "do", wanted ? "wait" : "rest"), NULL,
                 0))
        log_warn("the scan role takes no message");
}

static void on_message(struct ipc *ipc, struct ipc_message *message, void *context)
{
    struct session *s = context;
    const char *what = field_peek(message->body, "do");
    if (!strcmp(what, "image") && message->id)
        on_image(s, ipc, message);
    else if (!strcmp(what, "scanner"))
        on_scanner(s, message->body);
    else if (!strcmp(what, "sensors"))
        on_sensors(s, message->body);
    else if (!strcmp(what, "ended")) {
        const char *end = field_peek(message->body, "end");
        log_info("feeding ended: %s %s", end, field_peek(message->body, "detail"));
        ended(s, end);
        arm_watch(s, s->set.scan_probe_s);
    }
}

static void on_started(void *context)
{
    struct session *s = context;
    struct ipc *ipc = s->feeder.child.ipc;
    if (ipc_send(ipc,
                 json_pack("{s:s,s:s,s:s,s:s}", "do", "set", "quirks",
                           s->set.scanner_quirks_dir, "write", s->set.scanner_write_dir,
                           "serial", s->set.scanner_serial),
                 NULL, 0) ||
        ipc_send(ipc,
                 json_pack("{s:s,s:s}", "do", "probe", "device", s->set.scanner_device),
                 NULL, 0))
        log_warn("the scan role takes no message");
    arm_watch(s, s->set.scan_probe_s);
}

static void on_gone(void *context)
{
    struct session *s = context;
    ended(s, "crash");
    s->feeder.state = FEEDER_ABSENT;
    s->feeder.waits_for_paper = false;
    snprintf(s->feeder.sentence, sizeof s->feeder.sentence, "扫描程序正在重新启动。");
    session_stream_state(s);
}

void feeder_start_role(struct session *s)
{
    static struct child_handlers handlers = {
        .role = "scan", .started = on_started, .message = on_message, .gone = on_gone
    };
    handlers.context = s;
    child_start(&s->feeder.child, s->loop, &handlers);
}

enum rc feeder_scan(struct session *s, struct fault *why)
{
    struct feeder *f = &s->feeder;
    if (f->state == FEEDER_SCANNING)
        return fault_set(why, RC_REFUSED, 0, "正在进纸。");
    if (spool_free_mb(s->spool) < s->set.spool_reserve_mb)
        return fault_set(
            why, RC_FULL, 0,
            "本机磁盘空间不足，不能进纸。请清理磁盘后再按“继续”，已扫描的都在。");
    if (!f->child.ipc)
        return fault_set(why, RC_AGAIN, 0, "扫描程序正在启动，请过几秒再按。");
    const struct profile *profile = session_profile(s, s->current);
    if (s->current->leaves &&
        (s->current->sides != profile->sides || s->current->by_hand != profile->by_hand))
        return fault_set(why, RC_REFUSED, 0,
                         "扫描方案的单双面和已扫的不同。请换回原来的方案，再按“继续”。");
    json_t *order = json_pack(
        "{s:s,s:s,s:i,s:s,s:s,s:i,s:i}", "do", "scan", "device", s->set.scanner_device,
        "dpi", (int)profile->dpi, "mode", profile->mode, "source", profile->source,
        "quality", (int)s->set.scan_jpeg_quality, "sheet", (int)s->current->leaves + 1);
    enum rc rc = ipc_send(f->child.ipc, order, NULL, 0);
    if (rc)
        return fault_set(why, rc, 0, "扫描程序没有回应，请过几秒再按。");
    f->state = FEEDER_SCANNING;
    f->sentence[0] = 0;
    f->stop_code[0] = 0;
    f->stop_asked = false;
    f->open_count = 0;
    f->first_leaf = s->current->leaves + 1;
    arm_watch(s, s->set.scan_stall_s);
    return RC_OK;
}

enum rc feeder_stop(struct session *s, struct fault *why)
{
    struct feeder *f = &s->feeder;
    if (f->state != FEEDER_SCANNING)
        return fault_set(why, RC_REFUSED, 0, "现在没有在进纸。");
    f->stop_asked = true;
    arm_watch(s, STOP_GRACE_S);
    if (f->child.ipc && ipc_send(f->child.ipc, json_pack("{s:s}", "do", "stop"), NULL, 0))
        log_warn("the scan role takes no message");
    return RC_OK;
}
