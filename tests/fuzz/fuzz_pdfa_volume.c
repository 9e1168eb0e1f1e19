/* Volumes and page files from outside, taken apart as for reading them again. */
#include "pdfa/pdfa_again.h"
#include "pdfa/pdfa_volume.h"
#include "sys/file.h"
#include "sys/scope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void again(int fd)
{
    struct pdfa_parts parts = { 0 };
    struct pdfa_line line = { "字", 1, 9, 9, 5, NULL, false };
    struct pdfa_page how = { .about = { "x", NULL, 0 }, .lines = &line, .line_count = 1 };
    uint8_t *pdf = NULL;
    size_t len = 0;
    if (!pdfa_parts_read(fd, &parts, NULL) && pdfa_page_again(fd, &how, &pdf, &len, NULL))
        abort(); /* what could be taken apart can be put together */
    free(pdf);
    pdfa_parts_free(&parts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pdfa_volume *volume = NULL;
    SCOPED(fd_close_at) int fd = -1;
    SCOPED(fd_close_at) int page = -1;
    if (file_in_memory("volume", (struct bytes){ data, size }, &fd, NULL))
        return 0;
    again(fd);
    if (!pdfa_volume_open(fd, &volume, NULL) && !pdfa_volume_page(volume, 0, &page, NULL))
        again(page);
    pdfa_volume_free(volume);
    return 0;
}
