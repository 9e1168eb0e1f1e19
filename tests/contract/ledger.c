/* What every ledger promises, whatever keeps it. JUANKU_LEDGER names the URI to test (its
 * ledger must not exist yet); without it a scratch "lmdb:" is used. */
#include "check.h"

#include "contract/ledger_fixture.h"
#include "repo-daemon/checkpoint.h"
#include "repo-daemon/ledger_event.h"
#include "repo-daemon/merkle.h"
#include "repo-daemon/store_lmdb.h"

#include <sys/wait.h>

static char folder[64];
static char uri[128];
static struct ledger *ledger;
static struct ledger_result result;
static struct fault why;

static void setup(void)
{
    const char *given = getenv("JUANKU_LEDGER");
    scratch_make(folder);
    snprintf(uri, sizeof uri, "%s", given ? given : "lmdb:");
    if (!given)
        snprintf(uri, sizeof uri, "lmdb:%s/db", folder);
    CHECK_OK(ledger_create(uri, "440399", "juanku/440399", &why));
    CHECK_OK(ledger_open(uri, NULL, &ledger, &why));
}

static void teardown(void)
{
    ledger_close(ledger);
    ledger = NULL;
    scratch_drop(folder);
}

static void reopen(void)
{
    ledger_close(ledger);
    ledger = NULL;
    CHECK_OK(ledger_open(uri, NULL, &ledger, &why));
}

static enum rc collect(uint64_t seq, struct bytes text, void *context,
                       struct fault *fault)
{
    (void)text;
    (void)fault;
    char *line = context;
    snprintf(line + strlen(line), 64, "%llu ", (unsigned long long)seq);
    return RC_OK;
}

TEST(ledger_create, refuses_a_second_ledger_in_the_same_place)
{
    setup();
    ledger_close(ledger);
    ledger = NULL;
    CHECK_RC(RC_EXISTS, ledger_create(uri, "440399", "juanku/440399", NULL));
    CHECK_OK(ledger_open(uri, NULL, &ledger, NULL));
    teardown();
}

TEST(ledger_create, refuses_a_court_or_origin_that_cannot_be_written)
{
    char place[80];
    scratch_make(folder);
    snprintf(place, sizeof place, "lmdb:%s/x", folder);
    CHECK_RC(RC_INVALID, ledger_create(place, "", "juanku/440399", NULL));
    CHECK_RC(RC_INVALID, ledger_create(place, "440399", "with space", NULL));
    CHECK_RC(RC_INVALID, ledger_create(place, "440399", "a+b", NULL));
    CHECK_RC(RC_INVALID, ledger_create("nothing:x", "440399", "a", NULL));
    scratch_drop(folder);
}

TEST(ledger_open, says_that_there_is_none)
{
    char place[80];
    scratch_make(folder);
    snprintf(place, sizeof place, "lmdb:%s", folder);
    CHECK_RC(RC_NOT_FOUND, ledger_open(place, NULL, &ledger, &why));
    CHECK(strstr(why.text, "juanku repo init"));
    scratch_drop(folder);
}

TEST(ledger_open, lets_one_writer_in)
{
    setup();
    struct ledger *second = NULL;
    CHECK_RC(RC_AGAIN, ledger_open(uri, NULL, &second, &why));
    CHECK(!second);
    teardown();
}

TEST(ledger_open, gives_readers_the_last_signed_head_beside_the_writer)
{
    setup();
    char text[LEDGER_CHECKPOINT_MAX], seen[LEDGER_CHECKPOINT_MAX];
    CHECK_OK(test_note(ledger, 1, "a", &result));
    CHECK_OK(ledger_checkpoint(ledger, text, NULL));
    CHECK_OK(test_note(ledger, 2, "b", &result));
    fflush(stdout);
    pid_t child = fork();
    if (!child) { /* a reader in a process of its own, which opens for itself */
        execl("/proc/self/exe", "reader", "--read", uri, (char *)NULL);
        _exit(99);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK_INT(0, status);
    CHECK_OK(ledger_checkpoint(ledger, seen, NULL));
    CHECK(strcmp(text, seen) != 0); /* the writer's own head has moved on */
    teardown();
}

/* What the reading child does; see main's constructor below. */
static int read_beside_the_writer(const char *place)
{
    static const struct ledger_options reading = { .read_only = true };
    char text[LEDGER_CHECKPOINT_MAX];
    struct ledger_head head;
    if (ledger_open(place, &reading, &ledger, NULL))
        return 1;
    if (ledger_checkpoint(ledger, text, NULL) || !strstr(text, "\n1\n"))
        return 2;
    if (ledger_head(ledger, &head, NULL) || head.size != 2)
        return 3;
    if (test_note(ledger, 3, "c", &result) != RC_DENIED)
        return 4;
    ledger_close(ledger);
    return 0;
}

static __attribute__((constructor)) void reader_role(int argc, char **argv)
{
    if (argc == 3 && !strcmp(argv[1], "--read"))
        _exit(read_beside_the_writer(argv[2]));
}

TEST(ledger_append, numbers_events_from_one_without_gaps)
{
    setup();
    for (unsigned n = 1; n <= 5; n++) {
        CHECK_OK(test_note(ledger, n, "x", &result));
        CHECK_INT(n, result.first_seq);
        CHECK_INT(1, result.count);
    }
    reopen();
    CHECK_OK(test_note(ledger, 6, "x", &result));
    CHECK_INT(6, result.first_seq);
    teardown();
}

TEST(ledger_append, answers_a_repeated_id_with_its_first_seq_and_adds_nothing)
{
    setup();
    CHECK_OK(test_note(ledger, 1, "a", &result));
    CHECK_OK(test_note(ledger, 2, "b", &result));
    CHECK_RC(RC_EXISTS, test_note(ledger, 1, "a", &result));
    CHECK_INT(1, result.first_seq);
    reopen();
    CHECK_RC(RC_EXISTS, test_note(ledger, 2, "b", &result));
    CHECK_INT(2, result.first_seq);
    struct ledger_head head;
    CHECK_OK(ledger_head(ledger, &head, NULL));
    CHECK_INT(2, head.size);
    teardown();
}

TEST(ledger_append, refuses_an_id_that_was_used_for_another_command)
{
    setup();
    struct sha256 one = hash_sha256(BYTES("one")), two = hash_sha256(BYTES("two"));
    struct ledger_event event = { .event = "note", .by = "" };
    struct ledger_batch batch = { test_id(1), &one, &event, 1 };
    CHECK_OK(ledger_append(ledger, &batch, &result, NULL));
    CHECK_RC(RC_EXISTS, ledger_append(ledger, &batch, &result, NULL));
    batch.request = &two;
    result.volume[0] = 'x';
    CHECK_RC(RC_CONFLICT, ledger_append(ledger, &batch, &result, &why));
    batch.request = NULL;
    CHECK_RC(RC_EXISTS, ledger_append(ledger, &batch, &result, NULL));
    teardown();
}

TEST(ledger_append, moves_a_volume_from_version_to_version)
{
    setup();
    struct ledger_volume volume;
    CHECK_OK(ledger_volume(ledger, TEST_VOLUME, &volume, NULL));
    CHECK_INT(0, volume.version);
    CHECK_OK(test_move(ledger, 1, TEST_VOLUME, 0, "", "expected", &result));
    CHECK_OK(test_move(ledger, 2, TEST_VOLUME, 1, "expected", "received", &result));
    CHECK_OK(ledger_volume(ledger, TEST_VOLUME, &volume, NULL));
    CHECK_INT(2, volume.version);
    CHECK_INT(2, volume.last_seq);
    CHECK_TEXT("received", volume.state);
    teardown();
}

TEST(ledger_append, names_the_volume_whose_version_is_old)
{
    setup();
    CHECK_OK(test_move(ledger, 1, TEST_VOLUME, 0, "", "expected", &result));
    CHECK_OK(test_move(ledger, 2, TEST_VOLUME, 1, "expected", "received", &result));
    CHECK_RC(RC_CONFLICT,
             test_move(ledger, 3, TEST_VOLUME, 1, "expected", "received", &result));
    CHECK_TEXT(TEST_VOLUME, result.volume);
    CHECK_INT(2, result.version);
    CHECK_RC(RC_CONFLICT,
             test_move(ledger, 4, TEST_VOLUME, 2, "expected", "shelved", &result));
    CHECK_RC(RC_NOT_FOUND, ledger_settle(ledger, test_id(3), &result, NULL));
    teardown();
}

TEST(ledger_append, keeps_all_events_of_a_command_or_none)
{
    setup();
    struct ledger_move first = { TEST_VOLUME, 0, "", "expected" };
    struct ledger_move again = { TEST_VOLUME, 1, "expected", "received" };
    struct ledger_move wrong = { TEST_VOLUME, 7, "received", "shelved" };
    struct ledger_event events[] = {
        { .event = "register", .by = "", .moves = &first, .move_count = 1 },
        { .event = "receive", .by = "", .moves = &again, .move_count = 1 },
        { .event = "shelve", .by = "", .moves = &wrong, .move_count = 1 },
    };
    struct ledger_batch batch = { test_id(1), NULL, events, 3 };
    struct ledger_head head;
    CHECK_RC(RC_CONFLICT, ledger_append(ledger, &batch, &result, NULL));
    CHECK_INT(2, result.version);
    CHECK_OK(ledger_head(ledger, &head, NULL));
    CHECK_INT(0, head.size);
    batch.count = 2;
    CHECK_OK(ledger_append(ledger, &batch, &result, NULL));
    CHECK_INT(1, result.first_seq);
    CHECK_INT(2, result.count);
    CHECK_OK(ledger_settle(ledger, test_id(1), &result, NULL));
    CHECK_INT(1, result.first_seq);
    CHECK_INT(2, result.count);
    teardown();
}

TEST(ledger_append, refuses_what_does_not_fit_the_form)
{
    setup();
    json_t *real = json_pack("{sf}", "x", 1.5);
    struct ledger_event good = { .event = "note", .by = "P1" };
    struct ledger_batch batch = { "not an id", NULL, &good, 1 };
    CHECK_RC(RC_INVALID, ledger_append(ledger, &batch, &result, NULL));
    batch.id = test_id(1);
    batch.count = 0;
    CHECK_RC(RC_INVALID, ledger_append(ledger, &batch, &result, NULL));
    batch.count = 1;
    struct ledger_event bad = good;
    batch.events = &bad;
    bad.data = real;
    CHECK_RC(RC_INVALID, ledger_append(ledger, &batch, &result, NULL));
    bad = good;
    bad.event = "Upper";
    CHECK_RC(RC_INVALID, ledger_append(ledger, &batch, &result, NULL));
    bad = good;
    bad.at_ms = -1;
    CHECK_RC(RC_INVALID, ledger_append(ledger, &batch, &result, NULL));
    json_decref(real);
    struct ledger_head head;
    CHECK_OK(ledger_head(ledger, &head, NULL));
    CHECK_INT(0, head.size);
    teardown();
}

TEST(ledger_append, takes_an_event_of_64_kib_and_not_one_byte_more)
{
    setup();
    struct bytes text;
    struct store_txn *txn = NULL;
    CHECK_OK(test_note(ledger, 1, "", &result));
    CHECK_OK(store_begin_read(ledger_store(ledger), &txn, NULL));
    CHECK_OK(ledger_event_in(ledger, txn, 1, &text, NULL));
    size_t room = LEDGER_EVENT_MAX - text.len;
    store_abort(txn);
    char *note = calloc(1, room + 2);
    memset(note, 'n', room + 1);
    CHECK_RC(RC_INVALID, test_note(ledger, 2, note, &result));
    note[room] = 0;
    CHECK_OK(test_note(ledger, 2, note, &result));
    free(note);
    teardown();
}

TEST(ledger_append_in, stands_or_falls_with_the_callers_own_writes)
{
    setup();
    struct store *store = ledger_store(ledger);
    struct store_table views;
    struct store_txn *txn = NULL;
    struct bytes value;
    CHECK_OK(store_table(store, "views", &views, NULL));
    struct ledger_event event = { .event = "note", .by = "" };
    struct ledger_batch batch = { test_id(1), NULL, &event, 1 };
    for (int keep = 0; keep < 2; keep++) {
        CHECK_OK(store_begin_write(store, &txn, NULL));
        CHECK_OK(ledger_append_in(ledger, txn, &batch, &result, NULL));
        CHECK_OK(ledger_settle_in(ledger, txn, test_id(1), &result, NULL));
        CHECK_OK(store_put(txn, views, BYTES("who"), BYTES("keeper"), NULL));
        if (keep)
            CHECK_OK(store_commit(txn, NULL));
        else
            store_abort(txn);
        CHECK_RC(keep ? RC_OK : RC_NOT_FOUND,
                 ledger_settle(ledger, test_id(1), &result, NULL));
        CHECK_OK(store_begin_read(store, &txn, NULL));
        CHECK_RC(keep ? RC_OK : RC_NOT_FOUND,
                 store_get(txn, views, BYTES("who"), &value));
        store_abort(txn);
    }
    teardown();
}

TEST(ledger_feed, gives_events_in_order_from_any_place)
{
    setup();
    for (unsigned n = 1; n <= 6; n++)
        CHECK_OK(test_note(ledger, n, "x", &result));
    char line[256] = "";
    CHECK_OK(ledger_feed(ledger, 1, 0, collect, line, NULL));
    CHECK_TEXT("1 2 3 4 5 6 ", line);
    line[0] = 0;
    CHECK_OK(ledger_feed(ledger, 3, 2, collect, line, NULL));
    CHECK_TEXT("3 4 ", line);
    line[0] = 0;
    CHECK_OK(ledger_feed(ledger, 7, 0, collect, line, NULL));
    CHECK_TEXT("", line);
    teardown();
}

TEST(ledger_feed_volume, gives_only_the_chain_of_that_volume)
{
    setup();
    CHECK_OK(test_move(ledger, 1, "V1", 0, "", "expected", &result));
    CHECK_OK(test_move(ledger, 2, "V10", 0, "", "expected", &result));
    CHECK_OK(test_move(ledger, 3, "V1", 1, "expected", "received", &result));
    char line[256] = "";
    CHECK_OK(ledger_feed_volume(ledger, "V1", collect, line, NULL));
    CHECK_TEXT("1 3 ", line);
    line[0] = 0;
    CHECK_OK(ledger_feed_volume(ledger, "V2", collect, line, NULL));
    CHECK_TEXT("", line);
    teardown();
}

TEST(ledger_wait, returns_when_there_is_more_or_when_time_is_up)
{
    setup();
    CHECK_RC(RC_TIMEOUT, ledger_wait(ledger, 0, 30, NULL));
    CHECK_OK(test_note(ledger, 1, "x", &result));
    CHECK_OK(ledger_wait(ledger, 0, 30, NULL));
    CHECK_RC(RC_TIMEOUT, ledger_wait(ledger, 1, 0, NULL));
    teardown();
}

static void count_growth(uint64_t first, uint64_t last, void *context)
{
    *(uint64_t *)context += last - first + 1;
}

TEST(ledger_watch, tells_of_each_committed_event_once)
{
    setup();
    uint64_t count = 0;
    ledger_watch(ledger, count_growth, &count);
    CHECK_OK(test_note(ledger, 1, "x", &result));
    CHECK_RC(RC_EXISTS, test_note(ledger, 1, "x", &result));
    CHECK_OK(test_note(ledger, 2, "x", &result));
    CHECK_INT(2, count);
    teardown();
}

TEST(ledger_checkpoint, signs_the_tree_that_proofs_lead_to)
{
    setup();
    struct checkpoint_key key;
    struct checkpoint head;
    char text[LEDGER_CHECKPOINT_MAX];
    for (unsigned n = 1; n <= 7; n++)
        CHECK_OK(test_note(ledger, n, "x", &result));
    CHECK_OK(ledger_checkpoint(ledger, text, &why));
    CHECK_OK(checkpoint_key_read_verifier(
        (struct bytes){ (const uint8_t *)ledger_key(ledger), strlen(ledger_key(ledger)) },
        &key, NULL));
    CHECK_OK(checkpoint_read((struct bytes){ (uint8_t *)text, strlen(text) }, &key, &head,
                             NULL));
    CHECK_INT(7, head.size);
    for (uint64_t seq = 1; seq <= 7; seq++) {
        struct merkle_proof proof;
        struct bytes event;
        struct store_txn *txn = NULL;
        CHECK_OK(ledger_prove(ledger, seq, 7, proof.at, &proof.count, NULL));
        CHECK_OK(store_begin_read(ledger_store(ledger), &txn, NULL));
        CHECK_OK(ledger_event_in(ledger, txn, seq, &event, NULL));
        CHECK(merkle_proof_holds(merkle_leaf(event), seq - 1, 7, head.root, &proof));
        store_abort(txn);
    }
    struct merkle_proof none;
    CHECK_RC(RC_INVALID, ledger_prove(ledger, 8, 8, none.at, &none.count, NULL));
    teardown();
}
