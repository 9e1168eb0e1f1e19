/* How many red seals are seen on whole pages: shipped ones, and a foreign form where it
 * is at hand. */
#include "station/page/clean.h"
#include "station/page/pix.h"
#include "station/page/read.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct {
    const char *path;
    int seals;
    bool shipped;
} cases[] = {
    { "tests/data/stack-1/001.jpg", 0, true },
    { "tests/data/stack-1/004.jpg", 0, true },
    { "tests/data/stack-1/019.jpg", 1, true },
    { "tests/data/stack-1/006.jpg", 1, true },
    { "../shared/data/cleanup/seal-form.png", 1, false },
};

/* -1: could not be read. */
static int count(const char *path)
{
    const struct picture_how how = { 0, PICTURE_TEXT_DPI };
    SCOPED(free_at) char *data = NULL;
    SCOPED(picture_free) struct picture picture = { .dpi = 0 };
    SCOPED_BOXA seals = NULL;
    struct picture_look look;
    size_t len = 0;
    SCOPED(fd_close_at) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || file_read_fd(fd, INT32_MAX, &data, &len, NULL))
        return -1;
    struct bytes file = { (uint8_t *)data, len };
    if (picture_look(file, 0, &look, NULL) ||
        picture_read(file, &look, &how, &picture, NULL) ||
        page_find_seals(picture.work, picture.work_dpi, &seals, NULL))
        return -1;
    return boxaGetCount(seals);
}

int main(void)
{
    int bad = 0;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (!cases[i].shipped && access(cases[i].path, R_OK))
            continue;
        int seen = count(cases[i].path);
        printf("%s - %s has %d red seals (%d seen)\n",
               seen == cases[i].seals ? "ok" : "not ok", cases[i].path, cases[i].seals,
               seen);
        bad += seen != cases[i].seals;
    }
    return bad != 0;
}
