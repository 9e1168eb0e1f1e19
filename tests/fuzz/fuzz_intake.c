/* The rules of the counter: what is taken must be usable for any title. */
#include "repo-daemon/intake_policy.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct intake_policy *policy = NULL;
    struct intake_rule rule;
    struct fault why;
    char title[64];
    if (intake_policy_read((struct bytes){ data, size }, &policy, &why))
        return 0;
    size_t rows = 0;
    while (intake_policy_rule(policy, rows, &rule)) {
        if (!*rule.id || !*rule.name)
            abort();
        rows++;
    }
    if (!rows || rows > INTAKE_RULES_MOST || !intake_policy_days(policy) ||
        !*intake_policy_version(policy) || !*intake_policy_basis(policy))
        abort();
    size_t len = size < sizeof title - 1 ? size : sizeof title - 1;
    memcpy(title, data + size - len, len);
    title[len] = 0;
    (void)intake_policy_keeps(policy, title, &rule);
    (void)intake_policy_keeps(policy, "起诉状", NULL);
    intake_policy_free(policy);
    return 0;
}
