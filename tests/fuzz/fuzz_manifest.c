/* Any JSON as a manifest: refused or consistent, never a crash. */
#include "repo-daemon/manifest.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct manifest_facts f;
    json_t *m = json_loadb((const char *)data, size, 0, NULL);
    if (json_is_object(m)) {
        if (!manifest_check(m, &f, NULL) &&
            (f.images != f.pages + f.blank + f.cover + f.separator ||
             f.sheets_declared != f.sheets_counted))
            abort();
        free(manifest_rows(m));
    }
    json_decref(m);
    return 0;
}
