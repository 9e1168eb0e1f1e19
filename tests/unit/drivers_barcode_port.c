/* A reader on a real line: a pseudo terminal behind a link, as udev would make it, on a
 * real event loop. Pulled out and plugged in again while it speaks. */
#include "check.h"

#include "drivers/barcode/barcode.h"
#include "sys/clock.h"

#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct desk {
    sd_event *loop;
    struct barcode_gate gate;
    struct barcode_handlers handlers;
    struct barcode *reader;
    int line; /* the reader's end */
    char folder[64], link[80], heard[1024];
};

static void on_said(const struct barcode_said *said, void *context)
{
    struct desk *d = context;
    static const char sign[] = { [BARCODE_LABEL] = '+',
                                 [BARCODE_FOREIGN] = '?',
                                 [BARCODE_WRONG] = '!',
                                 [BARCODE_TWICE] = '=' };
    size_t len = strlen(d->heard);
    snprintf(d->heard + len, sizeof d->heard - len, "%c%s ", sign[said->verdict],
             said->text);
}

static void plug_in(struct desk *d)
{
    int other;
    char name[64];
    CHECK(openpty(&d->line, &other, name, NULL, NULL) == 0);
    close(other);
    unlink(d->link);
    CHECK(symlink(name, d->link) == 0);
}

static void pull_out(struct desk *d)
{
    unlink(d->link);
    close(d->line);
    d->line = -1;
}

static struct desk *open_desk(enum barcode_kind kind, bool plugged)
{
    struct desk *d = calloc(1, sizeof *d);
    struct barcode_place place = { .name = "左手枪", .kind = kind };
    strcpy(d->folder, "/tmp/juanku-reader-XXXXXX");
    CHECK(mkdtemp(d->folder));
    snprintf(d->link, sizeof d->link, "%s/reader", d->folder);
    snprintf(place.path, sizeof place.path, "%s", d->link);
    d->line = -1;
    if (plugged)
        plug_in(d);
    CHECK(sd_event_new(&d->loop) >= 0);
    d->handlers = (struct barcode_handlers){ on_said, NULL, d };
    CHECK_OK(barcode_new(d->loop, &place, &d->gate, &d->handlers, &d->reader, NULL));
    return d;
}

static void close_desk(struct desk *d)
{
    barcode_free(d->reader);
    sd_event_unref(d->loop);
    if (d->line >= 0)
        close(d->line);
    unlink(d->link);
    rmdir(d->folder);
    free(d);
}

static void say(struct desk *d, const char *bytes)
{
    CHECK_INT((ssize_t)strlen(bytes), write(d->line, bytes, strlen(bytes)));
}

/* Turn the loop until `done`, five seconds at most. */
static void wait_until(struct desk *d, bool (*done)(struct desk *))
{
    int64_t until = clock_mono_ms() + 5000;
    while (!done(d) && clock_mono_ms() < until)
        CHECK(sd_event_run(d->loop, 10000) >= 0);
    CHECK(done(d));
}

static bool is_there(struct desk *d)
{
    return barcode_there(d->reader);
}

static bool is_gone(struct desk *d)
{
    return !barcode_there(d->reader);
}

static bool heard_two(struct desk *d)
{
    char *first = strchr(d->heard, ' ');
    return first && strchr(first + 1, ' ');
}

static bool heard_one(struct desk *d)
{
    return strchr(d->heard, ' ');
}

static bool lost_one(struct desk *d)
{
    return barcode_counters(d->reader).lost == 1;
}

TEST(barcode, hears_a_serial_reader_and_tells_right_from_wrong)
{
    struct desk *d = open_desk(BARCODE_SERIAL, true);
    CHECK(barcode_there(d->reader));
    say(d, "T10671\r\nT10671\r\nT10672\r\n");
    wait_until(d, heard_two);
    CHECK_TEXT("+T10671 !T10672 ", d->heard);
    CHECK_INT(1, barcode_counters(d->reader).twice);
    close_desk(d);
}

TEST(barcode, ends_a_code_at_silence_for_a_reader_without_an_end)
{
    struct desk *d = open_desk(BARCODE_PAUSE, true);
    say(d, "T106");
    CHECK(sd_event_run(d->loop, 20000) >= 0);
    say(d, "71");
    wait_until(d, heard_one);
    CHECK_TEXT("+T10671 ", d->heard);
    close_desk(d);
}

TEST(barcode, drops_a_code_that_stops_in_the_middle)
{
    struct desk *d = open_desk(BARCODE_SERIAL, true);
    say(d, "V4403992026");
    wait_until(d, lost_one);
    say(d, "T10671\r");
    wait_until(d, heard_one);
    CHECK_TEXT("+T10671 ", d->heard);
    close_desk(d);
}

TEST(barcode, finds_a_reader_again_that_was_pulled_out_while_it_spoke)
{
    struct desk *d = open_desk(BARCODE_SERIAL, true);
    say(d, "T10");
    CHECK(sd_event_run(d->loop, 20000) >= 0);
    pull_out(d);
    wait_until(d, is_gone);
    CHECK(strstr(barcode_sentence(d->reader), "断开"));
    plug_in(d);
    wait_until(d, is_there);
    CHECK_TEXT("", barcode_sentence(d->reader));
    say(d, "671\rT10671\r"); /* the second half of the torn code is none of ours */
    wait_until(d, heard_two);
    CHECK_TEXT("?671 +T10671 ", d->heard);
    CHECK_INT(1, barcode_counters(d->reader).gone);
    CHECK_INT(1, barcode_counters(d->reader).lost);
    close_desk(d);
}

TEST(barcode, waits_for_a_reader_that_is_not_plugged_in_yet)
{
    struct desk *d = open_desk(BARCODE_SERIAL, false);
    CHECK(!barcode_there(d->reader));
    CHECK(strstr(barcode_sentence(d->reader), "没有插上"));
    plug_in(d);
    wait_until(d, is_there);
    say(d, "T10671\r");
    wait_until(d, heard_one);
    close_desk(d);
}

TEST(barcode, holds_a_serial_line_for_itself)
{
    struct desk *d = open_desk(BARCODE_SERIAL, true);
    int exclusive = 0, fd = open(d->link, O_RDWR | O_NOCTTY); /* only root still may */
    CHECK(fd >= 0 ? ioctl(fd, TIOCGEXCL, &exclusive) == 0 && exclusive : geteuid() != 0);
    close(fd);
    close_desk(d);
}

TEST(barcode, says_when_a_path_is_no_reader)
{
    struct desk *d = open_desk(BARCODE_KEYS, true);
    CHECK(!barcode_there(d->reader));
    CHECK(strstr(barcode_sentence(d->reader), "不是键盘方式的扫码枪"));
    close_desk(d);
    d = open_desk(BARCODE_HIDPOS, true);
    CHECK(strstr(barcode_sentence(d->reader), "HID-POS"));
    close_desk(d);
}
