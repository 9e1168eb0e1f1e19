/* Numbers, strings and ids as they stand in our files. */
#include "pdfa/pdf_out.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool pdf_utf8_next(const char **at, uint32_t *ret_code)
{
    static const struct {
        uint8_t mask, lead, more;
        uint32_t least;
    } forms[] = { { 0x80, 0x00, 0, 0 },
                  { 0xE0, 0xC0, 1, 0x80 },
                  { 0xF0, 0xE0, 2, 0x800 },
                  { 0xF8, 0xF0, 3, 0x10000 } };
    const uint8_t *s = (const uint8_t *)*at;
    for (size_t f = 0; f < COUNT(forms); f++) {
        if ((s[0] & forms[f].mask) != forms[f].lead)
            continue;
        uint32_t code = s[0] & (uint32_t)(uint8_t)~forms[f].mask;
        for (unsigned i = 1; i <= forms[f].more; i++) {
            if ((s[i] & 0xC0) != 0x80)
                return false;
            code = code << 6 | (s[i] & 0x3Fu);
        }
        if (code < forms[f].least || code > 0x10FFFF ||
            (code >= 0xD800 && code <= 0xDFFF))
            return false;
        *ret_code = code;
        *at += code ? 1 + forms[f].more : 0;
        return true;
    }
    return false;
}

void pdf_out_string(struct pdf_out *out, const char *utf8)
{
    uint32_t code = 0;
    pdf_out_text(out, "<FEFF");
    while (pdf_utf8_next(&utf8, &code) && code) {
        if (code < 0x10000)
            pdf_out_text(out, "%04" PRIX32, code);
        else
            pdf_out_text(out, "%04" PRIX32 "%04" PRIX32,
                         0xD800 + ((code - 0x10000) >> 10),
                         0xDC00 + ((code - 0x10000) & 0x3FF));
    }
    if (*utf8)
        pdf_out_fail(out, RC_INVALID, "文字不是有效的 UTF-8");
    pdf_out_text(out, ">");
}

void pdf_number(double value, char ret_text[PDF_NUMBER_MAX])
{
    long long all = llround(value * 100000);
    unsigned long long left = (unsigned long long)llabs(all);
    int len = snprintf(ret_text, PDF_NUMBER_MAX, "%s%llu.%05llu", all < 0 ? "-" : "",
                       left / 100000, left % 100000);
    while (ret_text[len - 1] == '0')
        ret_text[--len] = 0;
    if (ret_text[len - 1] == '.')
        ret_text[--len] = 0;
}

void pdf_id_of(struct sha256 sum, char ret_id[PDF_ID_MAX])
{
    char hex[SHA256_HEX];
    hash_hex(sum, hex);
    memcpy(ret_id, hex, PDF_ID_MAX - 1);
    ret_id[PDF_ID_MAX - 1] = 0;
}
