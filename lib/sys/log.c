/* Journal lines: "<6>repod/store: text". systemd reads the level; on a terminal the
 * level is left out so that people see only words. */
#include "sys/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static const char *log_name = "juanku";
static enum log_level log_most = LOG_LEVEL_INFO;

void log_open(const char *name, enum log_level most)
{
    log_name = name;
    log_most = most;
}

void log_line(enum log_level level, const char *format, ...)
{
    if (level > log_most)
        return;
    char line[1024];
    int used = isatty(STDERR_FILENO)
                   ? snprintf(line, sizeof line, "%s: ", log_name)
                   : snprintf(line, sizeof line, "<%d>%s: ", (int)level, log_name);
    if (used < 0 || used >= (int)sizeof line)
        return;
    va_list args;
    va_start(args, format);
    int more = vsnprintf(line + used, sizeof line - (size_t)used, format, args);
    va_end(args);
    size_t len = (size_t)used + (more > 0 ? (size_t)more : 0);
    if (len > sizeof line - 2)
        len = sizeof line - 2;
    for (size_t i = (size_t)used; i < len; i++)
        if (line[i] == '\n')
            line[i] = ' '; /* one line a fact: nobody may forge a second one */
    line[len] = '\n';
    /* One write, so that lines of several roles do not mix. */
    (void)!write(STDERR_FILENO, line, len + 1);
}
