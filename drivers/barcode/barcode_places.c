/* The readers of a desk, as one setting: "左手枪:keys:/dev/juanku/reader-a; ...". */
#include "drivers/barcode/barcode.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const enum barcode_kind kinds[] = { BARCODE_KEYS, BARCODE_HIDPOS, BARCODE_SERIAL,
                                           BARCODE_PAUSE };

/* The next part up to one of `stops`, spaces around it taken off. False: too long. */
static bool part(const char **at, const char *stops, char *ret, size_t room)
{
    const char *from = *at + strspn(*at, " \t");
    size_t len = strcspn(from, stops);
    *at = from + len;
    while (len && isspace((unsigned char)from[len - 1]))
        len--;
    if (len >= room)
        return false;
    memcpy(ret, from, len);
    ret[len] = 0;
    return true;
}

static bool next(const char **at, char sign)
{
    if (**at != sign)
        return false;
    (*at)++;
    return true;
}

static enum rc read_one(const char **at, struct barcode_place *place, struct fault *why)
{
    const char *from = *at;
    char kind[16], baud[12] = "";
    bool good = part(at, ":;", place->name, sizeof place->name) && next(at, ':') &&
                part(at, ":;", kind, sizeof kind) && next(at, ':') &&
                part(at, ":;", place->path, sizeof place->path) &&
                (!next(at, ':') || part(at, ";", baud, sizeof baud));
    int len = (int)strcspn(from, ";");
    if (!good || !place->name[0] || place->path[0] != '/')
        return fault_set(why, RC_INVALID, 0,
                         "扫码枪设置“%.*s”不对，应为 名称:方式:设备[:速率]。", len, from);
    char *rest = baud;
    place->baud = (unsigned)strtoul(baud, &rest, 10);
    if (*rest)
        return fault_set(why, RC_INVALID, 0, "扫码枪 %s 的速率“%s”不是数字。",
                         place->name, baud);
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (!strcmp(kind, barcode_kind_name(kinds[i]))) {
            place->kind = kinds[i];
            return RC_OK;
        }
    return fault_set(why, RC_INVALID, 0,
                     "扫码枪 %s 的方式“%s”不对，可用 keys、hidpos、serial、pause。",
                     place->name, kind);
}

enum rc barcode_places_read(const char *text,
                            struct barcode_place ret[BARCODE_READERS_MAX],
                            size_t *ret_count, struct fault *why)
{
    size_t count = 0;
    for (const char *at = text; *(at += strspn(at, " \t;"));) {
        if (count == BARCODE_READERS_MAX)
            return fault_set(why, RC_INVALID, 0, "扫码枪太多，最多 %d 把。",
                             BARCODE_READERS_MAX);
        struct barcode_place place = { 0 };
        enum rc rc = read_one(&at, &place, why);
        if (rc)
            return rc;
        for (size_t i = 0; i < count; i++)
            if (!strcmp(ret[i].name, place.name) || !strcmp(ret[i].path, place.path))
                return fault_set(why, RC_INVALID, 0, "扫码枪 %s 写了两次。", place.name);
        ret[count++] = place;
    }
    *ret_count = count;
    return RC_OK;
}
