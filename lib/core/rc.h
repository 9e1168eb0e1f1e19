/* What a function that can fail answers. Each code is a different thing that the
 * caller can do, so there are few; the sentence for people stands in struct fault. */
#ifndef CORE_RC_H
#define CORE_RC_H

#define MUST_USE __attribute__((warn_unused_result))

enum rc {
    RC_OK = 0,
    RC_INVALID,     /* the input is wrong: tell the person, do not repeat */
    RC_NOT_FOUND,   /* the thing named does not exist */
    RC_EXISTS,      /* it is there already, with the same content: treat as done */
    RC_CONFLICT,    /* somebody was faster, or the same id has other content */
    RC_DENIED,      /* this person or process may not */
    RC_REFUSED,     /* a rule of the court says no; the fault says which */
    RC_CORRUPT,     /* stored bytes do not verify */
    RC_FULL,        /* disk, map or queue is full: free space, then repeat */
    RC_AGAIN,       /* not now: busy, locked or nothing there yet */
    RC_UNAVAILABLE, /* the other side is down: queue and repeat with the same id */
    RC_UNKNOWN,     /* it may or may not have happened: ask again with the same id */
    RC_TIMEOUT,     /* a named time-out passed */
    RC_CANCELLED,   /* the caller asked to stop */
    RC_NO_MEMORY,
    RC_IO, /* the device or disk failed */
    RC_COUNT
};

/* A short English word for logs and tests, never NULL. */
const char *rc_name(enum rc rc);

#endif
