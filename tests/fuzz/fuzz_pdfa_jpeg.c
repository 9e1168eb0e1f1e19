/* JPEG heads from scanners and strangers. */
#include "pdfa/jpeg_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jpeg_head head;
    struct fault why;
    if (!jpeg_head_read((struct bytes){ data, size }, &head, &why) &&
        (!head.width_px || !head.height_px))
        __builtin_trap();
    return 0;
}
