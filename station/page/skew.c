/* Skew by leptonica's search: shear the picture by trial angles, and take the one where
 * the sums of neighbouring pixel rows differ most. On old dark paper the maximum is flat
 * (confidence below confidence_min): then nothing is turned. A sheet that the feeder drew
 * in askew by more than a few degrees is looked for only when that failed. */
#include "station/page/skew.h"

#include "station/page/bits.h"
#include "station/page/pix.h"

#include <math.h>

enum { BITS_THRESHOLD = 160, SWEEP_REDUCTION = 4, SEARCH_REDUCTION = 2 };

static const float confidence_min = 1.75f;
/* Near the ends of the range a flat curve has its false maxima. */
static const double doubt_deg = 5.1;
static const float doubt_confidence_min = 3.0f;

/* Where the rows of a page say too little, lines say more: characters are drawn together
 * into bars. Each alone may be unsure; when both say the same, it is so. */
static const float agree_confidence_min = 1.5f;
static const double agree_deg = 0.15, line_gap_in = 1.0 / 6, bits_dpi = 150;

static const float sweep_range_deg = 7.0f, far_range_deg = 20.0f, sweep_step_deg = 1.0f,
                   search_step_deg = 0.02f;
static const double turn_worth_deg = 0.03;

enum rc page_to_bits(PIX *gray, PIX **ret_bits, struct fault *why)
{
    PIX *bits = bits_darker(gray, BITS_THRESHOLD);
    if (!bits)
        return pix_no_memory(why);
    *ret_bits = bits;
    return RC_OK;
}

/* What one search found. */
struct found {
    double deg, score;
    float confidence; /* 0: nothing */
};

static struct found search(PIX *bits, float range_deg)
{
    l_float32 angle = 0, confidence = 0, score = 0;
    if (pixFindSkewSweepAndSearchScore(bits, &angle, &confidence, &score, SWEEP_REDUCTION,
                                       SEARCH_REDUCTION, 0, range_deg, sweep_step_deg,
                                       search_step_deg))
        return (struct found){ .deg = 0 };
    return (struct found){ (double)angle, (double)score, confidence };
}

/* Near the ends of the range more confidence is asked for. */
static struct page_skew judge(const struct found *found, double doubt_from_deg)
{
    bool doubtful = fabs(found->deg) > doubt_from_deg;
    struct page_skew skew = {
        .sure = found->confidence >= (doubtful ? doubt_confidence_min : confidence_min),
        .score = found->score,
    };
    if (skew.sure && fabs(found->deg) >= turn_worth_deg)
        skew.turn_deg = found->deg;
    return skew;
}

/* A page of few lines: once more by its lines as bars. `rows` is what its rows said. */
static enum rc find_by_lines(PIX *bits, const struct found *rows,
                             struct page_skew *ret_skew, struct fault *why)
{
    SCOPED_PIX bars = pixCloseSafeBrick(NULL, bits, (l_int32)(line_gap_in * bits_dpi), 1);
    if (!bars)
        return pix_no_memory(why);
    struct found lines = search(bars, sweep_range_deg);
    struct page_skew skew = judge(&lines, doubt_deg);
    bool agree = rows->confidence >= agree_confidence_min &&
                 lines.confidence >= agree_confidence_min &&
                 fabs(rows->deg - lines.deg) <= agree_deg && fabs(lines.deg) <= doubt_deg;
    if (!skew.sure && agree) {
        skew.sure = true;
        skew.turn_deg = fabs(lines.deg) >= turn_worth_deg ? lines.deg : 0;
    }
    if (skew.sure)
        *ret_skew = skew;
    return RC_OK;
}

enum rc page_find_skew(PIX *bits, struct page_skew *ret_skew, struct fault *why)
{
    struct found rows = search(bits, sweep_range_deg);
    struct page_skew skew = judge(&rows, doubt_deg);
    enum rc rc = skew.sure ? RC_OK : find_by_lines(bits, &rows, &skew, why);
    if (!rc && !skew.sure) {
        struct found wide = search(bits, far_range_deg);
        struct page_skew far = judge(&wide, 0);
        if (far.sure && fabs(far.turn_deg) > doubt_deg)
            skew = far;
    }
    *ret_skew = skew;
    return rc;
}

/* The score of a quarter-turned picture beside that of the picture itself. Letters and
 * characters alternate along a line too, but lines alternate more sharply. */
enum rc page_lines_level(PIX *bits, bool *ret_level, bool *ret_sure, struct fault *why)
{
    static const double clear = 1.6;
    /* Only the scores are compared: a quarter of the pixels says as much. */
    SCOPED_PIX small = pixReduceRankBinary2(bits, 2, NULL);
    SCOPED_PIX turned = small ? pixRotateOrth(small, 1) : NULL;
    if (!turned)
        return pix_no_memory(why);
    struct found as_is = search(small, sweep_range_deg);
    struct found other = search(turned, sweep_range_deg);
    /* Scores grow with the square of a row's length. */
    double ratio = (double)pixGetWidth(bits) / pixGetHeight(bits);
    double level = as_is.score, upright = other.score * ratio;
    *ret_level = level >= upright;
    *ret_sure = level > clear * upright || upright > clear * level;
    return RC_OK;
}
