/* Inventories of foreign OCFL objects. */
#include "repo-daemon/ocfl_inventory.h"
#include "sys/json_scope.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fault why;
    struct ocfl_inventory inventory = { 0 };
    if (!ocfl_inventory_read((struct bytes){ data, size }, &inventory, &why))
        for (unsigned i = 1; i <= inventory.head; i++) {
            SCOPED(json_free_at)
            json_t *state = ocfl_state_by_path(ocfl_state(&inventory, i));
            if (!state)
                abort();
        }
    ocfl_inventory_free(&inventory);
    return 0;
}
