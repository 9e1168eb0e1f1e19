/* Any bytes as a picture file: looked at, and decoded when it is small. */
#include "station/page/labels.h"
#include "station/page/pix.h"
#include "station/page/read.h"
#include "station/page/tiff.h"

enum { PIXELS_MAX = 1 << 18 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes file = { data, size }, bits;
    struct picture_look look;
    struct picture picture;
    char text[PAGE_LABEL_TEXT_MAX];
    setMsgSeverity(L_SEVERITY_NONE);
    label_to_utf8((const char *)data, size < 4096 ? size : 4096, text, sizeof text);
    if (picture_look(file, 0, &look, NULL))
        return 0;
    (void)tiff_g4(file, &look, &bits);
    if ((uint64_t)look.width_px * look.height_px > PIXELS_MAX)
        return 0;
    if (!picture_read(file, &look, &(struct picture_how){ 0, PICTURE_TEXT_DPI }, &picture,
                      NULL))
        picture_free(&picture);
    return 0;
}
