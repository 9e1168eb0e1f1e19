/* juanku label: labels as SVG. The words after the type are numbers; the last may be a
 * range "1-12". Several labels make a sheet. The check digits are put by lib/core/label,
 * never by hand. */
#include "cli/args.h"
#include "cli/cmd.h"
#include "core/label.h"
#include "record/case_no.h"
#include "record/label_svg.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

struct wanted {
    const char *kind, *part, *title, *out;
    bool sheet, page, help;
};

/* The labels of one call, with the room for their words. */
struct batch {
    struct label_print print[LABEL_SVG_SHEET];
    char text[LABEL_SVG_SHEET][LABEL_TEXT_MAX];
    char title[LABEL_SVG_SHEET][LABEL_SVG_TITLE_MAX + 1];
    char subtitle[LABEL_SVG_SHEET][LABEL_SVG_TITLE_MAX + 1];
    size_t count;
};

static void help(void)
{
    puts("usage: juanku label volume CASE [--kind 1|2] [--part N]\n"
         "       juanku label item CASE ITEM\n"
         "       juanku label type KIND ROW          KIND: 1 正卷, 2 副卷\n"
         "       juanku label slot SITE RACK SLOT\n"
         "       juanku label person NUMBER\n"
         "       juanku label batch NUMBER\n"
         "       juanku label command NUMBER         1 确认 2 重做 3 停止 4 下一卷 5 "
         "撤销\n"
         "  [--title T]   a line above the bars     [--sheet]  on A4, twelve a sheet\n"
         "  [--page]      a whole A4 page: a cover or separator for the feeder\n"
         "  [-o F.svg]    default: standard output\n\n"
         "The last number may be a range of twelve at most, 13-24; they make a sheet.");
}

static const char *kind_word(unsigned kind)
{
    return kind == 2 ? "副卷" : "正卷";
}

/* Add one label with its lines; a NULL line is left out, --title wins over `title`. */
static enum rc add(struct batch *batch, const struct wanted *w, const struct label *label,
                   const char *title, const char *subtitle, struct fault *why)
{
    if (batch->count == LABEL_SVG_SHEET)
        return fault_set(why, RC_INVALID, 0, "一张纸上最多印 %d 个标签，请分几次印",
                         LABEL_SVG_SHEET);
    size_t i = batch->count;
    if (label_write(label, batch->text[i]))
        return fault_set(why, RC_INVALID, 0, "数字超出了标签允许的范围");
    const char *above = w->title ? w->title : title;
    const char *below = w->title && title ? title : subtitle;
    if (above && strlen(above) > LABEL_SVG_TITLE_MAX)
        return fault_set(why, RC_INVALID, 0, "标题太长，最多 %d 个汉字",
                         LABEL_SVG_TITLE_MAX / 3);
    (void)snprintf(batch->title[i], sizeof batch->title[i], "%s", above ? above : "");
    (void)snprintf(batch->subtitle[i], sizeof batch->subtitle[i], "%s",
                   below ? below : "");
    batch->print[i] =
        (struct label_print){ batch->text[i], above ? batch->title[i] : NULL,
                              below ? batch->subtitle[i] : NULL };
    batch->count++;
    return RC_OK;
}

/* "7" or "1-12". */
static enum rc read_range(const char *text, unsigned long *ret_first,
                          unsigned long *ret_last, struct fault *why)
{
    char *end;
    unsigned long first = strtoul(text, &end, 10), last = first;
    bool good = end != text && text[0] >= '0' && text[0] <= '9';
    if (good && *end == '-' && end[1] >= '0' && end[1] <= '9')
        last = strtoul(end + 1, &end, 10);
    if (!good || *end || last < first)
        return fault_set(why, RC_INVALID, 0, "“%s”不是数字，也不是 1-12 这样的范围",
                         text);
    *ret_first = first;
    *ret_last = last;
    return RC_OK;
}

static enum rc read_one(const char *text, unsigned long most, unsigned long *ret_number,
                        struct fault *why)
{
    unsigned long last;
    enum rc rc = read_range(text, ret_number, &last, why);
    if (!rc && (last != *ret_number || last > most))
        rc = fault_set(why, RC_INVALID, 0, "“%s”超出了范围", text);
    return rc;
}

/* A case number as people write it, or its twenty digits. */
static enum rc read_case(const char *text, struct label *label,
                         char ret_text[CASE_NO_TEXT_MAX], struct fault *why)
{
    struct case_no number;
    enum rc rc = RC_OK;
    if (case_no_of_id(text, &number))
        rc = case_no_read((struct bytes){ (const uint8_t *)text, strlen(text) }, &number,
                          why);
    if (!rc && case_no_id(&number, label->case_id))
        rc = fault_set(why, RC_INVALID, 0, "案号“%s”换算不成二十位编号", text);
    if (!rc)
        case_no_text(&number, ret_text);
    return rc;
}

static enum rc make_volume(struct batch *batch, const struct wanted *w,
                           const struct args *args, struct fault *why)
{
    struct label label = { .type = LABEL_VOLUME };
    unsigned long kind = 1, part = 1;
    char number[CASE_NO_TEXT_MAX], line[LABEL_SVG_TITLE_MAX];
    enum rc rc = read_case(args->words[1], &label, number, why);
    if (!rc && w->kind)
        rc = read_one(w->kind, 2, &kind, why);
    if (!rc && w->part)
        rc = read_one(w->part, 999, &part, why);
    if (rc)
        return rc;
    label.kind = (uint8_t)kind;
    label.part = (uint16_t)part;
    (void)snprintf(line, sizeof line, "%s %s 第%lu册", number, kind_word(label.kind),
                   part);
    return add(batch, w, &label, line, NULL, why);
}

static enum rc make_item(struct batch *batch, const struct wanted *w,
                         const struct args *args, struct fault *why)
{
    struct label label = { .type = LABEL_ITEM };
    unsigned long first, last;
    char number[CASE_NO_TEXT_MAX], line[LABEL_SVG_TITLE_MAX];
    enum rc rc = read_case(args->words[1], &label, number, why);
    if (!rc)
        rc = read_range(args->words[2], &first, &last, why);
    for (unsigned long i = rc ? 1 : first; !rc && i <= last; i++) {
        label.item = i > UINT16_MAX ? 0 : (uint16_t)i;
        (void)snprintf(line, sizeof line, "%s 第%lu件", number, i);
        rc = add(batch, w, &label, line, NULL, why);
    }
    return rc;
}

static enum rc make_type(struct batch *batch, const struct wanted *w,
                         const struct args *args, struct fault *why)
{
    struct label label = { .type = LABEL_TYPE };
    unsigned long kind, first, last;
    char line[LABEL_SVG_TITLE_MAX];
    enum rc rc = read_one(args->words[1], 2, &kind, why);
    if (!rc)
        rc = read_range(args->words[2], &first, &last, why);
    for (unsigned long i = rc ? 1 : first; !rc && i <= last; i++) {
        label.kind = (uint8_t)kind;
        label.row = i > UINT8_MAX ? 0 : (uint8_t)i;
        (void)snprintf(line, sizeof line, "%s 第%lu项", kind_word(label.kind), i);
        rc = add(batch, w, &label, line, NULL, why);
    }
    return rc;
}

static enum rc make_slot(struct batch *batch, const struct wanted *w,
                         const struct args *args, struct fault *why)
{
    struct label label = { .type = LABEL_SLOT };
    unsigned long site, rack, first, last;
    char line[LABEL_SVG_TITLE_MAX];
    enum rc rc = read_one(args->words[1], 99, &site, why);
    if (!rc)
        rc = read_one(args->words[2], 999, &rack, why);
    if (!rc)
        rc = read_range(args->words[3], &first, &last, why);
    for (unsigned long i = rc ? 1 : first; !rc && i <= last; i++) {
        label.site = (uint8_t)site;
        label.rack = (uint16_t)rack;
        label.slot = i > UINT16_MAX ? 0 : (uint16_t)i;
        (void)snprintf(line, sizeof line, "%lu库 %lu柜 %lu格", site, rack, i);
        rc = add(batch, w, &label, line, NULL, why);
    }
    return rc;
}

static enum rc make_numbers(struct batch *batch, const struct wanted *w,
                            enum label_type type, const char *const *titles,
                            size_t title_count, const char *range, struct fault *why)
{
    struct label label = { .type = type };
    unsigned long first, last;
    enum rc rc = read_range(range, &first, &last, why);
    for (unsigned long i = rc ? 1 : first; !rc && i <= last; i++) {
        label.number = i;
        rc = add(batch, w, &label, i < title_count ? titles[i] : titles[0], NULL, why);
    }
    return rc;
}

static enum rc make_person(struct batch *batch, const struct wanted *w,
                           const struct args *args, struct fault *why)
{
    static const char *const title[] = { "人员" };
    return make_numbers(batch, w, LABEL_PERSON, title, 1, args->words[1], why);
}

static enum rc make_batch(struct batch *batch, const struct wanted *w,
                          const struct args *args, struct fault *why)
{
    static const char *const title[] = { "交接批次" };
    return make_numbers(batch, w, LABEL_BATCH, title, 1, args->words[1], why);
}

static enum rc make_command(struct batch *batch, const struct wanted *w,
                            const struct args *args, struct fault *why)
{
    static const char *const titles[] = {
        "命令", "确认", "重做", "停止", "下一卷", "撤销"
    };
    return make_numbers(batch, w, LABEL_COMMAND, titles, COUNT(titles), args->words[1],
                        why);
}

static const struct {
    const char *name;
    size_t words; /* with the name */
    enum rc (*make)(struct batch *batch, const struct wanted *w, const struct args *args,
                    struct fault *why);
} types[] = {
    { "volume", 2, make_volume },   { "item", 3, make_item },
    { "type", 3, make_type },       { "slot", 4, make_slot },
    { "person", 2, make_person },   { "batch", 2, make_batch },
    { "command", 2, make_command },
};

static int write_out(const char *path, const char *svg)
{
    struct fault why = { .rc = RC_OK };
    SCOPED(fd_close_at) int fd = -1;
    if (path) {
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        if (fd < 0) {
            (void)fprintf(stderr, "juanku: 写不了 %s，请检查文件夹和权限\n", path);
            return EXIT_OUTPUT;
        }
    }
    if (file_write_all(path ? fd : STDOUT_FILENO,
                       (struct bytes){ (const uint8_t *)svg, strlen(svg) }, &why)) {
        (void)cmd_fail(&why);
        return EXIT_OUTPUT;
    }
    return EXIT_OK;
}

static int draw(const struct batch *batch, const struct wanted *w)
{
    struct fault why = { .rc = RC_OK };
    SCOPED(free_at) char *svg = NULL;
    enum label_paper paper = w->page                        ? LABEL_PAPER_PAGE
                             : w->sheet || batch->count > 1 ? LABEL_PAPER_SHEET
                                                            : LABEL_PAPER_ONE;
    if (label_svg(batch->print, batch->count, paper, &svg, &why))
        return cmd_fail(&why);
    return write_out(w->out, svg);
}

int cmd_label(int argc, char **argv)
{
    struct wanted w = { .help = false };
    const struct arg table[] = {
        { "kind", &w.kind, NULL },   { "part", &w.part, NULL },
        { "title", &w.title, NULL }, { "o", &w.out, NULL },
        { "sheet", NULL, &w.sheet }, { "page", NULL, &w.page },
        { "help", NULL, &w.help },
    };
    struct args args;
    struct fault why = { .rc = RC_OK };
    if (!args_read("label", argc, argv, table, COUNT(table), &args))
        return EXIT_USAGE;
    if (w.help) {
        help();
        return EXIT_OK;
    }
    if (!args.count)
        return cmd_usage("label", "a kind of label and its words are expected");
    const char *name = args.words[0];
    SCOPED(free_at) struct batch *batch = calloc(1, sizeof *batch);
    if (!batch)
        return EXIT_DEPENDENCY;
    for (size_t i = 0; i < COUNT(types); i++) {
        if (strcmp(types[i].name, name))
            continue;
        if (args.count != types[i].words)
            return cmd_usage("label", "'%s' takes %zu word(s) more", name,
                             types[i].words - 1);
        return types[i].make(batch, &w, &args, &why) ? cmd_fail(&why) : draw(batch, &w);
    }
    return cmd_usage("label", "'%s' is no kind of label", name);
}
