/* The feeder as a machine: where the stack stands, what is fed next, what goes wrong.
 *
 *              feeder_feed                      picture delivered
 *   [on top] ---------------> [in the path] ---------------------> [in the tray]
 *       ^                          |
 *       +---- feeder_put_back -----+      jam, double feed, cover, I/O error
 *
 * After trouble the operator clears the path and lays the sheets that were in it on top
 * again, in their order; so the sheet that jammed is fed next, and in duplex its front is
 * delivered again. A sheet counts as fed from the moment it leaves the top: when the
 * program is killed in the middle of it, the stack holds exactly the sheets not yet fed.
 *
 * The place is kept in the file named by `state` in paper.conf, one line "fed N PRINT".
 * Deleting the file, or putting in another stack (other names, or a touched sheets.tsv),
 * is a full stack again; "fed 8" written by hand lays sheet 9 on top. Without `state`
 * every opening finds the full stack. */
#ifndef SANE_PAPER_FEEDER_H
#define SANE_PAPER_FEEDER_H

#include "feeder_conf.h"
#include "stack.h"

struct feeder;

struct feeder_sensors {
    bool page_loaded, double_feed, cover_open;
};

/* A sheet in the path or on the glass. */
struct fed_sheet {
    struct sheet sheet;
    unsigned number; /* from 1 */
};

/* The feeder stands there, nobody uses it yet. Never fails but RC_NO_MEMORY. */
MUST_USE enum rc feeder_new(const struct feeder_conf *conf, struct feeder **ret_feeder);
void feeder_free(struct feeder *feeder); /* accepts NULL */

const struct feeder_conf *feeder_conf(const struct feeder *feeder);

/* Take it into use.
 *   RC_AGAIN      in use here or, with `state`, by another process
 *   RC_NOT_FOUND  the folder does not exist, or the device is gone just now
 *   RC_INVALID    a table in the folder is wrong */
MUST_USE enum rc feeder_open(struct feeder *feeder, struct fault *why);
void feeder_close(struct feeder *feeder);

/* The folder with the pictures; borrowed while open. */
int feeder_folder(const struct feeder *feeder);

/* Unplugged: by faults.tsv when its sheet is reached, or by feeder_unplug() until closed.
 */
bool feeder_is_gone(struct feeder *feeder);
void feeder_unplug(struct feeder *feeder);

/* The sheet on top, not moved. RC_NOT_FOUND when there is none. */
MUST_USE enum rc feeder_peek(struct feeder *feeder, struct fed_sheet *ret_sheet,
                             struct fault *why);

/* Feed it: durable in the state file before this returns. */
MUST_USE enum rc feeder_feed(struct feeder *feeder, const struct fed_sheet *sheet,
                             struct fault *why);

/* Lay sheets `number` and following on top again, because of `kind`; what the sensors say
 * about it is kept until the next sheet is fed. */
MUST_USE enum rc feeder_put_back(struct feeder *feeder, unsigned number,
                                 enum trouble_kind kind, struct fault *why);

/* What goes wrong with this side of sheet `number`: `asked` (an option) first, then
 * faults.tsv as it is now. *ret_trouble has TROUBLE_NONE when nothing does. */
MUST_USE enum rc feeder_trouble(struct feeder *feeder, const struct trouble *asked,
                                unsigned number, enum side side,
                                struct trouble *ret_trouble, struct fault *why);

/* Sensors now; `asked` as above. */
MUST_USE enum rc feeder_sense(struct feeder *feeder, const struct trouble *asked,
                              struct feeder_sensors *ret_sensors, struct fault *why);

#endif
