/* Any bytes as the entries of a record of the redo log: each that is told lies within
 * them, and written again they are the same bytes. */
#include "repo-daemon/redo.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct telling {
    struct bytes all;
    struct redo_entries again;
};

static enum rc tell(const struct redo_entry *entry, void *context, struct fault *why)
{
    struct telling *t = context;
    const uint8_t *end = t->all.at + t->all.len;
    if (entry->key.at < t->all.at || entry->value.at + entry->value.len > end)
        abort();
    if (strlen(entry->table) && redo_add(&t->again, entry, why))
        abort();
    return RC_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct telling t = { .all = { data, size } };
    enum { RECORD_HEAD = 24 };
    enum rc rc = redo_entries_read(t.all, tell, &t, NULL);
    bool plain = !rc && size && t.again.len == size; /* no name has a NUL in it */
    if (plain && memcmp(t.again.at + RECORD_HEAD, data, size) != 0)
        abort();
    free(t.again.at);
    return 0;
}
