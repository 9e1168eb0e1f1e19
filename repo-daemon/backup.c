/* Backup, restore, and the reading again of both. */
#include "repo-daemon/backup.h"

#include "repo-daemon/blob.h"
#include "repo-daemon/ledger_chain.h"
#include "repo-daemon/merkle_memory.h"
#include "repo-daemon/store_lmdb.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { URI_MAX = PATH_MAX + 16, SMALL_MAX = 4096 };

SCOPE_RELEASER(ledger_close_at, struct ledger *, ledger_close)
SCOPE_RELEASER(blobs_close_at, struct blobs *, blob_close)
SCOPE_RELEASER(tree_free_at, struct merkle_memory *, merkle_memory_free)
SCOPE_RELEASER(chain_free_at, struct ledger_chain *, ledger_chain_free)

static enum rc below(const char *scheme, const char *folder, const char *name,
                     char ret_text[URI_MAX], struct fault *why)
{
    if (snprintf(ret_text, URI_MAX, "%s%s/%s", scheme, folder, name) >= URI_MAX)
        return fault_set(why, RC_INVALID, 0, "文件夹名太长");
    return RC_OK;
}

/* Copy one small file, durable, with this mode. */
static enum rc copy_small(const char *from, const char *to, const char *name, mode_t mode,
                          struct fault *why)
{
    char path[URI_MAX];
    SCOPED(free_at) char *text = NULL;
    SCOPED(fd_close_at) int dir = -1;
    size_t len = 0;
    enum rc rc = below("", from, name, path, why);
    if (!rc)
        rc = file_read(AT_FDCWD, path, SMALL_MAX, &text, &len, why);
    if (!rc)
        rc = file_open_folder(to, &dir, why);
    mode_t before = umask(0777 & ~mode);
    if (!rc)
        rc = file_replace(dir, name, (struct bytes){ (uint8_t *)text, len }, why);
    umask(before);
    if (text)
        explicit_bzero(text, len);
    return rc;
}

struct telling {
    struct ledger_chain *chain;
    struct merkle_memory *tree;
};

static enum rc tell_event(uint64_t seq, struct bytes text, void *context,
                          struct fault *why)
{
    struct telling *t = context;
    struct fault inner;
    merkle_memory_add(t->tree, merkle_leaf(text));
    enum rc rc = ledger_chain_add(t->chain, text, NULL, &inner);
    return rc ? fault_set(why, RC_CORRUPT, 0, "第 %llu 条记录不对 (%s)",
                          (unsigned long long)seq, inner.text)
              : RC_OK;
}

/* The whole story, and the tree that the store keeps of it. */
static enum rc verify_store(const char *folder, uint64_t *ret_events, struct fault *why)
{
    static const struct ledger_options reading = { .read_only = true };
    char uri[URI_MAX];
    SCOPED(ledger_close_at) struct ledger *ledger = NULL;
    SCOPED(tree_free_at) struct merkle_memory *tree = merkle_memory_new();
    SCOPED(chain_free_at) struct ledger_chain *chain = ledger_chain_new(NULL, NULL);
    struct telling telling = { chain, tree };
    struct ledger_head head;
    snprintf(uri, sizeof uri, "lmdb:%s", folder);
    enum rc rc = ledger_open(uri, &reading, &ledger, why);
    if (!rc)
        rc = ledger_head(ledger, &head, why);
    if (!rc && head.size)
        rc = ledger_feed(ledger, 1, head.size, tell_event, &telling, why);
    if (rc)
        return rc;
    struct sha256 root = merkle_memory_root(tree);
    if (merkle_memory_size(tree) != head.size || !hash_equal(&root, &head.root))
        return fault_set(why, RC_CORRUPT, 0, "账本与它的树不符");
    *ret_events = head.size;
    return RC_OK;
}

/* A fresh copy of the store beside the one of the last backup, verified. */
static enum rc copy_store(const char *from, const char *fresh, uint64_t *ret_events,
                          struct fault *why)
{
    static const struct ledger_options reading = { .read_only = true };
    char uri[URI_MAX], path[URI_MAX], store[URI_MAX];
    SCOPED(ledger_close_at) struct ledger *ledger = NULL;
    enum rc rc = below("lmdb:", from, "store", uri, why);
    if (!rc)
        rc = file_make_folder(fresh, 0700, why);
    if (!rc)
        rc = below("", fresh, "data.mdb", path, why);
    if (!rc && unlink(path) && errno != ENOENT) /* of a backup that was cut off */
        rc = fault_set(why, rc_of_errno(errno), errno, "remove '%s'", path);
    if (!rc)
        rc = ledger_open(uri, &reading, &ledger, why);
    if (!rc)
        rc = store_copy(ledger_store(ledger), fresh, why);
    if (!rc)
        rc = below("", from, "store", store, why);
    if (!rc)
        rc = copy_small(store, fresh, "ledger.key", 0600, why);
    return rc ? rc : verify_store(fresh, ret_events, why);
}

/* The verified copy takes the place of the last one. */
static enum rc name_store(const char *to, const char *fresh, struct fault *why)
{
    static const char *const names[] = { "ledger.key", "data.mdb" };
    char store[URI_MAX];
    SCOPED(fd_close_at) int old = -1;
    SCOPED(fd_close_at) int new = -1;
    enum rc rc = below("", to, "store", store, why);
    if (!rc)
        rc = file_make_folder(store, 0700, why);
    if (!rc)
        rc = file_open_folder(store, &old, why);
    if (!rc)
        rc = file_open_folder(fresh, &new, why);
    for (size_t i = 0; !rc && i < COUNT(names); i++)
        if (renameat(new, names[i], old, names[i]))
            rc = fault_set(why, rc_of_errno(errno), errno, "name the copy of the store");
    if (!rc && (fsync(old) || fsync(new)))
        rc = fault_set(why, rc_of_errno(errno), errno, "flush the copy of the store");
    (void)unlinkat(old, "lock.mdb", 0); /* readers of the last copy: none now */
    (void)unlinkat(new, "lock.mdb", 0);
    if (!rc)
        (void)rmdir(fresh);
    return rc;
}

struct copying {
    struct blobs *from, *to;
    struct backup_report *report;
    enum rc rc;
    struct fault *why;
};

/* The copy is named only when it has the hash that it should have. */
static enum rc copy_content(struct copying *c, int fd, struct sha256 hash)
{
    uint8_t piece[64 * 1024];
    struct blob_put *put = NULL;
    enum rc rc = blob_put_begin(c->to, hash, &put, c->why);
    ssize_t n = 1;
    while (!rc && (n = read(fd, piece, sizeof piece)) > 0)
        rc = blob_put_write(put, (struct bytes){ piece, (size_t)n }, c->why);
    if (!rc && n < 0)
        rc = fault_set(c->why, RC_IO, errno, "read a file: %s", strerror(errno));
    if (rc) {
        blob_put_cancel(put);
        return rc == RC_EXISTS ? RC_OK : rc;
    }
    rc = blob_put_commit(put, NULL, c->why);
    return rc == RC_EXISTS ? RC_OK : rc;
}

/* A lock goes along, also one that was set since; the copy's may be the longer one. */
static bool lock_copy(struct copying *c, const struct blob_found *found)
{
    c->rc = found->kept_until_ms
                ? blob_keep(c->to, found->hash, found->kept_until_ms, c->why)
                : RC_OK;
    c->rc = c->rc == RC_REFUSED ? RC_OK : c->rc;
    return !c->rc;
}

static bool copy_blob(const struct blob_found *found, void *context)
{
    struct copying *c = context;
    SCOPED(fd_close_at) int fd = -1;
    uint64_t size = 0;
    c->report->files++;
    c->rc = blob_stat(c->to, found->hash, &size, c->why);
    if (!c->rc && size == found->size)
        return lock_copy(c, found);
    if (c->rc && c->rc != RC_NOT_FOUND)
        return false;
    c->rc = blob_get(c->from, found->hash, &fd, &size, c->why);
    if (!c->rc)
        c->rc = copy_content(c, fd, found->hash);
    if (c->rc == RC_INVALID) {
        char hex[SHA256_HEX];
        hash_hex(found->hash, hex);
        c->rc = fault_set(c->why, RC_CORRUPT, 0, "文件 %s 已损坏，没有备份", hex);
    }
    c->report->copied += !c->rc;
    return !c->rc && lock_copy(c, found);
}

static enum rc copy_blobs(const char *from, const char *to, struct backup_report *report,
                          struct fault *why)
{
    char uri[URI_MAX];
    SCOPED(blobs_close_at) struct blobs *source = NULL;
    SCOPED(blobs_close_at) struct blobs *copy = NULL;
    enum rc rc = below("files:", from, "blobs", uri, why);
    if (!rc)
        rc = blob_open(uri, false, &source, why);
    if (!rc)
        rc = below("files:", to, "blobs", uri, why);
    if (!rc)
        rc = blob_open(uri, true, &copy, why);
    struct copying copying = { source, copy, report, RC_OK, why };
    if (!rc)
        rc = blob_scan(source, false, copy_blob, &copying, why);
    return copying.rc ? copying.rc : rc;
}

/* What a repository has only once it needed it. */
static enum rc copy_secrets(const char *from, const char *to, struct fault *why)
{
    static const char *const names[] = { "station-ca.key", "station-ca.pem",
                                         "secrets.key" };
    enum rc rc = RC_OK;
    for (size_t i = 0; !rc && i < COUNT(names); i++) {
        rc = copy_small(from, to, names[i], 0600, why);
        rc = rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    return rc;
}

enum rc backup_make(const char *from, const char *to, struct backup_report *ret_report,
                    struct fault *why)
{
    char fresh[URI_MAX];
    *ret_report = (struct backup_report){ 0 };
    enum rc rc = file_make_folder(to, 0700, why);
    if (!rc)
        rc = below("", to, "store.new", fresh, why);
    if (!rc)
        rc = copy_store(from, fresh, &ret_report->events, why);
    if (!rc)
        rc = copy_blobs(from, to, ret_report, why);
    if (!rc)
        rc = name_store(to, fresh, why);
    if (!rc)
        rc = copy_secrets(from, to, why);
    if (!rc)
        rc = copy_small(from, to, "repo.json", 0600, why); /* now it counts */
    return rc ? rc : backup_drop_purged(to, &ret_report->dropped, why);
}

enum rc backup_restore(const char *from, const char *to, struct backup_report *ret_report,
                       struct fault *why)
{
    char path[URI_MAX];
    struct backup_report stands;
    enum rc rc = below("", to, "repo.json", path, why);
    if (!rc && !access(path, F_OK))
        rc = fault_set(why, RC_EXISTS, 0, "“%s”里已经有中间库，没有改动它", to);
    if (!rc)
        rc = backup_make(from, to, ret_report, why);
    return rc ? rc : backup_verify(to, &stands, why);
}

static bool look_at_blob(const struct blob_found *found, void *context)
{
    struct copying *c = context;
    c->report->files++;
    if (found->rc) {
        char hex[SHA256_HEX];
        hash_hex(found->hash, hex);
        c->rc = fault_set(c->why, RC_CORRUPT, 0, "文件 %s 已损坏", hex);
    }
    return !c->rc;
}

enum rc backup_verify(const char *folder, struct backup_report *ret_report,
                      struct fault *why)
{
    char path[URI_MAX];
    SCOPED(blobs_close_at) struct blobs *blobs = NULL;
    *ret_report = (struct backup_report){ 0 };
    enum rc rc = below("", folder, "store", path, why);
    if (!rc)
        rc = verify_store(path, &ret_report->events, why);
    if (!rc)
        rc = below("files:", folder, "blobs", path, why);
    if (!rc)
        rc = blob_open(path, false, &blobs, why);
    struct copying looking = { blobs, NULL, ret_report, RC_OK, why };
    if (!rc)
        rc = blob_scan(blobs, true, look_at_blob, &looking, why);
    return looking.rc ? looking.rc : rc;
}
