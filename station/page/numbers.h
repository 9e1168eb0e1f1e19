/* Numbers that tell where a page belongs: its page number, and case numbers on it. */
#ifndef STATION_PAGE_NUMBERS_H
#define STATION_PAGE_NUMBERS_H

#include "station/page/ocr.h"
#include "station/page/page.h"

/* The page number in the top left and in the top right corner of the read picture, each 0
 * when there is none. A corner's number stands alone: digits only, apart from other text,
 * in the uppermost 30 mm and the outer quarter. Which corner counts is the caller's
 * knowledge: fronts have it on the right, written backs on the left. */
void page_corner_numbers(const struct ocr_text *text, int width_px, double dpi,
                         uint32_t *ret_left, uint32_t *ret_right);

/* Case numbers that were read well, at most PAGE_CASES_MAX different ones, in the form of
 * case_no_text(). One is at the head when it is what its line is about: 案号 before it,
 * or alone on the line, in the upper half of the page. A number inside a sentence is a
 * citation: judgments are full of them. Returns how many. */
size_t page_case_numbers(const struct ocr_text *text, int height_px,
                         struct page_case ret_cases[PAGE_CASES_MAX]);

#endif
