/* The file is checked once; then each row is asked by the words it has. */
#include "repo-daemon/retention_policy.h"

#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__asm__(".section .rodata\n"
        "retention_json:\n.incbin \"repo-daemon/data/retention.json\"\n"
        "retention_json_end:\n.byte 0\n.previous\n");
extern const uint8_t retention_json[], retention_json_end[];

struct retention_policy {
    json_t *file; /* owned; checked by retention_policy_read() */
    unsigned years[RETENTION_CLASSES];
};

static const struct {
    const char *name, *word;
} classes[RETENTION_CLASSES] = {
    [RETENTION_SHORT] = { "short", "短期" },
    [RETENTION_LONG] = { "long", "长期" },
    [RETENTION_PERMANENT] = { "permanent", "永久" },
};

const char *retention_class_name(enum retention_class class)
{
    return class < RETENTION_CLASSES ? classes[class].name : "";
}

const char *retention_class_word(enum retention_class class)
{
    return class < RETENTION_CLASSES ? classes[class].word : "";
}

enum retention_class retention_class(const char *name)
{
    unsigned i = 0;
    while (i < RETENTION_CLASSES && strcmp(classes[i].name, name) != 0)
        i++;
    return i;
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

/* What a row may ask of a case, and how its words are compared. */
static bool fits(const char *has, const char *word, bool whole)
{
    return whole ? !strcmp(has, word) : strstr(has, word) != NULL;
}

static const struct criterion {
    const char *name;
    size_t at;  /* of the text in struct retention_case */
    bool whole; /* else the word may stand anywhere in it */
} criteria[] = {
    { "case_types", offsetof(struct retention_case, case_type), true },
    { "causes", offsetof(struct retention_case, cause), false },
    { "outcomes", offsetof(struct retention_case, outcome), true },
};

static bool known_fields(const json_t *object, const char *const *names)
{
    const char *field;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, field, value)
    {
        size_t i = 0;
        while (names[i] && strcmp(names[i], field) != 0)
            i++;
        if (!names[i])
            return false;
    }
    return true;
}

static bool text_fits(const json_t *object, const char *name, size_t most)
{
    const json_t *text = json_object_get(object, name);
    return json_is_string(text) && json_string_length(text) &&
           json_string_length(text) <= most &&
           strlen(json_string_value(text)) == json_string_length(text);
}

/* A missing list is fine; one that is there has words. */
static bool words_fit(const json_t *rule, const char *name, unsigned *lists)
{
    const json_t *list = json_object_get(rule, name);
    if (!list)
        return true;
    ++*lists;
    if (!json_is_array(list) || !json_array_size(list) ||
        json_array_size(list) > RETENTION_WORDS_MOST)
        return false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *word = json_string_value(json_array_get(list, i));
        if (!word || !*word || strlen(word) > RETENTION_WORD_MOST || strpbrk(word, " \t"))
            return false;
    }
    return true;
}

static bool rule_fits(const json_t *rule)
{
    static const char *const fields[] = { "id",         "name",     "class",
                                          "case_types", "causes",   "facts",
                                          "unless",     "outcomes", NULL };
    unsigned lists = 0, unless = 0;
    bool words = words_fit(rule, "facts", &lists) && words_fit(rule, "unless", &unless);
    for (size_t i = 0; words && i < COUNT(criteria); i++)
        words = words_fit(rule, criteria[i].name, &lists);
    return json_is_object(rule) && known_fields(rule, fields) &&
           text_fits(rule, "id", RETENTION_ID_MOST) &&
           text_fits(rule, "name", RETENTION_NAME_MOST) &&
           retention_class(text_of(rule, "class")) != RETENTION_CLASSES && words && lists;
}

static enum rc rules_check(const json_t *rules, struct fault *why)
{
    size_t count = json_array_size(rules);
    if (!json_is_array(rules) || count > RETENTION_RULES_MOST)
        return fault_set(why, RC_INVALID, 0, "保管期限表里 rules 最多 %d 行",
                         RETENTION_RULES_MOST);
    for (size_t i = 0; i < count; i++) {
        const json_t *rule = json_array_get(rules, i);
        if (!rule_fits(rule))
            return fault_set(why, RC_INVALID, 0,
                             "保管期限表第 %zu 行不对：要有 "
                             "id、name、class（permanent、long、short）和"
                             "至少一个条件，词里不能有空格",
                             i + 1);
        for (size_t b = 0; b < i; b++)
            if (!strcmp(text_of(json_array_get(rules, b), "id"), text_of(rule, "id")))
                return fault_set(why, RC_INVALID, 0, "保管期限表里编号“%s”写了两次",
                                 text_of(rule, "id"));
    }
    return RC_OK;
}

static enum rc years_read(const json_t *file, unsigned years[RETENTION_CLASSES],
                          struct fault *why)
{
    static const char *const fields[] = { "long", "short", NULL };
    const json_t *given = json_object_get(file, "years");
    years[RETENTION_PERMANENT] = 0;
    for (enum retention_class c = RETENTION_SHORT; c < RETENTION_PERMANENT; c++) {
        const json_t *one = json_object_get(given, classes[c].name);
        json_int_t number = json_integer_value(one);
        if (!json_is_integer(one) || number < RETENTION_YEARS_LEAST ||
            number > RETENTION_YEARS_MOST || !known_fields(given, fields))
            return fault_set(why, RC_INVALID, 0,
                             "保管期限表里 years 要写明 long 和 short，各为 %d 到 %d 年",
                             RETENTION_YEARS_LEAST, RETENTION_YEARS_MOST);
        years[c] = (unsigned)number;
    }
    return years[RETENTION_LONG] > years[RETENTION_SHORT]
               ? RC_OK
               : fault_set(why, RC_INVALID, 0, "保管期限表里长期应比短期长");
}

enum rc retention_policy_read(struct bytes text, struct retention_policy **ret_policy,
                              struct fault *why)
{
    static const char *const fields[] = { "note",  "version", "basis",
                                          "years", "rules",   NULL };
    json_error_t error;
    unsigned years[RETENTION_CLASSES];
    SCOPED(json_free_at)
    json_t *file =
        json_loadb((const char *)text.at, text.len, JSON_REJECT_DUPLICATES, &error);
    if (!file)
        return fault_set(why, RC_INVALID, 0, "保管期限表第 %d 行有错", error.line);
    if (!json_is_object(file) || !known_fields(file, fields))
        return fault_set(why, RC_INVALID, 0, "保管期限表里有不认识的内容");
    if (!text_fits(file, "version", 40) || !text_fits(file, "basis", RETENTION_NAME_MOST))
        return fault_set(why, RC_INVALID, 0,
                         "保管期限表要写明版本（version）和依据（basis）");
    enum rc rc = years_read(file, years, why);
    if (!rc)
        rc = rules_check(json_object_get(file, "rules"), why);
    if (rc)
        return rc;
    struct retention_policy *policy = calloc(1, sizeof *policy);
    if (!policy)
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for the table of terms");
    policy->file = TAKE(file);
    memcpy(policy->years, years, sizeof years);
    *ret_policy = policy;
    return RC_OK;
}

enum rc retention_policy_preset(struct retention_policy **ret_policy, struct fault *why)
{
    return retention_policy_read(
        (struct bytes){ retention_json, (size_t)(retention_json_end - retention_json) },
        ret_policy, why);
}

void retention_policy_free(struct retention_policy *policy)
{
    if (policy)
        json_decref(policy->file);
    free(policy);
}

const char *retention_policy_version(const struct retention_policy *policy)
{
    return text_of(policy->file, "version");
}

const char *retention_policy_basis(const struct retention_policy *policy)
{
    return text_of(policy->file, "basis");
}

static bool any_fits(const char *has, const json_t *words, bool whole)
{
    for (size_t i = 0; has && i < json_array_size(words); i++)
        if (fits(has, json_string_value(json_array_get(words, i)), whole))
            return true;
    return false;
}

static bool has_fact(const json_t *facts, const json_t *words)
{
    for (size_t i = 0; i < json_array_size(facts); i++)
        if (any_fits(json_string_value(json_array_get(facts, i)), words, true))
            return true;
    return false;
}

static bool applies(const json_t *rule, const struct retention_case *of)
{
    const json_t *facts = json_object_get(rule, "facts");
    if (any_fits(of->cause, json_object_get(rule, "unless"), false) ||
        (facts && !has_fact(of->facts, facts)))
        return false;
    for (size_t i = 0; i < COUNT(criteria); i++) {
        const json_t *words = json_object_get(rule, criteria[i].name);
        const char *has;
        memcpy(&has, (const char *)of + criteria[i].at, sizeof has);
        if (words && !any_fits(has, words, criteria[i].whole))
            return false;
    }
    return true;
}

enum rc retention_policy_term(const struct retention_policy *policy,
                              const struct retention_case *of,
                              enum retention_class at_least, const char *closed_on,
                              struct retention_term *ret_term, struct fault *why)
{
    struct retention_term term = { .class = RETENTION_CLASSES };
    int64_t day;
    const json_t *rules = json_object_get(policy->file, "rules");
    if (!calendar_day_read(closed_on, &day))
        return fault_set(why, RC_INVALID, 0, "结案日期不对，定不了保管期限");
    for (size_t i = 0; i < json_array_size(rules); i++) {
        const json_t *rule = json_array_get(rules, i);
        enum retention_class class = retention_class(text_of(rule, "class"));
        if (!applies(rule, of) ||
            (term.class != RETENTION_CLASSES && class <= term.class))
            continue;
        term.class = class;
        snprintf(term.rule, sizeof term.rule, "%s", text_of(rule, "id"));
    }
    term.class = term.class == RETENTION_CLASSES ? RETENTION_PERMANENT : term.class;
    if (at_least < RETENTION_CLASSES && term.class < at_least)
        term.class = at_least;
    unsigned year = (unsigned)strtoul(closed_on, NULL, 10);
    term.years = policy->years[term.class];
    snprintf(term.from, sizeof term.from, "%04u-01-01", (year + 1) % 10000);
    if (term.years && year + term.years > 9999)
        return fault_set(why, RC_INVALID, 0, "结案日期不对，定不了保管期限");
    if (term.years)
        snprintf(term.until, sizeof term.until, "%04u-12-31",
                 (year + term.years) % 10000);
    *ret_term = term;
    return RC_OK;
}
