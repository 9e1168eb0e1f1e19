/* Bookmarks of an archived volume: volume, rows, documents with names of their own. */
#include "check.h"
#include "repo-daemon/archive_marks.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

enum { PAGES = 6 };

static const struct {
    unsigned row, index;
} places[PAGES] = { { 3, 1 }, { 6, 2 }, { 6, 3 }, { 6, 4 }, { 9, 5 }, { 9, 6 } };

/* Two documents of row 6 were named, one of row 9 has the name of its row. */
static void fill(struct gathered *all, struct rules_image images[PAGES])
{
    static const char manifest[] =
        "{'items':[{'row':3,'title':'审判流程管理信息表','document':'审判流程管理信息表',"
        "'named_by':'row','images':[1]},"
        "{'row':6,'title':'起诉状及相关材料','document':'民事起诉状','named_by':'read',"
        "'images':[2,3]},"
        "{'row':6,'title':'起诉状及相关材料','document':'委托书','named_by':'person',"
        "'images':[4]},"
        "{'row':9,'title':'','document':'','named_by':'row','images':[5,6]}]}";
    for (size_t i = 0; i < PAGES; i++)
        images[i] = (struct rules_image){ .kind = RULES_PAGE,
                                          .row = places[i].row,
                                          .index = places[i].index };
    char text[sizeof manifest];
    memcpy(text, manifest, sizeof text);
    for (char *c = text; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    *all = (struct gathered){ .volume = json_pack("{s:i, s:i}", "kind", 1, "part", 2),
                              .manifests = json_array(),
                              .images = images,
                              .image_count = PAGES,
                              .batch_count = 1 };
    json_array_append_new(all->manifests, json_loads(text, 0, NULL));
}

static void drop(struct gathered *all)
{
    json_decref(all->volume);
    json_decref(all->manifests);
}

TEST(archive_marks, are_the_catalogue_as_a_tree)
{
    static const struct pdfa_mark want[] = {
        { "正卷 第2册", 0, 0 },
        { "3 审判流程管理信息表", 0, 1 },
        { "6 起诉状及相关材料", 1, 1 },
        { "民事起诉状", 1, 2 },
        { "委托书", 3, 2 },
        { "材料", 4, 1 },
    };
    struct gathered all;
    struct rules_image images[PAGES];
    SCOPED(archive_marks_free) struct archive_marks marks = { 0 };
    fill(&all, images);
    CHECK_OK(archive_marks(&all, PAGES, &marks, NULL));
    CHECK_INT(COUNT(want), marks.count);
    for (size_t i = 0; i < COUNT(want); i++) {
        CHECK_TEXT(want[i].title, marks.at[i].title);
        CHECK_INT(want[i].page, marks.at[i].page);
        CHECK_INT(want[i].depth, marks.at[i].depth);
    }
    drop(&all);
}

TEST(archive_marks, leave_out_documents_before_rows)
{
    enum { MANY = PDFA_JOIN_MARKS_MAX + 50 };
    SCOPED(free_at) struct rules_image *images = calloc(MANY, sizeof *images);
    SCOPED(archive_marks_free) struct archive_marks marks = { 0 };
    struct gathered all = { .volume = json_pack("{s:i, s:i}", "kind", 2, "part", 1),
                            .manifests = json_array(),
                            .images = images,
                            .image_count = MANY,
                            .batch_count = 1 };
    json_t *items = json_array();
    json_array_append_new(all.manifests, json_pack("{s:o}", "items", items));
    for (unsigned i = 0; i < MANY; i++)
        images[i] = (struct rules_image){ .kind = RULES_PAGE, .row = 1, .index = i + 1 };
    images[MANY - 1].row = 2;
    for (int i = 1; i <= MANY; i++)
        json_array_append_new(items, json_pack("{s:i, s:s, s:s, s:s, s:[i]}", "row", 1,
                                               "title", "证据", "document", "收条",
                                               "named_by", "person", "images", i));
    CHECK_OK(archive_marks(&all, MANY, &marks, NULL));
    CHECK_INT(PDFA_JOIN_MARKS_MAX, marks.count);
    CHECK_TEXT("副卷 第1册", marks.at[0].title);
    CHECK_INT(1, marks.at[marks.count - 1].depth);
    CHECK_INT(MANY - 1, marks.at[marks.count - 1].page);
    json_decref(all.volume);
    json_decref(all.manifests);
}
