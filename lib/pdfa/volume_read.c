/* Read loosely, judged strictly: the few things that a join was told are taken out of the
 * file, and the join of its own pages must then give the same file. */
#include "pdfa/pdfa_volume.h"

#include "pdfa/join_compare.h"
#include "pdfa/page_take.h"
#include "pdfa/volume_page.h"
#include "pdfa/volume_take.h"
#include "pdfa/xmp.h"
#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pdfa_volume {
    struct volume_table table; /* owns its offsets */
    bool is_page;
    uint64_t *pages; /* owned: object numbers */
    size_t page_count;
    char *title, *author; /* owned */
    int64_t created_ms;
    struct pdfa_mark *marks; /* owned, with their titles */
    size_t mark_count;
    struct pdfa_label *labels; /* owned, with their prefixes */
    size_t label_count;
};

void pdfa_volume_free(struct pdfa_volume *v)
{
    if (!v)
        return;
    for (size_t i = 0; i < v->mark_count; i++)
        free((void *)(uintptr_t)v->marks[i].title);
    for (size_t i = 0; i < v->label_count; i++)
        free((void *)(uintptr_t)v->labels[i].prefix);
    free(v->marks);
    free(v->labels);
    free(v->pages);
    free(v->title);
    free(v->author);
    free(v->table.at);
    free(v);
}

SCOPE_RELEASER(volume_free_at, struct pdfa_volume *, pdfa_volume_free)

static enum rc read_about(struct pdfa_volume *v, struct fault *why)
{
    SCOPED(free_at) char *text = NULL;
    enum rc rc = volume_text(&v->table, v->table.info, VOLUME_SHORT_MAX, &text, why);
    const char *at = text;
    if (rc)
        return rc;
    bool right = page_take_text(&at, "<< /Title ") && volume_take_string(&at, &v->title);
    if (right && page_take_text(&at, " /Author "))
        right = volume_take_string(&at, &v->author);
    const char *date = right ? strstr(at, " /CreationDate ") : NULL;
    if (!date || !page_take_text(&date, " /CreationDate ") ||
        !volume_take_date(&date, &v->created_ms))
        return volume_not_ours(why, "文件信息");
    return xmp_check(&(struct pdfa_about){ v->title, v->author, v->created_ms }, why);
}

static enum rc read_tree(struct pdfa_volume *v, uint64_t tree, struct fault *why)
{
    SCOPED(free_at) char *text = NULL;
    uint64_t count = 0;
    enum rc rc = volume_text(&v->table, tree, VOLUME_LONG_MAX, &text, why);
    const char *at = text;
    if (rc)
        return rc;
    if (!page_take_text(&at, "<< /Type /Pages /Count ") ||
        !page_take_number(&at, PDFA_JOIN_PAGES_MAX, &count) || !count ||
        !page_take_text(&at, " /Kids ["))
        return volume_not_ours(why, "页面目录");
    v->pages = calloc((size_t)count, sizeof *v->pages);
    if (!v->pages)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    for (v->page_count = 0; v->page_count < count; v->page_count++) {
        at += strspn(at, " \n");
        if (!volume_take_ref(&at, &v->pages[v->page_count]))
            return volume_not_ours(why, "页面目录");
    }
    return RC_OK;
}

static bool read_mark(struct pdfa_volume *v, const char *text, uint64_t root)
{
    struct pdfa_mark *mark = &v->marks[v->mark_count];
    uint64_t parent = 0, page = 0;
    char *title = NULL;
    if (!page_take_text(&text, "<< /Parent ") || !volume_take_ref(&text, &parent) ||
        !page_take_text(&text, " /Title ") || !volume_take_string(&text, &title))
        return false;
    mark->title = title;
    v->mark_count++;
    if (!page_take_text(&text, " /Dest [") || !volume_take_ref(&text, &page) ||
        parent < root || parent - root >= v->mark_count)
        return false;
    mark->depth = parent == root ? 0 : v->marks[parent - root - 1].depth + 1;
    for (mark->page = 0; mark->page < v->page_count; mark->page++)
        if (v->pages[mark->page] == page)
            return true;
    return false;
}

static enum rc read_marks(struct pdfa_volume *v, uint64_t root, struct fault *why)
{
    SCOPED(free_at) char *text = NULL;
    uint64_t left = VOLUME_OBJECTS_MAX;
    v->marks = calloc(PDFA_JOIN_MARKS_MAX, sizeof *v->marks);
    if (!v->marks)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    enum rc rc = volume_text(&v->table, root, VOLUME_SHORT_MAX, &text, why);
    const char *at = rc ? NULL : strstr(text, " /Count ");
    if (!rc && (!at || !page_take_text(&at, " /Count ") ||
                !page_take_number(&at, PDFA_JOIN_MARKS_MAX, &left)))
        rc = volume_not_ours(why, "书签");
    for (uint64_t n = root + 1; !rc && left; n++, left--) {
        SCOPED(free_at) char *mark = NULL;
        rc = volume_text(&v->table, n, VOLUME_SHORT_MAX, &mark, why);
        if (!rc && !read_mark(v, mark, root))
            rc = volume_not_ours(why, "书签");
    }
    return rc;
}

static bool read_label(struct pdfa_volume *v, const char **at)
{
    struct pdfa_label *label = &v->labels[v->label_count];
    uint64_t page = 0, start = 0;
    char *prefix = NULL;
    *at += strspn(*at, "\n");
    if (v->label_count == PDFA_JOIN_MARKS_MAX ||
        !page_take_number(at, PDFA_JOIN_PAGES_MAX, &page) || !page_take_text(at, " <<"))
        return false;
    if (page_take_text(at, " /S /D /St ") && !page_take_number(at, UINT32_MAX, &start))
        return false;
    if (page_take_text(at, " /P ") && !volume_take_string(at, &prefix))
        return false;
    *label = (struct pdfa_label){ (size_t)page, prefix, (uint32_t)start };
    v->label_count++;
    return page_take_text(at, " >>");
}

static enum rc read_labels(struct pdfa_volume *v, const char *at, struct fault *why)
{
    v->labels = calloc(PDFA_JOIN_MARKS_MAX, sizeof *v->labels);
    if (!v->labels)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    while (*at != ']')
        if (!read_label(v, &at))
            return volume_not_ours(why, "页码段");
    return RC_OK;
}

static enum rc read_catalogue(struct pdfa_volume *v, struct fault *why)
{
    SCOPED(free_at) char *text = NULL;
    uint64_t tree = 0, intent = 0, xmp = 0, marks = 0;
    enum rc rc = volume_text(&v->table, v->table.root, VOLUME_LONG_MAX, &text, why);
    const char *at = text;
    if (rc)
        return rc;
    if (!page_take_text(&at, "<< /Type /Catalog /Pages ") ||
        !volume_take_ref(&at, &tree) ||
        !page_take_text(&at, " /Lang (zh-CN) /OutputIntents [") ||
        !volume_take_ref(&at, &intent) || !page_take_text(&at, "] /Metadata ") ||
        !volume_take_ref(&at, &xmp))
        return volume_not_ours(why, "总目录");
    rc = read_tree(v, tree, why);
    if (!rc && page_take_text(&at, " /Outlines ")) {
        if (!volume_take_ref(&at, &marks) ||
            !page_take_text(&at, " /PageMode /UseOutlines"))
            return volume_not_ours(why, "总目录");
        rc = read_marks(v, marks, why);
    }
    if (!rc && page_take_text(&at, " /PageLabels << /Nums ["))
        rc = read_labels(v, at, why);
    return rc;
}

/* Somewhere in the file stands the name of the font that every page of ours has. */
static bool was_ours(int fd)
{
    static const char name[] = "JuankuGlyphless";
    enum { PIECE = 64 * 1024, OVERLAP = sizeof name };
    SCOPED(free_at) char *piece = malloc(PIECE);
    ssize_t n = 0;
    for (off_t at = 0; piece && (n = pread(fd, piece, PIECE, at)) > OVERLAP;
         at += n - OVERLAP)
        if (memmem(piece, (size_t)n, name, sizeof name - 1))
            return true;
    return false;
}

static enum rc refuse(int fd, enum rc rc, struct fault *why)
{
    char head[6] = "";
    if (rc != RC_CORRUPT && rc != RC_INVALID)
        return rc;
    if (was_ours(fd))
        return fault_set(why, RC_CORRUPT, 0,
                         "这份 PDF 已损坏，或写出后被别的程序改动过，请用原来的文件");
    if (pread(fd, head, 5, 0) == 5 && !strcmp(head, "%PDF-"))
        return fault_set(why, RC_INVALID, 0,
                         "这份 PDF 不是本系统生成的扫描件，不能重新识别；请用原图像转换");
    return fault_set(why, RC_INVALID, 0, "这不是 PDF 文件");
}

static enum rc read_volume(struct pdfa_volume *v, int fd, struct fault *why)
{
    struct pdfa_page_facts facts;
    v->table.fd = fd;
    v->is_page = !pdfa_page_check(fd, &facts, NULL);
    enum rc rc = volume_table_read(fd, &v->table, why);
    rc = rc ? rc : read_about(v, why);
    v->page_count = v->is_page;
    if (rc || v->is_page)
        return rc;
    rc = read_catalogue(v, why);
    struct pdfa_join join = pdfa_volume_join(v);
    return rc ? rc : join_compare(&join, fd, why);
}

enum rc pdfa_volume_open(int fd, struct pdfa_volume **ret_volume, struct fault *why)
{
    SCOPED(volume_free_at) struct pdfa_volume *v = calloc(1, sizeof *v);
    if (!v)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    enum rc rc = read_volume(v, fd, why);
    if (rc)
        return refuse(fd, rc, why);
    *ret_volume = TAKE(v);
    return RC_OK;
}

enum rc pdfa_volume_page(const struct pdfa_volume *v, size_t index, int *ret_fd,
                         struct fault *why)
{
    if (index >= v->page_count)
        return fault_set(why, RC_NOT_FOUND, 0, "没有第 %zu 页", index + 1);
    struct pdfa_about about = { v->title, v->author, v->created_ms };
    if (v->is_page)
        return volume_page_copy(v->table.fd, v->table.size, ret_fd, why);
    return volume_page_write(&v->table, v->pages[index], &about, ret_fd, why);
}

static enum rc open_own(void *context, size_t index, int *ret_fd, struct fault *why)
{
    return pdfa_volume_page(context, index, ret_fd, why);
}

struct pdfa_join pdfa_volume_join(struct pdfa_volume *v)
{
    return (struct pdfa_join){ .about = { v->title, v->author, v->created_ms },
                               .page_count = v->page_count,
                               .open_page = open_own,
                               .context = v,
                               .marks = v->marks,
                               .mark_count = v->mark_count,
                               .labels = v->labels,
                               .label_count = v->label_count };
}

bool pdfa_volume_is_page(const struct pdfa_volume *v)
{
    return v->is_page;
}
