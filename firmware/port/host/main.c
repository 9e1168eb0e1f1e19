/* The rack controller as a process: the same app, on a pseudo terminal.
 *
 *   rack --pty LINK [--slots N] [--address A] [--baud B] [--seed S] [--state FILE]
 *        [--control SOCKET] [--lock] [--picture] [--cut N]
 *   rack --tell SOCKET LINE
 *
 * One loop: sleep until bytes, hands or the next tick, then one pass of the app. */
#include "bus.h"
#include "control.h"
#include "flash.h"
#include "picture.h"
#include "tell.h"
#include "world.h"

#include "firmware/hal/hal_bootloader.h"
#include "firmware/hal/hal_lock.h"
#include "firmware/hal/hal_system.h"
#include "firmware/hal/hal_uart.h"

#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    PICTURE_US = 100000,
    BAUD_MAX = 1000000,
    DOG_US = 1000000, /* a program that hangs is bitten */
};

static volatile sig_atomic_t ended;

struct options {
    const char *link, *state, *control;
    unsigned long slots, address, baud, cut;
    unsigned long long seed;
    bool lock, picture;
};

static const char usage[] =
    "usage: rack --pty LINK [--slots N] [--address A] [--baud B] [--seed S]\n"
    "            [--state FILE] [--control SOCKET] [--lock] [--picture]\n"
    "            [--cut N]\n"
    "       rack --tell SOCKET LINE\n"
    "A rack controller on a pseudo terminal; LINK will point to the end to open.\n"
    "  --slots N         slots fitted, 1 to 120 (as the settings say, at first 96)\n"
    "  --address A       Modbus address, 1 to 247 (as the settings say, at first 1)\n"
    "  --baud B          speed that the settings show\n"
    "  --seed S          make switches bounce the same way each time\n"
    "  --state FILE      EEPROM and standing volumes (LINK.state); FILE.flash beside it\n"
    "                    holds the programs\n"
    "  --cut N           lose power in the N-th write or erase of EEPROM or flash\n"
    "  --lock            a door with a lock is fitted\n"
    "  --control SOCKET  place N, remove N, bounce N, open, shut, press MS,\n"
    "                    presence, leds, dump\n"
    "  --tell SOCKET     send such a command to a rack that runs, print its answer\n"
    "  --picture         draw the rack in this terminal\n";

static void end(int signal_number)
{
    (void)signal_number;
    ended = 1;
}

static unsigned long number(const char *text, const char *what, unsigned long least,
                            unsigned long most)
{
    char *rest;
    errno = 0;
    unsigned long value = strtoul(text, &rest, 10);
    if (errno || *rest || rest == text || *text == '-' || value < least || value > most)
        errx(1, "%s: a number from %lu to %lu, not '%s'", what, least, most, text);
    return value;
}

static __attribute__((noreturn)) void say_and_end(int option)
{
    if (option == 'v')
        puts("rack " JUANKU_VERSION);
    else
        fputs(usage, option == 'h' ? stdout : stderr);
    exit(option != 'v' && option != 'h');
}

static void read_options(int argc, char **argv, struct options *o)
{
    static const struct option names[] = {
        { "pty", required_argument, NULL, 'p' },
        { "slots", required_argument, NULL, 'n' },
        { "address", required_argument, NULL, 'a' },
        { "baud", required_argument, NULL, 'b' },
        { "seed", required_argument, NULL, 's' },
        { "state", required_argument, NULL, 'f' },
        { "control", required_argument, NULL, 'c' },
        { "lock", no_argument, NULL, 'l' },
        { "picture", no_argument, NULL, 'P' },
        { "cut", required_argument, NULL, 'k' },
        { "help", no_argument, NULL, 'h' },
        { "version", no_argument, NULL, 'v' },
        { NULL, 0, NULL, 0 },
    };
    for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        switch (c) {
        case 'p':
            o->link = optarg;
            break;
        case 'n':
            o->slots = number(optarg, "--slots", 1, RACK_SLOTS_MAX);
            break;
        case 'a':
            o->address = number(optarg, "--address", 1, RACK_ADDRESS_MAX);
            break;
        case 'b':
            o->baud = number(optarg, "--baud", 1200, BAUD_MAX);
            break;
        case 's':
            o->seed = number(optarg, "--seed", 1, ULONG_MAX);
            break;
        case 'f':
            o->state = optarg;
            break;
        case 'c':
            o->control = optarg;
            break;
        case 'l':
            o->lock = true;
            break;
        case 'P':
            o->picture = true;
            break;
        case 'k':
            o->cut = number(optarg, "--cut", 1, UINT32_MAX);
            break;
        default:
            say_and_end(c);
        }
    }
    if (!o->link || optind != argc) {
        fputs(usage, stderr);
        exit(1);
    }
}

/* What runs after a start: the app, or what is left without one. */
static uint32_t (*pass)(void);
static enum flash_habit habit;
static uint64_t start_us;

/* A program that hangs does nothing until the watchdog bites; one that is deaf runs, but
 * hears nobody. */
static uint32_t pass_badly(void)
{
    while (habit == FLASH_DEAF && hal_uart_read() != HAL_UART_NONE)
        continue;
    if (habit == FLASH_DEAF)
        return rack_pass();
    if (world_now_us() - start_us > DOG_US)
        hal_restart();
    return DOG_US / 10;
}

static void start(const struct options *o, struct hal_boot *boot)
{
    hal_lock_drive(false);
    boot->starts++;
    start_us = world_now_us();
    if (!boot_choose(boot)) {
        recovery_start(boot);
        pass = recovery_pass;
        return;
    }
    habit = flash_habit();
    pass = habit == FLASH_HEALTHY ? rack_pass : pass_badly;
    boot->lock = o->lock;
    if (habit != FLASH_HANGS)
        rack_start(boot);
}

static void start_first(const struct options *o, struct hal_boot *ret_boot)
{
    *ret_boot = (struct hal_boot){
        .baud = (uint32_t)o->baud,
        .cause = RACK_RESET_POWER,
        .address = (uint8_t)o->address,
        .slots = (uint8_t)o->slots,
    };
    world_uid(ret_boot->uid);
    start(o, ret_boot);
}

static void start_again(const struct options *o, struct hal_boot *boot)
{
    boot->cause = habit == FLASH_HANGS ? RACK_RESET_WATCHDOG : RACK_RESET_PIN;
    start(o, boot);
}

static void sleep_until_needed(uint32_t most_us)
{
    struct pollfd fds[1 + CONTROL_FDS] = { { .fd = bus_fd(), .events = POLLIN } };
    struct timespec most = { .tv_nsec = (long)most_us * 1000 };
    (void)ppoll(fds, 1 + control_fds(fds + 1), &most, NULL);
}

int main(int argc, char **argv)
{
    if (argc == 4 && !strcmp(argv[1], "--tell"))
        return tell(argv[2], argv[3]);
    struct options o = { 0 };
    char state[PATH_MAX], programs[PATH_MAX];
    struct hal_boot boot;
    read_options(argc, argv, &o);
    if (!o.state) {
        if (snprintf(state, sizeof state, "%s.state", o.link) >= (int)sizeof state)
            errx(1, "the name of the link is too long");
        o.state = state;
    }
    signal(SIGTERM, end);
    signal(SIGINT, end);
    world_open(o.state, o.slots ? (unsigned)o.slots : RACK_SLOTS_PRESET, o.seed);
    if (snprintf(programs, sizeof programs, "%s.flash", o.state) >= (int)sizeof programs)
        errx(1, "the name of the state file is too long");
    flash_open(programs, o.cut);
    if (o.control)
        control_open(o.control);
    start_first(&o, &boot);
    bus_open(o.link); /* last: who sees the link may speak */

    uint64_t drawn_us = 0;
    while (!ended) {
        bus_receive();
        uint32_t most_us = pass();
        if (world_restarts())
            start_again(&o, &boot);
        control_serve();
        if (o.picture && world_now_us() - drawn_us > PICTURE_US && world_changed()) {
            drawn_us = world_now_us();
            picture_draw(o.link);
        }
        sleep_until_needed(most_us);
    }
    bus_close();
    control_close();
    return 0;
}
