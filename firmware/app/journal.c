/* Numbers go big-endian. A page of an empty EEPROM (all 0xFF or all 0) is no record,
 * because its CRC does not fit. */
#include "firmware/app/journal.h"

#include "core/crc32.h"

#include <string.h>

enum { KIND_AT = JOURNAL_NUMBER_LEN, DATA_AT, CRC_AT = DATA_AT + JOURNAL_DATA };

static uint32_t word_at(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void put_word(uint8_t *at, uint32_t word)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(word >> (24 - 8 * i));
}

/* The number of the record in the page, 0 when it is none. (Four bytes of 0xFF, then 0,
 * then 0xFF have a CRC that fits.) */
static uint32_t number_of(const uint8_t page[HAL_STORE_PAGE])
{
    uint32_t number = word_at(page);
    bool holds = word_at(page + CRC_AT) == crc32_of(page, CRC_AT);
    return holds && page[KIND_AT] < JOURNAL_KINDS && number <= JOURNAL_LAST ? number : 0;
}

static bool counts(const struct journal *journal, unsigned page)
{
    for (unsigned i = 0; i < JOURNAL_KINDS; i++)
        if (journal->pages[i] == page)
            return true;
    return false;
}

static void read_boot(struct journal *journal)
{
    uint8_t data[JOURNAL_DATA];
    if (!journal_read(journal, JOURNAL_BOOT, data))
        return;
    journal->boot = (uint16_t)(data[0] << 8 | data[1]);
    for (unsigned i = 0; i < RACK_RESET_CAUSES; i++)
        journal->resets[i] = (uint16_t)(data[2 + 2 * i] << 8 | data[3 + 2 * i]);
}

void journal_open(struct journal *journal)
{
    uint32_t newest[JOURNAL_KINDS] = { 0 };
    memset(journal, 0, sizeof *journal);
    memset(journal->pages, JOURNAL_NONE, sizeof journal->pages);
    for (unsigned i = 0; i < HAL_STORE_PAGES && !journal->failed; i++) {
        uint8_t page[HAL_STORE_PAGE];
        journal->failed = !hal_store_read(i, page);
        uint32_t number = journal->failed ? 0 : number_of(page);
        if (!number)
            continue;
        if (number > newest[page[KIND_AT]]) {
            newest[page[KIND_AT]] = number;
            journal->pages[page[KIND_AT]] = (uint8_t)i;
        }
        if (number > journal->number) {
            journal->number = number;
            journal->next = (uint8_t)((i + 1) % HAL_STORE_PAGES);
        }
    }
    read_boot(journal);
}

bool journal_read(struct journal *journal, enum journal_kind kind,
                  uint8_t ret_data[JOURNAL_DATA])
{
    uint8_t page[HAL_STORE_PAGE];
    if (journal->pages[kind] == JOURNAL_NONE)
        return false;
    journal->failed = !hal_store_read(journal->pages[kind], page);
    if (journal->failed || !number_of(page) || page[KIND_AT] != (uint8_t)kind)
        return false;
    memcpy(ret_data, page + DATA_AT, JOURNAL_DATA);
    return true;
}

bool journal_write(struct journal *journal, enum journal_kind kind,
                   const uint8_t data[JOURNAL_DATA])
{
    uint8_t page[HAL_STORE_PAGE];
    while (counts(journal, journal->next))
        journal->next = (uint8_t)((journal->next + 1) % HAL_STORE_PAGES);
    put_word(page, journal->number + 1);
    page[KIND_AT] = (uint8_t)kind;
    memcpy(page + DATA_AT, data, JOURNAL_DATA);
    put_word(page + CRC_AT, crc32_of(page, CRC_AT));
    journal->failed =
        journal->number == JOURNAL_LAST || !hal_store_write(journal->next, page);
    if (journal->failed)
        return false;
    journal->number++;
    journal->pages[kind] = journal->next;
    journal->next = (uint8_t)((journal->next + 1) % HAL_STORE_PAGES);
    return true;
}

uint16_t journal_boot_next(struct journal *journal, unsigned cause)
{
    uint8_t data[JOURNAL_DATA] = { 0 };
    journal->boot++;
    if (cause < RACK_RESET_CAUSES)
        journal->resets[cause]++;
    data[0] = (uint8_t)(journal->boot >> 8);
    data[1] = (uint8_t)journal->boot;
    for (unsigned i = 0; i < RACK_RESET_CAUSES; i++) {
        data[2 + 2 * i] = (uint8_t)(journal->resets[i] >> 8);
        data[3 + 2 * i] = (uint8_t)journal->resets[i];
    }
    (void)journal_write(journal, JOURNAL_BOOT, data); /* the status word tells */
    return journal->boot;
}
