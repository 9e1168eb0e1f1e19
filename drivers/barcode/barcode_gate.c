/* Judging one code. */
#include "drivers/barcode/barcode_gate.h"

#include <string.h>

static void capitals(const struct barcode_text *code, char ret_text[BARCODE_TEXT_MAX])
{
    for (size_t i = 0; i <= code->len; i++) {
        char c = code->text[i];
        ret_text[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
}

static bool is_twice(struct barcode_gate *gate, const char *text, int64_t now_ms)
{
    bool twice = gate->some && now_ms - gate->last_ms < BARCODE_TWICE_MS &&
                 !strcmp(gate->last, text);
    memcpy(gate->last, text, strlen(text) + 1);
    gate->last_ms = now_ms; /* a trigger held for ten seconds is still one read */
    gate->some = true;
    return twice;
}

enum barcode_verdict barcode_judge(struct barcode_gate *gate,
                                   const struct barcode_text *code, int64_t now_ms,
                                   struct barcode_counters *counters,
                                   struct label *ret_label,
                                   char ret_text[BARCODE_TEXT_MAX])
{
    capitals(code, ret_text);
    enum rc rc =
        label_read((struct bytes){ (const uint8_t *)ret_text, code->len }, ret_label);
    if (rc == RC_INVALID)
        memcpy(ret_text, code->text, code->len + 1); /* as it was */
    if (is_twice(gate, ret_text, now_ms)) {
        counters->twice++;
        return BARCODE_TWICE;
    }
    if (rc == RC_CORRUPT) {
        counters->wrong++;
        return BARCODE_WRONG;
    }
    if (rc) {
        counters->foreign++;
        return BARCODE_FOREIGN;
    }
    counters->labels++;
    return BARCODE_LABEL;
}
