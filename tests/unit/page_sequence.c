/* What pages tell beside each other: numbers, and other cases' papers. */
#include "check.h"

#include "station/page/sequence.h"

enum { PAGES_MAX = 20 };

/* Numbers in the corner where each page has them; fronts and backs take turns. */
static size_t judge(const unsigned *numbers, size_t count, struct sequence_page *pages)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        bool back = i % 2;
        pages[i] =
            (struct sequence_page){ .side = back ? SEQUENCE_BACK : SEQUENCE_FRONT };
        *(back ? &pages[i].number_left : &pages[i].number_right) = numbers[i];
    }
    sequence_numbers(pages, count);
    for (size_t i = 0; i < count; i++)
        found += pages[i].found;
    return found;
}

TEST(sequence_numbers, says_nothing_when_pages_go_on_by_one)
{
    static const unsigned all[] = { 1, 2, 3, 4, 5 }, some[] = { 7, 0, 9, 10, 0, 12 };
    struct sequence_page pages[PAGES_MAX];
    CHECK_INT(0, judge(all, COUNT(all), pages));
    CHECK_INT(0, judge(some, COUNT(some), pages));
}

TEST(sequence_numbers, names_the_page_that_is_missing)
{
    static const unsigned one[] = { 1, 2, 4, 5 }, three[] = { 1, 2, 3, 7, 8, 9 };
    struct sequence_page pages[PAGES_MAX];
    CHECK_INT(1, judge(one, COUNT(one), pages));
    CHECK(pages[2].found);
    CHECK_TEXT(SEQUENCE_GAP, pages[2].qc.code);
    CHECK_TEXT("缺第 3 页，请找出后补扫", pages[2].qc.sentence);
    CHECK_INT(1, judge(three, COUNT(three), pages));
    CHECK(strstr(pages[3].qc.sentence, "缺 3 页"));
}

TEST(sequence_numbers, finds_a_gap_across_pages_whose_number_was_not_read)
{
    static const unsigned numbers[] = { 1, 2, 0, 5, 6 }; /* one page between 2 and 5 */
    struct sequence_page pages[PAGES_MAX];
    CHECK_INT(1, judge(numbers, COUNT(numbers), pages));
    CHECK(strstr(pages[3].qc.sentence, "缺 1 页"));
}

TEST(sequence_numbers, tells_repeats_and_steps_back)
{
    static const unsigned twice[] = { 1, 2, 3, 3, 4 },
                          overlap[] = { 1, 2, 3, 4, 3, 4, 5 };
    struct sequence_page pages[PAGES_MAX];
    CHECK_INT(1, judge(twice, COUNT(twice), pages));
    CHECK_TEXT(SEQUENCE_REPEAT, pages[3].qc.code);
    CHECK_INT(1, judge(overlap, COUNT(overlap), pages));
    CHECK_TEXT(SEQUENCE_ORDER, pages[4].qc.code);
}

TEST(sequence_numbers, takes_one_number_that_fits_nowhere_for_misread)
{
    static const unsigned numbers[] = { 1, 2, 8, 4, 5 };
    struct sequence_page pages[PAGES_MAX];
    CHECK_INT(0, judge(numbers, COUNT(numbers), pages));
}

TEST(sequence_numbers, does_not_take_figures_of_forms_for_page_numbers)
{
    static const unsigned few[] = { 3, 9 }, wild[] = { 2026, 17, 380, 4, 91, 92, 5 };
    struct sequence_page pages[PAGES_MAX];
    CHECK_INT(0, judge(few, COUNT(few), pages));
    CHECK_INT(0, judge(wild, COUNT(wild), pages));
}

TEST(sequence_numbers, reads_fronts_on_the_right_and_backs_on_the_left)
{
    struct sequence_page pages[4] = {
        { .side = SEQUENCE_FRONT, .number_right = 1, .number_left = 50 },
        { .side = SEQUENCE_BACK, .number_left = 2, .number_right = 60 },
        { .side = SEQUENCE_FRONT, .number_right = 3 },
        { .side = SEQUENCE_BACK, .number_right = 5 }, /* stamped on the wrong corner */
    };
    sequence_numbers(pages, 4);
    CHECK(!pages[0].found && !pages[1].found && !pages[2].found);
    CHECK(pages[3].found);
}

static const char ours[] = "(2026)粤0399民初10027号";

TEST(sequence_other_case, minds_a_head_and_not_a_citation)
{
    struct page_qc qc;
    struct page_case head = { "(2025)粤0399民初88号", true };
    struct page_case cited = { "(2025)粤0399民初88号", false };
    CHECK(sequence_other_case(&head, 1, ours, &qc));
    CHECK_TEXT(SEQUENCE_OTHER_CASE, qc.code);
    CHECK(strstr(qc.sentence, "(2025)粤0399民初88号"));
    CHECK(!sequence_other_case(&cited, 1, ours, &qc));
}

TEST(sequence_other_case, lets_a_page_be_that_names_our_case_too)
{
    struct page_qc qc;
    struct page_case both[2] = { { "(2025)粤0399民初88号", true }, { "", false } };
    strcpy(both[1].text, ours);
    CHECK(!sequence_other_case(both, 2, ours, &qc));
    CHECK(!sequence_other_case(NULL, 0, ours, &qc));
}
