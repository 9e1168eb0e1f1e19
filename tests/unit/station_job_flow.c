/* The table of a job's life: total, and true to its diagram. */
#include "check.h"
#include "drivers/scanner/scanner.h"

#include "station/job_flow.h"
#include "station/sentence.h"

TEST(job_flow, answers_every_event_in_every_state)
{
    for (unsigned s = 0; s < JOB_STATE_COUNT; s++)
        for (unsigned e = 0; e < JOB_EVENT_COUNT; e++) {
            enum job_state next = JOB_STATE_COUNT;
            struct fault why = { 0 };
            enum rc rc = job_next((enum job_state)s, (enum job_event)e, &next, &why);
            CHECK(rc == RC_OK || rc == RC_REFUSED);
            CHECK(rc ? next == JOB_STATE_COUNT && why.text[0] : next < JOB_STATE_COUNT);
        }
}

TEST(job_flow, names_every_state_and_event_once)
{
    for (unsigned s = 0; s < JOB_STATE_COUNT; s++) {
        enum job_state back = JOB_STATE_COUNT;
        CHECK_OK(job_state_of(job_state_name((enum job_state)s), &back));
        CHECK_INT(s, back);
    }
    for (unsigned e = 0; e < JOB_EVENT_COUNT; e++)
        for (unsigned k = 0; k < e; k++)
            CHECK(strcmp(job_event_name((enum job_event)e),
                         job_event_name((enum job_event)k)));
    enum job_state unused;
    CHECK_RC(RC_NOT_FOUND, job_state_of("flying", &unused));
    CHECK_RC(RC_NOT_FOUND, job_state_of(NULL, &unused));
}

TEST(job_flow, leads_from_declared_to_done)
{
    static const enum job_event way[] = { JOB_EV_START,  JOB_EV_SHEET,   JOB_EV_HALT,
                                          JOB_EV_START,  JOB_EV_DIFFERS, JOB_EV_START,
                                          JOB_EV_EQUAL,  JOB_EV_DOUBT,   JOB_EV_CLEAR,
                                          JOB_EV_FINISH, JOB_EV_STORED };
    enum job_state state = JOB_DECLARED;
    for (size_t i = 0; i < COUNT(way); i++)
        CHECK_OK(job_next(state, way[i], &state, NULL));
    CHECK_INT(JOB_DONE, state);
}

TEST(job_flow, never_finishes_what_was_not_counted_equal)
{
    static const enum job_state not_counted[] = { JOB_DECLARED, JOB_SCANNING, JOB_STOPPED,
                                                  JOB_REVIEW };
    enum job_state next;
    for (size_t i = 0; i < COUNT(not_counted); i++)
        CHECK_RC(RC_REFUSED, job_next(not_counted[i], JOB_EV_FINISH, &next, NULL));
}

TEST(job_flow, takes_sheets_only_while_scanning)
{
    for (unsigned s = 0; s < JOB_STATE_COUNT; s++) {
        enum job_state next;
        enum rc rc = job_next((enum job_state)s, JOB_EV_SHEET, &next, NULL);
        CHECK_RC(s == JOB_SCANNING ? RC_OK : RC_REFUSED, rc);
    }
}

TEST(job_flow, leaves_no_job_scanning_after_a_restart)
{
    for (unsigned s = 0; s < JOB_STATE_COUNT; s++) {
        enum job_state next = JOB_STATE_COUNT;
        CHECK_OK(job_next((enum job_state)s, JOB_EV_RESTORE, &next, NULL));
        CHECK(next != JOB_SCANNING);
        CHECK(s == JOB_SCANNING ? next == JOB_STOPPED : next == (enum job_state)s);
    }
}

/* Only quality control opens a volume again that was done. */
TEST(job_flow, keeps_done_and_abandoned_for_good)
{
    for (unsigned e = 0; e < JOB_EVENT_COUNT; e++) {
        enum job_state next = JOB_DONE;
        (void)!job_next(JOB_DONE, (enum job_event)e, &next, NULL);
        CHECK_INT(e == JOB_EV_RETURN ? JOB_REVIEW : JOB_DONE, next);
        next = JOB_ABANDONED;
        (void)!job_next(JOB_ABANDONED, (enum job_event)e, &next, NULL);
        CHECK_INT(JOB_ABANDONED, next);
    }
}

TEST(job_flow, refuses_numbers_beyond_the_table)
{
    enum job_state next;
    CHECK_RC(RC_INVALID, job_next(JOB_STATE_COUNT, JOB_EV_START, &next, NULL));
    CHECK_RC(RC_INVALID, job_next(JOB_DONE, JOB_EVENT_COUNT, &next, NULL));
    CHECK_TEXT("?", job_state_name(JOB_STATE_COUNT));
    CHECK_TEXT("?", job_event_name(JOB_EVENT_COUNT));
}

TEST(sentence, tells_the_sheet_to_feed_next_for_every_reason)
{
    for (size_t i = 0; i < sentence_stop_count; i++) {
        struct job *job = job_new();
        char now[JOB_SENTENCE_MAX], next[JOB_SENTENCE_MAX];
        job->state = JOB_STOPPED;
        job->sheets_declared = 17;
        job->sheets = 9;
        snprintf(job->stop.code, sizeof job->stop.code, "%s", sentence_stops[i].code);
        sentence_now(job, now);
        sentence_next(job, next);
        CHECK(now[0] && next[0]);
        CHECK(!strstr(now, "%u") && !strstr(next, "%u"));
        bool names_no_sheet = !strcmp(job->stop.code, "too-many") ||
                              !strcmp(job->stop.code, "other-volume");
        bool whole_stack =
            !strcmp(job->stop.code, "turn") || !strcmp(job->stop.code, "backs-more");
        CHECK(names_no_sheet || strstr(next, whole_stack ? "整叠纸" : "第 10 张"));
        job_free(job);
    }
}

TEST(sentence, names_the_sheet_to_look_at_and_when_it_is_settled_the_one_to_feed)
{
    struct job *job = job_new();
    char now[JOB_SENTENCE_MAX], next[JOB_SENTENCE_MAX];
    struct capture c = { .type = "image/jpeg" };
    for (int i = 0; i < 5; i++)
        job_add_sheet(job, &c, 1);
    job->state = JOB_STOPPED;
    job->sheets_declared = 9;
    snprintf(job->stop.code, sizeof job->stop.code, "long");
    job->images[2].result =
        json_pack("{s:[{s:s,s:s}]}", "qc", "code", "long", "sentence", "纸比常用规格长");
    sentence_now(job, now);
    sentence_next(job, next);
    CHECK(strstr(now, "第 3 张比纸长") && strstr(next, "第 3 张"));
    job->images[2].edit = EDIT_CHECKED;
    sentence_now(job, now);
    sentence_next(job, next);
    CHECK(!strstr(now, "比纸长") && strstr(next, "第 6 张"));
    job_free(job);
}

TEST(sentence, knows_every_way_in_which_a_scanner_can_end)
{
    for (int end = 0; end < SCANNER_END_COUNT; end++) {
        bool known = end == SCANNER_IMAGE;
        for (size_t i = 0; i < sentence_stop_count; i++)
            known |=
                !strcmp(sentence_stops[i].code, scanner_end_text((enum scanner_end)end));
        if (!known)
            fail_msg("no sentence for %s", scanner_end_text((enum scanner_end)end));
    }
}

TEST(sentence, tells_how_many_sheets_are_missing_or_too_many)
{
    struct job *job = job_new();
    char now[JOB_SENTENCE_MAX];
    job->state = JOB_STOPPED;
    snprintf(job->stop.code, sizeof job->stop.code, "no-docs");
    job->sheets_declared = 17;
    job->sheets = 15;
    sentence_now(job, now);
    CHECK(strstr(now, "登记 17 张，走了 15 张，少 2 张"));
    job->sheets = 18;
    sentence_now(job, now);
    CHECK(strstr(now, "多 1 张"));
    job_free(job);
}

TEST(sentence, says_something_to_do_in_every_state)
{
    for (unsigned s = 0; s < JOB_STATE_COUNT; s++) {
        struct job *job = job_new();
        char next[JOB_SENTENCE_MAX] = "";
        job->state = (enum job_state)s;
        sentence_next(job, next);
        CHECK(next[0]);
        job_free(job);
    }
}
