/* Tag files are lines that end in LF, CR or CRLF. A manifest is cut into its lines in
 * place, its entries are sorted by path, and the walk over the bag looks them up. */
#include "repo-daemon/bagit_manifest.h"

#include "repo-daemon/bagit_md5.h"
#include "repo-daemon/bagit_paths.h"
#include "sys/scope.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { PATH_BYTES_MAX = 4096 };

static const struct {
    const char *name;
    size_t digits;
} algorithms[BAG_ALGORITHMS] = {
    [BAG_MD5] = { "md5", 32 },
    [BAG_SHA256] = { "sha256", 64 },
    [BAG_SHA512] = { "sha512", 128 },
};

/* The next line, cut off with a NUL; *at moves on. NULL at the end. */
static char *next_line(char **at)
{
    char *line = *at;
    if (!*line)
        return NULL;
    char *end = line + strcspn(line, "\r\n");
    *at = *end ? end + 1 + (end[0] == '\r' && end[1] == '\n') : end;
    *end = 0;
    return line;
}

enum rc bag_declaration_read(const char *text, size_t len, bool *ret_is_one,
                             struct fault *why)
{
    static const char version[] = "BagIt-Version: ",
                      encoding[] = "Tag-File-Character-Encoding: ";
    static const char *const versions[] = {
        "0.93", "0.94", "0.95", "0.96", "0.97", "1.0"
    };
    SCOPED(free_at) char *copy = strndup(text, len);
    char *at = copy, *first = copy ? next_line(&at) : NULL;
    char *second = first ? next_line(&at) : NULL;
    bool known = false;
    if (!second || *at || strlen(text) != len ||
        strncmp(first, version, sizeof version - 1) ||
        strncmp(second, encoding, sizeof encoding - 1) || !second[sizeof encoding - 1])
        return fault_set(why, RC_CORRUPT, 0, "bagit.txt 的格式不对");
    for (size_t i = 0; i < COUNT(versions); i++)
        known = known || !strcmp(first + sizeof version - 1, versions[i]);
    if (!known)
        return fault_set(why, RC_CORRUPT, 0, "bagit.txt 里的版本号不认识");
    *ret_is_one = !strcmp(first + sizeof version - 1, "1.0");
    return RC_OK;
}

bool bag_manifest_name(const char *name, enum bag_algorithm *ret_algorithm,
                       bool *ret_is_tags)
{
    bool is_tags = !strncmp(name, "tag", 3);
    char want[40];
    for (unsigned i = 0; i < BAG_ALGORITHMS; i++) {
        (void)snprintf(want, sizeof want, "%smanifest-%s.txt", is_tags ? "tag" : "",
                       algorithms[i].name);
        if (!strcmp(name, want)) {
            *ret_algorithm = (enum bag_algorithm)i;
            *ret_is_tags = is_tags;
            return true;
        }
    }
    return false;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct bag_entry *)a)->path,
                  ((const struct bag_entry *)b)->path);
}

/* "hex  path" with any white space between, '*' before the path for binary files. */
static enum rc read_entry(char *line, const struct bag_manifest *manifest,
                          struct bag_entry *ret_entry, struct fault *why)
{
    size_t digits = strspn(line, "0123456789abcdefABCDEF");
    char *path = line + digits + strspn(line + digits, " \t");
    if (digits != algorithms[manifest->algorithm].digits || path == line + digits)
        return fault_set(why, RC_CORRUPT, 0, "清单里有一行不是“校验值 路径”：%.60s",
                         line);
    line[digits] = 0;
    for (char *c = line; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    path += *path == '*';
    while (!strncmp(path, "./", 2))
        path += 2;
    bag_path_decode(path);
    if (!bag_path_is_safe(path, PATH_BYTES_MAX) ||
        bag_path_is_payload(path) == manifest->is_tags)
        return fault_set(why, RC_CORRUPT, 0, "清单里的路径不在包内：%.80s", path);
    *ret_entry = (struct bag_entry){ path, line, false };
    return RC_OK;
}

static enum rc drop_doubles(struct bag_manifest *m, bool is_one, struct fault *why)
{
    size_t kept = 0;
    if (m->count)
        qsort(m->entries, m->count, sizeof *m->entries, by_path);
    for (size_t i = 0; i < m->count; i++) {
        const struct bag_entry *e = &m->entries[i];
        const struct bag_entry *before = kept ? &m->entries[kept - 1] : NULL;
        if (!before || strcmp(before->path, e->path) != 0)
            m->entries[kept++] = *e;
        else if (is_one || strcmp(before->hex, e->hex) != 0)
            return fault_set(why, RC_CORRUPT, 0, "清单里同一个文件列了两次：%.80s",
                             e->path);
    }
    m->count = kept;
    return RC_OK;
}

enum rc bag_manifest_read(char *text, size_t len, bool is_one,
                          struct bag_manifest *manifest, struct fault *why)
{
    size_t lines = 1;
    manifest->text = text;
    if (strlen(text) != len)
        return fault_set(why, RC_CORRUPT, 0, "清单里有零字节");
    for (const char *c = text; *c; c++)
        lines += *c == '\n' || *c == '\r';
    if (lines > 2 * BAGIT_FILES_MAX)
        return fault_set(why, RC_CORRUPT, 0, "清单超过 %d 个文件", BAGIT_FILES_MAX);
    manifest->entries = calloc(lines, sizeof *manifest->entries);
    if (!manifest->entries)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    for (char *at = text, *line; (line = next_line(&at));) {
        if (!*line)
            continue;
        enum rc rc = read_entry(line, manifest, &manifest->entries[manifest->count], why);
        if (rc)
            return rc;
        manifest->count++;
    }
    return drop_doubles(manifest, is_one, why);
}

void bag_manifest_free(struct bag_manifest *manifest)
{
    free(manifest->text);
    free(manifest->entries);
    *manifest = (struct bag_manifest){ .text = NULL };
}

struct bag_entry *bag_manifest_find(const struct bag_manifest *manifest, const char *path)
{
    struct bag_entry key = { path, NULL, false };
    return manifest->count
               ? bsearch(&key, manifest->entries, manifest->count, sizeof key, by_path)
               : NULL;
}

enum rc bag_fetch_check(char *text, size_t len, struct fault *why)
{
    if (strlen(text) != len)
        return fault_set(why, RC_CORRUPT, 0, "fetch.txt 里有零字节");
    for (char *at = text, *line; (line = next_line(&at));) {
        static const char blank[] = " \t";
        char *rest = line;
        if (!*line)
            continue;
        for (int part = 0; part < 2; part++) { /* address, then length */
            rest += strcspn(rest, blank);
            rest += strspn(rest, blank);
        }
        while (!strncmp(rest, "./", 2))
            rest += 2;
        bag_path_decode(rest);
        if (!bag_path_is_safe(rest, PATH_BYTES_MAX) || !bag_path_is_payload(rest))
            return fault_set(why, RC_CORRUPT, 0, "fetch.txt 里的路径不在包内：%.80s",
                             rest);
    }
    return RC_OK;
}

bool bag_oxum_read(const char *text, uint64_t *ret_bytes, uint64_t *ret_files)
{
    static const char label[] = "Payload-Oxum:";
    for (const char *at = text; at; at = strpbrk(at, "\r\n")) {
        at += strspn(at, "\r\n");
        if (strncasecmp(at, label, sizeof label - 1) == 0)
            return sscanf(at + sizeof label - 1, " %19" SCNu64 ".%19" SCNu64, ret_bytes,
                          ret_files) == 2;
    }
    return false;
}

enum rc bag_hash(int fd, enum bag_algorithm algorithm, char ret_hex[BAG_HEX_MAX],
                 struct fault *why)
{
    struct stat st;
    struct bytes data = { (const uint8_t *)"", 0 };
    void *map = NULL;
    if (fstat(fd, &st))
        return fault_set(why, rc_of_errno(errno), errno, "无法读取文件");
    if (st.st_size > 0) {
        map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (map == MAP_FAILED)
            return fault_set(why, rc_of_errno(errno), errno, "无法读取文件");
        (void)madvise(map, (size_t)st.st_size, MADV_SEQUENTIAL);
        data = (struct bytes){ map, (size_t)st.st_size };
    }
    if (algorithm == BAG_MD5)
        md5_hex(data, ret_hex);
    else if (algorithm == BAG_SHA256)
        hash_hex(hash_sha256(data), ret_hex);
    else
        hash_sha512_hex(data, ret_hex);
    if (map)
        (void)munmap(map, (size_t)st.st_size);
    return RC_OK;
}
