/* The update window 0x1000: an image comes in chunks into STAGE, a restart hands it to
 * the bootloader, and a new image on trial proves itself or is given up.
 *
 * Nothing here is trusted: what is checked at the end only spares a restart. The
 * bootloader alone decides what runs. Used by the app, and by the bootloader itself when
 * no image is fit to run. */
#ifndef APP_UPDATE_H
#define APP_UPDATE_H

#include "firmware/app/registers.h"
#include "firmware/app/update_record.h"

enum {
    UPDATE_PROVED_MS = 10000,    /* healthy for so long: kept */
    UPDATE_TRIAL_MS = 60000,     /* not healthy until then: given up */
    UPDATE_PATIENCE_MS = 300000, /* without a chunk: what was begun is dropped */
};

struct update {
    struct journal *journal; /* borrowed */
    struct update_record record;
    uint64_t image;     /* that runs; 0: none */
    uint32_t size, crc; /* of the file that comes; size 0: none does */
    uint32_t heard_ms;  /* when a chunk was taken last */
    uint16_t board, security, next, left_s, heard_next;
    bool erase;    /* STAGE waits to be erased, behind the answer */
    bool restart;  /* as soon as the answer is out */
    bool failed;   /* the flash did not take a chunk */
    bool recovery; /* this is the bootloader */
};

void update_init(struct update *update, struct journal *journal, uint16_t board,
                 bool recovery);

/* A word of items RACK_MAP_UPDATE_STATE and on; enum rack_update_state by itself. */
uint16_t update_word(const struct update *update, enum rack_item item, unsigned at);
enum rack_update_state update_state(const struct update *update);

/* RACK_MAP_UPDATE_BEGIN, _CHUNK, _APPLY with their words. `quiet`: the bolt is shut. */
enum modbus_exception update_order(struct update *update, enum rack_item item,
                                   const uint16_t *words, bool quiet);

/* Once in each pass, when no answer is being sent: erase or restart if that is due. */
void update_work(struct update *update);

/* Once in a while: what was begun and is not continued is dropped; the image on trial is
 * kept after UPDATE_PROVED_MS if it is `healthy`, or given up after UPDATE_TRIAL_MS. */
void update_judge(struct update *update, bool healthy, uint32_t uptime_ms);

#endif
