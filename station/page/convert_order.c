/* Sights wait in the spool beside the pages; two are in memory at a time. A sheet of two
 * sides that was fed twice shows up two pages later, so each page is laid beside the two
 * before it. */
#include "station/page/convert_out.h"

#include "station/page/judge.h"
#include "station/page/sequence.h"
#include "station/page/sight.h"
#include "sys/scope.h"

#include <stdlib.h>

enum { LOOK_BACK = 2 };

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

static enum rc look_back(const struct convert_pages *pages, struct convert_page **list,
                         size_t at, const struct page_limits *limits, struct fault *why)
{
    SCOPED(free_at) char *sight = NULL;
    struct convert_page *page = list[at];
    bool twice = false;
    enum rc rc = convert_take(pages, page->sight_at, page->sight_len, &sight, why);
    for (size_t back = 1; !rc && !twice && back <= LOOK_BACK && back <= at; back++) {
        SCOPED(free_at) char *before = NULL;
        const struct convert_page *other = list[at - back];
        rc = convert_take(pages, other->sight_at, other->sight_len, &before, why);
        twice = !rc &&
                page_sights_differ((struct bytes){ (uint8_t *)before, other->sight_len },
                                   (struct bytes){ (uint8_t *)sight, page->sight_len }) <=
                    limits->same_blocks_max;
    }
    if (twice) {
        struct page_qc qc;
        sequence_fed_twice(&qc);
        page_add_qc(&page->result, qc.code, qc.sentence);
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
            rc = look_back(pages, list, i, limits, why);
    }
    if (!rc && limits->page_numbers)
        look_at_numbers(list, count);
    return rc;
}
