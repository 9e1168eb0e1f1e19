/* What a reader said, before it is believed: the same code twice in a moment is one read,
 * and a label of ours with wrong check digits is none.
 *
 * A hand holds the trigger a little too long, or a label passes the beam of two readers:
 * within BARCODE_TWICE_MS the same text counts once. Two codes that differ are never one,
 * however fast. Pure; one gate serves all readers of a desk. */
#ifndef DRIVERS_BARCODE_GATE_H
#define DRIVERS_BARCODE_GATE_H

#include "core/label.h"
#include "drivers/barcode/barcode_text.h"

enum { BARCODE_TWICE_MS = 1000 };

enum barcode_verdict {
    BARCODE_LABEL,   /* one of ours, right */
    BARCODE_FOREIGN, /* no label of ours: a code of somebody else's */
    BARCODE_TWICE,   /* just read: nothing to do, not even a sound */
    BARCODE_WRONG,   /* shaped like ours, check digits wrong: never believed */
};

struct barcode_counters {
    uint64_t labels, foreign, twice, wrong;
    uint64_t lost; /* torn, too long or garbled: never became a code */
    uint64_t gone; /* times the device went away */
};

struct barcode_gate {
    char last[BARCODE_TEXT_MAX];
    int64_t last_ms;
    bool some; /* `last` is valid */
};

/* `now_ms` is monotonic. Counts into `counters` (borrowed, never NULL). *ret_label is set
 * for BARCODE_LABEL. Small letters count as capitals: some readers turn case. */
enum barcode_verdict barcode_judge(struct barcode_gate *gate,
                                   const struct barcode_text *code, int64_t now_ms,
                                   struct barcode_counters *counters,
                                   struct label *ret_label,
                                   char ret_text[BARCODE_TEXT_MAX]);

#endif
