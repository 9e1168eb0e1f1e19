/* Mistakes taken back, commands from off line, people who change or go, and what of a
 * 副卷 nobody else may see. */
#include "repo_fixture.h"

#include "repo-daemon/apply.h"
#include "repo-daemon/audit.h"
#include "repo-daemon/board.h"
#include "repo-daemon/reverse.h"

static char volume[LABEL_TEXT_MAX], secret[LABEL_TEXT_MAX], slot[LABEL_TEXT_MAX];

static void prepare(void)
{
    if (*volume)
        return;
    snprintf(volume, sizeof volume, "%s", fixture_part(1, 2));
    snprintf(secret, sizeof secret, "%s", fixture_part(2, 1));
    CHECK_INT(201, call_by(ROLE_ADMIN, "POST", "/v1/slots", NULL,
                           json_pack("{s:i, s:i, s:i}", "site", 1, "rack", 1, "slots", 2),
                           NULL));
    struct label label = { .type = LABEL_SLOT, .site = 1, .rack = 1, .slot = 1 };
    CHECK_OK(label_write(&label, slot));
}

static json_int_t seq_of(const json_t *answer)
{
    return json_integer_value(json_object_get(answer, "seq"));
}

/* An act that succeeds; the number of its event. */
static json_int_t act(unsigned role, const char *event, json_t *more)
{
    json_t *answer = NULL;
    CHECK_INT(201, act_on(role, event, volume, more, &answer));
    json_int_t seq = seq_of(answer);
    json_decref(answer);
    return seq;
}

static int reverse(unsigned role, json_int_t seq, json_t **ret_answer)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)seq);
    return call_by(role, "POST", "/v1/events/{seq}/reversal",
                   json_pack("{s:s}", "seq", text),
                   json_pack("{s:s}", "reason", "扫错了"), ret_answer);
}

TEST(reversal_table, has_a_row_for_every_event_and_a_sentence_where_nobody_may)
{
    for (enum custody_event e = 0; e < CUSTODY_EVENTS; e++) {
        const struct reverse_rule *rule = reverse_rule(e);
        CHECK((rule->who != 0) != (rule->sentence != NULL));
        CHECK(!(rule->who & (ROLE_RACK | ROLE_STATION)));
    }
    CHECK(!reverse_rule(CUSTODY_EVENTS));
}

TEST(reversals, put_volume_and_slot_back_by_an_event_that_names_the_first)
{
    json_t *answer = NULL;
    prepare();
    json_int_t received = act(ROLE_KEEPER, "receive", NULL);
    json_int_t shelved = act(ROLE_KEEPER, "shelve", json_pack("{s:s}", "slot", slot));
    CHECK_INT(409, reverse(ROLE_KEEPER, received, &answer));
    check_says("之后又办理过", answer);
    CHECK_INT(403, reverse(ROLE_OPERATOR, shelved, &answer));
    check_says("库管员", answer);
    CHECK_INT(201, reverse(ROLE_KEEPER, shelved, NULL));
    CHECK_TEXT("received", volume_field(volume, "state"));
    CHECK_TEXT("", volume_field(volume, "slot"));
    json_t *s = stored(VIEW_SLOTS, slot);
    CHECK_TEXT("", json_text(s, "volume"));
    json_decref(s);
    CHECK_INT(409, reverse(ROLE_KEEPER, shelved, NULL)); /* once */
    CHECK_INT(404, reverse(ROLE_KEEPER, 99999, NULL));
    CHECK_INT(200, call_by(ROLE_KEEPER, "GET", "/v1/volumes/{volume}/chain",
                           json_pack("{s:s}", "volume", volume), NULL, &answer));
    const json_t *events = json_object_get(answer, "events");
    const char *last =
        json_text(json_array_get(events, json_array_size(events) - 1), "text");
    CHECK(strstr(last, "撤销了第") && strstr(last, "“上架”：扫错了"));
    json_decref(answer);
}

static void place(unsigned role, const char *what)
{
    CHECK_INT(201, call_by(role, "POST", "/v1/places/{place}",
                           json_pack("{s:s}", "place", slot),
                           json_pack("{s:s}", "do", what), NULL));
}

/* Every slot counted, and nothing in it. */
static json_t *all_empty(void)
{
    json_t *answer = NULL, *counts = json_array();
    CHECK_INT(200, call_by(ROLE_KEEPER, "GET", "/v1/slots", NULL, NULL, &answer));
    const json_t *slots = json_object_get(answer, "slots");
    for (size_t i = 0; i < json_array_size(slots); i++)
        json_array_append_new(
            counts, json_pack("{s:s, s:s}", "slot",
                              json_text(json_array_get(slots, i), "slot"), "volume", ""));
    json_decref(answer);
    return counts;
}

TEST(reversals, fill_the_old_slot_again_only_while_it_is_free)
{
    json_t *answer = NULL;
    prepare();
    (void)act(ROLE_KEEPER, "shelve", json_pack("{s:s}", "slot", slot));
    json_int_t taken = act(ROLE_KEEPER, "take", NULL);
    CHECK_INT(201, act_on(ROLE_KEEPER, "receive", secret, NULL, NULL));
    CHECK_INT(201, act_on(ROLE_KEEPER, "shelve", secret, json_pack("{s:s}", "slot", slot),
                          NULL));
    CHECK_INT(422, reverse(ROLE_KEEPER, taken, &answer));
    check_says("已放了别的案卷", answer);
    CHECK_INT(201, act_on(ROLE_KEEPER, "take", secret, NULL, NULL));
    place(ROLE_ADMIN, "close");
    CHECK_INT(422, reverse(ROLE_KEEPER, taken, &answer));
    check_says("已停用", answer);
    place(ROLE_ADMIN, "open");
    CHECK_INT(201,
              call_by(ROLE_KEEPER, "POST", "/v1/stocktakes", NULL,
                      json_pack("{s:s, s:i}", "scope", "whole", "blind", 0), &answer));
    json_t *part = json_pack("{s:s}", "stocktake", json_text(answer, "stocktake"));
    json_decref(answer);
    CHECK_INT(422, reverse(ROLE_KEEPER, taken, &answer));
    check_says("正在盘点", answer);
    json_t *counts = all_empty();
    CHECK_INT(201,
              call_by(ROLE_KEEPER, "POST", "/v1/stocktakes/{stocktake}/counts",
                      json_incref(part), json_pack("{s:o}", "counts", counts), NULL));
    CHECK_INT(201, call_by(ROLE_KEEPER, "POST", "/v1/stocktakes/{stocktake}/close", part,
                           json_object(), NULL));
    CHECK_INT(201, reverse(ROLE_KEEPER, taken, NULL));
    CHECK_TEXT("shelved", volume_field(volume, "state"));
    CHECK_TEXT(slot, volume_field(volume, "slot"));
    (void)act(ROLE_KEEPER, "take", NULL);
}

TEST(reversals, of_an_acceptance_make_the_giver_answer_again_and_need_a_supervisor)
{
    json_t *answer = NULL;
    prepare();
    json_t *to = json_pack("{s:s}", "to", badge_of(ROLE_OPERATOR));
    json_int_t offered = act(ROLE_KEEPER, "offer", to);
    CHECK_INT(422, reverse(ROLE_KEEPER, offered, &answer));
    check_says("由交出人撤回", answer);
    json_int_t accepted = act(ROLE_OPERATOR, "accept", NULL);
    CHECK_INT(403, reverse(ROLE_KEEPER, accepted, NULL));
    CHECK_INT(201, reverse(ROLE_SUPERVISOR, accepted, NULL));
    CHECK_TEXT("in-transit", volume_field(volume, "state"));
    CHECK_TEXT(badge_of(ROLE_KEEPER), volume_field(volume, "holder"));
    CHECK_TEXT(badge_of(ROLE_OPERATOR), volume_field(volume, "to"));
    (void)act(ROLE_OPERATOR, "decline", json_pack("{s:s}", "reason", "试"));
    CHECK_TEXT("received", volume_field(volume, "state"));
}

TEST(reversals, open_a_trolley_again)
{
    json_t *answer = NULL;
    char batch[LABEL_TEXT_MAX];
    const char *one = volume;
    prepare();
    CHECK_INT(201, call_by(ROLE_KEEPER, "POST", "/v1/batches", NULL,
                           json_pack("{s:s, s:o}", "to", badge_of(ROLE_OPERATOR),
                                     "volumes", versions(&one, 1)),
                           &answer));
    snprintf(batch, sizeof batch, "%s", json_text(answer, "batch"));
    json_decref(answer);
    for (int i = 0; i < 2; i++) {
        CHECK_INT(201, call_by(ROLE_OPERATOR, "POST", "/v1/batches/{batch}/custody",
                               json_pack("{s:s}", "batch", batch),
                               json_pack("{s:s}", "event", "accept"), &answer));
        json_int_t seq = seq_of(answer);
        json_decref(answer);
        json_t *b = stored(VIEW_BATCHES, batch);
        CHECK_TEXT("accepted", json_text(b, "state"));
        json_decref(b);
        if (!i)
            CHECK_INT(201, reverse(ROLE_SUPERVISOR, seq, NULL));
    }
    CHECK_TEXT("at-scanning", volume_field(volume, "state"));
    json_t *to = json_pack("{s:s}", "to", badge_of(ROLE_KEEPER));
    (void)act(ROLE_OPERATOR, "offer", to);
    (void)act(ROLE_KEEPER, "accept", NULL);
}

/* ---- off line ---- */

static json_t *offline_one(const char *id, const char *event, int version)
{
    return json_pack("{s:s, s:{s:s, s:s, s:[{s:s, s:i}], s:s}}", "path", "/v1/custody",
                     "body", "id", id, "event", event, "volumes", "volume", volume,
                     "version", version, "slot", slot);
}

TEST(offline, commands_are_done_once_and_conflicts_kept_for_a_person)
{
    static const char first[] = "0123456789abcdef0123456789abcdef",
                      second[] = "1123456789abcdef0123456789abcdef",
                      late[] = "2123456789abcdef0123456789abcdef";
    json_t *answer = NULL;
    prepare();
    json_t *v = stored(VIEW_VOLUMES, volume);
    int version = (int)json_number(v, "version");
    json_decref(v);
    json_t *all = json_pack("[o, o, o]", offline_one(first, "shelve", version),
                            offline_one(second, "take", version + 1),
                            offline_one(late, "shelve", version));
    struct ledger_head before, after;
    for (int i = 0; i < 2; i++) { /* the device did not hear the first answer */
        CHECK_INT(200,
                  call_by(ROLE_KEEPER, "POST", "/v1/offline", NULL,
                          json_pack("{s:s, s:O}", "device", "手持一", "commands", all),
                          &answer));
        const json_t *results = json_object_get(answer, "results");
        CHECK_INT(i ? 200 : 201, json_number(json_array_get(results, 0), "status"));
        CHECK_INT(i ? 200 : 201, json_number(json_array_get(results, 1), "status"));
        CHECK_INT(409, json_number(json_array_get(results, 2), "status"));
        json_decref(answer);
        CHECK_OK(ledger_head(at.repo->ledger, i ? &after : &before, NULL));
    }
    CHECK_INT(before.size, after.size); /* not even the conflict twice */
    json_decref(all);
    CHECK_INT(200, call_by(ROLE_KEEPER, "GET", "/v1/conflicts", NULL, NULL, &answer));
    const json_t *list = json_object_get(answer, "conflicts");
    CHECK_INT(1, json_array_size(list));
    CHECK_TEXT(late, json_text(json_array_get(list, 0), "command"));
    CHECK(strstr(json_text(json_array_get(list, 0), "title"), "已被别人改动"));
    json_decref(answer);
    json_t *part = json_pack("{s:s}", "command", late);
    CHECK_INT(400, call_by(ROLE_KEEPER, "POST", "/v1/conflicts/{command}/settle",
                           json_incref(part), json_object(), NULL));
    CHECK_INT(201, call_by(ROLE_KEEPER, "POST", "/v1/conflicts/{command}/settle",
                           json_incref(part), json_pack("{s:s}", "reason", "实物已在架"),
                           NULL));
    CHECK_INT(409, call_by(ROLE_KEEPER, "POST", "/v1/conflicts/{command}/settle", part,
                           json_pack("{s:s}", "reason", "再"), NULL));
    CHECK_INT(200, call_by(ROLE_KEEPER, "GET", "/v1/conflicts", NULL, NULL, &answer));
    CHECK_INT(0, json_array_size(json_object_get(answer, "conflicts")));
    json_decref(answer);
    CHECK_INT(400, call_by(ROLE_KEEPER, "POST", "/v1/offline", NULL,
                           json_pack("{s:[{s:s, s:{}}]}", "commands", "path",
                                     "/v1/people", "body"),
                           NULL));
}

static enum rc no_pin(uint64_t seq, struct bytes event, void *context, struct fault *why)
{
    (void)seq, (void)why;
    CHECK(!memmem(event.at, event.len, "76543219", 8));
    CHECK(!memmem(event.at, event.len, "98765432", 8));
    *(bool *)context = *(bool *)context || memmem(event.at, event.len, "监销", 6);
    return RC_OK;
}

TEST(offline, conflicts_keep_no_pin_of_a_holder_or_a_witness)
{
    bool there = false;
    json_t *body = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:[{s:s, s:i}]}", "id",
        "3123456789abcdef0123456789abcdef", "event", "destroy", "reason", "监销", "badge",
        badge_of(ROLE_ARCHIVIST), "pin", "76543219", "witness", badge_of(ROLE_SUPERVISOR),
        "witness_pin", "98765432", "volumes", "volume", volume, "version", 1);
    prepare();
    CHECK_INT(200, call_by(ROLE_KEEPER, "POST", "/v1/offline", NULL,
                           json_pack("{s:[{s:s, s:o}]}", "commands", "path",
                                     "/v1/custody", "body", body),
                           NULL));
    CHECK_OK(ledger_feed(at.repo->ledger, 1, 0, no_pin, &there, NULL));
    CHECK(there);
}

/* ---- people ---- */

static int person(const char *badge, json_t *body, json_t **ret_answer)
{
    return call_by(ROLE_ADMIN, "POST", "/v1/people/{badge}",
                   json_pack("{s:s}", "badge", badge), body, ret_answer);
}

TEST(people, that_are_disabled_are_out_at_once_and_get_nothing_more)
{
    json_t *answer = NULL;
    prepare();
    CHECK_INT(200, call_by(ROLE_CHECKER, "GET", "/v1/session", NULL, NULL, NULL));
    CHECK_INT(201,
              person(badge_of(ROLE_CHECKER), json_pack("{s:i}", "disabled", 1), NULL));
    CHECK_INT(401, call_by(ROLE_CHECKER, "GET", "/v1/session", NULL, NULL, NULL));
    CHECK_INT(401,
              call_by(0, "POST", "/v1/session", NULL,
                      json_pack("{s:s, s:s}", "login", "checker", "password", "password"),
                      &answer));
    check_says("已停用", answer);
    CHECK_INT(422, act_on(ROLE_KEEPER, "offer", volume,
                          json_pack("{s:s}", "to", badge_of(ROLE_CHECKER)), &answer));
    check_says("已停用", answer);
    json_t *told = board_change(at.repo, VIEW_PEOPLE, badge_of(ROLE_CHECKER));
    CHECK_TEXT("person", json_text(told, "do"));
    json_decref(told);
    CHECK_INT(201,
              person(badge_of(ROLE_CHECKER), json_pack("{s:i}", "disabled", 0), NULL));
    CHECK_INT(401, call_by(ROLE_CHECKER, "GET", "/v1/session", NULL, NULL, NULL));
    struct person in;
    CHECK_OK(people_log_in(at.repo,
                           &(struct log_in){ .login = "checker",
                                             .password = "password",
                                             .now_ms = clock_now_ms() },
                           at.tokens[row_of(ROLE_CHECKER)], &in, NULL));
}

TEST(people, change_roles_at_once_and_no_admin_locks_himself_out)
{
    json_t *answer = NULL;
    prepare();
    const char *badge = badge_of(ROLE_BINDER);
    CHECK_INT(201, person(badge,
                          json_pack("{s:[s], s:s}", "roles", "auditor", "dept", "审管办"),
                          &answer));
    CHECK_TEXT("审管办", json_text(answer, "dept"));
    CHECK_TEXT("binder", json_text(answer, "login"));
    json_decref(answer);
    CHECK_INT(200, call_by(ROLE_BINDER, "GET", "/metrics", NULL, NULL, NULL));
    CHECK_INT(201, person(badge, json_pack("{s:[s]}", "roles", "binder"), NULL));
    CHECK_INT(403, call_by(ROLE_BINDER, "GET", "/metrics", NULL, NULL, NULL));
    CHECK_INT(422,
              person(badge_of(ROLE_ADMIN), json_pack("{s:i}", "disabled", 1), &answer));
    check_says("不能停用自己", answer);
    CHECK_INT(
        422, person(badge_of(ROLE_ADMIN), json_pack("{s:[s]}", "roles", "keeper"), NULL));
    CHECK_INT(400, person(badge, json_pack("{s:[s]}", "roles", "king"), NULL));
    CHECK_INT(400, person(badge, json_pack("{s:s}", "password", "short"), NULL));
    CHECK_INT(404, person("P0000009999", json_object(), NULL));
}

/* ---- 副卷 ---- */

TEST(secret_volumes, show_neither_chain_nor_list_nor_slot_nor_stream_to_others)
{
    json_t *answer = NULL;
    static const char *const paths[] = { "/v1/volumes/{volume}",
                                         "/v1/volumes/{volume}/chain",
                                         "/v1/volumes/{volume}/scans",
                                         "/v1/volumes/{volume}/proof",
                                         "/v1/volumes/{volume}/binding" };
    static const unsigned outsiders[] = { ROLE_BORROWER, ROLE_APPROVER, ROLE_ADMIN };
    prepare();
    for (size_t r = 0; r < COUNT(outsiders); r++) {
        for (size_t i = 0; i < COUNT(paths); i++) {
            CHECK_INT(403, call_by(outsiders[r], "GET", paths[i],
                                   json_pack("{s:s}", "volume", secret), NULL, &answer));
            check_says(strstr(paths[i], "proof") ? "" : "副卷", answer);
        }
        CHECK_INT(200, call_by(outsiders[r], "GET", "/v1/volumes", NULL, NULL, &answer));
        const json_t *list = json_object_get(answer, "volumes");
        for (size_t i = 0; i < json_array_size(list); i++)
            CHECK_INT(1, json_number(json_array_get(list, i), "kind"));
        json_decref(answer);
    }
    CHECK_INT(201, act_on(ROLE_KEEPER, "shelve", secret, json_pack("{s:s}", "slot", slot),
                          NULL));
    CHECK_INT(200, call_by(ROLE_BORROWER, "GET", "/v1/slots", NULL, NULL, &answer));
    const json_t *seen = json_array_get(json_object_get(answer, "slots"), 0);
    CHECK_TEXT("full", json_text(seen, "state"));
    CHECK(json_is_null(json_object_get(seen, "volume")));
    json_decref(answer);
    static const enum view views[] = { VIEW_VOLUMES, VIEW_SLOTS };
    const char *keys[] = { secret, slot };
    for (size_t i = 0; i < COUNT(views); i++) {
        json_t *change = board_change(at.repo, views[i], keys[i]);
        CHECK(json_is_true(json_object_get(change, "secret")));
        json_decref(change);
    }
    json_t *change = board_change(at.repo, VIEW_VOLUMES, volume);
    CHECK(json_is_false(json_object_get(change, "secret")));
    json_decref(change);
    CHECK_INT(200, call_by(ROLE_BORROWER, "GET", "/v1/stream", NULL, NULL, &answer));
    CHECK(json_is_false(json_object_get(answer, "secret")));
    json_decref(answer);
    struct ledger_head before, after;
    CHECK_OK(ledger_head(at.repo->ledger, &before, NULL));
    CHECK_INT(200, call_by(ROLE_KEEPER, "GET", "/v1/volumes/{volume}/chain",
                           json_pack("{s:s}", "volume", secret), NULL, NULL));
    CHECK_OK(ledger_head(at.repo->ledger, &after, NULL));
    CHECK_INT(before.size + 1, after.size);
}

/* A feeding of one blank sheet with this capture. */
static int feed(const char *what, const char *hash, json_t **ret_answer)
{
    json_t *image =
        json_pack("{s:i, s:i, s:s, s:s, s:i, s:s, s:i, s:s, s:i, s:i, s:s}", "index", 1,
                  "sheet", 1, "side", "front", "capture_sha256", hash, "capture_bytes", 7,
                  "capture_type", "image/jpeg", "dpi", 300, "mode", "Color", "width_px",
                  1, "height_px", 1, "kind", "blank");
    json_t *body = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:{}, s:i, s:i, s:[o], s:[]}", "volume", what,
        "kind", "first", "station", "ST01", "operator", badge_of(ROLE_OPERATOR),
        "started_at", "2026-11-20T09:00:00Z", "ended_at", "2026-11-20T09:00:00Z",
        "scanner", "sheets_declared", 1, "sheets_counted", 1, "images", image, "items");
    return call_by(ROLE_OPERATOR, "POST", "/v1/volumes/{volume}/scans",
                   json_pack("{s:s}", "volume", what), body, ret_answer);
}

static int read_blob(unsigned role, const char *hash)
{
    return call_by(role, "GET", "/v1/blobs/{sha256}", json_pack("{s:s}", "sha256", hash),
                   NULL, NULL);
}

/* Without one a browser keeps nothing. */
static bool has_etag(const char *hash)
{
    json_t *parts = json_pack("{s:s}", "sha256", hash), *query = json_object();
    struct call call = { .repo = at.repo,
                         .settings = &at.settings,
                         .parts = parts,
                         .query = query,
                         .token = at.tokens[row_of(ROLE_KEEPER)],
                         .last_id = "",
                         .now_ms = clock_now_ms() };
    call_run(&call, "GET", "/v1/blobs/{sha256}");
    CHECK_INT(200, call.status);
    bool has = *call.etag;
    call_free(&call);
    json_decref(parts);
    json_decref(query);
    return has;
}

TEST(secret_volumes, keep_their_pictures_when_a_main_volume_names_them)
{
    json_t *answer = NULL;
    char hash[SHA256_HEX];
    struct sha256 h;
    prepare();
    CHECK_OK(blob_put(at.repo->blobs, BYTES("capture"), &h, NULL));
    hash_hex(h, hash);
    CHECK(has_etag(hash));
    (void)act_on(ROLE_KEEPER, "take", secret, NULL, NULL);
    const char *both[] = { secret, volume };
    for (size_t i = 0; i < 2; i++) {
        CHECK_INT(201, act_on(ROLE_KEEPER, "offer", both[i],
                              json_pack("{s:s}", "to", badge_of(ROLE_OPERATOR)), NULL));
        CHECK_INT(201, act_on(ROLE_OPERATOR, "accept", both[i], NULL, NULL));
    }
    CHECK_INT(201, feed(secret, hash, NULL));
    CHECK_INT(403, read_blob(ROLE_BORROWER, hash));
    CHECK_INT(200, read_blob(ROLE_KEEPER, hash));
    CHECK(!has_etag(hash));
    CHECK_INT(422, feed(volume, hash, &answer));
    check_says("是副卷里的", answer);
    CHECK_INT(403, read_blob(ROLE_BORROWER, hash));
}

TEST(reversals, of_a_quality_check_open_the_feeding_again)
{
    json_t *answer = NULL;
    prepare();
    CHECK_INT(201, act_on(ROLE_QC, "qc-reject", secret,
                          json_pack("{s:s}", "reason", "歪"), &answer));
    json_int_t seq = seq_of(answer);
    json_decref(answer);
    json_t *v = stored(VIEW_VOLUMES, secret);
    CHECK_INT(0, json_number(v, "standing"));
    json_decref(v);
    CHECK_INT(201, reverse(ROLE_SUPERVISOR, seq, NULL));
    v = stored(VIEW_VOLUMES, secret);
    CHECK_INT(1, json_number(v, "standing"));
    CHECK_INT(1, json_number(v, "sheets"));
    CHECK_TEXT("open", json_text(v, "qc"));
    json_decref(v);
    json_t *waits = stored(VIEW_QC, secret);
    CHECK(json_number(waits, "at") > 0); /* with the second person again */
    json_decref(waits);
}

TEST(everything, is_the_same_when_made_again_from_the_ledger)
{
    prepare();
    json_t *before = fixture_dump();
    uint64_t events = 0;
    CHECK_OK(apply_all(at.repo, &events, NULL));
    json_t *after = fixture_dump();
    CHECK(json_equal(before, after));
    json_decref(before);
    json_decref(after);
}
