/* The witness's folder and his one decision. */
#include "repo-daemon/witness.h"

#include "sys/file.h"
#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { SEEN_MAX = 512, SEEN_NAME_MAX = 32, BASE64_HASH = 45, PROOF_LINES = 63 };
static const char KEY_FILE[] = "witness.key";

/* A ledger as the witness knows it. */
struct seen {
    struct checkpoint_key log;
    struct checkpoint head; /* size 0: none yet */
};

static struct bytes text_bytes(const char *text)
{
    return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

enum rc witness_request(uint64_t old_size, const struct merkle_proof *proof,
                        const char *checkpoint, char ret_text[WITNESS_REQUEST_MAX],
                        struct fault *why)
{
    int len = snprintf(ret_text, WITNESS_REQUEST_MAX, "old %" PRIu64 "\n", old_size);
    for (size_t i = 0; i < proof->count && i < PROOF_LINES; i++) {
        char base64[BASE64_HASH];
        base64_write((struct bytes){ proof->at[i].at, SHA256_SIZE }, base64);
        len +=
            snprintf(ret_text + len, WITNESS_REQUEST_MAX - (size_t)len, "%s\n", base64);
    }
    if ((size_t)len + strlen(checkpoint) + 2 > WITNESS_REQUEST_MAX)
        return fault_set(why, RC_INVALID, 0, "a proof with too many hashes");
    snprintf(ret_text + len, WITNESS_REQUEST_MAX - (size_t)len, "\n%s", checkpoint);
    return RC_OK;
}

static enum rc key_read(int dir, struct checkpoint_key *ret_key, struct fault *why)
{
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    enum rc rc = file_read(dir, KEY_FILE, CHECKPOINT_KEY_MAX, &text, &len, why);
    if (rc == RC_NOT_FOUND)
        return fault_set(why, rc, 0,
                         "这个文件夹里没有见证人；请先运行 juanku ledger witness");
    if (rc)
        return rc;
    len -= len && text[len - 1] == '\n';
    rc = checkpoint_key_read_signer((struct bytes){ (uint8_t *)text, len }, ret_key, why);
    explicit_bzero(text, len);
    if (!rc && ret_key->kind != CHECKPOINT_WITNESS)
        rc = fault_set(why, RC_INVALID, 0, "%s is not a witness's key", KEY_FILE);
    return rc;
}

enum rc witness_create(const char *folder, const char *name, struct fault *why)
{
    struct checkpoint_key key;
    char text[CHECKPOINT_KEY_MAX + 1];
    SCOPED(fd_close_at) int dir = -1;
    enum rc rc = checkpoint_key_make(name, CHECKPOINT_WITNESS, &key, why);
    if (!rc)
        rc = file_make_folder(folder, 0700, why);
    if (!rc)
        rc = file_open_folder(folder, &dir, why);
    if (rc)
        return rc;
    checkpoint_key_signer(&key, text);
    strcat(text, "\n");
    rc = file_create(dir, KEY_FILE, text_bytes(text), why);
    if (!rc && fchmodat(dir, KEY_FILE, 0600, 0))
        rc = fault_set(why, rc_of_errno(errno), errno, "protect '%s'", KEY_FILE);
    explicit_bzero(text, sizeof text);
    explicit_bzero(&key, sizeof key);
    return rc == RC_EXISTS
               ? fault_set(why, rc, 0, "“%s”里已经有一个见证人，没有改动它", folder)
               : rc;
}

enum rc witness_key(const char *folder, char ret_text[CHECKPOINT_KEY_MAX],
                    struct fault *why)
{
    struct checkpoint_key key;
    SCOPED(fd_close_at) int dir = -1;
    enum rc rc = file_open_folder(folder, &dir, why);
    if (!rc)
        rc = key_read(dir, &key, why);
    if (!rc)
        checkpoint_key_verifier(&key, ret_text);
    return rc;
}

static void seen_name(const char *origin, char ret_name[SEEN_NAME_MAX])
{
    char hex[SHA256_HEX];
    hash_hex(hash_sha256(text_bytes(origin)), hex);
    snprintf(ret_name, SEEN_NAME_MAX, "log-%.16s", hex);
}

static enum rc seen_read(int dir, const char *origin, struct seen *ret_seen,
                         struct fault *why)
{
    char name[SEEN_NAME_MAX];
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    seen_name(origin, name);
    enum rc rc = file_read(dir, name, SEEN_MAX, &text, &len, why);
    if (rc == RC_NOT_FOUND)
        return fault_set(why, RC_DENIED, 0,
                         "没有关注过账本 %s；请先用 juanku ledger follow 登记它的公钥",
                         origin);
    if (rc)
        return rc;
    struct seen seen = { .head = { 0 } };
    char *size = strchr(text, '\n'), *end = NULL;
    char *root = size ? strchr(size + 1, '\n') : NULL;
    if (root)
        seen.head.size = strtoull(size + 1, &end, 10);
    if (!root || end != root ||
        checkpoint_key_read_verifier(
            (struct bytes){ (uint8_t *)text, (size_t)(size - text) }, &seen.log, NULL) ||
        base64_read(root + 1, strcspn(root + 1, "\n"), seen.head.root.at, SHA256_SIZE) !=
            SHA256_SIZE)
        return fault_set(why, RC_CORRUPT, 0, "见证记录 %s 已损坏", name);
    *ret_seen = seen;
    return RC_OK;
}

static enum rc seen_write(int dir, const struct seen *seen, struct fault *why)
{
    char name[SEEN_NAME_MAX], key[CHECKPOINT_KEY_MAX], root[BASE64_HASH], text[SEEN_MAX];
    seen_name(seen->log.name, name);
    checkpoint_key_verifier(&seen->log, key);
    base64_write((struct bytes){ seen->head.root.at, SHA256_SIZE }, root);
    snprintf(text, sizeof text, "%s\n%" PRIu64 "\n%s\n", key, seen->head.size, root);
    return file_replace(dir, name, text_bytes(text), why);
}

enum rc witness_follow(const char *folder, const char *log_key, struct fault *why)
{
    SCOPED(fd_close_at) int dir = -1;
    struct seen seen = { .head = { 0 } };
    struct checkpoint_key log, own;
    enum rc rc = checkpoint_key_read_verifier(text_bytes(log_key), &log, why);
    if (!rc && log.kind != CHECKPOINT_LOG)
        rc = fault_set(why, RC_INVALID, 0, "this is not a ledger's key");
    if (!rc)
        rc = file_open_folder(folder, &dir, why);
    if (!rc)
        rc = key_read(dir, &own, why);
    if (rc)
        return rc;
    explicit_bzero(&own, sizeof own);
    rc = seen_read(dir, log.name, &seen, why);
    if (rc && rc != RC_DENIED)
        return rc;
    seen.log = log;
    return seen_write(dir, &seen, why);
}

/* "old N", the hashes, an empty line: *ret_text is what stands behind, the checkpoint. */
static bool request_read(const char *text, uint64_t *ret_old, struct merkle_proof *proof,
                         const char **ret_text)
{
    char *end = NULL, again[32];
    if (strncmp(text, "old ", 4) != 0)
        return false;
    *ret_old = strtoull(text + 4, &end, 10);
    size_t len = (size_t)snprintf(again, sizeof again, "old %" PRIu64 "\n", *ret_old);
    if (strncmp(text, again, len) != 0) /* the number has one spelling */
        return false;
    proof->count = 0;
    for (text += len; *text != '\n'; text += BASE64_HASH) {
        if (proof->count == PROOF_LINES || strnlen(text, BASE64_HASH) < BASE64_HASH ||
            text[BASE64_HASH - 1] != '\n' ||
            base64_read(text, BASE64_HASH - 1, proof->at[proof->count++].at,
                        SHA256_SIZE) != SHA256_SIZE)
            return false;
    }
    *ret_text = text + 1;
    return true;
}

static enum rc check_growth(const struct seen *seen, const struct checkpoint *head,
                            uint64_t old, const struct merkle_proof *proof,
                            struct fault *why)
{
    if (old != seen->head.size)
        return fault_set(why, RC_CONFLICT, 0,
                         "上次见证到第 %" PRIu64
                         " 条；请用 juanku ledger growth --from %" PRIu64 " 重新生成请求",
                         seen->head.size, seen->head.size);
    if (old > head->size ||
        !merkle_growth_holds(old, seen->head.root, head->size, head->root, proof))
        return fault_set(why, RC_REFUSED, 0,
                         "新的树头不是从上次见证的第 %" PRIu64
                         " 条增长而来：账本的过去被改动过，拒绝签名",
                         old);
    return RC_OK;
}

enum rc witness_cosign(const char *folder, struct bytes request, int64_t at_s,
                       char ret_text[COSIGN_TEXT_MAX], struct fault *why)
{
    char text[WITNESS_REQUEST_MAX], origin[CHECKPOINT_NAME_MAX];
    struct merkle_proof proof;
    struct checkpoint_key witness;
    struct seen seen;
    const char *note = NULL;
    uint64_t old = 0;
    if (request.len >= sizeof text || memchr(request.at, 0, request.len))
        return fault_set(why, RC_INVALID, 0, "这不是见证请求");
    memcpy(text, request.at, request.len);
    text[request.len] = 0;
    if (!request_read(text, &old, &proof, &note) || strcspn(note, "\n") >= sizeof origin)
        return fault_set(why, RC_INVALID, 0, "这不是见证请求");
    snprintf(origin, sizeof origin, "%.*s", (int)strcspn(note, "\n"), note);

    SCOPED(fd_close_at) int dir = -1;
    enum rc rc = file_open_folder(folder, &dir, why);
    if (!rc)
        rc = key_read(dir, &witness, why);
    if (!rc)
        rc = seen_read(dir, origin, &seen, why);
    struct checkpoint head;
    if (!rc)
        rc = checkpoint_read(text_bytes(note), &seen.log, &head, why)
                 ? fault_set(why, RC_INVALID, 0, "树头不是用所关注的公钥签的，拒绝签名")
                 : RC_OK;
    if (!rc)
        rc = check_growth(&seen, &head, old, &proof, why);
    if (rc)
        return rc;
    seen.head = head;
    rc = seen_write(dir, &seen, why);
    if (!rc)
        rc = cosign_add(note, &witness, at_s, ret_text, why);
    explicit_bzero(&witness, sizeof witness);
    return rc;
}
