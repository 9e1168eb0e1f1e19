/* The host rack under clients that are not the racks role: mbpoll, which nobody here
 * wrote, frames that noise has hit, and broadcasts. */
#include "rack_process.h"

#include "core/crc16.h"
#include "drivers/rack/rack_lock.h"

#include <fcntl.h>

enum { BAD_FRAMES = 3000, PATIENCE_MS = 3000, SHARED_READS = 150, SHARED_MS = 10000 };

/* Whether the lamps that the eye sees become exactly `want`. */
static bool lamps_are(const char *want)
{
    char answer[4096] = "";
    int64_t until = clock_mono_ms() + PATIENCE_MS;
    do
        usleep(5000);
    while ((!control(answer, sizeof answer, "leds") || strcmp(answer, want) != 0) &&
           clock_mono_ms() < until);
    return !strcmp(answer, want);
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
    ok(mbpoll(a, "Written 1 ref") && lamps_are("11 green steady\nok\n"),
       "mbpoll writes lamp 11");
    snprintf(a, sizeof a, "-a 1 -r 10 -t 0 %s 0", sim.link);
    ok(mbpoll(a, "Written 1 ref") && lamps_are("ok\n"), "and puts it out by its coil");
    snprintf(a, sizeof a, "-a 1 -r 0 -c 96 -t 1 -1 %s", sim.link);
    ok(mbpoll(a, "[4]: \t1"), "mbpoll reads presence bits");
    snprintf(a, sizeof a, "-a 1 -r 778 -t 4 %s 8", sim.link);
    ok(mbpoll(a, "Illegal data value"), "a colour that there is not is refused");
    snprintf(a, sizeof a, "-a 1 -r 1792 -c 1 -t 4 -1 %s", sim.link);
    ok(mbpoll(a, "Illegal data address"), "a register that there is not is refused");
    snprintf(a, sizeof a, "-a 2 -r 0 -c 1 -t 4 -1 -o 0.1 %s", sim.link);
    ok(mbpoll(a, "timed out"), "another address is not answered");
    snprintf(a, sizeof a, "-a 1 -u %s", sim.link);
    ok(mbpoll(a, "juanku rack"), "mbpoll reads the server id");
}

/* Frames that write lamps, with one to three bits turned: CRC-16 sees each of them. */
static void bad_frames(void)
{
    struct rack_bus *bus = rack_bus_new(sim.link, 0, 0);
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

/* Read the identity again and again, each time with one try and patience for a busy
 * machine; how often that did not bring `want`. */
static int read_often(const uint16_t want[RACK_UID_WORDS])
{
    struct rack_bus *bus = rack_bus_new(sim.link, 0, 0);
    int wrong = 0;
    rack_bus_patience(bus, PATIENCE_MS);
    for (unsigned i = 0; i < SHARED_READS; i++) {
        uint16_t uid[RACK_UID_WORDS] = { 0 };
        wrong += rack_bus_read(bus, 1, RACK_AT_UID, RACK_UID_WORDS, 1, uid, NULL) ||
                 memcmp(uid, want, sizeof uid);
    }
    rack_bus_free(bus);
    return wrong;
}

/* The repository polls, and a person at the same port tests a rack: each has its turn,
 * and no request is lost for it. Somebody who keeps the line is named at last. */
static void share_the_line(void)
{
    struct rack_bus *bus = rack_bus_new(sim.link, 0, 0);
    uint16_t uid[RACK_UID_WORDS] = { 0 };
    struct fault why = { 0 };
    int status = -1;
    bool known = !rack_bus_read(bus, 1, RACK_AT_UID, RACK_UID_WORDS, 3, uid, &why);
    int64_t until = clock_mono_ms() + SHARED_MS;
    pid_t other = fork();
    if (other == 0)
        _exit(read_often(uid) != 0);
    int wrong = read_often(uid);
    waitpid(other, &status, 0);
    ok(known && !wrong && status == 0 && clock_mono_ms() < until,
       "two programs on one port, %d requests each with one try: %d lost here, %s there",
       SHARED_READS, wrong, status ? "some" : "none");
    int fd = open(sim.link, O_RDWR | O_NOCTTY | O_CLOEXEC);
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    bool kept = fd >= 0 && !fcntl(fd, F_OFD_SETLK, &whole);
    enum rc rc = rack_bus_read(bus, 1, RACK_AT_UID, RACK_UID_WORDS, 3, uid, &why);
    ok(kept && rc == RC_AGAIN && strstr(why.text, "占用"), "a line that is kept: %s",
       why.text);
    close(fd);
    ok(!rack_bus_read(bus, 1, RACK_AT_UID, RACK_UID_WORDS, 3, uid, &why),
       "and it goes on when it is free");
    rack_bus_free(bus);
}

static void show_group(void)
{
    struct rack_bus *bus = rack_bus_new(sim.link, 0, 0);
    struct fault why = { 0 };
    char answer[4096];
    ok(!rack_bus_group(bus, RACK_GROUP_IDENTIFY, &why) && (usleep(400000), true) &&
           control(answer, sizeof answer, "leds") &&
           !strncmp(answer, "1 white blink\n2 white blink", 27),
       "a broadcast makes the rack identify itself");
    ok(!rack_bus_group(bus, RACK_GROUP_DARK, &why), "and ends it");
    rack_bus_free(bus);
}

/* The same rack, but with a lock, and nothing that sets its address. */
static void start_new_rack(void)
{
    if (sim.control >= 0)
        close(sim.control);
    sim.control = -1;
    sim.rack = fork();
    if (sim.rack == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execl(sim.program, "rack", "--pty", sim.link, "--control", sim.socket, "--lock",
              (char *)NULL);
        _exit(127);
    }
}

static bool bolt_is(const char *want)
{
    char answer[8192];
    usleep(60000); /* its way */
    return control(answer, sizeof answer, "dump") && strstr(answer, want);
}

/* A rack that nobody has set up: claimed by its unique id, given a key, opened. */
static void commission(void)
{
    static const uint8_t key[SIPHASH_KEY_LEN] = "a key for a rack",
                         wrong[SIPHASH_KEY_LEN];
    struct rack_bus *bus = rack_bus_new(sim.link, 0, 0);
    struct fault why = { 0 };
    struct rack_lock_order order = { .operation = RACK_UNLOCK,
                                     .hold_ms = 2000,
                                     .request = 1 };
    uint16_t uid[RACK_UID_WORDS] = { 0 }, word = 0;
    if (rack_bus_read(bus, 1, RACK_AT_UID, RACK_UID_WORDS, 3, uid, &why))
        die(why.text);
    uid[0] ^= 1;
    ok(!rack_bus_claim(bus, uid, 77, &why) &&
           rack_bus_read(bus, 77, 0, 1, 1, &word, &why),
       "a claim for another unique id moves nothing");
    uid[0] ^= 1;
    ok(!rack_bus_claim(bus, uid, 77, &why) &&
           !rack_bus_read(bus, 77, 0, 1, 3, &word, &why),
       "a claim gives the rack its address");
    ok(rack_lock_send(bus, 77, key, &order, &why) == RC_REFUSED &&
           strstr(why.text, "no key"),
       "without a key it does not open: %s", why.text);
    ok(!rack_lock_set_key(bus, 77, key, &why), "it takes a key");
    ok(rack_lock_set_key(bus, 77, wrong, &why) == RC_REFUSED, "and no other after that");
    ok(rack_lock_send(bus, 77, wrong, &order, &why) == RC_REFUSED && bolt_is("bolt shut"),
       "an order under another key does nothing: %s", why.text);
    ok(!rack_lock_send(bus, 77, key, &order, &why) && bolt_is("bolt open"),
       "an order under the key opens the bolt");
    usleep(2200000);
    ok(bolt_is("bolt shut"), "which shuts again by itself");
    order.request++;
    order.hold_ms = 0;
    ok(!rack_lock_send(bus, 77, key, &order, &why) && bolt_is("bolt open"),
       "it opens again");
    char answer[64];
    (void)control(answer, sizeof answer, "open");
    usleep(200000);
    (void)control(answer, sizeof answer, "shut");
    usleep(200000);
    ok(bolt_is("bolt shut"), "and shuts when the door was opened and shut");
    kill_child(&sim.rack);
    start_new_rack();
    usleep(300000);
    enum rc rc = RC_UNAVAILABLE; /* the old port is gone: the first try finds that out */
    for (int i = 0; i < 3 && rc == RC_UNAVAILABLE; i++)
        rc = rack_bus_read(bus, 77, RACK_AT_LOCK_TAGS, 1, 3, &word, &why);
    ok(!rc && word == RACK_TAG_SIPHASH, "address and key outlive the power");
    rack_bus_free(bus);
}

int main(void)
{
    char answer[64];
    int status = 1;
    begin_sim();
    start_rack();
    for (int i = 0; i < 100 && access(sim.link, F_OK); i++)
        usleep(10000);
    ok(control(answer, sizeof answer, "place 5"), "a hand puts a volume into slot 5");
    kill_child(&sim.rack); /* the controller dies, the volume stays */
    start_rack();
    usleep(300000);
    ok(control(answer, sizeof answer, "presence") && !strcmp(answer, "5\nok\n"),
       "it still stands there when the rack was killed and started again");
    bad_frames();
    other_client();
    show_group();
    share_the_line();
    kill_child(&sim.rack);
    start_new_rack();
    usleep(300000);
    commission();
    kill(sim.rack, SIGTERM);
    waitpid(sim.rack, &status, 0);
    ok(status == 0 && access(sim.link, F_OK), "the rack ends politely");
    return end_sim();
}
