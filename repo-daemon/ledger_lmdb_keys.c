/* The signing key and its changes.
 *
 * A change goes in three steps, each of which may be the last before the power fails: the
 * next key is written beside the present one and flushed; one transaction holds the
 * event, the new verifier and a head that the new key signed; the file takes its name.
 * Opening finishes the third step when only that is missing. */
#include "repo-daemon/ledger_keys.h"
#include "repo-daemon/ledger_lmdb.h"
#include "sys/file.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { CHANGES_MAX = 400 }; /* bytes of the list of their seqs in ledger.meta */
static const char KEY_FILE[] = "ledger.key", NEXT_FILE[] = "ledger.key.next";
static const char CHANGES[] = "changes";

static enum rc key_file_write(int dir, const char *name, const struct checkpoint_key *key,
                              struct fault *why)
{
    char text[CHECKPOINT_KEY_MAX + 1];
    checkpoint_key_signer(key, text);
    strcat(text, "\n");
    (void)unlinkat(dir, name, 0); /* what a start or change that was cut off has left */
    SCOPED(fd_close_at)
    int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return fault_set(why, rc_of_errno(errno), errno, "create '%s'", name);
    enum rc rc = file_write_all(fd, ledger_text_key(text), why);
    if (!rc && (fsync(fd) || fsync(dir)))
        rc = fault_set(why, rc_of_errno(errno), errno, "flush '%s'", name);
    if (rc)
        (void)unlinkat(dir, name, 0);
    explicit_bzero(text, sizeof text);
    return rc;
}

static enum rc key_file_read(int dir, const char *name, struct checkpoint_key *ret_key,
                             struct fault *why)
{
    char *text = NULL;
    size_t len = 0;
    enum rc rc = file_read(dir, name, CHECKPOINT_KEY_MAX, &text, &len, why);
    if (rc)
        return fault_wrap(why, rc, "签名密钥 %s", name);
    if (len && text[len - 1] == '\n')
        len--;
    rc = checkpoint_key_read_signer((struct bytes){ (uint8_t *)text, len }, ret_key, why);
    explicit_bzero(text, len);
    free(text);
    return rc;
}

enum rc ledger_key_new(int dir, const char *origin, struct checkpoint_key *ret_key,
                       struct fault *why)
{
    /* A key without a ledger is left by a start that was cut off: it is as good as new.
     */
    enum rc rc = key_file_read(dir, KEY_FILE, ret_key, NULL);
    if (!rc && !strcmp(ret_key->name, origin))
        return RC_OK;
    rc = checkpoint_key_make(origin, CHECKPOINT_LOG, ret_key, why);
    return rc ? rc : key_file_write(dir, KEY_FILE, ret_key, why);
}

static enum rc name_next(int dir, struct fault *why)
{
    if (renameat(dir, NEXT_FILE, dir, KEY_FILE) || fsync(dir))
        return fault_set(why, rc_of_errno(errno), errno, "name '%s'", KEY_FILE);
    return RC_OK;
}

enum rc ledger_key_load(int dir, struct checkpoint_key *key, struct fault *why)
{
    struct checkpoint_key signer;
    enum rc rc = key_file_read(dir, KEY_FILE, &signer, why);
    bool right = !rc && !memcmp(signer.public_key, key->public_key, ED25519_PUBLIC);
    if (!right && !key_file_read(dir, NEXT_FILE, &signer, NULL) &&
        !memcmp(signer.public_key, key->public_key, ED25519_PUBLIC)) {
        right = true;
        rc = name_next(dir, why);
    }
    if (!rc && !right)
        rc = fault_set(why, RC_CORRUPT, 0, "签名密钥 %s 不是这个账本的", KEY_FILE);
    if (!rc)
        *key = signer;
    explicit_bzero(&signer, sizeof signer);
    return rc;
}

/* The list of seqs in ledger.meta, "" when there is none. */
static enum rc changes_read(struct ledger_lmdb *ledger, struct store_txn *txn,
                            char ret_text[CHANGES_MAX])
{
    struct bytes value = { NULL, 0 };
    enum rc rc = store_get(txn, ledger->meta, ledger_text_key(CHANGES), &value);
    ret_text[0] = 0;
    if (rc == RC_NOT_FOUND)
        return RC_OK;
    if (rc || value.len >= CHANGES_MAX)
        return RC_CORRUPT;
    memcpy(ret_text, value.at, value.len);
    ret_text[value.len] = 0;
    return RC_OK;
}

struct rotate_call {
    struct ledger_lmdb *ledger;
    const struct ledger_batch *batch;
    const struct checkpoint_key *next;
    struct ledger_result result;
};

static enum rc rotate_change(struct store_txn *txn, void *context, struct fault *why)
{
    struct rotate_call *call = context;
    struct ledger_lmdb *ledger = call->ledger;
    char changes[CHANGES_MAX], text[LEDGER_CHECKPOINT_MAX], verifier[CHECKPOINT_KEY_MAX];
    enum rc rc = ledger_append_in(&ledger->base, txn, call->batch, &call->result, why);
    if (!rc)
        rc = changes_read(ledger, txn, changes);
    if (rc)
        return rc;
    size_t len = strlen(changes);
    int more = snprintf(changes + len, CHANGES_MAX - len, " %llu",
                        (unsigned long long)call->result.first_seq);
    if (more < 0 || len + (size_t)more >= CHANGES_MAX)
        return fault_set(why, RC_REFUSED, 0, "签名密钥更换的次数太多");
    checkpoint_key_verifier(call->next, verifier);
    rc = ledger_meta_put(ledger, txn, CHANGES, changes, why);
    if (!rc)
        rc = ledger_meta_put(ledger, txn, "verifier", verifier, why);
    if (rc)
        return rc;
    struct checkpoint_key now = ledger->signer;
    ledger->signer = *call->next;
    rc = ledger_sign_in(ledger, txn, text, why);
    ledger->signer = now; /* until it is on the disk */
    explicit_bzero(&now, sizeof now);
    return rc;
}

static enum rc rotate_to(struct ledger_lmdb *ledger, int dir,
                         const struct checkpoint_key *next, const struct ledger_batch *as,
                         struct fault *why)
{
    SCOPED(json_free_at) json_t *data = NULL;
    enum rc rc = ledger_keys_change(&ledger->signer, next, &data, why);
    if (!rc)
        rc = key_file_write(dir, NEXT_FILE, next, why);
    if (rc)
        return rc;
    struct ledger_event event = as->events[0];
    struct ledger_batch batch = { .id = as->id, .events = &event, .count = 1 };
    struct rotate_call call = { .ledger = ledger, .batch = &batch, .next = next };
    event.data = data;
    rc = store_update(ledger->base.store, rotate_change, &call, why);
    if (rc) {
        (void)unlinkat(dir, NEXT_FILE, 0);
        return rc;
    }
    ledger->signer = *next;
    checkpoint_key_verifier(next, ledger->base.key);
    ledger_committed(&ledger->base, &call.result);
    return name_next(dir, why);
}

enum rc ledger_lmdb_rotate(struct ledger *ledger, const struct ledger_batch *as,
                           struct fault *why)
{
    struct ledger_lmdb *lmdb = ledger_lmdb_of(ledger);
    struct checkpoint_key next;
    if (lmdb->read_only)
        return fault_set(why, RC_DENIED, 0, "ledger: opened to read only");
    enum rc rc = checkpoint_key_make(ledger->origin, CHECKPOINT_LOG, &next, why);
    if (!rc)
        rc = rotate_to(lmdb, store_folder_fd(ledger->store), &next, as, why);
    explicit_bzero(&next, sizeof next);
    return rc;
}

enum rc ledger_lmdb_key_changes(struct ledger *ledger, ledger_on_event *on_event,
                                void *context, struct fault *why)
{
    char changes[CHANGES_MAX];
    struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(ledger->store, &txn, why);
    if (rc)
        return rc;
    rc = changes_read(ledger_lmdb_of(ledger), txn, changes);
    store_abort(txn);
    char *at = changes;
    while (!rc && *at) {
        uint64_t seq = strtoull(at, &at, 10);
        rc = ledger_feed(ledger, seq, 1, on_event, context, why);
    }
    return rc;
}
