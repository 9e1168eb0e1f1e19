/* The open alarms, and the end of those that a person has to explain. */
#include "repo-daemon/alarm.h"
#include "repo-daemon/apply.h"
#include "repo-daemon/route.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <string.h>

enum rc alarm_list_show(struct call *call, struct fault *why)
{
    json_t *list = NULL;
    enum rc rc = alarm_list(call->repo, !call_may_see(call, 2, NULL), &list, why);
    return rc ? rc : call_answer(call, 200, json_pack("{s:o}", "alarms", list));
}

enum rc alarm_explain(struct call *call, struct fault *why)
{
    struct command command;
    SCOPED(json_free_at) json_t *alarm = NULL;
    enum rc rc = call_command(call, EVENT_ALARM_END, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    const char *name = call_part(call, "alarm"), *note = call_text(call, "note");
    if (view_find(call->repo, VIEW_ALARMS, name, &alarm))
        return fault_set(why, RC_NOT_FOUND, 0, "没有这个警示，可能已经处理了");
    const struct alarm_row *row = alarm_find(json_text(alarm, "kind"));
    if (!row || !row->by_hand)
        return fault_set(why, RC_REFUSED, 0, "这个警示在实物归位后自己消除。%s",
                         row ? row->now : "");
    if (!*note || strlen(note) >= ALARM_NOTE_MAX)
        return fault_set(why, RC_INVALID, 0, "请写明查到的情况（最多三百字）");
    SCOPED(json_free_at)
    json_t *data = json_pack("{s:s, s:s}", "alarm", name, "note", note);
    command.data = data;
    return call_commit(call, &command, 200, why);
}
