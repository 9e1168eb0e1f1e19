/* Grouping is done anew from all pictures each time something changes: a few thousand
 * entries, and nothing that could drift from what the spool holds. */
#include "station/group.h"

#include "core/bytes.h"
#include "station/job_return.h"
#include "station/json_field.h"
#include "station/suspect.h"

#include <stdio.h>
#include <string.h>

static const char *kind_word(unsigned kind)
{
    return kind == 2 ? "副卷" : "正卷";
}

static void propose(struct job *job, struct job_image *image)
{
    if (image->proposed || image->state != IMAGE_READY)
        return;
    image->proposed = true;
    if (!title_propose(json_object_get(job->rules, "rows"),
                       json_object_get(image->result, "head"), &image->proposal))
        image->proposal.row = 0;
}

void group_pages(struct job *job)
{
    unsigned current = 0, before = 0; /* rows of the separator and of the page before */
    bool behind = false;
    for (size_t i = 0; i < job->count; i++) {
        struct job_image *image = &job->images[i];
        const char *kind = image_kind(image);
        image->row = 0;
        image->begins = false;
        image->behind = behind && !(image->edit & EDIT_MOVE);
        if (!strcmp(kind, "separator")) {
            before = 0;
            current = group_row_behind(job, image, current);
            behind = behind || group_ends_volume(job, image);
        } else if (!strcmp(kind, "page")) {
            image->row = image->edit & EDIT_MOVE ? image->edit_row : current;
            image->begins = !image->row || image->row != before;
            before = image->row;
            propose(job, image);
        }
    }
    group_order(job);
}

bool group_all_read(const struct job *job)
{
    for (size_t i = 0; i < job->count; i++)
        if (job->images[i].state != IMAGE_READY && job->images[i].state != IMAGE_FAILED)
            return false;
    return true;
}

static const json_t *rule_row(const struct job *job, unsigned row)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(job->rules, "rows"), i, one)
    {
        if (json_integer_value(json_object_get(one, "row")) == (json_int_t)row)
            return one;
    }
    return NULL;
}

const struct title_proposal *group_proposal(const struct job_image *image)
{
    bool news = image->begins || image->proposal.row != image->row;
    bool open = !(image->edit & EDIT_TITLE) && !strcmp(image_kind(image), "page");
    return image->proposal.row && news && open ? &image->proposal : NULL;
}

void group_title(const struct job *job, unsigned row, char ret_title[JOB_TITLE_MAX])
{
    if (!field_text(rule_row(job, row), "title", ret_title, JOB_TITLE_MAX))
        snprintf(ret_title, JOB_TITLE_MAX, "第%u项", row);
}

static bool has_qc(const struct job_image *image, const char *code, const char **sentence)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(image->result, "qc"), i, one)
    {
        if (!strcmp(field_peek(one, "code"), code)) {
            *sentence = field_peek(one, "sentence");
            return true;
        }
    }
    return false;
}

static bool other_cover(const struct job *job, const struct job_image *image,
                        char ret_label[LABEL_TEXT_MAX])
{
    struct label label;
    return group_find_label(image, LABEL_VOLUME, &label, ret_label) &&
           strcmp(ret_label, job->volume) != 0;
}

static bool page_doubt(const struct job *job, const struct job_image *image,
                       char ret[JOB_SENTENCE_MAX])
{
    const char *sentence = "";
    if (!(image->edit & ~(unsigned)EDIT_CHECKED) &&
        has_qc(image, "label-check", &sentence)) {
        field_print(ret, JOB_SENTENCE_MAX,
                    "第 %u 张：%s 如果是普通页，请选“保留为页”或移到所属目录项。",
                    image->sheet, sentence);
        return true;
    }
    if (image->behind) {
        field_print(
            ret, JOB_SENTENCE_MAX,
            "第 %u 张在结束页后面，不属于这一卷。请选“从这张重扫”把它和后面的取下，"
            "放到下一卷；真属于这一卷的，请移到所属目录项。",
            image->sheet);
        return true;
    }
    if (!image->row) {
        field_print(ret, JOB_SENTENCE_MAX,
                    "第 %u 张未分项：前面没有分隔页。请把它移到所属目录项。",
                    image->sheet);
        return true;
    }
    if (job->rules && json_object_get(job->rules, "rows") && !rule_row(job, image->row)) {
        field_print(ret, JOB_SENTENCE_MAX,
                    "第 %u 张：目录里没有第 %u 项。请移到别的目录项。", image->sheet,
                    image->row);
        return true;
    }
    return false;
}

bool group_image_doubt(const struct job *job, const struct job_image *image,
                       char ret_sentence[JOB_SENTENCE_MAX])
{
    char text[LABEL_TEXT_MAX];
    struct label label;
    if (other_cover(job, image, text)) {
        field_print(ret_sentence, JOB_SENTENCE_MAX,
                    "第 %u 张的封面是另一卷（%s），不是正在扫描的 "
                    "%s。请放弃本卷，把两卷分开后重来。",
                    image->sheet, text, job->volume);
        return true;
    }
    const json_t *back = job_return_of(job, image);
    if (back) {
        const char *more = field_peek(back, "text");
        field_print(
            ret_sentence, JOB_SENTENCE_MAX,
            "第 %u 张质检退回：%s%s%s。请重扫这一张；用别的办法改好了，按“已改好”。",
            image->sheet, field_peek(back, "word"), *more ? "，" : "", more);
        return true;
    }
    const char *seen = "";
    if (suspect_image(image, NULL, &seen)) {
        field_print(ret_sentence, JOB_SENTENCE_MAX,
                    "第 %u 张：%s。没有错请选“属实”，有错请补扫、移除或从这张重扫。",
                    image->sheet, seen);
        return true;
    }
    if (!group_all_read(job))
        return false;
    const char *kind = image_kind(image);
    if (!strcmp(kind, "separator") && group_find_label(image, LABEL_TYPE, &label, text) &&
        label.kind != group_kind_of_volume(job)) {
        snprintf(
            ret_sentence, JOB_SENTENCE_MAX,
            "第 %u "
            "张是%s的分隔页，而这一卷是%s。请把它设为空白，再把后面的页移到所属目录项。",
            image->sheet, kind_word(label.kind), kind_word(group_kind_of_volume(job)));
        return true;
    }
    if (!*kind) {
        field_print(ret_sentence, JOB_SENTENCE_MAX,
                    "第 %u 张读不出来：%s请看图后选“保留为页”或“设为空白”。",
                    image->sheet, field_peek(image->result, "sentence"));
        return true;
    }
    return !strcmp(kind, "page") && page_doubt(job, image, ret_sentence);
}

bool group_other_volume(const struct job *job, char ret_label[LABEL_TEXT_MAX])
{
    for (size_t i = 0; i < job->count; i++)
        if (other_cover(job, &job->images[i], ret_label))
            return true;
    return false;
}

static bool cover_seen(const struct job *job)
{
    for (size_t i = 0; i < job->count; i++) {
        struct label label;
        char text[LABEL_TEXT_MAX];
        if (group_find_label(&job->images[i], LABEL_VOLUME, &label, text) &&
            !strcmp(text, job->volume))
            return true;
    }
    return false;
}

bool group_doubt(const struct job *job, char ret_sentence[JOB_SENTENCE_MAX])
{
    for (size_t i = 0; i < job->count; i++)
        if (group_image_doubt(job, &job->images[i], ret_sentence))
            return true;
    if (!group_all_read(job) || job->confirmed || cover_seen(job))
        return false;
    snprintf(
        ret_sentence, JOB_SENTENCE_MAX,
        "没有看到这一卷的封面标签。请用扫码枪读一下卷皮上的标签（或输入 %s）来确认。",
        job->volume);
    return true;
}

struct group_counts group_count(const struct job *job)
{
    struct group_counts counts = { 0 };
    for (size_t i = 0; i < job->count; i++) {
        const struct job_image *image = &job->images[i];
        const char *kind = image_kind(image);
        counts.pages += !strcmp(kind, "page");
        counts.blank += !strcmp(kind, "blank");
        counts.cover += !strcmp(kind, "cover");
        counts.separators += !strcmp(kind, "separator");
        counts.failed +=
            image->state == IMAGE_FAILED && !(image->edit & ~(unsigned)EDIT_CHECKED);
        counts.unread += image->state == IMAGE_CAPTURED || image->state == IMAGE_READING;
    }
    return counts;
}
