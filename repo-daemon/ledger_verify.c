/* Verifying an exported ledger.
 *
 * Every line is hashed into a tree of our own and told as a story (ledger_chain.h); the
 * tree must have the signed root, and then every tile must agree with it. When the root
 * is another one, the tiles of level 0 say which event it was: they hold the leaf hashes
 * that were there when the head was signed, and are believed when their own root is the
 * signed one. */
#include "repo-daemon/ledger_verify.h"

#include "repo-daemon/checkpoint.h"
#include "repo-daemon/ledger_story.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

SCOPE_RELEASER(tree_free_at, struct merkle_memory *, merkle_memory_free)
SCOPE_RELEASER(chain_free_at, struct ledger_chain *, ledger_chain_free)

static enum rc bad_file(struct ledger_report *report, const char *name, enum rc rc,
                        const char *reason, struct fault *why)
{
    snprintf(report->bad_file, sizeof report->bad_file, "%s", name);
    return fault_set(why, rc == RC_NOT_FOUND ? rc : RC_CORRUPT, 0,
                     "文件 %s %s，账本不可信 (file %s: %s)", name,
                     rc == RC_NOT_FOUND ? "缺失" : "被改动", name, reason);
}

static enum rc bad_event(struct ledger_report *report, uint64_t seq, const char *chinese,
                         const char *reason, struct fault *why)
{
    report->bad_seq = seq;
    snprintf(report->bad_file, sizeof report->bad_file, "events.jsonl");
    return fault_set(why, RC_CORRUPT, 0, "第 %llu 条记录%s，账本不可信 (event %llu: %s)",
                     (unsigned long long)seq, chinese, (unsigned long long)seq, reason);
}

static enum rc read_file(const char *folder, const char *name, size_t most,
                         char **ret_text, size_t *ret_len, struct fault *why)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return fault_set(why, RC_INVALID, 0, "'%s' is too long a path", folder);
    return file_read(AT_FDCWD, path, most, ret_text, ret_len, why);
}

static enum rc check_key(const char *folder, struct checkpoint_key *ret_key,
                         struct ledger_report *report, struct fault *why)
{
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    struct fault inner = { 0 };
    enum rc rc = read_file(folder, "key.pub", CHECKPOINT_KEY_MAX, &text, &len, &inner);
    if (rc)
        return bad_file(report, "key.pub", rc, inner.text, why);
    if (!len || text[len - 1] != '\n')
        return bad_file(report, "key.pub", RC_CORRUPT, "its line does not end", why);
    text[--len] = 0;
    rc = checkpoint_key_read_verifier((struct bytes){ (uint8_t *)text, len }, ret_key,
                                      &inner);
    if (rc)
        return bad_file(report, "key.pub", RC_CORRUPT, inner.text, why);
    snprintf(report->key, sizeof report->key, "%s", text);
    return RC_OK;
}

static enum rc check_head(const char *folder, const struct checkpoint_key *key,
                          struct ledger_report *report, struct fault *why)
{
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    struct checkpoint head;
    struct fault inner = { 0 };
    enum rc rc =
        read_file(folder, "checkpoint", CHECKPOINT_TEXT_MAX, &text, &len, &inner);
    if (rc)
        return bad_file(report, "checkpoint", rc, inner.text, why);
    rc = checkpoint_read((struct bytes){ (uint8_t *)text, len }, key, &head, &inner);
    if (rc)
        return bad_file(report, "checkpoint", RC_CORRUPT, inner.text, why);
    report->size = head.size;
    report->root = head.root;
    return RC_OK;
}

static enum rc read_story(const char *folder, struct ledger_story *story,
                          struct ledger_report *report, struct fault *why)
{
    char path[PATH_MAX];
    struct fault inner = { 0 };
    if (snprintf(path, sizeof path, "%s/events.jsonl", folder) >= (int)sizeof path)
        return fault_set(why, RC_INVALID, 0, "'%s' is too long a path", folder);
    enum rc rc = ledger_story_read(path, report->size, story, &inner);
    if (rc == RC_NOT_FOUND)
        return bad_file(report, "events.jsonl", rc, inner.text, why);
    report->events = merkle_memory_size(story->tree);
    report->volumes = ledger_chain_volumes(story->chain);
    return rc ? fault_set(why, rc, 0, "%s", inner.text) : RC_OK;
}

/* The events have another root than the signed one: which is it? */
static enum rc blame(const char *folder, const struct ledger_story *story,
                     struct ledger_report *report, struct fault *why)
{
    SCOPED(tree_free_at)
    struct merkle_memory *leaves = ledger_tiles_leaves(folder, report->size);
    uint64_t have = 0, kept = 0;
    const struct sha256 *now = merkle_memory_level(story->tree, 0, &have);
    const struct sha256 *then = merkle_memory_level(leaves, 0, &kept);
    struct sha256 root = merkle_memory_root(leaves);
    bool sure = kept == report->size && hash_equal(&root, &report->root);
    uint64_t same = 0;
    while (same < have && same < kept && hash_equal(&now[same], &then[same]))
        same++;
    if (!sure && story->bad_seq)
        return bad_event(report, story->bad_seq, "不对", story->inner.text, why);
    if (same == have && have < report->size)
        return bad_event(report, have + 1, "缺失", "it is missing", why);
    if (same == report->size && have > report->size)
        return bad_event(report, same + 1, "多余", "it was never signed", why);
    if (sure)
        return bad_event(report, same + 1, "被改动",
                         "its bytes are not those that were signed", why);
    return bad_event(report, same + 1, "或它的 tile 被改动",
                     "it, or its tile, is not what was signed", why);
}

enum rc ledger_verify_folder(const char *folder, const char *key_or_null,
                             struct ledger_report *ret_report, struct fault *why)
{
    struct checkpoint_key key;
    *ret_report = (struct ledger_report){ 0 };
    enum rc rc = check_key(folder, &key, ret_report, why);
    if (!rc)
        rc = check_head(folder, &key, ret_report, why);
    if (rc)
        return rc;
    SCOPED(tree_free_at) struct merkle_memory *tree = merkle_memory_new();
    SCOPED(chain_free_at)
    struct ledger_chain *chain = ledger_chain_new(NULL, key_or_null);
    struct ledger_story story = { .tree = tree, .chain = chain };
    rc = read_story(folder, &story, ret_report, why);
    if (rc)
        return rc;
    struct sha256 root = merkle_memory_root(tree);
    if (ret_report->events != ret_report->size || !hash_equal(&root, &ret_report->root))
        return blame(folder, &story, ret_report, why);
    if (story.bad_seq)
        return bad_event(ret_report, story.bad_seq, "不合规则", story.inner.text, why);
    struct fault inner = { 0 };
    if (ledger_keys_end(ledger_chain_keys(chain), ret_report->key, &inner))
        return bad_file(ret_report, "key.pub", RC_CORRUPT, inner.text, why);
    struct ledger_tile tile = { 0 };
    rc = ledger_tiles_compare(tree, folder, &tile, why);
    if (rc)
        strcpy(ret_report->bad_file, tile.path);
    return rc;
}
