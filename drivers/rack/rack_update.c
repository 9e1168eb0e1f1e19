/* The rack's own count of chunks leads: after each answer that was lost or strange it is
 * asked where it stands, and gets that chunk. */
#include "drivers/rack/rack_update.h"

#include "core/crc32.h"

#include <string.h>

enum {
    STATUS_WORDS = 9,
    BREAK_LOOK_MS = 500,
    STANDSTILL_MAX = 20, /* chunks that were not taken, one after the other */
};

struct sending {
    struct rack_bus *bus; /* borrowed */
    uint8_t address;
    struct bytes file; /* borrowed */
};

const char *rack_update_sentence(enum rack_update_result result)
{
    static const char *const sentences[RACK_RESULTS] = {
        [RACK_RESULT_NONE] = "没有更新过。",
        [RACK_RESULT_TRIAL] = "新程序正在试运行。",
        [RACK_RESULT_KEPT] = "新程序试运行合格，已保留。",
        [RACK_RESULT_ROLLED_BACK] = "新程序试运行不合格，货架已退回原来的程序。",
        [RACK_RESULT_FELL_BACK] = "程序损坏，货架已换用备份的程序。",
        [RACK_RESULT_REPAIRED] = "程序损坏，货架已从备份修复。",
        [RACK_RESULT_NO_IMAGE] = "这不是货架的程序文件。",
        [RACK_RESULT_OTHER_BOARD] = "这个程序是给另一种控制板的，请换文件。",
        [RACK_RESULT_TOO_OLD] = "这个程序的安全版本太低，不能装。请用新的程序文件。",
        [RACK_RESULT_UNKNOWN_KEY] = "程序的签名密钥不被此货架认可，没有安装。",
        [RACK_RESULT_BAD_SIGNATURE] = "程序的签名不对，没有安装。",
        [RACK_RESULT_SPOILT] = "程序文件已损坏，没有安装。请重新取得文件。",
        [RACK_RESULT_FLASH] = "货架的存储器写不进去，请更换控制板。",
    };
    return (unsigned)result < RACK_RESULTS ? sentences[result] : "货架的回答看不懂。";
}

enum rc rack_update_status(struct rack_bus *bus, uint8_t address,
                           struct rack_update_status *ret_status, struct fault *why)
{
    uint16_t w[STATUS_WORDS];
    enum rc rc = rack_bus_read(bus, address, RACK_AT_UPDATE_STATE, STATUS_WORDS,
                               RACK_BUS_TRIES, w, why);
    if (rc == RC_REFUSED)
        return fault_set(why, RC_INVALID, 0,
                         "地址 %u 的货架不支持在线更新，请现场更换程序。", address);
    if (rc)
        return rc;
    *ret_status = (struct rack_update_status){
        .state = w[0] >> 8 < RACK_UPDATE_STATES ? (enum rack_update_state)(w[0] >> 8)
                                                : RACK_UPDATE_IDLE,
        .result = (enum rack_update_result)(w[0] & 0xFF),
        .next = w[1],
        .left_s = w[2],
        .security = w[3],
        .floor = w[4],
    };
    for (unsigned i = 5; i < STATUS_WORDS; i++)
        ret_status->image = ret_status->image << 16 | w[i];
    return RC_OK;
}

static bool may_pass(enum rc rc)
{
    return rc == RC_TIMEOUT || rc == RC_CORRUPT || rc == RC_UNAVAILABLE;
}

/* The status, from a rack that may be deaf or away for up to `most_ms`. */
static enum rc status_within(struct rack_bus *bus, uint8_t address, int64_t most_ms,
                             struct rack_update_status *ret_status, struct fault *why)
{
    int64_t until_ms = rack_bus_now_ms(bus) + most_ms;
    enum rc rc;
    while (may_pass(rc = rack_update_status(bus, address, ret_status, why)) &&
           rack_bus_now_ms(bus) < until_ms)
        rack_bus_rest(bus, BREAK_LOOK_MS);
    return rc;
}

static enum rc begin(const struct sending *s, struct fault *why)
{
    uint32_t size = (uint32_t)s->file.len, crc = crc32_of(s->file.at, s->file.len);
    const uint16_t words[] = { (uint16_t)(size >> 16), (uint16_t)size,
                               (uint16_t)(crc >> 16), (uint16_t)crc };
    struct rack_update_status now;
    enum rc rc = rack_bus_write(s->bus, s->address, RACK_AT_UPDATE_BEGIN, COUNT(words),
                                RACK_BUS_TRIES, words, why);
    if (rc == RC_REFUSED)
        return fault_set(
            why, RC_REFUSED, 0,
            "货架现在不能更新：锁开着，或另一个程序正在试运行。请稍后再试。");
    /* It may be deaf already, and the answer lost. */
    if (!rc || may_pass(rc))
        rc = status_within(s->bus, s->address, RACK_UPDATE_ERASE_MS, &now, why);
    return rc;
}

static enum rc send_chunk(const struct sending *s, unsigned number, struct fault *why)
{
    uint8_t bytes[2 + RACK_CHUNK];
    uint16_t words[RACK_CHUNK_WORDS];
    size_t at = (size_t)number * RACK_CHUNK, len = s->file.len - at;
    memset(bytes, 0xFF, sizeof bytes);
    bytes[0] = (uint8_t)(number >> 8);
    bytes[1] = (uint8_t)number;
    memcpy(bytes + 2, s->file.at + at, len < RACK_CHUNK ? len : (size_t)RACK_CHUNK);
    for (unsigned i = 0; i < sizeof bytes / 2; i++)
        words[i] = (uint16_t)(bytes[2 * i] << 8 | bytes[2 * i + 1]);
    uint32_t crc = crc32_of(bytes, sizeof bytes);
    words[RACK_CHUNK_WORDS - 2] = (uint16_t)(crc >> 16);
    words[RACK_CHUNK_WORDS - 1] = (uint16_t)crc;
    return rack_bus_write(s->bus, s->address, RACK_AT_UPDATE_CHUNK, RACK_CHUNK_WORDS,
                          RACK_BUS_TRIES, words, why);
}

/* Where the rack stands, and the begin again when it has forgotten. */
static enum rc find_place(const struct sending *s, unsigned *ret_next, struct fault *why)
{
    struct rack_update_status now;
    enum rc rc = status_within(s->bus, s->address, RACK_UPDATE_BREAK_MS, &now, why);
    if (!rc && now.result == RACK_RESULT_FLASH)
        return fault_set(why, RC_REFUSED, 0, "%s", rack_update_sentence(now.result));
    if (!rc && now.state != RACK_UPDATE_RECEIVING && now.state != RACK_UPDATE_ERASING) {
        rc = begin(s, why);
        if (!rc)
            rc = rack_update_status(s->bus, s->address, &now, why);
    }
    if (!rc)
        *ret_next = now.next;
    return rc;
}

static enum rc apply(const struct sending *s, struct fault *why)
{
    const uint16_t word = RACK_UPDATE_APPLY;
    struct rack_update_status now;
    enum rc rc = rack_bus_write(s->bus, s->address, RACK_AT_UPDATE_APPLY, 1,
                                RACK_BUS_TRIES, &word, why);
    if (rc == RC_REFUSED &&
        !status_within(s->bus, s->address, RACK_UPDATE_RESTART_MS, &now, why))
        return fault_set(why, RC_REFUSED, 0, "%s",
                         now.result ? rack_update_sentence(now.result)
                                    : "货架现在不能重新启动：锁开着。请锁上后再试。");
    return may_pass(rc) ? RC_OK : rc; /* it restarts; what came of it is seen then */
}

enum rc rack_update_send(struct rack_bus *bus, uint8_t address, struct bytes file,
                         rack_update_told *told, void *context, struct fault *why)
{
    struct rack_image image;
    if (file.len <= RACK_IMAGE_HEAD || file.len > RACK_IMAGE_AREA ||
        !rack_image_read(file.at, &image) || image.body_len != file.len - RACK_IMAGE_HEAD)
        return fault_set(why, RC_INVALID, 0, "%s",
                         rack_update_sentence(RACK_RESULT_NO_IMAGE));
    const struct sending s = { bus, address, file };
    unsigned all = (unsigned)((file.len + RACK_CHUNK - 1) / RACK_CHUNK), next = 0;
    unsigned standstill = 0;
    enum rc rc = begin(&s, why);
    if (!rc)
        rc = find_place(&s, &next, why);
    while (!rc && next < all) {
        rc = send_chunk(&s, next, why);
        standstill = rc ? standstill + 1 : 0;
        if (!rc)
            next++;
        else if ((may_pass(rc) || rc == RC_REFUSED) && standstill < STANDSTILL_MAX)
            rc = find_place(&s, &next, why);
        if (!rc && told)
            told(context, next, all);
    }
    return rc ? rc : apply(&s, why);
}

enum rc rack_update_watch(struct rack_bus *bus, uint8_t address, uint64_t image,
                          struct fault *why)
{
    struct rack_update_status now;
    int64_t until_ms = rack_bus_now_ms(bus) + RACK_UPDATE_TRIAL_MS;
    do {
        rack_bus_rest(bus, RACK_UPDATE_LOOK_MS);
        enum rc rc = status_within(bus, address, RACK_UPDATE_RESTART_MS, &now, why);
        if (rc)
            return rc;
        if (now.state == RACK_UPDATE_IDLE && now.image == image)
            return RC_OK;
        /* Any other end than a trial; a rack that has yet to restart is still receiving.
         */
        if (now.state == RACK_UPDATE_IDLE || now.state == RACK_UPDATE_RECOVERY)
            return fault_set(why, RC_REFUSED, 0, "%s", rack_update_sentence(now.result));
    } while (rack_bus_now_ms(bus) < until_ms);
    return fault_set(why, RC_TIMEOUT, 0, "货架没有结束试运行。请查看货架后再试。");
}
