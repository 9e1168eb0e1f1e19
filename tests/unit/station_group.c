/* Grouping of pictures into items, doubts, and the manifest. */
#include "check.h"

#include "station/group.h"
#include "station/suspect.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

static const char volume[] = "V44039920260301010027100159";

static struct job *new_job(void)
{
    struct job *job = job_new();
    memcpy(job->volume, volume, sizeof volume);
    snprintf(job->kind, sizeof job->kind, "first");
    job->sheets_declared = 1;
    return job;
}

/* One more sheet with one side that was read as `kind`, with a label or NULL. */
static struct job_image *add(struct job *job, const char *kind, const char *label)
{
    struct capture c = { .type = "image/jpeg", .mode = "Color", .dpi = 300 };
    snprintf(c.file, sizeof c.file, "%04u-front.jpg", job->sheets + 1);
    memset(c.sha256, 'a', SHA256_HEX - 1);
    job_add_sheet(job, &c, 1);
    struct job_image *image = job_image(job, (unsigned)job->count);
    image->state = kind ? IMAGE_READY : IMAGE_CAPTURED;
    if (!kind)
        return image;
    image->result =
        json_pack("{s:s,s:[],s:[],s:[]}", "kind", kind, "labels", "qc", "head");
    if (label)
        json_array_append_new(
            json_object_get(image->result, "labels"),
            json_pack("{s:s,s:s,s:i}", "type", "CODE-128", "text", label, "ours", 1));
    return image;
}

static void separator_label(unsigned kind, unsigned row, char ret[LABEL_TEXT_MAX])
{
    struct label l = { .type = LABEL_TYPE, .kind = (uint8_t)kind, .row = (uint8_t)row };
    CHECK_OK(label_write(&l, ret));
}

static void add_separator(struct job *job, unsigned kind, unsigned row)
{
    char text[LABEL_TEXT_MAX];
    separator_label(kind, row, text);
    add(job, "separator", text);
}

TEST(group, puts_pages_under_the_separator_before_them)
{
    struct job *job = new_job();
    add(job, "cover", volume);
    add_separator(job, 1, 6);
    add(job, "page", NULL);
    add(job, "blank", NULL);
    add(job, "page", NULL);
    add_separator(job, 1, 10);
    add(job, "page", NULL);
    group_pages(job);
    static const unsigned rows[] = { 0, 0, 6, 0, 6, 0, 10 };
    for (unsigned i = 0; i < COUNT(rows); i++)
        CHECK_INT(rows[i], job->images[i].row);
    char sentence[JOB_SENTENCE_MAX];
    CHECK(!group_doubt(job, sentence));
    job_free(job);
}

/* A separator with a patch code, on this side of a sheet of two. */
static void add_patch(struct job *job, const char *name, enum side side)
{
    struct capture c[2] = { { .type = "image/jpeg" }, { .type = "image/jpeg" } };
    job_add_sheet(job, c, 2);
    for (unsigned i = 0; i < 2; i++) {
        struct job_image *image = &job->images[job->count - 2 + i];
        bool here = image->side == side;
        image->state = IMAGE_READY;
        image->result = json_pack("{s:s,s:[],s:[],s:[]}", "kind",
                                  here ? "separator" : "blank", "labels", "qc", "head");
        if (here)
            json_array_append_new(
                json_object_get(image->result, "labels"),
                json_pack("{s:s,s:s,s:i}", "type", "PATCH", "text", name, "ours", 0));
    }
}

TEST(group, splits_at_patch_codes_of_either_side_as_they_are_meant)
{
    char sentence[JOB_SENTENCE_MAX];
    for (int side = SIDE_FRONT; side <= SIDE_BACK; side++) {
        struct job *job = new_job();
        add(job, "cover", volume);
        add_separator(job, 1, 6);
        add(job, "page", NULL);
        add_patch(job, "PATCH 2", (enum side)side);
        add(job, "page", NULL);
        add_patch(job, "PATCH T", (enum side)side);
        add(job, "page", NULL);
        add_separator(job, 1, 10);
        add(job, "page", NULL);
        CHECK_INT(0, group_end_leaf(job));
        add_patch(job, "PATCH 3", (enum side)side);
        group_pages(job);
        static const unsigned rows[] = { 0, 0, 6, 0, 0, 6, 0, 0, 0, 0, 10, 0, 0 };
        for (unsigned i = 0; i < COUNT(rows); i++)
            CHECK_INT(rows[i], job->images[i].row);
        CHECK(job->images[5].begins && job->images[8].begins);
        json_t *manifest = group_manifest(job, "ST01");
        json_t *items = json_object_get(manifest, "items");
        CHECK_INT(4, json_array_size(items)); /* 6, 6 again, without a row, 10 */
        CHECK_INT(4 + 1, group_count(job).pages + (group_end_leaf(job) == job->leaves));
        json_decref(manifest);
        CHECK(group_image_doubt(job, &job->images[8], sentence));
        CHECK(strstr(sentence, "未分项"));
        add(job, "page", NULL); /* behind the end */
        group_pages(job);
        CHECK(group_image_doubt(job, &job->images[job->count - 1], sentence));
        CHECK(strstr(sentence, "结束页后面"));
        struct patch_meanings all_items = *patch_meanings_usual();
        CHECK_OK(patch_meanings_read("3=item 2=item", &all_items, NULL));
        job->patches = &all_items;
        group_pages(job);
        CHECK_INT(0, group_end_leaf(job));
        CHECK_INT(0, job->images[5].row);
        job_free(job);
    }
}

static bool has_reason(const struct job_image *image, const char *code)
{
    json_t *all = group_image_qc(image), *one;
    size_t i;
    bool found = false;
    json_array_foreach(all, i, one) found =
        found || !strcmp(json_string_value(json_object_get(one, "code")), code);
    json_decref(all);
    return found;
}

/* Two sheets with both sides; what the second's sides look like, 0 nothing, 1 the first
 * sheet's. True when its front is told to be fed twice. */
static bool told_twice(const char *back_kind, int front_same, int back_same)
{
    struct job *job = job_new();
    struct capture sides[2] = { { .type = "image/jpeg" }, { .type = "image/jpeg" } };
    for (unsigned leaf = 1; leaf <= 2; leaf++) {
        job_add_sheet(job, sides, 2);
        for (unsigned i = (unsigned)job->count - 1; i <= job->count; i++) {
            struct job_image *image = job_image(job, i);
            image->state = IMAGE_READY;
            image->result = json_pack("{s:s}", "kind",
                                      image->side == SIDE_FRONT ? "page" : back_kind);
            int same = image->side == SIDE_FRONT ? front_same : back_same;
            if (leaf == 2 && same)
                json_object_set_new(image->result, "same_as", json_integer(same));
        }
    }
    group_pages(job);
    bool told = has_reason(&job->images[2], "fed-twice");
    job_free(job);
    return told;
}

TEST(group, does_not_take_a_form_with_the_same_back_for_a_sheet_fed_twice)
{
    CHECK(told_twice("page", 1, 1));
    CHECK(told_twice("blank", 1, 0));
    CHECK(!told_twice("page", 1, 0));
    CHECK(!told_twice("page", 0, 1));
}

TEST(group, tells_what_pages_say_beside_each_other)
{
    struct job *job = new_job();
    strcpy(job->case_no, "(2026)粤0399民初10027号");
    add_separator(job, 1, 6);
    static const int numbers[] = { 1, 2, 3, 5 };
    for (size_t i = 0; i < COUNT(numbers); i++)
        json_object_set_new(add(job, "page", NULL)->result, "number_right",
                            json_integer(numbers[i]));
    json_object_set_new(job->images[2].result, "same_as", json_integer(2));
    json_object_set_new(
        job->images[3].result, "cases",
        json_pack("[{s:s,s:b}]", "text", "(2025)粤0399民初88号", "head", true));
    group_pages(job);
    group_pages(job); /* made anew, not twice */
    CHECK(!has_reason(&job->images[1], "fed-twice"));
    CHECK(has_reason(&job->images[2], "fed-twice"));
    CHECK(has_reason(&job->images[3], "other-case"));
    CHECK(has_reason(&job->images[4], "page-gap"));
    CHECK_INT(1, json_array_size(job->images[4].beside));

    struct page_limits quiet = *page_limits_usual();
    quiet.case_number = quiet.page_numbers = false;
    job->limits = &quiet;
    job->images[1].edit = EDIT_SET_BLANK; /* then it is no twin any more */
    group_pages(job);
    for (size_t i = 0; i < job->count; i++)
        CHECK(!job->images[i].beside);
    job_free(job);
}

TEST(group, doubts_a_page_before_any_separator)
{
    struct job *job = new_job();
    char sentence[JOB_SENTENCE_MAX];
    add(job, "cover", volume);
    add(job, "page", NULL);
    group_pages(job);
    CHECK(group_doubt(job, sentence));
    CHECK(strstr(sentence, "未分项"));
    job->images[1].edit = EDIT_MOVE;
    job->images[1].edit_row = 6;
    group_pages(job);
    CHECK(!group_doubt(job, sentence));
    job_free(job);
}

TEST(group, doubts_the_cover_of_another_volume_whatever_is_decided_about_it)
{
    struct job *job = new_job();
    char sentence[JOB_SENTENCE_MAX], label[LABEL_TEXT_MAX];
    struct label l;
    CHECK_OK(label_read(BYTES("V44039920260301010027100159"), &l));
    l.part = 2;
    CHECK_OK(label_write(&l, label));
    struct job_image *cover = add(job, "cover", label);
    add(job, NULL, NULL); /* not all read yet, and told all the same */
    CHECK(group_other_volume(job, label));
    CHECK(group_doubt(job, sentence) && strstr(sentence, "另一卷"));
    cover->edit = EDIT_SET_BLANK;
    CHECK(group_doubt(job, sentence));
    job_free(job);
}

TEST(group, wants_the_cover_or_a_second_reading_of_the_label)
{
    struct job *job = new_job();
    char sentence[JOB_SENTENCE_MAX];
    add_separator(job, 1, 6);
    add(job, "page", NULL);
    group_pages(job);
    CHECK(group_doubt(job, sentence) && strstr(sentence, "封面标签"));
    job->confirmed = true;
    CHECK(!group_doubt(job, sentence));
    job_free(job);
}

TEST(group, does_not_take_a_separator_of_the_other_kind_of_volume)
{
    struct job *job = new_job();
    char sentence[JOB_SENTENCE_MAX];
    add(job, "cover", volume);
    add_separator(job, 2, 6);
    add(job, "page", NULL);
    group_pages(job);
    CHECK_INT(0, job->images[2].row);
    CHECK(group_doubt(job, sentence) && strstr(sentence, "副卷"));
    job_free(job);
}

TEST(group, never_believes_a_label_that_is_not_ours)
{
    struct job *job = new_job();
    add(job, "cover", volume);
    add(job, "separator", "T10672"); /* wrong check digits, whatever "ours" says */
    add(job, "page", NULL);
    group_pages(job);
    CHECK_INT(0, job->images[2].row);
    job_free(job);
}

TEST(group, doubts_a_page_whose_label_has_wrong_check_digits)
{
    struct job *job = new_job();
    char sentence[JOB_SENTENCE_MAX];
    add(job, "cover", volume);
    add_separator(job, 1, 6);
    struct job_image *image = add(job, "page", NULL);
    json_array_append_new(
        json_object_get(image->result, "qc"),
        json_pack("{s:s,s:s}", "code", "label-check", "sentence", "标签的校验位不对。"));
    group_pages(job);
    CHECK(group_doubt(job, sentence) && strstr(sentence, "校验位"));
    image->edit = EDIT_KEEP_AS_PAGE;
    CHECK(!group_doubt(job, sentence));
    job_free(job);
}

TEST(group, doubts_a_page_that_could_not_be_read_until_it_is_decided)
{
    struct job *job = new_job();
    char sentence[JOB_SENTENCE_MAX];
    add(job, "cover", volume);
    add_separator(job, 1, 6);
    struct job_image *image = add(job, NULL, NULL);
    image->state = IMAGE_FAILED;
    image->result = json_pack("{s:s}", "sentence", "图像损坏。");
    group_pages(job);
    CHECK(group_doubt(job, sentence) && strstr(sentence, "图像损坏"));
    CHECK_INT(1, group_count(job).failed);
    image->edit = EDIT_KEEP_AS_PAGE;
    group_pages(job);
    CHECK(!group_doubt(job, sentence));
    CHECK_INT(6, image->row);
    job_free(job);
}

TEST(group, counts_kinds_after_decisions)
{
    struct job *job = new_job();
    add(job, "cover", volume);
    add(job, "page", NULL)->edit = EDIT_SET_BLANK;
    add(job, "blank", NULL)->edit = EDIT_KEEP_AS_PAGE;
    add(job, "blank", NULL);
    add(job, NULL, NULL);
    struct group_counts c = group_count(job);
    CHECK_INT(1, c.cover);
    CHECK_INT(1, c.pages);
    CHECK_INT(2, c.blank);
    CHECK_INT(1, c.unread);
    CHECK(!group_all_read(job));
    job_free(job);
}

TEST(group_manifest, holds_each_image_once_and_each_page_in_one_item)
{
    struct job *job = new_job();
    job->rules = json_pack("{s:[{s:i,s:s,s:[s,s]}]}", "rows", "row", 6, "title",
                           "起诉状及相关材料", "materials", "起诉状", "起诉状副本");
    add(job, "cover", volume);
    add_separator(job, 1, 6);
    struct job_image *page = add(job, "page", NULL);
    json_object_set_new(page->result, "head", json_pack("[s]", "民事起诉状"));
    add(job, "blank", NULL);
    add(job, "page", NULL);
    group_pages(job);
    json_t *m = group_manifest(job, "ST01"), *item;
    CHECK_INT(5, json_array_size(json_object_get(m, "images")));
    CHECK_INT(1, json_array_size(json_object_get(m, "items")));
    item = json_array_get(json_object_get(m, "items"), 0);
    CHECK_TEXT("起诉状及相关材料", json_string_value(json_object_get(item, "title")));
    CHECK_TEXT("民事起诉状", json_string_value(json_object_get(item, "document")));
    CHECK_TEXT("read", json_string_value(json_object_get(item, "named_by")));
    const json_t *images = json_object_get(item, "images");
    CHECK_INT(2, json_array_size(images));
    CHECK_INT(3, json_integer_value(json_array_get(images, 0)));
    CHECK_INT(5, json_integer_value(json_array_get(images, 1)));
    CHECK_TEXT(job->id, json_string_value(json_object_get(m, "id")));
    json_decref(m);
    job_free(job);
}

TEST(group_manifest, puts_a_moved_page_into_the_item_of_its_row)
{
    struct job *job = new_job();
    add(job, "cover", volume);
    add_separator(job, 1, 6);
    add(job, "page", NULL);
    add_separator(job, 1, 10);
    add(job, "page", NULL);
    struct job_image *moved = add(job, "page", NULL);
    moved->edit = EDIT_MOVE;
    moved->edit_row = 6;
    add(job, "page", NULL);
    group_pages(job);
    json_t *m = group_manifest(job, "ST01");
    const json_t *items = json_object_get(m, "items");
    CHECK_INT(2, json_array_size(items));
    CHECK_INT(2, json_array_size(json_object_get(json_array_get(items, 0), "images")));
    CHECK_INT(2, json_array_size(json_object_get(json_array_get(items, 1), "images")));
    CHECK_TEXT("第6项",
               json_string_value(json_object_get(json_array_get(items, 0), "title")));
    json_decref(m);
    job_free(job);
}

#include "station/suspect.h"
TEST(group_proposal, stands_where_an_item_begins_until_a_person_has_spoken)
{
    struct job *job = new_job();
    job->rules = json_pack("{s:[{s:i,s:s,s:[s]},{s:i,s:s,s:[s]}]}", "rows", "row", 6,
                           "title", "起诉状及相关材料", "materials", "起诉状", "row", 25,
                           "title", "本院法律文书正本", "materials", "判决书正卷本");
    add(job, "cover", volume);
    add_separator(job, 1, 6);
    struct job_image *first = add(job, "page", NULL);
    json_object_set_new(first->result, "head", json_pack("[s]", "民事起诉状"));
    struct job_image *second = add(job, "page", NULL);
    json_object_set_new(second->result, "head", json_pack("[s]", "起诉状副本"));
    struct job_image *other = add(job, "page", NULL);
    json_object_set_new(other->result, "head", json_pack("[s]", "民事刊决书"));
    group_pages(job);
    first = job_image(job, 3);
    second = job_image(job, 4);
    other = job_image(job, 5);
    CHECK_INT(6, group_proposal(first)->row);
    CHECK(!group_proposal(second));            /* inside its item: says nothing new */
    CHECK_INT(25, group_proposal(other)->row); /* its separator was forgotten */
    CHECK_TEXT("民事判决书", group_proposal(other)->text);
    CHECK_INT(6, other->row); /* a proposal files nothing */

    other->edit = EDIT_TITLE | EDIT_MOVE;
    other->edit_row = 25;
    strcpy(other->edit_title, "民事判决书（2026）1号");
    group_pages(job);
    CHECK(!group_proposal(other));
    SCOPED(json_free_at) json_t *m = group_manifest(job, "ST01");
    const json_t *item = json_array_get(json_object_get(m, "items"), 1);
    CHECK_INT(25, json_integer_value(json_object_get(item, "row")));
    CHECK_TEXT("民事判决书（2026）1号",
               json_string_value(json_object_get(item, "document")));
    CHECK_TEXT("person", json_string_value(json_object_get(item, "named_by")));

    SCOPED(json_free_at) json_t *decisions = job_decisions_json(job);
    other->edit = 0;
    other->edit_title[0] = '\0';
    job_decide_all(job, decisions);
    CHECK_INT(EDIT_TITLE | EDIT_MOVE, other->edit);
    CHECK_TEXT("民事判决书（2026）1号", other->edit_title);
    job_free(job);
}
