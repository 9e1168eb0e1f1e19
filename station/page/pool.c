/* Workers that can be killed, and the queue before them.
 *
 * waiting -> running -> done
 *    ^          |
 *    +- killed -+   once: a fresh worker tries the picture again; the second time it is
 * done
 *
 * A worker gets one picture at a time, so that a hang or a crash costs exactly that one.
 * Its clock starts when the picture is sent; starting a worker (loading the model) counts
 * too, which the limit allows for. Workers are started when there is work and replaced
 * after WORKER_PAGES pictures, because the recogniser's memory only grows. */
#include "station/page/page.h"

#include "station/page/reply.h"
#include "station/page/worker.h"
#include "sys/clock.h"
#include "sys/ipc.h"
#include "sys/role.h"
#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum {
    WORKERS_MAX = 32,
    WORKER_PAGES = 400,
    TRIES = 2,
    TIMEOUT_MS = 60000,
    QUEUE_MAX = 4096,
};

struct job {
    struct job *next;
    uint64_t id;
    struct page_job order; /* its capture_fd is ours */
    unsigned tries;
};

struct worker {
    struct page_pool *pool;
    struct ipc *ipc; /* NULL: not running */
    pid_t pid;
    struct job *job; /* NULL: idle */
    int64_t since_ms;
    unsigned pages;
};

struct page_pool {
    sd_event *loop;
    sd_event_source *wake;
    struct page_pool_options options;
    struct job *waiting; /* highest priority first, then in order */
    size_t waiting_count, running_count;
    uint64_t last_id;
    struct worker workers[WORKERS_MAX];
};

static void job_free(struct job *job)
{
    close(job->order.capture_fd);
    free(job);
}

static void job_fail(struct job *job, enum rc rc, const char *sentence)
{
    struct fault why = { 0 };
    struct page_files files = PAGE_FILES_NONE;
    fault_set(&why, rc, 0, "%s", sentence);
    job->order.done(job->id, rc, NULL, &files, &why, job->order.context);
    job_free(job);
}

static void enqueue(struct page_pool *pool, struct job *job, bool before_equals)
{
    struct job **at = &pool->waiting;
    while (*at && ((*at)->order.priority > job->order.priority ||
                   (!before_equals && (*at)->order.priority == job->order.priority)))
        at = &(*at)->next;
    job->next = *at;
    *at = job;
    pool->waiting_count++;
}

static void wake(struct page_pool *pool)
{
    (void)sd_event_source_set_enabled(pool->wake, SD_EVENT_ONESHOT);
}

/* End the process of a worker. Its job is the caller's to decide about, before. */
static void worker_end(struct worker *worker)
{
    struct ipc *ipc = TAKE(worker->ipc);
    if (!ipc)
        return;
    ipc_free(ipc);
    (void)kill(worker->pid, SIGKILL);
    while (waitpid(worker->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    worker->pages = 0;
}

static struct job *take_job(struct worker *worker)
{
    struct job *job = TAKE(worker->job);
    if (job)
        worker->pool->running_count--;
    return job;
}

/* The worker hung, died or talked nonsense over its picture. */
static void lost(struct worker *worker, bool hung)
{
    struct page_pool *pool = worker->pool;
    struct job *job = take_job(worker);
    worker_end(worker);
    wake(pool);
    if (!job)
        return;
    if (job->tries < TRIES) {
        enqueue(pool, job, true);
        return;
    }
    if (hung)
        job_fail(job, RC_TIMEOUT, "这一页处理超时，已跳过识别，请重新扫描或人工处理");
    else
        job_fail(job, RC_IO, "这一页无法处理（处理程序两次中断），请重新扫描或人工处理");
}

static void on_closed(struct ipc *ipc, void *context)
{
    struct worker *worker = context;
    if (worker->ipc == ipc)
        lost(worker, false);
}

static void on_reply(struct ipc *ipc, struct ipc_message *reply, void *context)
{
    struct worker *worker = context;
    struct page_result result;
    struct page_files files = PAGE_FILES_NONE;
    if (worker->ipc != ipc || !worker->job)
        return; /* it was ended meanwhile */
    if (!reply) {
        lost(worker,
             clock_mono_ms() - worker->since_ms >= worker->pool->options.timeout_ms);
        return;
    }
    const char *sentence;
    enum rc rc = page_reply_read(reply, &result, &files, &sentence);
    if (rc && !sentence) {
        lost(worker, false);
        return;
    }
    struct job *job = take_job(worker);
    struct page_pool *pool = worker->pool;
    if (++worker->pages >= WORKER_PAGES)
        worker_end(worker);
    wake(pool);
    if (rc) {
        job_fail(job, rc, sentence);
        return;
    }
    job->order.done(job->id, RC_OK, &result, &files, NULL, job->order.context);
    page_files_close(&files);
    job_free(job);
}

static enum rc worker_start(struct worker *worker, struct fault *why)
{
    const struct page_pool_options *options = &worker->pool->options;
    const char *args[] = { options->no_ocr ? PAGE_MODEL_NONE : options->model, NULL };
    int fd = -1;
    enum rc rc = role_start("page", args, &fd, &worker->pid, why);
    if (rc)
        return rc;
    if (options->nice)
        (void)setpriority(PRIO_PROCESS, (id_t)worker->pid,
                          getpriority(PRIO_PROCESS, 0) + options->nice);
    struct ipc_handlers handlers = { .closed = on_closed, .context = worker };
    rc = ipc_new(worker->pool->loop, fd, &handlers, &worker->ipc, why);
    if (rc) {
        close(fd);
        (void)kill(worker->pid, SIGKILL);
        (void)waitpid(worker->pid, NULL, 0);
    }
    return rc;
}

static void give(struct worker *worker, struct job *job)
{
    struct page_pool *pool = worker->pool;
    json_t *body = json_pack("{s:o}", "options", page_options_json(&job->order.options));
    worker->job = job;
    worker->since_ms = clock_mono_ms();
    pool->running_count++;
    job->tries++;
    if (ipc_call(worker->ipc, body, &job->order.capture_fd, 1, pool->options.timeout_ms,
                 on_reply, worker))
        lost(worker, false);
}

static int on_wake(sd_event_source *source, void *context)
{
    (void)source;
    struct page_pool *pool = context;
    for (uint32_t i = 0; i < pool->options.workers && pool->waiting; i++) {
        struct worker *worker = &pool->workers[i];
        struct fault why = { 0 };
        if (worker->job)
            continue;
        struct job *job = pool->waiting;
        pool->waiting = job->next;
        pool->waiting_count--;
        if (!worker->ipc && worker_start(worker, &why)) {
            job_fail(job, RC_UNAVAILABLE, "页面处理程序启动不了，请联系管理员");
            wake(pool);
            break;
        }
        give(worker, job);
    }
    return 0;
}

enum rc page_pool_new(sd_event *loop, const struct page_pool_options *options,
                      struct page_pool **ret_pool, struct fault *why)
{
    if (options->workers < 1 || options->workers > WORKERS_MAX)
        return fault_set(why, RC_INVALID, 0, "识别进程数应为 1 到 %d", WORKERS_MAX);
    /* Read by OpenMP's library before any main(), so it must stand in the environment. */
    setenv("OMP_THREAD_LIMIT", "1", 1);
    struct page_pool *pool = calloc(1, sizeof *pool);
    if (!pool)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    pool->options = *options;
    if (!pool->options.timeout_ms)
        pool->options.timeout_ms = TIMEOUT_MS;
    if (!pool->options.queue_max)
        pool->options.queue_max = QUEUE_MAX;
    for (size_t i = 0; i < WORKERS_MAX; i++)
        pool->workers[i].pool = pool;
    int r = sd_event_add_defer(loop, &pool->wake, on_wake, pool);
    if (r < 0) {
        free(pool);
        return fault_set(why, RC_NO_MEMORY, -r, "内存不足");
    }
    (void)sd_event_source_set_enabled(pool->wake, SD_EVENT_OFF);
    pool->loop = sd_event_ref(loop);
    *ret_pool = pool;
    return RC_OK;
}

void page_pool_free(struct page_pool *pool)
{
    if (!pool)
        return;
    for (size_t i = 0; i < WORKERS_MAX; i++) {
        struct job *job = take_job(&pool->workers[i]);
        worker_end(&pool->workers[i]);
        if (job)
            job_fail(job, RC_CANCELLED, "已取消");
    }
    while (pool->waiting) {
        struct job *job = pool->waiting;
        pool->waiting = job->next;
        job_fail(job, RC_CANCELLED, "已取消");
    }
    sd_event_source_disable_unref(pool->wake);
    sd_event_unref(pool->loop);
    free(pool);
}

enum rc page_pool_submit(struct page_pool *pool, const struct page_job *order,
                         uint64_t *ret_job, struct fault *why)
{
    if (pool->waiting_count >= pool->options.queue_max)
        return fault_set(why, RC_FULL, 0, "等待处理的页太多，请稍候");
    struct job *job = calloc(1, sizeof *job);
    if (!job)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    job->order = *order;
    job->order.capture_fd = fcntl(order->capture_fd, F_DUPFD_CLOEXEC, 0);
    if (job->order.capture_fd < 0) {
        int err = errno;
        free(job);
        return fault_set(why, rc_of_errno(err), err, "打不开图片文件");
    }
    job->id = ++pool->last_id;
    enqueue(pool, job, false);
    wake(pool);
    *ret_job = job->id;
    return RC_OK;
}

static struct job *unlink_waiting(struct page_pool *pool, uint64_t id)
{
    struct job **at = &pool->waiting;
    while (*at && (*at)->id != id)
        at = &(*at)->next;
    struct job *job = *at;
    if (job) {
        *at = job->next;
        pool->waiting_count--;
    }
    return job;
}

enum rc page_pool_raise(struct page_pool *pool, uint64_t id, int32_t priority)
{
    struct job *job = unlink_waiting(pool, id);
    if (!job)
        return RC_NOT_FOUND;
    job->order.priority = priority;
    enqueue(pool, job, false);
    return RC_OK;
}

enum rc page_pool_cancel(struct page_pool *pool, uint64_t id)
{
    struct job *job = unlink_waiting(pool, id);
    for (size_t i = 0; !job && i < WORKERS_MAX; i++)
        if (pool->workers[i].job && pool->workers[i].job->id == id) {
            job = take_job(&pool->workers[i]);
            worker_end(&pool->workers[i]);
            wake(pool);
        }
    if (!job)
        return RC_NOT_FOUND;
    job_fail(job, RC_CANCELLED, "已取消");
    return RC_OK;
}

size_t page_pool_waiting(const struct page_pool *pool)
{
    return pool->waiting_count + pool->running_count;
}
