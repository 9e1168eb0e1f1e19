/* Handing a job in: every blob by its hash, then the manifest with the job's id. Each
 * exchange may be repeated, so a job that was interrupted is simply begun again: what is
 * there already costs one question a file. The job is done when the repository has
 * answered, and never by our own belief.
 *
 * Jobs go one after the other, in the order in which they were handed in. What fails for
 * a while (network, full disk there) is tried again with growing pauses; what the
 * repository refuses goes back to the operator with its sentence. */
#include "station/session.h"

#include "station/json_field.h"
#include "sys/json_scope.h"
#include "sys/log.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { PAUSE_LEAST_S = 1, PAUSE_MOST_S = 60, PART_CAPTURE = 0 };

size_t upload_waiting(const struct session *s)
{
    size_t count = 0;
    for (size_t i = 0; i < s->job_count; i++)
        count += s->jobs[i]->state == JOB_SUBMITTING;
    return count;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *context)
{
    (void)source;
    (void)usec;
    upload_run(context);
    return 0;
}

static void again_later(struct session *s, const char *sentence)
{
    struct uplink *u = &s->uplink;
    unsigned pause_s = PAUSE_LEAST_S;
    for (unsigned i = 0; i < u->tries && pause_s < PAUSE_MOST_S; i++)
        pause_s *= 2;
    if (pause_s > PAUSE_MOST_S)
        pause_s = PAUSE_MOST_S;
    u->tries++;
    field_print(u->job->note, sizeof u->job->note, "%s（%u 秒后自动重试，第 %u 次）",
                sentence, pause_s, u->tries);
    log_warn("job %s cannot be sent now, trying again in %u s", u->job->id, pause_s);
    u->timer = sd_event_source_disable_unref(u->timer);
    if (sd_event_add_time_relative(s->loop, &u->timer, CLOCK_MONOTONIC,
                                   (uint64_t)pause_s * 1000000, 0, on_timer, s) < 0)
        log_error("cannot plan the next try");
    session_stream_state(s);
}

/* What may be better later, and what a person has to change. */
static bool is_passing(enum rc rc)
{
    return rc == RC_UNAVAILABLE || rc == RC_UNKNOWN || rc == RC_TIMEOUT ||
           rc == RC_AGAIN || rc == RC_FULL || rc == RC_IO || rc == RC_DENIED ||
           rc == RC_NO_MEMORY;
}

static void give_back(struct session *s, const char *sentence)
{
    struct job *job = s->uplink.job;
    struct fault why = { 0 };
    field_print(job->note, sizeof job->note, "库房没有收下：%s", sentence);
    s->uplink.job = NULL;
    if (session_event(s, job, JOB_EV_REFUSED, &why))
        log_error("job %s: %s", job->id, why.text);
    if (!s->current || s->current->state == JOB_DONE ||
        s->current->state == JOB_SUBMITTING)
        s->current = job;
    upload_run(s);
}

static void failed(struct session *s, enum rc rc, const char *sentence)
{
    if (is_passing(rc))
        again_later(s, sentence);
    else
        give_back(s, sentence);
}

static void on_manifest(struct session *s, enum rc rc, const json_t *json,
                        const char *sentence, void *context)
{
    (void)context;
    struct job *job = s->uplink.job;
    struct fault why = { 0 };
    s->uplink.busy = false;
    if (!job)
        return;
    if (rc ==
        RC_DENIED) { /* the account is right, or no blob had passed: it is this job */
        give_back(s, sentence);
        return;
    }
    if (rc) {
        failed(s, rc, sentence);
        return;
    }
    json_decref(job->stored);
    job->stored = json_deep_copy(json);
    job->note[0] = 0;
    if (session_event(s, job, JOB_EV_STORED, &why)) {
        /* Not a word of success before it is on the disk here as well; the repository
         * gives the same answer to the same manifest. */
        failed(s, RC_FULL, why.text);
        return;
    }
    log_info("job %s is in the repository: %u sheets, %zu pictures", job->id, job->sheets,
             job->count);
    s->uplink.job = NULL;
    s->uplink.tries = 0;
    session_trim(s);
    upload_run(s);
}

static void send_manifest(struct session *s, struct job *job)
{
    struct fault why = { 0 };
    SCOPED(json_free_at) json_t *manifest = NULL;
    char path[64];
    if (spool_get_json(s->spool, job->id, "manifest.json", &manifest, &why)) {
        log_error("the manifest of job %s: %s", job->id, why.text);
        give_back(s, "本机存的清单读不出来，请再按“提交”。");
        return;
    }
    snprintf(path, sizeof path, "/v1/volumes/%s/scans", job->volume);
    json_t *order = json_pack("{s:s,s:s,s:s,s:O}", "do", "ask", "method", "POST", "path",
                              path, "body", manifest);
    s->uplink.busy = true;
    uplink_call(s, order, -1, on_manifest, NULL);
}

static void on_blob(struct session *s, enum rc rc, const json_t *json,
                    const char *sentence, void *context)
{
    (void)json;
    (void)context;
    s->uplink.busy = false;
    if (!s->uplink.job)
        return;
    if (rc) {
        failed(s, rc, sentence);
        return;
    }
    if (s->uplink.tries) {
        s->uplink.tries = 0;
        s->uplink.job->note[0] = 0;
        session_stream_state(s);
    }
    s->uplink.part++;
    upload_run(s);
}

/* The next blob to send: its hash and type, and its file. False: all are sent. */
static bool next_blob(struct session *s, struct job *job, const char **ret_hex,
                      const char **ret_type, int *ret_fd, struct fault *why)
{
    static const enum spool_part sent[] = { PART_PDF, PART_TEXT, PART_WORDS, PART_THUMB };
    struct uplink *u = &s->uplink;
    for (; u->index <= job->count; u->index++, u->part = PART_CAPTURE) {
        struct job_image *image = job_image(job, u->index);
        if (u->part == PART_CAPTURE) {
            *ret_hex = image->capture.sha256;
            *ret_type = image->capture.type;
            why->rc = spool_open_capture(s->spool, job, image, ret_fd, why);
            return true;
        }
        for (; u->part <= COUNT(sent); u->part++) {
            enum spool_part part = sent[u->part - 1];
            *ret_hex = field_peek(image->result, spool_part_field(part));
            *ret_type = spool_part_type(part);
            if (!**ret_hex)
                continue;
            why->rc = spool_open_part(s->spool, job, image, part, ret_fd, why);
            return true;
        }
    }
    /* Behind them what was replaced: the picture alone. */
    for (; u->index <= job->count + job->gone_count; u->index++, u->part = PART_CAPTURE) {
        const struct job_image *image = &job->gone[u->index - job->count - 1];
        if (u->part != PART_CAPTURE)
            continue;
        *ret_hex = image->capture.sha256;
        *ret_type = image->capture.type;
        why->rc = spool_open_capture(s->spool, job, image, ret_fd, why);
        return true;
    }
    return false;
}

static void send_next(struct session *s, struct job *job)
{
    struct fault why = { 0 };
    const char *hex = "", *type = "";
    SCOPED(fd_close_at) int fd = -1;
    if (!next_blob(s, job, &hex, &type, &fd, &why)) {
        send_manifest(s, job);
        return;
    }
    if (why.rc) {
        log_error("job %s: %s", job->id, why.text);
        give_back(s, "本机存的一个文件读不出来，请联系管理员。");
        return;
    }
    s->uplink.busy = true;
    uplink_call(s, json_pack("{s:s,s:s,s:s}", "do", "put", "sha256", hex, "type", type),
                fd, on_blob, NULL);
}

void upload_run(struct session *s)
{
    struct uplink *u = &s->uplink;
    if (u->busy)
        return;
    u->timer = sd_event_source_disable_unref(u->timer);
    if (u->job) {
        send_next(s, u->job);
        return;
    }
    for (size_t i = 0; i < s->job_count && !u->job; i++)
        if (s->jobs[i]->state == JOB_SUBMITTING)
            u->job = s->jobs[i];
    if (!u->job)
        return;
    u->index = 1;
    u->part = PART_CAPTURE;
    send_next(s, u->job);
}

void upload_wake(struct session *s)
{
    if (s->uplink.timer)
        upload_run(s);
}
