/* What reading and writing JSON quickly look at alike (json_text.h). */
#ifndef SYS_JSON_TEXT_IN_H
#define SYS_JSON_TEXT_IN_H

#include "sys/utf8.h"

#include <stdbool.h>

enum { JSON_TEXT_DEPTH = 32 };

struct cursor {
    const uint8_t *at, *end;
};

static inline bool take(struct cursor *c, uint8_t byte)
{
    if (c->at == c->end || *c->at != byte)
        return false;
    c->at++;
    return true;
}

static inline bool skip_wide(struct cursor *c)
{
    size_t len = utf8_wide(c->at, c->end);
    c->at += len;
    return len != 0;
}

/* Past characters that stand for themselves within a string. False: not UTF-8. */
static inline bool skip_plain(struct cursor *c)
{
    while (c->at < c->end) {
        uint8_t byte = *c->at;
        if (byte == '"' || byte == '\\' || byte < 0x20)
            return true;
        if (byte < 0x80)
            c->at++;
        else if (!skip_wide(c))
            return false;
    }
    return true;
}

#endif
