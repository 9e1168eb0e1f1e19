/* The second thread: what is given is waited for, what is left is done at the end. */
#include "check.h"

#include "repo-daemon/aside.h"

#include <stdatomic.h>

enum { PARTS = 1000 };

struct notes {
    int given, parts; /* the second thread's until it is waited for */
    atomic_int seen;  /* parts, as the first sees them meanwhile */
};

static void add(void *context)
{
    struct notes *n = context;
    n->given++;
}

static bool take_part(void *context)
{
    struct notes *n = context;
    n->parts++;
    atomic_store(&n->seen, n->parts);
    return n->parts < PARTS;
}

TEST(aside, shows_what_it_did_to_who_waited)
{
    struct notes n = { 0 };
    struct aside *aside = aside_new();
    aside_wait(aside); /* for nothing */
    for (int i = 1; i <= 100; i++) {
        aside_give(aside, add, &n);
        aside_wait(aside);
        CHECK_INT(i, n.given);
    }
    aside_free(aside);
}

static bool never_ends(void *context)
{
    struct notes *n = context;
    return !atomic_load(&n->seen);
}

TEST(aside, does_what_is_given_between_parts_of_what_is_left)
{
    struct notes n = { 0 };
    struct aside *aside = aside_new();
    aside_leave(aside, never_ends, &n);
    aside_give(aside, add, &n);
    aside_wait(aside); /* would wait for ever behind what is left */
    CHECK_INT(1, n.given);
    atomic_store(&n.seen, 1);
    aside_free(aside);
}

TEST(aside, does_all_that_was_left_before_it_ends)
{
    struct notes first = { 0 }, second = { 0 };
    struct aside *aside = aside_new();
    aside_leave(aside, take_part, &first);
    aside_leave(aside, take_part, &second); /* waits its turn */
    CHECK_INT(PARTS, atomic_load(&first.seen));
    aside_give(aside, add, &first);
    aside_free(aside);
    CHECK_INT(PARTS, second.parts);
    CHECK_INT(1, first.given);
    aside_free(NULL);
}
