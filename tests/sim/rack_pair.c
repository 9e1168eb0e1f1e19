/* Two boards in QEMU on one line: each hears what the host asks and what the other
 * answers. The host leaves no gap and asks every third time for a rack that is not there.
 * ASKED=n sets how often it asks. */
#include "rack_wire.h"

#include <sys/stat.h>

enum { BOARDS = 2, ASKED = 150, ABSENT = 100, ABSENT_MS = 25, ANSWER = 37 };

static struct board boards[BOARDS];

/* Each board has a folder of its own, for its sockets and its EEPROM. */
static void start(unsigned n, const char *image)
{
    char folder[sizeof sim.folder], word[sizeof sim.folder];
    uint16_t status, set[1] = { (uint16_t)(n + 1) }, commit = RACK_COMMIT;
    strcpy(folder, sim.folder);
    snprintf(word, sizeof word, "%.48s/%u", folder, n);
    strcpy(sim.folder, word);
    if (mkdir(sim.folder, 0700))
        die("no folder");
    board_start(&boards[n], "mps2-an386", image);
    int64_t until = clock_mono_ms() + 20000; /* a busy machine takes its time */
    while (wire_get(boards[n].line, RACK_AT_NEWEST) != 1 && clock_mono_ms() < until)
        usleep(10000);
    if (!wire_read(boards[n].line, 0, 1, &status) ||
        wire_write(boards[n].line, RACK_AT_SET_ADDRESS, set, 1) ||
        wire_write(boards[n].line, RACK_AT_SET_COMMIT, &commit, 1))
        die("a board does not take its address");
    strcpy(sim.folder, folder);
}

/* What comes from a board goes to the host and to the other board. Returns the length of
 * the answer, 0 for none. */
static size_t listen_all(uint8_t *ret_answer, int most_ms)
{
    size_t got = 0;
    int64_t until_ms = clock_mono_ms() + most_ms;
    while (got < ANSWER && clock_mono_ms() < until_ms) {
        struct pollfd ready[BOARDS];
        for (unsigned n = 0; n < BOARDS; n++)
            ready[n] = (struct pollfd){ .fd = boards[n].line, .events = POLLIN };
        if (poll(ready, BOARDS, 1) <= 0)
            continue;
        for (unsigned n = 0; n < BOARDS; n++) {
            uint8_t bytes[WIRE_FRAME];
            ssize_t len = ready[n].revents & POLLIN
                              ? read(boards[n].line, bytes, WIRE_FRAME - got)
                              : 0;
            if (len <= 0)
                continue;
            if (write(boards[BOARDS - 1 - n].line, bytes, (size_t)len) != len)
                die("the line is gone");
            memcpy(ret_answer + got, bytes, (size_t)len);
            got += (size_t)len;
        }
    }
    return got;
}

static bool ask(uint8_t address, int most_ms)
{
    uint8_t frame[8] = { address, 4, 0, 0, 0, 16 }, answer[WIRE_FRAME];
    uint16_t crc = crc16_add(CRC16_START, frame, 6);
    frame[6] = (uint8_t)crc;
    frame[7] = (uint8_t)(crc >> 8);
    for (unsigned n = 0; n < BOARDS; n++)
        if (write(boards[n].line, frame, sizeof frame) != sizeof frame)
            die("the line is gone");
    size_t len = listen_all(answer, most_ms);
    return len == ANSWER && answer[0] == address &&
           crc16_add(CRC16_START, answer, len) == 0;
}

int main(void)
{
    const char *given = getenv("ASKED"), *image = board_image("mps2-an386");
    unsigned asked = given ? (unsigned)atoi(given) : ASKED, lost = 0, ghosts = 0;
    begin_sim();
    if (!image || !have_qemu()) {
        ok(true, "two boards # SKIP there is no %s", image ? "QEMU" : "cross compiler");
        return end_sim();
    }
    for (unsigned n = 0; n < BOARDS; n++)
        start(n, image);
    usleep(100000);
    int64_t from = clock_mono_ms();
    for (unsigned i = 0; i < asked; i++) {
        if (i % 3 == 2)
            ghosts += ask(ABSENT, ABSENT_MS);
        else
            lost += !ask((uint8_t)(i % 3 + 1), WIRE_ANSWER_MS);
    }
    ok(!lost && !ghosts,
       "%u requests without a gap to two boards on one line, every third to nobody: %u "
       "lost (%lld ms)",
       asked, lost, (long long)(clock_mono_ms() - from));
    for (unsigned n = 0; n < BOARDS; n++)
        kill_child(&boards[n].qemu);
    return end_sim();
}
