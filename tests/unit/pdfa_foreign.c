/* Other people's PDF/A files, good and bad: none is taken for a page of ours, none is
 * changed, none does harm. They stand outside of the project (veraPDF's corpus); without
 * them one made file is tried alone. */
#include "check.h"

#include "pdfa/pdfa.h"
#include "sys/file.h"
#include "sys/hash.h"
#include "sys/scope.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static enum rc open_it(void *context, size_t index, int *ret_fd, struct fault *why)
{
    (void)index;
    *ret_fd = dup(*(int *)context);
    return *ret_fd < 0 ? fault_set(why, RC_IO, 0, "dup") : RC_OK;
}

static void refuse(int fd)
{
    struct pdfa_page_facts facts;
    struct pdfa_join join = {
        .about = { "x", NULL, 0 }, .page_count = 1, .open_page = open_it, .context = &fd
    };
    struct fault why = { 0 };
    SCOPED(fd_close_at) int out = -1;
    CHECK_RC(RC_CORRUPT, pdfa_page_check(fd, &facts, &why));
    CHECK((unsigned char)why.text[0] >= 0x80); /* a Chinese sentence */
    CHECK_OK(file_in_memory("volume", (struct bytes){ NULL, 0 }, &out, NULL));
    CHECK_RC(RC_CORRUPT, pdfa_join(&join, out, &why));
}

TEST(pdfa_page_check, refuses_pdfs_that_others_wrote)
{
    static const char folder[] = "../shared/data/pdfa";
    SCOPED(fd_close_at) int made = -1;
    CHECK_OK(file_in_memory("made", BYTES("%PDF-1.4\n%\xE2\xE3\xCF\xD3\n%%EOF\n"), &made,
                            NULL));
    refuse(made);
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        if (!strstr(entry->d_name, ".pdf"))
            continue;
        SCOPED(fd_close_at)
        int fd = openat(dirfd(dir), entry->d_name, O_RDONLY | O_CLOEXEC);
        SCOPED(free_at) char *before = NULL;
        SCOPED(free_at) char *after = NULL;
        size_t len = 0, len_after = 0;
        CHECK_OK(file_read(dirfd(dir), entry->d_name, 1 << 26, &before, &len, NULL));
        refuse(fd);
        CHECK_OK(file_read(dirfd(dir), entry->d_name, 1 << 26, &after, &len_after, NULL));
        CHECK_INT(len, len_after);
        CHECK(!memcmp(before, after, len));
    }
    if (dir)
        closedir(dir);
}
