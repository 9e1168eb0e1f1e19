/* Sheets in the spool. The order of writes is the whole point: bits of each side,
 * flushed; then the record, flushed; only then may the caller let the next sheet be fed.
 */
#include "station/spool.h"

#include "station/json_field.h"
#include "sys/file.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* A file mapped for reading, so that bits of megabytes are not copied. */
struct view {
    void *at;
    size_t len;
};

static void view_close_at(struct view *view)
{
    if (view->at)
        munmap(view->at, view->len);
}

static const struct part {
    const char *ending, *field, *type;
} parts[PART_COUNT] = {
    [PART_PDF] = { ".pdf", "pdf_sha256", "application/pdf" },
    [PART_TEXT] = { ".txt", "text_sha256", "text/plain; charset=utf-8" },
    [PART_WORDS] = { ".words.json", "words_sha256", "application/json" },
    [PART_THUMB] = { ".thumb.jpg", "thumb_sha256", "image/jpeg" },
    [PART_VIEW] = { ".view.jpg", "view_sha256", "image/jpeg" },
};

const char *spool_part_field(enum spool_part part)
{
    return parts[part].field;
}

const char *spool_part_type(enum spool_part part)
{
    return parts[part].type;
}

const char *spool_part_ending(enum spool_part part)
{
    return parts[part].ending;
}

void spool_image_name(const struct job_image *image, const char *ending,
                      char ret_name[SPOOL_NAME_MAX])
{
    snprintf(ret_name, SPOOL_NAME_MAX, "%04u-%s%s", image->leaf, side_name(image->side),
             ending);
}

static enum rc view_open(int fd, struct view *ret_view, struct fault *why)
{
    struct stat st;
    if (fstat(fd, &st) || st.st_size < 0)
        return fault_set(why, RC_IO, errno, "look at a file: %s", strerror(errno));
    if (st.st_size > SPOOL_CAPTURE_MAX)
        return fault_set(why, RC_INVALID, 0, "a picture of over %d MiB",
                         SPOOL_CAPTURE_MAX / 1024 / 1024);
    struct view view = { NULL, (size_t)st.st_size };
    if (view.len) {
        view.at = mmap(NULL, view.len, PROT_READ, MAP_PRIVATE, fd, 0);
        if (view.at == MAP_FAILED)
            return fault_set(why, rc_of_errno(errno), errno, "map a file: %s",
                             strerror(errno));
    }
    *ret_view = view;
    return RC_OK;
}

/* file_replace() or file_put() */
typedef enum rc store(int dir, const char *name, struct bytes data, struct fault *why);

/* Store what `fd` holds as `name`, and say what its hash is. */
static enum rc put_file(int dir, const char *name, int fd, store *put,
                        char ret_hex[SHA256_HEX], uint64_t *ret_len, struct fault *why)
{
    SCOPED(view_close_at) struct view view = { 0 };
    enum rc rc = view_open(fd, &view, why);
    if (rc)
        return rc;
    struct bytes data = { view.at, view.len };
    hash_hex(hash_sha256(data), ret_hex);
    *ret_len = view.len;
    return put(dir, name, data, why);
}

enum rc spool_put_capture(struct spool *spool, const struct job *job, unsigned leaf,
                          enum side side, int fd, struct capture *capture,
                          struct fault *why)
{
    SCOPED(fd_close_at) int dir = -1;
    enum rc rc = spool_folder(spool, job->id, "sheets", &dir, why);
    if (rc)
        return rc;
    snprintf(capture->file, sizeof capture->file, "%04u-%s.jpg", leaf, side_name(side));
    rc = put_file(dir, capture->file, fd, file_replace, capture->sha256, &capture->bytes,
                  why);
    if (!rc && !capture->bytes)
        return fault_set(why, RC_CORRUPT, 0, "the scanner delivered an empty picture");
    return rc;
}

enum rc spool_put_sheet(struct spool *spool, const struct job *job, unsigned leaf,
                        const struct capture *sides, unsigned count, struct fault *why)
{
    SCOPED(json_free_at) json_t *purpose = job_purpose(job);
    SCOPED(json_free_at) json_t *json = sheet_to_json(leaf, sides, count, purpose);
    SCOPED(free_at) char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    if (!text)
        return fault_set(why, RC_INVALID, 0, "sheet %u cannot be recorded", leaf);
    SCOPED(fd_close_at) int dir = -1;
    enum rc rc = spool_folder(spool, job->id, "sheets", &dir, why);
    if (rc)
        return rc;
    char name[SPOOL_NAME_MAX];
    snprintf(name, sizeof name, "%04u.json", leaf);
    struct bytes data = { (const uint8_t *)text, strlen(text) };
    return file_create(dir, name, data, why);
}

static enum rc put_parts(int dir, const struct job_image *image, json_t *result,
                         const int fds[PART_COUNT], struct fault *why)
{
    enum rc rc = RC_OK;
    char name[SPOOL_NAME_MAX];
    for (int i = 0; i < PART_COUNT && !rc; i++) {
        char hex[SHA256_HEX];
        uint64_t len = 0;
        if (fds[i] < 0)
            continue;
        spool_image_name(image, parts[i].ending, name);
        rc = put_file(dir, name, fds[i], file_put, hex, &len, why);
        json_object_set_new(result, parts[i].field, json_string(hex));
    }
    return rc;
}

enum rc spool_put_look(struct spool *spool, const struct job *job,
                       const struct job_image *image, json_t *result,
                       const int fds[PART_COUNT], struct fault *why)
{
    SCOPED(fd_close_at) int dir = -1;
    enum rc rc = spool_folder(spool, job->id, "sheets", &dir, why);
    return rc ? rc : put_parts(dir, image, result, fds, why);
}

enum rc spool_put_result(struct spool *spool, const struct job *job,
                         const struct job_image *image, json_t *result,
                         const int fds[PART_COUNT], struct fault *why)
{
    SCOPED(fd_close_at) int dir = -1;
    char name[SPOOL_NAME_MAX];
    enum rc rc = spool_folder(spool, job->id, "sheets", &dir, why);
    if (!rc)
        rc = put_parts(dir, image, result, fds, why);
    if (rc)
        return rc;
    SCOPED(free_at) char *text = json_dumps(result, JSON_COMPACT);
    if (!text)
        return fault_set(why, RC_INVALID, 0, "a page's result cannot be written as JSON");
    spool_image_name(image, ".json", name);
    struct bytes data = { (const uint8_t *)text, strlen(text) };
    return file_put(dir, name, data, why);
}

static enum rc flush_result(int dir, const struct job_image *image, struct fault *why)
{
    char name[SPOOL_NAME_MAX];
    enum rc rc = RC_OK;
    for (int i = 0; i < PART_COUNT && !rc; i++) {
        spool_image_name(image, parts[i].ending, name);
        if (*field_peek(image->result, parts[i].field))
            rc = file_flush(dir, name, why);
    }
    spool_image_name(image, ".json", name);
    return rc ? rc : file_flush(dir, name, why);
}

enum rc spool_flush_results(struct spool *spool, const struct job *job, struct fault *why)
{
    SCOPED(fd_close_at) int dir = -1;
    enum rc rc = spool_folder(spool, job->id, "sheets", &dir, why);
    for (size_t i = 0; i < job->count && !rc; i++)
        if (job->images[i].state >= IMAGE_READY)
            rc = flush_result(dir, &job->images[i], why);
    if (!rc && fsync(dir))
        rc =
            fault_set(why, rc_of_errno(errno), errno, "flush a job: %s", strerror(errno));
    return rc;
}

static enum rc open_named(struct spool *spool, const struct job *job, const char *name,
                          int *ret_fd, struct fault *why)
{
    SCOPED(fd_close_at) int dir = -1;
    enum rc rc = spool_folder(spool, job->id, "sheets", &dir, why);
    if (rc)
        return rc;
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fault_set(why, rc_of_errno(errno), errno, "open '%s': %s", name,
                         strerror(errno));
    *ret_fd = fd;
    return RC_OK;
}

enum rc spool_open_capture(struct spool *spool, const struct job *job,
                           const struct job_image *image, int *ret_fd, struct fault *why)
{
    return open_named(spool, job, image->capture.file, ret_fd, why);
}

enum rc spool_open_part(struct spool *spool, const struct job *job,
                        const struct job_image *image, enum spool_part part, int *ret_fd,
                        struct fault *why)
{
    char name[SPOOL_NAME_MAX];
    spool_image_name(image, parts[part].ending, name);
    if (!*field_peek(image->result, parts[part].field))
        return fault_set(why, RC_NOT_FOUND, 0, "'%s' was not made", name);
    return open_named(spool, job, name, ret_fd, why);
}
