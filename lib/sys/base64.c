/* Base64 (RFC 4648 section 4): canonical both ways, because signed notes are compared
 * byte for byte. */
#include "sys/hash.h"

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_write(struct bytes data, char *ret_text)
{
    for (size_t i = 0; i < data.len; i += 3) {
        size_t left = data.len - i;
        uint32_t bits = (uint32_t)data.at[i] << 16;
        if (left > 1)
            bits |= (uint32_t)data.at[i + 1] << 8;
        if (left > 2)
            bits |= data.at[i + 2];
        *ret_text++ = alphabet[bits >> 18];
        *ret_text++ = alphabet[(bits >> 12) & 63];
        *ret_text++ = left > 1 ? alphabet[(bits >> 6) & 63] : '=';
        *ret_text++ = left > 2 ? alphabet[bits & 63] : '=';
    }
    *ret_text = 0;
}

static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

long base64_read(const char *text, size_t len, uint8_t *ret_data, size_t room)
{
    if (len % 4)
        return -1;
    size_t pad = len && text[len - 1] == '=' ? (text[len - 2] == '=' ? 2 : 1) : 0;
    size_t used = 0;
    for (size_t i = 0; i < len; i += 4) {
        size_t missing = i + 4 == len ? pad : 0;
        uint32_t bits = 0;
        for (size_t j = 0; j < 4; j++) {
            int v = j >= 4 - missing ? 0 : value_of(text[i + j]);
            if (v < 0)
                return -1;
            bits = bits << 6 | (uint32_t)v;
        }
        if ((missing == 1 && (bits & 0xFF)) || (missing == 2 && (bits & 0xFFFF)))
            return -1; /* spare bits must be zero */
        for (size_t j = 0; j < 3 - missing; j++) {
            if (used == room)
                return -1;
            ret_data[used++] = (uint8_t)(bits >> (16 - 8 * j));
        }
    }
    return (long)used;
}
