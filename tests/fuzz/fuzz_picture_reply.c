/* Any JSON as a worker's result or as a worker's order. What is taken must go the way
 * back. */
#include "station/page/worker.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct page_result result, again;
    struct page_options options;
    json_t *json = json_loadb((const char *)data, size, 0, NULL);
    if (!json)
        return 0;
    if (!page_result_read(json, &result)) {
        json_t *back = page_result_json(&result);
        if (page_result_read(back, &again))
            abort();
        json_decref(back);
    }
    if (!page_options_read(json, &options))
        json_decref(page_options_json(&options));
    json_decref(json);
    return 0;
}
