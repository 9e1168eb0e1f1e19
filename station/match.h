/* The name of a document, proposed from its first lines: "民 事 起 诉 状" is a 起诉状.
 * Recognised text has errors, so names are compared by the longest common subsequence of
 * their characters. Pure; texts are UTF-8. */
#ifndef STATION_MATCH_H
#define STATION_MATCH_H

#include <jansson.h>
#include <stddef.h>

enum { MATCH_LINES = 4, MATCH_LINE_CHARS = 40 };

/* The first lines that hold anything, white space removed, cut at MATCH_LINE_CHARS
 * characters: a new JSON array of texts. Invalid UTF-8 ends the reading. */
json_t *match_head(const char *text, size_t len);

/* Per cent of the characters of `name` that occur in `line` in order; 0 for no name. */
unsigned match_score(const char *name, const char *line);

/* The best of `names` (array of texts) for the lines of `head`: borrowed from `names`, or
 * NULL when none fits. Of equal fits the longer name wins, then the earlier line. */
const char *match_name(const json_t *names, const json_t *head);

#endif
