/* A motor that runs by itself, as that of a production scanner does: with `pace-ms 600`
 * in paper.conf a sheet comes in every 600 ms, asked for or not, into a memory that has
 * room for one sheet behind the one that the program is reading. Only when that is full
 * the motor stands, and for how long is what a bench wants to know: then the program, and
 * not the paper, was the slow one.
 *
 * `diary FILE` keeps one line for each side that was read to its end, by the wall clock
 * in milliseconds: sheet, side (0 front), when it was asked for, when the sheet was in,
 * when the last byte was read, how long the motor had to stand for it. */
#ifndef SANE_PAPER_PACE_H
#define SANE_PAPER_PACE_H

#include <stdbool.h>
#include <stdint.h>

/* All zero: the motor stands, nothing is in the memory. */
struct pace {
    bool runs;
    int64_t asked_ms, ready_ms; /* of the last sheet */
    int64_t held_ms;            /* the motor stood so long before it */
};

/* A sheet is asked for at `now_ms`. Returns the time at which it is in, not before now.
 */
int64_t pace_next(struct pace *pace, unsigned ms, int64_t now_ms);

/* One line of the diary; "" keeps none. What cannot be written is left out. */
void pace_note(const struct pace *pace, const char *diary, unsigned sheet, int side,
               int64_t ended_ms);

#endif
