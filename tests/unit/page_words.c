/* Words with their places, and those a person should look at. */
#include "check.h"

#include "station/page/words.h"
#include "sys/scope.h"

#include <jansson.h>
#include <string.h>

enum { WIDTH = 1000, HEIGHT = 2000 };

/* One line: two words of Han, a comma, a number; each symbol is 100 wide and 50 high. */
static struct ocr_symbol symbols[] = {
    { "民", 100, 1000, 200, 1050, 95, true }, { "初", 200, 1000, 300, 1050, 95, false },
    { "末", 300, 1000, 400, 1050, 41, true }, { "，", 400, 1000, 500, 1050, 20, true },
    { "9", 500, 1000, 600, 1050, 55, true },  { "7", 600, 1000, 700, 1050, 55, false },
    { "号", 700, 1000, 800, 1050, 99, true },
};
static struct ocr_line lines[] = { { .first = 0,
                                     .count = COUNT(symbols),
                                     .left = 100,
                                     .top = 1000,
                                     .right = 800,
                                     .bottom = 1050 } };
static const struct ocr_model model = { .name = "chi_sim", .sha256 = "ab" };
static const struct ocr_model english = { .name = "eng", .sha256 = "cd" };
static const struct ocr_text text = { .symbols = symbols,
                                      .symbol_count = COUNT(symbols),
                                      .lines = lines,
                                      .line_count = COUNT(lines),
                                      .helpers = { &english },
                                      .helper_count = 1 };

static struct words_how how_of(double turn_deg)
{
    return (struct words_how){ .read_width_px = WIDTH,
                               .read_height_px = HEIGHT,
                               .width_px = WIDTH,
                               .height_px = HEIGHT,
                               .turn_deg = turn_deg,
                               .engine = "tesseract 5",
                               .model = &model };
}

TEST(words, stand_in_shares_of_the_upright_picture)
{
    struct words_how how = how_of(0);
    SCOPED(free_at) char *json = NULL;
    size_t len = 0;
    CHECK_OK(words_json(&text, &how, &json, &len, NULL));
    CHECK_INT(strlen(json), len);
    CHECK_TEXT(
        "{\"format\":1,\"engine\":\"tesseract 5\",\"model\":\"chi_sim\","
        "\"model_sha256\":\"ab\",\"helpers\":[{\"model\":\"eng\","
        "\"model_sha256\":\"cd\"}],\"lines\":[{\"text\":\"民初末，97号\",\"words\":["
        "[\"民初\",1000,5000,2000,250,95],[\"末\",3000,5000,1000,250,41],"
        "[\"，\",4000,5000,1000,250,20],[\"97\",5000,5000,2000,250,55],"
        "[\"号\",7000,5000,1000,250,99]]}]}",
        json);
}

TEST(words, are_turned_back_to_where_people_see_them)
{
    /* Read after a quarter of the circle clockwise: what stood left of the centre came to
     * stand above it. */
    static struct ocr_symbol above[] = { { "上", 450, 500, 550, 600, 10, true } };
    static struct ocr_line line[] = { { .first = 0, .count = 1 } };
    const struct ocr_text read = {
        .symbols = above, .symbol_count = 1, .lines = line, .line_count = 1
    };
    struct page_doubt doubts[PAGE_DOUBTS_MAX];
    struct words_how how = how_of(90);
    how.width_px = HEIGHT;
    how.height_px = WIDTH;
    CHECK_INT(1, words_doubtful(&read, &how, doubts));
    CHECK_INT(2500, doubts[0].box[0]);
    CHECK_INT(4500, doubts[0].box[1]);
    CHECK_INT(500, doubts[0].box[2]);
    CHECK_INT(1000, doubts[0].box[3]);
}

TEST(words, read_with_doubt_are_told_and_bare_punctuation_is_not)
{
    struct page_doubt doubts[PAGE_DOUBTS_MAX];
    struct words_how how = how_of(0);
    CHECK_INT(2, words_doubtful(&text, &how, doubts));
    CHECK_TEXT("末", doubts[0].text);
    CHECK_INT(41, doubts[0].confidence);
    CHECK_TEXT("97", doubts[1].text);
    CHECK_INT(5000, doubts[1].box[0]);
}

TEST(words, that_are_neighbours_are_one_doubt_and_the_list_has_an_end)
{
    enum { MANY = 40 * PAGE_DOUBTS_MAX };
    static struct ocr_symbol many[MANY];
    static struct ocr_line line[] = { { .first = 0, .count = MANY } };
    const struct ocr_text read = {
        .symbols = many, .symbol_count = MANY, .lines = line, .line_count = 1
    };
    struct page_doubt doubts[PAGE_DOUBTS_MAX];
    struct words_how how = how_of(0);
    for (int i = 0; i < MANY; i++)
        many[i] = (struct ocr_symbol){ "末", i, 0, i + 1, 9, 30, true };
    line[0].count = 3;
    CHECK_INT(1, words_doubtful(&read, &how, doubts));
    CHECK_TEXT("末末末", doubts[0].text);
    line[0].count = MANY;
    CHECK_INT(PAGE_DOUBTS_MAX, words_doubtful(&read, &how, doubts));
    CHECK_INT(3 * PAGE_DOUBT_SYMBOLS_MAX, strlen(doubts[0].text));
}

TEST(models, are_found_by_a_name_that_cannot_leave_its_folder)
{
    static const char *const bad[] = { "", "../eng", "a/b", "chi.sim",
                                       "a_name_that_is_longer_than_any_model_has" };
    struct ocr_model found;
    for (size_t i = 0; i < COUNT(bad); i++)
        CHECK_RC(RC_INVALID, ocr_model_find(bad[i], ".traineddata", &found, NULL));
    CHECK_RC(RC_UNAVAILABLE, ocr_model_find("klingon", ".traineddata", &found, NULL));
    CHECK_OK(ocr_model_find(ocr_model_preset(), ".traineddata", &found, NULL));
    CHECK_INT(64, strlen(found.sha256));
    CHECK(found.folder[0] == '/');
}

TEST(engines, are_chosen_by_name_and_a_failed_one_is_not_tried_again)
{
    struct ocr *ocr = NULL, *again = NULL;
    struct fault why = { 0 };
    CHECK_RC(RC_UNAVAILABLE, ocr_of_process("abacus:chi_sim", &ocr, &why));
    CHECK(strstr(why.text, "abacus") && strstr(why.text, "tesseract"));
    CHECK_RC(RC_UNAVAILABLE, ocr_of_process("tesseract:klingon", &ocr, &why));
    CHECK_RC(RC_UNAVAILABLE, ocr_of_process("tesseract:klingon", &ocr, &why));
    CHECK(strstr(why.text, "klingon"));
    CHECK_OK(ocr_of_process("tesseract:eng", &ocr, &why));
    CHECK_OK(ocr_of_process("tesseract:eng", &again, &why));
    CHECK(ocr == again);
    CHECK_TEXT("eng", ocr_model(ocr)->name);
    CHECK(!strncmp(ocr_engine(ocr), "tesseract 5", 11));
}
