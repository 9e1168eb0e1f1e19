/* Any bytes as a JPEG: looked at, then decoded both ways, small, damaged or not. */
#include "record/jpeg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PIXELS_WORTH_IT = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes file = { data, size };
    struct jpeg_info info;
    if (jpeg_look(file, &info, NULL) || info.used > size ||
        (uint64_t)info.width_px * info.height_px > PIXELS_WORTH_IT)
        return 0;
    for (int care = JPEG_STRICT; care <= JPEG_SALVAGE; care++) {
        struct jpeg_how how = { 1 + (unsigned)(size % 8), (enum jpeg_care)care };
        struct jpeg_raster raster = { .at = NULL };
        if (!jpeg_decode_gray(file, &how, &raster, NULL))
            jpeg_raster_free(&raster);
        if (!jpeg_decode_rgb(file, &how, &raster, NULL))
            jpeg_raster_free(&raster);
    }
    return 0;
}
