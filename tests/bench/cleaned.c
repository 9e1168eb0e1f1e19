/* The pictures that the recogniser gets: `cleaned FOLDER PICTURE...`.
 *
 * Each picture is cleaned, stood up and straightened by our own steps and written to the
 * folder as 001.tif, 002.tif, ... The bench gives them to plain Tesseract, one process
 * for all: what a conversion costs above that is what everything else costs. */
#include "station/page/clean.h"
#include "station/page/ocr.h"
#include "station/page/orient.h"
#include "station/page/pix.h"
#include "station/page/read.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static enum rc clean(const char *path, struct ocr *ocr, struct page_stand *ret_stand,
                     struct fault *why)
{
    const struct picture_how how = { 0, PICTURE_TEXT_DPI };
    SCOPED(free_at) char *data = NULL;
    SCOPED(picture_free) struct picture picture = { .dpi = 0 };
    SCOPED_PIX gray = NULL;
    SCOPED_PIX even = NULL;
    struct picture_look look;
    size_t len = 0;
    SCOPED(fd_close_at) int fd = open(path, O_RDONLY | O_CLOEXEC);
    enum rc rc = file_read_fd(fd, INT32_MAX, &data, &len, why);
    struct bytes file = { (uint8_t *)data, len };
    if (!rc)
        rc = picture_look(file, 0, &look, why);
    if (!rc)
        rc = picture_read(file, &look, &how, &picture, why);
    if (!rc)
        rc = page_gray(picture.work, &gray, why);
    if (!rc)
        rc = page_clean(picture.work, gray, picture.work_dpi, &even, NULL, why);
    if (rc)
        return rc;
    page_contrast(even, 0);
    return page_stand_by_lines(even, picture.work_dpi, ocr, ret_stand, why);
}

int main(int argc, char **argv)
{
    struct fault why = { 0 };
    struct ocr *ocr = NULL;
    char path[PATH_MAX];
    setMsgSeverity(L_SEVERITY_NONE);
    enum rc rc = ocr_of_process("chi_sim", &ocr, &why);
    for (int i = 2; i < argc && !rc; i++) {
        struct page_stand stand = { 0 };
        rc = clean(argv[i], ocr, &stand, &why);
        (void)snprintf(path, sizeof path, "%s/%03d.tif", argv[1], i - 1);
        if (!rc && pixWrite(path, stand.gray, IFF_TIFF))
            rc = fault_set(&why, RC_IO, 0, "cannot write %s", path);
        page_stand_free(&stand);
    }
    if (rc)
        fprintf(stderr, "cleaned: %s\n", why.text);
    return rc != RC_OK;
}
