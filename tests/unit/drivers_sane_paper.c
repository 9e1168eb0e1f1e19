/* The paper feeder from inside: its tables, its place in the stack, its pictures, its
 * pipe. What front ends see is in tests/sim. */
#include "check.h"
#include "drivers/sane-paper/feeder.h"
#include "drivers/sane-paper/pace.h"
#include "drivers/sane-paper/picture.h"
#include "drivers/sane-paper/stream.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

static struct bytes text_of(const char *text)
{
    return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

static char folder[64];

static void write_file(const char *name, const char *text)
{
    char path[160];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    CHECK(f);
    fputs(text, f);
    fclose(f);
}

static void make_folder(void)
{
    strcpy(folder, "/tmp/juanku-paper-XXXXXX");
    CHECK(mkdtemp(folder));
}

static void remove_folder(void)
{
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    CHECK_INT(0, system(command));
}

TEST(stack_parse, reads_both_sides_and_clean_ones)
{
    struct stack stack;
    CHECK_OK(stack_parse(text_of("sheet\tfront\tback\n1\ta.jpg\t-\r\n2\t-\tb.jpg\n\n"),
                         &stack, NULL));
    CHECK_INT(2, stack.count);
    CHECK_TEXT("a.jpg", stack.sheets[0].side[SIDE_FRONT]);
    CHECK_TEXT("", stack.sheets[0].side[SIDE_BACK]);
    CHECK_TEXT("b.jpg", stack.sheets[1].side[SIDE_BACK]);
    stack_free(&stack);
}

TEST(stack_parse, refuses_wrong_tables_and_names_the_line)
{
    static const char *const wrong[] = {
        "1\ta.jpg\t-\n",
        "sheet\tfront\tback\n2\ta.jpg\t-\n",
        "sheet\tfront\tback\n1\t../a.jpg\t-\n",
        "sheet\tfront\tback\n1\t.a.jpg\t-\n",
        "sheet\tfront\tback\n1\ta.jpg\n",
        "sheet\tfront\tback\n1\ta\tb\tc\td\te\tf\n",
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct stack stack;
        struct fault why = { .rc = RC_OK };
        CHECK_RC(RC_INVALID, stack_parse(text_of(wrong[i]), &stack, &why));
        CHECK(strstr(why.text, "line"));
    }
}

TEST(stack_parse, takes_as_many_sheets_as_it_says_and_no_more)
{
    size_t room = 64 + (STACK_SHEETS_MAX + 1) * 16, at = 0;
    char *text = malloc(room);
    at += (size_t)sprintf(text, "sheet\tfront\tback\n");
    for (int i = 1; i <= STACK_SHEETS_MAX; i++)
        at += (size_t)sprintf(text + at, "%d\ta.jpg\t-\n", i);
    struct stack stack;
    CHECK_OK(stack_parse((struct bytes){ (uint8_t *)text, at }, &stack, NULL));
    CHECK_INT(STACK_SHEETS_MAX, stack.count);
    stack_free(&stack);
    at += (size_t)sprintf(text + at, "%d\ta.jpg\t-\n", STACK_SHEETS_MAX + 1);
    CHECK_RC(RC_INVALID,
             stack_parse((struct bytes){ (uint8_t *)text, at }, &stack, NULL));
    free(text);
}

TEST(stack_read, takes_pictures_in_name_order_without_a_table)
{
    struct stack stack;
    make_folder();
    write_file("b.JPG", "");
    write_file("a.jpeg", "");
    write_file("notes.txt", "");
    int dir = open(folder, O_RDONLY | O_DIRECTORY);
    CHECK_OK(stack_read(dir, &stack, NULL));
    CHECK_INT(2, stack.count);
    CHECK_TEXT("a.jpeg", stack.sheets[0].side[SIDE_FRONT]);
    CHECK_TEXT("b.JPG", stack.sheets[1].side[SIDE_FRONT]);
    stack_free(&stack);
    close(dir);
    remove_folder();
}

TEST(trouble_parse, fills_in_what_is_left_out)
{
    struct trouble troubles[TROUBLES_MAX];
    size_t count;
    CHECK_OK(trouble_parse(text_of("fault\tsheet\tside\tpercent\tms\n# none\njam\t9\n"
                                   "slow-feed\t2\tback\t5\t70\n"),
                           troubles, &count, NULL));
    CHECK_INT(2, count);
    CHECK_INT(TROUBLE_JAM, troubles[0].kind);
    CHECK_INT(9, troubles[0].sheet);
    CHECK_INT(SIDE_FRONT, troubles[0].side);
    CHECK_INT(TROUBLE_SLOW_MS, troubles[0].ms);
    CHECK_INT(SIDE_BACK, troubles[1].side);
    CHECK_INT(70, troubles[1].ms);
    CHECK_RC(RC_INVALID, trouble_parse(text_of("fire\t9\n"), troubles, &count, NULL));
    CHECK_RC(RC_INVALID, trouble_parse(text_of("jam\tx\n"), troubles, &count, NULL));
    CHECK_RC(RC_INVALID,
             trouble_parse(text_of("jam\t1\tfront\t101\n"), troubles, &count, NULL));
}

TEST(feeder_conf_parse, begins_a_feeder_with_each_folder)
{
    struct feeder_conf *confs = calloc(FEEDER_CONF_MAX, sizeof *confs);
    size_t count;
    CHECK_OK(feeder_conf_parse(text_of("# two\nfolder /a\nname one\nmodel  a b c \n"
                                       "folder b\nstate b.fed\nfeed-ms 300\n"
                                       "pace-ms 600\ndiary d\n"),
                               "/base", confs, &count, NULL));
    CHECK_INT(2, count);
    CHECK_TEXT("one", confs[0].name);
    CHECK_TEXT("a b c", confs[0].model);
    CHECK_TEXT("/base/b", confs[1].folder);
    CHECK_TEXT("/base/b", confs[1].name);
    CHECK_TEXT("/base/b.fed", confs[1].state);
    CHECK_TEXT("/base/d", confs[1].diary);
    CHECK_INT(300, confs[1].feed_ms);
    CHECK_INT(600, confs[1].pace_ms);
    static const char *const wrong[] = { "name x\n", "folder\n", "folder /a\nspeed 3\n",
                                         "folder /a\nfeed-ms 60001\n",
                                         "folder /a\nfeed-ms fast\n" };
    for (size_t i = 0; i < COUNT(wrong); i++)
        CHECK_RC(RC_INVALID,
                 feeder_conf_parse(text_of(wrong[i]), "/", confs, &count, NULL));
    free(confs);
}

TEST(pace, runs_on_by_itself_and_stands_only_when_two_sheets_wait)
{
    struct pace pace = { 0 };
    CHECK_INT(1600, pace_next(&pace, 600, 1000)); /* from a standstill */
    CHECK_INT(2200, pace_next(&pace, 600, 1700)); /* 100 ms late: it went on meanwhile */
    CHECK_INT(0, pace.held_ms);
    CHECK_INT(3700, pace_next(&pace, 600, 3700)); /* very late: it is in long ago, */
    CHECK_INT(0, pace.held_ms);                   /* and the next one had no room */
    CHECK_INT(4300, pace_next(&pace, 600, 3710));
    CHECK_INT(900, pace.held_ms);
}

static struct feeder *open_feeder(bool with_state)
{
    struct feeder_conf conf;
    struct feeder *feeder;
    struct fault why = { .rc = RC_OK };
    CHECK_OK(feeder_conf_default(folder, &conf));
    if (with_state)
        (void)snprintf(conf.state, sizeof conf.state, "%s/fed", folder);
    CHECK_OK(feeder_new(&conf, &feeder));
    CHECK_OK(feeder_open(feeder, &why));
    return feeder;
}

static unsigned feed_one(struct feeder *feeder)
{
    struct fed_sheet sheet;
    if (feeder_peek(feeder, &sheet, NULL))
        return 0;
    CHECK_OK(feeder_feed(feeder, &sheet, NULL));
    return sheet.number;
}

static const char three[] = "sheet\tfront\tback\n1\ta\t-\n2\tb\t-\n3\tc\t-\n";

TEST(feeder, keeps_its_place_for_the_next_process_when_told_where)
{
    make_folder();
    write_file("sheets.tsv", three);
    struct feeder *feeder = open_feeder(true);
    CHECK_INT(1, feed_one(feeder));
    CHECK_INT(2, feed_one(feeder));
    feeder_free(feeder);
    feeder = open_feeder(true);
    CHECK_INT(3, feed_one(feeder));
    CHECK_INT(0, feed_one(feeder));
    write_file("fed", "fed 1\n"); /* an operator lays sheet 2 on top again */
    CHECK_INT(2, feed_one(feeder));
    write_file("fed", "fed 2 0000000000000001\n"); /* of another stack */
    CHECK_INT(1, feed_one(feeder));
    feeder_free(feeder);
    feeder = open_feeder(false);
    CHECK_INT(1, feed_one(feeder));
    feeder_free(feeder);
    remove_folder();
}

TEST(feeder, takes_a_sheet_back_on_top_after_trouble)
{
    static const struct trouble none = { .kind = TROUBLE_NONE };
    struct feeder_sensors sensors;
    make_folder();
    write_file("sheets.tsv", three);
    struct feeder *feeder = open_feeder(true);
    CHECK_INT(1, feed_one(feeder));
    CHECK_INT(2, feed_one(feeder));
    CHECK_OK(feeder_put_back(feeder, 2, TROUBLE_DOUBLE_FEED, NULL));
    CHECK_OK(feeder_sense(feeder, &none, &sensors, NULL));
    CHECK(sensors.double_feed && sensors.page_loaded && !sensors.cover_open);
    CHECK_INT(2, feed_one(feeder));
    CHECK_OK(feeder_sense(feeder, &none, &sensors, NULL));
    CHECK(!sensors.double_feed);
    feeder_free(feeder);
    remove_folder();
}

TEST(feeder, is_used_by_one_at_a_time)
{
    make_folder();
    write_file("sheets.tsv", three);
    struct feeder *feeder = open_feeder(true), *other;
    CHECK_RC(RC_AGAIN, feeder_open(feeder, NULL));
    CHECK_OK(feeder_new(feeder_conf(feeder), &other));
    CHECK_RC(RC_AGAIN, feeder_open(other, NULL));
    feeder_close(feeder);
    CHECK_OK(feeder_open(other, NULL));
    feeder_free(other);
    feeder_free(feeder);
    remove_folder();
}

TEST(feeder, is_gone_once_the_sheet_is_reached_and_back_after_repair)
{
    make_folder();
    write_file("sheets.tsv", three);
    write_file("faults.tsv", "device-gone\t2\n");
    struct feeder *feeder = open_feeder(true);
    CHECK(!feeder_is_gone(feeder));
    CHECK_INT(1, feed_one(feeder));
    CHECK(feeder_is_gone(feeder));
    feeder_close(feeder);
    CHECK_RC(RC_NOT_FOUND, feeder_open(feeder, NULL));
    write_file("faults.tsv", "");
    CHECK_OK(feeder_open(feeder, NULL));
    feeder_free(feeder);
    remove_folder();
}

/* A view gathered in memory. */
struct shot {
    uint8_t *at;
    size_t len;
};

static bool keep_line(void *context, struct bytes line)
{
    struct shot *shot = context;
    memcpy(shot->at + shot->len, line.at, line.len);
    shot->len += line.len;
    return true;
}

static struct shot render(const struct picture *picture, const struct picture_view *view)
{
    struct shot shot = { malloc(picture_stride(view) * view->height_px), 0 };
    CHECK_OK(picture_render(picture, view, keep_line, &shot, NULL));
    CHECK_INT(picture_stride(view) * view->height_px, shot.len);
    return shot;
}

static struct picture open_page(void)
{
    struct picture picture;
    int dir = open("tests/data/stack-1", O_RDONLY | O_DIRECTORY);
    CHECK_OK(picture_open(dir, "005.jpg", &picture, NULL));
    close(dir);
    return picture;
}

TEST(picture_render, copies_at_the_pictures_own_resolution)
{
    struct picture page = open_page();
    struct picture_view view = { PICTURE_GRAY, 8, 128, 300, 0, 0, 2480, 3508 };
    struct jpeg_how how = { 8, JPEG_STRICT };
    struct jpeg_raster truth;
    CHECK_OK(jpeg_decode_gray((struct bytes){ (uint8_t *)page.file, page.len }, &how,
                              &truth, NULL));
    struct shot shot = render(&page, &view);
    CHECK_BYTES(truth.at, shot.at, shot.len);
    CHECK(picture_is_view(
        &page, &(struct picture_view){ PICTURE_COLOR, 8, 0, 300, 0, 0, 2480, 3508 }));
    CHECK(!picture_is_view(&page, &view)); /* the file is in colour */
    free(shot.at);
    view.left_um = 25400;
    view.top_um = 50800;
    view.width_px = 40;
    view.height_px = 1;
    shot = render(&page, &view);
    CHECK_BYTES(truth.at + 600 * truth.stride + 300, shot.at, 40);
    free(shot.at);
    jpeg_raster_free(&truth);
    picture_free(&page);
}

TEST(picture_render, keeps_the_mean_at_other_resolutions_and_shows_the_backing)
{
    struct picture page = open_page();
    static const uint32_t dpis[] = { 75, 100, 200, 400 };
    double first = 0;
    for (size_t i = 0; i < COUNT(dpis); i++) {
        uint32_t inch = dpis[i];
        struct picture_view view = {
            PICTURE_GRAY, 8, 128, inch, 0, 0, 8 * inch, 11 * inch
        };
        struct shot shot = render(&page, &view);
        double sum = 0;
        for (size_t at = 0; at < shot.len; at++)
            sum += shot.at[at];
        sum /= (double)shot.len;
        first = i ? first : sum;
        CHECK(sum - first < 0.5 && first - sum < 0.5);
        free(shot.at);
    }
    struct picture_view beside = { PICTURE_GRAY, 8, 128, 75, 250000, 0, 30, 2 };
    struct shot shot = render(&page, &beside);
    for (size_t at = 0; at < shot.len; at++)
        CHECK_INT(0xB4, shot.at[at]);
    free(shot.at);
    picture_free(&page);
}

TEST(picture_render, draws_clean_paper_the_same_each_time_but_not_flat)
{
    struct picture a = picture_clean(300, 200, 100, 7),
                   b = picture_clean(300, 200, 100, 8);
    struct picture_view view = { PICTURE_COLOR, 8, 128, 100, 0, 0, 300, 200 };
    struct shot one = render(&a, &view), two = render(&a, &view),
                other = render(&b, &view);
    CHECK_BYTES(one.at, two.at, one.len);
    CHECK(memcmp(one.at, other.at, one.len));
    unsigned least = 255, most = 0;
    for (size_t i = 0; i < one.len; i += 3) {
        least = one.at[i] < least ? one.at[i] : least;
        most = one.at[i] > most ? one.at[i] : most;
    }
    CHECK(least >= 235 && most <= 253 && most - least >= 4);
    free(one.at);
    free(two.at);
    free(other.at);
}

TEST(picture_render, gives_black_ones_in_lineart_and_wide_samples)
{
    struct picture clean = picture_clean(20, 4, 75, 1);
    struct picture_view view = { PICTURE_LINEART, 1, 128, 75, 0, 0, 20, 4 };
    struct shot shot = render(&clean, &view);
    CHECK_INT(3 * 4, shot.len);
    CHECK_INT(0, shot.at[0]);
    free(shot.at);
    view.threshold = 255;
    shot = render(&clean, &view);
    CHECK(shot.at[0] == 0xFF && shot.at[2] == 0xF0);
    free(shot.at);
    view = (struct picture_view){ PICTURE_GRAY, 16, 128, 75, 0, 0, 20, 4 };
    shot = render(&clean, &view);
    CHECK(shot.len == 2 * 20 * 4 && shot.at[0] == shot.at[1]);
    free(shot.at);
}

enum { FLOOD = 3 * 1000 * 1000, ANSWER = 42 };

static int flood(struct stream *stream, void *context)
{
    (void)context;
    for (unsigned i = 0; i < FLOOD / 100; i++) {
        uint8_t run[100];
        memset(run, (int)i, sizeof run);
        if (!stream_put(stream, (struct bytes){ run, sizeof run }))
            return 1;
    }
    return ANSWER;
}

static void start_flood(struct stream *stream)
{
    CHECK_OK(stream_open(stream));
    stream_reset(stream);
    CHECK_OK(stream_start(stream, flood, NULL));
}

TEST(stream, delivers_every_byte_in_order_at_any_read_size)
{
    static const size_t sizes[] = { 7, 4096, 100001, FLOOD };
    uint8_t *room = malloc(FLOOD);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct stream stream;
        size_t got = 0, len;
        int end = 0;
        start_flood(&stream);
        while (stream_read(&stream, room, sizes[i], &len, &end) == STREAM_BYTES)
            for (size_t k = 0; k < len; k++, got++)
                CHECK(room[k] == (uint8_t)(got / 100));
        CHECK_INT(FLOOD, got);
        CHECK_INT(ANSWER, end);
        stream_close(&stream);
    }
    free(room);
}

TEST(stream, wakes_its_descriptor_for_bytes_and_for_the_end)
{
    struct stream stream;
    size_t got = 0, len;
    int end = 0;
    uint8_t room[65536];
    start_flood(&stream);
    stream.waits = false;
    for (;;) {
        struct pollfd out = { .fd = stream.out, .events = POLLIN };
        CHECK_INT(1, poll(&out, 1, 5000));
        enum stream_got what = stream_read(&stream, room, sizeof room, &len, &end);
        CHECK(what == STREAM_BYTES || what == STREAM_END); /* never woken for nothing */
        if (what == STREAM_END)
            break;
        got += len;
    }
    CHECK_INT(FLOOD, got);
    stream_close(&stream);
}

TEST(stream, can_be_cancelled_at_any_moment_and_used_again)
{
    struct stream stream;
    uint8_t room[1000];
    size_t len;
    int end = 0;
    CHECK_OK(stream_open(&stream));
    for (unsigned reads = 0; reads < 40; reads++) {
        stream_reset(&stream);
        CHECK_OK(stream_start(&stream, flood, NULL));
        for (unsigned i = 0; i < reads; i++)
            CHECK(stream_read(&stream, room, sizeof room, &len, &end) == STREAM_BYTES);
        stream_cancel(&stream);
        CHECK(stream_read(&stream, room, sizeof room, &len, &end) == STREAM_CANCELLED);
    }
    stream_cancel(&stream);
    CHECK(!stream_sleep(&stream, 60000)); /* returns at once */
    stream_close(&stream);
}
