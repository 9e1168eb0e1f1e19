/* Readings that a court's paper cannot mean, put right. Each changes *text. */
#ifndef STATION_PAGE_MEND_H
#define STATION_PAGE_MEND_H

#include "station/page/ocr.h"

/* A Latin O beside a Chinese numeral is the numeral 〇; so are two or more O in a row
 * that touch no Latin letter and no digit. */
void mend_zeros(struct ocr_text *text);

/* A bar in a line of Chinese is the rule of a table, not a character. */
void mend_bars(struct ocr_text *text);

#endif
