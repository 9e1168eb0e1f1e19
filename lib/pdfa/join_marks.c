/* The outline is a root and the tree that the depths tell below it, all open. */
#include "pdfa/join_marks.h"

#include <inttypes.h>
#include <string.h>

/* The next mark of the same parent in direction `step`; `count` when there is none. */
static size_t beside(const struct pdfa_join *join, size_t mark, int step)
{
    unsigned depth = join->marks[mark].depth;
    for (size_t i = mark + (size_t)step; i < join->mark_count; i += (size_t)step) {
        if (join->marks[i].depth == depth)
            return i;
        if (join->marks[i].depth < depth)
            break;
    }
    return join->mark_count; /* an index below 0 wraps and is above the count, too */
}

/* What lies below: first and last child, and how many marks in all. */
static void put_children(struct pdf_out *out, const struct pdfa_join *join, uint32_t root,
                         size_t from, unsigned depth)
{
    size_t last = from, end = from;
    for (; end < join->mark_count && join->marks[end].depth >= depth; end++)
        last = join->marks[end].depth == depth ? end : last;
    if (end > from)
        pdf_out_text(out, " /First %" PRIu32 " 0 R /Last %" PRIu32 " 0 R /Count %zu",
                     root + 1 + (uint32_t)from, root + 1 + (uint32_t)last, end - from);
}

uint32_t join_marks_objects(const struct pdfa_join *join)
{
    return join->mark_count ? 1 + (uint32_t)join->mark_count : 0;
}

void join_marks_put(struct pdf_out *out, const struct pdfa_join *join, uint32_t root,
                    const uint32_t *pages)
{
    uint32_t parents[PDFA_MARK_DEPTH_MAX + 2] = { root };
    if (!join->mark_count)
        return;
    pdf_out_object(out, root);
    pdf_out_text(out, "<< /Type /Outlines");
    put_children(out, join, root, 0, 0);
    pdf_out_text(out, " >>\n");
    pdf_out_object_end(out);
    for (size_t i = 0; i < join->mark_count; i++) {
        const struct pdfa_mark *mark = &join->marks[i];
        uint32_t own = root + 1 + (uint32_t)i;
        parents[mark->depth + 1] = own;
        pdf_out_object(out, own);
        pdf_out_text(out, "<< /Parent %" PRIu32 " 0 R /Title ", parents[mark->depth]);
        pdf_out_string(out, mark->title);
        pdf_out_text(out, " /Dest [%" PRIu32 " 0 R /Fit]", pages[mark->page]);
        if (beside(join, i, -1) < join->mark_count)
            pdf_out_text(out, " /Prev %" PRIu32 " 0 R",
                         root + 1 + (uint32_t)beside(join, i, -1));
        if (beside(join, i, 1) < join->mark_count)
            pdf_out_text(out, " /Next %" PRIu32 " 0 R",
                         root + 1 + (uint32_t)beside(join, i, 1));
        put_children(out, join, root, i + 1, mark->depth + 1);
        pdf_out_text(out, " >>\n");
        pdf_out_object_end(out);
    }
}

void join_labels_put(struct pdf_out *out, const struct pdfa_join *join)
{
    if (join->label_count)
        pdf_out_text(out, " /PageLabels << /Nums [");
    for (size_t i = 0; i < join->label_count; i++) {
        const struct pdfa_label *label = &join->labels[i];
        pdf_out_text(out, "\n%zu <<", label->page);
        if (label->start)
            pdf_out_text(out, " /S /D /St %" PRIu32, label->start);
        if (label->prefix) {
            pdf_out_text(out, " /P ");
            pdf_out_string(out, label->prefix);
        }
        pdf_out_text(out, " >>");
    }
    if (join->label_count)
        pdf_out_text(out, "] >>");
}

enum rc join_marks_check(const struct pdfa_join *join, struct fault *why)
{
    if (!join->page_count || join->page_count > PDFA_JOIN_PAGES_MAX)
        return fault_set(why, RC_INVALID, 0, "一册须有 1 到 %d 页，请分册",
                         PDFA_JOIN_PAGES_MAX);
    if (join->mark_count > PDFA_JOIN_MARKS_MAX || join->label_count > PDFA_JOIN_MARKS_MAX)
        return fault_set(why, RC_INVALID, 0, "书签或页码段超过 %d 个",
                         PDFA_JOIN_MARKS_MAX);
    for (size_t i = 0; i < join->mark_count; i++)
        if (join->marks[i].depth > PDFA_MARK_DEPTH_MAX ||
            join->marks[i].depth > (i ? join->marks[i - 1].depth + 1 : 0) ||
            join->marks[i].page >= join->page_count || !join->marks[i].title ||
            !*join->marks[i].title || strlen(join->marks[i].title) > PDFA_TITLE_MAX)
            return fault_set(why, RC_INVALID, 0, "第 %zu 个书签没有题名或指向不存在的页",
                             i + 1);
    for (size_t i = 0; i < join->label_count; i++) {
        const struct pdfa_label *l = &join->labels[i];
        if (l->page >= join->page_count || (i ? l->page <= l[-1].page : l->page != 0) ||
            (l->prefix && strlen(l->prefix) > PDFA_TITLE_MAX))
            return fault_set(why, RC_INVALID, 0, "第 %zu 个页码段的起点不对", i + 1);
    }
    return RC_OK;
}
