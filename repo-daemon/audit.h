/* Reading a 副卷 leaves a trace. */
#ifndef REPO_AUDIT_H
#define REPO_AUDIT_H

#include "repo-daemon/call.h"

/* Record that the caller reads `what` (a blob's hash or a volume's label) of a 副卷. The
 * answer must not go out when this fails. */
MUST_USE enum rc audit_read(struct call *call, const char *what, struct fault *why);

#endif
