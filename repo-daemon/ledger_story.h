/* All lines of an exported ledger, read once: hashed into a tree, and told as a story
 * (ledger_chain.h). Hashing runs in a thread of its own beside the reading of the story.
 */
#ifndef REPO_LEDGER_STORY_H
#define REPO_LEDGER_STORY_H

#include "repo-daemon/ledger_chain.h"
#include "repo-daemon/merkle_memory.h"

struct ledger_story {
    struct merkle_memory *tree; /* owned by the caller, both */
    struct ledger_chain *chain;
    uint64_t bad_seq;   /* first event that does not fit the story, 0 none */
    struct fault inner; /* why */
};

/* Read `path`, but stop when there are more than `size` events. A line that is no event
 * is no failure of this call: it is kept in the story. */
MUST_USE enum rc ledger_story_read(const char *path, uint64_t size,
                                   struct ledger_story *story, struct fault *why);

#endif
