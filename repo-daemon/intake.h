/* The counter: lists of papers that came in or went back (材料收转清单), and the single
 * papers 件 on them, from the party's hand to the volume and, when they need not be kept,
 * back.
 *
 *   counter ─ intake ─► held (who took it answers for it) ─ file ─► filed (in a volume)
 *   filed, not to be kept, its images passed ─ return ─► returned, with a receipt
 *
 * A list is named by a label "B9…": a hand-over between a party and the court. Each paper
 * that was taken has a label "M…". A must-keep original, a disc or an exhibit never goes
 * back this way. Of one party in one case there is at most one written notice of what is
 * wrong or missing (登记立案若干问题的规定 art. 7). */
#ifndef REPO_INTAKE_H
#define REPO_INTAKE_H

#include "repo-daemon/call.h"

#include <stdbool.h>

enum {
    INTAKE_LINES_MOST = 100,
    INTAKE_TITLE_MOST = 150, /* bytes: fifty Chinese characters */
    INTAKE_WORDS_MOST = 300, /* bytes: what is wrong, why it is kept */
    INTAKE_FROM_MOST = 90,
    INTAKE_COUNT_MOST = 2000, /* sheets or pieces of one line */
};
#define INTAKE_NUMBER_FIRST 9000000001u /* of the labels of lists */

struct intake_policy;

/* What a line is, on the wire and for people. */
enum intake_what { INTAKE_PAPER, INTAKE_DISC, INTAKE_EXHIBIT, INTAKE_WHATS };
const char *intake_what_name(enum intake_what what); /* "paper" */
const char *intake_what_word(enum intake_what what); /* "纸质材料" */
const char *intake_what_unit(enum intake_what what); /* "张" */
enum intake_what intake_what(const char *name);      /* INTAKE_WHATS: unknown */

/* Who hands papers in. NULL behind the last. */
const char *intake_side(size_t index);

/* Is this the label of a list of the counter? */
bool intake_is_list(const char *label);
/* The label of the next list. RC_FULL. */
MUST_USE enum rc intake_label(struct repo *repo, char ret_label[LABEL_TEXT_MAX],
                              struct fault *why);
/* The label of paper `number` of a case. RC_FULL behind the last. */
MUST_USE enum rc intake_item_label(const char *case_id, int64_t number,
                                   char ret_label[LABEL_TEXT_MAX], struct fault *why);

/* The notice that a party of a case has had: the label of its list, or "". Good until the
 * case is freed. */
const char *intake_noticed(const json_t *the_case, const char *from);

/* The list that a call names by {intake}. New reference; RC_INVALID, RC_NOT_FOUND. */
MUST_USE enum rc call_intake(struct call *call, json_t **ret_list, struct fault *why);

/* As the world sees them. New references. */
json_t *intake_show(struct repo *repo, struct store_txn *txn, const json_t *list);
json_t *intake_show_item(struct repo *repo, struct store_txn *txn, const json_t *item);

/* May papers be put into the volume by this person now? RC_REFUSED with a sentence. */
MUST_USE enum rc intake_may_file(const json_t *volume, const char *badge,
                                 struct fault *why);
/* May what was written of this item be corrected now? `volume` NULL while it is in none.
 * RC_CONFLICT, RC_REFUSED. */
/* Who may say that a kept paper need not be kept, or is fewer than was written: nobody
 * who took it (`list`), has it, or has its volume (or NULL). And who said so may not give
 * it back himself. RC_REFUSED */
MUST_USE enum rc intake_may_let_go(const json_t *item, const json_t *volume,
                                   const json_t *list, const char *badge,
                                   struct fault *why);
MUST_USE enum rc intake_may_correct(const json_t *item, const json_t *volume,
                                    struct fault *why);
/* Is a paper kept, and by which rule: "keep" and "rule" of `line`, from its "title" and
 * "what", and "keep" and "why" of the wish. What the table keeps nobody lets go; more may
 * be kept, with a reason. RC_REFUSED, RC_INVALID. */
MUST_USE enum rc intake_keep(const struct intake_policy *policy, const json_t *wish,
                             json_t *line, struct fault *why);
/* May this item go back, by this person? `volume` is that of the item. RC_REFUSED. */
MUST_USE enum rc intake_may_return(const json_t *item, const json_t *volume,
                                   const char *badge, struct fault *why);

/* Slips as PDF/A in two copies: the receipt of a list (of papers in, or of papers back),
 * and its one-time notice. The caller frees *ret_pdf. */
MUST_USE enum rc intake_print(struct repo *repo, const struct repo_settings *settings,
                              const json_t *list, uint8_t **ret_pdf, size_t *ret_len,
                              struct fault *why);
MUST_USE enum rc intake_print_notice(struct repo *repo,
                                     const struct repo_settings *settings,
                                     const json_t *list, uint8_t **ret_pdf,
                                     size_t *ret_len, struct fault *why);

/* What a command answers about the list whose label is `context`; NULL: it is not there.
 */
json_t *intake_answer(struct repo *repo, struct store_txn *txn, uint64_t seq,
                      void *context);

#endif
