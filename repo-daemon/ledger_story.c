/* Two hands over one block of lines: one hashes, one follows the story; both must be done
 * before the next block is read. */
#include "repo-daemon/ledger_story.h"

#include "repo-daemon/ledger_lines.h"
#include "sys/scope.h"

#include <pthread.h>

struct hasher {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t turn;
    struct merkle_memory *tree;
    const struct ledger_line *block; /* NULL: nothing to do */
    size_t count;
    bool ends;
};

SCOPE_RELEASER(lines_close_at, struct ledger_lines *, ledger_lines_close)

static void *hash_blocks(void *context)
{
    struct hasher *h = context;
    pthread_mutex_lock(&h->lock);
    for (;;) {
        while (!h->block && !h->ends)
            pthread_cond_wait(&h->turn, &h->lock);
        if (!h->block)
            break;
        pthread_mutex_unlock(&h->lock);
        for (size_t i = 0; i < h->count; i++)
            merkle_memory_add(h->tree, merkle_leaf(h->block[i].text));
        pthread_mutex_lock(&h->lock);
        h->block = NULL;
        pthread_cond_broadcast(&h->turn);
    }
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

static void hasher_give(struct hasher *h, const struct ledger_line *block, size_t count)
{
    pthread_mutex_lock(&h->lock);
    h->block = block;
    h->count = count;
    pthread_cond_broadcast(&h->turn);
    pthread_mutex_unlock(&h->lock);
}

static void hasher_wait(struct hasher *h)
{
    pthread_mutex_lock(&h->lock);
    while (h->block)
        pthread_cond_wait(&h->turn, &h->lock);
    pthread_mutex_unlock(&h->lock);
}

static void hasher_end(struct hasher *h)
{
    pthread_mutex_lock(&h->lock);
    h->ends = true;
    pthread_cond_broadcast(&h->turn);
    pthread_mutex_unlock(&h->lock);
    (void)pthread_join(h->thread, NULL);
}

static void tell(struct ledger_story *story, const struct ledger_line *block,
                 size_t count, uint64_t first_seq)
{
    for (size_t i = 0; i < count && !story->bad_seq; i++) {
        enum rc rc = RC_INVALID;
        if (block[i].whole)
            rc = ledger_chain_add(story->chain, block[i].text, NULL, &story->inner);
        else
            (void)fault_set(&story->inner, rc, 0, "too long, or its line does not end");
        if (rc)
            story->bad_seq = first_seq + i;
    }
}

static enum rc read_blocks(struct ledger_lines *lines, uint64_t size, struct hasher *h,
                           struct ledger_story *story, struct fault *why)
{
    const struct ledger_line *block = NULL;
    uint64_t told = 0;
    for (size_t count = 0; told <= size; told += count) { /* one too many is enough */
        enum rc rc = ledger_lines_next(lines, &block, &count, why);
        if (rc || !count)
            return rc;
        if (count > size + 1 - told)
            count = (size_t)(size + 1 - told);
        hasher_give(h, block, count);
        tell(story, block, count, told + 1);
        hasher_wait(h);
    }
    return RC_OK;
}

enum rc ledger_story_read(const char *path, uint64_t size, struct ledger_story *story,
                          struct fault *why)
{
    SCOPED(lines_close_at) struct ledger_lines *lines = NULL;
    enum rc rc = ledger_lines_open(path, &lines, why);
    if (rc)
        return rc;
    struct hasher h = { .lock = PTHREAD_MUTEX_INITIALIZER,
                        .turn = PTHREAD_COND_INITIALIZER,
                        .tree = story->tree };
    if (pthread_create(&h.thread, NULL, hash_blocks, &h))
        return fault_set(why, RC_NO_MEMORY, 0, "no thread");
    rc = read_blocks(lines, size, &h, story, why);
    hasher_end(&h);
    return rc;
}
