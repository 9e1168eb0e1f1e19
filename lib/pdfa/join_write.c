/* The file in its order. The tables at its head name what comes behind them, so it is
 * written twice: see join.c. */
#include "pdfa/join_plan.h"

#include "pdfa/join_marks.h"
#include "pdfa/xmp.h"
#include "sys/scope.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    KIDS_A_LINE = 16,
    PARAMETERS = 160, /* bytes of the linearisation dictionary, padded */
};

static enum rc put_page(struct joining *j, struct pdf_out *out, size_t index,
                        struct fault *why)
{
    SCOPED(fd_close_at) int fd = -1;
    struct page_read page;
    const struct joined_page *to = &j->pages[index];
    struct form_refs font = join_font_refs(j->fonts[to->font].first, j->tree, j->profile);
    enum rc rc = join_open_page(j, index, &fd, &page, why);
    rc = rc ? rc
            : join_put_page(out, &page, to->first, &font, join_has_font(j, index), why);
    if (!rc && out->why.rc)
        rc = pdf_out_finish(out, why);
    return rc;
}

/* What several pages have and the first one has not, and what no page points to. */
static enum rc put_shared(struct joining *j, struct pdf_out *out, struct fault *why)
{
    enum rc rc = RC_OK;
    for (size_t f = 0; !rc && f <= j->font_count; f++) {
        SCOPED(fd_close_at) int fd = -1;
        struct page_read page;
        bool profile = f == j->font_count; /* the first page's, behind the fonts */
        if (!profile && j->fonts[f].first < j->shared)
            continue; /* a page's alone */
        if (!profile && j->fonts[f].first > j->parameters)
            continue; /* the first page's */
        rc = join_open_page(j, profile ? 0 : j->fonts[f].first_user, &fd, &page, why);
        if (rc)
            break;
        struct form_refs font =
            join_font_refs(profile ? 0 : j->fonts[f].first, j->tree, j->profile);
        if (!profile) {
            rc = join_put_font(out, &page, &font, why);
            continue;
        }
        pdf_out_object(out, j->tree);
        pdf_out_text(out, "<< /Type /Pages /Count %zu /Kids [", j->join->page_count);
        for (size_t i = 0; i < j->join->page_count; i++)
            pdf_out_text(out, "%s%" PRIu32 " 0 R", i % KIDS_A_LINE ? " " : "\n",
                         j->numbers[i]);
        pdf_out_text(out, "] >>\n");
        pdf_out_object_end(out);
        rc = join_put_intent(out, &page, j->intent, j->profile, why);
    }
    return rc;
}

static void put_catalogue(const struct joining *j, struct pdf_out *out)
{
    pdf_out_object(out, j->catalogue);
    pdf_out_text(out,
                 "<< /Type /Catalog /Pages %" PRIu32
                 " 0 R /Lang (zh-CN) /OutputIntents [%" PRIu32 " 0 R] /Metadata %" PRIu32
                 " 0 R",
                 j->tree, j->intent, j->info + 1);
    if (j->join->mark_count)
        pdf_out_text(out, " /Outlines %" PRIu32 " 0 R /PageMode /UseOutlines", j->marks);
    join_labels_put(out, j->join);
    pdf_out_text(out, " >>\n");
    pdf_out_object_end(out);
}

/* Where an object lies in the file with its hints. */
static uint64_t final_at(const struct joining *j, uint32_t n)
{
    if (!j->at)
        return 0;
    return j->at[n] + (j->at[n] >= j->at[j->hints] && n != j->hints ? j->hints_len : 0);
}

static void put_entries(const struct joining *j, struct pdf_out *out, uint32_t from,
                        uint32_t to)
{
    for (uint32_t n = from; n < to; n++)
        pdf_out_text(out, "%010" PRIu64 " 00000 n \n", final_at(j, n));
}

static void put_trailer(const struct joining *j, struct pdf_out *out, const char *prev,
                        uint64_t start)
{
    pdf_out_text(out,
                 "trailer\n<< /Size %" PRIu32 "%s /Root %" PRIu32 " 0 R /Info %" PRIu32
                 " 0 R /ID [<%s> <%s>] >>\nstartxref\n%" PRIu64 "\n%%%%EOF\n",
                 j->end, prev, j->catalogue, j->info, j->id, j->id, start);
}

/* The parameters, and the table of the first section. Both are as long whatever the
 * numbers in them are. *ret_table is where the table lies. */
static void put_head(const struct joining *j, struct pdf_out *out, uint64_t *ret_table)
{
    char text[PARAMETERS + 1], prev[32];
    uint64_t entries = j->table + strlen("xref\n0 ") +
                       (size_t)snprintf(NULL, 0, "%" PRIu32, j->parameters);
    int len = snprintf(text, sizeof text,
                       "<< /Linearized 1 /L %" PRIu64 " /H [%" PRIu64 " %" PRIu64
                       "] /O %" PRIu32 " /E %" PRIu64 " /N %zu /T %" PRIu64 " >>",
                       j->all, j->at ? j->at[j->hints] : 0, j->hints_len, j->numbers[0],
                       j->first_end, j->join->page_count, entries);
    pdf_out_object(out, j->parameters);
    pdf_out_text(out, "%s%*s\n", text, PARAMETERS - len, "");
    pdf_out_object_end(out);
    *ret_table = pdf_out_at(out);
    (void)snprintf(prev, sizeof prev, " /Prev %-10" PRIu64, j->table);
    pdf_out_text(out, "xref\n%" PRIu32 " %" PRIu32 "\n", j->parameters,
                 j->end - j->parameters);
    put_entries(j, out, j->parameters, j->end);
    put_trailer(j, out, prev, 0);
}

void join_put_hints(const struct joining *j, struct pdf_out *out)
{
    char dict[64], marks[32] = "";
    if (j->hints_marks)
        (void)snprintf(marks, sizeof marks, " /O %" PRIu32, j->hints_marks);
    (void)snprintf(dict, sizeof dict, "/S %" PRIu32 "%s", j->hints_shared, marks);
    pdf_out_packed(out, j->hints, dict,
                   (struct bytes){ j->hint_bytes.at, j->hint_bytes.len });
}

enum rc join_write(struct joining *j, struct pdf_out *out, struct fault *why)
{
    uint64_t first_table, hints_at;
    bool with_hints = j->at;
    put_head(j, out, &first_table);
    put_catalogue(j, out);
    hints_at = pdf_out_at(out);
    if (with_hints)
        join_put_hints(j, out);
    enum rc rc = put_page(j, out, 0, why);
    join_marks_put(out, j->join, j->marks, j->numbers);
    j->first_end = pdf_out_at(out);
    for (size_t i = 1; !rc && i < j->join->page_count; i++)
        rc = put_page(j, out, i, why);
    rc = rc ? rc : put_shared(j, out, why);
    xmp_put_info(out, &j->join->about, j->info);
    xmp_put_packet(out, &j->join->about, j->info + 1, j->id);
    j->table = pdf_out_at(out);
    pdf_out_text(out, "xref\n0 %" PRIu32 "\n0000000000 65535 f \n", j->parameters);
    put_entries(j, out, 1, j->parameters);
    put_trailer(j, out, "", first_table);
    j->all = pdf_out_at(out);
    if (!with_hints && !rc && !out->why.rc) {
        j->at = TAKE(out->offsets);
        j->at[j->hints] = hints_at;
    }
    enum rc written = pdf_out_finish(out, rc ? NULL : why);
    return rc ? rc : written;
}
