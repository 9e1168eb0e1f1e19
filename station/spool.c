/* Folders of the spool and what concerns whole jobs. The lock is an open file
 * description, so it goes away with the process however that ends. */
#include "station/spool.h"

#include "sys/file.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

struct spool {
    char path[PATH_MAX];
    int dir;
    int lock;
};

SCOPE_RELEASER(dir_close_at, DIR *, closedir)
SCOPE_RELEASER(spool_close_at, struct spool *, spool_close)

static enum rc no(struct fault *why, const char *doing)
{
    return fault_set(why, rc_of_errno(errno), errno, "%s: %s", doing, strerror(errno));
}

void spool_close(struct spool *spool)
{
    if (!spool)
        return;
    if (spool->lock >= 0)
        close(spool->lock);
    if (spool->dir >= 0)
        close(spool->dir);
    free(spool);
}

enum rc spool_open(const char *dir, struct spool **ret_spool, struct fault *why)
{
    SCOPED(spool_close_at) struct spool *spool = calloc(1, sizeof *spool);
    if (!spool)
        return fault_set(why, RC_NO_MEMORY, 0, "out of memory");
    spool->dir = spool->lock = -1;
    if (snprintf(spool->path, sizeof spool->path, "%s", dir) >= (int)sizeof spool->path)
        return fault_set(why, RC_INVALID, 0, "spool.dir is too long");
    enum rc rc = file_make_folder(dir, 0750, why);
    if (!rc)
        rc = file_open_folder(dir, &spool->dir, why);
    if (rc)
        return rc;
    spool->lock = openat(spool->dir, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (spool->lock < 0)
        return no(why, "open the lock of the spool");
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    if (fcntl(spool->lock, F_OFD_SETLK, &whole))
        return fault_set(why, RC_AGAIN, errno, "another station uses the spool '%s'",
                         dir);
    *ret_spool = TAKE(spool);
    return RC_OK;
}

uint64_t spool_free_mb(const struct spool *spool)
{
    struct statvfs fs;
    if (fstatvfs(spool->dir, &fs))
        return 0;
    return (uint64_t)fs.f_bavail * fs.f_frsize / (1024 * 1024);
}

enum rc spool_folder(struct spool *spool, const char *id, const char *below, int *ret_dir,
                     struct fault *why)
{
    char path[JOB_ID_LEN + 64];
    if (snprintf(path, sizeof path, "%s%s%s", id ? id : ".", *below ? "/" : "", below) >=
        (int)sizeof path)
        return fault_set(why, RC_INVALID, 0, "'%s' is no job", id);
    int dir = openat(spool->dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return no(why, "open a folder of the spool");
    *ret_dir = dir;
    return RC_OK;
}

static bool is_job_folder(const char *name)
{
    return strlen(name) == JOB_ID_LEN && strspn(name, "0123456789abcdef") == JOB_ID_LEN;
}

struct found {
    char id[JOB_ID_LEN + 1];
    struct timespec at;
};

static int by_time(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    if (x->at.tv_sec != y->at.tv_sec)
        return x->at.tv_sec < y->at.tv_sec ? -1 : 1;
    if (x->at.tv_nsec != y->at.tv_nsec)
        return x->at.tv_nsec < y->at.tv_nsec ? -1 : 1;
    return strcmp(x->id, y->id);
}

static enum rc find_jobs(struct spool *spool, struct found *found, size_t *count,
                         struct fault *why)
{
    int fd = openat(spool->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    SCOPED(dir_close_at) DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir)
        return no(why, "list the spool");
    size_t n = 0;
    for (struct dirent *e; n < SPOOL_JOBS_MAX && (e = readdir(dir));) {
        char made[JOB_ID_LEN + 16];
        struct stat st;
        if (!is_job_folder(e->d_name))
            continue;
        snprintf(made, sizeof made, "%.32s/made", e->d_name);
        if (fstatat(spool->dir, made, &st, 0))
            continue; /* cut off while it was made: nothing was declared yet */
        memcpy(found[n].id, e->d_name, sizeof found[n].id);
        found[n++].at = st.st_mtim;
    }
    *count = n;
    return RC_OK;
}

enum rc spool_list(struct spool *spool, char (**ret_ids)[JOB_ID_LEN + 1],
                   size_t *ret_count, struct fault *why)
{
    SCOPED(free_at) struct found *found = calloc(SPOOL_JOBS_MAX, sizeof *found);
    SCOPED(free_at) char(*ids)[JOB_ID_LEN + 1] = calloc(SPOOL_JOBS_MAX, sizeof *ids);
    if (!found || !ids)
        return fault_set(why, RC_NO_MEMORY, 0, "out of memory");
    size_t count = 0;
    enum rc rc = find_jobs(spool, found, &count, why);
    if (rc)
        return rc;
    qsort(found, count, sizeof *found, by_time);
    for (size_t i = 0; i < count; i++)
        memcpy(ids[i], found[i].id, sizeof ids[i]);
    *ret_ids = TAKE(ids);
    *ret_count = count;
    return RC_OK;
}

enum rc spool_create_job(struct spool *spool, const struct job *job, struct fault *why)
{
    static const char *const folders[] = { "/sheets", "/aside" };
    char path[PATH_MAX + 64];
    enum rc rc = RC_OK;
    for (size_t i = 0; i < COUNT(folders) && !rc; i++) {
        snprintf(path, sizeof path, "%s/%s%s", spool->path, job->id, folders[i]);
        rc = file_make_folder(path, 0750, why);
    }
    SCOPED(fd_close_at) int dir = -1;
    if (!rc)
        rc = spool_save_job(spool, job, why);
    if (!rc)
        rc = spool_folder(spool, job->id, "", &dir, why);
    return rc ? rc : file_create(dir, "made", BYTES(""), why);
}

enum rc spool_put_json(struct spool *spool, const char *id, const char *name,
                       const json_t *json, struct fault *why)
{
    SCOPED(free_at) char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
    if (!text)
        return fault_set(why, RC_NO_MEMORY, 0, "'%s' cannot be written as JSON", name);
    SCOPED(fd_close_at) int dir = -1;
    enum rc rc = spool_folder(spool, id, "", &dir, why);
    struct bytes data = { (const uint8_t *)text, strlen(text) };
    return rc ? rc : file_replace(dir, name, data, why);
}

enum rc spool_get_json(struct spool *spool, const char *id, const char *name,
                       json_t **ret_json, struct fault *why)
{
    SCOPED(fd_close_at) int dir = -1;
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    enum rc rc = spool_folder(spool, id, "", &dir, why);
    if (!rc)
        rc = file_read(dir, name, SPOOL_JSON_MAX, &text, &len, why);
    if (rc)
        return rc;
    json_t *json = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    if (!json)
        return fault_set(why, RC_CORRUPT, 0, "'%s' is no JSON", name);
    *ret_json = json;
    return RC_OK;
}

enum rc spool_save_job(struct spool *spool, const struct job *job, struct fault *why)
{
    SCOPED(json_free_at) json_t *json = job_to_json(job);
    return spool_put_json(spool, job->id, "job.json", json, why);
}

static enum rc empty_folder(int parent, const char *name, struct fault *why)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    SCOPED(dir_close_at) DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir)
        return errno == ENOENT ? RC_OK : no(why, "open a folder of a finished job");
    for (struct dirent *e; (e = readdir(dir));)
        if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..") && e->d_type != DT_DIR &&
            unlinkat(dirfd(dir), e->d_name, 0))
            return no(why, "delete a file of a finished job");
    return RC_OK;
}

enum rc spool_remove_job(struct spool *spool, const char *id, struct fault *why)
{
    SCOPED(fd_close_at) int job = -1;
    enum rc rc = spool_folder(spool, id, "", &job, why);
    if (rc)
        return rc;
    (void)unlinkat(job, "made", 0); /* first: a half deleted job is no job */
    static const char *const folders[] = { "sheets", "aside" };
    for (size_t i = 0; i < COUNT(folders) && !rc; i++) {
        rc = empty_folder(job, folders[i], why);
        if (!rc && unlinkat(job, folders[i], AT_REMOVEDIR) && errno != ENOENT)
            rc = no(why, "delete a folder of a finished job");
    }
    if (!rc)
        rc = empty_folder(job, ".", why);
    if (!rc && unlinkat(spool->dir, id, AT_REMOVEDIR))
        rc = no(why, "delete the folder of a finished job");
    return rc ? rc : fsync(spool->dir) ? no(why, "flush the spool") : RC_OK;
}
