/* Why something failed: the code, the errno, and one sentence that a person can act on.
 * Every function that can fail takes a `struct fault *why` last; NULL is allowed. */
#ifndef SYS_FAULT_H
#define SYS_FAULT_H

#include "core/rc.h"

enum { FAULT_TEXT_MAX = 320 };

struct fault {
    enum rc rc;
    int err; /* errno, or 0 where there is none */
    char text[FAULT_TEXT_MAX];
};

/* Fill `why` (when not NULL) and return `rc`, so that a failing path is one line. The
 * text is cut at FAULT_TEXT_MAX - 1 bytes, on a UTF-8 boundary. */
enum rc fault_set(struct fault *why, enum rc rc, int err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Put "`format`: " before the text that `why` already has. Returns why->rc. */
enum rc fault_wrap(struct fault *why, enum rc rc, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The code that an errno stands for: ENOSPC is RC_FULL, ENOENT RC_NOT_FOUND, ... */
enum rc rc_of_errno(int err);

#endif
