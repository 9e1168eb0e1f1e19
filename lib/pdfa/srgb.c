/* A matrix and curve profile (ICC.1:1998-09, 6.3.1.2): three primaries adapted to D50,
 * and one curve of 1024 points that red, green and blue share. Nothing in it depends on
 * the day or the machine. */
#include "pdfa/srgb.h"

#include "core/bytes.h"

#include <math.h>
#include <string.h>

enum {
    CURVE_POINTS = 1024,
    HEAD = 128,
    TAGS = 9,
    DATA = HEAD + 4 + 12 * TAGS,
    TEXT_ROOM = 108, /* 'desc' with its empty Unicode and Macintosh parts */
    RIGHTS_ROOM = 28,
    XYZ_ROOM = 20,
    CURVE_ROOM = 12 + 2 * CURVE_POINTS,
};

static const char name[] = "sRGB IEC61966-2.1";
static const char rights[] = "No rights claimed";

_Static_assert(DATA + TEXT_ROOM + RIGHTS_ROOM + 4 * XYZ_ROOM + CURVE_ROOM ==
                   SRGB_PROFILE_SIZE,
               "the size in srgb.h");

static void put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
    put16(at, value >> 16);
    put16(at + 2, value & 0xFFFF);
}

static void put_xyz(uint8_t *at, const uint32_t xyz[3])
{
    memcpy(at, "XYZ ", 4);
    for (int i = 0; i < 3; i++)
        put32(at + 8 + 4 * i, xyz[i]);
}

/* The transfer function of IEC 61966-2-1, from signal to light. */
static void put_curve(uint8_t *at)
{
    memcpy(at, "curv", 4);
    put32(at + 8, CURVE_POINTS);
    for (int i = 0; i < CURVE_POINTS; i++) {
        double v = i / (CURVE_POINTS - 1.0);
        double light = v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
        put16(at + 12 + 2 * i, (unsigned)lround(light * 65535));
    }
}

static void put_head(uint8_t *at)
{
    static const uint32_t d50[3] = { 0xF6D6, 0x10000, 0xD32D };
    static const uint8_t day[12] = { 0x07, 0xCE, 0, 2, 0, 9, 0, 0, 0, 0, 0, 0 };
    put32(at, SRGB_PROFILE_SIZE);
    put32(at + 8, 0x02100000);
    memcpy(at + 12, "mntrRGB XYZ ", 12);
    memcpy(at + 24, day, sizeof day); /* of the standard, not of this file */
    memcpy(at + 36, "acsp", 4);
    for (int i = 0; i < 3; i++)
        put32(at + 68 + 4 * i, d50[i]);
}

void srgb_profile(uint8_t ret_profile[SRGB_PROFILE_SIZE])
{
    /* s15Fixed16: the primaries of ITU-R BT.709 under D65, adapted to D50 by Bradford */
    static const struct {
        const char *tag;
        uint32_t xyz[3];
    } colours[] = { { "wtpt", { 0xF351, 0x10000, 0x116CC } },
                    { "rXYZ", { 0x6FA2, 0x38F5, 0x390 } },
                    { "gXYZ", { 0x6299, 0xB785, 0x18DA } },
                    { "bXYZ", { 0x24A0, 0xF84, 0xB6CF } } };
    static const char *const curves[] = { "rTRC", "gTRC", "bTRC" };
    uint8_t *p = ret_profile, *tag = p + HEAD + 4;
    uint32_t at = DATA;

    memset(p, 0, SRGB_PROFILE_SIZE);
    put_head(p);
    put32(p + HEAD, TAGS);

    memcpy(tag, "desc", 4), put32(tag + 4, at), put32(tag + 8, TEXT_ROOM);
    memcpy(p + at, "desc", 4), put32(p + at + 8, sizeof name);
    memcpy(p + at + 12, name, sizeof name);
    at += TEXT_ROOM, tag += 12;

    memcpy(tag, "cprt", 4), put32(tag + 4, at), put32(tag + 8, 8 + sizeof rights);
    memcpy(p + at, "text", 4), memcpy(p + at + 8, rights, sizeof rights);
    at += RIGHTS_ROOM, tag += 12;

    for (size_t i = 0; i < COUNT(colours); i++, at += XYZ_ROOM, tag += 12) {
        memcpy(tag, colours[i].tag, 4), put32(tag + 4, at), put32(tag + 8, XYZ_ROOM);
        put_xyz(p + at, colours[i].xyz);
    }
    for (size_t i = 0; i < COUNT(curves); i++, tag += 12)
        memcpy(tag, curves[i], 4), put32(tag + 4, at), put32(tag + 8, CURVE_ROOM);
    put_curve(p + at);
}
