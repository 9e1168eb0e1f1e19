/* Commands that are one call each, as a table: a verb, its address, the options that go
 * into the request, and the columns of what comes back. A row is all there is to a verb,
 * so what the service can do and what the shell can do stay the same. */
#ifndef CLI_VERBS_H
#define CLI_VERBS_H

#include <stddef.h>

struct verb {
    const char *name;
    const char *method; /* "GET", "POST", or "FILE": GET into --output */
    /* "{1}" is the first word behind the verb; "{state}" the option --state, escaped. */
    const char *path;
    size_t words; /* behind the verb */
    /* Options of the body, by blanks: "to" text; "sheets#" a whole number; "volumes@" the
     * further words (or the lines of --list F) with the versions they have now;
     * "scanned*" the same as plain labels; "pin<" the first line of the file --pin;
     * "blind?" a flag, 1 when given; "roles," a list by commas; "do=close" a fixed word,
     * "disabled=1#" a fixed number. NULL for none. */
    const char *fields;
    /* The list in the answer, and its columns by blanks, "holder.name" for a field of a
     * field: "batches batch state to.name". One word: the answer itself. NULL: the
     * whole answer as JSON. */
    const char *shows;
};

/* Run argv[1] of `verbs`. --json prints the whole answer. Returns an exit code. */
int verbs_run(const char *command, const char *help, const struct verb *verbs,
              size_t count, int argc, char **argv);

#endif
