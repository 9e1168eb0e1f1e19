/* Both sides by hand: the table of what an empty feeder means, which sheet a back belongs
 * to, and that no picture is lost in any history or by a restart after any sheet. */
#include "check.h"

#include "station/group.h"
#include "station/job_repair.h"
#include "station/json_field.h"
#include "station/turn.h"

#include <stdlib.h>

static struct capture picture(unsigned leaf)
{
    struct capture c = { .type = "image/jpeg" };
    memset(c.sha256, 'a' + (int)leaf % 6, SHA256_HEX - 1);
    return c;
}

static struct job *new_job(unsigned declared)
{
    struct job *job = job_new();
    snprintf(job->volume, sizeof job->volume, "V44039920260301010027100159");
    snprintf(job->kind, sizeof job->kind, "first");
    job->sheets_declared = declared;
    job->by_hand = true;
    return job;
}

/* One sheet as the feeder acknowledges it; its record goes into `records`. */
static void feed(struct job *job, json_t *records)
{
    struct capture c = picture(job->leaves + 1);
    json_t *purpose = job_purpose(job), *repair = json_incref(job->repair);
    json_array_append_new(records, purpose ? json_incref(purpose) : json_null());
    if (turn_feeds_back(job))
        turn_add_back(job, &c, purpose);
    else
        job_add_sheet(job, &c, 1);
    if (repair)
        job_repair_leaf(job, job->leaves, repair);
    json_decref(repair);
    json_decref(purpose);
}

/* The feeder is empty: why does it stand still? */
static const char *empty(struct job *job)
{
    snprintf(job->stop.code, sizeof job->stop.code, "%s", turn_verdict_of(job));
    return job->stop.code;
}

/* "1/6 2/5 3": the sheets in order, each with the leaves of front and back. */
static const char *order_of(const struct job *job)
{
    static char text[512];
    size_t len = 0;
    text[0] = 0;
    for (size_t i = 0; i < job->count; i++) {
        const struct job_image *image = &job->images[i];
        bool front = image->side == SIDE_FRONT;
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%u",
                                !front ? "/"
                                : i    ? " "
                                       : "",
                                image->leaf);
        CHECK_INT(image->of, front ? image->leaf : job->images[i - 1].leaf);
    }
    CHECK_INT((int)job->leaves, (int)(job->count + job->gone_count));
    return text;
}

static json_t *act(void)
{
    return json_pack("{s:s,s:s}", "reason", "两张一起走", "by", "P1");
}

static void begin(struct job *job)
{
    CHECK_OK(turn_begin(job, NULL));
    job->stop.code[0] = 0;
}

TEST(turn_verdict, is_total_and_lets_only_what_is_whole_pass)
{
    for (int turned = 0; turned < 2; turned++)
        for (unsigned fronts = 0; fronts < TURN_FRONTS_COUNT; fronts++)
            for (unsigned backs = 0; backs < TURN_BACKS_COUNT; backs++) {
                const char *code = turn_verdict(turned, (enum turn_fronts)fronts,
                                                (enum turn_backs)backs);
                CHECK(code != NULL);
                bool whole = fronts == TURN_EQUAL && backs == TURN_WHOLE;
                CHECK_INT(whole, !*code);
                bool turn = !turned && fronts == TURN_EQUAL && backs == TURN_LACKING;
                CHECK_INT(turn, !strcmp(code, "turn"));
                CHECK_INT(backs == TURN_EXTRA, !strcmp(code, "backs-more"));
                CHECK_INT(turned && backs == TURN_LACKING, !strcmp(code, "backs-fewer"));
            }
    CHECK_TEXT("", turn_verdict(false, TURN_FRONTS_COUNT, TURN_WHOLE));
    CHECK_TEXT("", turn_verdict(false, TURN_EQUAL, TURN_BACKS_COUNT));
}

TEST(turn, gives_the_first_back_to_the_last_sheet)
{
    struct job *job = new_job(3);
    json_t *records = json_array();
    begin(job);
    CHECK(!turn_feeds_back(job));
    feed(job, records);
    feed(job, records);
    CHECK_TEXT("no-docs", empty(job));
    begin(job);
    feed(job, records);
    CHECK_TEXT("turn", empty(job));
    CHECK_INT(3, turn_lacking(job));
    begin(job);
    CHECK(turn_feeds_back(job));
    CHECK_INT(3, job_next_place(job));
    feed(job, records);
    CHECK_TEXT("1 2 3/4", order_of(job));
    CHECK_INT(2, job_next_place(job));
    feed(job, records);
    feed(job, records);
    CHECK_TEXT("1/6 2/5 3/4", order_of(job));
    CHECK_TEXT("", empty(job));
    CHECK_INT(3, job->sheets);
    CHECK_INT(2, job->sides);
    json_decref(records);
    job_free(job);
}

TEST(turn, stops_at_fewer_and_feeds_again_from_a_sheet)
{
    struct job *job = new_job(4);
    json_t *records = json_array(), *who = act();
    for (int i = 0; i < 4; i++)
        feed(job, records);
    CHECK_TEXT("turn", empty(job));
    begin(job);
    for (int i = 0; i < 3; i++)
        feed(job, records);
    CHECK_TEXT("backs-fewer", empty(job));
    CHECK_TEXT("1 2/7 3/6 4/5", order_of(job));
    /* 3 and 2 went together: what came behind stands at the wrong sheets. */
    CHECK_OK(turn_again(job, 3, who, NULL));
    CHECK_TEXT("1 2 3 4/5", order_of(job));
    CHECK_INT(0, turn_extra(job));
    CHECK_TEXT("两张一起走", field_peek(job_gone_by(job, 7), "reason"));
    begin(job);
    for (int i = 0; i < 3; i++)
        feed(job, records);
    CHECK_TEXT("1/10 2/9 3/8 4/5", order_of(job));
    CHECK_TEXT("", empty(job));
    CHECK_RC(RC_REFUSED, job_undo(job, "P1", "now", NULL));
    json_decref(who);
    json_decref(records);
    job_free(job);
}

TEST(turn, keeps_a_back_too_many_and_wants_all_again)
{
    struct job *job = new_job(2);
    json_t *records = json_array(), *who = act();
    feed(job, records);
    feed(job, records);
    (void)empty(job);
    begin(job);
    for (int i = 0; i < 3; i++)
        feed(job, records);
    CHECK_TEXT("backs-more", empty(job));
    CHECK_TEXT("1/4 2/3", order_of(job));
    CHECK_INT(3, turn_backs(job));
    CHECK_INT(1, job->gone_count);
    CHECK_RC(RC_REFUSED, turn_begin(job, NULL));
    CHECK_OK(turn_again(job, job->sheets, who, NULL));
    CHECK_INT(3, job->gone_count);
    begin(job);
    feed(job, records);
    feed(job, records);
    CHECK_TEXT("1/7 2/6", order_of(job));
    CHECK_TEXT("", empty(job));
    json_t *manifest = group_manifest(job, "ST01");
    CHECK_INT(4, json_array_size(json_object_get(manifest, "images")));
    CHECK_INT(3, json_array_size(json_object_get(manifest, "replaced")));
    CHECK_INT(2, json_integer_value(json_object_get(manifest, "sheets_counted")));
    CHECK_INT(2, json_integer_value(json_object_get(manifest, "sides")));
    json_decref(manifest);
    json_decref(who);
    json_decref(records);
    job_free(job);
}

TEST(turn, asks_for_the_back_of_a_sheet_that_was_replaced)
{
    struct job *job = new_job(2);
    json_t *records = json_array();
    feed(job, records);
    feed(job, records);
    (void)empty(job);
    begin(job);
    feed(job, records);
    feed(job, records);
    CHECK_TEXT("", empty(job));
    job->repair = json_pack("{s:s,s:i,s:s}", "do", "replace", "leaf", 1, "reason", "折");
    CHECK(!turn_feeds_back(job));
    begin(job);
    feed(job, records);
    CHECK_TEXT("5 2/3", order_of(job));
    CHECK_INT(2, job->gone_count);
    CHECK_TEXT("turn", empty(job));
    begin(job);
    feed(job, records);
    CHECK_TEXT("5/6 2/3", order_of(job));
    CHECK_TEXT("", empty(job));
    CHECK_OK(job_undo(job, "P1", "now", NULL));
    CHECK_TEXT("1/4 2/3", order_of(job));
    CHECK_TEXT("", empty(job));
    CHECK_TEXT("折",
               field_peek(job_gone_by(job, 1) ? job_gone_by(job, 1) : job_gone_by(job, 5),
                          "reason"));
    json_decref(records);
    job_free(job);
}

/* The job as it comes back from its records and job.json, as station/spool_load.c does.
 */
static struct job *restarted(const struct job *job, const json_t *records)
{
    json_t *json = job_to_json(job), *decisions = NULL;
    struct job *back = NULL;
    CHECK_OK(job_from_json(json, &back, &decisions, NULL));
    for (size_t i = 0; i < json_array_size(records); i++) {
        struct capture c = picture((unsigned)i + 1);
        json_t *purpose = json_array_get(records, i);
        if (turn_is_back(purpose))
            turn_add_back(back, &c, purpose);
        else
            job_add_sheet(back, &c, 1);
    }
    if (json_object_get(json, "order"))
        job_order_apply(back, json_object_get(json, "order"), back->leaves);
    json_decref(decisions);
    json_decref(json);
    return back;
}

TEST(turn, loses_no_side_in_random_histories_with_restarts)
{
    unsigned seed = 20261128;
    printf("# seed %u\n", seed);
    for (int history = 0; history < 300; history++) {
        struct job *job = new_job(1 + (unsigned)rand_r(&seed) % 6);
        json_t *records = json_array(), *who = act();
        for (int step = 0; step < 40; step++) {
            unsigned place = 1 + (unsigned)rand_r(&seed) % (job->sheets + 1);
            bool whole = !turn_lacking(job) && !turn_extra(job);
            switch (rand_r(&seed) % 8) {
            case 0:
                (void)empty(job);
                break;
            case 1:
                (void)!turn_again(job, place, who, NULL);
                break;
            case 2:
                if (whole && place <= job->sheets && !job->repair)
                    job->repair = json_pack("{s:s,s:i}", "do", "replace", "leaf",
                                            (int)job_leaf_at(job, place));
                break;
            case 3:
                if (whole && !job->repair)
                    (void)!job_rearrange(
                        job, json_pack("{s:s,s:i}", "do", "remove", "from", (int)place),
                        NULL);
                break;
            case 4:
                if (whole && !job->repair)
                    (void)!job_undo(job, "P1", "now", NULL);
                break;
            default:
                if (!turn_begin(job, NULL))
                    feed(job, records);
            }
            char before[512];
            snprintf(before, sizeof before, "%s", order_of(job));
            struct job *back = restarted(job, records);
            CHECK_TEXT(before, order_of(back));
            CHECK_INT(job->turned, back->turned);
            CHECK_INT(turn_extra(job), turn_extra(back));
            CHECK_TEXT(turn_verdict_of(job), turn_verdict_of(back));
            job_free(back);
        }
        json_decref(who);
        json_decref(records);
        job_free(job);
    }
}
