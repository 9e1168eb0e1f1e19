/* Which way up, by reading.
 *
 * Counting ascenders tells Latin text from its upside-down self but not Chinese, and a
 * page-wide script detector is wrong on pages of few lines. What is never wrong is that
 * upside-down lines read as nonsense: long lines are read as they stand, and each that
 * goes badly also turned. Nearly all pages, either end up, pay for a line or two.
 *
 * Side or level is seen in the picture where rows alternate clearly; else it is read,
 * too.
 *
 * Where paragraphs end ragged on the right the page is read as it is, and only when that
 * goes badly are its lines asked: the line or two cost a twenty-fifth of a page. */
#include "station/page/orient.h"

#include "station/page/layout.h"
#include "station/page/pix.h"
#include "station/page/skew.h"
#include "station/page/straighten.h"

enum {
    PROBE_LINES = 5,
    SURE_CONFIDENCE = 78, /* upright lines nearly always; upside-down ones never */
    TURN_CONFIDENCE = 60, /* below, nothing is turned: the page may be no text at all */
    BETTER_BY = 8,
    SYMBOLS_MIN = 5,
    LINE_SYMBOLS_MIN = 7,  /* of a line that speaks for itself */
    CLEAR_CONFIDENCE = 86, /* one such line will do */
    PROBE_FEW = 2,         /* lines; from then on a sure one will do */
    PROVING_SYMBOLS = 20,  /* of such lines, to prove an assumption */
};

/* How a page reads one way up. */
struct reading {
    int confidence;
    int lines;
};

void page_stand_free(struct page_stand *stand)
{
    pixDestroy(&stand->gray);
    pixDestroy(&stand->bits);
}

enum rc page_stand_turned(PIX *even, int quarters, struct page_stand *ret_stand,
                          struct fault *why)
{
    SCOPED_PIX upright = quarters ? pixRotateOrth(even, quarters) : pixClone(even);
    SCOPED_PIX bits = NULL;
    struct page_stand made = { .rotated_deg = (uint32_t)quarters * 90 };
    struct page_skew skew = { 0 };
    if (!upright)
        return pix_no_memory(why);
    enum rc rc = page_to_bits(upright, &bits, why);
    if (!rc)
        rc = page_find_skew(bits, &skew, why);
    if (!rc)
        rc = page_turn(upright, skew.turn_deg, &made.gray, why);
    if (!rc)
        rc = page_to_bits(made.gray, &made.bits, why);
    made.turn_deg = skew.turn_deg;
    made.turn_sure = skew.sure;
    if (rc)
        page_stand_free(&made);
    else
        *ret_stand = made;
    return rc;
}

static enum rc turn_over(struct page_stand *stand, struct fault *why)
{
    PIX *gray = pixRotate180(NULL, stand->gray), *bits = pixRotate180(NULL, stand->bits);
    page_stand_free(stand);
    stand->gray = gray;
    stand->bits = bits;
    stand->rotated_deg = (stand->rotated_deg + 180) % 360;
    return gray && bits ? RC_OK : pix_no_memory(why);
}

/* What the lines read so far say together. */
struct probe {
    double sum; /* of confidences */
    size_t symbols;
    int best; /* the mean of the line that read best, of those that are long enough */
};

/* Read one line as it stands, or turned over. */
static enum rc probe_line(PIX *gray, BOX *box, double dpi, bool over, struct ocr *ocr,
                          struct probe *probe, struct fault *why)
{
    SCOPED_PIX clip = pixClipRectangle(gray, box, NULL);
    SCOPED_PIX line = clip ? pixAddBorder(clip, 8, 255) : NULL;
    struct ocr_text text = { 0 };
    if (!line)
        return pix_no_memory(why);
    if (over)
        pixRotate180(line, line);
    enum rc rc = ocr_read(ocr, line, (int)dpi, OCR_LINE, NULL, &text, why);
    for (size_t i = 0; i < text.symbol_count; i++)
        probe->sum += (double)text.symbols[i].confidence;
    probe->symbols += text.symbol_count;
    int mean = ocr_confidence(&text);
    if (text.symbol_count >= LINE_SYMBOLS_MIN && mean > probe->best)
        probe->best = mean;
    ocr_text_free(&text);
    return rc;
}

/* The best of the lines that are long enough, since nonsense never reads well for long,
 * while a line of figures or under a seal may read badly upright. */
static int confidence_of(const struct probe *probe)
{
    if (probe->best)
        return probe->best;
    return probe->symbols >= SYMBOLS_MIN ? (int)(probe->sum / (double)probe->symbols) : 0;
}

/* Read line by line, each also turned over until one reads well as it stands. Lines that
 * read well early are enough, either way. */
static enum rc probe_ends(PIX *gray, BOXA *lines, double dpi, struct ocr *ocr,
                          struct probe *as_is, struct probe *over, struct fault *why)
{
    enum rc rc = RC_OK;
    for (l_int32 i = 0; i < boxaGetCount(lines) && !rc; i++) {
        int enough = i < PROBE_FEW ? CLEAR_CONFIDENCE : SURE_CONFIDENCE;
        if (as_is->best >= enough || over->best >= enough)
            break;
        BOX *box = boxaGetBox(lines, i, L_CLONE);
        rc = probe_line(gray, box, dpi, false, ocr, as_is, why);
        if (!rc && as_is->best < SURE_CONFIDENCE)
            rc = probe_line(gray, box, dpi, true, ocr, over, why);
        boxDestroy(&box);
    }
    return rc;
}

/* Turn `stand` over when it reads better so. *ret_reading is that of the better way. */
static enum rc choose_end(struct page_stand *stand, double dpi, struct ocr *ocr,
                          struct reading *ret_reading, struct fault *why)
{
    SCOPED_BOXA lines = NULL;
    struct probe read_as_is = { 0 }, read_over = { 0 };
    int total = 0;
    enum rc rc = page_long_lines(stand->bits, dpi, PROBE_LINES, &lines, &total, why);
    if (!rc)
        rc = probe_ends(stand->gray, lines, dpi, ocr, &read_as_is, &read_over, why);
    int as_is = confidence_of(&read_as_is), over = confidence_of(&read_over);
    if (!rc && over > as_is + BETTER_BY && over >= TURN_CONFIDENCE)
        rc = turn_over(stand, why);
    *ret_reading = (struct reading){ over > as_is ? over : as_is, total };
    return rc;
}

/* The other axis is right when it reads well, better, and not from a stray line only. */
static bool is_better(const struct reading *other, const struct reading *first)
{
    return other->confidence >= TURN_CONFIDENCE &&
           other->confidence > first->confidence + BETTER_BY &&
           other->lines * 2 >= first->lines;
}

/* By reading: as *stand is, which is the way the rows suggest, and if that is nonsense
 * the other way. */
static enum rc stand_by_reading(PIX *even, double dpi, bool level, struct ocr *ocr,
                                struct page_stand *stand, struct fault *why)
{
    struct page_stand first = *stand, second = { 0 };
    struct reading read_first = { 0 }, read_second = { 0 };
    *stand = (struct page_stand){ 0 };
    enum rc rc = choose_end(&first, dpi, ocr, &read_first, why);
    if (!rc && read_first.confidence < SURE_CONFIDENCE) {
        rc = page_stand_turned(even, level ? 1 : 0, &second, why);
        if (!rc)
            rc = choose_end(&second, dpi, ocr, &read_second, why);
    }
    bool take_second = is_better(&read_second, &read_first) ||
                       (!level && read_first.confidence < TURN_CONFIDENCE && second.gray);
    page_stand_free(take_second || rc ? &first : &second);
    if (rc)
        page_stand_free(&second);
    else
        *stand = take_second ? second : first;
    return rc;
}

/* Where nothing is read, the figures are wanted and no turned picture. */
static enum rc measure_stand(PIX *even, int quarters, struct page_stand *ret_stand,
                             struct fault *why)
{
    SCOPED_PIX bits = NULL;
    SCOPED_PIX upright = NULL;
    struct page_skew skew = { 0 };
    enum rc rc = page_to_bits(even, &bits, why);
    if (rc)
        return rc;
    upright = quarters ? pixRotateOrth(bits, quarters) : pixClone(bits);
    if (!upright)
        return pix_no_memory(why);
    rc = page_find_skew(upright, &skew, why);
    *ret_stand = (struct page_stand){ .rotated_deg = (uint32_t)quarters * 90,
                                      .turn_deg = skew.turn_deg,
                                      .turn_sure = skew.sure };
    return rc;
}

bool page_reads_well(const struct ocr_text *text)
{
    double sum = 0;
    size_t symbols = 0;
    for (size_t i = 0; i < text->line_count; i++) {
        const struct ocr_line *line = &text->lines[i];
        if (line->count < LINE_SYMBOLS_MIN)
            continue;
        sum += (double)ocr_line_confidence(text, line) * (double)line->count;
        symbols += line->count;
    }
    return symbols >= PROVING_SYMBOLS && sum / (double)symbols >= SURE_CONFIDENCE;
}

bool page_stand_proven(const struct page_stand *stand, const struct ocr_text *text)
{
    return !stand->assumed || page_reads_well(text);
}

enum rc page_see_axis(PIX *even, bool *ret_level, bool *ret_sure, struct fault *why)
{
    SCOPED_PIX bits = NULL;
    enum rc rc = page_to_bits(even, &bits, why);
    return rc ? rc : page_lines_level(bits, ret_level, ret_sure, why);
}

/* As its rows lie: *ret_level. Not sure of the axis: as it was fed, which is right for
 * nearly every sheet, is tried first. */
static enum rc stand_as_rows(PIX *even, bool *ret_level, bool *ret_sure,
                             struct page_stand *ret_stand, struct fault *why)
{
    enum rc rc = page_see_axis(even, ret_level, ret_sure, why);
    *ret_level = *ret_level || !*ret_sure;
    return rc ? rc : page_stand_turned(even, *ret_level ? 0 : 1, ret_stand, why);
}

enum rc page_stand_by_lines(PIX *even, double dpi, struct ocr *ocr,
                            struct page_stand *ret_stand, struct fault *why)
{
    bool level = true, sure = false;
    enum rc rc = stand_as_rows(even, &level, &sure, ret_stand, why);
    return rc ? rc : stand_by_reading(even, dpi, level, ocr, ret_stand, why);
}

enum rc page_stand_up(PIX *even, double dpi, int label_deg, struct ocr *ocr,
                      struct page_stand *ret_stand, struct fault *why)
{
    int quarters = label_deg > 0 ? label_deg / 90 : 0;
    bool level = true, sure = false, ragged = false;
    if (!ocr)
        return measure_stand(even, quarters, ret_stand, why);
    if (label_deg >= 0) {
        enum rc rc = page_stand_turned(even, quarters, ret_stand, why);
        ret_stand->told = !rc;
        return rc;
    }
    enum rc rc = stand_as_rows(even, &level, &sure, ret_stand, why);
    if (!rc && sure)
        rc = page_ends_ragged(ret_stand->bits, dpi, &ragged, why);
    ret_stand->assumed = ragged;
    return rc || ragged ? rc : stand_by_reading(even, dpi, level, ocr, ret_stand, why);
}
