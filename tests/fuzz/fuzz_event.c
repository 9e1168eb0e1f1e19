/* Any bytes as an event: never a crash, and what is taken is spelled exactly so. */
#include "repo-daemon/canonical.h"
#include "repo-daemon/ledger_event.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes text = { data, size };
    struct ledger_record record;
    json_t *value = NULL;
    if (!canonical_read(text, LEDGER_EVENT_MAX, &value, NULL)) {
        char *again = NULL;
        size_t len = 0;
        if (canonical_write(value, LEDGER_EVENT_MAX, &again, &len, NULL) || len != size ||
            memcmp(again, data, len) != 0)
            abort();
        free(again);
        json_decref(value);
    }
    if (!ledger_record_read(text, &record, NULL)) {
        if (!record.seq || !ledger_id_is_right(record.id) || !record.data)
            abort();
        ledger_record_free(&record);
    }
    return 0;
}
