/* A scratch folder and short ways to append, for the tests of ledger and blobs. */
#ifndef TESTS_LEDGER_FIXTURE_H
#define TESTS_LEDGER_FIXTURE_H

#include "repo-daemon/ledger.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline int scratch_drop_one(const char *path, const struct stat *st, int kind,
                                   struct FTW *walk)
{
    (void)st;
    (void)kind;
    (void)walk;
    return remove(path);
}

static inline void scratch_drop(const char *folder)
{
    (void)nftw(folder, scratch_drop_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* A new empty folder, in memory where there is such a place (what a power failure does is
 * played by tests/crash); scratch_drop() it. */
static inline void scratch_make(char ret_folder[64])
{
    snprintf(ret_folder, 64, "%s/juanku-test-XXXXXX",
             access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
    if (!mkdtemp(ret_folder))
        abort();
}

/* The id of the n-th command of a test. */
static inline const char *test_id(unsigned n)
{
    static char ids[8][LEDGER_ID_MAX];
    static unsigned next;
    char *id = ids[next++ % 8];
    snprintf(id, LEDGER_ID_MAX, "%032x", n);
    return id;
}

#define TEST_VOLUME "V44039920260301010027100159"

/* One event that moves one volume. */
static inline enum rc test_move(struct ledger *ledger, unsigned n, const char *volume,
                                uint64_t expected, const char *from, const char *to,
                                struct ledger_result *ret_result)
{
    struct ledger_move move = { volume, expected, from, to };
    struct ledger_event event = { .event = "test",
                                  .by = "P0000000197",
                                  .at_ms = 1790000000000 + n,
                                  .moves = &move,
                                  .move_count = 1 };
    struct ledger_batch batch = { .id = test_id(n), .events = &event, .count = 1 };
    return ledger_append(ledger, &batch, ret_result, NULL);
}

/* One event without a volume, with `text` in its data. */
static inline enum rc test_note(struct ledger *ledger, unsigned n, const char *text,
                                struct ledger_result *ret_result)
{
    json_t *data = json_pack("{ss}", "note", text);
    struct ledger_event event = { .event = "note", .by = "", .at_ms = n, .data = data };
    struct ledger_batch batch = { .id = test_id(n), .events = &event, .count = 1 };
    enum rc rc = ledger_append(ledger, &batch, ret_result, NULL);
    json_decref(data);
    return rc;
}

#endif
