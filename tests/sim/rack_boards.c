/* The controller on its bench board in QEMU: real UART, watchdog, EEPROM and LED driver.
 * Hands work the switches through qtest, eyes see the lamps through QMP; faults are
 * committed on demand, new programs are sent, and the power is cut by killing QEMU.
 * CUTS=n sets how often, and lets a new program prove itself to the end. */
#include "rack_wire.h"

#include "core/rack_order.h"

#include <pthread.h>

/* struct bench of firmware/port/mps2-an386/board.h, by its offsets */
enum { BENCH_PRESENT = 0, BENCH_CONTACTS = 16, BENCH_FAULT = 18, BENCH_DRIVEN = 20 };
enum { HANG = 1, BAD_ADDRESS, BAD_INSTRUCTION, STACK_OVERFLOW, IRQ_STORM };
enum { POWER_CUTS = 5, STACK_MOST = 768, RESET_MOST_MS = 1000 };

static struct board board;
static const char *image;
static unsigned long bench_at;

static void find_bench(void)
{
    char command[600];
    snprintf(command, sizeof command, "arm-none-eabi-nm %s", image);
    FILE *pipe = popen(command, "r");
    char line[256];
    while (pipe && fgets(line, sizeof line, pipe))
        if (strstr(line, " bench\n"))
            bench_at = strtoul(line, NULL, 16);
    if (pipe)
        pclose(pipe);
    if (!bench_at)
        die("the image has no bench");
}

static void poke(unsigned offset, unsigned value)
{
    char line[64], said[64];
    snprintf(line, sizeof line, "writew 0x%lx 0x%x\n", bench_at + offset, value);
    talk(board.qtest, line, said, sizeof said);
}

static unsigned peek(unsigned offset)
{
    char line[64], said[64] = "";
    snprintf(line, sizeof line, "readw 0x%lx\n", bench_at + offset);
    talk(board.qtest, line, said, sizeof said);
    return strncmp(said, "OK ", 3) ? 0xDEAD : (unsigned)strtoul(said + 3, NULL, 16);
}

/* The bolt hangs on a pin of the FPGA, which the bootloader lets go of first. */
static bool bolt_is_driven(void)
{
    char said[64] = "";
    talk(board.qtest, "readl 0x40028000\n", said, sizeof said);
    return strncmp(said, "OK ", 3) || strtoul(said + 3, NULL, 16) & 1;
}

static bool led_is(unsigned number, const char *want)
{
    char line[160], said[1024];
    snprintf(
        line, sizeof line,
        "{\"execute\":\"qom-get\",\"arguments\":{\"path\":\"/machine/peripheral/leds0\","
        "\"property\":\"led%u\"}}\n",
        number);
    for (int i = 0; i < 50; i++) {
        talk(board.qmp, line, said, sizeof said);
        if (strstr(said, want))
            return true;
        usleep(10000);
    }
    return false;
}

/* Until register `at` has `want`; how many ms it took, or -1. */
static int64_t wait_for(unsigned at, unsigned want, int64_t most_ms)
{
    int64_t from = clock_mono_ms();
    while (clock_mono_ms() - from < most_ms)
        if (wire_get(board.line, at) == want)
            return clock_mono_ms() - from;
    return -1;
}

static void hands_and_eyes(void)
{
    ok(wait_for(RACK_AT_NEWEST, 1, 20000) >= 0, "the board starts and reports its boot");
    poke(BENCH_PRESENT, 0x0021);
    int64_t ms = wait_for(RACK_AT_PRESENCE, 0x0021, 2000);
    ok(ms >= 0, "volumes in slots 1 and 6 are sensed (%lld ms, 40 of them debounce)",
       (long long)ms);
    const uint16_t lamps[] = { RACK_GREEN, RACK_DARK, RACK_RED };
    ok(wire_write(board.line, RACK_AT_LAMPS, lamps, 3) == 0 && led_is(0, "\"on\"") &&
           led_is(1, "\"off\"") && led_is(2, "\"on\""),
       "lamps 1 and 3 shine on the LED driver, lamp 2 does not");
}

static void commit_a_fault(unsigned fault, unsigned cause, unsigned code,
                           const char *what)
{
    unsigned boot = wire_get(board.line, RACK_AT_BOOT);
    int64_t from = clock_mono_ms();
    poke(BENCH_FAULT, fault);
    bool back = wait_for(RACK_AT_BOOT, boot + 1, 20000) >= 0;
    int64_t took = clock_mono_ms() - from;
    ok(back && wire_get(board.line, RACK_AT_RESET) == (cause << 8 | code),
       "%s resets, and the next start knows why (%lld ms)", what, (long long)took);
}

static unsigned long crash_word(unsigned at)
{
    uint16_t words[2] = { 0 };
    (void)wire_read(board.line, at, 2, words);
    return (unsigned long)words[0] << 16 | words[1];
}

static void faults(void)
{
    ok(wire_get(board.line, RACK_AT_RESET) == RACK_RESET_POWER << 8,
       "the first start was power");
    int64_t from = clock_mono_ms();
    unsigned boot = wire_get(board.line, RACK_AT_BOOT);
    poke(BENCH_FAULT, HANG);
    bool back = wait_for(RACK_AT_BOOT, boot + 1, 20000) >= 0;
    int64_t took = clock_mono_ms() - from;
    ok(back && wire_get(board.line, RACK_AT_RESET) ==
                   (RACK_RESET_WATCHDOG << 8 | RACK_FAULT_HANG),
       "a hang ends by the watchdog (answers again after %lld ms)", (long long)took);
    ok(crash_word(RACK_AT_CRASH_PC) > 0x10200 && crash_word(RACK_AT_CRASH_PC) < 0x18000,
       "and where it hung is on record");
    ok(!bolt_is_driven(), "the bolt is not driven after it");
    commit_a_fault(BAD_ADDRESS, RACK_RESET_FAULT, RACK_FAULT_MEMORY, "a bad address");
    ok(crash_word(RACK_AT_CRASH_ADDRESS) == 0xA0000000ul, "that address is on record");
    commit_a_fault(BAD_INSTRUCTION, RACK_RESET_FAULT, RACK_FAULT_PROGRAM,
                   "a bad instruction");
    ok(wire_get(board.line, RACK_AT_STATUS) & RACK_SAFE_MODE,
       "after three quick failures the board only answers, in safe mode");
    commit_a_fault(STACK_OVERFLOW, RACK_RESET_FAULT, RACK_FAULT_STACK,
                   "a stack overflow");
    ok(wire_get(board.line, RACK_AT_COUNT_STARTS) == 5, "it has counted its starts");
}

static const uint8_t key[SIPHASH_KEY_LEN] = "0123456789abcde";

static int send_order(unsigned operation, unsigned hold_ms, bool spoil)
{
    uint16_t w[RACK_ORDER_WORDS] = { (uint16_t)operation, 0, (uint16_t)hold_ms, 0, 1 };
    if (!wire_read(board.line, RACK_AT_CHALLENGE, 2, w + RACK_ORDER_CHALLENGE))
        return -1;
    rack_order_seal(key, 1, (uint16_t)wire_get(board.line, RACK_AT_BOOT), w);
    w[RACK_ORDER_TAG] ^= spoil;
    return wire_write(board.line, RACK_AT_LOCK_ORDER, w, RACK_ORDER_WORDS);
}

/* Open, then a failure: how long until nothing is driven any more. */
static int64_t shut_after(unsigned fault)
{
    (void)send_order(RACK_UNLOCK, 10000, false);
    if (!bolt_is_driven())
        return -1;
    int64_t from = clock_mono_ms();
    poke(BENCH_FAULT, fault);
    while (bolt_is_driven() && clock_mono_ms() - from < 5000)
        usleep(1000);
    int64_t took = clock_mono_ms() - from;
    (void)wait_for(RACK_AT_NEWEST, 1, 20000);
    return took;
}

/* The emulator runs by the machine's clock, and slower when others use the machine: a
 * time that is too long is measured once more, after the power was off (three resets
 * within ten seconds would be safe mode). */
static int64_t shut_soon_after(unsigned fault)
{
    int64_t took = shut_after(fault);
    if (took < RESET_MOST_MS)
        return took;
    printf("# %lld ms, once more\n", (long long)took);
    board_kill(&board);
    board_start(&board, "mps2-an386", image);
    (void)wait_for(RACK_AT_NEWEST, 1, 20000);
    return shut_after(fault);
}

static void lock(void)
{
    uint16_t words[SIPHASH_KEY_LEN / 2];
    for (unsigned i = 0; i < SIPHASH_KEY_LEN / 2; i++)
        words[i] = (uint16_t)(key[2 * i] << 8 | key[2 * i + 1]);
    ok(wire_write(board.line, RACK_AT_LOCK_KEY, words, SIPHASH_KEY_LEN / 2) == 0,
       "a key is set");
    ok(send_order(RACK_UNLOCK, 1500, true) == 3 && !peek(BENCH_DRIVEN),
       "an order with a wrong tag is refused");
    ok(send_order(RACK_UNLOCK, 1500, false) == 0 && peek(BENCH_DRIVEN) == 1,
       "an order with the right one powers the bolt");
    int64_t from = clock_mono_ms();
    while (peek(BENCH_DRIVEN) && clock_mono_ms() - from < 5000)
        usleep(5000);
    int64_t held = clock_mono_ms() - from;
    ok(held > 1000 && held < 2500, "and lets it go again (%lld ms)", (long long)held);
    ok(wire_get(board.line, RACK_AT_SET_FEEDBACK) == 1, "its contact was learnt");
    int64_t ms = shut_soon_after(HANG);
    ok(ms >= 0 && ms < RESET_MOST_MS, "a hang with an open lock shuts it (%lld ms)",
       (long long)ms);
    ms = shut_soon_after(IRQ_STORM);
    ok(ms >= 0 && ms < RESET_MOST_MS, "so does a storm of interrupts (%lld ms)",
       (long long)ms);
    ok(wire_get(board.line, RACK_AT_RESET) ==
           (RACK_RESET_WATCHDOG << 8 | RACK_FAULT_HANG),
       "and the next start knows of it");
    board_kill(&board); /* three of them within ten seconds would be safe mode */
    board_start(&board, "mps2-an386", image);
    (void)wait_for(RACK_AT_NEWEST, 1, 20000);
    ms = shut_after(BAD_ADDRESS);
    ok(ms >= 0 && ms <= 100, "a fault shuts it at its reset (%lld ms)", (long long)ms);
    (void)wire_get(board.line, 0);
}

/* Commit settings without end while QEMU is killed at any moment: after each restart the
 * settings are one whole set, and boot ids only grow. */
static void power_cuts(void)
{
    const char *cuts = getenv("CUTS");
    unsigned most = cuts ? (unsigned)atoi(cuts) : POWER_CUTS;
    unsigned boot = wire_get(board.line, RACK_AT_BOOT), mixed = 0, stale = 0, last = 0;
    for (unsigned i = 0; i < most; i++) {
        uint16_t set[2] = { 0, 0 }, commit = RACK_COMMIT;
        for (unsigned turn = 0; turn < 2; turn++) {
            set[0] = set[1] = (uint16_t)(20 + (last + turn + 1) % 200);
            (void)wire_write(board.line, RACK_AT_SET_ON, set, 2);
            if (turn == 1)
                break;
            (void)wire_write(board.line, RACK_AT_SET_COMMIT, &commit, 1);
            usleep(1010000);
        }
        uint8_t frame[] = { 1,
                            6,
                            RACK_AT_SET_COMMIT >> 8,
                            RACK_AT_SET_COMMIT & 0xFF,
                            RACK_COMMIT >> 8,
                            RACK_COMMIT & 0xFF,
                            0,
                            0 };
        uint16_t crc = crc16_add(CRC16_START, frame, 6);
        frame[6] = (uint8_t)crc;
        frame[7] = (uint8_t)(crc >> 8);
        if (write(board.line, frame, sizeof frame) < 0)
            die("the line is gone");
        usleep(pick(9000)); /* the write takes some of these */
        board_kill(&board);
        board_start(&board, "mps2-an386", image);
        uint16_t now[2] = { 0 };
        (void)wire_read(board.line, RACK_AT_SET_ON, 2, now);
        unsigned next = 20 + (last + 2) % 200, before = 20 + (last + 1) % 200;
        mixed += now[0] != now[1] || (now[0] != next && now[0] != before);
        last = now[0] - 20u;
        unsigned now_boot = wire_get(board.line, RACK_AT_BOOT);
        stale += now_boot <= boot;
        boot = now_boot;
    }
    ok(!mixed, "%u power cuts around a commit: settings old or new, never mixed", most);
    ok(!stale, "and each start has a new boot id");
}

static void new_eeprom(void)
{
    char path[128];
    snprintf(path, sizeof path, "%s/ee.bin", sim.folder);
    (void)unlink(path);
}

static void stack(void)
{
    unsigned peak = wire_get(board.line, RACK_AT_COUNT_STACK);
    ok(peak > 100 && peak <= STACK_MOST, "painted stack: %u bytes at the most", peak);
}

/* A terminal before the line, for clients that want one. */
struct bridge {
    int terminal, line;
    volatile bool ends;
};

static void *carry(void *context)
{
    struct bridge *b = context;
    struct pollfd ends[2] = { { .fd = b->terminal, .events = POLLIN },
                              { .fd = b->line, .events = POLLIN } };
    char bytes[512];
    while (!b->ends && poll(ends, 2, 50) >= 0)
        for (int i = 0; i < 2; i++) {
            ssize_t len =
                ends[i].revents & POLLIN ? read(ends[i].fd, bytes, sizeof bytes) : 0;
            if (len > 0 && write(ends[1 - i].fd, bytes, (size_t)len) != len)
                return NULL;
        }
    return NULL;
}

static bool mbpoll(const char *terminal, const char *arguments, const char *want)
{
    char command[512], said[4096];
    snprintf(command, sizeof command,
             "mbpoll -m rtu -b 115200 -P none -0 -o 1 -a 1 %s %s 2>&1", terminal,
             arguments);
    FILE *pipe = popen(command, "r");
    size_t len = pipe ? fread(said, 1, sizeof said - 1, pipe) : 0;
    said[len] = 0;
    if (pipe)
        pclose(pipe);
    if (!strstr(said, want))
        printf("# %s\n# said: %s\n", command, said);
    return strstr(said, want);
}

static pthread_t carrier;

static void open_bridge(struct bridge *b, char ret_name[128], int *ret_held)
{
    *b = (struct bridge){ .terminal = posix_openpt(O_RDWR | O_NOCTTY),
                          .line = board.line };
    if (b->terminal < 0 || grantpt(b->terminal) || unlockpt(b->terminal) ||
        ptsname_r(b->terminal, ret_name, 128))
        die("no terminal");
    *ret_held = open(ret_name, O_RDWR | O_NOCTTY | O_CLOEXEC); /* hosts come and go */
    if (*ret_held < 0 || pthread_create(&carrier, NULL, carry, b) != 0)
        die("no bridge");
}

static void close_bridge(struct bridge *b, int held)
{
    b->ends = true;
    pthread_join(carrier, NULL);
    close(held);
    close(b->terminal);
}

static void other_client(void)
{
    struct bridge b;
    char name[128];
    int held;
    open_bridge(&b, name, &held);
    ok(mbpoll(name, "-r 0 -c 16 -t 3 -1", "[0]: \t256"),
       "mbpoll reads the board's status");
    ok(mbpoll(name, "-r 770 -t 4 2", "Written 1 ref") && led_is(2, "\"on\""),
       "mbpoll writes a lamp");
    ok(mbpoll(name, "-r 770 -t 4 8", "Illegal data value"),
       "and is refused a wrong colour");
    ok(mbpoll(name, "-r 1792 -c 1 -t 4 -1", "Illegal data address"),
       "and a register that there is not");
    close_bridge(&b, held);
}

/* Sign the program `body` of the test's folder and send it; the exit code of juanku, or
 * 124 when it still waits after so many seconds. */
static int update_to(const char *body, unsigned security, unsigned seconds)
{
    const char *out = getenv("OUT"), *signer = getenv("FIRMWARE_KEY");
    char command[1024], name[128];
    struct bridge b;
    int held;
    out = out ? out : "out";
    snprintf(command, sizeof command,
             "%s/bin/juanku rack sign --key-file %s%s --board 386 --security %u "
             "--version 9.0.0 --image %s -o %s/next.img",
             out, signer ? signer : out, signer ? "" : "/firmware/key", security, body,
             sim.folder);
    if (system(command))
        die("nothing is signed");
    open_bridge(&b, name, &held);
    snprintf(
        command, sizeof command,
        "timeout %u %s/bin/juanku rack update --port %s --address 1 --image %s/next.img "
        ">/dev/null 2>&1",
        seconds, out, name, sim.folder);
    int status = system(command);
    close_bridge(&b, held);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Vectors that lead to an instruction which jumps to itself. */
static void write_hanging(const char *path)
{
    enum { AT = 0x10200, WORDS = 64, LOOP = 0xE7FEE7FEu };
    uint32_t body[WORDS];
    for (unsigned i = 0; i < WORDS; i++)
        body[i] = i == 0 ? 0x20000800u : i < WORDS / 2 ? AT + 4 * (WORDS - 1) + 1 : LOOP;
    FILE *file = fopen(path, "w");
    if (!file || fwrite(body, sizeof body, 1, file) != 1 || fclose(file))
        die("no file");
}

static void update(void)
{
    char body[600];
    uint16_t before[4], now[4] = { 0 };
    (void)wire_read(board.line, RACK_AT_UPDATE_IMAGE, 4, before);
    snprintf(body, sizeof body, "%s/hanging", sim.folder);
    write_hanging(body);
    int64_t from = clock_mono_ms();
    int code = update_to(body, 1, 60);
    ok(code == 6,
       "a program that does nothing is bitten three times and given up (%lld ms)",
       (long long)(clock_mono_ms() - from));
    ok(wire_read(board.line, RACK_AT_UPDATE_IMAGE, 4, now) &&
           !memcmp(before, now, sizeof now) &&
           (wire_get(board.line, RACK_AT_UPDATE_STATE) & 0xFF) == RACK_RESULT_ROLLED_BACK,
       "the one before runs again, and says so");
    ok(!(wire_get(board.line, RACK_AT_STATUS) & RACK_SAFE_MODE),
       "and not in safe mode: the sins were another's");
    snprintf(body, sizeof body, "%.*s/program.bin", (int)(strrchr(image, '/') - image),
             image);
    from = clock_mono_ms();
    bool whole = getenv("CUTS");
    code = update_to(body, 2, whole ? 60 : 5);
    for (unsigned i = 0; i < 5 && wait_for(RACK_AT_UPDATE_SECURITY, 2, 3000) < 0; i++)
        code = update_to(body, 2, 5); /* a busy machine: it goes on where it was */
    ok(code == (whole ? 0 : 124), "a program that works %s (%lld ms)",
       whole ? "proves itself" : "is on trial", (long long)(clock_mono_ms() - from));
    unsigned state = wire_get(board.line, RACK_AT_UPDATE_STATE) >> 8;
    unsigned floor = wire_get(board.line, RACK_AT_UPDATE_FLOOR);
    ok(state == (whole ? RACK_UPDATE_IDLE : RACK_UPDATE_TRIAL) &&
           floor == (whole ? 2 : 1),
       "it runs (state %u), and nothing older than security %u will", state, floor);
}

int main(void)
{
    begin_sim();
    image = board_image("mps2-an386");
    if (!image || !have_qemu()) {
        ok(true, "mps2-an386 # SKIP there is no %s", image ? "QEMU" : "cross compiler");
        return end_sim();
    }
    find_bench();
    board_start(&board, "mps2-an386", image);
    hands_and_eyes();
    other_client();
    stack();
    faults();
    board_kill(&board); /* power off: the quick failures are forgotten */
    board_start(&board, "mps2-an386", image);
    (void)wait_for(RACK_AT_NEWEST, 1, 20000);
    lock();
    update();
    stack();
    /* QEMU forgets what is copied, and the factory's program is too old now. */
    board_kill(&board);
    new_eeprom();
    board_start(&board, "mps2-an386", image);
    power_cuts();
    board_kill(&board);
    return end_sim();
}
