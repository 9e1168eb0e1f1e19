/* Changes of groups against a model: whatever is put, deleted, walked, counted and thrown
 * away, in rows or nested, what is read is what the model says. */
#include "check.h"

#include "contract/ledger_fixture.h"
#include "repo-daemon/store_lmdb.h"

enum { TABLES = 2, KEYS = 12, OPS_MOST = 40, MANY = 300, LAPS = 2000 };

/* What stands under each key: 0 nothing, else the byte its value is made of. */
struct model {
    uint8_t value[TABLES][KEYS];
};

static struct fault why;
static uint32_t seed = 20261128;
static struct store *store;
static struct store_table tables[TABLES];

static unsigned pick(unsigned below)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

/* Keys of different lengths, some the beginning of others. */
static struct bytes key_of(unsigned k)
{
    static const uint8_t letters[] = "aaaaaaaaaaaabbbbbbbbbbbb";
    return (struct bytes){ letters + (k % 2 ? 12 : 0), 1 + k / 2 };
}

static size_t length_of(uint8_t value)
{
    return value % 5 ? value : 3000u + value; /* some on pages of their own */
}

static void check_entry(struct store_txn *txn, const struct model *m, unsigned t,
                        unsigned k)
{
    struct bytes value;
    enum rc rc = store_get(txn, tables[t], key_of(k), &value);
    CHECK_RC(m->value[t][k] ? RC_OK : RC_NOT_FOUND, rc);
    if (!rc) {
        CHECK_INT(length_of(m->value[t][k]), value.len);
        CHECK(value.at[0] == m->value[t][k] && value.at[value.len - 1] == m->value[t][k]);
    }
}

static unsigned count_of(const struct model *m, unsigned t)
{
    unsigned count = 0;
    for (unsigned k = 0; k < KEYS; k++)
        count += m->value[t][k] != 0;
    return count;
}

static void check_walk(struct store_txn *txn, const struct model *m, unsigned t)
{
    struct store_cursor *cursor = NULL;
    struct bytes key, value;
    unsigned seen = 0;
    CHECK_OK(store_cursor_open(txn, tables[t], &cursor, &why));
    enum rc rc = store_cursor_from(cursor, BYTES(""), &key, &value);
    for (; !rc; rc = store_cursor_next(cursor, &key, &value), seen++) {
        unsigned k = (unsigned)(key.len - 1) * 2 + (key.at[0] == 'b');
        CHECK(k < KEYS && m->value[t][k] == value.at[0]);
    }
    CHECK_RC(RC_NOT_FOUND, rc);
    CHECK_INT(count_of(m, t), seen);
    store_cursor_free(cursor);
}

static void check_all(const struct model *m)
{
    struct store_txn *txn = NULL;
    CHECK_OK(store_begin_read(store, &txn, &why));
    for (unsigned t = 0; t < TABLES; t++) {
        for (unsigned k = 0; k < KEYS; k++)
            check_entry(txn, m, t, k);
        check_walk(txn, m, t);
        CHECK_INT(count_of(m, t), store_count(txn, tables[t]));
    }
    store_abort(txn);
}

static enum rc one_op(struct store_txn *txn, struct model *m, struct fault *fault)
{
    static uint8_t room[4000];
    unsigned t = pick(TABLES), k = pick(KEYS), what = pick(40);
    enum rc rc = RC_OK;
    if (what < 20) {
        uint8_t value = (uint8_t)(1 + pick(250));
        memset(room, value, sizeof room);
        rc = store_put(txn, tables[t], key_of(k),
                       (struct bytes){ room, length_of(value) }, fault);
        m->value[t][k] = rc ? m->value[t][k] : value;
    } else if (what < 30) {
        rc = store_del(txn, tables[t], key_of(k), fault);
        CHECK_RC(m->value[t][k] ? RC_OK : RC_NOT_FOUND, rc);
        m->value[t][k] = 0;
        rc = RC_OK;
    } else if (what < 37) {
        check_entry(txn, m, t, k);
    } else if (what == 37) {
        check_walk(txn, m, t);
    } else if (what == 38) {
        CHECK_INT(count_of(m, t), store_count(txn, tables[t]));
    } else if (!pick(4)) {
        rc = store_clear(txn, tables[t], fault);
        rc = rc == RC_NOT_FOUND ? RC_OK : rc;
        memset(m->value[t], 0, KEYS);
    } else if (store_group_is_open(store)) { /* one beside it sees what it did so far */
        check_all(m);
    }
    return rc;
}

struct changing {
    struct model now; /* what it makes of the model */
    bool thrown;      /* and then thinks better of it */
};

static enum rc change(struct store_txn *txn, void *context, struct fault *fault)
{
    struct changing *c = context;
    unsigned ops = pick(8) ? 1 + pick(OPS_MOST) : MANY;
    enum rc rc = RC_OK;
    for (unsigned i = 0; !rc && i < ops; i++)
        rc = one_op(txn, &c->now, fault);
    return rc ? rc : (c->thrown ? RC_REFUSED : RC_OK);
}

static void open_again(const char *at)
{
    static const char *const names[TABLES] = { "one", "other" };
    struct store_options options = { .folder = at, .create = true };
    store_close(store);
    store = NULL;
    CHECK_OK(store_open(&options, &store, &why));
    for (unsigned t = 0; t < TABLES; t++)
        CHECK_OK(store_table(store, names[t], &tables[t], &why));
}

TEST(store_change, reads_as_the_model_says_whatever_is_done)
{
    char at[64];
    struct model m = { 0 };
    scratch_make(at);
    open_again(at);
    for (unsigned lap = 0; lap < LAPS; lap++) {
        bool grouped = pick(4);
        if (grouped)
            CHECK_OK(store_group_begin(store, &why));
        for (unsigned n = pick(5); n; n--) {
            struct changing c = { m, !pick(3) };
            enum rc rc = store_update(store, change, &c, &why);
            CHECK_RC(c.thrown ? RC_REFUSED : RC_OK, rc);
            m = c.thrown ? m : c.now;
            check_all(&m);
        }
        if (grouped)
            CHECK_OK(store_group_end(store, &why));
        check_all(&m);
        if (!pick(4))
            CHECK_OK(store_settle(store, &why));
        if (!pick(20))
            open_again(at);
        check_all(&m);
    }
    store_close(store);
    store = NULL;
    scratch_drop(at);
}
