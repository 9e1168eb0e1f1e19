/* Any bytes, read by the quick reader and by jansson; what came of them, written by the
 * quick writer and by jansson: never a difference. */
#include "sys/json_text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Both are freed. */
static void same(char *ours, size_t len, char *theirs)
{
    if (!ours != !theirs || (ours && (strlen(ours) != len || strcmp(ours, theirs) != 0)))
        abort();
    free(ours);
    free(theirs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *quick = json_text_read((struct bytes){ data, size });
    json_t *theirs = json_loadb((const char *)data, size, 0, NULL);
    if (!quick != !theirs || (quick && !json_equal(quick, theirs)))
        abort();
    static const char *const names[] = { "a", "state", NULL };
    json_t *picked = json_is_object(theirs)
                         ? json_text_pick((struct bytes){ data, size }, names)
                         : NULL;
    for (size_t i = 0; picked && names[i]; i++) {
        const json_t *one = json_object_get(picked, names[i]),
                     *whole = json_object_get(theirs, names[i]);
        if (!one != !whole || (one && !json_equal(one, whole)))
            abort();
    }
    json_decref(picked);
    if (quick) {
        size_t len = 0;
        char *ours = json_text_write(quick, &len);
        same(ours, len, json_dumps(theirs, JSON_COMPACT | JSON_SORT_KEYS));
        ours = json_text_write_any(quick, &len);
        same(ours, len, json_dumps(theirs, JSON_COMPACT | JSON_ENCODE_ANY));
    }
    json_decref(quick);
    json_decref(theirs);
    return 0;
}
