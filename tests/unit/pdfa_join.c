/* Volumes from page files: only pages of ours, only whole ones, in bounded memory. */
#include "check.h"
#include "pdfa/pdfa.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIDE_PX = 64, PAGES = 3, LAYERED = 2 };

struct shelf {
    uint8_t *pages[PAGES];
    size_t lens[PAGES];
    size_t opened;
};

static void fill(struct shelf *shelf)
{
    static const char *const texts[PAGES] = { "第一页", "第二页\xF0\xA0\xAE\xB7",
                                              "第三页" };
    static uint8_t gray[SIDE_PX * SIDE_PX];
    /* a JPEG's head is all that is looked at */
    static const uint8_t jpeg[] = { 0xFF, 0xD8, 0xFF, 0xC0, 0,    11,   8, 0,
                                    8,    0,    8,    1,    1,    0x11, 0, 0xFF,
                                    0xDA, 0,    2,    0,    0xFF, 0xD9 };
    static const uint8_t mask[] = { 0x00, 0x10, 0x01 };
    const struct pdfa_ink inks[] = {
        { { mask, sizeof mask }, { NULL, 0 }, { 200, 30, 40 } },
        { { mask, sizeof mask }, { jpeg, sizeof jpeg }, { 0, 0, 0 } },
    };
    const struct pdfa_layers layers = {
        { jpeg, sizeof jpeg },
        inks,
        COUNT(inks),
        SIDE_PX,
        SIDE_PX,
        "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
    };
    *shelf = (struct shelf){ .opened = 0 };
    for (size_t i = 0; i < PAGES; i++) {
        struct pdfa_line line = { texts[i], 5, 60, 40, 20, NULL, false };
        gray[0] = (uint8_t)i;
        struct pdfa_page page = {
            .about = { texts[i], NULL, 0 },
            .capture = { PDFA_GRAY, { gray, sizeof gray }, SIDE_PX, SIDE_PX, 72 },
            .lines = &line,
            .line_count = 1
        };
        if (i == LAYERED)
            page.layers = &layers;
        CHECK_OK(pdfa_page_write(&page, &shelf->pages[i], &shelf->lens[i], NULL));
    }
}

static void empty(struct shelf *shelf)
{
    for (size_t i = 0; i < PAGES; i++)
        free(shelf->pages[i]);
}

static enum rc open_page(void *context, size_t index, int *ret_fd, struct fault *why)
{
    struct shelf *shelf = context;
    size_t i = index % PAGES;
    shelf->opened++;
    return file_in_memory("page", (struct bytes){ shelf->pages[i], shelf->lens[i] },
                          ret_fd, why);
}

static struct pdfa_join join_of(struct shelf *shelf, size_t pages)
{
    return (struct pdfa_join){ .about = { "正卷", NULL, 0 },
                               .page_count = pages,
                               .open_page = open_page,
                               .context = shelf };
}

static enum rc join_it(const struct pdfa_join *join, uint64_t *ret_size,
                       struct fault *why)
{
    SCOPED(fd_close_at) int fd = -1;
    struct stat st;
    CHECK_OK(file_in_memory("volume", (struct bytes){ NULL, 0 }, &fd, NULL));
    enum rc rc = pdfa_join(join, fd, why);
    CHECK(!fstat(fd, &st));
    *ret_size = (uint64_t)st.st_size;
    return rc;
}

TEST(pdfa_join, adds_little_more_than_pictures_and_text_for_each_page)
{
    struct shelf shelf;
    uint64_t small = 0, large = 0;
    fill(&shelf);
    struct pdfa_join join = join_of(&shelf, PAGES);
    CHECK_OK(join_it(&join, &small, NULL));
    CHECK(small < shelf.lens[0] + shelf.lens[1] + shelf.lens[2]);
    join.page_count = 300;
    CHECK_OK(join_it(&join, &large, NULL));
    /* to look at each, to reckon the file, to write it; the first once more for its
     * profile */
    CHECK_INT(3 * (PAGES + 300) + 4, shelf.opened);
    CHECK(large < small + 300 * 1600);
    empty(&shelf);
}

TEST(pdfa_join, refuses_a_page_of_which_one_byte_was_changed)
{
    struct shelf shelf;
    uint64_t size;
    fill(&shelf);
    struct pdfa_join join = join_of(&shelf, PAGES);
    /* every 97th byte up to the XMP packet, which does not go into the volume */
    uint8_t *packet = memmem(shelf.pages[1], shelf.lens[1], "/Type /Metadata", 15);
    size_t end = (size_t)(packet - shelf.pages[1]) - 16;
    for (size_t i = 0; i < end; i += 97) {
        struct fault why = { 0 };
        shelf.pages[1][i] ^= 1;
        CHECK_RC(RC_CORRUPT, join_it(&join, &size, &why));
        CHECK(strstr(why.text, "第 2 页") != NULL);
        shelf.pages[1][i] ^= 1;
    }
    CHECK_OK(join_it(&join, &size, NULL));
    empty(&shelf);
}

TEST(pdfa_join, refuses_a_layered_page_of_which_a_byte_was_changed)
{
    struct shelf shelf;
    uint64_t size;
    fill(&shelf);
    struct pdfa_join join = join_of(&shelf, PAGES);
    uint8_t *info = memmem(shelf.pages[LAYERED], shelf.lens[LAYERED], "/Creator", 8);
    size_t end = (size_t)(info - shelf.pages[LAYERED]);
    for (size_t i = 0; i < end; i += 61) {
        shelf.pages[LAYERED][i] ^= 1;
        CHECK_RC(RC_CORRUPT, join_it(&join, &size, NULL));
        shelf.pages[LAYERED][i] ^= 1;
    }
    CHECK_OK(join_it(&join, &size, NULL));
    empty(&shelf);
}

TEST(pdfa_page_write, refuses_layers_that_are_not_whole)
{
    static const uint8_t jpeg[] = { 0xFF, 0xD8, 0xFF, 0xC0, 0,    11,   8, 0,
                                    8,    0,    8,    1,    1,    0x11, 0, 0xFF,
                                    0xDA, 0,    2,    0,    0xFF, 0xD9 };
    struct pdfa_ink inks[PDFA_INKS_MAX + 1] = { { BYTES("x"), { NULL, 0 }, { 0 } } };
    struct pdfa_layers layers = {
        { jpeg, sizeof jpeg },
        inks,
        1,
        8,
        8,
        "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
    };
    struct pdfa_page page = { .about = { "x", NULL, 0 },
                              .capture = { .width_px = 8, .height_px = 8, .dpi = 72 },
                              .layers = &layers };
    SCOPED(free_at) uint8_t *pdf = NULL;
    size_t len;
    CHECK_OK(pdfa_page_write(&page, &pdf, &len, NULL));
    free(TAKE(pdf));
    layers.ink_count = PDFA_INKS_MAX + 1;
    CHECK_RC(RC_INVALID, pdfa_page_write(&page, &pdf, &len, NULL));
    layers.ink_count = 2; /* the second has no mask */
    CHECK_RC(RC_INVALID, pdfa_page_write(&page, &pdf, &len, NULL));
    layers.ink_count = 1, layers.source = "00112233";
    CHECK_RC(RC_INVALID, pdfa_page_write(&page, &pdf, &len, NULL));
    layers.source = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeefg";
    CHECK_RC(RC_INVALID, pdfa_page_write(&page, &pdf, &len, NULL));
    layers.source = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    layers.ground = BYTES("GIF89a");
    CHECK_RC(RC_INVALID, pdfa_page_write(&page, &pdf, &len, NULL));
}

TEST(pdfa_join, refuses_files_that_end_early_or_are_foreign)
{
    struct shelf shelf;
    uint64_t size;
    fill(&shelf);
    struct pdfa_join join = join_of(&shelf, 1);
    size_t whole = shelf.lens[0];
    for (size_t cut = 0; cut < whole; cut += 131) {
        shelf.lens[0] = cut;
        CHECK_RC(RC_CORRUPT, join_it(&join, &size, NULL));
    }
    shelf.lens[0] = whole;
    memcpy(shelf.pages[0], "%PDF-1.7", 8);
    CHECK_RC(RC_CORRUPT, join_it(&join, &size, NULL));
    empty(&shelf);
}

TEST(pdfa_join, checks_its_marks_and_labels)
{
    struct shelf shelf;
    uint64_t size;
    fill(&shelf);
    struct pdfa_mark mark = { "起诉状", 2, 0 };
    struct pdfa_label labels[] = { { 0, "封面", 0 }, { 1, NULL, 1 } };
    struct pdfa_join join = join_of(&shelf, PAGES);
    join.marks = &mark, join.mark_count = 1;
    join.labels = labels, join.label_count = 2;
    CHECK_OK(join_it(&join, &size, NULL));
    mark.depth = 1; /* below nothing */
    CHECK_RC(RC_INVALID, join_it(&join, &size, NULL));
    mark.depth = 0;
    mark.page = 3;
    CHECK_RC(RC_INVALID, join_it(&join, &size, NULL));
    mark = (struct pdfa_mark){ "", 0, 0 };
    CHECK_RC(RC_INVALID, join_it(&join, &size, NULL));
    mark.title = "x", labels[1].page = 0;
    CHECK_RC(RC_INVALID, join_it(&join, &size, NULL));
    labels[0].page = 1, labels[1].page = 2;
    CHECK_RC(RC_INVALID, join_it(&join, &size, NULL));
    join.mark_count = join.label_count = 0;
    join.page_count = 0;
    CHECK_RC(RC_INVALID, join_it(&join, &size, NULL));
    join.page_count = PDFA_JOIN_PAGES_MAX + 1;
    CHECK_RC(RC_INVALID, join_it(&join, &size, NULL));
    empty(&shelf);
}

static enum rc no_page(void *context, size_t index, int *ret_fd, struct fault *why)
{
    (void)context, (void)index, (void)ret_fd;
    return fault_set(why, RC_UNAVAILABLE, 0, "away");
}

TEST(pdfa_join, hands_on_what_the_opener_and_the_disk_answer)
{
    struct shelf shelf;
    uint64_t size;
    struct fault why = { 0 };
    fill(&shelf);
    struct pdfa_join join = join_of(&shelf, PAGES);
    SCOPED(fd_close_at) int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    CHECK_RC(RC_FULL, pdfa_join(&join, full, &why));
    join.open_page = no_page;
    CHECK_RC(RC_UNAVAILABLE, join_it(&join, &size, &why));
    empty(&shelf);
}
