/* Nothing is remembered but which side is fed: what lacks a back, and what is one too
 * many, is counted from the pictures each time. */
#include "station/turn.h"

#include "core/bytes.h"
#include "station/job_repair.h"
#include "station/json_field.h"

#include <string.h>

#define SHORT "no-docs"
#define TURN "turn"
#define FEWER "backs-fewer"
#define MORE "backs-more"

/* clang-format off */
static const char *const verdicts[2][TURN_FRONTS_COUNT][TURN_BACKS_COUNT] = {
    {   /* fronts were fed  lacking  whole  extra */
        [TURN_FEWER] =    { SHORT,   SHORT, MORE },
        [TURN_EQUAL] =    { TURN,    "",    MORE },
        [TURN_MORE]  =    { SHORT,   SHORT, MORE },
    },
    {   /* backs were fed   lacking  whole  extra */
        [TURN_FEWER] =    { FEWER,   SHORT, MORE },
        [TURN_EQUAL] =    { FEWER,   "",    MORE },
        [TURN_MORE]  =    { FEWER,   SHORT, MORE },
    },
};
/* clang-format on */

const char *turn_verdict(bool turned, enum turn_fronts fronts, enum turn_backs backs)
{
    if ((unsigned)fronts >= TURN_FRONTS_COUNT || (unsigned)backs >= TURN_BACKS_COUNT)
        return "";
    return verdicts[turned][fronts][backs];
}

const char *turn_verdict_of(const struct job *job)
{
    enum turn_fronts fronts = job->sheets < job->sheets_declared    ? TURN_FEWER
                              : job->sheets == job->sheets_declared ? TURN_EQUAL
                                                                    : TURN_MORE;
    enum turn_backs backs = turn_extra(job)     ? TURN_EXTRA
                            : turn_lacking(job) ? TURN_LACKING
                                                : TURN_WHOLE;
    return turn_verdict(job->turned, fronts, backs);
}

bool turn_is_verdict(const char *code)
{
    return !strcmp(code, TURN) || !strcmp(code, FEWER) || !strcmp(code, MORE);
}

bool turn_feeds_back(const struct job *job)
{
    return job->by_hand && job->turned && !job->repair;
}

/* Is this picture a front that has no back behind it? */
static bool lacks_back(const struct job *job, size_t i)
{
    return job->images[i].side == SIDE_FRONT &&
           (i + 1 == job->count || job->images[i + 1].side == SIDE_FRONT);
}

unsigned turn_next_back(const struct job *job)
{
    for (size_t i = job->count; i-- > 0;)
        if (lacks_back(job, i))
            return job->images[i].sheet;
    return 0;
}

unsigned turn_lacking(const struct job *job)
{
    unsigned lacking = 0;
    for (size_t i = 0; i < job->count; i++)
        lacking += lacks_back(job, i);
    return lacking;
}

static bool is_extra(const struct job *job, const struct job_image *gone)
{
    return gone->side == SIDE_BACK && !gone->of && !job_gone_by(job, gone->leaf);
}

unsigned turn_extra(const struct job *job)
{
    unsigned extra = 0;
    for (size_t i = 0; i < job->gone_count; i++)
        extra += is_extra(job, &job->gone[i]);
    return extra;
}

unsigned turn_backs(const struct job *job)
{
    return job->by_hand ? job->sheets - turn_lacking(job) + turn_extra(job) : 0;
}

enum rc turn_begin(struct job *job, struct fault *why)
{
    if (!job->by_hand || job->repair)
        return RC_OK; /* a repair feeds its front first */
    if (turn_extra(job))
        return fault_set(why, RC_REFUSED, 0,
                         "反面比正面多 %u 张。请把整叠纸反面朝上放好，按“反面重扫”，"
                         "再按“继续”。",
                         turn_extra(job));
    job->turned = !strcmp(job->stop.code, TURN) || (job->turned && turn_lacking(job));
    return RC_OK;
}

json_t *turn_purpose(const struct job *job)
{
    unsigned of = job_leaf_at(job, turn_next_back(job));
    return json_pack("{s:s,s:i}", "do", "back", "of", (int)of);
}

bool turn_is_back(const json_t *purpose)
{
    return !strcmp(field_peek(purpose, "do"), "back");
}

void turn_add_back(struct job *job, const struct capture *side, const json_t *purpose)
{
    uint64_t of = 0;
    (void)field_uint(purpose, "of", 1, job->leaves, &of);
    job_add_sheet(job, side, 1);
    if (job_gone_by(job, job->leaves))
        of = 0; /* it came back from the spool, and was taken out after it was fed */
    job->images[job->count - 1].side = SIDE_BACK;
    job_place_add_back(job, job->leaves, (unsigned)of);
}

static void drop(struct job *job, unsigned leaf, unsigned of, const json_t *act)
{
    json_t *done = json_deep_copy(act);
    json_object_set_new(done, "do", json_string("back"));
    json_object_set_new(done, "leaf", json_integer((json_int_t)leaf));
    json_object_set_new(done, "of", json_integer((json_int_t)of));
    job_repair_log(job, done);
    (void)job_place_drop_back(job, leaf);
}

enum rc turn_again(struct job *job, unsigned place, const json_t *act, struct fault *why)
{
    unsigned done = 0;
    for (size_t i = 0; i < job->gone_count; i++)
        if (is_extra(job, &job->gone[i])) {
            drop(job, job->gone[i].leaf, 0, act);
            done++;
        }
    for (unsigned at = 1; at <= place; at++) {
        unsigned index = job_index_at(job, at);
        if (job_sides_at(job, at) < 2)
            continue;
        drop(job, job->images[index].leaf, job->images[index - 1].leaf, act);
        done++;
    }
    if (!done)
        return fault_set(why, RC_REFUSED, 0, "没有可以重扫的反面。");
    job->turned = true;
    return RC_OK;
}
