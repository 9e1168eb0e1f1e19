/* Setting up: identity in two reads, everything else a write or two. */
#include "drivers/rack/rack_setup.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    IDENTITY_WORDS = RACK_AT_IDENTITY_REST - RACK_AT_VENDOR,
    NAME_WORDS = 32,
    STATUS_WORDS = 3, /* version, boot id, status bits */
};

static void take_name(const uint16_t words[NAME_WORDS], char ret_name[RACK_NAME_MAX])
{
    size_t len = 0;
    for (size_t i = 0; i < 2u * NAME_WORDS; i++) {
        unsigned byte = (i % 2 ? words[i / 2] : words[i / 2] >> 8) & 0xFF;
        if (!byte)
            break;
        ret_name[len++] = byte >= 0x20 && byte < 0x7F ? (char)byte : '?';
    }
    ret_name[len] = 0;
}

enum rc rack_identify(struct rack_bus *bus, uint8_t address, unsigned tries,
                      struct rack_identity *ret_identity, struct fault *why)
{
    uint16_t status[STATUS_WORDS], w[IDENTITY_WORDS], name[NAME_WORDS];
    enum rc rc =
        rack_bus_read(bus, address, RACK_AT_VERSION, STATUS_WORDS, tries, status, why);
    if (rc == RC_REFUSED || (!rc && status[0] >> 8 != RACK_PROTOCOL >> 8))
        return fault_set(why, RC_INVALID, 0, "地址 %u 上的设备不是本系统的货架。",
                         address);
    if (!rc)
        rc = rack_bus_read(bus, address, RACK_AT_VENDOR, IDENTITY_WORDS, RACK_BUS_TRIES,
                           w, why);
    if (!rc)
        rc = rack_bus_read(bus, address, RACK_AT_NAME, NAME_WORDS, RACK_BUS_TRIES, name,
                           why);
    if (rc)
        return rc;
    *ret_identity = (struct rack_identity){
        .address = address,
        .vendor = w[0],
        .model = w[RACK_AT_MODEL - RACK_AT_VENDOR],
        .hardware = w[RACK_AT_HARDWARE - RACK_AT_VENDOR],
        .version = w[RACK_AT_FIRMWARE - RACK_AT_VENDOR],
        .patch = w[RACK_AT_FIRMWARE - RACK_AT_VENDOR + 1],
        .slots = w[RACK_AT_SLOTS - RACK_AT_VENDOR],
        .features = w[RACK_AT_FEATURES - RACK_AT_VENDOR],
        .boot = status[1],
        .fresh = status[2] & RACK_DEFAULTED,
    };
    for (unsigned i = 0; i < RACK_UID_WORDS; i++)
        snprintf(ret_identity->uid + 4 * (size_t)i, 5, "%04X",
                 (unsigned)w[RACK_AT_UID - RACK_AT_VENDOR + i]);
    take_name(name, ret_identity->name);
    return RC_OK;
}

enum rc rack_uid_read(const char *text, uint16_t ret_uid[RACK_UID_WORDS],
                      struct fault *why)
{
    uint16_t uid[RACK_UID_WORDS] = { 0 };
    size_t len = strlen(text);
    bool good = len == RACK_UID_TEXT_MAX - 1;
    for (size_t i = 0; i < len && good; i++) {
        good = isxdigit((unsigned char)text[i]);
        int c = toupper((unsigned char)text[i]);
        uid[i / 4] = (uint16_t)(uid[i / 4] << 4 | (c <= '9' ? c - '0' : c - 'A' + 10));
    }
    if (!good)
        return fault_set(why, RC_INVALID, 0,
                         "唯一编号应为 %d 位十六进制数，见 juanku rack scan。",
                         RACK_UID_TEXT_MAX - 1);
    memcpy(ret_uid, uid, sizeof uid);
    return RC_OK;
}

static void rest_ms(long ms)
{
    struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
    (void)nanosleep(&pause, NULL);
}

enum rc rack_claim(struct rack_bus *bus, const uint16_t uid[RACK_UID_WORDS],
                   uint8_t address, struct rack_identity *ret_identity, struct fault *why)
{
    char want[RACK_UID_TEXT_MAX];
    for (unsigned i = 0; i < RACK_UID_WORDS; i++)
        snprintf(want + 4 * (size_t)i, 5, "%04X", (unsigned)uid[i]);
    enum rc rc = rack_identify(bus, address, RACK_BUS_TRIES, ret_identity, why);
    /* Two at one address would spoil each other's answers for good. */
    if (!rc && strcmp(ret_identity->uid, want) != 0)
        return fault_set(why, RC_CONFLICT, 0, "地址 %u 已被编号 %s 的货架使用。", address,
                         ret_identity->uid);
    if (rc == RC_INVALID || rc == RC_UNAVAILABLE || rc == RC_CORRUPT)
        return rc;
    rc = rack_bus_claim(bus, uid, address, why);
    if (rc)
        return rc;
    rest_ms(RACK_KEEP_MS);
    rc = rack_identify(bus, address, RACK_BUS_TRIES, ret_identity, why);
    if (!rc && strcmp(ret_identity->uid, want) != 0)
        rc = RC_TIMEOUT;
    if (rc == RC_TIMEOUT)
        return fault_set(why, RC_TIMEOUT, 0,
                         "编号 %s 的货架没有接受地址 %u。请核对编号和接线。", want,
                         address);
    return rc;
}

enum rc rack_set_slots(struct rack_bus *bus, uint8_t address, uint16_t slots,
                       struct fault *why)
{
    const uint16_t commit = RACK_COMMIT;
    enum rc rc =
        rack_bus_write(bus, address, RACK_AT_SET_SLOTS, 1, RACK_BUS_TRIES, &slots, why);
    if (rc == RC_REFUSED)
        return fault_set(why, RC_REFUSED, 0, "货架最多 %d 格，最少 1 格。",
                         RACK_SLOTS_MAX);
    if (!rc)
        rc = rack_bus_write(bus, address, RACK_AT_SET_COMMIT, 1, RACK_BUS_TRIES, &commit,
                            why);
    if (!rc)
        rest_ms(RACK_KEEP_MS);
    return rc;
}

enum rc rack_slot_full(struct rack_bus *bus, uint8_t address, unsigned index,
                       bool *ret_full, struct fault *why)
{
    uint16_t word = 0;
    enum rc rc = rack_bus_read(bus, address, (uint16_t)(RACK_AT_PRESENCE + index / 16), 1,
                               RACK_BUS_TRIES, &word, why);
    if (!rc)
        *ret_full = word >> (index % 16) & 1;
    return rc;
}

enum rc rack_point(struct rack_bus *bus, uint8_t address, unsigned index,
                   enum rack_colour colour, struct fault *why)
{
    uint16_t image[RACK_SLOTS_MAX] = { 0 };
    image[index] = rack_style_pack((struct rack_style){ .colour = colour });
    return rack_bus_write(bus, address, RACK_AT_LAMPS, RACK_SLOTS_MAX, RACK_BUS_TRIES,
                          image, why);
}

enum rc rack_dark(struct rack_bus *bus, uint8_t address, struct fault *why)
{
    uint16_t image[RACK_SLOTS_MAX] = { 0 };
    return rack_bus_write(bus, address, RACK_AT_LAMPS, RACK_SLOTS_MAX, RACK_BUS_TRIES,
                          image, why);
}
