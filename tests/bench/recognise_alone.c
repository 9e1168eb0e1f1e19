/* Processor time of the recogniser alone: `recognise_alone PICTURE...`.
 *
 * Each picture is cleaned, stood up and straightened by our own steps, without the clock;
 * then the engine reads it once as a page, with the clock. Prints the processor seconds
 * of the readings, for the ratio that tells what everything else in a conversion costs.
 */
#include "station/page/clean.h"
#include "station/page/ocr.h"
#include "station/page/orient.h"
#include "station/page/pix.h"
#include "station/page/read.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static enum rc clean(const char *path, struct ocr *ocr, struct page_stand *ret_stand,
                     double *ret_dpi, struct fault *why)
{
    const struct picture_how how = { 0, PICTURE_TEXT_DPI };
    SCOPED(free_at) char *data = NULL;
    SCOPED(picture_free) struct picture picture = { 0 };
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
        rc = page_clean(picture.work, gray, picture.work_dpi, &even, why);
    if (rc)
        return rc;
    page_contrast(even);
    *ret_dpi = picture.work_dpi;
    return page_stand_up(even, picture.work_dpi, -1, ocr, ret_stand, why);
}

static double processor_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    struct fault why = { 0 };
    struct ocr *ocr = NULL;
    double spent = 0;
    setMsgSeverity(L_SEVERITY_NONE);
    enum rc rc = ocr_of_process("chi_sim", &ocr, &why);
    for (int i = 1; i < argc && !rc; i++) {
        struct page_stand stand = { 0 };
        struct ocr_text text = { 0 };
        double dpi = 0;
        rc = clean(argv[i], ocr, &stand, &dpi, &why);
        double since = processor_s();
        if (!rc)
            rc = ocr_read(ocr, stand.gray, (int)dpi, OCR_PAGE, NULL, &text, &why);
        spent += processor_s() - since;
        ocr_text_free(&text);
        page_stand_free(&stand);
    }
    if (rc) {
        fprintf(stderr, "recognise_alone: %s\n", why.text);
        return 1;
    }
    printf("%.2f\n", spent);
    return 0;
}
