/* The redo log: its file, and what a store makes of it after a crash. */
#include "check.h"

#include "contract/ledger_fixture.h"
#include "repo-daemon/redo.h"
#include "repo-daemon/store_lmdb.h"
#include "sys/file.h"

#include <fcntl.h>
#include <sys/wait.h>

static struct fault why;

/* ---- the file ---- */

static char folder[64];
static int dir;

static void folder_make(void)
{
    scratch_make(folder);
    CHECK_OK(file_open_folder(folder, &dir, &why));
}

static void folder_drop(void)
{
    close(dir);
    scratch_drop(folder);
}

static enum rc append_word(struct redo *redo, const char *word)
{
    struct redo_entries entries = { 0 };
    struct redo_entry entry = {
        'p', "t", { (const uint8_t *)word, strlen(word) }, BYTES("value")
    };
    CHECK_OK(redo_add(&entries, &entry, &why));
    enum rc rc = redo_append(redo, &entries, &why);
    free(entries.at);
    return rc;
}

static enum rc tell_word(const struct redo_entry *entry, void *context,
                         struct fault *fault)
{
    char *told = context;
    (void)fault;
    CHECK(entry->op == 'p' && !strcmp(entry->table, "t") && entry->value.len == 5);
    strncat(told, (const char *)entry->key.at, entry->key.len);
    return RC_OK;
}

/* The words after record `applied`, one behind the other. */
static const char *words_after(uint64_t applied, enum rc want)
{
    static char told[400];
    struct redo redo;
    told[0] = 0;
    CHECK_OK(redo_open(dir, &redo, &why));
    CHECK_RC(want, redo_each(&redo, applied, tell_word, told, &why));
    redo_close(&redo);
    return told;
}

TEST(redo, gives_the_records_back_that_come_after_a_number)
{
    struct redo redo;
    folder_make();
    CHECK_RC(RC_NOT_FOUND, redo_open(dir, &redo, &why));
    CHECK_OK(redo_create(dir, NULL, 0, &redo, &why));
    CHECK_TEXT("", words_after(0, RC_OK));
    CHECK_OK(append_word(&redo, "a"));
    CHECK_OK(append_word(&redo, "b"));
    CHECK_OK(append_word(&redo, "c"));
    CHECK_TEXT("abc", words_after(0, RC_OK));
    CHECK_TEXT("c", words_after(2, RC_OK));
    CHECK_TEXT("", words_after(3, RC_OK));
    redo_restart(&redo);
    CHECK_OK(append_word(&redo, "d")); /* over "a"; "b" and "c" still stand behind it */
    CHECK_TEXT("d", words_after(3, RC_OK));
    CHECK_TEXT("", words_after(4, RC_OK));
    (void)words_after(2, RC_CORRUPT); /* 3 is nowhere */
    redo_close(&redo);
    folder_drop();
}

TEST(redo, ends_before_a_record_with_any_byte_wrong)
{
    enum { FIRST = 4096, SECOND = 8192, HEAD = 24, LEN = 8 + 1 + 1 + 5, TAG = 8 };
    struct redo redo;
    folder_make();
    CHECK_OK(redo_create(dir, NULL, 0, &redo, &why));
    CHECK_OK(append_word(&redo, "a"));
    CHECK_OK(append_word(&redo, "b"));
    CHECK_INT(SECOND + 4096, redo.at);
    for (off_t at = SECOND; at < SECOND + HEAD + LEN + TAG; at++) {
        uint8_t byte, wrong;
        CHECK(pread(redo.fd, &byte, 1, at) == 1);
        wrong = byte ^ 0x41;
        CHECK(pwrite(redo.fd, &wrong, 1, at) == 1);
        CHECK_TEXT("a", words_after(0, RC_OK));
        CHECK(pwrite(redo.fd, &byte, 1, at) == 1);
    }
    CHECK_TEXT("ab", words_after(0, RC_OK));
    redo_close(&redo);
    folder_drop();
}

TEST(redo, takes_no_record_that_another_log_has_tagged)
{
    static uint8_t page[4096];
    struct redo one, other;
    folder_make();
    CHECK_OK(redo_create(dir, NULL, 0, &other, &why));
    CHECK_OK(append_word(&other, "x"));
    CHECK(pread(other.fd, page, sizeof page, 4096) == sizeof page);
    redo_close(&other);
    CHECK_OK(redo_create(dir, NULL, 0, &one, &why));
    CHECK(memcmp(one.id, other.id, REDO_ID) != 0);
    CHECK(pwrite(one.fd, page, sizeof page, 4096) == sizeof page);
    CHECK_TEXT("", words_after(0, RC_OK));
    redo_close(&one);
    folder_drop();
}

TEST(redo, says_when_there_is_no_room)
{
    struct redo redo;
    folder_make();
    CHECK_OK(redo_create(dir, NULL, 0, &redo, &why));
    for (unsigned n = 0; n < REDO_SIZE / 4096 - 1; n++)
        CHECK_OK(append_word(&redo, "w"));
    CHECK_RC(RC_AGAIN, append_word(&redo, "w"));
    redo_restart(&redo);
    CHECK_OK(append_word(&redo, "w"));
    redo_close(&redo);
    folder_drop();
}

static enum rc count_one(const struct redo_entry *entry, void *context,
                         struct fault *fault)
{
    (void)entry;
    (void)fault;
    ++*(unsigned *)context;
    return RC_OK;
}

TEST(redo, refuses_entries_that_do_not_fit_their_lengths)
{
    unsigned count = 0;
    CHECK_RC(RC_CORRUPT, redo_entries_read(BYTES("p\1\0\1"), count_one, &count, &why));
    CHECK_RC(RC_CORRUPT,
             redo_entries_read(BYTES("p\1\0\1\0\0\0\2tkv"), count_one, &count, &why));
    CHECK_RC(RC_CORRUPT,
             redo_entries_read(BYTES("x\1\0\1\0\0\0\1tkv"), count_one, &count, &why));
    CHECK_RC(RC_CORRUPT, redo_entries_read(BYTES("p\377\377\377\377\377\377\377tkv"),
                                           count_one, &count, &why));
    CHECK_INT(0, count);
    CHECK_OK(redo_entries_read(BYTES("p\1\0\1\0\0\0\1tkv"), count_one, &count, &why));
    CHECK_INT(1, count);
}

/* ---- the store that has one ---- */

struct putting {
    struct store_table table;
    unsigned number;
    size_t size;
    enum rc rc;
};

static enum rc put_number(struct store_txn *txn, void *context, struct fault *fault)
{
    static uint8_t value[600 * 1024];
    const struct putting *p = context;
    uint8_t key[8];
    store_u64_write(p->number, key);
    enum rc rc = store_put(txn, p->table, (struct bytes){ key, 8 },
                           (struct bytes){ value, p->size }, fault);
    return rc ? rc : p->rc;
}

static struct store *open_store(bool read_only, struct store_table *ret_table)
{
    struct store *store = NULL;
    struct store_options options = { .folder = folder,
                                     .create = !read_only,
                                     .read_only = read_only,
                                     .start_size = 8 * 1024 * 1024 };
    if (store_open(&options, &store, &why) || store_table(store, "t", ret_table, &why))
        fail_msg("%s", why.text);
    return store;
}

static bool has(struct store *store, struct store_table table, unsigned number)
{
    struct store_txn *txn = NULL;
    struct bytes value;
    uint8_t key[8];
    store_u64_write(number, key);
    CHECK_OK(store_begin_read(store, &txn, NULL));
    bool there = !store_get(txn, table, (struct bytes){ key, 8 }, &value);
    store_abort(txn);
    return there;
}

static void group_of(struct store *store, struct store_table table, unsigned from,
                     unsigned to, size_t size)
{
    CHECK_OK(store_group_begin(store, &why));
    for (unsigned n = from; n < to; n++) {
        struct putting p = { table, n, size, RC_OK };
        if (store_update(store, put_number, &p, &why))
            fail_msg("%s", why.text);
    }
    CHECK_OK(store_group_end(store, &why));
}

/* A process that ends in the middle of everything, after these groups. */
static void crash_after(unsigned groups, size_t size)
{
    (void)fflush(stdout);
    pid_t child = fork();
    if (!child) {
        struct store_table table;
        struct store *store = open_store(false, &table);
        for (unsigned g = 0; g < groups; g++)
            group_of(store, table, 3 * g, 3 * g + 3, size);
        CHECK_OK(store_group_begin(store, &why));
        struct putting lost = { table, 1000000, 10, RC_OK };
        CHECK_OK(store_update(store, put_number, &lost, &why));
        _exit(0);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK_INT(0, status);
}

static void look_after(bool read_only, unsigned groups)
{
    struct store_table table;
    struct store *store = open_store(read_only, &table);
    for (unsigned n = 0; n < 3 * groups; n++)
        CHECK(has(store, table, n));
    CHECK(!has(store, table, 3 * groups) && !has(store, table, 1000000));
    store_close(store);
}

TEST(store_redo, has_after_a_crash_each_group_that_ended_and_no_other)
{
    static const struct {
        unsigned groups;
        size_t size;
    } each[] = {
        { 1, 10 },          { 40, 100 }, { 4200, 10 }, /* more than the log has pages */
        { 30, 150 * 1024 }, /* more than the first map has room for */
        { 12, 600 * 1024 }, /* more than the log has bytes */
    };
    for (size_t i = 0; i < COUNT(each); i++)
        for (int read_only = 0; read_only < 2; read_only++) {
            folder_make();
            crash_after(each[i].groups, each[i].size);
            look_after(read_only, each[i].groups);
            look_after(!read_only, each[i].groups);
            folder_drop();
        }
}

TEST(store_redo, keeps_a_change_out_that_was_thrown_away)
{
    struct store_table table;
    folder_make();
    (void)fflush(stdout);
    pid_t child = fork();
    if (!child) {
        struct store *store = open_store(false, &table);
        struct putting a = { table, 1, 10, RC_OK }, b = { table, 2, 10, RC_REFUSED },
                       c = { table, 3, 10, RC_OK };
        CHECK_OK(store_group_begin(store, &why));
        CHECK_OK(store_update(store, put_number, &a, &why));
        CHECK_RC(RC_REFUSED, store_update(store, put_number, &b, &why));
        CHECK_OK(store_update(store, put_number, &c, &why));
        CHECK_OK(store_group_end(store, &why));
        CHECK(!store_is_settled(store));
        _exit(0);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK_INT(0, status);
    struct store *store = open_store(true, &table);
    CHECK(has(store, table, 1) && !has(store, table, 2) && has(store, table, 3));
    store_close(store);
    folder_drop();
}

TEST(store_redo, makes_who_opens_to_read_wait_for_what_was_acknowledged)
{
    enum { BEHIND_MS = 120 };
    struct store_table table;
    int told[2];
    char byte;
    folder_make();
    CHECK(!pipe(told));
    (void)fflush(stdout);
    pid_t child = fork();
    if (!child) {
        struct store *writer = open_store(false, &table);
        group_of(writer, table, 0, 3, 10);
        if (write(told[1], "x", 1) != 1)
            _exit(1);
        usleep(BEHIND_MS * 1000);
        CHECK_OK(store_settle(writer, &why));
        CHECK(store_is_settled(writer));
        (void)pause(); /* it lives on */
    }
    CHECK(read(told[0], &byte, 1) == 1);
    struct store *store = open_store(true, &table);
    CHECK(has(store, table, 0) && has(store, table, 2));
    store_close(store);
    CHECK(!kill(child, SIGKILL) && waitpid(child, NULL, 0) == child);
    close(told[0]);
    close(told[1]);
    folder_drop();
}

TEST(store_redo, is_made_anew_beside_a_copy_and_refused_when_it_is_anothers)
{
    char from[96], to[96];
    struct store_table table;
    struct store *store = NULL;
    folder_make();
    crash_after(2, 10);
    snprintf(from, sizeof from, "%s/redo.log", folder);
    snprintf(to, sizeof to, "%s/other.log", folder);
    CHECK(!rename(from, to)); /* as in a copy, which has none */
    store = open_store(false, &table);
    CHECK(!has(store, table, 0)); /* it was not settled: so never take the log away */
    group_of(store, table, 10, 12, 10);
    store_close(store);
    store = open_store(true, &table);
    CHECK(has(store, table, 10) && has(store, table, 11));
    store_close(store);

    struct redo strange;
    struct store_options options = { .folder = folder };
    CHECK_OK(redo_create(dir, NULL, 0, &strange, &why));
    redo_close(&strange);
    CHECK_RC(RC_CORRUPT, store_open(&options, &store, &why));
    folder_drop();
}
