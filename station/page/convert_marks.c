/* The pages in their order: a cover or separator waits until a page comes that it stands
 * before, or another one of its level takes its place. */
#include "station/page/convert_marks.h"

#include "core/label.h"
#include "station/page/patch_meaning.h"
#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS = 3, TITLE_ROOM = 512 }; /* volume, item, document */

void convert_marks_free(struct convert_marks *marks)
{
    for (size_t i = 0; i < marks->count; i++)
        free((void *)(uintptr_t)marks->at[i].title);
    free(marks->at);
    *marks = (struct convert_marks){ 0 };
}

static bool find_label(const struct page_result *result, enum label_type type,
                       struct label *ret_label)
{
    for (size_t i = 0; i < result->label_count; i++) {
        const char *text = result->labels[i].text;
        struct bytes bytes = { (const uint8_t *)text, strlen(text) };
        if (result->labels[i].ours && !label_read(bytes, ret_label) &&
            ret_label->type == type)
            return true;
    }
    return false;
}

static const char *title_of_row(const json_t *rows, unsigned row)
{
    size_t i;
    json_t *one;
    json_array_foreach(rows, i, one)
    {
        if (json_integer_value(json_object_get(one, "row")) == (json_int_t)row)
            return json_string_value(json_object_get(one, "title"));
    }
    return NULL;
}

/* A patch code says that something new begins, not what. */
static void begins_by_patch(const struct page_result *result, unsigned *ret_level,
                            char ret_title[TITLE_ROOM])
{
    static const char *const titles[LEVELS] = { "下一卷", "材料", "文件" };
    enum patch_meaning meaning = PATCH_MEANS_ITEM;
    for (size_t i = 0; i < result->label_count; i++) {
        enum page_patch patch = page_patch_of(result->labels[i].text);
        if (patch && !strcmp(result->labels[i].type, "PATCH"))
            meaning = patch_meanings_usual()->of[patch];
    }
    *ret_level = meaning == PATCH_MEANS_END ? 0 : meaning == PATCH_MEANS_DOCUMENT ? 2 : 1;
    snprintf(ret_title, TITLE_ROOM, "%s", titles[*ret_level]);
}

/* The title that the page begins, and its level; false: it begins nothing. */
static bool begins(const struct convert_pages *pages, const struct page_result *result,
                   unsigned *ret_level, char ret_title[TITLE_ROOM])
{
    struct label label;
    if (result->kind == PAGE_COVER && find_label(result, LABEL_VOLUME, &label)) {
        *ret_level = 0;
        snprintf(ret_title, TITLE_ROOM, "%s 第%u册", label.kind == 2 ? "副卷" : "正卷",
                 label.part);
        return true;
    }
    if (result->kind != PAGE_SEPARATOR)
        return false;
    *ret_level = 1;
    if (!find_label(result, LABEL_TYPE, &label)) {
        begins_by_patch(result, ret_level, ret_title);
        return true;
    }
    const char *title = title_of_row(pages->rows, label.row);
    if (title && *title)
        snprintf(ret_title, TITLE_ROOM, "%u %s", label.row, title);
    else
        snprintf(ret_title, TITLE_ROOM, "目录第%u项", label.row);
    return true;
}

static enum rc add(struct convert_marks *marks, const char *title, size_t page,
                   unsigned depth, struct fault *why)
{
    char *copy = strdup(title);
    if (!copy)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    marks->at[marks->count++] = (struct pdfa_mark){ copy, page, depth };
    return RC_OK;
}

enum rc convert_marks(const struct convert_pages *pages, struct convert_marks *ret_marks,
                      struct fault *why)
{
    SCOPED(convert_marks_free) struct convert_marks marks = { 0 };
    char waiting[LEVELS][TITLE_ROOM] = { "" };
    size_t page = 0;
    bool inside[LEVELS] = { false }; /* which levels are open */
    enum rc rc = RC_OK;
    marks.at = calloc(pages->count * LEVELS + 1, sizeof *marks.at);
    if (!marks.at)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    for (size_t i = 0; i < pages->count; i++) {
        const struct convert_page *one = &pages->at[i];
        char title[TITLE_ROOM];
        unsigned level;
        if (one->done && !one->failed && begins(pages, &one->result, &level, title)) {
            memcpy(waiting[level], title, sizeof title);
            for (unsigned l = level + 1; l < LEVELS; l++)
                waiting[l][0] = '\0';
        }
        for (unsigned l = 0; one->in_pdf && l < LEVELS && !rc; l++) {
            if (!waiting[l][0] || marks.count == PDFA_JOIN_MARKS_MAX)
                continue;
            unsigned depth = 0;
            for (unsigned k = 0; k < LEVELS; k++) {
                depth += k < l && inside[k];
                inside[k] = k < l ? inside[k] : k == l;
            }
            rc = add(&marks, waiting[l], page, depth, why);
            waiting[l][0] = '\0';
        }
        page += one->in_pdf;
    }
    if (rc)
        return rc;
    *ret_marks = marks;
    marks = (struct convert_marks){ 0 };
    return RC_OK;
}
