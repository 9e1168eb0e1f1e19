/* What the page draws before its text is taken over as text: the matrix, and the
 * stencils. The matrix gives back how the capture stands; its streams are copied, never
 * decoded. */
#include "pdfa/pdfa_again.h"

#include "pdfa/flate.h"
#include "pdfa/font_put.h"
#include "pdfa/join_page.h"
#include "pdfa/page_take.h"
#include "pdfa/text_runs.h"
#include "pdfa/tiff_wrap.h"
#include "sys/scope.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DRAWING_MAX = 1024, STREAM_MAX = INT32_MAX };

/* How a page of ours draws its capture. */
struct drawing {
    char text[DRAWING_MAX + 1]; /* "q" to "Q", with the line feed */
    double m[6];
    uint8_t flat[PDFA_INKS_MAX][3];
};

static void drop(struct pdfa_piece *piece)
{
    free(piece->at);
    *piece = (struct pdfa_piece){ NULL, 0 };
}

void pdfa_parts_free(struct pdfa_parts *parts)
{
    drop(&parts->picture);
    for (size_t i = 0; i < PDFA_INKS_MAX; i++) {
        drop(&parts->inks[i].mask);
        drop(&parts->inks[i].colours);
    }
    free(parts->told);
    *parts = (struct pdfa_parts){ 0 };
}

static bool take_number(const char **at, double *ret_value)
{
    bool minus = page_take_text(at, "-");
    bool taken = page_take_points(at, ret_value) && page_take_text(at, " ");
    *ret_value = minus ? -*ret_value : *ret_value;
    return taken;
}

static bool take_flat(const char **at, uint8_t ret_rgb[3])
{
    for (int c = 0; c < 3; c++) {
        double value = 0;
        if (!take_number(at, &value) || value < 0 || value > 1)
            return false;
        ret_rgb[c] = (uint8_t)lround(value * 255);
    }
    return page_take_text(at, "rg\n");
}

/* The operators up to the text. */
static bool take_drawing(const struct page_read *page, const char *text,
                         struct drawing *ret)
{
    const char *at = text;
    bool right = page_take_text(&at, "q\n");
    for (int i = 0; i < 6; i++)
        right = right && take_number(&at, &ret->m[i]);
    right = right && page_take_text(&at, "cm\n/P Do\n");
    for (size_t i = 0; right && i < page->layers.ink_count; i++) {
        char ink[16];
        (void)snprintf(ink, sizeof ink, "/L%zu Do\n", i);
        right = (page->layers.has_colours[i] || take_flat(&at, ret->flat[i])) &&
                page_take_text(&at, ink);
    }
    right = right && page_take_text(&at, "Q\n") && hypot(ret->m[0], ret->m[1]) > 0;
    size_t len = (size_t)(at - text);
    if (!right || len > DRAWING_MAX)
        return false;
    memcpy(ret->text, text, len);
    ret->text[len] = '\0';
    return true;
}

static enum rc take_bytes(const struct page_read *page, uint32_t n,
                          struct pdfa_piece *ret, struct fault *why)
{
    struct page_span span = page->data[n];
    if (span.len > STREAM_MAX)
        return page_not_ours(why, "数据流的长度");
    SCOPED(free_at) uint8_t *data = malloc((size_t)span.len + 1);
    if (!data)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    enum rc rc = page_read_at(page->fd, span.at, (char *)data, (size_t)span.len, why);
    if (!rc)
        *ret = (struct pdfa_piece){ TAKE(data), (size_t)span.len };
    return rc;
}

static enum rc read_drawing(const struct page_read *page, struct drawing *ret,
                            struct fault *why)
{
    struct pdfa_piece packed = { NULL, 0 };
    SCOPED(free_at) uint8_t *text = NULL;
    size_t len = 0;
    enum rc rc = take_bytes(page, FORM_CONTENTS, &packed, why);
    if (rc)
        return rc;
    rc = flate_unpack((struct bytes){ packed.at, packed.len }, DRAWING_MAX, &text, &len);
    drop(&packed);
    if (rc == RC_NO_MEMORY)
        return fault_set(why, rc, 0, "内存不足");
    if (rc || !take_drawing(page, (char *)text, ret))
        return page_not_ours(why, "页面内容");
    return RC_OK;
}

/* A stream as a picture file. */
static enum rc take_picture(const struct page_read *page, uint32_t n,
                            const struct form_picture *picture, struct pdfa_piece *ret,
                            struct fault *why)
{
    struct pdfa_piece bare = { NULL, 0 };
    enum rc rc = take_bytes(page, n, &bare, why);
    if (rc || picture->coding == PDFA_JPEG) {
        *ret = bare;
        return rc;
    }
    rc = tiff_wrap(picture, (struct bytes){ bare.at, bare.len }, &ret->at, &ret->len);
    drop(&bare);
    return rc ? fault_set(why, rc, 0, "内存不足") : RC_OK;
}

static enum rc take_inks(const struct page_read *page, const struct drawing *drawing,
                         struct pdfa_parts *parts, struct fault *why)
{
    uint32_t first = form_page_refs(page->has_rare).layers;
    const struct form_picture mask = { .coding = PDFA_G4,
                                       .width_px = page->mask_width_px,
                                       .height_px = page->mask_height_px };
    enum rc rc = RC_OK;
    for (size_t i = 0; !rc && i < page->layers.ink_count; i++) {
        struct pdfa_part_ink *ink = &parts->inks[parts->ink_count++];
        uint32_t n = first + form_mask_at(&page->layers, i);
        memcpy(ink->flat, drawing->flat[i], sizeof ink->flat);
        rc = take_picture(page, n, &mask, &ink->mask, why);
        if (!rc && page->layers.has_colours[i])
            rc = take_picture(page, n - 1, &page->colours[i], &ink->colours, why);
    }
    return rc;
}

/* The capture's pixels are the stencils' where there are some. */
static void take_place(const struct page_read *page, const struct drawing *drawing,
                       struct pdfa_parts *parts)
{
    bool inked = page->layers.ink_count > 0;
    parts->width_px = inked ? page->mask_width_px : page->picture.width_px;
    parts->height_px = inked ? page->mask_height_px : page->picture.height_px;
    const double *m = drawing->m;
    double deg = atan2(-m[1], m[0]) * 180 / acos(-1);
    double quarter = floor(deg / 90 + 0.5);
    parts->rotated_deg = (uint16_t)(((int)quarter + 4) % 4 * 90);
    parts->skew_mdeg = (int32_t)lround((deg - 90 * quarter) * 1000);
    parts->dpi = (uint32_t)lround(72 * parts->width_px / hypot(m[0], m[1]));
}

static enum rc take_readers(const struct page_read *page, struct pdfa_parts *parts,
                            struct fault *why)
{
    struct form_told *told = malloc(sizeof *told);
    if (!told)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    *told = page->told;
    parts->told = told;
    parts->reader_count = told->reader_count;
    for (size_t i = 0; i < told->reader_count; i++)
        parts->readers[i] =
            (struct pdfa_reader){ told->readers[i].engine, told->readers[i].model,
                                  told->readers[i].sha256 };
    return RC_OK;
}

enum rc pdfa_parts_read(int fd, struct pdfa_parts *ret_parts, struct fault *why)
{
    SCOPED(pdfa_parts_free) struct pdfa_parts parts = { 0 };
    struct page_read page;
    struct drawing drawing = { .text = "" };
    struct sha256 kept;
    enum rc rc = page_read(fd, &page, why);
    rc = rc ? rc : page_read_proof(&page, &kept, why);
    rc = rc ? rc : read_drawing(&page, &drawing, why);
    if (rc)
        return rc;
    parts.layered = page.layers.layered;
    parts.cropped = page.crop.is_set;
    take_place(&page, &drawing, &parts);
    rc = take_picture(&page, FORM_PICTURE, &page.picture, &parts.picture, why);
    rc = rc ? rc : take_inks(&page, &drawing, &parts, why);
    rc = rc ? rc : take_readers(&page, &parts, why);
    if (rc)
        return rc;
    *ret_parts = parts;
    parts = (struct pdfa_parts){ 0 };
    return RC_OK;
}

/* Resolution and angle were whole numbers when the page was written, so its layout can be
 * reckoned again without what the decimals in the file leave out. */
static struct text_frame frame_of(const struct page_read *page,
                                  const struct drawing *drawing)
{
    struct pdfa_parts place = { 0 };
    take_place(page, drawing, &place);
    return page_frame_of(place.width_px, place.height_px, place.dpi, place.rotated_deg,
                         place.skew_mdeg);
}

static enum rc put_objects(struct pdf_out *out, const struct page_read *page,
                           const struct form_layers *layers, const struct text_rare *rare,
                           struct bytes contents, struct fault *why)
{
    struct form_refs refs = form_page_refs(rare->count > 0);
    uint32_t xmp = refs.layers + form_layer_objects(layers) + 1;
    char text[FORM_TEXT_MAX];
    pdf_out_object(out, FORM_CATALOGUE);
    pdf_out_text(out, FORM_CATALOGUE_TEXT, FORM_TREE, FORM_INTENT, (int)xmp);
    pdf_out_object_end(out);
    form_put(out, FORM_TREE, form_tree_text);
    form_page(&refs, layers, page->width_pt, page->height_pt, &page->crop, text);
    form_put(out, FORM_PAGE, text);
    pdf_out_packed(out, FORM_CONTENTS, "", contents);
    form_picture_dict(&page->picture, text);
    enum rc rc = join_copy_stream(out, page, FORM_PICTURE, FORM_PICTURE, text, why);
    font_put_common(out);
    if (rare->count)
        font_put_rare(out, rare->codes, rare->count);
    return rc ? rc : join_put_inks(out, page, refs.layers, why);
}

enum rc pdfa_page_again(int fd, const struct pdfa_page *page, uint8_t **ret_pdf,
                        size_t *ret_len, struct fault *why)
{
    struct page_read old;
    struct drawing drawing = { .text = "" };
    struct text_rare rare = { .count = 0 };
    struct sha256 kept;
    SCOPED(pdf_out_free) struct pdf_out contents;
    SCOPED(pdf_out_free) struct pdf_out out;
    pdf_out_open_bare(&contents);
    pdf_out_open(&out, PDF_OUT_MEMORY);
    enum rc rc = page_check_text(page, why);
    rc = rc ? rc : page_read(fd, &old, why);
    rc = rc ? rc : page_read_proof(&old, &kept, why);
    rc = rc ? rc : read_drawing(&old, &drawing, why);
    if (rc)
        return rc;
    struct form_told told = { .reader_count = 0 };
    memcpy(told.source, old.told.source, sizeof told.source);
    rc = form_told_readers(page->readers, page->reader_count, &told, why);
    struct text_frame frame = frame_of(&old, &drawing);
    pdf_out_text(&contents, "%s", drawing.text);
    if (!rc && page->line_count)
        rc = text_runs_put(&contents, page->lines, page->line_count, &frame, &rare, why);
    struct form_layers layers = old.layers;
    layers.told = layers.layered || page->reader_count;
    rc = rc ? rc
            : put_objects(&out, &old, &layers, &rare,
                          (struct bytes){ contents.at, contents.len }, why);
    if (rc)
        return rc;
    uint32_t info = form_page_refs(rare.count > 0).layers + form_layer_objects(&layers);
    if (layers.told)
        form_put_told(&out, info - 1, &told);
    rc = pdf_out_close(&out, &page->about, FORM_CATALOGUE, info, why);
    if (rc)
        return rc;
    *ret_len = out.len;
    *ret_pdf = TAKE(out.at);
    return RC_OK;
}
