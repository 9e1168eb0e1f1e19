/* Skew by leptonica's search: shear the picture by trial angles, and take the one where
 * the sums of neighbouring pixel rows differ most. On old dark paper the maximum is flat
 * (confidence below confidence_min): then nothing is turned. */
#include "station/page/skew.h"

#include "station/page/pix.h"

#include <math.h>

enum { BITS_THRESHOLD = 160, SWEEP_REDUCTION = 4, SEARCH_REDUCTION = 2 };

static const float confidence_min = 1.75f;
/* Near the ends of the range a flat curve has its false maxima. */
static const double doubt_deg = 4.5;
static const float doubt_confidence_min = 3.0f;

static const float sweep_range_deg = 7.0f, sweep_step_deg = 1.0f, search_step_deg = 0.02f;
static const double turn_worth_deg = 0.03;

enum rc page_to_bits(PIX *gray, PIX **ret_bits, struct fault *why)
{
    PIX *bits = pixThresholdToBinary(gray, BITS_THRESHOLD);
    if (!bits)
        return pix_no_memory(why);
    *ret_bits = bits;
    return RC_OK;
}

enum rc page_find_skew(PIX *bits, struct page_skew *ret_skew, struct fault *why)
{
    (void)why;
    struct page_skew skew = { 0 };
    l_float32 angle = 0, confidence = 0, score = 0;
    if (!pixFindSkewSweepAndSearchScore(
            bits, &angle, &confidence, &score, SWEEP_REDUCTION, SEARCH_REDUCTION, 0,
            sweep_range_deg, sweep_step_deg, search_step_deg)) {
        skew.sure = confidence >= (fabs((double)angle) > doubt_deg ? doubt_confidence_min
                                                                   : confidence_min);
        skew.score = (double)score;
        if (skew.sure && fabs((double)angle) >= turn_worth_deg)
            skew.turn_deg = (double)angle;
    }
    *ret_skew = skew;
    return RC_OK;
}

/* The score of a quarter-turned picture beside that of the picture itself. Letters and
 * characters alternate along a line too, but lines alternate more sharply. */
enum rc page_lines_level(PIX *bits, bool *ret_level, bool *ret_sure, struct fault *why)
{
    static const double clear = 1.6;
    SCOPED_PIX turned = pixRotateOrth(bits, 1);
    struct page_skew as_is, other;
    if (!turned)
        return pix_no_memory(why);
    enum rc rc = page_find_skew(bits, &as_is, why);
    if (!rc)
        rc = page_find_skew(turned, &other, why);
    if (rc)
        return rc;
    /* Scores grow with the square of a row's length. */
    double ratio = (double)pixGetWidth(bits) / pixGetHeight(bits);
    double level = as_is.score, upright = other.score * ratio;
    *ret_level = level >= upright;
    *ret_sure = level > clear * upright || upright > clear * level;
    return RC_OK;
}

enum rc page_turn(PIX *gray, double turn_deg, PIX **ret_turned, struct fault *why)
{
    if (turn_deg == 0) {
        *ret_turned = pixClone(gray);
        return RC_OK;
    }
    PIX *turned = pixRotate(gray, (l_float32)(turn_deg * M_PI / 180), L_ROTATE_AREA_MAP,
                            L_BRING_IN_WHITE, pixGetWidth(gray), pixGetHeight(gray));
    if (!turned)
        return pix_no_memory(why);
    *ret_turned = turned;
    return RC_OK;
}
