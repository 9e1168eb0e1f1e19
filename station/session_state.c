/* The state of the station as the page sees it (docs/api.md, station). Made anew each
 * time from what is there; nothing is kept twice. */
#include "station/session.h"

#include "station/job_repair.h"
#include "station/job_return.h"
#include "station/json_field.h"
#include "station/sentence.h"
#include "station/suspect.h"
#include "station/turn.h"
#include "sys/clock.h"

#include <stdio.h>
#include <string.h>

static json_t *operator_json(const struct session *s)
{
    const struct crew_member *who = crew_last(&s->crew, clock_mono_ms());
    return who ? json_pack("{s:s,s:s}", "badge", who->badge, "name", who->name)
               : json_null();
}

/* Since when the longest waiting volume is fed and not stored; "" none waits. */
static void oldest_waiting(const struct session *s, char ret[CLOCK_TEXT_MAX])
{
    int64_t oldest_ms = 0;
    ret[0] = 0;
    for (size_t i = 0; i < s->job_count; i++)
        if (s->jobs[i]->state == JOB_SUBMITTING &&
            (!oldest_ms || s->jobs[i]->ended_ms < oldest_ms))
            oldest_ms = s->jobs[i]->ended_ms;
    if (oldest_ms)
        clock_text(oldest_ms, ret);
}

static json_t *repo_json(const struct session *s)
{
    char oldest[CLOCK_TEXT_MAX];
    oldest_waiting(s, oldest);
    char sentence[JOB_SENTENCE_MAX] = "";
    size_t waiting = upload_waiting(s);
    if (!s->uplink.up && crew_last(&s->crew, clock_mono_ms()))
        field_print(sentence, sizeof sentence, "%s已登录的人可以继续扫描。",
                    s->uplink.sentence);
    else if (!s->uplink.up)
        field_print(sentence, sizeof sentence, "%s连通以前不能登录。",
                    s->uplink.sentence);
    else if (*s->uplink.sentence)
        field_print(sentence, sizeof sentence, "%s", s->uplink.sentence);
    else if (waiting)
        field_print(sentence, sizeof sentence, "正在上传，还有 %zu 卷。", waiting);
    return json_pack("{s:i,s:i,s:s,s:s}", "up", (int)s->uplink.up, "queue", (int)waiting,
                     "oldest", oldest, "sentence", sentence);
}

static json_t *scanner_json(const struct session *s)
{
    const struct feeder *f = &s->feeder;
    bool stopped = s->current && s->current->state == JOB_STOPPED;
    const char *state = f->state == FEEDER_ABSENT     ? "absent"
                        : f->state == FEEDER_SCANNING ? "scanning"
                        : stopped                     ? "stopped"
                                                      : "idle";
    return json_pack("{s:s,s:s,s:s}", "name", *f->name ? f->name : s->set.scanner_device,
                     "state", state, "sentence", f->sentence);
}

static void copy_or(json_t *page, const char *key, const json_t *result,
                    json_t *otherwise)
{
    json_t *value = json_object_get(result, key);
    json_object_set_new(page, key, value ? json_incref(value) : json_incref(otherwise));
    json_decref(otherwise);
}

/* A title for a person to confirm, docs/words.md. */
static json_t *proposal_json(const struct job *job, const struct job_image *image)
{
    const struct title_proposal *proposal = group_proposal(image);
    char title[JOB_TITLE_MAX];
    if (!proposal)
        return json_null();
    group_title(job, proposal->row, title);
    return json_pack("{s:i,s:s,s:s,s:i}", "row", (int)proposal->row, "title", title,
                     "text", proposal->text, "score", (int)proposal->score);
}

json_t *session_state_page(const struct job *job, unsigned index)
{
    const struct job_image *image = &job->images[index - 1];
    char sentence[JOB_SENTENCE_MAX] = "", title[JOB_TITLE_MAX] = "";
    (void)group_image_doubt(job, image, sentence);
    if (image->row)
        group_title(job, image->row, title);
    json_t *page = json_pack(
        "{s:i,s:i,s:i,s:s,s:s,s:s,s:i,s:s,s:s,s:i,s:i}", "index", (int)index, "leaf",
        (int)image->leaf, "sheet", (int)image->sheet, "side", side_name(image->side),
        "kind", image_kind(image), "state", image_state_name(image->state), "row",
        (int)image->row, "title", title, "sentence", sentence, "edited",
        image->edit ? 1 : 0, "checked", *image->seen_by ? 1 : 0);
    json_object_set_new(page, "returned",
                        json_integer(job_return_of(job, image) != NULL));
    json_object_set_new(page, "suspect", json_integer(suspect_image(image, NULL, NULL)));
    json_object_set_new(page, "seen",
                        json_integer(*field_peek(image->result, "view_sha256") != 0));
    copy_or(page, "labels", image->result, json_array());
    copy_or(page, "confidence", image->result, json_integer(-1));
    copy_or(page, "model", image->result, json_string(""));
    json_object_set_new(page, "qc", group_image_qc(image));
    copy_or(page, "figures", image->result, json_null());
    json_object_set_new(page, "proposal", proposal_json(job, image));
    json_object_set_new(page, "document",
                        json_string(image->edit & EDIT_TITLE ? image->edit_title : ""));
    copy_or(page, "doubtful", image->result, json_array());
    return page;
}

static json_t *pages_json(const struct job *job)
{
    json_t *pages = json_array();
    for (unsigned i = 1; i <= job->count; i++)
        json_array_append_new(pages, session_state_page(job, i));
    return pages;
}

/* What the next sheet is for, and what an undo would take back. */
static json_t *repair_json(const struct job *job)
{
    const json_t *last = job_last_repair(job);
    return json_pack("{s:s,s:i,s:s,s:s}", "waits", field_peek(job->repair, "do"), "sheet",
                     job->repair ? (int)job_next_place(job) : 0, "reason",
                     field_peek(job->repair, "reason"), "last", field_peek(last, "do"));
}

/* Sheets that were fed and are not in the volume any more: still there to be looked at.
 */
static json_t *gone_json(const struct job *job)
{
    json_t *list = json_array();
    for (size_t i = 0; i < job->gone_count; i++) {
        const struct job_image *image = &job->gone[i];
        const json_t *act = job_gone_by(job, job_gone_leaf(image));
        bool undone = json_object_get(act, "undone_at");
        const json_t *new_leaf = json_object_get(act, "new");
        json_array_append_new(
            list, json_pack("{s:i,s:s,s:s,s:s,s:s,s:s,s:I}", "leaf", (int)image->leaf,
                            "side", side_name(image->side), "why",
                            undone ? "undone" : field_peek(act, "do"), "reason",
                            field_peek(act, "reason"), "name", field_peek(act, "name"),
                            "at", field_peek(act, undone ? "undone_at" : "at"), "new",
                            undone ? (json_int_t)0 : json_integer_value(new_leaf)));
    }
    return list;
}

static json_t *job_json(const struct job *job, bool with_pages)
{
    char now[JOB_SENTENCE_MAX], next[JOB_SENTENCE_MAX];
    struct group_counts counts = group_count(job);
    sentence_now(job, now);
    sentence_next(job, next);
    json_t *json = json_pack(
        "{s:s,s:s,s:s,s:s,s:s,s:i,s:i,s:i,s:s,s:s,s:s}", "job", job->id, "volume",
        job->volume, "case_no", job->case_no, "kind", job->kind, "state",
        job_state_name(job->state), "sheets_declared", (int)job->sheets_declared,
        "sheets_fed", (int)job->sheets, "images", (int)job->count, "sentence", now,
        "next", next, "stop", job->state == JOB_STOPPED ? job->stop.code : "");
    json_t *read = json_pack(
        "{s:i,s:i,s:i,s:i,s:i,s:i,s:i}", "pages_total", (int)job->count, "pages_read",
        (int)(job->count - counts.unread), "text_pages", (int)counts.pages, "blank",
        (int)counts.blank, "covers", (int)counts.cover, "separators",
        (int)counts.separators, "failed", (int)counts.failed);
    json_object_update(json, read);
    json_decref(read);
    json_object_set_new(json, "profile", json_string(job->profile));
    json_object_set_new(json, "by_hand", json_integer(job->by_hand));
    json_object_set_new(json, "backs", json_integer((json_int_t)turn_backs(job)));
    json_object_set_new(json, "repair", repair_json(job));
    json_object_set_new(json, "replaced", json_integer((json_int_t)job->gone_count));
    json_object_set_new(json, "gone", gone_json(job));
    if (with_pages)
        json_object_set_new(json, "pages", pages_json(job));
    return json;
}

static json_t *recent_json(const struct session *s)
{
    json_t *list = json_array();
    for (size_t i = s->job_count;
         i-- > 0 && json_array_size(list) < SESSION_RECENT_MAX;) {
        const struct job *job = s->jobs[i];
        json_array_append_new(
            list,
            json_pack("{s:s,s:s,s:s,s:s,s:s,s:i,s:i,s:s,s:s}", "job", job->id, "volume",
                      job->volume, "case_no", job->case_no, "kind", job->kind, "state",
                      job_state_name(job->state), "sheets", (int)job->sheets,
                      "sheets_declared", (int)job->sheets_declared, "sentence", job->note,
                      "name", job->operator_name));
    }
    return list;
}

static json_t *profiles_json(const struct session *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->profiles.count; i++) {
        const struct profile *p = &s->profiles.at[i];
        json_array_append_new(list,
                              json_pack("{s:s,s:i,s:s,s:s,s:i}", "name", p->name, "dpi",
                                        (int)p->dpi, "mode", p->mode, "source", p->source,
                                        "by_hand", (int)p->by_hand));
    }
    return list;
}

json_t *session_state_json(struct session *s, bool with_pages)
{
    return json_pack("{s:{s:s,s:s,s:i,s:i},s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}",
                     "station", "id", s->set.station_id, "name", s->set.station_name,
                     "lock_minutes", (int)s->set.lock_minutes, "watermark",
                     (int)s->set.watermark, "keys",
                     s->keys ? json_incref(s->keys) : json_object(), "returns",
                     session_returns_json(s), "operator", operator_json(s), "repo",
                     repo_json(s), "scanner", scanner_json(s), "readers",
                     session_readers_json(s), "profiles", profiles_json(s), "job",
                     s->current ? job_json(s->current, with_pages) : json_null(), "jobs",
                     recent_json(s));
}
