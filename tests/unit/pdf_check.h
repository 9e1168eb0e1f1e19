/* What the repository prints, read out by poppler. With KEEP_PDF=FOLDER in the
 * environment each document is also kept there, for the judges of PDF/A
 * (tests/golden/pdfa.sh). */
#ifndef TESTS_UNIT_PDF_CHECK_H
#define TESTS_UNIT_PDF_CHECK_H

#include "repo_fixture.h"

#include <ctype.h>
#include <fcntl.h>
#include <sys/sendfile.h>

static void pdf_keep(const char *path, int fd, uint64_t size)
{
    static unsigned count;
    const char *folder = getenv("KEEP_PDF");
    char name[600];
    if (!folder)
        return;
    int len = snprintf(name, sizeof name, "%s/", folder);
    for (; *path; path++)
        if (isalpha((unsigned char)*path) || (*path == '/' && name[len - 1] != '/'))
            name[len++] = *path == '/' ? '-' : *path;
    snprintf(name + len, sizeof name - (size_t)len, "-%u.pdf", ++count);
    int out = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    off_t from = 0;
    CHECK(out >= 0 && sendfile(out, fd, &from, size) == (ssize_t)size);
    close(out);
}

static void pdf_words(int fd, const char *const *words, const char *absent)
{
    static char text[1 << 18];
    char command[80];
    snprintf(command, sizeof command, "pdftotext -q -layout /proc/%d/fd/%d -",
             (int)getpid(), fd);
    FILE *out = popen(command, "r");
    CHECK(out != NULL);
    size_t len = fread(text, 1, sizeof text - 1, out);
    text[len] = 0;
    CHECK_INT(0, pclose(out));
    for (; *words; words++)
        if (!strstr(text, *words))
            fail_msg("the document lacks '%s':\n%s", *words, text);
    if (absent && strstr(text, absent))
        fail_msg("the document has '%s':\n%s", absent, text);
}

/* GET by somebody of this role is a document with all these words, NULL behind the last,
 * and without `absent` (NULL for nothing). `parts` and `query` are stolen. */
static void pdf_check(unsigned role, const char *path, json_t *parts, json_t *query,
                      const char *const *words, const char *absent)
{
    fixture();
    parts = parts ? parts : json_object();
    query = query ? query : json_object();
    struct call call = { .repo = at.repo,
                         .settings = &at.settings,
                         .parts = parts,
                         .query = query,
                         .token = at.tokens[row_of(role)],
                         .last_id = "",
                         .now_ms = at.now_ms ? at.now_ms : clock_now_ms() };
    call_run(&call, "GET", path);
    CHECK_INT(200, call.status);
    CHECK_TEXT("application/pdf", call.type);
    pdf_words(call.fd, words, absent);
    pdf_keep(path, call.fd, call.size);
    call_free(&call);
    json_decref(parts);
    json_decref(query);
}

#endif
