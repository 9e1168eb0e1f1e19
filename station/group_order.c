/* What the pages of a volume tell beside each other, from what was read on each: numbers
 * that jump, a sheet fed twice, another case's paper. Made anew each time with the rows.
 */
#include "station/group.h"

#include "core/bytes.h"
#include "station/json_field.h"
#include "station/page/sequence.h"
#include "station/turn.h"
#include "sys/log.h"

#include <stdlib.h>
#include <string.h>

static const struct page_limits *limits_of(const struct job *job)
{
    return job->limits ? job->limits : page_limits_usual();
}

static void add(struct job_image *image, const struct page_qc *qc)
{
    if (!image->beside)
        image->beside = json_array();
    json_array_append_new(image->beside, json_pack("{s:s,s:s}", "code", qc->code,
                                                   "sentence", qc->sentence));
}

static bool is_page(const struct job_image *image)
{
    return !strcmp(image_kind(image), "page");
}

static uint32_t number(const struct job_image *image, const char *key)
{
    uint64_t value = 0;
    (void)field_uint(image->result, key, 0, PAGE_NUMBER_MAX, &value);
    return (uint32_t)value;
}

static void look_at_numbers(struct job *job)
{
    struct sequence_page *pages = calloc(job->count + 1, sizeof *pages);
    size_t count = 0, at = 0;
    if (!pages) {
        log_error("out of memory");
        abort();
    }
    for (size_t i = 0; i < job->count; i++) {
        const struct job_image *image = &job->images[i];
        if (is_page(image))
            pages[count++] = (struct sequence_page){
                .side = image->side == SIDE_BACK ? SEQUENCE_BACK : SEQUENCE_FRONT,
                .number_left = number(image, "number_left"),
                .number_right = number(image, "number_right"),
            };
    }
    sequence_numbers(pages, count);
    for (size_t i = 0; i < job->count; i++)
        if (is_page(&job->images[i]) && pages[at++].found)
            add(&job->images[i], &pages[at - 1].qc);
    free(pages);
}

static void look_at_case(const struct job *job, struct job_image *image)
{
    struct page_case cases[PAGE_CASES_MAX];
    size_t count = 0, i;
    json_t *one;
    json_array_foreach(json_object_get(image->result, "cases"), i, one)
    {
        if (count < PAGE_CASES_MAX &&
            field_text(one, "text", cases[count].text, sizeof cases[count].text))
            cases[count++].head = json_is_true(json_object_get(one, "head"));
    }
    struct page_qc qc;
    if (*job->case_no && sequence_other_case(cases, count, job->case_no, &qc))
        add(image, &qc);
}

/* Does the picture look like the same side of sheet `leaf`? */
static bool is_same(const struct job_image *image, unsigned leaf)
{
    uint64_t same = 0;
    return field_uint(image->result, "same_as", 1, JOB_LEAVES_MAX, &same) && same == leaf;
}

/* A form has the same print on every back: one side alone is no proof where there are
 * two. A side that is not read yet is waited for. */
static bool others_agree(struct job *job, const struct job_image *image,
                         const struct job_image *twin)
{
    unsigned index;
    enum side other = image->side == SIDE_BACK ? SIDE_FRONT : SIDE_BACK;
    const struct job_image *mine = job_leaf_image(job, image->leaf, other, &index);
    const struct job_image *its = job_leaf_image(job, twin->leaf, other, &index);
    if (!mine || !its)
        return true;
    const char *kind = image_kind(mine);
    if (strcmp(kind, image_kind(its)) != 0)
        return false;
    return !strcmp(kind, "page") ? is_same(mine, twin->leaf) : !strcmp(kind, "blank");
}

/* The one of both that stands behind the other is the one too many. */
static void look_at_twice(struct job *job, size_t at)
{
    struct page_qc qc;
    unsigned other = 0;
    uint64_t leaf = 0;
    struct job_image *image = &job->images[at];
    if (!field_uint(image->result, "same_as", 1, JOB_LEAVES_MAX, &leaf))
        return;
    struct job_image *twin = job_leaf_image(job, (unsigned)leaf, image->side, &other);
    if (!twin || !other || !is_page(twin))
        return; /* it was taken out meanwhile */
    if (!others_agree(job, image, twin))
        return;
    sequence_fed_twice(&qc);
    add(other > at + 1 ? twin : image, &qc);
}

void group_order(struct job *job)
{
    const struct page_limits *limits = limits_of(job);
    for (size_t i = 0; i < job->count; i++) {
        json_decref(job->images[i].beside);
        job->images[i].beside = NULL;
    }
    for (size_t i = 0; i < job->count; i++) {
        if (!is_page(&job->images[i]))
            continue;
        look_at_twice(job, i);
        if (limits->case_number)
            look_at_case(job, &job->images[i]);
    }
    /* The numbers of fronts alone have gaps: their backs are still to be fed. */
    bool whole = !job->by_hand || !turn_lacking(job);
    if (limits->page_numbers && whole && group_all_read(job))
        look_at_numbers(job);
}

json_t *group_image_qc(const struct job_image *image)
{
    json_t *all = json_array();
    json_t *own = json_object_get(image->result, "qc");
    if (own && json_array_extend(all, own))
        log_warn("reasons of a page are lost: no memory");
    if (image->beside && json_array_extend(all, image->beside))
        log_warn("reasons of a page are lost: no memory");
    return all;
}
