/* What the reader reads: labels of volumes and the command cards. With them alone a whole
 * day can be worked: a card does what its button would do, on the page that is in sight
 * ("index" in the request). */
#include "station/session.h"

#include "core/bytes.h"
#include "station/json_field.h"
#include "sys/json_scope.h"

#include <stdio.h>
#include <string.h>

struct reading {
    struct session *s;
    const struct crew_member *who;
    const json_t *body;
    const char *sentence; /* what was done, for the operator */
};

static enum rc do_accept(struct reading *r, struct fault *why)
{
    struct session *s = r->s;
    bool handed_in = s->current && (s->current->state == JOB_COUNTED ||
                                    s->current->state == JOB_REVIEW);
    return handed_in ? job_do_finish(s, why) : job_do_start(s, r->who, why);
}

static enum rc do_stop(struct reading *r, struct fault *why)
{
    return feeder_stop(r->s, why);
}

static enum rc do_next(struct reading *r, struct fault *why)
{
    return job_do_next(r->s, why);
}

/* The sheet in sight, else the last one fed. */
static enum rc do_redo(struct reading *r, struct fault *why)
{
    struct job *job = r->s->current;
    json_int_t index = json_integer_value(json_object_get(r->body, "index"));
    if (!job || !job->sheets)
        return fault_set(why, RC_REFUSED, 0, "还没有扫过的纸，没有可以重扫的。");
    bool named = index >= 1 && index <= (json_int_t)job->count;
    SCOPED(json_free_at)
    json_t *wish = json_pack("{s:s,s:s,s:I}", "do", "replace", "reason", "重扫", "sheet",
                             named ? (json_int_t)job_image(job, (unsigned)index)->sheet
                                   : (json_int_t)job->sheets);
    return session_repair(r->s, r->who, wish, why);
}

static enum rc do_undo(struct reading *r, struct fault *why)
{
    struct job *job = r->s->current;
    json_int_t index = json_integer_value(json_object_get(r->body, "index"));
    SCOPED(json_free_at) json_t *wish = json_pack("{s:s}", "do", "undo");
    struct job_image *image = job && index >= 1 ? job_image(job, (unsigned)index) : NULL;
    if (image && image->edit && !job->repair)
        return session_decide(r->s, r->who, (unsigned)index, wish, why);
    return session_repair(r->s, r->who, wish, why);
}

/* Every card, in the order of the numbers printed on them. */
static const struct {
    enum label_command command;
    enum rc (*act)(struct reading *r, struct fault *why);
    const char *done;
} commands[] = {
    { COMMAND_ACCEPT, do_accept, "好。" },
    { COMMAND_REDO, do_redo, "请把要重扫的那一张单独放进进纸器，按“继续”。" },
    { COMMAND_STOP, do_stop, "走完这一张就停。" },
    { COMMAND_NEXT_VOLUME, do_next, "请扫下一卷的标签。" },
    { COMMAND_UNDO, do_undo, "已撤销。" },
};

static enum rc run_command(struct reading *r, uint64_t command, struct fault *why)
{
    for (size_t i = 0; i < COUNT(commands); i++) {
        if (commands[i].command != (enum label_command)command)
            continue;
        r->sentence = commands[i].done;
        return commands[i].act(r, why);
    }
    return fault_set(why, RC_REFUSED, 0, "这张命令卡在这里没有用，请在页面上操作。");
}

static void reply(struct http_request *request, const char *what, const char *sentence)
{
    http_reply_json(request, 200,
                    json_pack("{s:s,s:s,s:s}", "what", what, "text",
                              field_peek(http_body_json(request), "text"), "sentence",
                              sentence));
}

/* What the repository knows of a volume that is not begun yet. While it is away the label
 * has to do; the count is then the operator's alone. */
static void on_volume(struct session *s, enum rc rc, const json_t *json,
                      const char *sentence, void *context)
{
    (void)s;
    (void)sentence;
    struct http_request *request = context;
    uint64_t sheets = 0;
    if (rc == RC_NOT_FOUND) {
        http_reply_problem(request, 404, "not-found", "库里没有这一卷。",
                           "请核对标签；新卷要先在库房登记。");
        return;
    }
    if (rc) {
        reply(request, "volume", "读到卷的标签。请输入数好的张数。");
        return;
    }
    (void)field_uint(json, "sheets", 1, JOB_SHEETS_MAX, &sheets);
    http_reply_json(request, 200,
                    json_pack("{s:s,s:s,s:s,s:s,s:I,s:s}", "what", "volume", "text",
                              field_peek(http_body_json(request), "text"), "sentence",
                              sheets ? "读到卷的标签。张数按库房登记填好，请数过再确认。"
                                     : "读到卷的标签。请输入数好的张数。",
                              "case_no", field_peek(json, "case_no"), "sheets",
                              (json_int_t)sheets, "holder",
                              field_peek(json_object_get(json, "holder"), "name")));
}

static void ask_volume(struct session *s, const char *text, struct http_request *request)
{
    char path[64];
    snprintf(path, sizeof path, "/v1/volumes/%s", text);
    uplink_call(s, json_pack("{s:s,s:s,s:s}", "do", "ask", "method", "GET", "path", path),
                -1, on_volume, request);
}

/* The label of the volume in hand, a second time: a person says that it is this one. */
static enum rc confirm_volume(struct reading *r, const char *text, struct fault *why)
{
    struct job *job = r->s->current;
    if (strcmp(job->volume, text) != 0)
        return fault_set(why, RC_REFUSED, 0,
                         "这是另一卷（%s）。正在做的是 %s，请先做完或放弃。", text,
                         job->volume);
    job->confirmed = true;
    session_save(r->s, job);
    session_review(r->s, job);
    r->sentence = "标签相符，已确认是这一卷。";
    return RC_OK;
}

static bool in_hand(const struct job *job)
{
    return job && job->state != JOB_DONE && job->state != JOB_SUBMITTING &&
           job->state != JOB_ABANDONED;
}

void session_api_label(struct http_request *request, void *context)
{
    struct session *s = context;
    struct fault why = { 0 };
    struct label label = { 0 };
    char text[LABEL_TEXT_MAX];
    struct reading r = { .s = s, .sentence = "这个标签在扫描台没有用。" };
    r.body = http_body_json(request);
    (void)field_text(r.body, "text", text, sizeof text);
    enum rc rc =
        label_read((struct bytes){ (const uint8_t *)text, strlen(text) }, &label);
    bool stop = !rc && label.type == LABEL_COMMAND && label.number == COMMAND_STOP;
    r.who = stop ? session_api_who_to_stop(s, request) : session_api_who(s, request);
    if (!r.who)
        return;
    uint64_t read = 0;
    if (field_uint(r.body, "read", 1, UINT32_MAX, &read) &&
        !session_readers_take(s, read)) { /* another page was faster */
        http_reply_json(request, 200, json_pack("{s:s}", "what", "taken"));
        return;
    }
    if (!rc && label.type == LABEL_VOLUME && session_return_here(s, text) &&
        !in_hand(s->current)) {
        if (session_return_open(s, text, &why))
            session_api_fault(request, &why);
        else
            reply(request, "return", "这一卷有退回的页，请按原因重扫。");
        return;
    }
    if (!rc && label.type == LABEL_VOLUME && !in_hand(s->current)) {
        ask_volume(s, text, request);
        return;
    }
    const char *what = "other";
    if (rc == RC_CORRUPT)
        rc = fault_set(&why, RC_INVALID, 0, "标签 %s 的校验位不对，请再扫一次。", text);
    else if (rc)
        rc = fault_set(&why, RC_INVALID, 0, "这不是本系统的标签。");
    else if (label.type == LABEL_VOLUME) {
        what = "volume";
        rc = confirm_volume(&r, text, &why);
    } else if (label.type == LABEL_COMMAND) {
        what = "command";
        rc = run_command(&r, label.number, &why);
    }
    if (rc)
        session_api_fault(request, &why);
    else
        reply(request, what, r.sentence);
}
