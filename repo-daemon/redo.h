/* The redo log: what groups of changes wrote, on the disk before LMDB has it.
 *
 * A commit of LMDB flushes twice and writes each page it touched. A group of changes is
 * made durable by one run of bytes and one flush instead: its entries, in one file of
 * fixed size beside the store. LMDB gets them when the file is full or a moment later
 * (store_group.c), and the file begins again from its start. After a crash the records
 * that LMDB does not have are put into it before anything else (write-ahead logging:
 * Mohan et al., ARIES, 1992, redo only).
 *
 * The file: one page of head, then records, each from a page of its own, so that no write
 * touches a page that holds what was acknowledged. Head: "JKREDO1\n", 16 random bytes,
 * the tag of both. Record: "JKREDO-R", number, length, entries, tag; whole numbers are
 * 8 bytes, big-endian. Records are numbered 1, 2, 3 ... over the life of the file; one
 * that does not follow the one before ends the log. The tag is SipHash with the random
 * bytes as key: what a client wrote into an entry can never pass for a record.
 * Entry: 'p' put, 'd' delete or 'c' clear, length of the table's name (1 byte), of the
 * key (2), of the value (4); then the three. */
#ifndef REPO_REDO_H
#define REPO_REDO_H

#include "core/bytes.h"
#include "core/rc.h"
#include "sys/fault.h"

#include <stdbool.h>
#include <stdint.h>

enum { REDO_ID = 16, REDO_SIZE = 16 * 1024 * 1024, REDO_RECORD_HEAD = 24 };

struct redo {
    int fd; /* -1: closed */
    uint8_t id[REDO_ID];
    uint64_t last; /* number of the last record written */
    uint64_t at;   /* where the next one begins */
};

/* Make the file in the folder, over one that is there; durable when this returns. `id`
 * NULL: a new one. The first record will be number `last` + 1.
 *   RC_FULL  no space, nothing is left behind */
MUST_USE enum rc redo_create(int folder, const uint8_t *id, uint64_t last,
                             struct redo *ret_redo, struct fault *why);
/* RC_NOT_FOUND: there is none. RC_CORRUPT: it has no head. Call redo_each() next. */
MUST_USE enum rc redo_open(int folder, struct redo *ret_redo, struct fault *why);
void redo_close(struct redo *redo); /* may be closed already */

/* Entries on their way into a record. All zero to begin with; free `at`. */
struct redo_entries {
    uint8_t *at; /* owned */
    size_t len, room;
    uint64_t count;
};

struct redo_entry {
    char op; /* 'p', 'd', 'c' */
    const char *table;
    struct bytes key, value; /* borrowed */
};

/* RC_NO_MEMORY; RC_INVALID when a part is longer than its length can say. */
MUST_USE enum rc redo_add(struct redo_entries *entries, const struct redo_entry *entry,
                          struct fault *why);
void redo_clear(struct redo_entries *entries);
/* Where the entries begin; of the one added last, the value ends at `len`, and the key
 * ends where the value begins. Moves with the next redo_add(). */
static inline const uint8_t *redo_entries_at(const struct redo_entries *entries)
{
    return entries->at + REDO_RECORD_HEAD;
}

/* Write the entries as the next record and flush it.
 *   RC_AGAIN  there is no room before the end of the file; nothing was written
 *   RC_FULL   no space on the disk; the record does not stand
 *   RC_IO     nobody knows what the disk holds: end the process */
MUST_USE enum rc redo_append(struct redo *redo, struct redo_entries *entries,
                             struct fault *why);
/* All records are in the store and durable there: the next one is the first again. */
void redo_restart(struct redo *redo);

/* Each entry of the records that come after number `applied`, in order; then `last` and
 * `at` are right for redo_append(). `each` may be NULL. RC_CORRUPT when a record between
 * is missing. */
typedef enum rc redo_on_entry(const struct redo_entry *entry, void *context,
                              struct fault *why);
MUST_USE enum rc redo_each(struct redo *redo, uint64_t applied, redo_on_entry *each,
                           void *context, struct fault *why);

/* The entries of one record, from bytes that may be anything. RC_CORRUPT. */
MUST_USE enum rc redo_entries_read(struct bytes entries, redo_on_entry *each,
                                   void *context, struct fault *why);

#endif
