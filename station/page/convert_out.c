/* Pages wait in one nameless spool file, so that a thousand of them cost neither memory
 * nor descriptors, and a conversion that is killed leaves nothing behind. */
#include "station/page/convert_out.h"

#include "pdfa/pdfa.h"
#include "station/page/convert_marks.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char document_title[] = "扫描件";
static const time_t year_9999_s = 253370764800;

static enum rc cannot_write(const char *path, struct fault *why)
{
    int err = errno;
    return fault_set(why, err == ENOSPC ? RC_FULL : RC_IO, err, "写不了文件“%s”：%s",
                     path,
                     err == ENOSPC   ? "磁盘已满"
                     : err == EACCES ? "没有权限"
                     : err == ENOENT ? "没有这个文件夹"
                                     : strerror(err));
}

enum rc convert_keep(int spool_fd, int fd, uint64_t *ret_at, uint32_t *ret_len,
                     struct fault *why)
{
    SCOPED(free_at) char *data = NULL;
    size_t len = 0;
    if (fd < 0)
        return RC_OK;
    enum rc rc = file_read_fd(fd, INT32_MAX, &data, &len, why);
    if (rc)
        return rc;
    off_t at = lseek(spool_fd, 0, SEEK_END);
    if (at < 0 || file_write_all(spool_fd, (struct bytes){ (uint8_t *)data, len }, NULL))
        return cannot_write("临时文件", why);
    *ret_at = (uint64_t)at;
    *ret_len = (uint32_t)len;
    return RC_OK;
}

enum rc convert_take(const struct convert_pages *pages, uint64_t at, uint32_t len,
                     char **ret_data, struct fault *why)
{
    char *data = malloc((size_t)len + 1);
    size_t have = 0;
    if (!data)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    while (have < len) {
        ssize_t got = pread(pages->spool_fd, data + have, len - have, (off_t)(at + have));
        if (got <= 0) {
            free(data);
            return fault_set(why, RC_IO, errno, "读不出临时文件");
        }
        have += (size_t)got;
    }
    data[len] = '\0';
    *ret_data = data;
    return RC_OK;
}

/* The join asks for page `index` of those that are in the PDF. */
static enum rc open_page(void *context, size_t index, int *ret_fd, struct fault *why)
{
    const struct convert_pages *pages = context;
    const struct convert_page *page = pages->at;
    for (size_t left = index;; page++)
        if (page->in_pdf && left-- == 0)
            break;
    SCOPED(free_at) char *data = NULL;
    enum rc rc = convert_take(pages, page->pdf_at, page->pdf_len, &data, why);
    if (rc)
        return rc;
    return file_in_memory("page", (struct bytes){ (uint8_t *)data, page->pdf_len },
                          ret_fd, why);
}

struct target {
    int dir;
    char folder[PATH_MAX], name[NAME_MAX + 1], draft[NAME_MAX + 16];
};

static enum rc target_open(const char *path, struct target *target, struct fault *why)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t folder = slash ? (size_t)(slash - path) : 0;
    if (!*name || strlen(name) > NAME_MAX - 8 || folder >= sizeof target->folder)
        return fault_set(why, RC_IO, 0, "“%s”不能作为文件名", path);
    snprintf(target->name, sizeof target->name, "%s", name);
    snprintf(target->draft, sizeof target->draft, ".%s.new", name);
    snprintf(target->folder, sizeof target->folder, "%.*s", (int)folder, path);
    if (!target->folder[0])
        strcpy(target->folder, slash ? "/" : ".");
    target->dir = open(target->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return target->dir < 0 ? cannot_write(path, why) : RC_OK;
}

void convert_note_date(struct convert_pages *pages, const char *path)
{
    struct stat facts;
    if (!stat(path, &facts) && S_ISREG(facts.st_mode) && facts.st_mtime < year_9999_s &&
        facts.st_mtime * 1000 > pages->newest_ms)
        pages->newest_ms = (int64_t)facts.st_mtime * 1000;
}

static enum rc join(const struct convert_pages *pages, int fd, struct fault *why)
{
    struct pdfa_join how = {
        /* the newest picture's date, not the clock's: the same files, the same PDF */
        .about = { .title = document_title, .created_ms = pages->newest_ms },
        .open_page = open_page,
        .context = (void *)(uintptr_t)pages,
    };
    SCOPED(convert_marks_free) struct convert_marks marks = { 0 };
    if (pages->volume) {
        how = pdfa_volume_join(pages->volume);
        how.open_page = open_page;
        how.context = (void *)(uintptr_t)pages;
        return pdfa_join(&how, fd, why);
    }
    enum rc rc = convert_marks(pages, &marks, why);
    if (rc)
        return rc;
    how.marks = marks.at;
    how.mark_count = marks.count;
    for (size_t i = 0; i < pages->count; i++)
        how.page_count += pages->at[i].in_pdf;
    return pdfa_join(&how, fd, why);
}

/* /dev/stdout, a pipe, a device: written to, never replaced by a file of its name. */
static bool is_no_file(const char *path)
{
    struct stat there;
    return !stat(path, &there) && !S_ISREG(there.st_mode);
}

enum rc convert_replace(const char *path, struct bytes data, struct fault *why)
{
    struct target target;
    if (is_no_file(path)) {
        SCOPED(fd_close_at) int fd = open(path, O_WRONLY | O_CLOEXEC);
        return fd < 0 || file_write_all(fd, data, NULL) ? cannot_write(path, why) : RC_OK;
    }
    enum rc rc = target_open(path, &target, why);
    if (rc)
        return rc;
    SCOPED(fd_close_at) int dir = target.dir;
    return file_replace(dir, target.name, data, NULL) ? cannot_write(path, why) : RC_OK;
}

/* The volume; or a page file that was read again, which is a page file again. */
static enum rc put_pdf(const struct convert_pages *pages, int fd, struct fault *why)
{
    SCOPED(free_at) char *data = NULL;
    if (!pages->volume || !pdfa_volume_is_page(pages->volume))
        return join(pages, fd, why);
    enum rc rc = convert_take(pages, pages->at->pdf_at, pages->at->pdf_len, &data, why);
    return rc ? rc
              : file_write_all(fd, (struct bytes){ (uint8_t *)data, pages->at->pdf_len },
                               why);
}

static enum rc write_pdf_through(const struct convert_pages *pages, const char *path,
                                 struct fault *why)
{
    SCOPED(fd_close_at) int fd = -1;
    SCOPED(free_at) char *data = NULL;
    size_t len;
    enum rc rc = file_in_memory("pdf", (struct bytes){ NULL, 0 }, &fd, why);
    rc = rc ? rc : put_pdf(pages, fd, why);
    rc = rc ? rc : file_read_fd(fd, SIZE_MAX / 4, &data, &len, why);
    return rc ? rc
              : convert_replace(path, (struct bytes){ (const uint8_t *)data, len }, why);
}

/* The draft is locked while it is written, so that two who write one name do not write
 * into each other's; what one that was killed left is used again. */
static enum rc draft_open(const struct target *target, const char *path, int *ret_fd,
                          struct fault *why)
{
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    struct stat mine, named;
    SCOPED(fd_close_at)
    int fd = openat(target->dir, target->draft, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
                    0666);
    if (fd < 0 || fstat(fd, &mine))
        return cannot_write(path, why);
    if (fcntl(fd, F_OFD_SETLK, &whole) || !S_ISREG(mine.st_mode) ||
        fstatat(target->dir, target->draft, &named, AT_SYMLINK_NOFOLLOW) ||
        named.st_ino != mine.st_ino)
        return fault_set(why, RC_IO, 0, "另一个程序正在写“%s”，请稍后再试", path);
    if (ftruncate(fd, 0))
        return cannot_write(path, why);
    *ret_fd = TAKE_FD(fd);
    return RC_OK;
}

static enum rc draft_name(const struct convert_pages *pages, const struct target *target,
                          const char *path, int fd, struct fault *why)
{
    struct stat now;
    if (fsync(fd))
        return cannot_write(path, why);
    if (pages->in_place && (fstatat(target->dir, target->name, &now, 0) ||
                            !convert_same_state(&now, &pages->was)))
        return fault_set(why, RC_CONFLICT, 0,
                         "“%s”在重新识别期间被改动过，没有替换它，请再做一次", path);
    return renameat(target->dir, target->draft, target->dir, target->name) ||
                   fsync(target->dir)
               ? cannot_write(path, why)
               : RC_OK;
}

enum rc convert_write_pdf(const struct convert_pages *pages, const char *path,
                          struct fault *why)
{
    if (is_no_file(path))
        return write_pdf_through(pages, path, why);
    struct target target;
    enum rc rc = target_open(path, &target, why);
    if (rc)
        return rc;
    SCOPED(fd_close_at) int dir = target.dir;
    SCOPED(fd_close_at) int fd = -1;
    rc = draft_open(&target, path, &fd, why);
    if (rc)
        return rc;
    struct stat old;
    if (!fstatat(dir, target.name, &old, 0))
        (void)fchmod(fd, old.st_mode & 07777);
    rc = put_pdf(pages, fd, why);
    rc = rc ? rc : draft_name(pages, &target, path, fd, why);
    if (rc)
        (void)unlinkat(dir, target.draft, 0);
    return rc;
}

enum rc convert_write_text(const struct convert_pages *pages, const char *path,
                           struct fault *why)
{
    SCOPED(free_at) char *all = NULL;
    size_t len = 0;
    SCOPED(file_close_at) FILE *out = open_memstream(&all, &len);
    bool first = true;
    for (size_t i = 0; out && i < pages->count; i++) {
        const struct convert_page *page = &pages->at[i];
        SCOPED(free_at) char *text = NULL;
        if (!page->in_pdf)
            continue;
        enum rc rc = convert_take(pages, page->text_at, page->text_len, &text, why);
        if (rc)
            return rc;
        fprintf(out, "%s%s", first ? "" : "\f", text);
        first = false;
    }
    if (!out || fflush(out))
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    return convert_replace(path, (struct bytes){ (uint8_t *)all, len }, why);
}
