/* An export is verified by a program that is not ours: Go's sumdb/tlog and sumdb/note
 * (tests/peer/tlog.go), from the files alone. The ledger has more than 256 * 256 events,
 * so that there are tiles of three levels. */
#include "check.h"

#include "contract/ledger_fixture.h"
#include "repo-daemon/ledger_export.h"
#include "repo-daemon/store_lmdb.h"
#include "repo-daemon/witness.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <fcntl.h>
#include <sys/wait.h>

enum { HEADS = 6 };
static const uint64_t sizes[HEADS] = { 1, 255, 256, 257, 4000, 65793 };

static char folder[64];
static struct ledger *ledger;
static struct fault why;

struct appending {
    uint64_t from, to;
};

static enum rc append_all(struct store_txn *txn, void *context, struct fault *fault)
{
    const struct appending *a = context;
    enum rc rc = RC_OK;
    for (uint64_t n = a->from; !rc && n <= a->to; n++) {
        struct ledger_result result;
        struct ledger_event event = { .event = "note", .by = "", .at_ms = (int64_t)n };
        struct ledger_batch batch = { test_id((unsigned)n), NULL, &event, 1 };
        rc = ledger_append_in(ledger, txn, &batch, &result, fault);
    }
    return rc;
}

static void export_to(const char *name)
{
    char out[96];
    uint64_t events = 0;
    struct ledger_source source;
    snprintf(out, sizeof out, "%s/%s", folder, name);
    CHECK_OK(ledger_source_of(ledger, &source, &why));
    CHECK_OK(ledger_export(&source, out, &events, &why));
}

static void put(const char *name, const char *text)
{
    char path[96];
    SCOPED(fd_close_at) int dir = -1;
    snprintf(path, sizeof path, "%s/at-3", folder);
    CHECK_OK(file_open_folder(path, &dir, &why));
    CHECK_OK(
        file_create(dir, name, (struct bytes){ (uint8_t *)text, strlen(text) }, &why));
}

/* The fourth export with the cosignature of a witness. */
static void cosign(void)
{
    char at[96], key[CHECKPOINT_KEY_MAX], note[COSIGN_TEXT_MAX];
    struct ledger_source source;
    SCOPED(free_at) char *request = NULL;
    snprintf(at, sizeof at, "%s/at-3", folder);
    CHECK_OK(ledger_source_of_folder(at, &source, &why));
    CHECK_OK(ledger_growth_write(&source, 0, &request, &why));
    snprintf(at, sizeof at, "%s/witness", folder);
    CHECK_OK(witness_create(at, "court.example/w", &why));
    CHECK_OK(witness_follow(at, source.key, &why));
    CHECK_OK(witness_cosign(at, (struct bytes){ (uint8_t *)request, strlen(request) },
                            1790000000, note, &why));
    CHECK_OK(witness_key(at, key, &why));
    put("witness.pub", key);
    put("checkpoint.cosigned", note);
}

static void setup(void)
{
    char uri[96], name[16];
    scratch_make(folder);
    snprintf(uri, sizeof uri, "lmdb:%s/db", folder);
    CHECK_OK(ledger_create(uri, "440399", "juanku/440399", &why));
    CHECK_OK(ledger_open(uri, NULL, &ledger, &why));
    for (size_t i = 0; i < HEADS; i++) {
        struct appending appending = { i ? sizes[i - 1] + 1 : 1, sizes[i] };
        CHECK_OK(store_update(ledger_store(ledger), append_all, &appending, &why));
        snprintf(name, sizeof name, "at-%zu", i);
        export_to(name);
    }
    ledger_close(ledger);
    cosign();
}

/* Exit code of the other program over an export and all earlier heads. */
static int peer(int newest)
{
    char line[1024], *at = line;
    at += sprintf(at, "%s/tlog %s/at-%d", folder, folder, newest);
    for (int i = 0; i <= newest; i++)
        at += sprintf(at, " %s/at-%d/checkpoint", folder, i);
    sprintf(at, " 2>>%s/said", folder);
    int status = system(line);
    CHECK(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void flip(const char *name, off_t at)
{
    char path[128];
    uint8_t byte = 0;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    CHECK(fd >= 0);
    CHECK_INT(1, pread(fd, &byte, 1, at));
    byte ^= 1;
    CHECK_INT(1, pwrite(fd, &byte, 1, at));
    close(fd);
}

TEST(export, is_verified_by_the_library_of_others_and_each_change_is_found_by_it)
{
    static const struct {
        const char *file;
        off_t at;
        int newest;
    } flips[] = {
        { "at-3/events.jsonl", 20, 3 },   { "at-3/checkpoint", 40, 3 },
        { "at-2/checkpoint", 90, 3 },     { "at-3/tile/0/000", 4000, 3 },
        { "at-3/tile/0/001.p/1", 5, 3 },  { "at-3/tile/1/000.p/1", 31, 3 },
        { "at-5/tile/2/000.p/1", 31, 5 }, { "at-3/checkpoint.cosigned", 250, 3 },
        { "at-3/witness.pub", 40, 3 },
    };
    char line[256];
    setup();
    snprintf(line, sizeof line,
             "GO111MODULE=off GOFLAGS= GOPATH=/usr/share/gocode GOCACHE=${OUT:-out}/"
             "go-cache sh -c 'GOCACHE=$(realpath -m $GOCACHE) go build -o %s/tlog "
             "tests/peer/tlog.go'",
             folder);
    CHECK_INT(0, system(line));
    for (int i = 0; i < HEADS; i++)
        CHECK_INT(0, peer(i));
    for (size_t i = 0; i < COUNT(flips); i++) {
        flip(flips[i].file, flips[i].at);
        if (peer(flips[i].newest) != 2)
            fail_msg("%s byte %ld: the change was not found", flips[i].file,
                     (long)flips[i].at);
        flip(flips[i].file, flips[i].at);
    }
    CHECK_INT(0, peer(3));
    scratch_drop(folder);
}
