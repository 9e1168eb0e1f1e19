/* The shipped stack as other scanners, rooms and papers would give it: askew to 5
 * degrees, noisy, faint, dark, coarse and fine, gray, bilevel, on coloured paper, on a
 * lid, as part of an A3 sheet. Kind, labels and skew must stay what they are; what is
 * wrong with a picture must be told, and nothing else.
 *
 * `variants` makes some sheets of the stack without recognition; `variants all` all of
 * them, and reads every text page in all four directions. Prints the figures. */
#include "page_variant.h"

#include "core/bytes.h"
#include "station/page/page.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The recogniser's threads are limited by the environment a process starts with. */
__attribute__((constructor)) static void start_with_one_thread(int argc, char **argv)
{
    (void)argc;
    if (getenv("OMP_THREAD_LIMIT"))
        return;
    setenv("OMP_THREAD_LIMIT", "1", 1);
    execv("/proc/self/exe", argv);
}

enum { SHEETS_MAX = 40, BASE_DPI = 200 };

struct sheet {
    char file[16];
    double skew_deg; /* clockwise, as it lies */
    int rotated_deg;
    const char *kind;
};

struct variant {
    const char *name;
    uint32_t dpi;
    double turn_deg; /* at most, either way */
    double gain, add, noise;
    PIX *(*change)(PIX *pix, double dpi);
    const char *told; /* the only reason that a page may get; NULL: none */
};

static PIX *as_gray(PIX *pix, double dpi)
{
    (void)dpi;
    return pixConvertRGBToGrayFast(pix);
}

static PIX *as_bits(PIX *pix, double dpi)
{
    (void)dpi;
    PIX *gray = pixConvertRGBToGrayFast(pix), *bits = pixThresholdToBinary(gray, 170);
    PIX *back = pixConvertTo8(bits, 0);
    pixDestroy(&gray);
    pixDestroy(&bits);
    return back;
}

static PIX *on_pink_paper(PIX *pix, double dpi)
{
    (void)dpi;
    return pixMultiplyByColor(NULL, pix, NULL, 0xffc8c000);
}

static PIX *on_yellow_paper(PIX *pix, double dpi)
{
    (void)dpi;
    return pixMultiplyByColor(NULL, pix, NULL, 0xf5e6a000);
}

static PIX *on_black_lid(PIX *pix, double dpi)
{
    return variant_on_lid(pix, dpi, 15, 8);
}

/* A pencil's print: what is dark becomes a third of it. */
static PIX *in_pencil(PIX *pix, double dpi)
{
    (void)dpi;
    PIX *pale = pixCopy(NULL, pix);
    variant_levels(pale, 0.38, 155, 0);
    return pale;
}

/* Left half of a sheet twice as large; the right half is white. */
static PIX *on_a3(PIX *pix, double dpi)
{
    (void)dpi;
    PIX *wide = pixAddBorderGeneral(pix, 0, pixGetWidth(pix), 0, 0, variant_gray(250));
    return wide;
}

/* The upper right corner is torn off, and the black lid is seen through. */
static PIX *torn(PIX *pix, double dpi)
{
    PIX *hurt = pixCopy(NULL, pix);
    int side = (int)(22 * dpi / 25.4), width = pixGetWidth(pix);
    for (int y = 0; y < side; y++)
        pixRasterop(hurt, width - side + y, y, side - y, 1, PIX_CLR, NULL, 0, 0);
    return hurt;
}

static const struct variant variants[] = {
    { "askew to 5 degrees", BASE_DPI, 5, 1, 0, 0, NULL, "skew" },
    { "noise", BASE_DPI, 1, 1, -12, 24, NULL, "skew" },
    { "low contrast", BASE_DPI, 1, 0.6, 80, 4, NULL, "skew" },
    { "a dark room", BASE_DPI, 1, 0.62, 0, 4, NULL, "skew" },
    { "200 dpi", 200, 0, 1, 0, 0, NULL, "skew" },
    { "240 dpi", 240, 0, 1, 0, 0, NULL, "skew" },
    { "400 dpi", 400, 0, 1, 0, 0, NULL, "skew" },
    { "600 dpi", 600, 0, 1, 0, 0, NULL, "skew" },
    { "gray", BASE_DPI, 1, 1, 0, 0, as_gray, "skew" },
    { "bilevel", BASE_DPI, 0, 1, 0, 0, as_bits, "skew" },
    { "pencil", BASE_DPI, 1, 1, 0, 3, in_pencil, "pale" },
    { "pink paper", BASE_DPI, 1, 1, 0, 3, on_pink_paper, "skew" },
    { "yellow paper", BASE_DPI, 1, 1, 0, 3, on_yellow_paper, "skew" },
    { "a black lid", BASE_DPI, 3, 1, 0, 3, on_black_lid, "skew" },
    { "A3", BASE_DPI, 1, 1, 0, 3, on_a3, "skew" },
    { "a torn corner", BASE_DPI, 0, 1, 0, 3, torn, "skew" },
};

static struct sheet sheets[SHEETS_MAX];
static size_t sheet_count;

static void read_manifest(void)
{
    char line[256], document[64], skew[16], rotated[16], blank[16];
    SCOPED(file_close_at) FILE *file = fopen("tests/data/stack-1/manifest.tsv", "r");
    while (file && sheet_count < SHEETS_MAX && fgets(line, sizeof line, file)) {
        struct sheet *sheet = &sheets[sheet_count];
        *blank = '\0';
        if (sscanf(line, "%15[^\t]\t%63[^\t]\t%*[^\t]\t%*[^\t]\t%15[^\t]\t%15[^\t]\t%15s",
                   sheet->file, document, skew, rotated, blank) < 4 ||
            !strstr(sheet->file, ".jpg"))
            continue;
        sheet->skew_deg = atof(skew);
        sheet->rotated_deg = atoi(rotated);
        sheet->kind = !strncmp(document, "separator", 9) ? "separator"
                      : !strcmp(document, "cover")       ? "cover"
                      : !strncmp(blank, "blank", 5)      ? "blank"
                                                         : "page";
        sheet_count++;
    }
}

static PIX *load(const struct sheet *sheet)
{
    char path[64];
    SCOPED(free_at) char *data = NULL;
    size_t len = 0;
    struct jpeg_info info;
    (void)snprintf(path, sizeof path, "tests/data/stack-1/%.15s", sheet->file);
    if (file_read(AT_FDCWD, path, 1 << 24, &data, &len, NULL))
        abort();
    struct bytes file = { (uint8_t *)data, len };
    if (jpeg_look(file, &info, NULL))
        abort();
    PIX *pix = pixCreateNoInit((l_int32)info.width_px, (l_int32)info.height_px, 32);
    struct jpeg_how how = { 8, JPEG_STRICT };
    if (jpeg_decode_words(file, &how, pixGetData(pix), (size_t)pixGetWpl(pix), NULL))
        abort();
    return pix;
}

static enum rc process(PIX *pix, uint32_t dpi, bool read, struct page_result *ret_result)
{
    struct bytes capture = variant_jpeg(pix, dpi, 88);
    struct page_options options = { .no_ocr = !read, .no_pictures = true };
    struct page_output output = { 0 };
    enum rc rc = page_process(capture, &options, ret_result, &output, NULL);
    page_output_free(&output);
    free((void *)(uintptr_t)capture.at);
    return rc;
}

/* What is not as it should be, or NULL. */
static const char *judge(const struct sheet *sheet, const struct variant *variant,
                         const struct page_result *result, double turned_deg,
                         double *worst_deg)
{
    double want = -sheet->skew_deg - turned_deg,
           off = fabs(result->skew_mdeg / 1000.0 - want);
    if (strcmp(page_kind_name(result->kind), sheet->kind) != 0)
        return page_kind_name(result->kind);
    bool card = result->kind == PAGE_COVER || result->kind == PAGE_SEPARATOR;
    if (card && !(result->label_count && result->labels[0].ours))
        return "no label";
    if (result->kind != PAGE_TEXT)
        return NULL;
    *worst_deg = fmax(*worst_deg, off);
    if (off > 0.3)
        return "skew";
    for (size_t i = 0; i < result->qc_count; i++)
        if (strcmp(result->qc[i].code, "skew") != 0 &&
            strcmp(result->qc[i].code, variant->told) != 0)
            return result->qc[i].code;
    return NULL;
}

static unsigned try_variant(const struct variant *variant, PIX *const *bases, bool all)
{
    double worst_deg = 0;
    unsigned bad = 0, done = 0;
    for (size_t i = 0; i < sheet_count; i++) {
        if (!all && i != 1 && i != 6 && i != 18) /* a card, a blank, a page */
            continue;
        double scale = variant->dpi / 300.0;
        double turn = variant_between(-variant->turn_deg, variant->turn_deg);
        SCOPED_PIX sized = pixScale(bases[i], (l_float32)scale, (l_float32)scale);
        SCOPED_PIX changed =
            variant->change ? variant->change(sized, variant->dpi) : pixClone(sized);
        SCOPED_PIX lit = pixConvertTo32(changed);
        variant_levels(lit, variant->gain, variant->add, variant->noise);
        unsigned around = variant->change == on_black_lid ? 8 : 250;
        SCOPED_PIX askew = turn == 0 ? pixClone(lit) : variant_turn(lit, turn, around);
        struct page_result result = { .kind = PAGE_TEXT };
        const char *wrong = process(askew, variant->dpi, false, &result)
                                ? "not processed"
                                : judge(&sheets[i], variant, &result, turn, &worst_deg);
        done++;
        if (wrong) {
            printf("#   %s: %s (%s, skew %.2f, turned %.2f)\n", sheets[i].file, wrong,
                   sheets[i].kind, result.skew_mdeg / 1000.0, turn);
            bad++;
        }
    }
    printf("%s - %s: %u of %u sheets, skew off by %.2f degrees at most\n",
           bad ? "not ok" : "ok", variant->name, done - bad, done, worst_deg);
    return bad;
}

/* Every text page, all four ways round, read. */
static unsigned try_directions(PIX *const *bases, bool all)
{
    unsigned bad = 0, done = 0;
    double worst_deg = 0;
    for (size_t i = 0; i < sheet_count; i++) {
        if (strcmp(sheets[i].kind, "page") != 0 || (!all && i != 12))
            continue;
        for (int quarters = 0; quarters < 4; quarters++, done++) {
            SCOPED_PIX turned = pixRotateOrth(bases[i], quarters);
            struct page_result result = { .kind = PAGE_TEXT };
            int want = (360 + sheets[i].rotated_deg - quarters * 90) % 360;
            bool good =
                !process(turned, 300, true, &result) && (int)result.rotated_deg == want;
            worst_deg =
                fmax(worst_deg, fabs(result.skew_mdeg / 1000.0 + sheets[i].skew_deg));
            if (good)
                continue;
            printf("#   %s turned by %d: stood up by %u\n", sheets[i].file, quarters * 90,
                   result.rotated_deg);
            bad++;
        }
    }
    printf("%s - text pages stand up: %u of %u, skew off by %.2f degrees at most\n",
           bad || worst_deg > 0.3 ? "not ok" : "ok", done - bad, done, worst_deg);
    return bad;
}

int main(int argc, char **argv)
{
    bool all = argc > 1 && !strcmp(argv[1], "all");
    PIX *bases[SHEETS_MAX] = { NULL };
    unsigned bad = 0;
    read_manifest();
    setMsgSeverity(L_SEVERITY_NONE);
    variant_seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 20260123;
    printf("# seed %llu\n", (unsigned long long)variant_seed);
    for (size_t i = 0; i < sheet_count; i++)
        bases[i] = load(&sheets[i]);
    for (size_t v = 0; v < COUNT(variants); v++)
        if (all || variants[v].dpi == BASE_DPI) /* fine pictures take their time */
            bad += try_variant(&variants[v], bases, all);
    bad += try_directions(bases, all);
    for (size_t i = 0; i < sheet_count; i++)
        pixDestroy(&bases[i]);
    return bad || !sheet_count;
}
