/* Canonical JSON: the cases of RFC 8785 that apply, and every file of the parsing suite
 * when it lies beside the project. */
#include "check.h"

#include "repo-daemon/canonical.h"
#include "repo-daemon/ledger_event.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <dirent.h>
#include <fcntl.h>

enum { MOST = 64 * 1024 };

static enum rc spell(const char *json, char *ret_text, size_t room)
{
    json_t *value = json_loads(json, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    CHECK(value);
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    enum rc rc = canonical_write(value, MOST, &text, &len, NULL);
    json_decref(value);
    if (!rc) {
        CHECK(len < room);
        memcpy(ret_text, text, len + 1);
    }
    return rc;
}

static enum rc read_text(const char *text)
{
    json_t *value = NULL;
    enum rc rc = canonical_read((struct bytes){ (const uint8_t *)text, strlen(text) },
                                MOST, &value, NULL);
    json_decref(value);
    return rc;
}

TEST(canonical_write, sorts_keys_by_utf16_code_units)
{
    char text[256];
    CHECK_OK(spell("{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,\"\\ud83d\\ude00\":5,"
                   "\"\\u0080\":6,\"\\u00f6\":7,\"\":8,\"11\":9}",
                   text, sizeof text));
    CHECK_TEXT("{\"\":8,\"\\r\":2,\"1\":4,\"11\":9,\"\xc2\x80\":6,\"\xc3\xb6\":7,"
               "\"\xe2\x82\xac\":1,\"\xf0\x9f\x98\x80\":5,\"\xef\xac\xb3\":3}",
               text);
}

TEST(canonical_write, escapes_as_little_as_it_can)
{
    char text[256];
    CHECK_OK(spell("\"\\b\\t\\n\\u000b\\f\\r\\u0001\\u001f\\\"\\\\\\/\\u4e2d\\u007f\"",
                   text, sizeof text));
    CHECK_TEXT("\"\\b\\t\\n\\u000b\\f\\r\\u0001\\u001f\\\"\\\\/\xe4\xb8\xad\x7f\"", text);
}

TEST(canonical_write, takes_whole_numbers_to_2_53_and_no_further)
{
    char text[64];
    CHECK_OK(spell("[9007199254740991,-9007199254740991,0]", text, sizeof text));
    CHECK_TEXT("[9007199254740991,-9007199254740991,0]", text);
    CHECK_RC(RC_INVALID, spell("9007199254740992", text, sizeof text));
    CHECK_RC(RC_INVALID, spell("-9007199254740992", text, sizeof text));
}

TEST(canonical_write, refuses_what_an_event_may_not_hold)
{
    static const char *const bad[] = { "1.5",  "true",        "[false]",
                                       "null", "{\"a\":1e3}", "\"\\u0000\"" };
    char text[64];
    for (size_t i = 0; i < COUNT(bad); i++)
        CHECK_RC(RC_INVALID, spell(bad[i], text, sizeof text));
}

TEST(canonical_write, ends_at_its_depth_and_size)
{
    char text[64], deep[64] = "";
    for (int i = 0; i < CANONICAL_DEPTH_MAX; i++)
        strcat(deep, "[");
    strcat(deep, "1");
    for (int i = 0; i < CANONICAL_DEPTH_MAX; i++)
        strcat(deep, "]");
    CHECK_OK(spell(deep, text, sizeof text));
    char deeper[70];
    snprintf(deeper, sizeof deeper, "[%s]", deep);
    CHECK_RC(RC_INVALID, spell(deeper, text, sizeof text));

    json_t *value = json_string("12345678");
    char *out = NULL;
    size_t len = 0;
    CHECK_RC(RC_INVALID, canonical_write(value, 9, &out, &len, NULL));
    CHECK_OK(canonical_write(value, 10, &out, &len, NULL));
    CHECK_INT(10, len);
    free(out);
    json_decref(value);
}

TEST(canonical_read, takes_only_the_one_spelling)
{
    CHECK_OK(read_text("{\"a\":[1,\"x\"],\"b\":{}}"));
    static const char *const other[] = {
        "{\"b\":1,\"a\":2}",
        "{\"a\": 1}",
        "{\"a\":1} ",
        "{\"a\":1,\"a\":1}",
        "[-0]",
        "[01]",
        "\"\\u0041\"",
        "\"\\/\"",
        "[1.0]",
        "[1e0]",
        "\"\\ud83d\\ude00\"",
        "{\"a\":1}\n",
        "",
        "\xef\xbb\xbf{}",
    };
    for (size_t i = 0; i < COUNT(other); i++)
        CHECK_RC(RC_INVALID, read_text(other[i]));
}

/* One file of the suite: n_ is never taken; y_ is either spelled, and then read back, or
 * holds something that no event may hold. */
static void one_of_the_suite(int dir, const char *name, int counts[2])
{
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    CHECK_OK(file_read(dir, name, 16 * 1024 * 1024, &text, &len, NULL));
    struct bytes bytes = { (uint8_t *)text, len };
    json_t *value = NULL;
    if (name[0] == 'n') {
        CHECK_RC(RC_INVALID, canonical_read(bytes, MOST, &value, NULL));
        counts[0]++;
        return;
    }
    value = json_loadb(text, len, JSON_DECODE_ANY, NULL);
    if (name[0] != 'y' || !value) {
        json_decref(value);
        return; /* i_ is free; jansson itself refuses U+0000 */
    }
    SCOPED(free_at) char *again = NULL;
    enum rc rc = canonical_write(value, MOST, &again, &len, NULL);
    json_decref(value);
    if (!rc) {
        CHECK_OK(read_text(again));
        counts[1]++;
    }
}

TEST(canonical_read, agrees_with_the_parsing_suite)
{
    DIR *dir = opendir("../shared/data/json");
    if (!dir) {
        print_message("# the suite is not here\n");
        return;
    }
    int counts[2] = { 0, 0 };
    for (struct dirent *e; (e = readdir(dir));)
        if (strstr(e->d_name, ".json"))
            one_of_the_suite(dirfd(dir), e->d_name, counts);
    closedir(dir);
    print_message("# %d refused, %d spelled\n", counts[0], counts[1]);
    CHECK(counts[0] > 50 && counts[1] > 20);
}

static enum rc write_event(const char *by, const char *word, const char *volume)
{
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    struct ledger_move move = { volume, 0, "", "expected" };
    struct ledger_event event = {
        .event = word, .by = by, .at_ms = 1, .moves = &move, .move_count = 1
    };
    struct ledger_stamp stamp = { 1, "00112233445566778899aabbccddeeff", "440399" };
    return ledger_event_write(&event, &stamp, &text, &len, NULL);
}

TEST(ledger_event_write, takes_no_word_that_would_read_as_something_else)
{
    CHECK_OK(write_event("P1", "register", "V1"));
    CHECK_RC(RC_INVALID, write_event("P1\"", "register", "V1"));
    CHECK_RC(RC_INVALID, write_event("P1\",\"court\":\"440399", "register", "V1"));
    CHECK_RC(RC_INVALID, write_event("P1", "Register", "V1"));
    CHECK_RC(RC_INVALID, write_event("P1", "", "V1"));
    CHECK_RC(RC_INVALID, write_event("P1", "register", "V1\n"));
    CHECK_RC(RC_INVALID, write_event("P1", "register", ""));
    CHECK_RC(RC_INVALID, write_event("P1", "register", "\xc0\x80"));
    CHECK_RC(
        RC_INVALID,
        write_event("P1", "register",
                    "V1\"},{\"from\":\"\",\"to\":\"x\",\"version\":1,\"volume\":\"V2"));
}
