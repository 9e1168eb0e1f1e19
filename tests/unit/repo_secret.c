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

static enum rc order_put(struct store_txn *txn, void *context, struct fault *why)
{
    json_t *order =
        json_pack("{s:s, s:s, s:s, s:s, s:s}", "order", context, "state", "waiting", "do",
                  "put", "slot", "S0100100121", "volume", secret);
    enum rc rc = view_put(at.repo, txn, VIEW_ORDERS, context, order, why);
    json_decref(order);
    return rc;
}

TEST(orders, for_a_secret_volume_are_only_for_those_who_work_with_it)
{
    static char id[] = "0123456789abcdef0123456789abcdef";
    prepare();
    CHECK_OK(store_update(at.repo->store, order_put, id, NULL));
    CHECK_INT(200, call_by(ROLE_KEEPER, "GET", "/v1/orders/{order}",
                           json_pack("{s:s}", "order", id), NULL, NULL));
    CHECK_INT(403, call_by(ROLE_BORROWER, "GET", "/v1/orders/{order}",
                           json_pack("{s:s}", "order", id), NULL, NULL));
}

TEST(acts, on_a_secret_volume_tell_an_outsider_nothing)
{
    json_t *answer = NULL;
    prepare();
    CHECK_INT(403, act_on(ROLE_BORROWER, "accept", secret, NULL, &answer));
    check_says("副卷", answer);
}

/* The sentence of what an outsider gets at this address for a volume. */
static json_t *refusal(const char *path, const char *label)
{
    json_t *answer = NULL;
    CHECK_INT(403, call_by(ROLE_BORROWER, "GET", path,
                           json_pack("{s:s}", "volume", label), NULL, &answer));
    return answer;
}

TEST(volumes, that_are_secret_are_refused_alike_whether_there_or_not)
{
    static const char *const paths[] = {
        "/v1/volumes/{volume}",       "/v1/volumes/{volume}/labels",
        "/v1/volumes/{volume}/chain", "/v1/volumes/{volume}/pages",
        "/v1/volumes/{volume}/rules", "/v1/volumes/{volume}/binding"
    };
    char none[LABEL_TEXT_MAX];
    struct label label;
    prepare();
    CHECK_OK(
        label_read((struct bytes){ (const uint8_t *)secret, strlen(secret) }, &label));
    label.part = 77;
    CHECK_OK(label_write(&label, none));
    for (size_t i = 0; i < COUNT(paths); i++) {
        json_t *there = refusal(paths[i], secret), *not = refusal(paths[i], none);
        CHECK(json_equal(there, not ));
        json_decref(there);
        json_decref(not );
    }
    CHECK_INT(404, call_by(ROLE_KEEPER, "GET", paths[0],
                           json_pack("{s:s}", "volume", none), NULL, NULL));
}

TEST(places, of_a_secret_volume_are_proposed_to_those_who_work_with_it)
{
    prepare();
    CHECK_INT(403,
              call_with(at.tokens[row_of(ROLE_BORROWER)], "GET", "/v1/slots/proposal",
                        NULL, json_pack("{s:s}", "volume", secret), NULL, NULL));
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

/* The bytes that this role gets at this address; the caller frees them. */
static char *text_for(unsigned role, const char *path, json_t *query, size_t *ret_len)
{
    json_t *parts = json_object();
    fixture();
    struct call call = { .repo = at.repo,
                         .settings = &at.settings,
                         .parts = parts,
                         .query = query,
                         .token = at.tokens[row_of(role)],
                         .last_id = "",
                         .now_ms = clock_now_ms() };
    call_run(&call, "GET", path);
    CHECK_INT(200, call.status);
    char *text = calloc(1, call.size + 1);
    CHECK_INT(call.size, pread(call.fd, text, call.size, 0));
    *ret_len = call.size;
    call_free(&call);
    json_decref(parts);
    json_decref(query);
    return text;
}

/* The lines of the whole ledger. */
static char *events_for(unsigned role)
{
    size_t len = 0;
    return text_for(role, "/v1/ledger/events", json_object(), &len);
}

/* The daily sheet is the same paper, but for the number. */
TEST(sheets, of_a_day_have_the_row_of_a_secret_volume_without_its_number)
{
    static const unsigned roles[] = { ROLE_AUDITOR, ROLE_ADMIN };
    char day[CLOCK_TEXT_MAX], path[80], command[200], words[2][4096] = { "", "" };
    prepare();
    clock_text(clock_now_ms() + 8 * 3600 * 1000, day);
    for (size_t i = 0; i < COUNT(roles); i++) {
        size_t len = 0;
        json_t *query = json_object();
        json_object_set_new(query, "day", json_stringn(day, 10));
        char *pdf = text_for(roles[i], "/v1/ledger/sheet", query, &len);
        snprintf(path, sizeof path, "%s/sheet.pdf", at.folder);
        FILE *file = fopen(path, "w");
        CHECK(file && fwrite(pdf, 1, len, file) == len && !fclose(file));
        free(pdf);
        snprintf(command, sizeof command, "pdftotext -layout %s - | tr -d ' '", path);
        FILE *out = popen(command, "r");
        CHECK(out && fread(words[i], 1, sizeof words[i] - 1, out) > 0 && !pclose(out));
    }
    CHECK(strstr(words[0], "民初10027号副卷第1册") && !strstr(words[0], "（不显示）"));
    CHECK(strstr(words[1], "（不显示）副卷登记") && !strstr(words[1], "号副卷"));
    CHECK(strstr(words[1], "号正卷第1册") && !strstr(words[1], secret));
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

static int shown_to(unsigned role)
{
    return call_by(role, "GET", "/v1/volumes/{volume}/chain",
                   json_pack("{s:s}", "volume", secret), NULL, NULL);
}

/* Who scans for the court sees what is in his hands, and nothing when it has left them.
 */
TEST(operators, see_a_secret_volume_only_while_it_is_theirs)
{
    prepare();
    CHECK_INT(201, act_on(ROLE_KEEPER, "receive", secret, NULL, NULL));
    CHECK_INT(403, shown_to(ROLE_OPERATOR));
    CHECK_INT(201, act_on(ROLE_KEEPER, "offer", secret,
                          json_pack("{s:s}", "to", badge_of(ROLE_OPERATOR)), NULL));
    CHECK_INT(200, shown_to(ROLE_OPERATOR));
    CHECK_INT(201, act_on(ROLE_OPERATOR, "accept", secret, NULL, NULL));
    CHECK_INT(200, shown_to(ROLE_OPERATOR));
    CHECK_INT(201, act_on(ROLE_OPERATOR, "offer", secret,
                          json_pack("{s:s}", "to", badge_of(ROLE_KEEPER)), NULL));
    CHECK_INT(201, act_on(ROLE_KEEPER, "accept", secret, NULL, NULL));
    CHECK_INT(403, shown_to(ROLE_OPERATOR));
    CHECK_INT(200, shown_to(ROLE_KEEPER));
    CHECK_INT(403, call_by(ROLE_OPERATOR, "POST", "/v1/volumes/{volume}/scans",
                           json_pack("{s:s}", "volume", secret), json_object(), NULL));
}

/* What this person is told of trolleys, and when he tries to sign for one. */
static char *trolleys_for(unsigned role, const char *batch, const char *event)
{
    json_t *list = NULL, *one = NULL, *refused = NULL;
    json_t *part = json_pack("{s:s}", "batch", batch);
    CHECK_INT(200, call_with(at.tokens[row_of(role)], "GET", "/v1/batches", NULL,
                             json_pack("{s:s}", "state", "open"), NULL, &list));
    (void)call_by(role, "GET", "/v1/batches/{batch}", json_incref(part), NULL, &one);
    int status =
        call_by(role, "POST", "/v1/batches/{batch}/custody", part,
                json_pack("{s:s, s:[s]}", "event", event, "scanned", secret), &refused);
    CHECK(status == 403 || status == 404);
    json_t *all = json_pack("[o, o, o]", list, one, refused);
    char *text = json_dumps(all, JSON_COMPACT);
    json_decref(all);
    return text;
}

TEST(trolleys, with_secret_volumes_are_shorter_for_outsiders)
{
    json_t *answer = NULL;
    char main_one[LABEL_TEXT_MAX], batch[LABEL_TEXT_MAX];
    prepare();
    snprintf(main_one, sizeof main_one, "%s", fixture_part(1, 5));
    const char *both[] = { main_one, secret };
    CHECK_INT(201, act_on(ROLE_KEEPER, "receive", main_one, NULL, NULL));
    for (size_t first = 0; first < 2; first++) { /* both volumes, then the 副卷 alone */
        CHECK_INT(201, call_by(ROLE_KEEPER, "POST", "/v1/batches", NULL,
                               json_pack("{s:s, s:o}", "to", badge_of(ROLE_OPERATOR),
                                         "volumes", versions(both + first, 2 - first)),
                               &answer));
        snprintf(batch, sizeof batch, "%s", json_text(answer, "batch"));
        CHECK_INT(2 - first, json_number(answer, "volumes"));
        json_decref(answer);
        static const char *const events[] = { "accept", "decline", "cancel" };
        for (size_t i = 0; i < COUNT(events); i++) {
            char *text = trolleys_for(ROLE_BORROWER, batch, events[i]);
            CHECK(!strstr(text, secret) && !strstr(text, "副卷"));
            CHECK((strstr(text, "\"volumes\":1") != NULL) == !first);
            CHECK(!strstr(text, "\"volumes\":0") && !strstr(text, "\"volumes\":2"));
            free(text);
        }
        CHECK_INT(200, call_by(ROLE_OPERATOR, "GET", "/v1/batches/{batch}",
                               json_pack("{s:s}", "batch", batch), NULL, &answer));
        CHECK_INT(2 - first, json_number(answer, "volumes"));
        json_decref(answer);
        CHECK_INT(201, call_by(ROLE_KEEPER, "POST", "/v1/batches/{batch}/custody",
                               json_pack("{s:s}", "batch", batch),
                               json_pack("{s:s}", "event", "cancel"), NULL));
    } /* An event of both proves both: whoever may not see the one gets no proof. */
    CHECK_INT(200, call_by(ROLE_AUDITOR, "GET", "/v1/volumes/{volume}/proof",
                           json_pack("{s:s}", "volume", main_one), NULL, NULL));
    CHECK_INT(403, call_by(ROLE_ADMIN, "GET", "/v1/volumes/{volume}/proof",
                           json_pack("{s:s}", "volume", main_one), NULL, &answer));
    check_says("和副卷一起办理过", answer);
    CHECK_INT(200, call_by(ROLE_ADMIN, "GET", "/v1/volumes/{volume}/proof",
                           json_pack("{s:s}", "volume", VOLUME), NULL, NULL));
}

/* What the board says that the keeper holds: volumes * 10 + cases; 0 for nothing. */
static int board_of(unsigned role, const char *state, json_int_t *ret_in_state)
{
    json_t *answer = NULL, *one;
    int holds = 0;
    size_t i;
    CHECK_INT(200, call_by(role, "GET", "/v1/board", NULL, NULL, &answer));
    char *text = json_dumps(answer, JSON_COMPACT);
    CHECK(!strstr(text, "secret"));
    free(text);
    json_array_foreach(json_object_get(answer, "holders"), i,
                       one) if (!strcmp(json_text(one, "badge"), badge_of(ROLE_KEEPER)))
        holds = (int)(10 * json_number(one, "volumes") + json_number(one, "cases"));
    *ret_in_state = json_number(json_object_get(answer, "states"), state);
    json_decref(answer);
    return holds;
}

TEST(boards, count_no_secret_volume_for_outsiders)
{
    json_int_t before, open_before, now;
    prepare();
    int in = board_of(ROLE_SUPERVISOR, "received", &before),
        out = board_of(ROLE_BORROWER, "received", &open_before);
    char hidden[LABEL_TEXT_MAX], plain[LABEL_TEXT_MAX];
    snprintf(hidden, sizeof hidden, "%s", fixture_part(2, 71));
    snprintf(plain, sizeof plain, "%s", fixture_part(1, 71));
    bool one_case = in % 10 != 0; /* the fixture's volumes are all of one */
    CHECK_INT(201, act_on(ROLE_KEEPER, "receive", hidden, NULL, NULL));
    CHECK_INT(in + 10 + !one_case, board_of(ROLE_SUPERVISOR, "received", &now));
    CHECK_INT(before + 1, now);
    CHECK_INT(out, board_of(ROLE_BORROWER, "received", &now)); /* not even the case */
    CHECK_INT(open_before, now);
    CHECK_INT(201, act_on(ROLE_KEEPER, "receive", plain, NULL, NULL));
    CHECK_INT(in + 20 + !one_case, board_of(ROLE_SUPERVISOR, "received", &now));
    CHECK_INT(out + 10 + (out % 10 == 0), board_of(ROLE_BORROWER, "received", &now));
    CHECK_INT(open_before + 1, now);
}
