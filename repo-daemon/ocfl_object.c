/* Objects: the inventory against what stands in the folder, file by file. */
#include "repo-daemon/ocfl_in.h"

#include "repo-daemon/bagit_paths.h"
#include "repo-daemon/ocfl_inventory.h"
#include "repo-daemon/ocfl_paths.h"
#include "sys/file.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SIDECAR_MAX = 400, DEPTH_MAX = 40 };

SCOPE_RELEASER(folder_close_at, DIR *, closedir)

struct object {
    int dir; /* owned */
    struct ocfl_inventory inventory;
    char *text; /* owned: the root's inventory.json */
    size_t len;
    size_t seen; /* content files so far */
};

static void object_end(struct object *o)
{
    fd_close_at(&o->dir);
    ocfl_inventory_free(&o->inventory);
    free(o->text);
}

enum ocfl_kind ocfl_kind_of(int dir, const char *name)
{
    struct stat st;
    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
        return OCFL_NOTHING;
    return S_ISREG(st.st_mode)   ? OCFL_FILE
           : S_ISDIR(st.st_mode) ? OCFL_FOLDER
                                 : OCFL_OTHER;
}

enum rc ocfl_open_list(int dir, const char *name, DIR **ret_list, struct fault *why)
{
    SCOPED(fd_close_at)
    int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0)
        *ret_list = fdopendir(fd);
    if (fd < 0 || !*ret_list)
        return fault_set(why, rc_of_errno(errno), errno, "打不开文件夹 %.200s", name);
    (void)TAKE_FD(fd);
    return RC_OK;
}

const char *ocfl_next_name(DIR *list)
{
    const struct dirent *entry;
    do {
        entry = readdir(list);
    } while (entry && (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")));
    return entry ? entry->d_name : NULL;
}

enum rc ocfl_declared(int dir, const char *name, const char *missing, const char *differs,
                      struct fault *why)
{
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    if (ocfl_kind_of(dir, name) != OCFL_FILE)
        return ocfl_bad(why, missing, "缺少 %s", name);
    enum rc rc = file_read(dir, name, 64, &text, &len, NULL);
    size_t want = strlen(name + 2);
    bool same =
        !rc && len == want + 1 && !memcmp(text, name + 2, want) && text[want] == '\n';
    return same ? RC_OK : ocfl_bad(why, differs, "%s 的内容不对", name);
}

/* inventory.json and its sidecar in `dir`, both right. */
static enum rc inventory_load(int dir, struct ocfl_inventory *inv, char **ret_text,
                              size_t *ret_len, struct fault *why)
{
    SCOPED(fd_close_at) int fd = -1;
    SCOPED(free_at) char *sidecar = NULL;
    char name[40], hex[BAG_HEX_MAX], told[BAG_HEX_MAX] = "";
    size_t len;
    int end = 0;
    enum rc rc = bag_path_open(dir, "inventory.json", &fd, NULL);
    if (rc)
        return ocfl_bad(why, "E063", "缺少 inventory.json");
    rc = file_read_fd(fd, OCFL_INVENTORY_MAX, ret_text, ret_len, why);
    if (!rc)
        rc = ocfl_inventory_read((struct bytes){ (uint8_t *)*ret_text, *ret_len }, inv,
                                 why);
    if (rc)
        return rc;
    snprintf(name, sizeof name, "inventory.json.%s", ocfl_algorithm_word(inv->algorithm));
    if (ocfl_kind_of(dir, name) != OCFL_FILE)
        return ocfl_bad(why, "E058", "缺少 %s", name);
    if (file_read(dir, name, SIDECAR_MAX, &sidecar, &len, NULL) ||
        sscanf(sidecar, "%128s inventory.json %n", told, &end) != 1 ||
        (size_t)end != len || !ocfl_digest_lower(told, inv->algorithm, told))
        return ocfl_bad(why, "E061", "%s 不合格式", name);
    rc = bag_hash(fd, inv->algorithm, hex, why);
    return rc || !strcmp(hex, told) ? rc
                                    : ocfl_bad(why, "E060", "inventory.json 被改动过");
}

static enum rc content_file(struct object *o, int dir, const char *name, const char *path,
                            struct fault *why)
{
    SCOPED(fd_close_at) int fd = -1;
    char hex[BAG_HEX_MAX];
    const char *want = json_string_value(json_object_get(o->inventory.paths, path));
    if (!want)
        return ocfl_bad(why, "E023", "清单里没有文件 %.200s", path);
    enum rc rc = bag_path_open(dir, name, &fd, why);
    if (!rc)
        rc = bag_hash(fd, o->inventory.algorithm, hex, why);
    if (rc)
        return rc;
    o->seen++;
    return strcmp(hex, want) ? ocfl_bad(why, "E092", "文件 %.200s 与摘要不符", path)
                             : RC_OK;
}

static enum rc content_walk(struct object *o, int parent, const char *name,
                            const char *path, unsigned depth, struct fault *why)
{
    SCOPED(folder_close_at) DIR *list = NULL;
    enum rc rc = depth > DEPTH_MAX ? ocfl_bad(why, "E023", "文件夹太深：%.200s", path)
                                   : ocfl_open_list(parent, name, &list, why);
    bool empty = true;
    for (const char *entry; !rc && (entry = ocfl_next_name(list));) {
        char below[OCFL_FOLDER_MAX];
        enum ocfl_kind kind = ocfl_kind_of(dirfd(list), entry);
        empty = false;
        if (snprintf(below, sizeof below, "%s/%s", path, entry) >= (int)sizeof below)
            rc = ocfl_bad(why, "E023", "文件名太长：%.200s", entry);
        else if (kind == OCFL_FOLDER)
            rc = content_walk(o, dirfd(list), entry, below, depth + 1, why);
        else
            rc = kind == OCFL_FILE ? content_file(o, dirfd(list), entry, below, why)
                                   : ocfl_bad(why, "E090", "%.200s 不是文件", below);
    }
    return rc || !empty || !depth ? rc : ocfl_bad(why, "E024", "空文件夹 %.200s", path);
}

/* An earlier inventory tells the same of the versions it knows. */
static enum rc same_story(const struct object *o, const struct ocfl_inventory *old,
                          unsigned version, struct fault *why)
{
    if (strcmp(old->id, o->inventory.id) != 0)
        return ocfl_bad(why, "E037", "版本 %u 的 id 不同", version);
    if (old->head != version)
        return ocfl_bad(why, "E040", "版本 %u 的 head 是 %u", version, old->head);
    if (strcmp(old->content, o->inventory.content) != 0)
        return ocfl_bad(why, "E019", "版本 %u 的内容文件夹不同", version);
    for (unsigned i = 1; i <= version; i++) {
        SCOPED(json_free_at) json_t *then = ocfl_state_by_path(ocfl_state(old, i));
        SCOPED(json_free_at)
        json_t *now = ocfl_state_by_path(ocfl_state(&o->inventory, i));
        const char *path;
        json_t *digest;
        bool same = json_object_size(then) == json_object_size(now);
        /* Of other digests only the names can be compared. */
        json_object_foreach(then, path, digest) same =
            same && (old->algorithm == o->inventory.algorithm
                         ? json_equal(digest, json_object_get(now, path))
                         : json_object_get(now, path) != NULL);
        if (!same)
            return ocfl_bad(why, "E066", "版本 %u 的清单对版本 %u 说法不同", version, i);
    }
    return RC_OK;
}

static enum rc version_inventory(const struct object *o, int dir, unsigned version,
                                 struct fault *why)
{
    SCOPED(ocfl_inventory_free) struct ocfl_inventory old = { 0 };
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    if (ocfl_kind_of(dir, "inventory.json") == OCFL_NOTHING)
        return RC_OK; /* recommended, not required */
    enum rc rc = inventory_load(dir, &old, &text, &len, why);
    if (rc)
        return rc;
    bool is_head = version == o->inventory.head;
    if (is_head && (len != o->len || memcmp(text, o->text, len) != 0))
        return ocfl_bad(why, "E064", "最新版本的清单与根上的不同");
    return same_story(o, &old, version, why);
}

static enum rc version_check(struct object *o, unsigned version, struct fault *why)
{
    SCOPED(folder_close_at) DIR *list = NULL;
    char name[16], content[300];
    ocfl_version_name(&o->inventory, version, name);
    if (ocfl_kind_of(o->dir, name) != OCFL_FOLDER)
        return ocfl_bad(why, "E046", "缺少版本文件夹 %s", name);
    enum rc rc = ocfl_open_list(o->dir, name, &list, why);
    snprintf(content, sizeof content, "%s/%.255s", name, o->inventory.content);
    for (const char *entry; !rc && (entry = ocfl_next_name(list));) {
        enum ocfl_kind kind = ocfl_kind_of(dirfd(list), entry);
        if (kind == OCFL_FOLDER && !strcmp(entry, o->inventory.content))
            rc = content_walk(o, dirfd(list), entry, content, 0, why);
        else if (kind != OCFL_FILE || (strcmp(entry, "inventory.json") != 0 &&
                                       strncmp(entry, "inventory.json.sha", 18) != 0))
            rc = ocfl_bad(why, "E015", "%s 里不应有 %.200s", name, entry);
    }
    return rc ? rc : version_inventory(o, dirfd(list), version, why);
}

static bool is_version(const struct object *o, const char *entry)
{
    char name[16];
    for (unsigned i = 1; i <= o->inventory.head; i++) {
        ocfl_version_name(&o->inventory, i, name);
        if (!strcmp(name, entry))
            return true;
    }
    return false;
}

static enum rc extensions_check(int dir, struct fault *why)
{
    SCOPED(folder_close_at) DIR *list = NULL;
    enum rc rc = ocfl_open_list(dir, "extensions", &list, why);
    for (const char *entry; !rc && (entry = ocfl_next_name(list));)
        if (ocfl_kind_of(dirfd(list), entry) != OCFL_FOLDER)
            rc = ocfl_bad(why, "E067", "extensions 里不应有 %.200s", entry);
    return rc;
}

static enum rc root_entries(const struct object *o, struct fault *why)
{
    SCOPED(folder_close_at) DIR *list = NULL;
    char sidecar[40];
    snprintf(sidecar, sizeof sidecar, "inventory.json.%s",
             ocfl_algorithm_word(o->inventory.algorithm));
    const char *const files[] = { OCFL_OBJECT_NAME, "inventory.json", sidecar };
    enum rc rc = ocfl_open_list(o->dir, ".", &list, why);
    for (const char *entry; !rc && (entry = ocfl_next_name(list));) {
        enum ocfl_kind kind = ocfl_kind_of(o->dir, entry);
        bool known =
            kind == OCFL_FOLDER && (is_version(o, entry) || !strcmp(entry, "logs"));
        for (size_t i = 0; i < COUNT(files); i++)
            known = known || (kind == OCFL_FILE && !strcmp(entry, files[i]));
        if (kind == OCFL_FOLDER && !strcmp(entry, "extensions"))
            rc = extensions_check(o->dir, why);
        else if (!known)
            rc = ocfl_bad(why, "E001", "对象里不应有 %.200s", entry);
    }
    return rc;
}

static enum rc fixity_compare(const struct object *o, struct fault *why)
{
    static const struct {
        const char *word;
        enum bag_algorithm algorithm;
    } known[] = { { "md5", BAG_MD5 },
                  { "sha256", BAG_SHA256 },
                  { "sha512", BAG_SHA512 } };
    const json_t *fixity = json_object_get(o->inventory.doc, "fixity");
    for (size_t k = 0; k < COUNT(known); k++) {
        json_t *block = json_object_get(fixity, known[k].word), *list, *path;
        const char *digest;
        size_t i;
        json_object_foreach(block, digest, list) json_array_foreach(list, i, path)
        {
            SCOPED(fd_close_at) int fd = -1;
            char hex[BAG_HEX_MAX], want[BAG_HEX_MAX];
            enum rc rc = bag_path_open(o->dir, json_string_value(path), &fd, why);
            if (!rc)
                rc = bag_hash(fd, known[k].algorithm, hex, why);
            if (rc)
                return rc;
            if (!ocfl_digest_lower(digest, known[k].algorithm, want) ||
                strcmp(hex, want) != 0)
                return ocfl_bad(why, "E093", "文件 %.200s 与 fixity 不符",
                                json_string_value(path));
        }
    }
    return RC_OK;
}

enum rc ocfl_verify_object(const char *path, struct fault *why)
{
    SCOPED(object_end) struct object o = { .dir = -1 };
    enum rc rc = file_open_folder(path, &o.dir, why);
    if (!rc)
        rc = ocfl_declared(o.dir, OCFL_OBJECT_NAME, "E003", "E007", why);
    if (!rc)
        rc = inventory_load(o.dir, &o.inventory, &o.text, &o.len, why);
    if (!rc)
        rc = root_entries(&o, why);
    for (unsigned i = 1; !rc && i <= o.inventory.head; i++)
        rc = version_check(&o, i, why);
    if (!rc && o.seen != json_object_size(o.inventory.paths))
        rc = ocfl_bad(why, "E023", "清单里的文件有 %zu 个不见了",
                      json_object_size(o.inventory.paths) - o.seen);
    return rc ? rc : fixity_compare(&o, why);
}

enum rc ocfl_object_load(int dir, struct ocfl_inventory *inv, struct fault *why)
{
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    return inventory_load(dir, inv, &text, &len, why);
}
