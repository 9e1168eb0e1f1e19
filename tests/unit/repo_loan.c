/* The law of loans, the court's figures and the calendar: pure, total. */
#include "check.h"

#include "repo-daemon/calendar.h"
#include "repo-daemon/loan.h"

static struct calendar *calendar(void)
{
    static struct calendar *c;
    if (!c)
        CHECK_OK(calendar_preset(&c, NULL));
    return c;
}

static int64_t day(const char *text)
{
    int64_t d;
    CHECK(calendar_day_read(text, &d));
    return d;
}

static const char *text(int64_t d)
{
    static char room[CALENDAR_DAY_TEXT];
    calendar_day_text(d, room);
    return room;
}

TEST(loan_words, are_total_and_go_both_ways)
{
    for (enum loan_state s = 0; s < LOAN_STATES; s++) {
        CHECK(*loan_state_name(s) && *loan_state_word(s));
        CHECK_INT(s, loan_state(loan_state_name(s)));
    }
    for (enum loan_event e = 0; e < LE_EVENTS; e++) {
        CHECK(*loan_event_name(e) && *loan_event_word(e));
        CHECK_INT(e, loan_event(loan_event_name(e)));
    }
    CHECK_INT(LOAN_STATES, loan_state("burnt"));
    CHECK_INT(LE_EVENTS, loan_event("burn"));
}

TEST(loan_table, uses_every_event_and_every_need_has_a_sentence)
{
    unsigned events = 0, needs = 0;
    const struct loan_rule *r;
    for (size_t i = 0; (r = loan_rule(i)); i++) {
        CHECK(r->from < LOAN_STATES && r->to < LOAN_STATES && r->who);
        events |= 1u << r->event;
        needs |= r->needs;
    }
    CHECK_INT((1u << LE_EVENTS) - 1, events);
    CHECK_INT(LOAN_NEED_EVERY, needs);
    for (unsigned bit = 1; bit < LOAN_NEED_EVERY; bit <<= 1)
        CHECK(bit == LOAN_NEED_LAST || loan_sentence(bit));
}

/* Every question there is: answered by the table, or refused with a sentence; and what
 * must never happen does not. */
TEST(loan_next, answers_every_question_and_keeps_four_eyes)
{
    static const unsigned roles[] = { 0,
                                      ROLE_BORROWER,
                                      ROLE_APPROVER,
                                      ROLE_PRESIDENT,
                                      ROLE_BORROWER | ROLE_APPROVER,
                                      ROLE_APPROVER | ROLE_PRESIDENT,
                                      ROLE_KEEPER };
    for (unsigned bits = 0; bits < 1u << 11; bits++)
        for (enum loan_state s = 0; s < LOAN_STATES; s++)
            for (enum loan_event e = 0; e < LE_EVENTS; e++)
                for (size_t r = 0; r < COUNT(roles); r++) {
                    struct loan_facts f = { .state = s,
                                            .secret = bits & 1,
                                            .outside = bits & 2,
                                            .signatures = bits & 4 ? 1 : 0,
                                            .needed = bits & 8 ? 2 : 1,
                                            .renewals_left = bits & 16 ? 1 : 0,
                                            .others_wait = bits & 32,
                                            .overdue = bits & 64,
                                            .recalled = bits & 128,
                                            .notice = bits & 256 };
                    struct loan_act a = { .event = e,
                                          .roles = roles[r],
                                          .is_borrower = bits & 512,
                                          .signed_before = bits & 1024,
                                          .has_reason = bits & 4 };
                    enum loan_state next = LOAN_STATES;
                    struct fault why = { 0 };
                    enum rc rc = loan_next(&f, &a, &next, &why);
                    if (rc) {
                        CHECK(rc == RC_REFUSED || rc == RC_DENIED);
                        CHECK((unsigned char)why.text[0] >= 0x80);
                        CHECK_INT(LOAN_STATES, next);
                        continue;
                    }
                    CHECK(next < LOAN_STATES);
                    if (e == LE_APPROVE) {
                        CHECK(!a.is_borrower && !a.signed_before && !f.notice);
                        CHECK(!f.secret || (a.roles & ROLE_PRESIDENT));
                        CHECK(!(f.secret && f.outside));
                        CHECK((next == LOAN_APPROVED) == (f.signatures + 1 >= f.needed));
                    }
                    if (e == LE_RENEW)
                        CHECK(a.is_borrower && f.renewals_left && !f.others_wait &&
                              !f.overdue && !f.recalled && !f.notice);
                }
}

TEST(calendar, reads_and_writes_days_and_knows_those_that_never_were)
{
    int64_t d;
    static const char *const never[] = { "2026-02-29", "2026-13-01", "2026-00-10",
                                         "2026-4-01",  "2026-04-31", "2026-04-011",
                                         "",           "20260401" };
    for (size_t i = 0; i < COUNT(never); i++)
        CHECK(!calendar_day_read(never[i], &d));
    CHECK_INT(0, day("1970-01-01"));
    CHECK_INT(20786, day("2026-11-29"));
    for (d = day("1999-12-25"); d < day("2030-03-05"); d++)
        CHECK_INT(d, day(text(d)));
    /* half past midnight in Beijing is still the day before in Greenwich */
    CHECK_TEXT("2026-11-29", text(calendar_day(1795883400000)));
    CHECK_TEXT("2026-11-28", text(calendar_day(1795881600000 - 1)));
}

TEST(calendar, knows_the_holidays_of_its_years_and_only_weekends_of_others)
{
    static const char *const off[] = { "2026-01-01", "2026-02-15", "2026-02-23",
                                       "2026-04-06", "2026-05-05", "2026-06-19",
                                       "2026-09-25", "2026-10-07", "2026-11-28",
                                       "2026-11-29", "2027-02-27" };
    static const char *const work[] = { "2026-01-04", "2026-02-14", "2026-02-28",
                                        "2026-05-09", "2026-09-20", "2026-10-10",
                                        "2026-11-30", "2027-10-01" };
    for (size_t i = 0; i < COUNT(off); i++)
        CHECK(!calendar_is_working(calendar(), day(off[i])));
    for (size_t i = 0; i < COUNT(work); i++)
        CHECK(calendar_is_working(calendar(), day(work[i])));
    CHECK(calendar_knows(calendar(), 2026) && !calendar_knows(calendar(), 2027));
}

TEST(calendar, ends_no_period_on_a_day_off)
{
    /* 15 days from the 13th end on Saturday the 28th, so on Monday the 30th */
    CHECK_TEXT("2026-11-30", text(calendar_end(calendar(), day("2026-11-13"), 15)));
    CHECK_TEXT("2026-10-08", text(calendar_end(calendar(), day("2026-09-16"), 15)));
    CHECK_TEXT("2026-12-14", text(calendar_end(calendar(), day("2026-11-29"), 15)));
    /* five working days across the national holiday and the Saturday that is worked */
    CHECK_TEXT("2026-10-12",
               text(calendar_end_working(calendar(), day("2026-09-30"), 4)));
}

TEST(calendar, says_what_is_wrong_in_a_file)
{
    struct calendar *c = NULL;
    struct fault why = { 0 };
    CHECK_RC(RC_INVALID, calendar_read(BYTES("{"), &c, &why));
    CHECK_RC(RC_INVALID, calendar_read(BYTES("{\"years\":{\"26\":{}}}"), &c, &why));
    CHECK(strstr(why.text, "26"));
    CHECK_RC(RC_INVALID,
             calendar_read(BYTES("{\"years\":{\"2027\":{\"off\":[\"2027-02-30\"]}}}"), &c,
                           &why));
    CHECK(strstr(why.text, "2027-02-30") && !c);
    CHECK_OK(calendar_read(
        BYTES("{\"years\":{\"2027\":{\"off\":[\"2027-10-01/2027-10-07\"]}}}"), &c, &why));
    CHECK(!calendar_is_working(c, day("2027-10-01")));
    calendar_free(c);
}

TEST(loan_policy, is_what_the_court_wrote_and_wrong_figures_are_named)
{
    struct loan_policy p;
    struct fault why = { 0 };
    CHECK_OK(loan_policy_preset(&p, &why));
    CHECK(p.days == 15 && p.renewals == 1 && p.renew_days == 15);
    CHECK(p.remind_before_days == 3 && p.level_count == 3);
    CHECK(p.levels[0].after_days == 1 && p.levels[0].tell == LOAN_TELL_BORROWER);
    CHECK(p.levels[2].after_days == 7 && (p.levels[2].tell & LOAN_TELL_SUPERVISOR));
    CHECK_RC(RC_INVALID, loan_policy_read(BYTES("{\"days\":0}"), &p, &why));
    CHECK(strstr(why.text, "days"));
    CHECK_RC(RC_INVALID,
             loan_policy_read(
                 BYTES("{\"days\":30,\"renewals\":0,\"renew_days\":1,\"recall_days\":1,"
                       "\"remind_before_days\":0,\"overdue\":[{\"after_days\":3,\"tell\":"
                       "[\"head\"]},{\"after_days\":3,\"tell\":[\"head\"]}]}"),
                 &p, &why));
    CHECK(strstr(why.text, "逐级增大"));
}
