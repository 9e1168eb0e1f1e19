/* Fixity rounds: what is wrong or gone is told, whatever is read twice is told once, and
 * nothing is passed over when the process ends in the middle. */
#include "repo_fixture.h"

#include "repo-daemon/alarm.h"
#include "repo-daemon/apply.h"
#include "repo-daemon/fixity.h"
#include "sys/json_scope.h"

#include <fcntl.h>

enum { FILES = 40, BIG = 9 * 1024 * 1024 };

static const int64_t day_ms = 24 * (int64_t)3600 * 1000;
static const struct fixity_options options = {
    .days = 10, .bytes_per_s = 40 * 1024 * 1024, .from_hour = 0, .to_hour = 24
};
static struct fixity *f;
static char names[FILES + 1][SHA256_HEX];
static uint64_t kept_bytes;
static int64_t now;

static enum rc name_one(struct store_txn *txn, void *context, struct fault *why)
{
    SCOPED(json_free_at) json_t *entry = json_pack("{s:i}", "kinds", 1);
    return view_put(at.repo, txn, VIEW_BLOBS, context, entry, why);
}

static void keep(size_t i, size_t size)
{
    uint8_t *data = calloc(1, size);
    struct sha256 hash;
    memcpy(data, &i, sizeof i);
    CHECK_OK(blob_put(at.repo->blobs, (struct bytes){ data, size }, &hash, NULL));
    hash_hex(hash, names[i]);
    CHECK_OK(store_update(at.repo->store, name_one, names[i], NULL));
    kept_bytes += size;
    free(data);
}

static void prepare(void)
{
    if (at.repo)
        return;
    fixture();
    now = clock_now_ms();
    for (size_t i = 0; i < FILES; i++)
        keep(i, 100 + i);
    keep(FILES, BIG); /* longer than a slice */
}

static void again(void)
{
    fixity_free(f);
    f = NULL;
    CHECK_OK(fixity_new(at.repo, &options, &f, NULL));
    at.repo->fixity = f;
}

/* Steps until the round is over; how many it took. */
static int run(void)
{
    int steps = 0;
    do {
        now += FIXITY_STEP_MS;
        CHECK_OK(fixity_step(f, now, NULL));
        CHECK(++steps < 10000);
    } while (fixity_facts(f, now).phase != FIXITY_IDLE);
    return steps;
}

static void ask(void)
{
    CHECK_INT(202, call_by(ROLE_ADMIN, "POST", "/v1/fixity", NULL, json_object(), NULL));
}

static void path_of(const char *hex, char ret_path[200])
{
    snprintf(ret_path, 200, "%s/blobs/%.2s/%s", at.folder, hex, hex);
}

/* Turn the last bit of the file over, as a bad disk may. */
static void flip(const char *hex)
{
    char path[200];
    uint8_t byte;
    path_of(hex, path);
    CHECK(!chmod(path, 0640));
    SCOPED(fd_close_at) int fd = open(path, O_RDWR);
    off_t end = lseek(fd, 0, SEEK_END) - 1;
    CHECK_INT(1, pread(fd, &byte, 1, end));
    byte ^= 1;
    CHECK_INT(1, pwrite(fd, &byte, 1, end));
}

/* "file-wrong@0123456789abcdef " of each open alarm. */
static const char *open_alarms(void)
{
    static char text[2000];
    json_t *list = NULL, *one;
    size_t i;
    text[0] = 0;
    CHECK_OK(alarm_list(at.repo, true, &list, NULL));
    json_array_foreach(list, i, one)
    {
        size_t len = strlen(text);
        snprintf(text + len, sizeof text - len, "%s@%s ", json_text(one, "kind"),
                 json_text(one, "place"));
    }
    json_decref(list);
    return text;
}

static uint64_t events(void)
{
    struct ledger_head head;
    CHECK_OK(ledger_head(at.repo->ledger, &head, NULL));
    return head.size;
}

TEST(fixity, hours_are_read_exactly)
{
    unsigned from, to;
    static const char *const bad[] = { "",     "6",     "6-",    "-6",  "24-1",
                                       "0-25", "20-20", "20-6x", "a-b", "1-2-3" };
    CHECK(fixity_hours("20-6", &from, &to) && from == 20 && to == 6);
    CHECK(fixity_hours("0-24", &from, &to) && from == 0 && to == 24);
    for (size_t i = 0; i < COUNT(bad); i++)
        CHECK(!fixity_hours(bad[i], &from, &to));
}

TEST(fixity, reads_every_file_once_a_round_and_tells_the_ledger)
{
    prepare();
    again();
    CHECK_OK(fixity_step(f, now, NULL)); /* not in the rush of a start */
    CHECK_INT(FIXITY_IDLE, fixity_facts(f, now).phase);
    now += FIXITY_QUIET_MS;
    run();
    struct fixity_facts facts = fixity_facts(f, now);
    CHECK_INT(1, facts.round);
    CHECK_INT(FILES + 1, facts.last.files);
    CHECK_INT(kept_bytes, facts.last.bytes);
    CHECK_INT(0, facts.last.wrong + facts.last.gone);
    CHECK_TEXT("", open_alarms());
    uint64_t before = events();
    CHECK_OK(fixity_step(f, now + day_ms, NULL)); /* not due before ten days */
    CHECK_INT(1, fixity_facts(f, now).round);
    CHECK_INT(before, events());
    now += 10 * day_ms;
    run();
    CHECK_INT(2, fixity_facts(f, now).round);
    CHECK_INT(before + 1, events()); /* the end of the round */
}

TEST(fixity, tells_flipped_bits_and_lost_files_until_they_are_right_again)
{
    char path[200], aside[220], want[200];
    prepare();
    again();
    flip(names[3]);
    flip(names[FILES]);
    path_of(names[7], path);
    snprintf(aside, sizeof aside, "%s.aside", path);
    CHECK(!rename(path, aside));
    ask();
    run();
    struct fixity_facts facts = fixity_facts(f, now);
    CHECK_INT(2, facts.last.wrong);
    CHECK_INT(1, facts.last.gone);
    snprintf(want, sizeof want, "file-wrong@%.16s ", names[3]);
    CHECK(strstr(open_alarms(), want));
    snprintf(want, sizeof want, "file-wrong@%.16s ", names[FILES]);
    CHECK(strstr(open_alarms(), want));
    snprintf(want, sizeof want, "file-gone@%.16s ", names[7]);
    CHECK(strstr(open_alarms(), want));
    uint64_t before = events();
    ask();
    run(); /* told once: an ask and an end of the round */
    CHECK_INT(before + 2, events());
    flip(names[3]); /* put right */
    CHECK(!rename(aside, path));
    ask();
    run();
    snprintf(want, sizeof want, "file-wrong@%.16s ", names[FILES]);
    CHECK_TEXT(want, open_alarms());
    flip(names[FILES]);
    ask();
    run();
    CHECK_TEXT("", open_alarms());
    CHECK_INT(0, fixity_facts(f, now).last.wrong);
}

TEST(fixity, goes_on_where_it_stood_and_passes_nothing_over)
{
    prepare();
    for (int cut = 1; cut < 12; cut = cut * 2 + 1) {
        again();
        uint64_t round = fixity_facts(f, now).round;
        flip(names[FILES - cut]);
        ask();
        for (int i = 0; i < cut; i++) {
            now += FIXITY_SAVE_MS; /* also cuts behind a saved place */
            CHECK_OK(fixity_step(f, now, NULL));
        }
        again(); /* as after a kill */
        run();
        CHECK_INT(1, fixity_facts(f, now).last.wrong);
        CHECK(fixity_facts(f, now).last.files >= FILES + 1);
        CHECK(fixity_facts(f, now).round <= round + 2);
        CHECK(*open_alarms());
        flip(names[FILES - cut]);
        ask();
        run();
        CHECK_TEXT("", open_alarms());
    }
}

TEST(fixity, keeps_to_its_hours_and_its_pace)
{
    struct fixity_options night = options;
    prepare();
    night.from_hour = 20, night.to_hour = 6;
    fixity_free(f);
    CHECK_OK(fixity_new(at.repo, &night, &f, NULL));
    at.repo->fixity = f;
    CHECK_OK(fixity_step(f, now, NULL));
    int64_t noon = (now / day_ms + 20) * day_ms + 4 * 3600 * 1000; /* 12:00 in Beijing */
    CHECK_OK(fixity_step(f, noon, NULL));
    CHECK_INT(FIXITY_IDLE, fixity_facts(f, noon).phase);
    now = noon + day_ms / 2;
    CHECK_OK(fixity_step(f, now, NULL));
    CHECK_INT(FIXITY_FILES, fixity_facts(f, now).phase);
    CHECK_INT(64 * 1024, fixity_facts(f, now).rate); /* a small store: the least */
    uint64_t read = fixity_facts(f, now).now.bytes;
    CHECK(read <= 64 * 1024);
    CHECK_OK(fixity_step(f, noon + day_ms, NULL)); /* noon again: nothing is read */
    CHECK_INT(read, fixity_facts(f, now).now.bytes);
    CHECK(fixity_facts(f, now + 11 * day_ms).late);
    CHECK_INT(night.bytes_per_s, fixity_facts(f, now + 9 * day_ms).rate);
    ask(); /* a person may, at any hour */
    now = noon + day_ms;
    CHECK_INT(night.bytes_per_s, fixity_facts(f, now).rate);
    run();
    CHECK_INT(FILES + 1, fixity_facts(f, now).last.files);
}

TEST(fixity, tells_a_dying_disk_by_one_alarm_more)
{
    char hex[FIXITY_ALARMS_MOST + 5][SHA256_HEX];
    prepare();
    again();
    for (size_t i = 0; i < COUNT(hex); i++) { /* named, and never there */
        hash_hex(hash_sha256((struct bytes){ (uint8_t *)&i, sizeof i }), hex[i]);
        CHECK_OK(store_update(at.repo->store, name_one, hex[i], NULL));
    }
    ask();
    run();
    CHECK_INT(COUNT(hex), fixity_facts(f, now).last.gone);
    json_t *list = NULL;
    CHECK_OK(alarm_list(at.repo, true, &list, NULL));
    CHECK_INT(FIXITY_ALARMS_MOST + 1, json_array_size(list));
    json_decref(list);
    CHECK(alarm_find("files-many") != NULL);
    json_t *answer = NULL;
    CHECK_INT(422, call_by(ROLE_KEEPER, "POST", "/v1/alarms/{alarm}/end",
                           json_pack("{s:s}", "alarm", "files-many"),
                           json_pack("{s:s}", "note", "看过了"), &answer));
    json_decref(answer);
    for (size_t i = 0; i < COUNT(hex); i++)
        CHECK_OK(blob_put(at.repo->blobs, (struct bytes){ (uint8_t *)&i, sizeof i },
                          &(struct sha256){ { 0 } }, NULL));
    ask();
    run();
    CHECK_TEXT("", open_alarms());
}

TEST(fixity, shows_its_figures)
{
    prepare();
    again();
    json_t *answer = NULL;
    CHECK_INT(200, call_by(ROLE_KEEPER, "GET", "/v1/fixity", NULL, NULL, &answer));
    CHECK_TEXT("idle", json_text(answer, "phase"));
    CHECK_TEXT("0-24", json_text(answer, "hours"));
    CHECK(json_number(json_object_get(answer, "last"), "files") > FILES);
    json_decref(answer);
    CHECK_INT(403, call_by(ROLE_BORROWER, "GET", "/v1/fixity", NULL, NULL, NULL));
    CHECK_INT(403, call_by(ROLE_KEEPER, "POST", "/v1/fixity", NULL, json_object(), NULL));
    at.repo->fixity = NULL;
    CHECK_INT(503, call_by(ROLE_KEEPER, "GET", "/v1/fixity", NULL, NULL, NULL));
    fixity_free(f);
    f = NULL;
}

/* Last: the files that are named here are named by no event. */
TEST(fixity, alarms_are_the_same_after_a_rebuild)
{
    json_t *before = NULL, *after = NULL;
    uint64_t count = 0;
    prepare();
    again();
    flip(names[5]);
    ask();
    run();
    CHECK_OK(alarm_list(at.repo, true, &before, NULL));
    CHECK_INT(1, json_array_size(before));
    CHECK_OK(apply_all(at.repo, &count, NULL));
    CHECK_OK(alarm_list(at.repo, true, &after, NULL));
    CHECK(json_equal(before, after));
    json_decref(before);
    json_decref(after);
    again(); /* and the rebuilt one still knows which file to look at */
    flip(names[5]);
    ask();
    run();
    CHECK_TEXT("", open_alarms());
    fixity_free(f);
    f = NULL;
    at.repo->fixity = NULL;
}
