/* Quirks are data: every key is a row with the place of its text, so reading a file,
 * merging two sections and checking for unknown keys are the same walk over one table. */
#include "drivers/scanner/quirk.h"

#include "sys/file.h"
#include "sys/scope.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>

static const struct {
    const char *name;
    size_t offset, room;
} keys[] = {
#define KEY(n, f) \
    { \
        n, offsetof(struct quirk, f), sizeof(((struct quirk *)0)->f) \
    }
    KEY("why", why),
    KEY("source.flatbed", source[0]),
    KEY("source.front", source[1]),
    KEY("source.duplex", source[2]),
    KEY("also.flatbed", also[0]),
    KEY("also.front", also[1]),
    KEY("also.duplex", also[2]),
    KEY("jpeg", jpeg),
    KEY("sensor.page-loaded", page_loaded),
    KEY("sensor.cover-open", cover_open),
    KEY("sensor.double-feed", double_feed),
    KEY("sensor.scan-button", scan_button),
    KEY("prefer", prefer),
    KEY("height", height),
    KEY("settle-ms", settle_ms),
    KEY("lineart.inverted", lineart_inverted),
#undef KEY
};

void quirks_free(struct quirks *quirks)
{
    free(quirks->all);
    *quirks = (struct quirks){ 0 };
}

static struct bytes trim(struct bytes text)
{
    while (text.len && isspace(text.at[0]))
        text = (struct bytes){ text.at + 1, text.len - 1 };
    while (text.len && isspace(text.at[text.len - 1]))
        text.len--;
    return text;
}

static bool put_text(char *to, size_t room, struct bytes text)
{
    if (!text.len || text.len >= room || memchr(text.at, '\0', text.len))
        return false;
    memcpy(to, text.at, text.len);
    to[text.len] = '\0';
    return true;
}

static bool put_key(struct quirk *quirk, struct bytes name, struct bytes value)
{
    for (size_t i = 0; i < COUNT(keys); i++)
        if (strlen(keys[i].name) == name.len && !memcmp(keys[i].name, name.at, name.len))
            return put_text((char *)quirk + keys[i].offset, keys[i].room, value);
    return false;
}

/* "[pattern]" begins a quirk. False when the pattern is too long or memory is out. */
static bool add_section(struct quirks *quirks, struct bytes pattern)
{
    if (quirks->count == QUIRKS_MAX)
        return false;
    struct quirk *grown = realloc(quirks->all, (quirks->count + 1) * sizeof *grown);
    if (!grown)
        return false;
    quirks->all = grown;
    struct quirk *quirk = &grown[quirks->count];
    *quirk = (struct quirk){ .pattern = "" };
    if (!put_text(quirk->pattern, sizeof quirk->pattern, pattern))
        return false;
    quirks->count++;
    return true;
}

static bool read_line(struct quirks *quirks, size_t first, struct bytes line)
{
    if (!line.len || line.at[0] == '#')
        return true;
    if (line.at[0] == '[')
        return line.at[line.len - 1] == ']' &&
               add_section(quirks, trim((struct bytes){ line.at + 1, line.len - 2 }));
    const uint8_t *equal = memchr(line.at, '=', line.len);
    if (!equal || quirks->count == first)
        return false;
    struct bytes name = { line.at, (size_t)(equal - line.at) };
    struct bytes value = { equal + 1, line.len - name.len - 1 };
    return put_key(&quirks->all[quirks->count - 1], trim(name), trim(value));
}

enum rc quirks_parse(struct bytes text, const char *file, struct quirks *quirks,
                     struct fault *why)
{
    size_t first = quirks->count;
    unsigned number = 0;
    for (size_t at = 0; at < text.len;) {
        const uint8_t *end = memchr(text.at + at, '\n', text.len - at);
        size_t len = end ? (size_t)(end - text.at) - at : text.len - at;
        number++;
        if (!read_line(quirks, first, trim((struct bytes){ text.at + at, len })))
            return fault_set(why, RC_INVALID, 0, "%s line %u is not understood", file,
                             number);
        at += len + 1;
    }
    for (size_t i = first; i < quirks->count; i++)
        if (!quirks->all[i].why[0])
            return fault_set(why, RC_INVALID, 0, "%s: [%s] does not say why", file,
                             quirks->all[i].pattern);
    return RC_OK;
}

static int is_conf(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return entry->d_name[0] != '.' && dot && !strcmp(dot, ".conf");
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

enum rc quirks_load(const char *folder, struct quirks *ret_quirks, struct fault *why)
{
    SCOPED(fd_close_at) int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct dirent **names = NULL;
    int count = dir < 0 ? -1 : scandirat(dir, ".", &names, is_conf, by_name);
    if (count < 0)
        return fault_set(why, RC_NOT_FOUND, 0, "no folder of quirks at '%s'", folder);
    struct quirks quirks = { 0 };
    enum rc rc = RC_OK;
    for (int i = 0; i < count; i++) {
        SCOPED(free_at) char *text = NULL;
        size_t len = 0;
        if (!rc)
            rc = file_read(dir, names[i]->d_name, QUIRK_FILE_MAX, &text, &len, why);
        if (!rc)
            rc = quirks_parse((struct bytes){ (uint8_t *)text, len }, names[i]->d_name,
                              &quirks, why);
        free(names[i]);
    }
    free(names);
    if (rc)
        quirks_free(&quirks);
    else
        *ret_quirks = quirks;
    return rc;
}

/* "net:host:fujitsu:fi-7160:1" is fujitsu:fi-7160:1 at the other end of a wire. */
static const char *without_net(const char *device)
{
    if (strncmp(device, "net:", 4))
        return device;
    const char *host_end =
        device[4] == '[' ? strstr(device + 4, "]:") : strchr(device + 4, ':');
    return host_end ? host_end + (*host_end == ']' ? 2 : 1) : device;
}

struct quirk quirk_find(const struct quirks *quirks, const char *device)
{
    struct quirk found = { .pattern = "" };
    device = without_net(device);
    for (size_t i = 0; i < quirks->count; i++) {
        const struct quirk *quirk = &quirks->all[i];
        if (fnmatch(quirk->pattern, device, 0))
            continue;
        memcpy(found.pattern, quirk->pattern, sizeof found.pattern);
        for (size_t k = 0; k < COUNT(keys); k++) {
            const char *text = (const char *)quirk + keys[k].offset;
            if (text[0])
                memcpy((char *)&found + keys[k].offset, text, keys[k].room);
        }
    }
    return found;
}
