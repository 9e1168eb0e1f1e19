/* Strict reading by writing again: the few numbers of a dictionary are taken out of its
 * text, the dictionary is made anew from them, and must be the same to the byte. So there
 * is no PDF parser here to be fooled; whatever is not exactly ours is refused. */
#include "pdfa/page_read.h"

#include "pdfa/page_take.h"
#include "sys/scope.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    TAIL_MAX = 1024, /* table and trailer of FORM_OBJECTS_MAX objects need 780 */
    HEADER = 15,
    DICT_MAX = FORM_TEXT_MAX + 64,
    PIECE = 64 * 1024,
};

static const char stream_end[] = "\nendstream\n", object_end[] = "endobj\n";

/* The trailer names the number of objects twice over: by /Size and by the table. */
static enum rc read_table(struct page_read *page, const char *tail, uint64_t tail_at,
                          uint64_t ret_offsets[FORM_OBJECTS_MAX + 1], struct fault *why)
{
    const char *table = strstr(tail, "xref\n0 "), *at = table;
    uint64_t count = 0;
    if (!table || !page_take_text(&at, "xref\n0 ") ||
        !page_take_number(&at, FORM_OBJECTS_MAX, &count) || count < FORM_RARE_FONT + 2 ||
        !page_take_text(&at, "\n0000000000 65535 f \n"))
        return page_not_ours(why, "目录表");
    for (uint64_t i = 1; i < count; i++) {
        if (!page_take_number(&at, page->size, &ret_offsets[i]) ||
            !page_take_text(&at, " 00000 n \n"))
            return page_not_ours(why, "目录表");
        if (i > 1 && ret_offsets[i] <= ret_offsets[i - 1])
            return page_not_ours(why, "目录表的次序");
    }
    page->objects = (uint32_t)count;
    ret_offsets[count] = tail_at + (uint64_t)(table - tail);

    const char *ids = strstr(at, "/ID [<");
    char expected[TAIL_MAX + 1], id[PDF_ID_MAX];
    if (!ids || strlen(ids) < 6 + PDF_ID_MAX)
        return page_not_ours(why, "文件尾");
    memcpy(id, ids + 6, PDF_ID_MAX - 1);
    id[PDF_ID_MAX - 1] = 0;
    (void)snprintf(expected, sizeof expected,
                   "trailer\n<< /Size %" PRIu64 " /Root 1 0 R /Info %" PRIu64
                   " 0 R /ID [<%s> <%s>] >>\nstartxref\n%" PRIu64 "\n%%%%EOF\n",
                   count, count - 2, id, id, ret_offsets[count]);
    if (strspn(id, "0123456789abcdef") != PDF_ID_MAX - 1 || strcmp(at, expected) != 0)
        return page_not_ours(why, "文件尾");
    memcpy(page->id, id, sizeof id);
    return RC_OK;
}

/* The object between two offsets: its head and end must be ours. */
static enum rc read_frame(struct page_read *page, uint32_t n, uint64_t from, uint64_t to,
                          struct fault *why)
{
    char want[32], text[32];
    size_t head = (size_t)snprintf(want, sizeof want, "%" PRIu32 " 0 obj\n", n);
    size_t end = sizeof object_end - 1;
    if (to > page->size || to <= from || to - from < head + end)
        return page_not_ours(why, "对象");
    enum rc rc = page_read_at(page->fd, from, text, head, why);
    if (!rc && strcmp(text, want) != 0)
        rc = page_not_ours(why, "对象的开头");
    rc = rc ? rc : page_read_at(page->fd, to - end, text, end, why);
    if (!rc && strcmp(text, object_end) != 0)
        rc = page_not_ours(why, "对象的结尾");
    page->body[n] = (struct page_span){ from + head, to - from - head - end };
    return rc;
}

/* A stream: `dict` as page_form gives it (NULL: ret_text is to be looked at by the
 * caller), /Length that is just what lies there, and the end. */
static enum rc read_stream(struct page_read *page, uint32_t n, const char *dict,
                           char ret_text[DICT_MAX + 1], struct fault *why)
{
    struct page_span body = page->body[n];
    size_t end = sizeof stream_end - 1,
           most = body.len < DICT_MAX ? (size_t)body.len : DICT_MAX;
    char tail[sizeof stream_end];
    uint64_t len = 0;
    enum rc rc = page_read_at(page->fd, body.at, ret_text, most, why);
    if (rc)
        return rc;
    const char *at = strstr(ret_text, "/Length "), *start = at;
    if (!at || !page_take_text(&at, "/Length ") ||
        !page_take_number(&at, page->size, &len) || !page_take_text(&at, " >>\nstream\n"))
        return page_not_ours(why, "数据流");
    uint64_t head = (uint64_t)(at - ret_text);
    if (body.len < head + end || len != body.len - head - end)
        return page_not_ours(why, "数据流的长度");
    rc = page_read_at(page->fd, body.at + head + len, tail, end, why);
    if (!rc && strcmp(tail, stream_end) != 0)
        rc = page_not_ours(why, "数据流的结尾");
    page->data[n] = (struct page_span){ body.at + head, len };

    size_t text_len = (size_t)(start - ret_text);
    ret_text[text_len] = 0; /* what stands before /Length */
    char expected[DICT_MAX];
    (void)snprintf(expected, sizeof expected, "<< %s ", dict ? dict : "");
    if (!rc && dict && strcmp(ret_text, expected) != 0)
        rc = page_not_ours(why, "数据流的字典");
    return rc;
}

static enum rc expect(const struct page_read *page, uint32_t n, const char *want,
                      struct fault *why)
{
    char text[FORM_TEXT_MAX + 1];
    size_t len = strlen(want);
    if (page->body[n].len != len)
        return page_not_ours(why, "字典");
    enum rc rc = page_read_at(page->fd, page->body[n].at, text, len, why);
    return rc ? rc : strcmp(text, want) != 0 ? page_not_ours(why, "字典") : RC_OK;
}

static bool take_crop(const char **at, struct form_crop *crop)
{
    crop->is_set = page_take_text(at, "] /CropBox [");
    return !crop->is_set ||
           (page_take_points(at, &crop->left_pt) && page_take_text(at, " ") &&
            page_take_points(at, &crop->bottom_pt) && page_take_text(at, " ") &&
            page_take_points(at, &crop->right_pt) && page_take_text(at, " ") &&
            page_take_points(at, &crop->top_pt));
}

/* The objects that a page of this form has, with the free one. */
static uint32_t count_objects(bool has_rare, const struct form_layers *layers)
{
    return form_page_refs(has_rare).layers + form_layer_objects(layers) + 2;
}

/* Which of all possible forms makes just this dictionary: with rare characters or not,
 * layered or not, with XMP or not, so many inks, a bit for each that has colours. */
static enum rc find_form(struct page_read *page, const char *text, struct fault *why)
{
    char want[FORM_TEXT_MAX];
    for (unsigned form = 0; form < 8u << PDFA_INKS_MAX; form++)
        for (size_t inks = 0; inks <= PDFA_INKS_MAX; inks++) {
            bool has_rare = form & 1;
            struct form_layers layers = { .layered = form & 2,
                                          .told = form & 4,
                                          .ink_count = inks };
            for (size_t i = 0; i < inks; i++)
                layers.has_colours[i] = form >> (3 + i) & 1;
            if ((!layers.layered && inks) || (layers.layered && !layers.told) ||
                count_objects(has_rare, &layers) != page->objects)
                continue;
            struct form_refs refs = form_page_refs(has_rare);
            form_page(&refs, &layers, page->width_pt, page->height_pt, &page->crop, want);
            if (strcmp(text, want) != 0)
                continue;
            page->has_rare = has_rare;
            page->layers = layers;
            return RC_OK;
        }
    return page_not_ours(why, "页面");
}

/* The page's size, by taking it out and making the dictionary again. */
static enum rc read_page_dict(struct page_read *page, struct fault *why)
{
    char text[FORM_TEXT_MAX + 1];
    const char *at = text;
    if (page->body[FORM_PAGE].len > FORM_TEXT_MAX)
        return page_not_ours(why, "页面");
    enum rc rc = page_read_at(page->fd, page->body[FORM_PAGE].at, text,
                              (size_t)page->body[FORM_PAGE].len, why);
    if (rc)
        return rc;
    if (!page_take_text(&at, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ") ||
        !page_take_points(&at, &page->width_pt) || !page_take_text(&at, " ") ||
        !page_take_points(&at, &page->height_pt) || !take_crop(&at, &page->crop))
        return page_not_ours(why, "页面");
    return find_form(page, text, why);
}

/* The size of the picture in stream `n`, and the dictionary that it has. */
static enum rc read_size(struct page_read *page, uint32_t n, uint32_t *ret_width,
                         uint32_t *ret_height, char ret_text[DICT_MAX + 1],
                         struct fault *why)
{
    uint64_t width = 0, height = 0;
    enum rc rc = read_stream(page, n, NULL, ret_text, why);
    if (rc)
        return rc;
    const char *at = ret_text;
    if (!page_take_text(&at, "<< /Type /XObject /Subtype /Image /Width ") ||
        !page_take_number(&at, PDFA_SIDE_PX_MAX, &width) ||
        !page_take_text(&at, " /Height ") ||
        !page_take_number(&at, PDFA_SIDE_PX_MAX, &height))
        return page_not_ours(why, "图像");
    *ret_width = (uint32_t)width;
    *ret_height = (uint32_t)height;
    return RC_OK;
}

/* A picture; `mask` is the object that it shows through, or 0. */
static enum rc read_picture(struct page_read *page, uint32_t n, uint32_t mask,
                            struct form_picture *ret_picture, struct fault *why)
{
    static const enum pdfa_coding codings[] = { PDFA_JPEG, PDFA_G4, PDFA_BITS, PDFA_GRAY,
                                                PDFA_RGB };
    char text[DICT_MAX + 1], dict[FORM_TEXT_MAX], want[DICT_MAX];
    uint32_t width, height;
    enum rc rc = read_size(page, n, &width, &height, text, why);
    if (rc)
        return rc;
    bool is_jpeg = mask || page->layers.layered;
    for (size_t i = 0; i < (is_jpeg ? 4 : 4 * COUNT(codings)); i++) {
        struct form_picture picture = { codings[i / 4], i & 1, (i & 2) != 0, width,
                                        height };
        if (mask)
            form_colours_dict(&picture, mask, dict);
        else
            form_picture_dict(&picture, dict);
        (void)snprintf(want, sizeof want, "<< %s ", dict);
        if (strcmp(text, want) == 0) {
            *ret_picture = picture;
            return RC_OK;
        }
    }
    return page_not_ours(why, "图像");
}

/* A stencil: all of a page are of one size. */
static enum rc read_mask(struct page_read *page, uint32_t n, struct fault *why)
{
    char text[DICT_MAX + 1], dict[FORM_TEXT_MAX], want[DICT_MAX];
    uint32_t width, height;
    enum rc rc = read_size(page, n, &width, &height, text, why);
    if (rc)
        return rc;
    form_mask_dict(width, height, dict);
    (void)snprintf(want, sizeof want, "<< %s ", dict);
    if (strcmp(text, want) != 0 ||
        (page->mask_width_px &&
         (page->mask_width_px != width || page->mask_height_px != height)))
        return page_not_ours(why, "文字层");
    page->mask_width_px = width;
    page->mask_height_px = height;
    return RC_OK;
}

static enum rc read_told(struct page_read *page, struct fault *why)
{
    char text[FORM_PACKET_MAX + 1], seen[DICT_MAX + 1];
    uint32_t n = form_page_refs(page->has_rare).layers +
                 form_mask_at(&page->layers, page->layers.ink_count);
    enum rc rc = read_stream(page, n, form_told_dict, seen, why);
    if (!rc && page->data[n].len >= FORM_PACKET_MAX)
        rc = page_not_ours(why, "来源");
    rc = rc ? rc
            : page_read_at(page->fd, page->data[n].at, text, (size_t)page->data[n].len,
                           why);
    if (rc)
        return rc;
    bool right = form_told_read(text, &page->told);
    bool sourced = right && page->told.source[0];
    if (sourced && !page->layers.ink_count && page->picture.coding == PDFA_JPEG)
        page->layers.layered = true; /* a ground alone: its dictionary is any picture's */
    right = right && sourced == page->layers.layered;
    return right ? RC_OK : page_not_ours(why, "来源");
}

static enum rc read_layers(struct page_read *page, struct fault *why)
{
    uint32_t first = form_page_refs(page->has_rare).layers;
    enum rc rc = RC_OK;
    for (size_t i = 0; !rc && i < page->layers.ink_count; i++) {
        uint32_t mask = first + form_mask_at(&page->layers, i);
        if (page->layers.has_colours[i])
            rc = read_picture(page, mask - 1, mask, &page->colours[i], why);
        rc = rc ? rc : read_mask(page, mask, why);
    }
    return rc;
}

static enum rc read_font(struct page_read *page, bool rare, struct fault *why)
{
    struct form_refs refs = form_page_refs(page->has_rare);
    uint32_t font = rare ? FORM_RARE_FONT : FORM_FONT;
    uint32_t characters = rare ? FORM_RARE_CHARACTERS : FORM_CHARACTERS;
    char text[FORM_TEXT_MAX], seen[DICT_MAX + 1];
    if (rare) {
        refs.characters = FORM_RARE_CHARACTERS;
        refs.glyphs = FORM_RARE_GLYPHS;
        refs.unicode = FORM_RARE_UNICODE;
    }
    form_font(&refs, text);
    enum rc rc = expect(page, font, text, why);
    form_characters(&refs, rare, text);
    rc = rc ? rc : expect(page, characters, text, why);
    rc = rc ? rc : read_stream(page, refs.glyphs, form_packed, seen, why);
    return rc ? rc : read_stream(page, refs.unicode, form_packed, seen, why);
}

static enum rc read_objects(struct page_read *page, struct fault *why)
{
    char text[FORM_TEXT_MAX], seen[DICT_MAX + 1];

    (void)snprintf(text, sizeof text, FORM_CATALOGUE_TEXT, FORM_TREE, FORM_INTENT,
                   (int)page->objects - 1);
    enum rc rc = expect(page, FORM_CATALOGUE, text, why);
    rc = rc ? rc : expect(page, FORM_TREE, form_tree_text, why);
    rc = rc ? rc : read_page_dict(page, why);
    rc = rc ? rc : read_stream(page, FORM_CONTENTS, form_packed, seen, why);
    rc = rc ? rc : read_picture(page, FORM_PICTURE, 0, &page->picture, why);
    rc = rc ? rc : read_font(page, false, why);
    struct form_refs refs = form_page_refs(page->has_rare);
    form_measures(&refs, text);
    rc = rc ? rc : expect(page, FORM_MEASURES, text, why);
    rc = rc ? rc : read_stream(page, FORM_PROGRAM, form_program_dict, seen, why);
    form_intent(&refs, text);
    rc = rc ? rc : expect(page, FORM_INTENT, text, why);
    rc = rc ? rc : read_stream(page, FORM_PROFILE, form_profile_dict, seen, why);
    rc = rc || !page->has_rare ? rc : read_font(page, true, why);
    rc = rc || !page->layers.layered ? rc : read_layers(page, why);
    return rc || !page->layers.told ? rc : read_told(page, why);
}

enum rc page_read(int fd, struct page_read *ret_page, struct fault *why)
{
    struct page_read page = { .fd = fd };
    uint64_t offsets[FORM_OBJECTS_MAX + 1] = { 0 };
    char tail[TAIL_MAX + 1], head[HEADER + 1];
    struct stat st;
    if (fstat(fd, &st))
        return fault_set(why, rc_of_errno(errno), errno, "读取单页 PDF 失败");
    page.size = (uint64_t)st.st_size;
    if (!S_ISREG(st.st_mode) || page.size < HEADER)
        return page_not_ours(why, "长度");

    size_t tail_len = page.size < TAIL_MAX ? (size_t)page.size : TAIL_MAX;
    enum rc rc = page_read_at(fd, 0, head, HEADER, why);
    if (!rc && strcmp(head, "%PDF-1.4\n%\xE2\xE3\xCF\xD3\n") != 0)
        rc = page_not_ours(why, "文件头");
    rc = rc ? rc : page_read_at(fd, page.size - tail_len, tail, tail_len, why);
    rc = rc ? rc : read_table(&page, tail, page.size - tail_len, offsets, why);
    for (uint32_t n = 1; !rc && n < page.objects; n++)
        rc = read_frame(&page, n, offsets[n], offsets[n + 1], why);
    rc = rc ? rc : read_objects(&page, why);
    if (!rc)
        *ret_page = page;
    return rc;
}

/* Where object `n` begins. */
static uint64_t object_at(const struct page_read *page, uint32_t n)
{
    char head[32];
    int len = snprintf(head, sizeof head, "%" PRIu32 " 0 obj\n", n);
    return page->body[n].at - (uint64_t)len;
}

enum rc page_read_proof(const struct page_read *page, struct sha256 *ret_kept,
                        struct fault *why)
{
    char id[PDF_ID_MAX];
    SCOPED(free_at) char *piece = malloc(PIECE + 1);
    if (!piece)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    /* the id covers all that stands before the XMP packet */
    uint64_t info = object_at(page, page->objects - 2);
    uint64_t end = object_at(page, page->objects - 1);
    struct hash *hash = hash_new(), *kept = hash_new();
    enum rc rc = RC_OK;
    for (uint64_t at = 0, n; !rc && at < end; at += n) {
        uint64_t stop = at < info ? info : end;
        n = stop - at < PIECE ? stop - at : PIECE;
        rc = page_read_at(page->fd, at, piece, (size_t)n, why);
        if (rc)
            break;
        hash_add(hash, (struct bytes){ (uint8_t *)piece, (size_t)n });
        if (at < info)
            hash_add(kept, (struct bytes){ (uint8_t *)piece, (size_t)n });
    }
    pdf_id_of(hash_end(hash), id);
    *ret_kept = hash_end(kept);
    hash_free(hash);
    hash_free(kept);
    if (!rc && strcmp(id, page->id) != 0)
        rc = page_not_ours(why, "内容与编号不符");
    return rc;
}

enum rc pdfa_page_check(int fd, struct pdfa_page_facts *ret_facts, struct fault *why)
{
    struct page_read page;
    enum rc rc = page_read(fd, &page, why);
    if (rc)
        return rc;
    ret_facts->width_px = page.picture.width_px;
    ret_facts->height_px = page.picture.height_px;
    ret_facts->layered = page.layers.layered;
    ret_facts->width_pt = page.width_pt;
    ret_facts->height_pt = page.height_pt;
    memcpy(ret_facts->id, page.id, sizeof page.id);
    return RC_OK;
}
