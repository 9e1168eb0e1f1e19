/* POST /v1/custody: the acts of people on volumes, one or a whole trolley. */
#include "repo-daemon/act_call.h"
#include "repo-daemon/route.h"
#include "sys/scope.h"

#include <string.h>

/* Acts that have a route of their own, because they bring more than a word. */
static bool has_own_route(enum custody_event event)
{
    return event == EV_SCAN_DONE || event == EV_CHECK || event == EV_ARCHIVE ||
           event == EV_RELINK || event == EV_PURGE;
}

enum rc custody_act(struct call *call, struct fault *why)
{
    struct command command;
    enum custody_event event = custody_event(call_text(call, "event"));
    if (event == EV_QC_PASS)
        return fault_set(why, RC_REFUSED, 0,
                         "质检通过以前要看完抽到的页，请在质检里办理");
    if (event == CUSTODY_EVENTS || has_own_route(event))
        return fault_set(why, RC_INVALID, 0, "没有“%.40s”这个动作",
                         call_text(call, "event"));
    enum rc rc = call_command(call, custody_event_name(event), &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    struct person actor;
    const char *desk;
    rc = act_call_person(call, &actor, &desk, why);
    if (rc)
        return rc;
    SCOPED(act_end) struct act act;
    act_begin(&act, call->repo, event, &actor);
    act.desk = desk;
    act.now_ms = call->now_ms;
    rc = act_call_role(call, &act, why);
    if (!rc)
        rc = act_call_receiver(call, &act, why);
    if (!rc)
        rc = act_call_slot(call, &act, why);
    if (!rc)
        rc = act_call_words(call, &act, why);
    if (!rc)
        rc = act_call_witness(call, &act, why);
    if (!rc)
        rc = act_call_volumes(call, &act, why);
    if (rc)
        return rc;
    act_fill(&act, &command);
    return call_commit(call, &command, 201, why);
}
