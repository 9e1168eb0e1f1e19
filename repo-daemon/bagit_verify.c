/* Is a bag complete and valid? The payload is walked file by file, and each must stand in
 * every manifest with its hash; then no manifest may name a file that was not met. */
#include "repo-daemon/bagit.h"

#include "repo-daemon/bagit_manifest.h"
#include "repo-daemon/bagit_paths.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    TAG_FILE_MAX = 1024 * 1024,
    MANIFESTS_MAX = 2 * BAG_ALGORITHMS,
    DEPTH_MAX = 32,
    WALK_PATH_MAX = 4096,
};

SCOPE_RELEASER(dir_close_at, DIR *, closedir)

struct verifying {
    int dir; /* owned */
    bool is_one;
    struct bag_manifest manifests[MANIFESTS_MAX];
    size_t count;
    struct bagit_facts facts;
    char path[WALK_PATH_MAX]; /* where the walk is, below the bag */
};

static void verifying_end(struct verifying *v)
{
    for (size_t i = 0; i < v->count; i++)
        bag_manifest_free(&v->manifests[i]);
    fd_close_at(&v->dir);
}

static enum rc read_tag_file(const struct verifying *v, const char *name, size_t most,
                             char **ret_text, size_t *ret_len, struct fault *why)
{
    SCOPED(fd_close_at) int fd = -1;
    enum rc rc = bag_path_open(v->dir, name, &fd, why);
    return rc ? rc : file_read_fd(fd, most, ret_text, ret_len, why);
}

static enum rc read_declaration(struct verifying *v, struct fault *why)
{
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    enum rc rc = read_tag_file(v, "bagit.txt", TAG_FILE_MAX, &text, &len, why);
    if (rc == RC_NOT_FOUND || rc == RC_INVALID)
        return fault_set(why, RC_CORRUPT, 0, "包里没有 bagit.txt，这不是归档包");
    return rc ? rc : bag_declaration_read(text, len, &v->is_one, why);
}

static enum rc read_manifest(struct verifying *v, const char *name, struct fault *why)
{
    struct bag_manifest *m = &v->manifests[v->count];
    char *text = NULL;
    size_t len = 0;
    if (!bag_manifest_name(name, &m->algorithm, &m->is_tags))
        return fault_set(why, RC_INVALID, 0, "清单 %.60s 的校验算法不受支持", name);
    if (v->count == MANIFESTS_MAX)
        return fault_set(why, RC_CORRUPT, 0, "清单过多");
    enum rc rc = read_tag_file(v, name, BAGIT_MANIFEST_MAX, &text, &len, why);
    if (rc)
        return rc;
    if (m->is_tags && m->algorithm == BAG_SHA512)
        v->facts.seal = hash_sha256((struct bytes){ (uint8_t *)text, len });
    v->count++;
    rc = bag_manifest_read(text, len, v->is_one, m, why);
    return rc ? fault_wrap(why, rc, "%s", name) : RC_OK;
}

static enum rc read_manifests(struct verifying *v, struct fault *why)
{
    int own = openat(v->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    SCOPED(dir_close_at) DIR *list = own < 0 ? NULL : fdopendir(own);
    size_t payload = 0;
    if (!list)
        return fault_set(why, rc_of_errno(errno), errno, "无法读取归档包");
    for (struct dirent *e; (e = readdir(list));) {
        size_t len = strlen(e->d_name);
        bool is_tags = !strncmp(e->d_name, "tagmanifest-", 12);
        if ((!is_tags && strncmp(e->d_name, "manifest-", 9) != 0) || len < 4 ||
            strcmp(e->d_name + len - 4, ".txt") != 0)
            continue;
        enum rc rc = read_manifest(v, e->d_name, why);
        if (rc)
            return rc;
        payload += !is_tags;
    }
    return payload ? RC_OK : fault_set(why, RC_CORRUPT, 0, "包里没有内容清单");
}

/* One file that was met: it must have just this hash in every manifest of its sort. */
static enum rc check_file(struct verifying *v, int fd, const char *path, bool is_tags,
                          struct fault *why)
{
    for (size_t i = 0; i < v->count; i++) {
        char hex[BAG_HEX_MAX];
        struct bag_manifest *m = &v->manifests[i];
        struct bag_entry *entry = bag_manifest_find(m, path);
        if (m->is_tags != is_tags || (is_tags && !entry))
            continue;
        if (!entry)
            return fault_set(why, RC_CORRUPT, 0, "文件没有列入清单：%.200s", path);
        enum rc rc = bag_hash(fd, m->algorithm, hex, why);
        if (rc)
            return rc;
        if (strcmp(hex, entry->hex) != 0)
            return fault_set(why, RC_CORRUPT, 0, "文件内容与清单的校验值不符：%.200s",
                             path);
        entry->was_seen = true;
    }
    return RC_OK;
}

static enum rc check_payload_file(struct verifying *v, int folder, const char *name,
                                  struct fault *why)
{
    SCOPED(fd_close_at) int fd = -1;
    struct stat st;
    enum rc rc = bag_path_open(folder, name, &fd, why);
    if (rc)
        return rc;
    if (fstat(fd, &st))
        return fault_set(why, rc_of_errno(errno), errno, "无法读取 %.200s", v->path);
    v->facts.payload_bytes += (uint64_t)st.st_size;
    v->facts.payload_files++;
    if (v->facts.payload_files > BAGIT_FILES_MAX)
        return fault_set(why, RC_CORRUPT, 0, "包内超过 %d 个文件", BAGIT_FILES_MAX);
    return check_file(v, fd, v->path, false, why);
}

static enum rc walk(struct verifying *v, int folder, unsigned depth, struct fault *why)
{
    size_t base = strlen(v->path);
    int own = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    SCOPED(dir_close_at) DIR *list = own < 0 ? NULL : fdopendir(own);
    if (!list)
        return fault_set(why, rc_of_errno(errno), errno, "无法读取 %.200s", v->path);
    for (struct dirent *e; (e = readdir(list));) {
        struct stat st;
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        int len = snprintf(v->path + base, WALK_PATH_MAX - base, "%s%s", base ? "/" : "",
                           e->d_name);
        if (len >= (int)(WALK_PATH_MAX - base) || depth > DEPTH_MAX)
            return fault_set(why, RC_CORRUPT, 0, "包内路径过深：%.200s", v->path);
        if (fstatat(folder, e->d_name, &st, AT_SYMLINK_NOFOLLOW))
            return fault_set(why, rc_of_errno(errno), errno, "无法读取 %.200s", v->path);
        enum rc rc = RC_OK;
        if (S_ISDIR(st.st_mode)) {
            SCOPED(fd_close_at)
            int sub = openat(folder, e->d_name,
                             O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            rc = sub < 0 ? fault_set(why, RC_CORRUPT, errno, "无法打开 %.200s", v->path)
                         : walk(v, sub, depth + 1, why);
        } else {
            rc = check_payload_file(v, folder, e->d_name, why);
        }
        v->path[base] = 0;
        if (rc)
            return rc;
    }
    return RC_OK;
}

static enum rc check_payload(struct verifying *v, struct fault *why)
{
    SCOPED(fd_close_at)
    int data = openat(v->dir, "data", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (data < 0)
        return fault_set(why, RC_CORRUPT, errno, "包里没有 data 文件夹");
    (void)snprintf(v->path, sizeof v->path, "data");
    return walk(v, data, 0, why);
}

static enum rc check_tag_files(struct verifying *v, struct fault *why)
{
    for (size_t i = 0; i < v->count; i++) {
        const struct bag_manifest *m = &v->manifests[i];
        v->facts.files++; /* the manifest itself may stand in no other */
        for (size_t n = 0; m->is_tags && n < m->count; n++) {
            SCOPED(fd_close_at) int fd = -1;
            const char *path = m->entries[n].path;
            if (m->entries[n].was_seen)
                continue;
            enum rc rc = bag_path_open(v->dir, path, &fd, why);
            if (rc == RC_NOT_FOUND)
                return fault_set(why, RC_CORRUPT, 0, "缺少文件：%.200s", path);
            rc = rc ? rc : check_file(v, fd, path, true, why);
            if (rc)
                return rc;
            enum bag_algorithm algorithm;
            bool is_tags;
            v->facts.files += !bag_manifest_name(path, &algorithm, &is_tags);
        }
    }
    return RC_OK;
}

static enum rc check_missing(const struct verifying *v, struct fault *why)
{
    for (size_t i = 0; i < v->count; i++)
        for (size_t n = 0; n < v->manifests[i].count; n++)
            if (!v->manifests[i].entries[n].was_seen)
                return fault_set(why, RC_CORRUPT, 0, "缺少文件：%.200s",
                                 v->manifests[i].entries[n].path);
    return RC_OK;
}

/* A missing one is RC_OK and leaves *ret_text. */
static enum rc read_optional(const struct verifying *v, const char *name, size_t most,
                             char **ret_text, size_t *ret_len, struct fault *why)
{
    struct fault missing;
    enum rc rc = read_tag_file(v, name, most, ret_text, ret_len, &missing);
    if (rc && rc != RC_NOT_FOUND && why)
        *why = missing;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* fetch.txt leads nowhere outside, and what bag-info.txt counts is what is there. */
static enum rc check_claims(const struct verifying *v, struct fault *why)
{
    static const char *const infos[] = { "bag-info.txt", "package-info.txt" };
    SCOPED(free_at) char *fetch = NULL;
    size_t len = 0;
    enum rc rc = read_optional(v, "fetch.txt", BAGIT_MANIFEST_MAX, &fetch, &len, why);
    if (!rc && fetch)
        rc = bag_fetch_check(fetch, len, why);
    if (rc)
        return rc;
    for (size_t i = 0; i < COUNT(infos); i++) {
        SCOPED(free_at) char *info = NULL;
        uint64_t bytes = 0, files = 0;
        rc = read_optional(v, infos[i], TAG_FILE_MAX, &info, &len, why);
        if (rc)
            return rc;
        if (info && bag_oxum_read(info, &bytes, &files) &&
            (bytes != v->facts.payload_bytes || files != v->facts.payload_files))
            return fault_set(why, RC_CORRUPT, 0,
                             "%s 说有 %" PRIu64 " 个文件 %" PRIu64 " 字节，实有 %" PRIu64
                             " 个 %" PRIu64 " 字节",
                             infos[i], files, bytes, v->facts.payload_files,
                             v->facts.payload_bytes);
    }
    return RC_OK;
}

enum rc bagit_verify(const char *path, struct bagit_facts *ret_facts, struct fault *why)
{
    SCOPED(verifying_end) struct verifying v = { .dir = -1 };
    v.dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (v.dir < 0)
        return fault_set(why, RC_NOT_FOUND, errno, "找不到归档包 %.200s", path);
    enum rc rc = read_declaration(&v, why);
    rc = rc ? rc : read_manifests(&v, why);
    rc = rc ? rc : check_payload(&v, why);
    rc = rc ? rc : check_tag_files(&v, why);
    rc = rc ? rc : check_missing(&v, why);
    rc = rc ? rc : check_claims(&v, why);
    if (rc)
        return rc;
    v.facts.files += v.facts.payload_files;
    if (ret_facts)
        *ret_facts = v.facts;
    return RC_OK;
}
