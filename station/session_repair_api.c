/* Repairs in place, as the operator asks for them (job_repair.h says what they are).
 *
 * "replace" and "insert" only arm: the operator then lays the one sheet into the feeder
 * and goes on. The others are done at once. */
#include "station/session.h"

#include "station/job_repair.h"
#include "station/json_field.h"
#include "station/sentence.h"
#include "station/turn.h"
#include "sys/clock.h"
#include "sys/log.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct wish {
    struct session *s;
    struct job *job;
    const json_t *body;
    const struct crew_member *who;
    int64_t at_ms;
    char at[CLOCK_TEXT_MAX];
};

/* The sheet that the request names, by the index of one of its pictures or by place. */
static bool sheet_of(const struct wish *w, uint64_t *ret_place)
{
    uint64_t index = 0;
    if (field_uint(w->body, "index", 1, w->job->count, &index)) {
        *ret_place = job_image(w->job, (unsigned)index)->sheet;
        return true;
    }
    return field_uint(w->body, "sheet", 1, w->job->sheets, ret_place);
}

static json_t *new_act(const struct wish *w, const char *what, const char *reason)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:I}", "do", what, "reason", reason, "by",
                     w->who->badge, "name", w->who->name, "at", w->at, "at_ms",
                     (json_int_t)w->at_ms);
}

static enum rc need_reason(const struct wish *w, char ret[JOB_REASON_MAX],
                           struct fault *why)
{
    if (field_text(w->body, "reason", ret, JOB_REASON_MAX) && *ret)
        return RC_OK;
    return fault_set(why, RC_INVALID, 0, "请选择或写明原因（40 个字以内）。");
}

static enum rc arm(struct wish *w, json_t *act, struct fault *why)
{
    struct job *job = w->job;
    bool counted = job->state == JOB_COUNTED || job->state == JOB_REVIEW;
    json_t *before = job->repair;
    struct job_stop stop = job->stop;
    json_object_set_new(act, "stop", json_string(counted ? "no-docs" : job->stop.code));
    if (before) /* another wish for the same sheet of paper: keep the first reason */
        json_object_set(act, "stop", json_object_get(before, "stop"));
    job->repair = act;
    job->note[0] = 0;
    snprintf(job->stop.code, sizeof job->stop.code, "repair");
    enum rc rc = spool_save_job(w->s->spool, job, why);
    if (rc) {
        json_decref(act);
        job->repair = before;
        job->stop = stop;
        return fault_set(why, rc, 0, "本机磁盘写不进去，请清理磁盘后再试。");
    }
    json_decref(before);
    return session_event(w->s, job, JOB_EV_REPAIR, why);
}

static enum rc do_replace(struct wish *w, struct fault *why)
{
    char reason[JOB_REASON_MAX];
    uint64_t place = 0;
    if (!sheet_of(w, &place))
        return fault_set(why, RC_INVALID, 0, "没有这一张。请按列出的张号选择。");
    enum rc rc = need_reason(w, reason, why);
    if (rc)
        return rc;
    json_t *act = new_act(w, "replace", reason);
    unsigned leaf = job_leaf_at(w->job, (unsigned)place);
    json_object_set_new(act, "leaf", json_integer((json_int_t)leaf));
    return arm(w, act, why);
}

/* "sheet" or "index": in front of which; behind the last when neither is said. */
static enum rc do_insert(struct wish *w, struct fault *why)
{
    char reason[JOB_REASON_MAX];
    uint64_t place = w->job->sheets + 1;
    bool named = json_object_get(w->body, "index") || json_object_get(w->body, "sheet");
    if (named && !sheet_of(w, &place))
        return fault_set(why, RC_INVALID, 0, "没有这一张。请按列出的张号选择。");
    (void)field_text(w->body, "reason", reason, sizeof reason);
    json_t *act = new_act(w, "insert", reason);
    unsigned leaf = job_leaf_at(w->job, (unsigned)place - 1);
    json_object_set_new(act, "after", json_integer((json_int_t)leaf));
    return arm(w, act, why);
}

/* Pages changed their places from `first` on: save, tell, compare the numbers. */
static enum rc rearranged(struct wish *w)
{
    w->job->note[0] = 0;
    session_save(w->s, w->job);
    session_count_again(w->s, w->job);
    session_stream_pages(w->s, w->job, 1);
    session_read_pages(w->s);
    return RC_OK;
}

static enum rc do_move(struct wish *w, struct fault *why)
{
    char reason[JOB_REASON_MAX];
    uint64_t from = 0, to = 0;
    if (!sheet_of(w, &from) || !field_uint(w->body, "to", 1, w->job->sheets, &to))
        return fault_set(why, RC_INVALID, 0, "没有这一张。请按列出的张号选择。");
    (void)field_text(w->body, "reason", reason, sizeof reason);
    json_t *act = new_act(w, "move", reason);
    json_object_set_new(act, "from", json_integer((json_int_t)from));
    json_object_set_new(act, "to", json_integer((json_int_t)to));
    enum rc rc = job_rearrange(w->job, act, why);
    return rc ? rc : rearranged(w);
}

static enum rc do_remove(struct wish *w, struct fault *why)
{
    char reason[JOB_REASON_MAX];
    uint64_t from = 0;
    if (!sheet_of(w, &from))
        return fault_set(why, RC_INVALID, 0, "没有这一张。请按列出的张号选择。");
    enum rc rc = need_reason(w, reason, why);
    if (rc)
        return rc;
    json_t *act = new_act(w, "remove", reason);
    json_object_set_new(act, "from", json_integer((json_int_t)from));
    rc = job_rearrange(w->job, act, why);
    return rc ? rc : rearranged(w);
}

/* This sheet and all behind it are taken out, to be fed again from here on. */
static enum rc do_rewind(struct wish *w, struct fault *why)
{
    char reason[JOB_REASON_MAX];
    uint64_t from = 0;
    if (!sheet_of(w, &from))
        return fault_set(why, RC_INVALID, 0, "没有这一张。请按列出的张号选择。");
    enum rc rc = need_reason(w, reason, why);
    while (!rc && w->job->sheets >= from) {
        json_t *act = new_act(w, "remove", reason);
        json_object_set_new(act, "from", json_integer((json_int_t)w->job->sheets));
        rc = job_rearrange(w->job, act, why);
    }
    if (rc)
        return rc;
    /* What was taken off behind the end of the volume does not come back into it. */
    unsigned end = group_end_leaf(w->job);
    bool whole = end && end == job_leaf_at(w->job, w->job->sheets);
    snprintf(w->job->stop.code, sizeof w->job->stop.code, "%s",
             whole ? "volume-end" : "rewind");
    return rearranged(w);
}

/* The backs of this sheet and of all that went behind it are fed again; all of them when
 * none is named. */
static enum rc do_backs(struct wish *w, struct fault *why)
{
    char reason[JOB_REASON_MAX];
    uint64_t from = w->job->sheets;
    bool named = json_object_get(w->body, "index") || json_object_get(w->body, "sheet");
    if (named && !sheet_of(w, &from))
        return fault_set(why, RC_INVALID, 0, "没有这一张。请按列出的张号选择。");
    enum rc rc = need_reason(w, reason, why);
    if (rc)
        return rc;
    json_t *act = new_act(w, "back", reason);
    rc = turn_again(w->job, (unsigned)from, act, why);
    json_decref(act);
    if (rc)
        return rc;
    snprintf(w->job->stop.code, sizeof w->job->stop.code, "backs-again");
    return rearranged(w);
}

static enum rc do_cancel(struct wish *w, struct fault *why)
{
    struct job *job = w->job;
    if (!job->repair)
        return fault_set(why, RC_REFUSED, 0, "现在没有等着补扫的纸。");
    (void)field_text(job->repair, "stop", job->stop.code, sizeof job->stop.code);
    json_decref(job->repair);
    job->repair = NULL;
    session_count_again(w->s, job);
    return RC_OK;
}

/* What is only armed is taken back first. */
static enum rc do_undo(struct wish *w, struct fault *why)
{
    if (w->job->repair)
        return do_cancel(w, why);
    enum rc rc = job_undo(w->job, w->who->badge, w->at, why);
    return rc ? rc : rearranged(w);
}

static const struct {
    const char *name;
    enum rc (*act)(struct wish *w, struct fault *why);
    bool while_armed;  /* else an armed repair has to be done or cancelled first */
    bool while_turned; /* else the backs of the turned stack have to be fed first */
} wishes[] = {
    { "replace", do_replace, true, false }, { "insert", do_insert, true, false },
    { "move", do_move, false, false },      { "remove", do_remove, false, false },
    { "rewind", do_rewind, false, false },  { "backs", do_backs, false, true },
    { "cancel", do_cancel, true, true },    { "undo", do_undo, true, false },
};

/* The stack lies turned over, in the order that the fronts were fed in: that must not
 * change before each has its back. */
static bool order_must_stay(const struct job *job, const char *what)
{
    bool on_the_way = job->by_hand && turn_lacking(job);
    return on_the_way && (job->turned || !strcmp(what, "move"));
}

static enum rc grant(struct wish *w, struct fault *why)
{
    enum job_state unused;
    const char *what = field_peek(w->body, "do");
    enum rc rc = job_next(w->job->state, JOB_EV_REPAIR, &unused, why);
    for (size_t i = 0; i < COUNT(wishes) && !rc; i++) {
        if (strcmp(wishes[i].name, what) != 0)
            continue;
        if (w->job->repair && !wishes[i].while_armed)
            return fault_set(why, RC_REFUSED, 0,
                             "还有一张等着补扫。请先补扫，或按“不补了”。");
        if (!wishes[i].while_turned && order_must_stay(w->job, what))
            return fault_set(why, RC_REFUSED, 0,
                             "反面还没有走完，纸的次序不能动。请先走完反面。");
        rc = wishes[i].act(w, why);
        if (!rc)
            log_info("job %s: %s by %s", w->job->id, what, w->who->badge);
        return rc;
    }
    return rc ? rc : fault_set(why, RC_INVALID, 0, "没有这样的操作。");
}

enum rc session_repair(struct session *s, const struct crew_member *who,
                       const json_t *body, struct fault *why)
{
    struct wish wish = { .s = s, .job = s->current, .body = body, .who = who };
    wish.at_ms = clock_now_ms();
    clock_text(wish.at_ms, wish.at);
    if (!s->current)
        return fault_set(why, RC_REFUSED, 0, "还没有登记，没有可修补的。");
    return grant(&wish, why);
}

void session_api_repair(struct http_request *request, void *context)
{
    struct session *s = context;
    struct fault why = { 0 };
    const struct crew_member *who = session_api_who(s, request);
    if (!who)
        return;
    if (session_repair(s, who, http_body_json(request), &why)) {
        session_api_fault(request, &why);
        return;
    }
    char now[JOB_SENTENCE_MAX], next[JOB_SENTENCE_MAX];
    sentence_now(s->current, now);
    sentence_next(s->current, next);
    http_reply_json(request, 200,
                    json_pack("{s:i,s:s,s:s,s:s}", "ok", 1, "state",
                              job_state_name(s->current->state), "sentence", now, "next",
                              next));
}

/* The scanner's bits of a picture that is not in the volume any more. */
void session_api_gone_picture(struct http_request *request, void *context)
{
    struct session *s = context;
    const char *leaf = http_part(request, "leaf"), *side = http_part(request, "side");
    size_t digits = strspn(leaf, "0123456789");
    unsigned index = 0;
    enum side which = !strcmp(side, side_name(SIDE_BACK)) ? SIDE_BACK : SIDE_FRONT;
    struct job_image *image = NULL;
    struct stat st;
    int fd = -1;
    if (!session_api_who(s, request))
        return;
    if (s->current && digits && digits < 6 && !leaf[digits])
        image =
            job_leaf_image(s->current, (unsigned)strtoul(leaf, NULL, 10), which, &index);
    if (!image || spool_open_capture(s->spool, s->current, image, &fd, NULL)) {
        http_reply_problem(request, 404, "not-found", "没有这一页。", NULL);
        return;
    }
    if (fstat(fd, &st) || st.st_size < 0) {
        close(fd);
        http_reply_problem(request, 500, "io", "这一页的文件读不出来。", NULL);
        return;
    }
    http_add_header(request, "Cache-Control", "no-cache");
    http_reply_fd(request, image->capture.type, fd, (uint64_t)st.st_size,
                  image->capture.sha256);
}
