/* Making a bag: payload and tag files are copied and flushed one by one while the
 * manifests grow in memory, the bag is verified by reading it back, the folders are
 * flushed, and only then it gets its name. What a crash leaves has a hidden name and is
 * swept away by the next try. */
#include "repo-daemon/bagit.h"

#include "repo-daemon/bagit_manifest.h"
#include "repo-daemon/bagit_paths.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { FOLDER_MODE = 0750, PIECE = 64 * 1024, NAME_BYTES_MAX = 200 };

/* Text that grows; the first error is kept. */
struct growing {
    char *at;
    size_t len;
    FILE *file;
};

struct writing {
    const struct bagit *bag;
    int parent, dir; /* owned */
    char hidden[NAME_MAX + 1];
    struct growing payload, tags; /* the two manifests */
    struct bagit_facts facts;
    bool is_done;
};

static void writing_end(struct writing *w)
{
    fd_close_at(&w->dir);
    /* the first error is the one worth telling; the next try sweeps again */
    if (w->parent >= 0 && w->hidden[0] && !w->is_done &&
        bag_path_remove(w->parent, w->hidden, NULL))
        w->hidden[0] = 0;
    fd_close_at(&w->parent);
    struct growing *texts[] = { &w->payload, &w->tags };
    for (size_t i = 0; i < COUNT(texts); i++) {
        file_close_at(&texts[i]->file);
        free(texts[i]->at);
    }
}

static bool is_reserved(const char *path)
{
    static const char *const names[] = { "bagit.txt", "bag-info.txt", "fetch.txt",
                                         "data" };
    for (size_t i = 0; i < COUNT(names); i++)
        if (!strcasecmp(path, names[i]))
            return true;
    return !strncasecmp(path, "manifest-", 9) || !strncasecmp(path, "tagmanifest-", 12);
}

static enum rc check_files(const struct bagit *bag, struct fault *why)
{
    if (bag->file_count > BAGIT_FILES_MAX)
        return fault_set(why, RC_INVALID, 0, "归档包超过 %d 个文件", BAGIT_FILES_MAX);
    for (size_t i = 0; i < bag->file_count; i++) {
        const char *path = bag->files[i];
        unsigned depth = 0;
        for (const char *c = path; *c; c++)
            depth += *c == '/';
        if (!bag_path_is_safe(path, BAGIT_NAME_MAX) || depth > BAGIT_DEPTH_MAX ||
            is_reserved(path))
            return fault_set(why, RC_INVALID, 0, "归档包不能有这样的文件名：%.80s", path);
    }
    return RC_OK;
}

static enum rc check_bag(const struct bagit *bag, struct fault *why)
{
    if (!bag->name || strchr(bag->name, '/') || bag->name[0] == '.' ||
        !bag_path_is_safe(bag->name, NAME_BYTES_MAX))
        return fault_set(why, RC_INVALID, 0, "归档包的名称不能用：%.80s",
                         bag->name ? bag->name : "");
    for (size_t i = 0; i < bag->info_count; i++) {
        const struct bagit_info *info = &bag->infos[i];
        if (!info->label || !*info->label || strpbrk(info->label, ":\r\n \t") ||
            !info->value || strpbrk(info->value, "\r\n") ||
            strlen(info->label) > BAGIT_VALUE_MAX ||
            strlen(info->value) > BAGIT_VALUE_MAX)
            return fault_set(why, RC_INVALID, 0, "归档包的说明项不能用：%.80s",
                             info->label ? info->label : "");
    }
    return check_files(bag, why);
}

static enum rc copy(int from, int to, const char *path, uint64_t *ret_size,
                    struct fault *why)
{
    SCOPED(free_at) uint8_t *piece = malloc(PIECE);
    uint64_t size = 0;
    if (!piece)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    for (;;) {
        ssize_t n = pread(from, piece, PIECE, (off_t)size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fault_set(why, rc_of_errno(errno), errno, "无法读取 %.200s 的内容",
                             path);
        if (n == 0)
            break;
        enum rc rc = file_write_all(to, (struct bytes){ piece, (size_t)n }, why);
        if (rc)
            return fault_wrap(why, rc, "%s", path);
        size += (uint64_t)n;
    }
    if (fsync(to))
        return fault_set(why, rc_of_errno(errno), errno, "无法写入磁盘：%.200s", path);
    *ret_size = size;
    return RC_OK;
}

/* Copy one file in, and add it to `manifest` (NULL for the last one, which is in none).
 */
static enum rc add(struct writing *w, const char *path, int from,
                   struct growing *manifest, struct fault *why)
{
    SCOPED(fd_close_at) int to = -1;
    char hex[BAG_HEX_MAX], shown[3 * BAGIT_NAME_MAX + 1];
    uint64_t size = 0;
    enum rc rc = bag_path_create(w->dir, path, &to, why);
    rc = rc ? rc : copy(from, to, path, &size, why);
    rc = rc ? rc : bag_hash(to, BAG_SHA512, hex, why);
    if (rc)
        return rc;
    bag_path_encode(path, shown);
    if (manifest && fprintf(manifest->file, "%s  %s\n", hex, shown) < 0)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    if (bag_path_is_payload(path)) {
        w->facts.payload_bytes += size;
        w->facts.payload_files++;
    }
    w->facts.files++;
    return RC_OK;
}

static enum rc add_text(struct writing *w, const char *path, const char *text, size_t len,
                        struct growing *manifest, struct fault *why)
{
    SCOPED(fd_close_at) int fd = -1;
    enum rc rc =
        file_in_memory(path, (struct bytes){ (const uint8_t *)text, len }, &fd, why);
    return rc ? rc : add(w, path, fd, manifest, why);
}

static enum rc add_given(struct writing *w, struct fault *why)
{
    const struct bagit *bag = w->bag;
    for (size_t i = 0; i < bag->file_count; i++) {
        SCOPED(fd_close_at) int fd = -1;
        enum rc rc = bag->open_file(bag->context, i, &fd, why);
        rc = rc ? rc
                : add(w, bag->files[i], fd,
                      bag_path_is_payload(bag->files[i]) ? &w->payload : &w->tags, why);
        if (rc)
            return rc;
    }
    return RC_OK;
}

static enum rc add_info(struct writing *w, struct fault *why)
{
    struct growing text = { NULL, 0, NULL };
    time_t at = (time_t)(w->bag->at_ms / 1000);
    struct tm tm;
    char day[16];
    gmtime_r(&at, &tm);
    (void)strftime(day, sizeof day, "%Y-%m-%d", &tm);
    text.file = open_memstream(&text.at, &text.len);
    if (!text.file)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    for (size_t i = 0; i < w->bag->info_count; i++)
        (void)fprintf(text.file, "%s: %s\n", w->bag->infos[i].label,
                      w->bag->infos[i].value);
    (void)fprintf(text.file,
                  "Bagging-Date: %s\nPayload-Oxum: %" PRIu64 ".%" PRIu64
                  "\nBag-Software-Agent: Juanku " JUANKU_VERSION "\n",
                  day, w->facts.payload_bytes, w->facts.payload_files);
    enum rc rc = fclose(text.file) ? fault_set(why, RC_NO_MEMORY, 0, "内存不足") : RC_OK;
    rc = rc ? rc : add_text(w, "bag-info.txt", text.at, text.len, &w->tags, why);
    free(text.at);
    return rc;
}

static enum rc add_manifest(struct writing *w, struct growing *from, const char *name,
                            struct growing *into, struct fault *why)
{
    if (fflush(from->file))
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    if (!into)
        w->facts.seal = hash_sha256((struct bytes){ (uint8_t *)from->at, from->len });
    return add_text(w, name, from->at, from->len, into, why);
}

static enum rc fill(struct writing *w, struct fault *why)
{
    static const char declaration[] =
        "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
    w->payload.file = open_memstream(&w->payload.at, &w->payload.len);
    w->tags.file = open_memstream(&w->tags.at, &w->tags.len);
    if (!w->payload.file || !w->tags.file)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    if (mkdirat(w->dir, "data", FOLDER_MODE)) /* also of an empty bag */
        return fault_set(why, rc_of_errno(errno), errno, "无法建立文件夹 data");
    enum rc rc =
        add_text(w, "bagit.txt", declaration, sizeof declaration - 1, &w->tags, why);
    rc = rc ? rc : add_given(w, why);
    rc = rc ? rc : add_info(w, why);
    rc = rc ? rc : add_manifest(w, &w->payload, "manifest-sha512.txt", &w->tags, why);
    return rc ? rc : add_manifest(w, &w->tags, "tagmanifest-sha512.txt", NULL, why);
}

/* The hidden folder beside the bag's place, empty. */
static enum rc make_hidden(struct writing *w, struct fault *why)
{
    const struct bagit *bag = w->bag;
    struct stat st;
    w->parent = open(bag->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (w->parent < 0)
        return fault_set(why, rc_of_errno(errno), errno, "打不开归档文件夹 %.200s",
                         bag->folder);
    if (!fstatat(w->parent, bag->name, &st, AT_SYMLINK_NOFOLLOW))
        return fault_set(why, RC_EXISTS, 0, "归档包 %s 已经存在", bag->name);
    (void)snprintf(w->hidden, sizeof w->hidden, ".%.200s.making", bag->name);
    enum rc rc = bag_path_remove(w->parent, w->hidden, why);
    if (rc)
        return rc;
    if (mkdirat(w->parent, w->hidden, FOLDER_MODE))
        return fault_set(why, rc_of_errno(errno), errno, "无法在 %.200s 建立归档包",
                         bag->folder);
    w->dir =
        openat(w->parent, w->hidden, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return w->dir < 0 ? fault_set(why, rc_of_errno(errno), errno, "无法打开归档包")
                      : RC_OK;
}

static enum rc read_back(const struct writing *w, struct fault *why)
{
    char path[PATH_MAX];
    struct bagit_facts facts;
    int len = snprintf(path, sizeof path, "%s/%s", w->bag->folder, w->hidden);
    if (len >= (int)sizeof path)
        return fault_set(why, RC_INVALID, 0, "归档文件夹的路径过长");
    enum rc rc = bagit_verify(path, &facts, why);
    if (rc)
        return fault_wrap(why, rc, "归档包写完后读回核对不符");
    return hash_equal(&facts.seal, &w->facts.seal)
               ? RC_OK
               : fault_set(why, RC_CORRUPT, 0, "归档包写完后读回核对不符");
}

enum rc bagit_write(const struct bagit *bag, struct bagit_facts *ret_facts,
                    struct fault *why)
{
    SCOPED(writing_end) struct writing w = { .bag = bag, .parent = -1, .dir = -1 };
    enum rc rc = check_bag(bag, why);
    rc = rc ? rc : make_hidden(&w, why);
    rc = rc ? rc : fill(&w, why);
    rc = rc ? rc : read_back(&w, why);
    rc = rc ? rc : bag_path_flush(w.dir, why);
    if (rc)
        return rc;
    if (renameat2(w.parent, w.hidden, w.parent, bag->name, RENAME_NOREPLACE))
        return fault_set(why, rc_of_errno(errno), errno, "无法给归档包定名 %s",
                         bag->name);
    w.is_done = true;
    if (fsync(w.parent))
        return fault_set(why, rc_of_errno(errno), errno, "无法写入磁盘：%.200s",
                         bag->folder);
    *ret_facts = w.facts;
    return RC_OK;
}
