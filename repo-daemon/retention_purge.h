/* Destroying what need not be kept any more: 鉴定销毁.
 *
 *   proposed ─ approve ─► approved ─ (files removed) ─► done
 *   proposed ─ refuse, withdraw ─► refused, withdrawn
 *
 * An archivist proposes volumes whose term has ended; a supervisor, another person,
 * approves, each with a reason. The approval writes the list of every file that goes,
 * then the event that names the list; only then files go (retention_work.h), and never
 * another than the list has. What stays of a volume: its chain, its manifests, the report
 * and the certificate. The paper is destroyed by an act of custody before a witness.
 *
 *   list: {"purge", "volumes": [{"volume", "files": [SHA-256, …], "shared"}]}
 *
 * Source: 中华人民共和国档案法 art. 48 (4): nobody destroys archives on his own decision.
 */
#ifndef REPO_RETENTION_PURGE_H
#define REPO_RETENTION_PURGE_H

#include "repo-daemon/repo.h"

#include <stdbool.h>
#include <stdint.h>

struct repo_settings;

enum {
    PURGE_VOLUMES_MOST = 100,
    PURGE_FILES_MOST = 50000, /* of one list */
    PURGE_KEY_MAX = 9,
};

enum purge_state {
    PURGE_PROPOSED,
    PURGE_APPROVED,
    PURGE_DONE,
    PURGE_REFUSED,
    PURGE_WITHDRAWN,
    PURGE_STATES
};
const char *purge_state_name(enum purge_state state); /* "proposed" */
const char *purge_state_word(enum purge_state state); /* "待批准" */
enum purge_state purge_state(const char *name);       /* PURGE_STATES: unknown */

struct purge_sums {
    uint64_t files, bytes; /* that go */
    uint64_t shared;       /* that stay, because something else names them too */
};

/* The list for these volumes (an array of labels) as it stands now. A file that another
 * volume's feeding names, or an event itself (report, certificate, manifest), is not in
 * it. New reference.
 *   RC_REFUSED  more than PURGE_FILES_MOST files
 *   RC_CORRUPT  a manifest cannot be read */
MUST_USE enum rc purge_list(struct repo *repo, const char *purge, const json_t *labels,
                            json_t **ret_list, struct purge_sums *ret_sums,
                            struct fault *why);

/* The labels of a stored proposal. New reference. */
json_t *purge_labels(const json_t *purge);
/* As the world sees it. New reference. */
json_t *purge_show(struct repo *repo, struct store_txn *txn, const json_t *purge);
/* 销毁清册 as PDF/A, in two copies. The caller frees *ret_pdf. */
MUST_USE enum rc purge_print(struct repo *repo, const struct repo_settings *settings,
                             const json_t *purge, uint8_t **ret_pdf, size_t *ret_len,
                             struct fault *why);

#endif
