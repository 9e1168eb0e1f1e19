/* Any bytes as a file of quirks; then every kind of device is looked up in it. */
#include "drivers/scanner/quirk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct quirks quirks = { 0 };
    if (!quirks_parse((struct bytes){ data, size }, "fuzz", &quirks, NULL)) {
        (void)quirk_find(&quirks, "net:[fe80::1]:fujitsu:fi-7160");
        (void)quirk_find(&quirks, "net:nowhere");
        (void)quirk_find(&quirks, "");
    }
    quirks_free(&quirks);
    return 0;
}
