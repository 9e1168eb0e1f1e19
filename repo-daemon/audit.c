#include "repo-daemon/audit.h"

#include "repo-daemon/apply.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

enum rc audit_read(struct call *call, const char *what, struct fault *why)
{
    char id[33];
    random_id(id);
    SCOPED(json_free_at) json_t *data = json_pack("{s:s}", "what", what);
    SCOPED(json_free_at) json_t *answer = NULL;
    struct command command = { .id = id,
                               .event = EVENT_SECRET_READ,
                               .by = call->by.badge,
                               .at_ms = call->now_ms,
                               .data = data };
    return command_run(call->repo, &command, &answer, why);
}
