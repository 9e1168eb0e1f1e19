/* A layered page is painted as a reader of the PDF would paint it: the ground stretched
 * over the capture's pixels, then each ink through its stencil. */
#include "station/page/again.h"

#include "station/page/pix.h"
#include "sys/file.h"
#include "sys/scope.h"

void page_again_free(struct page_again *again)
{
    fd_close_at(&again->fd);
    again->fd = -1;
    pdfa_parts_free(&again->parts);
}

enum rc page_again_open(struct bytes file, struct page_again *ret_again,
                        struct page_options *options, struct fault *why)
{
    SCOPED(page_again_free) struct page_again again = { .fd = -1 };
    enum rc rc = file_in_memory("page", file, &again.fd, why);
    rc = rc ? rc : pdfa_parts_read(again.fd, &again.parts, why);
    if (rc)
        return rc;
    options->dpi = again.parts.dpi;
    options->frame = 0;
    options->turned = true;
    options->turn_deg = again.parts.rotated_deg;
    options->keep_all = true;
    *ret_again = again;
    again = (struct page_again){ .fd = -1 };
    return RC_OK;
}

static struct bytes bytes_of(const struct pdfa_piece *piece)
{
    return (struct bytes){ piece->at, piece->len };
}

/* All pixels of a picture file, a stencil's as one bit. */
static enum rc decode(const struct pdfa_piece *piece, PIX **ret_pix, struct fault *why)
{
    struct picture picture = { 0 };
    const struct picture_how how = { 0, PICTURE_SIGHT_DPI };
    enum rc rc = picture_look(bytes_of(piece), 0, &picture.look, why);
    rc = rc ? rc : picture_read(bytes_of(piece), &picture.look, &how, &picture, why);
    rc = rc ? rc : picture_read_whole(bytes_of(piece), &picture, why);
    if (!rc)
        *ret_pix = TAKE(picture.whole);
    picture_free(&picture);
    return rc;
}

/* A picture stretched over the page, 32 bits. */
static enum rc stretch(const struct pdfa_piece *piece, const struct pdfa_parts *parts,
                       PIX **ret_pix, struct fault *why)
{
    SCOPED_PIX small = NULL;
    enum rc rc = decode(piece, &small, why);
    if (rc)
        return rc;
    SCOPED_PIX colour = pixConvertTo32(small);
    SCOPED_PIX large = colour ? pixScaleToSize(colour, (l_int32)parts->width_px,
                                               (l_int32)parts->height_px)
                              : NULL;
    if (!large)
        return pix_no_memory(why);
    *ret_pix = TAKE(large);
    return RC_OK;
}

static enum rc paint(PIX *page, const struct pdfa_part_ink *ink,
                     const struct pdfa_parts *parts, struct fault *why)
{
    SCOPED_PIX mask = NULL;
    SCOPED_PIX colours = NULL;
    l_uint32 flat = 0;
    enum rc rc = decode(&ink->mask, &mask, why);
    if (!rc && ink->colours.at)
        rc = stretch(&ink->colours, parts, &colours, why);
    if (rc)
        return rc;
    composeRGBPixel(ink->flat[0], ink->flat[1], ink->flat[2], &flat);
    if (colours ? pixCombineMasked(page, colours, mask) : pixSetMasked(page, mask, flat))
        return pix_no_memory(why);
    return RC_OK;
}

enum rc page_again_picture(const struct page_again *again, const struct picture_how *how,
                           struct picture *ret_picture, struct bytes *ret_capture,
                           struct fault *why)
{
    const struct pdfa_parts *parts = &again->parts;
    *ret_capture = (struct bytes){ NULL, 0 };
    if (!parts->layered) {
        struct picture_look look;
        *ret_capture = bytes_of(&parts->picture);
        enum rc rc = picture_look(*ret_capture, 0, &look, why);
        return rc ? rc : picture_read(*ret_capture, &look, how, ret_picture, why);
    }
    if ((uint64_t)parts->width_px * parts->height_px > PAGE_PIXELS_MAX)
        return fault_set(why, RC_INVALID, 0, "图像太大，无法处理");
    SCOPED_PIX page = NULL;
    enum rc rc = stretch(&parts->picture, parts, &page, why);
    for (size_t i = 0; !rc && i < parts->ink_count; i++)
        rc = paint(page, &parts->inks[i], parts, why);
    return rc ? rc : picture_of_pixels(TAKE(page), how, ret_picture, why);
}
