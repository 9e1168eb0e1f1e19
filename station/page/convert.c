/* Feed the files to the pool, a few at a time and in order, keep what comes back, then
 * write the outputs once. A multi-page TIFF is found out with its first frame; its other
 * frames are then put in line behind it. */
#include "station/page/convert.h"

#include "record/case_no.h"
#include "station/page/convert_out.h"
#include "sys/clock.h"
#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>

enum { JOBS_MAX = 32, AHEAD = 2 };

struct conversion {
    const struct convert_options *options;
    sd_event *loop;
    struct page_pool *pool;
    struct convert_pages pages;
    size_t room;
    size_t next;    /* the first page not submitted */
    size_t running; /* submitted and not back */
    uint32_t jobs;
    struct page_limits limits;
    char case_no[CASE_NO_TEXT_MAX]; /* "": any */
    int again_fd;                   /* the PDF that is read again, or -1 */
    struct fault trouble;           /* what stops the whole conversion */
    struct convert_summary summary;
};

/* A submitted page; indexes move when frames are put in between, so it is looked up. */
struct ticket {
    struct conversion *conversion;
    const char *path;
    uint32_t frame;
};

static void conversion_end(struct conversion *conversion)
{
    page_pool_free(conversion->pool);
    sd_event_unref(conversion->loop);
    if (conversion->pages.spool_fd >= 0)
        close(conversion->pages.spool_fd);
    pdfa_volume_free(conversion->pages.volume);
    fd_close_at(&conversion->again_fd);
    free(conversion->pages.at);
    json_decref(conversion->pages.rows);
}

static bool insert(struct conversion *conversion, size_t at, const char *path,
                   uint32_t number, uint32_t frame)
{
    struct convert_pages *pages = &conversion->pages;
    if (pages->count == conversion->room) {
        size_t room = conversion->room ? conversion->room * 2 : 64;
        struct convert_page *more = realloc(pages->at, room * sizeof *more);
        if (!more)
            return false;
        pages->at = more;
        conversion->room = room;
    }
    memmove(pages->at + at + 1, pages->at + at, (pages->count - at) * sizeof *pages->at);
    memset(&pages->at[at], 0, sizeof pages->at[at]);
    pages->at[at].path = path;
    pages->at[at].number = number;
    pages->at[at].frame = frame;
    pages->count++;
    return true;
}

static void stop(struct conversion *conversion, const struct fault *why)
{
    if (!conversion->trouble.rc)
        conversion->trouble = *why;
    (void)sd_event_exit(conversion->loop, 0);
}

static void fail_page(struct conversion *conversion, struct convert_page *page,
                      const char *sentence)
{
    page->done = page->failed = true;
    snprintf(page->sentence, sizeof page->sentence, "%s", sentence);
    conversion->summary.failed++;
    const struct convert_options *options = conversion->options;
    if (options->complain) {
        char text[PAGE_SENTENCE_MAX + 32];
        snprintf(text, sizeof text, "第 %u 页：%s", page->frame + 1, sentence);
        options->complain(page->path,
                          page->frame || conversion->pages.volume ? text : sentence,
                          options->context);
    }
}

static void keep_page(struct conversion *conversion, struct convert_page *page,
                      const struct page_result *result, struct page_files *files)
{
    struct fault why = { 0 };
    int spool = conversion->pages.spool_fd;
    page->done = true;
    page->result = *result;
    page->in_pdf = files->pdf >= 0;
    enum rc rc = convert_keep(spool, files->pdf, &page->pdf_at, &page->pdf_len, &why);
    if (!rc)
        rc = convert_keep(spool, files->text, &page->text_at, &page->text_len, &why);
    if (!rc)
        rc = convert_keep(spool, files->sight, &page->sight_at, &page->sight_len, &why);
    if (!rc && conversion->options->masters_path)
        rc = convert_keep_master(page, files->master, conversion->options->masters_path,
                                 &why);
    if (rc)
        stop(conversion, &why);
    struct convert_summary *summary = &conversion->summary;
    size_t *counts[] = { [PAGE_TEXT] = &summary->pages,
                         [PAGE_BLANK] = &summary->blank,
                         [PAGE_COVER] = &summary->cover,
                         [PAGE_SEPARATOR] = &summary->separator };
    ++*counts[result->kind];
    summary->in_pdf += page->in_pdf;
}

static void submit_more(struct conversion *conversion);

static void on_done(uint64_t job, enum rc rc, const struct page_result *result,
                    struct page_files *files, const struct fault *why, void *context)
{
    (void)job;
    SCOPED(free_at) struct ticket *ticket = context;
    struct conversion *conversion = ticket->conversion;
    struct convert_pages *pages = &conversion->pages;
    if (rc == RC_CANCELLED)
        return; /* the conversion has ended */
    conversion->running--;
    size_t at = 0;
    while (pages->at[at].path != ticket->path || pages->at[at].frame != ticket->frame)
        at++;
    if (rc == RC_UNAVAILABLE) {
        stop(conversion, why);
        return;
    }
    uint32_t number = pages->at[at].number;
    if (rc)
        fail_page(conversion, &pages->at[at], why->text);
    else
        keep_page(conversion, &pages->at[at], result, files);
    for (uint32_t frame = 1; !rc && !ticket->frame && frame < result->frames; frame++)
        if (!insert(conversion, at + frame, ticket->path, number, frame))
            stop(conversion, &(struct fault){ .rc = RC_NO_MEMORY, .text = "内存不足" });
    submit_more(conversion);
}

/* The file's name and date are all that is known of a picture that comes by itself. */
static void want_master(const struct convert_page *page, const struct stat *facts,
                        struct page_master *master)
{
    const char *slash = strrchr(page->path, '/');
    json_t *name = json_string(slash ? slash + 1 : page->path);
    master->wanted = true;
    master->at_ms = (int64_t)facts->st_mtime * 1000;
    if (name) /* else it is no UTF-8 */
        snprintf(master->document, sizeof master->document, "%s",
                 strlen(json_string_value(name)) < sizeof master->document
                     ? json_string_value(name)
                     : "");
    json_decref(name);
}

/* The picture's file, or the page of the volume. The sentence says why there is none. */
static const char *open_one(const struct conversion *conversion,
                            const struct convert_page *page, int *ret_fd)
{
    struct stat facts;
    if (conversion->pages.volume)
        return pdfa_volume_page(conversion->pages.volume, page->frame, ret_fd, NULL)
                   ? "读不出这一页"
                   : NULL;
    *ret_fd = open(page->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (*ret_fd < 0)
        return errno == ENOENT   ? "找不到这个文件"
               : errno == EACCES ? "没有读这个文件的权限"
                                 : "打不开这个文件";
    return fstat(*ret_fd, &facts) || !S_ISREG(facts.st_mode) ? "不是图片文件" : NULL;
}

static void set_options(const struct conversion *conversion,
                        const struct convert_page *page, int fd,
                        struct page_options *ret_options)
{
    const struct convert_options *options = conversion->options;
    struct stat facts = { 0 };
    if (options->model)
        snprintf(ret_options->model, sizeof ret_options->model, "%s", options->model);
    ret_options->dpi = options->dpi;
    ret_options->frame = page->frame;
    ret_options->no_ocr = options->no_ocr;
    ret_options->compress = options->compress;
    ret_options->keep_all = options->keep_all;
    ret_options->no_pictures = true;
    ret_options->limits = conversion->limits;
    if (options->masters_path && !fstat(fd, &facts))
        want_master(page, &facts, &ret_options->master);
    if (!conversion->pages.volume)
        return;
    struct pdfa_about about = pdfa_volume_join(conversion->pages.volume).about;
    ret_options->again = true;
    ret_options->created_ms = about.created_ms;
    if (strlen(about.title) < sizeof ret_options->title)
        strcpy(ret_options->title, about.title);
}

static void submit_one(struct conversion *conversion, size_t at)
{
    struct convert_page *page = &conversion->pages.at[at];
    SCOPED(fd_close_at) int fd = -1;
    const char *sentence = open_one(conversion, page, &fd);
    if (sentence) {
        fail_page(conversion, page, sentence);
        return;
    }
    struct ticket *ticket = malloc(sizeof *ticket);
    struct page_job job = { .capture_fd = fd, .done = on_done, .context = ticket };
    struct fault why = { 0 };
    uint64_t number;
    if (!ticket) {
        stop(conversion, &(struct fault){ .rc = RC_NO_MEMORY, .text = "内存不足" });
        return;
    }
    *ticket = (struct ticket){ conversion, page->path, page->frame };
    set_options(conversion, page, fd, &job.options);
    page->done = true; /* on its way: not to be submitted again */
    if (page_pool_submit(conversion->pool, &job, &number, &why)) {
        free(ticket);
        fail_page(conversion, page, why.text);
        return;
    }
    conversion->running++;
}

static void submit_more(struct conversion *conversion)
{
    struct convert_pages *pages = &conversion->pages;
    for (size_t i = 0; i < pages->count && conversion->running < conversion->jobs * AHEAD;
         i++)
        if (!pages->at[i].done)
            submit_one(conversion, i);
    if (!conversion->running)
        (void)sd_event_exit(conversion->loop, 0);
}

static int nameless_file(void)
{
    char path[PATH_MAX];
    const char *tmp = getenv("TMPDIR");
    if (snprintf(path, sizeof path, "%s/juanku-XXXXXX", tmp ? tmp : "/tmp") >=
        (int)sizeof path)
        return -1;
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        (void)unlink(path);
    return fd;
}

/* By which limits, and whose papers. */
static enum rc read_rules(struct conversion *conversion, struct fault *why)
{
    const struct convert_options *options = conversion->options;
    struct case_no case_no;
    conversion->limits = *page_limits_usual();
    enum rc rc = RC_OK;
    if (options->limits_path)
        rc = page_limits_read(options->limits_path, &conversion->limits, why);
    if (!rc && options->rules_path)
        rc = convert_read_rows(options->rules_path, &conversion->pages.rows, why);
    if (rc || !options->case_no)
        return rc;
    rc = case_no_read(
        (struct bytes){ (const uint8_t *)options->case_no, strlen(options->case_no) },
        &case_no, why);
    if (!rc)
        case_no_text(&case_no, conversion->case_no);
    return rc;
}

/* When the PDF is replaced that is read, it must still be the same at the end. */
static void note_old(struct conversion *conversion)
{
    struct convert_pages *pages = &conversion->pages;
    struct stat out;
    pages->in_place = !fstat(conversion->again_fd, &pages->was) &&
                      !stat(conversion->options->out_path, &out) &&
                      out.st_dev == pages->was.st_dev && out.st_ino == pages->was.st_ino;
}

/* What is to be converted: files, or the pages of a PDF that is read again. */
static enum rc list_pages(struct conversion *conversion, const char *const *paths,
                          size_t count, struct fault *why)
{
    const char *again = conversion->options->again_path;
    enum rc rc = RC_OK;
    if (again) {
        conversion->again_fd = open(again, O_RDONLY | O_CLOEXEC);
        if (conversion->again_fd < 0)
            return fault_set(why, RC_INVALID, errno, "打不开“%s”：%s", again,
                             errno == ENOENT ? "没有这个文件" : strerror(errno));
        note_old(conversion);
        rc = pdfa_volume_open(conversion->again_fd, &conversion->pages.volume, why);
        if (rc)
            return fault_wrap(why, rc, "%s", again);
        count = pdfa_volume_join(conversion->pages.volume).page_count;
    }
    for (size_t i = 0; i < count; i++) {
        if (!insert(conversion, i, again ? again : paths[i], (uint32_t)i + 1,
                    again ? (uint32_t)i : 0))
            return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
        if (!again)
            convert_note_date(&conversion->pages, paths[i]);
    }
    return RC_OK;
}

static enum rc begin(struct conversion *conversion, const char *const *paths,
                     size_t count, struct fault *why)
{
    const struct convert_options *options = conversion->options;
    uint32_t jobs = options->jobs ? options->jobs : (uint32_t)get_nprocs();
    enum rc rc = convert_check_paths(paths, count, options, why);
    rc = rc ? rc : read_rules(conversion, why);
    if (rc)
        return rc;
    conversion->jobs = jobs > JOBS_MAX ? JOBS_MAX : jobs;
    conversion->pages.spool_fd = nameless_file();
    if (conversion->pages.spool_fd < 0)
        return fault_set(why, RC_IO, errno, "建不了临时文件：%s", strerror(errno));
    if (sd_event_new(&conversion->loop) < 0)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    rc = list_pages(conversion, paths, count, why);
    if (rc)
        return rc;
    struct page_pool_options how = { .workers = conversion->jobs,
                                     .timeout_ms = options->timeout_ms,
                                     .no_ocr = options->no_ocr };
    if (options->model && strlen(options->model) >= sizeof how.model)
        return fault_set(why, RC_INVALID, 0, "文字识别模型名称“%s”太长", options->model);
    if (options->model)
        snprintf(how.model, sizeof how.model, "%s", options->model);
    return page_pool_new(conversion->loop, &how, &conversion->pool, why);
}

static enum rc write_all(struct conversion *conversion, uint32_t total_ms,
                         struct fault *why)
{
    const struct convert_options *options = conversion->options;
    const struct convert_pages *pages = &conversion->pages;
    const char *case_no = conversion->case_no[0] ? conversion->case_no : NULL;
    enum rc rc = convert_judge_order(pages, &conversion->limits, case_no, why);
    if (!rc && conversion->summary.in_pdf)
        rc = convert_write_pdf(pages, options->out_path, why);
    if (!rc && options->text_path)
        rc = convert_write_text(pages, options->text_path, why);
    if (!rc && options->report_path)
        rc = convert_write_report(pages, total_ms, options->report_path, why);
    return rc;
}

enum rc convert_files(const char *const *paths, size_t count,
                      const struct convert_options *options,
                      struct convert_summary *ret_summary, struct fault *why)
{
    SCOPED(conversion_end)
    struct conversion conversion = { .options = options,
                                     .again_fd = -1,
                                     .pages.spool_fd = -1 };
    int64_t since_ms = clock_mono_ms();
    *ret_summary = conversion.summary;
    enum rc rc = begin(&conversion, paths, count, why);
    if (rc)
        return rc;
    submit_more(&conversion);
    if (conversion.running)
        (void)sd_event_loop(conversion.loop);
    if (conversion.trouble.rc)
        return fault_set(why, conversion.trouble.rc, 0, "%s", conversion.trouble.text);
    conversion.summary.total_ms = (uint32_t)(clock_mono_ms() - since_ms);
    *ret_summary = conversion.summary;
    if (conversion.pages.volume && conversion.summary.in_pdf < conversion.pages.count)
        return fault_set(why, RC_INVALID, 0,
                         "有 %zu 页没有识别成功，没有写出新文件，原文件没有改动",
                         conversion.pages.count - conversion.summary.in_pdf);
    rc = write_all(&conversion, conversion.summary.total_ms, why);
    *ret_summary = conversion.summary;
    if (rc)
        return rc;
    if (!conversion.summary.in_pdf && !conversion.summary.failed)
        return fault_set(
            why, RC_INVALID, 0,
            "全部是空白页、封面或分隔页，没有生成 %s（要保留请加 --keep-all）",
            options->out_path);
    if (!conversion.summary.in_pdf)
        return fault_set(why, RC_INVALID, 0, "没有可以写入的页，没有生成 %s",
                         options->out_path);
    if (conversion.summary.failed)
        return fault_set(why, RC_INVALID, 0, "%zu 个文件或页无法使用，其余已写入 %s",
                         conversion.summary.failed, options->out_path);
    return RC_OK;
}
