/* Who guesses passwords, PINs and codes has to wait, longer each time. Counted for the
 * account (whether it exists or not: the answers do not tell) and for the source address,
 * on the disk, so that a restart forgives nothing.
 *
 * It cannot keep people out for ever: no wait is longer than a quarter of an hour; a
 * source is made to wait before it has tried many accounts; and where somebody logged in
 * before, only wrong ones for his account from there count for him, whatever others try,
 * also from there. Rows are chosen by hash, so outsiders cannot make the table grow over
 * 2 * 65536 rows. */
#ifndef REPO_GUESS_H
#define REPO_GUESS_H

#include "repo-daemon/repo.h"

enum {
    GUESS_ACCOUNT_FREE =
        5, /* wrong ones before the first wait; sources have more, since */
    GUESS_SOURCE_FREE = 20,          /* many work at one address */
    GUESS_WAIT_FIRST_MS = 60 * 1000, /* doubled with each further one ... */
    GUESS_WAIT_MOST_MS = 15 * 60 * 1000,
    GUESS_FORGET_MS = 12 * 3600 * 1000 /* without a wrong one: begin anew */
};

enum guess_kind { GUESS_PASSWORD, GUESS_PIN };

struct guess {
    enum guess_kind kind;
    const char *account; /* log-in name or badge; borrowed, as source */
    const char *source;  /* address, "" for unknown; of IPv6 the first 64 bits count */
    int64_t now_ms;
};

/* The wait after so many wrong ones; pure. */
int64_t guess_wait_ms(unsigned failures, unsigned free_ones);

/* May it be tried now? RC_AGAIN with a Chinese sentence that says how long to wait. */
MUST_USE enum rc guess_may(struct repo *repo, const struct guess *guess,
                           struct fault *why);
/* It was wrong; it was right. Durable as any store_update(). */
MUST_USE enum rc guess_wrong(struct repo *repo, const struct guess *guess,
                             struct fault *why);
MUST_USE enum rc guess_right(struct repo *repo, const struct guess *guess,
                             struct fault *why);
/* How long an account that logs in from somewhere new has to wait now; 0: not at all. */
int64_t guess_left_ms(struct repo *repo, enum guess_kind kind, const char *account,
                      int64_t now_ms);
/* An admin lets the account try again. */
MUST_USE enum rc guess_forget(struct repo *repo, struct store_txn *txn,
                              enum guess_kind kind, const char *account,
                              struct fault *why);

#endif
