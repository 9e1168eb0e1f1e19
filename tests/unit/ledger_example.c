/* The worked example of docs/ledger.md is computed here and looked for there, so that the
 * document cannot drift from the program. */
#include "check.h"

#include "repo-daemon/checkpoint.h"
#include "repo-daemon/ledger_event.h"
#include "repo-daemon/ledger_tiles.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <fcntl.h>

/* The first test key of RFC 8032, 7.1: everybody knows it. */
static const uint8_t seed[ED25519_SEED] = {
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a,
    0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32,
    0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
};

static char *document(void)
{
    char *text = NULL;
    size_t len = 0;
    CHECK_OK(file_read(AT_FDCWD, "docs/ledger.md", 256 * 1024, &text, &len, NULL));
    return text;
}

static void look_for(const char *in, const char *what)
{
    if (!strstr(in, what))
        fail_msg("docs/ledger.md lacks: %s", what);
}

/* Bytes as the document prints them: 32 to a line. */
static void look_for_hex(const char *in, struct bytes data)
{
    for (size_t at = 0; at < data.len; at += 32) {
        char line[65] = "";
        for (size_t i = at; i < data.len && i < at + 32; i++)
            snprintf(line + 2 * (i - at), 3, "%02x", data.at[i]);
        look_for(in, line);
    }
}

static char *event(unsigned seq, size_t *ret_len)
{
    char *text = NULL;
    json_t *data = json_pack("{si ss}", "sheets", 17, "cover", "张三诉李四");
    struct ledger_move first = { "V44039920260301010027100159", 0, "", "expected" };
    struct ledger_move second = { "V44039920260301010027100159", 1, "expected",
                                  "received" };
    struct ledger_event events[] = {
        { "register", "P0000000197", 1790000000000, &first, 1, data },
        { "receive", "P0000000197", 1790000060000, &second, 1, NULL },
    };
    const char *ids[] = { "000102030405060708090a0b0c0d0e0f",
                          "101112131415161718191a1b1c1d1e1f" };
    struct ledger_stamp stamp = { seq, ids[seq - 1], "440399" };
    CHECK_OK(ledger_event_write(&events[seq - 1], &stamp, &text, ret_len, NULL));
    json_decref(data);
    return text;
}

TEST(ledger_example, stands_in_the_document_byte_for_byte)
{
    SCOPED(free_at) char *doc = document();
    struct merkle_memory *tree = merkle_memory_new();
    for (unsigned seq = 1; seq <= 2; seq++) {
        size_t len = 0;
        SCOPED(free_at) char *text = event(seq, &len);
        struct bytes bytes = { (uint8_t *)text, len };
        struct sha256 leaf = merkle_leaf(bytes);
        look_for(doc, text);
        if (seq == 2)
            look_for_hex(doc, bytes);
        look_for_hex(doc, (struct bytes){ leaf.at, SHA256_SIZE });
        merkle_memory_add(tree, leaf);
    }
    struct checkpoint head = { 2, merkle_memory_root(tree) };
    struct checkpoint_key key = { .kind = CHECKPOINT_LOG, .name = "juanku/440399" };
    char text[CHECKPOINT_TEXT_MAX];
    look_for_hex(doc, (struct bytes){ head.root.at, SHA256_SIZE });
    memcpy(key.seed, seed, sizeof seed);
    CHECK_OK(sign_public(key.seed, key.public_key));
    CHECK_OK(checkpoint_write(&head, &key, text, NULL));
    look_for(doc, text);
    checkpoint_key_verifier(&key, text);
    look_for(doc, text);
    merkle_memory_free(tree);
}

TEST(ledger_tiles, have_the_names_that_the_document_gives)
{
    static const struct {
        uint64_t size;
        const char *paths;
    } cases[] = {
        { 0, "" },
        { 2, "tile/0/000.p/2 " },
        { 256, "tile/0/000 tile/1/000.p/1 " },
        { 600, "tile/0/000 tile/0/001 tile/0/002.p/88 tile/1/000.p/2 " },
    };
    SCOPED(free_at) char *doc = document();
    for (size_t i = 0; i < COUNT(cases); i++) {
        char paths[256] = "";
        struct ledger_tile tile = { 0 };
        while (ledger_tile_next(cases[i].size, &tile)) {
            strcat(paths, tile.path);
            strcat(paths, " ");
        }
        CHECK_TEXT(cases[i].paths, paths);
    }
    look_for(doc, "tile/0/x001/x234/067");
    struct ledger_tile far = { .level = 0, .number = 1234066, .width = 256 };
    CHECK(ledger_tile_next(1234068ull * 256, &far));
    CHECK_TEXT("tile/0/x001/x234/067", far.path);
}
