/* Case numbers that follow each other, and a volume that goes on under the next one. */
#include "repo_fixture.h"

#include "repo-daemon/apply.h"

#define FIRST "44039920269901000001" /* (2026)粤0399诉前调1号 */

static char volume[LABEL_TEXT_MAX], next[LABEL_TEXT_MAX], slot[LABEL_TEXT_MAX],
    paper[LABEL_TEXT_MAX];

static void prepare(void)
{
    json_t *made = NULL;
    if (*volume)
        return;
    fixture_volume(); /* the 民初 case */
    CHECK_INT(201, call_by(ROLE_CATALOGUER, "POST", "/v1/cases", NULL,
                           json_pack("{s:s, s:s, s:s, s:s, s:s}", "case_no",
                                     "(2026)粤0399诉前调1号", "cause", "民间借贷纠纷",
                                     "plaintiff", "张三", "defendant", "李四",
                                     "case_type", "诉前调解"),
                           &made));
    CHECK_TEXT(FIRST, json_text(made, "case"));
    json_decref(made);
    CHECK_INT(201,
              call_by(ROLE_CATALOGUER, "POST", "/v1/cases/{case}/volumes",
                      json_pack("{s:s}", "case", FIRST),
                      json_pack("{s:i, s:i, s:i}", "kind", 1, "part", 1, "sheets", 1),
                      &made));
    snprintf(volume, sizeof volume, "%s", json_text(made, "volume"));
    json_decref(made);
    CHECK_INT(201, call_by(ROLE_ADMIN, "POST", "/v1/slots", NULL,
                           json_pack("{s:i, s:i, s:i}", "site", 1, "rack", 1, "slots", 2),
                           NULL));
    struct label label = { .type = LABEL_SLOT, .site = 1, .rack = 1, .slot = 1 };
    CHECK_OK(label_write(&label, slot));
    CHECK_INT(201, act_on(ROLE_KEEPER, "receive", volume, NULL, NULL));
    CHECK_INT(201, call_by(ROLE_KEEPER, "POST", "/v1/intakes", NULL,
                           json_pack("{s:s, s:s, s:s, s:s, s:[{s:s, s:s, s:i, s:i}]}",
                                     "case", FIRST, "from", "张三", "side", "原告",
                                     "volume", volume, "lines", "title", "借条", "what",
                                     "paper", "declared", 1, "counted", 1),
                           &made));
    snprintf(paper, sizeof paper, "%s",
             json_text(json_array_get(json_object_get(made, "lines"), 0), "item"));
    json_decref(made);
}

/* Where the paper lies that came in with the volume. */
static void check_paper_in(const char *label)
{
    json_t *item = stored(VIEW_ITEMS, paper);
    CHECK_TEXT(label, json_text(item, "volume"));
    json_decref(item);
}

static int link_to(const char *kind, const char *to, json_t **ret_answer)
{
    return call_by(ROLE_CATALOGUER, "POST", "/v1/cases/{case}/links",
                   json_pack("{s:s}", "case", FIRST),
                   json_pack("{s:s, s:s}", "kind", kind, "to", to), ret_answer);
}

static int relink(const char *what, int row, json_t **ret_answer)
{
    return call_by(ROLE_CATALOGUER, "POST", "/v1/volumes/{volume}/relink",
                   json_pack("{s:s}", "volume", what),
                   json_pack("{s:s, s:i, s:s}", "case", CASE, "row", row, "reason",
                             "调解不成，转立案"),
                   ret_answer);
}

TEST(cases, follow_each_other_only_as_the_table_says_and_know_it_on_both_sides)
{
    json_t *answer = NULL;
    prepare();
    CHECK_INT(422, relink(volume, 18, &answer));
    check_says("还没有关联", answer);
    CHECK_INT(422, link_to("上诉", CASE, &answer));
    check_says("不能以“上诉”接到", answer);
    CHECK_INT(422, link_to("合并", FIRST, NULL));
    CHECK_INT(404, link_to("转立案", "44039920260301019999", NULL));
    CHECK_INT(201, link_to("转立案", CASE, NULL));
    CHECK_INT(409, link_to("转立案", CASE, NULL));
    CHECK_INT(200, call_by(ROLE_KEEPER, "GET", "/v1/cases/{case}",
                           json_pack("{s:s}", "case", CASE), NULL, &answer));
    const json_t *link = json_array_get(json_object_get(answer, "links"), 0);
    CHECK_TEXT(FIRST, json_text(link, "case"));
    CHECK_TEXT("from", json_text(link, "direction"));
    json_decref(answer);
}

/* One sheet with one page in row 3, by the operator who holds the volume. */
static void feed(void)
{
    static const char page[] = "%PDF", capture[] = "capture";
    struct sha256 p, c;
    char pdf[SHA256_HEX], jpeg[SHA256_HEX];
    CHECK_OK(blob_put(at.repo->blobs, BYTES(page), &p, NULL));
    CHECK_OK(blob_put(at.repo->blobs, BYTES(capture), &c, NULL));
    hash_hex(p, pdf);
    hash_hex(c, jpeg);
    CHECK_INT(201, act_on(ROLE_KEEPER, "offer", volume,
                          json_pack("{s:s}", "to", badge_of(ROLE_OPERATOR)), NULL));
    CHECK_INT(201, act_on(ROLE_OPERATOR, "accept", volume, NULL, NULL));
    json_t *image = json_pack(
        "{s:i, s:i, s:s, s:s, s:i, s:s, s:i, s:s, s:i, s:i, s:s, s:s, s:s}", "index", 1,
        "sheet", 1, "side", "front", "capture_sha256", jpeg, "capture_bytes", 7,
        "capture_type", "image/jpeg", "dpi", 300, "mode", "Color", "width_px", 1,
        "height_px", 1, "kind", "page", "pdf_sha256", pdf, "text_sha256", pdf);
    json_t *body =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:{}, s:i, s:i, s:[o], s:[{s:i, s:s, "
                  "s:s, s:[i]}]}",
                  "volume", volume, "kind", "first", "station", "ST01", "operator",
                  badge_of(ROLE_OPERATOR), "started_at", "2026-11-20T09:00:00Z",
                  "ended_at", "2026-11-20T09:00:00Z", "scanner", "sheets_declared", 1,
                  "sheets_counted", 1, "images", image, "items", "row", 3, "title",
                  "起诉状", "document", "", "images", 1);
    json_t *answer = NULL;
    int status = call_by(ROLE_OPERATOR, "POST", "/v1/volumes/{volume}/scans",
                         json_pack("{s:s}", "volume", volume), body, &answer);
    if (status != 201)
        fail_msg("%s", json_string_value(answer));
    json_decref(answer);
    CHECK_INT(201, act_on(ROLE_OPERATOR, "offer", volume,
                          json_pack("{s:s}", "to", badge_of(ROLE_KEEPER)), NULL));
    CHECK_INT(201, act_on(ROLE_KEEPER, "accept", volume, NULL, NULL));
    CHECK_INT(201, act_on(ROLE_KEEPER, "shelve", volume, json_pack("{s:s}", "slot", slot),
                          NULL));
}

TEST(volumes, go_on_under_the_next_number_with_pages_place_and_chain)
{
    json_t *answer = NULL;
    prepare();
    feed();
    CHECK_INT(201, relink(volume, 18, &answer));
    const json_t *now = json_array_get(json_object_get(answer, "volumes"), 0);
    snprintf(next, sizeof next, "%s", json_text(now, "volume"));
    CHECK_TEXT("V440399202603010100271002", strndupa(next, 25)); /* part 2: 1 was taken */
    CHECK_TEXT("shelved", json_text(now, "state"));
    CHECK_TEXT(slot, json_text(now, "slot"));
    CHECK_TEXT(volume, json_text(now, "was"));
    CHECK_INT(1, json_number(now, "pages"));
    json_decref(answer);
    check_paper_in(next);
    json_t *s = stored(VIEW_SLOTS, slot);
    CHECK_TEXT(next, json_text(s, "volume"));
    json_decref(s);
    CHECK_INT(200, call_by(ROLE_KEEPER, "GET", "/v1/volumes/{volume}/pages",
                           json_pack("{s:s}", "volume", next), NULL, &answer));
    const json_t *page = json_array_get(json_object_get(answer, "pages"), 0);
    CHECK_INT(18, json_number(page, "row")); /* re-linked, not scanned again */
    json_decref(answer);
    CHECK_INT(200, call_by(ROLE_KEEPER, "GET", "/v1/volumes/{volume}/chain",
                           json_pack("{s:s}", "volume", next), NULL, &answer));
    const json_t *events = json_object_get(answer, "events");
    CHECK_TEXT(volume, json_text(json_array_get(events, 0), "volume"));
    const json_t *last = json_array_get(events, json_array_size(events) - 1);
    CHECK_TEXT("relink", json_text(last, "event"));
    CHECK(strstr(json_text(last, "text"), volume) &&
          strstr(json_text(last, "text"), next));
    for (size_t i = 1; i < json_array_size(events); i++)
        CHECK(json_number(json_array_get(events, i), "seq") >
              json_number(json_array_get(events, i - 1), "seq"));
    json_decref(answer);
}

TEST(volumes, are_found_by_the_old_label_which_does_nothing_any_more)
{
    json_t *answer = NULL;
    prepare();
    CHECK_INT(200, call_by(ROLE_KEEPER, "GET", "/v1/volumes/{volume}",
                           json_pack("{s:s}", "volume", volume), NULL, &answer));
    CHECK_TEXT(next, json_text(answer, "as"));
    CHECK_TEXT("relinked", json_text(answer, "state"));
    CHECK_INT(0, json_number(answer, "pages"));
    json_decref(answer);
    CHECK_INT(422, act_on(ROLE_KEEPER, "take", volume, NULL, &answer));
    check_says("已改号", answer);
    CHECK_INT(422, relink(volume, 0, NULL));
    CHECK_INT(201, act_on(ROLE_KEEPER, "take", next, NULL, NULL));
    CHECK_TEXT("scanned", volume_field(next, "state"));
}

/* A paper is named by the first of them, and follows all. */
TEST(papers, go_along_however_often_the_number_changes)
{
    json_t *answer = NULL;
    prepare();
    CHECK_INT(201, call_by(ROLE_CATALOGUER, "POST", "/v1/cases", NULL,
                           json_pack("{s:s, s:s, s:s, s:s, s:s}", "case_no",
                                     "(2026)粤0399民初10028号", "cause", "民间借贷纠纷",
                                     "plaintiff", "张三", "defendant", "李四",
                                     "case_type", "民事一审"),
                           NULL));
    CHECK_INT(201, call_by(ROLE_CATALOGUER, "POST", "/v1/cases/{case}/links",
                           json_pack("{s:s}", "case", CASE),
                           json_pack("{s:s, s:s}", "kind", "合并", "to",
                                     "44039920260301010028"),
                           NULL));
    CHECK_INT(201, call_by(ROLE_CATALOGUER, "POST", "/v1/volumes/{volume}/relink",
                           json_pack("{s:s}", "volume", next),
                           json_pack("{s:s, s:i, s:s}", "case", "44039920260301010028",
                                     "row", 18, "reason", "合并审理"),
                           &answer));
    check_paper_in(
        json_text(json_array_get(json_object_get(answer, "volumes"), 0), "volume"));
    json_decref(answer);
}

TEST(volumes, under_new_numbers_are_the_same_when_made_again_from_the_ledger)
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
