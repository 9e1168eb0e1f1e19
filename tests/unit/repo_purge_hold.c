/* A hold (保全) that comes when a purge is approved already: what is there still stays,
 * here and in the copies, and whatever else is approved goes on. */
#include "purge_fixture.h"

#include "repo-daemon/backup.h"

#include <sys/stat.h>

static const char *const pages[] = { "押一", "押二", "押共" };

static void approve(const char *volume)
{
    json_t *purge = purge_propose(&volume, 1);
    CHECK_INT(201, purge_decide_by(ROLE_SUPERVISOR, purge, "approved", NULL));
    json_decref(purge);
}

static int64_t hold(const char *volume)
{
    json_t *answer = NULL;
    CHECK_INT(201, call_by(ROLE_SUPERVISOR, "POST", "/v1/holds", NULL,
                           purge_body(&volume, 1), &answer));
    int64_t seq = json_number(answer, "seq");
    json_decref(answer);
    return seq;
}

static void lift(const char *volume, int64_t seq)
{
    CHECK_INT(201,
              call_by(ROLE_SUPERVISOR, "POST", "/v1/holds/{hold}/lift",
                      json_pack("{s:o}", "hold", json_sprintf("%lld", (long long)seq)),
                      purge_body(&volume, 1), NULL));
}

static bool package_there(const char *volume)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", at.folder, volume);
    return !access(path, F_OK);
}

TEST(hold, after_the_approval_keeps_every_file_until_it_is_lifted)
{
    char label[LABEL_TEXT_MAX], other[LABEL_TEXT_MAX];
    static const char *const others[] = { "他一", "押共" };
    purge_volume(1, 60, pages, COUNT(pages), label);
    purge_volume(1, 61, others, COUNT(others), other);
    approve(label);
    int64_t seq = hold(label);
    approve(
        other); /* behind it, and not kept waiting; what both have stays with the first */
    purge_run();
    CHECK(picture_there("押一") && picture_there("押二") && picture_there("押共"));
    CHECK(package_there(label));
    CHECK(!picture_there("他一") && !package_there(other));
    lift(label, seq);
    purge_run();
    CHECK(!picture_there("押一") && !picture_there("押二") && !package_there(label));
    CHECK_TEXT("condemned", volume_field(label, "state"));
}

TEST(hold, while_files_go_keeps_those_that_are_left)
{
    enum { MANY = 2 * RETENTION_STEP_FILES };
    static char text[MANY][24];
    const char *many[MANY];
    char label[LABEL_TEXT_MAX];
    size_t left = 0;
    struct retention_work *work = NULL;
    for (size_t i = 0; i < MANY; i++) {
        snprintf(text[i], sizeof text[i], "许多%zu", i);
        many[i] = text[i];
    }
    purge_volume(1, 62, many, MANY, label);
    int64_t now_ms = clock_now_ms();
    CHECK_OK(retention_work_new(at.repo, at.settings.archive, &work, NULL));
    CHECK_RC(RC_NOT_FOUND, retention_work_step(work, now_ms, NULL));
    approve(label); /* and it begins at once */
    CHECK_OK(retention_work_step(work, now_ms, NULL));
    int64_t seq = hold(label);
    CHECK_RC(RC_NOT_FOUND, retention_work_step(work, now_ms, NULL));
    for (size_t i = 0; i < MANY; i++)
        left += picture_there(many[i]);
    CHECK_INT(MANY - RETENTION_STEP_FILES, left);
    lift(label, seq);
    now_ms += RETENTION_FAULT_MS;
    while (!retention_work_step(work, now_ms, NULL))
        ;
    retention_work_free(work);
    for (size_t i = 0; i < MANY; i++)
        CHECK(!picture_there(many[i]));
    CHECK(!package_there(label));
}

TEST(hold, keeps_the_copies_of_a_backup_too)
{
    static const char *const copied[] = { "抄一" };
    char label[LABEL_TEXT_MAX], to[100];
    struct backup_report report;
    snprintf(to, sizeof to, "%s-backup", at.folder);
    purge_volume(1, 63, copied, COUNT(copied), label);
    CHECK_OK(backup_make(at.folder, to, &report, NULL));
    approve(label);
    int64_t seq = hold(label);
    CHECK_OK(backup_make(at.folder, to, &report, NULL));
    CHECK_INT(0, report.dropped);
    lift(label, seq);
    CHECK_OK(backup_make(at.folder, to, &report, NULL));
    CHECK_INT(1, report.dropped);
    nftw(to, fixture_unlink, 16, FTW_DEPTH | FTW_PHYS);
}
