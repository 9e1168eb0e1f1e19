/* Each ink is a stencil: painted with one colour, or a picture of colours that shows
 * through an explicit mask (PDF 1.4, 4.8.5). Neither is transparency; every reader since
 * PDF 1.3 draws both. */
#include "pdfa/layer_write.h"

#include "pdfa/jpeg_head.h"

#include <string.h>

static enum rc check_jpeg(struct bytes data, struct form_picture *ret_picture,
                          struct fault *why)
{
    struct jpeg_head head;
    enum rc rc = jpeg_head_read(data, &head, why);
    if (!rc)
        *ret_picture = (struct form_picture){ PDFA_JPEG, head.is_gray, head.is_plain,
                                              head.width_px, head.height_px };
    return rc;
}

enum rc layer_check(const struct pdfa_page *page, struct layer_plan *ret_plan,
                    struct fault *why)
{
    const struct pdfa_layers *layers = page->layers;
    struct layer_plan plan = { .layers = layers,
                               .width_px = layers ? layers->mask_width_px : 0,
                               .height_px = layers ? layers->mask_height_px : 0 };
    *ret_plan = plan;
    if (!layers)
        return RC_OK;
    plan.form = (struct form_layers){ .layered = true,
                                      .told = true,
                                      .ink_count = layers->ink_count };
    if (layers->ink_count > PDFA_INKS_MAX || !form_is_hash(layers->source) ||
        !plan.width_px || !plan.height_px || plan.width_px > PDFA_SIDE_PX_MAX ||
        plan.height_px > PDFA_SIDE_PX_MAX || !page->capture.width_px ||
        !page->capture.height_px)
        return fault_set(why, RC_INVALID, 0, "分层页面的数据不完整，请重新生成这一页");
    enum rc rc = check_jpeg(layers->ground, &plan.ground, why);
    for (size_t i = 0; !rc && i < layers->ink_count; i++) {
        const struct pdfa_ink *ink = &layers->inks[i];
        plan.form.has_colours[i] = ink->colours.len > 0;
        if (!ink->mask.len)
            rc = fault_set(why, RC_INVALID, 0, "分层页面缺少文字层，请重新生成这一页");
        else if (ink->colours.len)
            rc = check_jpeg(ink->colours, &plan.colours[i], why);
    }
    if (!rc)
        *ret_plan = plan;
    return rc;
}

void layer_put_contents(struct pdf_out *contents, const struct layer_plan *plan)
{
    for (size_t i = 0; plan->layers && i < plan->form.ink_count; i++) {
        const struct pdfa_ink *ink = &plan->layers->inks[i];
        for (int c = 0; c < 3 && !ink->colours.len; c++) {
            char number[PDF_NUMBER_MAX];
            pdf_number(ink->flat[c] / 255.0, number);
            pdf_out_text(contents, "%s %s", number, c == 2 ? "rg\n" : "");
        }
        pdf_out_text(contents, "/L%zu Do\n", i);
    }
}

void layer_put_objects(struct pdf_out *out, const struct layer_plan *plan, uint32_t first)
{
    char text[FORM_TEXT_MAX];
    if (!plan->layers)
        return;
    for (size_t i = 0; i < plan->form.ink_count; i++) {
        const struct pdfa_ink *ink = &plan->layers->inks[i];
        uint32_t mask = first + form_mask_at(&plan->form, i);
        if (plan->form.has_colours[i]) {
            form_colours_dict(&plan->colours[i], mask, text);
            pdf_out_stream(out, mask - 1, text, ink->colours);
        }
        form_mask_dict(plan->width_px, plan->height_px, text);
        pdf_out_stream(out, mask, text, ink->mask);
    }
}
