/* Makes repo-daemon/data/pinyin.txt anew: the first letter of the reading of each
 * character U+4E00..U+9FFF, '-' where there is none, 64 a line. Run by hand when Unicode
 * mends its readings; the table is kept, so that the program needs no library for it and
 * the same ledger gives the same index on every machine.
 *
 *   cc tools/pinyin.c -o pinyin $(pkg-config --cflags --libs icu-i18n icu-uc)
 *   ./pinyin >repo-daemon/data/pinyin.txt */
#include <stdio.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

enum { FIRST = 0x4e00, LAST = 0x9fff, LINE = 64, ROOM = 64 };

int main(void)
{
    UErrorCode error = U_ZERO_ERROR;
    UChar id[ROOM];
    u_uastrcpy(id, "Han-Latin; Latin-ASCII; Upper");
    UTransliterator *t = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &error);
    if (U_FAILURE(error)) {
        fprintf(stderr, "pinyin: %s\n", u_errorName(error));
        return 1;
    }
    for (int c = FIRST; c <= LAST; c++) {
        UChar text[ROOM] = { (UChar)c, 0 };
        int32_t len = 1, limit = 1;
        error = U_ZERO_ERROR;
        utrans_transUChars(t, text, &len, ROOM, 0, &limit, &error);
        putchar(text[0] >= 'A' && text[0] <= 'Z' ? (char)text[0] : '-');
        if ((c - FIRST) % LINE == LINE - 1)
            putchar('\n');
    }
    utrans_close(t);
    return 0;
}
