/* Tag files of foreign bags: declaration, manifest, fetch list, counts. */
#include "repo-daemon/bagit_manifest.h"
#include "repo-daemon/bagit_paths.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *copy_of(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (!text)
        abort();
    if (size)
        memcpy(text, data, size);
    text[size] = 0;
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fault why;
    bool is_one = false;
    uint64_t bytes, files;
    if (!size)
        return 0;
    struct bag_manifest manifest = { .algorithm =
                                         (enum bag_algorithm)(data[0] % BAG_ALGORITHMS),
                                     .is_tags = data[0] & 8 };
    char *text = copy_of(data + 1, size - 1);
    (void)!bag_declaration_read(text, size - 1, &is_one, &why);
    (void)bag_oxum_read(text, &bytes, &files);
    (void)!bag_fetch_check(text, size - 1, &why);
    free(text);
    if (!bag_manifest_read(copy_of(data + 1, size - 1), size - 1, data[0] & 16, &manifest,
                           &why))
        for (size_t i = 0; i < manifest.count; i++)
            if (!bag_path_is_safe(manifest.entries[i].path, SIZE_MAX) ||
                bag_manifest_find(&manifest, manifest.entries[i].path) !=
                    &manifest.entries[i])
                __builtin_trap();
    bag_manifest_free(&manifest);
    return 0;
}
