#include "repo-daemon/fixity_where.h"

#include "repo-daemon/call.h"
#include "repo-daemon/gather.h"
#include "repo-daemon/manifest.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBERS_MOST = 50, TEXT_MAX = 600 };

static void gather_free_at(struct gathered *all)
{
    gather_free(all);
}

/* What each of the files of a picture is for people, in the order of the manifest. */
static const char *const file_words[] = { "扫描原图", "PDF 页", "识别文字", "文字位置",
                                          "缩略图" };

static const char *file_word(const json_t *image, const char *hex)
{
    const char *name;
    for (size_t n = 0; (name = manifest_blob_name(n)); n++)
        if (!strcmp(json_text(image, name), hex))
            return n < COUNT(file_words) ? file_words[n] : "图像";
    return NULL;
}

/* The volume under the number that it has now. */
static json_t *volume_now(struct repo *repo, const char *label)
{
    char now[LABEL_TEXT_MAX];
    snprintf(now, sizeof now, "%s", label);
    for (unsigned i = 0; i < NUMBERS_MOST; i++) {
        json_t *volume = NULL;
        if (view_find(repo, VIEW_VOLUMES, now, &volume))
            return NULL;
        if (!*json_text(volume, "as"))
            return volume;
        snprintf(now, sizeof now, "%s", json_text(volume, "as"));
        json_decref(volume);
    }
    return NULL;
}

/* "(2026)粤0399民初10027号 正卷第1册" */
static int name_write(struct repo *repo, const json_t *volume, char ret_text[TEXT_MAX])
{
    SCOPED(json_free_at) json_t *the_case = NULL;
    if (view_find(repo, VIEW_CASES, json_text(volume, "case"), &the_case))
        the_case = json_object();
    int len =
        snprintf(ret_text, TEXT_MAX, "%.200s %s第%lld册", json_text(the_case, "case_no"),
                 json_number(volume, "kind") == 2 ? "副卷" : "正卷",
                 (long long)json_number(volume, "part"));
    return len < TEXT_MAX ? len : TEXT_MAX - 1;
}

static json_t *place(const json_t *volume, int64_t batch, unsigned index, unsigned page,
                     const char *text)
{
    return json_pack("{s:s, s:I, s:i, s:i, s:s}", "volume", json_text(volume, "volume"),
                     "batch", (json_int_t)batch, "image", (int)index, "page", (int)page,
                     "text", text);
}

/* The first picture of the volume that has the file. */
static json_t *picture_place(struct repo *repo, const json_t *volume, const char *hex)
{
    char text[TEXT_MAX];
    SCOPED(gather_free_at) struct gathered all = { 0 };
    if (gather(repo, volume, &all, NULL))
        return NULL;
    for (size_t i = 0; i < all.image_count; i++) {
        const struct rules_image *image = &all.images[i];
        const char *word = file_word(gather_entry(&all, image), hex);
        if (!word)
            continue;
        int64_t batch = json_number(json_array_get(all.scans, image->batch), "batch");
        int len = name_write(repo, volume, text);
        if (image->page_no)
            snprintf(text + len, sizeof text - (size_t)len, " 第%u页 %s", image->page_no,
                     word);
        else
            snprintf(text + len, sizeof text - (size_t)len, " 第%lld次扫描第%u个图像 %s",
                     (long long)batch, image->index, word);
        return place(volume, batch, image->index, image->page_no, text);
    }
    return NULL;
}

/* A paper of its own, or a picture of a feeding that was sent back. */
static json_t *paper_place(struct repo *repo, const json_t *volume, const char *feeding,
                           const char *hex)
{
    char text[TEXT_MAX];
    const char *number = strchr(feeding, '/');
    long batch = number ? strtol(number + 1, NULL, 10) : 0;
    const char *word = !strcmp(json_text(volume, "certificate"), hex) ? "一致性证书"
                       : !strcmp(json_text(volume, "report"), hex) ? "装订检查报告"
                                                                   : "扫描清单";
    int len = name_write(repo, volume, text);
    if (number)
        snprintf(text + len, sizeof text - (size_t)len, " 第%ld次扫描的图像", batch);
    else
        snprintf(text + len, sizeof text - (size_t)len, " %s", word);
    return place(volume, batch, 0, 0, text);
}

json_t *fixity_where(struct repo *repo, const char *hex)
{
    json_t *out = json_array();
    SCOPED(json_free_at) json_t *entry = NULL;
    SCOPED(json_free_at) json_t *seen = json_object();
    if (view_find(repo, VIEW_BLOBS, hex, &entry))
        return out;
    const json_t *of = json_object_get(entry, "of");
    for (size_t i = 0; i < json_array_size(of); i++) {
        const char *feeding = json_string_value(json_array_get(of, i));
        char label[LABEL_TEXT_MAX];
        snprintf(label, sizeof label, "%.*s", (int)strcspn(feeding, "/"), feeding);
        SCOPED(json_free_at) json_t *volume = volume_now(repo, label);
        if (!volume || json_object_get(seen, json_text(volume, "volume")))
            continue;
        json_object_set_new(seen, json_text(volume, "volume"), json_true());
        json_t *found = strchr(feeding, '/') ? picture_place(repo, volume, hex) : NULL;
        json_array_append_new(out,
                              found ? found : paper_place(repo, volume, feeding, hex));
    }
    return out;
}
