/* Files of the spool and messages that end in them: records of sheets, job.json, results
 * of pages with their labels. They are ours, but a disk can return anything. The first
 * byte chooses the reader. */
#include "station/group.h"
#include "station/job.h"
#include "station/job_repair.h"
#include "station/page/title.h"
#include "station/sentence.h"
#include "station/turn.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_sheet(const json_t *json)
{
    struct capture sides[2];
    unsigned count = 0;
    json_t *repair = NULL;
    if (sheet_from_json(json, 1, sides, &count, &repair, NULL))
        return;
    json_t *again = sheet_to_json(1, sides, count, repair);
    if (!again || count < 1 || count > 2)
        abort(); /* what was read must be writable */
    json_decref(again);
}

static void read_job(const json_t *json)
{
    struct job *job = NULL;
    json_t *decisions = NULL;
    char text[JOB_SENTENCE_MAX];
    if (job_from_json(json, &job, &decisions, NULL))
        return;
    struct capture side = { .file = "0001-front.jpg", .type = "image/jpeg" };
    for (size_t i = 0; i < 4; i++)
        job_add_sheet(job, &side, 1);
    size_t all = 4;
    for (int i = 0; job->by_hand && i < 3; i++, all++) {
        json_t *purpose = job_purpose(job); /* a back, or what the file says */
        turn_add_back(job, &side, purpose);
        json_decref(purpose);
    }
    job_order_apply(job, json_object_get(json, "order"), 2);
    if (json_is_object(job->repair))
        job_repair_leaf(job, 4, job->repair);
    if (job->count + job->gone_count != all)
        abort(); /* no picture is ever lost */
    job_decide_all(job, decisions);
    while (!job_undo(job, "P", "now", NULL))
        if (job->count + job->gone_count != all)
            abort();
    group_pages(job);
    sentence_now(job, text);
    sentence_next(job, text);
    json_decref(job_to_json(job));
    json_decref(decisions);
    job_free(job);
}

/* A job of one picture with this result. */
static void read_result(json_t *json)
{
    struct job *job = job_new();
    struct capture side = { .file = "0001-front.jpg", .type = "image/jpeg" };
    char text[JOB_SENTENCE_MAX];
    job_add_sheet(job, &side, 1);
    job->images[0].state = IMAGE_READY;
    job->images[0].result = json_incref(json);
    job->rules = json_incref(json_object_get(json, "rules"));
    group_pages(job);
    (void)group_doubt(job, text);
    json_decref(group_manifest(job, "ST01"));
    job_free(job);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    const char *text = (const char *)data + 1;
    json_decref(title_head(text, size - 1));
    json_t *json = json_loadb(text, size - 1, JSON_REJECT_DUPLICATES, NULL);
    if (json && data[0] == 's')
        read_sheet(json);
    else if (json && data[0] == 'j')
        read_job(json);
    else if (json_is_object(json))
        read_result(json);
    json_decref(json);
    return 0;
}
