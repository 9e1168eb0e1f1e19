/* The table of strings is a hash of (code of the string before, next byte). It is begun
 * anew before its codes would need a thirteenth bit. */
#include "station/page/lzw.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    CLEAR = 256,
    END = 257,
    FIRST_FREE = 258,
    CODES_END = 4094, /* the first code that is given to no string */
    SLOTS = 16384,
};

struct packer {
    uint8_t *at;
    size_t len, room;
    uint32_t bits;
    int held, width, next;
    uint32_t keys[SLOTS]; /* string before << 8 | byte, plus 1; 0: free */
    uint16_t codes[SLOTS];
};

static bool put(struct packer *p, int code)
{
    if (p->room - p->len < 8) {
        size_t room = p->room * 2;
        uint8_t *more = realloc(p->at, room);
        if (!more)
            return false;
        p->at = more;
        p->room = room;
    }
    p->bits = p->bits << p->width | (uint32_t)code;
    p->held += p->width;
    for (; p->held >= 8; p->held -= 8)
        p->at[p->len++] = (uint8_t)(p->bits >> (p->held - 8));
    return true;
}

static void begin(struct packer *p)
{
    memset(p->keys, 0, sizeof p->keys);
    p->next = FIRST_FREE;
    p->width = 9;
}

static size_t slot_of(const struct packer *p, uint32_t key)
{
    size_t slot = (key * 2654435761u) >> 18;
    while (p->keys[slot] && p->keys[slot] != key)
        slot = (slot + 1) % SLOTS;
    return slot;
}

/* The reader, who is one string behind, widens when its table is all but full: here that
 * is when the next code no longer fits. */
static bool count_string(struct packer *p)
{
    if (++p->next == CODES_END) {
        if (!put(p, CLEAR))
            return false;
        begin(p);
    } else if (p->next == 1 << p->width)
        p->width++;
    return true;
}

static bool learn(struct packer *p, size_t slot, uint32_t key)
{
    p->keys[slot] = key;
    p->codes[slot] = (uint16_t)p->next;
    return count_string(p);
}

static bool pack_all(struct packer *p, struct bytes plain)
{
    int string = -1;
    bool good = put(p, CLEAR);
    for (size_t i = 0; good && i < plain.len; i++) {
        if (string < 0) {
            string = plain.at[i];
            continue;
        }
        uint32_t key = ((uint32_t)string << 8 | plain.at[i]) + 1;
        size_t slot = slot_of(p, key);
        if (p->keys[slot]) {
            string = p->codes[slot];
            continue;
        }
        good = put(p, string) && learn(p, slot, key);
        string = plain.at[i];
    }
    if (good && string >= 0)
        good = put(p, string) && count_string(p);
    return good && put(p, END);
}

enum rc lzw_pack(struct bytes plain, uint8_t **ret_packed, size_t *ret_len,
                 struct fault *why)
{
    struct packer *p = calloc(1, sizeof *p);
    if (p) {
        p->room = plain.len / 2 + 64;
        p->at = malloc(p->room);
        begin(p);
    }
    bool good = p && p->at && pack_all(p, plain);
    if (good && p->held)
        p->at[p->len++] = (uint8_t)(p->bits << (8 - p->held));
    if (good) {
        *ret_packed = p->at;
        *ret_len = p->len;
    } else if (p)
        free(p->at);
    free(p);
    return good ? RC_OK : fault_set(why, RC_NO_MEMORY, 0, "内存不足，无法压缩图像");
}
