#include "station/job_return.h"

#include "station/json_field.h"

#include <string.h>

static enum rc mark_of(struct job *job, const json_t *reject, const char *name,
                       int64_t at_ms, json_t **ret_mark, struct fault *why)
{
    uint64_t index = 0;
    const struct job_image *image = field_uint(reject, "image", 1, job->count, &index)
                                        ? job_image(job, (unsigned)index)
                                        : NULL;
    if (!image || strcmp(field_peek(reject, "capture"), image->capture.sha256) != 0)
        return fault_set(why, RC_CONFLICT, 0,
                         "本机的图像和退回的不是同一份。请扫卷标签，整卷重扫。");
    *ret_mark =
        json_pack("{s:i,s:i,s:i,s:s,s:s,s:s,s:s,s:I}", "leaf", (int)image->leaf, "side",
                  (int)image->side, "index", (int)index, "code",
                  field_peek(reject, "code"), "word", field_peek(reject, "word"), "text",
                  field_peek(reject, "text"), "name", name, "at_ms", (json_int_t)at_ms);
    return RC_OK;
}

enum rc job_return_begin(struct job *job, const json_t *rejects, const char *name,
                         int64_t at_ms, struct fault *why)
{
    json_t *marks = json_array();
    size_t i;
    const json_t *reject;
    enum rc rc = RC_OK;
    json_array_foreach(rejects, i, reject)
    {
        json_t *mark = NULL;
        rc = rc ? rc : mark_of(job, reject, name, at_ms, &mark, why);
        if (mark)
            json_array_append_new(marks, mark);
    }
    if (!rc) {
        if (!job->returned)
            job->returned = json_array();
        json_array_extend(job->returned, marks);
        random_id(job->resend);
    }
    json_decref(marks);
    return rc;
}

json_t *job_return_of(const struct job *job, const struct job_image *image)
{
    size_t i;
    json_t *mark;
    json_array_foreach(job->returned, i, mark)
    {
        if (json_integer_value(json_object_get(mark, "leaf")) == image->leaf &&
            json_integer_value(json_object_get(mark, "side")) == image->side &&
            !json_object_get(mark, "settled_by"))
            return mark;
    }
    return NULL;
}

enum rc job_return_settle(struct job *job, const struct job_image *image,
                          const char *badge, struct fault *why)
{
    json_t *mark = job_return_of(job, image);
    if (!mark)
        return fault_set(why, RC_NOT_FOUND, 0, "这一页没有被退回。");
    json_object_set_new(mark, "settled_by", json_string(badge));
    return RC_OK;
}

unsigned job_return_count(const struct job *job)
{
    unsigned count = 0;
    for (size_t i = 0; i < job->count; i++)
        count += job_return_of(job, &job->images[i]) != NULL;
    return count;
}
