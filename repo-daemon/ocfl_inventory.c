/* Inventories: the fields one by one, in the order of the specification's section 3.5. */
#include "repo-daemon/ocfl_inventory.h"

#include "repo-daemon/ocfl_paths.h"
#include "sys/json_scope.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char type_word[] = "https://ocfl.io/1.1/spec/#inventory";
static const char type_before[] = "https://ocfl.io/1.0/spec/#inventory";

enum rc ocfl_bad(struct fault *why, const char *code, const char *format, ...)
{
    char text[400];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return fault_set(why, RC_CORRUPT, 0, "%s：%s", code, text);
}

const char *ocfl_algorithm_word(enum bag_algorithm algorithm)
{
    return algorithm == BAG_SHA512 ? "sha512" : "sha256";
}

static const char *text_of(const json_t *o, const char *name)
{
    return json_string_value(json_object_get(o, name));
}

/* Only these names, and nothing else. */
static enum rc names_check(const json_t *o, const char *const *names, size_t count,
                           struct fault *why)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)o, name, value)
    {
        size_t i = 0;
        while (i < count && strcmp(names[i], name) != 0)
            i++;
        if (i == count)
            return ocfl_bad(why, "E102", "清单里有规范以外的“%.60s”", name);
    }
    return RC_OK;
}

/* "v3" or "v003". False: no version number. */
static bool version_read(const char *text, unsigned *ret_number, unsigned *ret_width)
{
    size_t len = strlen(text);
    if (len < 2 || len > 9 || text[0] != 'v' || strspn(text + 1, "0123456789") != len - 1)
        return false;
    unsigned number = (unsigned)strtoul(text + 1, NULL, 10);
    if (!number)
        return false;
    *ret_number = number;
    *ret_width = text[1] == '0' ? (unsigned)len - 1 : 0;
    return true;
}

void ocfl_version_name(const struct ocfl_inventory *inv, unsigned version,
                       char ret_name[16])
{
    snprintf(ret_name, 16, "v%0*u", (int)inv->width, version);
}

json_t *ocfl_state(const struct ocfl_inventory *inv, unsigned version)
{
    char name[16];
    ocfl_version_name(inv, version, name);
    return json_object_get(json_object_get(json_object_get(inv->doc, "versions"), name),
                           "state");
}

static enum rc head_read(struct ocfl_inventory *inv, struct fault *why)
{
    const char *id = text_of(inv->doc, "id"), *type = text_of(inv->doc, "type"),
               *algorithm = text_of(inv->doc, "digestAlgorithm"),
               *head = text_of(inv->doc, "head"),
               *content = text_of(inv->doc, "contentDirectory");
    if (!id || !type || !algorithm || !head)
        return ocfl_bad(why, "E036", "清单缺少 %s",
                        !id          ? "id"
                        : !type      ? "type"
                        : !algorithm ? "digestAlgorithm"
                                     : "head");
    if (!*id)
        return ocfl_bad(why, "E037", "清单的 id 是空的");
    if (strcmp(type, type_word) != 0 && strcmp(type, type_before) != 0)
        return ocfl_bad(why, "E038", "清单的 type 是“%.80s”", type);
    bool is512 = !strcmp(algorithm, "sha512");
    if (!is512 && strcmp(algorithm, "sha256") != 0)
        return ocfl_bad(why, "E025", "不能用摘要算法“%.40s”", algorithm);
    if (json_object_get(inv->doc, "contentDirectory")) {
        if (!content || !*content || strchr(content, '/'))
            return ocfl_bad(why, "E017", "contentDirectory 不可用");
        if (!strcmp(content, ".") || !strcmp(content, ".."))
            return ocfl_bad(why, "E018", "contentDirectory 不可用");
    }
    if (!version_read(head, &inv->head, &inv->width))
        return ocfl_bad(why, "E040", "head“%.20s”不是版本号", head);
    if (inv->head > OCFL_VERSIONS_MAX)
        return ocfl_bad(why, "E040", "版本超过 %d 个", OCFL_VERSIONS_MAX);
    inv->id = id;
    inv->content = content ? content : "content";
    inv->algorithm = is512 ? BAG_SHA512 : BAG_SHA256;
    return RC_OK;
}

/* RFC 3339 with seconds and a zone, as "2026-11-28T13:40:00Z" or "+08:00" at its end. */
static bool is_time(const char *text)
{
    static const char shape[] = "0000-00-00T00:00:00";
    for (size_t i = 0; shape[i]; i++)
        if (shape[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
            return false;
    text += sizeof shape - 1;
    if (*text == '.') {
        size_t digits = strspn(text + 1, "0123456789");
        if (!digits)
            return false;
        text += digits + 1;
    }
    int hours, minutes, end = 0;
    if (!strcmp(text, "Z"))
        return true;
    return (*text == '+' || *text == '-') && strlen(text) == 6 &&
           sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &end) == 2 && end == 5 &&
           hours < 24 && minutes < 60;
}

static enum rc version_check(const struct ocfl_inventory *inv, const char *name,
                             const json_t *version, json_t *used, struct fault *why)
{
    static const char *const names[] = { "created", "state", "message", "user" };
    const json_t *state = json_object_get(version, "state"),
                 *message = json_object_get(version, "message"),
                 *user = json_object_get(version, "user");
    const char *created = text_of(version, "created");
    if (!json_is_object(version))
        return ocfl_bad(why, "E047", "版本 %s 没有内容", name);
    enum rc rc = names_check(version, names, COUNT(names), why);
    if (rc)
        return rc;
    if (!json_object_get(version, "created") || !state)
        return ocfl_bad(why, "E048", "版本 %s 缺少 created 或 state", name);
    if (!created || !is_time(created))
        return ocfl_bad(why, "E049", "版本 %s 的时间不可用", name);
    if (!json_is_object(state))
        return ocfl_bad(why, "E050", "版本 %s 的 state 不可用", name);
    if (message && !json_is_string(message))
        return ocfl_bad(why, "E094", "版本 %s 的说明不是文字", name);
    if (user && (!json_is_object(user) || !text_of(user, "name")))
        return ocfl_bad(why, "E054", "版本 %s 的经办人没有姓名", name);
    return ocfl_state_check(inv, state, used, why);
}

static enum rc versions_check(struct ocfl_inventory *inv, struct fault *why)
{
    const json_t *versions = json_object_get(inv->doc, "versions");
    SCOPED(json_free_at) json_t *used = json_object();
    const char *name, *digest;
    json_t *value;
    enum rc rc = RC_OK;
    if (!json_is_object(versions))
        return ocfl_bad(why, "E043", "清单没有 versions");
    if (!json_object_size(versions))
        return ocfl_bad(why, "E008", "清单里一个版本也没有");
    json_object_foreach((json_t *)(uintptr_t)versions, name, value)
    {
        unsigned number, width;
        if (!version_read(name, &number, &width))
            return ocfl_bad(why, "E046", "“%.20s”不是版本号", name);
        if (width != inv->width)
            return ocfl_bad(why, "E012", "版本号的位数不一致：%.20s", name);
        if (number > inv->head)
            return ocfl_bad(why, "E040", "head 不是最新的版本");
    }
    for (unsigned i = 1; i <= inv->head && !rc; i++) {
        char wanted[16];
        ocfl_version_name(inv, i, wanted);
        value = json_object_get(versions, wanted);
        rc = value            ? version_check(inv, wanted, value, used, why)
             : i == inv->head ? ocfl_bad(why, "E040", "没有 head 所说的版本 %s", wanted)
                              : ocfl_bad(why, i == 1 ? "E009" : "E010",
                                         "版本号不连续，缺少 %s", wanted);
    }
    if (rc)
        return rc;
    json_object_foreach(inv->files, digest, value) if (
        !json_object_get(used, digest)) return ocfl_bad(why, "E107",
                                                        "manifest 的 %.16s 没有版本用到",
                                                        digest);
    return RC_OK;
}

/* Structure only; what its digests say is checked with the files. */
static enum rc fixity_check(const struct ocfl_inventory *inv, struct fault *why)
{
    json_t *fixity = json_object_get(inv->doc, "fixity"), *block, *list, *path;
    const char *algorithm, *digest;
    size_t i;
    if (fixity && !json_is_object(fixity))
        return ocfl_bad(why, "E111", "fixity 不可用");
    json_object_foreach(fixity, algorithm, block)
    {
        if (!json_is_object(block))
            return ocfl_bad(why, "E057", "fixity 的 %.20s 不可用", algorithm);
        json_object_foreach(block, digest, list)
        {
            if (!json_is_array(list))
                return ocfl_bad(why, "E057", "fixity 的 %.20s 不可用", algorithm);
            json_array_foreach(list, i, path)
            {
                const char *text = json_string_value(path);
                if (!text || !json_object_get(inv->paths, text))
                    return ocfl_bad(why, "E057", "fixity 说到了不在 manifest 的文件");
            }
        }
    }
    return RC_OK;
}

enum rc ocfl_inventory_read(struct bytes text, struct ocfl_inventory *ret,
                            struct fault *why)
{
    static const char *const names[] = { "id",       "type",     "digestAlgorithm",
                                         "head",     "manifest", "contentDirectory",
                                         "versions", "fixity" };
    *ret = (struct ocfl_inventory){ .paths = json_object(), .files = json_object() };
    ret->doc = json_loadb((const char *)text.at, text.len, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(ret->doc))
        return ocfl_bad(why, "E033", "清单不是 JSON 对象");
    enum rc rc = names_check(ret->doc, names, COUNT(names), why);
    if (!rc)
        rc = head_read(ret, why);
    if (!rc)
        rc = ocfl_manifest_read(ret, why);
    if (!rc)
        rc = versions_check(ret, why);
    return rc ? rc : fixity_check(ret, why);
}

void ocfl_inventory_free(struct ocfl_inventory *inv)
{
    json_decref(inv->doc);
    json_decref(inv->paths);
    json_decref(inv->files);
    *inv = (struct ocfl_inventory){ 0 };
}
