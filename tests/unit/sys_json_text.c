/* The quick reader and writer of JSON beside jansson; the fuzzer (fuzz_json_text.c) does
 * the same with any bytes. */
#include "check.h"

#include "sys/json_scope.h"
#include "sys/json_text.h"

static void same_as_jansson(const char *text)
{
    SCOPED(json_free_at)
    json_t *ours = json_text_read((struct bytes){ (const uint8_t *)text, strlen(text) });
    SCOPED(json_free_at) json_t *theirs = json_loads(text, 0, NULL);
    if (!ours != !theirs || (ours && !json_equal(ours, theirs)))
        fail_msg("read otherwise: %s", text);
    if (!ours)
        return;
    size_t len = 0;
    SCOPED(free_at) char *written = json_text_write(ours, &len);
    SCOPED(free_at) char *text_theirs = json_dumps(theirs, JSON_COMPACT | JSON_SORT_KEYS);
    CHECK_TEXT(text_theirs, written);
    CHECK(len == strlen(written));
    SCOPED(free_at) char *as_came = json_text_write_any(ours, &len);
    SCOPED(free_at)
    char *as_came_theirs = json_dumps(theirs, JSON_COMPACT | JSON_ENCODE_ANY);
    CHECK_TEXT(as_came_theirs, as_came);
    CHECK(len == strlen(as_came));
}

TEST(json_text_pick, has_the_members_that_are_named)
{
    static const char *const names[] = { "state", "案", NULL };
    static const char *const texts[] = {
        "{\"a\":[{\"state\":1},[],{}],\"b\":-7,\"state\":\"shelved\",\"案\":{\"x\":[1]}}",
        "{\"state\":\"shelved\",\"案\":{\"x\":[1]}}",
        "{\"x\":1.5,\"state\":\"shelved\",\"案\":{\"x\":[1]}}",
        "{ \"x\" : null, \"state\":\"shelved\", \"案\":{\"x\":[1]}, \"y\":\"\\n\" }",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        SCOPED(json_free_at)
        json_t *picked = json_text_pick(
            (struct bytes){ (const uint8_t *)texts[i], strlen(texts[i]) }, names);
        CHECK_TEXT("shelved", json_string_value(json_object_get(picked, "state")));
        CHECK(json_object_get(json_object_get(picked, "案"), "x") != NULL);
    }
    SCOPED(json_free_at) json_t *empty = json_text_pick(BYTES("{}"), names);
    CHECK(json_is_object(empty) && !json_object_size(empty));
    CHECK(!json_text_pick(BYTES("{\"state\":"), names));
    CHECK(!json_text_pick(BYTES("{\"a\":1,}"), names));
}

TEST(json_text, reads_and_writes_as_jansson_does)
{
    static const char *const texts[] = {
        "{}",
        "[]",
        "{\"b\":1,\"a\":\"\",\"ab\":[{},[]],\"\":-7}",
        "{\"案\":\"中文 \xf0\x9f\x98\x80\",\"a\":\"\x7f\"}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":\"x\\\"y\\n\\u4e2d\\/\\\\\"}",
        "{ \"a\" : [ true , false , null ] }",
        "[0,-0,1,-1,999999999999999999,-999999999999999999,9223372036854775807]",
        "[9223372036854775808]",
        "[1.5,1e3,0.0]",
        "[01]",
        "[-]",
        "[1,]",
        "{\"a\":1,}",
        "{\"a\"}",
        "{\"a\":1}x",
        "{\"a\":\"",
        "\"text\"",
        "7",
        "",
        "[\"\xc0\x80\"]",
        "[\"\xed\xa0\x80\"]",
        "[\"\xf4\x90\x80\x80\"]",
        "[\"\xe4\xb8\"]",
        "[\"a\tb\"]",
    };
    for (size_t i = 0; i < COUNT(texts); i++)
        same_as_jansson(texts[i]);
}

TEST(json_text, reads_any_depth_and_width_that_jansson_reads)
{
    for (int depth = 30; depth < 36; depth++) {
        char text[128] = "";
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        same_as_jansson(text);
    }
    for (int members = 127; members < 131; members++) {
        char text[4096] = "{";
        for (int i = 0; i < members; i++)
            snprintf(text + strlen(text), 32, "%s\"k%d\":%d", i ? "," : "",
                     i * 7919 % 1009, i);
        same_as_jansson(strcat(text, "}"));
    }
}

TEST(json_text, writes_nothing_for_what_has_no_text)
{
    size_t len = 7;
    CHECK(!json_text_write(NULL, &len));
    CHECK(!len);
    SCOPED(json_free_at) json_t *loop = json_array();
    SCOPED(json_free_at) json_t *inner = json_array();
    json_array_append(loop, inner);
    json_array_append(inner, loop);
    CHECK(!json_text_write(loop, &len));
    json_array_clear(inner);
}
