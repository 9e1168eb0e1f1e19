/* Verifying what ledger_export.h wrote, with nothing but the files. A changed byte
 * anywhere makes it fail, and the fault names the event, or the file when it is not an
 * event that was changed, in Chinese and English. */
#ifndef REPO_LEDGER_VERIFY_H
#define REPO_LEDGER_VERIFY_H

#include "repo-daemon/ledger.h"
#include "repo-daemon/ledger_tiles.h"

struct ledger_report {
    uint64_t events;  /* looked at */
    uint64_t volumes; /* seen in them */
    uint64_t size;    /* of the signed tree */
    struct sha256 root;
    char key[LEDGER_KEY_MAX];            /* whose signature it was */
    uint64_t bad_seq;                    /* on failure: the event, or 0 ... */
    char bad_file[LEDGER_TILE_PATH_MAX]; /* ... and the file */
};

/* An exported folder. `key_or_null` is the verifier key that the reader trusts; without
 * it key.pub in the folder is believed, which proves wholeness but not origin. The report
 * is filled as far as it went.
 *   RC_CORRUPT    something does not verify
 *   RC_NOT_FOUND  a file is missing */
MUST_USE enum rc ledger_verify_folder(const char *folder, const char *key_or_null,
                                      struct ledger_report *ret_report,
                                      struct fault *why);

/* A proof file: the chain of one volume from its first event on, each in the signed tree.
 * That no later event names the volume cannot be seen from it. */
MUST_USE enum rc ledger_verify_proof(struct bytes text, const char *key_or_null,
                                     struct ledger_report *ret_report, struct fault *why);

#endif
