/* The next version of an object, made whole beside the root and put in its place in one
 * step: a rename where the object is new, an exchange of the two folders where it is not.
 */
#include "repo-daemon/ocfl_in.h"
#include "repo-daemon/ocfl_source.h"

#include "repo-daemon/bagit_paths.h"
#include "sys/file.h"
#include "sys/hash.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

struct storing {
    const struct ocfl_source *source; /* borrowed */
    struct ocfl_inventory old;        /* doc NULL: the object is new */
    json_t *state;                    /* owned: of the new version */
    int making, lock;                 /* owned: ROOT.making, and its lock */
    int root, from, object, next;     /* owned; object: the one that is there, or -1;
                                         next: the one that is being made */
    char place[OCFL_FOLDER_MAX];      /* below the root */
    char made[OCFL_FOLDER_MAX];       /* below making */
    unsigned files, added;
};

static void storing_end(struct storing *s)
{
    int *fds[] = { &s->lock, &s->making, &s->root, &s->from, &s->object, &s->next };
    for (size_t i = 0; i < COUNT(fds); i++)
        fd_close_at(fds[i]);
    ocfl_inventory_free(&s->old);
    json_decref(s->state);
}

enum rc ocfl_making_open(const char *root, int *ret_making, int *ret_lock,
                         struct fault *why)
{
    char path[OCFL_FOLDER_MAX];
    size_t len = strlen(root);
    while (len > 1 && root[len - 1] == '/')
        len--;
    if (!len || len > OCFL_FOLDER_MAX / 2)
        return fault_set(why, RC_INVALID, 0, "归档库的路径不可用");
    snprintf(path, sizeof path, "%.*s.making", (int)len, root);
    enum rc rc = file_make_folder(path, 0750, why);
    if (!rc)
        rc = file_open_folder(path, ret_making, why);
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    if (!rc)
        *ret_lock = openat(*ret_making, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (!rc && (*ret_lock < 0 || fcntl(*ret_lock, F_OFD_SETLK, &whole)))
        rc = fault_set(why, RC_AGAIN, errno, "另一个程序正在写这个归档库，请稍后再做");
    return rc;
}

/* Empty of what an earlier try left. */
static enum rc making_open(struct storing *s, const char *root, struct fault *why)
{
    static const char *const left[] = { "root", "object", "gone" };
    enum rc rc = ocfl_making_open(root, &s->making, &s->lock, why);
    for (size_t i = 0; !rc && i < COUNT(left); i++)
        rc = bag_path_remove(s->making, left[i], why);
    return rc;
}

/* A root is made under another name too; an empty folder may be in its place. */
static enum rc root_open(struct storing *s, const char *root, struct fault *why)
{
    SCOPED(fd_close_at) int dir = -1;
    if (ocfl_is_root(root))
        return file_open_folder(root, &s->root, why);
    if (mkdirat(s->making, "root", 0750) ||
        (dir = openat(s->making, "root", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
        return fault_set(why, rc_of_errno(errno), errno, "无法建立归档库");
    enum rc rc = ocfl_root_write(dir, why);
    if (!rc)
        rc = bag_path_flush(dir, why);
    if (!rc && renameat(s->making, "root", AT_FDCWD, root))
        rc = fault_set(why, errno == ENOTEMPTY ? RC_INVALID : rc_of_errno(errno), errno,
                       "“%.300s”里已有别的东西，不能当作归档库", root);
    if (!rc)
        rc = file_open_folder(root, &s->root, why);
    SCOPED(fd_close_at)
    int parent = rc ? -1 : openat(s->root, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (!rc && (parent < 0 || fsync(parent)))
        rc = fault_set(why, RC_IO, errno, "无法写入磁盘：%.200s", root);
    return rc;
}

/* The object that is there must be whole before anything is built on it. */
static enum rc object_open(struct storing *s, const char *root, struct fault *why)
{
    char path[2 * OCFL_FOLDER_MAX];
    ocfl_place(s->source->id, s->place);
    s->object =
        openat(s->root, s->place, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (s->object < 0)
        return errno == ENOENT ? RC_OK
                               : fault_set(why, rc_of_errno(errno), errno,
                                           "打不开归档库里的 %.200s", s->place);
    snprintf(path, sizeof path, "%s/%s", root, s->place);
    enum rc rc = ocfl_verify_object(path, why);
    if (rc)
        return fault_wrap(why, rc, "归档库里的对象已损坏，没有改动它");
    rc = ocfl_object_load(s->object, &s->old, why);
    if (!rc && s->old.algorithm != BAG_SHA512)
        rc = fault_set(why, RC_INVALID, 0, "归档库里 %.200s 用的不是 SHA-512", s->place);
    if (!rc && strcmp(s->old.id, s->source->id) != 0)
        rc = fault_set(why, RC_CORRUPT, 0, "归档库里 %.200s 的编号不同", s->place);
    return rc;
}

/* The highest folder that is not there yet is made with all below it, so that no empty
 * folder ever stands in the root. *ret_at: its length in `place`. */
static size_t missing_from(const struct storing *s)
{
    char path[OCFL_FOLDER_MAX];
    for (size_t i = 0; s->place[i]; i++) {
        if (s->place[i] != '/')
            continue;
        snprintf(path, sizeof path, "%.*s", (int)i, s->place);
        if (ocfl_kind_of(s->root, path) == OCFL_NOTHING)
            return i;
    }
    return strlen(s->place);
}

static enum rc next_open(struct storing *s, struct fault *why)
{
    size_t end = s->object >= 0 ? strlen(s->place) : missing_from(s);
    snprintf(s->made, sizeof s->made, "object%s", s->place + end);
    for (size_t i = 0; i <= strlen(s->made); i++) {
        char path[OCFL_FOLDER_MAX];
        snprintf(path, sizeof path, "%.*s", (int)i, s->made);
        if ((s->made[i] == '/' || !s->made[i]) && mkdirat(s->making, path, 0750))
            return fault_set(why, rc_of_errno(errno), errno, "无法建立归档的文件夹");
    }
    s->next = openat(s->making, s->made, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return s->next < 0 ? fault_set(why, RC_IO, errno, "打不开归档的文件夹") : RC_OK;
}

static enum rc folder_link(struct storing *s, const char *name, struct fault *why)
{
    if (ocfl_kind_of(s->object, name) != OCFL_FOLDER)
        return RC_OK;
    SCOPED(fd_close_at) int to = -1;
    SCOPED(fd_close_at)
    int from = openat(s->object, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (from < 0 || mkdirat(s->next, name, 0750) ||
        (to = openat(s->next, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
        return fault_set(why, rc_of_errno(errno), errno, "无法沿用归档的 %s", name);
    return ocfl_link_tree(from, to, why);
}

static enum rc versions_link(struct storing *s, struct fault *why)
{
    enum rc rc = RC_OK;
    if (s->object < 0)
        return RC_OK;
    for (unsigned i = 1; i <= s->old.head && !rc; i++) {
        char name[16];
        ocfl_version_name(&s->old, i, name);
        rc = folder_link(s, name, why);
    }
    if (!rc)
        rc = folder_link(s, "extensions", why);
    return rc ? rc : folder_link(s, "logs", why);
}

/* Copy what no version has, and put it into `manifest`. */
static enum rc content_add(struct storing *s, const char *version, json_t *manifest,
                           struct fault *why)
{
    const char *digest;
    json_t *paths;
    json_object_foreach(s->state, digest, paths)
    {
        char as[OCFL_FOLDER_MAX];
        const char *path = json_string_value(json_array_get(paths, 0));
        if (json_object_get(s->old.files, digest))
            continue;
        snprintf(as, sizeof as, "%s/%.255s/%s", version,
                 s->old.doc ? s->old.content : "content", path);
        enum rc rc = ocfl_copy_file(s->from, path, s->next, as, why);
        if (rc)
            return rc;
        json_object_set_new(manifest, digest, json_pack("[s]", as));
        s->added++;
    }
    return RC_OK;
}

static json_t *version_entry(const struct storing *s)
{
    char created[32];
    struct tm tm;
    time_t at = (time_t)(s->source->at_ms / 1000);
    gmtime_r(&at, &tm);
    (void)strftime(created, sizeof created, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return json_pack("{s:s, s:s, s:{s:s}, s:O}", "created", created, "message",
                     s->source->message, "user", "name", s->source->user, "state",
                     s->state);
}

static enum rc inventory_make(struct storing *s, const char *version, char **ret_text,
                              struct fault *why)
{
    SCOPED(json_free_at)
    json_t *doc =
        s->old.doc
            ? json_deep_copy(s->old.doc)
            : json_pack("{s:s, s:s, s:s, s:s, s:{}, s:{}}", "id", s->source->id, "type",
                        "https://ocfl.io/1.1/spec/#inventory", "digestAlgorithm",
                        "sha512", "head", version, "manifest", "versions");
    enum rc rc = content_add(s, version, json_object_get(doc, "manifest"), why);
    if (rc)
        return rc;
    json_object_set_new(doc, "head", json_string(version));
    json_object_set_new(json_object_get(doc, "versions"), version, version_entry(s));
    *ret_text = json_dumps(doc, JSON_INDENT(1));
    return *ret_text ? RC_OK
                     : fault_set(why, RC_INVALID, 0, "说明或姓名里有无法识别的文字");
}

static enum rc tags_write(int dir, const char *text, struct fault *why)
{
    char sidecar[SHA512_HEX + 20], hex[SHA512_HEX];
    struct bytes bytes = { (const uint8_t *)text, strlen(text) };
    hash_sha512_hex(bytes, hex);
    int len = snprintf(sidecar, sizeof sidecar, "%s inventory.json\n", hex);
    enum rc rc = file_create(dir, "inventory.json", bytes, why);
    return rc ? rc
              : file_create(dir, "inventory.json.sha512",
                            (struct bytes){ (uint8_t *)sidecar, (size_t)len }, why);
}

static enum rc next_fill(struct storing *s, struct fault *why)
{
    SCOPED(free_at) char *text = NULL;
    SCOPED(fd_close_at) int dir = -1;
    char version[16];
    static const char declared[] = "ocfl_object_1.1\n";
    ocfl_version_name(&s->old, s->old.head + 1, version);
    enum rc rc = versions_link(s, why);
    if (!rc && mkdirat(s->next, version, 0750))
        rc = fault_set(why, rc_of_errno(errno), errno, "无法建立归档版本 %s", version);
    if (!rc)
        rc = inventory_make(s, version, &text, why);
    if (rc)
        return rc;
    dir = openat(s->next, version, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    rc = dir < 0 ? fault_set(why, RC_IO, errno, "打不开归档版本 %s", version)
                 : tags_write(dir, text, why);
    if (!rc)
        rc = tags_write(s->next, text, why);
    return rc ? rc
              : file_create(
                    s->next, OCFL_OBJECT_NAME,
                    (struct bytes){ (const uint8_t *)declared, sizeof declared - 1 },
                    why);
}

/* Read back, flush, and take the place. */
static enum rc publish(struct storing *s, const char *root, struct fault *why)
{
    char path[2 * OCFL_FOLDER_MAX], target[OCFL_FOLDER_MAX];
    size_t len = strlen(root);
    while (len > 1 && root[len - 1] == '/')
        len--;
    snprintf(path, sizeof path, "%.*s.making/%s", (int)len, root, s->made);
    enum rc rc = ocfl_verify_object(path, why);
    if (rc)
        return fault_wrap(why, rc, "归档写完后读回核对不符");
    SCOPED(fd_close_at)
    int whole = openat(s->making, "object", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    rc = whole < 0 ? fault_set(why, RC_IO, errno, "打不开写好的归档")
                   : bag_path_flush(whole, why);
    if (rc)
        return rc;
    size_t end = s->object >= 0 ? strlen(s->place) : missing_from(s);
    snprintf(target, sizeof target, "%.*s", (int)end, s->place);
    if (renameat2(s->making, "object", s->root, target,
                  s->object >= 0 ? RENAME_EXCHANGE : RENAME_NOREPLACE))
        return fault_set(why, rc_of_errno(errno), errno, "无法把归档放到位：%.200s",
                         target);
    char *slash = strrchr(target, '/');
    snprintf(path, sizeof path, "%.*s", slash ? (int)(slash - target) : 1,
             slash ? target : ".");
    SCOPED(fd_close_at)
    int parent = openat(s->root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (parent < 0 || fsync(parent) || fsync(s->making))
        return fault_set(why, RC_IO, errno, "无法写入磁盘：%.200s", target);
    return s->object >= 0 ? bag_path_remove(s->making, "object", why) : RC_OK;
}

static enum rc source_check(const struct ocfl_source *source, struct fault *why)
{
    size_t len = strlen(source->id);
    if (!len || len > OCFL_ID_MAX || strpbrk(source->id, " \t\r\n"))
        return fault_set(why, RC_INVALID, 0, "归档对象的编号不可用：%.80s", source->id);
    return RC_OK;
}

enum rc ocfl_store(const char *root, const struct ocfl_source *source,
                   struct ocfl_facts *ret_facts, struct fault *why)
{
    SCOPED(storing_end)
    struct storing s = { .source = source,
                         .making = -1,
                         .lock = -1,
                         .root = -1,
                         .from = -1,
                         .object = -1,
                         .next = -1 };
    enum rc rc = source_check(source, why);
    if (!rc)
        rc = file_open_folder(source->folder, &s.from, why);
    if (!rc)
        rc = ocfl_source_read(s.from, &s.state, &s.files, why);
    if (!rc)
        rc = making_open(&s, root, why);
    if (!rc)
        rc = root_open(&s, root, why);
    if (!rc)
        rc = object_open(&s, root, why);
    if (rc)
        return rc;
    SCOPED(json_free_at) json_t *now = ocfl_state_by_path(s.state);
    SCOPED(json_free_at)
    json_t *before =
        s.old.doc ? ocfl_state_by_path(ocfl_state(&s.old, s.old.head)) : json_object();
    bool same = json_equal(now, before);
    if (!same && s.old.head == OCFL_VERSIONS_MAX)
        return fault_set(why, RC_INVALID, 0, "归档对象已有 %u 个版本", s.old.head);
    if (!same)
        rc = next_open(&s, why);
    if (!same && !rc)
        rc = next_fill(&s, why);
    if (!same && !rc)
        rc = publish(&s, root, why);
    if (rc)
        return rc;
    *ret_facts = (struct ocfl_facts){
        .version = s.old.head + !same, .is_new = !same, .files = s.files, .added = s.added
    };
    snprintf(ret_facts->path, sizeof ret_facts->path, "%.500s/%.600s", root, s.place);
    return RC_OK;
}
