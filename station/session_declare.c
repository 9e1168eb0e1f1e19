/* Declaring a job: the volume's label and the number of sheets that somebody counted.
 *
 * The repository is asked what the volume is and which rows its catalogue has. When it is
 * away the label's own check digits have to do, the rows come from the last answer for
 * this kind of volume, and scanning goes on; the repository judges when it is back. */
#include "station/session.h"

#include "record/case_no.h"
#include "station/json_field.h"
#include "sys/log.h"
#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A declaration while the repository is being asked. */
struct declaration {
    struct http_request *request;
    struct job *job; /* owned until it is adopted */
};

static char kind_digit(const struct job *job)
{
    return job->volume[1 + LABEL_CASE_DIGITS];
}

static bool in_work(const struct job *job)
{
    return job->state != JOB_DONE && job->state != JOB_ABANDONED &&
           job->state != JOB_SUBMITTING;
}

static enum rc read_volume(const char *text, char ret[LABEL_TEXT_MAX], struct fault *why)
{
    struct label label;
    enum rc rc =
        label_read((struct bytes){ (const uint8_t *)text, strlen(text) }, &label);
    if (rc == RC_CORRUPT)
        return fault_set(why, RC_INVALID, 0,
                         "标签 %s 的校验位不对。请重新扫码，或逐位核对后再输入。", text);
    if (rc || label.type != LABEL_VOLUME)
        return fault_set(why, RC_INVALID, 0,
                         "这不是卷的标签。卷的标签以 V 开头，印在卷皮和封面上。");
    snprintf(ret, LABEL_TEXT_MAX, "%s", text);
    return RC_OK;
}

/* What the label alone says about the case. */
static void name_case(struct job *job)
{
    char digits[CASE_NO_ID_MAX], text[CASE_NO_TEXT_MAX];
    struct case_no number;
    snprintf(digits, sizeof digits, "%.*s", LABEL_CASE_DIGITS, job->volume + 1);
    if (case_no_of_id(digits, &number))
        snprintf(text, sizeof text, "案件编号 %s", digits);
    else
        case_no_text(&number, text);
    snprintf(job->case_no, sizeof job->case_no, "%s", text);
}

static enum rc read_declaration(const struct session *s, const json_t *body,
                                struct job *job, struct fault *why)
{
    uint64_t sheets = 0;
    const char *kind = field_peek(body, "kind");
    enum rc rc = read_volume(field_peek(body, "volume"), job->volume, why);
    if (rc)
        return rc;
    if (!field_uint(body, "sheets_declared", 1, JOB_SHEETS_MAX, &sheets))
        return fault_set(why, RC_INVALID, 0, "请先数好纸，输入张数（1 到 %d）。",
                         JOB_SHEETS_MAX);
    if (*kind && strcmp(kind, "first") != 0 && strcmp(kind, "supplement") != 0)
        return fault_set(why, RC_INVALID, 0, "请选择首次扫描或补正扫描。");
    const struct profile *profile =
        profiles_find(&s->profiles, field_peek(body, "profile"));
    if (!profile)
        return fault_set(why, RC_INVALID, 0, "没有这个扫描方案，请从列出的里面选。");
    snprintf(job->profile, sizeof job->profile, "%s", profile->name);
    job->sheets_declared = (unsigned)sheets;
    snprintf(job->kind, sizeof job->kind, "%s", *kind ? kind : "first");
    name_case(job);
    return RC_OK;
}

/* May a job of this volume be begun now? A parked one is taken up again instead. */
static enum rc check_free(struct session *s, const char *volume, struct job **ret_parked,
                          struct fault *why)
{
    if (s->current && in_work(s->current))
        return fault_set(why, RC_CONFLICT, 0,
                         "上一卷（%s）还没有做完。请先做完或放弃它。",
                         s->current->case_no);
    for (size_t i = 0; i < s->job_count; i++) {
        struct job *job = s->jobs[i];
        if (strcmp(job->volume, volume) != 0)
            continue;
        if (job->state == JOB_SUBMITTING)
            return fault_set(why, RC_CONFLICT, 0, "这一卷正在上传，请等它入库后再扫。");
        if (in_work(job))
            *ret_parked = job;
    }
    return RC_OK;
}

static void declaration_end(struct declaration *d)
{
    job_free(d->job);
    free(d);
}

static void create(struct session *s, struct declaration *d)
{
    struct fault why = { 0 };
    struct job *parked = NULL, *job = d->job;
    enum rc rc = check_free(s, job->volume, &parked, &why);
    if (!rc && !parked)
        rc = spool_create_job(s->spool, job, &why);
    if (rc == RC_FULL)
        (void)fault_set(&why, RC_FULL, 0, "本机磁盘空间不足，请清理磁盘后再登记。");
    if (!rc && !parked)
        rc = session_adopt(s, job, &why);
    if (rc) {
        session_api_fault(d->request, &why);
        declaration_end(d);
        return;
    }
    if (!parked)
        d->job = NULL;
    s->current = parked ? parked : job;
    log_info("job %s: %s declared with %u sheets by %s", s->current->id,
             s->current->volume, s->current->sheets_declared, s->current->operator_badge);
    json_t *state = session_state_json(s, true);
    http_reply_json(d->request, parked ? 200 : 201,
                    json_incref(json_object_get(state, "job")));
    json_decref(state);
    declaration_end(d);
    session_review(s, s->current);
}

static void use_kept_rules(struct session *s, struct job *job)
{
    char name[SPOOL_NAME_MAX];
    snprintf(name, sizeof name, "rules-%c.json", kind_digit(job));
    if (!job->rules)
        (void)!spool_get_json(s->spool, NULL, name, &job->rules, NULL);
}

static void on_rules(struct session *s, enum rc rc, const json_t *json,
                     const char *sentence, void *context)
{
    struct declaration *d = context;
    struct fault why = { 0 };
    char name[SPOOL_NAME_MAX];
    snprintf(name, sizeof name, "rules-%c.json", kind_digit(d->job));
    if (!rc && json_is_array(json_object_get(json, "rows"))) {
        d->job->rules = json_deep_copy(json);
        if (spool_put_json(s->spool, NULL, name, json, &why))
            log_warn("rules are not kept for later: %s", why.text);
    } else if (rc)
        log_warn("no rules for %s: %s", d->job->volume, sentence);
    use_kept_rules(s, d->job);
    create(s, d);
}

static void on_volume(struct session *s, enum rc rc, const json_t *json,
                      const char *sentence, void *context)
{
    struct declaration *d = context;
    struct job *job = d->job;
    struct fault why = { 0 };
    if (rc == RC_NOT_FOUND) {
        (void)fault_set(&why, RC_NOT_FOUND, 0,
                        "库里没有这一卷（%s）。请核对标签；新卷要先在库房登记。",
                        job->volume);
        session_api_fault(d->request, &why);
        declaration_end(d);
        return;
    }
    if (rc) {
        field_print(job->note, sizeof job->note, "%s先按标签登记，连通后由库房核对。",
                    sentence);
        use_kept_rules(s, job);
        create(s, d);
        return;
    }
    char path[64];
    if (*field_peek(json, "case_no"))
        (void)field_text(json, "case_no", job->case_no, sizeof job->case_no);
    snprintf(path, sizeof path, "/v1/volumes/%s/rules", job->volume);
    uplink_call(s, json_pack("{s:s,s:s,s:s}", "do", "ask", "method", "GET", "path", path),
                -1, on_rules, d);
}

void session_api_job_new(struct http_request *request, void *context)
{
    struct session *s = context;
    struct fault why = { 0 };
    struct job *parked = NULL;
    const struct crew_member *who = session_api_who(s, request);
    if (!who)
        return;
    struct declaration *d = calloc(1, sizeof *d);
    struct job *job = job_new();
    enum rc rc = d ? read_declaration(s, http_body_json(request), job, &why)
                   : fault_set(&why, RC_NO_MEMORY, 0, "内存不足，请重试。");
    if (!rc)
        rc = check_free(s, job->volume, &parked, &why);
    if (rc) {
        session_api_fault(request, &why);
        job_free(job);
        free(d);
        return;
    }
    snprintf(job->operator_badge, sizeof job->operator_badge, "%s", who->badge);
    snprintf(job->operator_name, sizeof job->operator_name, "%s", who->name);
    *d = (struct declaration){ request, job };
    char path[64];
    snprintf(path, sizeof path, "/v1/volumes/%s", job->volume);
    uplink_call(s, json_pack("{s:s,s:s,s:s}", "do", "ask", "method", "GET", "path", path),
                -1, on_volume, d);
}
