/* What every blob store promises, whatever keeps it. JUANKU_BLOBS names the URI to test
 * (empty at the start); without it a scratch "files:" is used. */
#include "check.h"

#include "contract/ledger_fixture.h"
#include "repo-daemon/blob.h"
#include "sys/scope.h"

#include <fcntl.h>
#include <sys/stat.h>

static char folder[64];
static struct blobs *blobs;
static struct fault why;

static void setup(void)
{
    char uri[128];
    const char *given = getenv("JUANKU_BLOBS");
    scratch_make(folder);
    snprintf(uri, sizeof uri, "files:%s/objects", folder);
    CHECK_OK(blob_open(given ? given : uri, true, &blobs, &why));
}

static void teardown(void)
{
    blob_close(blobs);
    blobs = NULL;
    scratch_drop(folder);
}

static bool count_found(const struct blob_found *found, void *context)
{
    int *counts = context;
    counts[found->rc == RC_OK ? 0 : 1]++;
    return true;
}

static bool stop_at_first(const struct blob_found *found, void *context)
{
    (void)found;
    ++*(int *)context;
    return false;
}

TEST(blob_open, refuses_what_is_not_there_or_not_known)
{
    struct blobs *none = NULL;
    CHECK_RC(RC_INVALID, blob_open("ftp:x", true, &none, NULL));
    CHECK_RC(RC_INVALID, blob_open("files:", true, &none, NULL));
    CHECK_RC(RC_NOT_FOUND, blob_open("files:/nowhere/at/all", false, &none, NULL));
}

TEST(blob_put, gives_back_the_same_bytes)
{
    setup();
    struct sha256 hash;
    uint64_t size = 0;
    char text[8] = "";
    CHECK_OK(blob_put(blobs, BYTES("juanku"), &hash, &why));
    CHECK_OK(blob_stat(blobs, hash, &size, NULL));
    CHECK_INT(6, size);
    SCOPED(fd_close_at) int fd = -1;
    CHECK_OK(blob_get(blobs, hash, &fd, &size, NULL));
    CHECK_INT(6, read(fd, text, sizeof text));
    CHECK_TEXT("juanku", text);
    CHECK_OK(blob_put(blobs, BYTES("juanku"), &hash, NULL)); /* again: nothing new */
    teardown();
}

TEST(blob_put, takes_nothing_at_all)
{
    setup();
    struct sha256 hash;
    uint64_t size = 1;
    CHECK_OK(blob_put(blobs, BYTES(""), &hash, &why));
    CHECK_OK(blob_stat(blobs, hash, &size, NULL));
    CHECK_INT(0, size);
    teardown();
}

TEST(blob_put_commit, refuses_content_with_another_hash_and_leaves_nothing)
{
    setup();
    struct sha256 want = hash_sha256(BYTES("promised"));
    struct blob_put *put = NULL;
    CHECK_OK(blob_put_begin(blobs, want, &put, NULL));
    CHECK_OK(blob_put_write(put, BYTES("delivered"), NULL));
    CHECK_RC(RC_INVALID, blob_put_commit(put, NULL, &why));
    CHECK_RC(RC_NOT_FOUND, blob_stat(blobs, want, NULL, NULL));
    int counts[2] = { 0, 0 };
    CHECK_OK(blob_scan(blobs, true, count_found, counts, NULL));
    CHECK_INT(0, counts[0]);
    teardown();
}

TEST(blob_put_commit, takes_what_another_process_wrote_into_the_descriptor)
{
    setup();
    struct sha256 want = hash_sha256(BYTES("two pieces"));
    struct blob_put *put = NULL;
    CHECK_OK(blob_put_begin(blobs, want, &put, NULL));
    int copy = dup(blob_put_fd(put));
    CHECK_INT(10, write(copy, "two pieces", 10));
    close(copy);
    uint64_t size = 0;
    CHECK_OK(blob_put_commit(put, &size, &why));
    CHECK_INT(10, size);
    CHECK_RC(RC_EXISTS, blob_put_begin(blobs, want, &put, NULL));
    teardown();
}

TEST(blob_put_commit, waits_until_nobody_else_can_write)
{
    setup();
    struct sha256 want = hash_sha256(BYTES("x"));
    struct blob_put *put = NULL;
    CHECK_OK(blob_put_begin(blobs, want, &put, NULL));
    CHECK_OK(blob_put_write(put, BYTES("x"), NULL));
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", blob_put_fd(put));
    SCOPED(fd_close_at) int other = open(path, O_WRONLY | O_CLOEXEC);
    CHECK(other >= 0);
    CHECK_RC(RC_AGAIN, blob_put_commit(put, NULL, NULL));
    CHECK_RC(RC_NOT_FOUND, blob_stat(blobs, want, NULL, NULL));
    teardown();
}

TEST(blob_put_cancel, leaves_nothing)
{
    setup();
    struct sha256 want = hash_sha256(BYTES("x"));
    struct blob_put *put = NULL;
    CHECK_OK(blob_put_begin(blobs, want, &put, NULL));
    CHECK_OK(blob_put_write(put, BYTES("x"), NULL));
    blob_put_cancel(put);
    CHECK_RC(RC_NOT_FOUND, blob_stat(blobs, want, NULL, NULL));
    teardown();
}

TEST(blob_put_begin, puts_a_damaged_blob_right)
{
    setup();
    struct sha256 hash;
    char hex[SHA256_HEX], path[200];
    CHECK_OK(blob_put(blobs, BYTES("good"), &hash, NULL));
    hash_hex(hash, hex);
    snprintf(path, sizeof path, "%s/objects/%.2s/%s", folder, hex, hex);
    CHECK(!chmod(path, 0640));
    SCOPED(fd_close_at) int fd = open(path, O_WRONLY);
    CHECK_INT(4, write(fd, "evil", 4));
    int counts[2] = { 0, 0 };
    CHECK_RC(RC_CORRUPT, blob_scan(blobs, true, count_found, counts, &why));
    CHECK_INT(1, counts[1]);
    CHECK_OK(blob_scan(blobs, false, count_found, counts, NULL)); /* names only */
    CHECK_OK(blob_put(blobs, BYTES("good"), &hash, NULL));
    CHECK_OK(blob_scan(blobs, true, count_found, counts, NULL));
    teardown();
}

TEST(blob_put_file, reads_from_the_start)
{
    setup();
    struct sha256 hash, want = hash_sha256(BYTES("from a file"));
    uint64_t size = 0;
    char path[80];
    snprintf(path, sizeof path, "%s/in", folder);
    SCOPED(fd_close_at) int fd = open(path, O_RDWR | O_CREAT, 0600);
    CHECK_INT(11, write(fd, "from a file", 11));
    CHECK_OK(blob_put_file(blobs, fd, &hash, &size, NULL));
    CHECK_INT(11, size);
    CHECK(hash_equal(&hash, &want));
    teardown();
}

TEST(blob_remove, is_refused_until_the_retention_lock_ends)
{
    setup();
    struct sha256 hash;
    CHECK_OK(blob_put(blobs, BYTES("keep me"), &hash, NULL));
    CHECK_OK(blob_keep(blobs, hash, 1000, NULL));
    CHECK_RC(RC_REFUSED, blob_remove(blobs, hash, 999, &why));
    CHECK_RC(RC_REFUSED, blob_keep(blobs, hash, 999, &why));
    CHECK_OK(blob_keep(blobs, hash, 2000, NULL));
    CHECK_RC(RC_REFUSED, blob_remove(blobs, hash, 1999, NULL));
    CHECK_OK(blob_stat(blobs, hash, NULL, NULL));
    CHECK_OK(blob_remove(blobs, hash, 2000, NULL));
    CHECK_RC(RC_NOT_FOUND, blob_stat(blobs, hash, NULL, NULL));
    CHECK_RC(RC_NOT_FOUND, blob_remove(blobs, hash, 2000, NULL));
    CHECK_RC(RC_NOT_FOUND, blob_keep(blobs, hash, 5000, NULL));
    teardown();
}

TEST(blob_scan, goes_in_order_and_stops_when_told)
{
    setup();
    struct sha256 hash;
    for (char c = 'a'; c <= 'j'; c++)
        CHECK_OK(blob_put(blobs, (struct bytes){ (uint8_t *)&c, 1 }, &hash, NULL));
    int counts[2] = { 0, 0 }, seen = 0;
    CHECK_OK(blob_scan(blobs, true, count_found, counts, NULL));
    CHECK_INT(10, counts[0]);
    CHECK_OK(blob_scan(blobs, true, stop_at_first, &seen, NULL));
    CHECK_INT(1, seen);
    teardown();
}

TEST(blob_list, goes_on_behind_any_name)
{
    setup();
    struct sha256 all[12], part[4], hash;
    size_t count = 9, got = 0;
    CHECK_OK(blob_list(blobs, NULL, COUNT(all), all, &count, NULL));
    CHECK_INT(0, count);
    for (char c = 'a'; c <= 'j'; c++)
        CHECK_OK(blob_put(blobs, (struct bytes){ (uint8_t *)&c, 1 }, &hash, NULL));
    CHECK_OK(blob_list(blobs, NULL, COUNT(all), all, &count, NULL));
    CHECK_INT(10, count);
    for (size_t i = 1; i < count; i++)
        CHECK(memcmp(&all[i - 1], &all[i], sizeof all[i]) < 0);
    for (size_t i = 0; i < count; i++) {
        CHECK_OK(blob_list(blobs, &all[i], COUNT(part), part, &got, NULL));
        CHECK_INT(count - 1 - i < 4 ? count - 1 - i : 4, got);
        CHECK(!got || hash_equal(&part[0], &all[i + 1]));
    }
    struct sha256 between = all[4]; /* a name that is not there */
    between.at[31] ^= 1;
    CHECK_OK(blob_list(blobs, &between, 1, part, &got, NULL));
    CHECK(hash_equal(&part[0], &all[between.at[31] & 1 ? 5 : 4]));
    teardown();
}

/* Blobs of 'a', 'b', ... and their hashes in order. */
static void put_letters(struct sha256 *ret_all, size_t count)
{
    size_t got = 0;
    for (char c = 'a'; c < 'a' + (char)count; c++)
        CHECK_OK(blob_put(blobs, (struct bytes){ (uint8_t *)&c, 1 }, &ret_all[0], NULL));
    CHECK_OK(blob_list(blobs, NULL, count, ret_all, &got, NULL));
    CHECK_INT(count, got);
}

/* A store kept abcd... in ab/cd before it did in ab: such a folder goes on as it is. */
TEST(blob_files, finds_what_an_older_store_keeps_one_folder_deeper)
{
    if (getenv("JUANKU_BLOBS"))
        return;
    enum { ALL = 24 };
    setup();
    struct sha256 all[ALL], now[ALL];
    char hex[SHA256_HEX], from[200], to[200];
    size_t got = 0;
    put_letters(all, ALL);
    for (size_t i = 0; i < ALL; i += 2) {
        hash_hex(all[i], hex);
        snprintf(from, sizeof from, "%s/objects/%.2s/%s", folder, hex, hex);
        snprintf(to, sizeof to, "%s/objects/%.2s/%.2s", folder, hex, hex + 2);
        CHECK(!mkdir(to, 0750));
        snprintf(to, sizeof to, "%s/objects/%.2s/%.2s/%s", folder, hex, hex + 2, hex);
        CHECK(!rename(from, to));
    }
    for (size_t i = 0; i < ALL; i++) {
        CHECK_OK(blob_stat(blobs, all[i], NULL, &why));
        CHECK_OK(blob_list(blobs, i ? &all[i - 1] : NULL, ALL, now, &got, &why));
        CHECK_INT(ALL - i, got);
        CHECK(!memcmp(now, &all[i], got * sizeof *now));
    }
    CHECK_OK(blob_keep(blobs, all[0], 1000, NULL));
    CHECK_RC(RC_REFUSED, blob_remove(blobs, all[0], 999, NULL));
    CHECK_OK(blob_remove(blobs, all[0], 1000, NULL));
    put_letters(all, ALL);
    hash_hex(all[0], hex);
    snprintf(to, sizeof to, "%s/objects/%.2s/%.2s/%s", folder, hex, hex + 2, hex);
    CHECK(!access(to, F_OK));
    teardown();
}
