/* Codes on paper through zbar: Code 128, Code 39 and QR, in any direction. Only labels.c
 * includes zbar's header. */
#ifndef STATION_PAGE_LABELS_H
#define STATION_PAGE_LABELS_H

#include "station/page/page.h"

#include <allheaders.h>

struct page_labels {
    struct page_label found[PAGE_LABELS_MAX];
    size_t count;
    bool wrong_check; /* one has the shape of ours but wrong check digits */
    int upright_deg;  /* clockwise turn that sets a label of ours upright, or -1 */
    enum page_kind
        kind;        /* PAGE_COVER or PAGE_SEPARATOR by a label of ours, else PAGE_TEXT */
    bool contradict; /* two labels of ours that say different things */
};

/* `gray`: 8 bits, 150 to 300 dpi. Finding nothing is RC_OK with count 0. */
MUST_USE enum rc page_read_labels(PIX *gray, struct page_labels *ret_labels,
                                  struct fault *why);

/* Bytes of a code as UTF-8 with NUL, at most `room`: as they are when they are UTF-8,
 * else read as GB2312, as Shift_JIS when that gives kana, as GB18030, and at last '?' for
 * each byte that is no ASCII. */
void label_to_utf8(const char *bytes, size_t len, char *ret_text, size_t room);

/* Load the tables of character sets now: a worker may not open files later. */
void labels_prepare(void);

#endif
