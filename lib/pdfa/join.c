/* A volume from page files, linearised (PDF 1.4, appendix F): a reader that gets it over
 * the wire shows the first page when that page has come, and fetches any other one by
 * itself.
 *
 * All pages are looked at first: each is opened, proved by its id, and counted. Then the
 * file is written twice: into nothing, which gives every offset that its own head must
 * name, and then to the disk. The objects of the first section have the last numbers:
 *
 *   header, linearisation parameters, table of the first section, catalogue, hints,
 *   the first page with its font, bookmarks
 *   the other pages, fonts that several of them share, page tree, output intent,
 *   colour profile, Info, XMP, table of these
 *
 * Fonts are written once, and profiles, so what grows with the volume is only pages. */
#include "pdfa/join_compare.h"
#include "pdfa/join_hints.h"
#include "pdfa/join_marks.h"
#include "pdfa/join_plan.h"
#include "pdfa/xmp.h"
#include "sys/scope.h"

#include <stdlib.h>
#include <sys/stat.h>

static uint64_t length_of(const struct joining *j, uint32_t n)
{
    uint64_t end = n + 1 == j->end ? j->first_end : j->at[n + 1];
    return end - j->at[n];
}

static struct hint_page hint_of(const struct joining *j, size_t index)
{
    const struct joined_page *page = &j->pages[index];
    struct hint_page hint = { .objects = page->objects };
    for (uint32_t n = page->first; n < page->first + page->objects; n++)
        hint.length += length_of(j, n);
    if (!index) {
        hint.objects = j->end - page->first;
        hint.length = j->first_end - j->at[page->first];
    } else if (!join_has_font(j, index)) {
        uint32_t font = j->fonts[page->font].first, first = j->pages[0].first;
        hint.shared =
            font > j->parameters ? font - first : font - j->shared + j->end - first;
        hint.shared_count = JOIN_FONT_OBJECTS;
    }
    return hint;
}

static enum rc make_hints(struct joining *j, struct fault *why)
{
    uint32_t first = j->pages[0].first, own = j->end - first,
             others = j->tree - j->shared;
    SCOPED(free_at) struct hint_page *pages = calloc(j->join->page_count, sizeof *pages);
    SCOPED(free_at) uint64_t *shared = calloc(own + others, sizeof *shared);
    if (!pages || !shared)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    for (size_t i = 0; i < j->join->page_count; i++)
        pages[i] = hint_of(j, i);
    for (uint32_t i = 0; i < own + others; i++)
        shared[i] = length_of(j, i < own ? first + i : j->shared + i - own);
    struct join_hints hints = { .pages = pages,
                                .page_count = j->join->page_count,
                                .first_page_at = j->at[first],
                                .shared = shared,
                                .shared_count = own + others,
                                .shared_in_first = own,
                                .other_number = others ? j->shared : 0,
                                .other_at = others ? j->at[j->shared] : 0 };
    if (j->join->mark_count) {
        hints.marks_number = j->marks;
        hints.marks_count = j->end - j->marks;
        hints.marks_at = j->at[j->marks];
        hints.marks_length = j->first_end - j->at[j->marks];
    }
    join_hints_put(&j->hint_bytes, &hints, &j->hints_shared, &j->hints_marks);
    SCOPED(pdf_out_free) struct pdf_out measure;
    pdf_out_open_plain(&measure, PDF_OUT_NOWHERE);
    uint64_t before = pdf_out_at(&measure);
    join_put_hints(j, &measure);
    j->hints_len = pdf_out_at(&measure) - before;
    j->first_end += j->hints_len;
    j->table += j->hints_len;
    j->all += j->hints_len;
    return pdf_out_finish(&measure, why);
}

static enum rc join_into(const struct pdfa_join *join, struct pdf_out *out,
                         struct fault *why)
{
    enum rc rc = join_marks_check(join, why);
    rc = rc ? rc : xmp_check(&join->about, why);
    if (rc)
        return rc;
    SCOPED(joining_free) struct joining j = { .join = join };
    SCOPED(pdf_out_free) struct pdf_out measure;
    pdf_out_open_bare(&j.hint_bytes);
    pdf_out_open_plain(&measure, PDF_OUT_NOWHERE);
    rc = join_plan(&j, why);
    rc = rc ? rc : join_write(&j, &measure, why);
    rc = rc ? rc : make_hints(&j, why);
    return rc ? rc : join_write(&j, out, why);
}

enum rc pdfa_join(const struct pdfa_join *join, int fd, struct fault *why)
{
    SCOPED(pdf_out_free) struct pdf_out out;
    pdf_out_open_plain(&out, fd);
    return join_into(join, &out, why);
}

enum rc join_compare(const struct pdfa_join *join, int fd, struct fault *why)
{
    SCOPED(pdf_out_free) struct pdf_out out;
    struct stat st;
    pdf_out_open_against(&out, &fd);
    enum rc rc = join_into(join, &out, why);
    if (!rc && (fstat(fd, &st) || (uint64_t)st.st_size != pdf_out_at(&out)))
        rc = fault_set(why, RC_CORRUPT, 0, "文件的长度被改动过");
    return rc;
}
