/* Handing a shift over: one person's figures of the day and what is still open pass to
 * the next, who confirms with his own log-in. The record lies beside the day's figures in
 * the spool; from then on the station works in the name of who took over. Needs the
 * repository, for only that knows the passwords. */
#include "station/session.h"

#include "station/json_field.h"
#include "station/sentence.h"
#include "station/shift.h"
#include "sys/clock.h"
#include "sys/json_scope.h"
#include "sys/log.h"
#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOTE_MAX = 300 };

static bool is_open(const struct job *job)
{
    return job->state != JOB_DONE && job->state != JOB_ABANDONED;
}

json_t *session_open_jobs(const struct session *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->job_count; i++) {
        const struct job *job = s->jobs[i];
        char now[JOB_SENTENCE_MAX], next[JOB_SENTENCE_MAX], since[CLOCK_TEXT_MAX];
        if (!is_open(job))
            continue;
        sentence_now(job, now);
        sentence_next(job, next);
        clock_text(job->started_ms, since);
        json_array_append_new(
            list,
            json_pack("{s:s,s:s,s:s,s:s,s:i,s:i,s:s,s:s,s:s,s:s}", "job", job->id,
                      "volume", job->volume, "case_no", job->case_no, "state",
                      job_state_name(job->state), "sheets", (int)job->sheets,
                      "sheets_declared", (int)job->sheets_declared, "name",
                      job->operator_name, "since", since, "sentence", now, "next", next));
    }
    return list;
}

static void name_of_day(const char *day, char ret[SPOOL_NAME_MAX])
{
    snprintf(ret, SPOOL_NAME_MAX, "handover-%.10s.json", day);
}

enum rc session_handovers(struct session *s, const char *day, json_t **ret_list,
                          struct fault *why)
{
    char name[SPOOL_NAME_MAX];
    name_of_day(day, name);
    enum rc rc = spool_get_json(s->spool, NULL, name, ret_list, why);
    if (rc == RC_NOT_FOUND) {
        *ret_list = json_array();
        return RC_OK;
    }
    return rc;
}

/* Who gives, kept while the repository is asked about who takes. */
struct giving {
    struct http_request *request;
    char badge[LABEL_TEXT_MAX], name[64], token[CREW_TOKEN_LEN + 1];
};

static enum rc keep(struct session *s, const struct giving *from,
                    const struct crew_member *to, struct fault *why)
{
    char day[SHIFT_DAY_MAX], at[CLOCK_TEXT_MAX], name[SPOOL_NAME_MAX];
    char note[NOTE_MAX];
    int64_t now_ms = clock_now_ms();
    shift_day(now_ms, day);
    clock_text(now_ms, at);
    field_print(note, sizeof note, "%s",
                field_peek(http_body_json(from->request), "note"));
    SCOPED(json_free_at) json_t *list = NULL;
    SCOPED(json_free_at) json_t *figures = NULL;
    enum rc rc = session_handovers(s, day, &list, why);
    if (!rc)
        rc = session_shift_figures(s, day, &figures, why);
    if (rc)
        return rc;
    json_array_append_new(list, json_pack("{s:{s:s,s:s},s:{s:s,s:s},s:s,s:s,s:O,s:o}",
                                          "from", "badge", from->badge, "name",
                                          from->name, "to", "badge", to->badge, "name",
                                          to->name, "at", at, "note", note, "figures",
                                          figures, "open", session_open_jobs(s)));
    name_of_day(day, name);
    return spool_put_json(s->spool, NULL, name, list, why);
}

static enum rc take_over(struct session *s, const struct giving *from, const json_t *json,
                         struct fault *why)
{
    const struct crew_member *to = NULL;
    if (!strcmp(field_peek(json_object_get(json, "person"), "badge"), from->badge))
        return fault_set(why, RC_REFUSED, 0, "接班的要是另一个人。");
    enum rc rc = session_api_enter(s, from->request, json, &to, why);
    if (rc)
        return rc;
    rc = keep(s, from, to, why);
    if (rc) {
        crew_leave(&s->crew, to->token);
        return fault_set(why, rc, 0, "本机磁盘写不进去，没有交成。请清理磁盘后再试。");
    }
    session_api_cookie(from->request, to);
    log_info("shift handed over by %s to %s", from->badge, to->badge);
    crew_leave(&s->crew, from->token);
    return RC_OK;
}

static void on_taker(struct session *s, enum rc rc, const json_t *json,
                     const char *sentence, void *context)
{
    struct giving *from = context;
    struct fault why = { .rc = rc };
    field_print(why.text, sizeof why.text, "%s", sentence);
    if (!rc)
        rc = take_over(s, from, json, &why);
    else if (rc != RC_DENIED)
        (void)fault_set(&why, RC_UNAVAILABLE, 0,
                        "连不上库房的服务器，请等连通后再交班。");
    if (rc == RC_DENIED && !json) /* not 401: it is not the giver who has to log in */
        http_reply_problem(from->request, 403, "login", why.text,
                           "请接班人再输一次工号和口令。");
    else if (rc)
        session_api_fault(from->request, &why);
    else
        session_api_ok(from->request);
    session_stream_state(s);
    free(from);
}

void session_api_handover(struct http_request *request, void *context)
{
    struct session *s = context;
    const json_t *body = http_body_json(request);
    const char *login = field_peek(body, "login"),
               *password = field_peek(body, "password");
    const struct crew_member *who = session_api_who(s, request);
    if (!who)
        return;
    if (!*login || !*password || strlen(field_peek(body, "note")) >= NOTE_MAX) {
        http_reply_problem(request, 400, "login", "请接班人输入自己的工号和口令。",
                           "留言在 90 个字以内。");
        return;
    }
    struct giving *from = calloc(1, sizeof *from);
    if (!from) {
        http_reply_problem(request, 503, "memory", "内存不足，请重试。", NULL);
        return;
    }
    from->request = request;
    memcpy(from->badge, who->badge, sizeof from->badge);
    memcpy(from->name, who->name, sizeof from->name);
    memcpy(from->token, who->token, sizeof from->token);
    uplink_call(
        s,
        json_pack("{s:s,s:s,s:s}", "do", "login", "login", login, "password", password),
        -1, on_taker, from);
}
