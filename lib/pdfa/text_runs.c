/* A line is one run of characters that touch: each begins where the one before it ended,
 * so no reader puts a space where there is none. Where the boxes say that characters are
 * wider or narrower than their nature, the horizontal scaling changes between characters,
 * never the position. As few changes as keep every character within a sixth of the line's
 * height of its box. */
#include "pdfa/text_runs.h"

#include "pdfa/glyphless.h"
#include "sys/scope.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { SEGMENT_MAX = 64 };

/* In heights of the line. Readers find spaces again by the gap they leave, and take a
 * wide gap for the border of a column: a space is kept between these two, and the
 * character before it takes up the rest. */
static const double tolerance = 1.0 / 6, least_step = 0.02, least_space = 0.2,
                    most_space = 0.3;

struct run {
    uint32_t codes[PDFA_LINE_CHARS_MAX];
    double at[PDFA_LINE_CHARS_MAX + 1]; /* where each begins; at[count]: the end */
    size_t count;
};

static bool is_space(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
           c == 0x205F || c == 0x3000;
}

static bool is_dropped(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xFEFF || (c & 0xFFFE) == 0xFFFE;
}

/* Into `run`: code points without what is dropped, and where boxes say they begin. */
static enum rc decode(const struct pdfa_line *line, struct run *run, struct fault *why)
{
    const char *at = line->text;
    uint32_t code = 0;
    double end = line->right_px;
    bool space_before = false;
    size_t i = 0;
    run->count = 0;
    for (; pdf_utf8_next(&at, &code) && code; i++) {
        if (i == PDFA_LINE_CHARS_MAX)
            return fault_set(why, RC_INVALID, 0, "一行文字超过 %d 个字符",
                             PDFA_LINE_CHARS_MAX);
        double start = line->starts_px ? line->starts_px[i] : 0;
        bool space = is_space(code);
        if (!isfinite(start))
            return fault_set(why, RC_INVALID, 0, "一行文字的位置不是数字");
        if ((is_dropped(code) && !space) || (space && (space_before || !run->count)))
            continue;
        run->codes[run->count] = space ? ' ' : code;
        run->at[run->count++] = start;
        space_before = space;
    }
    if (*at)
        return fault_set(why, RC_INVALID, 0, "一行文字不是有效的 UTF-8");
    if (space_before) {
        run->count--;
        end = line->starts_px ? run->at[run->count] : end;
    }
    run->at[run->count] = end;
    return RC_OK;
}

static unsigned nature(uint32_t code)
{
    return code < GLYPHLESS_NARROW_END ? GLYPHLESS_NARROW_EM : GLYPHLESS_WIDE_EM;
}

/* Without boxes the characters share the line by their nature; with boxes they must only
 * rise, by a little at least: a width of nothing cannot be shown. */
static void place(const struct pdfa_line *line, struct run *run)
{
    double step = least_step * line->height_px;
    if (!line->starts_px) {
        double sum = 0, before = 0, width = line->right_px - line->left_px;
        for (size_t i = 0; i < run->count; i++)
            sum += nature(run->codes[i]);
        for (size_t i = 0; i <= run->count; i++) {
            run->at[i] = line->left_px + width * before / sum;
            before += i < run->count ? nature(run->codes[i]) : 0;
        }
    }
    for (size_t i = 1; i <= run->count; i++)
        if (run->at[i] < run->at[i - 1] + step)
            run->at[i] = run->at[i - 1] + step;
}

static void fit_spaces(struct run *run, double height)
{
    for (size_t i = 1; i + 1 < run->count; i++) {
        if (run->codes[i] != ' ')
            continue;
        double width = run->at[i + 1] - run->at[i];
        width = width < least_space * height  ? least_space * height
                : width > most_space * height ? most_space * height
                                              : width;
        double start = run->at[i + 1] - width,
               least = run->at[i - 1] + least_step * height;
        run->at[i] = start > least ? start : least;
    }
}

static double nature_sum(const struct run *run, size_t from, size_t to)
{
    double sum = 0;
    for (size_t i = from; i < to; i++)
        sum += nature(run->codes[i]);
    return sum;
}

/* May [from, to) share one scaling? */
static bool fits(const struct run *run, size_t from, size_t to, double allowed)
{
    double scale = (run->at[to] - run->at[from]) / nature_sum(run, from, to);
    double at = run->at[from];
    for (size_t i = from; i < to; i++) {
        if (fabs(at - run->at[i]) > allowed)
            return false;
        at += scale * nature(run->codes[i]);
    }
    return true;
}

static size_t segment_end(const struct run *run, size_t from, double allowed)
{
    bool is_rare = run->codes[from] > 0xFFFF;
    size_t end = from + 1;
    while (end < run->count && end - from < SEGMENT_MAX &&
           (run->codes[end] > 0xFFFF) == is_rare && fits(run, from, end + 1, allowed))
        end++;
    return end;
}

static uint32_t code_of(uint32_t code, struct text_rare *rare)
{
    if (code <= 0xFFFF)
        return code;
    for (size_t i = 0; i < rare->count; i++)
        if (rare->codes[i] == code)
            return (uint32_t)i + 1;
    if (rare->count == FONT_RARE_MAX)
        return 0;
    rare->codes[rare->count++] = code;
    return (uint32_t)rare->count;
}

static void put_run(struct pdf_out *out, const struct run *run,
                    const struct pdfa_line *line, const struct text_frame *frame,
                    struct text_rare *rare)
{
    char x[PDF_NUMBER_MAX], y[PDF_NUMBER_MAX], size[PDF_NUMBER_MAX],
        scaling[PDF_NUMBER_MAX];
    double foot = (double)line->baseline_px;
    pdf_number(frame->left_pt + (line->down ? foot : run->at[0]) * frame->scale, x);
    pdf_number(frame->top_pt - (line->down ? run->at[0] : foot) * frame->scale, y);
    pdf_number(line->height_px * frame->scale, size);
    pdf_out_text(out, "%s %s %s Tm\n", line->down ? "0 -1 1 0" : "1 0 0 1", x, y);
    int font = -1;
    for (size_t from = 0; from < run->count;) {
        size_t to = segment_end(run, from, tolerance * line->height_px);
        int is_rare = run->codes[from] > 0xFFFF;
        double natural = nature_sum(run, from, to) / 1000 * line->height_px;
        if (is_rare != font)
            pdf_out_text(out, "/F%d %s Tf ", is_rare, size);
        font = is_rare;
        pdf_number(100 * (run->at[to] - run->at[from]) / natural, scaling);
        pdf_out_text(out, "%s Tz <", scaling);
        for (size_t i = from; i < to; i++) {
            uint32_t code = code_of(run->codes[i], rare);
            if (!code)
                pdf_out_fail(out, RC_INVALID, "一页上的生僻字种类超过 %d 个",
                             FONT_RARE_MAX);
            pdf_out_text(out, "%04" PRIX32, code);
        }
        pdf_out_text(out, "> Tj\n");
        from = to;
    }
}

static enum rc put_line(struct pdf_out *out, const struct pdfa_line *line,
                        const struct text_frame *frame, struct text_rare *rare,
                        struct run *run, struct fault *why)
{
    if (!line->text || !isfinite(line->left_px) || !isfinite(line->right_px) ||
        !isfinite(line->baseline_px) || !(line->height_px > 0) ||
        line->height_px > 2 * PDFA_SIDE_PX_MAX ||
        fabsf(line->left_px) > 2 * PDFA_SIDE_PX_MAX ||
        fabsf(line->right_px) > 2 * PDFA_SIDE_PX_MAX ||
        fabsf(line->baseline_px) > 2 * PDFA_SIDE_PX_MAX)
        return fault_set(why, RC_INVALID, 0, "一行文字的位置或高度超出范围");
    enum rc rc = decode(line, run, why);
    if (rc || !run->count)
        return rc;
    place(line, run);
    fit_spaces(run, line->height_px);
    put_run(out, run, line, frame, rare);
    return RC_OK;
}

enum rc text_runs_put(struct pdf_out *out, const struct pdfa_line *lines, size_t count,
                      const struct text_frame *frame, struct text_rare *rare,
                      struct fault *why)
{
    SCOPED(free_at) struct run *run = malloc(sizeof *run);
    if (!run)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    pdf_out_text(out, "BT\n3 Tr\n");
    for (size_t i = 0; i < count; i++) {
        enum rc rc = put_line(out, &lines[i], frame, rare, run, why);
        if (rc)
            return fault_wrap(why, rc, "第 %zu 行", i + 1);
    }
    pdf_out_text(out, "ET\n");
    return RC_OK;
}
