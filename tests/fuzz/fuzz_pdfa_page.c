/* Page files from outside: what is taken must survive a join. */
#include "pdfa/pdfa.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum rc open_page(void *context, size_t index, int *ret_fd, struct fault *why)
{
    (void)index;
    return file_in_memory("page", *(struct bytes *)context, ret_fd, why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes page = { data, size };
    struct pdfa_page_facts facts;
    struct fault why;
    struct pdfa_join join = { .about = { "x", NULL, 0 },
                              .page_count = 2,
                              .open_page = open_page,
                              .context = &page };
    SCOPED(fd_close_at) int in = -1;
    SCOPED(fd_close_at) int out = -1;
    if (file_in_memory("page", page, &in, &why) ||
        file_in_memory("volume", (struct bytes){ NULL, 0 }, &out, &why))
        return 0;
    (void)!pdfa_page_check(in, &facts, &why);
    (void)!pdfa_join(&join, out, &why);
    return 0;
}
