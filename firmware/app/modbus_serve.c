/* A handler gets the request without address and CRC, and writes the answer without them.
 * Each checks the length it needs before it looks at a byte: the CRC says that the frame
 * is what somebody sent, not that somebody knew how to write it.
 * Order of refusal as in the standard: function, then quantity, then address, then value.
 */
#include "firmware/app/modbus_serve.h"

#include "firmware/app/rack.h"
#include "firmware/app/registers.h"

#include <string.h>

enum {
    READ_BITS_MAX = 2000,
    WRITE_BITS_MAX = 1968,
    READ_WORDS_MAX = MODBUS_VALUES_MAX,
    WRITE_WORDS_MAX = 123,
    BOTH_WRITE_MAX = 121,
    FUNCTION_WRITE_WORDS = 0x10,
    COIL_ON = 0xFF00,
    RUNNING = 0xFF,
};

enum diagnosis {
    ECHO = 0x00,
    CLEAR = 0x0A,
    BUS_MESSAGES = 0x0B,
    BUS_ERRORS = 0x0C,
    EXCEPTIONS = 0x0D,
    MY_MESSAGES = 0x0E,
    UNANSWERED = 0x0F,
    NAKS = 0x10,
    BUSIES = 0x11,
    OVERRUNS = 0x12,
};

struct call {
    struct rack *rack;
    const uint8_t *at; /* function, data; borrowed */
    size_t len;
    uint8_t *answer; /* function, data */
    size_t answer_len;
    enum rack_access access; /* how it may write */
    uint16_t *values;        /* MODBUS_VALUES_MAX of them */
};

static uint16_t word_at(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static void add_word(struct call *call, uint16_t word)
{
    call->answer[call->answer_len++] = (uint8_t)(word >> 8);
    call->answer[call->answer_len++] = (uint8_t)word;
}

static enum modbus_exception add_words(struct call *call, uint16_t first, uint16_t count)
{
    enum modbus_exception no =
        registers_read(call->rack, RACK_REGISTER, first, count, call->values);
    if (no)
        return no;
    call->answer[call->answer_len++] = (uint8_t)(2 * count);
    for (unsigned i = 0; i < count; i++)
        add_word(call, call->values[i]);
    return MODBUS_FINE;
}

static enum modbus_exception read_bits(struct call *call)
{
    if (call->len != 5)
        return MODBUS_BAD_VALUE;
    uint16_t count = word_at(call->at + 3);
    if (count < 1 || count > READ_BITS_MAX)
        return MODBUS_BAD_VALUE;
    enum rack_space space = call->at[0] == 0x01 ? RACK_COIL : RACK_DISCRETE;
    enum modbus_exception no =
        registers_read(call->rack, space, word_at(call->at + 1), count, call->values);
    if (no)
        return no;
    size_t len = (count + 7u) / 8u;
    call->answer[call->answer_len++] = (uint8_t)len;
    memset(call->answer + call->answer_len, 0, len);
    for (unsigned i = 0; i < count; i++)
        if (call->values[i])
            call->answer[call->answer_len + i / 8] |= (uint8_t)(1u << (i % 8));
    call->answer_len += len;
    return MODBUS_FINE;
}

static enum modbus_exception read_words(struct call *call)
{
    if (call->len != 5)
        return MODBUS_BAD_VALUE;
    uint16_t count = word_at(call->at + 3);
    if (count < 1 || count > READ_WORDS_MAX)
        return MODBUS_BAD_VALUE;
    return add_words(call, word_at(call->at + 1), count);
}

static bool is_order(uint16_t at)
{
    enum rack_item item = rack_map_find(RACK_REGISTER, at);
    return item == RACK_MAP_SET_COMMIT ||
           (item < RACK_ITEMS && rack_rows[item].access & RACK_EXACT);
}

static enum modbus_exception order(struct call *call, uint16_t first, uint16_t count)
{
    if (first == RACK_AT_SET_COMMIT)
        return registers_order(call->rack, RACK_MAP_SET_COMMIT, call->values);
    enum rack_item item = rack_map_order(first, count);
    if (item == RACK_ITEMS || call->at[0] != FUNCTION_WRITE_WORDS)
        return MODBUS_BAD_VALUE;
    return registers_order(call->rack, item, call->values);
}

/* Check and store `count` values from call->values. */
static enum modbus_exception store(struct call *call, enum rack_space space,
                                   uint16_t first, uint16_t count)
{
    if (space == RACK_REGISTER && is_order(first)) {
        if (!rack_map_allows(space, first, count, call->access))
            return MODBUS_NO_ADDRESS;
        return order(call, first, count);
    }
    enum modbus_exception no =
        registers_check(call->rack, space, first, count, call->values, call->access);
    if (!no)
        registers_write(call->rack, space, first, count, call->values);
    return no;
}

/* The answer to a write repeats its first four data bytes. */
static void repeat(struct call *call)
{
    memcpy(call->answer + call->answer_len, call->at + 1, 4);
    call->answer_len += 4;
}

static enum modbus_exception write_coil(struct call *call)
{
    if (call->len != 5)
        return MODBUS_BAD_VALUE;
    uint16_t value = word_at(call->at + 3);
    if (value != 0 && value != COIL_ON)
        return MODBUS_BAD_VALUE;
    call->values[0] = value == COIL_ON;
    repeat(call);
    return store(call, RACK_COIL, word_at(call->at + 1), 1);
}

static enum modbus_exception write_word(struct call *call)
{
    if (call->len != 5)
        return MODBUS_BAD_VALUE;
    call->values[0] = word_at(call->at + 3);
    repeat(call);
    return store(call, RACK_REGISTER, word_at(call->at + 1), 1);
}

static enum modbus_exception write_coils(struct call *call)
{
    if (call->len < 7)
        return MODBUS_BAD_VALUE;
    uint16_t count = word_at(call->at + 3);
    size_t len = (count + 7u) / 8u;
    if (count < 1 || count > WRITE_BITS_MAX || call->at[5] != len || call->len != 6 + len)
        return MODBUS_BAD_VALUE;
    if (!rack_map_allows(RACK_COIL, word_at(call->at + 1), count, call->access))
        return MODBUS_NO_ADDRESS;
    for (unsigned i = 0; i < count; i++)
        call->values[i] = (uint16_t)(((unsigned)call->at[6 + i / 8] >> (i % 8)) & 1u);
    repeat(call);
    return store(call, RACK_COIL, word_at(call->at + 1), count);
}

static enum modbus_exception write_words(struct call *call)
{
    if (call->len < 8)
        return MODBUS_BAD_VALUE;
    uint16_t count = word_at(call->at + 3);
    if (count < 1 || count > WRITE_WORDS_MAX || call->at[5] != 2 * count ||
        call->len != 6u + 2u * count)
        return MODBUS_BAD_VALUE;
    for (unsigned i = 0; i < count; i++)
        call->values[i] = word_at(call->at + 6 + 2 * i);
    repeat(call);
    return store(call, RACK_REGISTER, word_at(call->at + 1), count);
}

/* Write, then read, in one request: nothing is written when the read would be refused. */
static enum modbus_exception write_and_read(struct call *call)
{
    if (call->len < 12)
        return MODBUS_BAD_VALUE;
    uint16_t from = word_at(call->at + 1), reads = word_at(call->at + 3);
    uint16_t to = word_at(call->at + 5), writes = word_at(call->at + 7);
    if (reads < 1 || reads > READ_WORDS_MAX || writes < 1 || writes > BOTH_WRITE_MAX ||
        call->at[9] != 2 * writes || call->len != 10u + 2u * writes)
        return MODBUS_BAD_VALUE;
    if (!rack_map_allows(RACK_REGISTER, from, reads, RACK_READ))
        return MODBUS_NO_ADDRESS;
    for (unsigned i = 0; i < writes; i++)
        call->values[i] = word_at(call->at + 10 + 2 * i);
    enum modbus_exception no = store(call, RACK_REGISTER, to, writes);
    return no ? no : add_words(call, from, reads);
}

static enum modbus_exception diagnose(struct call *call)
{
    if (call->len != 5)
        return MODBUS_BAD_VALUE;
    const struct rack *rack = call->rack;
    const struct modbus_counts *counts = &rack->stream.counts;
    uint16_t question = word_at(call->at + 1), data = word_at(call->at + 3);
    if (question != ECHO && data != 0)
        return MODBUS_BAD_VALUE;
    uint16_t result = 0;
    switch (question) {
    case ECHO:
        result = data;
        break;
    case CLEAR:
        rack_clear_counters(call->rack);
        break;
    case BUS_MESSAGES:
        result = (uint16_t)(counts->mine + counts->all + counts->other);
        break;
    case BUS_ERRORS:
        result = counts->bad;
        break;
    case EXCEPTIONS:
        result = rack->exceptions;
        break;
    case MY_MESSAGES:
        result = (uint16_t)(counts->mine + counts->all);
        break;
    case UNANSWERED:
        result = counts->stale;
        break;
    case NAKS:
    case BUSIES:
        break; /* this controller is never busy */
    case OVERRUNS:
        result = counts->overrun;
        break;
    default:
        return MODBUS_NO_FUNCTION;
    }
    add_word(call, question);
    add_word(call, result);
    return MODBUS_FINE;
}

/* Who is there: model, running, name. */
static enum modbus_exception report(struct call *call)
{
    uint16_t words[HAL_NAME_MAX / 2];
    if (call->len != 1)
        return MODBUS_BAD_VALUE;
    enum modbus_exception no =
        registers_read(call->rack, RACK_REGISTER, RACK_AT_MODEL, 1, call->values);
    if (!no)
        no = registers_read(call->rack, RACK_REGISTER, RACK_AT_NAME, COUNT(words), words);
    if (no)
        return no;
    size_t count_at = call->answer_len++;
    call->answer[call->answer_len++] = (uint8_t)call->values[0];
    call->answer[call->answer_len++] = RUNNING;
    for (size_t i = 0; i < HAL_NAME_MAX; i++) {
        uint8_t letter = (uint8_t)(i % 2 ? words[i / 2] : words[i / 2] >> 8);
        if (letter)
            call->answer[call->answer_len++] = letter;
    }
    call->answer[count_at] = (uint8_t)(call->answer_len - count_at - 1);
    return MODBUS_FINE;
}

/* Vendor, product and revision as text: all three from an object on, or one of them. */
static enum modbus_exception identify(struct call *call)
{
    enum { MEI = 0x0E, BASIC = 1, ONE = 4, CONFORMITY = 0x81, OBJECTS = 3 };
    const char *const texts[OBJECTS] = { "Juanku",
                                         call->rack->boot.lock ? "rack-2" : "rack-1",
                                         JUANKU_VERSION };
    if (call->len != 4)
        return MODBUS_BAD_VALUE;
    unsigned code = call->at[2], object = call->at[3];
    if (call->at[1] != MEI)
        return MODBUS_NO_FUNCTION;
    if (code < BASIC || code > ONE)
        return MODBUS_BAD_VALUE;
    if (object >= OBJECTS && code == ONE)
        return MODBUS_NO_ADDRESS;
    unsigned first = object < OBJECTS ? object : 0;
    unsigned end = code == ONE ? first + 1 : (unsigned)OBJECTS;
    const uint8_t head[] = {
        MEI, (uint8_t)code, CONFORMITY, 0, 0, (uint8_t)(end - first)
    };
    memcpy(call->answer + call->answer_len, head, sizeof head);
    call->answer_len += sizeof head;
    for (; first < end; first++) {
        uint8_t *at = call->answer + call->answer_len, len = 0;
        for (; texts[first][len]; len++)
            at[2 + len] = (uint8_t)texts[first][len];
        at[0] = (uint8_t)first;
        at[1] = len;
        call->answer_len += 2u + len;
    }
    return MODBUS_FINE;
}

static const struct function {
    uint8_t code;
    bool to_all; /* makes sense as a broadcast */
    enum modbus_exception (*serve)(struct call *call);
} functions[] = {
    { 0x01, false, read_bits },
    { 0x02, false, read_bits },
    { 0x03, false, read_words },
    { 0x04, false, read_words },
    { 0x05, true, write_coil },
    { 0x06, true, write_word },
    { 0x08, false, diagnose },
    { 0x0F, true, write_coils },
    { FUNCTION_WRITE_WORDS, true, write_words },
    { 0x11, false, report },
    { 0x17, false, write_and_read },
    { 0x2B, false, identify },
};

size_t modbus_serve(struct rack *rack, struct bytes frame,
                    uint8_t ret_answer[MODBUS_FRAME_MAX])
{
    bool to_all = frame.at[0] == RACK_BROADCAST_ADDRESS;
    struct call call = {
        .rack = rack,
        .at = frame.at + 1,
        .len = frame.len - 1 - MODBUS_CRC_LEN,
        .answer = ret_answer + 1,
        .answer_len = 1,
        .access = to_all ? RACK_WRITE_ALL : RACK_WRITE,
        .values = rack->scratch.values,
    };
    enum modbus_exception no = MODBUS_NO_FUNCTION;
    size_t at = 0;
    while (at < COUNT(functions) && functions[at].code != call.at[0])
        at++;
    if (at < COUNT(functions) && (!to_all || functions[at].to_all))
        no = functions[at].serve(&call);
    if (to_all)
        return 0;
    ret_answer[0] = frame.at[0];
    ret_answer[1] = call.at[0];
    if (no) {
        rack->exceptions++;
        ret_answer[1] |= 0x80;
        ret_answer[2] = (uint8_t)no;
        call.answer_len = 2;
    }
    return modbus_crc_append(ret_answer, 1 + call.answer_len);
}
