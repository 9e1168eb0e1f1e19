/* The session role's life: open the spool, take the jobs back, start the roles below,
 * serve the page, tell systemd. It keeps all rights that a role below may need, since
 * what a process gives up its children cannot have; the unit narrows it as a whole. */
#include "station/session.h"

#include "sys/log.h"
#include "sys/scope.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

/* Feeding and the first look go before recognition, which takes all the time it gets. */
enum { RECOGNISER_NICE = 5 };

static enum rc open_loop(struct session *s, struct fault *why)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    (void)signal(SIGPIPE, SIG_IGN);
    int r = sigprocmask(SIG_BLOCK, &set, NULL) ? -1 : sd_event_new(&s->loop);
    if (r >= 0) /* without handlers: both end the loop */
        r = sd_event_add_signal(s->loop, NULL, SIGTERM, NULL, NULL);
    if (r >= 0)
        r = sd_event_add_signal(s->loop, NULL, SIGINT, NULL, NULL);
    if (r < 0)
        return fault_set(why, RC_IO, -r, "cannot make the event loop: %s", strerror(-r));
    (void)sd_event_set_watchdog(s->loop, true);
    return RC_OK;
}

static enum rc read_limits(struct session *s, struct fault *why)
{
    s->limits = *page_limits_usual();
    return *s->set.qc_limits ? page_limits_read(s->set.qc_limits, &s->limits, why)
                             : RC_OK;
}

static enum rc open_parts(struct session *s, struct fault *why)
{
    struct page_pool_options pages = { .workers = s->set.ocr_workers,
                                       .timeout_ms = s->set.page_timeout_s * 1000 };
    session_model(s, pages.model);
    pages.no_ocr = !strcmp(s->set.ocr_model, PAGE_MODEL_NONE);
    pages.nice = pages.no_ocr ? 0 : RECOGNISER_NICE;
    struct page_pool_options looks = { .workers = 2, /* both sides at once */
                                       .timeout_ms = pages.timeout_ms,
                                       .no_ocr = true };
    struct http_settings http = { .listen = s->set.http_listen,
                                  .routes = session_routes,
                                  .route_count = session_route_count,
                                  .before = session_api_before,
                                  .context = s };
    enum rc rc = open_loop(s, why);
    if (!rc)
        rc = spool_open(s->set.spool_dir, &s->spool, why);
    if (!rc)
        rc = page_pool_new(s->loop, &pages, &s->pool, why);
    if (!rc && !pages.no_ocr)
        rc = page_pool_new(s->loop, &looks, &s->look_pool, why);
    if (!rc)
        rc = http_server_new(s->loop, &http, &s->http, why);
    if (!rc)
        rc = session_readers_open(s, why);
    return rc;
}

static void close_parts(struct session *s)
{
    child_end(&s->feeder.child);
    child_end(&s->uplink.child);
    session_readers_close(s);
    http_server_free(s->http);
    page_pool_free(s->pool);
    page_pool_free(s->look_pool);
    while (s->job_count)
        session_forget(s, s->jobs[0]);
    sd_event_source_disable_unref(s->feeder.watch);
    sd_event_source_disable_unref(s->uplink.timer);
    sd_event_source_disable_unref(s->uplink.ping);
    sd_event_source_disable_unref(s->publish);
    session_sights_free(s);
    json_decref(s->keys);
    json_decref(s->returns);
    spool_close(s->spool);
    sd_event_unref(s->loop);
}

int session_main(const struct settings *settings)
{
    struct session *s = calloc(1, sizeof *s);
    struct fault why = { 0 };
    if (!s)
        return EXIT_FAILURE;
    s->set = *settings;
    if (profiles_read(settings, &s->profiles, &why) || read_limits(s, &why) ||
        open_parts(s, &why)) {
        log_error("cannot start: %s", why.text);
        close_parts(s);
        free(s);
        return EXIT_FAILURE;
    }
    s->crew.lock_ms = (int64_t)s->set.lock_minutes * 60 * 1000;
    session_keys_load(s);
    session_restore(s);
    feeder_start_role(s);
    uplink_start_role(s);
    upload_run(s);
    session_read_pages(s);
    log_info("%s %s serves http://%s/", s->set.station_id, s->set.station_name,
             s->set.http_listen);
    (void)sd_notify(0, "READY=1");
    int r = sd_event_loop(s->loop);
    (void)sd_notify(0, "STOPPING=1");
    close_parts(s);
    free(s);
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
