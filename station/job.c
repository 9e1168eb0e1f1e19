/* A job and its two JSON forms: job.json for what concerns the whole, one record for each
 * sheet. The pictures are not named in job.json, so that acknowledging a sheet writes one
 * small new file and changes none. */
#include "station/job.h"

#include "core/bytes.h"
#include "station/job_repair.h"
#include "station/json_field.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/scope.h"

#include <stdlib.h>
#include <string.h>

static const char *const side_names[] = { "front", "back" };
static const char *const image_states[] = { "captured", "reading", "ready", "failed" };

const char *side_name(enum side side)
{
    return side_names[side];
}

const char *image_state_name(enum image_state state)
{
    return image_states[state];
}

struct job *job_new(void)
{
    struct job *job = calloc(1, sizeof *job);
    if (!job) {
        log_error("out of memory");
        abort();
    }
    random_id(job->id);
    job->started_ms = clock_now_ms();
    return job;
}

void job_free(struct job *job)
{
    if (!job)
        return;
    for (size_t i = 0; i < job->count + job->gone_count; i++) {
        struct job_image *image =
            i < job->count ? &job->images[i] : &job->gone[i - job->count];
        json_decref(image->result);
        json_decref(image->beside);
    }
    free(job->images);
    free(job->gone);
    json_decref(job->repair);
    json_decref(job->repairs);
    json_decref(job->runs);
    json_decref(job->returned);
    json_decref(job->scanner);
    json_decref(job->rules);
    json_decref(job->recounts);
    json_decref(job->stored);
    free(job);
}

SCOPE_RELEASER(job_free_at, struct job *, job_free)

static void make_room(struct job *job)
{
    /* Also for what is gone: it may come back. */
    if (job->room >= job->count + job->gone_count + 2)
        return;
    size_t room = job->room ? job->room * 2 : 64;
    struct job_image *images = realloc(job->images, room * sizeof *images);
    if (!images) {
        log_error("out of memory");
        abort(); /* every sheet is in the spool: the next start has them all */
    }
    job->images = images;
    job->room = room;
}

void job_add_sheet(struct job *job, const struct capture *sides, unsigned count)
{
    make_room(job);
    job->leaves++;
    job->sheets++;
    job->sides = job->by_hand ? 2 : count;
    for (unsigned i = 0; i < count; i++)
        job->images[job->count++] = (struct job_image){
            .leaf = job->leaves,
            .of = job->leaves,
            .sheet = job->sheets,
            .side = i ? SIDE_BACK : SIDE_FRONT,
            .capture = sides[i],
        };
}

struct job_image *job_leaf_image(struct job *job, unsigned leaf, enum side side,
                                 unsigned *ret_index)
{
    for (size_t i = 0; i < job->count + job->gone_count; i++) {
        bool live = i < job->count;
        struct job_image *image = live ? &job->images[i] : &job->gone[i - job->count];
        if (image->leaf != leaf || image->side != side)
            continue;
        *ret_index = live ? (unsigned)i + 1 : 0;
        return image;
    }
    return NULL;
}

struct job_image *job_image(struct job *job, unsigned index)
{
    return index >= 1 && index <= job->count ? &job->images[index - 1] : NULL;
}

const char *image_kind(const struct job_image *image)
{
    if (image->edit & EDIT_SET_BLANK)
        return "blank";
    if (image->edit & (EDIT_KEEP_AS_PAGE | EDIT_MOVE))
        return "page";
    return field_peek(image->result, "kind");
}

static void set_optional(json_t *json, const char *key, json_t *borrowed)
{
    if (borrowed)
        json_object_set(json, key, borrowed);
}

json_t *job_to_json(const struct job *job)
{
    json_t *json = json_pack(
        "{s:s,s:s,s:s,s:s,s:s,s:s,s:i,s:s,s:i,s:i,s:s,s:s,s:s,s:I,s:I,s:o}", "job",
        job->id, "volume", job->volume, "case_no", job->case_no, "kind", job->kind,
        "state", job_state_name(job->state), "stop", job->stop.code, "stop_sheet",
        (int)job->stop.sheet, "note", job->note, "sheets_declared",
        (int)job->sheets_declared, "confirmed", (int)job->confirmed, "operator",
        job->operator_badge, "operator_name", job->operator_name, "profile", job->profile,
        "started_ms", (json_int_t)job->started_ms, "ended_ms", (json_int_t)job->ended_ms,
        "decisions", job_decisions_json(job));
    if (!json) {
        log_error("job %s cannot be written as JSON", job->id);
        abort();
    }
    if (job->by_hand)
        json_object_set_new(json, "turned", json_boolean(job->turned));
    set_optional(json, "scanner", job->scanner);
    set_optional(json, "rules", job->rules);
    set_optional(json, "recounts", job->recounts);
    set_optional(json, "stored", job->stored);
    set_optional(json, "repair", job->repair);
    set_optional(json, "runs", job->runs);
    set_optional(json, "returned", job->returned);
    if (*job->resend)
        json_object_set_new(json, "resend", json_string(job->resend));
    if (job->repairs) {
        json_object_set(json, "repairs", job->repairs);
        json_object_set_new(json, "leaves", json_integer((json_int_t)job->leaves));
        json_object_set_new(json, "order", job_order_json(job));
    }
    return json;
}

static bool is_id(const char *text)
{
    return strlen(text) == JOB_ID_LEN && strspn(text, "0123456789abcdef") == JOB_ID_LEN;
}

static bool is_volume(const char *text)
{
    struct label label;
    return !label_read((struct bytes){ (const uint8_t *)text, strlen(text) }, &label) &&
           label.type == LABEL_VOLUME;
}

static bool read_numbers(const json_t *json, struct job *job)
{
    uint64_t declared = 0, sheet = 0, confirmed = 0, started = 0, ended = 0;
    bool right = field_uint(json, "sheets_declared", 1, JOB_SHEETS_MAX, &declared) &&
                 field_uint(json, "stop_sheet", 0, JOB_SHEETS_MAX + 1, &sheet) &&
                 field_uint(json, "confirmed", 0, 1, &confirmed) &&
                 field_uint(json, "started_ms", 0, INT64_MAX, &started) &&
                 field_uint(json, "ended_ms", 0, INT64_MAX, &ended);
    job->sheets_declared = (unsigned)declared;
    job->stop.sheet = (unsigned)sheet;
    job->confirmed = confirmed;
    job->started_ms = (int64_t)started;
    job->ended_ms = (int64_t)ended;
    return right;
}

static bool read_words(const json_t *json, struct job *job)
{
    return field_text(json, "job", job->id, sizeof job->id) && is_id(job->id) &&
           field_text(json, "volume", job->volume, sizeof job->volume) &&
           is_volume(job->volume) &&
           field_text(json, "case_no", job->case_no, sizeof job->case_no) &&
           field_text(json, "kind", job->kind, sizeof job->kind) &&
           (!strcmp(job->kind, "first") || !strcmp(job->kind, "supplement")) &&
           field_text(json, "stop", job->stop.code, sizeof job->stop.code) &&
           field_text(json, "note", job->note, sizeof job->note) &&
           field_text(json, "operator", job->operator_badge,
                      sizeof job->operator_badge) &&
           field_text(json, "operator_name", job->operator_name,
                      sizeof job->operator_name);
}

/* Nothing or a list of objects. */
static bool is_list(const json_t *list)
{
    size_t i;
    json_t *one;
    if (list && !json_is_array(list))
        return false;
    json_array_foreach(list, i, one)
    {
        if (!json_is_object(one))
            return false;
    }
    return true;
}

static bool read_repairs(const json_t *json, struct job *job)
{
    json_t *repair = json_object_get(json, "repair");
    if ((repair && !json_is_object(repair)) ||
        !is_list(json_object_get(json, "repairs")) ||
        !is_list(json_object_get(json, "runs")) ||
        !is_list(json_object_get(json, "returned")))
        return false;
    if (field_text(json, "resend", job->resend, sizeof job->resend) &&
        !is_id(job->resend))
        return false;
    job->returned = json_incref(json_object_get(json, "returned"));
    job->repair = json_incref(repair);
    job->repairs = json_incref(json_object_get(json, "repairs"));
    job->runs = json_incref(json_object_get(json, "runs"));
    return true;
}

enum rc job_from_json(const json_t *json, struct job **ret_job, json_t **ret_decisions,
                      struct fault *why)
{
    SCOPED(job_free_at) struct job *job = job_new();
    if (!read_words(json, job) || !read_numbers(json, job) || !read_repairs(json, job) ||
        job_state_of(field_peek(json, "state"), &job->state))
        return fault_set(why, RC_CORRUPT, 0, "a field of job.json is missing or wrong");
    job->by_hand = json_is_boolean(json_object_get(json, "turned"));
    job->turned = json_is_true(json_object_get(json, "turned"));
    job->scanner = json_incref(json_object_get(json, "scanner"));
    job->rules = json_incref(json_object_get(json, "rules"));
    job->recounts = json_incref(json_object_get(json, "recounts"));
    job->stored = json_incref(json_object_get(json, "stored"));
    (void)field_text(json, "profile", job->profile, sizeof job->profile);
    *ret_decisions = json_incref(json_object_get(json, "decisions"));
    *ret_job = TAKE(job);
    return RC_OK;
}
