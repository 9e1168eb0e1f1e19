/* Case numbers 案号: "(2026)粤0399民初10027号" as people write it in many ways, and the
 * twenty digits that stand for it on labels: province(2) court(4) year(4) type(4)
 * sequence(6), "44039920260301010027".
 *
 * Reading forgives how it is written (full or half width, 〔〕, 【】, spaces, 第, a
 * missing 号, leading zeros) and nothing about what it says. Pure, no allocation. */
#ifndef RECORD_CASE_NO_H
#define RECORD_CASE_NO_H

#include "core/bytes.h"
#include "core/rc.h"
#include "sys/fault.h"

enum {
    CASE_NO_ID_MAX = 21,     /* twenty digits with NUL */
    CASE_NO_TEXT_MAX = 80,   /* the written form with NUL */
    CASE_NO_INPUT_MAX = 200, /* bytes of what is read */
    CASE_NO_COURT_MAX = 24,  /* "粤0399", "最高法" */
    CASE_NO_TYPE_MAX = 24,   /* "民诉前调" */
};

struct case_no {
    unsigned year;                 /* of acceptance, 1949..2099 */
    char court[CASE_NO_COURT_MAX]; /* as in the number */
    char type[CASE_NO_TYPE_MAX];
    unsigned number; /* 1..999999 */
};

/* Read what a person typed. RC_INVALID with a Chinese sentence that says what to mend. */
MUST_USE enum rc case_no_read(struct bytes text, struct case_no *ret_case,
                              struct fault *why);

/* The written form, "(2026)粤0399民初10027号". */
void case_no_text(const struct case_no *c, char ret_text[CASE_NO_TEXT_MAX]);

/* To and from the twenty digits. Every struct that case_no_read() gave has an id.
 * RC_INVALID for digits that stand for no case number. */
MUST_USE enum rc case_no_id(const struct case_no *c, char ret_id[CASE_NO_ID_MAX]);
MUST_USE enum rc case_no_of_id(const char *id, struct case_no *ret_case);

/* A court's word to its six digits: "粤0399" to "440399", "粤03" to "440300". */
MUST_USE enum rc case_no_court_code(const char *court, char ret_code[7],
                                    struct fault *why);

/* The tables, for the pages and the manual; NULL behind the last. */
const char *case_no_type_word(size_t index, unsigned *ret_code);
const char *case_no_province_word(size_t index, unsigned *ret_code);

#endif
