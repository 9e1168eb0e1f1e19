/* What quality control sent back to this station: asked for each time the line to the
 * repository is looked at, shown in the queue, and taken on by opening its job again. The
 * paper has to be fetched first; the repository checks who holds it when the mended
 * feeding is handed in. */
#include "station/session.h"

#include "station/job_return.h"
#include "station/json_field.h"
#include "sys/clock.h"
#include "sys/log.h"

#include <stdio.h>
#include <string.h>

/* The job whose feeding was sent back; NULL when its pictures are not here any more. */
static struct job *job_of(const struct session *s, const json_t *one)
{
    json_t *batch = json_object_get(one, "batch");
    for (size_t i = s->job_count; i-- > 0;) {
        struct job *job = s->jobs[i];
        if (job->state == JOB_DONE && !strcmp(job->volume, field_peek(one, "volume")) &&
            json_equal(json_object_get(job->stored, "batch"), batch))
            return job;
    }
    return NULL;
}

/* Already taken on, or scanned anew and on its way. */
static bool in_work(const struct session *s, const json_t *one)
{
    for (size_t i = 0; i < s->job_count; i++)
        if (!strcmp(s->jobs[i]->volume, field_peek(one, "volume")) &&
            s->jobs[i]->state != JOB_DONE && s->jobs[i]->state != JOB_ABANDONED)
            return true;
    return false;
}

json_t *session_returns_json(const struct session *s)
{
    json_t *list = json_array();
    const json_t *one;
    size_t i;
    json_array_foreach(s->returns, i, one)
    {
        if (in_work(s, one))
            continue;
        json_array_append_new(
            list,
            json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:i,s:O?}", "volume",
                      field_peek(one, "volume"), "case_no", field_peek(one, "case_no"),
                      "reason", field_peek(one, "reason"), "name",
                      field_peek(json_object_get(one, "by"), "name"), "at",
                      field_peek(one, "at"), "holder",
                      field_peek(json_object_get(one, "holder"), "name"), "here",
                      job_of(s, one) ? 1 : 0, "rejects",
                      json_object_get(one, "rejects")));
    }
    return list;
}

static void on_returns(struct session *s, enum rc rc, const json_t *json,
                       const char *sentence, void *context)
{
    (void)context;
    json_t *volumes = json_object_get(json, "volumes");
    if (rc || !json_is_array(volumes)) {
        if (rc && rc != RC_UNAVAILABLE && rc != RC_TIMEOUT && rc != RC_UNKNOWN)
            log_warn("what was sent back is not known: %s", sentence);
        return;
    }
    if (json_equal(volumes, s->returns))
        return;
    json_decref(s->returns);
    s->returns = json_deep_copy(volumes);
    session_stream_state(s);
}

void session_returns_ask(struct session *s)
{
    char path[64];
    snprintf(path, sizeof path, "/v1/qc/returns?station=%s", s->set.station_id);
    uplink_call(s, json_pack("{s:s,s:s,s:s}", "do", "ask", "method", "GET", "path", path),
                -1, on_returns, NULL);
}

static const json_t *find(const struct session *s, const char *volume)
{
    const json_t *one;
    size_t i;
    json_array_foreach(s->returns, i, one)
    {
        if (!strcmp(field_peek(one, "volume"), volume) && !in_work(s, one))
            return one;
    }
    return NULL;
}

bool session_return_here(const struct session *s, const char *volume)
{
    const json_t *one = find(s, volume);
    return one && job_of(s, one);
}

enum rc session_return_open(struct session *s, const char *volume, struct fault *why)
{
    const json_t *one = find(s, volume);
    struct job *job = one ? job_of(s, one) : NULL;
    if (!one)
        return fault_set(why, RC_NOT_FOUND, 0, "这一卷没有退回的页。");
    if (!job)
        return fault_set(why, RC_NOT_FOUND, 0,
                         "本机已没有这一卷的图像。请扫卷标签，整卷重扫。");
    if (s->current && s->current->state != JOB_DONE &&
        s->current->state != JOB_SUBMITTING && s->current->state != JOB_ABANDONED)
        return fault_set(why, RC_CONFLICT, 0,
                         "上一卷（%s）还没有做完。请先做完或放弃它。",
                         s->current->case_no);
    json_t *before = json_deep_copy(job->returned);
    enum rc rc = job_return_begin(job, json_object_get(one, "rejects"),
                                  field_peek(json_object_get(one, "by"), "name"),
                                  clock_now_ms(), why);
    if (!rc) {
        job->note[0] = 0;
        rc = session_event(s, job, JOB_EV_RETURN, why);
    }
    if (rc) {
        json_decref(job->returned);
        job->returned = before;
        return rc;
    }
    json_decref(before);
    s->current = job;
    session_review(s, job);
    return RC_OK;
}

void session_api_return(struct http_request *request, void *context)
{
    struct session *s = context;
    struct fault why = { 0 };
    const struct crew_member *who = session_api_who(s, request);
    if (!who)
        return;
    const char *volume = field_peek(http_body_json(request), "volume");
    if (session_return_open(s, volume, &why)) {
        session_api_fault(request, &why);
        return;
    }
    log_info("%s takes on what was sent back of %s", who->badge, volume);
    session_api_ok(request);
}
