/* A rules file in memory: what rules_load.c fills and the checks read. Private to
 * rules_*. */
#ifndef REPO_RULES_SET_H
#define REPO_RULES_SET_H

#include "repo-daemon/rules.h"

#include <jansson.h>

enum { RULES_NAME_MAX = 128, RULES_WORDS_MAX = 32 };

struct rules_row {
    const char *title; /* NULL: no such row */
    bool is_numbered;
    const json_t *materials; /* array of texts */
};

struct rules_words { /* a short list of words */
    const char *words[RULES_WORDS_MAX];
    size_t count;
};

struct rules_rule {
    const char *id, *zh, *en;
    unsigned row;
    struct rules_words outcomes; /* empty: with every outcome */
    const char *fact;            /* NULL: with or without any */
};

/* All texts are borrowed from `root`, which the set owns. */
struct rules {
    json_t *root;
    char name[RULES_NAME_MAX];
    const char *case_type, *version, *court, *from, *to;
    unsigned kind, pages_most, row_count;
    struct rules_words outcomes, facts;
    struct rules_row rows[RULES_ROWS_MAX + 1]; /* by number; 0 is unused */
    struct rules_rule rules[RULES_COUNT_MAX];
    size_t rule_count;
};

bool rules_words_have(const struct rules_words *words, const char *word);

/* The built-in files, in no special order (rules_data.c). */
struct rules_file {
    const char *start, *end;
};
extern const struct rules_file rules_files[];
extern const size_t rules_file_count;

#endif
