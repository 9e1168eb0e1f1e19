/* One walk over the pages: a row begins where the page before it was in another one, a
 * document where an item of the page's manifest names this page first. */
#include "repo-daemon/archive_marks.h"

#include "repo-daemon/call.h"
#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TITLE_ROOM = 512 };

void archive_marks_free(struct archive_marks *marks)
{
    for (size_t i = 0; i < marks->count; i++)
        free((void *)(uintptr_t)marks->at[i].title);
    free(marks->at);
    *marks = (struct archive_marks){ 0 };
}

static bool add(struct archive_marks *marks, const char *title, size_t page,
                unsigned depth)
{
    char *copy = strndup(title, PDFA_TITLE_MAX);
    if (copy)
        marks->at[marks->count++] = (struct pdfa_mark){ copy, page, depth };
    return copy;
}

/* The name that somebody gave to the document that begins with this image, or NULL. What
 * is named by its row alone has no name of its own. */
static const char *document_of(const struct gathered *all,
                               const struct rules_image *image)
{
    const json_t *manifest = json_array_get(all->manifests, image->batch);
    const json_t *item, *items = json_object_get(manifest, "items");
    size_t i;
    json_array_foreach(items, i, item)
    {
        const json_t *first = json_array_get(json_object_get(item, "images"), 0);
        const char *name = json_text(item, "document");
        if (json_integer_value(first) == (json_int_t)image->index && *name &&
            strcmp(json_text(item, "named_by"), "row") != 0)
            return name;
    }
    return NULL;
}

static bool add_row(const struct gathered *all, size_t page, struct archive_marks *marks)
{
    char title[TITLE_ROOM];
    const char *name = gather_title(all, all->images[page].row);
    if (*name)
        snprintf(title, sizeof title, "%u %s", all->images[page].row, name);
    else
        snprintf(title, sizeof title, "%s", "材料");
    return add(marks, title, page, 1);
}

enum rc archive_marks(const struct gathered *all, size_t pages,
                      struct archive_marks *ret_marks, struct fault *why)
{
    SCOPED(archive_marks_free) struct archive_marks marks = { 0 };
    char title[TITLE_ROOM];
    size_t rows_left = 0;
    for (size_t i = 0; i < pages; i++)
        rows_left += !i || all->images[i - 1].row != all->images[i].row;
    marks.at = calloc(PDFA_JOIN_MARKS_MAX, sizeof *marks.at);
    snprintf(title, sizeof title, "%s 第%u册",
             json_number(all->volume, "kind") == 2 ? "副卷" : "正卷",
             (unsigned)json_number(all->volume, "part"));
    bool good = marks.at && (!pages || add(&marks, title, 0, 0));
    for (size_t i = 0; good && i < pages; i++) {
        bool row = !i || all->images[i - 1].row != all->images[i].row;
        const char *document = document_of(all, &all->images[i]);
        rows_left -= row;
        if (row && marks.count < PDFA_JOIN_MARKS_MAX)
            good = add_row(all, i, &marks);
        if (good && document && marks.count + rows_left < PDFA_JOIN_MARKS_MAX)
            good = add(&marks, document, i, 2);
    }
    if (!good)
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for the bookmarks of a volume");
    *ret_marks = marks;
    marks = (struct archive_marks){ 0 };
    return RC_OK;
}
