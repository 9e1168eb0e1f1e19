/* BagIt packages: what is written verifies, here and with sha512sum; what was changed
 * does not; the conformance suite where it lies beside the project. */
#include "check.h"
#include "repo-daemon/bagit.h"
#include "repo-daemon/bagit_md5.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

static char work[] = "/tmp/juanku-bagit-XXXXXX";

static const char *const files[] = { "data/volume.pdf", "data/pages/0001.pdf",
                                     "data/odd %\r\nname.txt", "data/empty",
                                     "ledger/proof.txt" };
static const char *const contents[] = { "volume", "page", "odd", "", "proof" };

static const char *folder(void)
{
    if (strstr(work, "XXXXXX"))
        CHECK(mkdtemp(work) != NULL);
    return work;
}

static const char *at(const char *name)
{
    static char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", folder(), name);
    return path;
}

static enum rc open_content(void *context, size_t index, int *ret_fd, struct fault *why)
{
    const char *const *list = context;
    const char *text = list[index];
    return file_in_memory(
        "content", (struct bytes){ (const uint8_t *)text, strlen(text) }, ret_fd, why);
}

static struct bagit bag_of(const char *name)
{
    static const struct bagit_info infos[] = {
        { "Source-Organization", "某市某区人民法院" }, { "External-Identifier", "V440" }
    };
    return (struct bagit){ .folder = folder(),
                           .name = name,
                           .files = files,
                           .file_count = COUNT(files),
                           .open_file = open_content,
                           .context = (void *)(uintptr_t)contents,
                           .infos = infos,
                           .info_count = COUNT(infos),
                           .at_ms = INT64_C(1795000000000) };
}

static unsigned entries_in(const char *path)
{
    DIR *dir = opendir(path);
    unsigned count = 0;
    CHECK(dir != NULL);
    for (struct dirent *e; (e = readdir(dir));)
        count += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(dir);
    return count;
}

TEST(bagit_write, makes_a_bag_that_verifies)
{
    struct bagit bag = bag_of("good");
    struct bagit_facts wrote, read;
    CHECK_OK(bagit_write(&bag, &wrote, NULL));
    CHECK_OK(bagit_verify(at("good"), &read, NULL));
    CHECK_INT(4, read.payload_files);
    CHECK_INT(13, read.payload_bytes);
    CHECK_INT(COUNT(files) + 4, wrote.files);
    CHECK_INT(wrote.files, read.files);
    CHECK(hash_equal(&wrote.seal, &read.seal));
}

TEST(bagit_write, makes_a_bag_that_sha512sum_believes)
{
    static const char *const plain[] = { "data/a", "data/b/c" };
    struct bagit bag = bag_of("plain");
    struct bagit_facts facts;
    char command[600];
    bag.files = plain;
    bag.file_count = COUNT(plain);
    CHECK_OK(bagit_write(&bag, &facts, NULL));
    (void)snprintf(
        command, sizeof command,
        "cd %s && sha512sum --status -c manifest-sha512.txt tagmanifest-sha512.txt && "
        "grep -qx 'Bagging-Date: 2026-11-18' bag-info.txt && "
        "grep -qx 'Payload-Oxum: 10.2' bag-info.txt",
        at("plain"));
    CHECK_INT(0, system(command));
}

TEST(bagit_write, changes_nothing_when_the_bag_is_there)
{
    struct bagit bag = bag_of("twice");
    struct bagit_facts facts;
    CHECK_OK(bagit_write(&bag, &facts, NULL));
    CHECK_RC(RC_EXISTS, bagit_write(&bag, &facts, NULL));
    CHECK_OK(bagit_verify(at("twice"), NULL, NULL));
}

static enum rc fail_at_third(void *context, size_t index, int *ret_fd, struct fault *why)
{
    return index == 2 ? fault_set(why, RC_CORRUPT, 0, "blob")
                      : open_content(context, index, ret_fd, why);
}

TEST(bagit_write, leaves_nothing_behind_when_a_file_cannot_be_had)
{
    struct bagit bag = bag_of("half");
    struct bagit_facts facts;
    unsigned before = entries_in(folder());
    bag.open_file = fail_at_third;
    CHECK_RC(RC_CORRUPT, bagit_write(&bag, &facts, NULL));
    CHECK_INT(before, entries_in(folder()));
    /* and what a killed process left is swept away */
    CHECK_INT(0, mkdir(at(".half.making"), 0700));
    CHECK_INT(0, mkdir(at(".half.making/data"), 0700));
    bag.open_file = open_content;
    CHECK_OK(bagit_write(&bag, &facts, NULL));
    CHECK_INT(before + 1, entries_in(folder()));
}

TEST(bagit_write, refuses_names_that_leave_the_bag_or_are_taken)
{
    static const char *const bad[] = {
        "/etc/passwd", "data/../x",        "data/./x",    "data//x", "data/x/",   "~/x",
        "bagit.txt",   "Manifest-md5.txt", "data\\..\\x", "",        "fetch.txt", "data"
    };
    struct bagit_facts facts;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct bagit bag = bag_of("bad");
        bag.files = &bad[i];
        bag.file_count = 1;
        CHECK_RC(RC_INVALID, bagit_write(&bag, &facts, NULL));
    }
    static const char *const twice[] = { "data/x", "data/x" };
    struct bagit bag = bag_of("bad");
    bag.files = twice;
    bag.file_count = 2;
    CHECK_RC(RC_INVALID, bagit_write(&bag, &facts, NULL));
    bag = bag_of("../bad");
    CHECK_RC(RC_INVALID, bagit_write(&bag, &facts, NULL));
    struct bagit_info lines = { "A", "b\nPayload-Oxum: 0.0" };
    bag = bag_of("bad");
    bag.infos = &lines;
    bag.info_count = 1;
    CHECK_RC(RC_INVALID, bagit_write(&bag, &facts, NULL));
}

static void overwrite(const char *name, const char *text)
{
    int fd = open(at(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CHECK(fd >= 0);
    CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
}

TEST(bagit_verify, sees_every_change)
{
    struct bagit bag = bag_of("hurt");
    struct bagit_facts facts;
    struct fault why = { 0 };
    CHECK_OK(bagit_write(&bag, &facts, NULL));
    overwrite("hurt/data/volume.pdf", "Volume");
    CHECK_RC(RC_CORRUPT, bagit_verify(at("hurt"), NULL, &why));
    CHECK(strstr(why.text, "data/volume.pdf") != NULL);
    overwrite("hurt/data/volume.pdf", "volume");
    CHECK_OK(bagit_verify(at("hurt"), NULL, NULL));
    overwrite("hurt/data/extra", "x");
    CHECK_RC(RC_CORRUPT, bagit_verify(at("hurt"), NULL, NULL));
    CHECK_INT(0, unlink(at("hurt/data/extra")));
    overwrite("hurt/ledger/proof.txt", "Proof");
    CHECK_RC(RC_CORRUPT, bagit_verify(at("hurt"), NULL, NULL));
    overwrite("hurt/ledger/proof.txt", "proof");
    CHECK_INT(0, unlink(at("hurt/data/empty")));
    CHECK_RC(RC_CORRUPT, bagit_verify(at("hurt"), NULL, NULL));
    CHECK_INT(0, symlink("/dev/null", at("hurt/data/empty")));
    CHECK_RC(RC_CORRUPT, bagit_verify(at("hurt"), NULL, NULL));
    CHECK_RC(RC_NOT_FOUND, bagit_verify(at("nowhere"), NULL, NULL));
}

TEST(md5_hex, gives_the_values_of_the_rfc)
{
    static const struct {
        const char *text, *hex;
    } cases[] = {
        { "", "d41d8cd98f00b204e9800998ecf8427e" },
        { "abc", "900150983cd24fb0d6963f7d28e17f72" },
        { "123456789012345678901234567890123456789012345678901234567890123456789012345678"
          "90",
          "57edf4a22be3c955ac49da2e2107b67a" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char hex[MD5_HEX];
        md5_hex((struct bytes){ (const uint8_t *)cases[i].text, strlen(cases[i].text) },
                hex);
        CHECK_TEXT(cases[i].hex, hex);
    }
}

/* Bags of the conformance suite: unpacked from ../shared/data when that is there. */
static unsigned judge(const char *pattern, enum rc want)
{
    glob_t found;
    unsigned count = 0;
    if (glob(pattern, 0, NULL, &found))
        return 0;
    for (size_t i = 0; i < found.gl_pathc; i++, count++)
        CHECK_RC(want, bagit_verify(found.gl_pathv[i], NULL, NULL));
    globfree(&found);
    return count;
}

TEST(bagit_verify, agrees_with_the_conformance_suite)
{
    static const char suite[] = "../shared/data/peer/bagit-conformance-half.tar.gz";
    char command[600];
    if (access(suite, R_OK))
        return; /* the made cases above stand alone */
    (void)snprintf(command, sizeof command, "mkdir %s && tar xzf %s -C %s", at("suite"),
                   suite, at("suite"));
    CHECK_INT(0, system(command));
    CHECK_INT(14, judge(at("suite/v*/valid/*"), RC_OK));
    CHECK_INT(7, judge(at("suite/v*/invalid/*"), RC_CORRUPT));
    CHECK_INT(3, judge(at("suite/v*/linux-only/*"), RC_CORRUPT));
    CHECK_INT(3, judge(at("suite/v*/windows-only/*"), RC_CORRUPT));
}

static __attribute__((destructor)) void sweep(void)
{
    char command[600];
    (void)snprintf(command, sizeof command, "rm -rf %s", work);
    if (!strstr(work, "XXXXXX"))
        (void)!system(command);
}
