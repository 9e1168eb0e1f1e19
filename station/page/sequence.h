/* What pages tell beside each other: numbers that jump, the same sheet twice, another
 * case's papers. Pure; the caller knows the order and which pages count. */
#ifndef STATION_PAGE_SEQUENCE_H
#define STATION_PAGE_SEQUENCE_H

#include "station/page/page.h"

/* The codes of what is found here; page.h has those of single pages. */
#define SEQUENCE_GAP "page-gap"
#define SEQUENCE_REPEAT "page-repeat"
#define SEQUENCE_ORDER "page-order"
#define SEQUENCE_OTHER_CASE "other-case"
#define SEQUENCE_TWICE "fed-twice"

enum sequence_side { SEQUENCE_ANY, SEQUENCE_FRONT, SEQUENCE_BACK };

/* One page that is archived; blanks, covers and separators have no number and are left
 * out by the caller. */
struct sequence_page {
    enum sequence_side side;
    uint32_t number_left, number_right;
    bool found; /* out: something is wrong at this page, and how it is called */
    struct page_qc qc;
};

/* Gaps, repeats and steps back of the page numbers. Nothing is said when fewer than three
 * numbers were read, or when they do not go on by one in half of all cases: then they are
 * not this volume's numbers. A single number that does not fit between two that do is a
 * misreading. */
void sequence_numbers(struct sequence_page *pages, size_t count);

/* Is the page headed with another case's number? `ours`: as case_no_text() writes it. A
 * page that names our case anywhere is ours. */
bool sequence_other_case(const struct page_case *cases, size_t count, const char *ours,
                         struct page_qc *ret_qc);

/* The same sheet twice: the sentence. */
void sequence_fed_twice(struct page_qc *ret_qc);

#endif
