/* Bytes from a barcode reader, one code after another: where one ends and the next
 * begins.
 *
 * Readers end a code with CR, LF, CR LF, TAB or ETX, may begin it with STX, and may put
 * the symbology before it as an AIM identifier ("]C1": ISO/IEC 15424:2008, 5). GS (0x1D)
 * inside a GS1 code belongs to it. Whatever else is no text spoils the code it stands in:
 * half a code must never be taken for a whole one.
 *
 * Pure: no clock, no files. The owner says when the line has been silent. */
#ifndef DRIVERS_BARCODE_TEXT_H
#define DRIVERS_BARCODE_TEXT_H

#include "core/bytes.h"

#include <stdbool.h>

enum {
    BARCODE_TEXT_MAX = 512, /* of one code, with its NUL; a QR of a case fits */
    BARCODE_AIM_MAX = 4,    /* "]C1" and NUL */
};

/* One whole code. */
struct barcode_text {
    char text[BARCODE_TEXT_MAX]; /* UTF-8, may hold GS; ends in NUL */
    size_t len;
    char aim[BARCODE_AIM_MAX]; /* "" when the reader does not send it */
};

/* The code being received. All zero is the beginning. */
struct barcode_line {
    char at[BARCODE_TEXT_MAX];
    size_t len;
    bool spoilt;   /* too long, or a byte that no code has: dropped at its end */
    bool open;     /* an STX has come: only ETX ends this one */
    uint32_t lost; /* codes dropped because they were spoilt or cut off */
};

/* Take one byte. True: *ret_code is a whole code. Ends without anything before them are
 * passed over, so CR LF is one end. */
bool barcode_line_byte(struct barcode_line *line, uint8_t byte,
                       struct barcode_text *ret_code);

/* The line has been silent for longer than any reader pauses inside a code. `ends`: the
 * reader sends no end of its own, so silence is the end, and true means *ret_code is a
 * code. Otherwise what has come so far is a torn code: it is dropped and counted. */
bool barcode_line_silence(struct barcode_line *line, bool ends,
                          struct barcode_text *ret_code);

/* Drop what has come so far: the device lost bytes. */
void barcode_line_spoil(struct barcode_line *line);

#endif
