/* QR codes (ISO/IEC 18004) of short texts, through libqrencode. */
#ifndef RECORD_QR_H
#define RECORD_QR_H

#include "core/bytes.h"
#include "core/rc.h"
#include "sys/fault.h"

enum {
    QR_QUIET = 4,          /* light modules around, as the standard wants them */
    QR_TEXT_MAX = 1200,    /* bytes of the text */
    QR_SIDE_MAX = 177 + 8, /* modules, with the quiet zone */
};

/* A square of modules, row by row, quiet zone and all: 1 dark, 0 light. */
struct qr {
    size_t side;
    uint8_t dark[QR_SIDE_MAX * QR_SIDE_MAX];
};

/* Level M: about a seventh of the symbol may be damaged. RC_INVALID when the text is
 * empty or too long. */
MUST_USE enum rc qr_make(struct bytes text, struct qr *ret_qr, struct fault *why);

#endif
