/* Settings: "name = value" lines, '#' comments, checked against a table. The table is
 * also what the manual page is tested against. */
#ifndef SYS_CONF_H
#define SYS_CONF_H

#include "core/rc.h"
#include "sys/fault.h"

#include <stddef.h>
#include <stdint.h>

enum conf_kind { CONF_UINT, CONF_TEXT, CONF_BOOL };

struct conf_key {
    const char *name; /* "scan.dpi" */
    enum conf_kind kind;
    size_t offset;        /* of the field in the settings struct */
    uint32_t least, most; /* CONF_UINT: bounds. CONF_TEXT: most = room with NUL */
    const char *preset;   /* as it would be written in the file */
    const char *help;     /* one line, for the manual and --help */
};

/* Field kinds: uint32_t, char[room], bool. */
#define CONF_KEY_UINT(s, field, name, least, most, preset, help) \
    { \
        name, CONF_UINT, offsetof(struct s, field), least, most, preset, help \
    }
#define CONF_KEY_TEXT(s, field, name, preset, help) \
    { \
        name, CONF_TEXT, offsetof(struct s, field), 0, sizeof(((struct s *)0)->field), \
            preset, help \
    }
#define CONF_KEY_BOOL(s, field, name, preset, help) \
    { \
        name, CONF_BOOL, offsetof(struct s, field), 0, 1, preset, help \
    }

/* Every field to its preset. */
void conf_presets(const struct conf_key *keys, size_t count, void *conf);

/* One setting. RC_NOT_FOUND unknown name; RC_INVALID out of bounds, with the bounds. */
MUST_USE enum rc conf_set(const struct conf_key *keys, size_t count, void *conf,
                          const char *name, const char *text, struct fault *why);

/* Presets, then every line of the file. The fault names file and line. */
MUST_USE enum rc conf_read(const struct conf_key *keys, size_t count, void *conf,
                           const char *path, struct fault *why);

#endif
