/* The spool: what is acknowledged survives, what is not never becomes a sheet. A crash is
 * played by closing the spool and opening it again, a full disk by a wrapped fsync(). */
#include "check.h"

#include "station/spool.h"
#include "station/turn.h"
#include "sys/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int __real_fsync(int fd);
int __wrap_fsync(int fd);

static int fsyncs, fail_fsync_at;
static bool no_fsync; /* thousands of sheets, and no crash to be survived */

int __wrap_fsync(int fd)
{
    fsyncs++;
    if (fail_fsync_at && fsyncs >= fail_fsync_at) {
        errno = ENOSPC;
        return -1;
    }
    return no_fsync ? 0 : __real_fsync(fd);
}

static char scratch[64];

static struct spool *open_spool(void)
{
    struct spool *spool = NULL;
    CHECK_OK(spool_open(scratch, &spool, NULL));
    return spool;
}

static struct spool *new_spool(void)
{
    snprintf(scratch, sizeof scratch, "/tmp/juanku-spool-XXXXXX");
    CHECK(mkdtemp(scratch) != NULL);
    fsyncs = fail_fsync_at = 0;
    return open_spool();
}

static void end_spool(struct spool *spool)
{
    char line[128];
    spool_close(spool);
    snprintf(line, sizeof line, "rm -rf %s", scratch);
    CHECK_INT(0, system(line));
}

static struct job *new_job(struct spool *spool)
{
    struct job *job = job_new();
    snprintf(job->volume, sizeof job->volume, "V44039920260301010027100159");
    snprintf(job->case_no, sizeof job->case_no, "(2026)粤0399民初10027号");
    snprintf(job->kind, sizeof job->kind, "first");
    job->sheets_declared = 17;
    CHECK_OK(spool_create_job(spool, job, NULL));
    return job;
}

static enum rc put_side(struct spool *spool, struct job *job, unsigned sheet,
                        enum side side, struct capture *c)
{
    char bits[32];
    int fd = -1;
    snprintf(bits, sizeof bits, "bits %u %s", sheet, side_name(side));
    *c = (struct capture){
        .type = "image/jpeg", .mode = "Color", .dpi = 300, .width_px = 10, .height_px = 10
    };
    struct bytes data = { (const uint8_t *)bits, strlen(bits) };
    CHECK_OK(file_in_memory("bits", data, &fd, NULL));
    enum rc rc = spool_put_capture(spool, job, sheet, side, fd, c, NULL);
    close(fd);
    return rc;
}

static enum rc put_sheet(struct spool *spool, struct job *job)
{
    struct capture sides[2];
    unsigned sheet = job->sheets + 1;
    for (unsigned i = 0; i < 2; i++) {
        enum rc rc = put_side(spool, job, sheet, (enum side)i, &sides[i]);
        if (rc)
            return rc;
    }
    enum rc rc = spool_put_sheet(spool, job, sheet, sides, 2, NULL);
    if (!rc)
        job_add_sheet(job, sides, 2);
    return rc;
}

static struct job *load_again(struct spool **spool, const char *id)
{
    struct job *job = NULL;
    spool_close(*spool);
    *spool = open_spool();
    CHECK_OK(spool_load_job(*spool, id, &job, NULL));
    return job;
}

static bool exists(const char *id, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s/%s", scratch, id, name);
    return !access(path, F_OK);
}

TEST(spool, gives_back_every_acknowledged_sheet)
{
    struct spool *spool = new_spool();
    struct job *job = new_job(spool);
    for (int i = 0; i < 9; i++)
        CHECK_OK(put_sheet(spool, job));
    job->state = JOB_SCANNING;
    CHECK_OK(spool_save_job(spool, job, NULL));
    struct job *back = load_again(&spool, job->id);
    CHECK_INT(9, back->sheets);
    CHECK_INT(18, back->count);
    CHECK_INT(2, back->sides);
    CHECK_INT(JOB_SCANNING, back->state);
    CHECK_INT(17, back->sheets_declared);
    CHECK_TEXT(job->case_no, back->case_no);
    for (size_t i = 0; i < 18; i++) {
        CHECK_TEXT(job->images[i].capture.sha256, back->images[i].capture.sha256);
        CHECK_INT(IMAGE_CAPTURED, back->images[i].state);
    }
    job_free(job);
    job_free(back);
    end_spool(spool);
}

/* Backs by hand are leaves of their own, so a volume has more leaves than sheets. */
TEST(spool, gives_back_both_sides_by_hand_of_a_large_volume)
{
    enum { SHEETS = JOB_SHEETS_MAX / 2 + 1 };
    struct spool *spool = new_spool();
    struct job *job = new_job(spool);
    no_fsync = true;
    job->by_hand = true;
    job->sheets_declared = SHEETS;
    for (unsigned leaf = 1; leaf <= 2 * SHEETS; leaf++) {
        struct capture c;
        job->turned = leaf > SHEETS;
        CHECK_OK(put_side(spool, job, leaf, job->turned ? SIDE_BACK : SIDE_FRONT, &c));
        CHECK_OK(spool_put_sheet(spool, job, leaf, &c, 1, NULL));
        json_t *purpose = turn_purpose(job);
        if (job->turned)
            turn_add_back(job, &c, purpose);
        else
            job_add_sheet(job, &c, 1);
        json_decref(purpose);
    }
    CHECK_OK(spool_save_job(spool, job, NULL));
    struct job *back = load_again(&spool, job->id);
    CHECK_INT(SHEETS, back->sheets);
    CHECK_INT(2 * SHEETS, back->leaves);
    CHECK_INT(2 * SHEETS, back->count);
    CHECK_INT(0, turn_lacking(back));
    for (size_t i = 0; i < back->count; i++)
        CHECK_TEXT(job->images[i].capture.sha256, back->images[i].capture.sha256);
    no_fsync = false;
    job_free(job);
    job_free(back);
    end_spool(spool);
}

TEST(spool, moves_the_bits_of_an_unfinished_sheet_aside)
{
    struct spool *spool = new_spool();
    struct job *job = new_job(spool);
    struct capture c;
    CHECK_OK(put_sheet(spool, job));
    CHECK_OK(put_side(spool, job, 2, SIDE_FRONT, &c)); /* and then the power fails */
    struct job *back = load_again(&spool, job->id);
    CHECK_INT(1, back->sheets);
    CHECK(!exists(job->id, "sheets/0002-front.jpg"));
    CHECK(exists(job->id, "aside/0002-front.jpg"));
    CHECK_OK(put_sheet(spool, back)); /* the sheet is fed again */
    CHECK_INT(2, back->sheets);
    job_free(job);
    job_free(back);
    end_spool(spool);
}

TEST(spool, flushes_each_side_and_the_record_with_their_folder)
{
    struct spool *spool = new_spool();
    struct job *job = new_job(spool);
    fsyncs = 0;
    CHECK_OK(put_sheet(spool, job));
    CHECK(fsyncs >= 6); /* three files, and the folder after each */
    job_free(job);
    end_spool(spool);
}

TEST(spool, keeps_no_sheet_whose_flush_failed_at_any_step)
{
    for (int step = 1; step <= 6; step++) {
        struct spool *spool = new_spool();
        struct job *job = new_job(spool);
        CHECK_OK(put_sheet(spool, job));
        fsyncs = 0;
        fail_fsync_at = step;
        CHECK_RC(RC_FULL, put_sheet(spool, job));
        CHECK_INT(1, job->sheets);
        fail_fsync_at = 0;
        CHECK_OK(spool_set_aside(spool, job->id, job->sheets, NULL));
        CHECK_OK(put_sheet(spool, job)); /* space is back */
        struct job *back = load_again(&spool, job->id);
        CHECK_INT(2, back->sheets);
        job_free(job);
        job_free(back);
        end_spool(spool);
    }
}

TEST(spool, ends_before_a_damaged_sheet_and_says_so)
{
    static const char *const damage[] = {
        "echo '{' > %s/%s/sheets/0002.json",
        "rm %s/%s/sheets/0002-back.jpg",
        "truncate -s 3 %s/%s/sheets/0002-front.jpg",
        "printf X | dd of=%s/%s/sheets/0002-front.jpg bs=1 seek=2 conv=notrunc "
        "2>/dev/null",
        "sed -i 's/0002-back/0001-back/' %s/%s/sheets/0002.json",
    };
    for (size_t i = 0; i < COUNT(damage); i++) {
        struct spool *spool = new_spool();
        struct job *job = new_job(spool);
        for (int k = 0; k < 3; k++)
            CHECK_OK(put_sheet(spool, job));
        char line[256];
        snprintf(line, sizeof line, damage[i], scratch, job->id);
        CHECK_INT(0, system(line));
        struct job *back = load_again(&spool, job->id);
        CHECK_INT(1, back->sheets);
        CHECK(strstr(back->note, "从第 2 张起"));
        CHECK(exists(job->id, "aside/0003.json")); /* nothing scanned is destroyed */
        job_free(job);
        job_free(back);
        end_spool(spool);
    }
}

TEST(spool, gives_back_results_whose_parts_are_whole)
{
    struct spool *spool = new_spool();
    struct job *job = new_job(spool);
    CHECK_OK(put_sheet(spool, job));
    int fds[PART_COUNT] = { -1, -1, -1, -1, -1 };
    json_t *result = json_pack("{s:s}", "kind", "page");
    CHECK_OK(file_in_memory("pdf", BYTES("%PDF"), &fds[PART_PDF], NULL));
    CHECK_OK(spool_put_result(spool, job, &job->images[0], result, fds, NULL));
    CHECK(json_object_get(result, "pdf_sha256") != NULL);
    CHECK(json_object_get(result, "text_sha256") == NULL);
    /* Not a flush for what can be made again, but for all of it before a promise. */
    job->images[0].result = json_incref(result);
    job->images[0].state = IMAGE_READY;
    fsyncs = 0;
    CHECK_OK(spool_put_result(spool, job, &job->images[0], result, fds, NULL));
    CHECK_INT(0, fsyncs);
    CHECK_OK(spool_flush_results(spool, job, NULL));
    CHECK_INT(3, fsyncs); /* part, result, folder */
    fail_fsync_at = fsyncs + 2;
    CHECK_RC(RC_FULL, spool_flush_results(spool, job, NULL));
    fail_fsync_at = 0;
    struct job *back = load_again(&spool, job->id);
    CHECK_INT(IMAGE_READY, back->images[0].state);
    CHECK_TEXT("page", image_kind(&back->images[0]));
    CHECK_INT(IMAGE_CAPTURED, back->images[1].state);
    int fd = -1;
    CHECK_OK(spool_open_part(spool, back, &back->images[0], PART_PDF, &fd, NULL));
    close(fd);
    CHECK_RC(RC_NOT_FOUND,
             spool_open_part(spool, back, &back->images[0], PART_TEXT, &fd, NULL));
    job_free(back);
    static const char *const damage[] = { "echo rot >%s/%s/sheets/0001-front.pdf",
                                          "rm %s/%s/sheets/0001-front.pdf" };
    for (size_t i = 0; i < COUNT(damage); i++) {
        char line[256];
        snprintf(line, sizeof line, damage[i], scratch, job->id);
        CHECK_INT(0, system(line));
        back = load_again(&spool, job->id);
        CHECK_INT(IMAGE_CAPTURED, back->images[0].state); /* it is made again */
        if (!i)
            job_free(back);
    }
    close(fds[PART_PDF]);
    json_decref(result);
    job_free(job);
    job_free(back);
    end_spool(spool);
}

TEST(spool, keeps_decisions_and_corrections)
{
    struct spool *spool = new_spool();
    struct job *job = new_job(spool);
    CHECK_OK(put_sheet(spool, job));
    job->images[1].edit = EDIT_MOVE;
    job->images[1].edit_row = 6;
    job->confirmed = true;
    job->recounts = json_pack("[{s:i}]", "to", 17);
    CHECK_OK(spool_save_job(spool, job, NULL));
    struct job *back = load_again(&spool, job->id);
    CHECK_INT(EDIT_MOVE, back->images[1].edit);
    CHECK_INT(6, back->images[1].edit_row);
    CHECK(back->confirmed);
    CHECK_INT(1, json_array_size(back->recounts));
    job_free(job);
    job_free(back);
    end_spool(spool);
}

TEST(spool, lists_jobs_in_the_order_of_their_making_and_leaves_half_made_ones_out)
{
    struct spool *spool = new_spool();
    struct job *first = new_job(spool);
    usleep(20000); /* the kernel's file clock ticks every few ms; no person is as fast */
    struct job *second = new_job(spool);
    char line[256], (*ids)[JOB_ID_LEN + 1] = NULL;
    size_t count = 0;
    snprintf(line, sizeof line, "mkdir %s/00000000000000000000000000000000 %s/other",
             scratch, scratch);
    CHECK_INT(0, system(line));
    CHECK_OK(spool_list(spool, &ids, &count, NULL));
    CHECK_INT(2, count);
    CHECK_TEXT(first->id, ids[0]);
    CHECK_TEXT(second->id, ids[1]);
    free(ids);
    CHECK_OK(spool_remove_job(spool, first->id, NULL));
    CHECK_OK(spool_list(spool, &ids, &count, NULL));
    CHECK_INT(1, count);
    CHECK(!exists(first->id, ""));
    free(ids);
    job_free(first);
    job_free(second);
    end_spool(spool);
}

TEST(spool, belongs_to_one_station_process_at_a_time)
{
    struct spool *spool = new_spool(), *other = NULL;
    CHECK_RC(RC_AGAIN, spool_open(scratch, &other, NULL));
    CHECK(other == NULL);
    end_spool(spool);
}

TEST(spool, refuses_an_empty_picture)
{
    struct spool *spool = new_spool();
    struct job *job = new_job(spool);
    struct capture c = { .type = "image/jpeg" };
    int fd = -1;
    CHECK_OK(file_in_memory("none", BYTES(""), &fd, NULL));
    CHECK_RC(RC_CORRUPT, spool_put_capture(spool, job, 1, SIDE_FRONT, fd, &c, NULL));
    close(fd);
    job_free(job);
    end_spool(spool);
}
