/* Of a 副卷 others than those who work with it see nothing: not in the alarms, and of the
 * ledger's events only the hash. */
#include "repo_fixture.h"

#include "repo-daemon/board.h"
#include "repo-daemon/merkle.h"

static char secret[LABEL_TEXT_MAX];

static enum rc alarms_put(struct store_txn *txn, void *context, struct fault *why)
{
    static const char *const names[] = { "S0100100121", "S0100100218", "S0100100315" };
    json_t *alarms[] = {
        json_pack("{s:s, s:s, s:s, s:[]}", "kind", "taken", "place", names[0], "volume",
                  secret, "meant"),
        json_pack("{s:s, s:s, s:s, s:[{s:s, s:s}]}", "kind", "wrong-put", "place",
                  names[1], "volume", "", "meant", "slot", names[0], "volume", secret),
        json_pack("{s:s, s:s, s:s, s:[]}", "kind", "put", "place", names[2], "volume",
                  VOLUME, "meant"),
    };
    enum rc rc = RC_OK;
    (void)context;
    for (size_t i = 0; i < COUNT(alarms); i++) {
        rc = rc ? rc : view_put(at.repo, txn, VIEW_ALARMS, names[i], alarms[i], why);
        json_decref(alarms[i]);
    }
    return rc;
}

static void prepare(void)
{
    if (*secret)
        return;
    snprintf(secret, sizeof secret, "%s", fixture_part(2, 1));
    CHECK_OK(store_update(at.repo->store, alarms_put, NULL, NULL));
}

static size_t alarms_of(unsigned role)
{
    json_t *answer = NULL;
    CHECK_INT(200, call_by(role, "GET", "/v1/alarms", NULL, NULL, &answer));
    const json_t *alarms = json_object_get(answer, "alarms");
    char *text = json_dumps(alarms, JSON_COMPACT);
    size_t count = json_array_size(alarms);
    CHECK((strstr(text, secret) != NULL) == (count == 3));
    free(text);
    json_decref(answer);
    return count;
}

TEST(alarms, of_a_secret_volume_are_only_for_those_who_work_with_it)
{
    static const unsigned sees[] = { ROLE_KEEPER, ROLE_QC, ROLE_SUPERVISOR,
                                     ROLE_AUDITOR },
                          others[] = { ROLE_BORROWER, ROLE_APPROVER, ROLE_ADMIN };
    prepare();
    for (size_t i = 0; i < COUNT(sees); i++)
        CHECK_INT(3, alarms_of(sees[i]));
    for (size_t i = 0; i < COUNT(others); i++)
        CHECK_INT(1, alarms_of(others[i]));
}

TEST(boards, mark_an_alarm_of_a_secret_volume_as_secret)
{
    prepare();
    static const struct {
        const char *name;
        bool secret;
    } alarms[] = { { "S0100100121", true },
                   { "S0100100218", true },
                   { "S0100100315", false } };
    for (size_t i = 0; i < COUNT(alarms); i++) {
        json_t *change = board_change(at.repo, VIEW_ALARMS, alarms[i].name);
        CHECK(json_is_true(json_object_get(change, "secret")) == alarms[i].secret);
        json_decref(change);
    }
}

/* The lines of the whole ledger as this role gets them; the caller frees them. */
static char *events_for(unsigned role)
{
    json_t *parts = json_object();
    fixture();
    struct call call = { .repo = at.repo,
                         .settings = &at.settings,
                         .parts = parts,
                         .query = parts,
                         .token = at.tokens[row_of(role)],
                         .last_id = "",
                         .now_ms = clock_now_ms() };
    call_run(&call, "GET", "/v1/ledger/events");
    CHECK_INT(200, call.status);
    char *text = calloc(1, call.size + 1);
    CHECK_INT(call.size, pread(call.fd, text, call.size, 0));
    call_free(&call);
    json_decref(parts);
    return text;
}

TEST(events, of_a_secret_volume_are_withheld_and_their_hash_still_counts)
{
    prepare();
    char *all = events_for(ROLE_AUDITOR), *some = events_for(ROLE_ADMIN);
    CHECK(strstr(all, secret) && !strstr(some, secret));
    CHECK(strstr(some, VOLUME));
    size_t withheld = 0;
    char *rest_all = all, *rest_some = some, *a, *b;
    while ((a = strsep(&rest_all, "\n")) && (b = strsep(&rest_some, "\n"))) {
        json_t *line = json_loads(*b ? b : "{}", 0, NULL);
        if (json_number(line, "withheld")) {
            char hex[SHA256_HEX];
            hash_hex(merkle_leaf((struct bytes){ (uint8_t *)a, strlen(a) }), hex);
            CHECK_TEXT(hex, json_text(line, "leaf"));
            CHECK(strstr(a, secret) != NULL);
            withheld++;
        } else {
            CHECK_TEXT(a, b);
        }
        json_decref(line);
    }
    CHECK(!rest_all && !rest_some);
    CHECK_INT(1, withheld);
    free(all);
    free(some);
}
