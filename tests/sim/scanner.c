/* The scanner driver against two real SANE backends: our paper feeder, and SANE's own
 * `test`, which can do what no feeder of ours does: three passes, 16 bits, hand scanning
 * (a height nobody knows), reads that return anything. */
#include "check.h"
#include "drivers/scanner/scanner_port.h"
#include "drivers/scanner/scanner_state.h"
#include "record/jpeg.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

static char work[] = "/tmp/juanku-scanner-XXXXXX";

static void write_text(const char *name, const char *text)
{
    char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/%s", work, name);
    FILE *f = fopen(path, "w");
    CHECK(f);
    fputs(text, f);
    fclose(f);
}

/* A folder whose pictures are links into the shipped stack. */
static void make_stack(const char *name, const char *table)
{
    char path[PATH_MAX], here[PATH_MAX], to[2 * PATH_MAX];
    CHECK(getcwd(here, sizeof here));
    (void)snprintf(path, sizeof path, "%s/%s", work, name);
    CHECK_INT(0, mkdir(path, 0755));
    for (int i = 1; i <= 22; i++) {
        (void)snprintf(to, sizeof to, "%s/tests/data/stack-1/%03d.jpg", here, i);
        (void)snprintf(path, sizeof path, "%s/%s/%03d.jpg", work, name, i);
        CHECK_INT(0, symlink(to, path));
    }
    (void)snprintf(path, sizeof path, "%s/sheets.tsv", name);
    write_text(path, table);
}

/* Once: two feeders and the test backend, found without any installation. */
static void start(void)
{
    static bool started;
    char program[PATH_MAX], text[2 * PATH_MAX];
    struct fault why = { .rc = RC_OK };
    if (started)
        return;
    started = true;
    ssize_t len = readlink("/proc/self/exe", program, sizeof program - 1);
    CHECK(len > 0);
    program[len] = '\0';
    *strstr(program, "/tests/sim/") = '\0';
    (void)snprintf(text, sizeof text, "%s/sane", program);
    setenv("LD_LIBRARY_PATH", text, 1);
    CHECK(mkdtemp(work));
    setenv("SANE_CONFIG_DIR", work, 1);
    make_stack("small", "sheet\tfront\tback\n1\t001.jpg\t-\n2\t003.jpg\t004.jpg\n"
                        "3\t005.jpg\t-\n");
    write_text("dll.conf", "paper\ntest\n");
    write_text("test.conf", "");
    (void)snprintf(text, sizeof text,
                   "folder small\nname small\nserial F7\nmodel feeder of tests\n"
                   "folder small\nname kept\nstate kept.fed\n");
    write_text("paper.conf", text);
    CHECK_OK(scanner_init("drivers/quirks", &why));
}

static struct scanner *open_small(bool jpeg, const char *faults)
{
    struct scanner *scanner = NULL;
    struct scanner_profile profile = scanner_profile_default(), real;
    struct fault why = { .rc = RC_OK };
    start();
    write_text("small/faults.tsv", faults);
    CHECK_OK(scanner_open("paper:small", &scanner, &why));
    profile.jpeg = jpeg;
    if (!jpeg) {
        profile.dpi = 75;
        profile.mode = SCANNER_GRAY;
    }
    CHECK_OK(scanner_set_profile(scanner, &profile, &real, &why));
    CHECK_INT(jpeg, real.jpeg);
    CHECK_INT(profile.dpi, real.dpi);
    return scanner;
}

/* Feed until something other than an image comes; how many images before it. */
static enum scanner_end feed(struct scanner *scanner, unsigned *ret_images)
{
    for (*ret_images = 0;; ++*ret_images) {
        struct scanner_capture capture = { .len = 0 };
        struct fault why;
        enum scanner_end end = scanner_capture(scanner, &capture, &why);
        if (end != SCANNER_IMAGE)
            return end;
        scanner_capture_free(&capture);
    }
}

TEST(scanner_list, names_the_devices_with_vendor_and_model)
{
    struct scanner_device list[8];
    size_t count = 0;
    start();
    write_text("small/faults.tsv", "");
    CHECK_OK(scanner_list(list, COUNT(list), &count, NULL));
    bool paper = false, test = false;
    for (size_t i = 0; i < count; i++) {
        paper |= !strcmp(list[i].name, "paper:small") &&
                 !strcmp(list[i].model, "feeder of tests");
        test |= !strcmp(list[i].name, "test:0");
    }
    CHECK(paper && test);
}

TEST(scanner_open, says_what_is_wrong)
{
    struct scanner *scanner = NULL, *other = NULL;
    struct fault why = { .rc = RC_OK };
    start();
    write_text("small/faults.tsv", "");
    CHECK_RC(RC_NOT_FOUND, scanner_open("paper:nothing", &scanner, &why));
    CHECK_RC(RC_NOT_FOUND, scanner_open("nobody:0", &scanner, &why));
    CHECK_OK(scanner_open(NULL, &scanner, &why));
    CHECK(scanner_about(scanner)->vendor[0]);
    scanner_close(scanner);
    CHECK_OK(scanner_open("paper:small", &scanner, &why));
    CHECK_TEXT("F7", scanner_about(scanner)->serial);
    CHECK_RC(RC_AGAIN, scanner_open("paper:small", &other, &why));
    scanner_close(scanner);
}

TEST(scanner_capture, keeps_the_devices_own_jpeg_byte_for_byte)
{
    struct scanner *scanner = open_small(true, "");
    struct scanner_capture capture = { .len = 0 };
    struct fault why;
    static char file[1 << 20];
    FILE *f = fopen("tests/data/stack-1/001.jpg", "rb");
    size_t len = fread(file, 1, sizeof file, f);
    fclose(f);
    CHECK_INT(SCANNER_IMAGE, scanner_capture(scanner, &capture, &why));
    CHECK_INT(len, capture.len);
    CHECK_BYTES(file, capture.data, len);
    CHECK_INT(SCANNER_JPEG, capture.format.coding);
    CHECK_INT(3508, capture.format.height_px);
    CHECK_INT(300, capture.format.dpi);
    scanner_capture_free(&capture);
    CHECK_INT(SCANNER_IMAGE,
              scanner_capture(scanner, &capture, &why)); /* the clean back */
    struct jpeg_info info;
    CHECK_OK(jpeg_look((struct bytes){ capture.data, capture.len }, &info, NULL));
    CHECK(info.complete && info.width_px == 2480 && info.x_dpi == 300);
    scanner_capture_free(&capture);
    scanner_close(scanner);
}

TEST(scanner_capture, encodes_lines_where_there_is_no_jpeg)
{
    struct scanner *scanner = open_small(false, "");
    struct scanner_capture capture = { .len = 0 };
    struct fault why;
    struct jpeg_info info;
    CHECK_INT(SCANNER_IMAGE, scanner_capture(scanner, &capture, &why));
    CHECK_OK(jpeg_look((struct bytes){ capture.data, capture.len }, &info, NULL));
    CHECK(info.complete && info.channels == 1 && info.x_dpi == 75);
    CHECK_INT(620, info.width_px);
    CHECK_INT(877, info.height_px);
    scanner_capture_free(&capture);
    scanner_close(scanner);
}

TEST(scanner_capture, ends_a_duplex_stack_with_no_docs)
{
    struct scanner *scanner = open_small(false, "");
    unsigned images;
    CHECK_INT(SCANNER_NO_DOCS, feed(scanner, &images));
    CHECK_INT(6, images);
    struct scanner_sensors sensors;
    CHECK_OK(scanner_sense(scanner, &sensors, NULL));
    CHECK_INT(SCANNER_SENSE_NO, sensors.page_loaded);
    scanner_close(scanner);
}

TEST(scanner_capture, tells_the_kinds_of_trouble_apart)
{
    static const struct {
        const char *faults;
        enum scanner_end end;
        unsigned images;
    } cases[] = {
        { "jam\t2\n", SCANNER_JAM, 2 },
        { "jam\t2\tback\t50\n", SCANNER_JAM, 3 },
        { "double-feed\t2\tfront\t30\n", SCANNER_DOUBLE_FEED, 2 },
        { "cover-open\t1\n", SCANNER_COVER_OPEN, 0 },
        { "no-docs\t3\n", SCANNER_NO_DOCS, 4 },
        { "io-error\t3\tfront\t99\n", SCANNER_IO, 4 },
        { "device-gone\t2\n", SCANNER_GONE, 2 },
        { "device-gone\t2\tback\t50\n", SCANNER_GONE, 3 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct scanner *scanner = open_small(i % 2, "");
        unsigned images;
        write_text("small/faults.tsv", cases[i].faults);
        enum scanner_end end = feed(scanner, &images);
        if (end != cases[i].end || images != cases[i].images)
            fail_msg("%s gives %s after %u", cases[i].faults, scanner_end_text(end),
                     images);
        scanner_close(scanner);
    }
}

TEST(scanner_capture, goes_on_with_the_jammed_sheet_after_the_repair)
{
    struct scanner *scanner = open_small(false, "jam\t2\tback\t50\n");
    unsigned images;
    CHECK_INT(SCANNER_JAM, feed(scanner, &images));
    CHECK_INT(3, images);
    write_text("small/faults.tsv", "");
    CHECK_INT(SCANNER_NO_DOCS, feed(scanner, &images));
    CHECK_INT(4, images); /* both sides of sheets 2 and 3 */
    scanner_close(scanner);
}

static enum rc refuse_bytes(void *context, struct bytes chunk, struct fault *why)
{
    (void)context;
    return chunk.len ? fault_set(why, RC_FULL, 0, "disk full") : RC_OK;
}

TEST(scanner_read, stops_when_the_sink_refuses)
{
    struct scanner *scanner = open_small(false, "");
    struct scanner_sink sink = { NULL, refuse_bytes, NULL };
    struct fault why;
    CHECK_INT(SCANNER_SINK, scanner_read(scanner, &sink, &why));
    CHECK_TEXT("disk full", why.text);
    scanner_close(scanner);
}

TEST(scanner_watch_cancel, stops_between_runs_when_the_descriptor_is_readable)
{
    struct scanner *scanner = open_small(true, "");
    struct scanner_capture capture;
    struct fault why;
    int stop = eventfd(0, EFD_CLOEXEC);
    scanner_watch_cancel(scanner, stop);
    CHECK_INT(SCANNER_IMAGE, scanner_capture(scanner, &capture, &why));
    scanner_capture_free(&capture);
    CHECK_INT(8, write(stop, &(uint64_t){ 1 }, 8));
    CHECK_INT(SCANNER_CANCELLED, scanner_capture(scanner, &capture, &why));
    scanner_close(scanner);
    close(stop);
}

static void *cancel_soon(void *scanner)
{
    usleep(100 * 1000);
    scanner_cancel(scanner);
    return NULL;
}

TEST(scanner_cancel, from_another_thread_ends_even_a_slow_feed)
{
    struct scanner *scanner = open_small(false, "slow-feed\t1\tfront\t0\t20000\n");
    struct scanner_capture capture;
    struct fault why;
    pthread_t thread;
    CHECK_INT(0, pthread_create(&thread, NULL, cancel_soon, scanner));
    CHECK_INT(SCANNER_CANCELLED, scanner_capture(scanner, &capture, &why));
    pthread_join(thread, NULL);
    write_text("small/faults.tsv", "");
    unsigned images;
    CHECK_INT(SCANNER_NO_DOCS, feed(scanner, &images));
    CHECK_INT(6, images); /* it was not fed */
    scanner_close(scanner);
}

TEST(scanner_set_profile, refuses_a_source_the_device_does_not_have)
{
    struct scanner *scanner = NULL;
    struct scanner_profile profile = scanner_profile_default();
    struct fault why = { .rc = RC_OK };
    start();
    CHECK_OK(scanner_open("test:0", &scanner, &why));
    CHECK_RC(RC_REFUSED, scanner_set_profile(scanner, &profile, NULL, &why));
    CHECK(strstr(why.text, "Automatic Document Feeder"));
    scanner_close(scanner);
}

/* The test backend in colour, 60 mm square, with more options of its own set. */
static struct scanner *open_test(enum scanner_source source, enum scanner_mode mode)
{
    struct scanner *scanner = NULL;
    struct fault why = { .rc = RC_OK };
    struct scanner_profile profile = { 100, mode, source, 60000, 60000, 0, true };
    struct port_option option;
    start();
    CHECK_OK(scanner_open("test:0", &scanner, &why));
    CHECK_OK(scanner_set_profile(scanner, &profile, &profile, &why));
    CHECK(!profile.jpeg);
    CHECK(port_find(scanner->port, "test-picture", &option));
    CHECK_INT(PORT_GOOD, port_set_text(scanner->port, &option, "Color pattern"));
    return scanner;
}

static void set_test_bool(struct scanner *scanner, const char *name)
{
    struct port_option option;
    CHECK(port_find(scanner->port, name, &option) && option.active);
    CHECK_INT(PORT_GOOD, port_set_number(scanner->port, &option, 1));
}

/* A picture that the backend draws alike at every depth. */
static void set_test_grid(struct scanner *scanner)
{
    struct port_option option;
    CHECK(port_find(scanner->port, "test-picture", &option));
    CHECK_INT(PORT_GOOD, port_set_text(scanner->port, &option, "Grid"));
}

static void set_test_depth(struct scanner *scanner, double depth)
{
    struct port_option option;
    CHECK(port_find(scanner->port, "depth", &option));
    CHECK_INT(PORT_GOOD, port_set_number(scanner->port, &option, depth));
}

/* One picture into memory as bare samples. */
struct raw {
    uint8_t *at;
    size_t len;
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
    raw->at = realloc(raw->at, raw->len + chunk.len);
    memcpy(raw->at + raw->len, chunk.at, chunk.len);
    raw->len += chunk.len;
    return RC_OK;
}

static struct raw read_raw(struct scanner *scanner)
{
    struct raw raw = { .len = 0 };
    struct fault why;
    CHECK_INT(SCANNER_IMAGE,
              scanner_read(scanner, &(struct scanner_sink){ raw_begin, raw_bytes, &raw },
                           &why));
    return raw;
}

TEST(scanner_read, makes_one_picture_of_three_passes)
{
    struct scanner *scanner = open_test(SCANNER_FLATBED, SCANNER_COLOR);
    struct raw one = read_raw(scanner);
    set_test_bool(scanner, "three-pass");
    struct raw three = read_raw(scanner);
    CHECK_INT(3, three.format.channels);
    CHECK_INT(one.format.stride, three.format.stride);
    CHECK_INT(one.len, three.len);
    CHECK_BYTES(one.at, three.at, one.len);
    free(one.at);
    free(three.at);
    scanner_close(scanner);
}

TEST(scanner_read, makes_eight_bits_of_sixteen)
{
    struct scanner *scanner = open_test(SCANNER_FLATBED, SCANNER_COLOR);
    set_test_grid(scanner);
    struct raw narrow = read_raw(scanner);
    set_test_depth(scanner, 16);
    struct raw wide = read_raw(scanner);
    CHECK_INT(8, wide.format.depth);
    CHECK_INT(narrow.format.stride, wide.format.stride);
    CHECK_INT(narrow.len, wide.len);
    unsigned differ = 0;
    for (size_t i = 0; i < wide.len; i++)
        differ += abs(wide.at[i] - narrow.at[i]) > 2;
    CHECK_INT(0, differ);
    free(narrow.at);
    free(wide.at);
    scanner_close(scanner);
}

TEST(scanner_read, takes_a_picture_whose_height_nobody_knows)
{
    struct scanner *scanner = open_test(SCANNER_FLATBED, SCANNER_GRAY);
    set_test_bool(scanner, "hand-scanner");
    struct raw raw = read_raw(scanner);
    CHECK_INT(0, raw.format.height_px);
    CHECK(raw.len && raw.len % raw.format.stride == 0);
    free(raw.at);
    struct scanner_capture capture;
    struct fault why;
    CHECK_INT(SCANNER_IMAGE, scanner_capture(scanner, &capture, &why));
    CHECK_INT(raw.len / raw.format.stride, capture.format.height_px);
    scanner_capture_free(&capture);
    scanner_close(scanner);
}

TEST(scanner_read, leaves_one_bit_lines_packed_and_capture_makes_them_gray)
{
    struct scanner *scanner = open_test(SCANNER_FLATBED, SCANNER_LINEART);
    struct raw raw = read_raw(scanner);
    CHECK_INT(1, raw.format.depth);
    CHECK_INT((raw.format.width_px + 7) / 8, raw.format.stride);
    free(raw.at);
    struct scanner_capture capture;
    struct jpeg_info info;
    struct fault why;
    CHECK_INT(SCANNER_IMAGE, scanner_capture(scanner, &capture, &why));
    CHECK_OK(jpeg_look((struct bytes){ capture.data, capture.len }, &info, NULL));
    CHECK(info.channels == 1 && info.width_px == raw.format.width_px);
    scanner_capture_free(&capture);
    scanner_close(scanner);
}

TEST(scanner_read, believes_no_end_that_comes_too_early)
{
    static const struct {
        const char *status;
        enum scanner_end end;
    } cases[] = {
        { "SANE_STATUS_EOF", SCANNER_IO },
        { "SANE_STATUS_JAMMED", SCANNER_JAM },
        { "SANE_STATUS_NO_DOCS", SCANNER_NO_DOCS },
        { "SANE_STATUS_INVAL", SCANNER_IO },
        { "SANE_STATUS_COVER_OPEN", SCANNER_COVER_OPEN },
        { "SANE_STATUS_IO_ERROR", SCANNER_IO },
        { "SANE_STATUS_NO_MEM", SCANNER_IO },
        { "SANE_STATUS_DEVICE_BUSY", SCANNER_BUSY },
        { "SANE_STATUS_ACCESS_DENIED", SCANNER_IO },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct scanner *scanner = open_test(SCANNER_FLATBED, SCANNER_GRAY);
        struct port_option option;
        struct scanner_capture capture;
        struct fault why;
        CHECK(port_find(scanner->port, "read-return-value", &option));
        CHECK_INT(PORT_GOOD, port_set_text(scanner->port, &option, cases[i].status));
        CHECK_INT(cases[i].end, scanner_capture(scanner, &capture, &why));
        CHECK(why.text[0]);
        /* this backend keeps its options over a close */
        CHECK_INT(PORT_GOOD, port_set_text(scanner->port, &option, "Default"));
        scanner_close(scanner);
    }
}

TEST(scanner_read, uses_the_feeder_of_the_test_backend_until_its_ten_sheets_are_out)
{
    struct scanner *scanner = open_test(SCANNER_ADF_FRONT, SCANNER_GRAY);
    unsigned images;
    CHECK_INT(SCANNER_NO_DOCS, feed(scanner, &images));
    CHECK_INT(10, images);
    scanner_close(scanner);
}

TEST(scanner_read, works_with_select_and_reads_that_do_not_block)
{
    struct scanner *scanner = open_test(SCANNER_FLATBED, SCANNER_COLOR);
    struct raw plain = read_raw(scanner);
    int never = eventfd(0, EFD_CLOEXEC);
    set_test_bool(scanner, "non-blocking");
    set_test_bool(scanner, "select-fd");
    scanner_watch_cancel(scanner, never);
    struct raw raw = read_raw(scanner);
    CHECK_INT(plain.len, raw.len);
    CHECK_BYTES(plain.at, raw.at, raw.len);
    free(plain.at);
    free(raw.at);
    scanner_close(scanner);
    close(never);
}

TEST(zzz, leaves_nothing_behind)
{
    char command[PATH_MAX];
    scanner_exit();
    (void)snprintf(command, sizeof command, "rm -rf '%s'", work);
    CHECK_INT(0, system(command));
}
