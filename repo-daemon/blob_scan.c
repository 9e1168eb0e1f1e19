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

/* The folder of a blob that is there. */
static enum rc folder_of(struct blobs *blobs, struct sha256 hash,
                         char ret_hex[SHA256_HEX], int *ret_dir, struct fault *why)
{
    struct blob_folder folder = { .dir = -1, .above = -1 };
    hash_hex(hash, ret_hex);
    enum rc rc = blobs->ops->stat(blobs, hash, NULL, why);
    if (!rc)
        rc = blob_folder_open((struct blob_files *)blobs, &hash, false, &folder, why);
    if (!rc)
        *ret_dir = TAKE_FD(folder.dir);
    blob_folder_close(&folder);
    return rc;
}

enum rc blob_files_keep(struct blobs *blobs, struct sha256 hash, int64_t until_ms,
                        struct fault *why)
{
    SCOPED(fd_close_at) int dir = -1;
    char hex[SHA256_HEX], name[SHA256_HEX + 5], text[KEEP_TEXT_MAX];
    enum rc rc = folder_of(blobs, hash, hex, &dir, why);
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
    enum rc rc = folder_of(blobs, hash, hex, &dir, why);
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

/* Names of one folder, "abcd..." and "cd" in "ab": by what follows its own name. */
struct entry {
    const char *name, *rest;
};

static int entries_cmp(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->rest, ((const struct entry *)b)->rest);
}

static bool is_sub(const char *name, const char *prefix)
{
    return strlen(prefix) == 2 && strlen(name) == 2 &&
           strspn(name, "0123456789abcdef") == 2;
}

/* Is there something to look at behind this name, and not only before `after`? */
static bool entry_read(const struct walk *walk, const char *prefix, const char *name,
                       struct entry *ret_entry)
{
    struct sha256 hash;
    size_t len = strlen(prefix);
    bool sub = is_sub(name, prefix);
    if (!sub && (!hash_from_hex(name, &hash) || strncmp(name, prefix, len) != 0))
        return false;
    *ret_entry = (struct entry){ name, sub ? name : name + len };
    bool same = !strncmp(walk->after, prefix, len);
    const char *behind = same ? walk->after + len : "";
    return sub ? strncmp(name, behind, 2) >= 0 : strcmp(ret_entry->rest, behind) > 0;
}

static enum rc walk_folder(struct walk *walk, int dir, const char *prefix,
                           struct fault *why);

static enum rc walk_entry(struct walk *walk, int dir, const char *prefix,
                          const struct entry *entry, struct fault *why)
{
    struct sha256 hash;
    char deeper[5];
    if (hash_from_hex(entry->name, &hash)) {
        look_at(walk, dir, entry->name, &hash);
        return RC_OK;
    }
    snprintf(deeper, sizeof deeper, "%.2s%.2s", prefix, entry->name);
    SCOPED(fd_close_at)
    int sub = openat(dir, entry->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return sub < 0 ? RC_OK : walk_folder(walk, sub, deeper, why);
}

/* The blobs of one folder whose names begin with `prefix`, in order. */
static enum rc walk_folder(struct walk *walk, int dir, const char *prefix,
                           struct fault *why)
{
    struct dirent **list = NULL;
    int count = scandirat(dir, ".", &list, NULL, NULL);
    if (count < 0)
        return fault_set(why, rc_of_errno(errno), errno, "blob: read folder %s", prefix);
    SCOPED(free_at) struct entry *entries = calloc((size_t)count + 1, sizeof *entries);
    size_t kept = 0;
    for (int i = 0; i < count; i++) {
        const char *name = list[i]->d_name;
        if (!strncmp(name, ".put-", 5))
            sweep(dir, name);
        else if (entries && entry_read(walk, prefix, name, &entries[kept]))
            kept++;
    }
    if (entries)
        qsort(entries, kept, sizeof *entries, entries_cmp);
    enum rc rc =
        entries ? RC_OK : fault_set(why, RC_NO_MEMORY, ENOMEM, "blob: no memory");
    for (size_t i = 0; !rc && i < kept && !walk->stopped; i++)
        rc = walk_entry(walk, dir, prefix, &entries[i], why);
    for (int i = 0; i < count; i++)
        free(list[i]);
    free(list);
    return rc;
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
    for (unsigned ab = after ? after->at[0] : 0; ab < BLOB_FOLDERS && !walk.stopped;
         ab++) {
        char prefix[3];
        snprintf(prefix, sizeof prefix, "%02x", ab & 0xff);
        SCOPED(fd_close_at)
        int dir = openat(((struct blob_files *)blobs)->dir, prefix,
                         O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        enum rc rc = dir < 0 ? RC_OK : walk_folder(&walk, dir, prefix, why);
        if (rc)
            return rc;
    }
    if (walk.wrong)
        return fault_set(why, RC_CORRUPT, 0, "%" PRIu64 " 个文件已损坏", walk.wrong);
    return RC_OK;
}
