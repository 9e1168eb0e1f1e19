/* Raw Modbus RTU over a file descriptor, and the boards in QEMU, for test programs. The
 * serial line of a board is a Unix socket; its world is read and written through qtest,
 * its devices through QMP. */
#ifndef TESTS_RACK_WIRE_H
#define TESTS_RACK_WIRE_H

#include "rack_process.h"

#include "core/crc16.h"
#include "core/rack_map.h"

#include <fcntl.h>

enum { WIRE_FRAME = 256, WIRE_ANSWER_MS = 300, WIRE_QUIET_MS = 12 };

struct board {
    pid_t qemu;
    int line, qtest, qmp; /* sockets; -1: not connected */
    char name[32];        /* of the machine, and of its files */
};

/* Send `body` (address and CRC are added) and collect the answer's bytes, without the CRC
 * when that holds. Returns their number; 0: nobody answered; -1: a bad answer. */
static __attribute__((unused)) int wire_ask(int fd, uint8_t address, const uint8_t *body,
                                            size_t len, uint8_t *ret_answer)
{
    uint8_t frame[2 * WIRE_FRAME] = { address };
    size_t got = 0;
    memcpy(frame + 1, body, len);
    uint16_t crc = crc16_add(CRC16_START, frame, len + 1);
    frame[len + 1] = (uint8_t)crc;
    frame[len + 2] = (uint8_t)(crc >> 8);
    struct pollfd ready = { .fd = fd, .events = POLLIN };
    while (poll(&ready, 1, 0) == 1 && read(fd, ret_answer, WIRE_FRAME) > 0)
        continue; /* what is left of before */
    if (write(fd, frame, len + 3) != (ssize_t)len + 3)
        return -1;
    while (got < WIRE_FRAME &&
           poll(&ready, 1, got ? WIRE_QUIET_MS : WIRE_ANSWER_MS) == 1) {
        ssize_t n = read(fd, ret_answer + got, WIRE_FRAME - got);
        if (n <= 0)
            break;
        got += (size_t)n;
    }
    if (got == 0)
        return 0;
    if (got < 5 || crc16_add(CRC16_START, ret_answer, got) != 0)
        return -1;
    return (int)got - 2;
}

/* Read registers; false: no answer, or an exception. Tries for two seconds. */
static __attribute__((unused)) bool wire_read(int fd, unsigned at, unsigned count,
                                              uint16_t *ret_words)
{
    const uint8_t body[] = { 0x04, (uint8_t)(at >> 8), (uint8_t)at, 0, (uint8_t)count };
    uint8_t answer[WIRE_FRAME];
    for (unsigned tries = 0; tries < 6; tries++) {
        int len = wire_ask(fd, 1, body, sizeof body, answer);
        if (len == (int)(3 + 2 * count) && answer[1] == 0x04) {
            for (unsigned i = 0; i < count; i++)
                ret_words[i] = (uint16_t)(answer[3 + 2 * i] << 8 | answer[4 + 2 * i]);
            return true;
        }
    }
    return false;
}

static __attribute__((unused)) unsigned wire_get(int fd, unsigned at)
{
    uint16_t word = 0xDEAD;
    (void)wire_read(fd, at, 1, &word);
    return word;
}

/* Write registers by function 16; the exception, or -1 when there is no good answer. */
static __attribute__((unused)) int wire_write(int fd, unsigned at, const uint16_t *words,
                                              unsigned count)
{
    uint8_t body[WIRE_FRAME] = { 0x10, (uint8_t)(at >> 8), (uint8_t)at,
                                 0,    (uint8_t)count,     (uint8_t)(2 * count) };
    uint8_t answer[WIRE_FRAME];
    for (unsigned i = 0; i < count; i++) {
        body[6 + 2 * i] = (uint8_t)(words[i] >> 8);
        body[7 + 2 * i] = (uint8_t)words[i];
    }
    int len = wire_ask(fd, 1, body, 6 + 2 * count, answer);
    if (len < 3)
        return -1;
    return answer[1] & 0x80 ? answer[2] : 0;
}

static __attribute__((unused)) bool have_qemu(void)
{
    return system("command -v qemu-system-arm >/dev/null") == 0;
}

static __attribute__((unused)) const char *board_image(const char *board)
{
    static char path[512];
    const char *out = getenv("OUT");
    snprintf(path, sizeof path, "%s/firmware/%s/rack.elf", out ? out : "out", board);
    return access(path, R_OK) ? NULL : path;
}

static __attribute__((unused)) int connect_to(const char *path)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    snprintf(name.sun_path, sizeof name.sun_path, "%s", path);
    for (int i = 0; i < 300; i++) {
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (!connect(fd, (struct sockaddr *)&name, sizeof name))
            return fd;
        close(fd);
        usleep(10000);
    }
    die("QEMU does not come up");
    return -1;
}

/* A line of text to a socket; the answer in `ret_line`. */
static __attribute__((unused)) void talk(int fd, const char *line, char *ret_line,
                                         size_t room)
{
    size_t got = 0;
    if (write(fd, line, strlen(line)) < 0)
        die("QEMU is gone");
    while (got + 1 < room && read(fd, ret_line + got, 1) == 1 && ret_line[got] != '\n')
        got++;
    ret_line[got] = 0;
}

/* mps2-an386 with EEPROM and LED driver, or another machine without. The EEPROM's file
 * stays in the test's folder over restarts. */
static __attribute__((unused)) void board_start(struct board *board, const char *machine,
                                                const char *image)
{
    char serial[160], qtest[160], qmp[160], drive[160], path[128];
    bool bench = !strcmp(machine, "mps2-an386");
    snprintf(board->name, sizeof board->name, "%s", machine);
    snprintf(path, sizeof path, "%s/ee.bin", sim.folder);
    int ee = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (ee < 0 || ftruncate(ee, 8192))
        die("no EEPROM file");
    close(ee);
    snprintf(drive, sizeof drive, "file=%s,if=none,id=ee,format=raw", path);
    snprintf(serial, sizeof serial, "unix:%s/line,server=on,wait=off", sim.folder);
    snprintf(qtest, sizeof qtest, "unix:%s/qtest,server=on,wait=off", sim.folder);
    snprintf(qmp, sizeof qmp, "unix:%s/qmp,server=on,wait=off", sim.folder);
    board->qemu = fork();
    if (board->qemu == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        int null = open("/dev/null", O_RDWR);
        dup2(null, 1);
        dup2(null, 2);
        char *argv[40] = { "qemu-system-arm",
                           "-M",
                           (char *)machine,
                           "-kernel",
                           (char *)image,
                           "-display",
                           "none",
                           "-monitor",
                           "none",
                           "-serial",
                           serial,
                           "-qmp",
                           qmp,
                           "-qtest",
                           qtest,
                           "-qtest-log",
                           "/dev/null" };
        char *more[] = { "-drive",  drive,
                         "-device", "at24c-eeprom,address=0x50,rom-size=8192,drive=ee",
                         "-device", "pca9552,address=0x60,id=leds0" };
        if (bench)
            memcpy(argv + 17, more, sizeof more);
        execvp(argv[0], argv);
        _exit(127);
    }
    snprintf(path, sizeof path, "%s/line", sim.folder);
    board->line = connect_to(path);
    snprintf(path, sizeof path, "%s/qtest", sim.folder);
    board->qtest = connect_to(path);
    snprintf(path, sizeof path, "%s/qmp", sim.folder);
    board->qmp = connect_to(path);
    char line[1024];
    talk(board->qmp, "", line, sizeof line); /* its greeting */
    talk(board->qmp, "{\"execute\":\"qmp_capabilities\"}\n", line, sizeof line);
}

static __attribute__((unused)) void board_kill(struct board *board)
{
    kill_child(&board->qemu);
    close(board->line);
    close(board->qtest);
    close(board->qmp);
    const char *const names[] = { "line", "qtest", "qmp" };
    for (unsigned i = 0; i < 3; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", sim.folder, names[i]);
        (void)unlink(path);
    }
}

#endif
