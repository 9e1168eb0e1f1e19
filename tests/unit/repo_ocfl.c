/* OCFL objects: what is stored is valid by every rule of the specification that a file
 * can break, and an object that breaks one is told by that rule's code. */
#include "check.h"
#include "repo-daemon/ocfl.h"
#include "sys/file.h"
#include "sys/hash.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include "contract/ledger_fixture.h"

#include <fcntl.h>
#include <jansson.h>
#include <sys/stat.h>

#define ID "urn:x-juanku:V44039920260301010027100159"

static char work[64], root[100], folder[100];
static struct ocfl_facts facts;
static struct fault why;

static void put(const char *base, const char *path, const char *text)
{
    char whole[2000];
    snprintf(whole, sizeof whole, "%s/%s", base, path);
    (void)mkdir(base, 0755);
    for (char *at = whole + strlen(base) + 1; (at = strchr(at, '/')); *at++ = '/') {
        *at = 0;
        (void)mkdir(whole, 0755);
    }
    FILE *file = fopen(whole, "w");
    CHECK(file != NULL);
    fputs(text, file);
    fclose(file);
}

static enum rc store(const char *message)
{
    struct ocfl_source source = { .id = ID,
                                  .folder = folder,
                                  .message = message,
                                  .user = "档案员",
                                  .at_ms = 1795000000000 };
    return ocfl_store(root, &source, &facts, &why);
}

/* A package of a few files, stored once. */
static void begin(void)
{
    scratch_make(work);
    snprintf(root, sizeof root, "%s/archive", work);
    snprintf(folder, sizeof folder, "%s/package", work);
    put(folder, "bagit.txt", "BagIt-Version: 1.0\n");
    put(folder, "data/volume.pdf", "volume");
    put(folder, "data/text/0001.txt", "");
    put(folder, "data/text/0002.txt", ""); /* the same content under two names */
    put(folder, "ledger/proof.json", "one");
    CHECK_OK(store("归档"));
}

static void second(void)
{
    char path[200];
    put(folder, "ledger/proof.json", "two");
    put(folder, "data/supplement.pdf", "supplement");
    snprintf(path, sizeof path, "%s/data/text/0002.txt", folder);
    CHECK(!unlink(path));
    CHECK_OK(store("归档后补充"));
}

static json_t *inventory(const char *below)
{
    char path[OCFL_FOLDER_MAX + 40];
    snprintf(path, sizeof path, "%s/%sinventory.json", facts.path, below);
    json_t *doc = json_load_file(path, 0, NULL);
    CHECK(doc != NULL);
    return doc;
}

/* Write it to the root and to the newest version, with right sidecars. */
static void inventory_put(const char *text, const char *version)
{
    char hex[SHA512_HEX], sidecar[SHA512_HEX + 20], path[60];
    hash_sha512_hex((struct bytes){ (const uint8_t *)text, strlen(text) }, hex);
    snprintf(sidecar, sizeof sidecar, "%s inventory.json\n", hex);
    const char *const places[] = { "", version };
    for (size_t i = 0; i < COUNT(places); i++) {
        snprintf(path, sizeof path, "%sinventory.json", places[i]);
        put(facts.path, path, text);
        snprintf(path, sizeof path, "%sinventory.json.sha512", places[i]);
        put(facts.path, path, sidecar);
    }
}

static void check_code(const char *code)
{
    enum rc rc = ocfl_verify_object(facts.path, &why);
    if (rc != RC_CORRUPT || !strstr(why.text, code))
        fail_msg("want %s, got %d: %s", code, (int)rc, rc ? why.text : "valid");
}

TEST(ocfl, what_is_stored_is_valid_and_says_who_when_and_why)
{
    begin();
    unsigned objects = 0;
    CHECK_INT(1, facts.version);
    CHECK_INT(5, facts.files);
    CHECK_INT(4, facts.added);
    CHECK_OK(ocfl_verify_object(facts.path, &why));
    CHECK_OK(ocfl_verify_root(root, &objects, &why));
    CHECK_INT(1, objects);
    CHECK(ocfl_is_root(root) && !ocfl_is_root(facts.path));
    CHECK(strstr(facts.path, "/urn%3ax-juanku%3aV44039920260301010027100159"));
    SCOPED(json_free_at) json_t *doc = inventory("");
    const json_t *one = json_object_get(json_object_get(doc, "versions"), "v1");
    CHECK_TEXT(ID, json_string_value(json_object_get(doc, "id")));
    CHECK_TEXT("归档", json_string_value(json_object_get(one, "message")));
    CHECK_TEXT("2026-11-18T11:06:40Z",
               json_string_value(json_object_get(one, "created")));
    CHECK_TEXT("档案员",
               json_string_value(json_object_get(json_object_get(one, "user"), "name")));
    scratch_drop(work);
}

TEST(ocfl, a_second_version_stores_only_what_is_new)
{
    begin();
    second();
    CHECK_INT(2, facts.version);
    CHECK_INT(2, facts.added);
    CHECK_OK(ocfl_verify_root(root, NULL, &why));
    char path[OCFL_FOLDER_MAX + 60];
    static const char *const there[] = { "v1/content/ledger/proof.json",
                                         "v2/content/ledger/proof.json",
                                         "v2/content/data/supplement.pdf",
                                         "v1/content/data/volume.pdf" };
    for (size_t i = 0; i < COUNT(there); i++) {
        snprintf(path, sizeof path, "%s/%s", facts.path, there[i]);
        CHECK(!access(path, R_OK));
    }
    snprintf(path, sizeof path, "%s/v2/content/data/volume.pdf", facts.path);
    CHECK(access(path, F_OK) != 0);
    CHECK_OK(store("再归档"));
    CHECK(!facts.is_new);
    CHECK_INT(2, facts.version);
    put(folder, "ledger/proof.json", "one"); /* a third version without new content */
    CHECK_OK(store("改回"));
    CHECK_INT(3, facts.version);
    CHECK_INT(0, facts.added);
    CHECK_OK(ocfl_verify_root(root, NULL, &why));
    scratch_drop(work);
}

TEST(ocfl, refuses_what_it_cannot_keep_and_changes_nothing)
{
    begin();
    char path[200], place[OCFL_FOLDER_MAX + 40];
    snprintf(path, sizeof path, "%s/data/link", folder);
    CHECK(!symlink("volume.pdf", path));
    CHECK_RC(RC_INVALID, store("链接"));
    CHECK(!unlink(path));
    put(folder, "new", "new");
    snprintf(place, sizeof place, "%s/v1/content/data/volume.pdf", facts.path);
    CHECK(!truncate(place, 3)); /* the object was damaged: nothing is built on it */
    CHECK_RC(RC_CORRUPT, store("损坏"));
    CHECK(strstr(why.text, "E092"));
    snprintf(place, sizeof place, "%s/v2", facts.path);
    CHECK(access(place, F_OK) != 0);
    struct ocfl_source bad = { .id = "a b", .folder = folder, .message = "", .user = "" };
    CHECK_RC(RC_INVALID, ocfl_store(root, &bad, &facts, &why));
    bad.id = "urn:x:1";
    bad.folder = "/nowhere/at/all";
    CHECK_RC(RC_NOT_FOUND, ocfl_store(root, &bad, &facts, &why));
    bad.folder = folder;
    CHECK_RC(RC_INVALID, ocfl_store(folder, &bad, &facts, &why)); /* no root, not empty */
    scratch_drop(work);
}

/* One field of the inventory changed or taken out. */
static const struct {
    const char *code, *field, *value; /* NULL: taken out */
} fields[] = {
    { "E036", "id", NULL },
    { "E036", "type", NULL },
    { "E036", "digestAlgorithm", NULL },
    { "E036", "head", NULL },
    { "E037", "id", "\"\"" },
    { "E037", "id", "\"urn:x-juanku:other\"" },
    { "E038", "type", "\"https://ocfl.io/9/spec/#inventory\"" },
    { "E025", "digestAlgorithm", "\"md5\"" },
    { "E040", "head", "\"v3\"" },
    { "E040", "head", "\"v1\"" },
    { "E040", "head", "\"2\"" },
    { "E017", "contentDirectory", "\"a/b\"" },
    { "E017", "contentDirectory", "\"\"" },
    { "E018", "contentDirectory", "\"..\"" },
    { "E015", "contentDirectory", "\"elsewhere\"" },
    { "E041", "manifest", NULL },
    { "E025", "manifest/beef", "[\"v1/content/x\"]" },
    { "E043", "versions", NULL },
    { "E008", "versions", "{}" },
    { "E009", "versions/v1", NULL },
    { "E046", "versions/one", "{}" },
    { "E012", "versions/v003", "{}" },
    { "E040", "versions/v3", "{}" },
    { "E047", "versions/v1", "1" },
    { "E048", "versions/v1/created", NULL },
    { "E048", "versions/v1/state", NULL },
    { "E049", "versions/v1/created", "\"2026-11-28\"" },
    { "E049", "versions/v1/created", "\"2026-11-28T10:00:00\"" },
    { "E049", "versions/v1/created", "\"2026-11-28T10:00:00+8\"" },
    { "E049", "versions/v1/created", "7" },
    { "E050", "versions/v1/state", "[]" },
    { "E050", "versions/v1/state", "{\"beef\": [\"x\"]}" },
    { "E054", "versions/v1/user", "{}" },
    { "E054", "versions/v1/user", "\"x\"" },
    { "E094", "versions/v1/message", "1" },
    { "E102", "versions/v1/more", "1" },
    { "E102", "more", "1" },
    { "E111", "fixity", "1" },
    { "E057", "fixity", "{\"md5\": 1}" },
    { "E057", "fixity", "{\"md5\": {\"00\": [\"v1/content/none\"]}}" },
    { "E093", "fixity", "{\"md5\": {\"00\": [\"v1/content/bagit.txt\"]}}" },
};

static void change(json_t *doc, const char *field, const char *value)
{
    char path[100], *save = NULL, *name, *next;
    snprintf(path, sizeof path, "%s", field);
    json_t *at = doc;
    for (name = strtok_r(path, "/", &save); (next = strtok_r(NULL, "/", &save));
         name = next)
        at = json_object_get(at, name);
    if (value)
        json_object_set_new(at, name, json_loads(value, JSON_DECODE_ANY, NULL));
    else
        CHECK(!json_object_del(at, name));
}

TEST(ocfl_inventory, each_wrong_field_has_its_code)
{
    begin();
    second();
    SCOPED(json_free_at) json_t *good = inventory("");
    SCOPED(free_at) char *text = json_dumps(good, JSON_INDENT(1));
    for (size_t i = 0; i < COUNT(fields); i++) {
        SCOPED(json_free_at) json_t *doc = json_deep_copy(good);
        change(doc, fields[i].field, fields[i].value);
        SCOPED(free_at) char *spoilt = json_dumps(doc, JSON_INDENT(1));
        inventory_put(spoilt, "v2/");
        check_code(fields[i].code);
    }
    SCOPED(json_free_at) json_t *other = json_deep_copy(good); /* v1 told otherwise */
    json_t *first = json_object_get(
        json_object_get(json_object_get(other, "versions"), "v1"), "state");
    json_object_set_new(first, json_object_iter_key(json_object_iter(first)),
                        json_pack("[s]", "renamed"));
    SCOPED(free_at) char *told = json_dumps(other, 0);
    inventory_put(told, "v2/");
    check_code("E066");
    inventory_put(text, "v2/");
    CHECK_OK(ocfl_verify_object(facts.path, &why));
    inventory_put("{", "v2/");
    check_code("E033");
    inventory_put("{\"id\": \"a\", \"id\": \"b\"}", "v2/");
    check_code("E033");
    scratch_drop(work);
}

/* Paths and digests: the first digest of the manifest, or of the newest state. */
static const struct {
    const char *code, *where, *paths;
} lists[] = {
    { "E099", "manifest", "[\"v1/content/../x\"]" },
    { "E099", "manifest", "[\"v1//x\"]" },
    { "E100", "manifest", "[\"/v1/content/x\"]" },
    { "E100", "manifest", "[\"v1/content/x/\"]" },
    { "E101", "manifest", "[\"v1/content/x\", \"v1/content/x\"]" },
    { "E101", "manifest", "[\"v1/content/x\", \"v1/content/x/y\"]" },
    { "E106", "manifest", "\"v1/content/x\"" },
    { "E023", "manifest", "[\"v1/content/nothing\"]" },
    { "E052", "state", "[\"a/./b\"]" },
    { "E053", "state", "[\"/a\"]" },
    { "E053", "state", "[\"a/\"]" },
    { "E095", "state", "[\"a\", \"a\"]" },
    { "E095", "state", "[\"a\", \"a/b\"]" },
    { "E051", "state", "[1]" },
};

TEST(ocfl_inventory, each_wrong_path_has_its_code)
{
    begin();
    SCOPED(json_free_at) json_t *good = inventory("");
    for (size_t i = 0; i < COUNT(lists); i++) {
        SCOPED(json_free_at) json_t *doc = json_deep_copy(good);
        json_t *at = json_object_get(doc, lists[i].where);
        if (!at)
            at = json_object_get(json_object_get(json_object_get(doc, "versions"), "v1"),
                                 "state");
        const char *digest = json_object_iter_key(json_object_iter(at));
        json_object_set_new(at, digest,
                            json_loads(lists[i].paths, JSON_DECODE_ANY, NULL));
        SCOPED(free_at) char *spoilt = json_dumps(doc, 0);
        inventory_put(spoilt, "v1/");
        check_code(lists[i].code);
    }
    SCOPED(json_free_at) json_t *twice = json_deep_copy(good);
    json_t *manifest = json_object_get(twice, "manifest");
    char upper[SHA512_HEX];
    snprintf(upper, sizeof upper, "%s", json_object_iter_key(json_object_iter(manifest)));
    for (char *c = upper; *c; c++)
        *c = (char)(*c >= 'a' ? *c - 32 : *c);
    json_object_set_new(manifest, upper, json_loads("[\"v1/content/z\"]", 0, NULL));
    SCOPED(free_at) char *text = json_dumps(twice, 0);
    inventory_put(text, "v1/");
    check_code("E096");
    SCOPED(json_free_at) json_t *unused = json_deep_copy(good);
    change(unused, "versions/v1/state", "{}");
    SCOPED(free_at) char *idle = json_dumps(unused, 0);
    inventory_put(idle, "v1/");
    check_code("E107");
    scratch_drop(work);
}

/* One file put in, taken out, changed or made a link. */
static const struct {
    const char *code, what, *path;
} spoils[] = {
    { "E001", '+', "more.txt" },
    { "E001", '+', "v3/content/x" },
    { "E003", '-', "0=ocfl_object_1.1" },
    { "E007", '~', "0=ocfl_object_1.1" },
    { "E063", '-', "inventory.json" },
    { "E058", '-', "inventory.json.sha512" },
    { "E061", '~', "inventory.json.sha512" },
    { "E060", ' ', "inventory.json" },
    { "E064", ' ', "v2/inventory.json" },
    { "E058", '-', "v1/inventory.json.sha512" },
    { "E015", '+', "v1/more.txt" },
    { "E015", '+', "v1/other/more.txt" },
    { "E023", '+', "v2/content/more.txt" },
    { "E023", '-', "v1/content/data/volume.pdf" },
    { "E024", '/', "v1/content/empty" },
    { "E092", '~', "v1/content/data/volume.pdf" },
    { "E090", '@', "v1/content/link" },
    { "E067", '+', "extensions/more.txt" },
};

static void spoil(char what, const char *path)
{
    char whole[OCFL_FOLDER_MAX + 60];
    snprintf(whole, sizeof whole, "%s/%s", facts.path, path);
    if (what == '+' || what == '~')
        put(facts.path, path, "more");
    if (what == '-')
        CHECK(!unlink(whole));
    if (what == '/')
        CHECK(!mkdir(whole, 0755));
    if (what == '@')
        CHECK(!symlink("bagit.txt", whole));
    if (what != ' ')
        return;
    FILE *file = fopen(whole, "a"); /* the same JSON, other bytes */
    CHECK(file != NULL);
    fputc('\n', file);
    fclose(file);
}

TEST(ocfl_object, each_wrong_file_has_its_code)
{
    for (size_t i = 0; i < COUNT(spoils); i++) {
        begin();
        second();
        spoil(spoils[i].what, spoils[i].path);
        if (!strcmp(spoils[i].code, "E064")) { /* with a sidecar that fits */
            char hex[SHA512_HEX], sidecar[SHA512_HEX + 20];
            SCOPED(json_free_at) json_t *doc = inventory("v2/");
            SCOPED(free_at) char *text = json_dumps(doc, JSON_COMPACT);
            hash_sha512_hex((struct bytes){ (uint8_t *)text, strlen(text) }, hex);
            snprintf(sidecar, sizeof sidecar, "%s inventory.json\n", hex);
            put(facts.path, "v2/inventory.json", text);
            put(facts.path, "v2/inventory.json.sha512", sidecar);
        }
        check_code(spoils[i].code);
        CHECK_RC(RC_CORRUPT, ocfl_verify_root(root, NULL, NULL));
        scratch_drop(work);
    }
}

TEST(ocfl_root, each_wrong_file_has_its_code)
{
    static const struct {
        const char *code, *path, *text;
    } wrong[] = {
        { "E069", "0=ocfl_1.1", NULL },         { "E080", "0=ocfl_1.1", "x" },
        { "E070", "ocfl_layout.json", "{}" },   { "E087", "more.txt", "x" },
        { "E072", "abc/def/more.txt", "x" },    { "E073", "abc/def/", NULL },
        { "E003", "abc/0=ocfl_object_9", "x" },
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        char path[200];
        begin();
        snprintf(path, sizeof path, "%s/%s", root, wrong[i].path);
        if (wrong[i].text || strchr(wrong[i].path, '/'))
            put(root,
                strchr(wrong[i].path, '/') && !wrong[i].text ? "abc/def/x"
                                                             : wrong[i].path,
                "x");
        if (wrong[i].text)
            put(root, wrong[i].path, wrong[i].text);
        else if (strchr(wrong[i].path, '/'))
            CHECK(!remove(strcat(path, "x")));
        else
            CHECK(!unlink(path));
        enum rc rc = ocfl_verify_root(root, NULL, &why);
        if (rc != RC_CORRUPT || !strstr(why.text, wrong[i].code))
            fail_msg("want %s, got %d: %s", wrong[i].code, (int)rc, why.text);
        scratch_drop(work);
    }
}
