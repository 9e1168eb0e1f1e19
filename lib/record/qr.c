/* QR codes: bytes as they are (8-bit mode), so that what is read is what was written. */
#include "record/qr.h"

#include <errno.h>
#include <qrencode.h>
#include <string.h>

enum rc qr_make(struct bytes text, struct qr *ret_qr, struct fault *why)
{
    if (!text.len || text.len > QR_TEXT_MAX)
        return fault_set(why, RC_INVALID, 0, "二维码的内容太长或为空");
    QRcode *code = QRcode_encodeData((int)text.len, text.at, 0, QR_ECLEVEL_M);
    if (!code)
        return fault_set(why, rc_of_errno(errno), errno, "make a QR code");
    memset(ret_qr, 0, sizeof *ret_qr);
    size_t inner = (size_t)code->width;
    ret_qr->side = inner + 2 * (size_t)QR_QUIET;
    for (size_t y = 0; y < inner; y++)
        for (size_t x = 0; x < inner; x++)
            ret_qr->dark[(y + QR_QUIET) * ret_qr->side + x + QR_QUIET] =
                code->data[y * inner + x] & 1;
    QRcode_free(code);
    return RC_OK;
}
