/* Acquire in one line, release at the end of the scope.
 *
 *   SCOPED(fd_close_at) int fd = open(...);
 *   *ret_fd = TAKE_FD(fd);           ownership leaves the scope
 *
 * A releaser takes the address of the variable and accepts its empty value. */
#ifndef SYS_SCOPE_H
#define SYS_SCOPE_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SCOPED(release) __attribute__((cleanup(release), unused))

/* Hand a pointer out and leave NULL behind. */
#define TAKE(p) \
    (__extension__({ \
        __typeof__(p) taken_ = (p); \
        (p) = NULL; \
        taken_; \
    }))

/* Hand a file descriptor out and leave -1 behind. */
#define TAKE_FD(fd) \
    (__extension__({ \
        int taken_ = (fd); \
        (fd) = -1; \
        taken_; \
    }))

/* Declare a releaser `name` for variables of type `type` by calling `free_fn`. */
#define SCOPE_RELEASER(name, type, free_fn) \
    static inline __attribute__((unused)) void name(type *var) \
    { \
        if (*var) \
            free_fn(*var); \
    }

static inline __attribute__((unused)) void fd_close_at(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static inline __attribute__((unused)) void free_at(void *var)
{
    free(*(void **)var);
}

SCOPE_RELEASER(file_close_at, FILE *, fclose)

#endif
