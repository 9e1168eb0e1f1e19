/* The store: transactions, growth, a full disk, readers beside the writer. */
#include "check.h"

#include "contract/ledger_fixture.h"
#include "repo-daemon/store_lmdb.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum { MIB = 1024 * 1024, PIECE = 64 * 1024 };

static char folder[64];
static struct store *store;
static struct store_table table;
static struct fault why;

static void setup(uint64_t start, uint64_t most)
{
    scratch_make(folder);
    struct store_options options = {
        .folder = folder, .create = true, .start_size = start, .most_size = most
    };
    CHECK_OK(store_open(&options, &store, &why));
    CHECK_OK(store_table(store, "t", &table, &why));
}

static void teardown(void)
{
    store_close(store);
    store = NULL;
    scratch_drop(folder);
}

static struct bytes key_of(uint64_t n)
{
    static uint8_t keys[4][8];
    static unsigned next;
    uint8_t *key = keys[next++ % COUNT(keys)];
    store_u64_write(n, key);
    return (struct bytes){ key, 8 };
}

struct fill {
    uint64_t first, count;
    int runs;
};

static enum rc fill(struct store_txn *txn, void *context, struct fault *fault)
{
    static const uint8_t zero[PIECE];
    struct fill *f = context;
    f->runs++;
    enum rc rc = RC_OK;
    for (uint64_t n = 0; !rc && n < f->count; n++)
        rc = store_put(txn, table, key_of(f->first + n), (struct bytes){ zero, PIECE },
                       fault);
    return rc;
}

static uint64_t count_now(void)
{
    struct store_txn *txn = NULL;
    CHECK_OK(store_begin_read(store, &txn, NULL));
    uint64_t count = store_count(txn, table);
    store_abort(txn);
    return count;
}

static enum rc refuse(struct store_txn *txn, void *context, struct fault *fault)
{
    CHECK_OK(store_put(txn, table, BYTES("half"), BYTES("done"), fault));
    return *(enum rc *)context;
}

TEST(store_update, keeps_nothing_when_the_change_fails)
{
    setup(0, 0);
    enum rc answers[] = { RC_CONFLICT, RC_AGAIN, RC_IO };
    for (size_t i = 0; i < COUNT(answers); i++) {
        CHECK_RC(answers[i], store_update(store, refuse, &answers[i], &why));
        CHECK_INT(0, count_now());
    }
    teardown();
}

TEST(store_cursor, walks_in_key_order_both_ways)
{
    setup(0, 0);
    struct store_txn *txn = NULL;
    struct store_cursor *cursor = NULL;
    struct bytes key, value;
    CHECK_OK(store_begin_write(store, &txn, NULL));
    for (uint64_t n = 1; n <= 300; n += 2)
        CHECK_OK(store_put(txn, table, key_of(n), BYTES("v"), NULL));
    CHECK_OK(store_commit(txn, NULL));
    CHECK_OK(store_begin_read(store, &txn, NULL));
    CHECK_OK(store_cursor_open(txn, table, &cursor, NULL));
    CHECK_OK(store_cursor_from(cursor, key_of(256), &key, &value));
    CHECK_INT(257, store_u64_read(key.at));
    CHECK_OK(store_cursor_prev(cursor, &key, &value));
    CHECK_INT(255, store_u64_read(key.at));
    CHECK_OK(store_cursor_last(cursor, &key, &value));
    CHECK_INT(299, store_u64_read(key.at));
    CHECK_RC(RC_NOT_FOUND, store_cursor_next(cursor, &key, &value));
    CHECK_RC(RC_NOT_FOUND, store_cursor_from(cursor, key_of(300), &key, &value));
    CHECK_OK(store_cursor_from(cursor, (struct bytes){ NULL, 0 }, &key, &value));
    CHECK_INT(1, store_u64_read(key.at));
    store_cursor_free(cursor);
    store_abort(txn);
    teardown();
}

TEST(store_del, takes_one_entry_or_all)
{
    setup(0, 0);
    struct store_txn *txn = NULL;
    struct bytes value;
    CHECK_OK(store_begin_write(store, &txn, NULL));
    CHECK_OK(store_put(txn, table, BYTES("a"), BYTES("1"), NULL));
    CHECK_OK(store_put(txn, table, BYTES("b"), BYTES("2"), NULL));
    CHECK_OK(store_put(txn, table, BYTES("c"), BYTES(""), NULL));
    CHECK_OK(store_del(txn, table, BYTES("a"), NULL));
    CHECK_RC(RC_NOT_FOUND, store_del(txn, table, BYTES("a"), NULL));
    CHECK_RC(RC_NOT_FOUND, store_get(txn, table, BYTES("a"), &value));
    CHECK_OK(store_get(txn, table, BYTES("c"), &value));
    CHECK_INT(0, value.len);
    CHECK_OK(store_clear(txn, table, NULL));
    CHECK_INT(0, store_count(txn, table));
    CHECK_RC(RC_INVALID,
             store_put(txn, table, (struct bytes){ (const uint8_t *)folder, 0 },
                       BYTES("no key"), NULL));
    store_abort(txn);
    teardown();
}

TEST(store_update, grows_the_map_and_does_the_change_again)
{
    setup(MIB, 64 * MIB);
    struct fill f = { 0, 200, 0 }; /* 12.5 MiB in one transaction */
    struct store_figures figures;
    CHECK_OK(store_update(store, fill, &f, &why));
    CHECK(f.runs > 1);
    CHECK_INT(200, count_now());
    store_figures(store, &figures);
    CHECK(figures.map_bytes >= 13 * MIB && figures.used_bytes >= 12 * MIB);
    struct stat st;
    char path[80];
    snprintf(path, sizeof path, "%s/data.mdb", folder);
    CHECK(!stat(path, &st));
    CHECK((uint64_t)st.st_size >= figures.map_bytes);
    CHECK((uint64_t)st.st_blocks * 512 >= figures.map_bytes); /* really reserved */
    teardown();
}

TEST(store_update, says_full_at_its_limit_keeps_nothing_and_goes_on)
{
    setup(MIB, 2 * MIB);
    struct fill big = { 0, 100, 0 }, small = { 1000, 2, 0 };
    CHECK_RC(RC_FULL, store_update(store, fill, &big, &why));
    CHECK(strstr(why.text, "上限"));
    CHECK_INT(0, count_now());
    CHECK_OK(store_update(store, fill, &small, &why));
    CHECK_INT(2, count_now());
    teardown();
}

TEST(store_update, says_full_when_the_disk_is_and_goes_on)
{
    setup(MIB, 64 * MIB);
    struct rlimit old, tight = { 0 };
    CHECK(!getrlimit(RLIMIT_FSIZE, &old));
    tight = (struct rlimit){ 6 * MIB, old.rlim_max };
    (void)signal(SIGXFSZ, SIG_IGN);
    CHECK(!setrlimit(RLIMIT_FSIZE, &tight));
    struct fill big = { 0, 100, 0 }, small = { 1000, 2, 0 };
    CHECK_RC(RC_FULL, store_update(store, fill, &big, &why));
    CHECK(strstr(why.text, "磁盘空间不足"));
    CHECK_INT(0, count_now());
    CHECK_OK(store_update(store, fill, &small, &why));
    CHECK_INT(2, count_now());
    CHECK(!setrlimit(RLIMIT_FSIZE, &old)); /* space again */
    CHECK_OK(store_update(store, fill, &big, &why));
    CHECK_INT(102, count_now());
    teardown();
}

TEST(store_open, keeps_what_was_committed)
{
    setup(0, 0);
    struct fill f = { 7, 3, 0 };
    CHECK_OK(store_update(store, fill, &f, NULL));
    store_close(store);
    struct store_options options = { .folder = folder };
    CHECK_OK(store_open(&options, &store, &why));
    CHECK_OK(store_table(store, "t", &table, &why));
    CHECK_INT(3, count_now());
    teardown();
}

TEST(store_open, refuses_a_file_that_is_no_store)
{
    scratch_make(folder);
    char path[80];
    snprintf(path, sizeof path, "%s/data.mdb", folder);
    FILE *file = fopen(path, "w");
    for (int i = 0; i < 4096; i++)
        fputs("junk", file);
    fclose(file);
    struct store_options options = { .folder = folder };
    CHECK_RC(RC_CORRUPT, store_open(&options, &store, &why));
    scratch_drop(folder);
}

TEST(store_copy, can_be_opened_and_has_all)
{
    setup(0, 0);
    struct fill f = { 0, 5, 0 };
    CHECK_OK(store_update(store, fill, &f, NULL));
    char to[64];
    scratch_make(to);
    CHECK_OK(store_copy(store, to, &why));
    store_close(store);
    struct store_options options = { .folder = to, .read_only = true };
    CHECK_OK(store_open(&options, &store, &why));
    CHECK_OK(store_table(store, "t", &table, &why));
    CHECK_INT(5, count_now());
    struct store_txn *txn = NULL;
    CHECK_RC(RC_DENIED, store_begin_write(store, &txn, NULL));
    CHECK_RC(RC_NOT_FOUND, store_table(store, "never made", &table, NULL));
    scratch_drop(to);
    teardown();
}
