/* The hand-over of a trolley, as its volumes were when it was offered. */
#include "repo-daemon/apply_in.h"

#include "repo-daemon/batch.h"

#include <stdio.h>

/* A label that is used again: the older hand-over moves aside. */
static enum rc keep_older(struct applying *a, const char *label)
{
    char key[64];
    SCOPED(json_free_at) json_t *older = NULL;
    enum rc rc = view_get(a->repo, a->txn, VIEW_BATCHES, label, &older);
    if (rc)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    snprintf(key, sizeof key, "%s/%010lld", label, (long long)apply_number(older, "seq"));
    return apply_put(a, VIEW_BATCHES, key, older);
}

static enum rc line_add(struct applying *a, const char *label, json_t *lines)
{
    SCOPED(json_free_at) json_t *v = NULL;
    enum rc rc = view_get(a->repo, a->txn, VIEW_VOLUMES, label, &v);
    if (rc)
        return rc;
    json_int_t sheets = apply_number(v, "sheets");
    json_array_append_new(
        lines, json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I}", "volume", label, "case",
                         apply_text(v, "case"), "kind", apply_number(v, "kind"), "part",
                         apply_number(v, "part"), "items", apply_number(v, "items"),
                         "pages", apply_number(v, "pages"), "sheets",
                         sheets ? sheets : apply_number(v, "declared")));
    return RC_OK;
}

static enum rc batch_open(struct applying *a, const char *label)
{
    SCOPED(json_free_at) json_t *lines = json_array();
    enum rc rc = keep_older(a, label);
    for (size_t i = 0; !rc && i < a->event->move_count; i++)
        rc = line_add(a, a->event->moves[i].volume, lines);
    if (rc)
        return rc;
    SCOPED(json_free_at)
    json_t *batch =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:O}", "batch", label, "state",
                  "open", "from", a->by, "to", apply_text(a->data, "to"), "reason",
                  apply_text(a->data, "reason"), "at", a->at_ms, "seq",
                  (json_int_t)a->seq, "lines", lines);
    return apply_put(a, VIEW_BATCHES, label, batch);
}

/* Its end was taken back: it waits again. */
static enum rc batch_reopen(struct applying *a, const char *label)
{
    static const char *const ends[] = { "ended_at", "ended_by", "ended_seq" };
    SCOPED(json_free_at) json_t *batch = NULL;
    if (view_get(a->repo, a->txn, VIEW_BATCHES, label, &batch))
        return fault_set(a->why, RC_CORRUPT, 0, "no batch to open again");
    apply_set_text(batch, "state", "open");
    for (size_t i = 0; i < COUNT(ends); i++)
        json_object_del(batch, ends[i]);
    return apply_put(a, VIEW_BATCHES, label, batch);
}

enum rc apply_batch(struct applying *a)
{
    const char *label = apply_text(a->data, "batch"), *state = batch_state_after(a->word);
    SCOPED(json_free_at) json_t *batch = NULL;
    if (!strcmp(a->word, EVENT_REVERSE))
        return batch_reopen(a, label);
    if (!state)
        return RC_OK;
    if (!strcmp(a->word, "offer"))
        return batch_open(a, label);
    if (view_get(a->repo, a->txn, VIEW_BATCHES, label, &batch))
        return fault_set(a->why, RC_CORRUPT, 0, "an end for no batch");
    apply_set_text(batch, "state", state);
    apply_set_number(batch, "ended_at", a->at_ms);
    apply_set_text(batch, "ended_by", a->by);
    apply_set_number(batch, "ended_seq", (json_int_t)a->seq);
    return apply_put(a, VIEW_BATCHES, label, batch);
}
