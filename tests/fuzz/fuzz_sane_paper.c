/* Any bytes as each of the feeder's three tables; the first byte chooses. */
#include "drivers/sane-paper/feeder_conf.h"
#include "drivers/sane-paper/stack.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    struct bytes text = { data + 1, size - 1 };
    struct stack stack;
    struct trouble troubles[TROUBLES_MAX];
    size_t count;
    if (data[0] % 3 == 0 && !stack_parse(text, &stack, NULL))
        stack_free(&stack);
    if (data[0] % 3 == 1)
        (void)!trouble_parse(text, troubles, &count, NULL);
    if (data[0] % 3 == 2) {
        struct feeder_conf *confs = calloc(FEEDER_CONF_MAX, sizeof *confs);
        if (confs)
            (void)!feeder_conf_parse(text, "/base", confs, &count, NULL);
        free(confs);
    }
    return 0;
}
