/* One rack day in a nutshell: the host rack on a pseudo terminal, the racks role on the
 * real driver, and this program as hands, eyes and store.
 *
 * 2,000 times a volume is put in or taken out; meanwhile the role and the rack are killed
 * again and again at the worst moments: after the store has booked and before it has
 * answered, and after it has answered and before the rack can be told. In the end each
 * movement must be booked exactly once. */
#include "drivers/rack/rack.h"
#include "rack_wire.h"

#include "core/label.h"
#include "drivers/rack/rack.h"
#include "repo-daemon/racks.h"
#include "sys/ipc.h"
#include "sys/role.h"

enum {
    SLOTS = 96,
    MOVES = 2000,
    IN_FLIGHT = 40, /* slots that move at the same time */
    KILL_ROLE_EVERY = 90,
    KILL_RACK_EVERY = 331,
    BOOTS_MAX = 64,
    STEP_US = 2000,
    PATIENCE_MS = 5000,
};

static struct {
    char ports[128];
    pid_t role;
    sd_event *loop;
    struct ipc *ipc;
} side;

/* What the store has on its disk. */
static struct {
    bool full[SLOTS];
    unsigned mended[SLOTS]; /* boot whose report of full slots booked this one */
    unsigned char seen[BOOTS_MAX][4096];
    unsigned newest[BOOTS_MAX];
    unsigned booked, again, doubled, strange, boots, live, absent, lists;
    bool kill_soon;
} store;

static bool standing[SLOTS]; /* what the hands have done */

static void book(unsigned slot, bool full, unsigned boot, bool mending)
{
    if (store.full[slot] != full) {
        store.full[slot] = full;
        store.booked++;
        store.mended[slot] = mending ? boot : 0;
        return;
    }
    if (mending)
        return;
    /* An event that only repeats what is known: right once, behind a boot report. */
    if (store.mended[slot] != boot)
        store.doubled++;
    store.mended[slot] = 0;
}

static void book_boot(json_t *body, unsigned boot)
{
    bool full[SLOTS] = { false };
    json_t *item;
    size_t i;
    json_array_foreach(json_object_get(body, "full"), i, item)
    {
        struct label label;
        const char *text = json_string_value(item);
        if (text &&
            !label_read((struct bytes){ (const uint8_t *)text, strlen(text) }, &label) &&
            label.slot <= SLOTS)
            full[label.slot - 1] = true;
    }
    for (unsigned slot = 0; slot < SLOTS; slot++)
        book(slot, full[slot], boot, true);
    store.boots++;
}

static void book_event(json_t *body)
{
    unsigned boot = (unsigned)json_integer_value(json_object_get(body, "boot"));
    unsigned seq = (unsigned)json_integer_value(json_object_get(body, "seq"));
    const char *type = json_string_value(json_object_get(body, "type"));
    const char *text = json_string_value(json_object_get(body, "slot"));
    struct label label = { 0 };
    if (boot >= BOOTS_MAX || seq >= sizeof store.seen[0] || !type) {
        store.strange++;
        return;
    }
    if (store.seen[boot][seq]) {
        store.again++;
        return;
    }
    store.seen[boot][seq] = 1;
    if (seq > store.newest[boot])
        store.newest[boot] = seq;
    if (!strcmp(type, "boot")) {
        book_boot(body, boot);
        return;
    }
    if ((strcmp(type, "placed") != 0 && strcmp(type, "removed") != 0) || !text ||
        label_read((struct bytes){ (const uint8_t *)text, strlen(text) }, &label) ||
        label.site != 1 || label.rack != 1 || label.slot < 1 || label.slot > SLOTS) {
        store.strange++;
        return;
    }
    book(label.slot - 1u, !strcmp(type, "placed"), boot, false);
}

static void on_message(struct ipc *ipc, struct ipc_message *message, void *context)
{
    const char *what = json_string_value(json_object_get(message->body, "do"));
    (void)context;
    if (what && !strcmp(what, "rack-state")) {
        const char *state = json_string_value(json_object_get(message->body, "state"));
        store.live += state && !strcmp(state, "live");
        store.absent += state && !strcmp(state, "absent");
        return;
    }
    if (what && !strcmp(what, "rack-full")) {
        store.lists += json_is_array(json_object_get(message->body, "full")) &&
                       json_integer_value(json_object_get(message->body, "rack")) == 1;
        return;
    }
    if (!side.role)
        return; /* the store was not quick enough to read it */
    if (!what || strcmp(what, "rack-event") != 0 || !message->id) {
        store.strange++;
        return;
    }
    book_event(message->body);
    if (store.kill_soon && pick(2)) { /* booked, and the role never learns it */
        store.kill_soon = false;
        kill_child(&side.role);
        return;
    }
    (void)ipc_reply(ipc, message->id, json_pack("{s:i}", "ok", 1), NULL, 0);
    if (store.kill_soon) { /* it may learn it, and not tell the rack any more */
        store.kill_soon = false;
        kill_child(&side.role);
    }
}

static void start_role(void)
{
    static const struct ipc_handlers handlers = { .message = on_message };
    struct fault why;
    int pair[2];
    ipc_free(side.ipc);
    side.ipc = NULL;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
        die("no channel");
    side.role = fork();
    if (side.role == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(pair[0]);
        char name[] = "racks";
        char *argv[] = { name, side.ports, NULL };
        if (pair[1] != ROLE_CHANNEL_FD && dup2(pair[1], ROLE_CHANNEL_FD) < 0)
            _exit(1);
        _exit(racks_main(2, argv));
    }
    close(pair[1]);
    if (ipc_new(side.loop, pair[0], &handlers, &side.ipc, &why))
        die(why.text);
}

static void serve(void)
{
    if (sd_event_run(side.loop, STEP_US) < 0)
        die("the loop ended");
    if (!side.role)
        start_role();
}

static unsigned moving(void)
{
    unsigned count = 0;
    for (unsigned i = 0; i < SLOTS; i++)
        count += standing[i] != store.full[i];
    return count;
}

static bool wait_settled(void)
{
    int64_t until = clock_mono_ms() + PATIENCE_MS;
    while (moving() && clock_mono_ms() < until)
        serve();
    return !moving();
}

static bool wait_count(const unsigned *count, unsigned least)
{
    int64_t until = clock_mono_ms() + PATIENCE_MS;
    while (*count < least && clock_mono_ms() < until)
        serve();
    return *count >= least;
}

static bool move(unsigned slot)
{
    char answer[128];
    if (!control(answer, sizeof answer, "%s %u", standing[slot] ? "remove" : "place",
                 slot + 1))
        return false;
    standing[slot] = !standing[slot];
    return true;
}

static void show_lamp(unsigned slot, const char *colour, const char *mode)
{
    char text[LABEL_TEXT_MAX];
    struct label label = {
        .type = LABEL_SLOT, .site = 1, .rack = 1, .slot = (uint16_t)(slot + 1)
    };
    if (label_write(&label, text) ||
        ipc_send(side.ipc,
                 json_pack("{s:s, s:s, s:s, s:s, s:i}", "do", "lamp", "slot", text,
                           "colour", colour, "mode", mode, "seconds", 0),
                 NULL, 0))
        die("a lamp order could not be sent");
}

/* Whether the lamps that the eye sees become exactly `want`. */
static bool lamps_become(const char *want)
{
    char answer[4096] = "";
    int64_t until = clock_mono_ms() + PATIENCE_MS;
    do
        serve();
    while ((!control(answer, sizeof answer, "leds") || strcmp(answer, want) != 0) &&
           clock_mono_ms() < until);
    return !strcmp(answer, want);
}

static void one_act(void)
{
    ok(wait_count(&store.live, 1) && wait_count(&store.boots, 1),
       "the role finds the rack and books its boot");
    show_lamp(4, "green", "steady");
    ok(lamps_become("5 green steady\nok\n"), "the lamp of slot 5 lights and no other");
    int64_t from = clock_mono_ms();
    ok(move(4) && wait_settled() && store.booked == 1, "a put is sensed and booked once");
    printf("# from hand to book %lld ms\n", (long long)(clock_mono_ms() - from));
    show_lamp(4, "off", "steady");
    show_lamp(7, "red", "blink");
    ok(lamps_become("8 red blink\nok\n"), "the lamp goes out, and slot 8 blinks red");
    char answer[64];
    unsigned before = store.booked + store.strange;
    for (int i = 0; i < 20; i++) {
        if (!control(answer, sizeof answer, "bounce %d", 20 + i))
            break;
        for (int j = 0; j < 5; j++)
            serve();
    }
    ok(!moving() && store.booked + store.strange == before, "20 knocks are no events");
}

static void kill_and_show(void)
{
    unsigned lives = store.live, absents = store.absent, boots = store.boots;
    kill_child(&sim.rack);
    ok(wait_count(&store.absent, absents + 1), "a dead rack is reported absent");
    start_rack();
    ok(wait_count(&store.live, lives + 1) && wait_count(&store.boots, boots + 1),
       "it is live again and says that it has restarted");
    ok(lamps_become("8 red blink\nok\n"), "its lamp is lit again without a new order");
}

/* Somebody begins to give the rack another program; the role leaves it alone until that
 * is over, and then the store hears that it may say again what shall shine. */
static void update_comes(void)
{
    static const uint16_t begin[] = { 0, 0x1000, 0x1234, 0x5678 };
    char answer[256] = "";
    unsigned boots = store.boots, lives;
    kill_child(&side.role);
    int fd = open(sim.link, O_RDWR | O_NOCTTY | O_CLOEXEC);
    ok(fd >= 0 && !wire_write(fd, RACK_AT_UPDATE_BEGIN, begin, COUNT(begin)),
       "an update begins");
    close(fd);
    start_role();
    lives = store.live;
    (void)wait_count(&store.live, lives + 1);
    for (unsigned i = 0; i < 50; i++)
        serve();
    show_lamp(9, "green", "steady");
    for (unsigned i = 0; i < 100; i++)
        serve();
    ok(control(answer, sizeof answer, "leds") && !strstr(answer, "10 green"),
       "no order reaches the rack meanwhile");
    lives = store.live;
    kill_child(&sim.rack);
    start_rack();
    ok(wait_count(&store.boots, boots + 1) && wait_count(&store.live, lives + 1),
       "when it is over the rack is as if it had just come");
    show_lamp(9, "green", "steady");
    ok(lamps_become("10 green steady\nok\n"), "and obeys again");
    show_lamp(9, "off", "steady");
    (void)lamps_become("ok\n");
}

static void many_moves(void)
{
    unsigned moves = 0, refused = 0, roles = 0, racks = 0;
    unsigned before = store.booked;
    int64_t from = clock_mono_ms();
    while (moves < MOVES && clock_mono_ms() - from < 12 * PATIENCE_MS) {
        serve();
        for (unsigned i = 0; i < 8 && moves < MOVES && moving() < IN_FLIGHT; i++) {
            unsigned slot = pick(SLOTS);
            if (standing[slot] != store.full[slot])
                continue; /* one movement of a slot at a time */
            if (!move(slot)) {
                refused++;
                break; /* the rack is just starting */
            }
            moves++;
            if (moves % KILL_ROLE_EVERY == 0) {
                store.kill_soon = true;
                roles++;
            }
            if (moves % KILL_RACK_EVERY == 0) {
                kill_child(&sim.rack);
                start_rack();
                racks++;
            }
        }
    }
    store.kill_soon = false;
    bool settled = wait_settled();
    ok(moves == MOVES && settled, "%u movements are all in the book", moves);
    ok(store.booked - before == MOVES, "each of them exactly once: %u booked",
       store.booked - before);
    ok(store.lists > 0, "%u whole lists of full slots behind starts and absences",
       store.lists);
    ok(store.doubled == 0 && store.strange == 0, "%u booked twice, %u not understood",
       store.doubled, store.strange);
    bool gaps = false;
    for (unsigned boot = 0; boot < BOOTS_MAX; boot++)
        for (unsigned seq = 1; seq <= store.newest[boot]; seq++)
            gaps |= !store.seen[boot][seq];
    ok(!gaps, "no number is missing in any boot");
    ok(store.again > 0, "%u events came again and were known by their key", store.again);
    printf("# %u role kills, %u rack kills, %u refused, %lld ms\n", roles, racks, refused,
           (long long)(clock_mono_ms() - from));
}

int main(void)
{
    struct fault why;
    begin_sim();
    if (sd_event_new(&side.loop) < 0)
        die("no loop");
    snprintf(side.ports, sizeof side.ports, "%s@1:01.001", sim.link);
    ok(racks_run("nonsense", -1, &why) == RC_INVALID, "a wrong racks.ports is refused");
    start_rack();
    start_role();
    one_act();
    kill_and_show();
    update_comes();
    many_moves();
    kill_child(&side.role);
    kill_child(&sim.rack);
    ipc_free(side.ipc);
    sd_event_unref(side.loop);
    return end_sim();
}
