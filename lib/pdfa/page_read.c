/* Strict reading by writing again: the few numbers of a dictionary are taken out of its
 * text, the dictionary is made anew from them, and must be the same to the byte. So there
 * is no PDF parser here to be fooled; whatever is not exactly ours is refused. */
#include "pdfa/page_read.h"

#include "sys/scope.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    TAIL_MAX = 1024, /* table and trailer of FORM_OBJECTS_MAX objects need 640 */
    HEADER = 15,
    DICT_MAX = FORM_TEXT_MAX + 64,
    PIECE = 64 * 1024,
};

static const char stream_end[] = "\nendstream\n", object_end[] = "endobj\n";

static enum rc not_ours(struct fault *why, const char *what)
{
    return fault_set(why, RC_CORRUPT, 0, "不是本系统生成的单页 PDF，或已被改动（%s）",
                     what);
}

/* Exactly `len` bytes at `at`, with a NUL behind. */
static enum rc read_at(int fd, uint64_t at, char *ret_text, size_t len, struct fault *why)
{
    size_t done = 0;
    while (done < len) {
        ssize_t n = pread(fd, ret_text + done, len - done, (off_t)(at + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fault_set(why, rc_of_errno(errno), errno, "读取单页 PDF 失败");
        if (n == 0)
            return not_ours(why, "长度");
        done += (size_t)n;
    }
    ret_text[len] = 0;
    return RC_OK;
}

static bool take_text(const char **at, const char *text)
{
    size_t len = strlen(text);
    if (strncmp(*at, text, len) != 0)
        return false;
    *at += len;
    return true;
}

/* Decimal digits, at most `most`. */
static bool take_number(const char **at, uint64_t most, uint64_t *ret_number)
{
    uint64_t value = 0;
    const char *s = *at;
    for (; *s >= '0' && *s <= '9'; s++) {
        value = value * 10 + (uint64_t)(*s - '0');
        if (value > most)
            return false;
    }
    if (s == *at)
        return false;
    *ret_number = value;
    *at = s;
    return true;
}

static bool take_points(const char **at, double *ret_value)
{
    uint64_t whole = 0;
    if (!take_number(at, PDFA_SIDE_PT_MAX, &whole))
        return false;
    double value = (double)whole, unit = 0.1;
    if (take_text(at, "."))
        for (int i = 0; i < 5 && **at >= '0' && **at <= '9'; i++, unit /= 10)
            value += unit * (*(*at)++ - '0');
    *ret_value = value;
    return true;
}

/* The trailer names the number of objects twice over: by /Size and by the table. */
static enum rc read_table(struct page_read *page, const char *tail, uint64_t tail_at,
                          uint64_t ret_offsets[FORM_OBJECTS_MAX + 1], struct fault *why)
{
    const char *table = strstr(tail, "xref\n0 "), *at = table;
    uint64_t count = 0;
    if (!table || !take_text(&at, "xref\n0 ") ||
        !take_number(&at, FORM_OBJECTS_MAX, &count) ||
        (count != FORM_RARE_FONT + 2 && count != FORM_RARE_UNICODE + 3) ||
        !take_text(&at, "\n0000000000 65535 f \n"))
        return not_ours(why, "目录表");
    for (uint64_t i = 1; i < count; i++) {
        if (!take_number(&at, page->size, &ret_offsets[i]) ||
            !take_text(&at, " 00000 n \n"))
            return not_ours(why, "目录表");
        if (i > 1 && ret_offsets[i] <= ret_offsets[i - 1])
            return not_ours(why, "目录表的次序");
    }
    page->objects = (uint32_t)count;
    page->has_rare = count > FORM_RARE_FONT + 2;
    ret_offsets[count] = tail_at + (uint64_t)(table - tail);

    const char *ids = strstr(at, "/ID [<");
    char expected[TAIL_MAX + 1], id[PDF_ID_MAX];
    if (!ids || strlen(ids) < 6 + PDF_ID_MAX)
        return not_ours(why, "文件尾");
    memcpy(id, ids + 6, PDF_ID_MAX - 1);
    id[PDF_ID_MAX - 1] = 0;
    (void)snprintf(expected, sizeof expected,
                   "trailer\n<< /Size %" PRIu64 " /Root 1 0 R /Info %" PRIu64
                   " 0 R /ID [<%s> <%s>] >>\nstartxref\n%" PRIu64 "\n%%%%EOF\n",
                   count, count - 2, id, id, ret_offsets[count]);
    if (strspn(id, "0123456789abcdef") != PDF_ID_MAX - 1 || strcmp(at, expected) != 0)
        return not_ours(why, "文件尾");
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
        return not_ours(why, "对象");
    enum rc rc = read_at(page->fd, from, text, head, why);
    if (!rc && strcmp(text, want) != 0)
        rc = not_ours(why, "对象的开头");
    rc = rc ? rc : read_at(page->fd, to - end, text, end, why);
    if (!rc && strcmp(text, object_end) != 0)
        rc = not_ours(why, "对象的结尾");
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
    enum rc rc = read_at(page->fd, body.at, ret_text, most, why);
    if (rc)
        return rc;
    const char *at = strstr(ret_text, "/Length "), *start = at;
    if (!at || !take_text(&at, "/Length ") || !take_number(&at, page->size, &len) ||
        !take_text(&at, " >>\nstream\n"))
        return not_ours(why, "数据流");
    uint64_t head = (uint64_t)(at - ret_text);
    if (body.len < head + end || len != body.len - head - end)
        return not_ours(why, "数据流的长度");
    rc = read_at(page->fd, body.at + head + len, tail, end, why);
    if (!rc && strcmp(tail, stream_end) != 0)
        rc = not_ours(why, "数据流的结尾");
    page->data[n] = (struct page_span){ body.at + head, len };

    size_t text_len = (size_t)(start - ret_text);
    ret_text[text_len] = 0; /* what stands before /Length */
    char expected[DICT_MAX];
    (void)snprintf(expected, sizeof expected, "<< %s ", dict ? dict : "");
    if (!rc && dict && strcmp(ret_text, expected) != 0)
        rc = not_ours(why, "数据流的字典");
    return rc;
}

static enum rc expect(const struct page_read *page, uint32_t n, const char *want,
                      struct fault *why)
{
    char text[FORM_TEXT_MAX + 1];
    size_t len = strlen(want);
    if (page->body[n].len != len)
        return not_ours(why, "字典");
    enum rc rc = read_at(page->fd, page->body[n].at, text, len, why);
    return rc ? rc : strcmp(text, want) != 0 ? not_ours(why, "字典") : RC_OK;
}

static bool take_crop(const char **at, struct form_crop *crop)
{
    crop->is_set = take_text(at, "] /CropBox [");
    return !crop->is_set || (take_points(at, &crop->left_pt) && take_text(at, " ") &&
                             take_points(at, &crop->bottom_pt) && take_text(at, " ") &&
                             take_points(at, &crop->right_pt) && take_text(at, " ") &&
                             take_points(at, &crop->top_pt));
}

/* The page's size, by taking it out and making the dictionary again. */
static enum rc read_page_dict(struct page_read *page, struct fault *why)
{
    struct form_refs refs = form_page_refs(page->has_rare);
    char text[FORM_TEXT_MAX + 1], want[FORM_TEXT_MAX];
    const char *at = text;
    if (page->body[FORM_PAGE].len > FORM_TEXT_MAX)
        return not_ours(why, "页面");
    enum rc rc = read_at(page->fd, page->body[FORM_PAGE].at, text,
                         (size_t)page->body[FORM_PAGE].len, why);
    if (rc)
        return rc;
    if (!take_text(&at, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ") ||
        !take_points(&at, &page->width_pt) || !take_text(&at, " ") ||
        !take_points(&at, &page->height_pt) || !take_crop(&at, &page->crop))
        return not_ours(why, "页面");
    form_page(&refs, page->width_pt, page->height_pt, &page->crop, want);
    return strcmp(text, want) != 0 ? not_ours(why, "页面") : RC_OK;
}

static enum rc read_picture(struct page_read *page, struct fault *why)
{
    static const enum pdfa_coding codings[] = { PDFA_JPEG, PDFA_G4, PDFA_BITS, PDFA_GRAY,
                                                PDFA_RGB };
    char text[DICT_MAX + 1], dict[FORM_TEXT_MAX], want[DICT_MAX];
    uint64_t width = 0, height = 0;
    enum rc rc = read_stream(page, FORM_PICTURE, NULL, text, why);
    if (rc)
        return rc;
    const char *at = text;
    if (!take_text(&at, "<< /Type /XObject /Subtype /Image /Width ") ||
        !take_number(&at, PDFA_SIDE_PX_MAX, &width) || !take_text(&at, " /Height ") ||
        !take_number(&at, PDFA_SIDE_PX_MAX, &height))
        return not_ours(why, "图像");
    for (size_t i = 0; i < 4 * COUNT(codings); i++) {
        struct form_picture picture = { codings[i / 4], i & 1, (i & 2) != 0,
                                        (uint32_t)width, (uint32_t)height };
        form_picture_dict(&picture, dict);
        (void)snprintf(want, sizeof want, "<< %s ", dict);
        if (strcmp(text, want) == 0) {
            page->picture = picture;
            return RC_OK;
        }
    }
    return not_ours(why, "图像");
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
    struct form_refs refs = form_page_refs(page->has_rare);
    char text[FORM_TEXT_MAX], seen[DICT_MAX + 1];

    (void)snprintf(text, sizeof text, FORM_CATALOGUE_TEXT, FORM_TREE, FORM_INTENT,
                   (int)page->objects - 1);
    enum rc rc = expect(page, FORM_CATALOGUE, text, why);
    rc = rc ? rc : expect(page, FORM_TREE, form_tree_text, why);
    rc = rc ? rc : read_page_dict(page, why);
    rc = rc ? rc : read_stream(page, FORM_CONTENTS, form_packed, seen, why);
    rc = rc ? rc : read_picture(page, why);
    rc = rc ? rc : read_font(page, false, why);
    form_measures(&refs, text);
    rc = rc ? rc : expect(page, FORM_MEASURES, text, why);
    rc = rc ? rc : read_stream(page, FORM_PROGRAM, form_program_dict, seen, why);
    form_intent(&refs, text);
    rc = rc ? rc : expect(page, FORM_INTENT, text, why);
    rc = rc ? rc : read_stream(page, FORM_PROFILE, form_profile_dict, seen, why);
    return rc || !page->has_rare ? rc : read_font(page, true, why);
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
        return not_ours(why, "长度");

    size_t tail_len = page.size < TAIL_MAX ? (size_t)page.size : TAIL_MAX;
    enum rc rc = read_at(fd, 0, head, HEADER, why);
    if (!rc && strcmp(head, "%PDF-1.4\n%\xE2\xE3\xCF\xD3\n") != 0)
        rc = not_ours(why, "文件头");
    rc = rc ? rc : read_at(fd, page.size - tail_len, tail, tail_len, why);
    rc = rc ? rc : read_table(&page, tail, page.size - tail_len, offsets, why);
    for (uint32_t n = 1; !rc && n < page.objects; n++)
        rc = read_frame(&page, n, offsets[n], offsets[n + 1], why);
    rc = rc ? rc : read_objects(&page, why);
    if (!rc)
        *ret_page = page;
    return rc;
}

enum rc page_read_proof(const struct page_read *page, struct fault *why)
{
    char hex[SHA256_HEX], head[32];
    SCOPED(free_at) char *piece = malloc(PIECE + 1);
    if (!piece)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    /* the id covers all that stands before the XMP packet */
    int len = snprintf(head, sizeof head, "%" PRIu32 " 0 obj\n", page->objects - 1);
    uint64_t end = page->body[page->objects - 1].at - (uint64_t)len;
    struct hash *hash = hash_new();
    enum rc rc = RC_OK;
    for (uint64_t at = 0; !rc && at < end; at += PIECE) {
        size_t n = end - at < PIECE ? (size_t)(end - at) : PIECE;
        rc = read_at(page->fd, at, piece, n, why);
        if (!rc)
            hash_add(hash, (struct bytes){ (uint8_t *)piece, n });
    }
    hash_hex(hash_end(hash), hex);
    hash_free(hash);
    if (!rc && strncmp(hex, page->id, PDF_ID_MAX - 1) != 0)
        rc = not_ours(why, "内容与编号不符");
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
    ret_facts->width_pt = page.width_pt;
    ret_facts->height_pt = page.height_pt;
    memcpy(ret_facts->id, page.id, sizeof page.id);
    return RC_OK;
}
