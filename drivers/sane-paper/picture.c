/* Rendering is one pull per line: two neighbouring lines of the decoded picture, weighed
 * by where the wanted line lies between them, and the same across. The decoder already
 * brought the picture to the nearest size that is not smaller (by eighths), so this
 * bilinear step never skips pixels by more than about two. At the picture's own
 * resolution it falls back to copying. */
#include "picture.h"

#include "sys/file.h"
#include "sys/scope.h"

#include <math.h>
#include <string.h>

enum {
    BACKING = 0xB4, /* gray of the feeder behind the paper */
    EDGE_UM = 1000, /* so far beyond the paper its edge is repeated */
    UM_PER_INCH = 25400,
    DPI_LEAST = 50,
    DPI_MOST = 1200,
    WHOLE_UM = 2000, /* a window this near to the paper's size is the whole page */
};

void picture_free(struct picture *picture)
{
    free(picture->file);
    *picture = (struct picture){ 0 };
}

enum rc picture_open(int dir, const char *name, struct picture *ret_picture,
                     struct fault *why)
{
    SCOPED(free_at) char *file = NULL;
    size_t len;
    struct jpeg_info info;
    enum rc rc = file_read(dir, name, PICTURE_FILE_MAX, &file, &len, why);
    if (!rc)
        rc = jpeg_look((struct bytes){ (uint8_t *)file, len }, &info, why);
    if (rc)
        return rc;
    if (!info.complete)
        return fault_set(why, RC_CORRUPT, 0, "'%s' is truncated", name);
    bool told = info.x_dpi >= DPI_LEAST && info.x_dpi <= DPI_MOST;
    *ret_picture = (struct picture){ .len = len,
                                     .width_px = info.width_px,
                                     .height_px = info.height_px,
                                     .channels = info.channels,
                                     .dpi = told ? info.x_dpi : PICTURE_DPI_DEFAULT };
    ret_picture->file = TAKE(file);
    return RC_OK;
}

struct picture picture_clean(uint32_t width_px, uint32_t height_px, uint32_t dpi,
                             unsigned seed)
{
    return (struct picture){ .width_px = width_px,
                             .height_px = height_px,
                             .dpi = dpi,
                             .channels = 3,
                             .seed = seed };
}

size_t picture_stride(const struct picture_view *view)
{
    if (view->mode == PICTURE_LINEART)
        return (view->width_px + 7) / 8;
    return (size_t)view->width_px * (view->mode == PICTURE_COLOR ? 3 : 1) *
           (view->depth / 8);
}

static int32_t px_to_um(uint32_t px, uint32_t dpi)
{
    return (int32_t)((int64_t)px * UM_PER_INCH / dpi);
}

bool picture_is_view(const struct picture *picture, const struct picture_view *view)
{
    int32_t wide =
        px_to_um(picture->width_px, picture->dpi) - px_to_um(view->width_px, view->dpi);
    int32_t high =
        px_to_um(picture->height_px, picture->dpi) - px_to_um(view->height_px, view->dpi);
    return picture->file && view->dpi == picture->dpi && view->depth == 8 &&
           picture->channels == (view->mode == PICTURE_COLOR ? 3 : 1) && !view->left_um &&
           !view->top_um && abs(wide) <= WHOLE_UM && abs(high) <= WHOLE_UM;
}

/* Where a pixel of the view lies in the raster: between `at` and the next, `part`/256 of
 * the way. at < 0: beside the paper. */
struct place {
    int32_t at;
    uint16_t part;
};

/* One axis of the view laid over one axis of the raster. */
struct axis {
    double start, step; /* of the view's first pixel's middle, in raster pixels */
    int32_t count, edge;
};

static struct axis axis_of(uint32_t raster_px, double raster_dpi, uint32_t view_dpi,
                           int32_t offset_um)
{
    double step = raster_dpi / view_dpi;
    double start = offset_um * raster_dpi / UM_PER_INCH;
    if (step == 1.0) /* the same grid: copy, never blur by half a pixel */
        start = nearbyint(start);
    return (struct axis){ .start = start + step / 2 - 0.5,
                          .step = step,
                          .count = (int32_t)raster_px,
                          .edge = (int32_t)(EDGE_UM * raster_dpi / UM_PER_INCH) };
}

static struct place place_on(const struct axis *axis, uint32_t px)
{
    double at = axis->start + px * axis->step;
    if (at < -axis->edge || at > axis->count - 1 + axis->edge)
        return (struct place){ .at = -1 };
    if (at <= 0)
        return (struct place){ .at = 0 };
    if (at >= axis->count - 1)
        return (struct place){ .at = axis->count - 1 };
    int32_t whole = (int32_t)at;
    return (struct place){ .at = whole, .part = (uint16_t)((at - whole) * 256) };
}

/* Everything that stays the same from line to line. */
struct render {
    const struct picture *picture;
    const struct picture_view *view;
    struct jpeg_raster raster; /* empty for clean paper */
    struct place *across;      /* one a pixel of the view */
    struct axis down;
    uint8_t *samples; /* one line of 8-bit samples, before depth and threshold */
    uint8_t *line;    /* as handed over */
    bool straight;    /* across is a plain copy */
};

static void render_free(struct render *render)
{
    jpeg_raster_free(&render->raster);
    free(render->across);
    free(render->samples);
    free(render->line);
}

/* A well-mixed number for a place on the paper (finalizer of a 32-bit hash). */
static uint32_t grain_at(uint32_t x, uint32_t y, unsigned seed)
{
    uint32_t h = x * 0x9E3779B1u ^ y * 0x85EBCA77u ^ seed * 0xC2B2AE3Du;
    h = (h ^ h >> 15) * 0x2C1B3C6Du;
    h = (h ^ h >> 12) * 0x297A2D39u;
    return h ^ h >> 15;
}

/* Clean paper: warm white, a little darker towards the foot, grain of about 1.5 levels.
 */
static void clean_samples(struct render *render, uint32_t y, unsigned channels)
{
    static const uint8_t tone[] = { 249, 248, 244 };
    const struct picture *picture = render->picture;
    struct place down = place_on(&render->down, y);
    int shade = down.at < 0 ? 0 : (int)(3 * (int64_t)down.at / render->down.count);
    for (uint32_t x = 0; x < render->view->width_px; x++) {
        uint32_t grain = grain_at(x, y, picture->seed);
        int off = (int)(grain & 3) + (int)(grain >> 8 & 3) - 3 - shade;
        for (unsigned c = 0; c < channels; c++)
            render->samples[x * channels + c] =
                down.at < 0 || render->across[x].at < 0
                    ? BACKING
                    : (uint8_t)(tone[channels == 1 ? 1 : c] + off);
    }
}

static unsigned between(unsigned a, unsigned b, unsigned part)
{
    return (a * (256 - part) + b * part + 128) >> 8;
}

static void raster_samples(struct render *render, uint32_t y, unsigned channels)
{
    const struct jpeg_raster *raster = &render->raster;
    struct place down = place_on(&render->down, y);
    if (down.at < 0) {
        memset(render->samples, BACKING, (size_t)render->view->width_px * channels);
        return;
    }
    const uint8_t *upper = raster->at + (size_t)down.at * raster->stride;
    const uint8_t *lower = down.part ? upper + raster->stride : upper;
    if (render->straight && !down.part) {
        memcpy(render->samples, upper + (size_t)render->across[0].at * channels,
               (size_t)render->view->width_px * channels);
        return;
    }
    uint8_t *out = render->samples;
    for (uint32_t x = 0; x < render->view->width_px; x++) {
        struct place place = render->across[x];
        size_t here = (size_t)(place.at < 0 ? 0 : place.at) * channels;
        size_t next = here + (place.part ? channels : 0);
        for (unsigned c = 0; c < channels; c++) {
            unsigned top = between(upper[here + c], upper[next + c], place.part);
            unsigned foot = between(lower[here + c], lower[next + c], place.part);
            *out++ = place.at < 0 ? BACKING : (uint8_t)between(top, foot, down.part);
        }
    }
}

/* 8-bit samples to what the view delivers. */
static void finish_line(struct render *render, unsigned channels)
{
    const struct picture_view *view = render->view;
    size_t count = (size_t)view->width_px * channels;
    if (view->mode == PICTURE_LINEART) {
        memset(render->line, 0, picture_stride(view));
        for (size_t x = 0; x < count; x++)
            if (render->samples[x] < view->threshold)
                render->line[x / 8] |= (uint8_t)(0x80 >> x % 8);
    } else if (view->depth == 16) {
        for (size_t i = 0; i < count; i++) {
            uint16_t wide = (uint16_t)(render->samples[i] * 257);
            memcpy(render->line + 2 * i, &wide, sizeof wide);
        }
    } else {
        memcpy(render->line, render->samples, count);
    }
}

/* The smallest size by eighths that is not coarser than the view. */
static unsigned eighths_for(uint32_t picture_dpi, uint32_t view_dpi)
{
    unsigned eighths = (8 * view_dpi + picture_dpi - 1) / picture_dpi;
    return eighths > 8 ? 8 : eighths;
}

static enum rc render_open(struct render *render, unsigned channels, struct fault *why)
{
    const struct picture *picture = render->picture;
    const struct picture_view *view = render->view;
    double raster_dpi = picture->dpi;
    struct jpeg_raster size = { .width_px = picture->width_px,
                                .height_px = picture->height_px };
    if (picture->file) {
        struct jpeg_how how = { eighths_for(picture->dpi, view->dpi), JPEG_SALVAGE };
        struct bytes file = { (const uint8_t *)picture->file, picture->len };
        enum rc rc = channels == 1 ? jpeg_decode_gray(file, &how, &render->raster, why)
                                   : jpeg_decode_rgb(file, &how, &render->raster, why);
        if (rc)
            return rc;
        size = render->raster;
        raster_dpi = picture->dpi * how.eighths / 8.0;
    }
    render->across = calloc(view->width_px, sizeof *render->across);
    render->samples = malloc((size_t)view->width_px * channels);
    render->line = malloc(picture_stride(view));
    if (!render->across || !render->samples || !render->line)
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for a line");
    struct axis along = axis_of(size.width_px, raster_dpi, view->dpi, view->left_um);
    render->down = axis_of(size.height_px, raster_dpi, view->dpi, view->top_um);
    render->straight = true;
    for (uint32_t x = 0; x < view->width_px; x++) {
        struct place place = render->across[x] = place_on(&along, x);
        if (place.at < 0 || place.part || place.at != render->across[0].at + (int32_t)x)
            render->straight = false;
    }
    return RC_OK;
}

enum rc picture_render(const struct picture *picture, const struct picture_view *view,
                       bool (*put)(void *context, struct bytes line), void *context,
                       struct fault *why)
{
    unsigned channels = view->mode == PICTURE_COLOR ? 3 : 1;
    SCOPED(render_free) struct render render = { .picture = picture, .view = view };
    enum rc rc = render_open(&render, channels, why);
    for (uint32_t y = 0; !rc && y < view->height_px; y++) {
        if (picture->file)
            raster_samples(&render, y, channels);
        else
            clean_samples(&render, y, channels);
        finish_line(&render, channels);
        if (!put(context, (struct bytes){ render.line, picture_stride(view) }))
            rc = RC_CANCELLED;
    }
    return rc;
}
