/* Roles: the processes of one daemon. Each is the same binary, started again by
 * re-execution ("--role NAME", the channel on descriptor 3), so it has a fresh address
 * space and nothing of its parent's heap. A role then gives up what it does not need. */
#ifndef SYS_ROLE_H
#define SYS_ROLE_H

#include "core/rc.h"
#include "sys/fault.h"

#include <stdbool.h>
#include <sys/types.h>

enum { ROLE_CHANNEL_FD = 3 };

/* What a role keeps. Everything not named is refused with EPERM by seccomp, and paths
 * outside the two lists by Landlock where the kernel has it. */
enum role_right {
    ROLE_NET = 1u << 0,    /* make sockets other than AF_UNIX */
    ROLE_EXEC = 1u << 1,   /* start other programs */
    ROLE_FILES = 1u << 2,  /* open paths: only below the folders given */
    ROLE_DEVICES = 1u << 3 /* ioctl on ttys, USB, input devices */
};

struct role_rights {
    unsigned rights;
    const char *const *read_paths;  /* NULL-ended, may be NULL */
    const char *const *write_paths; /* NULL-ended, may be NULL */
};

/* Start role `name` of this very program with the extra arguments `args` (NULL-ended,
 * may be NULL). *ret_fd is the parent's end of the channel; the child has its end as
 * ROLE_CHANNEL_FD, all other descriptors above 2 closed, and dies with its parent. */
MUST_USE enum rc role_start(const char *name, const char *const *args, int *ret_fd,
                            pid_t *ret_pid, struct fault *why);

/* Drop rights for good. Call after libraries, models and sockets are open. */
MUST_USE enum rc role_drop(const struct role_rights *rights, struct fault *why);

#endif
