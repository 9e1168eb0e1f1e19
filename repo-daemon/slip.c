#include "repo-daemon/slip.h"

#include "core/bytes.h"
#include "pdfa/pdfa_text.h"
#include "record/label_svg.h"
#include "repo-daemon/repo.h"
#include "repo-daemon/settings.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    BEIJING_S = 8 * 3600,
    BARS_PT = 34,
    SIGN_PT = 60,
    GAP_PT = 8,
    WHOLE_PAGE_PT = 700,
    BAR_WIDTHS_MAX = CODE128_VALUES_MAX * 7,
};

SCOPE_RELEASER(text_free_at, struct pdfa_text *, pdfa_text_free)

void slip_time(int64_t at_ms, char ret_text[SLIP_DAY_MAX])
{
    time_t at = (time_t)(at_ms / 1000 + BEIJING_S);
    struct tm tm;
    gmtime_r(&at, &tm);
    (void)strftime(ret_text, SLIP_DAY_MAX, "%Y-%m-%d %H:%M（北京时间）", &tm);
}

static enum rc put_label(struct pdfa_text *text, const char *label, struct fault *why)
{
    struct code128 code;
    uint8_t widths[BAR_WIDTHS_MAX];
    size_t count = 0;
    if (code128_encode(label, &code))
        return fault_set(why, RC_INVALID, 0, "“%.40s”不能印成条码", label);
    for (size_t i = 0; i < code.count; i++)
        for (const uint8_t *w = code128_widths(code.value[i]); *w; w++)
            widths[count++] = *w;
    pdfa_text_bars(text, widths, count, BARS_PT);
    pdfa_text_space(text, GAP_PT);
    return RC_OK;
}

static void put_facts(struct pdfa_text *text, const struct slip *s)
{
    static const double widths[] = { 90, 381 };
    const char *const number[] = { "编号", s->label };
    if (!s->fact_count)
        return;
    pdfa_text_table(text, &(struct pdfa_table){ widths, COUNT(widths), PDFA_BODY },
                    s->label ? number : s->facts[0]);
    for (size_t i = s->label ? 0 : 1; i < s->fact_count; i++)
        pdfa_text_row(text, s->facts[i]);
    pdfa_text_space(text, GAP_PT);
}

static void put_rows(struct pdfa_text *text, const struct slip *s)
{
    const struct slip_form *f = s->form;
    if (!f->columns || f->columns > SLIP_COLUMNS_MAX)
        return;
    pdfa_text_table(text, &(struct pdfa_table){ f->widths_pt, f->columns, PDFA_SMALL },
                    f->head);
    for (size_t i = 0; i < json_array_size(s->rows); i++) {
        const char *cells[SLIP_COLUMNS_MAX];
        const json_t *row = json_array_get(s->rows, i);
        for (size_t c = 0; c < f->columns; c++) {
            const char *cell = json_string_value(json_array_get(row, c));
            cells[c] = cell ? cell : "";
        }
        pdfa_text_row(text, cells);
    }
    pdfa_text_space(text, GAP_PT);
}

static void put_signers(struct pdfa_text *text, const struct slip_form *s)
{
    char line[200];
    pdfa_text_need(text, SIGN_PT * (double)s->signer_count);
    for (size_t i = 0; i < s->signer_count; i++) {
        pdfa_text_space(text, GAP_PT);
        (void)snprintf(line, sizeof line,
                       "%s（签名）：____________________    日期：____________",
                       s->signers[i]);
        pdfa_text_put(text, PDFA_BODY, line);
    }
}

static enum rc put_copy(struct pdfa_text *text, const struct slip *s, const char *court,
                        size_t copy, struct fault *why)
{
    const struct slip_form *f = s->form;
    const char *closing = s->closing ? s->closing : f->closing;
    if (copy)
        pdfa_text_need(text, WHOLE_PAGE_PT);
    if (f->copy_count)
        pdfa_text_put(text, PDFA_SMALL, f->copies[copy]);
    pdfa_text_put(text, PDFA_HEADING, court);
    pdfa_text_put(text, PDFA_TITLE, f->title);
    enum rc rc = s->label ? put_label(text, s->label, why) : RC_OK;
    if (rc)
        return rc;
    put_facts(text, s);
    put_rows(text, s);
    if (closing)
        pdfa_text_put(text, PDFA_BODY, closing);
    put_signers(text, f);
    return RC_OK;
}

enum rc slip_write(const struct repo *repo, const struct repo_settings *settings,
                   const struct slip *slip, uint8_t **ret_pdf, size_t *ret_len,
                   struct fault *why)
{
    SCOPED(text_free_at) struct pdfa_text *text = NULL;
    const char *court = repo_settings_court(settings, repo->court);
    enum rc rc =
        pdfa_text_new(&(struct pdfa_about){ slip->form->title, court, slip->at_ms },
                      settings->font, NULL, &text, why);
    size_t copies = slip->form->copy_count ? slip->form->copy_count : 1;
    for (size_t i = 0; !rc && i < copies; i++)
        rc = put_copy(text, slip, court, i, why);
    return rc ? rc : pdfa_text_write(text, ret_pdf, ret_len, why);
}
