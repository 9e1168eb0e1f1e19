/* The keys of a US keyboard as one table. */
#include "drivers/barcode/barcode_keys.h"

#include <linux/input-event-codes.h>

struct key {
    uint8_t plain, shifted; /* 0: no character, which spoils the code */
};

static const struct key key_table[] = {
    [KEY_1] = { '1', '!' },           [KEY_2] = { '2', '@' },
    [KEY_3] = { '3', '#' },           [KEY_4] = { '4', '$' },
    [KEY_5] = { '5', '%' },           [KEY_6] = { '6', '^' },
    [KEY_7] = { '7', '&' },           [KEY_8] = { '8', '*' },
    [KEY_9] = { '9', '(' },           [KEY_0] = { '0', ')' },
    [KEY_MINUS] = { '-', '_' },       [KEY_EQUAL] = { '=', '+' },
    [KEY_TAB] = { '\t', '\t' },       [KEY_ENTER] = { '\r', '\r' },
    [KEY_KPENTER] = { '\r', '\r' },   [KEY_LEFTBRACE] = { '[', '{' },
    [KEY_RIGHTBRACE] = { ']', '}' },  [KEY_SEMICOLON] = { ';', ':' },
    [KEY_APOSTROPHE] = { '\'', '"' }, [KEY_GRAVE] = { '`', '~' },
    [KEY_BACKSLASH] = { '\\', '|' },  [KEY_COMMA] = { ',', '<' },
    [KEY_DOT] = { '.', '>' },         [KEY_SLASH] = { '/', '?' },
    [KEY_SPACE] = { ' ', ' ' },       [KEY_KPASTERISK] = { '*', '*' },
    [KEY_KPMINUS] = { '-', '-' },     [KEY_KPPLUS] = { '+', '+' },
    [KEY_KPDOT] = { '.', '.' },       [KEY_KPSLASH] = { '/', '/' },
    [KEY_KP0] = { '0', '0' },         [KEY_KP1] = { '1', '1' },
    [KEY_KP2] = { '2', '2' },         [KEY_KP3] = { '3', '3' },
    [KEY_KP4] = { '4', '4' },         [KEY_KP5] = { '5', '5' },
    [KEY_KP6] = { '6', '6' },         [KEY_KP7] = { '7', '7' },
    [KEY_KP8] = { '8', '8' },         [KEY_KP9] = { '9', '9' },
    [KEY_A] = { 'a', 'A' },           [KEY_B] = { 'b', 'B' },
    [KEY_C] = { 'c', 'C' },           [KEY_D] = { 'd', 'D' },
    [KEY_E] = { 'e', 'E' },           [KEY_F] = { 'f', 'F' },
    [KEY_G] = { 'g', 'G' },           [KEY_H] = { 'h', 'H' },
    [KEY_I] = { 'i', 'I' },           [KEY_J] = { 'j', 'J' },
    [KEY_K] = { 'k', 'K' },           [KEY_L] = { 'l', 'L' },
    [KEY_M] = { 'm', 'M' },           [KEY_N] = { 'n', 'N' },
    [KEY_O] = { 'o', 'O' },           [KEY_P] = { 'p', 'P' },
    [KEY_Q] = { 'q', 'Q' },           [KEY_R] = { 'r', 'R' },
    [KEY_S] = { 's', 'S' },           [KEY_T] = { 't', 'T' },
    [KEY_U] = { 'u', 'U' },           [KEY_V] = { 'v', 'V' },
    [KEY_W] = { 'w', 'W' },           [KEY_X] = { 'x', 'X' },
    [KEY_Y] = { 'y', 'Y' },           [KEY_Z] = { 'z', 'Z' },
};

static uint8_t character(const struct barcode_keys *keys, uint16_t code)
{
    struct key key = code < COUNT(key_table) ? key_table[code] : (struct key){ 0, 0 };
    bool letter = key.plain >= 'a' && key.plain <= 'z';
    bool shift = keys->shift_left || keys->shift_right;
    return shift != (letter && keys->caps) ? key.shifted : key.plain;
}

/* Keys that say how others are meant. A release matters to these alone. */
static bool is_modifier(struct barcode_keys *keys, uint16_t code, bool down)
{
    switch (code) {
    case KEY_LEFTSHIFT:
        keys->shift_left = down;
        return true;
    case KEY_RIGHTSHIFT:
        keys->shift_right = down;
        return true;
    case KEY_CAPSLOCK:
        keys->caps ^= down;
        return true;
    case KEY_NUMLOCK: /* set by some readers before digits; the digits say enough */
        return true;
    default:
        return false;
    }
}

bool barcode_keys_event(struct barcode_keys *keys, uint16_t type, uint16_t code,
                        int32_t value, struct barcode_text *ret_code)
{
    if (type == EV_SYN && code == SYN_DROPPED) {
        keys->shift_left = keys->shift_right = false;
        barcode_line_spoil(&keys->line);
        return false;
    }
    if (type != EV_KEY || value == 2 || is_modifier(keys, code, value == 1) || value != 1)
        return false;
    uint8_t byte = character(keys, code);
    if (byte)
        return barcode_line_byte(&keys->line, byte, ret_code);
    barcode_line_spoil(&keys->line);
    return false;
}
