/* One page of a long list: entries of a view in the order of their keys, from where the
 * page before ended. The cursor is opaque to the caller: it names list and place, and is
 * refused for another list. A page ends when it is full, or when so many entries were
 * looked at that others should not wait longer; so it may be short, even empty, while
 * there is more. */
#ifndef REPO_PAGING_H
#define REPO_PAGING_H

#include "repo-daemon/call.h"

#include <stdbool.h>

enum {
    PAGING_PRESET = 100,
    PAGING_MOST = 500,
    PAGING_LOOK_MOST = 5000,
    PAGING_RANGES_MAX = 2,
    PAGING_CURSOR_MAX = 900,
};

/* True when the entry was shown. `object` is borrowed for the call. */
typedef bool paging_on_entry(const char *key, json_t *object, void *context);

struct paging {
    enum view view;
    const char *ranges[PAGING_RANGES_MAX]; /* what keys begin with, one range after the
                                            other; borrowed, NULL behind the last */
    const char *below; /* keys from here on are not of the list; borrowed, NULL: all */
    bool newest_first; /* from the greatest key down */
    paging_on_entry *each;
    void *context;
    /* `view` is VIEW_FIND: its keys name entries of the view `entries`, and those are
     * told, by their own key; one that is not there any more is passed over. */
    bool named;
    enum view entries;
};

/* Read the page that the call asks for by "limit" and "cursor". *ret_next is a new string
 * object, "" at the end.
 *   RC_INVALID  the cursor is none of this list */
MUST_USE enum rc paging_read(struct call *call, struct store_txn *txn,
                             const struct paging *page, json_t **ret_next,
                             struct fault *why);

#endif
