#include "cli/rack_file.h"

#include "sys/file.h"
#include "sys/hash.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_ROOM = 1024, KEY_MAX = 32 };

enum rc rack_file_folder(const char *path, int *ret_dir, const char **ret_name,
                         struct fault *why)
{
    const char *slash = strrchr(path, '/');
    char folder[PATH_ROOM] = ".";
    if (slash)
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - path + 1), path);
    *ret_name = slash ? slash + 1 : path;
    return file_open_folder(folder, ret_dir, why);
}

static bool from_text(const char *text, uint8_t *ret_key, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned byte = 0;
        if (strspn(text + 2 * i, "0123456789abcdefABCDEF") < 2 ||
            sscanf(text + 2 * i, "%2x", &byte) != 1)
            return false;
        ret_key[i] = (uint8_t)byte;
    }
    return strspn(text + 2 * len, "\n") == strlen(text + 2 * len);
}

enum rc rack_file_key(const char *path, bool make, uint8_t *ret_key, size_t len,
                      struct fault *why)
{
    char text[2 * KEY_MAX + 1];
    SCOPED(fd_close_at) int dir = -1;
    SCOPED(free_at) char *kept = NULL;
    const char *name;
    size_t got = 0;
    enum rc rc = rack_file_folder(path, &dir, &name, why);
    if (!rc)
        rc = file_read(dir, name, sizeof text + 1, &kept, &got, why);
    if (!rc && !from_text(kept, ret_key, len))
        return fault_set(why, RC_INVALID, 0, "%s 不是货架密钥（%zu 位十六进制）。", path,
                         2 * len);
    if (rc != RC_NOT_FOUND || !make)
        return rc;
    random_fill(ret_key, len);
    for (size_t i = 0; i < len; i++)
        snprintf(text + 2 * i, 3, "%02x", ret_key[i]);
    (void)umask(0077);
    return file_create(dir, name, (struct bytes){ (uint8_t *)text, 2 * len }, why);
}
