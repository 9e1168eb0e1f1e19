/* The report of a conversion: one entry for each page, and what could not be used. */
#include "station/page/convert_out.h"

#include "station/page/title.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <string.h>

static json_t *report_labels(const struct page_result *result)
{
    json_t *labels = json_array();
    for (size_t i = 0; i < result->label_count; i++)
        json_array_append_new(
            labels, json_pack("{s:s, s:s, s:b}", "type", result->labels[i].type, "text",
                              result->labels[i].text, "ours", result->labels[i].ours));
    return labels;
}

/* What the page's first lines say it is; null when nobody asked or nothing is sure. */
static json_t *report_title(const struct convert_pages *pages,
                            const struct convert_page *page)
{
    struct title_proposal proposal;
    SCOPED(free_at) char *text = NULL;
    if (!pages->rows || !page->text_len ||
        convert_take(pages, page->text_at, page->text_len, &text, NULL))
        return json_null();
    SCOPED(json_free_at) json_t *head = title_head(text, page->text_len);
    if (!title_propose(pages->rows, head, &proposal))
        return json_null();
    return json_pack("{s:s, s:i, s:i}", "text", proposal.text, "row", (int)proposal.row,
                     "score", (int)proposal.score);
}

static json_t *report_page(const struct convert_pages *pages,
                           const struct convert_page *page)
{
    const struct page_result *result = &page->result;
    json_t *all = page_result_json(result);
    json_t *one = json_pack(
        "{s:s%, s:s, s:f, s:i, s:i, s:o, s:i, s:s, s:s, s:s, s:s, s:O, s:O, s:O, s:O, "
        "s:i}",
        "file", page->path, strlen(page->path), "kind", page_kind_name(result->kind),
        "skew_deg", result->skew_mdeg / 1000.0, "rotated_deg", (int)result->rotated_deg,
        "dpi", (int)result->dpi, "labels", report_labels(result), "confidence",
        (int)result->confidence, "engine", result->engine, "model", result->model,
        "model_sha256", result->model_sha256, "layers", result->layers, "doubtful",
        json_object_get(all, "doubtful"), "qc", json_object_get(all, "qc"), "figures",
        json_object_get(all, "figures"), "ms", json_object_get(all, "ms"), "pdf_bytes",
        (int)page->pdf_len);
    json_object_set_new(one, "title", report_title(pages, page));
    json_decref(all);
    return one;
}

enum rc convert_write_report(const struct convert_pages *pages, uint32_t total_ms,
                             const char *path, struct fault *why)
{
    SCOPED(json_free_at) json_t *report = json_object();
    json_t *list = json_array(), *failed = json_array();
    for (size_t i = 0; i < pages->count; i++) {
        const struct convert_page *page = &pages->at[i];
        if (page->failed)
            json_array_append_new(failed, json_pack("{s:s, s:s}", "file", page->path,
                                                    "sentence", page->sentence));
        else if (page->done)
            json_array_append_new(list, report_page(pages, page));
    }
    json_object_set_new(report, "pages", list);
    if (json_array_size(failed))
        json_object_set_new(report, "failed", failed);
    else
        json_decref(failed);
    json_object_set_new(report, "total_ms", json_integer(total_ms));
    SCOPED(free_at)
    char *text = json_dumps(report, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
    if (!text)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    size_t len = strlen(text);
    text[len] = '\n'; /* over the NUL: the length is given */
    return convert_replace(path, (struct bytes){ (uint8_t *)text, len + 1 }, why);
}

enum rc convert_read_rows(const char *path, json_t **ret_rows, struct fault *why)
{
    json_error_t error;
    SCOPED(json_free_at) json_t *rules = json_load_file(path, 0, &error);
    json_t *rows = json_object_get(rules, "rows");
    if (!json_is_array(rows))
        return fault_set(why, RC_INVALID, 0, "“%s”不是立卷规则文件", path);
    *ret_rows = json_incref(rows);
    return RC_OK;
}
