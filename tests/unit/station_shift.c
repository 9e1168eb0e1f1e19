/* Figures of a shift from runs. */
#include "check.h"

#include "station/job_repair.h"
#include "station/shift.h"

static void feed(struct job *job, unsigned sheets)
{
    struct capture c[2] = { { .type = "image/jpeg" }, { .type = "image/jpeg" } };
    for (unsigned i = 0; i < sheets; i++) {
        job_add_sheet(job, c, 2);
        job->images[job->count - 2].result = json_pack("{s:s}", "kind", "page");
        job->images[job->count - 1].result = json_pack("{s:s}", "kind", "blank");
    }
}

static json_int_t figure(const json_t *sum, size_t at, const char *key)
{
    json_t *one = json_array_get(json_object_get(sum, "operators"), at);
    return json_integer_value(json_object_get(one, key));
}

static json_int_t total(const json_t *sum, const char *key)
{
    return json_integer_value(json_object_get(json_object_get(sum, "total"), key));
}

static const int64_t noon_ms = 1795392000000; /* 2026-11-23 in most of the world */

TEST(shift_fed_by, names_for_each_leaf_who_fed_it)
{
    struct job *job = job_new();
    snprintf(job->operator_badge, sizeof job->operator_badge, "P0");
    CHECK_TEXT("P0", shift_fed_by(job, 1)); /* before there were runs */
    shift_run_begin(job, "P1", "甲", noon_ms);
    feed(job, 3);
    shift_run_end(job, "jam", noon_ms + 60000);
    shift_run_begin(job, "P2", "乙", noon_ms + 120000);
    feed(job, 2);
    CHECK_TEXT("P1", shift_fed_by(job, 1));
    CHECK_TEXT("P1", shift_fed_by(job, 3));
    CHECK_TEXT("P2", shift_fed_by(job, 4)); /* while it still runs */
    CHECK_TEXT("P2", shift_fed_by(job, 5));
    job_free(job);
}

TEST(shift_sum, gives_each_operator_what_he_fed)
{
    char day[SHIFT_DAY_MAX];
    struct job *job = job_new();
    shift_run_begin(job, "P1", "甲", noon_ms);
    feed(job, 3);
    shift_run_end(job, "jam", noon_ms + 60000);
    shift_run_begin(job, "P2", "乙", noon_ms + 120000);
    feed(job, 2);
    shift_run_end(job, "no-docs", noon_ms + 150000);
    shift_run_end(job, "crash", noon_ms + 999999); /* nothing runs: nothing ends */
    shift_day(noon_ms, day);
    json_t *jobs = json_object();
    json_object_set_new(jobs, "a", shift_rows(job, noon_ms + 200000));
    json_t *sum = shift_sum(jobs, day);
    CHECK_INT(2, json_array_size(json_object_get(sum, "operators")));
    CHECK_INT(3, figure(sum, 0, "sheets"));
    CHECK_INT(6, figure(sum, 0, "images"));
    CHECK_INT(3, figure(sum, 0, "pages"));
    CHECK_INT(3, figure(sum, 0, "blank"));
    CHECK_INT(1, figure(sum, 0, "faults"));
    CHECK_INT(60, figure(sum, 0, "seconds"));
    CHECK_INT(1, figure(sum, 0, "minutes"));
    CHECK_INT(2, figure(sum, 1, "sheets"));
    CHECK_INT(0, figure(sum, 1, "faults"));
    CHECK_INT(5, total(sum, "sheets"));
    CHECK_INT(90, total(sum, "seconds"));
    json_decref(sum);
    sum = shift_sum(jobs, "1999-01-01");
    CHECK_INT(0, json_array_size(json_object_get(sum, "operators")));
    CHECK_INT(0, total(sum, "sheets"));
    json_decref(sum);
    json_decref(jobs);
    job_free(job);
}

TEST(shift_rows, tell_replaced_pictures_and_given_up_sheets_beside)
{
    struct job *job = job_new();
    shift_run_begin(job, "P1", "甲", noon_ms);
    feed(job, 2);
    shift_run_end(job, "no-docs", noon_ms + 1000);
    json_t *repair = json_pack("{s:s,s:i}", "do", "replace", "leaf", 1);
    shift_run_begin(job, "P1", "甲", noon_ms + 2000);
    feed(job, 1);
    job_repair_leaf(job, 3, repair);
    shift_run_end(job, "repaired", noon_ms + 3000);
    json_decref(repair);
    job->state = JOB_ABANDONED;
    json_t *rows = shift_rows(job, noon_ms + 9000);
    CHECK_INT(2,
              json_integer_value(json_object_get(json_array_get(rows, 0), "replaced")));
    CHECK_INT(1, json_integer_value(json_object_get(json_array_get(rows, 0), "pages")));
    CHECK_INT(2,
              json_integer_value(json_object_get(json_array_get(rows, 0), "given_up")));
    CHECK_INT(1, json_integer_value(json_object_get(json_array_get(rows, 1), "sheets")));
    CHECK_INT(0, json_integer_value(json_object_get(json_array_get(rows, 1), "fault")));
    json_decref(rows);
    job_free(job);
}

TEST(shift_rows, count_a_run_that_is_under_way_up_to_now)
{
    struct job *job = job_new();
    shift_run_begin(job, "P1", "甲", noon_ms);
    feed(job, 2);
    json_t *rows = shift_rows(job, noon_ms + 5000);
    json_t *row = json_array_get(rows, 0);
    CHECK_INT(2, json_integer_value(json_object_get(row, "sheets")));
    CHECK(json_integer_value(json_object_get(row, "to_ms")) == noon_ms + 5000);
    json_decref(rows);
    job_free(job);
}
