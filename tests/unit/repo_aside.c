/* The second thread: what is given is waited for, and done before it ends. */
#include "check.h"

#include "repo-daemon/aside.h"

static void add(void *context)
{
    ++*(int *)context;
}

TEST(aside, shows_what_it_did_to_who_waited)
{
    int given = 0;
    struct aside *aside = aside_new();
    aside_wait(aside); /* for nothing */
    for (int i = 1; i <= 100; i++) {
        aside_give(aside, add, &given);
        aside_wait(aside);
        CHECK_INT(i, given);
    }
    aside_free(aside);
}

TEST(aside, does_what_was_given_before_it_ends)
{
    int given = 0;
    for (int i = 1; i <= 100; i++) {
        struct aside *aside = aside_new();
        aside_give(aside, add, &given);
        aside_free(aside);
        CHECK_INT(i, given);
    }
    aside_free(NULL);
}
