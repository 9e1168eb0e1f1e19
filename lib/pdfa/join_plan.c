/* The objects of the first section have the last numbers, so that the table of either
 * section is one run of numbers. The id is the hash of what is kept of each page, and of
 * title, bookmarks and labels. */
#include "pdfa/join_plan.h"

#include "pdfa/join_marks.h"
#include "sys/scope.h"

#include <stdlib.h>
#include <string.h>

void joining_free(struct joining *j)
{
    free(j->pages);
    free(j->numbers);
    free(j->at);
    pdf_out_free(&j->hint_bytes);
}

enum rc join_open_page(const struct joining *j, size_t index, int *ret_fd,
                       struct page_read *ret_page, struct fault *why)
{
    enum rc rc = j->join->open_page(j->join->context, index, ret_fd, why);
    rc = rc ? rc : page_read(*ret_fd, ret_page, why);
    return rc ? fault_wrap(why, rc, "第 %zu 页", index + 1) : RC_OK;
}

static enum rc note_font(struct joining *j, const struct page_read *page, size_t index,
                         struct fault *why)
{
    struct sha256 sum;
    size_t f = 0;
    enum rc rc = join_font_sum(page, &sum, why);
    if (rc)
        return rc;
    while (f < j->font_count && !hash_equal(&j->fonts[f].sum, &sum))
        f++;
    if (f == JOIN_FONTS_MAX)
        return fault_set(why, RC_INVALID, 0, "各页来自过多不同的版本，无法合并");
    if (f == j->font_count)
        j->fonts[j->font_count++] = (struct joined_font){ sum, 0, index, 0 };
    j->fonts[f].users++;
    j->pages[index].font = (uint8_t)f;
    return RC_OK;
}

static void hash_text(struct hash *hash, const char *text)
{
    if (text)
        hash_add(hash, (struct bytes){ (const uint8_t *)text, strlen(text) + 1 });
    else
        hash_add(hash, BYTES("\xFF"));
}

static void hash_about(struct hash *hash, const struct pdfa_join *join)
{
    hash_text(hash, join->about.title);
    hash_text(hash, join->about.author);
    int64_t second = join->about.created_ms / 1000;
    hash_add(hash, (struct bytes){ (const uint8_t *)&second, sizeof second });
    for (size_t i = 0; i < join->mark_count; i++) {
        const struct pdfa_mark *mark = &join->marks[i];
        const uint32_t place[] = { (uint32_t)mark->page, mark->depth };
        hash_text(hash, mark->title);
        hash_add(hash, (struct bytes){ (const uint8_t *)place, sizeof place });
    }
    for (size_t i = 0; i < join->label_count; i++) {
        const struct pdfa_label *label = &join->labels[i];
        const uint32_t place[] = { (uint32_t)label->page, label->start };
        hash_text(hash, label->prefix);
        hash_add(hash, (struct bytes){ (const uint8_t *)place, sizeof place });
    }
}

static enum rc survey(struct joining *j, struct fault *why)
{
    struct hash *hash = hash_new();
    enum rc rc = RC_OK;
    for (size_t i = 0; !rc && i < j->join->page_count; i++) {
        SCOPED(fd_close_at) int fd = -1;
        struct page_read page;
        struct sha256 kept;
        rc = join_open_page(j, i, &fd, &page, why);
        if (rc)
            break;
        rc = page_read_proof(&page, &kept, why);
        rc = rc ? rc : note_font(j, &page, i, why);
        if (rc)
            rc = fault_wrap(why, rc, "第 %zu 页", i + 1);
        hash_add(hash, (struct bytes){ kept.at, sizeof kept.at });
        j->pages[i].objects = join_page_objects(page.has_rare, &page.layers);
    }
    hash_about(hash, j->join);
    pdf_id_of(hash_end(hash), j->id);
    hash_free(hash);
    return rc;
}

bool join_has_font(const struct joining *j, size_t index)
{
    const struct joined_font *font = &j->fonts[j->pages[index].font];
    return font->first_user == index && (!index || font->users == 1);
}

static uint32_t give_numbers(struct joining *j, size_t index, uint32_t next)
{
    struct joined_page *page = &j->pages[index];
    j->numbers[index] = page->first = next;
    if (join_has_font(j, index)) {
        j->fonts[page->font].first = next + 1;
        page->objects += JOIN_FONT_OBJECTS;
    }
    return next + page->objects;
}

static void number(struct joining *j)
{
    uint32_t next = 1;
    for (size_t i = 1; i < j->join->page_count; i++)
        next = give_numbers(j, i, next);
    j->shared = next;
    for (size_t f = 0; f < j->font_count; f++) {
        if (!j->fonts[f].first_user || j->fonts[f].users == 1)
            continue;
        j->fonts[f].first = next;
        next += JOIN_FONT_OBJECTS;
    }
    j->tree = next;
    j->intent = next + 1;
    j->profile = next + 2;
    j->info = next + 3;
    j->parameters = next + 5;
    j->catalogue = next + 6;
    j->hints = next + 7;
    j->marks = give_numbers(j, 0, next + 8);
    j->end = j->marks + join_marks_objects(j->join);
}

enum rc join_plan(struct joining *j, struct fault *why)
{
    j->pages = calloc(j->join->page_count, sizeof *j->pages);
    j->numbers = calloc(j->join->page_count, sizeof *j->numbers);
    if (!j->pages || !j->numbers)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    enum rc rc = survey(j, why);
    if (!rc)
        number(j);
    return rc;
}
