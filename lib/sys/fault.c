/* Faults: one place that formats the sentence and maps errno, so that every failing
 * path in the house is a single return line. */
#include "sys/fault.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A cut must not leave half a Chinese character behind. */
static void cut_at_character(char *text, size_t room)
{
    size_t len = strlen(text);
    if (len + 1 < room)
        return;
    size_t start = len;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0)
        return;
    unsigned char lead = (unsigned char)text[start - 1];
    size_t want = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (len - (start - 1) < want)
        text[start - 1] = 0;
}

enum rc fault_set(struct fault *why, enum rc rc, int err, const char *format, ...)
{
    if (!why)
        return rc;
    char text[FAULT_TEXT_MAX]; /* the arguments may point into *why */
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    cut_at_character(text, sizeof text);
    why->rc = rc;
    why->err = err;
    memcpy(why->text, text, sizeof text);
    return rc;
}

enum rc fault_wrap(struct fault *why, enum rc rc, const char *format, ...)
{
    if (!why)
        return rc;
    char before[FAULT_TEXT_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(before, sizeof before, format, args);
    va_end(args);
    return fault_set(why, rc, why->err, "%s: %s", before, why->text);
}

enum rc rc_of_errno(int err)
{
    switch (err) {
    case 0:
        return RC_OK;
    case ENOENT:
    case ENOTDIR:
    case ENODEV:
    case ENXIO:
        return RC_NOT_FOUND;
    case EEXIST:
        return RC_EXISTS;
    case EACCES:
    case EPERM:
    case EROFS:
        return RC_DENIED;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return RC_FULL;
    case EAGAIN:
    case EBUSY:
    case EINTR:
        return RC_AGAIN;
    case ENOMEM:
        return RC_NO_MEMORY;
    case ETIMEDOUT:
        return RC_TIMEOUT;
    case EINVAL:
    case ENAMETOOLONG:
        return RC_INVALID;
    case EPIPE:
    case ECONNRESET:
    case ECONNREFUSED:
    case EHOSTUNREACH:
    case ENETUNREACH:
        return RC_UNAVAILABLE;
    default:
        return RC_IO;
    }
}
