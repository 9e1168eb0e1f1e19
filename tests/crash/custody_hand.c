/* One hand-over of a volume, offered and accepted, cut at each call that changes the
 * disk: alone, and in groups as the daemon does it. The devices repeat their commands
 * with their ids; each takes effect once, and a full disk is told in words. */
#include "custody_world.h"

#include <signal.h>

static struct {
    unsigned giver, receiver;
    json_int_t version;
    unsigned number; /* of the hand-over: its ids */
    bool in_child;   /* which tells what was acknowledged */
    bool grouped;    /* as the daemon does it: through the redo log */
} hand;

/* The end of the group that a step ran in: what it answered holds only now. */
static int hand_flush(int status, json_t **answer)
{
    struct fault why;
    if (!hand.in_child || !hand.grouped)
        return status;
    enum rc rc = store_group_end(at.repo->store, &why);
    if (!rc)
        return status;
    json_decref(*answer);
    *answer = json_string(why.text);
    return rc == RC_FULL ? 507 : 500;
}

static int hand_step(bool accept, json_t **ret_answer)
{
    char id[33];
    snprintf(id, sizeof id, "%031x%x", 0xabc0000u + hand.number, accept);
    json_t *body = json_pack("{s:s, s:s, s:[{s:s, s:I}], s:s}", "id", id, "event",
                             accept ? "accept" : "offer", "volumes", "volume", labels[0],
                             "version", hand.version + accept, "reason", "试");
    if (!accept)
        json_object_set_new(body, "to", json_string(at.badges[row_of(hand.receiver)]));
    json_t *answer = NULL;
    if (hand.in_child && hand.grouped && store_group_begin(at.repo->store, NULL))
        abort();
    int status = call_by(accept ? hand.receiver : hand.giver, "POST", "/v1/custody", NULL,
                         body, &answer);
    status = hand_flush(status, &answer);
    if ((status == 200 || status == 201) && hand.in_child)
        ack(id, answer);
    if (ret_answer)
        *ret_answer = json_incref(answer);
    json_decref(answer);
    return status;
}

static int hand_over(enum cut_how how, unsigned cut_at)
{
    struct fault why;
    if (repo_open(at.folder, &at.repo, &why))
        return 1;
    hand.in_child = true;
    cut_arm(how, cut_at);
    for (int accept = 0; accept < 2; accept++) {
        json_t *answer = NULL;
        int status = hand_step(accept, &answer);
        const char *said = json_string_value(answer);
        bool full = status == 507 && cut->failed && said && strstr(said, "空间");
        if (full) {
            cut_mend(); /* there is room again */
            status = hand_step(accept, NULL);
        }
        json_decref(answer);
        if (status != 201)
            return 2;
        if (store_settle(at.repo->store, &why) && (why.rc != RC_FULL || !cut->failed))
            return 3;
    }
    cut_mend();
    repo_close(at.repo);
    return 0;
}

/* One hand-over in a child; true when it was cut or made to fail. */
static bool one_hand(enum cut_how how, unsigned cut_at)
{
    hand.number++;
    hand.giver = hand.number % 2 ? ROLE_KEEPER : ROLE_OPERATOR;
    hand.receiver = hand.number % 2 ? ROLE_OPERATOR : ROLE_KEEPER;
    hand.version = told[0].version;
    repo_close(at.repo);
    at.repo = NULL;
    shared->acked = 0;
    (void)fflush(stdout);
    pid_t child = fork();
    if (!child)
        _exit(hand_over(how, cut_at));
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child);
    bool ended = cut_ended(how, status);
    if (!ended && status)
        fail_msg("cut at %u: the child ended with %#x", cut_at, (unsigned)status);
    CHECK(how != CUT_FLUSH || ended == (cut->failed != 0)); /* none is survived */
    cut_mend();
    return ended || cut->failed;
}

static void hand_everywhere(enum cut_how how, bool grouped)
{
    struct fault why;
    unsigned cuts = 1;
    hand.grouped = grouped;
    for (bool tripped = true; tripped; cuts++) {
        tripped = one_hand(how, cuts);
        look();                                 /* with what was done so far */
        for (int again = 0; again < 2; again++) /* the devices repeat, with their ids */
            for (int accept = 0; accept < 2; accept++) {
                int code = hand_step(accept, NULL);
                CHECK(code == 200 || (!again && code == 201));
            }
        CHECK_OK(ledger_feed(at.repo->ledger, read_up_to + 1, 0, tell_event, NULL, &why));
        CHECK_INT(hand.version + 2, told[0].version); /* each took effect once */
        CHECK_TEXT(at.badges[row_of(hand.receiver)], told[0].holder);
        look_at_views();
    }
    print_message("# %u cuts\n", cuts - 2);
    CHECK(cuts > (how == CUT_FLUSH ? 2 : 4));
}

TEST(custody, takes_a_hand_over_once_that_is_cut_at_any_write)
{
    struct fault why;
    world_make();
    new_set(0);
    CHECK_INT(201, act_on(ROLE_KEEPER, "receive", labels[0], NULL, NULL));
    CHECK_OK(ledger_feed(at.repo->ledger, read_up_to + 1, 0, tell_event, NULL, &why));
    hand_everywhere(CUT_DIE, false);
    hand_everywhere(CUT_DIE, true);
}

TEST(custody, takes_a_hand_over_once_when_a_flush_fails_or_the_disk_is_full)
{
    for (int grouped = 0; grouped < 2; grouped++) {
        hand_everywhere(CUT_FLUSH,
                        grouped); /* ends the process: the next start goes on */
        hand_everywhere(CUT_FULL, grouped);
        hand_everywhere(CUT_FILLED, grouped);
    }
    ledger_chain_free(chain);
}
