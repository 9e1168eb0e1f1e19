/* The ledger as files that anybody can verify without us (docs/ledger.md):
 *
 *   events.jsonl   one event a line, its canonical bytes and LF
 *   checkpoint     the signed head; it covers exactly these events
 *   key.pub        the verifier key and LF
 *   tile/...       the tree (ledger_tiles.h)
 *
 * and the proof of one volume's chain as one file. Events come from a source: an open
 * ledger, a folder exported before, or the repository's web interface. */
#ifndef REPO_LEDGER_EXPORT_H
#define REPO_LEDGER_EXPORT_H

#include "repo-daemon/checkpoint.h"
#include "repo-daemon/ledger.h"
#include "repo-daemon/merkle_memory.h"

enum { LEDGER_PROOF_MAX = 64 * 1024 * 1024 }; /* bytes of a proof file */

struct ledger_source {
    char checkpoint[LEDGER_CHECKPOINT_MAX];
    char key[LEDGER_KEY_MAX]; /* verifier, without newline */
    /* Events 1..size in order; RC_NOT_FOUND when they end early. */
    enum rc (*feed)(void *context, uint64_t size, ledger_on_event *on_event,
                    void *on_context, struct fault *why);
    /* The events from about `from_ms` on, for a day and an hour; NULL: by feed(). */
    enum rc (*feed_day)(void *context, int64_t from_ms, ledger_on_event *on_event,
                        void *on_context, struct fault *why);
    /* The events that name a volume, in order; NULL: there is no short way to them. */
    enum rc (*feed_volume)(void *context, const char *volume, ledger_on_event *on_event,
                           void *on_context, struct fault *why);
    /* Made at the source; NULL: made here, out of all events. As the two calls below. */
    enum rc (*proof)(void *context, const char *volume, char **ret_text, size_t *ret_len,
                     struct fault *why);
    enum rc (*growth)(void *context, uint64_t old_size, char **ret_text,
                      struct fault *why);
    void *context;
};

/* An open ledger; a fresh head is signed when it was opened for writing. Borrowed. */
MUST_USE enum rc ledger_source_of(struct ledger *ledger, struct ledger_source *ret_source,
                                  struct fault *why);
/* A folder exported before; the path is borrowed. */
MUST_USE enum rc ledger_source_of_folder(const char *folder,
                                         struct ledger_source *ret_source,
                                         struct fault *why);

/* Write the folder, which must be new or empty. What is written has been checked against
 * the signed head.
 *   RC_EXISTS   something is there already
 *   RC_CORRUPT  the events are not those that were signed
 *   RC_FULL     no space */
MUST_USE enum rc ledger_export(const struct ledger_source *source, const char *folder,
                               uint64_t *ret_events, struct fault *why);

/* The proof of one volume: canonical JSON and LF. The caller frees *ret_text.
 * RC_NOT_FOUND when no event names the volume. */
MUST_USE enum rc ledger_proof_write(const struct ledger_source *source,
                                    const char *volume, char **ret_text, size_t *ret_len,
                                    struct fault *why);

/* What is asked of a witness who saw the first `old_size` events (witness.h): the head
 * and why it grew out of his. The caller frees *ret_text. RC_INVALID when there are not
 * so many. */
MUST_USE enum rc ledger_growth_write(const struct ledger_source *source,
                                     uint64_t old_size, char **ret_text,
                                     struct fault *why);

/* The signed head, verified. */
MUST_USE enum rc ledger_source_head(const struct ledger_source *source,
                                    struct checkpoint *ret_head, struct fault *why);
/* Every event once; `on_event` puts its leaf on `tree`, which must come out as it was
 * signed: RC_CORRUPT. */
MUST_USE enum rc ledger_source_pass(const struct ledger_source *source,
                                    struct merkle_memory *tree, ledger_on_event *on_event,
                                    void *context, struct fault *why);

/* ledger_proof.c: both for an open ledger, from its own tree. */
MUST_USE enum rc ledger_proof_of(void *ledger, const char *volume, char **ret_text,
                                 size_t *ret_len, struct fault *why);
MUST_USE enum rc ledger_growth_of(void *ledger, uint64_t old_size, char **ret_text,
                                  struct fault *why);

#endif
