/* The repository's store: ledger, blobs and the views that follow from them.
 *
 * A view is a table of JSON objects by name: who holds what, which slot is full. Every
 * view is changed by apply_event() only, from an event and blobs alone, in the same
 * transaction as the event, and can be rebuilt from them. Beside the views stand three
 * tables that are no history: passwords, sessions, and the answers of commands.
 *
 * One process, one thread. JSON objects returned are the caller's to json_decref(). */
#ifndef REPO_REPO_H
#define REPO_REPO_H

#include "core/bytes.h"
#include "core/label.h"
#include "repo-daemon/blob.h"
#include "repo-daemon/calendar.h"
#include "repo-daemon/ledger.h"
#include "repo-daemon/store_lmdb.h"
#include "sys/fault.h"

#include <jansson.h>
#include <stdint.h>

struct fixity;
struct intake_policy;
struct loan_policy;
struct retention_policy;

enum view {
    VIEW_VOLUMES,    /* by label: state, version, holder, slot, counts, results */
    VIEW_CASES,      /* by twenty digits */
    VIEW_PEOPLE,     /* by badge: name, login, roles; no secrets */
    VIEW_LOGINS,     /* by log-in name: the badge */
    VIEW_SLOTS,      /* by label */
    VIEW_ORDERS,     /* by id of the command that gave it */
    VIEW_WAITING,    /* of these, those that wait for a hand, by slot */
    VIEW_ALARMS,     /* open ones, by name (alarm.h) */
    VIEW_SCANS,      /* by volume label, '/', number of the feeding in four digits */
    VIEW_BLOBS,      /* by hash: kinds of volume that show it, feedings that name it, the
                        purge by which it went (apply_blob.c) */
    VIEW_BATCHES,    /* by label: the last hand-over of a trolley; older ones by
                        label, '/', number of the event in ten digits */
    VIEW_CONFLICTS,  /* off-line commands that did not fit, by their id */
    VIEW_PLACES,     /* sites "01" and racks "01.001": name, width, closed */
    VIEW_STOCKTAKES, /* by number in eight digits; open ones also by "open/" and it */
    VIEW_COUNTS,     /* by number of the stock-take, '/', slot */
    VIEW_LOANS,      /* by volume label, '-', number in four digits */
    VIEW_DUE,        /* loans that are out, by last day, '/', loan */
    VIEW_NOTICES,    /* by badge, '/', number of the event in ten digits, '.', count */
    VIEW_QC,         /* by volume label: a feeding waits for the second person */
    VIEW_INTAKES,    /* lists of the counter, by label B9... */
    VIEW_ITEMS,      /* papers taken at the counter, by label M... */
    VIEW_FIND,       /* indexes over other views (view_index.h) */
    VIEW_SUMS,       /* counts over other views (view_sums.h) */
    VIEW_RETURNS,    /* by station, '/', volume label: pages that were sent back */
    VIEW_PURGES,     /* proposals to destroy volumes, by number in eight digits */
    VIEW_STATIONS,   /* certificates of stations, by serial number */
    TABLE_PASSWORDS, /* by log-in name; not rebuilt */
    TABLE_PINS,      /* by badge; not rebuilt */
    TABLE_TOTP,      /* by badge (totp_keep.h); not rebuilt */
    TABLE_GUESSES,   /* wrong passwords (guess.h); not rebuilt */
    TABLE_SESSIONS,  /* by hash of the token; not rebuilt */
    TABLE_ANSWERS,   /* by id of the command; not rebuilt */
    TABLE_ABOUT,     /* "views": {"format", "whole"}; not rebuilt */
    VIEWS
};

/* VIEWS_FORMAT goes up when what a view holds changes: then repo_open() refuses, and the
 * daemon makes them again at its start (repo_open_upgraded()). */
enum { REPO_COURT_MAX = 24, REPO_TOUCHED_MAX = 1200, VIEWS_FORMAT = 5 };

/* What one change touched, for the boards: told once it is durable. */
struct repo_touched {
    enum view view;
    char key[64];
};

struct view_cache;

/* How a lamp shall shine; texts are borrowed. */
struct repo_lamp {
    const char *slot, *colour, *mode; /* label, and words of rack_map.h */
    unsigned seconds;                 /* 0: until the next one */
    bool waits; /* an order does: the rack minds it by itself while we are down */
};

struct repo {
    struct ledger *ledger;
    struct store *store;
    struct blobs *blobs;
    struct store_table tables[VIEWS];
    char *folder;               /* owned */
    char court[REPO_COURT_MAX]; /* "粤0399" */
    struct repo_touched touched[REPO_TOUCHED_MAX];
    size_t touched_count;
    /* Told after a commit, for each entry it touched; may be NULL. */
    void (*on_change)(struct repo *repo, enum view view, const char *key, void *context);
    /* Asks the racks to show a lamp; NULL while there are none. */
    void (*lamp)(struct repo *repo, const struct repo_lamp *lamp, void *context);
    void *context;
    struct calendar *calendar;                 /* owned */
    struct loan_policy *loan_policy;           /* owned */
    struct intake_policy *intake_policy;       /* owned */
    struct retention_policy *retention_policy; /* owned */
    struct fixity *fixity;                     /* borrowed; NULL while none runs */
    struct view_cache *cache;                  /* only while the views are rebuilt */
    uint64_t rack_news; /* news of the racks heard since the start */
    json_t *live_racks; /* "01.001": since when, ms, for each rack that answers now */
};

/* Make an empty repository in `folder`: RC_EXISTS when there is one. `origin` NULL:
 * "juanku/" and the court's six digits. */
MUST_USE enum rc repo_create(const char *folder, const char *court, const char *origin,
                             struct fault *why);
/* RC_AGAIN while another process has it open: the daemon is running. */
MUST_USE enum rc repo_open(const char *folder, struct repo **ret_repo, struct fault *why);
/* The same also when a rebuild was cut off (repo_open(): RC_REFUSED), to do it again. */
MUST_USE enum rc repo_open_to_rebuild(const char *folder, struct repo **ret_repo,
                                      struct fault *why);
void repo_close(struct repo *repo); /* accepts NULL */

/* Read, write, delete within a transaction. RC_NOT_FOUND without a fault text. */
MUST_USE enum rc view_get(struct repo *repo, struct store_txn *txn, enum view view,
                          const char *key, json_t **ret_object);
MUST_USE enum rc view_put(struct repo *repo, struct store_txn *txn, enum view view,
                          const char *key, const json_t *object, struct fault *why);
/* view_put() of an entry that the caller is done with and nobody else changes: it may be
 * kept as it is. */
MUST_USE enum rc view_keep(struct repo *repo, struct store_txn *txn, enum view view,
                           const char *key, json_t *object, struct fault *why);
MUST_USE enum rc view_del(struct repo *repo, struct store_txn *txn, enum view view,
                          const char *key, struct fault *why);
/* Each entry whose key begins with `prefix`, from the key after `after` (NULL: from the
 * first), until `each` answers false. `object` is borrowed for the call. */
typedef bool view_on_entry(const char *key, json_t *object, void *context);
MUST_USE enum rc view_each(struct repo *repo, struct store_txn *txn, enum view view,
                           const char *prefix, const char *after, view_on_entry *each,
                           void *context, struct fault *why);
/* Write what the cache holds. */
MUST_USE enum rc view_flush(struct repo *repo, struct store_txn *txn, struct fault *why);
/* Note whether the views are whole, with the format they have. */
MUST_USE enum rc views_mark(struct repo *repo, struct store_txn *txn, bool whole,
                            struct fault *why);
/* One entry in a transaction of its own. */
MUST_USE enum rc view_find(struct repo *repo, enum view view, const char *key,
                           json_t **ret_object);

/* A blob that is JSON text. */
MUST_USE enum rc repo_blob_json(struct repo *repo, const char *hex, json_t **ret_json,
                                struct fault *why);
MUST_USE enum rc repo_put_json(struct repo *repo, const json_t *json,
                               char ret_hex[SHA256_HEX], struct fault *why);

#endif
