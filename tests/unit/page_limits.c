/* The table of limits is total, and a court's own file is checked before it counts. */
#include "check.h"

#include "station/page/judge.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <fcntl.h>
#include <unistd.h>

static enum rc read_file(const char *text, struct page_limits *ret, struct fault *why)
{
    char path[] = "/tmp/juanku-limits-XXXXXX";
    int fd = mkstemp(path);
    CHECK(fd >= 0);
    CHECK_OK(
        file_write_all(fd, (struct bytes){ (const uint8_t *)text, strlen(text) }, NULL));
    close(fd);
    enum rc rc = page_limits_read(path, ret, why);
    unlink(path);
    return rc;
}

TEST(page_limits, have_a_source_each_and_presets_within_their_bounds)
{
    struct page_limits made = { .version = "" };
    for (size_t i = 0; i < page_limit_count; i++) {
        const struct conf_key *key = &page_limit_keys[i];
        CHECK(strlen(key->help) > 10);
        CHECK_OK(conf_set(page_limit_keys, page_limit_count, &made, key->name,
                          key->preset, NULL));
        for (size_t other = 0; other < i; other++)
            CHECK(strcmp(page_limit_keys[other].name, key->name) != 0);
    }
    CHECK_TEXT(page_limits_usual()->version, made.version);
    CHECK_INT(page_limits_usual()->skew_mdeg, made.skew_mdeg);
}

TEST(page_limits, stand_all_in_the_manual_with_the_reasons_they_lead_to)
{
    SCOPED(free_at) char *manual = NULL;
    size_t len = 0;
    const char *code, *limit;
    CHECK_OK(file_read(AT_FDCWD, "docs/quality.md", 1 << 20, &manual, &len, NULL));
    for (size_t i = 1; i < page_limit_count; i++) { /* the version is no limit */
        if (!strstr(manual, page_limit_keys[i].name) ||
            !strstr(manual, page_limit_keys[i].preset))
            fail_msg("the manual does not have %s", page_limit_keys[i].name);
    }
    for (size_t i = 0; (code = page_reason(i, &limit)); i++)
        if (!strstr(manual, code))
            fail_msg("the manual does not have %s", code);
}

TEST(page_limits, ask_less_sharpness_of_pale_ink_and_still_some)
{
    const struct page_limits *limits = page_limits_usual();
    for (int pale = 0; pale < 2; pale++)
        for (int32_t sharp = 0; sharp <= 1000; sharp += 5) {
            struct page_result result = { .kind = PAGE_TEXT, .confidence = -1 };
            result.figures =
                (struct page_figures){ .paper_level = 250,
                                       .ink_level = limits->ink_max + (unsigned)pale,
                                       .contrast = 255,
                                       .sharp_pm = sharp };
            bool told = false;
            page_judge(limits, false, &result);
            for (size_t i = 0; i < result.qc_count; i++)
                told = told || !strcmp(result.qc[i].code, "blurred");
            int32_t least = (int32_t)limits->sharp_pm;
            CHECK(told == (sharp < (pale ? least * 3 / 4 : least)));
        }
}

TEST(page_limits, are_each_about_a_reason_or_used_by_name)
{
    /* What no reason of a single page is about: the blank test, and the order of pages.
     */
    static const char *const elsewhere[] = { "version",         "blank_ink_pm",
                                             "blank_specks",    "size_mm",
                                             "same_blocks_max", "case_number",
                                             "page_numbers" };
    for (size_t i = 0; i < page_limit_count; i++) {
        const char *code, *limit;
        bool used = false;
        for (size_t r = 0; (code = page_reason(r, &limit)); r++)
            used = used || (limit && !strcmp(limit, page_limit_keys[i].name));
        for (size_t e = 0; e < COUNT(elsewhere); e++)
            used = used || !strcmp(elsewhere[e], page_limit_keys[i].name);
        if (!used)
            fail_msg("nothing looks at %s", page_limit_keys[i].name);
    }
}

TEST(page_reason, fits_its_field_and_names_a_limit_that_exists)
{
    const char *code, *limit;
    for (size_t i = 0; (code = page_reason(i, &limit)); i++) {
        bool known = !limit;
        CHECK(*code && strlen(code) < PAGE_CODE_MAX);
        for (size_t k = 0; k < page_limit_count; k++)
            known = known || !strcmp(page_limit_keys[k].name, limit);
        CHECK(known);
    }
}

TEST(page_limits, of_a_court_change_what_they_name_and_nothing_else)
{
    struct page_limits limits;
    CHECK_OK(read_file("# 某市法院\nversion = 某市-2026-1\nskew_mdeg = 3000\n"
                       "page_numbers = no\n",
                       &limits, NULL));
    CHECK_TEXT("某市-2026-1", limits.version);
    CHECK_INT(3000, limits.skew_mdeg);
    CHECK(!limits.page_numbers);
    CHECK_INT(page_limits_usual()->dpi_min, limits.dpi_min);
}

TEST(page_limits, refuses_a_file_without_a_version_a_wrong_name_and_a_wrong_value)
{
    struct page_limits limits;
    struct fault why = { 0 };
    CHECK_RC(RC_INVALID, read_file("skew_mdeg = 3000\n", &limits, &why));
    CHECK(strstr(why.text, "version"));
    CHECK_RC(RC_NOT_FOUND, read_file("version = a\nskew_deg = 3\n", &limits, &why));
    CHECK(strstr(why.text, ":2"));
    CHECK_RC(RC_INVALID, read_file("version = a\nskew_mdeg = 45001\n", &limits, NULL));
    CHECK_OK(read_file("version = a\nskew_mdeg = 45000\n", &limits, NULL));
    CHECK_RC(RC_NOT_FOUND, page_limits_read("/no/such/file", &limits, NULL));
}

TEST(page_limits, go_to_a_worker_and_back)
{
    struct page_limits in = *page_limits_usual(), out;
    strcpy(in.version, "某市-2");
    in.odd_size = false;
    json_t *json = page_limits_json(&in);
    CHECK_OK(page_limits_of_json(json, &out));
    CHECK_BYTES(&in, &out, sizeof in);
    for (size_t i = 0; i < page_limit_count; i++) {
        json_t *hurt = json_copy(json);
        json_object_set_new(hurt, page_limit_keys[i].name, json_null());
        CHECK_RC(RC_INVALID, page_limits_of_json(hurt, &out));
        json_decref(hurt);
    }
    json_decref(json);
}

static struct page_result judged(const struct page_figures *figures,
                                 const struct page_limits *limits)
{
    struct page_result result = { .dpi = 300, .confidence = 90, .figures = *figures };
    page_judge(limits, false, &result);
    return result;
}

TEST(page_judge, holds_at_each_limit_and_speaks_one_beyond_it)
{
    const struct page_limits *limits = page_limits_usual();
    struct page_figures good = { .paper = "A4",
                                 .width_mm = 210,
                                 .height_mm = 297,
                                 .paper_level = limits->paper_min,
                                 .ink_level = limits->ink_max,
                                 .contrast = limits->contrast_min,
                                 .sharp_pm = (int32_t)limits->sharp_pm,
                                 .edge_marks = limits->edge_marks_max,
                                 .over_mm = limits->long_mm };
    struct page_result result = judged(&good, limits);
    CHECK_INT(0, result.qc_count);
    CHECK_TEXT("usual-1", result.figures.limits);
    static const char *const codes[] = { "dark",    "pale",    "low-contrast",
                                         "blurred", "cut-off", "long" };
    for (size_t i = 0; i < COUNT(codes); i++) {
        struct page_figures bad = good;
        bad.paper_level -= i == 0;
        bad.ink_level += i == 1;
        bad.contrast -= i == 2;
        bad.sharp_pm -= i == 3;
        bad.edge_marks += i == 4;
        bad.over_mm += i == 5;
        result = judged(&bad, limits);
        CHECK_INT(1, result.qc_count);
        CHECK_TEXT(codes[i], result.qc[0].code);
        CHECK((unsigned char)result.qc[0].sentence[0] >= 0x80);
    }
}

TEST(page_judge, tells_an_odd_paper_unless_the_court_does_not_care)
{
    struct page_limits limits = *page_limits_usual();
    struct page_figures receipt = { .width_mm = 80,
                                    .height_mm = 190,
                                    .paper_level = 250,
                                    .contrast = 200,
                                    .sharp_pm = -1 };
    struct page_result result = judged(&receipt, &limits);
    CHECK_INT(1, result.qc_count);
    CHECK_TEXT("odd-size", result.qc[0].code);
    CHECK(strstr(result.qc[0].sentence, "80×190 毫米"));
    limits.odd_size = false;
    result = judged(&receipt, &limits);
    CHECK_INT(0, result.qc_count);
}
