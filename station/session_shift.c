/* Figures for the hand-over of a shift. Jobs that are in memory speak for themselves;
 * before the files of an old job are deleted its rows go into the day's own file in the
 * spool, so that a figure once shown does not become smaller. */
#include "station/session.h"

#include "station/json_field.h"
#include "station/shift.h"
#include "sys/clock.h"
#include "sys/json_scope.h"
#include "sys/log.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

static void name_of_day(const char *day, char ret[SPOOL_NAME_MAX])
{
    snprintf(ret, SPOOL_NAME_MAX, "shift-%.10s.json", day);
}

/* What the file of the day holds; an empty object when there is none. */
static enum rc read_day(struct session *s, const char *day, json_t **ret_jobs,
                        struct fault *why)
{
    char name[SPOOL_NAME_MAX];
    json_t *jobs = NULL;
    name_of_day(day, name);
    enum rc rc = spool_get_json(s->spool, NULL, name, &jobs, why);
    if (rc == RC_NOT_FOUND)
        jobs = json_object();
    else if (rc)
        return rc;
    *ret_jobs = jobs;
    return RC_OK;
}

static enum rc keep_day(struct session *s, const struct job *job, const json_t *rows,
                        const char *day, struct fault *why)
{
    SCOPED(json_free_at) json_t *jobs = NULL;
    char name[SPOOL_NAME_MAX];
    enum rc rc = read_day(s, day, &jobs, why);
    if (rc)
        return rc;
    json_t *of_day = json_array(), *row;
    size_t i;
    json_array_foreach((json_t *)(uintptr_t)rows, i, row)
    {
        if (!strcmp(field_peek(row, "day"), day))
            json_array_append(of_day, row);
    }
    json_object_set_new(jobs, job->id, of_day);
    name_of_day(day, name);
    return spool_put_json(s->spool, NULL, name, jobs, why);
}

enum rc session_shift_keep(struct session *s, const struct job *job, struct fault *why)
{
    SCOPED(json_free_at) json_t *rows = shift_rows(job, clock_now_ms());
    char last[SHIFT_DAY_MAX] = "";
    json_t *row;
    size_t i;
    enum rc rc = RC_OK;
    json_array_foreach(rows, i, row)
    {
        const char *day = field_peek(row, "day"); /* rows are in the order of time */
        if (rc || !strcmp(day, last))
            continue;
        rc = keep_day(s, job, rows, day, why);
        snprintf(last, sizeof last, "%s", day);
    }
    return rc;
}

static bool is_day(const char *text)
{
    static const char form[] = "0000-00-00";
    if (strlen(text) != sizeof form - 1)
        return false;
    for (size_t i = 0; form[i]; i++)
        if (form[i] == '-' ? text[i] != '-' : text[i] < '0' || text[i] > '9')
            return false;
    return true;
}

enum rc session_shift_figures(struct session *s, const char *day, json_t **ret_figures,
                              struct fault *why)
{
    SCOPED(json_free_at) json_t *jobs = NULL;
    int64_t now_ms = clock_now_ms();
    enum rc rc = read_day(s, day, &jobs, why);
    if (rc)
        return rc;
    for (size_t i = 0; i < s->job_count; i++)
        json_object_set_new(jobs, s->jobs[i]->id, shift_rows(s->jobs[i], now_ms));
    *ret_figures = shift_sum(jobs, day);
    return RC_OK;
}

void session_api_shift(struct http_request *request, void *context)
{
    struct session *s = context;
    struct fault why = { 0 };
    json_t *figures = NULL, *handovers = NULL;
    char today[SHIFT_DAY_MAX];
    const char *day = http_query(request, "day");
    if (!session_api_who(s, request))
        return;
    shift_day(clock_now_ms(), today);
    if (!day || !*day)
        day = today;
    if (!is_day(day)) {
        http_reply_problem(request, 400, "day", "日期应写成 2026-11-23 这样。", NULL);
        return;
    }
    if (session_handovers(s, day, &handovers, &why) ||
        session_shift_figures(s, day, &figures, &why)) {
        json_decref(handovers);
        log_error("figures of %s: %s", day, why.text);
        http_reply_problem(request, 500, "io", "这一天的统计读不出来。",
                           "请联系管理员。");
        return;
    }
    json_object_set_new(figures, "open", session_open_jobs(s));
    json_object_set_new(figures, "handovers", handovers);
    http_reply_json(request, 200, figures);
}
