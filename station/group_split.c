/* Where a volume is split: the labels of ours on its separators, and patch codes as the
 * profile means them. */
#include "station/group.h"

#include "core/bytes.h"
#include "station/json_field.h"

#include <string.h>

bool group_find_label(const struct job_image *image, enum label_type type,
                      struct label *ret, char ret_text[LABEL_TEXT_MAX])
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(image->result, "labels"), i, one)
    {
        char text[LABEL_TEXT_MAX];
        struct label label;
        if (json_integer_value(json_object_get(one, "ours")) != 1 ||
            !field_text(one, "text", text, sizeof text) ||
            label_read((struct bytes){ (const uint8_t *)text, strlen(text) }, &label) ||
            label.type != type)
            continue;
        *ret = label;
        memcpy(ret_text, text, sizeof text);
        return true;
    }
    return false;
}

unsigned group_kind_of_volume(const struct job *job)
{
    return job->volume[1 + LABEL_CASE_DIGITS] == '2' ? 2 : 1;
}

/* What the patch code of a separator says. One of our labels counts before it; a
 * separator that only has a label of others is one as patch T is. */
static enum patch_meaning patch_meaning(const struct job *job,
                                        const struct job_image *image)
{
    const struct patch_meanings *meanings =
        job->patches ? job->patches : patch_meanings_usual();
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(image->result, "labels"), i, one)
    {
        enum page_patch patch = page_patch_of(field_peek(one, "text"));
        if (patch && !strcmp(field_peek(one, "type"), "PATCH"))
            return meanings->of[patch];
    }
    return PATCH_MEANS_ITEM;
}

unsigned group_row_behind(const struct job *job, const struct job_image *image,
                          unsigned current)
{
    struct label label;
    char text[LABEL_TEXT_MAX];
    if (group_find_label(image, LABEL_TYPE, &label, text))
        return label.kind == group_kind_of_volume(job) ? label.row : 0;
    return patch_meaning(job, image) == PATCH_MEANS_DOCUMENT ? current : 0;
}

bool group_ends_volume(const struct job *job, const struct job_image *image)
{
    struct label label;
    char text[LABEL_TEXT_MAX];
    return !strcmp(image_kind(image), "separator") &&
           !group_find_label(image, LABEL_TYPE, &label, text) &&
           patch_meaning(job, image) == PATCH_MEANS_END;
}

unsigned group_end_leaf(const struct job *job)
{
    unsigned leaf = 0;
    for (size_t i = 0; i < job->count; i++)
        if (group_ends_volume(job, &job->images[i]))
            leaf = job->images[i].leaf;
    return leaf;
}
