/* Lines for the journal: one line a fact, with the level that systemd reads ("<6>").
 * Only roles log, and only where they decide; libraries and drivers return a fault. */
#ifndef SYS_LOG_H
#define SYS_LOG_H

enum log_level {
    LOG_LEVEL_ERROR = 3,
    LOG_LEVEL_WARN = 4,
    LOG_LEVEL_INFO = 6,
    LOG_LEVEL_DEBUG = 7
};

/* Name of program and role for every later line, and the most talkative level kept.
 * `name` is borrowed for the life of the process. Default: "juanku", INFO. */
void log_open(const char *name, enum log_level most);

void log_line(enum log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#define log_error(...) log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...) log_line(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...) log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
