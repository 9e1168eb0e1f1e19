/* juanku rack: set up the racks of a port, at the port. The repository's own role must
 * not hold the port meanwhile: two masters on one line answer each other's questions. */
#include "cli/cmd_rack.h"
#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/rack_file.h"
#include "drivers/rack/rack_lock.h"
#include "drivers/rack/rack_setup.h"
#include "sys/clock.h"
#include "sys/scope.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

SCOPE_RELEASER(bus_free_at, struct rack_bus *, rack_bus_free)

/* At a desk a busy machine may answer late; only a scan asks hundreds who are not there.
 */
enum { SCAN_ANSWER_MS = 80, DESK_ANSWER_MS = 400 };

enum { LOOK_MS = 50, LEARN_HOLD_MS = 1000 };

struct options {
    const char *port, *uid, *key_file;
    long baud, address, first, last, slots, seconds;
    bool json;
};

static void help(void)
{
    puts("usage: juanku rack scan  --port P [--first A] [--last A] [--json]\n"
         "       juanku rack claim --port P --uid HEX --address A [--slots N]\n"
         "       juanku rack learn --port P --address A --key-file F\n"
         "       juanku rack test  --port P --address A [--first SLOT] [--last SLOT] "
         "[--seconds S]\n"
         "       juanku rack update --port P --address A --image F\n"
         "       juanku rack sign   --key-file F ...\n\n"
         "scan   asks every address of the port (/dev/juanku/rack-...) who is there\n"
         "claim  gives the rack with that unique id its address, for good\n"
         "learn  gives the rack its lock key (made into F when F is not there) and lets "
         "it find\n       out how its bolt is wired; keep the door shut meanwhile\n"
         "test   lights slot after slot: put something in, take it out; says which slots "
         "fail\nupdate sends a rack a new program; sign makes such a file (--help with "
         "each)"
         "\n\n--baud N on each; 115200 without.");
}

static void print_identity(const struct rack_identity *who, bool json)
{
    if (!json) {
        printf("%3u  %s  %u.%u.%u  %3u 格%s%s%s%s\n", who->address, who->uid,
               who->version >> 8, who->version & 0xFF, who->patch, who->slots,
               who->features & 2 ? "  有锁" : "", who->fresh ? "  新" : "",
               *who->name ? "  " : "", who->name);
        return;
    }
    json_t *line = json_pack(
        "{s:i,s:s,s:i,s:s,s:i,s:b,s:b,s:s}", "address", (int)who->address, "uid",
        who->uid, "model", (int)who->model, "name", who->name, "slots", (int)who->slots,
        "lock", (who->features & 2) != 0, "fresh", (int)who->fresh, "firmware", "");
    char version[32];
    snprintf(version, sizeof version, "%u.%u.%u", who->version >> 8, who->version & 0xFFu,
             (unsigned)who->patch);
    json_object_set_new(line, "firmware", json_string(version));
    json_dumpf(line, stdout, JSON_COMPACT);
    puts("");
    json_decref(line);
}

static int scan(struct rack_bus *bus, const struct options *o)
{
    struct fault why = { .rc = RC_OK };
    int found = 0;
    for (long a = o->first; a <= (o->last ? o->last : RACK_ADDRESS_MAX - 1); a++) {
        struct rack_identity who;
        enum rc rc = rack_identify(bus, (uint8_t)a, 1, &who, &why);
        if (rc == RC_UNAVAILABLE)
            return cmd_fail(&why);
        if (!rc) {
            print_identity(&who, o->json);
            (void)fflush(stdout);
            found++;
        } else if (rc != RC_TIMEOUT) /* something is there, and it is worth knowing */
            (void)fprintf(stderr, "juanku: %ld: %s\n", a, why.text);
    }
    if (!found)
        (void)fputs("juanku: 没有货架回答。请检查接线、电源和 --port。\n", stderr);
    return found ? EXIT_OK : EXIT_AWAY;
}

static int claim(struct rack_bus *bus, const struct options *o)
{
    struct fault why = { .rc = RC_OK };
    uint16_t uid[RACK_UID_WORDS];
    struct rack_identity who;
    enum rc rc = rack_uid_read(o->uid, uid, &why);
    if (!rc)
        rc = rack_claim(bus, uid, (uint8_t)o->address, &who, &why);
    if (!rc && o->slots) {
        rc = rack_set_slots(bus, who.address, (uint16_t)o->slots, &why);
        if (!rc)
            rc = rack_identify(bus, who.address, RACK_BUS_TRIES, &who, &why);
    }
    if (rc)
        return cmd_fail(&why);
    print_identity(&who, o->json);
    return EXIT_OK;
}

static int learn(struct rack_bus *bus, const struct options *o)
{
    struct fault why = { .rc = RC_OK };
    uint8_t key[SIPHASH_KEY_LEN], address = (uint8_t)o->address;
    uint16_t wired = 0;
    enum rc rc = rack_file_key(o->key_file, true, key, sizeof key, &why);
    if (!rc)
        rc = rack_lock_set_key(bus, address, key, &why);
    if (rc == RC_REFUSED) /* it has one: right when it is ours, which the order shows */
        rc = RC_OK;
    const struct rack_lock_order order = { .operation = RACK_UNLOCK,
                                           .hold_ms = LEARN_HOLD_MS,
                                           .request = (uint32_t)clock_now_ms(),
                                           .learn = true };
    if (!rc)
        rc = rack_lock_send(bus, address, key, &order, &why);
    if (rc)
        return cmd_fail(&why);
    struct timespec pause = { .tv_sec = 2 * LEARN_HOLD_MS / 1000 };
    (void)nanosleep(&pause, NULL);
    rc = rack_bus_read(bus, address, RACK_AT_SET_FEEDBACK, 1, RACK_BUS_TRIES, &wired,
                       &why);
    if (!rc && !wired)
        rc = fault_set(&why, RC_REFUSED, 0, "锁舌的触点没有变化。请检查触点接线后再试。");
    if (rc)
        return cmd_fail(&why);
    puts(wired == 1 ? "锁已学会：锁住时触点闭合。" : "锁已学会：锁住时触点断开。");
    return EXIT_OK;
}

/* Wait until slot `index` is full, or is not. */
static enum rc wait_for(struct rack_bus *bus, const struct options *o, unsigned index,
                        bool full, struct fault *why)
{
    int64_t until = clock_mono_ms() + o->seconds * 1000;
    bool now = !full;
    while (clock_mono_ms() < until) {
        enum rc rc = rack_slot_full(bus, (uint8_t)o->address, index, &now, why);
        if (rc || now == full)
            return rc;
        struct timespec pause = { .tv_nsec = LOOK_MS * 1000000L };
        (void)nanosleep(&pause, NULL);
    }
    return fault_set(why, RC_TIMEOUT, 0, "%s", full ? "没有感到放入" : "没有感到取出");
}

static enum rc test_slot(struct rack_bus *bus, const struct options *o, unsigned index,
                         struct fault *why)
{
    bool full = false;
    uint8_t address = (uint8_t)o->address;
    enum rc rc = rack_slot_full(bus, address, index, &full, why);
    if (!rc && full)
        return fault_set(why, RC_REFUSED, 0, "测试前已有东西或触点卡住");
    if (!rc)
        rc = rack_point(bus, address, index, RACK_GREEN, why);
    if (!rc)
        rc = wait_for(bus, o, index, true, why);
    if (!rc)
        rc = rack_point(bus, address, index, RACK_AMBER, why);
    return rc ? rc : wait_for(bus, o, index, false, why);
}

static int test(struct rack_bus *bus, const struct options *o)
{
    struct fault why = { .rc = RC_OK };
    struct rack_identity who;
    unsigned bad = 0, tried = 0;
    if (rack_identify(bus, (uint8_t)o->address, RACK_BUS_TRIES, &who, &why))
        return cmd_fail(&why);
    for (long n = o->first; n <= (o->last ? o->last : who.slots); n++, tried++) {
        if (n > who.slots)
            return cmd_usage("rack test", "the rack has %u slots", who.slots);
        printf("第 %ld 格：绿灯放入，黄灯取出 … ", n);
        (void)fflush(stdout);
        enum rc rc = test_slot(bus, o, (unsigned)(n - 1), &why);
        printf("%s\n", rc ? why.text : "好");
        if (rc == RC_UNAVAILABLE)
            return cmd_fail(&why);
        bad += rc != RC_OK;
    }
    (void)!rack_dark(bus, (uint8_t)o->address, NULL);
    printf("%u 格，%u 格有问题。\n", tried, bad);
    return bad ? EXIT_RULE : EXIT_OK;
}

static const struct {
    const char *name;
    int (*run)(struct rack_bus *, const struct options *);
    bool address, uid, key;
} verbs[] = {
    { "scan", scan, false, false, false },
    { "claim", claim, true, true, false },
    { "learn", learn, true, false, true },
    { "test", test, true, false, false },
};

static bool read_options(int argc, char **argv, struct options *o, struct args *args,
                         bool *ret_asked)
{
    const char *baud = "0", *address = "0", *first = "1", *last = "0", *slots = "0",
               *seconds = "30";
    const struct arg table[] = {
        { "port", &o->port, NULL },
        { "uid", &o->uid, NULL },
        { "key-file", &o->key_file, NULL },
        { "baud", &baud, NULL },
        { "address", &address, NULL },
        { "first", &first, NULL },
        { "last", &last, NULL },
        { "slots", &slots, NULL },
        { "seconds", &seconds, NULL },
        { "json", NULL, &o->json },
        { "help", NULL, ret_asked },
    };
    return args_read("rack", argc, argv, table, COUNT(table), args) &&
           args_number("rack", "baud", baud, 0, 1000000, &o->baud) &&
           args_number("rack", "address", address, 0, RACK_ADDRESS_MAX, &o->address) &&
           args_number("rack", "first", first, 1, RACK_ADDRESS_MAX, &o->first) &&
           args_number("rack", "last", last, 0, RACK_ADDRESS_MAX, &o->last) &&
           args_number("rack", "slots", slots, 0, RACK_SLOTS_MAX, &o->slots) &&
           args_number("rack", "seconds", seconds, 1, 3600, &o->seconds);
}

int cmd_rack(int argc, char **argv)
{
    struct options o = { 0 };
    struct args args;
    bool asked = false;
    if (argc > 1 && !strcmp(argv[1], "update"))
        return rack_update_command(argc - 1, argv + 1);
    if (argc > 1 && !strcmp(argv[1], "sign"))
        return rack_sign_command(argc - 1, argv + 1);
    if (!read_options(argc, argv, &o, &args, &asked))
        return EXIT_USAGE;
    if (asked) {
        help();
        return EXIT_OK;
    }
    for (size_t i = 0; i < COUNT(verbs) && args.count == 1; i++) {
        if (strcmp(verbs[i].name, args.words[0]) != 0)
            continue;
        if (!o.port)
            return cmd_usage("rack", "--port is expected");
        if ((verbs[i].address && !o.address) || (verbs[i].uid && !o.uid) ||
            (verbs[i].key && !o.key_file))
            return cmd_usage("rack", "%s lacks an option", verbs[i].name);
        SCOPED(bus_free_at)
        struct rack_bus *bus = rack_bus_new(o.port, (unsigned)o.baud, 0);
        rack_bus_patience(bus, verbs[i].run == scan && o.last != o.first
                                   ? SCAN_ANSWER_MS
                                   : DESK_ANSWER_MS);
        return verbs[i].run(bus, &o);
    }
    return cmd_usage("rack", "scan, claim, learn, test, update or sign is expected");
}
