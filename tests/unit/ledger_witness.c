/* Witnesses, cosignatures and the change of the signing key. */
#include "check.h"

#include "contract/ledger_fixture.h"
#include "repo-daemon/ledger_export.h"
#include "repo-daemon/ledger_keys.h"
#include "repo-daemon/ledger_verify.h"
#include "repo-daemon/merkle_memory.h"
#include "repo-daemon/witness.h"
#include "sys/file.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <fcntl.h>

static char folder[64], at[80];
static struct checkpoint_key log_key;
static struct fault why;

static struct bytes bytes_of(const char *text)
{
    return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

static void setup(void)
{
    char verifier[CHECKPOINT_KEY_MAX];
    scratch_make(folder);
    snprintf(at, sizeof at, "%s/witness", folder);
    CHECK_OK(checkpoint_key_make("juanku/440399", CHECKPOINT_LOG, &log_key, NULL));
    CHECK_OK(witness_create(at, "court.example/w", &why));
    CHECK_RC(RC_EXISTS, witness_create(at, "court.example/w", &why));
    checkpoint_key_verifier(&log_key, verifier);
    CHECK_OK(witness_follow(at, verifier, &why));
}

/* A tree of `size` leaves whose first `same` are those of every such tree. */
static struct merkle_memory *tree_of(unsigned size, unsigned same)
{
    struct merkle_memory *tree = merkle_memory_new();
    for (unsigned i = 0; i < size; i++) {
        unsigned leaf[2] = { i, i < same ? 0 : 1 };
        merkle_memory_add(tree, merkle_leaf((struct bytes){ (uint8_t *)leaf, 8 }));
    }
    return tree;
}

static void request_of(struct merkle_memory *tree, uint64_t from,
                       char ret_text[WITNESS_REQUEST_MAX])
{
    struct merkle_nodes nodes = merkle_memory_nodes(tree);
    struct checkpoint head = { merkle_memory_size(tree), merkle_memory_root(tree) };
    struct merkle_proof proof;
    char note[CHECKPOINT_TEXT_MAX];
    CHECK_OK(checkpoint_write(&head, &log_key, note, NULL));
    CHECK_OK(merkle_prove_growth(&nodes, from, head.size, &proof, NULL));
    CHECK_OK(witness_request(from, &proof, note, ret_text, NULL));
}

static enum rc cosign(struct merkle_memory *tree, uint64_t from,
                      char ret_note[COSIGN_TEXT_MAX])
{
    char text[WITNESS_REQUEST_MAX];
    request_of(tree, from, text);
    return witness_cosign(at, bytes_of(text), 1790000000, ret_note, &why);
}

TEST(witness_cosign, signs_what_grew_and_refuses_another_past)
{
    char note[COSIGN_TEXT_MAX];
    setup();
    struct merkle_memory *ten = tree_of(10, 10), *more = tree_of(25, 25);
    struct merkle_memory *other = tree_of(25, 7);
    CHECK_OK(cosign(ten, 0, note));
    CHECK_RC(RC_CONFLICT, cosign(more, 0, note)); /* he saw ten since */
    CHECK(strstr(why.text, "第 10 条"));
    CHECK_RC(RC_REFUSED, cosign(other, 10, note));
    CHECK(strstr(why.text, "账本的过去被改动过"));
    CHECK_OK(cosign(more, 10, note));
    CHECK_OK(cosign(more, 25, note)); /* the same head again */
    CHECK_RC(RC_CONFLICT, cosign(ten, 10, note));
    merkle_memory_free(ten);
    merkle_memory_free(more);
    merkle_memory_free(other);
    scratch_drop(folder);
}

TEST(witness_cosign, refuses_whom_he_does_not_follow_and_every_changed_byte)
{
    char note[COSIGN_TEXT_MAX], text[WITNESS_REQUEST_MAX];
    setup();
    struct merkle_memory *first = tree_of(3, 3), *tree = tree_of(9, 9);
    CHECK_OK(cosign(first, 0, note));
    request_of(tree, 3, text);
    for (size_t i = 0; i < strlen(text); i++) {
        text[i] ^= 1;
        CHECK(witness_cosign(at, bytes_of(text), 1790000000, note, NULL) != RC_OK);
        text[i] ^= 1;
    }
    strcpy(log_key.name, "juanku/440301");
    CHECK_RC(RC_DENIED, cosign(tree, 0, note));
    merkle_memory_free(first);
    merkle_memory_free(tree);
    scratch_drop(folder);
}

TEST(cosign_read, finds_the_line_of_its_witness_and_every_changed_byte)
{
    char text[CHECKPOINT_TEXT_MAX], one[COSIGN_TEXT_MAX], two[COSIGN_TEXT_MAX];
    struct checkpoint_key first, second, third;
    struct checkpoint head = { 5, merkle_leaf(BYTES("x")) }, back;
    int64_t at_s = 0;
    CHECK_OK(checkpoint_key_make("juanku/440399", CHECKPOINT_LOG, &log_key, NULL));
    CHECK_OK(checkpoint_key_make("one", CHECKPOINT_WITNESS, &first, NULL));
    CHECK_OK(checkpoint_key_make("two", CHECKPOINT_WITNESS, &second, NULL));
    CHECK_OK(checkpoint_key_make("two", CHECKPOINT_WITNESS, &third, NULL));
    CHECK_OK(checkpoint_write(&head, &log_key, text, NULL));
    CHECK_RC(RC_INVALID, cosign_add(text, &log_key, 7, one, NULL));
    CHECK_OK(cosign_add(text, &first, 1790000001, one, NULL));
    CHECK_OK(cosign_add(one, &second, 1790000002, two, NULL));
    CHECK_OK(cosign_read(bytes_of(two), &log_key, &second, &back, &at_s, &why));
    CHECK_INT(1790000002, at_s);
    CHECK_INT(5, back.size);
    CHECK_OK(cosign_read(bytes_of(two), &log_key, &first, &back, &at_s, &why));
    CHECK_RC(RC_NOT_FOUND,
             cosign_read(bytes_of(two), &log_key, &third, &back, NULL, NULL));
    CHECK_RC(RC_NOT_FOUND,
             cosign_read(bytes_of(text), &log_key, &first, &back, NULL, NULL));
    for (size_t i = 0; i < strlen(one); i++) {
        one[i] ^= 1;
        CHECK(cosign_read(bytes_of(one), &log_key, &first, &back, NULL, NULL) != RC_OK);
        one[i] ^= 1;
    }
}

TEST(ledger_keys, walk_from_any_trusted_key_to_the_newest_and_nowhere_else)
{
    struct checkpoint_key keys[3];
    char names[3][CHECKPOINT_KEY_MAX];
    char *texts[2];
    for (int i = 0; i < 3; i++) {
        CHECK_OK(checkpoint_key_make("juanku/440399", CHECKPOINT_LOG, &keys[i], NULL));
        checkpoint_key_verifier(&keys[i], names[i]);
    }
    for (int i = 0; i < 2; i++) {
        SCOPED(json_free_at) json_t *data = NULL;
        CHECK_OK(ledger_keys_change(&keys[i], &keys[i + 1], &data, NULL));
        texts[i] = json_dumps(data, JSON_COMPACT | JSON_SORT_KEYS);
    }
    for (int trusted = 0; trusted < 3; trusted++) {
        struct ledger_keys walk = { .trusted = names[trusted] };
        CHECK_OK(ledger_keys_add(&walk, bytes_of(texts[0]), &why));
        CHECK_OK(ledger_keys_add(&walk, bytes_of(texts[1]), &why));
        CHECK_OK(ledger_keys_end(&walk, names[2], &why));
        CHECK_RC(RC_CORRUPT, ledger_keys_end(&walk, names[1], NULL));
    }
    struct ledger_keys stranger = { .trusted = "somebody+else" };
    CHECK_OK(ledger_keys_add(&stranger, bytes_of(texts[0]), NULL));
    CHECK_RC(RC_CORRUPT, ledger_keys_end(&stranger, names[1], NULL));
    struct ledger_keys backwards = { .trusted = NULL };
    CHECK_OK(ledger_keys_add(&backwards, bytes_of(texts[1]), NULL));
    CHECK_RC(RC_CORRUPT, ledger_keys_add(&backwards, bytes_of(texts[0]), NULL));
    for (size_t i = 1; i + 1 < strlen(texts[0]); i++) {
        struct ledger_keys walk = { .trusted = NULL };
        texts[0][i] ^= 1;
        CHECK_RC(RC_CORRUPT, ledger_keys_add(&walk, bytes_of(texts[0]), NULL));
        texts[0][i] ^= 1;
    }
    free(texts[0]);
    free(texts[1]);
}

static struct ledger *ledger;

static void ledger_new(char uri[96])
{
    scratch_make(folder);
    snprintf(uri, 96, "lmdb:%s/db", folder);
    CHECK_OK(ledger_create(uri, "440399", "juanku/440399", &why));
    CHECK_OK(ledger_open(uri, NULL, &ledger, &why));
}

static void copy_file(const char *from, const char *to)
{
    SCOPED(fd_close_at) int dir = -1;
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    char db[80];
    snprintf(db, sizeof db, "%s/db", folder);
    CHECK_OK(file_open_folder(db, &dir, NULL));
    CHECK_OK(file_read(dir, from, 4096, &text, &len, NULL));
    CHECK_OK(file_replace(dir, to, (struct bytes){ (uint8_t *)text, len }, NULL));
}

TEST(ledger_rotate, is_an_event_and_old_keys_lead_to_the_new_one)
{
    char uri[96], out[96], old[LEDGER_KEY_MAX];
    struct ledger_result result;
    struct ledger_source source;
    struct ledger_report report;
    uint64_t events = 0;
    SCOPED(free_at) char *proof = NULL;
    size_t len = 0;
    ledger_new(uri);
    strcpy(old, ledger_key(ledger));
    CHECK_OK(test_move(ledger, 1, TEST_VOLUME, 0, "", "expected", &result));
    CHECK_OK(ledger_rotate(ledger, test_id(2), "P1", 2, &why));
    CHECK_RC(RC_EXISTS, ledger_rotate(ledger, test_id(2), "P1", 2, NULL));
    CHECK_OK(test_move(ledger, 3, TEST_VOLUME, 1, "expected", "received", &result));
    CHECK_OK(ledger_rotate(ledger, test_id(4), "P1", 4, &why));
    CHECK(strcmp(old, ledger_key(ledger)) != 0);
    snprintf(out, sizeof out, "%s/out", folder);
    CHECK_OK(ledger_source_of(ledger, &source, &why));
    CHECK_OK(ledger_export(&source, out, &events, &why));
    CHECK_INT(4, events);
    CHECK_OK(ledger_verify_folder(out, old, &report, &why));
    CHECK_OK(ledger_proof_write(&source, TEST_VOLUME, &proof, &len, &why));
    struct bytes text = { (uint8_t *)proof, len };
    CHECK_OK(ledger_verify_proof(text, old, &report, &why));
    CHECK_OK(ledger_verify_proof(text, ledger_key(ledger), &report, &why));
    CHECK_OK(ledger_verify_proof(text, NULL, &report, &why));
    struct checkpoint_key other;
    char stranger[CHECKPOINT_KEY_MAX];
    CHECK_OK(checkpoint_key_make("juanku/440399", CHECKPOINT_LOG, &other, NULL));
    checkpoint_key_verifier(&other, stranger);
    CHECK_RC(RC_CORRUPT, ledger_verify_proof(text, stranger, &report, &why));
    CHECK_RC(RC_CORRUPT, ledger_verify_folder(out, stranger, &report, &why));
    CHECK_TEXT("key.pub", report.bad_file);
    for (size_t i = 0; i < len; i += 7) {
        proof[i] ^= 1;
        CHECK_RC(RC_CORRUPT, ledger_verify_proof(text, old, &report, &why));
        proof[i] ^= 1;
    }
    ledger_close(ledger);
    scratch_drop(folder);
}

TEST(ledger_rotate, may_be_cut_off_after_each_of_its_steps)
{
    char uri[96], note[LEDGER_CHECKPOINT_MAX], old[LEDGER_KEY_MAX];
    struct ledger_result result;
    ledger_new(uri);
    strcpy(old, ledger_key(ledger));
    copy_file("ledger.key", "before");
    CHECK_OK(test_note(ledger, 1, "x", &result));
    ledger_close(ledger);
    copy_file("ledger.key", "ledger.key.next"); /* the first step, for another key */
    CHECK_OK(ledger_open(uri, NULL, &ledger, &why));
    CHECK_TEXT(old, ledger_key(ledger));
    CHECK_OK(ledger_rotate(ledger, test_id(2), "", 2, &why));
    ledger_close(ledger);
    copy_file("ledger.key", "ledger.key.next"); /* the second, but not the third */
    copy_file("before", "ledger.key");
    CHECK_OK(ledger_open(uri, NULL, &ledger, &why));
    CHECK(strcmp(old, ledger_key(ledger)) != 0);
    CHECK_OK(test_note(ledger, 3, "y", &result));
    CHECK_OK(ledger_checkpoint(ledger, note, &why));
    ledger_close(ledger);
    CHECK_OK(ledger_open(uri, NULL, &ledger, &why)); /* the file has its name now */
    ledger_close(ledger);
    copy_file("before", "ledger.key");
    CHECK_RC(RC_CORRUPT, ledger_open(uri, NULL, &ledger, &why));
    scratch_drop(folder);
}
