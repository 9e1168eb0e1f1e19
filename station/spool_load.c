/* A job back from the spool after any end of the program.
 *
 * The sheets are walked from 1 until a record is missing. What lies behind the last whole
 * sheet was never acknowledged (or is damaged) and is moved aside, so that a sheet that
 * is fed again can never be mixed with what is left of its first feeding. */
#include "station/spool.h"

#include "station/job_repair.h"
#include "station/json_field.h"
#include "station/turn.h"
#include "sys/file.h"
#include "sys/hash.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { RECORD_MAX = 64 * 1024 };

SCOPE_RELEASER(dir_close_at, DIR *, closedir)
SCOPE_RELEASER(job_free_at, struct job *, job_free)

/* The sheet that a name in sheets/ belongs to; temporary names (".0001-….new") too. */
static unsigned sheet_of_name(const char *name)
{
    unsigned sheet = 0;
    return sscanf(name + (name[0] == '.'), "%4u", &sheet) == 1 ? sheet : 0;
}

enum rc spool_set_aside(struct spool *spool, const char *id, unsigned last,
                        struct fault *why)
{
    SCOPED(fd_close_at) int aside = -1;
    int sheets = -1;
    enum rc rc = spool_folder(spool, id, "aside", &aside, why);
    if (!rc)
        rc = spool_folder(spool, id, "sheets", &sheets, why);
    SCOPED(dir_close_at) DIR *dir = rc ? NULL : fdopendir(sheets);
    if (!dir)
        return rc ? rc : fault_set(why, rc_of_errno(errno), errno, "list a job's sheets");
    for (struct dirent *e; !rc && (e = readdir(dir));) {
        if (e->d_name[0] == '.' && !e->d_name[1])
            continue;
        unsigned sheet = sheet_of_name(e->d_name);
        if (sheet && sheet <= last && e->d_name[0] == '.')
            (void)unlinkat(dirfd(dir), e->d_name, 0); /* cut-off write of a kept sheet */
        else if (sheet > last && renameat(dirfd(dir), e->d_name, aside, e->d_name))
            rc = fault_set(why, rc_of_errno(errno), errno, "move '%s' aside: %s",
                           e->d_name, strerror(errno));
    }
    return rc ? rc
           : fsync(aside) || fsync(dirfd(dir))
               ? fault_set(why, RC_IO, errno, "flush a job")
               : RC_OK;
}

static enum rc read_json(int dir, const char *name, size_t most, json_t **ret_json,
                         struct fault *why)
{
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    enum rc rc = file_read(dir, name, most, &text, &len, why);
    if (rc)
        return rc;
    *ret_json = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    return *ret_json ? RC_OK : fault_set(why, RC_CORRUPT, 0, "'%s' is no JSON", name);
}

static bool file_has_size(int dir, const char *name, uint64_t bytes)
{
    struct stat st;
    return !fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) && S_ISREG(st.st_mode) &&
           st.st_size >= 0 && (uint64_t)st.st_size == bytes;
}

/* The very bits whose hash was written down. A byte that rotted would else come out at
 * the repository only, which cannot say which sheet to feed again. */
static bool file_is(int dir, const char *name, const char *hex)
{
    struct sha256 want, have;
    uint64_t bytes = 0;
    SCOPED(fd_close_at)
    int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    return fd >= 0 && hash_from_hex(hex, &want) && !hash_fd(fd, &have, &bytes, NULL) &&
           hash_equal(&want, &have);
}

/* Its files are not needed any more. */
static bool is_over(const struct job *job)
{
    return job->state == JOB_DONE || job->state == JOB_ABANDONED;
}

/* *ret_repair: what the sheet was fed for; a new reference, or NULL. */
static enum rc load_sheet(int dir, unsigned leaf, struct job *job, json_t **ret_repair,
                          struct fault *why)
{
    char name[SPOOL_NAME_MAX];
    snprintf(name, sizeof name, "%04u.json", leaf);
    SCOPED(json_free_at) json_t *json = NULL;
    json_t *repair = NULL;
    enum rc rc = read_json(dir, name, RECORD_MAX, &json, why);
    if (rc)
        return rc;
    struct capture sides[2];
    unsigned count = 0;
    rc = sheet_from_json(json, leaf, sides, &count, &repair, why);
    for (unsigned i = 0; i < count && !rc; i++)
        if (!file_has_size(dir, sides[i].file, sides[i].bytes) ||
            (!is_over(job) && !file_is(dir, sides[i].file, sides[i].sha256)))
            rc = fault_set(why, RC_CORRUPT, 0, "'%s' is missing, cut off or altered",
                           sides[i].file);
    if (rc)
        return rc;
    if (turn_is_back(repair))
        turn_add_back(job, sides, repair);
    else
        job_add_sheet(job, sides, count);
    struct stat st;
    if (!fstatat(dir, name, &st, 0))
        job->fed_ms = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
    *ret_repair = json_incref(repair);
    return RC_OK;
}

/* A result counts only when all parts it names are there, whole. */
static void load_result(int dir, const struct job *job, struct job_image *image)
{
    char name[SPOOL_NAME_MAX];
    spool_image_name(image, ".json", name);
    SCOPED(json_free_at) json_t *json = NULL;
    if (read_json(dir, name, SPOOL_JSON_MAX, &json, NULL) || !json_is_object(json))
        return;
    for (int i = 0; i < PART_COUNT; i++) {
        spool_image_name(image, spool_part_ending((enum spool_part)i), name);
        const char *hex = field_peek(json, spool_part_field((enum spool_part)i));
        if (*hex && !is_over(job) && !file_is(dir, name, hex))
            return;
    }
    image->state = *field_peek(json, "kind") ? IMAGE_READY : IMAGE_FAILED;
    image->result = TAKE(json);
}

/* All leaves in the order of feeding; `repairs` gets one entry a leaf, null or object. */
static enum rc load_sheets(int dir, struct job *job, json_t *repairs, struct fault *why)
{
    enum rc rc = RC_OK;
    while (!rc && job->leaves < JOB_LEAVES_MAX) {
        struct fault bad;
        json_t *repair = NULL;
        rc = load_sheet(dir, job->leaves + 1, job, &repair, &bad);
        if ((rc == RC_CORRUPT || rc == RC_INVALID) && job->by_hand)
            snprintf(job->note, sizeof job->note,
                     "本机存的一面已损坏，从它起要重新放纸。");
        else if (rc == RC_CORRUPT || rc == RC_INVALID)
            snprintf(job->note, sizeof job->note,
                     "本机存的第 %u 张已损坏，请从第 %u 张起重新放纸。", job->leaves + 1,
                     job->leaves + 1);
        else if (rc && rc != RC_NOT_FOUND)
            return fault_set(why, rc, bad.err, "%s", bad.text);
        if (!rc)
            json_array_append_new(repairs, repair ? repair : json_null());
    }
    for (size_t i = 0; i < job->count + job->gone_count; i++)
        load_result(dir, job,
                    i < job->count ? &job->images[i] : &job->gone[i - job->count]);
    return RC_OK;
}

/* The order as job.json knows it, then the repairs that only the records know yet: they
 * were acknowledged, and the program ended before job.json was written. */
static void put_in_order(struct job *job, const json_t *json, const json_t *repairs)
{
    uint64_t known = 0;
    if (field_uint(json, "leaves", 1, JOB_LEAVES_MAX, &known))
        job_order_apply(job, json_object_get(json, "order"), (unsigned)known);
    for (size_t leaf = (size_t)known + 1; leaf <= json_array_size(repairs); leaf++) {
        json_t *repair = json_array_get(repairs, leaf - 1);
        if (!json_is_object(repair) || turn_is_back(repair))
            continue;
        job_repair_leaf(job, (unsigned)leaf, repair);
        job->folded = true;
    }
    const json_t *last = json_array_get(repairs, json_array_size(repairs) - 1);
    job->mended = json_is_object(last) && !turn_is_back(last);
    if (job->sheets < job->sheets_declared)
        job->turned = false; /* a front was damaged: fronts go before backs again */
}

enum rc spool_load_job(struct spool *spool, const char *id, struct job **ret_job,
                       struct fault *why)
{
    SCOPED(json_free_at) json_t *json = NULL;
    SCOPED(json_free_at) json_t *decisions = NULL;
    SCOPED(json_free_at) json_t *repairs = json_array();
    SCOPED(job_free_at) struct job *job = NULL;
    SCOPED(fd_close_at) int sheets = -1;
    enum rc rc = spool_get_json(spool, id, "job.json", &json, why);
    if (!rc)
        rc = job_from_json(json, &job, &decisions, why);
    if (!rc && strcmp(job->id, id))
        rc = fault_set(why, RC_CORRUPT, 0, "job.json in '%s' is of another job", id);
    if (!rc)
        rc = spool_folder(spool, id, "sheets", &sheets, why);
    if (!rc)
        rc = load_sheets(sheets, job, repairs, why);
    if (!rc)
        rc = spool_set_aside(spool, id, job->leaves, why);
    if (rc)
        return rc;
    put_in_order(job, json, repairs);
    job_decide_all(job, decisions);
    *ret_job = TAKE(job);
    return RC_OK;
}
