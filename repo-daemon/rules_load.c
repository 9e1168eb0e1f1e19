/* Reading a rules file. A law with a typing error must be refused, not half obeyed: each
 * object is checked against the list of its fields, both ways, and every number, word and
 * reference against what it may be. */
#include "repo-daemon/rules_set.h"

#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FORMAT = 1, FIELDS_MAX = 16, PAGES_MOST = 10000 };

/* Exactly these fields, each of this type. */
struct field {
    const char *name;
    json_type type; /* JSON_TRUE stands for a boolean, JSON_NULL for anything */
};

static enum rc bad(struct fault *why, const char *where, const char *what,
                   const char *name)
{
    return fault_set(why, RC_INVALID, 0, "rules: %s: %s '%s'", where, what, name);
}

static enum rc check_fields(const json_t *object, const struct field *fields,
                            size_t count, const char *where, struct fault *why)
{
    const char *key;
    json_t *value;
    if (!json_is_object(object))
        return bad(why, where, "is not", "an object");
    for (size_t i = 0; i < count; i++)
        if (!json_object_get(object, fields[i].name))
            return bad(why, where, "lacks the field", fields[i].name);
    json_object_foreach((json_t *)object, key, value)
    {
        const struct field *field = NULL;
        for (size_t i = 0; i < count; i++)
            if (!strcmp(fields[i].name, key))
                field = &fields[i];
        if (!field)
            return bad(why, where, "unknown field", key);
        bool fits = field->type == JSON_NULL ||
                    (field->type == JSON_TRUE ? json_is_boolean(value)
                                              : json_typeof(value) == field->type);
        if (!fits || (json_is_string(value) && !*json_string_value(value)))
            return bad(why, where, "wrong kind of value in", key);
    }
    return RC_OK;
}

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

bool rules_words_have(const struct rules_words *words, const char *word)
{
    for (size_t i = 0; i < words->count; i++)
        if (!strcmp(words->words[i], word))
            return true;
    return false;
}

static enum rc read_words(const json_t *array, struct rules_words *ret_words,
                          const char *where, struct fault *why)
{
    size_t i;
    json_t *value;
    if (!json_is_array(array) || json_array_size(array) > RULES_WORDS_MAX)
        return bad(why, where, "is not", "a short list of words");
    json_array_foreach((json_t *)array, i, value)
    {
        const char *word = json_string_value(value);
        if (!word || !*word || rules_words_have(ret_words, word))
            return bad(why, where, "empty or twice", word ? word : "?");
        ret_words->words[ret_words->count++] = word;
    }
    return RC_OK;
}

static enum rc read_row(struct rules *rules, const json_t *object, struct fault *why)
{
    static const struct field fields[] = { { "row", JSON_INTEGER },
                                           { "title", JSON_STRING },
                                           { "numbered", JSON_TRUE },
                                           { "materials", JSON_ARRAY } };
    enum rc rc = check_fields(object, fields, COUNT(fields), "row", why);
    if (rc)
        return rc;
    json_int_t number = json_integer_value(json_object_get(object, "row"));
    const json_t *materials = json_object_get(object, "materials");
    size_t i;
    json_t *value;
    if (number != (json_int_t)rules->row_count + 1 || number > RULES_ROWS_MAX)
        return bad(why, "row", "numbers must go 1, 2, 3 ... at",
                   text_of(object, "title"));
    if (!json_array_size(materials) || json_array_size(materials) > RULES_MATERIALS_MAX)
        return bad(why, "row", "no or too many materials in", text_of(object, "title"));
    json_array_foreach(
        (json_t *)materials, i,
        value) if (!json_is_string(value) ||
                   !*json_string_value(value)) return bad(why, "row",
                                                          "a material is no text in",
                                                          text_of(object, "title"));
    rules->rows[++rules->row_count] =
        (struct rules_row){ text_of(object, "title"),
                            json_is_true(json_object_get(object, "numbered")),
                            materials };
    return RC_OK;
}

/* "always", { "outcome": [...] } or { "fact": "..." }. */
static enum rc read_when(const struct rules *rules, struct rules_rule *rule,
                         const json_t *when, struct fault *why)
{
    static const struct field by_outcome[] = { { "outcome", JSON_ARRAY } };
    static const struct field by_fact[] = { { "fact", JSON_STRING } };
    if (json_is_string(when))
        return strcmp(json_string_value(when), "always") == 0
                   ? RC_OK
                   : bad(why, rule->id, "unknown condition", json_string_value(when));
    if (json_object_get(when, "fact")) {
        enum rc rc = check_fields(when, by_fact, COUNT(by_fact), rule->id, why);
        rule->fact = rc ? NULL : text_of(when, "fact");
        if (!rc && !rules_words_have(&rules->facts, rule->fact))
            rc = bad(why, rule->id, "unknown fact", rule->fact);
        return rc;
    }
    enum rc rc = check_fields(when, by_outcome, COUNT(by_outcome), rule->id, why);
    rc =
        rc ? rc
           : read_words(json_object_get(when, "outcome"), &rule->outcomes, rule->id, why);
    if (!rc && !rule->outcomes.count)
        rc = bad(why, rule->id, "is empty:", "outcome");
    for (size_t i = 0; !rc && i < rule->outcomes.count; i++)
        if (!rules_words_have(&rules->outcomes, rule->outcomes.words[i]))
            rc = bad(why, rule->id, "unknown outcome", rule->outcomes.words[i]);
    return rc;
}

static enum rc read_rule(struct rules *rules, const json_t *object, struct fault *why)
{
    static const struct field fields[] = { { "id", JSON_STRING },
                                           { "row", JSON_INTEGER },
                                           { "when", JSON_NULL },
                                           { "zh", JSON_STRING },
                                           { "en", JSON_STRING } };
    enum rc rc = check_fields(object, fields, COUNT(fields), "rule", why);
    if (rc)
        return rc;
    struct rules_rule rule = { .id = text_of(object, "id"),
                               .zh = text_of(object, "zh"),
                               .en = text_of(object, "en") };
    json_int_t row = json_integer_value(json_object_get(object, "row"));
    if (rules->rule_count == RULES_COUNT_MAX || strlen(rule.id) >= RULES_ID_MAX)
        return bad(why, "rule", "too many rules or too long an id:", rule.id);
    if (row < 1 || row > (json_int_t)rules->row_count)
        return bad(why, "rule", "names a row that is not there:", rule.id);
    for (size_t i = 0; i < rules->rule_count; i++)
        if (!strcmp(rules->rules[i].id, rule.id))
            return bad(why, "rule", "id twice:", rule.id);
    rule.row = (unsigned)row;
    rc = read_when(rules, &rule, json_object_get(object, "when"), why);
    if (!rc)
        rules->rules[rules->rule_count++] = rule;
    return rc;
}

static bool is_day(const char *text)
{
    static const char form[] = "dddd-dd-dd";
    if (strlen(text) != sizeof form - 1)
        return false;
    for (size_t i = 0; form[i]; i++)
        if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
            return false;
    return true;
}

static enum rc read_head(struct rules *rules, struct fault *why)
{
    static const struct field fields[] = {
        { "format", JSON_INTEGER }, { "case_type", JSON_STRING },
        { "volume", JSON_STRING },  { "version", JSON_STRING },
        { "court", JSON_STRING },   { "from", JSON_STRING },
        { "to", JSON_STRING },      { "pages_most", JSON_INTEGER },
        { "outcomes", JSON_ARRAY }, { "facts", JSON_ARRAY },
        { "rows", JSON_ARRAY },     { "rules", JSON_ARRAY },
    };
    enum rc rc = check_fields(rules->root, fields, COUNT(fields), "file", why);
    if (rc)
        return rc;
    json_int_t most = json_integer_value(json_object_get(rules->root, "pages_most"));
    const char *volume = text_of(rules->root, "volume");
    rules->case_type = text_of(rules->root, "case_type");
    rules->version = text_of(rules->root, "version");
    rules->court = text_of(rules->root, "court");
    rules->from = text_of(rules->root, "from");
    rules->to = text_of(rules->root, "to");
    rules->kind = !strcmp(volume, "正卷") ? 1 : !strcmp(volume, "副卷") ? 2 : 0;
    if (json_integer_value(json_object_get(rules->root, "format")) != FORMAT)
        return bad(why, "file", "unknown", "format");
    if (!rules->kind)
        return bad(why, "file", "volume is neither 正卷 nor 副卷:", volume);
    if (!is_day(rules->from) || !is_day(rules->to) || strcmp(rules->from, rules->to) > 0)
        return bad(why, "file", "from and to are not two days in order:", rules->from);
    if (most < 1 || most > PAGES_MOST)
        return bad(why, "file", "out of range:", "pages_most");
    rules->pages_most = (unsigned)most;
    int len = snprintf(rules->name, sizeof rules->name, "%s-%s %s", rules->case_type,
                       volume, rules->version);
    if (len >= (int)sizeof rules->name)
        return bad(why, "file", "too long:", "case_type or version");
    rc = read_words(json_object_get(rules->root, "outcomes"), &rules->outcomes,
                    "outcomes", why);
    return rc ? rc
              : read_words(json_object_get(rules->root, "facts"), &rules->facts, "facts",
                           why);
}

SCOPE_RELEASER(rules_free_at, struct rules *, rules_free)

enum rc rules_load(struct bytes json, struct rules **ret_rules, struct fault *why)
{
    json_error_t error;
    size_t i;
    json_t *value;
    if (json.len > RULES_FILE_MAX)
        return bad(why, "file", "too long:", "file");
    SCOPED(rules_free_at) struct rules *rules = calloc(1, sizeof *rules);
    if (!rules)
        return fault_set(why, RC_NO_MEMORY, 0, "rules: out of memory");
    rules->root = json_loadb(json.len ? (const char *)json.at : "", json.len,
                             JSON_REJECT_DUPLICATES, &error);
    if (!rules->root)
        return fault_set(why, RC_INVALID, 0, "rules: line %d: %s", error.line,
                         error.text);
    enum rc rc = read_head(rules, why);
    if (rc)
        return rc;
    json_array_foreach(json_object_get(rules->root, "rows"), i,
                       value) if ((rc = read_row(rules, value, why))) return rc;
    json_array_foreach(json_object_get(rules->root, "rules"), i,
                       value) if ((rc = read_rule(rules, value, why))) return rc;
    if (!rules->row_count)
        return bad(why, "file", "is empty:", "rows");
    *ret_rules = TAKE(rules);
    return RC_OK;
}

void rules_free(struct rules *rules)
{
    if (!rules)
        return;
    json_decref(rules->root);
    free(rules);
}
