/* paper.conf, line by line: a word, white space, the rest of the line. The words stand in
 * a table with the place of their field, so reading is one loop. */
#include "feeder_conf.h"

#include "sys/file.h"
#include "sys/scope.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

static const char DEFAULT_PATHS[] = ".:/etc/sane.d";

struct word {
    const char *name;
    size_t offset, room; /* room 0: the number of milliseconds */
    bool is_path;
};

#define FIELD(f) offsetof(struct feeder_conf, f), sizeof(((struct feeder_conf *)0)->f)

static const struct word words[] = {
    { "name", FIELD(name), false },
    { "vendor", FIELD(vendor), false },
    { "model", FIELD(model), false },
    { "serial", FIELD(serial), false },
    { "folder", FIELD(folder), true },
    { "state", FIELD(state), true },
    { "diary", FIELD(diary), true },
    { "feed-ms", offsetof(struct feeder_conf, feed_ms), 0, false },
    { "pace-ms", offsetof(struct feeder_conf, pace_ms), 0, false },
};

enum rc feeder_conf_default(const char *folder, struct feeder_conf *ret_conf)
{
    struct feeder_conf conf = { .vendor = "Juanku", .model = "paper feeder" };
    size_t len = strlen(folder);
    if (!len || len >= sizeof conf.folder)
        return RC_INVALID;
    memcpy(conf.folder, folder, len + 1);
    memcpy(conf.name, folder, len + 1);
    *ret_conf = conf;
    return RC_OK;
}

/* A number of at most FEEDER_MS_MAX; false for anything else. */
static bool read_ms(struct bytes text, unsigned *ret_ms)
{
    unsigned ms = 0;
    if (!text.len)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (!isdigit(text.at[i]))
            return false;
        ms = ms * 10 + (unsigned)(text.at[i] - '0');
        if (ms > FEEDER_MS_MAX)
            return false;
    }
    *ret_ms = ms;
    return true;
}

static bool put_field(struct feeder_conf *conf, const struct word *word,
                      struct bytes value, const char *base)
{
    char *field = (char *)conf + word->offset;
    if (!word->room) {
        unsigned ms = 0;
        bool right = read_ms(value, &ms);
        memcpy(field, &ms, sizeof ms);
        return right;
    }
    int len = word->is_path && value.at[0] != '/'
                  ? snprintf(field, word->room, "%s/%.*s", base, (int)value.len, value.at)
                  : snprintf(field, word->room, "%.*s", (int)value.len, value.at);
    return len > 0 && (size_t)len < word->room;
}

static const struct word *find_word(struct bytes name)
{
    for (size_t i = 0; i < COUNT(words); i++)
        if (strlen(words[i].name) == name.len &&
            !memcmp(words[i].name, name.at, name.len))
            return &words[i];
    return NULL;
}

static struct bytes trim(struct bytes text)
{
    while (text.len && isspace(text.at[0]))
        text = (struct bytes){ text.at + 1, text.len - 1 };
    while (text.len && isspace(text.at[text.len - 1]))
        text.len--;
    return text;
}

/* One line that is neither empty nor a comment. */
static enum rc read_line(struct bytes line, unsigned number, const char *base,
                         struct feeder_conf *confs, size_t *count, struct fault *why)
{
    size_t cut = 0;
    while (cut < line.len && !isspace(line.at[cut]))
        cut++;
    const struct word *word = find_word((struct bytes){ line.at, cut });
    struct bytes value = trim((struct bytes){ line.at + cut, line.len - cut });
    if (!word || !value.len || memchr(value.at, '\0', value.len))
        return fault_set(why, RC_INVALID, 0, "paper.conf line %u: %s", number,
                         word ? "a value is missing" : "unknown word");
    if (word->offset == offsetof(struct feeder_conf, folder)) {
        if (*count == FEEDER_CONF_MAX)
            return fault_set(why, RC_INVALID, 0,
                             "paper.conf line %u: more than %d feeders", number,
                             FEEDER_CONF_MAX);
        struct feeder_conf *conf = &confs[*count];
        if (feeder_conf_default("/", conf) || !put_field(conf, word, value, base))
            return fault_set(why, RC_INVALID, 0, "paper.conf line %u: path too long",
                             number);
        memcpy(conf->name, conf->folder, sizeof conf->name);
        ++*count;
        return RC_OK;
    }
    if (!*count || !put_field(&confs[*count - 1], word, value, base))
        return fault_set(why, RC_INVALID, 0, "paper.conf line %u: %s", number,
                         *count ? "value out of range" : "begin with a folder line");
    return RC_OK;
}

enum rc feeder_conf_parse(struct bytes text, const char *base,
                          struct feeder_conf ret_confs[FEEDER_CONF_MAX],
                          size_t *ret_count, struct fault *why)
{
    size_t count = 0;
    unsigned number = 0;
    for (size_t at = 0; at < text.len;) {
        const uint8_t *end = memchr(text.at + at, '\n', text.len - at);
        size_t len = end ? (size_t)(end - text.at) - at : text.len - at;
        struct bytes line = trim((struct bytes){ text.at + at, len });
        at += len + 1;
        number++;
        if (!line.len || line.at[0] == '#')
            continue;
        enum rc rc = read_line(line, number, base, ret_confs, &count, why);
        if (rc)
            return rc;
    }
    *ret_count = count;
    return RC_OK;
}

/* paper.conf of one folder; RC_NOT_FOUND when there is none. */
static enum rc load_from(const char *base, struct feeder_conf *confs, size_t *count,
                         struct fault *why)
{
    SCOPED(fd_close_at) int dir = open(base, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
    if (dir < 0)
        return RC_NOT_FOUND;
    SCOPED(free_at) char *text = NULL;
    size_t len;
    enum rc rc = file_read(dir, "paper.conf", FEEDER_CONF_FILE_MAX, &text, &len, why);
    if (rc)
        return rc;
    SCOPED(free_at) char *whole = realpath(base, NULL);
    return feeder_conf_parse((struct bytes){ (uint8_t *)text, len }, whole ? whole : base,
                             confs, count, why);
}

enum rc feeder_conf_load(struct feeder_conf ret_confs[FEEDER_CONF_MAX], size_t *ret_count,
                         struct fault *why)
{
    const char *set = getenv("SANE_CONFIG_DIR");
    size_t set_len = set ? strlen(set) : 0;
    bool more = !set_len || set[set_len - 1] == ':';
    char paths[2 * FEEDER_PATH_MAX];
    int len = snprintf(paths, sizeof paths, "%s%s%s", set_len ? set : "",
                       set_len && !more ? ":" : "", more ? DEFAULT_PATHS : "");
    *ret_count = 0;
    if (len < 0 || (size_t)len >= sizeof paths)
        return fault_set(why, RC_INVALID, 0, "SANE_CONFIG_DIR is too long");
    char *rest = NULL;
    for (char *path = strtok_r(paths, ":", &rest); path;
         path = strtok_r(NULL, ":", &rest)) {
        enum rc rc = load_from(path, ret_confs, ret_count, why);
        if (rc != RC_NOT_FOUND)
            return rc;
    }
    return RC_OK;
}
