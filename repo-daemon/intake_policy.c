/* The file is checked once, then asked as it is: a rule matches by words in a title. */
#include "repo-daemon/intake_policy.h"

#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TITLE_MAX = 600 };

__asm__(".section .rodata\n"
        "intake_json:\n.incbin \"repo-daemon/data/intake.json\"\n"
        "intake_json_end:\n.byte 0\n.previous\n");
extern const uint8_t intake_json[], intake_json_end[];

struct intake_policy {
    json_t *file; /* owned; checked by intake_policy_read() */
};

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

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

/* A list of words without white space, `least` or more. */
static bool words_fit(const json_t *list, size_t least)
{
    if (!json_is_array(list) || json_array_size(list) < least ||
        json_array_size(list) > INTAKE_RULE_WORDS_MOST)
        return false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *word = json_string_value(json_array_get(list, i));
        if (!word || !*word || strlen(word) > INTAKE_WORD_MOST || strpbrk(word, " \t"))
            return false;
    }
    return true;
}

static bool named_before(const json_t *rules, size_t index)
{
    const char *id = text_of(json_array_get(rules, index), "id");
    for (size_t i = 0; i < index; i++)
        if (!strcmp(text_of(json_array_get(rules, i), "id"), id))
            return true;
    return false;
}

static enum rc rules_check(const json_t *rules, struct fault *why)
{
    static const char *const fields[] = { "id", "name", "words", "unless", NULL };
    size_t count = json_array_size(rules);
    if (!json_is_array(rules) || !count || count > INTAKE_RULES_MOST)
        return fault_set(why, RC_INVALID, 0, "收件规则里 keep 应有 1 到 %d 行",
                         INTAKE_RULES_MOST);
    for (size_t i = 0; i < count; i++) {
        const json_t *rule = json_array_get(rules, i);
        const json_t *unless = json_object_get(rule, "unless");
        if (!json_is_object(rule) || !known_fields(rule, fields) ||
            !text_fits(rule, "id", INTAKE_ID_MOST) ||
            !text_fits(rule, "name", INTAKE_NAME_MOST) ||
            !words_fit(json_object_get(rule, "words"), 1) ||
            (unless && !words_fit(unless, 0)))
            return fault_set(why, RC_INVALID, 0,
                             "收件规则 keep 第 %zu 行不对：要有 id、name、words，可以有 "
                             "unless，词里不能有空格",
                             i + 1);
        if (named_before(rules, i))
            return fault_set(why, RC_INVALID, 0, "收件规则里编号“%s”写了两次",
                             text_of(rule, "id"));
    }
    return RC_OK;
}

enum rc intake_policy_read(struct bytes text, struct intake_policy **ret_policy,
                           struct fault *why)
{
    static const char *const fields[] = { "note",         "version", "notice_days",
                                          "notice_basis", "keep",    NULL };
    json_error_t error;
    SCOPED(json_free_at)
    json_t *file =
        json_loadb((const char *)text.at, text.len, JSON_REJECT_DUPLICATES, &error);
    if (!file)
        return fault_set(why, RC_INVALID, 0, "收件规则第 %d 行有错", error.line);
    const json_t *days = json_object_get(file, "notice_days");
    if (!json_is_object(file) || !known_fields(file, fields))
        return fault_set(why, RC_INVALID, 0, "收件规则里有不认识的内容");
    if (!text_fits(file, "version", 40) ||
        !text_fits(file, "notice_basis", INTAKE_NAME_MOST))
        return fault_set(why, RC_INVALID, 0,
                         "收件规则要写明版本（version）和告知的依据（notice_basis）");
    if (!json_is_integer(days) || json_integer_value(days) < 1 ||
        json_integer_value(days) > INTAKE_DAYS_MOST)
        return fault_set(why, RC_INVALID, 0, "收件规则里 notice_days 应是 1 到 %d 的整数",
                         INTAKE_DAYS_MOST);
    enum rc rc = rules_check(json_object_get(file, "keep"), why);
    if (rc)
        return rc;
    struct intake_policy *policy = calloc(1, sizeof *policy);
    if (!policy)
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for the rules of the counter");
    policy->file = TAKE(file);
    *ret_policy = policy;
    return RC_OK;
}

enum rc intake_policy_preset(struct intake_policy **ret_policy, struct fault *why)
{
    return intake_policy_read(
        (struct bytes){ intake_json, (size_t)(intake_json_end - intake_json) },
        ret_policy, why);
}

void intake_policy_free(struct intake_policy *policy)
{
    if (policy)
        json_decref(policy->file);
    free(policy);
}

const char *intake_policy_version(const struct intake_policy *policy)
{
    return text_of(policy->file, "version");
}

const char *intake_policy_basis(const struct intake_policy *policy)
{
    return text_of(policy->file, "notice_basis");
}

unsigned intake_policy_days(const struct intake_policy *policy)
{
    return (unsigned)json_integer_value(json_object_get(policy->file, "notice_days"));
}

bool intake_policy_rule(const struct intake_policy *policy, size_t index,
                        struct intake_rule *ret_rule)
{
    const json_t *rule = json_array_get(json_object_get(policy->file, "keep"), index);
    if (!rule)
        return false;
    *ret_rule = (struct intake_rule){ text_of(rule, "id"), text_of(rule, "name") };
    return true;
}

/* Without blanks, also without the wide one (U+3000). */
static void squeeze(const char *title, char ret_text[TITLE_MAX])
{
    size_t len = 0;
    for (const char *at = title; *at && len < TITLE_MAX - 1; at++) {
        if (*at == ' ' || *at == '\t')
            continue;
        if (!strncmp(at, "\xe3\x80\x80", 3)) {
            at += 2;
            continue;
        }
        ret_text[len++] = *at;
    }
    ret_text[len] = 0;
}

static bool has_any(const char *title, const json_t *words)
{
    for (size_t i = 0; i < json_array_size(words); i++)
        if (strstr(title, json_string_value(json_array_get(words, i))))
            return true;
    return false;
}

bool intake_policy_keeps(const struct intake_policy *policy, const char *title,
                         struct intake_rule *ret_rule)
{
    char text[TITLE_MAX];
    struct intake_rule found;
    const json_t *rules = json_object_get(policy->file, "keep");
    squeeze(title, text);
    for (size_t i = 0; intake_policy_rule(policy, i, &found); i++) {
        const json_t *rule = json_array_get(rules, i);
        if (!has_any(text, json_object_get(rule, "words")) ||
            has_any(text, json_object_get(rule, "unless")))
            continue;
        if (ret_rule)
            *ret_rule = found;
        return true;
    }
    return false;
}
