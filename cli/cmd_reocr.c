/* juanku reocr: the text of a PDF made anew, its pictures as they are. */
#include "cli/args.h"
#include "cli/cmd.h"
#include "station/page/convert.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

enum { JOBS_MAX = 32 };

struct wanted {
    const char *out, *model, *engine, *jobs, *text, *report, *rules;
    bool help;
};

static void help(void)
{
    puts(
        "usage: juanku reocr [OPTIONS] FILE.pdf\n"
        "\n"
        "Reads a PDF that this system wrote again, with another model or engine. Its\n"
        "pictures, bookmarks, title and date stay as they are; the text is new, and "
        "each\n"
        "page says in its XMP which engine and model read it. The file is replaced only\n"
        "when the new one is whole and on the disk; if one page fails it stays.\n"
        "\n"
        "  -o, --output FILE   write there, and leave FILE.pdf\n"
        "  --model M       model of the recogniser; without it chi_sim, which asks\n"
        "                  chi_sim_best about lines in doubt\n"
        "  --engine E      its kind (tesseract)\n"
        "  --jobs N        worker processes, 1 to 32 (one for each processor)\n"
        "  --text FILE     the new text, pages separated by form feed\n"
        "  --report FILE   figures of each page as JSON\n"
        "  --rules FILE    the report names each paper by the rows of this rules file\n"
        "\n"
        "Exit code 2: not a PDF of this system, or changed since. 3: the model is not\n"
        "installed. 4: the new file could not be written.");
}

static void complain(const char *path, const char *sentence, void *context)
{
    (void)context;
    (void)fprintf(stderr, "juanku reocr: %s：%s\n", path, sentence);
}

static int run(const struct wanted *w, const char *path)
{
    char real[PATH_MAX];
    struct fault why = { 0 };
    long jobs = 0;
    if (w->jobs && !args_number("reocr", "jobs", w->jobs, 1, JOBS_MAX, &jobs))
        return EXIT_USAGE;
    /* A link stays a link: what it points to is replaced. */
    const char *self = realpath(path, real) ? real : path;
    struct convert_options options = { .again_path = path,
                                       .out_path = w->out ? w->out : self,
                                       .model = cmd_reader_spec(w->engine, w->model),
                                       .jobs = (uint32_t)jobs,
                                       .text_path = w->text,
                                       .report_path = w->report,
                                       .rules_path = w->rules,
                                       .complain = complain };
    struct convert_summary summary;
    enum rc rc = convert_files(NULL, 0, &options, &summary, &why);
    if (rc) {
        int code = cmd_fail(&why);
        return rc == RC_UNAVAILABLE ? EXIT_DEPENDENCY : code;
    }
    printf("%s：%zu 页已重新识别，图像未变，用时 %.1f 秒\n", options.out_path,
           summary.in_pdf, summary.total_ms / 1000.0);
    return EXIT_OK;
}

int cmd_reocr(int argc, char **argv)
{
    struct wanted w = { .help = false };
    const struct arg table[] = {
        { "output", &w.out, NULL },    { "o", &w.out, NULL },
        { "model", &w.model, NULL },   { "engine", &w.engine, NULL },
        { "jobs", &w.jobs, NULL },     { "text", &w.text, NULL },
        { "report", &w.report, NULL }, { "rules", &w.rules, NULL },
        { "help", NULL, &w.help },
    };
    struct args args;
    if (!args_read("reocr", argc, argv, table, COUNT(table), &args))
        return EXIT_USAGE;
    if (w.help)
        return help(), EXIT_OK;
    if (args.count != 1)
        return cmd_usage("reocr", "one PDF is needed");
    return run(&w, args.words[0]);
}
