/* An exported ledger, and every way to damage it. One flipped byte anywhere must be
 * found, and the event named when it was an event. */
#include "check.h"

#include "contract/ledger_fixture.h"
#include "repo-daemon/ledger_export.h"
#include "repo-daemon/ledger_verify.h"
#include "repo-daemon/store_lmdb.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <fcntl.h>

static char folder[64];
static char out[96];
static struct ledger *ledger;
static struct ledger_source source;
static struct ledger_report report;
static struct fault why;

/* Event `n`: two volumes take turns, every fourth event is a note. */
static void add(struct store_txn *txn, unsigned n, uint64_t versions[2])
{
    static const char *const states[] = { "received", "shelved" };
    json_t *data = json_pack("{ss}", "note", "备注");
    unsigned which = n % 2;
    uint64_t now = versions[which];
    struct ledger_move move = { which ? TEST_VOLUME : "V2", now,
                                now ? states[(now + 1) % 2] : "", states[now % 2] };
    bool note = n % 4 == 0;
    struct ledger_event event = { .event = note ? "note" : "move",
                                  .by = "P0000000197",
                                  .at_ms = n,
                                  .moves = &move,
                                  .move_count = !note,
                                  .data = data };
    struct ledger_batch batch = { test_id(n), NULL, &event, 1 };
    struct ledger_result result;
    versions[which] += !note;
    CHECK_OK(ledger_append_in(ledger, txn, &batch, &result, &why));
    json_decref(data);
}

static void setup(unsigned events)
{
    char uri[96];
    struct store_txn *txn = NULL;
    scratch_make(folder);
    snprintf(uri, sizeof uri, "lmdb:%s/db", folder);
    snprintf(out, sizeof out, "%s/out", folder);
    CHECK_OK(ledger_create(uri, "440399", "juanku/440399", &why));
    CHECK_OK(ledger_open(uri, NULL, &ledger, &why));
    CHECK_OK(store_begin_write(ledger_store(ledger), &txn, &why));
    uint64_t versions[2] = { 0, 0 };
    for (unsigned n = 1; n <= events; n++)
        add(txn, n, versions);
    CHECK_OK(store_commit(txn, &why));
    uint64_t exported = 0;
    CHECK_OK(ledger_source_of(ledger, &source, &why));
    CHECK_OK(ledger_export(&source, out, &exported, &why));
    CHECK_INT(events, exported);
}

static void teardown(void)
{
    ledger_close(ledger);
    scratch_drop(folder);
}

static int open_out(const char *name)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", out, name);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    CHECK(fd >= 0);
    return fd;
}

static void flip(int fd, off_t at, uint8_t mask)
{
    uint8_t byte = 0;
    CHECK_INT(1, pread(fd, &byte, 1, at));
    byte ^= mask;
    CHECK_INT(1, pwrite(fd, &byte, 1, at));
}

/* Flip each `step`-th byte of a file in turn. The report must name the file; for the
 * events it must name the one that the byte belongs to. */
static unsigned flip_each(const char *name, off_t first, off_t step)
{
    SCOPED(fd_close_at) int fd = open_out(name);
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    CHECK_OK(file_read_fd(fd, 16 * 1024 * 1024, &text, &len, NULL));
    unsigned flips = 0;
    uint64_t seq = 1;
    bool events = !strcmp(name, "events.jsonl");
    off_t counted = 0;
    for (off_t at = first; at < (off_t)len; at += step, flips++) {
        for (; counted < at; counted++)
            seq += text[counted] == '\n';
        flip(fd, at, (uint8_t)(1u << at % 8));
        enum rc rc = ledger_verify_folder(out, NULL, &report, &why);
        if (rc != RC_CORRUPT || strcmp(report.bad_file, name) != 0 ||
            report.bad_seq != (events ? seq : 0))
            fail_msg("%s byte %ld: %s, file '%s', seq %llu", name, (long)at, rc_name(rc),
                     report.bad_file, (unsigned long long)report.bad_seq);
        flip(fd, at, (uint8_t)(1u << at % 8));
    }
    CHECK_OK(ledger_verify_folder(out, NULL, &report, NULL));
    return flips;
}

TEST(ledger_verify_folder, holds_for_what_was_exported_and_needs_no_ledger)
{
    setup(9);
    ledger_close(ledger);
    ledger = NULL;
    char db[96];
    snprintf(db, sizeof db, "%s/db", folder);
    scratch_drop(db);
    CHECK_OK(ledger_verify_folder(out, NULL, &report, &why));
    CHECK_OK(ledger_verify_folder(out, source.key, &report, &why));
    CHECK_INT(9, report.events);
    CHECK_INT(2, report.volumes);
    CHECK_TEXT(source.key, report.key);
    teardown();
}

TEST(ledger_verify_folder, holds_for_an_empty_ledger)
{
    setup(0);
    CHECK_OK(ledger_verify_folder(out, NULL, &report, &why));
    CHECK_INT(0, report.events);
    teardown();
}

TEST(ledger_verify_folder, finds_each_single_flipped_byte_of_a_small_export)
{
    setup(7);
    unsigned flips = flip_each("events.jsonl", 0, 1);
    flips += flip_each("checkpoint", 0, 1);
    flips += flip_each("key.pub", 0, 1);
    flips += flip_each("tile/0/000.p/7", 0, 1);
    print_message("# %u flips\n", flips);
    teardown();
}

TEST(ledger_verify_folder, finds_flipped_bytes_in_many_tiles)
{
    setup(530);
    unsigned flips = flip_each("events.jsonl", 11, 4099);
    flips += flip_each("tile/0/000", 3, 509);
    flips += flip_each("tile/0/001", 5, 1021);
    flips += flip_each("tile/0/002.p/18", 1, 101);
    flips += flip_each("tile/1/000.p/2", 0, 7);
    print_message("# %u flips\n", flips);
    teardown();
}

TEST(ledger_verify_folder, finds_a_line_that_is_gone_or_too_many)
{
    setup(6);
    SCOPED(fd_close_at) int fd = open_out("events.jsonl");
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    CHECK_OK(file_read_fd(fd, 1024 * 1024, &text, &len, NULL));
    size_t line = strcspn(text, "\n") + 1;

    CHECK(!ftruncate(fd, (off_t)len - 1)); /* only the last LF is missing */
    CHECK_RC(RC_CORRUPT, ledger_verify_folder(out, NULL, &report, &why));
    CHECK_INT(6, report.bad_seq);
    CHECK_INT(len, pwrite(fd, text, len, 0));
    CHECK_INT(line, pwrite(fd, text, line, (off_t)len)); /* the first comes again */
    CHECK_RC(RC_CORRUPT, ledger_verify_folder(out, NULL, &report, &why));
    CHECK_INT(7, report.bad_seq);
    CHECK(!ftruncate(fd, (off_t)(len - line)));
    CHECK_INT(len - line, pwrite(fd, text + line, len - line, 0)); /* the first is gone */
    CHECK_RC(RC_CORRUPT, ledger_verify_folder(out, NULL, &report, &why));
    CHECK_INT(1, report.bad_seq);
    CHECK(strstr(why.text, "第 1 条") && strstr(why.text, "event 1"));
    teardown();
}

TEST(ledger_verify_folder, says_which_file_is_missing)
{
    static const char *const names[] = { "tile/0/000.p/5", "events.jsonl", "checkpoint",
                                         "key.pub" };
    setup(5);
    for (size_t i = 0; i < COUNT(names); i++) {
        char path[200];
        snprintf(path, sizeof path, "%s/%s", out, names[i]);
        CHECK(!remove(path));
        CHECK(ledger_verify_folder(out, NULL, &report, &why));
        CHECK_TEXT(names[i], report.bad_file);
    }
    teardown();
}

TEST(ledger_verify_folder, refuses_a_key_that_is_not_the_trusted_one)
{
    setup(2);
    CHECK_RC(RC_CORRUPT,
             ledger_verify_folder(out,
                                  "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiB"
                                  "fsVkmqq/LDE4izWy10TW",
                                  &report, &why));
    CHECK_TEXT("key.pub", report.bad_file);
    teardown();
}

TEST(ledger_export, never_writes_over_an_export)
{
    setup(1);
    uint64_t events = 0;
    CHECK_RC(RC_EXISTS, ledger_export(&source, out, &events, &why));
    teardown();
}

TEST(ledger_export, can_be_made_again_from_an_export)
{
    setup(5);
    struct ledger_source again;
    uint64_t events = 0;
    char second[96];
    snprintf(second, sizeof second, "%s/second", folder);
    CHECK_OK(ledger_source_of_folder(out, &again, NULL));
    CHECK_OK(ledger_export(&again, second, &events, &why));
    CHECK_OK(ledger_verify_folder(second, source.key, &report, &why));
    teardown();
}

TEST(ledger_verify_proof, holds_for_one_volume_and_finds_each_flipped_byte)
{
    setup(9);
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    CHECK_OK(ledger_proof_write(&source, TEST_VOLUME, &text, &len, &why));
    struct bytes proof = { (uint8_t *)text, len };
    CHECK_OK(ledger_verify_proof(proof, source.key, &report, &why));
    CHECK_INT(5, report.events);
    CHECK_INT(9, report.size);
    for (size_t at = 0; at < len; at++) {
        text[at] = (char)(text[at] ^ 1 << at % 8);
        if (ledger_verify_proof(proof, NULL, &report, &why) != RC_CORRUPT)
            fail_msg("byte %zu", at);
        text[at] = (char)(text[at] ^ 1 << at % 8);
    }
    proof.len--;
    CHECK_RC(RC_CORRUPT, ledger_verify_proof(proof, NULL, &report, NULL));
    SCOPED(free_at) char *none = NULL;
    CHECK_RC(RC_NOT_FOUND, ledger_proof_write(&source, "V9", &none, &len, NULL));
    teardown();
}
