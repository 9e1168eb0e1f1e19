/* Blobs as files: the walk over all, and what holds a blob back from being removed. */
#include "repo-daemon/blob_files.h"

#include "sys/file.h"
#include "sys/scope.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { KEEP_TEXT_MAX = 32, LEFT_OVER_S = 3600 };

struct walk {
    const char *after; /* names up to this one are passed over */
    bool verify;
    blob_on_found *on_found;
    void *context;
    uint64_t wrong;
    bool stopped;
};

static void keep_name(const char *hex, char ret_name[SHA256_HEX + 5])
{
    snprintf(ret_name, SHA256_HEX + 5, "%s.keep", hex);
}

int64_t blob_files_kept_until(int dir, const char *hex)
{
    char name[SHA256_HEX + 5];
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    keep_name(hex, name);
    enum rc rc = file_read(dir, name, KEEP_TEXT_MAX, &text, &len, NULL);
    if (rc == RC_NOT_FOUND)
        return 0;
    char *end = NULL;
    int64_t until = rc ? 0 : strtoll(text, &end, 10);
    return rc || end == text || *end != '\n' ? INT64_MAX : until; /* in doubt, keep */
}

enum rc blob_files_keep(struct blobs *blobs, struct sha256 hash, int64_t until_ms,
                        struct fault *why)
{
    SCOPED(fd_close_at) int dir = -1;
    char hex[SHA256_HEX], name[SHA256_HEX + 5], text[KEEP_TEXT_MAX];
    hash_hex(hash, hex);
    enum rc rc = blobs->ops->stat(blobs, hash, NULL, why);
    if (!rc)
        rc = blob_files_folder((struct blob_files *)blobs, &hash, &dir, why);
    if (rc)
        return rc;
    int64_t kept = blob_files_kept_until(dir, hex);
    if (until_ms < kept)
        return fault_set(why, RC_REFUSED, 0, "保管期限只能延长，不能缩短");
    if (until_ms == kept && kept)
        return RC_OK;
    keep_name(hex, name);
    int len = snprintf(text, sizeof text, "%" PRId64 "\n", until_ms);
    return file_replace(dir, name, (struct bytes){ (uint8_t *)text, (size_t)len }, why);
}

enum rc blob_files_remove(struct blobs *blobs, struct sha256 hash, int64_t now_ms,
                          struct fault *why)
{
    SCOPED(fd_close_at) int dir = -1;
    char hex[SHA256_HEX], name[SHA256_HEX + 5];
    hash_hex(hash, hex);
    enum rc rc = blobs->ops->stat(blobs, hash, NULL, why);
    if (!rc)
        rc = blob_files_folder((struct blob_files *)blobs, &hash, &dir, why);
    if (rc)
        return rc;
    if (now_ms < blob_files_kept_until(dir, hex))
        return fault_set(why, RC_REFUSED, 0, "这个文件还在保管期限内，不能删除");
    keep_name(hex, name); /* first, so that no lock is left of a blob that is not there */
    (void)unlinkat(dir, name, 0);
    if (unlinkat(dir, hex, 0))
        return fault_set(why, rc_of_errno(errno), errno, "blob: remove %s: %s", hex,
                         strerror(errno));
    return blob_files_flush(dir, why);
}

static void sweep(int dir, const char *name)
{
    struct stat st;
    if (!fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) &&
        st.st_mtime < time(NULL) - LEFT_OVER_S)
        (void)unlinkat(dir, name, 0);
}

static void look_at(struct walk *walk, int dir, const char *hex,
                    const struct sha256 *hash)
{
    struct blob_found found = { .hash = *hash };
    struct stat st;
    SCOPED(fd_close_at) int fd = openat(dir, hex, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode)) {
        found.rc = RC_IO;
    } else {
        found.size = (uint64_t)st.st_size;
        found.kept_until_ms = blob_files_kept_until(dir, hex);
        struct sha256 now = *hash;
        uint64_t size = 0;
        if (walk->verify)
            found.rc = hash_fd(fd, &now, &size, NULL);
        if (!found.rc && !hash_equal(&now, hash))
            found.rc = RC_CORRUPT;
    }
    walk->wrong += found.rc != RC_OK;
    walk->stopped = !walk->on_found(&found, walk->context);
}

static int names_cmp(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The blobs of one folder whose names begin with `prefix`, in order. */
static enum rc walk_folder(struct walk *walk, int dir, const char *prefix,
                           struct fault *why)
{
    struct dirent **list = NULL;
    int count = scandirat(dir, ".", &list, NULL, NULL);
    if (count < 0)
        return fault_set(why, rc_of_errno(errno), errno, "blob: read folder %s", prefix);
    SCOPED(free_at) char **names = calloc((size_t)count + 1, sizeof *names);
    size_t kept = 0;
    for (int i = 0; i < count; i++) {
        const char *name = list[i]->d_name;
        struct sha256 hash;
        if (!strncmp(name, ".put-", 5))
            sweep(dir, name);
        else if (names && hash_from_hex(name, &hash) && !strncmp(name, prefix, 4) &&
                 strcmp(name, walk->after) > 0)
            names[kept++] = list[i]->d_name;
    }
    if (names)
        qsort(names, kept, sizeof *names, names_cmp);
    for (size_t i = 0; i < kept && !walk->stopped; i++) {
        struct sha256 hash;
        if (hash_from_hex(names[i], &hash))
            look_at(walk, dir, names[i], &hash);
    }
    for (int i = 0; i < count; i++)
        free(list[i]);
    free(list);
    return names ? RC_OK : fault_set(why, RC_NO_MEMORY, ENOMEM, "blob: no memory");
}

enum rc blob_files_scan(struct blobs *blobs, const struct sha256 *after, bool verify,
                        blob_on_found *on_found, void *context, struct fault *why)
{
    char from[SHA256_HEX] = "";
    struct walk walk = {
        .after = from, .verify = verify, .on_found = on_found, .context = context
    };
    if (after)
        hash_hex(*after, from);
    unsigned first = after ? (unsigned)after->at[0] << 8 | after->at[1] : 0;
    for (unsigned index = first; index < BLOB_FOLDERS && !walk.stopped; index++) {
        char path[8], prefix[8];
        snprintf(path, sizeof path, "%02x", index >> 8 & 0xff);
        int root = ((struct blob_files *)blobs)->dir;
        struct stat st;
        if (!(index & 0xff) && fstatat(root, path, &st, 0)) {
            index += 0xff;
            continue;
        }
        snprintf(path, sizeof path, "%02x/%02x", index >> 8 & 0xff, index & 0xff);
        snprintf(prefix, sizeof prefix, "%04x", index & 0xffff);
        SCOPED(fd_close_at)
        int dir = openat(root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (dir < 0)
            continue;
        enum rc rc = walk_folder(&walk, dir, prefix, why);
        if (rc)
            return rc;
    }
    if (walk.wrong)
        return fault_set(why, RC_CORRUPT, 0, "%" PRIu64 " 个文件已损坏", walk.wrong);
    return RC_OK;
}
