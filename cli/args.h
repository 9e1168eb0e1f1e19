/* Options of a command from a table: --name VALUE, --name (a flag), and words. */
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>

struct arg {
    const char *name;   /* without the dashes; "o" is written -o */
    const char **value; /* where the value goes, borrowed from argv; NULL for a flag */
    bool *flag;         /* for a flag */
};

enum { ARGS_WORDS_MAX = 16 };

struct args {
    const char *words[ARGS_WORDS_MAX]; /* what is no option, borrowed */
    size_t count;
};

/* Read argv[1..]. "--" ends the options. Returns false, after a message on stderr that
 * names `command`, when an option is unknown, lacks its value, or words are too many. */
bool args_read(const char *command, int argc, char **argv, const struct arg *table,
               size_t table_len, struct args *ret_args);

/* A whole number from `least` to `most`; false (with a message) when it is none. */
bool args_number(const char *command, const char *name, const char *text, long least,
                 long most, long *ret_value);

#endif
