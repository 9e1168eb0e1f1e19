/* A repository whose views an older program wrote. */
#include "unit/repo_fixture.h"

#include "repo-daemon/apply.h"
#include "sys/json_scope.h"

static struct fault why;

/* As an older program left it: another format, an index that did not exist, an entry with
 * other fields. */
static enum rc make_old(struct store_txn *txn, void *context, struct fault *fault)
{
    struct repo *repo = context;
    SCOPED(json_free_at)
    json_t *about = json_pack("{s:i, s:i}", "format", VIEWS_FORMAT - 1, "whole", 1);
    SCOPED(json_free_at) json_t *strange = json_pack("{s:s}", "holder", "nobody");
    enum rc rc = store_clear(txn, repo->tables[VIEW_FIND], fault);
    if (!rc)
        rc = view_put(repo, txn, VIEW_SUMS, "holder/nobody", strange, fault);
    return rc ? rc : view_put(repo, txn, TABLE_ABOUT, "views", about, fault);
}

TEST(repo_open_upgraded, makes_the_views_of_an_older_format_again_from_the_ledger)
{
    uint64_t events = 0;
    struct ledger_head head;
    fixture();
    CHECK_INT(201, call_by(ROLE_CATALOGUER, "POST", "/v1/cases", NULL,
                           json_pack("{s:s, s:s, s:s, s:s, s:s}", "case_no",
                                     "(2026)粤0399民初88号", "cause", "试", "plaintiff",
                                     "甲", "defendant", "乙", "case_type", "民事一审"),
                           NULL));
    json_t *before = fixture_dump();
    CHECK_OK(ledger_head(at.repo->ledger, &head, &why));
    CHECK_OK(store_update(at.repo->store, make_old, at.repo, &why));
    repo_close(at.repo);
    at.repo = NULL;

    CHECK_RC(RC_REFUSED, repo_open(at.folder, &at.repo, &why));
    CHECK(strstr(why.text, "juanku repo rebuild") != NULL);
    CHECK_OK(repo_open_upgraded(at.folder, &at.repo, &events, &why));
    CHECK_INT(head.size, events);
    json_t *after = fixture_dump();
    CHECK(json_equal(before, after));
    json_decref(before);
    json_decref(after);
    repo_close(at.repo);
    at.repo = NULL;

    CHECK_OK(repo_open_upgraded(at.folder, &at.repo, &events, &why));
    CHECK_INT(0, events); /* once */
}

TEST(repo_open_upgraded, says_what_other_reasons_there_are_not_to_open)
{
    struct repo *repo = NULL;
    uint64_t events = 0;
    CHECK_RC(RC_NOT_FOUND,
             repo_open_upgraded("/nonexistent/juanku", &repo, &events, &why));
}
