/* The court's figures for loans. */
#include "repo-daemon/loan.h"

#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stddef.h>
#include <string.h>

__asm__(".section .rodata\n"
        "loan_json:\n.incbin \"repo-daemon/data/loan.json\"\n"
        "loan_json_end:\n.byte 0\n.previous\n");
extern const uint8_t loan_json[], loan_json_end[];

static const struct {
    const char *name;
    size_t at;
    unsigned least;
} numbers[] = {
    { "days", offsetof(struct loan_policy, days), 1 },
    { "renewals", offsetof(struct loan_policy, renewals), 0 },
    { "renew_days", offsetof(struct loan_policy, renew_days), 1 },
    { "recall_days", offsetof(struct loan_policy, recall_days), 1 },
    { "remind_before_days", offsetof(struct loan_policy, remind_before_days), 0 },
};

static unsigned tell_bit(const char *word)
{
    return !strcmp(word, "borrower")     ? LOAN_TELL_BORROWER
           : !strcmp(word, "head")       ? LOAN_TELL_HEAD
           : !strcmp(word, "supervisor") ? LOAN_TELL_SUPERVISOR
                                         : 0;
}

static enum rc level_read(const json_t *level, struct loan_policy *p, struct fault *why)
{
    const json_t *after = json_object_get(level, "after_days"),
                 *tell = json_object_get(level, "tell");
    unsigned before = p->level_count ? p->levels[p->level_count - 1].after_days : 0;
    json_int_t days = json_integer_value(after);
    unsigned bits = 0;
    for (size_t i = 0; i < json_array_size(tell); i++) {
        const char *word = json_string_value(json_array_get(tell, i));
        unsigned bit = word ? tell_bit(word) : 0;
        if (!bit)
            return fault_set(why, RC_INVALID, 0,
                             "借阅规则里 tell 只能是 borrower、head、supervisor");
        bits |= bit;
    }
    if (!bits || days <= (json_int_t)before || days > LOAN_DAYS_MOST ||
        p->level_count == LOAN_LEVELS_MOST)
        return fault_set(why, RC_INVALID, 0,
                         "借阅规则里 overdue 的天数应逐级增大，最多 %d 级",
                         LOAN_LEVELS_MOST);
    p->levels[p->level_count].after_days = (unsigned)days;
    p->levels[p->level_count++].tell = bits;
    return RC_OK;
}

enum rc loan_policy_read(struct bytes text, struct loan_policy *ret_policy,
                         struct fault *why)
{
    json_error_t error;
    struct loan_policy p = { 0 };
    SCOPED(json_free_at)
    json_t *file = json_loadb((const char *)text.at, text.len, 0, &error);
    if (!file)
        return fault_set(why, RC_INVALID, 0, "借阅规则第 %d 行有错", error.line);
    for (size_t i = 0; i < COUNT(numbers); i++) {
        const json_t *value = json_object_get(file, numbers[i].name);
        json_int_t number = json_integer_value(value);
        if (!json_is_integer(value) || number < (json_int_t)numbers[i].least ||
            number > LOAN_DAYS_MOST)
            return fault_set(why, RC_INVALID, 0, "借阅规则里 %s 应是 %u 到 %d 的整数",
                             numbers[i].name, numbers[i].least, LOAN_DAYS_MOST);
        unsigned whole = (unsigned)number;
        memcpy((char *)&p + numbers[i].at, &whole, sizeof whole);
    }
    const json_t *levels = json_object_get(file, "overdue");
    for (size_t i = 0; i < json_array_size(levels); i++) {
        enum rc rc = level_read(json_array_get(levels, i), &p, why);
        if (rc)
            return rc;
    }
    *ret_policy = p;
    return RC_OK;
}

enum rc loan_policy_preset(struct loan_policy *ret_policy, struct fault *why)
{
    return loan_policy_read(
        (struct bytes){ loan_json, (size_t)(loan_json_end - loan_json) }, ret_policy,
        why);
}
