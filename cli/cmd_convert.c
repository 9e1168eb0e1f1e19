/* juanku convert: pictures in, one searchable PDF/A out. Only the words of the command
 * line are read here; station/page does the work. */
#include "cli/cmd.h"
#include "station/page/convert.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { JOBS_MAX = 32, ONLY_LONG = 256 };

static const char help_text[] =
    "usage: juanku convert [OPTIONS] -o OUT.pdf IMAGE...\n"
    "\n"
    "Pictures (JPEG, PNG, TIFF of many pages, BMP) become one searchable PDF/A-1b.\n"
    "Blank sheets, covers and separators are reported and left out.\n"
    "\n"
    "  -o, --output FILE   the PDF\n"
    "      --model M       model of the recogniser; without it chi_sim, which asks\n"
    "                      chi_sim_best about lines in doubt\n"
    "      --engine E      its kind (tesseract)\n"
    "      --jobs N        worker processes, 1 to 32 (one for each processor)\n"
    "      --text FILE     the text, pages separated by form feed\n"
    "      --report FILE   figures of each page as JSON\n"
    "      --rules FILE    the report names each paper by the rows of this rules file\n"
    "      --keep-all      keep blank sheets, covers and separators too\n"
    "      --no-ocr        no recognition\n"
    "      --masters DIR   a TIFF of each capture's own pixels, with its facts\n"
    "      --limits FILE   the court's own table of quality limits\n"
    "      --case NUMBER   whose papers these are; others are told in the report\n"
    "      --compress C    exact: the capture's own bits (what is done without this);\n"
    "                      layered: writing as lossless stencils over a coarse picture\n"
    "                      of the paper, where a page is fit for it\n"
    "      --help\n"
    "\n"
    "Exit code 2: a picture could not be used; OUT.pdf holds the others.\n"
    "3: the model is not installed. 4: OUT.pdf could not be written.\n";

static const struct option words[] = {
    { "output", required_argument, NULL, 'o' },
    { "model", required_argument, NULL, ONLY_LONG },
    { "lang", required_argument, NULL, ONLY_LONG }, /* the same in one more word */
    { "engine", required_argument, NULL, ONLY_LONG + 6 },
    { "rules", required_argument, NULL, ONLY_LONG + 9 },
    { "jobs", required_argument, NULL, ONLY_LONG + 1 },
    { "text", required_argument, NULL, ONLY_LONG + 2 },
    { "report", required_argument, NULL, ONLY_LONG + 3 },
    { "keep-all", no_argument, NULL, ONLY_LONG + 4 },
    { "no-ocr", no_argument, NULL, ONLY_LONG + 5 },
    { "limits", required_argument, NULL, ONLY_LONG + 7 },
    { "case", required_argument, NULL, ONLY_LONG + 8 },
    { "masters", required_argument, NULL, ONLY_LONG + 10 },
    { "compress", required_argument, NULL, ONLY_LONG + 11 },
    { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 },
};

static void complain(const char *path, const char *sentence, void *context)
{
    (void)context;
    (void)fprintf(stderr, "juanku convert: %s：%s\n", path, sentence);
}

static bool read_jobs(const char *text, uint32_t *ret_jobs)
{
    char *end;
    unsigned long jobs = strtoul(text, &end, 10);
    *ret_jobs = (uint32_t)jobs;
    return *text >= '0' && *text <= '9' && !*end && jobs >= 1 && jobs <= JOBS_MAX;
}

const char *cmd_reader_spec(const char *engine, const char *model)
{
    static char spec[PAGE_SPEC_MAX];
    if (!engine)
        return model;
    int len = snprintf(spec, sizeof spec, "%s:%s", engine, model ? model : "");
    return len < (int)sizeof spec ? spec : engine; /* too long: no such engine */
}

/* Where a word goes that is taken as it is written; NULL: it is not one of these. */
static const char **place_of(int word, struct convert_options *options)
{
    const struct {
        int word;
        const char **place;
    } table[] = {
        { 'o', &options->out_path },
        { ONLY_LONG + 2, &options->text_path },
        { ONLY_LONG + 3, &options->report_path },
        { ONLY_LONG + 7, &options->limits_path },
        { ONLY_LONG + 8, &options->case_no },
        { ONLY_LONG + 9, &options->rules_path },
        { ONLY_LONG + 10, &options->masters_path },
    };
    for (size_t i = 0; i < COUNT(table); i++)
        if (table[i].word == word)
            return table[i].place;
    return NULL;
}

/* 0 go on, -1 help was asked for, else an exit code. */
static int read_words(int argc, char **argv, struct convert_options *options)
{
    const char *engine = NULL, *model = NULL;
    optind = 0; /* read from the start, whoever used getopt before */
    for (int word; (word = getopt_long(argc, argv, "o:h", words, NULL)) != -1;) {
        const char **place = place_of(word, options);
        if (place) {
            *place = optarg;
            continue;
        }
        switch (word) {
        case ONLY_LONG:
            model = optarg;
            break;
        case ONLY_LONG + 1:
            if (!read_jobs(optarg, &options->jobs))
                return cmd_usage("convert", "--jobs: a number from 1 to %d, not '%s'",
                                 JOBS_MAX, optarg);
            break;
        case ONLY_LONG + 4:
            options->keep_all = true;
            break;
        case ONLY_LONG + 5:
            options->no_ocr = true;
            break;
        case ONLY_LONG + 6:
            engine = optarg;
            break;
        case ONLY_LONG + 11:
            if (page_compress_read(optarg, &options->compress))
                return cmd_usage("convert", "--compress: exact or layered, not '%s'",
                                 optarg);
            break;
        case 'h':
            return -1;
        default:
            return cmd_usage("convert", "the words above are not understood");
        }
    }
    options->model = cmd_reader_spec(engine, model);
    if (!options->out_path)
        return cmd_usage("convert", "-o OUT.pdf is missing");
    if (optind == argc)
        return cmd_usage("convert", "no picture is named");
    return 0;
}

int cmd_convert(int argc, char **argv)
{
    struct convert_options options = { .complain = complain };
    struct convert_summary summary;
    struct fault why = { 0 };
    int stop = read_words(argc, argv, &options);
    if (stop < 0) {
        fputs(help_text, stdout);
        return EXIT_OK;
    }
    if (stop)
        return stop;
    enum rc rc = convert_files((const char *const *)argv + optind,
                               (size_t)(argc - optind), &options, &summary, &why);
    if (rc == RC_UNAVAILABLE) {
        (void)cmd_fail(&why);
        return EXIT_DEPENDENCY;
    }
    if (rc)
        return cmd_fail(&why);
    printf("%s：%zu 页（另有空白 %zu、封面 %zu、分隔页 %zu），用时 %.1f 秒\n",
           options.out_path, summary.in_pdf, options.keep_all ? 0 : summary.blank,
           options.keep_all ? 0 : summary.cover, options.keep_all ? 0 : summary.separator,
           summary.total_ms / 1000.0);
    return EXIT_OK;
}
