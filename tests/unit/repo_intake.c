/* The counter: what comes in, what is kept, who answers for it, the one notice, and what
 * goes back and when. */
#include "pdf_check.h"
#include "repo_fixture.h"

#include "repo-daemon/apply.h"
#include "repo-daemon/intake.h"

static json_t *line(const char *title, const char *what, int declared, int counted)
{
    return json_pack("{s:s, s:s, s:i, s:i}", "title", title, "what", what, "declared",
                     declared, "counted", counted);
}

static json_t *list_body(const char *from, const char *volume, json_t *lines)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:o}", "case", CASE, "from", from, "side",
                     "原告", "volume", volume, "lines", lines);
}

static int take(unsigned role, json_t *body, json_t **ret_answer)
{
    fixture_volume();
    return call_by(role, "POST", "/v1/intakes", NULL, body, ret_answer);
}

static int on_list(unsigned role, const char *list, const char *what, json_t *body,
                   json_t **ret_answer)
{
    char path[80];
    snprintf(path, sizeof path, "/v1/intakes/{intake}/%s", what);
    return call_by(role, "POST", path, json_pack("{s:s}", "intake", list), body,
                   ret_answer);
}

static json_t *list_now(const char *list)
{
    json_t *answer = NULL;
    CHECK_INT(200, call_by(ROLE_AUDITOR, "GET", "/v1/intakes/{intake}",
                           json_pack("{s:s}", "intake", list), NULL, &answer));
    return answer;
}

static const json_t *line_at(const json_t *list, size_t index)
{
    return json_array_get(json_object_get(list, "lines"), index);
}

/* One sheet fed, by the operator who gets the volume from the keeper and gives it back.
 */
static void feed(const char *volume, const char *kind, const char *picture)
{
    char hex[SHA256_HEX];
    json_t *json = json_pack("{s:s}", "text", picture), *answer = NULL;
    CHECK_OK(repo_put_json(at.repo, json, hex, NULL));
    json_decref(json);
    CHECK_INT(201, act_on(ROLE_KEEPER, "offer", volume,
                          json_pack("{s:s}", "to", badge_of(ROLE_OPERATOR)), NULL));
    CHECK_INT(201, act_on(ROLE_OPERATOR, "accept", volume, NULL, NULL));
    json_t *image = json_pack(
        "{s:i, s:i, s:s, s:s, s:i, s:s, s:i, s:s, s:i, s:i, s:s, s:s, s:s}", "index", 1,
        "sheet", 1, "side", "front", "capture_sha256", hex, "capture_bytes", 1,
        "capture_type", "image/jpeg", "dpi", 300, "mode", "Color", "width_px", 1,
        "height_px", 1, "kind", "page", "pdf_sha256", hex, "text_sha256", hex);
    json_t *body = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:{}, s:i, s:i, s:[o], s:[{s:i, s:s, s:[i]}]}",
        "volume", volume, "kind", kind, "station", "ST01", "operator",
        badge_of(ROLE_OPERATOR), "started_at", "2026-11-20T09:00:00Z", "ended_at",
        "2026-11-20T09:00:00Z", "scanner", "sheets_declared", 1, "sheets_counted", 1,
        "images", image, "items", "row", 6, "title", "起诉状", "images", 1);
    int status = call_by(ROLE_STATION, "POST", "/v1/volumes/{volume}/scans",
                         json_pack("{s:s}", "volume", volume), body, &answer);
    if (status != 201)
        fail_msg("%s", json_string_value(answer));
    json_decref(answer);
    CHECK_INT(201, act_on(ROLE_OPERATOR, "offer", volume,
                          json_pack("{s:s}", "to", badge_of(ROLE_KEEPER)), NULL));
    CHECK_INT(201, act_on(ROLE_KEEPER, "accept", volume, NULL, NULL));
}

static void pass(const char *volume)
{
    json_t *found = NULL;
    CHECK_INT(200, call_by(ROLE_QC, "GET", "/v1/volumes/{volume}/qc",
                           json_pack("{s:s}", "volume", volume), NULL, &found));
    json_t *body = json_pack("{s:s, s:O}", "result", "pass", "looked",
                             json_object_get(found, "pictures"));
    CHECK_INT(201, call_by(ROLE_QC, "POST", "/v1/volumes/{volume}/qc",
                           json_pack("{s:s}", "volume", volume), body, NULL));
    json_decref(found);
}

TEST(intake, refuses_what_is_not_written_well_and_keeps_nothing)
{
    static const struct {
        const char *title, *what, *part;
        int declared, counted, status;
    } wrong[] = { { "", "paper", "材料名称", 1, 1, 400 },
                  { "起诉状", "gold", "纸质材料", 1, 1, 400 },
                  { "起诉状", "paper", "数量", 0, 0, 400 },
                  { "起诉状", "paper", "数量", 1, 2001, 400 },
                  { "起诉状", "paper", "数量", -1, 1, 400 } };
    json_t *answer = NULL;
    fixture_volume();
    for (size_t i = 0; i < COUNT(wrong); i++) {
        json_t *lines = json_pack("[o]", line(wrong[i].title, wrong[i].what,
                                              wrong[i].declared, wrong[i].counted));
        CHECK_INT(wrong[i].status,
                  take(ROLE_KEEPER, list_body("张三", "", lines), &answer));
        check_says(wrong[i].part, answer);
    }
    json_t *many = json_array();
    for (int i = 0; i <= INTAKE_LINES_MOST; i++)
        json_array_append_new(many, line("证据", "paper", 1, 1));
    CHECK_INT(400, take(ROLE_KEEPER, list_body("张三", "", many), &answer));
    check_says("1 到 100 行", answer);
    json_t *body = list_body("张三", "", json_pack("[o]", line("起诉状", "paper", 1, 1)));
    json_object_set_new(body, "side", json_string("证人"));
    CHECK_INT(400, take(ROLE_KEEPER, body, &answer));
    check_says("哪一方", answer);
    CHECK_INT(403, take(ROLE_OPERATOR, json_object(), &answer));
    check_says("编目员、库管员", answer);
    CHECK_INT(200, call_by(ROLE_KEEPER, "GET", "/v1/intakes", NULL, NULL, &answer));
    CHECK_INT(0, json_array_size(json_object_get(answer, "intakes")));
    json_decref(answer);
}

TEST(intake, lets_nobody_give_away_what_the_table_keeps)
{
    json_t *answer = NULL, *one = line("民事起诉状", "paper", 2, 2);
    json_object_set_new(one, "keep", json_integer(0));
    CHECK_INT(422,
              take(ROLE_KEEPER, list_body("张三", "", json_pack("[o]", one)), &answer));
    check_says("必存", answer);
    one = line("旧手机", "exhibit", 1, 1);
    json_object_set_new(one, "keep", json_integer(0));
    CHECK_INT(422,
              take(ROLE_KEEPER, list_body("张三", "", json_pack("[o]", one)), &answer));
    check_says("证物", answer);
    one = line("照片", "paper", 2, 2);
    json_object_set_new(one, "keep", json_integer(1));
    CHECK_INT(400,
              take(ROLE_KEEPER, list_body("张三", "", json_pack("[o]", one)), &answer));
    check_says("写明原因", answer);
}

static char first[LABEL_TEXT_MAX]; /* the list that the tests below go on with */
static char items[4][LABEL_TEXT_MAX];

TEST(intake, by_the_keeper_receives_the_volume_and_puts_the_papers_into_it)
{
    json_t *answer = NULL, *again = NULL;
    json_t *faulty = line("证据目录", "paper", 1, 1);
    json_object_set_new(faulty, "fault", json_string("没有签名"));
    json_t *body = list_body(
        "张三", VOLUME,
        json_pack("[o, o, o, o, o]", line("民事起诉状", "paper", 3, 3),
                  line("银行流水打印件", "paper", 12, 10), line("录音光盘", "disc", 1, 1),
                  line("身份证复印件", "paper", 1, 0), faulty));
    char id[33];
    random_id(id);
    json_object_set_new(body, "id", json_string(id));
    CHECK_INT(201, take(ROLE_KEEPER, json_deep_copy(body), &answer));
    CHECK_INT(200, take(ROLE_KEEPER, body, &again)); /* the same id: the same answer */
    CHECK(json_equal(answer, again));
    json_decref(again);
    snprintf(first, sizeof first, "%s", json_text(answer, "intake"));
    CHECK(intake_is_list(first));
    CHECK_INT(3, json_number(answer, "items"));
    CHECK_INT(2, json_number(answer, "keeps"));
    CHECK_INT(13, json_number(answer, "sheets"));
    CHECK_INT(3, json_number(answer, "wrong"));
    for (size_t i = 0; i < 4; i++)
        snprintf(items[i], sizeof items[i], "%s", json_text(line_at(answer, i), "item"));
    CHECK_TEXT("filed", json_text(line_at(answer, 0), "state"));
    CHECK_TEXT("refused", json_text(line_at(answer, 3), "state"));
    CHECK_TEXT("", json_text(line_at(answer, 4), "item")); /* handed back at once */
    CHECK_INT(0, json_number(line_at(answer, 1), "keep"));
    CHECK_INT(1, json_number(line_at(answer, 2), "keep"));
    json_decref(answer);
    CHECK_TEXT("received", volume_field(VOLUME, "state"));
    CHECK_TEXT(badge_of(ROLE_KEEPER), volume_field(VOLUME, "holder"));
    json_t *v = stored(VIEW_VOLUMES, VOLUME);
    CHECK_INT(13, json_number(v, "declared"));
    CHECK_INT(3, json_number(v, "papers"));
    CHECK_INT(2, json_number(v, "unscanned"));
    json_decref(v);
    CHECK_INT(200, call_by(ROLE_KEEPER, "GET", "/v1/volumes/{volume}/chain",
                           volume_part(), NULL, &answer));
    check_says("收件，清单 B9",
               json_incref(json_object_get(
                   json_array_get(json_object_get(answer, "events"), 1), "text")));
    json_decref(answer);
}

TEST(notice, tells_all_that_is_wrong_once_and_never_twice)
{
    json_t *answer = NULL;
    at.now_ms = 1795824000000; /* 2026-11-28 08:00 in Beijing, a Saturday */
    CHECK_INT(201, on_list(ROLE_CATALOGUER, first, "notice",
                           json_pack("{s:[{s:s, s:s}]}", "also", "title",
                                     "送达地址确认书", "text", "请填写并签名"),
                           &answer));
    const json_t *notice = json_object_get(answer, "notice");
    CHECK_INT(4, json_array_size(json_object_get(notice, "points")));
    CHECK_TEXT("2026-12-07", json_text(notice, "due")); /* the 5th is a Saturday */
    CHECK(strstr(json_text(notice, "basis"), "第七条"));
    CHECK_TEXT(first, json_text(answer, "noticed"));
    json_decref(answer);
    CHECK_INT(422, on_list(ROLE_CATALOGUER, first, "notice", json_object(), &answer));
    check_says("不能再次告知", answer);
    /* Not by another list of the same party either; to the other party it may be. */
    json_t *lines = json_pack("[o]", line("证据二", "paper", 2, 1));
    CHECK_INT(201, take(ROLE_KEEPER, list_body("张三", "", lines), &answer));
    char second[LABEL_TEXT_MAX];
    snprintf(second, sizeof second, "%s", json_text(answer, "intake"));
    json_decref(answer);
    CHECK_INT(422, on_list(ROLE_KEEPER, second, "notice", json_object(), &answer));
    check_says(first, answer);
    lines = json_pack("[o]", line("答辩状", "paper", 2, 1));
    CHECK_INT(201, take(ROLE_KEEPER, list_body("李四", "", lines), &answer));
    CHECK_INT(201, on_list(ROLE_KEEPER, json_text(answer, "intake"), "notice",
                           json_object(), NULL));
    json_decref(answer);
    lines = json_pack("[o]", line("答辩状", "paper", 2, 2));
    CHECK_INT(201, take(ROLE_KEEPER, list_body("王五", "", lines), &answer));
    json_t *said = NULL;
    CHECK_INT(422, on_list(ROLE_KEEPER, json_text(answer, "intake"), "notice",
                           json_object(), &said));
    check_says("不用发", said);
    json_decref(answer);
    at.now_ms = 0;
}

TEST(intake, that_mends_names_the_list_with_the_notice)
{
    json_t *answer = NULL;
    json_t *body = list_body("张三", VOLUME,
                             json_pack("[o]", line("送达地址确认书", "paper", 1, 1)));
    json_t *other = json_deep_copy(body);
    json_object_set_new(body, "supplements", json_string(first));
    CHECK_INT(201, take(ROLE_KEEPER, body, &answer));
    CHECK_TEXT(first, json_text(answer, "supplements"));
    json_decref(answer);
    json_object_set_new(other, "supplements", json_string(first));
    json_object_set_new(other, "from", json_string("赵六"));
    CHECK_INT(422, take(ROLE_KEEPER, other, &answer));
    check_says("没有给赵六的补正告知", answer);
}

/* Papers that the window's clerk takes stay in his name until the volume's holder, and
 * nobody else, has them all. */
TEST(papers, are_answered_for_by_who_took_them_until_the_holder_files_them)
{
    json_t *answer = NULL;
    char list[LABEL_TEXT_MAX], label[LABEL_TEXT_MAX];
    json_t *lines =
        json_pack("[o, o]", line("代理词", "paper", 4, 4), line("收条", "paper", 1, 1));
    CHECK_INT(201, take(ROLE_CATALOGUER, list_body("张三", VOLUME, lines), &answer));
    snprintf(list, sizeof list, "%s", json_text(answer, "intake"));
    snprintf(label, sizeof label, "%s", json_text(line_at(answer, 0), "item"));
    CHECK_TEXT("held", json_text(line_at(answer, 0), "state"));
    json_decref(answer);
    CHECK_INT(200,
              call_with(at.tokens[row_of(ROLE_SUPERVISOR)], "GET", "/v1/papers", NULL,
                        json_pack("{s:s}", "holder", badge_of(ROLE_CATALOGUER)), NULL,
                        &answer));
    CHECK_INT(2, json_array_size(json_object_get(answer, "papers")));
    json_decref(answer);
    CHECK_INT(422, on_list(ROLE_CATALOGUER, list, "file",
                           json_pack("{s:s}", "volume", VOLUME), &answer));
    check_says("现在保管案卷", answer);
    CHECK_INT(422, on_list(ROLE_KEEPER, list, "file",
                           json_pack("{s:s, s:[s]}", "volume", VOLUME, "scanned", label),
                           &answer));
    check_says("少了材料", answer);
    CHECK_INT(409,
              on_list(ROLE_KEEPER, list, "file",
                      json_pack("{s:s, s:i}", "volume", VOLUME, "version", 1), &answer));
    check_says("已被别人改动", answer);
    CHECK_INT(201, on_list(ROLE_KEEPER, list, "file",
                           json_pack("{s:s}", "volume", VOLUME), &answer));
    CHECK_TEXT("filed", json_text(line_at(answer, 1), "state"));
    json_decref(answer);
    CHECK_INT(409, on_list(ROLE_KEEPER, list, "file",
                           json_pack("{s:s}", "volume", VOLUME), &answer));
    check_says("没有等待归卷", answer);
    CHECK_INT(200, call_by(ROLE_KEEPER, "GET", "/v1/papers/{paper}",
                           json_pack("{s:s}", "paper", label), NULL, &answer));
    CHECK_TEXT(VOLUME, json_text(answer, "volume"));
    json_decref(answer);
}

static int give_back(const char *item, json_t **ret_answer)
{
    return on_list(ROLE_KEEPER, first, "return",
                   json_pack("{s:[s], s:s}", "items", item, "receiver", "张三"),
                   ret_answer);
}

/* A hold (保全) on the volume, or its end. */
static void held(bool is)
{
    static json_int_t hold;
    const char *volume = VOLUME;
    json_t *answer = NULL;
    json_t *body =
        json_pack("{s:o, s:s}", "volumes", versions(&volume, 1), "reason", "另案保全");
    CHECK_INT(201,
              call_by(ROLE_SUPERVISOR, "POST", is ? "/v1/holds" : "/v1/holds/{hold}/lift",
                      json_pack("{s:o}", "hold", json_sprintf("%lld", (long long)hold)),
                      body, &answer));
    hold = json_number(answer, "seq");
    json_decref(answer);
}

TEST(papers, go_back_only_when_they_need_not_be_kept_and_their_images_passed)
{
    json_t *answer = NULL;
    CHECK_INT(403, on_list(ROLE_CATALOGUER, first, "return", json_object(), NULL));
    CHECK_INT(422, give_back(items[0], &answer));
    check_says("必存原件", answer);
    CHECK_INT(422, give_back(items[2], &answer));
    check_says("证物袋", answer);
    CHECK_INT(422, give_back(items[1], &answer)); /* the volume is not scanned */
    check_says("已扫描", answer);
    feed(VOLUME, "first", "one");
    CHECK_INT(422, give_back(items[1], &answer));
    check_says("没有全部质检通过", answer);
    pass(VOLUME);
    json_t *fed = stored(VIEW_VOLUMES, VOLUME);
    CHECK_INT(0, json_number(fed, "unscanned"));
    json_decref(fed);
    CHECK_INT(422, act_on(ROLE_KEEPER, "return-to-party", VOLUME, NULL, &answer));
    check_says("必存原件", answer); /* nor does the volume go with them in it */
    held(true);
    CHECK_INT(422, give_back(items[1], &answer));
    check_says("有保全", answer);
    held(false);
    CHECK_INT(201, give_back(items[1], &answer));
    char back[LABEL_TEXT_MAX];
    snprintf(back, sizeof back, "%s", json_text(answer, "intake"));
    CHECK_TEXT("back", json_text(answer, "kind"));
    json_decref(answer);
    CHECK_INT(409, give_back(items[1], &answer));
    check_says("已经退还", answer);
    CHECK_INT(404, give_back("M4403992026030101002700019", &answer));
    check_says("没有材料", answer);
    json_t *v = stored(VIEW_VOLUMES, VOLUME);
    CHECK_INT(10, json_number(v, "given_back"));
    json_decref(v);
    CHECK_INT(422, on_list(ROLE_KEEPER, back, "notice", json_object(), &answer));
    check_says("退还清单", answer);
}

/* What came after the last feeding has no image yet: it neither goes back nor is bound.
 */
TEST(papers, that_came_after_the_feeding_must_be_fed_first)
{
    json_t *answer = NULL;
    char list[LABEL_TEXT_MAX], late[LABEL_TEXT_MAX];
    json_t *lines = json_pack("[o]", line("聊天记录打印件", "paper", 5, 5));
    CHECK_INT(201, take(ROLE_KEEPER, list_body("张三", VOLUME, lines), &answer));
    snprintf(list, sizeof list, "%s", json_text(answer, "intake"));
    snprintf(late, sizeof late, "%s", json_text(line_at(answer, 0), "item"));
    json_decref(answer);
    CHECK_INT(422, on_list(ROLE_KEEPER, list, "return",
                           json_pack("{s:[s], s:s}", "items", late, "receiver", "张三"),
                           &answer));
    check_says("收进案卷以后还没有扫描", answer);
    CHECK_INT(422, call_by(ROLE_BINDER, "POST", "/v1/volumes/{volume}/binding/check",
                           volume_part(), json_object(), &answer));
    check_says("还没有扫描", answer);
    feed(VOLUME, "supplement", "two");
    pass(VOLUME);
    CHECK_INT(201, on_list(ROLE_KEEPER, list, "return",
                           json_pack("{s:[s], s:s}", "items", late, "receiver", "张三"),
                           NULL));
}

static void check_pdf(const char *path, const char *list, const char *const *words)
{
    pdf_check(ROLE_KEEPER, path, json_pack("{s:s}", "intake", list), NULL, words, NULL);
}

TEST(slips, are_printed_in_two_copies_with_all_that_was_said)
{
    static const char *const receipt[] = {
        "诉讼材料收取清单", "第一联",       "第二联",           "民事起诉状", "必存原件",
        "证物袋留存",       "质检后可退还", "10 张（申报 12）", NULL
    };
    static const char *const notice[] = {
        "一次性补正告知书", "第七条",     "没有签名", "没有交来",
        "送达地址确认书",   "2026-12-07", NULL
    };
    check_pdf("/v1/intakes/{intake}/slip", first, receipt);
    check_pdf("/v1/intakes/{intake}/notice/slip", first, notice);
    json_t *all = NULL;
    CHECK_INT(200, call_by(ROLE_KEEPER, "GET", "/v1/intakes", NULL, NULL, &all));
    const json_t *newest = json_array_get(json_object_get(all, "intakes"), 0);
    CHECK_TEXT("back", json_text(newest, "kind"));
    static const char *const back[] = { "诉讼材料退还清单", "聊天记录打印件", "领取人",
                                        NULL };
    check_pdf("/v1/intakes/{intake}/slip", json_text(newest, "intake"), back);
    json_decref(all);
}

static int correct(unsigned role, const char *paper, json_t *body, json_t **ret_answer)
{
    return call_by(role, "POST", "/v1/papers/{paper}/correction",
                   json_pack("{s:s}", "paper", paper), body, ret_answer);
}

/* A slip of the pen is put right by an event of its own; what must be kept is decided
 * anew, and the volume counts what is right. */
TEST(papers, are_corrected_by_an_event_with_its_reason)
{
    json_t *answer = NULL;
    char list[LABEL_TEXT_MAX], one[LABEL_TEXT_MAX], two[LABEL_TEXT_MAX];
    json_t *lines = json_pack("[o, o]", line("借条复印件", "paper", 2, 2),
                              line("借条复印件", "paper", 2, 2)); /* written twice */
    CHECK_INT(201, take(ROLE_KEEPER, list_body("张三", VOLUME, lines), &answer));
    snprintf(list, sizeof list, "%s", json_text(answer, "intake"));
    snprintf(one, sizeof one, "%s", json_text(line_at(answer, 0), "item"));
    snprintf(two, sizeof two, "%s", json_text(line_at(answer, 1), "item"));
    json_decref(answer);
    json_t *before = stored(VIEW_VOLUMES, VOLUME);
    CHECK_INT(400,
              correct(ROLE_KEEPER, one, json_pack("{s:s}", "title", "借条"), &answer));
    check_says("为什么更正", answer);
    CHECK_INT(403, correct(ROLE_QC, one, json_object(), NULL));
    CHECK_INT(404, correct(ROLE_KEEPER, "M1", json_pack("{s:s}", "reason", "x"), NULL));
    CHECK_INT(201, correct(ROLE_KEEPER, one,
                           json_pack("{s:s, s:i, s:s}", "title", "借条", "counted", 1,
                                     "reason", "是原件，一张"),
                           &answer));
    CHECK_INT(1, json_number(answer, "keep")); /* the table keeps it now */
    json_decref(answer);
    CHECK_INT(422, correct(ROLE_KEEPER, one,
                           json_pack("{s:i, s:s}", "keep", 0, "reason", "x"), &answer));
    check_says("必存", answer);
    CHECK_INT(201, correct(ROLE_CATALOGUER, two,
                           json_pack("{s:i, s:s}", "counted", 0, "reason", "重复登记"),
                           &answer));
    CHECK_TEXT("void", json_text(answer, "state"));
    json_decref(answer);
    CHECK_INT(409, correct(ROLE_KEEPER, two, json_pack("{s:s}", "reason", "x"), &answer));
    check_says("作废", answer);
    json_t *now = stored(VIEW_VOLUMES, VOLUME), *shown = list_now(list);
    CHECK_INT(json_number(before, "declared") - 3, json_number(now, "declared"));
    CHECK_INT(json_number(before, "keeps") + 1, json_number(now, "keeps"));
    CHECK_INT(json_number(before, "papers") - 1, json_number(now, "papers"));
    CHECK_INT(json_number(before, "unscanned") - 1, json_number(now, "unscanned"));
    CHECK_TEXT("重复登记", json_text(line_at(shown, 1), "corrected"));
    CHECK_INT(1, json_number(shown, "items"));
    json_decref(shown);
    json_decref(before);
    json_decref(now);
}

TEST(views, of_the_counter_are_the_same_when_made_again_from_the_ledger)
{
    uint64_t events = 0;
    json_t *list = list_now(first), *before = fixture_dump();
    CHECK_TEXT("returned", json_text(line_at(list, 1), "state"));
    json_decref(list);
    CHECK_OK(apply_all(at.repo, &events, NULL));
    json_t *after = fixture_dump();
    CHECK(json_equal(before, after));
    json_decref(before);
    json_decref(after);
}
