/* Power failures on a real file system, and a full disk.
 *
 * The repository lies on an ext4 image mounted through a loop device. A child appends,
 * hands a volume over and puts files, alone and in groups, makes a backup now and then,
 * and tells each acknowledgement over shared memory. Again and again it is stopped, the
 * image is copied as it is at that moment (what was not flushed is not in it), and goes
 * on; the copy is mounted, which replays its journal, and must hold everything that was
 * acknowledged, nothing twice, without a gap.
 *
 * Mounting needs the rights for it: without them this says so, and crash/ledger and
 * crash/blob, which take back what was not flushed, stand alone. */
#include "unit/repo_fixture.h"

#include "repo-daemon/backup.h"
#include "repo-daemon/command.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>

enum { ROUNDS = 6, ACKS_MAX = 100000, CHAIN_MS = 60 };

enum { FIRST_HAND = 4, BACKUP_EACH = 60 };

static struct shared {
    unsigned acked;     /* commands and files 1.. so many are acknowledged */
    unsigned backed_up; /* of them so many stand in a backup that was acknowledged */
} * shared;

static char work_folder[64];
static struct fault why;

static bool shell(const char *format, const char *a, const char *b)
{
    char line[512];
    snprintf(line, sizeof line, format, work_folder, a, work_folder, b);
    return system(line) == 0;
}

static const char *id_of(unsigned n)
{
    static char id[33];
    snprintf(id, sizeof id, "%032x", n);
    return id;
}

static struct bytes content_of(unsigned n)
{
    static uint8_t content[30000];
    memset(content, (int)(n * 7), sizeof content);
    memcpy(content, &n, sizeof n);
    return (struct bytes){ content, sizeof content };
}

/* What command n does to the volume: it is registered, received, then goes to and fro
 * between two hands, each offer followed by its acceptance; every other one is a case. */
struct hand {
    const char *event, *from, *to_state, *holder, *to;
    uint64_t version; /* before it */
};

static bool hand_of(unsigned n, struct hand *ret_hand)
{
    static const char *const hands[] = { "P0000000195", "P0000000292" };
    if (n == 2)
        *ret_hand = (struct hand){ "register", "", "expected", NULL, NULL, 0 };
    else if (n == 3)
        *ret_hand = (struct hand){ "receive", "expected", "received", hands[0], NULL, 1 };
    if (n == 2 || n == 3)
        return true;
    if (n < FIRST_HAND || n % 2)
        return false;
    unsigned step = (n - FIRST_HAND) / 2, receiver = 1 - step / 2 % 2;
    uint64_t version = 2 + step;
    *ret_hand = step % 2 ? (struct hand){ "accept",        "in-transit", "received",
                                          hands[receiver], "",           version }
                         : (struct hand){ "offer", "received",      "in-transit",
                                          NULL,    hands[receiver], version };
    return true;
}

/* Who must hold the volume when 1..n are done; "" for nobody yet. */
static const char *holder_after(unsigned n)
{
    struct hand hand;
    for (; n; n--)
        if (hand_of(n, &hand) && hand.holder)
            return hand.holder;
    return "";
}

/* One file, then one command that names it; as the daemon does it. */
static enum rc do_one(struct repo *repo, unsigned n)
{
    struct sha256 hash;
    struct hand hand = { .event = "case" };
    char hex[SHA256_HEX];
    json_t *answer = NULL;
    enum rc rc = blob_put(repo->blobs, content_of(n), &hash, &why);
    if (rc)
        return rc;
    hash_hex(hash, hex);
    bool moves = hand_of(n, &hand);
    struct ledger_move move = { VOLUME, hand.version, hand.from, hand.to_state };
    json_t *data = json_pack("{s:s, s:s}", "case", id_of(n), "file", hex);
    if (hand.holder)
        json_object_set_new(data, "holder", json_string(hand.holder));
    if (hand.to)
        json_object_set_new(data, "to", json_string(hand.to));
    struct command command = { .id = id_of(n),
                               .event = hand.event,
                               .by = "",
                               .at_ms = n,
                               .data = data,
                               .moves = &move,
                               .move_count = moves };
    rc = command_run(repo, &command, &answer, &why);
    json_decref(data);
    json_decref(answer);
    return rc;
}

static int work(const char *folder)
{
    char copy[120];
    struct repo *repo = NULL;
    struct backup_report report;
    snprintf(copy, sizeof copy, "%s-backup", folder);
    if (repo_open(folder, &repo, &why))
        return 1;
    for (unsigned n = 1; n < ACKS_MAX; n += 3) {
        bool group = n % 2;
        if (group && store_group_begin(repo->store, &why))
            return 2;
        for (unsigned i = n; i < n + 3; i++) {
            if (do_one(repo, i))
                return 3;
            if (!group)
                shared->acked = i;
        }
        if (group && store_group_end(repo->store, &why))
            return 4;
        shared->acked = n + 2;
        if (n % BACKUP_EACH != 1)
            continue;
        /* A backup is another process; in this one it must not wait for itself. */
        if (store_settle(repo->store, &why))
            return 6;
        if (backup_make(folder, copy, &report, &why))
            return 5;
        shared->backed_up = n + 2;
    }
    return 0;
}

/* What a copy must hold that was taken when `acked` were acknowledged. */
static void look(const char *folder, unsigned acked)
{
    struct repo *repo = NULL;
    struct backup_report report;
    struct ledger_result result;
    if (repo_open(folder, &repo, &why))
        fail_msg("%s", why.text);
    for (unsigned n = 1; n <= acked; n++) {
        CHECK_OK(ledger_settle(repo->ledger, id_of(n), &result, NULL));
        CHECK_INT(n, result.first_seq);
        CHECK_OK(blob_stat(repo->blobs, hash_sha256(content_of(n)), NULL, NULL));
    }
    struct ledger_head head;
    json_t *volume = NULL;
    CHECK_OK(ledger_head(repo->ledger, &head, NULL));
    CHECK(head.size >= acked && head.size <= acked + 3); /* a group may be under way */
    if (!view_find(repo, VIEW_VOLUMES, VOLUME, &volume))
        CHECK_TEXT(holder_after((unsigned)head.size), json_text(volume, "holder"));
    json_decref(volume);
    for (unsigned n = 1; n <= acked + 4; n++) { /* and it goes on */
        enum rc rc = do_one(repo, n);
        CHECK(rc == RC_EXISTS || (rc == RC_OK && n > acked));
    }
    repo_close(repo);
    if (backup_verify(folder, &report, &why))
        fail_msg("%s", why.text);
}

/* A backup that was acknowledged is there, whole, whatever the next one had begun. */
static void look_at_backup(const char *folder, unsigned backed_up)
{
    char copy[120], back[120];
    struct backup_report report;
    if (!backed_up)
        return;
    snprintf(copy, sizeof copy, "%s-backup", folder);
    snprintf(back, sizeof back, "%s-restored", folder);
    if (backup_verify(copy, &report, &why))
        fail_msg("%s", why.text);
    CHECK(report.events >= backed_up);
    CHECK_OK(backup_restore(copy, back, &report, &why));
    look(back, backed_up);
}

static bool mounts(void)
{
    snprintf(work_folder, sizeof work_folder, "/tmp/juanku-power-XXXXXX");
    CHECK(mkdtemp(work_folder) != NULL);
    return shell("truncate -s 128M %s/%s && mkfs.ext4 -q -F %s/%s", "image", "image") &&
           shell("mkdir %s/%s && mkdir %s/%s", "live", "copy") &&
           shell("mount -o loop %s/%s %s/%s 2>/dev/null", "image", "live");
}

TEST(power, failing_at_any_moment_loses_nothing_that_was_acknowledged)
{
    char live[96], copy[96];
    if (!mounts()) {
        print_message("# no rights to mount here: not tried\n");
        CHECK(shell("rm -r %s/%s %s/%s", "live", "copy"));
        return;
    }
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    snprintf(live, sizeof live, "%s/live/repo", work_folder);
    snprintf(copy, sizeof copy, "%s/copy/repo", work_folder);
    CHECK_OK(repo_create(live, "粤0399", NULL, &why));
    (void)fflush(stdout);
    pid_t child = fork();
    if (!child)
        _exit(work(live));
    unsigned before = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < 200 && shared->acked < before + 3; i++)
            usleep(20000);
        usleep(CHAIN_MS * 1000 + round * 7919);
        kill(child, SIGSTOP);
        unsigned acked = shared->acked, backed_up = shared->backed_up;
        CHECK(shell("cp --sparse=always %s/%s %s/%s", "image", "frozen"));
        kill(child, SIGCONT);
        CHECK(acked > before);
        before = acked;
        CHECK(shell("mount -o loop %s/%s %s/%s", "frozen", "copy"));
        look(copy, acked);
        if (round % 2)
            look_at_backup(copy, backed_up);
        CHECK(shell("umount %s/%s && rm %s/%s", "copy", "frozen"));
    }
    print_message("# %d power failures, %u acknowledged, %u in a backup\n", ROUNDS,
                  before, shared->backed_up);
    CHECK(shared->backed_up);
    kill(child, SIGKILL);
    CHECK(waitpid(child, NULL, 0) == child);
    CHECK(shell("umount %s/%s && rm -r %s/%s", "live", "image"));
}

/* A disk of a few megabytes that fills up, and has room again. */
TEST(disk, that_is_full_refuses_with_a_sentence_and_goes_on_when_there_is_room)
{
    char folder[96], filler[96];
    struct repo *repo = NULL;
    snprintf(work_folder, sizeof work_folder, "/tmp/juanku-full-XXXXXX");
    CHECK(mkdtemp(work_folder) != NULL);
    if (!shell("mkdir %s/%s && mount -t tmpfs -o size=24m none %s/%s 2>/dev/null", "d",
               "d")) {
        print_message("# no rights to mount here: not tried\n");
        return;
    }
    snprintf(folder, sizeof folder, "%s/d/repo", work_folder);
    snprintf(filler, sizeof filler, "%s/d/filler", work_folder);
    CHECK_OK(repo_create(folder, "粤0399", NULL, &why));
    CHECK_OK(repo_open(folder, &repo, &why));
    int fd = open(filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    CHECK(!posix_fallocate(fd, 0, 4 * 1024 * 1024));
    close(fd);
    unsigned n = 1, refused = 0;
    for (; refused < 3 && n < ACKS_MAX; n++) {
        enum rc rc = do_one(repo, n);
        if (!rc)
            continue;
        CHECK_RC(RC_FULL, rc);
        CHECK((unsigned char)why.text[0] >= 0x80); /* a sentence for people */
        refused++;
        n--; /* the same again */
    }
    CHECK_INT(3, refused);
    unsigned last = n;
    struct ledger_result result;
    CHECK_RC(RC_NOT_FOUND, ledger_settle(repo->ledger, id_of(last), &result, NULL));
    CHECK(!unlink(filler));
    for (; n < last + 20; n++)
        CHECK_OK(do_one(repo, n));
    repo_close(repo);
    look(folder, n - 1);
    print_message("# full after %u, then on to %u\n", last - 1, n - 1);
    CHECK(shell("umount %s/%s && rmdir %s/%s", "d", "d"));
}
