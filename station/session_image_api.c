/* What the operator decides about a picture, and the files made from it. */
#include "station/session.h"

#include "station/job_return.h"
#include "station/json_field.h"
#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { ROWS_WITHOUT_RULES = 40 };

static struct job_image *image_of(struct session *s, struct http_request *request,
                                  unsigned *ret_index)
{
    const char *text = http_part(request, "index");
    size_t digits = strspn(text, "0123456789");
    struct job_image *image = NULL;
    if (s->current && digits && digits < 6 && !text[digits]) {
        *ret_index = (unsigned)strtoul(text, NULL, 10);
        image = job_image(s->current, *ret_index);
    }
    if (!image)
        http_reply_problem(request, 404, "not-found", "没有这一页。", NULL);
    return image;
}

static bool row_exists(const struct job *job, uint64_t row)
{
    size_t i;
    json_t *one;
    const json_t *rows = json_object_get(job->rules, "rows");
    json_array_foreach(rows, i, one)
    {
        if (json_integer_value(json_object_get(one, "row")) == (json_int_t)row)
            return true;
    }
    return !json_array_size(rows);
}

/* A person says what the paper is called, and so where it belongs. */
static enum rc confirm_title(const struct job *job, struct job_image *image,
                             const json_t *body, struct fault *why)
{
    char text[JOB_TITLE_MAX];
    uint64_t row = 0;
    if (image->state != IMAGE_READY || strcmp(image_kind(image), "page") != 0)
        return fault_set(why, RC_REFUSED, 0, "这一页还不是正文，先选“保留为页”。");
    if (!field_uint(body, "row", 1, JOB_ROWS_MAX, &row) || !row_exists(job, row))
        return fault_set(why, RC_INVALID, 0, "请选择目录里有的一项。");
    if (!field_text(body, "text", text, sizeof text) || !*text)
        return fault_set(why, RC_INVALID, 0, "请填写这份材料的名称。");
    memcpy(image->edit_title, text, sizeof text);
    image->edit |= EDIT_TITLE;
    if (row != image->row) {
        image->edit |= EDIT_MOVE;
        image->edit_row = (unsigned)row;
    }
    return RC_OK;
}

/* The model that is to read the page again: its name, with or without its engine's. */
static enum rc read_spec(const json_t *body, struct fault *why)
{
    const char *spec = field_peek(body, "model");
    size_t len = strspn(spec, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                              "0123456789_-:");
    if (spec[len] || len >= PAGE_SPEC_MAX || !strcmp(spec, PAGE_MODEL_NONE))
        return fault_set(why, RC_INVALID, 0, "没有这样的识别模型，请核对名称。");
    return RC_OK;
}

static enum rc decide(struct job *job, struct job_image *image,
                      const struct crew_member *who, const json_t *body,
                      struct fault *why)
{
    const char *what = field_peek(body, "do");
    uint64_t row = 0, turn = 0;
    unsigned turned = image->edit & (EDIT_TURN | EDIT_TITLE);
    if (!strcmp(what, "confirm-title"))
        return confirm_title(job, image, body, why);
    if (!strcmp(what, "keep-as-page"))
        image->edit = (image->edit & EDIT_MOVE) | EDIT_KEEP_AS_PAGE | turned;
    else if (!strcmp(what, "set-blank"))
        image->edit = EDIT_SET_BLANK | (turned & EDIT_TURN);
    else if (!strcmp(what, "undo"))
        image->edit = EDIT_NONE;
    else if (!strcmp(what, "seen"))
        return RC_OK; /* it is as the machine took it */
    else if (!strcmp(what, "mended"))
        return job_return_settle(job, image, who->badge, why);
    else if (!strcmp(what, "right"))
        image->edit |= EDIT_CHECKED;
    else if (!strcmp(what, "rotate")) {
        if (!field_uint(body, "deg", 90, 270, &turn) || turn % 90)
            return fault_set(why, RC_INVALID, 0, "请选择向右、向左转，或倒过来。");
        json_int_t now =
            json_integer_value(json_object_get(image->result, "rotated_deg"));
        image->edit |= EDIT_TURN;
        image->turn_deg = (unsigned)(now + (json_int_t)turn) % 360;
    } else if (!strcmp(what, "read-again"))
        return read_spec(body, why); /* nothing is decided: it is read now */
    else if (strcmp(what, "move") != 0)
        return fault_set(why, RC_INVALID, 0, "没有这样的操作。");
    else if (!field_uint(body, "row", 1, JOB_ROWS_MAX, &row) || !row_exists(job, row))
        return fault_set(why, RC_INVALID, 0, "请选择目录里有的一项。");
    else {
        image->edit = (image->edit & EDIT_KEEP_AS_PAGE) | EDIT_MOVE | turned;
        image->edit_row = (unsigned)row;
    }
    return RC_OK;
}

enum rc session_decide(struct session *s, const struct crew_member *who, unsigned index,
                       const json_t *body, struct fault *why)
{
    struct job *job = s->current;
    struct job_image *image = job_image(job, index);
    if (job->state == JOB_SUBMITTING || job->state == JOB_DONE)
        return fault_set(why, RC_REFUSED, 0, "已经提交，不能再改。");
    if (image->state != IMAGE_READY && image->state != IMAGE_FAILED)
        return fault_set(why, RC_REFUSED, 0, "这一页还在识别，请稍等。");
    unsigned before = image->edit & EDIT_TURN;
    enum rc rc = decide(job, image, who, body, why);
    if (rc)
        return rc;
    const char *what = field_peek(body, "do");
    snprintf(image->seen_by, sizeof image->seen_by, "%s",
             !strcmp(what, "undo") ? "" : who->badge);
    const char *model = !strcmp(what, "read-again") ? field_peek(body, "model") : "";
    bool again = before != (image->edit & EDIT_TURN) || !strcmp(what, "rotate") ||
                 !strcmp(what, "read-again");
    session_save(s, job);
    /* A page needs its PDF; one that was taken for something else has none yet. */
    bool page = !strcmp(image_kind(image), "page");
    if (again || (page && !*field_peek(image->result, "pdf_sha256")))
        rc = session_read_again(s, job, index, *model ? model : NULL, why);
    session_review(s, job);
    session_stream_page(s, job, index);
    return rc;
}

void session_api_image_edit(struct http_request *request, void *context)
{
    struct session *s = context;
    struct fault why = { 0 };
    unsigned index = 0;
    const struct crew_member *who = session_api_who(s, request);
    if (!who || !image_of(s, request, &index))
        return;
    if (session_decide(s, who, index, http_body_json(request), &why)) {
        session_api_fault(request, &why);
        return;
    }
    http_reply_json(request, 200, session_state_page(s->current, index));
}

/* A screenful of pictures that were looked at together: all are noted or none. */
void session_api_seen(struct http_request *request, void *context)
{
    struct session *s = context;
    struct job *job = s->current;
    const struct crew_member *who = session_api_who(s, request);
    const json_t *list = json_object_get(http_body_json(request), "indexes");
    size_t i;
    const json_t *one;
    if (!who)
        return;
    bool right = job && json_is_array(list) && job->state != JOB_SUBMITTING &&
                 job->state != JOB_DONE && job->state != JOB_ABANDONED;
    json_array_foreach(list, i, one)
    {
        json_int_t index = json_integer_value(one);
        right = right && index >= 1 && index <= (json_int_t)job->count;
    }
    if (!right) {
        http_reply_problem(request, 409, "refused", "这些页现在不能确认。",
                           "请刷新页面再看。");
        return;
    }
    json_array_foreach(list, i, one)
    {
        struct job_image *image = job_image(job, (unsigned)json_integer_value(one));
        snprintf(image->seen_by, sizeof image->seen_by, "%s", who->badge);
    }
    session_save(s, job);
    json_array_foreach(list, i, one)
    {
        session_stream_page(s, job, (unsigned)json_integer_value(one));
    }
    session_api_ok(request);
}

static const struct {
    const char *name;
    enum spool_part part;
} served[] = {
    { "thumb", PART_THUMB }, { "preview", PART_VIEW }, { "pdf", PART_PDF },
    { "text", PART_TEXT },   { "words", PART_WORDS },
};

static enum rc open_part(struct session *s, const struct job_image *image,
                         const char *name, const char **ret_type, const char **ret_etag,
                         int *ret_fd)
{
    struct fault why = { 0 };
    if (!strcmp(name, "capture")) {
        *ret_type = image->capture.type;
        *ret_etag = image->capture.sha256;
        return spool_open_capture(s->spool, s->current, image, ret_fd, &why);
    }
    for (size_t i = 0; i < COUNT(served); i++) {
        if (strcmp(name, served[i].name) != 0)
            continue;
        *ret_type = spool_part_type(served[i].part);
        *ret_etag = field_peek(image->result, spool_part_field(served[i].part));
        return spool_open_part(s->spool, s->current, image, served[i].part, ret_fd, &why);
    }
    return RC_NOT_FOUND;
}

/* 副卷: not for whoever passes by the machine. */
static bool is_secret(const struct job *job)
{
    return job && job->volume[1 + LABEL_CASE_DIGITS] == '2';
}

void session_api_image_part(struct http_request *request, void *context)
{
    struct session *s = context;
    if (is_secret(s->current) && !session_api_who(s, request))
        return;
    unsigned index = 0;
    const struct job_image *image = image_of(s, request, &index);
    const char *type = "", *etag = NULL;
    int fd = -1;
    struct stat st;
    if (!image)
        return;
    if (open_part(s, image, http_part(request, "part"), &type, &etag, &fd)) {
        http_reply_problem(request, 404, "not-found", "这一页还没有这个文件。",
                           "请等识别完成。");
        return;
    }
    if (fstat(fd, &st) || st.st_size < 0) {
        close(fd);
        http_reply_problem(request, 500, "io", "这一页的文件读不出来。", NULL);
        return;
    }
    http_add_header(request, "Cache-Control", "no-cache");
    http_reply_fd(request, type, fd, (uint64_t)st.st_size, etag);
}

static void add_row(json_t *rows, unsigned row, const struct job *job)
{
    char title[JOB_TITLE_MAX];
    group_title(job, row, title);
    json_array_append_new(rows, json_pack("{s:i,s:s}", "row", (int)row, "title", title));
}

void session_api_rows(struct http_request *request, void *context)
{
    struct session *s = context;
    json_t *rows = json_array(), *one;
    size_t i;
    const json_t *known = s->current ? json_object_get(s->current->rules, "rows") : NULL;
    json_array_foreach(known, i, one)
    {
        uint64_t row = 0;
        if (field_uint(one, "row", 1, JOB_ROWS_MAX, &row))
            add_row(rows, (unsigned)row, s->current);
    }
    for (unsigned row = 1;
         s->current && !json_array_size(known) && row <= ROWS_WITHOUT_RULES; row++)
        add_row(rows, row, s->current);
    http_reply_json(request, 200, json_pack("{s:o}", "rows", rows));
}
