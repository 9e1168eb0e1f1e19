/* juanku scan: a stack through the feeder into one PDF/A, without any daemon. Each
 * picture lies in a folder of its own before the next sheet is asked for; when the feeder
 * is empty they go through the same converter as `juanku convert`. If something goes
 * wrong in the middle, the pictures stay and the message says where. */
#include "cli/args.h"
#include "cli/cmd.h"
#include "drivers/scanner/scanner.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { PICTURES_MAX = 10000, PICTURE_NAME_MAX = 16, BUSY_TRIES = 60, EXTRA_ARGS = 8 };

struct wanted {
    const char *device, *dpi, *mode, *out, *lang, *jobs;
    bool duplex, flatbed, no_ocr, help;
};

/* Where the pictures of this run lie. */
struct pile {
    char folder[PATH_MAX];
    int dir;
    unsigned count;
};

static struct scanner *running; /* for the signal handler only */

static void on_signal(int number)
{
    (void)number;
    if (running)
        scanner_cancel(running);
}

static void help(void)
{
    puts("usage: juanku scan [--device D] [--duplex | --flatbed] [--dpi N]\n"
         "                   [--mode Lineart|Gray|Color] [--lang L | --no-ocr] [--jobs "
         "N]\n"
         "                   -o OUT.pdf\n\n"
         "Feeds until the feeder is empty. Without --device the first scanner found.\n"
         "juanku devices lists their names.");
}

static enum rc pile_open(struct pile *pile, struct fault *why)
{
    const char *tmp = getenv("TMPDIR");
    int len = snprintf(pile->folder, sizeof pile->folder, "%s/juanku-scan-XXXXXX",
                       tmp && *tmp ? tmp : "/tmp");
    if (len < 0 || (size_t)len >= sizeof pile->folder || !mkdtemp(pile->folder))
        return fault_set(why, RC_FULL, 0, "没有地方存放扫描的图片，请检查临时文件夹");
    return file_open_folder(pile->folder, &pile->dir, why);
}

static void picture_name(unsigned index, char ret_name[PICTURE_NAME_MAX])
{
    (void)snprintf(ret_name, PICTURE_NAME_MAX, "%05u.jpg", index % 100000);
}

static void pile_remove(struct pile *pile)
{
    char name[PICTURE_NAME_MAX];
    for (unsigned i = 1; i <= pile->count; i++) {
        picture_name(i, name);
        (void)unlinkat(pile->dir, name, 0);
    }
    (void)rmdir(pile->folder);
}

static void pile_close(struct pile *pile)
{
    if (pile->dir >= 0)
        close(pile->dir);
}

static enum rc keep(struct pile *pile, const struct scanner_capture *capture,
                    struct fault *why)
{
    char name[PICTURE_NAME_MAX];
    if (pile->count == PICTURES_MAX)
        return fault_set(why, RC_FULL, 0, "一次最多扫描 %d 面，请分批扫描", PICTURES_MAX);
    picture_name(pile->count + 1, name);
    enum rc rc =
        file_create(pile->dir, name, (struct bytes){ capture->data, capture->len }, why);
    if (!rc)
        pile->count++;
    return rc;
}

/* One picture; a device that warms up is asked again for a minute. */
static enum scanner_end capture(struct scanner *scanner,
                                struct scanner_capture *ret_capture, struct fault *why)
{
    enum scanner_end end = SCANNER_BUSY;
    for (int i = 0; end == SCANNER_BUSY && i < BUSY_TRIES; i++) {
        if (i)
            (void)sleep(1);
        end = scanner_capture(scanner, ret_capture, why);
    }
    return end;
}

static enum rc feed_all(struct scanner *scanner, bool one, struct pile *pile,
                        struct fault *why)
{
    for (;;) {
        struct scanner_capture picture = { .len = 0 };
        enum scanner_end end = capture(scanner, &picture, why);
        if (end == SCANNER_NO_DOCS && pile->count)
            return RC_OK;
        if (end != SCANNER_IMAGE)
            return fault_set(why,
                             end == SCANNER_CANCELLED ? RC_CANCELLED : RC_UNAVAILABLE, 0,
                             "%s", scanner_sentence(end));
        enum rc rc = keep(pile, &picture, why);
        scanner_capture_free(&picture);
        if (rc)
            return rc;
        if (isatty(STDERR_FILENO))
            (void)fprintf(stderr, "\r已扫描 %u 面", pile->count);
        if (one)
            return RC_OK;
    }
}

static enum rc profile_of(const struct wanted *w, struct scanner_profile *profile,
                          struct fault *why)
{
    long dpi = 300;
    *profile = scanner_profile_default();
    if (w->dpi && !args_number("scan", "dpi", w->dpi, 50, 1200, &dpi))
        return fault_set(why, RC_INVALID, 0, "分辨率要在 50 到 1200 之间");
    profile->dpi = (uint32_t)dpi;
    profile->source = w->duplex    ? SCANNER_ADF_DUPLEX
                      : w->flatbed ? SCANNER_FLATBED
                                   : SCANNER_ADF_FRONT;
    if (w->mode && scanner_mode_read(w->mode, &profile->mode))
        return fault_set(why, RC_INVALID, 0,
                         "没有“%s”这种颜色；请用 Lineart、Gray 或 Color", w->mode);
    return RC_OK;
}

static enum rc scan(const struct wanted *w, struct pile *pile, struct fault *why)
{
    struct scanner_profile profile;
    enum rc rc = profile_of(w, &profile, why);
    if (!rc)
        rc = scanner_open(w->device, &running, why);
    if (rc)
        return rc;
    rc = scanner_set_profile(running, &profile, &profile, why);
    if (rc == RC_REFUSED && !w->duplex &&
        !w->flatbed) { /* no feeder: the glass, one page */
        profile.source = SCANNER_FLATBED;
        rc = scanner_set_profile(running, &profile, &profile, why);
    }
    if (!rc)
        rc = feed_all(running, profile.source == SCANNER_FLATBED, pile, why);
    struct scanner *done = TAKE(running);
    scanner_close(done);
    return rc;
}

/* The pictures, as the words of `juanku convert`. */
static int convert(const struct wanted *w, const struct pile *pile)
{
    SCOPED(free_at) char **words = calloc(pile->count + EXTRA_ARGS, sizeof *words);
    SCOPED(free_at)
    char(*paths)[PATH_MAX + PICTURE_NAME_MAX] = calloc(pile->count, sizeof *paths);
    if (!words || !paths)
        return EXIT_DEPENDENCY;
    int count = 0;
    words[count++] = "convert";
    words[count++] = "-o";
    words[count++] = (char *)w->out;
    if (w->lang) {
        words[count++] = "--lang";
        words[count++] = (char *)w->lang;
    }
    if (w->no_ocr)
        words[count++] = "--no-ocr";
    if (w->jobs) {
        words[count++] = "--jobs";
        words[count++] = (char *)w->jobs;
    }
    for (unsigned i = 0; i < pile->count; i++) {
        char name[PICTURE_NAME_MAX];
        picture_name(i + 1, name);
        (void)snprintf(paths[i], sizeof paths[i], "%s/%s", pile->folder, name);
        words[count++] = paths[i];
    }
    return cmd_convert(count, words);
}

static int run(const struct wanted *w)
{
    struct fault why = { .rc = RC_OK };
    SCOPED(pile_close) struct pile pile = { .dir = -1 };
    if (scanner_init(NULL, &why) || pile_open(&pile, &why))
        return cmd_fail(&why);
    struct sigaction stop = { .sa_handler = on_signal };
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    enum rc rc = scan(w, &pile, &why);
    scanner_exit();
    if (pile.count)
        (void)fprintf(stderr, "%s已扫描 %u 面\n", isatty(STDERR_FILENO) ? "\r" : "",
                      pile.count);
    int code = rc ? cmd_fail(&why) : convert(w, &pile);
    if (code && pile.count)
        (void)fprintf(stderr, "已扫描的 %u 面保存在 %s\n", pile.count, pile.folder);
    else
        pile_remove(&pile);
    return code;
}

int cmd_scan(int argc, char **argv)
{
    struct wanted w = { .help = false };
    const struct arg table[] = {
        { "device", &w.device, NULL }, { "dpi", &w.dpi, NULL },
        { "mode", &w.mode, NULL },     { "o", &w.out, NULL },
        { "lang", &w.lang, NULL },     { "jobs", &w.jobs, NULL },
        { "duplex", NULL, &w.duplex }, { "flatbed", NULL, &w.flatbed },
        { "no-ocr", NULL, &w.no_ocr }, { "help", NULL, &w.help },
    };
    struct args args;
    if (!args_read("scan", argc, argv, table, COUNT(table), &args))
        return EXIT_USAGE;
    if (w.help) {
        help();
        return EXIT_OK;
    }
    if (!w.out || args.count || (w.duplex && w.flatbed))
        return cmd_usage("scan",
                         !w.out       ? "-o OUT.pdf is missing"
                         : args.count ? "'%s' is not expected"
                                      : "--duplex and --flatbed exclude each other",
                         args.count ? args.words[0] : "");
    return run(&w);
}
