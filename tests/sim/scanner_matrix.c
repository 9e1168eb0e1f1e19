/* The driver against every mode of SANE's own `test` backend. That backend draws pictures
 * whose every sample is known, so each is held against a formula, sample by sample: all
 * depths, one pass and three passes in all six orders, a height known or not, waste at
 * the end of lines, every way of delivering bytes, every status that a read can end with.
 */
#include "check.h"
#include "drivers/scanner/scanner_port.h"
#include "drivers/scanner/scanner_state.h"
#include "record/jpeg.h"

#include <limits.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { DPI = 100, SIDE_MM = 60, WASTE_PX = 17 };

static const char *const pictures[] = { "Solid black", "Solid white", "Color pattern",
                                        "Grid" };
static const char *const orders[] = {
    NULL, "RGB", "RBG", "GBR", "GRB", "BRG", "BGR"
}; /* NULL: one pass */
static const char *device = "test:0";
static bool plain;       /* no way of delivering bytes is switched on */
static bool through_net; /* each request takes its time there: fewer of them */
static char work[] = "/tmp/juanku-matrix-XXXXXX";

/* This backend ends its threads at any instruction, also inside free(); then it waits for
 * ever. It finds this function before that of the C library, so they end at system calls.
 */
__attribute__((visibility("default"))) int pthread_setcanceltype(int type, int *ret_old);
int pthread_setcanceltype(int type, int *ret_old)
{
    (void)type;
    if (ret_old)
        *ret_old = PTHREAD_CANCEL_DEFERRED;
    return 0;
}

static void start(void)
{
    static bool started;
    char path[PATH_MAX];
    struct fault why;
    if (started)
        return;
    started = true;
    CHECK(mkdtemp(work));
    if (getenv("MATRIX_DEVICE")) {
        device = getenv("MATRIX_DEVICE");
        through_net = true;
        CHECK_OK(scanner_init("drivers/quirks", &why));
        return;
    }
    setenv("SANE_CONFIG_DIR", work, 1);
    (void)snprintf(path, sizeof path, "%s/dll.conf", work);
    FILE *f = fopen(path, "w");
    CHECK(f && fputs("test\n", f) >= 0);
    fclose(f);
    CHECK_OK(scanner_init("drivers/quirks", &why));
}

/* One way of asking the backend for a picture. */
struct way {
    enum scanner_mode mode;
    enum scanner_source source;
    unsigned depth; /* as the device is made to deliver it */
    const char *order, *picture;
    bool hand;
    unsigned waste_px;
};

static void set_text(struct scanner *scanner, const char *name, const char *word)
{
    struct port_option option;
    CHECK(port_find(scanner->port, name, &option) && option.active);
    CHECK_INT(PORT_GOOD, port_set_text(scanner->port, &option, word));
}

static void set_number(struct scanner *scanner, const char *name, double number)
{
    struct port_option option;
    if (!port_find(scanner->port, name, &option) || !option.active)
        fail_msg("the backend has no %s now", name);
    CHECK_INT(PORT_GOOD, port_set_number(scanner->port, &option, number));
}

/* The backend keeps its options over a close: each opening sets them all. */
static struct scanner *open_way(const struct way *way)
{
    struct scanner *scanner = NULL;
    struct fault why = { .rc = RC_OK };
    uint32_t side = SIDE_MM * 1000;
    struct scanner_profile profile = { DPI, way->mode, way->source, side, side, 0, true };
    start();
    CHECK_OK(scanner_open(device, &scanner, &why));
    set_number(scanner, "hand-scanner", 0);
    static const char *const off[] = { "read-limit", "read-delay", "fuzzy-parameters",
                                       "non-blocking", "select-fd" };
    for (size_t i = 0; i < COUNT(off) && !plain; i++)
        set_number(scanner, off[i], 0);
    plain = true;
    CHECK_OK(scanner_set_profile(scanner, &profile, &profile, &why));
    CHECK(!profile.jpeg);
    if (way->mode == SCANNER_COLOR)
        set_number(scanner, "three-pass", way->order != NULL);
    if (way->order)
        set_text(scanner, "three-pass-order", way->order);
    set_number(scanner, "depth", way->depth);
    set_text(scanner, "test-picture", way->picture);
    set_number(scanner, "ppl-loss", way->waste_px);
    set_number(scanner, "hand-scanner", way->hand);
    return scanner;
}

/* One picture into memory as bare samples. */
struct raw {
    uint8_t *at;
    size_t len, room;
    struct scanner_format format;
};

static enum rc raw_begin(void *context, const struct scanner_format *format,
                         struct fault *why)
{
    (void)why;
    ((struct raw *)context)->format = *format;
    return RC_OK;
}

static enum rc raw_bytes(void *context, struct bytes chunk, struct fault *why)
{
    struct raw *raw = context;
    (void)why;
    if (raw->len + chunk.len > raw->room) {
        raw->room = 2 * (raw->len + chunk.len);
        raw->at = realloc(raw->at, raw->room);
    }
    memcpy(raw->at + raw->len, chunk.at, chunk.len);
    raw->len += chunk.len;
    return RC_OK;
}

static enum scanner_end read_raw(struct scanner *scanner, struct raw *ret_raw)
{
    struct fault why;
    *ret_raw = (struct raw){ .len = 0 };
    return scanner_read(scanner, &(struct scanner_sink){ raw_begin, raw_bytes, ret_raw },
                        &why);
}

/* --- what the backend draws ------------------------------------------------------ */

/* Squares of 10 mm, the first one white; all channels alike. 0 or 255. */
static unsigned grid_at(unsigned x, unsigned y)
{
    double square = 10.0 * DPI / 25.4;
    unsigned line = y % (unsigned)(2 * square + 0.5);
    bool odd_column = (unsigned)(x / square) % 2, lower = line > (unsigned)(square + 0.5);
    return odd_column != lower ? 0 : 255;
}

/* Gray of 8 bits: cells of 4 with gaps of 1, rising in the first row, falling in the
 * second. */
static unsigned gray_cells_at(unsigned x, unsigned y)
{
    unsigned line = y % 10;
    if (x % 5 < 1 || line % 5 < 1)
        return 0x55;
    return line > 5 ? 255 - x / 5 % 256 : x / 5 % 256;
}

/* Colour of 8 bits: the same in six rows, two for each channel. */
static unsigned colour_cells_at(unsigned x, unsigned y, unsigned channel)
{
    unsigned row = y % 30 / 5;
    if (x % 5 < 1 || y % 5 < 1)
        return 0x55;
    if (row / 2 != channel)
        return 0;
    return row % 2 ? 255 - x / 5 % 256 : x / 5 % 256;
}

/* 16 bits: fields of 256 with gaps of 4; the high byte rises along the line. In colour
 * one field after the other is red, green, blue. */
static unsigned wide_fields_at(unsigned x, unsigned y, unsigned channel, bool colour)
{
    if (x % 260 < 4 || y % 260 < 4)
        return 0x55;
    return colour && x / 260 % 3 != channel ? 0 : x % 260 - 4;
}

/* The sample as the driver must deliver it: 0 to 255, of one bit 0 (white) or 1. */
static unsigned wanted(const struct way *way, unsigned x, unsigned y, unsigned channel)
{
    bool colour = way->mode == SCANNER_COLOR, bit = way->depth == 1;
    if (!strcmp(way->picture, "Solid black"))
        return bit;
    if (!strcmp(way->picture, "Solid white"))
        return bit ? 0 : 255;
    if (!strcmp(way->picture, "Grid"))
        return bit ? grid_at(x, y) == 0 : grid_at(x, y);
    if (bit)
        return x / 16 % 2 != y % 32 / 16;
    if (way->depth == 16)
        return wide_fields_at(x, y, channel, colour);
    return colour ? colour_cells_at(x, y, channel) : gray_cells_at(x, y);
}

static unsigned sample(const struct raw *raw, unsigned x, unsigned y, unsigned channel)
{
    const uint8_t *line = raw->at + (size_t)y * raw->format.stride;
    if (raw->format.depth == 1)
        return line[x / 8] >> (7 - x % 8) & 1;
    return line[x * raw->format.channels + channel];
}

static void name_way(const struct way *way, char ret[160])
{
    (void)snprintf(ret, 160, "%s, %u bits, %s passes, %s, height %s, %u px waste",
                   scanner_mode_text(way->mode), way->depth,
                   way->order ? way->order : "no", way->picture,
                   way->hand ? "unknown" : "known", way->waste_px);
}

static void check_picture(const struct way *way, const struct raw *raw)
{
    char name[160];
    const struct scanner_format *format = &raw->format;
    unsigned width_mm = way->hand ? 110 : SIDE_MM, height_mm = way->hand ? 170 : SIDE_MM;
    unsigned width = (unsigned)(DPI * width_mm / 25.4) - way->waste_px;
    unsigned height = (unsigned)(DPI * height_mm / 25.4), wrong = 0;
    name_way(way, name);
    if (format->width_px != width || format->height_px != (way->hand ? 0 : height) ||
        raw->len != (size_t)height * format->stride ||
        format->channels != (way->mode == SCANNER_COLOR ? 3 : 1) ||
        format->depth != (way->depth == 1 ? 1 : 8))
        fail_msg("%s: %u x %u px, %u channels, %zu bytes", name, format->width_px,
                 format->height_px, format->channels, raw->len);
    for (unsigned y = 0; y < height; y++)
        for (unsigned x = 0; x < width; x++)
            for (unsigned c = 0; c < format->channels; c++)
                wrong += sample(raw, x, y, c) != wanted(way, x, y, c);
    if (wrong)
        fail_msg("%s: %u samples are wrong", name, wrong);
}

/* Read it once, and hold it against what was drawn. */
static void check_way(const struct way *way, struct scanner *scanner)
{
    char name[160];
    struct raw raw;
    enum scanner_end end = read_raw(scanner, &raw);
    for (int tries = 0; end == SCANNER_BUSY && through_net && tries < 50; tries++) {
        usleep(20 * 1000); /* saned was not done with the last picture yet */
        end = read_raw(scanner, &raw);
    }
    name_way(way, name);
    if (end != SCANNER_IMAGE && way->order && through_net) {
        free(raw.at);
        return;
    }
    if (end != SCANNER_IMAGE)
        fail_msg("%s: %s", name, scanner_end_text(end));
    check_picture(way, &raw);
    free(raw.at);
}

/* All ways of a mode and depth: how many, here and through a network. */
static void check_ways(enum scanner_mode mode, unsigned depth, unsigned here,
                       unsigned far)
{
    start();
    unsigned done = 0;
    size_t passes = mode != SCANNER_COLOR ? 1 : through_net ? 2 : COUNT(orders);
    for (size_t o = 0; o < passes; o++)
        for (size_t p = through_net ? 2 : 0; p < COUNT(pictures); p++)
            for (unsigned i = 0; i < 4; i += through_net ? 3 : 1, done++) {
                struct way way = {
                    mode,  SCANNER_FLATBED,     depth, orders[o], pictures[p],
                    i & 1, i & 2 ? WASTE_PX : 0
                };
                struct scanner *scanner = open_way(&way);
                check_way(&way, scanner);
                scanner_close(scanner);
            }
    CHECK_INT(through_net ? far : here, done);
}

TEST(matrix, gray_of_8_bits_is_right_to_the_last_sample)
{
    check_ways(SCANNER_GRAY, 8, 16, 4);
}

TEST(matrix, gray_of_16_bits_keeps_the_high_byte)
{
    check_ways(SCANNER_GRAY, 16, 16, 4);
}

TEST(matrix, lineart_is_black_where_the_device_says_one)
{
    check_ways(SCANNER_LINEART, 1, 16, 4);
}

TEST(matrix, colour_of_8_bits_in_one_pass_and_in_three_of_any_order)
{
    check_ways(SCANNER_COLOR, 8, 112, 8);
}

TEST(matrix, colour_of_16_bits_in_one_pass_and_in_three_of_any_order)
{
    check_ways(SCANNER_COLOR, 16, 112, 8);
}

TEST(matrix, colour_of_one_bit_is_refused_with_a_sentence_of_its_own)
{
    for (size_t o = 0; o < COUNT(orders); o++) {
        struct way way = { SCANNER_COLOR, SCANNER_FLATBED, 1, orders[o], "Grid", 0, 0 };
        struct scanner *scanner = open_way(&way);
        struct raw raw;
        CHECK_INT(SCANNER_FORMAT, read_raw(scanner, &raw));
        CHECK_INT(0, raw.len);
        scanner_close(scanner);
    }
    CHECK(strstr(scanner_sentence(SCANNER_FORMAT), "颜色"));
}

/* How the bytes may come, with what content they must come. */
static const struct {
    const char *option;
    double number;
    const char *more;
    double more_number;
    bool watch; /* wait for bytes with select, if the device has it */
} transports[] = {
    { "read-limit", 1, "read-limit-size", 5, false },
    { "read-limit", 1, "read-limit-size", 7, true },
    { "read-limit", 1, "read-limit-size", 4097, false },
    { "read-delay", 1, "read-delay-duration", 2000, false },
    { "read-delay", 1, "read-delay-duration", 2000, true },
    { "non-blocking", 1, NULL, 0, true },
    { "select-fd", 1, NULL, 0, true },
    { "non-blocking", 1, "select-fd", 1, true },
    { "non-blocking", 1, "select-fd", 1, false },
    { "fuzzy-parameters", 1, NULL, 0, false },
};

TEST(matrix, bytes_may_come_in_any_portion_at_any_pace)
{
    static const struct way ways[] = {
        { SCANNER_GRAY, SCANNER_FLATBED, 8, NULL, "Color pattern", false, 0 },
        { SCANNER_GRAY, SCANNER_FLATBED, 16, NULL, "Color pattern", true, 0 },
        { SCANNER_LINEART, SCANNER_FLATBED, 1, NULL, "Grid", false, 0 },
        { SCANNER_COLOR, SCANNER_FLATBED, 8, NULL, "Color pattern", false, 0 },
        { SCANNER_COLOR, SCANNER_FLATBED, 8, "GBR", "Color pattern", false, WASTE_PX },
        { SCANNER_COLOR, SCANNER_FLATBED, 16, "BGR", "Color pattern", false, 0 },
    };
    int never = eventfd(0, EFD_CLOEXEC);
    start();
    for (size_t t = 0; t < (through_net ? 2 : COUNT(transports)); t++)
        for (size_t w = 0; w < (through_net ? 2 : COUNT(ways)); w++) {
            struct scanner *scanner = open_way(&ways[w]);
            plain = false;
            set_number(scanner, transports[t].option, transports[t].number);
            if (transports[t].more)
                set_number(scanner, transports[t].more, transports[t].more_number);
            scanner_watch_cancel(scanner, transports[t].watch ? never : -1);
            check_way(&ways[w], scanner);
            check_way(&ways[w], scanner); /* and the device is ready for the next */
            scanner_close(scanner);
        }
    close(never);
}

/* Each word of the option read-return-value, and the end it has to be. */
static const struct {
    const char *status;
    enum scanner_end end;
} statuses[] = {
    { "Default", SCANNER_IMAGE },
    { "SANE_STATUS_UNSUPPORTED", SCANNER_FORMAT },
    { "SANE_STATUS_CANCELLED", SCANNER_CANCELLED },
    { "SANE_STATUS_DEVICE_BUSY", SCANNER_BUSY },
    { "SANE_STATUS_INVAL", SCANNER_IO },
    { "SANE_STATUS_EOF", SCANNER_IO }, /* no picture ends before it began */
    { "SANE_STATUS_JAMMED", SCANNER_JAM },
    { "SANE_STATUS_NO_DOCS", SCANNER_NO_DOCS },
    { "SANE_STATUS_COVER_OPEN", SCANNER_COVER_OPEN },
    { "SANE_STATUS_IO_ERROR", SCANNER_IO },
    { "SANE_STATUS_NO_MEM", SCANNER_IO },
    { "SANE_STATUS_ACCESS_DENIED", SCANNER_IO },
};

static enum scanner_end read_with_status(struct scanner *scanner, const char *status)
{
    struct raw raw;
    set_text(scanner, "read-return-value", status);
    enum scanner_end end = read_raw(scanner, &raw);
    free(raw.at);
    set_text(scanner, "read-return-value", "Default");
    return end;
}

TEST(matrix, every_status_of_a_read_has_its_end_and_the_next_picture_is_whole)
{
    static const struct way ways[] = {
        { SCANNER_GRAY, SCANNER_FLATBED, 8, NULL, "Grid", true, 0 },
        { SCANNER_GRAY, SCANNER_ADF_FRONT, 16, NULL, "Grid", true, 0 },
        { SCANNER_COLOR, SCANNER_FLATBED, 8, "GRB", "Grid", true, 0 },
        { SCANNER_COLOR, SCANNER_ADF_FRONT, 16, NULL, "Grid", false, 0 },
    };
    start();
    for (size_t w = 0; w < (through_net ? 0 : COUNT(ways)); w++) {
        struct scanner *scanner = open_way(&ways[w]);
        struct port_option option;
        CHECK(port_find(scanner->port, "read-return-value", &option));
        size_t words = 0;
        while (option.words[words])
            words++;
        CHECK_INT(COUNT(statuses), words); /* none is left out here */
        scanner_close(scanner);
        for (size_t i = 0; i < COUNT(statuses); i++) {
            scanner = open_way(&ways[w]);
            enum scanner_end end = read_with_status(scanner, statuses[i].status);
            if (end != statuses[i].end)
                fail_msg("%s gives %s", statuses[i].status, scanner_end_text(end));
            check_way(&ways[w], scanner);
            scanner_close(scanner);
        }
    }
}

TEST(matrix, the_feeder_holds_ten_sheets_again_and_again)
{
    start();
    struct way way = { .mode = SCANNER_COLOR,
                       .source = SCANNER_ADF_FRONT,
                       .depth = 8,
                       .order = through_net ? NULL : "RGB",
                       .picture = "Color pattern" };
    struct scanner *scanner = open_way(&way);
    struct raw raw;
    for (int sheet = 1; sheet <= 22; sheet++)
        if (sheet % 11)
            check_way(&way, scanner);
        else
            CHECK_INT(SCANNER_NO_DOCS, read_raw(scanner, &raw));
    scanner_close(scanner);
}

/* A capture is a JPEG; what it shows is still what was drawn. */
TEST(matrix, a_capture_of_each_kind_shows_the_picture)
{
    static const struct way ways[] = {
        { SCANNER_GRAY, SCANNER_FLATBED, 8, NULL, "Grid", false, 0 },
        { SCANNER_GRAY, SCANNER_FLATBED, 16, NULL, "Grid", true, WASTE_PX },
        { SCANNER_LINEART, SCANNER_FLATBED, 1, NULL, "Grid", true, 0 },
        { SCANNER_COLOR, SCANNER_FLATBED, 8, "BRG", "Grid", true, WASTE_PX },
        { SCANNER_COLOR, SCANNER_ADF_FRONT, 16, NULL, "Grid", false, WASTE_PX },
    };
    for (size_t w = 0; w < COUNT(ways); w++) {
        struct scanner *scanner = open_way(&ways[w]);
        struct scanner_capture capture;
        struct jpeg_raster gray;
        struct fault why;
        char name[160];
        unsigned wrong = 0;
        name_way(&ways[w], name);
        enum scanner_end end = scanner_capture(scanner, &capture, &why);
        for (int tries = 0; end == SCANNER_BUSY && tries < 50; tries++) {
            usleep(20 * 1000);
            end = scanner_capture(scanner, &capture, &why);
        }
        if (end != SCANNER_IMAGE && ways[w].order && through_net) {
            scanner_close(scanner);
            continue;
        }
        CHECK_INT(SCANNER_IMAGE, end);
        CHECK_OK(jpeg_decode_gray((struct bytes){ capture.data, capture.len },
                                  &(struct jpeg_how){ 8, JPEG_STRICT }, &gray, &why));
        for (unsigned y = 0; y < gray.height_px; y++)
            for (unsigned x = 0; x < gray.width_px; x++)
                wrong += (gray.at[y * gray.stride + x] > 127) != (grid_at(x, y) > 127);
        if (wrong || capture.format.height_px != gray.height_px)
            fail_msg("%s: %u of %u x %u pixels are wrong", name, wrong, gray.width_px,
                     gray.height_px);
        jpeg_raster_free(&gray);
        scanner_capture_free(&capture);
        scanner_close(scanner);
    }
}

TEST(zzz, leaves_nothing_behind)
{
    char command[PATH_MAX];
    scanner_exit();
    (void)snprintf(command, sizeof command, "rm -rf '%s'", work);
    CHECK_INT(0, system(command));
}
