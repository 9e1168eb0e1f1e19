/* Turning a picture by a small angle. */
#ifndef STATION_PAGE_STRAIGHTEN_H
#define STATION_PAGE_STRAIGHTEN_H

#include "core/rc.h"
#include "sys/fault.h"

#include <allheaders.h>

/* Turn `gray` (8 bits) clockwise by `turn_deg` about its centre, in a larger picture so
 * that no corner is cut; new corners are white. The caller owns *ret_turned. */
MUST_USE enum rc page_turn(PIX *gray, double turn_deg, PIX **ret_turned,
                           struct fault *why);

#endif
