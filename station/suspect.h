/* What the pictures tell about the feeder: a sheet longer than paper is may be two
 * sheets, a page like the one before it one sheet twice, a number that jumps a sheet that
 * went along with another. The device saw nothing of it. Such a sheet stops the feeding,
 * and stays a doubt until a person says that it is right, or it is fed again or taken
 * out. Pure. */
#ifndef STATION_SUSPECT_H
#define STATION_SUSPECT_H

#include "station/job.h"

/* Is something wrong with this picture's sheet, and not settled yet? *ret_code is the
 * reason, which is also the word of the stop; *ret_sentence what was seen. Both borrowed
 * until the picture is judged again; either may be NULL. */
bool suspect_image(const struct job_image *image, const char **ret_code,
                   const char **ret_sentence);

/* The first such picture of the volume, or NULL. Borrowed. */
const struct job_image *suspect_first(const struct job *job, const char **ret_code);

/* Is `code` the word of a stop because of a suspect? */
bool suspect_is_stop(const char *code);

#endif
