/* Settings from a table: the file is only names and values, all knowledge of bounds and
 * presets stands in the table. */
#include "sys/conf.h"

#include "sys/file.h"
#include "sys/scope.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

enum { CONF_FILE_MAX = 256 * 1024 };

static enum rc store_uint(const struct conf_key *key, void *field, const char *text,
                          struct fault *why)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (!isdigit((unsigned char)*text) || *end || errno || value < key->least ||
        value > key->most)
        return fault_set(why, RC_INVALID, 0, "%s: a number from %u to %u, not '%s'",
                         key->name, key->least, key->most, text);
    *(uint32_t *)field = (uint32_t)value;
    return RC_OK;
}

static enum rc store_bool(const struct conf_key *key, void *field, const char *text,
                          struct fault *why)
{
    if (strcmp(text, "yes") && strcmp(text, "no"))
        return fault_set(why, RC_INVALID, 0, "%s: yes or no, not '%s'", key->name, text);
    *(bool *)field = *text == 'y';
    return RC_OK;
}

static enum rc key_store(const struct conf_key *key, void *conf, const char *text,
                         struct fault *why)
{
    void *field = (char *)conf + key->offset;
    if (key->kind == CONF_UINT)
        return store_uint(key, field, text, why);
    if (key->kind == CONF_BOOL)
        return store_bool(key, field, text, why);
    size_t len = strlen(text);
    if (len >= key->most)
        return fault_set(why, RC_INVALID, 0, "%s: at most %u bytes", key->name,
                         key->most - 1);
    memcpy(field, text, len + 1);
    return RC_OK;
}

void conf_presets(const struct conf_key *keys, size_t count, void *conf)
{
    for (size_t i = 0; i < count; i++)
        if (key_store(&keys[i], conf, keys[i].preset, NULL))
            abort(); /* the table contradicts itself */
}

enum rc conf_set(const struct conf_key *keys, size_t count, void *conf, const char *name,
                 const char *text, struct fault *why)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(keys[i].name, name))
            return key_store(&keys[i], conf, text, why);
    return fault_set(why, RC_NOT_FOUND, 0, "unknown setting '%s'", name);
}

static char *trim(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    size_t len = strlen(text);
    while (len && isspace((unsigned char)text[len - 1]))
        text[--len] = 0;
    return text;
}

static enum rc read_line(const struct conf_key *keys, size_t count, void *conf,
                         char *line, struct fault *why)
{
    line = trim(line);
    if (!*line || *line == '#')
        return RC_OK;
    char *equals = strchr(line, '=');
    if (!equals)
        return fault_set(why, RC_INVALID, 0, "'%s': name = value is expected", line);
    *equals = 0;
    return conf_set(keys, count, conf, trim(line), trim(equals + 1), why);
}

enum rc conf_read(const struct conf_key *keys, size_t count, void *conf, const char *path,
                  struct fault *why)
{
    conf_presets(keys, count, conf);
    SCOPED(free_at) char *text = NULL;
    size_t len;
    enum rc rc = file_read(AT_FDCWD, path, CONF_FILE_MAX, &text, &len, why);
    if (rc)
        return rc;
    unsigned line = 1;
    for (char *at = text, *next; at; at = next, line++) {
        next = strchr(at, '\n');
        if (next)
            *next++ = 0;
        rc = read_line(keys, count, conf, at, why);
        if (rc)
            return fault_wrap(why, rc, "%s:%u", path, line);
    }
    return RC_OK;
}
