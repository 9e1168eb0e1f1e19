#include "repo-daemon/pinyin.h"

#include "core/bytes.h"

#include <string.h>

enum { FIRST = 0x4e00, LAST = 0x9fff, LINE = 64, READINGS_MAX = 3 };

__asm__(".section .rodata\n"
        "pinyin_txt:\n.incbin \"repo-daemon/data/pinyin.txt\"\n"
        "pinyin_txt_end:\n.byte 0\n.previous\n");
extern const char pinyin_txt[], pinyin_txt_end[];

/* Beside the reading of the table, in surnames and in words that stand in causes. */
static const struct {
    const char *characters;
    char letter;
} others[] = {
    { "单石折", 'S' }, { "曾重种", 'Z' }, { "解校行", 'X' }, { "仇覃", 'Q' },
    { "查翟祭", 'Z' }, { "区", 'O' },     { "盖", 'G' },     { "尉", 'Y' },
    { "乐员", 'Y' },   { "车", 'J' },     { "调弹", 'D' },   { "参厦", 'S' },
    { "朴", 'P' },     { "降", 'X' },     { "长晟", 'C' },   { "重传", 'C' },
    { "率", 'L' },     { "藏", 'Z' },     { "覃", 'T' },     { "调", 'T' },
    { "长", 'Z' },     { "行还", 'H' },   { "洗冼", 'X' },   { "谌", 'C' },
    { "缪", 'M' },     { "都", 'D' },     { "单", 'D' },     { "曾", 'C' },
};

uint32_t pinyin_next(const char **at)
{
    const unsigned char *s = (const unsigned char *)*at;
    static const struct {
        unsigned char mask, is;
        unsigned more;
    } forms[] = {
        { 0x80, 0x00, 0 }, { 0xe0, 0xc0, 1 }, { 0xf0, 0xe0, 2 }, { 0xf8, 0xf0, 3 }
    };
    for (; *s; s++)
        for (size_t f = 0; f < COUNT(forms); f++) {
            if ((*s & forms[f].mask) != forms[f].is)
                continue;
            uint32_t c = *s & (unsigned char)~forms[f].mask;
            unsigned i = 1;
            for (; i <= forms[f].more && (s[i] & 0xc0) == 0x80; i++)
                c = c << 6 | (s[i] & 0x3f);
            if (i <= forms[f].more)
                break; /* cut off: not a character */
            *at = (const char *)s + i;
            return c;
        }
    *at = (const char *)s;
    return 0;
}

static void add(char letters[READINGS_MAX + 1], char letter)
{
    size_t len = strlen(letters);
    if (letter != '-' && len < READINGS_MAX && !strchr(letters, letter))
        letters[len] = letter;
}

/* The letters that one character may stand for. */
static void readings(uint32_t c, char ret_letters[READINGS_MAX + 1])
{
    memset(ret_letters, 0, READINGS_MAX + 1);
    if (c < 0x80) {
        char one = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
        if ((one >= 'A' && one <= 'Z') || (one >= '0' && one <= '9'))
            ret_letters[0] = one;
        return;
    }
    if (c < FIRST || c > LAST)
        return;
    size_t index = c - FIRST;
    add(ret_letters, pinyin_txt[index / LINE * (LINE + 1) + index % LINE]);
    for (size_t i = 0; i < COUNT(others); i++)
        for (const char *at = others[i].characters; *at;)
            if (pinyin_next(&at) == c)
                add(ret_letters, others[i].letter);
}

size_t pinyin_spell(const char *text,
                    char ret_spellings[PINYIN_SPELLINGS_MAX][PINYIN_LETTERS_MAX])
{
    size_t count = 1, len = 0;
    memset(ret_spellings, 0, PINYIN_SPELLINGS_MAX * PINYIN_LETTERS_MAX);
    uint32_t c;
    while (len < PINYIN_LETTERS_MAX - 1 && (c = pinyin_next(&text))) {
        char letters[READINGS_MAX + 1];
        readings(c, letters);
        if (!*letters)
            continue;
        size_t before = count;
        for (size_t r = 1; letters[r]; r++)
            for (size_t i = 0; i < before && count < PINYIN_SPELLINGS_MAX; i++, count++) {
                memcpy(ret_spellings[count], ret_spellings[i], len);
                ret_spellings[count][len] = letters[r];
            }
        for (size_t i = 0; i < before; i++)
            ret_spellings[i][len] = letters[0];
        len++;
    }
    return len ? count : 0;
}
