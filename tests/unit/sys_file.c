/* Durable files: the linker wraps fsync() so that a full disk can be played. */
#include "check.h"

#include "sys/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int __real_fsync(int fd);
int __wrap_fsync(int fd);

static int fsyncs, fail_fsync_at;

int __wrap_fsync(int fd)
{
    fsyncs++;
    if (fsyncs == fail_fsync_at) {
        errno = ENOSPC;
        return -1;
    }
    return __real_fsync(fd);
}

static int scratch_dir(void)
{
    char path[] = "/tmp/juanku-file-XXXXXX";
    CHECK(mkdtemp(path) != NULL);
    int dir = -1;
    CHECK_OK(file_open_folder(path, &dir, NULL));
    fsyncs = fail_fsync_at = 0;
    return dir;
}

static void check_content(int dir, const char *name, const char *want)
{
    char *got = NULL;
    size_t len;
    CHECK_OK(file_read(dir, name, 100, &got, &len, NULL));
    CHECK_TEXT(want, got);
    free(got);
}

static int entries_in(int dir)
{
    int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY);
    DIR *d = fdopendir(copy);
    CHECK(d != NULL);
    int count = 0;
    for (struct dirent *e; (e = readdir(d));)
        count += e->d_name[0] != '.' || strlen(e->d_name) > 2;
    closedir(d);
    return count;
}

TEST(file_replace, flushes_the_file_and_its_folder)
{
    int dir = scratch_dir();
    CHECK_OK(file_replace(dir, "page", BYTES("new"), NULL));
    CHECK_INT(2, fsyncs);
    check_content(dir, "page", "new");
    close(dir);
}

TEST(file_replace, keeps_the_old_content_when_the_disk_fills)
{
    int dir = scratch_dir();
    CHECK_OK(file_replace(dir, "page", BYTES("old"), NULL));
    fail_fsync_at = fsyncs + 1;
    struct fault why;
    CHECK_RC(RC_FULL, file_replace(dir, "page", BYTES("new"), &why));
    CHECK_INT(ENOSPC, why.err);
    check_content(dir, "page", "old");
    CHECK_INT(1, entries_in(dir));
    close(dir);
}

TEST(file_replace, reports_a_folder_that_could_not_be_flushed)
{
    int dir = scratch_dir();
    fail_fsync_at = 2;
    CHECK_RC(RC_FULL, file_replace(dir, "page", BYTES("new"), NULL));
    close(dir);
}

TEST(file_put, leaves_flushing_to_file_flush)
{
    int dir = scratch_dir();
    CHECK_OK(file_put(dir, "page", BYTES("old"), NULL));
    CHECK_OK(file_put(dir, "page", BYTES("new"), NULL));
    CHECK_INT(0, fsyncs);
    check_content(dir, "page", "new");
    CHECK_INT(1, entries_in(dir));
    CHECK_OK(file_flush(dir, "page", NULL));
    CHECK_INT(1, fsyncs);
    CHECK_RC(RC_NOT_FOUND, file_flush(dir, "other", NULL));
    close(dir);
}

TEST(file_replace, never_takes_the_place_of_a_device)
{
    int dir = scratch_dir();
    CHECK(mkfifoat(dir, "line", 0600) == 0);
    CHECK_RC(RC_INVALID, file_replace(dir, "line", BYTES("x"), NULL));
    struct stat there;
    CHECK(fstatat(dir, "line", &there, 0) == 0 && S_ISFIFO(there.st_mode));
    close(dir);
}

TEST(file_create, never_overwrites)
{
    int dir = scratch_dir();
    CHECK_OK(file_create(dir, "sheet", BYTES("first"), NULL));
    CHECK_RC(RC_EXISTS, file_create(dir, "sheet", BYTES("second"), NULL));
    check_content(dir, "sheet", "first");
    CHECK_INT(1, entries_in(dir));
    close(dir);
}

TEST(file_replace, refuses_a_name_that_leaves_the_folder)
{
    int dir = scratch_dir();
    CHECK_RC(RC_INVALID, file_replace(dir, "../page", BYTES("x"), NULL));
    CHECK_RC(RC_INVALID, file_replace(dir, "", BYTES("x"), NULL));
    close(dir);
}

TEST(file_read, refuses_what_is_longer_than_the_caller_allows)
{
    int dir = scratch_dir();
    CHECK_OK(file_replace(dir, "page", BYTES("123456"), NULL));
    char *got = NULL;
    size_t len;
    CHECK_OK(file_read(dir, "page", 6, &got, &len, NULL));
    free(got);
    CHECK_RC(RC_INVALID, file_read(dir, "page", 5, &got, &len, NULL));
    close(dir);
}

TEST(file_make_folder, makes_every_parent_and_flushes_each)
{
    int dir = scratch_dir();
    char path[200];
    CHECK(snprintf(path, sizeof path, "/tmp/juanku-made-%d/a/b", (int)getpid()) > 0);
    CHECK_OK(file_make_folder(path, 0750, NULL));
    CHECK_INT(3, fsyncs);
    CHECK_OK(file_make_folder(path, 0750, NULL));
    CHECK_INT(3, fsyncs);
    close(dir);
}
