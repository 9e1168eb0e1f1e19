/* dpi: DA/T 31-2017 wants 200; a scanner may round. Skew: DA/T 31 gives no figure, the
 * strictest tender read has 1 degree. The others say what DA/T 31 says in words (dark,
 * pale, blurred, cut off, not readable); their figures were found on sharp court pages,
 * the same pages blurred by 4 pixels at 300 dpi, and old foreign scans. */
#include "station/page/limits.h"

const struct page_limits page_limits_usual = {
    .dpi_min = 190,
    .skew_deg = 1.0,
    .paper_min = 120,
    .ink_max = 150,
    .sharp_min = 0.45,
    .edge_marks_max = 3,
    .confidence_min = 60,
};
