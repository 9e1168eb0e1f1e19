/* Manifest and states: digests, content paths, logical paths. */
#include "repo-daemon/ocfl_paths.h"

#include "repo-daemon/bagit_paths.h"
#include "sys/json_scope.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { CONTENT_PATH_MAX = 600 };

static size_t digest_length(enum bag_algorithm algorithm)
{
    return algorithm == BAG_SHA512 ? 128 : algorithm == BAG_SHA256 ? 64 : 32;
}

bool ocfl_digest_lower(const char *text, enum bag_algorithm algorithm,
                       char ret_hex[BAG_HEX_MAX])
{
    size_t len = digest_length(algorithm);
    if (strlen(text) != len || strspn(text, "0123456789abcdefABCDEF") != len)
        return false;
    for (size_t i = 0; i <= len; i++)
        ret_hex[i] = (char)tolower((unsigned char)text[i]);
    return true;
}

/* "E099" for empty, "." and ".." parts, "E100" for a '/' at an end; NULL: usable. */
static const char *path_fault(const char *path, const char *parts, const char *ends)
{
    size_t len = strlen(path);
    if (!len || path[0] == '/' || path[len - 1] == '/')
        return ends;
    for (const char *at = path; *at;) {
        size_t part = strcspn(at, "/");
        if (!part || (part == 1 && at[0] == '.') || (part == 2 && !strncmp(at, "..", 2)))
            return parts;
        at += part + (at[part] == '/');
    }
    return NULL;
}

/* No path may be a folder of another one. */
static bool is_folder_too(const json_t *paths, const char *path)
{
    char folder[CONTENT_PATH_MAX];
    for (size_t i = 1; path[i]; i++) {
        if (path[i] != '/' || i >= sizeof folder)
            continue;
        memcpy(folder, path, i);
        folder[i] = 0;
        if (json_object_get(paths, folder))
            return true;
    }
    return false;
}

static enum rc folders_check(const json_t *paths, const char *code, struct fault *why)
{
    const char *path;
    json_t *digest;
    json_object_foreach(
        (json_t *)(uintptr_t)paths, path,
        digest) if (is_folder_too(paths,
                                  path)) return ocfl_bad(why, code,
                                                         "“%.200s”既是文件又是文件夹",
                                                         path);
    return RC_OK;
}

struct codes {
    const char *parts, *ends, *twice, *shape;
};
static const struct codes content_codes = { "E099", "E100", "E101", "E106" };
static const struct codes logical_codes = { "E052", "E053", "E095", "E051" };

static enum rc paths_add(const json_t *list, const char *hex, const struct codes *codes,
                         json_t *by_path, struct fault *why)
{
    size_t i;
    json_t *one;
    if (!json_is_array(list))
        return ocfl_bad(why, codes->shape, "摘要 %.16s 的文件名不是列表", hex);
    json_array_foreach((json_t *)(uintptr_t)list, i, one)
    {
        const char *path = json_string_value(one);
        if (!path || strlen(path) >= CONTENT_PATH_MAX)
            return ocfl_bad(why, codes->shape, "摘要 %.16s 的文件名不可用", hex);
        const char *code = path_fault(path, codes->parts, codes->ends);
        if (code)
            return ocfl_bad(why, code, "文件名“%.200s”不可用", path);
        if (json_object_get(by_path, path))
            return ocfl_bad(why, codes->twice, "文件名“%.200s”出现两次", path);
        json_object_set_new(by_path, path, json_string(hex));
    }
    return RC_OK;
}

enum rc ocfl_manifest_read(struct ocfl_inventory *inv, struct fault *why)
{
    json_t *manifest = json_object_get(inv->doc, "manifest"), *list;
    const char *digest;
    char hex[BAG_HEX_MAX];
    enum rc rc = RC_OK;
    if (!json_is_object(manifest))
        return ocfl_bad(why, "E041", "清单没有 manifest");
    json_object_foreach(manifest, digest, list)
    {
        if (!ocfl_digest_lower(digest, inv->algorithm, hex))
            return ocfl_bad(why, "E025", "“%.40s”不是摘要", digest);
        if (json_object_get(inv->files, hex))
            return ocfl_bad(why, "E096", "摘要 %.16s 出现两次", hex);
        rc = paths_add(list, hex, &content_codes, inv->paths, why);
        if (rc)
            return rc;
        json_object_set(inv->files, hex,
                        json_array_size(list) ? json_array_get(list, 0) : json_null());
    }
    return folders_check(inv->paths, "E101", why);
}

enum rc ocfl_state_check(const struct ocfl_inventory *inv, const json_t *state,
                         json_t *used, struct fault *why)
{
    SCOPED(json_free_at) json_t *by_path = json_object();
    SCOPED(json_free_at) json_t *seen = json_object();
    const char *digest;
    json_t *list;
    char hex[BAG_HEX_MAX];
    json_object_foreach((json_t *)(uintptr_t)state, digest, list)
    {
        bool known = ocfl_digest_lower(digest, inv->algorithm, hex) &&
                     json_object_get(inv->files, hex);
        if (!known)
            return ocfl_bad(why, "E050", "状态里的摘要 %.16s 不在 manifest 里", digest);
        if (json_object_get(seen, hex))
            return ocfl_bad(why, "E050", "状态里的摘要 %.16s 出现两次", hex);
        json_object_set_new(seen, hex, json_true());
        json_object_set_new(used, hex, json_true());
        enum rc rc = paths_add(list, hex, &logical_codes, by_path, why);
        if (rc)
            return rc;
    }
    return folders_check(by_path, "E095", why);
}

json_t *ocfl_state_by_path(const json_t *state)
{
    json_t *by_path = json_object(), *list, *path;
    const char *digest;
    size_t i;
    json_object_foreach((json_t *)(uintptr_t)state, digest, list)
    {
        char hex[BAG_HEX_MAX] = "";
        for (size_t at = 0; digest[at] && at + 1 < sizeof hex; at++)
            hex[at] = (char)tolower((unsigned char)digest[at]);
        json_array_foreach(list, i, path)
            json_object_set_new(by_path, json_string_value(path), json_string(hex));
    }
    return by_path;
}
