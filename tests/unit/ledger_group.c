/* Groups of changes: one flush for many. */
#include "check.h"

#include "contract/ledger_fixture.h"
#include "repo-daemon/store_lmdb.h"

struct putting {
    struct store_table table;
    const char *key;
    enum rc rc; /* what the change ends with */
};

static enum rc put_one(struct store_txn *txn, void *context, struct fault *fault)
{
    const struct putting *p = context;
    struct bytes key = { (const uint8_t *)p->key, strlen(p->key) };
    enum rc rc = store_put(txn, p->table, key, BYTES("x"), fault);
    return rc ? rc : p->rc;
}

static bool is_there(struct store *store, struct store_table table, const char *name)
{
    struct store_txn *txn = NULL;
    struct bytes value, key = { (const uint8_t *)name, strlen(name) };
    CHECK_OK(store_begin_read(store, &txn, NULL));
    bool there = !store_get(txn, table, key, &value);
    store_abort(txn);
    return there;
}

TEST(store_group, keeps_each_change_for_itself_and_all_with_one_flush)
{
    char at[64];
    struct store *store = NULL;
    struct store_table table;
    scratch_make(at);
    struct store_options options = { .folder = at, .create = true };
    CHECK_OK(store_open(&options, &store, NULL));
    CHECK_OK(store_table(store, "t", &table, NULL));
    struct putting a = { table, "a", RC_OK }, b = { table, "b", RC_REFUSED },
                   c = { table, "c", RC_OK };
    CHECK_OK(store_group_begin(store, NULL));
    CHECK_OK(store_update(store, put_one, &a, NULL));
    CHECK_RC(RC_REFUSED, store_update(store, put_one, &b, NULL));
    CHECK_OK(store_update(store, put_one, &c, NULL));
    CHECK(is_there(store, table, "a") && !is_there(store, table, "b")); /* within it */
    CHECK(store_group_is_open(store) && !store_group_is_full(store));
    CHECK_OK(store_group_end(store, NULL));
    CHECK(!store_group_is_open(store));
    store_close(store);
    CHECK_OK(store_open(&options, &store, NULL));
    CHECK_OK(store_table(store, "t", &table, NULL));
    CHECK(is_there(store, table, "a") && !is_there(store, table, "b") &&
          is_there(store, table, "c"));
    store_close(store);
    scratch_drop(at);
}

static enum rc put_much(struct store_txn *txn, void *context, struct fault *fault)
{
    static uint8_t value[1024 * 1024];
    const struct putting *p = context;
    enum rc rc = RC_OK;
    for (uint8_t i = 0; !rc && i < 12; i++)
        rc = store_put(txn, p->table, (struct bytes){ &i, 1 },
                       (struct bytes){ value, sizeof value }, fault);
    return rc;
}

TEST(store_group, throws_a_change_away_that_needs_a_bigger_map_and_keeps_the_others)
{
    char at[64];
    struct store *store = NULL;
    struct store_table table;
    scratch_make(at);
    struct store_options options = { .folder = at,
                                     .create = true,
                                     .start_size = 8 * 1024 * 1024 };
    CHECK_OK(store_open(&options, &store, NULL));
    CHECK_OK(store_table(store, "t", &table, NULL));
    struct putting a = { table, "a", RC_OK }, much = { table, "", RC_OK };
    CHECK_OK(store_group_begin(store, NULL));
    CHECK_OK(store_update(store, put_one, &a, NULL));
    CHECK_RC(RC_AGAIN, store_update(store, put_much, &much, NULL));
    CHECK(store_group_is_full(store));
    CHECK_OK(store_group_end(store, NULL));
    CHECK_OK(store_update(store, put_much, &much, NULL)); /* alone, it grows */
    CHECK(is_there(store, table, "a") && is_there(store, table, "\1"));
    store_close(store);
    scratch_drop(at);
}
