/* Places: the recogniser saw a smaller picture whose centre is the page's centre. Each
 * point is taken from that centre, turned by what was still askew, and scaled back to
 * pixels of the capture. */
#include "station/page/sheet.h"

#include "pdfa/pdfa.h"
#include "record/jpeg.h"
#include "station/page/layers.h"
#include "station/page/lines.h"
#include "station/page/pix.h"
#include "station/page/tiff.h"
#include "sys/hash.h"

#include <math.h>
#include <string.h>

/* In heights of the line. Readers take two equal characters closer than a tenth for one
 * that was printed twice to look bold, and the recogniser's boxes do overlap. */
static const double least_step = 0.16;

struct frame {
    double scale, cosine, sine;
    double from_x, from_y, to_x, to_y; /* the two centres */
};

static struct frame frame_of(const struct page_sheet *sheet)
{
    const struct picture *picture = sheet->picture;
    bool aside = sheet->rotated_deg % 180;
    double radians = sheet->residual_deg * M_PI / 180;
    double width = aside ? picture->look.height_px : picture->look.width_px;
    double height = aside ? picture->look.width_px : picture->look.height_px;
    return (struct frame){
        .scale = (double)picture->look.width_px / pixGetWidth(picture->work),
        .cosine = cos(radians),
        .sine = sin(radians),
        .from_x = sheet->read_width_px / 2.0,
        .from_y = sheet->read_height_px / 2.0,
        .to_x = width / 2,
        .to_y = height / 2,
    };
}

static float place_x(const struct frame *frame, double x, double y)
{
    x -= frame->from_x;
    y -= frame->from_y;
    return (float)((x * frame->cosine - y * frame->sine) * frame->scale + frame->to_x);
}

static float place_y(const struct frame *frame, double x, double y)
{
    x -= frame->from_x;
    y -= frame->from_y;
    return (float)((x * frame->sine + y * frame->cosine) * frame->scale + frame->to_y);
}

/* A place along the foot of the line: x, or y of a line that runs down. */
static float place_along(const struct frame *frame, const struct ocr_line *line,
                         double at)
{
    double foot = (double)line->baseline;
    return line->down ? place_y(frame, foot, at) : place_x(frame, at, foot);
}

struct line_list {
    struct pdfa_line *at;
    size_t count;
};

static void line_list_free_at(struct line_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free((void *)(uintptr_t)list->at[i].text);
        free((void *)(uintptr_t)list->at[i].starts_px);
    }
    free(list->at);
}

static enum rc place_line(const struct page_sheet *sheet, const struct frame *frame,
                          const struct ocr_line *line, struct pdfa_line *ret_line,
                          struct fault *why)
{
    char *text = NULL;
    float *starts = NULL;
    enum rc rc = lines_text(sheet->text, line, &text, &starts, why);
    if (rc)
        return rc;
    size_t codes = 0;
    for (const char *at = text; *at; at++)
        codes += (*at & 0xc0) != 0x80;
    for (size_t i = 0; i < codes; i++)
        starts[i] = place_along(frame, line, (double)starts[i]);
    int across = line->down ? line->right - line->left : line->bottom - line->top;
    double height = (across > 1 ? across : 1) * frame->scale;
    for (size_t i = 1; i < codes; i++)
        if (starts[i] < starts[i - 1] + (float)(least_step * height))
            starts[i] = starts[i - 1] + (float)(least_step * height);
    const struct ocr_symbol *first = &sheet->text->symbols[line->first];
    const struct ocr_symbol *last = first + line->count - 1;
    double foot = (double)line->baseline;
    *ret_line = (struct pdfa_line){
        .text = text,
        .starts_px = starts,
        .left_px = place_along(frame, line, line->down ? first->top : first->left),
        .right_px = place_along(frame, line, line->down ? last->bottom : last->right),
        .baseline_px = line->down
                           ? place_x(frame, foot, (line->top + line->bottom) / 2.0)
                           : place_y(frame, (line->left + line->right) / 2.0, foot),
        .height_px = (float)height,
        .down = line->down,
    };
    return RC_OK;
}

static enum rc place_lines(const struct page_sheet *sheet, struct line_list *list,
                           struct fault *why)
{
    if (!sheet->text || !sheet->text->line_count)
        return RC_OK;
    struct frame frame = frame_of(sheet);
    list->at = calloc(sheet->text->line_count, sizeof *list->at);
    if (!list->at)
        return pix_no_memory(why);
    for (size_t i = 0; i < sheet->text->line_count && list->count < PDFA_LINES_MAX; i++) {
        if (!sheet->text->lines[i].count)
            continue;
        enum rc rc = place_line(sheet, &frame, &sheet->text->lines[i],
                                &list->at[list->count], why);
        if (rc)
            return rc;
        list->count++;
    }
    return RC_OK;
}

/* The rows of a Pix without padding words: 1 bit, 8 bits or R G B. */
static uint8_t *bare_rows(PIX *pix, size_t *ret_len)
{
    size_t width = (size_t)pixGetWidth(pix), height = (size_t)pixGetHeight(pix);
    int depth = pixGetDepth(pix);
    size_t row = depth == 1 ? (width + 7) / 8 : depth == 8 ? width : width * 3;
    uint8_t *rows = malloc(row * height), *at = rows;
    for (size_t y = 0; rows && y < height; y++) {
        l_uint32 *line = pixGetData(pix) + y * (size_t)pixGetWpl(pix);
        for (size_t x = 0; x < (depth == 32 ? width : row); x++) {
            if (depth != 32) {
                *at++ = GET_DATA_BYTE(line, x);
                continue;
            }
            *at++ = (uint8_t)(line[x] >> 24);
            *at++ = (uint8_t)(line[x] >> 16);
            *at++ = (uint8_t)(line[x] >> 8);
        }
    }
    *ret_len = row * height;
    return rows;
}

static enum rc write_pixels(struct pdfa_page *page, PIX *whole, char **ret_pdf,
                            size_t *ret_len, struct fault *why)
{
    size_t len = 0;
    SCOPED(free_at) uint8_t *packed = NULL;
    SCOPED(free_at) uint8_t *rows = bare_rows(whole, &len);
    if (!rows)
        return pix_no_memory(why);
    page->capture.coding = pixGetDepth(whole) == 1   ? PDFA_G4
                           : pixGetDepth(whole) == 8 ? PDFA_GRAY
                                                     : PDFA_RGB;
    page->capture.data = (struct bytes){ rows, len };
    if (page->capture.coding == PDFA_G4) {
        enum rc rc = tiff_pack_g4(rows, page->capture.width_px, page->capture.height_px,
                                  &packed, &len, why);
        if (rc)
            return rc;
        page->capture.data = (struct bytes){ packed, len };
    }
    return pdfa_page_write(page, (uint8_t **)ret_pdf, ret_len, why);
}

static enum rc write_capture(struct pdfa_page *page, const struct page_sheet *sheet,
                             char **ret_pdf, size_t *ret_len, struct fault *why)
{
    struct picture *picture = sheet->picture;
    if (picture->look.format == PICTURE_JPEG && !picture->whole) {
        struct jpeg_info info;
        page->capture.coding = PDFA_JPEG;
        page->capture.data = sheet->capture;
        if (!jpeg_look(sheet->capture, &info, NULL) && info.used)
            page->capture.data.len = info.used;
        enum rc rc = pdfa_page_write(page, (uint8_t **)ret_pdf, ret_len, why);
        if (rc != RC_INVALID)
            return rc;
        rc = picture_read_whole(sheet->capture, picture, why);
        if (rc)
            return rc;
    }
    if (picture->look.format == PICTURE_TIFF &&
        tiff_g4(sheet->capture, &picture->look, &page->capture.data)) {
        page->capture.coding = PDFA_G4;
        return pdfa_page_write(page, (uint8_t **)ret_pdf, ret_len, why);
    }
    return write_pixels(page, picture->whole, ret_pdf, ret_len, why);
}

static enum rc write_layers(struct pdfa_page *page, const struct page_sheet *sheet,
                            char **ret_pdf, size_t *ret_len,
                            enum layers_verdict *ret_verdict, struct fault *why)
{
    SCOPED(page_layers_free) struct page_layers made = { 0 };
    struct pdfa_ink inks[COUNT(made.inks)];
    char source[SHA256_HEX];
    enum rc rc =
        page_layers_make(sheet->capture, sheet->picture, &made, ret_verdict, why);
    if (rc || *ret_verdict != LAYERS_FIT)
        return rc;
    for (size_t i = 0; i < made.ink_count; i++) {
        const struct page_ink *ink = &made.inks[i];
        inks[i] = (struct pdfa_ink){ { ink->mask, ink->mask_len },
                                     { ink->colours, ink->colours_len },
                                     { ink->flat[0], ink->flat[1], ink->flat[2] } };
    }
    hash_hex(hash_sha256(sheet->capture), source);
    struct pdfa_layers layers = { .ground = { made.ground, made.ground_len },
                                  .inks = inks,
                                  .ink_count = made.ink_count,
                                  .mask_width_px = page->capture.width_px,
                                  .mask_height_px = page->capture.height_px,
                                  .source = source };
    page->layers = &layers;
    rc = pdfa_page_write(page, (uint8_t **)ret_pdf, ret_len, why);
    page->layers = NULL;
    return rc;
}

/* The page's own model, then those that helped with lines. */
static size_t note_readers(const struct page_sheet *sheet,
                           struct pdfa_reader ret_readers[PDFA_READERS_MAX])
{
    size_t count = 0;
    if (!sheet->engine)
        return 0;
    ret_readers[count++] =
        (struct pdfa_reader){ sheet->engine, sheet->model->name, sheet->model->sha256 };
    for (size_t i = 0; i < sheet->text->helper_count && count < PDFA_READERS_MAX; i++)
        ret_readers[count++] =
            (struct pdfa_reader){ sheet->engine, sheet->text->helpers[i]->name,
                                  sheet->text->helpers[i]->sha256 };
    return count;
}

enum rc page_sheet_write(const struct page_sheet *sheet, char **ret_pdf, size_t *ret_len,
                         const char **ret_layers, struct fault *why)
{
    SCOPED(line_list_free_at) struct line_list lines = { 0 };
    enum rc rc = place_lines(sheet, &lines, why);
    if (rc)
        return rc;
    uint32_t dpi = sheet->picture->dpi;
    double scale =
        (double)sheet->picture->look.width_px / pixGetWidth(sheet->picture->work);
    struct pdfa_crop crop = { 0 };
    if (sheet->shown)
        crop = (struct pdfa_crop){ sheet->shown->left * scale, sheet->shown->top * scale,
                                   sheet->shown->right * scale,
                                   sheet->shown->bottom * scale };
    struct pdfa_page page = {
        .about = { .title = sheet->title, .created_ms = sheet->created_ms },
        .capture = { .width_px = sheet->picture->look.width_px,
                     .height_px = sheet->picture->look.height_px,
                     .dpi = dpi < PDFA_DPI_MIN   ? PDFA_DPI_MIN
                            : dpi > PDFA_DPI_MAX ? PDFA_DPI_MAX
                                                 : dpi },
        .rotated_deg = (uint16_t)sheet->rotated_deg,
        .skew_mdeg = sheet->skew_mdeg,
        .lines = lines.at,
        .line_count = lines.count,
        .crop = sheet->shown ? &crop : NULL,
    };
    struct pdfa_reader readers[PDFA_READERS_MAX];
    page.readers = readers;
    page.reader_count = note_readers(sheet, readers);
    if (sheet->again) {
        *ret_layers =
            page_compress_name(sheet->again->parts.layered ? PAGE_LAYERED : PAGE_EXACT);
        return pdfa_page_again(sheet->again->fd, &page, (uint8_t **)ret_pdf, ret_len,
                               why);
    }
    enum layers_verdict verdict = LAYERS_PLAIN;
    *ret_layers = page_compress_name(PAGE_EXACT);
    if (sheet->compress == PAGE_LAYERED) {
        rc = write_layers(&page, sheet, ret_pdf, ret_len, &verdict, why);
        *ret_layers = layers_verdict_name(verdict);
        if (rc || verdict == LAYERS_FIT)
            return rc;
    }
    return write_capture(&page, sheet, ret_pdf, ret_len, why);
}
