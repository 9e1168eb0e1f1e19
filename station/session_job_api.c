/* The buttons of the operator. */
#include "station/session.h"

#include "station/json_field.h"
#include "station/sentence.h"
#include "station/shift.h"
#include "station/suspect.h"
#include "station/turn.h"
#include "sys/clock.h"
#include "sys/json_scope.h"
#include "sys/log.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

static enum rc need_job(struct session *s, struct fault *why)
{
    if (s->current)
        return RC_OK;
    return fault_set(why, RC_REFUSED, 0, "还没有登记。请先扫卷的标签，输入张数。");
}

enum rc job_do_start(struct session *s, const struct crew_member *who, struct fault *why)
{
    char label[LABEL_TEXT_MAX];
    enum job_state unused;
    enum rc rc = need_job(s, why);
    struct job *job = s->current;
    if (!rc)
        rc = job_next(job->state, JOB_EV_START, &unused, why);
    if (rc)
        return rc;
    if (group_other_volume(job, label))
        return fault_set(
            why, RC_REFUSED, 0,
            "已扫的纸里有另一卷（%s）的封面。请取出全部纸，按“放弃本卷”后分开重扫。",
            label);
    const struct job_image *suspect = job->repair ? NULL : suspect_first(job, NULL);
    if (suspect)
        return fault_set(
            why, RC_REFUSED, 0,
            "第 %u 张还没有弄清。请先选“属实”，或者补扫、移除、从这张重扫，再按“继续”。",
            suspect->sheet);
    rc = turn_begin(job, why);
    if (rc)
        return rc;
    job->stop = (struct job_stop){ 0 };
    job->note[0] = 0;
    shift_run_begin(job, who->badge, who->name, clock_now_ms());
    rc = session_event(s, job, JOB_EV_START, why);
    if (rc) {
        shift_run_end(job, "", clock_now_ms());
        return rc;
    }
    rc = feeder_scan(s, why);
    if (!rc)
        return RC_OK;
    session_feeding_ended(s, rc == RC_FULL      ? "disk-full"
                             : rc == RC_REFUSED ? "settings"
                                                : "busy");
    return rc;
}

enum rc job_do_finish(struct session *s, struct fault *why)
{
    char sentence[JOB_SENTENCE_MAX];
    enum job_state unused;
    enum rc rc = need_job(s, why);
    struct job *job = s->current;
    if (!rc && job->state == JOB_REVIEW && group_doubt(job, sentence))
        rc = fault_set(why, RC_REFUSED, 0, "%s", sentence);
    if (!rc && job->state == JOB_STOPPED) {
        sentence_now(job, sentence);
        rc = fault_set(why, RC_REFUSED, 0, "还不能提交。%s", sentence);
    }
    if (!rc)
        rc = job_next(job->state, JOB_EV_FINISH, &unused, why);
    if (rc)
        return rc;
    if (!group_all_read(job))
        return fault_set(why, RC_REFUSED, 0, "还有 %u 页正在识别，请稍等再按“提交”。",
                         group_count(job).unread);
    group_pages(job);
    if (group_doubt(job, sentence))
        return fault_set(why, RC_REFUSED, 0, "%s", sentence);
    job->note[0] = 0;
    SCOPED(json_free_at) json_t *manifest = group_manifest(job, s->set.station_id);
    rc = spool_flush_results(s->spool, job, why);
    if (!rc)
        rc = spool_put_json(s->spool, job->id, "manifest.json", manifest, why);
    if (!rc)
        rc = session_event(s, job, JOB_EV_FINISH, why);
    if (rc == RC_FULL)
        return fault_set(why, rc, 0, "本机磁盘空间不足，请清理磁盘后再按“提交”。");
    if (!rc)
        upload_run(s);
    return rc;
}

enum rc job_do_next(struct session *s, struct fault *why)
{
    bool fed = s->current &&
               (s->current->state == JOB_COUNTED || s->current->state == JOB_REVIEW);
    enum job_state unused;
    enum rc rc = fed ? job_do_finish(s, why) : RC_OK;
    bool over = !s->current || s->current->state == JOB_SUBMITTING ||
                s->current->state == JOB_DONE || s->current->state == JOB_ABANDONED;
    if (!rc && !over)
        rc = job_next(s->current->state, JOB_EV_FINISH, &unused, why);
    if (rc)
        return rc;
    s->current = NULL; /* what is under way goes on by itself */
    session_stream_state(s);
    return RC_OK;
}

static void answer(struct session *s, struct http_request *request, enum rc rc,
                   const struct fault *why)
{
    if (rc) {
        session_api_fault(request, why);
        return;
    }
    char now[JOB_SENTENCE_MAX] = "", next[JOB_SENTENCE_MAX] = "";
    if (s->current) {
        sentence_now(s->current, now);
        sentence_next(s->current, next);
    }
    http_reply_json(request, 200,
                    json_pack("{s:i,s:s,s:s,s:s}", "ok", 1, "state",
                              s->current ? job_state_name(s->current->state) : "",
                              "sentence", now, "next", next));
}

void session_api_job_start(struct http_request *request, void *context)
{
    struct fault why = { 0 };
    const struct crew_member *who = session_api_who(context, request);
    if (who)
        answer(context, request, job_do_start(context, who, &why), &why);
}

/* Also by who is locked out: paper must not run on because nobody knows the password. */
void session_api_job_stop(struct http_request *request, void *context)
{
    struct fault why = { 0 };
    if (session_api_who_to_stop(context, request))
        answer(context, request, feeder_stop(context, &why), &why);
}

void session_api_job_finish(struct http_request *request, void *context)
{
    struct fault why = { 0 };
    if (session_api_who(context, request))
        answer(context, request, job_do_finish(context, &why), &why);
}

void session_api_job_next(struct http_request *request, void *context)
{
    struct fault why = { 0 };
    if (session_api_who(context, request))
        answer(context, request, job_do_next(context, &why), &why);
}

void session_api_job_abandon(struct http_request *request, void *context)
{
    struct session *s = context;
    struct fault why = { 0 };
    const struct crew_member *who = session_api_who(s, request);
    if (!who)
        return;
    enum rc rc = need_job(s, &why);
    struct job *job = s->current;
    if (!rc) {
        char note[JOB_SENTENCE_MAX];
        memcpy(note, job->note, sizeof note);
        snprintf(job->note, sizeof job->note, "由%s放弃。", who->name);
        rc = session_event(s, job, JOB_EV_ABANDON, &why);
        if (rc)
            memcpy(job->note, note, sizeof note);
    }
    if (!rc) {
        log_info("job %s was given up by %s", job->id, who->badge);
        s->current = NULL; /* its files stay for a while: nothing scanned is destroyed */
        session_trim(s);
    }
    answer(s, request, rc, &why);
}

/* One that the administrator allows, and that leaves sheets alike. */
static enum rc set_profile(struct session *s, struct job *job, const char *name,
                           struct fault *why)
{
    const struct profile *profile = *name ? profiles_find(&s->profiles, name) : NULL;
    if (!profile)
        return fault_set(why, RC_INVALID, 0, "没有这个扫描方案，请从列出的里面选。");
    if (job->state != JOB_DECLARED && job->state != JOB_STOPPED)
        return fault_set(why, RC_REFUSED, 0, "开始以前或停下以后才能换扫描方案。");
    if (job->leaves && (profile->sides != job->sides || profile->by_hand != job->by_hand))
        return fault_set(why, RC_REFUSED, 0,
                         "这一卷已按%s扫描，不能中途改。要改请放弃本卷后重扫。",
                         job->by_hand      ? "手动双面"
                         : job->sides == 2 ? "双面"
                                           : "单面");
    snprintf(job->profile, sizeof job->profile, "%s", profile->name);
    session_profile_apply(s, job);
    session_save(s, job);
    return RC_OK;
}

void session_api_job_profile(struct http_request *request, void *context)
{
    struct session *s = context;
    struct fault why = { 0 };
    if (!session_api_who(s, request))
        return;
    enum rc rc = need_job(s, &why);
    if (!rc)
        rc = set_profile(s, s->current, field_peek(http_body_json(request), "profile"),
                         &why);
    answer(s, request, rc, &why);
}

static enum rc recount(struct session *s, struct job *job, unsigned sheets,
                       const struct crew_member *who, struct fault *why)
{
    char at[CLOCK_TEXT_MAX];
    if (job->state != JOB_STOPPED && job->state != JOB_COUNTED &&
        job->state != JOB_REVIEW)
        return fault_set(why, RC_REFUSED, 0, "进纸停下、张数对不上时才能改登记的张数。");
    clock_text(clock_now_ms(), at);
    if (!job->recounts)
        job->recounts = json_array();
    json_array_append_new(
        job->recounts, json_pack("{s:i,s:i,s:s,s:s}", "from", (int)job->sheets_declared,
                                 "to", (int)sheets, "by", who->badge, "at", at));
    job->sheets_declared = sheets;
    log_info("job %s: %s corrects the declared sheets to %u", job->id, who->badge,
             sheets);
    session_count_again(s, job);
    return RC_OK;
}

void session_api_job_recount(struct http_request *request, void *context)
{
    struct session *s = context;
    struct fault why = { 0 };
    uint64_t sheets = 0;
    const struct crew_member *who = session_api_who(s, request);
    if (!who)
        return;
    enum rc rc = need_job(s, &why);
    if (!rc && !field_uint(http_body_json(request), "sheets_declared", 1, JOB_SHEETS_MAX,
                           &sheets))
        rc = fault_set(&why, RC_INVALID, 0, "请输入重新数过的张数（1 到 %d）。",
                       JOB_SHEETS_MAX);
    if (!rc)
        rc = recount(s, s->current, (unsigned)sheets, who, &why);
    answer(s, request, rc, &why);
}
