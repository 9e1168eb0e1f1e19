/* First letters of the readings of Chinese text: "张三" is "ZS". Characters with several
 * readings that names and causes of action use ("单", "曾", "重") give each of them, so
 * one text may have some spellings.
 *
 * The table is data/pinyin.txt: one letter for each of U+4E00..U+9FFF, from the readings
 * of the Unicode Han database by ICU 72 (MIT licence, data/pinyin.licence);
 * tools/pinyin.c makes it anew. Pure, no allocation. */
#ifndef REPO_PINYIN_H
#define REPO_PINYIN_H

#include <stddef.h>
#include <stdint.h>

enum {
    PINYIN_LETTERS_MAX = 33, /* of one spelling, with NUL: what is longer is cut */
    PINYIN_SPELLINGS_MAX = 8,
};

/* The next character of UTF-8, 0 at the end; what is no UTF-8 is skipped. */
uint32_t pinyin_next(const char **at);

/* Spellings of `text`: letters of its Chinese characters, and its ASCII letters and
 * digits in capitals; other characters are left out. Returns how many, 0 when there is
 * nothing to spell. */
size_t pinyin_spell(const char *text,
                    char ret_spellings[PINYIN_SPELLINGS_MAX][PINYIN_LETTERS_MAX]);

#endif
