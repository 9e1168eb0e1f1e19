/* The second person: which pictures are drawn, who may judge, what a rejected page does,
 * and that the views of it are made again from the ledger. */
#include "repo_fixture.h"

#include "repo-daemon/apply.h"
#include "repo-daemon/qc_choose.h"
#include "sys/scope.h"

static json_t *feeding(unsigned pages, unsigned blanks)
{
    json_t *images = json_array();
    for (unsigned i = 0; i < pages + blanks; i++) {
        char capture[SHA256_HEX];
        snprintf(capture, sizeof capture, "%064u", i);
        json_array_append_new(images,
                              json_pack("{s:i, s:s, s:s, s:[], s:s}", "index", (int)i + 1,
                                        "kind", i < pages ? "page" : "blank",
                                        "capture_sha256", capture, "qc", "seen_by", "P"));
    }
    return json_pack("{s:o}", "images", images);
}

static size_t drawn(const unsigned *why, size_t from, size_t count)
{
    size_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (why[from + i] & QC_BY_LOT) != 0;
    return sum;
}

TEST(qc_choose, draws_at_least_the_part_of_pages_and_of_blanks)
{
    static const unsigned counts[] = { 1, 2, 19, 20, 21, 100, 399 };
    json_t *none = json_object();
    for (size_t i = 0; i < COUNT(counts); i++) {
        json_t *m = feeding(counts[i], counts[i]);
        SCOPED(free_at) unsigned *why = qc_choose(m, "lot", 5, none);
        CHECK_INT((counts[i] * 5 + 99) / 100, drawn(why, 0, counts[i]));
        CHECK_INT((counts[i] * 5 + 99) / 100, drawn(why, counts[i], counts[i]));
        json_decref(m);
    }
    json_t *m = feeding(30, 0);
    SCOPED(free_at) unsigned *why = qc_choose(m, "lot", 100, none);
    CHECK_INT(30, drawn(why, 0, 30));
    json_decref(m);
    json_decref(none);
}

TEST(qc_choose, draws_the_same_by_the_same_lot_and_others_by_another)
{
    json_t *none = json_object(), *m = feeding(400, 0);
    SCOPED(free_at) unsigned *one = qc_choose(m, "0f", 5, none);
    SCOPED(free_at) unsigned *again = qc_choose(m, "0f", 5, none);
    SCOPED(free_at) unsigned *other = qc_choose(m, "10", 5, none);
    CHECK(!memcmp(one, again, 400 * sizeof *one));
    size_t same = 0;
    for (size_t i = 0; i < 400; i++)
        same += one[i] && other[i];
    CHECK(same < 10); /* of twenty; one is expected */
    json_decref(m);
    json_decref(none);
}

/* Each place is drawn about as often as any other: no corner is never looked at. */
TEST(qc_choose, leaves_no_page_out_for_ever)
{
    json_t *none = json_object(), *m = feeding(40, 0);
    unsigned times[40] = { 0 };
    for (unsigned lot = 0; lot < 1000; lot++) {
        char text[16];
        snprintf(text, sizeof text, "%u", lot);
        SCOPED(free_at) unsigned *why = qc_choose(m, text, 5, none);
        for (size_t i = 0; i < 40; i++)
            times[i] += why[i] != 0;
    }
    for (size_t i = 0; i < 40; i++)
        CHECK(times[i] > 20 && times[i] < 90); /* 50 are expected */
    json_decref(m);
    json_decref(none);
}

TEST(qc_choose, adds_what_is_odd_decided_unseen_and_new)
{
    json_t *before = json_object(), *m = feeding(40, 2);
    json_t *images = json_object_get(m, "images");
    json_array_append_new(json_object_get(json_array_get(images, 0), "qc"),
                          json_pack("{s:s}", "code", "pale"));
    json_array_append_new(json_object_get(json_array_get(images, 1), "qc"),
                          json_pack("{s:s}", "code", "skew"));
    json_object_set_new(json_array_get(images, 2), "decided_by_operator",
                        json_integer(1));
    json_object_del(json_array_get(images, 41), "seen_by");
    for (size_t i = 0; i < 42; i++)
        if (i != 3)
            json_object_set_new(before,
                                json_string_value(json_object_get(
                                    json_array_get(images, i), "capture_sha256")),
                                json_true());
    SCOPED(free_at) unsigned *why = qc_choose(m, "lot", 5, before);
    const unsigned all = ~(unsigned)QC_BY_LOT;
    CHECK_INT(QC_BY_MACHINE, why[0] & all);
    CHECK_INT(0, why[1] & all);
    CHECK_INT(QC_DECIDED, why[2] & all);
    CHECK_INT(QC_NEW, why[3] & all);
    CHECK_INT(0, why[40] & all);
    CHECK_INT(QC_UNSEEN, why[41] & all);
    json_decref(m);
    json_decref(before);
}

TEST(qc_reasons, have_a_word_each)
{
    size_t n = 0;
    for (const struct qc_reason *r; (r = qc_reason_at(n)); n++)
        CHECK(*r->code && qc_reason_word(r->code) == r->word && *r->word);
    CHECK(n >= 8 && qc_reason_word("nonsense") == NULL);
    json_t *every = qc_why_words(~0u);
    CHECK_INT(5, json_array_size(every));
    json_decref(every);
}

/* --- in a real store ------------------------------------------------------------------
 */

static void put_text(const char *text, char ret_hex[SHA256_HEX])
{
    json_t *json = json_pack("{s:s}", "text", text);
    CHECK_OK(repo_put_json(at.repo, json, ret_hex, NULL));
    json_decref(json);
}

static bool supplement; /* the kind of the feedings that submit() tells of */

/* One sheet of one page fed by `fed`, in the name of the operator of the fixture. */
static int submit(const char *picture, const char *fed, json_t **ret_answer)
{
    char hex[SHA256_HEX];
    put_text(picture, hex);
    json_t *image = json_pack(
        "{s:i, s:i, s:s, s:s, s:i, s:s, s:i, s:s, s:i, s:i, s:s, s:s, s:s, s:s}", "index",
        1, "sheet", 1, "side", "front", "capture_sha256", hex, "capture_bytes", 1,
        "capture_type", "image/jpeg", "dpi", 300, "mode", "Color", "width_px", 1,
        "height_px", 1, "kind", "page", "pdf_sha256", hex, "text_sha256", hex, "fed_by",
        fed);
    json_t *body = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:{}, s:i, s:i, s:[o], s:[{s:i, s:s, s:[i]}]}",
        "volume", VOLUME, "kind", supplement ? "supplement" : "first", "station", "ST01",
        "operator", at.badges[row_of(ROLE_OPERATOR)], "started_at",
        "2026-11-20T09:00:00Z", "ended_at", "2026-11-20T09:00:00Z", "scanner",
        "sheets_declared", 1, "sheets_counted", 1, "images", image, "items", "row", 6,
        "title", "起诉状", "images", 1);
    return call_by(ROLE_STATION, "POST", "/v1/volumes/{volume}/scans", volume_part(),
                   body, ret_answer);
}

static size_t returns(void)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    json_t *entry = NULL;
    CHECK_OK(store_begin_read(at.repo->store, &txn, NULL));
    bool there = !view_get(at.repo, txn, VIEW_RETURNS, "ST01/" VOLUME, &entry);
    json_decref(entry);
    return there;
}

static json_t *pictures(void)
{
    json_t *answer = NULL;
    CHECK_INT(200, call_by(ROLE_QC, "GET", "/v1/volumes/{volume}/qc", volume_part(), NULL,
                           &answer));
    json_t *list = json_incref(json_object_get(answer, "pictures"));
    json_decref(answer);
    return list;
}

static void hand_to_operator(void)
{
    fixture_volume();
    CHECK_INT(201, act_by(ROLE_KEEPER, "receive", 0, NULL, NULL));
    CHECK_INT(201, act_by(ROLE_KEEPER, "offer", ROLE_OPERATOR, NULL, NULL));
    CHECK_INT(201, act_by(ROLE_OPERATOR, "accept", 0, NULL, NULL));
}

static int judge(json_t *body, json_t **ret_answer)
{
    return call_by(ROLE_QC, "POST", "/v1/volumes/{volume}/qc", volume_part(), body,
                   ret_answer);
}

static json_t *reject(const char *code, const char *text)
{
    return json_pack("{s:s, s:[{s:i, s:i, s:s, s:s}]}", "result", "reject", "rejects",
                     "batch", 1, "image", 1, "code", code, "text", text);
}

TEST(qc, sends_pages_back_and_takes_the_mended_feeding)
{
    json_t *answer = NULL;
    hand_to_operator();
    CHECK_INT(422, submit("one", "P0000000000", &answer));
    check_says("不在册", answer);
    CHECK_INT(201, submit("one", at.badges[row_of(ROLE_OPERATOR)], NULL));
    CHECK_INT(422, act_by(ROLE_QC, "qc-pass", 0, NULL, &answer));
    check_says("在质检里办理", answer);
    CHECK_INT(422, judge(json_pack("{s:s}", "result", "pass"), &answer));
    check_says("还有 1 面没有看", answer);
    CHECK_INT(400, judge(reject("nonsense", ""), &answer));
    check_says("从表里选", answer);
    CHECK_INT(400, judge(reject("other", ""), &answer));
    check_says("写明原因", answer);
    CHECK_INT(0, returns());
    CHECK_INT(201, judge(reject("unreadable", "右下角"), NULL));
    CHECK_INT(1, returns());
    CHECK_INT(422, judge(reject("unreadable", ""), &answer));
    check_says("没有待质检的扫描", answer);
    CHECK_INT(201, submit("one", at.badges[row_of(ROLE_OPERATOR)], NULL));
    CHECK_INT(0, returns());
    json_t *looked = pictures();
    CHECK_INT(1, json_array_size(looked));
    CHECK_INT(
        201, judge(json_pack("{s:s, s:o}", "result", "pass", "looked", looked), &answer));
    CHECK_TEXT("passed",
               json_text(json_array_get(json_object_get(answer, "volumes"), 0), "qc"));
    json_decref(answer);
}

static bool dump_one(const char *key, json_t *object, void *context)
{
    json_object_set(context, key, object);
    return true;
}

static json_t *dump(enum view view)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    json_t *all = json_object();
    CHECK_OK(store_begin_read(at.repo->store, &txn, NULL));
    CHECK_OK(view_each(at.repo, txn, view, "", NULL, dump_one, all, NULL));
    return all;
}

/* One of the people of the fixture gets the log-in of a person who has both roles. */
TEST(qc, is_not_for_anybody_who_fed_a_sheet_of_it)
{
    json_t *person = NULL, *answer = NULL;
    struct person in;
    struct person_new both = { .id = "0123456789abcdef0123456789abcdef",
                               .by = "",
                               .login = "both",
                               .name = "双岗",
                               .password = "password",
                               .roles = ROLE_OPERATOR | ROLE_QC };
    char kept[TOKEN_MAX], *token = at.tokens[row_of(ROLE_QC)];
    CHECK_OK(people_add(at.repo, &both, &person, NULL));
    CHECK_INT(422, submit("two", json_text(person, "badge"), &answer));
    check_says("已经入库", answer); /* the first feeding stands: it passed */
    supplement = true;
    CHECK_INT(201, submit("two", json_text(person, "badge"), NULL));
    supplement = false;
    memcpy(kept, token, sizeof kept);
    CHECK_OK(people_log_in(at.repo,
                           &(struct log_in){ .login = "both",
                                             .password = "password",
                                             .now_ms = clock_now_ms() },
                           token, &in, NULL));
    json_t *looked = pictures();
    CHECK_INT(
        422, judge(json_pack("{s:s, s:O}", "result", "pass", "looked", looked), &answer));
    check_says("扫描员以外", answer);
    memcpy(token, kept, sizeof kept);
    CHECK_INT(201,
              judge(json_pack("{s:s, s:o}", "result", "pass", "looked", looked), NULL));
    json_decref(person);
}

TEST(qc, has_views_that_are_made_again_from_the_ledger)
{
    uint64_t events = 0;
    fixture_volume();
    json_t *scans = dump(VIEW_SCANS), *waits = dump(VIEW_QC), *back = dump(VIEW_RETURNS);
    CHECK_OK(apply_all(at.repo, &events, NULL));
    json_t *after[] = { dump(VIEW_SCANS), dump(VIEW_QC), dump(VIEW_RETURNS) };
    CHECK(json_equal(scans, after[0]));
    CHECK(json_equal(waits, after[1]));
    CHECK(json_equal(back, after[2]));
    for (size_t i = 0; i < COUNT(after); i++)
        json_decref(after[i]);
    json_decref(scans);
    json_decref(waits);
    json_decref(back);
}
