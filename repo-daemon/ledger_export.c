/* Exporting: every event passes through once, into the file and into a tree in memory;
 * the tree must have the signed root, and gives the tiles and proofs. */
#include "repo-daemon/ledger_export.h"

#include "repo-daemon/checkpoint.h"
#include "repo-daemon/ledger_lines.h"
#include "repo-daemon/ledger_scan.h"
#include "repo-daemon/ledger_tiles.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

SCOPE_RELEASER(tree_free_at, struct merkle_memory *, merkle_memory_free)
SCOPE_RELEASER(lines_close_at, struct ledger_lines *, ledger_lines_close)

static enum rc feed_ledger(void *context, uint64_t size, ledger_on_event *on_event,
                           void *on_context, struct fault *why)
{
    return size ? ledger_feed(context, 1, size, on_event, on_context, why) : RC_OK;
}

/* When was it recorded? */
static enum rc at_of(__attribute__((unused)) uint64_t seq, struct bytes text,
                     void *context, struct fault *why)
{
    static _Thread_local struct ledger_scan scan; /* large */
    enum rc rc = ledger_scan(text, &scan, why);
    if (!rc)
        *(int64_t *)context = scan.at_ms;
    return rc;
}

/* The first event at or after a time. Events come in the order of time but for clocks
 * that were set back, for which the callers leave an hour. */
static enum rc first_at(struct ledger *ledger, uint64_t size, int64_t from_ms,
                        uint64_t *ret_seq, struct fault *why)
{
    uint64_t low = 1, high = size + 1;
    enum rc rc = RC_OK;
    while (!rc && low < high) {
        uint64_t middle = low + (high - low) / 2;
        int64_t at_ms = 0;
        rc = ledger_feed(ledger, middle, 1, at_of, &at_ms, why);
        if (at_ms < from_ms)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_seq = low;
    return rc;
}

static enum rc feed_day(void *context, int64_t from_ms, ledger_on_event *on_event,
                        void *on_context, struct fault *why)
{
    enum { HOUR_MS = 3600 * 1000, DAY_MS = 24 * HOUR_MS };
    struct ledger_head head;
    uint64_t first = 0, end = 0;
    enum rc rc = ledger_head(context, &head, why);
    if (!rc)
        rc = first_at(context, head.size, from_ms - HOUR_MS, &first, why);
    if (!rc)
        rc = first_at(context, head.size, from_ms + DAY_MS + HOUR_MS, &end, why);
    return rc || end == first
               ? rc
               : ledger_feed(context, first, end - first, on_event, on_context, why);
}

static enum rc feed_volume(void *context, const char *volume, ledger_on_event *on_event,
                           void *on_context, struct fault *why)
{
    return ledger_feed_volume(context, volume, on_event, on_context, why);
}

enum rc ledger_source_of(struct ledger *ledger, struct ledger_source *ret_source,
                         struct fault *why)
{
    *ret_source = (struct ledger_source){ .feed = feed_ledger };
    ret_source->feed_day = feed_day;
    ret_source->feed_volume = feed_volume;
    ret_source->proof = ledger_proof_of;
    ret_source->growth = ledger_growth_of;
    ret_source->context = ledger;
    strcpy(ret_source->key, ledger_key(ledger));
    return ledger_checkpoint(ledger, ret_source->checkpoint, why);
}

static enum rc feed_folder(void *context, uint64_t size, ledger_on_event *on_event,
                           void *on_context, struct fault *why)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/events.jsonl", (const char *)context);
    SCOPED(lines_close_at) struct ledger_lines *lines = NULL;
    enum rc rc = ledger_lines_open(path, &lines, why);
    const struct ledger_line *block = NULL;
    size_t count = 1;
    for (uint64_t seq = 1; !rc && count && seq <= size;) {
        rc = ledger_lines_next(lines, &block, &count, why);
        for (size_t i = 0; !rc && i < count && seq <= size; i++, seq++) {
            if (!block[i].whole)
                return fault_set(why, RC_INVALID, 0, "'%s': event %llu is not whole",
                                 path, (unsigned long long)seq);
            rc = on_event(seq, block[i].text, on_context, why);
        }
    }
    return rc;
}

static enum rc read_text(const char *folder, const char *name, char *ret_text,
                         size_t room, struct fault *why)
{
    char path[PATH_MAX];
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    enum rc rc = file_read(AT_FDCWD, path, room - 1, &text, &len, why);
    if (!rc)
        memcpy(ret_text, text, len + 1);
    return rc;
}

enum rc ledger_source_of_folder(const char *folder, struct ledger_source *ret_source,
                                struct fault *why)
{
    *ret_source = (struct ledger_source){ .feed = feed_folder };
    ret_source->context = (void *)(uintptr_t)folder;
    enum rc rc = read_text(folder, "checkpoint", ret_source->checkpoint,
                           sizeof ret_source->checkpoint, why);
    if (!rc)
        rc = read_text(folder, "key.pub", ret_source->key, sizeof ret_source->key, why);
    if (!rc)
        ret_source->key[strcspn(ret_source->key, "\n")] = 0;
    return rc;
}

static struct bytes text_bytes(const char *text)
{
    return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

enum rc ledger_source_head(const struct ledger_source *source,
                           struct checkpoint *ret_head, struct fault *why)
{
    struct checkpoint_key key;
    enum rc rc = checkpoint_key_read_verifier(text_bytes(source->key), &key, why);
    return rc ? rc : checkpoint_read(text_bytes(source->checkpoint), &key, ret_head, why);
}

/* What one pass over the events makes. */
struct pass {
    FILE *out;
    struct merkle_memory *tree;
};

static enum rc pass_event(__attribute__((unused)) uint64_t seq, struct bytes text,
                          void *context, struct fault *why)
{
    struct pass *pass = context;
    merkle_memory_add(pass->tree, merkle_leaf(text));
    if (fwrite(text.at, 1, text.len, pass->out) != text.len ||
        putc('\n', pass->out) == EOF)
        return fault_set(why, rc_of_errno(errno), errno, "写 events.jsonl: %s",
                         strerror(errno));
    return RC_OK;
}

enum rc ledger_source_pass(const struct ledger_source *source, struct merkle_memory *tree,
                           ledger_on_event *on_event, void *context, struct fault *why)
{
    struct checkpoint head;
    enum rc rc = ledger_source_head(source, &head, why);
    if (!rc)
        rc = source->feed(source->context, head.size, on_event, context, why);
    if (rc)
        return rc;
    struct sha256 root = merkle_memory_root(tree);
    if (merkle_memory_size(tree) != head.size || !hash_equal(&root, &head.root))
        return fault_set(
            why, RC_CORRUPT, 0,
            "记录与签名的账本不符，没有导出 (the events are not those that were "
            "signed)");
    return RC_OK;
}

static enum rc write_events(const struct ledger_source *source, int dir,
                            struct merkle_memory *tree, struct fault *why)
{
    SCOPED(fd_close_at)
    int fd = openat(dir, "events.jsonl", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    SCOPED(file_close_at) FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
    if (!out)
        return fault_set(why, rc_of_errno(errno), errno, "写 events.jsonl: %s",
                         strerror(errno));
    int flushed = TAKE_FD(fd); /* belongs to `out` now */
    struct pass pass = { out, tree };
    enum rc rc = ledger_source_pass(source, tree, pass_event, &pass, why);
    if (!rc && (fflush(out) || fsync(flushed)))
        rc = fault_set(why, rc_of_errno(errno), errno, "写 events.jsonl: %s",
                       strerror(errno));
    if (rc)
        (void)unlinkat(dir, "events.jsonl", 0);
    return rc;
}

enum rc ledger_export(const struct ledger_source *source, const char *folder,
                      uint64_t *ret_events, struct fault *why)
{
    SCOPED(tree_free_at) struct merkle_memory *tree = merkle_memory_new();
    SCOPED(fd_close_at) int dir = -1;
    char key[LEDGER_KEY_MAX + 1];
    enum rc rc = file_make_folder(folder, 0755, why);
    if (!rc)
        rc = file_open_folder(folder, &dir, why);
    if (!rc &&
        (!faccessat(dir, "events.jsonl", F_OK, 0) ||
         !faccessat(dir, "checkpoint", F_OK, 0) || !faccessat(dir, "tile", F_OK, 0)))
        rc = fault_set(why, RC_EXISTS, 0, "“%s”里已有一份导出；请换一个文件夹", folder);
    if (!rc)
        rc = write_events(source, dir, tree, why);
    if (!rc)
        rc = ledger_tiles_write(tree, folder, why);
    if (!rc)
        rc = file_create(dir, "checkpoint", text_bytes(source->checkpoint), why);
    snprintf(key, sizeof key, "%s\n", source->key);
    if (!rc)
        rc = file_create(dir, "key.pub", text_bytes(key), why);
    if (!rc)
        *ret_events = merkle_memory_size(tree);
    return rc;
}
