/* Sums over runs. Sheets count for who fed them, also those of a job that was given up
 * later or that were replaced: the work was done; both numbers are told beside it. */
#include "station/shift.h"

#include "core/bytes.h"
#include "station/json_field.h"
#include "sys/clock.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Ends of a run that are no trouble. */
static const char *const good_ends[] = { "no-docs",  "flatbed",      "stopped",
                                         "repaired", "repair-empty", "" };

void shift_day(int64_t at_ms, char ret_day[SHIFT_DAY_MAX])
{
    time_t at = (time_t)(at_ms / 1000);
    struct tm local;
    if (!localtime_r(&at, &local) ||
        !strftime(ret_day, SHIFT_DAY_MAX, "%Y-%m-%d", &local))
        strcpy(ret_day, "1970-01-01");
}

static json_t *open_run(const struct job *job)
{
    json_t *last = json_array_get(job->runs, json_array_size(job->runs) - 1);
    return last && !json_object_get(last, "to_ms") ? last : NULL;
}

void shift_run_begin(struct job *job, const char *badge, const char *name, int64_t at_ms)
{
    shift_run_end(job, "crash", at_ms);
    if (!job->runs)
        job->runs = json_array();
    json_array_append_new(job->runs, json_pack("{s:s,s:s,s:I,s:i}", "by", badge, "name",
                                               name, "from_ms", (json_int_t)at_ms,
                                               "first", (int)job->leaves + 1));
}

void shift_run_end(struct job *job, const char *end, int64_t at_ms)
{
    json_t *run = json_array_size(job->runs) ? open_run(job) : NULL;
    if (!run)
        return;
    json_object_set_new(run, "to_ms", json_integer((json_int_t)at_ms));
    json_object_set_new(run, "last", json_integer((json_int_t)job->leaves));
    json_object_set_new(run, "end", json_string(end));
}

const char *shift_fed_by(const struct job *job, unsigned leaf)
{
    size_t i;
    const json_t *run;
    json_array_foreach(job->runs, i, run)
    {
        uint64_t first = 1, last = job->leaves;
        (void)field_uint(run, "first", 1, JOB_LEAVES_MAX + 1, &first);
        (void)field_uint(run, "last", 0, JOB_LEAVES_MAX, &last);
        if (leaf >= first && leaf <= last && *field_peek(run, "by"))
            return field_peek(run, "by");
    }
    return job->operator_badge;
}

static bool is_good(const char *end)
{
    for (size_t i = 0; i < COUNT(good_ends); i++)
        if (!strcmp(end, good_ends[i]))
            return true;
    return false;
}

struct tally {
    json_int_t sheets, images, pages, blank, replaced;
};

static void count_images(const struct job_image *images, size_t count, bool gone,
                         json_int_t first, json_int_t last, struct tally *tally)
{
    for (size_t i = 0; i < count; i++) {
        const struct job_image *image = &images[i];
        if (image->leaf < first || image->leaf > last)
            continue;
        const char *kind = image_kind(image);
        tally->images++;
        tally->sheets -= image->leaf != image->of && image->side == SIDE_BACK;
        tally->replaced += gone;
        tally->pages += !gone && !strcmp(kind, "page");
        tally->blank += !gone && !strcmp(kind, "blank");
    }
}

static json_t *row_of(const struct job *job, const json_t *run, int64_t now_ms)
{
    char day[SHIFT_DAY_MAX];
    uint64_t first = 1, last = job->leaves, from = 0, to = (uint64_t)now_ms;
    struct tally tally = { 0 };
    (void)field_uint(run, "first", 1, JOB_LEAVES_MAX + 1, &first);
    (void)field_uint(run, "last", 0, JOB_LEAVES_MAX, &last);
    (void)field_uint(run, "from_ms", 0, INT64_MAX, &from);
    (void)field_uint(run, "to_ms", 0, INT64_MAX, &to);
    tally.sheets = last >= first ? (json_int_t)(last - first) + 1 : 0;
    count_images(job->images, job->count, false, (json_int_t)first, (json_int_t)last,
                 &tally);
    count_images(job->gone, job->gone_count, true, (json_int_t)first, (json_int_t)last,
                 &tally);
    shift_day((int64_t)from, day);
    return json_pack(
        "{s:s,s:s,s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:i}", "by", field_peek(run, "by"),
        "name", field_peek(run, "name"), "day", day, "from_ms", (json_int_t)from, "to_ms",
        (json_int_t)(to > from ? to : from), "sheets", tally.sheets, "images",
        tally.images, "pages", tally.pages, "blank", tally.blank, "replaced",
        tally.replaced, "given_up", job->state == JOB_ABANDONED ? tally.sheets : 0,
        "fault", is_good(field_peek(run, "end")) ? 0 : 1);
}

/* A row that counts one thing of one moment, for `badge`. Older records have no time. */
static void add_one(json_t *rows, const char *badge, const char *name, const json_t *of,
                    const char *what)
{
    char day[SHIFT_DAY_MAX];
    uint64_t at = 0;
    if (!field_uint(of, "at_ms", 1, INT64_MAX, &at))
        return;
    shift_day((int64_t)at, day);
    json_array_append_new(rows,
                          json_pack("{s:s,s:s,s:s,s:I,s:I,s:i}", "by", badge, "name",
                                    name, "day", day, "from_ms", (json_int_t)at, "to_ms",
                                    (json_int_t)at, what, 1));
}

/* The name that goes with a badge in the runs of this job; "" when it fed nothing. */
static const char *name_of(const struct job *job, const char *badge)
{
    size_t i;
    const json_t *run;
    json_array_foreach(job->runs, i, run)
    {
        if (!strcmp(field_peek(run, "by"), badge))
            return field_peek(run, "name");
    }
    return strcmp(job->operator_badge, badge) ? "" : job->operator_name;
}

static int by_day(const void *left, const void *right)
{
    const json_t *const *a = left, *const *b = right;
    return strcmp(field_peek(*a, "day"), field_peek(*b, "day"));
}

/* The same rows, those of one day together: the day's files are written so. */
static json_t *in_order(json_t *rows)
{
    size_t count = json_array_size(rows);
    const json_t **list = calloc(count + 1, sizeof *list);
    json_t *sorted = json_array();
    for (size_t i = 0; list && i < count; i++)
        list[i] = json_array_get(rows, i);
    if (list && count)
        qsort(list, count, sizeof *list, by_day);
    for (size_t i = 0; list && i < count; i++)
        json_array_append(sorted, (json_t *)(uintptr_t)list[i]);
    free(list);
    json_decref(rows);
    return sorted;
}

json_t *shift_rows(const struct job *job, int64_t now_ms)
{
    json_t *rows = json_array();
    const json_t *one;
    size_t i;
    json_array_foreach(job->runs, i, one)
    {
        json_array_append_new(rows, row_of(job, one, now_ms));
    }
    json_array_foreach(job->repairs, i, one)
    {
        add_one(rows, field_peek(one, "by"), field_peek(one, "name"), one, "repairs");
    }
    json_array_foreach(job->returned, i, one)
    {
        json_int_t leaf = json_integer_value(json_object_get(one, "leaf"));
        const char *badge = shift_fed_by(job, leaf > 0 ? (unsigned)leaf : 1);
        add_one(rows, badge, name_of(job, badge), one, "rejected");
    }
    return in_order(rows);
}

static const char *const sums[] = { "sheets",   "images",   "pages",   "blank",
                                    "replaced", "given_up", "repairs", "rejected" };

static json_t *new_sum(const char *badge, const char *name)
{
    json_t *sum = json_pack("{s:s,s:s,s:i,s:i,s:i}", "badge", badge, "name", name,
                            "volumes", 0, "faults", 0, "ms", 0);
    for (size_t i = 0; i < COUNT(sums); i++)
        json_object_set_new(sum, sums[i], json_integer(0));
    return sum;
}

static void add(json_t *sum, const char *key, json_int_t more)
{
    json_int_t now = json_integer_value(json_object_get(sum, key));
    json_object_set_new(sum, key, json_integer(now + more));
}

static json_int_t number(const json_t *row, const char *key)
{
    return json_integer_value(json_object_get(row, key));
}

/* The earliest begin and the latest end. */
static void widen(json_t *sum, const json_t *row)
{
    if (!json_object_get(sum, "from_ms") ||
        number(row, "from_ms") < number(sum, "from_ms"))
        json_object_set_new(sum, "from_ms", json_integer(number(row, "from_ms")));
    if (number(row, "to_ms") > number(sum, "to_ms"))
        json_object_set_new(sum, "to_ms", json_integer(number(row, "to_ms")));
}

static void add_row(json_t *sum, const json_t *row, const char *job)
{
    for (size_t i = 0; i < COUNT(sums); i++)
        add(sum, sums[i], number(row, sums[i]));
    add(sum, "faults", number(row, "fault"));
    add(sum, "ms", number(row, "to_ms") - number(row, "from_ms"));
    if (number(row, "sheets") && strcmp(field_peek(sum, "job"), job) != 0) {
        add(sum, "volumes", 1); /* the rows of one job come one after the other */
        json_object_set_new(sum, "job", json_string(job));
    }
    widen(sum, row);
}

static void round_up(json_t *sum)
{
    enum { SECOND_MS = 1000, MINUTE_MS = 60 * 1000 };
    static const char *const helpers[] = { "ms", "job", "from_ms", "to_ms" };
    char text[CLOCK_TEXT_MAX];
    json_int_t ms = number(sum, "ms");
    json_object_set_new(sum, "seconds", json_integer(ms / SECOND_MS));
    json_object_set_new(sum, "minutes", json_integer((ms + MINUTE_MS / 2) / MINUTE_MS));
    if (json_object_get(sum, "from_ms")) {
        clock_text(number(sum, "from_ms"), text);
        json_object_set_new(sum, "from", json_string(text));
        clock_text(number(sum, "to_ms"), text);
        json_object_set_new(sum, "to", json_string(text));
    }
    for (size_t i = 0; i < COUNT(helpers); i++)
        json_object_del(sum, helpers[i]);
}

json_t *shift_sum(const json_t *jobs, const char *day)
{
    json_t *by_badge = json_object(), *total = new_sum("", ""), *list = json_array();
    json_t *rows, *row, *sum;
    const char *job, *badge;
    size_t i;
    json_object_foreach((json_t *)(uintptr_t)jobs, job, rows)
    {
        json_array_foreach(rows, i, row)
        {
            badge = field_peek(row, "by");
            if (strcmp(field_peek(row, "day"), day) != 0)
                continue;
            if (!json_object_get(by_badge, badge))
                json_object_set_new(by_badge, badge,
                                    new_sum(badge, field_peek(row, "name")));
            add_row(json_object_get(by_badge, badge), row, job);
            add_row(total, row, job);
        }
    }
    json_object_foreach(by_badge, badge, sum)
    {
        round_up(sum);
        json_array_append(list, sum);
    }
    round_up(total);
    json_decref(by_badge);
    return json_pack("{s:s,s:o,s:o}", "day", day, "operators", list, "total", total);
}
