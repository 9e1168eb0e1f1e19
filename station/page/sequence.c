/* A number is trusted for its neighbours: pages that are numbered go on by one, so
 * between two numbers that were read there must be as many pages as their difference
 * says. Pages without a number in between are allowed: not every page's number can be
 * read. */
#include "station/page/sequence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { READ_MIN = 3 };

struct read_number {
    size_t place; /* among the pages */
    int64_t number;
};

static uint32_t number_of(const struct sequence_page *page)
{
    uint32_t first = page->side == SEQUENCE_BACK ? page->number_left : page->number_right;
    uint32_t other = page->side == SEQUENCE_BACK ? page->number_right : page->number_left;
    return first ? first : other;
}

static bool fits(const struct read_number *a, const struct read_number *b)
{
    return b->number - a->number == (int64_t)(b->place - a->place);
}

/* Numbers alone between two that fit each other are misread: out with them. */
static size_t drop_misread(struct read_number *at, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        bool misread = kept > 0 && i + 1 < count && !fits(&at[kept - 1], &at[i]) &&
                       fits(&at[kept - 1], &at[i + 1]);
        if (!misread)
            at[kept++] = at[i];
    }
    return kept;
}

static bool trusted(const struct read_number *at, size_t count)
{
    size_t good = 0;
    for (size_t i = 1; i < count; i++)
        good += fits(&at[i - 1], &at[i]);
    return count >= READ_MIN && good * 2 >= count - 1;
}

static void tell(struct sequence_page *page, const char *code, const char *sentence)
{
    page->found = true;
    snprintf(page->qc.code, sizeof page->qc.code, "%s", code);
    snprintf(page->qc.sentence, sizeof page->qc.sentence, "%s", sentence);
}

static void compare(struct sequence_page *page, const struct read_number *before,
                    const struct read_number *now)
{
    char text[PAGE_SENTENCE_MAX];
    int64_t step = now->number - before->number,
            pages = (int64_t)(now->place - before->place);
    long from = (long)before->number, to = (long)now->number;
    if (step == 0) {
        snprintf(text, sizeof text, "页码 %ld 出现两次，请核对是否重复扫描或编错页码",
                 to);
        tell(page, SEQUENCE_REPEAT, text);
    } else if (step < 0) {
        snprintf(text, sizeof text, "页码从 %ld 退回 %ld，请核对顺序，放错的请移回原位",
                 from, to);
        tell(page, SEQUENCE_ORDER, text);
    } else if (step > pages && step == 2) {
        snprintf(text, sizeof text, "缺第 %ld 页，请找出后补扫", from + 1);
        tell(page, SEQUENCE_GAP, text);
    } else if (step > pages) {
        snprintf(text, sizeof text, "第 %ld 页到第 %ld 页之间缺 %ld 页，请找出后补扫",
                 from, to, (long)(step - pages));
        tell(page, SEQUENCE_GAP, text);
    }
}

void sequence_numbers(struct sequence_page *pages, size_t count)
{
    struct read_number *at = calloc(count ? count : 1, sizeof *at);
    size_t read = 0;
    if (!at)
        abort(); /* out of memory */
    for (size_t i = 0; i < count; i++) {
        uint32_t number = number_of(&pages[i]);
        pages[i].found = false;
        if (number)
            at[read++] = (struct read_number){ i, number };
    }
    read = drop_misread(at, read);
    if (!trusted(at, read))
        read = 0;
    for (size_t i = 1; i < read; i++)
        compare(&pages[at[i].place], &at[i - 1], &at[i]);
    free(at);
}

bool sequence_other_case(const struct page_case *cases, size_t count, const char *ours,
                         struct page_qc *ret_qc)
{
    const struct page_case *other = NULL;
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(cases[i].text, ours))
            return false;
        if (cases[i].head && !other)
            other = &cases[i];
    }
    if (!other)
        return false;
    snprintf(ret_qc->code, sizeof ret_qc->code, "%s", SEQUENCE_OTHER_CASE);
    snprintf(ret_qc->sentence, sizeof ret_qc->sentence,
             "页首案号是%s，不是本案，请确认有没有夹进别案的材料", other->text);
    return true;
}

void sequence_fed_twice(struct page_qc *ret_qc)
{
    snprintf(ret_qc->code, sizeof ret_qc->code, "%s", SEQUENCE_TWICE);
    snprintf(ret_qc->sentence, sizeof ret_qc->sentence,
             "与前一张几乎一样，可能同一张纸进了两次，请核对，多出的请移除");
}
