/* Storage roots: layout, declaration, and the walk over all objects.
 *
 * The layout is the registered extension 0003 with its usual parameters: three folders of
 * three digits of the id's SHA-256, then the id with every byte but letters, digits, '-'
 * and '_' as %xx. */
#include "repo-daemon/ocfl_in.h"

#include "sys/file.h"
#include "sys/hash.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum {
    TUPLES = 3,
    TUPLE_DIGITS = 3,
    DEPTH_MAX = 16,
    LAYOUT_MAX = 4096,
    ENCODED_MOST = 100
};

#define LAYOUT "0003-hash-and-id-n-tuple-storage-layout"

SCOPE_RELEASER(folder_close_at, DIR *, closedir)

static const char layout_text[] =
    "{\n \"extension\": \"" LAYOUT "\",\n"
    " \"description\": \"Three folders of three digits of the SHA-256 of the id, then "
    "the id.\"\n}\n";
static const char config_text[] =
    "{\n \"extensionName\": \"" LAYOUT "\",\n \"digestAlgorithm\": \"sha256\",\n"
    " \"tupleSize\": 3,\n \"numberOfTuples\": 3\n}\n";

void ocfl_place(const char *id, char ret_path[OCFL_FOLDER_MAX])
{
    char hex[SHA256_HEX], *at = ret_path;
    hash_hex(hash_sha256((struct bytes){ (const uint8_t *)id, strlen(id) }), hex);
    for (size_t i = 0; i < TUPLES; i++)
        at += sprintf(at, "%.*s/", TUPLE_DIGITS, hex + i * TUPLE_DIGITS);
    char *name = at;
    for (; *id && at - name <= ENCODED_MOST; id++)
        at += isalnum((unsigned char)*id) || strchr("-_", *id)
                  ? sprintf(at, "%c", *id)
                  : sprintf(at, "%%%02x", (unsigned char)*id);
    if (at - name > ENCODED_MOST) /* long ones are cut and told apart by their hash */
        sprintf(name + ENCODED_MOST, "-%s", hex);
}

static struct bytes bytes_of(const char *text)
{
    return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

enum rc ocfl_root_write(int dir, struct fault *why)
{
    SCOPED(fd_close_at) int extension = -1;
    if (mkdirat(dir, "extensions", 0750) || mkdirat(dir, "extensions/" LAYOUT, 0750))
        return fault_set(why, RC_IO, 0, "无法建立归档库的文件夹");
    extension = openat(dir, "extensions/" LAYOUT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (extension < 0)
        return fault_set(why, RC_IO, 0, "无法打开归档库的文件夹");
    enum rc rc = file_create(extension, "config.json", bytes_of(config_text), why);
    if (!rc)
        rc = file_create(dir, "ocfl_layout.json", bytes_of(layout_text), why);
    return rc ? rc : file_create(dir, OCFL_ROOT_NAME, bytes_of("ocfl_1.1\n"), why);
}

struct walking {
    char path[OCFL_FOLDER_MAX];
    unsigned objects;
};

/* An object is known by any declaration of one, so that a wrong one is told as such. */
static bool is_object(DIR *list)
{
    bool found = false;
    for (const char *entry; (entry = ocfl_next_name(list));)
        found = found || !strncmp(entry, "0=ocfl_object_", 14);
    rewinddir(list);
    return found;
}

static enum rc walk(struct walking *w, int parent, const char *name, unsigned depth,
                    struct fault *why)
{
    SCOPED(folder_close_at) DIR *list = NULL;
    size_t len = strlen(w->path);
    enum rc rc = ocfl_open_list(parent, name, &list, why);
    if (rc)
        return rc;
    if (is_object(list)) {
        w->objects++;
        rc = ocfl_verify_object(w->path, why);
        return rc ? fault_wrap(why, rc, "%s", w->path) : RC_OK;
    }
    bool empty = true;
    for (const char *entry; !rc && (entry = ocfl_next_name(list));) {
        empty = false;
        if (ocfl_kind_of(dirfd(list), entry) != OCFL_FOLDER || depth == DEPTH_MAX ||
            len + strlen(entry) + 2 > sizeof w->path)
            return ocfl_bad(why, "E072", "对象以外不应有 %.300s/%.200s", w->path, entry);
        snprintf(w->path + len, sizeof w->path - len, "/%s", entry);
        rc = walk(w, dirfd(list), entry, depth + 1, why);
        w->path[len] = 0;
    }
    return rc || !empty ? rc : ocfl_bad(why, "E073", "空文件夹 %.300s", w->path);
}

static enum rc layout_check(int dir, struct fault *why)
{
    SCOPED(free_at) char *text = NULL;
    SCOPED(json_free_at) json_t *layout = NULL;
    size_t len;
    if (ocfl_kind_of(dir, "ocfl_layout.json") == OCFL_NOTHING)
        return RC_OK;
    if (!file_read(dir, "ocfl_layout.json", LAYOUT_MAX, &text, &len, NULL))
        layout = json_loadb(text, len, 0, NULL);
    if (!json_is_string(json_object_get(layout, "extension")) ||
        !json_is_string(json_object_get(layout, "description")))
        return ocfl_bad(why, "E070", "ocfl_layout.json 不可用");
    return RC_OK;
}

static enum rc entries_check(struct walking *w, int dir, struct fault *why)
{
    SCOPED(folder_close_at) DIR *list = NULL;
    size_t len = strlen(w->path);
    enum rc rc = ocfl_open_list(dir, ".", &list, why);
    for (const char *entry; !rc && (entry = ocfl_next_name(list));) {
        bool known = !strcmp(entry, OCFL_ROOT_NAME) ||
                     !strcmp(entry, "ocfl_layout.json") || !strcmp(entry, "extensions");
        if (known)
            continue;
        if (ocfl_kind_of(dir, entry) != OCFL_FOLDER)
            return ocfl_bad(why, "E087", "归档库里不应有 %.200s", entry);
        snprintf(w->path + len, sizeof w->path - len, "/%s", entry);
        rc = walk(w, dir, entry, 1, why);
        w->path[len] = 0;
    }
    return rc;
}

bool ocfl_is_root(const char *path)
{
    SCOPED(fd_close_at) int dir = -1;
    return !file_open_folder(path, &dir, NULL) &&
           ocfl_kind_of(dir, OCFL_ROOT_NAME) == OCFL_FILE;
}

enum rc ocfl_verify_root(const char *path, unsigned *ret_objects, struct fault *why)
{
    SCOPED(fd_close_at) int dir = -1;
    struct walking w = { .objects = 0 };
    enum rc rc = file_open_folder(path, &dir, why);
    if (!rc && snprintf(w.path, sizeof w.path, "%s", path) > OCFL_FOLDER_MAX / 2)
        rc = fault_set(why, RC_INVALID, 0, "归档库的路径过长");
    if (!rc)
        rc = ocfl_declared(dir, OCFL_ROOT_NAME, "E069", "E080", why);
    if (!rc)
        rc = layout_check(dir, why);
    if (!rc)
        rc = entries_check(&w, dir, why);
    if (!rc && ret_objects)
        *ret_objects = w.objects;
    return rc;
}
