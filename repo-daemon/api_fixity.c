/* Where the round stands, and a round at once. */
#include "repo-daemon/apply.h"
#include "repo-daemon/fixity.h"
#include "repo-daemon/route.h"
#include "repo-daemon/show.h"
#include "sys/json_scope.h"

#include <stdio.h>

static enum rc running(const struct call *call, struct fault *why)
{
    return call->repo->fixity
               ? RC_OK
               : fault_set(why, RC_UNAVAILABLE, 0, "文件核验没有运行，请稍后再试");
}

static json_t *sums_show(const struct fixity_sums *s)
{
    return s->began_ms
               ? json_pack("{s:o, s:o, s:I, s:I, s:I, s:I}", "began",
                           show_time(s->began_ms), "ended",
                           s->ended_ms ? show_time(s->ended_ms) : json_null(), "files",
                           (json_int_t)s->files, "bytes", (json_int_t)s->bytes, "wrong",
                           (json_int_t)s->wrong, "gone", (json_int_t)s->gone)
               : json_null();
}

enum rc fixity_show(struct call *call, struct fault *why)
{
    char hours[12];
    enum rc rc = running(call, why);
    if (rc)
        return rc;
    const struct fixity_facts facts = fixity_facts(call->repo->fixity, call->now_ms);
    const struct fixity_options *o = fixity_options(call->repo->fixity);
    snprintf(hours, sizeof hours, "%u-%u", o->from_hour % 24, o->to_hour % 25);
    return call_answer(
        call, 200,
        json_pack("{s:I, s:s, s:i, s:i, s:I, s:i, s:s, s:o, s:o}", "round",
                  (json_int_t)facts.round, "phase", fixity_phase_word(facts.phase),
                  "asked", (int)facts.asked, "late", (int)facts.late, "bytes_per_s",
                  (json_int_t)facts.rate, "days", (int)o->days, "hours", hours, "now",
                  facts.phase == FIXITY_IDLE ? json_null() : sums_show(&facts.now),
                  "last", sums_show(&facts.last)));
}

static enum rc ask(struct repo *repo, struct store_txn *txn, void *context,
                   struct fault *why)
{
    (void)context;
    return fixity_ask(repo->fixity, txn, why);
}

enum rc fixity_begin(struct call *call, struct fault *why)
{
    struct command command;
    enum rc rc = running(call, why);
    if (!rc)
        rc = call_command(call, EVENT_FIXITY_ASK, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    SCOPED(json_free_at) json_t *data = json_object();
    command.data = data;
    command.beside = ask;
    return call_commit(call, &command, 202, why);
}
