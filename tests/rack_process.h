/* A rack of its own for a test program: the host port as a child process, its control
 * socket as hands and eyes, and lines of TAP. The seed is printed; SEED=n repeats a run.
 */
#ifndef TESTS_RACK_PROCESS_H
#define TESTS_RACK_PROCESS_H

#include "sys/clock.h"

#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
    char folder[64], link[96], socket[96], program[512];
    pid_t rack;
    int control; /* connected to the control socket, or -1 */
    uint64_t random;
    unsigned tests, failed;
} sim = { .control = -1 };

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

static __attribute__((unused)) unsigned pick(unsigned below)
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

static __attribute__((unused)) void start_rack(void)
{
    if (sim.control >= 0)
        close(sim.control); /* it led to the one before */
    sim.control = -1;
    sim.rack = fork();
    if (sim.rack == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execl(sim.program, "rack", "--pty", sim.link, "--control", sim.socket, "--seed",
              "11", "--address", "1", (char *)NULL);
        _exit(127);
    }
}

static __attribute__((unused)) void kill_child(pid_t *pid)
{
    if (*pid <= 0)
        return;
    kill(*pid, SIGKILL);
    waitpid(*pid, NULL, 0);
    *pid = 0;
}

/* Send a line to the rack's control socket and collect the answer; false: no answer. */
static __attribute__((unused)) bool control(char *ret_answer, size_t room,
                                            const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static __attribute__((unused)) bool connect_control(void)
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

static __attribute__((unused)) bool control(char *ret_answer, size_t room,
                                            const char *format, ...)
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

/* A folder, a seed and names; starts nothing. */
static __attribute__((unused)) void begin_sim(void)
{
    const char *out = getenv("OUT"), *seed = getenv("SEED");
    sim.random = seed ? strtoull(seed, NULL, 10) : (uint64_t)clock_now_ms() | 1;
    printf("# SEED=%llu\n", (unsigned long long)sim.random);
    strcpy(sim.folder, "/tmp/juanku-rack-XXXXXX");
    if (!mkdtemp(sim.folder))
        die("no folder");
    snprintf(sim.program, sizeof sim.program, "%s/firmware/host/rack", out ? out : "out");
    snprintf(sim.link, sizeof sim.link, "%s/rack.pty", sim.folder);
    snprintf(sim.socket, sizeof sim.socket, "%s/control", sim.folder);
}

/* Returns the exit code of the program. */
static __attribute__((unused)) int end_sim(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -r '%s'", sim.folder);
    if (system(command))
        printf("# %s stays\n", sim.folder);
    printf("1..%u\n", sim.tests);
    return sim.failed != 0;
}

#endif
