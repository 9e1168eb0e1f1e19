/* How long an archived volume is kept: 永久, 长期 or 短期, by a table per court
 * (data/retention.json; the built-in one is the working list of the trade).
 *
 * A row fits a case by its kind, cause, way of closing and facts. Of all rows that fit
 * the longest class holds; a case that no row fits is kept for ever. The term is counted
 * in whole years from the first day of the year after the case was closed.
 *
 * Sources: 关于人民法院诉讼档案保管期限的规定 art. 2 (of all criteria the longest), art.
 * 3 (长期 60 years, 短期 30 years) and its table for civil cases (短期, rows 1 to 7).
 * Pure.
 */
#ifndef REPO_RETENTION_POLICY_H
#define REPO_RETENTION_POLICY_H

#include "core/bytes.h"
#include "core/rc.h"
#include "repo-daemon/calendar.h"
#include "sys/fault.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    RETENTION_RULES_MOST = 100,
    RETENTION_WORDS_MOST = 40, /* of one list of a rule */
    RETENTION_WORD_MOST = 60,  /* bytes */
    RETENTION_NAME_MOST = 120, /* bytes */
    RETENTION_ID_MOST = 8,
    RETENTION_ID_MAX = RETENTION_ID_MOST + 1,
    RETENTION_YEARS_LEAST = 10, /* of a term that ends */
    RETENTION_YEARS_MOST = 200,
};

/* From the shortest to the longest. */
enum retention_class {
    RETENTION_SHORT,
    RETENTION_LONG,
    RETENTION_PERMANENT,
    RETENTION_CLASSES
};

/* Words on the wire ("short") and for people ("短期"). An unknown word is
 * RETENTION_CLASSES: whoever decides by it keeps for ever. */
const char *retention_class_name(enum retention_class class);
const char *retention_class_word(enum retention_class class);
enum retention_class retention_class(const char *name);

struct retention_policy; /* one file, read and checked */

/* What a rule looks at. All borrowed; "" or NULL for what is not known. */
struct retention_case {
    const char *case_type, *cause, *outcome;
    const json_t *facts; /* array of words */
};

struct retention_term {
    enum retention_class class;
    char rule[RETENTION_ID_MAX];   /* of the class; "" when no row fits */
    unsigned years;                /* 0: for ever */
    char from[CALENDAR_DAY_TEXT];  /* first day of the term */
    char until[CALENDAR_DAY_TEXT]; /* its last day; "" for ever */
};

/* Read a file. Unknown fields, an id twice, a row without a criterion, a 长期 that is not
 * longer than 短期 and the like are refused as a whole.
 *   RC_INVALID  with a Chinese sentence that names the place */
MUST_USE enum rc retention_policy_read(struct bytes text,
                                       struct retention_policy **ret_policy,
                                       struct fault *why);
/* The built-in one. */
MUST_USE enum rc retention_policy_preset(struct retention_policy **ret_policy,
                                         struct fault *why);
void retention_policy_free(struct retention_policy *policy); /* accepts NULL */

const char *retention_policy_version(const struct retention_policy *policy);
const char *retention_policy_basis(const struct retention_policy *policy);

/* The term of a case that was closed on this day ("2026-11-20"). `at_least`: a person may
 * choose a longer class than the table's (RETENTION_SHORT: the table alone).
 *   RC_INVALID  no such day */
MUST_USE enum rc retention_policy_term(const struct retention_policy *policy,
                                       const struct retention_case *of,
                                       enum retention_class at_least,
                                       const char *closed_on,
                                       struct retention_term *ret_term,
                                       struct fault *why);

#endif
