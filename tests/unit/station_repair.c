/* Repairs in place: orders, undo, what is gone, and the manifest that tells it. */
#include "check.h"

#include "station/group.h"
#include "station/job_repair.h"
#include "station/json_field.h"

static struct job *new_job(unsigned sheets, unsigned sides)
{
    struct job *job = job_new();
    snprintf(job->volume, sizeof job->volume, "V44039920260301010027100159");
    snprintf(job->kind, sizeof job->kind, "first");
    job->sheets_declared = sheets;
    for (unsigned i = 0; i < sheets; i++) {
        struct capture c[2] = { { .type = "image/jpeg" }, { .type = "image/jpeg" } };
        memset(c[0].sha256, 'a' + (int)i % 6, SHA256_HEX - 1);
        memset(c[1].sha256, 'a' + (int)i % 6, SHA256_HEX - 1);
        job_add_sheet(job, c, sides);
    }
    return job;
}

/* "1 2 3": the leaves in the order of the volume; each with its pictures side by side. */
static const char *order_of(const struct job *job)
{
    static char text[256];
    size_t len = 0;
    text[0] = 0;
    for (size_t i = 0; i < job->count; i += job->sides) {
        const struct job_image *image = &job->images[i];
        CHECK_INT((int)(i / job->sides) + 1, (int)image->sheet);
        CHECK_INT((int)SIDE_FRONT, (int)image->side);
        if (job->sides == 2) {
            CHECK_INT((int)image->leaf, (int)image[1].leaf);
            CHECK_INT((int)SIDE_BACK, (int)image[1].side);
        }
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%u", i ? " " : "",
                                image->leaf);
    }
    CHECK_INT((int)job->leaves, (int)((job->count + job->gone_count) / job->sides));
    return text;
}

static json_t *act(const char *text)
{
    json_t *json = json_loads(text, 0, NULL);
    CHECK(json != NULL);
    return json;
}

static void feed_for(struct job *job, const char *repair)
{
    struct capture c[2] = { { .type = "image/jpeg" }, { .type = "image/jpeg" } };
    memset(c[0].sha256, 'f', SHA256_HEX - 1);
    memset(c[1].sha256, 'f', SHA256_HEX - 1);
    json_t *json = act(repair);
    job->repair = json_incref(json);
    job_add_sheet(job, c, job->sides);
    job_repair_leaf(job, job->leaves, json);
    CHECK(!job->repair);
    json_decref(json);
}

TEST(repair, puts_a_sheet_that_is_fed_again_in_the_place_of_the_first)
{
    struct job *job = new_job(5, 2);
    feed_for(job, "{\"do\":\"replace\",\"leaf\":3,\"reason\":\"模糊\",\"stop\":\"jam\"}");
    CHECK_TEXT("1 2 6 4 5", order_of(job));
    CHECK_INT(5, job->sheets);
    CHECK_INT(2, job->gone_count);
    CHECK_TEXT("jam", job->stop.code);
    CHECK_TEXT("模糊", field_peek(job_gone_by(job, 3), "reason"));
    CHECK(!job_gone_by(job, 4));
    feed_for(job, "{\"do\":\"replace\",\"leaf\":6,\"reason\":\"还是模糊\"}");
    CHECK_TEXT("1 2 7 4 5", order_of(job));
    CHECK_OK(job_undo(job, "P1", "now", NULL));
    CHECK_TEXT("1 2 6 4 5", order_of(job));
    CHECK_OK(job_undo(job, "P1", "now", NULL));
    CHECK_TEXT("1 2 3 4 5", order_of(job));
    CHECK_RC(RC_REFUSED, job_undo(job, "P1", "now", NULL));
    CHECK_INT(4, job->gone_count);
    job_free(job);
}

TEST(repair, puts_a_sheet_between_and_in_front)
{
    for (unsigned sides = 1; sides <= 2; sides++) {
        struct job *job = new_job(3, sides);
        feed_for(job, "{\"do\":\"insert\",\"after\":1}");
        CHECK_TEXT("1 4 2 3", order_of(job));
        feed_for(job, "{\"do\":\"insert\",\"after\":0}");
        CHECK_TEXT("5 1 4 2 3", order_of(job));
        feed_for(job, "{\"do\":\"insert\",\"after\":3}");
        CHECK_TEXT("5 1 4 2 3 6", order_of(job));
        for (int i = 0; i < 3; i++)
            CHECK_OK(job_undo(job, "P1", "now", NULL));
        CHECK_TEXT("1 2 3", order_of(job));
        job_free(job);
    }
}

TEST(repair, moves_and_removes_and_takes_back_in_turn)
{
    struct job *job = new_job(5, 2);
    CHECK_OK(job_rearrange(job, act("{\"do\":\"move\",\"from\":1,\"to\":5}"), NULL));
    CHECK_TEXT("2 3 4 5 1", order_of(job));
    CHECK_OK(job_rearrange(job, act("{\"do\":\"move\",\"from\":4,\"to\":2}"), NULL));
    CHECK_TEXT("2 5 3 4 1", order_of(job));
    CHECK_OK(job_rearrange(job, act("{\"do\":\"remove\",\"from\":3}"), NULL));
    CHECK_TEXT("2 5 4 1", order_of(job));
    CHECK_RC(RC_INVALID,
             job_rearrange(job, act("{\"do\":\"move\",\"from\":5,\"to\":1}"), NULL));
    CHECK_RC(RC_INVALID,
             job_rearrange(job, act("{\"do\":\"move\",\"from\":1,\"to\":0}"), NULL));
    CHECK_RC(RC_INVALID, job_rearrange(job, act("{\"do\":\"remove\",\"from\":0}"), NULL));
    CHECK_OK(job_undo(job, "P1", "now", NULL));
    CHECK_TEXT("2 5 3 4 1", order_of(job));
    CHECK_OK(job_undo(job, "P1", "now", NULL));
    CHECK_OK(job_undo(job, "P1", "now", NULL));
    CHECK_TEXT("1 2 3 4 5", order_of(job));
    job_free(job);
}

TEST(repair, keeps_every_leaf_through_random_histories)
{
    unsigned seed = 20261123;
    for (int history = 0; history < 200; history++) {
        struct job *job =
            new_job(1 + (unsigned)rand_r(&seed) % 9, 1 + (unsigned)rand_r(&seed) % 2);
        for (int step = 0; step < 40; step++) {
            char text[128];
            unsigned a = 1 + (unsigned)rand_r(&seed) % (job->sheets + 1);
            unsigned b = 1 + (unsigned)rand_r(&seed) % (job->sheets + 1);
            switch (rand_r(&seed) % 6) {
            case 0:
                snprintf(text, sizeof text, "{\"do\":\"replace\",\"leaf\":%u}",
                         job_leaf_at(job, a));
                feed_for(job, text);
                break;
            case 1:
                snprintf(text, sizeof text, "{\"do\":\"insert\",\"after\":%u}",
                         job_leaf_at(job, a));
                feed_for(job, text);
                break;
            case 2:
                snprintf(text, sizeof text, "{\"do\":\"move\",\"from\":%u,\"to\":%u}", a,
                         b);
                (void)!job_rearrange(job, act(text), NULL);
                break;
            case 3:
                snprintf(text, sizeof text, "{\"do\":\"remove\",\"from\":%u}", a);
                (void)!job_rearrange(job, act(text), NULL);
                break;
            default:
                (void)!job_undo(job, "P1", "now", NULL);
            }
            /* As if it came back from the spool at this moment. */
            char before[256];
            snprintf(before, sizeof before, "%s", order_of(job));
            struct job *back = new_job(job->leaves, job->sides);
            json_t *order = job_order_json(job);
            back->repairs = json_incref(job->repairs);
            job_order_apply(back, order, job->leaves);
            if (job->sheets)
                CHECK_TEXT(before, order_of(back));
            json_decref(order);
            job_free(back);
        }
        job_free(job);
    }
}

TEST(repair, gives_the_replaced_sheet_back_when_its_successor_is_damaged)
{
    struct job *job = new_job(4, 2);
    job->repairs = act("[{\"do\":\"replace\",\"leaf\":2,\"new\":5},"
                       "{\"do\":\"replace\",\"leaf\":5,\"new\":6}]");
    json_t *order = act("[1,6,3,4]");
    job_order_apply(job, order, 6);
    CHECK_TEXT("1 2 3 4", order_of(job));
    json_decref(order);
    job_free(job);
}

TEST(repair, tells_the_manifest_what_was_replaced_and_why)
{
    struct job *job = new_job(3, 2);
    feed_for(job, "{\"do\":\"replace\",\"leaf\":2,\"reason\":\"折角\",\"by\":\"P7\"}");
    json_t *manifest = group_manifest(job, "ST01");
    json_t *gone = json_object_get(manifest, "replaced");
    CHECK_INT(2, json_array_size(gone));
    CHECK_TEXT("折角", field_peek(json_array_get(gone, 1), "reason"));
    CHECK_TEXT("replace", field_peek(json_array_get(gone, 1), "why"));
    CHECK_TEXT("back", field_peek(json_array_get(gone, 1), "side"));
    CHECK_INT('b', field_peek(json_array_get(gone, 0), "capture_sha256")[0]);
    CHECK_INT(6, json_array_size(json_object_get(manifest, "images")));
    CHECK_INT(2, json_integer_value(json_object_get(manifest, "sides")));
    CHECK_INT(1, json_array_size(json_object_get(manifest, "repairs")));
    json_decref(manifest);
    job_free(job);
}
