/* Option reading for every command that talks to a daemon. */
#include "cli/args.h"

#include "cli/cmd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct arg *find(const struct arg *table, size_t len, const char *word)
{
    const char *name = word + (word[1] == '-' ? 2 : 1);
    for (size_t i = 0; i < len; i++)
        if (!strcmp(table[i].name, name) && (word[1] == '-') == (strlen(name) > 1))
            return &table[i];
    return NULL;
}

bool args_read(const char *command, int argc, char **argv, const struct arg *table,
               size_t table_len, struct args *ret_args)
{
    struct args args = { .count = 0 };
    bool options = true;
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        if (options && !strcmp(word, "--")) {
            options = false;
            continue;
        }
        if (!options || word[0] != '-' || !word[1]) {
            if (args.count == ARGS_WORDS_MAX)
                return cmd_usage(command, "too many words"), false;
            args.words[args.count++] = word;
            continue;
        }
        const struct arg *arg = find(table, table_len, word);
        if (!arg)
            return cmd_usage(command, "unknown option '%s'", word), false;
        if (arg->flag)
            *arg->flag = true;
        else if (i + 1 < argc)
            *arg->value = argv[++i];
        else
            return cmd_usage(command, "'%s' needs a value", word), false;
    }
    *ret_args = args;
    return true;
}

bool args_number(const char *command, const char *name, const char *text, long least,
                 long most, long *ret_value)
{
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (!*text || *end || errno || value < least || value > most)
        return cmd_usage(command, "--%s: a number from %ld to %ld, not '%s'", name, least,
                         most, text),
               false;
    *ret_value = value;
    return true;
}
