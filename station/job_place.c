/* All changes of order are made of a few moves of pictures: within the volume, out of it,
 * and back into it. A sheet begins with each front; `of` names the front's leaf, so that
 * a back finds its sheet among the gone too. */
#include "station/job_place.h"

#include "sys/log.h"

#include <stdlib.h>
#include <string.h>

static void renumber(struct job *job)
{
    job->sheets = 0;
    for (size_t i = 0; i < job->count; i++) {
        job->sheets += job->images[i].side == SIDE_FRONT;
        job->images[i].sheet = job->sheets;
    }
}

/* How many pictures from `at` on are one sheet. */
static size_t run_at(const struct job_image *images, size_t count, size_t at)
{
    size_t n = 1;
    while (at + n < count && images[at + n].side == SIDE_BACK &&
           images[at + n].of == images[at].of)
        n++;
    return n;
}

static size_t at_place(const struct job *job, unsigned place)
{
    size_t at = 0;
    while (at < job->count && job->images[at].sheet < place)
        at++;
    return at;
}

unsigned job_place_of(const struct job *job, unsigned leaf)
{
    for (size_t i = 0; i < job->count && leaf; i++)
        if (job->images[i].leaf == leaf)
            return job->images[i].sheet;
    return 0;
}

unsigned job_leaf_at(const struct job *job, unsigned place)
{
    return place >= 1 && place <= job->sheets ? job->images[at_place(job, place)].leaf
                                              : 0;
}

unsigned job_index_at(const struct job *job, unsigned place)
{
    return (unsigned)at_place(job, place) + 1;
}

unsigned job_sides_at(const struct job *job, unsigned place)
{
    if (place < 1 || place > job->sheets)
        return 0;
    return (unsigned)run_at(job->images, job->count, at_place(job, place));
}

void job_place_move(struct job *job, unsigned from, unsigned to)
{
    struct job_image held[2];
    size_t at = at_place(job, from), n = run_at(job->images, job->count, at);
    struct job_image *a = &job->images[at];
    memcpy(held, a, n * sizeof *held);
    if (from < to) {
        size_t end = at_place(job, to);
        end += run_at(job->images, job->count, end);
        memmove(a, a + n, (end - at - n) * sizeof *a);
        a = &job->images[end - n];
    } else {
        struct job_image *b = &job->images[at_place(job, to)];
        memmove(b + n, b, (size_t)(a - b) * sizeof *a);
        a = b;
    }
    memcpy(a, held, n * sizeof *held);
    renumber(job);
}

static void take_images(struct job *job, size_t at, size_t n)
{
    struct job_image *gone =
        realloc(job->gone, (job->gone_count + n) * sizeof *job->gone);
    if (!gone) {
        log_error("out of memory");
        abort(); /* every sheet is in the spool: the next start has them all */
    }
    job->gone = gone;
    memcpy(&gone[job->gone_count], &job->images[at], n * sizeof *gone);
    job->gone_count += n;
    job->count -= n;
    memmove(&job->images[at], &job->images[at + n],
            (job->count - at) * sizeof *job->images);
    renumber(job);
}

/* The room is there, since all images were in it once. */
static void give_images(struct job *job, size_t i, size_t n, size_t at)
{
    memmove(&job->images[at + n], &job->images[at],
            (job->count - at) * sizeof *job->images);
    memcpy(&job->images[at], &job->gone[i], n * sizeof *job->images);
    job->count += n;
    job->gone_count -= n;
    memmove(&job->gone[i], &job->gone[i + n], (job->gone_count - i) * sizeof *job->gone);
    renumber(job);
}

static size_t gone_at(const struct job *job, unsigned leaf)
{
    size_t i = 0;
    while (i < job->gone_count && job->gone[i].leaf != leaf)
        i++;
    return i;
}

void job_place_take_out(struct job *job, unsigned place)
{
    size_t at = at_place(job, place);
    take_images(job, at, run_at(job->images, job->count, at));
}

bool job_place_bring_back(struct job *job, unsigned leaf, unsigned place)
{
    size_t i = gone_at(job, leaf);
    if (i >= job->gone_count || job->gone[i].side != SIDE_FRONT || place < 1 ||
        place > job->sheets + 1)
        return false;
    give_images(job, i, run_at(job->gone, job->gone_count, i), at_place(job, place));
    return true;
}

void job_place_add_back(struct job *job, unsigned leaf, unsigned of)
{
    size_t last = job->count - 1;
    struct job_image back = job->images[last];
    job->count = last; /* it is nobody's until it is put somewhere */
    unsigned place = job_place_of(job, of);
    if (job_leaf_at(job, place) != of)
        place = 0; /* no sheet begins with that leaf */
    size_t at = at_place(job, place);
    if (place && run_at(job->images, last, at) == 2)
        (void)job_place_drop_back(job, job->images[at + 1].leaf);
    last = job->count;
    if (!place)
        at = last;
    else
        memmove(&job->images[at + 2], &job->images[at + 1],
                (last - at - 1) * sizeof back);
    back.of = place ? of : 0;
    job->images[place ? at + 1 : at] = back;
    job->count = last + 1;
    renumber(job);
    if (!place)
        (void)job_place_drop_back(job, leaf);
}

bool job_place_drop_back(struct job *job, unsigned leaf)
{
    for (size_t i = 0; i < job->count; i++) {
        struct job_image *image = &job->images[i];
        if (image->leaf != leaf || image->side != SIDE_BACK)
            continue;
        image->of = 0;
        take_images(job, i, 1);
        return true;
    }
    return false;
}
