/* The daily hand-over sheet: who gave what to whom, when and why, with the case's number
 * and people's names; and in whose hands things were, whichever way it is found out. */
#include "pdf_check.h"
#include "repo_fixture.h"

#include "repo-daemon/calendar.h"
#include "repo-daemon/ledger_hands.h"

#define COURT "某某市某某区人民法院"

static char secret[LABEL_TEXT_MAX];

static json_t *why(const char *reason, unsigned to)
{
    return json_pack("{s:s, s:s}", "reason", reason, "to", badge_of(to));
}

/* A morning: two volumes come in, go to the operator, and one comes back. */
static void play(void)
{
    if (*secret)
        return;
    fixture_volume();
    snprintf(at.settings.court_name, sizeof at.settings.court_name, COURT);
    snprintf(secret, sizeof secret, "%s", fixture_part(2, 7));
    const char *const both[] = { VOLUME, secret };
    for (size_t i = 0; i < COUNT(both); i++) {
        CHECK_INT(201, act_on(ROLE_KEEPER, "receive", both[i],
                              json_pack("{s:i}", "sheets", 17), NULL));
        CHECK_INT(201, act_on(ROLE_KEEPER, "offer", both[i],
                              why("送扫描室扫描", ROLE_OPERATOR), NULL));
        CHECK_INT(201, act_on(ROLE_OPERATOR, "accept", both[i], NULL, NULL));
    }
    CHECK_INT(201, act_on(ROLE_OPERATOR, "offer", VOLUME, why("", ROLE_KEEPER), NULL));
    CHECK_INT(201, act_on(ROLE_KEEPER, "accept", VOLUME, NULL, NULL));
}

static json_t *today(void)
{
    char day[CALENDAR_DAY_TEXT];
    calendar_day_text(calendar_day(clock_now_ms()), day);
    return json_pack("{s:s}", "day", day);
}

TEST(sheet, names_court_case_volume_giver_receiver_and_reason)
{
    static const char *const words[] = { COURT,
                                         "案卷每日移交单",
                                         "移出人",
                                         "接收人",
                                         "事由",
                                         "(2026)粤0399民初",
                                         "正卷第1册",
                                         "副卷第7册",
                                         "（外来）",
                                         "库管员",
                                         "扫描员",
                                         "送扫描室扫描",
                                         "—／17",
                                         "交回库房",
                                         "监交人（签名）",
                                         "本日移交 5 卷次，其他变动 5 卷次",
                                         "juanku/440399",
                                         NULL };
    play();
    pdf_check(ROLE_KEEPER, "/v1/ledger/sheet", NULL, today(), words, NULL);
}

TEST(sheet, shows_nobody_else_the_number_of_what_is_secret)
{
    static const char *const words[] = { "案卷每日移交单", "（不显示）", "副卷", NULL };
    play();
    pdf_check(ROLE_ADMIN, "/v1/ledger/sheet", NULL, today(), words, "副卷第7册");
}

TEST(sheet, is_of_a_day_that_is_one)
{
    play();
    CHECK_INT(400, call_with(at.tokens[row_of(ROLE_KEEPER)], "GET", "/v1/ledger/sheet",
                             NULL, json_pack("{s:s}", "day", "2026-02-30"), NULL, NULL));
    static const char *const words[] = { "本日移交 0 卷次", NULL };
    pdf_check(ROLE_KEEPER, "/v1/ledger/sheet", NULL,
              json_pack("{s:s}", "day", "2026-01-05"), words, "库管员");
}

struct walk {
    struct ledger_hands *walked;
    struct ledger_source source;
    struct ledger_scan scan;
    unsigned compared;
};

/* Events before are forgotten: what was is read back from the chain. */
static enum rc compare(__attribute__((unused)) uint64_t seq, struct bytes text,
                       void *context, struct fault *fault)
{
    struct walk *w = context;
    enum rc rc = ledger_scan(text, &w->scan, fault);
    for (size_t i = 0; !rc && i < w->scan.move_count; i++) {
        struct ledger_hands *fresh = NULL;
        struct ledger_hand a = { "", "" }, b = { "", "" };
        CHECK_OK(ledger_hands_new(&w->source, &fresh, NULL));
        CHECK_OK(ledger_hands_before(fresh, &w->scan, i, &a, NULL));
        CHECK_OK(ledger_hands_before(w->walked, &w->scan, i, &b, NULL));
        CHECK_TEXT(b.holder, a.holder);
        CHECK_TEXT(b.reason, a.reason);
        w->compared += *a.holder != 0;
        ledger_hands_free(fresh);
    }
    return rc ? rc : ledger_hands_pass(w->walked, &w->scan, fault);
}

TEST(hands, are_the_same_walked_from_the_first_event_or_read_back)
{
    play();
    struct walk w = { .compared = 0 };
    CHECK_OK(ledger_source_of(at.repo->ledger, &w.source, NULL));
    struct ledger_source plain = { .feed = w.source.feed, .context = w.source.context };
    CHECK_OK(ledger_hands_new(&plain, &w.walked, NULL));
    CHECK_OK(ledger_feed(at.repo->ledger, 1, 0, compare, &w, NULL));
    CHECK(w.compared >= 6);
    ledger_hands_free(w.walked);
}
