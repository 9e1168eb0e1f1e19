/* Sights wait in the spool beside the pages; two are in memory at a time. A sheet of two
 * sides that was fed twice shows up two pages later. */
#include "station/page/convert_out.h"

#include "station/page/judge.h"
#include "station/page/sequence.h"
#include "station/page/sight.h"
#include "sys/scope.h"

#include <stdlib.h>

static bool counts(const struct convert_page *page)
{
    return page->done && !page->failed && page->result.kind == PAGE_TEXT;
}

/* The pages that are archived, in order; the caller frees *ret_list. */
static enum rc list_pages(const struct convert_pages *pages,
                          struct convert_page ***ret_list, size_t *ret_count,
                          struct fault *why)
{
    struct convert_page **list = calloc(pages->count + 1, sizeof(struct convert_page *));
    size_t count = 0;
    if (!list)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    for (size_t i = 0; i < pages->count; i++)
        if (counts(&pages->at[i]))
            list[count++] = &pages->at[i];
    *ret_list = list;
    *ret_count = count;
    return RC_OK;
}

/* Are these two of the list alike? Pages without a sight are like none. */
static enum rc alike(const struct convert_pages *pages, struct convert_page **list,
                     size_t a, size_t b, const struct page_limits *limits,
                     bool *ret_alike, struct fault *why)
{
    SCOPED(free_at) char *one = NULL;
    SCOPED(free_at) char *other = NULL;
    size_t lens[] = { list[a]->sight_len, list[b]->sight_len };
    *ret_alike = false;
    if (!lens[0] || !lens[1])
        return RC_OK;
    enum rc rc = convert_take(pages, list[a]->sight_at, list[a]->sight_len, &one, why);
    if (!rc)
        rc = convert_take(pages, list[b]->sight_at, list[b]->sight_len, &other, why);
    if (!rc)
        *ret_alike = page_sights_differ((struct bytes){ (uint8_t *)one, lens[0] },
                                        (struct bytes){ (uint8_t *)other, lens[1] }) <=
                     limits->same_blocks_max;
    return rc;
}

/* Like the page before, or, as a sheet with print on both sides, like the one two before
 * while a neighbour is like the one two before it: a form has the same print on every
 * back, and that alone proves nothing. */
static enum rc look_back(const struct convert_pages *pages, struct convert_page **list,
                         size_t count, size_t at, const struct page_limits *limits,
                         struct fault *why)
{
    bool twice = false, first = false;
    enum rc rc = RC_OK;
    if (at >= 1)
        rc = alike(pages, list, at - 1, at, limits, &twice, why);
    if (!rc && !twice && at >= 2)
        rc = alike(pages, list, at - 2, at, limits, &first, why);
    if (!rc && first && at >= 3)
        rc = alike(pages, list, at - 3, at - 1, limits, &twice, why);
    if (!rc && first && !twice && at + 1 < count)
        rc = alike(pages, list, at - 1, at + 1, limits, &twice, why);
    if (twice) {
        struct page_qc qc;
        sequence_fed_twice(&qc);
        page_add_qc(&list[at]->result, qc.code, qc.sentence);
    }
    return rc;
}

static void look_at_numbers(struct convert_page **list, size_t count)
{
    SCOPED(free_at) struct sequence_page *order = calloc(count + 1, sizeof *order);
    for (size_t i = 0; order && i < count; i++) {
        order[i].number_left = list[i]->result.number_left;
        order[i].number_right = list[i]->result.number_right;
    }
    if (order)
        sequence_numbers(order, count);
    for (size_t i = 0; order && i < count; i++)
        if (order[i].found)
            page_add_qc(&list[i]->result, order[i].qc.code, order[i].qc.sentence);
}

enum rc convert_judge_order(const struct convert_pages *pages,
                            const struct page_limits *limits, const char *case_no,
                            struct fault *why)
{
    SCOPED(free_at) struct convert_page **list = NULL;
    size_t count = 0;
    enum rc rc = list_pages(pages, &list, &count, why);
    for (size_t i = 0; !rc && i < count; i++) {
        struct page_result *result = &list[i]->result;
        struct page_qc qc;
        if (case_no && limits->case_number &&
            sequence_other_case(result->cases, result->case_count, case_no, &qc))
            page_add_qc(result, qc.code, qc.sentence);
        if (list[i]->sight_len)
            rc = look_back(pages, list, count, i, limits, why);
    }
    if (!rc && limits->page_numbers)
        look_at_numbers(list, count);
    return rc;
}
