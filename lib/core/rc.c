/* The words for result codes. */
#include "core/rc.h"

const char *rc_name(enum rc rc)
{
    static const char *const names[RC_COUNT] = {
        [RC_OK] = "ok",
        [RC_INVALID] = "invalid",
        [RC_NOT_FOUND] = "not-found",
        [RC_EXISTS] = "exists",
        [RC_CONFLICT] = "conflict",
        [RC_DENIED] = "denied",
        [RC_REFUSED] = "refused",
        [RC_CORRUPT] = "corrupt",
        [RC_FULL] = "full",
        [RC_AGAIN] = "again",
        [RC_UNAVAILABLE] = "unavailable",
        [RC_UNKNOWN] = "unknown",
        [RC_TIMEOUT] = "timeout",
        [RC_CANCELLED] = "cancelled",
        [RC_NO_MEMORY] = "no-memory",
        [RC_IO] = "io",
    };
    return rc < RC_COUNT && names[rc] ? names[rc] : "?";
}
