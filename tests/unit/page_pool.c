/* Workers that die, hang or lie cost one picture at most, and the rest goes on.
 *
 * The pool starts this very program again as its worker. JUANKU_TEST_WORKER says what the
 * worker does then: a real one, one that ends, one that sleeps, one that answers
 * nonsense; "once" variants are bad only until a file exists. */
#include "check.h"

#include "station/page/page.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/ipc.h"
#include "sys/role.h"
#include "sys/scope.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static void lie(struct ipc *ipc, struct ipc_message *message, void *context)
{
    (void)context;
    (void)ipc_reply(ipc, message->id,
                    json_pack("{s:{}, s:[s]}", "result", "files", "pdf"), NULL, 0);
}

static void be_a_liar(void)
{
    sd_event *loop = NULL;
    struct ipc *ipc = NULL;
    struct ipc_handlers handlers = { .message = lie };
    if (sd_event_new(&loop) < 0 || ipc_new(loop, ROLE_CHANNEL_FD, &handlers, &ipc, NULL))
        _exit(1);
    _exit(sd_event_loop(loop) < 0);
}

__attribute__((constructor)) static void perhaps_a_worker(int argc, char **argv)
{
    if (argc < 3 || strcmp(argv[1], "--role"))
        return;
    const char *way = getenv("JUANKU_TEST_WORKER"), *mark = getenv("JUANKU_TEST_MARK");
    bool first = mark && access(mark, F_OK);
    if (first)
        close(open(mark, O_CREAT | O_WRONLY, 0600));
    if (!way || !strcmp(way, "real") || (!strncmp(way, "once", 4) && !first))
        _exit(page_worker_main(NULL));
    if (strstr(way, "dies"))
        _exit(3);
    if (strstr(way, "lies"))
        be_a_liar();
    for (;;)
        pause();
}

struct answers {
    sd_event *loop;
    int done, wanted;
    enum rc rc[8];
    uint64_t order[8];
    char sentence[8][FAULT_TEXT_MAX];
    struct page_result result;
    size_t thumb_len;
    bool pdf;
};

static void on_done(uint64_t job, enum rc rc, const struct page_result *result,
                    struct page_files *files, const struct fault *why, void *context)
{
    struct answers *answers = context;
    int at = answers->done++;
    answers->order[at] = job;
    answers->rc[at] = rc;
    if (why)
        strcpy(answers->sentence[at], why->text);
    if (!rc) {
        SCOPED(free_at) char *thumb = NULL;
        answers->result = *result;
        answers->pdf = files->pdf >= 0;
        CHECK_OK(file_read_fd(files->thumb, 1 << 20, &thumb, &answers->thumb_len, NULL));
        CHECK(!memcmp(thumb, "\xff\xd8", 2));
    }
    if (answers->done == answers->wanted)
        sd_event_exit(answers->loop, 0);
}

struct stand {
    struct answers answers;
    struct page_pool *pool;
    int picture;
};

static struct stand *stand_up(const char *way, struct page_pool_options options,
                              int wanted)
{
    struct stand *stand = calloc(1, sizeof *stand);
    setenv("JUANKU_TEST_WORKER", way, 1);
    stand->answers.wanted = wanted;
    CHECK(sd_event_new(&stand->answers.loop) >= 0);
    CHECK_OK(page_pool_new(stand->answers.loop, &options, &stand->pool, NULL));
    stand->picture = open("tests/data/stack-1/007.jpg", O_RDONLY | O_CLOEXEC);
    CHECK(stand->picture >= 0);
    return stand;
}

static uint64_t submit(struct stand *stand, int32_t priority)
{
    uint64_t number = 0;
    struct page_job job = { .capture_fd = stand->picture,
                            .priority = priority,
                            .done = on_done,
                            .context = &stand->answers };
    job.options.no_ocr = true;
    CHECK_OK(page_pool_submit(stand->pool, &job, &number, NULL));
    return number;
}

static void stand_down(struct stand *stand)
{
    page_pool_free(stand->pool);
    sd_event_unref(stand->answers.loop);
    close(stand->picture);
    free(stand);
}

TEST(page_pool, gives_the_result_and_its_files)
{
    struct stand *stand = stand_up("real", (struct page_pool_options){ .workers = 1 }, 1);
    submit(stand, 0);
    CHECK(sd_event_loop(stand->answers.loop) >= 0);
    CHECK_OK(stand->answers.rc[0]);
    CHECK_INT(PAGE_BLANK, stand->answers.result.kind);
    CHECK_INT(2480, stand->answers.result.width_px);
    CHECK(stand->answers.thumb_len > 500 && !stand->answers.pdf); /* a blank has no PDF */
    CHECK_INT(0, page_pool_waiting(stand->pool));
    stand_down(stand);
}

TEST(page_pool, the_page_somebody_waits_for_goes_first)
{
    struct stand *stand = stand_up("real", (struct page_pool_options){ .workers = 1 }, 3);
    uint64_t plain = submit(stand, 0), late = submit(stand, 0), waited = submit(stand, 5);
    CHECK_OK(page_pool_raise(stand->pool, late, 3));
    CHECK(sd_event_loop(stand->answers.loop) >= 0);
    CHECK_INT(waited, stand->answers.order[0]);
    CHECK_INT(late, stand->answers.order[1]);
    CHECK_INT(plain, stand->answers.order[2]);
    CHECK_RC(RC_NOT_FOUND, page_pool_raise(stand->pool, late, 9));
    stand_down(stand);
}

TEST(page_pool, a_worker_that_dies_twice_costs_one_page_with_a_sentence)
{
    struct stand *stand = stand_up("dies", (struct page_pool_options){ .workers = 1 }, 1);
    submit(stand, 0);
    CHECK(sd_event_loop(stand->answers.loop) >= 0);
    CHECK_RC(RC_IO, stand->answers.rc[0]);
    CHECK(strstr(stand->answers.sentence[0], "重新扫描"));
    stand_down(stand);
}

TEST(page_pool, a_worker_that_dies_once_is_replaced_and_the_page_succeeds)
{
    char mark[] = "/tmp/juanku-test-pool-XXXXXX";
    close(mkstemp(mark));
    unlink(mark);
    setenv("JUANKU_TEST_MARK", mark, 1);
    struct stand *stand =
        stand_up("once-dies", (struct page_pool_options){ .workers = 1 }, 1);
    submit(stand, 0);
    CHECK(sd_event_loop(stand->answers.loop) >= 0);
    CHECK_OK(stand->answers.rc[0]);
    stand_down(stand);
    unlink(mark);
    unsetenv("JUANKU_TEST_MARK");
}

TEST(page_pool, a_worker_that_hangs_is_killed_in_time)
{
    struct page_pool_options options = { .workers = 1, .timeout_ms = 150 };
    struct stand *stand = stand_up("hangs", options, 1);
    int64_t since = clock_mono_ms();
    submit(stand, 0);
    CHECK(sd_event_loop(stand->answers.loop) >= 0);
    CHECK_RC(RC_TIMEOUT, stand->answers.rc[0]);
    CHECK(clock_mono_ms() - since >= 300); /* two tries */
    stand_down(stand);
}

TEST(page_pool, a_worker_that_answers_nonsense_is_not_believed)
{
    struct stand *stand = stand_up("lies", (struct page_pool_options){ .workers = 1 }, 1);
    submit(stand, 0);
    CHECK(sd_event_loop(stand->answers.loop) >= 0);
    CHECK_RC(RC_IO, stand->answers.rc[0]);
    stand_down(stand);
}

TEST(page_pool, refuses_more_than_its_queue_holds)
{
    struct page_pool_options options = { .workers = 1, .queue_max = 2 };
    struct stand *stand = stand_up("hangs", options, 2);
    uint64_t number = 0;
    submit(stand, 0);
    submit(stand, 0);
    struct page_job job = { .capture_fd = stand->picture,
                            .done = on_done,
                            .context = &stand->answers };
    CHECK_RC(RC_FULL, page_pool_submit(stand->pool, &job, &number, NULL));
    page_pool_free(TAKE(stand->pool)); /* each of the two is called back */
    CHECK_INT(2, stand->answers.done);
    CHECK_RC(RC_CANCELLED, stand->answers.rc[0]);
    stand_down(stand);
}

TEST(page_pool, a_cancelled_job_is_called_back_and_forgotten)
{
    struct stand *stand =
        stand_up("hangs", (struct page_pool_options){ .workers = 1 }, 1);
    uint64_t number = submit(stand, 0);
    CHECK_OK(page_pool_cancel(stand->pool, number));
    CHECK_RC(RC_CANCELLED, stand->answers.rc[0]);
    CHECK_RC(RC_NOT_FOUND, page_pool_cancel(stand->pool, number));
    CHECK_INT(0, page_pool_waiting(stand->pool));
    stand_down(stand);
}

TEST(page_pool, wants_one_to_thirty_two_workers)
{
    sd_event *loop = NULL;
    struct page_pool *pool = NULL;
    struct page_pool_options options = { .workers = 0 };
    CHECK(sd_event_new(&loop) >= 0);
    CHECK_RC(RC_INVALID, page_pool_new(loop, &options, &pool, NULL));
    options.workers = 33;
    CHECK_RC(RC_INVALID, page_pool_new(loop, &options, &pool, NULL));
    options.workers = 32;
    CHECK_OK(page_pool_new(loop, &options, &pool, NULL));
    page_pool_free(pool);
    sd_event_unref(loop);
}
