/* Writes one of each kind of our PDFs, and beside each the text that must be in it, so
 * that pdfa.sh can have them judged:  pdfa_samples FOLDER
 * Without a folder it only writes everything twice and compares the bytes. */
#include "pdfa/pdfa.h"
#include "repo-daemon/certificate.h"
#include "station/page/layers.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    LINES_MAX = 64,
    SIDE_PX = 1240,
    TALL_PX = 1754,
    AT_S = 1795000000,
    VOLUME_PAGES = 7
};

static const char stack[] = "tests/data/stack-1/018";

struct sample {
    uint8_t *pdf;
    size_t len;
};

static struct sample pages[VOLUME_PAGES];
static const char *const page_names[VOLUME_PAGES] = { "jpeg", "turned", "gray",   "rgb",
                                                      "bits", "g4",     "layered" };
static const char *folder; /* NULL: nothing is kept */
static int failed;

static void must(enum rc rc, const struct fault *why)
{
    if (!rc)
        return;
    printf("not ok - %s: %s\n", rc_name(rc), why->text);
    exit(1);
}

static char *read_file(const char *path, size_t *ret_len)
{
    SCOPED(file_close_at) FILE *file = fopen(path, "rb");
    if (!file) {
        printf("not ok - no %s\n", path);
        exit(1);
    }
    char *at = malloc(4 << 20);
    *ret_len = fread(at, 1, (4 << 20) - 1, file);
    at[*ret_len] = 0;
    return at;
}

static void keep(const char *name, const char *ending, const void *data, size_t len)
{
    char path[512];
    if (!folder)
        return;
    (void)snprintf(path, sizeof path, "%s/%s.%s", folder, name, ending);
    SCOPED(file_close_at) FILE *file = fopen(path, "wb");
    if (!file || fwrite(data, 1, len, file) != len)
        failed = 1;
}

/* The lines of a text, one under the other; the text itself for the judge. */
static size_t lines_of(char *text, float width_px, float row_px,
                       struct pdfa_line *ret_lines)
{
    size_t count = 0;
    char *rest = text;
    for (char *line; count < LINES_MAX && (line = strsep(&rest, "\n"));) {
        if (!*line)
            continue;
        ret_lines[count] = (struct pdfa_line){ .text = line,
                                               .left_px = 0.1f * width_px,
                                               .right_px = 0.9f * width_px,
                                               .baseline_px = row_px * (float)(count + 3),
                                               .height_px = 0.6f * row_px };
        count++;
    }
    return count;
}

static void write_page(size_t index, struct pdfa_page page, const char *text)
{
    struct pdfa_line lines[LINES_MAX];
    SCOPED(free_at) char *copy = strdup(text);
    struct sample twin = { NULL, 0 };
    struct fault why;
    page.about =
        (struct pdfa_about){ "样页 <&>", "某市某区人民法院", INT64_C(1000) * AT_S };
    static const struct pdfa_reader readers[] = {
        { "tesseract 5.3.0", "chi_sim",
          "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff" },
        { "tesseract 5.3.0", "eng",
          "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100" },
    };
    page.lines = lines;
    page.line_count = lines_of(copy, SIDE_PX, 40, lines);
    page.readers = readers;
    page.reader_count = index % (COUNT(readers) + 1);
    must(pdfa_page_write(&page, &pages[index].pdf, &pages[index].len, &why), &why);
    must(pdfa_page_write(&page, &twin.pdf, &twin.len, &why), &why);
    bool same =
        twin.len == pages[index].len && !memcmp(twin.pdf, pages[index].pdf, twin.len);
    printf("%s - the page '%s' has the same bytes twice\n", same ? "ok" : "not ok",
           page_names[index]);
    free(twin.pdf);
    keep(page_names[index], "pdf", pages[index].pdf, pages[index].len);
    keep(page_names[index], "txt", text, strlen(text));
}

static void write_raw(size_t index, enum pdfa_coding coding, size_t row_bytes,
                      const char *text)
{
    size_t len = row_bytes * TALL_PX;
    SCOPED(free_at) uint8_t *data = malloc(len);
    for (size_t i = 0; i < len; i++) /* white with a frame */
        data[i] = i / row_bytes < 20 || i % row_bytes < 2 ? 0x60 : 0xFF;
    if (coding == PDFA_BITS)
        for (size_t i = 0; i < len; i++)
            data[i] = (uint8_t)~data[i];
    struct pdfa_capture capture = { coding, { data, len }, SIDE_PX, TALL_PX, 150 };
    write_page(index, (struct pdfa_page){ .capture = capture }, text);
}

/* Group 4 by hand: a black bar from 16 to 48 in every row of 64. The first row in
 * horizontal mode, the others "as above" three times, then the end mark. */
static size_t bar_in_g4(uint8_t *ret_data, size_t rows)
{
    static const char first[] = "001101010000001101010"
                                "1"; /* white 16, black 32, to the end */
    static const char end[] = "000000000001000000000001";
    size_t bit = 0;
    for (const char *c = first; *c; c++, bit++)
        ret_data[bit / 8] |= (uint8_t)((*c == '1') << (7 - bit % 8));
    for (size_t i = 0; i < 3 * (rows - 1); i++, bit++)
        ret_data[bit / 8] |= (uint8_t)(1 << (7 - bit % 8));
    for (const char *c = end; *c; c++, bit++)
        ret_data[bit / 8] |= (uint8_t)((*c == '1') << (7 - bit % 8));
    return (bit + 7) / 8;
}

/* A page with print and a seal over it. */
static void write_layered(void)
{
    size_t len;
    SCOPED(free_at) char *jpeg = read_file("tests/data/stack-1/019.jpg", &len);
    struct bytes file = { (uint8_t *)jpeg, len };
    struct picture picture = { .dpi = 300 };
    SCOPED(page_layers_free) struct page_layers made = { 0 };
    enum layers_verdict verdict;
    struct pdfa_ink inks[INK_KINDS];
    struct fault why;
    must(picture_look(file, 0, &picture.look, &why), &why);
    must(page_layers_make(file, &picture, &made, &verdict, &why), &why);
    for (size_t i = 0; i < made.ink_count; i++)
        inks[i] = (struct pdfa_ink){
            .mask = { made.inks[i].mask, made.inks[i].mask_len },
            .colours = { made.inks[i].colours, made.inks[i].colours_len },
            .flat = { made.inks[i].flat[0], made.inks[i].flat[1], made.inks[i].flat[2] },
        };
    inks[0].colours.len = 0; /* one ink of a colour, one of a picture of colours */
    struct pdfa_layers layers = {
        .ground = { made.ground, made.ground_len },
        .inks = inks,
        .ink_count = made.ink_count,
        .mask_width_px = picture.look.width_px,
        .mask_height_px = picture.look.height_px,
        .source = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
    };
    struct pdfa_capture capture = { .width_px = picture.look.width_px,
                                    .height_px = picture.look.height_px,
                                    .dpi = 300 };
    write_page(
        6,
        (struct pdfa_page){ .capture = capture, .skew_mdeg = -1660, .layers = &layers },
        "分层的一页\n印章与字各在一层\n");
}

static void write_pages(void)
{
    char path[128];
    size_t len, text_len;
    uint8_t bar[1024] = { 0 };
    (void)snprintf(path, sizeof path, "%s.jpg", stack);
    SCOPED(free_at) char *jpeg = read_file(path, &len);
    (void)snprintf(path, sizeof path, "%s.txt", stack);
    SCOPED(free_at) char *all = read_file(path, &text_len);
    /* the title is spaced out, and readers close a row of single, evenly spaced letters
     */
    const char *text = strchr(all, '\n') + 1;
    struct pdfa_capture capture = { PDFA_JPEG, { (uint8_t *)jpeg, len }, 0, 0, 150 };

    static const struct pdfa_crop shown = { -20, 30.5, 2500, 3400.25 };
    write_page(
        0, (struct pdfa_page){ .capture = capture, .skew_mdeg = 1210, .crop = &shown },
        text);
    write_page(
        1, (struct pdfa_page){ .capture = capture, .rotated_deg = 90, .skew_mdeg = -800 },
        "横放的一页\n第二行 with Latin words 12,345.67 元\n");
    write_raw(2, PDFA_GRAY, SIDE_PX, "生僻字：张𠮷诉李𠀀\n又见𠮷\n");
    write_raw(3, PDFA_RGB, 3 * SIDE_PX, "彩色\n");
    write_raw(4, PDFA_BITS, (SIDE_PX + 7) / 8, "黑白 black & white\n");
    capture = (struct pdfa_capture){ PDFA_G4, { bar, bar_in_g4(bar, 96) }, 64, 96, 50 };
    write_page(5, (struct pdfa_page){ .capture = capture }, "");
    write_layered();
}

static enum rc open_sample(void *context, size_t index, int *ret_fd, struct fault *why)
{
    (void)context;
    return file_in_memory("page", (struct bytes){ pages[index].pdf, pages[index].len },
                          ret_fd, why);
}

static void write_volume(void)
{
    static const struct pdfa_mark marks[] = {
        { "正卷 第1册", 0, 0 }, { "6 起诉状及相关材料", 1, 1 },
        { "证据", 2, 2 },       { "25 本院法律文书正本", 4, 1 },
        { "副卷 第1册", 5, 0 }, { "阅卷笔录", 6, 1 }
    };
    static const struct pdfa_label labels[] = { { 0, "封面", 0 }, { 1, NULL, 1 } };
    struct pdfa_join join = {
        .about = { "(2026)粤0399民初10027号 正卷 第1册", NULL, INT64_C(1000) * AT_S },
        .page_count = VOLUME_PAGES,
        .open_page = open_sample,
        .marks = marks,
        .mark_count = COUNT(marks),
        .labels = labels,
        .label_count = COUNT(labels),
    };
    struct sha256 sums[2];
    struct fault why;
    for (size_t i = 0; i < COUNT(sums); i++) {
        SCOPED(fd_close_at) int fd = -1;
        SCOPED(free_at) char *data = NULL;
        size_t len;
        must(file_in_memory("volume", (struct bytes){ NULL, 0 }, &fd, &why), &why);
        must(pdfa_join(&join, fd, &why), &why);
        must(file_read_fd(fd, 64 << 20, &data, &len, &why), &why);
        sums[i] = hash_sha256((struct bytes){ (uint8_t *)data, len });
        keep("volume", "pdf", data, len);
    }
    printf("%s - a volume has the same bytes twice\n",
           hash_equal(&sums[0], &sums[1]) ? "ok" : "not ok");
}

static void write_certificate(void)
{
    static struct rules_image images[60];
    static const struct certificate_item items[] = {
        { 3, "案件审判流程管理信息表、案件登记表", 1, 1, 1 },
        { 6, "起诉状及相关材料", 2, 20, 19 }
    };
    struct rules_batch batch = { 30, 30, COUNT(images), true };
    struct rules_reconciliation result;
    struct rules *rules = NULL;
    struct fault why;
    struct sample twin[2];
    for (size_t i = 0; i < COUNT(images); i++)
        images[i] = (struct rules_image){
            .kind = i < 20   ? RULES_PAGE
                    : i < 22 ? RULES_COVER
                             : RULES_BLANK,
            .index = (unsigned)i + 1,
            .row = i >= 20 ? 0
                   : i     ? 6
                           : 3,
            .capture_sha256 =
                "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
            .pdf_sha256 =
                "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
            .qc_ok = true,
        };
    must(rules_find("民事一审", 1, "粤0399", "2026-11-20", &rules, &why), &why);
    rules_arrange(rules, images, COUNT(images));
    rules_reconcile(rules, &batch, 1, images, COUNT(images), &result);
    struct certificate certificate = { .court = "某市某区人民法院",
                                       .case_no = "(2026)粤0399民初10027号",
                                       .cause = "民间借贷纠纷",
                                       .parties = "张三 诉 李四",
                                       .volume = "V44039920260301010027100159",
                                       .kind = 1,
                                       .part = 1,
                                       .outcome = "判决",
                                       .rules = rules_name(rules),
                                       .reconciliation = &result,
                                       .items = items,
                                       .item_count = COUNT(items),
                                       .images = images,
                                       .image_count = COUNT(images),
                                       .checker = "钱核对",
                                       .checker_badge = "P0000000197",
                                       .at_ms = INT64_C(1000) * AT_S,
                                       .ledger_size = 42,
                                       .ledger_root =
                                           "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=",
                                       .ledger_origin = "juanku/440399" };
    for (size_t i = 0; i < COUNT(twin); i++)
        must(certificate_write(&certificate, &twin[i].pdf, &twin[i].len, &why), &why);
    bool same =
        twin[0].len == twin[1].len && !memcmp(twin[0].pdf, twin[1].pdf, twin[0].len);
    printf("%s - a certificate has the same bytes twice\n", same ? "ok" : "not ok");
    keep("certificate", "pdf", twin[0].pdf, twin[0].len);
    free(twin[0].pdf);
    free(twin[1].pdf);
    rules_free(rules);
}

int main(int argc, char **argv)
{
    folder = argc > 1 ? argv[1] : NULL;
    write_pages();
    write_volume();
    write_certificate();
    for (size_t i = 0; i < COUNT(pages); i++)
        free(pages[i].pdf);
    return failed;
}
