/* What happens to jobs: each event goes through the table, and the new state is on the
 * disk before anybody is told about it. */
#include "station/session.h"

#include "station/shift.h"
#include "station/suspect.h"
#include "station/turn.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

/* Events that are promises or decisions: without a trace on the disk they did not happen.
 * The others can be seen again from the sheets, so a full disk may not hide that feeding
 * has stopped. */
static bool must_be_kept(enum job_event event)
{
    return event == JOB_EV_START || event == JOB_EV_FINISH || event == JOB_EV_STORED ||
           event == JOB_EV_REFUSED || event == JOB_EV_ABANDON || event == JOB_EV_RETURN;
}

enum rc session_event(struct session *s, struct job *job, enum job_event event,
                      struct fault *why)
{
    enum job_state next, old = job->state;
    enum rc rc = job_next(old, event, &next, why);
    if (rc)
        return rc;
    if (next == old) {
        session_stream_state(s);
        return RC_OK;
    }
    job->state = next;
    rc = spool_save_job(s->spool, job, why);
    if (rc && must_be_kept(event)) {
        job->state = old;
        return rc;
    }
    if (rc)
        log_error("job %s cannot be saved: %s", job->id, why->text);
    log_info("job %s: %s -> %s by %s", job->id, job_state_name(old), job_state_name(next),
             job_event_name(event));
    session_stream_state(s);
    return RC_OK;
}

void session_save(struct session *s, struct job *job)
{
    struct fault why = { 0 };
    if (spool_save_job(s->spool, job, &why)) {
        log_error("job %s cannot be saved: %s", job->id, why.text);
        snprintf(job->note, sizeof job->note,
                 "本机磁盘写不进去：请清理磁盘。已扫描的都在。");
    }
    session_stream_state(s);
}

/* An event that follows from what is there already; it comes again if it cannot be kept.
 */
static void follow(struct session *s, struct job *job, enum job_event event)
{
    struct fault why = { 0 };
    if (session_event(s, job, event, &why))
        log_warn("job %s, %s: %s", job->id, job_event_name(event), why.text);
}

void session_review(struct session *s, struct job *job)
{
    char label[LABEL_TEXT_MAX], sentence[JOB_SENTENCE_MAX];
    struct feeder *f = &s->feeder;
    group_pages(job);
    bool feeds = job == s->current && f->state == FEEDER_SCANNING && !*f->stop_code;
    const char *suspect = "";
    if (feeds && group_other_volume(job, label))
        snprintf(f->stop_code, sizeof f->stop_code, "other-volume");
    else if (feeds && !job->repair && group_end_leaf(job) >= f->first_leaf)
        snprintf(f->stop_code, sizeof f->stop_code, "volume-end");
    else if (feeds && !job->repair && suspect_first(job, &suspect))
        snprintf(f->stop_code, sizeof f->stop_code, "%s", suspect);
    if (job->state == JOB_COUNTED || job->state == JOB_REVIEW)
        follow(s, job, group_doubt(job, sentence) ? JOB_EV_DOUBT : JOB_EV_CLEAR);
    s->pages_dirty = true; /* a separator gives rows to all pages behind it */
    session_stream_state(s);
}

/* Was the stack fed to its end, when feeding stood still for this reason? */
static bool is_empty(const char *code)
{
    return !*code || !strcmp(code, "no-docs") || !strcmp(code, "flatbed") ||
           !strcmp(code, "volume-end") || turn_is_verdict(code);
}

/* Equal or not; `code` is why feeding stands still. */
static void compare(struct session *s, struct job *job, bool empty, const char *code)
{
    bool equal = empty && job->sheets == job->sheets_declared;
    if (empty && job->by_hand) {
        code = turn_verdict_of(job);
        equal = !*code;
    }
    char kept[sizeof job->stop.code];
    snprintf(kept, sizeof kept, "%s", equal ? "" : empty && !*code ? "no-docs" : code);
    memcpy(job->stop.code, kept, sizeof kept);
    job->stop.sheet = empty ? 0 : job->leaves + 1;
    follow(s, job, equal ? JOB_EV_EQUAL : empty ? JOB_EV_DIFFERS : JOB_EV_HALT);
}

void session_count_again(struct session *s, struct job *job)
{
    bool fed = job->state == JOB_COUNTED || job->state == JOB_REVIEW;
    compare(s, job, fed || is_empty(job->stop.code), job->stop.code);
    session_save(s, job);
    session_review(s, job);
}

void session_feeding_ended(struct session *s, const char *code)
{
    struct job *job = s->current;
    if (!job || job->state != JOB_SCANNING)
        return;
    job->ended_ms = clock_now_ms();
    shift_run_end(job, code, job->ended_ms);
    if (!strcmp(code, "repaired")) { /* what was before the repair counts again */
        compare(s, job, is_empty(job->stop.code), job->stop.code);
    } else if (job->repair) {
        compare(s, job, false, !strcmp(code, "no-docs") ? "repair-empty" : code);
    } else {
        /* A flatbed has no feeder that could be empty: there the declared number ends it.
         */
        bool last = strcmp(code, "flatbed") != 0 || job->sheets >= job->sheets_declared;
        compare(s, job, last && is_empty(code), code);
    }
    session_review(s, job);
    session_read_pages(s);
}

struct job *session_find(struct session *s, const char *id)
{
    for (size_t i = 0; i < s->job_count; i++)
        if (!strcmp(s->jobs[i]->id, id))
            return s->jobs[i];
    return NULL;
}

static bool is_over(const struct job *job)
{
    return job->state == JOB_DONE || job->state == JOB_ABANDONED;
}

void session_forget(struct session *s, struct job *job)
{
    for (size_t i = 0; i < s->job_count; i++) {
        if (s->jobs[i] != job)
            continue;
        memmove(&s->jobs[i], &s->jobs[i + 1], (s->job_count - i - 1) * sizeof *s->jobs);
        s->job_count--;
        break;
    }
    if (s->current == job)
        s->current = NULL;
    job_free(job);
}

const struct profile *session_profile(const struct session *s, const struct job *job)
{
    const struct profile *profile = profiles_find(&s->profiles, job->profile);
    return profile ? profile : profiles_find(&s->profiles, ""); /* renamed meanwhile */
}

void session_profile_apply(const struct session *s, struct job *job)
{
    const struct profile *profile = session_profile(s, job);
    job->patches = &profile->patches;
    job->glass = !strcmp(profile->source, "Flatbed");
    if (!job->leaves)
        job->by_hand = profile->by_hand;
}

enum rc session_adopt(struct session *s, struct job *job, struct fault *why)
{
    for (size_t i = 0; i < s->job_count && s->job_count == SESSION_JOBS_MAX; i++)
        if (is_over(s->jobs[i]) && s->jobs[i] != s->current &&
            !session_shift_keep(s, s->jobs[i], why))
            session_forget(s, s->jobs[i]); /* its files stay, see session_trim() */
    if (s->job_count == SESSION_JOBS_MAX)
        return fault_set(why, RC_FULL, 0,
                         "等待上传的卷太多了（%d 卷）。请等库房连通后再登记新的。",
                         SESSION_JOBS_MAX);
    job->limits = &s->limits;
    session_profile_apply(s, job);
    s->jobs[s->job_count++] = job;
    return RC_OK;
}

/* Files of finished jobs beyond the number to keep; the oldest go first. */
void session_trim(struct session *s)
{
    struct fault why = { 0 };
    size_t over = 0;
    for (size_t i = 0; i < s->job_count; i++)
        over += is_over(s->jobs[i]);
    for (size_t i = 0; i < s->job_count && over > s->set.spool_keep_jobs;) {
        struct job *job = s->jobs[i];
        if (!is_over(job) || job == s->current) {
            i++;
            continue;
        }
        if (session_shift_keep(s, job, &why) || spool_remove_job(s->spool, job->id, &why))
            log_warn("old job %s stays: %s", job->id, why.text);
        session_forget(s, job);
        over--;
    }
}

static void restore_one(struct session *s, const char *id)
{
    struct fault why = { 0 };
    struct job *job = NULL;
    if (spool_load_job(s->spool, id, &job, &why) || session_adopt(s, job, &why)) {
        log_error("job %s in the spool cannot be used, its files stay: %s", id, why.text);
        job_free(job);
        return;
    }
    /* A repair whose sheet was acknowledged is done, and the reason before it holds
     * again (feeding itself begins without one); one that was not stays armed. Before a
     * repair of a volume that was complete there was no reason. */
    bool was_scanning = job->state == JOB_SCANNING;
    bool complete = job->mended && job->sheets == job->sheets_declared;
    bool repaired =
        job->folded || (was_scanning && !job->repair && (*job->stop.code || complete));
    if (was_scanning && !repaired)
        snprintf(job->stop.code, sizeof job->stop.code, "%s",
                 job->repair ? "repair" : "restart");
    shift_run_end(job, "restart", job->fed_ms ? job->fed_ms : job->started_ms);
    follow(s, job, JOB_EV_RESTORE);
    if (repaired)
        session_count_again(s, job);
    /* A damaged sheet may have taken the count away again. */
    bool counted = job->state == JOB_COUNTED || job->state == JOB_REVIEW;
    if (counted && (job->sheets != job->sheets_declared ||
                    (job->by_hand && *turn_verdict_of(job)))) {
        snprintf(job->stop.code, sizeof job->stop.code, "restart");
        follow(s, job, JOB_EV_DIFFERS);
    }
    group_pages(job);
    bool in_work = !is_over(job) && job->state != JOB_SUBMITTING;
    if (in_work ||
        (!is_over(job) && (!s->current || s->current->state == JOB_SUBMITTING)))
        s->current = job; /* the page shows what needs a person, else what is under way */
    log_info("job %s is back: %s, %u of %u sheets", job->id, job_state_name(job->state),
             job->sheets, job->sheets_declared);
}

void session_restore(struct session *s)
{
    SCOPED(free_at) char(*ids)[JOB_ID_LEN + 1] = NULL;
    size_t count = 0;
    struct fault why = { 0 };
    if (spool_list(s->spool, &ids, &count, &why)) {
        log_error("the spool cannot be listed: %s", why.text);
        return;
    }
    for (size_t i = 0; i < count; i++)
        restore_one(s, ids[i]);
    session_trim(s);
    for (size_t i = 0; i < s->job_count; i++)
        session_review(s, s->jobs[i]);
}
