/* One table of requests against all builds of the rack: the host port on its terminal,
 * mps2-an386 and stm32f405 in QEMU. Each answer must be the one in the table, and the
 * same from each build, byte by byte. Nothing in the table depends on the board. */
#include "rack_table.h"
#include "rack_wire.h"

enum { START_MOST_MS = 20000 };

struct said {
    uint8_t bytes[WIRE_FRAME];
    int len;
};

static struct said first[sizeof rows / sizeof rows[0]];

static void print_hex(const char *what, const uint8_t *at, int len)
{
    printf("#   %s", what);
    for (int i = 0; i < len; i++)
        printf(" %02X", at[i]);
    printf("%s\n", len < 0 ? " nothing whole" : "");
}

/* Run the table over the line; `reference`: these answers are what others are held to. */
static void run(const char *build, int fd, bool reference)
{
    unsigned wrong = 0, differs = 0;
    size_t count = sizeof rows / sizeof rows[0];
    for (size_t i = 0; i < count; i++) {
        uint8_t body[2 * WIRE_FRAME], want[WIRE_FRAME] = { 1 };
        struct said said = { .len = 0 };
        said.len = wire_ask(fd, 1, body, from_hex(rows[i].request, body), said.bytes);
        int want_len = -2;
        if (rows[i].answer)
            want_len = *rows[i].answer ? 1 + (int)from_hex(rows[i].answer, want + 1) : 0;
        bool right = !rows[i].answer || (said.len == want_len &&
                                         !memcmp(said.bytes, want, (size_t)want_len));
        if (reference)
            first[i] = said;
        bool same =
            said.len == first[i].len &&
            (said.len <= 0 || !memcmp(said.bytes, first[i].bytes, (size_t)said.len));
        if (right && same)
            continue;
        wrong += !right;
        differs += !same;
        printf("# %s: %s (%s)\n", build, rows[i].what, rows[i].request);
        print_hex("said", said.bytes, said.len);
    }
    ok(!wrong, "%s answers %zu requests as the table says", build, count);
    if (!reference)
        ok(!differs, "%s answers byte by byte as the host port does", build);
}

static void run_host(void)
{
    char lock[] = "--lock";
    sim.rack = fork();
    if (sim.rack == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execl(sim.program, "rack", "--pty", sim.link, "--seed", "5", lock, (char *)NULL);
        _exit(127);
    }
    for (int i = 0; i < 200 && access(sim.link, F_OK); i++)
        usleep(10000);
    int fd = open(sim.link, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        die("the host rack does not start");
    usleep(300000); /* the boot event is written */
    run("host", fd, true);
    close(fd);
    kill_child(&sim.rack);
}

static void run_board(const char *name, const char *machine)
{
    const char *image = board_image(name);
    if (!image || !have_qemu()) {
        ok(true, "%s # SKIP there is no %s", name, image ? "QEMU" : "cross compiler");
        return;
    }
    struct board board;
    board_start(&board, machine, image);
    /* Bootloader, journal, switches: on a busy machine all that takes its time. */
    int64_t until = clock_mono_ms() + START_MOST_MS;
    while (wire_get(board.line, RACK_AT_NEWEST) != 1 && clock_mono_ms() < until)
        usleep(10000);
    run(name, board.line, false);
    board_kill(&board);
}

int main(void)
{
    begin_sim();
    run_host();
    run_board("mps2-an386", "mps2-an386");
    run_board("stm32f405", "netduinoplus2");
    return end_sim();
}
