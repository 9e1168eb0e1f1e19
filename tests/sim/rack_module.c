/* A module of another maker in the place of a rack: libmodbus as its other side, which
 * nobody here wrote, on a pseudo terminal; the racks role between it and a store. */
#include "rack_process.h"

#include "core/label.h"
#include "repo-daemon/racks.h"
#include "sys/ipc.h"
#include "sys/role.h"

#include <fcntl.h>
#include <modbus.h>
#include <pty.h>
#include <sys/mman.h>

enum { SLOTS = 16, ADDRESS = 5, PATIENCE_MS = 8000, STEP_US = 20000 };

/* Seen by the module's process and by us. */
static struct wires {
    uint8_t inputs[SLOTS], coils[SLOTS];
} * wires;

static struct {
    sd_event *loop;
    struct ipc *ipc;
    pid_t role, module;
    int master;
    char ports[160];
    unsigned live, absent, lists;
    bool full[SLOTS + 1];
} side;

static void on_message(struct ipc *ipc, struct ipc_message *message, void *context)
{
    (void)ipc;
    (void)context;
    const char *what = json_string_value(json_object_get(message->body, "do"));
    const char *state = json_string_value(json_object_get(message->body, "state"));
    if (what && !strcmp(what, "rack-state")) {
        side.live += state && !strcmp(state, "live");
        side.absent += state && !strcmp(state, "absent");
    }
    if (!what || strcmp(what, "rack-full") != 0)
        return;
    side.lists++;
    memset(side.full, 0, sizeof side.full);
    const json_t *item;
    size_t i;
    json_array_foreach(json_object_get(message->body, "full"), i, item)
    {
        struct label label;
        const char *text = json_string_value(item);
        if (text &&
            !label_read((struct bytes){ (const uint8_t *)text, strlen(text) }, &label) &&
            label.slot <= SLOTS)
            side.full[label.slot] = true;
    }
}

static void start_module(void)
{
    side.module = fork();
    if (side.module)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    modbus_t *context = modbus_new_rtu("/dev/null", 9600, 'N', 8, 1);
    modbus_mapping_t *map = modbus_mapping_new(SLOTS, SLOTS, 0, 0);
    if (!context || !map || modbus_set_slave(context, ADDRESS) ||
        modbus_set_socket(context, side.master))
        _exit(1);
    for (;;) {
        uint8_t query[MODBUS_RTU_MAX_ADU_LENGTH];
        int len = modbus_receive(context, query);
        memcpy(map->tab_input_bits, wires->inputs, SLOTS);
        if (len > 0)
            (void)modbus_reply(context, query, len, map);
        memcpy(wires->coils, map->tab_bits, SLOTS);
    }
}

static void start_role(void)
{
    static const struct ipc_handlers handlers = { .message = on_message };
    struct fault why;
    int pair[2];
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

static bool wait_for(bool (*done)(void))
{
    int64_t until = clock_mono_ms() + PATIENCE_MS;
    while (!done() && clock_mono_ms() < until)
        if (sd_event_run(side.loop, STEP_US) < 0)
            die("the loop ended");
    return done();
}

static bool is_live(void)
{
    return side.live == 1;
}

static bool lists_one_and_four(void)
{
    return side.lists && side.full[1] && side.full[4] && !side.full[2];
}

static bool lists_two(void)
{
    return side.full[1] && side.full[2] && !side.full[4];
}

static bool third_lit(void)
{
    return wires->coils[2] && !wires->coils[1];
}

static bool is_gone(void)
{
    return side.absent == 1;
}

static bool is_back_and_lit(void)
{
    return side.live == 2 && third_lit();
}

static void light(unsigned slot, const char *colour)
{
    char text[LABEL_TEXT_MAX];
    struct label label = {
        .type = LABEL_SLOT, .site = 1, .rack = 2, .slot = (uint16_t)slot
    };
    if (label_write(&label, text) ||
        ipc_send(side.ipc,
                 json_pack("{s:s, s:s, s:s, s:s, s:i}", "do", "lamp", "slot", text,
                           "colour", colour, "mode", "blink", "seconds", 0),
                 NULL, 0))
        die("a lamp order could not be sent");
}

int main(void)
{
    int line;
    char name[64];
    wires = mmap(NULL, sizeof *wires, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                 -1, 0);
    if (wires == MAP_FAILED || openpty(&side.master, &line, name, NULL, NULL) ||
        sd_event_new(&side.loop) < 0)
        die("no wires");
    snprintf(side.ports, sizeof side.ports, "%s@%d:01.002=io%d!/9600N", name, ADDRESS,
             SLOTS);
    memset(wires->inputs, 1, SLOTS); /* inverted: on is empty */
    wires->inputs[0] = wires->inputs[3] = 0;
    start_module();
    start_role();
    ok(wait_for(is_live), "a module of another maker is found at its address");
    ok(wait_for(lists_one_and_four), "its inputs say which slots are full");
    wires->inputs[3] = 1;
    wires->inputs[1] = 0;
    ok(wait_for(lists_two), "a change is told as the whole list");
    light(3, "green");
    ok(wait_for(third_lit), "a lamp is a coil");
    unsigned lists = side.lists;
    for (int i = 0; i < 20; i++)
        (void)sd_event_run(side.loop, STEP_US);
    ok(side.lists == lists, "without a change nothing is told");
    kill_child(&side.module);
    ok(wait_for(is_gone), "a module without power is absent");
    memset(wires->coils, 0, SLOTS);
    start_module();
    ok(wait_for(is_back_and_lit), "and comes back with its lamp lit");
    kill_child(&side.role);
    kill_child(&side.module);
    ipc_free(side.ipc);
    sd_event_unref(side.loop);
    printf("1..%u\n", sim.tests);
    return sim.failed != 0;
}
