/* Exporting: every event passes through once, into the file and into a tree in memory;
 * the tree must have the signed root, and gives the tiles and proofs. */
#include "repo-daemon/ledger_export.h"

#include "repo-daemon/canonical.h"
#include "repo-daemon/checkpoint.h"
#include "repo-daemon/ledger_event.h"
#include "repo-daemon/ledger_tiles.h"
#include "sys/file.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

SCOPE_RELEASER(tree_free_at, struct merkle_memory *, merkle_memory_free)

enum rc ledger_line_read(FILE *file, uint8_t *line, size_t *ret_len)
{
    size_t len = 0;
    for (int c; (c = getc_unlocked(file)) != EOF;) {
        if (c == '\n') {
            *ret_len = len < LEDGER_EVENT_MAX + 1 ? len : LEDGER_EVENT_MAX + 1;
            return len > LEDGER_EVENT_MAX ? RC_INVALID : RC_OK;
        }
        if (len <= LEDGER_EVENT_MAX)
            line[len] = (uint8_t)c;
        len++;
    }
    if (ferror(file))
        return RC_IO;
    *ret_len = len < LEDGER_EVENT_MAX + 1 ? len : LEDGER_EVENT_MAX + 1;
    return len ? RC_INVALID : RC_NOT_FOUND;
}

static enum rc feed_ledger(void *context, uint64_t size, ledger_on_event *on_event,
                           void *on_context, struct fault *why)
{
    return size ? ledger_feed(context, 1, size, on_event, on_context, why) : RC_OK;
}

enum rc ledger_source_of(struct ledger *ledger, struct ledger_source *ret_source,
                         struct fault *why)
{
    ret_source->feed = feed_ledger;
    ret_source->context = ledger;
    strcpy(ret_source->key, ledger_key(ledger));
    return ledger_checkpoint(ledger, ret_source->checkpoint, why);
}

static enum rc feed_folder(void *context, uint64_t size, ledger_on_event *on_event,
                           void *on_context, struct fault *why)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/events.jsonl", (const char *)context);
    SCOPED(file_close_at) FILE *file = fopen(path, "re");
    if (!file)
        return fault_set(why, rc_of_errno(errno), errno, "open '%s'", path);
    SCOPED(free_at) uint8_t *line = malloc(LEDGER_EVENT_MAX + 1);
    enum rc rc = line ? RC_OK : RC_NO_MEMORY;
    for (uint64_t seq = 1; !rc && seq <= size; seq++) {
        size_t len = 0;
        rc = ledger_line_read(file, line, &len);
        if (rc)
            return fault_set(why, rc, 0, "'%s': event %llu is missing or too long", path,
                             (unsigned long long)seq);
        rc = on_event(seq, (struct bytes){ line, len }, on_context, why);
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
    ret_source->feed = feed_folder;
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

static enum rc source_head(const struct ledger_source *source,
                           struct checkpoint *ret_head, struct fault *why)
{
    struct checkpoint_key key;
    enum rc rc = checkpoint_key_read_verifier(text_bytes(source->key), &key, why);
    return rc ? rc : checkpoint_read(text_bytes(source->checkpoint), &key, ret_head, why);
}

/* What one pass over the events makes. */
struct pass {
    FILE *out;          /* export, or NULL */
    const char *volume; /* proof, or NULL */
    struct merkle_memory *tree;
    json_t *events; /* of the volume */
};

static enum rc pass_event(uint64_t seq, struct bytes text, void *context,
                          struct fault *why)
{
    struct pass *pass = context;
    merkle_memory_add(pass->tree, merkle_leaf(text));
    if (pass->out && (fwrite(text.at, 1, text.len, pass->out) != text.len ||
                      putc('\n', pass->out) == EOF))
        return fault_set(why, rc_of_errno(errno), errno, "写 events.jsonl: %s",
                         strerror(errno));
    if (!pass->volume)
        return RC_OK;
    struct ledger_record record = { 0 };
    enum rc rc = ledger_record_read(text, &record, why);
    if (rc)
        return fault_wrap(why, rc, "event %llu", (unsigned long long)seq);
    for (size_t i = 0; i < record.move_count; i++) {
        if (strcmp(record.moves[i].volume, pass->volume) != 0)
            continue;
        json_array_append_new(pass->events,
                              json_pack("{ss% sI}", "event", (const char *)text.at,
                                        text.len, "seq", (json_int_t)seq));
        break;
    }
    ledger_record_free(&record);
    return RC_OK;
}

/* All events of the source, which must be those that were signed. */
static enum rc run_pass(const struct ledger_source *source, struct pass *pass,
                        struct fault *why)
{
    struct checkpoint head;
    enum rc rc = source_head(source, &head, why);
    if (!rc)
        rc = source->feed(source->context, head.size, pass_event, pass, why);
    if (rc)
        return rc;
    struct sha256 root = merkle_memory_root(pass->tree);
    if (merkle_memory_size(pass->tree) != head.size || !hash_equal(&root, &head.root))
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
    struct pass pass = { .out = out, .tree = tree };
    enum rc rc = run_pass(source, &pass, why);
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

static json_t *proof_json(struct merkle_memory *tree, uint64_t seq)
{
    struct merkle_nodes nodes = merkle_memory_nodes(tree);
    struct merkle_proof proof;
    if (merkle_prove(&nodes, seq - 1, merkle_memory_size(tree), &proof, NULL))
        return NULL;
    json_t *list = json_array();
    for (size_t i = 0; i < proof.count; i++) {
        char base64[48];
        base64_write((struct bytes){ proof.at[i].at, SHA256_SIZE }, base64);
        json_array_append_new(list, json_string(base64));
    }
    return list;
}

enum rc ledger_proof_write(const struct ledger_source *source, const char *volume,
                           char **ret_text, size_t *ret_len, struct fault *why)
{
    SCOPED(tree_free_at) struct merkle_memory *tree = merkle_memory_new();
    SCOPED(json_free_at) json_t *events = json_array();
    struct pass pass = { .volume = volume, .tree = tree, .events = events };
    enum rc rc = run_pass(source, &pass, why);
    if (rc)
        return rc;
    if (!json_array_size(events))
        return fault_set(why, RC_NOT_FOUND, 0, "账本里没有案卷 %s", volume);
    size_t i;
    json_t *entry;
    json_array_foreach(events, i, entry)
    {
        json_t *seq = json_object_get(entry, "seq");
        json_object_set_new(entry, "proof",
                            proof_json(tree, (uint64_t)json_integer_value(seq)));
    }
    SCOPED(json_free_at)
    json_t *root =
        json_pack("{ss ss ss ss sO}", "format", "juanku-proof/1", "key", source->key,
                  "checkpoint", source->checkpoint, "volume", volume, "events", events);
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    rc = canonical_write(root, LEDGER_PROOF_MAX - 1, &text, &len, why);
    if (rc)
        return rc;
    text[len] = '\n'; /* in the place of the NUL behind it */
    *ret_text = TAKE(text);
    *ret_len = len + 1;
    return RC_OK;
}
