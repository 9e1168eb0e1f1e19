/* The path of one picture, step after step. Each step is a pure function of its own file;
 * here stands only their order, what is left out for which kind, and the clock. */
#include "station/page/page.h"

#include "station/page/again.h"
#include "station/page/clean.h"
#include "station/page/judge.h"
#include "station/page/labels.h"
#include "station/page/layout.h"
#include "station/page/lines.h"
#include "station/page/master.h"
#include "station/page/numbers.h"
#include "station/page/orient.h"
#include "station/page/paper.h"
#include "station/page/patch.h"
#include "station/page/pix.h"
#include "station/page/read.h"
#include "station/page/recognise.h"
#include "station/page/sheet.h"
#include "station/page/sight.h"
#include "station/page/skew.h"
#include "station/page/small.h"
#include "station/page/words.h"
#include "sys/clock.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Angles in a PDF are told in thousandths; nearer ones are the same. */
static const double rounded_deg = 0.0015;

/* Everything one picture needs on its way; released as a whole. */
struct work {
    struct bytes capture;
    const struct page_options *options;
    struct page_again again; /* its descriptor is -1 unless options->again */
    const struct page_limits *limits;
    struct picture picture;
    PIX *gray, *even;
    struct page_labels labels;
    struct page_paper paper;
    struct page_ink ink;
    struct page_stand stand;
    struct ocr *ocr;
    struct ocr_text text;
    double residual_deg;
    int64_t since_ms;
    struct page_result result;
    struct page_output output;
};

static void work_end(struct work *work)
{
    page_again_free(&work->again);
    picture_free(&work->picture);
    pixDestroy(&work->gray);
    pixDestroy(&work->even);
    page_paper_free(&work->paper);
    page_stand_free(&work->stand);
    ocr_text_free(&work->text);
    page_output_free(&work->output);
}

static uint32_t lap(struct work *work)
{
    int64_t now = clock_mono_ms();
    uint32_t took = (uint32_t)(now - work->since_ms);
    work->since_ms = now;
    return took;
}

void page_output_free(struct page_output *output)
{
    if (!output)
        return;
    free(output->pdf);
    free(output->text);
    free(output->words);
    free(output->thumb);
    free(output->preview);
    free(output->sight);
    free(output->master);
    *output = (struct page_output){ 0 };
}

static enum rc read_picture(struct work *work, struct fault *why)
{
    struct picture_look look;
    const struct page_options *options = work->options;
    struct picture_how how = { options->dpi,
                               options->no_ocr ? PICTURE_SIGHT_DPI : PICTURE_TEXT_DPI };
    enum rc rc = RC_OK;
    if (options->again)
        rc = page_again_picture(&work->again, &how, &work->picture, &work->capture, why);
    else
        rc = picture_look(work->capture, options->frame, &look, why);
    if (!rc && !options->again)
        rc = picture_read(work->capture, &look, &how, &work->picture, why);
    if (rc)
        return rc;
    work->result.width_px = work->picture.look.width_px;
    work->result.height_px = work->picture.look.height_px;
    work->result.dpi = work->picture.dpi;
    work->result.frame = work->picture.look.frame;
    work->result.frames = work->picture.look.frames;
    work->result.ms.read = lap(work);
    return RC_OK;
}

static void take_labels(struct work *work)
{
    const struct page_labels *labels = &work->labels;
    struct page_result *result = &work->result;
    memcpy(result->labels, labels->found, sizeof result->labels);
    result->label_count = labels->count;
    result->kind = labels->kind;
    if (labels->wrong_check)
        page_add_qc(result, "label-check",
                    "条码校验位不对，未采用，请更换标签后重新扫描");
    if (labels->contradict)
        page_add_qc(result, "two-labels",
                    "同一页有两个不同的条码，请只保留一个后重新扫描");
}

/* Patch codes are labels that are not ours; what they mean is for others to say. */
static enum rc take_patch(struct work *work, struct fault *why)
{
    SCOPED_PIX bits = NULL;
    struct page_result *result = &work->result;
    enum rc rc = page_to_bits(work->even, &bits, why);
    enum page_patch patch =
        rc ? PATCH_NONE : page_find_patch(bits, work->picture.work_dpi);
    if (!patch || work->options->plain_patches & 1U << patch)
        return rc;
    if (result->kind == PAGE_TEXT)
        result->kind = PAGE_SEPARATOR;
    if (result->label_count < PAGE_LABELS_MAX) {
        struct page_label *label = &result->labels[result->label_count++];
        *label = (struct page_label){ .type = "PATCH" };
        snprintf(label->text, sizeof label->text, "%s", page_patch_name(patch));
    }
    return RC_OK;
}

static enum rc look_over(struct work *work, struct fault *why)
{
    PIX *pixels = work->picture.work;
    double dpi = work->picture.work_dpi;
    enum rc rc = page_gray(pixels, &work->gray, why);
    if (!rc)
        rc = page_read_labels(work->gray, &work->labels, why);
    if (!rc)
        rc = page_find_paper(work->gray, dpi, &work->paper, why);
    if (!rc)
        rc = page_clean(pixels, work->gray, dpi, &work->even, &work->result.figures.seals,
                        why);
    if (rc)
        return rc;
    page_paper_whiten(&work->paper, work->even);
    rc = page_measure_ink(pixels, work->even, dpi, &work->paper, &work->ink, why);
    if (rc)
        return rc;
    page_keep_ink(&work->ink, &work->result.figures);
    take_labels(work);
    rc = take_patch(work, why);
    if (rc)
        return rc;
    if (work->result.kind == PAGE_TEXT && page_is_blank(&work->ink, work->limits))
        work->result.kind = PAGE_BLANK;
    page_contrast(work->even, work->ink.ink);
    work->result.ms.clean = lap(work);
    return RC_OK;
}

/* Is this picture to be read? Separators and blanks are read only when they are kept. */
static bool wants_text(const struct work *work)
{
    bool kept = work->result.kind == PAGE_TEXT ||
                (work->options->keep_all && work->result.kind != PAGE_BLANK);
    return kept && !work->options->no_ocr && !work->ink.black;
}

static void keep_stand(struct work *work)
{
    work->result.rotated_deg = work->stand.rotated_deg;
    work->result.skew_mdeg = (int32_t)lround(work->stand.turn_deg * 1000);
}

static enum rc stand_up(struct work *work, struct fault *why)
{
    int upright_deg =
        work->options->turned ? (int)work->options->turn_deg : work->labels.upright_deg;
    enum rc rc = RC_OK;
    if (work->options->turned)
        work->result.rotated_deg = work->options->turn_deg; /* blank paper turns too */
    if (work->result.kind == PAGE_BLANK || work->ink.black)
        return RC_OK; /* nothing to stand it up by */
    if (wants_text(work))
        rc = ocr_of_process(work->options->model, &work->ocr, why);
    if (!rc)
        rc = page_stand_up(work->even, work->picture.work_dpi, upright_deg, work->ocr,
                           &work->stand, why);
    keep_stand(work);
    return rc;
}

/* What was read, in its three forms: for people, for programs, for a second look. */
static enum rc keep_words(struct work *work, struct fault *why)
{
    struct page_result *result = &work->result;
    struct page_output *output = &work->output;
    bool aside = result->rotated_deg % 180;
    PIX *pixels = work->picture.work;
    const struct words_how how = {
        .read_width_px = pixGetWidth(work->stand.gray),
        .read_height_px = pixGetHeight(work->stand.gray),
        .width_px = aside ? pixGetHeight(pixels) : pixGetWidth(pixels),
        .height_px = aside ? pixGetWidth(pixels) : pixGetHeight(pixels),
        .turn_deg = work->stand.turn_deg,
        .engine = ocr_engine(work->ocr),
        .model = ocr_model(work->ocr),
    };
    snprintf(result->engine, sizeof result->engine, "%s", how.engine);
    snprintf(result->model, sizeof result->model, "%s", how.model->name);
    memcpy(result->model_sha256, how.model->sha256, sizeof result->model_sha256);
    result->doubt_count = words_doubtful(&work->text, &how, result->doubts);
    enum rc rc = words_json(&work->text, &how, &output->words, &output->words_len, why);
    return rc ? rc : lines_page_text(&work->text, &output->text, &output->text_len, why);
}

/* What the text says about the page's place, by where it stands. */
static void read_numbers(struct work *work)
{
    struct page_result *result = &work->result;
    page_corner_numbers(&work->text, pixGetWidth(work->stand.gray),
                        work->picture.work_dpi, &result->number_left,
                        &result->number_right);
    result->case_count =
        page_case_numbers(&work->text, pixGetHeight(work->stand.gray), result->cases);
}

static enum rc read_text(struct work *work, struct fault *why)
{
    if (!work->ocr)
        return RC_OK;
    enum rc rc =
        page_recognise(work->even, work->picture.work_dpi, work->ocr, &work->stand,
                       &work->text, &work->result.figures.vertical, why);
    if (rc)
        return rc;
    keep_stand(work); /* the reading may have turned it */
    struct page_result *result = &work->result;
    rc = page_is_ruled(work->stand.bits, work->picture.work_dpi, &result->figures.ruled,
                       why);
    if (rc)
        return rc;
    /* The picture is the better witness; the lines are asked when it said nothing. */
    work->residual_deg = work->stand.turn_sure ? 0 : page_residual_deg(&work->text);
    result->skew_mdeg += (int32_t)lround(work->residual_deg * 1000);
    result->confidence = ocr_confidence(&work->text);
    read_numbers(work);
    return keep_words(work, why);
}

/* A page that is read again keeps its place: what was straightened for reading is turned
 * to how the page shows it. */
static void keep_place(struct work *work)
{
    const struct pdfa_parts *parts = &work->again.parts;
    if (!work->options->again)
        return;
    double left_deg = parts->skew_mdeg / 1000.0 - work->stand.turn_deg;
    if (fabs(left_deg - work->residual_deg) > rounded_deg)
        work->residual_deg = left_deg;
    work->result.rotated_deg = parts->rotated_deg;
    work->result.skew_mdeg = parts->skew_mdeg;
}

/* What readers are shown: 2.5 mm more than the paper (DA/T 31-2017 10.3 wants 2 to 3). */
static struct page_box shown_box(const struct work *work)
{
    static const double around_mm = 2.5;
    double around = around_mm * work->picture.work_dpi / 25.4;
    struct page_box box =
        page_paper_box(&work->paper, work->gray, work->result.rotated_deg,
                       work->result.skew_mdeg / 1000.0);
    return (struct page_box){ box.left - around, box.top - around, box.right + around,
                              box.bottom + around };
}

static void judge(struct work *work)
{
    struct page_result *result = &work->result;
    double width = 0, height = 0;
    bool aside = result->rotated_deg % 180;
    result->figures.border = work->paper.border;
    page_paper_sides(&work->paper, work->gray, &width, &height);
    if (!work->picture.dpi_guessed)
        page_keep_paper(aside ? height : width, aside ? width : height,
                        work->picture.work_dpi, work->limits, &result->figures);
    page_judge(work->limits, work->picture.dpi_guessed, result);
}

static enum rc write_page(struct work *work, struct fault *why)
{
    if (work->result.kind != PAGE_TEXT && !work->options->keep_all)
        return RC_OK;
    struct page_box shown = shown_box(work);
    struct page_sheet sheet = {
        .capture = work->capture,
        .picture = &work->picture,
        .text = &work->text,
        .read_width_px = work->stand.gray ? pixGetWidth(work->stand.gray) : 0,
        .read_height_px = work->stand.gray ? pixGetHeight(work->stand.gray) : 0,
        .residual_deg = work->residual_deg,
        .rotated_deg = work->result.rotated_deg,
        .skew_mdeg = work->result.skew_mdeg,
        .shown = work->paper.border ? &shown : NULL,
        .compress = work->options->compress,
        .title = work->options->title[0] ? work->options->title : "扫描页",
        .created_ms = work->options->created_ms,
        .engine = work->ocr ? ocr_engine(work->ocr) : NULL,
        .model = work->ocr ? ocr_model(work->ocr) : NULL,
        .again = work->options->again ? &work->again : NULL,
    };
    const char *layers = "";
    enum rc rc =
        page_sheet_write(&sheet, &work->output.pdf, &work->output.pdf_len, &layers, why);
    if (!rc)
        snprintf(work->result.layers, sizeof work->result.layers, "%s", layers);
    return rc;
}

static enum rc write_pictures(struct work *work, struct fault *why)
{
    struct page_output *output = &work->output;
    PIX *pixels = work->picture.work;
    if (work->options->no_pictures)
        return RC_OK;
    enum rc rc = page_small(pixels, work->result.rotated_deg, PAGE_THUMB_PX,
                            PAGE_THUMB_PX * 3, &output->thumb, &output->thumb_len, why);
    if (!rc)
        rc = page_small(pixels, work->result.rotated_deg, PAGE_PREVIEW_PX,
                        PAGE_PREVIEW_PX, &output->preview, &output->preview_len, why);
    return rc;
}

static enum rc run(struct work *work, struct fault *why)
{
    enum rc rc = read_picture(work, why);
    if (!rc)
        rc = look_over(work, why);
    if (!rc)
        rc = stand_up(work, why);
    if (!rc)
        rc = read_text(work, why);
    if (rc)
        return rc;
    keep_place(work);
    work->result.ms.ocr = lap(work);
    judge(work);
    rc = write_page(work, why);
    if (!rc && work->options->master.wanted)
        rc = page_master_write(work->capture, &work->picture, &work->result,
                               &work->options->master, &work->output.master,
                               &work->output.master_len, why);
    if (!rc && work->result.kind == PAGE_TEXT)
        rc = page_sight(work->even, work->picture.work_dpi, work->stand.turn_deg,
                        &work->output.sight, &work->output.sight_len, why);
    if (!rc)
        rc = write_pictures(work, why);
    work->result.ms.write = lap(work);
    return rc;
}

enum rc page_process(struct bytes capture, const struct page_options *options,
                     struct page_result *ret_result, struct page_output *ret_output,
                     struct fault *why)
{
    struct page_options own = *options;
    SCOPED(work_end)
    struct work work = { .capture = capture, .options = &own, .again.fd = -1 };
    work.result.confidence = -1;
    work.limits = own.limits.version[0] ? &own.limits : page_limits_usual();
    work.since_ms = clock_mono_ms();
    setMsgSeverity(L_SEVERITY_NONE); /* leptonica prints; here faults speak */
    enum rc rc = own.again ? page_again_open(capture, &work.again, &own, why) : RC_OK;
    rc = rc ? rc : run(&work, why);
    if (rc)
        return rc;
    *ret_result = work.result;
    *ret_output = work.output;
    work.output = (struct page_output){ 0 };
    return RC_OK;
}
