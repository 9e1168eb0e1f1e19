/* Feeding: for each sheet ask the device for its sides, hand each over, wait until it is
 * on the disk, and only then ask for more. The session decides whether it goes on. */
#include "station/capture.h"

#include "drivers/scanner/scanner.h"
#include "station/json_field.h"
#include "station/plug.h"
#include "sys/file.h"
#include "sys/ipc.h"
#include "sys/log.h"
#include "sys/role.h"
#include "sys/scope.h"

#include <stdlib.h>
#include <string.h>

enum {
    ANSWER_MS = 10 * 60 * 1000, /* a slow disk is no reason to lose a sheet */
    BUSY_TRIES = 30,            /* a lamp warms up within half a minute */
    WRITE_PATHS_MAX = 24,
    LOOK_MS = 500,
};

struct capture_role {
    sd_event *loop;
    struct ipc *ipc;
    json_t *order; /* the scan to do next; owned */
    bool is_set, stop;
    bool probe;
    char device[SCANNER_NAME_MAX], serial[SCANNER_WORD_MAX]; /* of which station.conf */
    struct plug *plug;
    struct scanner *held; /* while somebody waits for paper or a press of the button */
    sd_event_source *look;
};

static void send_news(struct capture_role *r, json_t *body)
{
    if (ipc_send(r->ipc, body, NULL, 0))
        log_warn("a message to the session was lost");
}

static void tell_scanner(struct capture_role *r, const struct scanner_device *about,
                         const char *sentence)
{
    send_news(r,
              json_pack("{s:s,s:i,s:s,s:s,s:s,s:s,s:s}", "do", "scanner", "present",
                        about ? 1 : 0, "name", about ? about->name : r->device, "vendor",
                        about ? about->vendor : "", "model", about ? about->model : "",
                        "serial", about ? about->serial : "", "sentence", sentence));
}

static void tell_ended(struct capture_role *r, const char *end, const char *sentence,
                       const char *detail)
{
    send_news(r, json_pack("{s:s,s:s,s:s,s:s}", "do", "ended", "end", end, "sentence",
                           sentence, "detail", detail));
}

/* Why a device could not be opened, for the operator. */
static const char *open_sentence(enum rc rc)
{
    switch (rc) {
    case RC_AGAIN:
        return "扫描仪正被别的程序使用。请关掉那个程序，再按“继续”。";
    case RC_DENIED:
        return "本程序没有使用扫描仪的权限。请联系管理员。";
    case RC_UNAVAILABLE:
        return "扫描仪没有回应。请检查电源和连线，再按“继续”。";
    default:
        return "没有找到扫描仪。请接好并打开扫描仪，再按“继续”。";
    }
}

static void let_go(struct capture_role *r)
{
    r->look = sd_event_source_disable_unref(r->look);
    scanner_close(r->held);
    r->held = NULL;
}

static struct scanner *open_device(struct capture_role *r, const char **ret_end)
{
    struct fault why = { 0 };
    struct scanner *scanner = NULL;
    let_go(r);
    enum rc rc = *r->serial ? scanner_open_serial(r->device, r->serial, &scanner, &why)
                            : scanner_open(r->device, &scanner, &why);
    if (!rc) {
        tell_scanner(r, scanner_about(scanner), "");
        return scanner;
    }
    log_warn("scanner '%s' cannot be opened: %s", r->device, why.text);
    tell_scanner(r, NULL,
                 rc == RC_NOT_FOUND && *r->serial ? why.text : open_sentence(rc));
    *ret_end = rc == RC_AGAIN ? "busy" : "gone";
    return NULL;
}

static enum rc read_profile(const json_t *order, struct scanner_profile *profile)
{
    uint64_t dpi = 0, quality = 0;
    *profile = scanner_profile_default();
    enum rc rc = scanner_mode_read(field_peek(order, "mode"), &profile->mode);
    if (!rc)
        rc = scanner_source_read(field_peek(order, "source"), &profile->source);
    if (!rc && !field_uint(order, "dpi", 1, 10000, &dpi))
        rc = RC_INVALID;
    profile->dpi = (uint32_t)dpi;
    if (field_uint(order, "quality", 1, 100, &quality))
        profile->jpeg_quality = (uint8_t)quality;
    return rc;
}

static enum scanner_end capture_patiently(struct scanner *scanner,
                                          struct scanner_capture *capture,
                                          struct fault *why)
{
    enum scanner_end end = SCANNER_BUSY;
    for (int tries = 0; end == SCANNER_BUSY && tries < BUSY_TRIES; tries++) {
        if (tries)
            sleep(1);
        end = scanner_capture(scanner, capture, why);
    }
    return end;
}

/* Hand one picture over; *ret_go says whether to go on. False: it was not taken. */
static bool hand_over(struct capture_role *r, unsigned sheet, unsigned side,
                      unsigned sides, const struct scanner_profile *real,
                      const struct scanner_capture *capture, bool *ret_go)
{
    struct fault why = { 0 };
    SCOPED(fd_close_at) int fd = -1;
    struct ipc_message answer = { 0 };
    const struct scanner_format *f = &capture->format;
    enum rc rc = file_in_memory("capture", (struct bytes){ capture->data, capture->len },
                                &fd, &why);
    if (!rc)
        rc =
            ipc_call_wait(r->ipc,
                          json_pack("{s:s,s:i,s:i,s:i,s:i,s:s,s:i,s:i}", "do", "image",
                                    "sheet", (int)sheet, "side", (int)side, "sides",
                                    (int)sides, "dpi", (int)(f->dpi ? f->dpi : real->dpi),
                                    "mode", scanner_mode_text(real->mode), "width_px",
                                    (int)f->width_px, "height_px", (int)f->height_px),
                          &fd, 1, ANSWER_MS, &answer, &why);
    if (rc) {
        log_error("sheet %u could not be handed over: %s", sheet, why.text);
        return false;
    }
    bool ok = json_integer_value(json_object_get(answer.body, "ok")) == 1;
    *ret_go = json_integer_value(json_object_get(answer.body, "go")) == 1 && !r->stop;
    json_decref(answer.body);
    return ok;
}

/* Feed until something ends it; returns the word for it. */
static const char *feed(struct capture_role *r, struct scanner *scanner,
                        const struct scanner_profile *real, unsigned sheet,
                        struct fault *why)
{
    unsigned sides = real->source == SCANNER_ADF_DUPLEX ? 2 : 1;
    for (;; sheet++) {
        for (unsigned side = 0; side < sides; side++) {
            struct scanner_capture capture = { 0 };
            bool go = false;
            enum scanner_end end = capture_patiently(scanner, &capture, why);
            if (end == SCANNER_NO_DOCS && side)
                return "half";
            if (end != SCANNER_IMAGE)
                return scanner_end_text(end);
            bool taken = hand_over(r, sheet, side, sides, real, &capture, &go);
            scanner_capture_free(&capture);
            if (!taken)
                return "refused";
            if (!go && side + 1 == sides)
                return "stopped";
        }
        if (real->source == SCANNER_FLATBED)
            return "flatbed"; /* one sheet each time: somebody has to lay the next */
    }
}

static const char *sentence_of(const char *end)
{
    for (int i = 0; i < SCANNER_END_COUNT; i++)
        if (!strcmp(end, scanner_end_text((enum scanner_end)i)))
            return scanner_sentence((enum scanner_end)i);
    return "";
}

static void scan(struct capture_role *r, const json_t *order)
{
    struct fault why = { 0 };
    struct scanner_profile profile, real;
    const char *end = "io";
    uint64_t sheet = 0;
    if (read_profile(order, &profile) || !field_uint(order, "sheet", 1, 100000, &sheet)) {
        tell_ended(r, "settings",
                   "扫描的设置不对，请管理员检查 scan.mode、scan.source、scan.dpi。",
                   "unusable order");
        return;
    }
    struct scanner *scanner = open_device(r, &end);
    if (!scanner) {
        tell_ended(r, end, "", "cannot be opened");
        return;
    }
    if (scanner_set_profile(scanner, &profile, &real, &why)) {
        end = "settings";
        tell_ended(r, end, "这台扫描仪没有所设的进纸方式或颜色，请管理员检查设置。",
                   why.text);
    } else {
        end = feed(r, scanner, &real, (unsigned)sheet, &why);
        scanner_cancel(scanner);
        tell_ended(r, end, sentence_of(end), why.text);
    }
    scanner_close(scanner);
}

static int on_look(sd_event_source *source, uint64_t usec, void *context);

static void look_soon(struct capture_role *r)
{
    r->look = sd_event_source_disable_unref(r->look);
    if (sd_event_add_time_relative(r->loop, &r->look, CLOCK_MONOTONIC,
                                   (uint64_t)LOOK_MS * 1000, 0, on_look, r) < 0)
        log_warn("the sensors are not looked at");
}

/* Is there paper, was the button pressed? Told each time, the session decides. */
static int on_look(sd_event_source *source, uint64_t usec, void *context)
{
    (void)source;
    (void)usec;
    struct capture_role *r = context;
    struct scanner_sensors sensors;
    if (!r->held)
        return 0;
    if (scanner_sense(r->held, &sensors, NULL)) {
        let_go(r);
        r->probe = true; /* it went away: tell, and look for it again */
        return 0;
    }
    send_news(r, json_pack("{s:s,s:i,s:i}", "do", "sensors", "loaded",
                           (int)(sensors.page_loaded == SCANNER_SENSE_YES), "button",
                           (int)(sensors.scan_button == SCANNER_SENSE_YES)));
    look_soon(r);
    return 0;
}

static void on_plug(void *context)
{
    struct capture_role *r = context;
    log_info("devices came or went, looking for the scanner");
    r->probe = !r->held; /* a held one is asked twice a second anyway */
}

/* The driver's own files: what its folder of settings holds, and what it must write to.
 */
static void give_up_rights(const char *write_dir)
{
    static const char *const read_all[] = { "/", NULL };
    static const char *const fixed[] = { "/dev", "/run", "/tmp", "/var/lock" };
    const char *write[WRITE_PATHS_MAX + 1] = { NULL };
    size_t n = 0;
    for (size_t i = 0; i < COUNT(fixed); i++)
        write[n++] = fixed[i];
    if (*write_dir)
        write[n++] = write_dir;
    const char *config = getenv("SANE_CONFIG_DIR");
    SCOPED(free_at) char *folders = strdup(config ? config : "");
    char *rest = folders;
    for (char *one; rest && n < WRITE_PATHS_MAX && (one = strsep(&rest, ":"));)
        if (*one)
            write[n++] = one;
    struct role_rights rights = { ROLE_NET | ROLE_FILES | ROLE_DEVICES, read_all, write };
    struct fault why;
    if (role_drop(&rights, &why))
        log_warn("rights are kept: %s", why.text);
}

static void set_up(struct capture_role *r, const json_t *body)
{
    struct fault why = { 0 };
    const char *quirks = field_peek(body, "quirks");
    if (r->is_set)
        return;
    r->is_set = true;
    (void)field_text(body, "serial", r->serial, sizeof r->serial);
    if (plug_watch(r->loop, on_plug, r, &r->plug, &why))
        log_warn("%s", why.text);
    give_up_rights(field_peek(body, "write"));
    if (scanner_init(*quirks ? quirks : NULL, &why))
        log_error("scanners cannot be used: %s", why.text);
}

static void on_message(struct ipc *ipc, struct ipc_message *message, void *context)
{
    (void)ipc;
    struct capture_role *r = context;
    const char *what = field_peek(message->body, "do"), *unused = "";
    if (!strcmp(what, "set"))
        set_up(r, message->body);
    else if (!strcmp(what, "stop"))
        r->stop = true;
    else if (!strcmp(what, "probe") || !strcmp(what, "scan"))
        (void)field_text(message->body, "device", r->device, sizeof r->device);
    if (!strcmp(what, "probe"))
        r->probe = true;
    if (!strcmp(what, "wait") && r->is_set && (r->held = open_device(r, &unused)))
        look_soon(r);
    if (!strcmp(what, "rest"))
        let_go(r);
    if (!strcmp(what, "scan") && !r->order) {
        r->stop = false;
        r->order = json_incref(message->body);
    }
}

static void on_closed(struct ipc *ipc, void *context)
{
    (void)ipc;
    struct capture_role *r = context;
    r->stop = true;
    (void)sd_event_exit(r->loop, 0);
}

int capture_main(void)
{
    log_open("stationd/scan", LOG_LEVEL_INFO);
    struct capture_role r = { 0 };
    const char *unused = "";
    struct fault why = { 0 };
    struct ipc_handlers handlers = { on_message, on_closed, &r };
    if (sd_event_new(&r.loop) < 0 ||
        ipc_new(r.loop, ROLE_CHANNEL_FD, &handlers, &r.ipc, &why)) {
        log_error("cannot start: %s", why.text);
        return EXIT_FAILURE;
    }
    while (sd_event_get_state(r.loop) != SD_EVENT_FINISHED) {
        if (sd_event_run(r.loop, UINT64_MAX) < 0)
            break;
        if (r.order) {
            json_t *order = TAKE(r.order);
            scan(&r, order);
            json_decref(order);
        } else if (r.probe && r.is_set && !r.held)
            scanner_close(open_device(&r, &unused));
        r.probe = false;
    }
    let_go(&r);
    plug_free(r.plug);
    ipc_free(r.ipc);
    scanner_exit();
    return EXIT_SUCCESS;
}
