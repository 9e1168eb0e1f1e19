/* The work of the stream's thread: the bytes of one picture, as lines or as a JPEG, whole
 * or up to where the trouble strikes. It only reads the scan, which stands still while a
 * picture is being made. */
#include "scan.h"

#include "sys/scope.h"

#include <string.h>

enum { JPEG_QUALITY = 85 };

static bool put_line(void *context, struct bytes line)
{
    struct scan *scan = context;
    return stream_put(&scan->stream, line);
}

/* Lines of the picture before the trouble of this picture strikes. */
static struct picture_view view_until_trouble(const struct scan *scan)
{
    struct picture_view view = scan->view;
    if (scan->trouble.kind != TROUBLE_NONE)
        view.height_px =
            (uint32_t)((uint64_t)view.height_px * scan->trouble.percent / 100);
    return view;
}

struct fill {
    uint8_t *at;
};

static bool fill_line(void *context, struct bytes line)
{
    struct fill *fill = context;
    memcpy(fill->at, line.at, line.len);
    fill->at += line.len;
    return true;
}

/* A JPEG of the view, made here because the file says something else. */
static enum rc encode_view(const struct scan *scan, uint8_t **ret_data, size_t *ret_len,
                           struct fault *why)
{
    const struct picture_view *view = &scan->view;
    struct jpeg_raster raster = { .width_px = view->width_px,
                                  .height_px = view->height_px,
                                  .stride = picture_stride(view),
                                  .channels = view->mode == PICTURE_COLOR ? 3 : 1 };
    SCOPED(free_at) uint8_t *pixels = malloc(raster.stride * raster.height_px);
    if (!pixels)
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for a page");
    raster.at = pixels;
    enum rc rc =
        picture_render(&scan->picture, view, fill_line, &(struct fill){ pixels }, why);
    struct jpeg_encode_how how = { .dpi = (uint16_t)view->dpi, .quality = JPEG_QUALITY };
    return rc ? rc : jpeg_encode(&raster, &how, ret_data, ret_len, why);
}

static SANE_Status make_jpeg(struct scan *scan)
{
    struct fault why = { 0 };
    SCOPED(free_at) uint8_t *made = NULL;
    struct bytes file = { (const uint8_t *)scan->picture.file, scan->picture.len };
    if (!picture_is_view(&scan->picture, &scan->view)) {
        enum rc rc = encode_view(scan, &made, &file.len, &why);
        if (rc)
            return scan_status(rc, &why);
        file.at = made;
    }
    if (scan->trouble.kind != TROUBLE_NONE)
        file.len = file.len * scan->trouble.percent / 100;
    return stream_put(&scan->stream, file) ? SANE_STATUS_GOOD : SANE_STATUS_CANCELLED;
}

/* The thread's work; its answer is what ends the reading. */
int scan_make(struct stream *stream, void *context)
{
    (void)stream;
    struct scan *scan = context;
    struct fault why = { 0 };
    SANE_Status status;
    if (scan->jpeg) {
        status = make_jpeg(scan);
    } else {
        struct picture_view view = view_until_trouble(scan);
        status = scan_status(picture_render(&scan->picture, &view, put_line, scan, &why),
                             &why);
    }
    return (int)(status == SANE_STATUS_GOOD ? SANE_STATUS_EOF : status);
}
