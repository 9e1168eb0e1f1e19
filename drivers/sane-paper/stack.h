/* A stack of paper: a folder of pictures, and what may go wrong with it.
 *
 * sheets.tsv names both sides of each sheet, tab separated, under a header line:
 *
 *   sheet  front    back
 *   1      001.jpg  -          '-' is a clean side: the backend draws white paper
 *   2      002.jpg  003.jpg
 *
 * Without it every *.jpg or *.jpeg in the order of its name is the front of one sheet
 * with a clean back. Names are plain, without '/'.
 *
 * faults.tsv asks for trouble, one a line; the last three columns may be left out:
 *
 *   fault  sheet  side   percent  ms
 *   jam    9      front  40               after 40 % of the lines of sheet 9's front
 *   slow-feed 3   front  0        2000
 *
 * It is read again for every picture, so putting the file there makes the trouble and
 * deleting it is the repair. */
#ifndef SANE_PAPER_STACK_H
#define SANE_PAPER_STACK_H

#include "core/bytes.h"
#include "core/rc.h"
#include "sys/fault.h"

#include <stdbool.h>

enum {
    STACK_SHEETS_MAX = 5000,
    STACK_NAME_MAX = 128,
    STACK_FILE_MAX = 1024 * 1024,
    TROUBLES_MAX = 64,
};

enum side { SIDE_FRONT, SIDE_BACK };

struct sheet {
    char side[2][STACK_NAME_MAX]; /* file names by enum side; "" is a clean side */
};

struct stack {
    struct sheet *sheets; /* owned: stack_free() */
    size_t count;
    uint64_t
        print; /* changes when another stack is put in: names and sheets.tsv's time */
};

void stack_free(struct stack *stack);

/* Read the text of a sheets.tsv; `print` covers its names. RC_INVALID names the line. */
MUST_USE enum rc stack_parse(struct bytes text, struct stack *ret_stack,
                             struct fault *why);

/* The stack that lies in the folder `dir` now. */
MUST_USE enum rc stack_read(int dir, struct stack *ret_stack, struct fault *why);

enum trouble_kind {
    TROUBLE_NONE,
    TROUBLE_JAM,
    TROUBLE_DOUBLE_FEED,
    TROUBLE_COVER_OPEN,
    TROUBLE_NO_DOCS,
    TROUBLE_DEVICE_GONE,
    TROUBLE_IO_ERROR,
    TROUBLE_SLOW_FEED,
    TROUBLE_COUNT
};

/* "none", "jam", ... in the order of the enum, NULL behind the last. */
extern const char *const trouble_words[TROUBLE_COUNT + 1];

struct trouble {
    enum trouble_kind kind;
    unsigned sheet; /* from 1 */
    enum side side;
    unsigned percent; /* of the lines delivered before it strikes; 0: at the start */
    unsigned ms;      /* slow-feed */
};

enum { TROUBLE_SLOW_MS = 3000 };

/* Read the text of a faults.tsv. At most TROUBLES_MAX. RC_INVALID names the line. */
MUST_USE enum rc trouble_parse(struct bytes text,
                               struct trouble ret_troubles[TROUBLES_MAX],
                               size_t *ret_count, struct fault *why);

/* Troubles asked for in the folder now. No faults.tsv is RC_OK with 0. */
MUST_USE enum rc trouble_read(int dir, struct trouble ret_troubles[TROUBLES_MAX],
                              size_t *ret_count, struct fault *why);

#endif
