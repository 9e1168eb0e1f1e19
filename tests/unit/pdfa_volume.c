/* Volumes taken apart again, and pages whose text is made anew: nothing else changes. */
#include "pdfa/pdfa_volume.h"
#include "check.h"
#include "pdfa/flate.h"
#include "pdfa/page_read.h"
#include "pdfa/pdfa_again.h"
#include "sys/file.h"
#include "sys/hash.h"
#include "sys/scope.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

enum { SIDE_PX = 64, PAGES = 4, BITS = 1, LAYERED = 2, BARE = 3 };

static const char hash_text[] =
    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
/* a JPEG's head is all that is looked at */
static const uint8_t jpeg[] = { 0xFF, 0xD8, 0xFF, 0xC0, 0,    11,   8, 0, 8, 0,    8,
                                1,    1,    0x11, 0,    0xFF, 0xDA, 0, 2, 0, 0xFF, 0xD9 };
static const uint8_t mask[] = { 0x00, 0x10, 0x01 };

struct data {
    uint8_t *at;
    size_t len;
};

static void drop(struct data *data)
{
    free(data->at);
}

static struct data page_of(size_t index)
{
    static uint8_t gray[SIDE_PX * SIDE_PX];
    const struct pdfa_ink inks[] = {
        { { mask, sizeof mask }, { NULL, 0 }, { 200, 30, 40 } },
        { { mask, sizeof mask }, { jpeg, sizeof jpeg }, { 0, 0, 0 } },
    };
    const struct pdfa_layers layers = { { jpeg, sizeof jpeg },
                                        inks,
                                        index == BARE ? 0 : COUNT(inks),
                                        SIDE_PX,
                                        SIDE_PX,
                                        hash_text };
    const struct pdfa_reader readers[] = { { "tesseract 5.3.0", "chi_sim", hash_text },
                                           { "tesseract 5.3.0", "eng", hash_text } };
    const struct pdfa_crop crop = { 2, 3, 60, 61 };
    struct pdfa_line line = { "第一行\xF0\xA0\xAE\xB7", 5, 60, 40, 20, NULL, false };
    struct pdfa_page page = {
        .about = { "页", NULL, 0 },
        .capture = { PDFA_GRAY, { gray, sizeof gray }, SIDE_PX, SIDE_PX, 72 },
        .rotated_deg = (uint16_t)(index * 90),
        .skew_mdeg = 1210 - 900 * (int32_t)index,
        .lines = &line,
        .line_count = index != BARE,
        .crop = index ? NULL : &crop,
        .readers = readers,
        .reader_count = index == BITS   ? 0
                        : index + 1 > 2 ? 2
                                        : 1
    };
    struct data data;
    gray[0] = (uint8_t)index;
    if (index == BITS)
        page.capture = (struct pdfa_capture){
            PDFA_BITS, { gray, SIDE_PX / 8 * SIDE_PX }, SIDE_PX, SIDE_PX, 72
        };
    if (index >= LAYERED)
        page.layers = &layers;
    CHECK_OK(pdfa_page_write(&page, &data.at, &data.len, NULL));
    return data;
}

static int fd_of(const struct data *data)
{
    int fd = -1;
    CHECK_OK(file_in_memory("pdf", (struct bytes){ data->at, data->len }, &fd, NULL));
    return fd;
}

static enum rc open_page(void *context, size_t index, int *ret_fd, struct fault *why)
{
    struct data *pages = context;
    return file_in_memory("page", (struct bytes){ pages[index].at, pages[index].len },
                          ret_fd, why);
}

static struct data volume_of(struct data *pages)
{
    static const struct pdfa_mark marks[] = { { "正卷 第1册", 0, 0 },
                                              { "起诉状", 0, 1 },
                                              { "证据", 2, 2 },
                                              { "判决书\xF0\xA0\xAE\xB7", 3, 1 } };
    static const struct pdfa_label labels[] = { { 0, "封面", 0 },
                                                { 1, NULL, 1 },
                                                { 2, "附", 7 } };
    struct pdfa_join join = { .about = { "卷 <&>", "某市某区人民法院",
                                         INT64_C(1795000000000) },
                              .page_count = PAGES,
                              .open_page = open_page,
                              .context = pages,
                              .marks = marks,
                              .mark_count = COUNT(marks),
                              .labels = labels,
                              .label_count = COUNT(labels) };
    struct data data = { NULL, 0 };
    SCOPED(fd_close_at) int fd = -1;
    CHECK_OK(file_in_memory("volume", (struct bytes){ NULL, 0 }, &fd, NULL));
    CHECK_OK(pdfa_join(&join, fd, NULL));
    CHECK_OK(file_read_fd(fd, 1 << 24, (char **)&data.at, &data.len, NULL));
    return data;
}

struct shelf {
    struct data pages[PAGES], volume;
};

static void shelf_end(struct shelf *shelf)
{
    for (size_t i = 0; i < PAGES; i++)
        drop(&shelf->pages[i]);
    drop(&shelf->volume);
}

static void fill(struct shelf *shelf)
{
    for (size_t i = 0; i < PAGES; i++)
        shelf->pages[i] = page_of(i);
    shelf->volume = volume_of(shelf->pages);
}

TEST(pdfa_volume, gives_back_title_bookmarks_labels_and_every_page)
{
    SCOPED(shelf_end) struct shelf shelf;
    struct pdfa_volume *volume = NULL;
    fill(&shelf);
    SCOPED(fd_close_at) int fd = fd_of(&shelf.volume);
    CHECK_OK(pdfa_volume_open(fd, &volume, NULL));
    struct pdfa_join join = pdfa_volume_join(volume);
    CHECK(!pdfa_volume_is_page(volume));
    CHECK_INT(PAGES, join.page_count);
    CHECK_TEXT("卷 <&>", join.about.title);
    CHECK_TEXT("某市某区人民法院", join.about.author);
    CHECK_INT(INT64_C(1795000000000), join.about.created_ms);
    CHECK_INT(4, join.mark_count);
    CHECK_TEXT("证据", join.marks[2].title);
    CHECK_INT(2, join.marks[2].depth);
    CHECK_INT(2, join.marks[2].page);
    CHECK_TEXT("判决书\xF0\xA0\xAE\xB7", join.marks[3].title);
    CHECK_INT(1, join.marks[3].depth);
    CHECK_INT(3, join.label_count);
    CHECK_TEXT("封面", join.labels[0].prefix);
    CHECK_INT(7, join.labels[2].start);
    for (size_t i = 0; i < PAGES; i++) {
        SCOPED(fd_close_at) int page = -1;
        SCOPED(free_at) char *data = NULL;
        size_t len = 0;
        CHECK_OK(pdfa_volume_page(volume, i, &page, NULL));
        CHECK_OK(file_read_fd(page, 1 << 20, &data, &len, NULL));
        /* the same but for what the file says about itself */
        const uint8_t *info =
            memmem(shelf.pages[i].at, shelf.pages[i].len, "<< /Title", 9);
        size_t same = (size_t)(info - shelf.pages[i].at);
        CHECK(len > same);
        CHECK_BYTES(shelf.pages[i].at, data, same);
    }
    int none = -1;
    CHECK_RC(RC_NOT_FOUND, pdfa_volume_page(volume, PAGES, &none, NULL));
    pdfa_volume_free(volume);
}

/* The same page as another version of our compressor would have written it: the map of
 * its font is packed otherwise. */
static struct data repacked(const struct data *page, int level)
{
    SCOPED(fd_close_at) int fd = fd_of(page);
    SCOPED(pdf_out_free) struct pdf_out out;
    struct page_read read;
    struct pdfa_about about = { "页", NULL, 0 };
    CHECK_OK(page_read(fd, &read, NULL));
    pdf_out_open(&out, PDF_OUT_MEMORY);
    for (uint32_t n = 1; n < read.objects - 2; n++) {
        struct bytes body = { page->at + read.body[n].at, (size_t)read.body[n].len };
        if (n != FORM_GLYPHS) {
            pdf_out_object(&out, n);
            pdf_out_put(&out, body);
            pdf_out_object_end(&out);
            continue;
        }
        SCOPED(free_at) uint8_t *bare = NULL;
        static uint8_t packed[1 << 18];
        size_t len = 0;
        uLongf packed_len = sizeof packed;
        CHECK_OK(flate_unpack(
            (struct bytes){ page->at + read.data[n].at, (size_t)read.data[n].len },
            1 << 18, &bare, &len));
        CHECK_INT(Z_OK, compress2(packed, &packed_len, bare, len, level));
        pdf_out_stream(&out, n, form_packed, (struct bytes){ packed, packed_len });
    }
    CHECK_OK(pdf_out_close(&out, &about, FORM_CATALOGUE, read.objects - 2, NULL));
    struct data data = { out.at, out.len };
    out.at = NULL;
    return data;
}

/* Fonts of the first page, of one other page alone, of several others: each has its place
 * in a linearised file. qpdf is asked where it is installed, as it is for `make check`.
 */
TEST(pdfa_join, of_pages_by_several_versions_is_linearised_too)
{
    SCOPED(shelf_end) struct shelf shelf;
    struct data pages[6];
    static const int levels[] = { 0, 9, 1, 0, 1, 1 }; /* 0: as it is */
    struct pdfa_join join = { .about = { "卷", NULL, 0 },
                              .page_count = COUNT(pages),
                              .open_page = open_page,
                              .context = pages };
    char path[] = "/tmp/juanku-volume-XXXXXX", line[160];
    struct pdfa_volume *volume = NULL;
    fill(&shelf);
    for (size_t i = 0; i < COUNT(pages); i++) {
        size_t from = i % LAYERED;
        if (levels[i])
            pages[i] = repacked(&shelf.pages[from], levels[i]);
        else
            pages[i] = shelf.pages[from];
    }
    SCOPED(fd_close_at) int fd = mkstemp(path);
    CHECK_OK(pdfa_join(&join, fd, NULL));
    snprintf(line, sizeof line,
             "qpdf --check-linearization %s | grep -q 'no linearization errors'", path);
    bool right = !system(line);
    CHECK(!unlink(path));
    CHECK(right);
    CHECK_OK(pdfa_volume_open(fd, &volume, NULL));
    CHECK_INT(COUNT(pages), pdfa_volume_join(volume).page_count);
    pdfa_volume_free(volume);
    for (size_t i = 0; i < COUNT(pages); i++)
        if (levels[i])
            drop(&pages[i]);
}

TEST(pdfa_volume, takes_a_page_file_for_a_volume_of_one)
{
    SCOPED(drop) struct data page = page_of(0);
    struct pdfa_volume *volume = NULL;
    SCOPED(fd_close_at) int fd = fd_of(&page);
    SCOPED(fd_close_at) int copy = -1;
    SCOPED(free_at) char *data = NULL;
    size_t len = 0;
    CHECK_OK(pdfa_volume_open(fd, &volume, NULL));
    CHECK(pdfa_volume_is_page(volume));
    CHECK_INT(1, pdfa_volume_join(volume).page_count);
    CHECK_OK(pdfa_volume_page(volume, 0, &copy, NULL));
    CHECK_OK(file_read_fd(copy, 1 << 20, &data, &len, NULL));
    CHECK_INT(page.len, len);
    CHECK_BYTES(page.at, data, len);
    pdfa_volume_free(volume);
}

TEST(pdfa_volume, refuses_a_file_of_which_any_byte_was_changed_or_is_missing)
{
    SCOPED(shelf_end) struct shelf shelf;
    struct pdfa_volume *volume = NULL;
    struct fault why = { 0 };
    fill(&shelf);
    for (size_t i = 0; i < shelf.volume.len; i += 41) {
        shelf.volume.at[i] ^= 1;
        SCOPED(fd_close_at) int fd = fd_of(&shelf.volume);
        enum rc rc = pdfa_volume_open(fd, &volume, &why);
        CHECK(rc == RC_CORRUPT || (rc == RC_INVALID && i < 5));
        CHECK(strstr(why.text, "PDF") != NULL);
        shelf.volume.at[i] ^= 1;
    }
    for (size_t len = 0; len < shelf.volume.len; len += 131) {
        struct data cut = { shelf.volume.at, len };
        SCOPED(fd_close_at) int fd = fd_of(&cut);
        CHECK(pdfa_volume_open(fd, &volume, &why) != RC_OK);
    }
    SCOPED(free_at) uint8_t *more = calloc(1, shelf.volume.len + 1);
    memcpy(more, shelf.volume.at, shelf.volume.len);
    more[shelf.volume.len] = '\n';
    SCOPED(fd_close_at) int fd = fd_of(&(struct data){ more, shelf.volume.len + 1 });
    CHECK_RC(RC_CORRUPT, pdfa_volume_open(fd, &volume, &why));
}

TEST(pdfa_volume, says_that_a_foreign_file_is_foreign)
{
    static char foreign[] = "%PDF-1.7\n1 0 obj\n<< >>\nendobj\nxref\n0 2\n"
                            "0000000000 65535 f \n0000000009 00000 n \n"
                            "trailer\n<< /Size 2 /Root 1 0 R >>\nstartxref\n31\n%%EOF\n";
    static char other[] =
        "no PDF at all, but long enough to be looked at by anybody who looks";
    struct pdfa_volume *volume = NULL;
    struct fault why = { 0 };
    SCOPED(fd_close_at)
    int one = fd_of(&(struct data){ (uint8_t *)foreign, sizeof foreign - 1 });
    CHECK_RC(RC_INVALID, pdfa_volume_open(one, &volume, &why));
    CHECK(strstr(why.text, "不是本系统生成的") != NULL);
    SCOPED(fd_close_at)
    int two = fd_of(&(struct data){ (uint8_t *)other, sizeof other - 1 });
    CHECK_RC(RC_INVALID, pdfa_volume_open(two, &volume, &why));
    CHECK_TEXT("这不是 PDF 文件", why.text);
}

TEST(pdfa_parts, tells_how_the_picture_stands_and_who_read_it)
{
    for (size_t i = 0; i < PAGES; i++) {
        SCOPED(drop) struct data page = page_of(i);
        SCOPED(fd_close_at) int fd = fd_of(&page);
        SCOPED(pdfa_parts_free) struct pdfa_parts parts = { 0 };
        CHECK_OK(pdfa_parts_read(fd, &parts, NULL));
        CHECK_INT(i * 90, parts.rotated_deg);
        CHECK_INT(1210 - 900 * (int)i, parts.skew_mdeg);
        CHECK(parts.layered == (i >= LAYERED));
        CHECK(parts.cropped == !i);
        CHECK_INT(i == LAYERED ? 2 : 0, parts.ink_count);
        CHECK_INT(i == BITS ? 0 : i ? 2 : 1, parts.reader_count);
        if (i != BARE) /* of a ground alone nobody knows how fine the capture was */
            CHECK_INT(72, parts.dpi), CHECK_INT(SIDE_PX, parts.width_px);
        if (i != BITS)
            CHECK_TEXT("chi_sim", parts.readers[0].model);
        if (i >= LAYERED)
            CHECK(parts.picture.len == sizeof jpeg &&
                  !memcmp(parts.picture.at, jpeg, sizeof jpeg));
        else
            CHECK(!memcmp(parts.picture.at, "II*", 4));
        if (i != LAYERED)
            continue;
        CHECK_INT(30, parts.inks[0].flat[1]);
        CHECK(!memcmp(parts.inks[0].mask.at, "II*", 4));
        CHECK_BYTES(jpeg, parts.inks[1].colours.at, sizeof jpeg);
    }
}

TEST(pdfa_page_again, with_the_same_text_is_the_same_file)
{
    for (size_t i = 0; i < PAGES; i++) {
        SCOPED(drop) struct data page = page_of(i);
        SCOPED(fd_close_at) int fd = fd_of(&page);
        SCOPED(pdfa_parts_free) struct pdfa_parts parts = { 0 };
        SCOPED(free_at) uint8_t *again = NULL;
        struct pdfa_line line = { "第一行\xF0\xA0\xAE\xB7", 5, 60, 40, 20, NULL, false };
        size_t len = 0;
        CHECK_OK(pdfa_parts_read(fd, &parts, NULL));
        struct pdfa_page how = { .about = { "页", NULL, 0 },
                                 .lines = &line,
                                 .line_count = i != BARE,
                                 .readers = parts.readers,
                                 .reader_count = parts.reader_count };
        CHECK_OK(pdfa_page_again(fd, &how, &again, &len, NULL));
        CHECK_INT(page.len, len);
        CHECK_BYTES(page.at, again, len);
    }
}

TEST(pdfa_page_again, keeps_the_picture_when_text_and_readers_are_others)
{
    for (size_t i = 0; i < PAGES; i++) {
        SCOPED(drop) struct data page = page_of(i);
        SCOPED(fd_close_at) int fd = fd_of(&page);
        struct data other = { NULL, 0 };
        struct pdfa_parts before = { 0 }, after = { 0 };
        struct pdfa_line line = { "别的字", 5, 60, 40, 20, NULL, false };
        struct pdfa_reader reader = { "other 1.0", "best", hash_text };
        struct pdfa_page how = { .about = { "页", NULL, 0 },
                                 .lines = &line,
                                 .line_count = 1,
                                 .readers = &reader,
                                 .reader_count = 1 };
        CHECK_OK(pdfa_page_again(fd, &how, &other.at, &other.len, NULL));
        SCOPED(fd_close_at) int again = fd_of(&other);
        CHECK_OK(pdfa_parts_read(fd, &before, NULL));
        CHECK_OK(pdfa_parts_read(again, &after, NULL));
        CHECK_INT(before.picture.len, after.picture.len);
        CHECK_BYTES(before.picture.at, after.picture.at, before.picture.len);
        CHECK_INT(before.ink_count, after.ink_count);
        CHECK_INT(before.skew_mdeg, after.skew_mdeg);
        CHECK_INT(before.rotated_deg, after.rotated_deg);
        CHECK_INT(1, after.reader_count);
        CHECK_TEXT("best", after.readers[0].model);
        CHECK_TEXT("other 1.0", after.readers[0].engine);
        pdfa_parts_free(&before);
        pdfa_parts_free(&after);
        drop(&other);
    }
}

TEST(pdfa_page_write, refuses_readers_that_cannot_be_written)
{
    SCOPED(drop) struct data page = page_of(0);
    SCOPED(fd_close_at) int fd = fd_of(&page);
    const struct pdfa_reader wrong[] = { { "tesseract", "a<b", hash_text },
                                         { "tesseract", "", hash_text },
                                         { "tesseract", "chi_sim", "0011" },
                                         { "引擎", "chi_sim", hash_text },
                                         { "tesseract", NULL, hash_text } };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        uint8_t *pdf = NULL;
        size_t len;
        struct pdfa_page how = { .about = { "页", NULL, 0 },
                                 .readers = &wrong[i],
                                 .reader_count = 1 };
        CHECK_RC(RC_INVALID, pdfa_page_again(fd, &how, &pdf, &len, NULL));
    }
}
