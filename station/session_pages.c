/* Captured pictures to the page workers and back. The queue is the spool itself: only a
 * few pictures are in the hands of the workers, all others are found by their state, so a
 * volume of a thousand pages takes no more memory than one of ten.
 *
 * Recognition takes seconds and lies behind the feeder. What can be seen without it (the
 * picture itself, labels, blank, what is wrong with it) may not wait for that: a worker
 * of its own, which never recognises, looks at each picture as soon as it is captured,
 * while the sheet is still in hand. What it says is for the eyes only; reading decides.
 */
#include "station/session.h"

#include "station/json_field.h"
#include "station/page/title.h"
#include "sys/file.h"
#include "sys/json_scope.h"
#include "sys/log.h"
#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AHEAD_PER_WORKER = 2, LOOK_AHEAD = 4, TEXT_MAX = 4 * 1024 * 1024 };

/* Which picture a worker has; the job may be gone when it comes back. */
struct ticket {
    struct session *s;
    char job[JOB_ID_LEN + 1];
    unsigned leaf; /* not the index: a repair may move it meanwhile */
    bool again;    /* by a model that was named; what it read before stands meanwhile */
    enum side side;
};

/* The first lines, for the name of the document. */
static json_t *head_of(int text_fd)
{
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    if (text_fd < 0 || file_read_fd(text_fd, TEXT_MAX, &text, &len, NULL))
        return json_array();
    return title_head(text, len);
}

static void keep_result(struct session *s, struct job *job, struct job_image *image,
                        json_t *result, const int fds[PART_COUNT])
{
    struct fault why = { 0 };
    bool read = *field_peek(result, "kind");
    if (spool_put_result(s->spool, job, image, result, fds, &why)) {
        /* The capture is safe, so it can be read again at any time. */
        log_error("leaf %u of job %s: %s, reading it again later", image->leaf, job->id,
                  why.text);
        image->state = IMAGE_CAPTURED;
        json_decref(result);
        return;
    }
    json_decref(image->result);
    image->result = result;
    image->proposed = false;
    image->state = read ? IMAGE_READY : IMAGE_FAILED;
}

/* Why it could not be read; what the first look saw is still there to look at. */
static json_t *failure(const struct job_image *image, const struct fault *why)
{
    static const enum spool_part seen[] = { PART_THUMB, PART_VIEW };
    json_t *json = json_pack("{s:s}", "sentence", why->text);
    for (size_t i = 0; i < COUNT(seen); i++) {
        const char *field = spool_part_field(seen[i]);
        json_t *hash = json_object_get(image->result, field);
        if (hash)
            json_object_set(json, field, hash);
    }
    return json;
}

static void on_page(uint64_t number, enum rc rc, const struct page_result *result,
                    struct page_files *files, const struct fault *why, void *context)
{
    (void)number;
    struct ticket *ticket = context;
    struct session *s = ticket->s;
    struct job *job = session_find(s, ticket->job);
    unsigned index = 0;
    struct job_image *image =
        job ? job_leaf_image(job, ticket->leaf, ticket->side, &index) : NULL;
    bool again = ticket->again;
    free(ticket);
    if (!image || rc == RC_CANCELLED)
        return;
    if (rc && again && *field_peek(image->result, "pdf_sha256")) {
        log_warn("leaf %u of job %s is not read again: %s", image->leaf, job->id,
                 why->text);
        image->state = IMAGE_READY;
        snprintf(job->note, sizeof job->note, "%s", why->text);
        session_stream_page(s, job, index);
        session_stream_state(s);
        session_read_pages(s);
        return;
    }
    if (rc == RC_UNAVAILABLE) {
        /* Not the page's fault: the engine or its model is missing. */
        log_error("pages cannot be read: %s", why->text);
        image->state = IMAGE_CAPTURED;
        snprintf(job->note, sizeof job->note, "%s", why->text);
        session_stream_state(s);
        return;
    }
    /* Pages that nobody was to read have a text all the same, an empty one: "engine" says
     * that it was never read, so it can be read later. */
    SCOPED(fd_close_at) int no_text = -1;
    if (files->pdf >= 0 && files->text < 0 &&
        !strcmp(s->set.ocr_model, PAGE_MODEL_NONE) &&
        file_in_memory("text", BYTES(""), &no_text, NULL))
        log_warn("no memory for an empty text");
    const int fds[PART_COUNT] = { files->pdf, no_text >= 0 ? no_text : files->text,
                                  files->words, files->thumb, files->preview };
    json_t *json = rc ? failure(image, why) : page_result_json(result);
    if (!rc) {
        json_object_set_new(json, "head", head_of(files->text));
        session_sight(s, job, image, files->sight, json);
        session_master_keep(s, job, image, files->master);
    } else
        log_warn("leaf %u of job %s cannot be read: %s", image->leaf, job->id, why->text);
    keep_result(s, job, image, json, fds);
    session_review(s, job);
    if (index)
        session_stream_page(s, job, index);
    session_read_pages(s);
}

void session_model(const struct session *s, char ret_spec[PAGE_SPEC_MAX])
{
    const struct settings *set = &s->set;
    bool none = !strcmp(set->ocr_model, PAGE_MODEL_NONE);
    snprintf(ret_spec, PAGE_SPEC_MAX, "%s%s%s", none ? "" : set->ocr_engine,
             *set->ocr_engine && !none ? ":" : "", set->ocr_model);
}

/* The first look is back. Too late is no harm, and neither is a failure: reading tells.
 */
static void on_look(uint64_t number, enum rc rc, const struct page_result *result,
                    struct page_files *files, const struct fault *why, void *context)
{
    (void)number;
    (void)why;
    struct ticket *ticket = context;
    struct session *s = ticket->s;
    struct job *job = session_find(s, ticket->job);
    unsigned index = 0;
    struct fault trouble = { 0 };
    struct job_image *image =
        job ? job_leaf_image(job, ticket->leaf, ticket->side, &index) : NULL;
    free(ticket);
    if (rc == RC_CANCELLED)
        return;
    if (!rc && image && !image->result && image->state < IMAGE_READY) {
        json_t *json = page_result_json(result);
        session_sight(s, job, image, files->sight, json);
        const int fds[PART_COUNT] = { -1, -1, -1, files->thumb, files->preview };
        if (spool_put_look(s->spool, job, image, json, fds, &trouble)) {
            log_warn("leaf %u of job %s: %s", image->leaf, job->id, trouble.text);
            json_decref(json);
        } else {
            image->result = json;
            session_review(s, job);
        }
        if (index)
            session_stream_page(s, job, index);
    }
    session_read_pages(s);
}

/* `spec`: the model that a person named; NULL: the station's own. */
static enum rc give(struct session *s, struct page_pool *pool, struct job *job,
                    struct job_image *image, const char *spec, page_pool_done *done,
                    struct fault *why)
{
    SCOPED(fd_close_at) int fd = -1;
    SCOPED(free_at) struct ticket *ticket = calloc(1, sizeof *ticket);
    if (!ticket)
        return fault_set(why, RC_NO_MEMORY, 0, "out of memory");
    enum rc rc = spool_open_capture(s->spool, job, image, &fd, why);
    if (rc)
        return rc;
    *ticket = (struct ticket){
        .s = s, .leaf = image->leaf, .side = image->side, .again = spec
    };
    memcpy(ticket->job, job->id, sizeof ticket->job);
    struct page_job order = { .capture_fd = fd, .done = done, .context = ticket };
    order.options.dpi = image->capture.dpi;
    order.options.limits = s->limits;
    if (pool == s->pool)
        session_master_want(s, job, image, fd, &order.options.master);
    order.options.no_ocr =
        pool == s->look_pool || (!spec && !strcmp(s->set.ocr_model, PAGE_MODEL_NONE));
    const struct profile *profile = session_profile(s, job);
    order.options.compress = profile->compress;
    order.options.plain_patches = patch_meanings_plain(&profile->patches);
    order.options.keep_all = image->edit & (EDIT_KEEP_AS_PAGE | EDIT_MOVE);
    order.options.turned = image->edit & EDIT_TURN;
    order.options.turn_deg = image->turn_deg;
    order.priority = job == s->current ? 1 : 0; /* somebody waits for it */
    session_model(s, order.options.model);
    if (spec)
        snprintf(order.options.model, sizeof order.options.model, "%s", spec);
    uint64_t number = 0;
    rc = page_pool_submit(pool, &order, &number, why);
    if (!rc)
        (void)TAKE(ticket);
    return rc;
}

static enum rc give_to_worker(struct session *s, struct job *job, unsigned index,
                              const char *spec, struct fault *why)
{
    struct job_image *image = job_image(job, index);
    enum rc rc = give(s, s->pool, job, image, spec, on_page, why);
    if (rc)
        return rc;
    image->state = IMAGE_READING;
    session_stream_page(s, job, index);
    return RC_OK;
}

static bool wants_reading(const struct job *job)
{
    return job->state != JOB_DONE && job->state != JOB_ABANDONED &&
           job->state != JOB_SUBMITTING;
}

/* A first look at what nobody has looked at yet, in the volume that somebody scans. */
static void look_at_pages(struct session *s)
{
    struct job *job = s->current;
    struct fault why = { 0 };
    if (!s->look_pool || !job || !wants_reading(job))
        return;
    for (unsigned i = 1; i <= job->count; i++) {
        struct job_image *image = job_image(job, i);
        if (image->looked || image->result || image->state >= IMAGE_READY)
            continue;
        if (page_pool_waiting(s->look_pool) >= LOOK_AHEAD)
            return;
        image->looked = true;
        if (give(s, s->look_pool, job, image, NULL, on_look, &why))
            log_warn("a look at leaf %u of job %s: %s", image->leaf, job->id, why.text);
    }
}

/* False: no more now. */
static bool read_job(struct session *s, struct job *job)
{
    struct fault why = { 0 };
    for (unsigned i = 1; i <= job->count && wants_reading(job); i++) {
        if (job_image(job, i)->state != IMAGE_CAPTURED)
            continue;
        if (page_pool_waiting(s->pool) >= s->set.ocr_workers * AHEAD_PER_WORKER)
            return false;
        if (give_to_worker(s, job, i, NULL, &why)) {
            log_error("picture %u of job %s: %s", i, job->id, why.text);
            return false;
        }
    }
    return true;
}

void session_read_pages(struct session *s)
{
    look_at_pages(s);
    bool more = !s->current || read_job(s, s->current); /* somebody waits for it */
    for (size_t j = 0; j < s->job_count && more; j++)
        more = read_job(s, s->jobs[j]);
}

enum rc session_read_again(struct session *s, struct job *job, unsigned index,
                           const char *spec, struct fault *why)
{
    struct job_image *image = job_image(job, index);
    if (image->state == IMAGE_READING)
        return RC_OK;
    image->state = IMAGE_CAPTURED;
    return give_to_worker(s, job, index, spec, why);
}
