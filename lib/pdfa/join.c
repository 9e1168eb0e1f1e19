/* A volume from page files. Each page is opened, proved by its id, and its three objects
 * (page, contents, picture) are copied with new numbers; the font and the colour profile
 * are written with the first page and pointed to by all. What grows with the volume is
 * only the table of offsets and of page numbers.
 *
 *   1 catalogue  2 page tree  3 output intent  4 profile  5... fonts and pages as they
 *   come, then bookmarks, Info and XMP */
#include "pdfa/pdfa.h"

#include "pdfa/page_read.h"
#include "pdfa/xmp.h"
#include "sys/scope.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    CATALOGUE = 1,
    TREE,
    INTENT,
    PROFILE,
    FIRST_FREE,
    PIECE = 64 * 1024,
    FONTS_MAX = 8, /* forms of the common font: one a version of our compressor */
    KIDS_A_LINE = 16,
};

struct joined_font {
    struct sha256 streams; /* of program and maps */
    struct form_refs refs;
};

struct joining {
    const struct pdfa_join *join;
    struct pdf_out out;
    uint32_t next;   /* the next free object number */
    uint32_t *pages; /* object number of each page; owned */
    struct joined_font fonts[FONTS_MAX];
    size_t font_count;
    uint8_t *piece; /* PIECE bytes; owned */
};

static void joining_end(struct joining *j)
{
    pdf_out_free(&j->out);
    free(j->pages);
    free(j->piece);
}

/* Bytes of the page file, into the volume or into a hash. */
static enum rc copy_span(struct joining *j, int fd, struct page_span span,
                         struct hash *hash, struct fault *why)
{
    for (uint64_t done = 0; done < span.len;) {
        size_t most = span.len - done < PIECE ? (size_t)(span.len - done) : PIECE;
        ssize_t n = pread(fd, j->piece, most, (off_t)(span.at + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return fault_set(why, n ? rc_of_errno(errno) : RC_CORRUPT, n ? errno : 0,
                             "读取单页 PDF 失败");
        struct bytes data = { j->piece, (size_t)n };
        if (hash)
            hash_add(hash, data);
        else
            pdf_out_put(&j->out, data);
        done += (uint64_t)n;
    }
    return RC_OK;
}

static enum rc copy_stream(struct joining *j, const struct page_read *page, uint32_t from,
                           uint32_t to, const char *dict, struct fault *why)
{
    pdf_out_object(&j->out, to);
    pdf_out_text(&j->out, "<< %s /Length %" PRIu64 " >>\nstream\n", dict,
                 page->data[from].len);
    enum rc rc = copy_span(j, page->fd, page->data[from], NULL, why);
    pdf_out_text(&j->out, "\nendstream\n");
    pdf_out_object_end(&j->out);
    return rc;
}

static enum rc add_font(struct joining *j, const struct page_read *page,
                        struct joined_font *font, struct fault *why)
{
    char text[FORM_TEXT_MAX];
    struct form_refs *refs = &font->refs;
    *refs = (struct form_refs){ .tree = TREE,
                                .font = j->next,
                                .characters = j->next + 1,
                                .measures = j->next + 2,
                                .program = j->next + 3,
                                .glyphs = j->next + 4,
                                .unicode = j->next + 5,
                                .profile = PROFILE };
    j->next += 6;
    form_font(refs, text);
    form_put(&j->out, refs->font, text);
    form_characters(refs, false, text);
    form_put(&j->out, refs->characters, text);
    form_measures(refs, text);
    form_put(&j->out, refs->measures, text);
    enum rc rc =
        copy_stream(j, page, FORM_PROGRAM, refs->program, form_program_dict, why);
    rc = rc ? rc : copy_stream(j, page, FORM_GLYPHS, refs->glyphs, form_packed, why);
    rc = rc ? rc : copy_stream(j, page, FORM_UNICODE, refs->unicode, form_packed, why);
    if (rc || j->font_count > 1)
        return rc;
    form_intent(refs, text);
    form_put(&j->out, INTENT, text);
    return copy_stream(j, page, FORM_PROFILE, PROFILE, form_profile_dict, why);
}

/* The volume's copy of the page's common font. */
static enum rc find_font(struct joining *j, const struct page_read *page,
                         struct form_refs *ret_refs, struct fault *why)
{
    static const uint32_t streams[] = { FORM_PROGRAM, FORM_GLYPHS, FORM_UNICODE };
    struct hash *hash = hash_new();
    enum rc rc = RC_OK;
    for (size_t i = 0; !rc && i < COUNT(streams); i++)
        rc = copy_span(j, page->fd, page->data[streams[i]], hash, why);
    struct sha256 sum = hash_end(hash);
    hash_free(hash);
    if (rc)
        return rc;
    for (size_t i = 0; i < j->font_count; i++)
        if (hash_equal(&j->fonts[i].streams, &sum)) {
            *ret_refs = j->fonts[i].refs;
            return RC_OK;
        }
    if (j->font_count == FONTS_MAX)
        return fault_set(why, RC_INVALID, 0, "各页来自过多不同的版本，无法合并");
    struct joined_font *font = &j->fonts[j->font_count++];
    font->streams = sum;
    rc = add_font(j, page, font, why);
    *ret_refs = font->refs;
    return rc;
}

static enum rc add_rare(struct joining *j, const struct page_read *page,
                        struct form_refs *refs, struct fault *why)
{
    char text[FORM_TEXT_MAX];
    struct form_refs own = *refs;
    own.characters = j->next + 1;
    own.glyphs = j->next + 2;
    own.unicode = j->next + 3;
    refs->rare_font = j->next;
    j->next += 4;
    form_font(&own, text);
    form_put(&j->out, refs->rare_font, text);
    form_characters(&own, true, text);
    form_put(&j->out, own.characters, text);
    enum rc rc = copy_stream(j, page, FORM_RARE_GLYPHS, own.glyphs, form_packed, why);
    return rc ? rc
              : copy_stream(j, page, FORM_RARE_UNICODE, own.unicode, form_packed, why);
}

static enum rc add_layers(struct joining *j, const struct page_read *page, uint32_t first,
                          struct fault *why)
{
    char text[FORM_TEXT_MAX];
    uint32_t from = form_page_refs(page->has_rare).layers;
    enum rc rc = RC_OK;
    for (size_t i = 0; !rc && i < page->layers.ink_count; i++) {
        uint32_t at = form_mask_at(&page->layers, i);
        if (page->layers.has_colours[i]) {
            form_colours_dict(&page->colours[i], first + at, text);
            rc = copy_stream(j, page, from + at - 1, first + at - 1, text, why);
        }
        form_mask_dict(page->mask_width_px, page->mask_height_px, text);
        rc = rc ? rc : copy_stream(j, page, from + at, first + at, text, why);
    }
    uint32_t xmp = form_mask_at(&page->layers, page->layers.ink_count);
    return rc ? rc : copy_stream(j, page, from + xmp, first + xmp, form_source_dict, why);
}

static enum rc add_page(struct joining *j, size_t index, int fd, struct fault *why)
{
    struct page_read page;
    struct form_refs refs;
    char text[FORM_TEXT_MAX];
    enum rc rc = page_read(fd, &page, why);
    rc = rc ? rc : page_read_proof(&page, why);
    rc = rc ? rc : find_font(j, &page, &refs, why);
    if (!rc && page.has_rare)
        rc = add_rare(j, &page, &refs, why);
    if (rc)
        return rc;
    j->pages[index] = j->next;
    refs.contents = j->next + 1;
    refs.picture = j->next + 2;
    refs.layers = j->next + 3;
    j->next += 3 + form_layer_objects(&page.layers);
    form_page(&refs, &page.layers, page.width_pt, page.height_pt, &page.crop, text);
    form_put(&j->out, j->pages[index], text);
    rc = copy_stream(j, &page, FORM_CONTENTS, refs.contents, form_packed, why);
    form_picture_dict(&page.picture, text);
    rc = rc ? rc : copy_stream(j, &page, FORM_PICTURE, refs.picture, text, why);
    rc = rc || !page.layers.layered ? rc : add_layers(j, &page, refs.layers, why);
    return rc ? rc : j->out.why.rc;
}

static void put_tree(struct joining *j)
{
    pdf_out_object(&j->out, TREE);
    pdf_out_text(&j->out, "<< /Type /Pages /Count %zu /Kids [", j->join->page_count);
    for (size_t i = 0; i < j->join->page_count; i++)
        pdf_out_text(&j->out, "%s%" PRIu32 " 0 R", i % KIDS_A_LINE ? " " : "\n",
                     j->pages[i]);
    pdf_out_text(&j->out, "] >>\n");
    pdf_out_object_end(&j->out);
}

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
static void put_children(struct joining *j, uint32_t root, size_t from, unsigned depth)
{
    const struct pdfa_join *join = j->join;
    size_t last = from, end = from;
    for (; end < join->mark_count && join->marks[end].depth >= depth; end++)
        last = join->marks[end].depth == depth ? end : last;
    if (end > from)
        pdf_out_text(&j->out, " /First %" PRIu32 " 0 R /Last %" PRIu32 " 0 R /Count %zu",
                     root + 1 + (uint32_t)from, root + 1 + (uint32_t)last, end - from);
}

/* Bookmarks: a root, and the tree that the depths tell below it, all open. */
static uint32_t put_marks(struct joining *j)
{
    const struct pdfa_join *join = j->join;
    uint32_t root = j->next, parents[PDFA_MARK_DEPTH_MAX + 2] = { root };
    if (!join->mark_count)
        return 0;
    j->next += 1 + (uint32_t)join->mark_count;
    pdf_out_object(&j->out, root);
    pdf_out_text(&j->out, "<< /Type /Outlines");
    put_children(j, root, 0, 0);
    pdf_out_text(&j->out, " >>\n");
    pdf_out_object_end(&j->out);
    for (size_t i = 0; i < join->mark_count; i++) {
        const struct pdfa_mark *mark = &join->marks[i];
        uint32_t own = root + 1 + (uint32_t)i;
        parents[mark->depth + 1] = own;
        pdf_out_object(&j->out, own);
        pdf_out_text(&j->out, "<< /Parent %" PRIu32 " 0 R /Title ", parents[mark->depth]);
        pdf_out_string(&j->out, mark->title);
        pdf_out_text(&j->out, " /Dest [%" PRIu32 " 0 R /Fit]", j->pages[mark->page]);
        if (beside(join, i, -1) < join->mark_count)
            pdf_out_text(&j->out, " /Prev %" PRIu32 " 0 R",
                         root + 1 + (uint32_t)beside(join, i, -1));
        if (beside(join, i, 1) < join->mark_count)
            pdf_out_text(&j->out, " /Next %" PRIu32 " 0 R",
                         root + 1 + (uint32_t)beside(join, i, 1));
        put_children(j, root, i + 1, mark->depth + 1);
        pdf_out_text(&j->out, " >>\n");
        pdf_out_object_end(&j->out);
    }
    return root;
}

static void put_catalogue(struct joining *j, uint32_t marks, uint32_t xmp)
{
    const struct pdfa_join *join = j->join;
    pdf_out_object(&j->out, CATALOGUE);
    pdf_out_text(&j->out,
                 "<< /Type /Catalog /Pages %d 0 R /Lang (zh-CN) /OutputIntents [%d 0 R] "
                 "/Metadata %" PRIu32 " 0 R",
                 TREE, INTENT, xmp);
    if (marks)
        pdf_out_text(&j->out, " /Outlines %" PRIu32 " 0 R /PageMode /UseOutlines", marks);
    if (join->label_count)
        pdf_out_text(&j->out, " /PageLabels << /Nums [");
    for (size_t i = 0; i < join->label_count; i++) {
        const struct pdfa_label *label = &join->labels[i];
        pdf_out_text(&j->out, "\n%zu <<", label->page);
        if (label->start)
            pdf_out_text(&j->out, " /S /D /St %" PRIu32, label->start);
        if (label->prefix) {
            pdf_out_text(&j->out, " /P ");
            pdf_out_string(&j->out, label->prefix);
        }
        pdf_out_text(&j->out, " >>");
    }
    pdf_out_text(&j->out, "%s >>\n", join->label_count ? "] >>" : "");
    pdf_out_object_end(&j->out);
}

static enum rc check_join(const struct pdfa_join *join, struct fault *why)
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
    return xmp_check(&join->about, why);
}

enum rc pdfa_join(const struct pdfa_join *join, int fd, struct fault *why)
{
    enum rc rc = check_join(join, why);
    if (rc)
        return rc;
    SCOPED(joining_end) struct joining j = { .join = join, .next = FIRST_FREE };
    pdf_out_open(&j.out, fd);
    j.pages = calloc(join->page_count, sizeof *j.pages);
    j.piece = malloc(PIECE);
    if (!j.pages || !j.piece)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    for (size_t i = 0; i < join->page_count; i++) {
        SCOPED(fd_close_at) int page = -1;
        rc = join->open_page(join->context, i, &page, why);
        rc = rc ? rc : add_page(&j, i, page, why);
        if (rc && why && j.out.why.rc)
            *why = j.out.why;
        if (rc)
            return fault_wrap(why, rc, "第 %zu 页", i + 1);
    }
    put_tree(&j);
    uint32_t marks = put_marks(&j);
    put_catalogue(&j, marks, j.next + 1);
    return pdf_out_close(&j.out, &join->about, CATALOGUE, j.next, why);
}
