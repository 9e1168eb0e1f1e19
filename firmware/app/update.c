/* Chunks come in order, each with its number and a CRC of its own; one that is repeated
 * because its answer was lost changes nothing. A host that begins the same file again
 * goes on where it was. */
#include "firmware/app/update.h"

#include "core/crc32.h"
#include "firmware/hal/hal_flash.h"
#include "firmware/hal/hal_system.h"

#include <string.h>

enum { MS_A_SECOND = 1000, PIECE = 48 /* RACK_CHUNK is a multiple */ };

static uint32_t pair(const uint16_t *words)
{
    return (uint32_t)words[0] << 16 | words[1];
}

static unsigned chunks(const struct update *update)
{
    return (unsigned)((update->size + RACK_CHUNK - 1u) / RACK_CHUNK);
}

/* Not inlined, as look() below: heads take stack that is wanted deeper down. */
static __attribute__((noinline)) void know_what_runs(struct update *update)
{
    uint8_t head[RACK_IMAGE_SIGNED + RACK_IMAGE_ID_LEN];
    struct rack_image image;
    hal_flash_read(HAL_AREA_RUN, 0, head, sizeof head);
    if (!rack_image_read(head, &image))
        return;
    update->image = rack_image_id(head + RACK_IMAGE_SIGNATURE_AT);
    update->security = image.security;
}

void update_init(struct update *update, struct journal *journal, uint16_t board,
                 bool recovery)
{
    memset(update, 0, sizeof *update);
    update->journal = journal;
    update->board = board;
    update->recovery = recovery;
    update_record_load(&update->record, journal);
    if (!recovery)
        know_what_runs(update);
    if (update->record.tries && !recovery)
        update->left_s = UPDATE_TRIAL_MS / MS_A_SECOND;
}

enum rack_update_state update_state(const struct update *update)
{
    if (update->erase)
        return RACK_UPDATE_ERASING;
    if (update->size)
        return RACK_UPDATE_RECEIVING;
    if (update->recovery)
        return RACK_UPDATE_RECOVERY;
    return update->record.tries ? RACK_UPDATE_TRIAL : RACK_UPDATE_IDLE;
}

uint16_t update_word(const struct update *update, enum rack_item item, unsigned at)
{
    switch (item) {
    case RACK_MAP_UPDATE_STATE:
        return (uint16_t)((unsigned)update_state(update) << 8 | update->record.result);
    case RACK_MAP_UPDATE_NEXT:
        return update->next;
    case RACK_MAP_UPDATE_LEFT:
        return update->left_s;
    case RACK_MAP_UPDATE_SECURITY:
        return update->security;
    case RACK_MAP_UPDATE_FLOOR:
        return update->record.floor;
    case RACK_MAP_UPDATE_IMAGE:
        return (uint16_t)(update->image >> (48u - 16u * at));
    default:
        return 0;
    }
}

static enum modbus_exception begin(struct update *update, const uint16_t *words)
{
    uint32_t size = pair(words), crc = pair(words + 2);
    if (size <= RACK_IMAGE_HEAD || size > RACK_IMAGE_AREA || size % HAL_FLASH_WORD != 0)
        return MODBUS_BAD_VALUE;
    if (update->record.tries && !update->recovery)
        return MODBUS_BUSY; /* STAGE may be needed to repair what is on trial */
    if (size == update->size && crc == update->crc && !update->failed)
        return MODBUS_FINE;
    update->size = size;
    update->crc = crc;
    update->next = 0;
    update->failed = false;
    update->erase = true;
    return MODBUS_FINE;
}

static void spell(const uint16_t *words, unsigned count, uint8_t *ret_bytes)
{
    for (unsigned i = 0; i < count; i++) {
        ret_bytes[2 * i] = (uint8_t)(words[i] >> 8);
        ret_bytes[2 * i + 1] = (uint8_t)words[i];
    }
}

static bool chunk_holds(const uint16_t *words)
{
    uint8_t pair_of[2];
    uint32_t crc = 0;
    for (unsigned i = 0; i < RACK_CHUNK_WORDS - 2; i++) {
        spell(words + i, 1, pair_of);
        crc = crc32_more(crc, pair_of, sizeof pair_of);
    }
    return crc == pair(words + RACK_CHUNK_WORDS - 2);
}

static bool write_chunk(const uint16_t *words, uint32_t at, uint32_t len)
{
    uint8_t piece[PIECE];
    for (uint32_t done = 0; done < len; done += PIECE) {
        uint32_t part = len - done < PIECE ? len - done : (uint32_t)PIECE;
        spell(words + done / 2, PIECE / 2, piece);
        if (!hal_flash_write(HAL_AREA_STAGE, at + done, piece, part))
            return false;
    }
    return true;
}

static enum modbus_exception chunk(struct update *update, const uint16_t *words)
{
    unsigned number = words[0];
    if (!chunk_holds(words))
        return MODBUS_BAD_VALUE;
    if (!update->size || update->erase || number > update->next)
        return MODBUS_BUSY;
    if (number < update->next)
        return MODBUS_FINE;
    if (number >= chunks(update))
        return MODBUS_BAD_VALUE;
    uint32_t at = number * (uint32_t)RACK_CHUNK, len = update->size - at;
    if (update->failed ||
        !write_chunk(words + 1, at, len < RACK_CHUNK ? len : (uint32_t)RACK_CHUNK)) {
        update->failed = true;
        update->record.result = RACK_RESULT_FLASH;
        return MODBUS_FAILED;
    }
    update->next++;
    return MODBUS_FINE;
}

static uint32_t stage_crc(uint32_t size)
{
    uint8_t piece[PIECE];
    uint32_t crc = 0;
    for (uint32_t at = 0; at < size; at += PIECE) {
        uint32_t part = size - at < PIECE ? size - at : (uint32_t)PIECE;
        hal_flash_read(HAL_AREA_STAGE, at, piece, part);
        crc = crc32_more(crc, piece, part);
    }
    return crc;
}

/* What spares the restart: the bootloader asks all this again, and for the signature. */
static __attribute__((noinline)) enum rack_update_result look(const struct update *update)
{
    uint8_t head[RACK_IMAGE_SIGNED];
    struct rack_image image;
    if (stage_crc(update->size) != update->crc)
        return RACK_RESULT_SPOILT;
    hal_flash_read(HAL_AREA_STAGE, 0, head, sizeof head);
    if (!rack_image_read(head, &image) ||
        image.body_len != update->size - RACK_IMAGE_HEAD)
        return RACK_RESULT_NO_IMAGE;
    if (image.board != update->board)
        return RACK_RESULT_OTHER_BOARD;
    return image.security < update->record.floor ? RACK_RESULT_TOO_OLD : RACK_RESULT_NONE;
}

static void drop(struct update *update)
{
    update->size = 0;
    update->next = 0;
    update->erase = false;
}

static enum modbus_exception apply(struct update *update, uint16_t word)
{
    if (word != RACK_UPDATE_APPLY && word != RACK_UPDATE_DROP)
        return MODBUS_BAD_VALUE;
    if (word == RACK_UPDATE_DROP) {
        drop(update);
        return MODBUS_FINE;
    }
    if (!update->size || update->erase || update->next < chunks(update))
        return MODBUS_BUSY;
    enum rack_update_result no = look(update);
    update->record.result = (uint8_t)no;
    if (no) {
        drop(update);
        return MODBUS_BAD_VALUE;
    }
    update->record.pending = true;
    if (!update_record_keep(&update->record, update->journal)) {
        update->record.pending = false;
        return MODBUS_FAILED;
    }
    update->restart = true;
    return MODBUS_FINE;
}

enum modbus_exception update_order(struct update *update, enum rack_item item,
                                   const uint16_t *words, bool quiet)
{
    if (!quiet || update->restart)
        return MODBUS_BUSY;
    switch (item) {
    case RACK_MAP_UPDATE_BEGIN:
        return begin(update, words);
    case RACK_MAP_UPDATE_CHUNK:
        return chunk(update, words);
    case RACK_MAP_UPDATE_APPLY:
        return apply(update, words[0]);
    default:
        return MODBUS_NO_ADDRESS;
    }
}

void update_work(struct update *update)
{
    if (update->restart)
        hal_restart();
    if (!update->erase)
        return;
    update->erase = false;
    if (hal_flash_erase(HAL_AREA_STAGE))
        return;
    update->failed = true;
    update->record.result = RACK_RESULT_FLASH;
}

static void keep(struct update *update)
{
    struct update_record kept = update->record;
    kept.tries = 0;
    kept.result = RACK_RESULT_KEPT;
    if (kept.floor < update->security)
        kept.floor = update->security;
    if (update_record_keep(&kept, update->journal))
        update->record = kept;
}

/* A host that went away in the middle shall not leave a rack without lamps. */
static void be_patient(struct update *update, uint32_t uptime_ms)
{
    if (!update->size || update->next != update->heard_next) {
        update->heard_next = update->next;
        update->heard_ms = uptime_ms;
    } else if (uptime_ms - update->heard_ms >= UPDATE_PATIENCE_MS) {
        drop(update);
    }
}

void update_judge(struct update *update, bool healthy, uint32_t uptime_ms)
{
    be_patient(update, uptime_ms);
    if (!update->record.tries || update->recovery || update->restart)
        return;
    update->left_s = (uint16_t)(uptime_ms < UPDATE_TRIAL_MS
                                    ? (UPDATE_TRIAL_MS - uptime_ms) / MS_A_SECOND
                                    : 0u);
    if (healthy && uptime_ms >= UPDATE_PROVED_MS) {
        keep(update);
        update->left_s = 0;
    } else if (uptime_ms >= UPDATE_TRIAL_MS) {
        update->record.tries = UPDATE_TRIES + 1; /* the bootloader goes back */
        update->restart = update_record_keep(&update->record, update->journal);
    }
}
