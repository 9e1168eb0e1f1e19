#include "firmware/app/update_record.h"

#include <string.h>

enum {
    WANTED_AT = 0,
    BEFORE_AT = 8,
    FLOOR_AT = 16,
    TRIES_AT = 18,
    RESULT_AT,
    PENDING_AT
};

static uint64_t long_at(const uint8_t *at)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < 8; i++)
        value = value << 8 | at[i];
    return value;
}

static void put_long(uint8_t *at, uint64_t value)
{
    for (unsigned i = 0; i < 8; i++)
        at[i] = (uint8_t)(value >> (56u - 8u * i));
}

void update_record_load(struct update_record *record, struct journal *journal)
{
    uint8_t data[JOURNAL_DATA];
    memset(record, 0, sizeof *record);
    if (!journal_read(journal, JOURNAL_UPDATE, data))
        return;
    record->wanted = long_at(data + WANTED_AT);
    record->before = long_at(data + BEFORE_AT);
    record->floor = (uint16_t)(data[FLOOR_AT] << 8 | data[FLOOR_AT + 1]);
    record->tries = data[TRIES_AT];
    record->result = data[RESULT_AT] < RACK_RESULTS ? data[RESULT_AT] : 0;
    record->pending = data[PENDING_AT];
}

bool update_record_keep(const struct update_record *record, struct journal *journal)
{
    uint8_t data[JOURNAL_DATA] = { 0 };
    put_long(data + WANTED_AT, record->wanted);
    put_long(data + BEFORE_AT, record->before);
    data[FLOOR_AT] = (uint8_t)(record->floor >> 8);
    data[FLOOR_AT + 1] = (uint8_t)record->floor;
    data[TRIES_AT] = record->tries;
    data[RESULT_AT] = record->result;
    data[PENDING_AT] = record->pending;
    return journal_write(journal, JOURNAL_UPDATE, data);
}
