/* What is left of a controller without an image that may run: it says who it is, and
 * takes an update. Same frames and addresses as the app, far fewer of them. */
#include "firmware/app/modbus_stream.h"
#include "firmware/app/settings.h"
#include "firmware/app/update.h"
#include "firmware/hal/hal_bootloader.h"
#include "firmware/hal/hal_clock.h"
#include "firmware/hal/hal_system.h"
#include "firmware/hal/hal_uart.h"

#include <string.h>

enum {
    READ_HOLDING = 3,
    READ_INPUT = 4,
    WRITE_WORDS = 16,
    WORDS_MAX = 125,
    PASS_US = 1000,
    READ_MAX = 2 * MODBUS_STREAM_ROOM,
    FEATURE_UPDATE = 8,
};

static struct {
    struct hal_boot boot;
    struct modbus_stream stream;
    struct journal journal;
    struct settings settings;
    struct update update;
    uint16_t words[WORDS_MAX];
    uint8_t answer[MODBUS_FRAME_MAX];
} recovery;

/* "juanku boot", two letters a word. */
static uint16_t name_word(unsigned at)
{
    static const char name[HAL_NAME_MAX + 1] = "juanku boot";
    return (uint16_t)((unsigned)(uint8_t)name[2 * at] << 8 | (uint8_t)name[2 * at + 1]);
}

static uint16_t word_at(enum rack_item item, unsigned at)
{
    switch (item) {
    case RACK_MAP_VERSION:
        return RACK_PROTOCOL;
    case RACK_MAP_BOOT:
        return recovery.journal.boot;
    case RACK_MAP_STATUS:
        return RACK_UPDATING | RACK_SAFE_MODE |
               (recovery.settings.preset && !recovery.boot.address ? RACK_DEFAULTED : 0u);
    case RACK_MAP_VENDOR:
        return RACK_VENDOR;
    case RACK_MAP_HARDWARE:
        return recovery.boot.hardware;
    case RACK_MAP_UID:
        return recovery.boot.uid[at];
    case RACK_MAP_SLOTS:
        return recovery.settings.now[SET_SLOTS];
    case RACK_MAP_FEATURES:
        return FEATURE_UPDATE;
    case RACK_MAP_NAME:
        return name_word(at);
    default:
        return update_word(&recovery.update, item, at);
    }
}

static bool served(enum rack_item item)
{
    return item <= RACK_MAP_STATUS
               ? item >= RACK_MAP_VERSION
               : (item >= RACK_MAP_VENDOR && item <= RACK_MAP_NAME) ||
                     (item >= RACK_MAP_UPDATE_STATE && item <= RACK_MAP_UPDATE_IMAGE);
}

static enum modbus_exception read_words(uint16_t first, uint16_t count,
                                        uint16_t *ret_words)
{
    if (count < 1 || count > WORDS_MAX)
        return MODBUS_BAD_VALUE;
    if (!rack_map_allows(RACK_REGISTER, first, count, RACK_READ))
        return MODBUS_NO_ADDRESS;
    for (unsigned i = 0; i < count; i++) {
        enum rack_item item = rack_map_find(RACK_REGISTER, (uint16_t)(first + i));
        if (!served(item))
            return MODBUS_NO_ADDRESS;
        ret_words[i] = word_at(item, first + i - rack_rows[item].first);
    }
    return MODBUS_FINE;
}

static uint16_t get(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static enum modbus_exception answer_read(struct bytes frame, size_t *ret_len)
{
    uint16_t count = get(frame.at + 4);
    enum modbus_exception no = read_words(get(frame.at + 2), count, recovery.words);
    if (no)
        return no;
    recovery.answer[2] = (uint8_t)(2 * count);
    for (unsigned i = 0; i < count; i++) {
        recovery.answer[3 + 2 * i] = (uint8_t)(recovery.words[i] >> 8);
        recovery.answer[4 + 2 * i] = (uint8_t)recovery.words[i];
    }
    *ret_len = 3u + 2u * count;
    return MODBUS_FINE;
}

static enum modbus_exception answer_write(struct bytes frame, size_t *ret_len)
{
    uint16_t first = get(frame.at + 2), count = get(frame.at + 4);
    if (count > WORDS_MAX || frame.at[6] != 2 * count || frame.len != 9u + 2u * count)
        return MODBUS_BAD_VALUE;
    enum rack_item item = rack_map_order(first, count);
    for (unsigned i = 0; i < count; i++)
        recovery.words[i] = get(frame.at + 7 + 2 * i);
    memcpy(recovery.answer + 2, frame.at + 2, 4);
    *ret_len = 6;
    return update_order(&recovery.update, item, recovery.words, true);
}

static void serve(struct bytes frame)
{
    size_t len = 0;
    unsigned function = frame.at[1];
    enum modbus_exception no = MODBUS_NO_FUNCTION;
    if (frame.at[0] == RACK_BROADCAST_ADDRESS)
        return;
    if ((function == READ_HOLDING || function == READ_INPUT) && frame.len == 8)
        no = answer_read(frame, &len);
    else if (function == WRITE_WORDS && frame.len > 9)
        no = answer_write(frame, &len);
    recovery.answer[0] = frame.at[0];
    recovery.answer[1] = (uint8_t)(no ? function | 0x80u : function);
    if (no) {
        recovery.answer[2] = (uint8_t)no;
        len = 3;
    }
    hal_uart_write(recovery.answer, modbus_crc_append(recovery.answer, len));
}

void recovery_start(const struct hal_boot *boot)
{
    memset(&recovery, 0, sizeof recovery);
    recovery.boot = *boot;
    journal_open(&recovery.journal);
    settings_load(&recovery.settings, &recovery.journal);
    const uint16_t *now = recovery.settings.now;
    modbus_stream_init(&recovery.stream,
                       boot->address ? boot->address : (uint8_t)now[SET_ADDRESS]);
    update_init(&recovery.update, &recovery.journal, boot->hardware, true);
    hal_uart_setup(boot->baud ? boot->baud : (uint32_t)now[SET_BAUD] * SET_BAUD_UNIT,
                   (uint8_t)now[SET_PARITY]);
}

uint32_t recovery_pass(void)
{
    struct bytes frame;
    uint32_t now_us = hal_clock_us();
    for (unsigned i = 0; i < READ_MAX; i++) {
        int got = hal_uart_read();
        if (got == HAL_UART_NONE)
            break;
        if (got < 0)
            modbus_stream_flagged(&recovery.stream, got == HAL_UART_OVERRUN, now_us);
        else
            modbus_stream_byte(&recovery.stream, (uint8_t)got, now_us);
    }
    while (modbus_stream_next(&recovery.stream, true, now_us, &frame))
        serve(frame);
    if (hal_uart_idle())
        update_work(&recovery.update);
    hal_watchdog_kick();
    return PASS_US;
}
