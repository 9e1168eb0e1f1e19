/* From recognised symbols to lines of text: where a space belongs, which lines are Latin,
 * and where each character stands on the page. */
#ifndef STATION_PAGE_LINES_H
#define STATION_PAGE_LINES_H

#include "station/page/ocr.h"

/* The line as UTF-8. Spaces stand only between words of which neither touches the gap
 * with a Han character or its punctuation. The caller frees *ret_text. *ret_starts (may
 * be NULL) gets one x (of a
 * line that runs down: y) per code point, for the caller to free. */
MUST_USE enum rc lines_text(const struct ocr_text *text, const struct ocr_line *line,
                            char **ret_text, float **ret_starts, struct fault *why);

/* All lines, each ended by '\n'. The caller frees *ret_text. */
MUST_USE enum rc lines_page_text(const struct ocr_text *text, char **ret_text,
                                 size_t *ret_len, struct fault *why);

/* Is the line mostly Latin letters? Digits and punctuation say nothing. */
bool lines_mostly_latin(const struct ocr_text *text, const struct ocr_line *line);

/* Put the symbols of `better` (one line's reading) in the place of `line`'s. */
MUST_USE enum rc lines_replace(struct ocr_text *text, size_t line,
                               const struct ocr_text *better, struct fault *why);

/* The code point at `at` of trusted text; moves *at on by at least a byte. */
uint32_t lines_next_code(const char **at);

/* One code point of text that may be anything: its length in bytes, 0 when these are no
 * UTF-8 or none are left. */
size_t lines_valid_code(const char *at, size_t left, uint32_t *ret_code);

/* Does the text hold a letter, a digit or a Han character? What else there is parts or
 * adorns. */
bool lines_is_core(const char *text);

/* Does the code point belong to Chinese or Japanese writing, punctuation included? */
bool lines_is_han(uint32_t code);

#endif
