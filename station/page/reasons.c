/* The reasons for a second look, one row each: what it is called, which limit it is
 * about, on what kinds of sheet it matters, when it holds, and what to do about it.
 * Sheets that are not archived (cards, blank backs) are only judged by what spoils every
 * sheet. */
#include "station/page/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct seen {
    const struct page_limits *limits;
    const struct page_result *result;
    bool dpi_guessed;
};

static bool no_dpi(const struct seen *s)
{
    return s->dpi_guessed;
}

static bool low_dpi(const struct seen *s)
{
    return !s->dpi_guessed && s->result->dpi < s->limits->dpi_min;
}

static bool all_black(const struct seen *s)
{
    return s->result->figures.black;
}

static bool dark(const struct seen *s)
{
    return s->result->figures.paper_level < s->limits->paper_min;
}

static bool pale(const struct seen *s)
{
    return s->result->figures.ink_level > s->limits->ink_max;
}

static bool low_contrast(const struct seen *s)
{
    return s->result->figures.contrast < s->limits->contrast_min && !dark(s) && !pale(s);
}

/* Edges of pale ink are short beside the grain of the paper: court pages in pencil
 * measure 450 to 640 where printed ones do 890 to 940, and the same out of focus 170 to
 * 260. */
static bool blurred(const struct seen *s)
{
    int32_t sharp = s->result->figures.sharp_pm, least = (int32_t)s->limits->sharp_pm;
    return sharp >= 0 && sharp < (pale(s) ? least * 3 / 4 : least);
}

static bool cut_off(const struct seen *s)
{
    return s->result->figures.edge_marks > s->limits->edge_marks_max;
}

static bool skew(const struct seen *s)
{
    return abs(s->result->skew_mdeg) > (int)s->limits->skew_mdeg;
}

static bool is_long(const struct seen *s)
{
    return s->result->figures.over_mm > s->limits->long_mm;
}

static bool odd_size(const struct seen *s)
{
    const struct page_figures *f = &s->result->figures;
    return s->limits->odd_size && f->width_mm && !f->paper[0] && !is_long(s);
}

static bool was_read(const struct seen *s)
{
    return s->result->engine[0];
}

static bool no_text(const struct seen *s)
{
    return was_read(s) && s->result->confidence < 0;
}

static bool unreadable(const struct seen *s)
{
    return was_read(s) && !no_text(s) &&
           s->result->confidence < (int)s->limits->confidence_min;
}

/* What a sentence's %s stands for. */
enum fact { NO_FACT, FACT_DPI, FACT_SKEW, FACT_OVER, FACT_SIZE };

static const struct reason {
    const char *code, *limit;
    bool any_kind; /* else only pages */
    bool last;     /* what follows says nothing once this holds */
    bool (*holds)(const struct seen *);
    enum fact fact;
    const char *sentence;
} reasons[] = {
    { "no-dpi", NULL, true, false, no_dpi, NO_FACT,
      "图片没有写明分辨率，已按 A4 纸宽推算，请核对" },
    { "low-dpi", "dpi_min", true, false, low_dpi, FACT_DPI,
      "分辨率只有 %s，请调高后重新扫描" },
    { "all-black", NULL, true, true, all_black, NO_FACT,
      "整页全黑，可能没有放纸或盖板未合上，请重新扫描" },
    { "long", "long_mm", true, false, is_long, FACT_OVER,
      "纸比常用规格长 %s，可能两张叠着进纸，请取出分开后重新扫描" },
    { "odd-size", "odd_size", false, false, odd_size, FACT_SIZE,
      "纸张 %s，不是常用规格，请看有没有折角或叠进别的纸" },
    { "dark", "paper_min", false, false, dark, NO_FACT, "画面过暗，请调亮后重新扫描" },
    { "pale", "ink_max", false, false, pale, NO_FACT,
      "字迹太淡，请调高对比度后重新扫描" },
    { "low-contrast", "contrast_min", false, false, low_contrast, NO_FACT,
      "字和纸分不清，请调高对比度后重新扫描" },
    { "blurred", "sharp_pm", false, false, blurred, NO_FACT,
      "画面模糊，请压平纸张、擦净玻璃后重新扫描" },
    { "cut-off", "edge_marks_max", false, false, cut_off, NO_FACT,
      "页边有字被切掉，请放正纸张后重新扫描" },
    { "skew", "skew_mdeg", false, false, skew, FACT_SKEW,
      "纸张歪斜 %s，已自动扶正，请看一眼" },
    { "unreadable", NULL, false, false, no_text, NO_FACT,
      "没有认出文字，请确认是图片页，或重新扫描" },
    { "unreadable", "confidence_min", false, false, unreadable, NO_FACT,
      "大部分文字认不清，请检查画面或重新扫描" },
};

const char *page_reason(size_t index, const char **ret_limit)
{
    if (index >= COUNT(reasons))
        return NULL;
    *ret_limit = reasons[index].limit;
    return reasons[index].code;
}

static void say(const struct seen *s, enum fact fact, char *ret_text, size_t room)
{
    const struct page_result *result = s->result;
    const struct page_figures *f = &result->figures;
    switch (fact) {
    case FACT_DPI:
        snprintf(ret_text, room, "%u dpi（要求至少 %u dpi）", result->dpi,
                 s->limits->dpi_min);
        return;
    case FACT_SKEW:
        snprintf(ret_text, room, "%.1f°（要求不超过 %g°）",
                 abs(result->skew_mdeg) / 1000.0, s->limits->skew_mdeg / 1000.0);
        return;
    case FACT_OVER:
        snprintf(ret_text, room, "%u 毫米", f->over_mm);
        return;
    case FACT_SIZE:
        snprintf(ret_text, room, "%u×%u 毫米", f->width_mm, f->height_mm);
        return;
    case NO_FACT:
        break;
    }
    *ret_text = '\0';
}

/* The sentence with its fact in the place of %s. */
static void tell(const struct reason *reason, const struct seen *s,
                 struct page_result *result)
{
    char text[PAGE_SENTENCE_MAX], fact[64];
    const char *hole = strstr(reason->sentence, "%s");
    size_t before = hole ? (size_t)(hole - reason->sentence) : 0;
    say(s, reason->fact, fact, sizeof fact);
    snprintf(text, sizeof text, "%.*s%s%s", (int)before, reason->sentence, fact,
             hole ? hole + 2 : reason->sentence);
    page_add_qc(result, reason->code, text);
}

void page_judge(const struct page_limits *limits, bool dpi_guessed,
                struct page_result *result)
{
    const struct seen seen = { limits, result, dpi_guessed };
    snprintf(result->figures.limits, sizeof result->figures.limits, "%s",
             limits->version);
    for (size_t i = 0; i < COUNT(reasons); i++) {
        const struct reason *reason = &reasons[i];
        if ((result->kind != PAGE_TEXT && !reason->any_kind) || !reason->holds(&seen))
            continue;
        tell(reason, &seen, result);
        if (reason->last)
            return;
    }
}
