/* The redo log's file. */
#include "repo-daemon/redo.h"

#include "core/siphash.h"
#include "repo-daemon/store_lmdb.h"
#include "sys/hash.h"
#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    PAGE = 4096,
    MAGIC = 8,
    TAG = 8,
    ENTRY_HEAD = 1 + 1 + 2 + 4,
    NAME_MAX_LEN = 64,
    FIRST_ROOM = 64 * 1024,
    KEPT_ROOM = 2 * REDO_SIZE,
};
_Static_assert(REDO_RECORD_HEAD == MAGIC + 8 + 8, "word, number, length");
static const char NAME[] = "redo.log", NEW_NAME[] = "redo.log.new";
static const char HEAD[] = "JKREDO1\n", RECORD[] = "JKREDO-R";

static uint64_t tag_of(const struct redo *redo, const uint8_t *at, size_t len)
{
    return siphash(redo->id, (struct bytes){ at, len });
}

static bool tag_is_right(const struct redo *redo, const uint8_t *at, size_t len)
{
    return store_u64_read(at + len) == tag_of(redo, at, len);
}

void redo_close(struct redo *redo)
{
    fd_close_at(&redo->fd);
    redo->fd = -1;
}

static enum rc write_at(int fd, const uint8_t *data, size_t len, uint64_t at,
                        struct fault *why)
{
    while (len) {
        ssize_t n = pwrite(fd, data, len, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return fault_set(why, n ? rc_of_errno(errno) : RC_IO, n ? errno : EIO,
                             "磁盘空间不足，这一步没有保存；请管理员腾出空间后再做一次");
        data += n;
        at += (uint64_t)n;
        len -= (size_t)n;
    }
    return RC_OK;
}

enum rc redo_create(int folder, const uint8_t *id, uint64_t last, struct redo *ret_redo,
                    struct fault *why)
{
    SCOPED(free_at) uint8_t *file = calloc(1, REDO_SIZE);
    struct redo made = { .last = last, .at = PAGE };
    if (!file)
        return fault_set(why, RC_NO_MEMORY, ENOMEM, "redo: no memory");
    (void)unlinkat(folder, NEW_NAME, 0);
    made.fd = openat(folder, NEW_NAME, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (made.fd < 0)
        return fault_set(why, rc_of_errno(errno), errno, "create '%s'", NEW_NAME);
    if (id)
        memcpy(made.id, id, REDO_ID);
    else
        random_fill(made.id, REDO_ID);
    memcpy(file, HEAD, MAGIC);
    memcpy(file + MAGIC, made.id, REDO_ID);
    store_u64_write(tag_of(&made, file, MAGIC + REDO_ID), file + MAGIC + REDO_ID);
    /* Zeros are written, not only reserved: a flush of blocks that were used before has
     * no news of the file itself to write. */
    enum rc rc = write_at(made.fd, file, REDO_SIZE, 0, why);
    if (!rc &&
        (fsync(made.fd) || renameat(folder, NEW_NAME, folder, NAME) || fsync(folder)))
        rc = fault_set(why, rc_of_errno(errno), errno, "name and flush '%s'", NAME);
    if (rc) {
        redo_close(&made);
        (void)unlinkat(folder, NEW_NAME, 0);
        return rc;
    }
    *ret_redo = made;
    return RC_OK;
}

enum rc redo_open(int folder, struct redo *ret_redo, struct fault *why)
{
    uint8_t head[MAGIC + REDO_ID + TAG];
    struct redo found = { .at = PAGE };
    found.fd = openat(folder, NAME, O_RDWR | O_CLOEXEC);
    if (found.fd < 0 && (errno == EACCES || errno == EROFS)) /* who only reads */
        found.fd = openat(folder, NAME, O_RDONLY | O_CLOEXEC);
    if (found.fd < 0)
        return fault_set(why, rc_of_errno(errno), errno, "open '%s'", NAME);
    bool right = pread(found.fd, head, sizeof head, 0) == (ssize_t)sizeof head &&
                 !memcmp(head, HEAD, MAGIC);
    memcpy(found.id, head + MAGIC, REDO_ID);
    if (!right || !tag_is_right(&found, head, MAGIC + REDO_ID)) {
        redo_close(&found);
        return fault_set(why, RC_CORRUPT, 0, "“%s”已损坏；请从备份恢复", NAME);
    }
    *ret_redo = found;
    return RC_OK;
}

/* ---- writing ---- */

void redo_clear(struct redo_entries *entries)
{
    entries->len = 0;
    entries->count = 0;
    if (entries->room > KEPT_ROOM) { /* one that was larger than usual */
        free(entries->at);
        entries->at = NULL;
        entries->room = 0;
    }
}

/* Room for `more`, and for the head and the tag of a record around all. */
static bool entries_grow(struct redo_entries *entries, size_t more)
{
    size_t want = REDO_RECORD_HEAD + entries->len + more + TAG + PAGE;
    if (want <= entries->room)
        return true;
    size_t room = 2 * want > FIRST_ROOM ? 2 * want : FIRST_ROOM;
    uint8_t *grown = realloc(entries->at, room);
    if (!grown)
        return false;
    entries->at = grown;
    entries->room = room;
    return true;
}

static void length_write(uint64_t value, uint8_t *at, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
}

/* What lay within the entries lies there still when they have grown. */
static const uint8_t *moved(const uint8_t *at, const uint8_t *before, size_t room,
                            const uint8_t *now)
{
    bool within = before && (uintptr_t)at - (uintptr_t)before < room;
    return within ? now + ((uintptr_t)at - (uintptr_t)before) : at;
}

enum rc redo_add(struct redo_entries *entries, const struct redo_entry *entry,
                 struct fault *why)
{
    size_t name = strlen(entry->table);
    if (name > NAME_MAX_LEN || entry->key.len > UINT16_MAX ||
        entry->value.len > UINT32_MAX)
        return fault_set(why, RC_INVALID, 0, "redo: an entry of '%s' is too long",
                         entry->table);
    struct bytes key = entry->key, value = entry->value;
    const uint8_t *before = entries->at;
    size_t room = entries->room;
    if (!entries_grow(entries, ENTRY_HEAD + name + entry->key.len + entry->value.len))
        return fault_set(why, RC_NO_MEMORY, ENOMEM, "redo: no memory");
    key.at = moved(key.at, before, room, entries->at);
    value.at = moved(value.at, before, room, entries->at);
    uint8_t *at = entries->at + REDO_RECORD_HEAD + entries->len, *from = at;
    *at++ = (uint8_t)entry->op;
    *at++ = (uint8_t)name;
    length_write(entry->key.len, at, 2);
    length_write(entry->value.len, at + 2, 4);
    at += 6;
    memcpy(at, entry->table, name);
    at += name;
    if (key.len)
        memcpy(at, key.at, key.len);
    at += key.len;
    if (value.len)
        memcpy(at, value.at, value.len);
    at += value.len;
    entries->len += (size_t)(at - from);
    entries->count++;
    return RC_OK;
}

static uint64_t pages_of(uint64_t len)
{
    return (REDO_RECORD_HEAD + len + TAG + PAGE - 1) / PAGE * PAGE;
}

enum rc redo_append(struct redo *redo, struct redo_entries *entries, struct fault *why)
{
    uint64_t whole = pages_of(entries->len);
    if (redo->at + whole > REDO_SIZE || !entries_grow(entries, 0))
        return fault_set(why, RC_AGAIN, 0, "redo: no room");
    uint8_t *record = entries->at;
    size_t tagged = REDO_RECORD_HEAD + entries->len;
    memcpy(record, RECORD, MAGIC);
    store_u64_write(redo->last + 1, record + MAGIC);
    store_u64_write(entries->len, record + MAGIC + 8);
    store_u64_write(tag_of(redo, record, tagged), record + tagged);
    memset(record + tagged + TAG, 0, whole - tagged - TAG);
    enum rc rc = write_at(redo->fd, record, whole, redo->at, why);
    if (rc)
        return rc == RC_FULL ? rc : RC_IO;
    if (fdatasync(redo->fd))
        return fault_set(why, RC_IO, errno, "flush '%s'", NAME);
    redo->last++;
    redo->at += whole;
    return RC_OK;
}

void redo_restart(struct redo *redo)
{
    redo->at = PAGE;
}

/* ---- reading ---- */

static uint64_t length_read(const uint8_t *at, unsigned bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value = value << 8 | at[i];
    return value;
}

enum rc redo_entries_read(struct bytes entries, redo_on_entry *each, void *context,
                          struct fault *why)
{
    enum rc rc = RC_OK;
    while (!rc && entries.len) {
        const uint8_t *at = entries.at;
        char table[NAME_MAX_LEN + 1];
        if (entries.len < ENTRY_HEAD)
            return fault_set(why, RC_CORRUPT, 0, "“%s”里有一条不完整", NAME);
        uint64_t name = at[1], key = length_read(at + 2, 2),
                 value = length_read(at + 4, 4);
        uint64_t len = ENTRY_HEAD + name + key + value;
        if (name > NAME_MAX_LEN || len > entries.len || !memchr("pdc", *at, 3))
            return fault_set(why, RC_CORRUPT, 0, "“%s”里有一条读不懂", NAME);
        memcpy(table, at + ENTRY_HEAD, name);
        table[name] = 0;
        struct redo_entry entry = { (char)*at,
                                    table,
                                    { at + ENTRY_HEAD + name, key },
                                    { at + ENTRY_HEAD + name + key, value } };
        rc = each ? each(&entry, context, why) : RC_OK;
        entries = (struct bytes){ at + len, entries.len - len };
    }
    return rc;
}

/* The record at `at`, when a whole one stands there. */
static bool record_at(const struct redo *redo, const uint8_t *file, uint64_t at,
                      uint64_t *ret_number, struct bytes *ret_entries)
{
    const uint8_t *record = file + at;
    if (at + PAGE > REDO_SIZE || memcmp(record, RECORD, MAGIC) != 0)
        return false;
    uint64_t len = store_u64_read(record + MAGIC + 8);
    if (len > REDO_SIZE || at + pages_of(len) > REDO_SIZE ||
        !tag_is_right(redo, record, REDO_RECORD_HEAD + (size_t)len))
        return false;
    *ret_number = store_u64_read(record + MAGIC);
    *ret_entries = (struct bytes){ record + REDO_RECORD_HEAD, (size_t)len };
    return true;
}

static enum rc file_whole(int fd, uint8_t **ret_file, struct fault *why)
{
    SCOPED(free_at) uint8_t *file = calloc(1, REDO_SIZE);
    if (!file)
        return fault_set(why, RC_NO_MEMORY, ENOMEM, "redo: no memory");
    for (size_t at = 0; at < REDO_SIZE;) {
        ssize_t n = pread(fd, file + at, REDO_SIZE - at, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fault_set(why, rc_of_errno(errno), errno, "read '%s'", NAME);
        if (!n)
            break;
        at += (size_t)n;
    }
    *ret_file = TAKE(file);
    return RC_OK;
}

enum rc redo_each(struct redo *redo, uint64_t applied, redo_on_entry *each, void *context,
                  struct fault *why)
{
    SCOPED(free_at) uint8_t *file = NULL;
    struct bytes entries;
    uint64_t number = 0, before = 0;
    enum rc rc = file_whole(redo->fd, &file, why);
    redo->last = applied;
    redo->at = PAGE;
    for (uint64_t at = PAGE; !rc && record_at(redo, file, at, &number, &entries);
         at += pages_of(entries.len), before = number) {
        if (before && number != before + 1)
            break; /* of an earlier lap through the file */
        if (number <= applied)
            continue;
        if (number != redo->last + 1)
            return fault_set(why, RC_CORRUPT, 0,
                             "“%s”与库不符：缺第 %llu 条；请从备份恢复", NAME,
                             (unsigned long long)redo->last + 1);
        rc = redo_entries_read(entries, each, context, why);
        redo->last = number;
        redo->at = at + pages_of(entries.len);
    }
    return rc;
}
