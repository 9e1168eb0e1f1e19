/* One rack day in a nutshell: the host rack on a pseudo terminal, the racks role on the
 * real driver, and this program as hands, eyes and store.
 *
 * 2,000 times a volume is put in or taken out; meanwhile the role and the rack are killed
 * again and again at the worst moments: after the store has booked and before it has
 * answered, and after it has answered and before the rack can be told. In the end each
 * movement must be booked exactly once. The seed is printed; SEED=n repeats a run. */
#include "drivers/rack/rack.h"
#include "core/crc16.h"
#include "core/label.h"
#include "repo-daemon/racks.h"
#include "sys/clock.h"
#include "sys/ipc.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum {
    SLOTS = 96,
    MOVES = 2000,
    IN_FLIGHT = 40, /* slots that move at the same time */
    KILL_ROLE_EVERY = 90,
    KILL_RACK_EVERY = 331,
    BOOTS_MAX = 64,
    STEP_US = 2000,
    PATIENCE_MS = 5000,
    BAD_FRAMES = 3000,
};

static struct {
    char folder[64], link[96], socket[96], ports[128], program[512];
    pid_t rack, role;
    int control;
    sd_event *loop;
    struct ipc *ipc;
    uint64_t random;
    unsigned tests, failed;
} sim = { .control = -1 };

/* What the store has on its disk. */
static struct {
    bool full[SLOTS];
    unsigned mended[SLOTS]; /* boot whose report of full slots booked this one */
    unsigned char seen[BOOTS_MAX][4096];
    unsigned newest[BOOTS_MAX];
    unsigned booked, again, doubled, strange, boots, live, absent;
    bool kill_soon;
} store;

static bool standing[SLOTS]; /* what the hands have done */

static bool ok(bool holds, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool ok(bool holds, const char *format, ...)
{
    va_list args;
    printf(holds ? "ok %u - " : "not ok %u - ", ++sim.tests);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
    fflush(stdout);
    sim.failed += !holds;
    return holds;
}

static unsigned pick(unsigned below)
{
    sim.random ^= sim.random << 13;
    sim.random ^= sim.random >> 7;
    sim.random ^= sim.random << 17;
    return (unsigned)(sim.random >> 33) % below;
}

static void die(const char *what)
{
    printf("Bail out! %s\n", what);
    exit(1);
}

static void start_rack(void)
{
    sim.rack = fork();
    if (sim.rack == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execl(sim.program, "rack", "--pty", sim.link, "--control", sim.socket, "--seed",
              "11", "--address", "1", (char *)NULL);
        _exit(127);
    }
}

static void kill_child(pid_t *pid)
{
    if (*pid <= 0)
        return;
    kill(*pid, SIGKILL);
    waitpid(*pid, NULL, 0);
    *pid = 0;
}

/* Send a line to the rack's control socket and collect the answer; false: no answer. */
static bool control(char *ret_answer, size_t room, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool connect_control(void)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    if (sim.control >= 0)
        return true;
    strcpy(name.sun_path, sim.socket);
    sim.control = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (!connect(sim.control, (struct sockaddr *)&name, sizeof name))
        return true;
    close(sim.control);
    sim.control = -1;
    return false;
}

static bool control(char *ret_answer, size_t room, const char *format, ...)
{
    char line[64];
    va_list args;
    if (!connect_control())
        return false;
    va_start(args, format);
    int len = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    line[len++] = '\n';
    size_t got = 0;
    if (send(sim.control, line, (size_t)len, MSG_NOSIGNAL) == len)
        while (got + 1 < room) {
            struct pollfd ready = { .fd = sim.control, .events = POLLIN };
            ssize_t n = poll(&ready, 1, 1000) == 1
                            ? recv(sim.control, ret_answer + got, room - got - 1, 0)
                            : 0;
            if (n <= 0)
                break;
            got += (size_t)n;
            ret_answer[got] = 0;
            if ((got >= 3 && !strcmp(ret_answer + got - 3, "ok\n")) ||
                strstr(ret_answer, "error:"))
                return true;
        }
    close(sim.control);
    sim.control = -1;
    return false;
}

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
    if (!sim.role)
        return; /* the store was not quick enough to read it */
    if (!what || strcmp(what, "rack-event") != 0 || !message->id) {
        store.strange++;
        return;
    }
    book_event(message->body);
    if (store.kill_soon && pick(2)) { /* booked, and the role never learns it */
        store.kill_soon = false;
        kill_child(&sim.role);
        return;
    }
    (void)ipc_reply(ipc, message->id, json_pack("{s:i}", "ok", 1), NULL, 0);
    if (store.kill_soon) { /* it may learn it, and not tell the rack any more */
        store.kill_soon = false;
        kill_child(&sim.role);
    }
}

static void start_role(void)
{
    static const struct ipc_handlers handlers = { .message = on_message };
    struct fault why;
    int pair[2];
    ipc_free(sim.ipc);
    sim.ipc = NULL;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
        die("no channel");
    sim.role = fork();
    if (sim.role == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(pair[0]);
        _exit(racks_run(sim.ports, pair[1], &why) != RC_OK);
    }
    close(pair[1]);
    if (ipc_new(sim.loop, pair[0], &handlers, &sim.ipc, &why))
        die(why.text);
}

static void serve(void)
{
    if (sd_event_run(sim.loop, STEP_US) < 0)
        die("the loop ended");
    if (!sim.role)
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
        ipc_send(sim.ipc,
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

/* Run mbpoll, a client that nobody here wrote, and look for `want` in what it says. */
static bool mbpoll(const char *arguments, const char *want)
{
    char command[512], said[4096];
    snprintf(command, sizeof command, "mbpoll -m rtu -b 115200 -P even -0 -o 1 %s 2>&1",
             arguments);
    FILE *pipe = popen(command, "r");
    size_t len = pipe ? fread(said, 1, sizeof said - 1, pipe) : 0;
    said[len] = 0;
    if (pipe)
        pclose(pipe);
    if (strstr(said, want))
        return true;
    printf("# %s\n# said: %s\n", command, said);
    return false;
}

static void other_client(void)
{
    char a[256];
    snprintf(a, sizeof a, "-a 1 -r 0 -c 16 -t 3 -1 %s", sim.link);
    ok(mbpoll(a, "[0]: \t256"), "mbpoll reads the status");
    snprintf(a, sizeof a, "-a 1 -r 778 -t 4 %s 2", sim.link);
    ok(mbpoll(a, "Written 1 ref") && lamps_become("11 green steady\nok\n"),
       "mbpoll writes lamp 11");
    snprintf(a, sizeof a, "-a 1 -r 10 -t 0 %s 0", sim.link);
    ok(mbpoll(a, "Written 1 ref") && lamps_become("ok\n"), "and puts it out by its coil");
    snprintf(a, sizeof a, "-a 1 -r 0 -c 96 -t 1 -1 %s", sim.link);
    ok(mbpoll(a, standing[4] ? "[4]: \t1" : "[4]: \t0"), "mbpoll reads presence bits");
    snprintf(a, sizeof a, "-a 1 -r 778 -t 4 %s 8", sim.link);
    ok(mbpoll(a, "Illegal data value"), "a colour that there is not is refused");
    snprintf(a, sizeof a, "-a 1 -r 1280 -c 1 -t 4 -1 %s", sim.link);
    ok(mbpoll(a, "Illegal data address"), "a register that there is not is refused");
    snprintf(a, sizeof a, "-a 2 -r 0 -c 1 -t 4 -1 -o 0.1 %s", sim.link);
    ok(mbpoll(a, "timed out"), "another address is not answered");
    snprintf(a, sizeof a, "-a 1 -u %s", sim.link);
    ok(mbpoll(a, "juanku rack"), "mbpoll reads the server id");
}

/* Frames that write lamps, with one to three bits turned: CRC-16 sees each of them. */
static void bad_frames(void)
{
    struct rack_bus *bus = rack_bus_new(sim.link, 0);
    uint16_t before = 0, after = 1;
    struct fault why = { 0 };
    int fd = open(sim.link, O_RDWR | O_NOCTTY | O_CLOEXEC);
    bool sent = fd >= 0 && !rack_bus_read(bus, 1, RACK_AT_LAMP_CRC, 1, 3, &before, &why);
    for (unsigned i = 0; i < BAD_FRAMES && sent; i++) {
        uint8_t frame[8] = {
            1, 6, RACK_AT_LAMPS >> 8, (uint8_t)pick(96), 0, (uint8_t)pick(8)
        };
        uint16_t crc = crc16_add(CRC16_START, frame, 6);
        frame[6] = (uint8_t)crc;
        frame[7] = (uint8_t)(crc >> 8);
        uint8_t clean[8];
        memcpy(clean, frame, sizeof frame);
        for (unsigned bits = 1 + pick(3); bits > 0; bits--) {
            unsigned bit = pick(64);
            frame[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        }
        if (memcmp(frame, clean, sizeof frame) == 0)
            frame[4] ^= 1; /* two flips of one bit: take another */
        sent = write(fd, frame, sizeof frame) == (ssize_t)sizeof frame;
        if (i % 100 == 0)
            usleep(3000); /* now and then the line falls quiet */
    }
    usleep(30000);
    enum rc rc = rack_bus_read(bus, 1, RACK_AT_LAMP_CRC, 1, 3, &after, &why);
    ok(sent && !rc && before == after, "%d bad frames change no lamp", BAD_FRAMES);
    if (rc)
        printf("# %s\n", why.text);
    rack_bus_free(bus);
    if (fd >= 0)
        close(fd);
}

static void show_group(void)
{
    struct rack_bus *bus = rack_bus_new(sim.link, 0);
    struct fault why = { 0 };
    char answer[4096];
    ok(!rack_bus_group(bus, RACK_GROUP_IDENTIFY, &why) && (usleep(400000), true) &&
           control(answer, sizeof answer, "leds") &&
           !strncmp(answer, "1 white blink\n2 white blink", 27),
       "a broadcast makes the rack identify itself");
    ok(!rack_bus_group(bus, RACK_GROUP_DARK, &why), "and ends it");
    rack_bus_free(bus);
}

int main(void)
{
    const char *out = getenv("OUT"), *seed = getenv("SEED");
    struct fault why;
    sim.random = seed ? strtoull(seed, NULL, 10) : (uint64_t)clock_now_ms() | 1;
    printf("# SEED=%llu\n", (unsigned long long)sim.random);
    strcpy(sim.folder, "/tmp/juanku-rack-XXXXXX");
    if (!mkdtemp(sim.folder) || sd_event_new(&sim.loop) < 0)
        die("no folder or loop");
    snprintf(sim.program, sizeof sim.program, "%s/firmware/host/rack", out ? out : "out");
    snprintf(sim.link, sizeof sim.link, "%s/rack.pty", sim.folder);
    snprintf(sim.socket, sizeof sim.socket, "%s/control", sim.folder);
    snprintf(sim.ports, sizeof sim.ports, "%s@1:01.001", sim.link);
    ok(racks_run("nonsense", -1, &why) == RC_INVALID, "a wrong racks.ports is refused");

    start_rack();
    start_role();
    one_act();
    kill_and_show();
    many_moves();
    kill_child(&sim.role); /* the bus is free for others */
    ipc_free(sim.ipc);
    sim.ipc = NULL;
    sim.role = -1;
    kill_child(&sim.rack);
    start_rack();
    for (int i = 0; i < 100 && access(sim.link, F_OK); i++)
        usleep(10000);
    usleep(200000);
    bad_frames();
    other_client();
    show_group();
    kill(sim.rack, SIGTERM);
    int status = 0;
    waitpid(sim.rack, &status, 0);
    ok(status == 0 && access(sim.link, F_OK), "the rack ends politely");
    char command[128];
    snprintf(command, sizeof command, "rm -r '%s'", sim.folder);
    if (system(command))
        printf("# %s stays\n", sim.folder);
    sd_event_unref(sim.loop);
    printf("1..%u\n", sim.tests);
    return sim.failed != 0;
}
