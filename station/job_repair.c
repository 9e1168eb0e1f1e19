/* What a repair does to the places of sheets (station/job_place.h), and the list of all
 * that were done. */
#include "station/job_repair.h"

#include "station/json_field.h"
#include "station/turn.h"

#include <string.h>

unsigned job_next_place(const struct job *job)
{
    uint64_t leaf = 0;
    if (turn_feeds_back(job))
        return turn_next_back(job);
    if (!job->repair)
        return job->sheets + 1;
    if (field_uint(job->repair, "leaf", 1, job->leaves, &leaf))
        return job_place_of(job, (unsigned)leaf);
    if (field_uint(job->repair, "after", 1, job->leaves, &leaf))
        return job_place_of(job, (unsigned)leaf) + 1;
    return 1;
}

void job_repair_log(struct job *job, json_t *act)
{
    if (!job->repairs)
        job->repairs = json_array();
    json_array_append_new(job->repairs, act);
}

void job_repair_leaf(struct job *job, unsigned leaf, const json_t *repair)
{
    uint64_t old = 0;
    unsigned at = job_place_of(job, leaf), place = 0;
    bool replace = !strcmp(field_peek(repair, "do"), "replace");
    if (replace && field_uint(repair, "leaf", 1, leaf - 1, &old))
        place = job_place_of(job, (unsigned)old);
    else if (!replace && field_uint(repair, "after", 0, leaf - 1, &old))
        place = old ? job_place_of(job, (unsigned)old) + 1 : 1;
    if (at && place && place <= at) {
        job_place_move(job, at, place);
        if (replace)
            job_place_take_out(job, place + 1);
    }
    json_t *done = json_deep_copy(repair);
    json_object_set_new(done, "new", json_integer((json_int_t)leaf));
    (void)field_text(repair, "stop", job->stop.code, sizeof job->stop.code);
    job_repair_log(job, done);
    json_decref(job->repair);
    job->repair = NULL;
    job->turned = false; /* its back, where that is fed by itself, is still to come */
}

enum rc job_rearrange(struct job *job, json_t *act, struct fault *why)
{
    uint64_t from = 0, to = 0;
    bool move = !strcmp(field_peek(act, "do"), "move");
    if (!field_uint(act, "from", 1, job->sheets, &from) ||
        (move && !field_uint(act, "to", 1, job->sheets, &to))) {
        json_decref(act);
        return fault_set(why, RC_INVALID, 0, "没有这一张。请按列出的张号选择。");
    }
    json_object_set_new(act, "leaf", json_integer(job_leaf_at(job, (unsigned)from)));
    if (move)
        job_place_move(job, (unsigned)from, (unsigned)to);
    else
        job_place_take_out(job, (unsigned)from);
    job_repair_log(job, act);
    return RC_OK;
}

json_t *job_last_repair(const struct job *job)
{
    for (size_t i = json_array_size(job->repairs); i-- > 0;) {
        json_t *one = json_array_get(job->repairs, i);
        if (!json_object_get(one, "undone_at"))
            return one;
    }
    return NULL;
}

static void take_back(struct job *job, const json_t *act)
{
    const char *what = field_peek(act, "do");
    uint64_t leaf = 0, new_leaf = 0, from = 0;
    (void)field_uint(act, "leaf", 1, job->leaves, &leaf);
    (void)field_uint(act, "new", 1, job->leaves, &new_leaf);
    (void)field_uint(act, "from", 1, job->sheets + 1, &from);
    unsigned at = job_place_of(job, (unsigned)(new_leaf ? new_leaf : leaf));
    if (!strcmp(what, "move") && at && from <= job->sheets)
        job_place_move(job, at, (unsigned)from);
    else if (!strcmp(what, "remove"))
        (void)job_place_bring_back(job, (unsigned)leaf, (unsigned)from);
    else if (!strcmp(what, "insert") && at)
        job_place_take_out(job, at);
    else if (!strcmp(what, "replace") && at &&
             job_place_bring_back(job, (unsigned)leaf, at))
        job_place_take_out(job, at + 1);
}

enum rc job_undo(struct job *job, const char *by, const char *at, struct fault *why)
{
    json_t *act = job_last_repair(job);
    if (!act)
        return fault_set(why, RC_REFUSED, 0, "没有可以撤销的修补。");
    if (turn_is_back(act))
        return fault_set(why, RC_REFUSED, 0, "反面要重扫，不能撤销。请按“继续”。");
    take_back(job, act);
    json_object_set_new(act, "undone_by", json_string(by));
    json_object_set_new(act, "undone_at", json_string(at));
    return RC_OK;
}

const json_t *job_gone_by(const struct job *job, unsigned leaf)
{
    for (size_t i = json_array_size(job->repairs); i-- > 0;) {
        const json_t *one = json_array_get(job->repairs, i);
        bool undone = json_object_get(one, "undone_at");
        const char *field = undone ? "new" : "leaf";
        if (json_integer_value(json_object_get(one, field)) == (json_int_t)leaf &&
            (undone || strcmp(field_peek(one, "do"), "move") != 0))
            return one;
    }
    return NULL;
}

unsigned job_gone_leaf(const struct job_image *gone)
{
    return gone->of ? gone->of : gone->leaf;
}

json_t *job_order_json(const struct job *job)
{
    json_t *order = json_array();
    for (size_t i = 0; i < job->count; i++)
        if (job->images[i].side == SIDE_FRONT)
            json_array_append_new(order, json_integer((json_int_t)job->images[i].leaf));
    return order;
}

/* What leaf `leaf` had replaced, when it is not there itself; 0 nothing. */
static unsigned stands_for(const struct job *job, unsigned leaf)
{
    for (size_t i = json_array_size(job->repairs); i-- > 0;) {
        const json_t *one = json_array_get(job->repairs, i);
        if (json_integer_value(json_object_get(one, "new")) == (json_int_t)leaf &&
            !strcmp(field_peek(one, "do"), "replace"))
            return (unsigned)json_integer_value(json_object_get(one, "leaf"));
    }
    return 0;
}

void job_order_apply(struct job *job, const json_t *order, unsigned known)
{
    unsigned place = 0;
    for (size_t i = 0; i < json_array_size(order); i++) {
        json_int_t said = json_integer_value(json_array_get(order, i));
        unsigned leaf = said > 0 && said <= JOB_LEAVES_MAX ? (unsigned)said : 0;
        for (int tries = 0; leaf > job->leaves && tries < JOB_LEAVES_MAX; tries++)
            leaf = stands_for(job, leaf);
        unsigned at = job_place_of(job, leaf);
        if (at > place)
            job_place_move(job, at, ++place);
    }
    /* What the list left out is gone; leaves that came after it follow. */
    for (unsigned at = job->sheets; at > place; at--)
        if (job_leaf_at(job, at) <= known)
            job_place_take_out(job, at);
}
