/* From bytes to codes. One byte at a time, since a serial port tears a code anywhere. */
#include "drivers/barcode/barcode_text.h"

#include <string.h>

enum { STX = 0x02, ETX = 0x03, GS = 0x1D };

/* Bytes of the UTF-8 character that `lead` begins; 0 none begins so. */
static size_t utf8_len(uint8_t lead)
{
    if (lead < 0x80)
        return 1;
    if (lead >= 0xC2 && lead <= 0xDF)
        return 2;
    if (lead >= 0xE0 && lead <= 0xEF)
        return 3;
    return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

static bool is_utf8(const char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t n = utf8_len((uint8_t)text[i]);
        if (!n || n > len - i)
            return false;
        for (size_t k = 1; k < n; k++)
            if (((uint8_t)text[i + k] & 0xC0) != 0x80)
                return false;
        i += n;
    }
    return true;
}

static bool has_aim(const struct barcode_line *line)
{
    return line->len > 3 && line->at[0] == ']' && line->at[1] >= 'A' &&
           (line->at[1] <= 'Z' || (line->at[1] >= 'a' && line->at[1] <= 'z')) &&
           line->at[2] >= '0' && line->at[2] <= '9';
}

static void begin(struct barcode_line *line)
{
    line->len = 0;
    line->spoilt = line->open = false;
}

static bool finish(struct barcode_line *line, struct barcode_text *ret_code)
{
    bool whole = line->len && !line->spoilt && is_utf8(line->at, line->len);
    if (!whole && (line->len || line->spoilt))
        line->lost++;
    if (whole) {
        size_t skip = has_aim(line) ? 3 : 0;
        memset(ret_code, 0, sizeof *ret_code);
        memcpy(ret_code->aim, line->at, skip);
        ret_code->len = line->len - skip;
        memcpy(ret_code->text, line->at + skip, ret_code->len);
    }
    begin(line);
    return whole;
}

bool barcode_line_byte(struct barcode_line *line, uint8_t byte,
                       struct barcode_text *ret_code)
{
    if (byte == STX) {
        if (line->len || line->spoilt)
            line->lost++; /* its end never came */
        begin(line);
        line->open = true;
        return false;
    }
    bool end = byte == '\r' || byte == '\n' || byte == '\t';
    if (byte == ETX || (end && !line->open))
        return finish(line, ret_code);
    if (end)
        return false; /* some readers send CR before ETX */
    if ((byte < 0x20 && byte != GS) || byte == 0x7F ||
        line->len == BARCODE_TEXT_MAX - 1) {
        line->spoilt = true;
        return false;
    }
    line->at[line->len++] = (char)byte;
    return false;
}

bool barcode_line_silence(struct barcode_line *line, bool ends,
                          struct barcode_text *ret_code)
{
    if (ends && !line->open)
        return finish(line, ret_code);
    if (line->len || line->spoilt)
        line->lost++;
    begin(line);
    return false;
}

void barcode_line_spoil(struct barcode_line *line)
{
    line->spoilt = true;
}
