/* Which pictures of a feeding a second person has to look at before it may pass.
 *
 * Programs have measured every picture; people look at a part (DA/T 31: at least 5 % by
 * volume). The part is drawn by lot, of the pages and of the blanks each, so that whoever
 * scans cannot know which they will be; beside it stands everything that a program found
 * odd, that a person decided against the program, that nobody has looked at yet, or that
 * is new in a feeding that came back. The lot is in the ledger: the same lot draws the
 * same pictures for ever. Pure. */
#ifndef REPO_QC_CHOOSE_H
#define REPO_QC_CHOOSE_H

#include <jansson.h>
#include <stddef.h>

enum qc_why {
    QC_BY_LOT = 1u << 0,
    QC_BY_MACHINE = 1u << 1, /* measured odd */
    QC_DECIDED = 1u << 2,    /* the operator overruled the program */
    QC_UNSEEN = 1u << 3,     /* taken for blank, and nobody looked */
    QC_NEW = 1u << 4,        /* not in the feeding that was sent back */
};

/* For each picture of `manifest` the reasons, 0 for none: an array of the caller's to
 * free, as long as "images". `before`: an object whose keys are the capture hashes of
 * feedings that were sent back, empty for none. */
unsigned *qc_choose(const json_t *manifest, const char *lot, unsigned percent,
                    const json_t *before);

/* Words of the reasons on the wire: "lot", "machine", ... New reference to an array. */
json_t *qc_why_words(unsigned why);

/* Why a page may be sent back. NULL behind the last. */
struct qc_reason {
    const char *code, *word;
};
const struct qc_reason *qc_reason_at(size_t index);
/* The word of a code; NULL for an unknown one. */
const char *qc_reason_word(const char *code);

#endif
