/* The court's table of terms: one that is taken gives every case a term that is longer
 * than nothing, and the built-in words never an unknown class. */
#include "repo-daemon/retention_policy.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct retention_policy *policy = NULL;
    struct retention_term term;
    struct fault why;
    char cause[64];
    if (retention_policy_read((struct bytes){ data, size }, &policy, &why))
        return 0;
    size_t len = size < sizeof cause - 1 ? size : sizeof cause - 1;
    memcpy(cause, data + size - len, len);
    cause[len] = 0;
    const struct retention_case of = { "民事一审", cause, "判决", NULL };
    if (retention_policy_term(policy, &of, RETENTION_SHORT, "2026-11-20", &term, &why) ||
        term.class >= RETENTION_CLASSES ||
        (term.class == RETENTION_PERMANENT) != !*term.until ||
        (*term.until && strcmp(term.until, term.from) <= 0))
        abort();
    retention_policy_free(policy);
    return 0;
}
