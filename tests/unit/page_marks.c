/* Bookmarks of a conversion, from covers and separators. */
#include "check.h"

#include "station/page/convert_marks.h"
#include "sys/json_scope.h"

enum { MOST = 16 };

static struct convert_page pages_at[MOST];
static struct convert_pages all;

static void begin(void)
{
    memset(pages_at, 0, sizeof pages_at);
    all = (struct convert_pages){ .at = pages_at };
}

static void put(enum page_kind kind, const char *label)
{
    struct convert_page *page = &pages_at[all.count++];
    page->done = true;
    page->in_pdf = kind == PAGE_TEXT;
    page->result.kind = kind;
    if (!label)
        return;
    page->result.label_count = 1;
    page->result.labels[0].ours = true;
    snprintf(page->result.labels[0].text, PAGE_LABEL_TEXT_MAX, "%s", label);
}

TEST(convert_marks, nest_rows_below_their_volume)
{
    SCOPED(json_free_at)
    json_t *rows = json_pack("[{s:i, s:s}]", "row", 6, "title", "起诉状及相关材料");
    SCOPED(convert_marks_free) struct convert_marks marks = { 0 };
    begin();
    all.rows = rows;
    put(PAGE_COVER, "V44039920260301010027100159");
    put(PAGE_SEPARATOR, "T10671");
    put(PAGE_TEXT, NULL);
    put(PAGE_TEXT, NULL);
    put(PAGE_SEPARATOR, NULL); /* a patch code */
    put(PAGE_BLANK, NULL);
    put(PAGE_TEXT, NULL);
    put(PAGE_SEPARATOR, "T10671"); /* with nothing behind it */
    CHECK_OK(convert_marks(&all, &marks, NULL));
    CHECK_INT(3, marks.count);
    CHECK_TEXT("正卷 第1册", marks.at[0].title);
    CHECK_TEXT("6 起诉状及相关材料", marks.at[1].title);
    CHECK_TEXT("材料", marks.at[2].title);
    CHECK(marks.at[0].depth == 0 && marks.at[1].depth == 1 && marks.at[2].depth == 1);
    CHECK(marks.at[0].page == 0 && marks.at[1].page == 0 && marks.at[2].page == 2);
}

static void put_patch(const char *name)
{
    put(PAGE_SEPARATOR, name);
    struct page_label *label = &pages_at[all.count - 1].result.labels[0];
    label->ours = false;
    snprintf(label->type, sizeof label->type, "PATCH");
}

TEST(convert_marks, follow_the_meanings_of_patch_codes)
{
    SCOPED(convert_marks_free) struct convert_marks marks = { 0 };
    begin();
    put(PAGE_COVER, "V44039920260301010027100159");
    put_patch("PATCH T");
    put(PAGE_TEXT, NULL);
    put_patch("PATCH 2");
    put(PAGE_TEXT, NULL);
    put_patch("PATCH 3");
    put(PAGE_TEXT, NULL);
    put_patch("PATCH 2");
    put(PAGE_TEXT, NULL);
    CHECK_OK(convert_marks(&all, &marks, NULL));
    static const char *const titles[] = { "正卷 第1册", "材料", "文件", "下一卷",
                                          "文件" };
    static const unsigned depths[] = { 0, 1, 2, 0, 1 };
    CHECK_INT(COUNT(titles), marks.count);
    for (size_t i = 0; i < COUNT(titles); i++) {
        CHECK_TEXT(titles[i], marks.at[i].title);
        CHECK_INT(depths[i], marks.at[i].depth);
    }
}

TEST(convert_marks, stand_on_their_own_without_a_cover)
{
    SCOPED(convert_marks_free) struct convert_marks marks = { 0 };
    begin();
    put(PAGE_TEXT, NULL);
    put(PAGE_SEPARATOR, "T10671");
    put(PAGE_TEXT, NULL);
    CHECK_OK(convert_marks(&all, &marks, NULL));
    CHECK_INT(1, marks.count);
    CHECK_TEXT("目录第6项", marks.at[0].title); /* no catalogue was given */
    CHECK(marks.at[0].depth == 0 && marks.at[0].page == 1);
}

TEST(convert_marks, do_not_believe_labels_that_are_not_ours)
{
    SCOPED(convert_marks_free) struct convert_marks marks = { 0 };
    begin();
    put(PAGE_COVER, "V44039920260301010027100159");
    pages_at[0].result.labels[0].ours = false;
    put(PAGE_TEXT, NULL);
    CHECK_OK(convert_marks(&all, &marks, NULL));
    CHECK_INT(0, marks.count);
}
