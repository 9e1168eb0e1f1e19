/* What the backends of the ledger share: the open ledger that ledger.c hands out. A
 * backend's own struct begins with it. */
#ifndef REPO_LEDGER_BACKEND_H
#define REPO_LEDGER_BACKEND_H

#include "repo-daemon/ledger.h"

struct ledger {
    const struct ledger_ops *ops;
    struct store *store; /* NULL when the backend has none */
    char court[LEDGER_COURT_MAX];
    char origin[LEDGER_ORIGIN_MAX];
    char key[LEDGER_KEY_MAX]; /* verifier */
    ledger_on_growth *on_growth;
    void *growth_context;
};

/* lmdb:DIR; `folder` is the part behind the colon. */
MUST_USE enum rc ledger_lmdb_create(const char *folder, const char *court,
                                    const char *origin, struct fault *why);
MUST_USE enum rc ledger_lmdb_open(const char *folder,
                                  const struct ledger_options *options,
                                  struct ledger **ret_ledger, struct fault *why);

#endif
