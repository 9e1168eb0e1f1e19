/* juanku reader: hear one barcode reader, to set it up and to try it. */
#include "cli/args.h"
#include "cli/cmd.h"
#include "drivers/barcode/barcode.h"
#include "sys/scope.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

struct watch {
    sd_event *loop; /* owned */
    bool json;
    long left; /* codes still wanted; 0: no end */
    long heard;
};

static const char *const verdicts[] = {
    [BARCODE_LABEL] = "label",
    [BARCODE_FOREIGN] = "foreign",
    [BARCODE_TWICE] = "twice",
    [BARCODE_WRONG] = "wrong",
};

static const char *const words[] = {
    [BARCODE_LABEL] = "标签",
    [BARCODE_FOREIGN] = "不是本系统的码",
    [BARCODE_TWICE] = "重复",
    [BARCODE_WRONG] = "校验位不对",
};

SCOPE_RELEASER(json_release_at, json_t *, json_decref)
SCOPE_RELEASER(barcode_free_at, struct barcode *, barcode_free)
SCOPE_RELEASER(loop_release_at, sd_event *, sd_event_unref)

static void help(void)
{
    puts(
        "usage: juanku reader KIND PATH [--baud N] [--count N] [--seconds N] [--json]\n\n"
        "Prints what a barcode reader reads. KIND: keys (plays keyboard; grabbed "
        "meanwhile),\nhidpos, serial, pause (serial, ended by silence). PATH: "
        "/dev/juanku/reader-PORT or any\ndevice. Ends after --count codes or --seconds.");
}

static void on_said(const struct barcode_said *said, void *context)
{
    struct watch *w = context;
    if (w->json) {
        SCOPED(json_release_at)
        json_t *line = json_pack("{s:s, s:s, s:s}", "text", said->text, "aim", said->aim,
                                 "verdict", verdicts[said->verdict]);
        json_dumpf(line, stdout, JSON_COMPACT);
        puts("");
    } else
        printf("%s\t%s\t%s\n", words[said->verdict], said->text, said->aim);
    (void)fflush(stdout);
    w->heard++;
    if (w->left && !--w->left)
        sd_event_exit(w->loop, 0);
}

static void on_changed(const struct barcode *reader, void *context)
{
    (void)context;
    const char *sentence = barcode_sentence(reader);
    (void)fprintf(stderr, "juanku: 扫码枪%s\n", *sentence ? sentence : "已接上。");
}

static int on_time(sd_event_source *source, uint64_t usec, void *context)
{
    (void)source;
    (void)usec;
    return sd_event_exit(((struct watch *)context)->loop, 0);
}

static int listen(struct watch *w, const struct barcode_place *place, long seconds)
{
    struct fault why = { .rc = RC_OK };
    struct barcode_gate gate = { 0 };
    const struct barcode_handlers handlers = { on_said, on_changed, w };
    SCOPED(loop_release_at) sd_event *loop = NULL;
    SCOPED(barcode_free_at) struct barcode *reader = NULL;
    if (sd_event_new(&loop) < 0)
        return EXIT_DEPENDENCY;
    w->loop = loop;
    if (barcode_new(loop, place, &gate, &handlers, &reader, &why))
        return cmd_fail(&why);
    on_changed(reader, w);
    if (seconds &&
        sd_event_add_time_relative(loop, NULL, CLOCK_MONOTONIC,
                                   (uint64_t)seconds * 1000000, 0, on_time, w) < 0)
        return EXIT_DEPENDENCY;
    int r = sd_event_loop(loop);
    struct barcode_counters c = barcode_counters(reader);
    if (w->json)
        printf("{\"labels\":%llu,\"foreign\":%llu,\"twice\":%llu,\"wrong\":%llu,"
               "\"lost\":%llu,\"gone\":%llu}\n",
               (unsigned long long)c.labels, (unsigned long long)c.foreign,
               (unsigned long long)c.twice, (unsigned long long)c.wrong,
               (unsigned long long)c.lost, (unsigned long long)c.gone);
    return r < 0 || !w->heard ? EXIT_AWAY : EXIT_OK;
}

int cmd_reader(int argc, char **argv)
{
    struct watch w = { 0 };
    bool asked = false;
    const char *baud = "0", *count = "0", *seconds = "0";
    const struct arg table[] = { { "baud", &baud, NULL },
                                 { "count", &count, NULL },
                                 { "seconds", &seconds, NULL },
                                 { "json", NULL, &w.json },
                                 { "help", NULL, &asked } };
    struct args args;
    struct fault why = { .rc = RC_OK };
    long speed = 0, until = 0;
    if (!args_read("reader", argc, argv, table, COUNT(table), &args) ||
        !args_number("reader", "baud", baud, 0, 115200, &speed) ||
        !args_number("reader", "count", count, 0, 1000000, &w.left) ||
        !args_number("reader", "seconds", seconds, 0, 86400, &until))
        return EXIT_USAGE;
    if (asked) {
        help();
        return EXIT_OK;
    }
    if (args.count != 2)
        return cmd_usage("reader", "KIND and PATH are expected");
    char setting[BARCODE_PATH_MAX + 64];
    struct barcode_place places[BARCODE_READERS_MAX];
    size_t found = 0;
    snprintf(setting, sizeof setting, "reader:%s:%s:%ld", args.words[0], args.words[1],
             speed);
    if (barcode_places_read(setting, places, &found, &why))
        return cmd_fail(&why);
    return listen(&w, &places[0], until);
}
