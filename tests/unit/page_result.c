/* A result survives its way through JSON, and nonsense is refused. */
#include "check.h"

#include "station/page/page.h"
#include "station/page/worker.h"

static struct page_result sample(void)
{
    struct page_result result = {
        .kind = PAGE_SEPARATOR,
        .width_px = 2480,
        .height_px = 3508,
        .dpi = 300,
        .rotated_deg = 180,
        .skew_mdeg = -1540,
        .confidence = -1,
        .frames = 1,
        .engine = "tesseract 5.3.0",
        .model = "chi_sim",
        .model_sha256 = "ab",
        .doubt_count = 1,
        .label_count = 1,
        .qc_count = 1,
        .figures = { .limits = "usual-1",
                     .paper = "A4",
                     .width_mm = 210,
                     .contrast = 200,
                     .sharp_pm = -1,
                     .border = true },
        .number_right = 17,
        .case_count = 1,
        .ms = { 1, 2, 3, 4 },
    };
    result.cases[0] = (struct page_case){ "(2026)粤0399民初10027号", true };
    result.labels[0] = (struct page_label){ "CODE-128", "T10671", true };
    result.doubts[0] = (struct page_doubt){ "末", { 1, 20, 300, 10000 }, 41 };
    result.qc[0] = (struct page_qc){ "skew", "纸张歪斜" };
    return result;
}

TEST(page_result, comes_back_as_it_went)
{
    struct page_result in = sample(), out;
    json_t *json = page_result_json(&in);
    CHECK_OK(page_result_read(json, &out));
    CHECK_INT(in.kind, out.kind);
    CHECK_INT(in.skew_mdeg, out.skew_mdeg);
    CHECK_INT(in.rotated_deg, out.rotated_deg);
    CHECK_INT(-1, out.confidence);
    CHECK_INT(4, out.ms.write);
    CHECK_TEXT("ab", out.model_sha256);
    CHECK_INT(1, out.doubt_count);
    CHECK_TEXT("末", out.doubts[0].text);
    CHECK_INT(10000, out.doubts[0].box[3]);
    CHECK_INT(41, out.doubts[0].confidence);
    CHECK_INT(1, out.label_count);
    CHECK_TEXT("T10671", out.labels[0].text);
    CHECK(out.labels[0].ours);
    CHECK_TEXT("纸张歪斜", out.qc[0].sentence);
    CHECK_BYTES(&in.figures, &out.figures, sizeof in.figures);
    CHECK_INT(17, out.number_right);
    CHECK_TEXT(in.cases[0].text, out.cases[0].text);
    CHECK(out.cases[0].head);
    json_decref(json);
}

TEST(page_result, every_kind_has_its_word)
{
    static const char *const words[] = { "page", "blank", "cover", "separator" };
    for (int kind = PAGE_TEXT; kind <= PAGE_SEPARATOR; kind++)
        CHECK_TEXT(words[kind], page_kind_name((enum page_kind)kind));
}

TEST(page_result, refuses_values_that_cannot_be)
{
    static const char *const keys[] = { "kind",      "dpi",        "rotated_deg",
                                        "skew_mdeg", "confidence", "labels",
                                        "qc",        "ms",         "engine",
                                        "doubtful" };
    struct page_result in = sample(), out;
    for (size_t i = 0; i < COUNT(keys); i++) {
        json_t *json = page_result_json(&in);
        json_object_del(json, keys[i]);
        CHECK_RC(RC_INVALID, page_result_read(json, &out));
        json_object_set_new(json, keys[i], json_integer(1234567));
        CHECK_RC(RC_INVALID, page_result_read(json, &out));
        json_decref(json);
    }
}

TEST(page_result, refuses_more_labels_than_it_holds)
{
    struct page_result in = sample(), out;
    json_t *json = page_result_json(&in), *labels = json_object_get(json, "labels");
    while (json_array_size(labels) < PAGE_LABELS_MAX)
        json_array_append(labels, json_array_get(labels, 0));
    CHECK_OK(page_result_read(json, &out));
    json_array_append(labels, json_array_get(labels, 0));
    CHECK_RC(RC_INVALID, page_result_read(json, &out));
    json_decref(json);
}

TEST(page_options, come_back_as_they_went)
{
    struct page_options in = { .model = "tesseract:eng",
                               .dpi = 300,
                               .frame = 2,
                               .created_ms = 1774000000000,
                               .title = "起诉状",
                               .no_ocr = true,
                               .no_pictures = true };
    struct page_options out;
    json_t *json = page_options_json(&in);
    CHECK_OK(page_options_read(json, &out));
    CHECK_TEXT("tesseract:eng", out.model);
    CHECK_TEXT("起诉状", out.title);
    CHECK_INT(2, out.frame);
    CHECK(out.created_ms == in.created_ms && out.no_ocr && out.no_pictures &&
          !out.keep_all);
    json_object_set_new(
        json, "model",
        json_string("a name that is far too long for the name of a model"));
    CHECK_RC(RC_INVALID, page_options_read(json, &out));
    json_decref(json);
}
