/* One page of paper as one PDF/A-1b file: check everything at the border, then write the
 * objects of page_form.h in their order. The capture's place is a matrix: turned about
 * its centre, first by quarter turns until it stands upright, then by the skew. */
#include "pdfa/pdfa.h"

#include "pdfa/flate.h"
#include "pdfa/jpeg_head.h"
#include "pdfa/layer_write.h"
#include "pdfa/page_form.h"
#include "pdfa/text_runs.h"
#include "pdfa/xmp.h"
#include "sys/scope.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SIDE_PT_MIN = 3 };

/* Where the capture stands on the page. */
struct layout {
    double cos, sin;            /* of the whole clockwise turn */
    double width_pt, height_pt; /* of the page: the box around the turned capture */
    double a_pt, b_pt;          /* the capture's own width and height */
    struct text_frame frame;
    struct form_crop crop;
};

static enum rc check_samples(const struct pdfa_capture *capture, struct fault *why)
{
    uint64_t width = capture->width_px, height = capture->height_px;
    uint64_t want = capture->coding == PDFA_BITS   ? (width + 7) / 8 * height
                    : capture->coding == PDFA_GRAY ? width * height
                    : capture->coding == PDFA_RGB  ? 3 * width * height
                                                   : capture->data.len;
    if (!width || !height || !capture->data.len || capture->data.len != want)
        return fault_set(why, RC_INVALID, 0,
                         "图像数据的长度与尺寸不符，请重新扫描这一页");
    return RC_OK;
}

static enum rc check_coding(const struct pdfa_capture *capture,
                            struct jpeg_head *ret_head, struct fault *why)
{
    switch (capture->coding) {
    case PDFA_JPEG:
        return jpeg_head_read(capture->data, ret_head, why);
    case PDFA_G4:
    case PDFA_BITS:
    case PDFA_GRAY:
    case PDFA_RGB:
        return check_samples(capture, why);
    }
    return fault_set(why, RC_INVALID, 0, "不支持的图像编码");
}

static enum rc check_capture(const struct pdfa_page *page,
                             struct form_picture *ret_picture, struct fault *why)
{
    const struct pdfa_capture *capture = &page->capture;
    struct jpeg_head head = { capture->width_px, capture->height_px, false, false };
    enum rc rc = page->layers ? RC_OK : check_coding(capture, &head, why);
    if (rc)
        return rc;
    if ((capture->width_px && capture->width_px != head.width_px) ||
        (capture->height_px && capture->height_px != head.height_px))
        return fault_set(why, RC_INVALID, 0,
                         "图像文件的尺寸与登记的不符，请重新扫描这一页");
    if (head.width_px > PDFA_SIDE_PX_MAX || head.height_px > PDFA_SIDE_PX_MAX)
        return fault_set(why, RC_INVALID, 0,
                         "图像边长超过 %d 像素，请降低分辨率或分段扫描",
                         PDFA_SIDE_PX_MAX);
    *ret_picture = (struct form_picture){ capture->coding, head.is_gray, head.is_plain,
                                          head.width_px, head.height_px };
    return RC_OK;
}

enum rc page_check_text(const struct pdfa_page *page, struct fault *why)
{
    if (page->line_count > PDFA_LINES_MAX)
        return fault_set(why, RC_INVALID, 0, "一页的文字超过 %d 行", PDFA_LINES_MAX);
    return xmp_check(&page->about, why);
}

static enum rc check_page(const struct pdfa_page *page, struct fault *why)
{
    uint32_t dpi = page->capture.dpi;
    if (dpi < PDFA_DPI_MIN || dpi > PDFA_DPI_MAX)
        return fault_set(why, RC_INVALID, 0, "分辨率 %u 超出 %d 到 %d dpi 的范围", dpi,
                         PDFA_DPI_MIN, PDFA_DPI_MAX);
    if (page->rotated_deg % 90 || page->rotated_deg >= 360 ||
        page->skew_mdeg > PDFA_SKEW_MDEG_MAX || page->skew_mdeg < -PDFA_SKEW_MDEG_MAX)
        return fault_set(why, RC_INVALID, 0, "页面的旋转角度超出范围");
    return page_check_text(page, why);
}

static struct layout layout_of(uint32_t width_px, uint32_t height_px, uint32_t dpi,
                               uint16_t rotated_deg, int32_t skew_mdeg)
{
    static const struct {
        double cos, sin;
    } quarters[] = { { 1, 0 }, { 0, 1 }, { -1, 0 }, { 0, -1 } };
    const double radians = acos(-1) / 180;
    double scale = 72.0 / dpi, skew = skew_mdeg / 1000.0 * radians;
    double c = cos(skew), s = sin(skew);
    size_t quarter = rotated_deg / 90u;
    double a = width_px * scale, b = height_px * scale;
    double upright_width = quarter % 2 ? b : a, upright_height = quarter % 2 ? a : b;
    double width = upright_width * c + upright_height * fabs(s);
    double height = upright_height * c + upright_width * fabs(s);

    width = width < SIDE_PT_MIN ? SIDE_PT_MIN : width;
    height = height < SIDE_PT_MIN ? SIDE_PT_MIN : height;
    return (struct layout){
        .cos = quarters[quarter].cos * c - quarters[quarter].sin * s,
        .sin = quarters[quarter].sin * c + quarters[quarter].cos * s,
        .width_pt = width,
        .height_pt = height,
        .a_pt = a,
        .b_pt = b,
        .frame = { scale, (width - upright_width) / 2, (height + upright_height) / 2 },
    };
}

struct text_frame page_frame_of(uint32_t width_px, uint32_t height_px, uint32_t dpi,
                                uint16_t rotated_deg, int32_t skew_mdeg)
{
    return layout_of(width_px, height_px, dpi, rotated_deg, skew_mdeg).frame;
}

static enum rc lay_out(const struct pdfa_page *page, const struct form_picture *picture,
                       struct layout *ret_layout, struct fault *why)
{
    *ret_layout = layout_of(picture->width_px, picture->height_px, page->capture.dpi,
                            page->rotated_deg, page->skew_mdeg);
    if (ret_layout->width_pt > PDFA_SIDE_PT_MAX ||
        ret_layout->height_pt > PDFA_SIDE_PT_MAX)
        return fault_set(why, RC_INVALID, 0, "按 %u dpi 计算页面超过 5 米，请检查分辨率",
                         page->capture.dpi);
    return RC_OK;
}

/* To hundredths of a point, so that the number that is written is the one that is read.
 */
static double within(double value_pt, double most_pt)
{
    double value = value_pt < 0 ? 0 : value_pt > most_pt ? most_pt : value_pt;
    return floor(value * 100) / 100;
}

static enum rc lay_crop(const struct pdfa_crop *crop, struct layout *l, struct fault *why)
{
    const struct text_frame *f = &l->frame;
    if (!crop)
        return RC_OK;
    l->crop = (struct form_crop){
        .is_set = true,
        .left_pt = within(f->left_pt + crop->left_px * f->scale, l->width_pt),
        .bottom_pt = within(f->top_pt - crop->bottom_px * f->scale, l->height_pt),
        .right_pt = within(f->left_pt + crop->right_px * f->scale, l->width_pt),
        .top_pt = within(f->top_pt - crop->top_px * f->scale, l->height_pt),
    };
    bool right = l->crop.right_pt >= l->crop.left_pt + SIDE_PT_MIN &&
                 l->crop.top_pt >= l->crop.bottom_pt + SIDE_PT_MIN;
    return right ? RC_OK : fault_set(why, RC_INVALID, 0, "页面显示范围不在纸上");
}

static void put_drawing(struct pdf_out *contents, const struct layout *l,
                        const struct layer_plan *plan)
{
    double m[6] = { l->a_pt * l->cos, -l->a_pt * l->sin, l->b_pt * l->sin,
                    l->b_pt * l->cos };
    m[4] = (l->width_pt - m[0] - m[2]) / 2;
    m[5] = (l->height_pt - m[1] - m[3]) / 2;
    pdf_out_text(contents, "q\n");
    for (int i = 0; i < 6; i++) {
        char number[PDF_NUMBER_MAX];
        pdf_number(m[i], number);
        pdf_out_text(contents, "%s ", number);
    }
    pdf_out_text(contents, "cm\n/P Do\n");
    layer_put_contents(contents, plan);
    pdf_out_text(contents, "Q\n");
}

static void put_picture(struct pdf_out *out, const struct pdfa_page *page,
                        const struct form_picture *picture, const struct layer_plan *plan)
{
    char dict[FORM_TEXT_MAX];
    if (plan->layers) {
        form_picture_dict(&plan->ground, dict);
        pdf_out_stream(out, FORM_PICTURE, dict, plan->layers->ground);
        return;
    }
    bool as_is = picture->coding == PDFA_JPEG || picture->coding == PDFA_G4;
    form_picture_dict(picture, dict);
    if (as_is) {
        pdf_out_stream(out, FORM_PICTURE, dict, page->capture.data);
        return;
    }
    SCOPED(free_at) uint8_t *packed = NULL;
    size_t len = 0;
    if (flate_pack(page->capture.data, &packed, &len))
        pdf_out_fail(out, RC_NO_MEMORY, "内存不足，无法压缩图像");
    pdf_out_stream(out, FORM_PICTURE, dict, (struct bytes){ packed, len });
}

/* What was checked and reckoned before the first byte is written. */
struct plan {
    struct form_picture picture;
    struct layer_plan layers;
    struct layout layout;
    struct text_rare rare;
    struct form_told told;
    uint32_t info; /* the last object but one */
};

static void put_objects(struct pdf_out *out, const struct pdfa_page *page,
                        const struct plan *plan, struct bytes contents)
{
    struct form_refs refs = form_page_refs(plan->rare.count > 0);
    char text[FORM_TEXT_MAX];

    pdf_out_object(out, FORM_CATALOGUE);
    pdf_out_text(out, FORM_CATALOGUE_TEXT, FORM_TREE, FORM_INTENT, (int)plan->info + 1);
    pdf_out_object_end(out);
    form_put(out, FORM_TREE, form_tree_text);
    form_page(&refs, &plan->layers.form, plan->layout.width_pt, plan->layout.height_pt,
              &plan->layout.crop, text);
    form_put(out, FORM_PAGE, text);
    pdf_out_packed(out, FORM_CONTENTS, "", contents);
    put_picture(out, page, &plan->picture, &plan->layers);
    font_put_common(out);
    if (plan->rare.count)
        font_put_rare(out, plan->rare.codes, plan->rare.count);
    layer_put_objects(out, &plan->layers, refs.layers);
    if (plan->layers.form.told)
        form_put_told(out, plan->info - 1, &plan->told);
}

/* What the page's XMP will say. */
static enum rc note_told(const struct pdfa_page *page, struct plan *plan,
                         struct fault *why)
{
    enum rc rc = form_told_readers(page->readers, page->reader_count, &plan->told, why);
    if (page->layers)
        (void)snprintf(plan->told.source, sizeof plan->told.source, "%s",
                       page->layers->source);
    plan->layers.form.told = page->layers || page->reader_count;
    return rc;
}

static enum rc put_contents(struct pdf_out *contents, const struct pdfa_page *page,
                            struct plan *plan, struct fault *why)
{
    enum rc rc = RC_OK;
    put_drawing(contents, &plan->layout, &plan->layers);
    if (page->line_count)
        rc = text_runs_put(contents, page->lines, page->line_count, &plan->layout.frame,
                           &plan->rare, why);
    if (!rc && contents->why.rc)
        rc = fault_set(why, contents->why.rc, 0, "%s", contents->why.text);
    return rc;
}

enum rc pdfa_page_write(const struct pdfa_page *page, uint8_t **ret_pdf, size_t *ret_len,
                        struct fault *why)
{
    struct plan plan = { .rare.count = 0 };
    enum rc rc = check_page(page, why);
    rc = rc ? rc : layer_check(page, &plan.layers, why);
    rc = rc ? rc : note_told(page, &plan, why);
    rc = rc ? rc : check_capture(page, &plan.picture, why);
    rc = rc ? rc : lay_out(page, &plan.picture, &plan.layout, why);
    rc = rc ? rc : lay_crop(page->crop, &plan.layout, why);
    if (rc)
        return rc;

    SCOPED(pdf_out_free) struct pdf_out contents;
    pdf_out_open_bare(&contents);
    rc = put_contents(&contents, page, &plan, why);
    if (rc)
        return rc;
    plan.info = form_page_refs(plan.rare.count > 0).layers +
                form_layer_objects(&plan.layers.form);

    SCOPED(pdf_out_free) struct pdf_out out;
    pdf_out_open(&out, -1);
    put_objects(&out, page, &plan, (struct bytes){ contents.at, contents.len });
    rc = pdf_out_close(&out, &page->about, FORM_CATALOGUE, plan.info, why);
    if (rc)
        return rc;
    *ret_len = out.len;
    *ret_pdf = TAKE(out.at);
    return RC_OK;
}
