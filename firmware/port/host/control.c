/* One buffer a client; a line that does not fit ends the conversation. */
#include "control.h"

#include "bus.h"
#include "world.h"

#include "firmware/hal/hal_app.h"

#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { LINE_ROOM = 128, ANSWER_ROOM = 8192, PRESS_MAX_MS = 60000 };

struct client {
    int fd; /* -1: free */
    char line[LINE_ROOM];
    size_t len;
};

static struct {
    int listener;
    char path[sizeof((struct sockaddr_un *)0)->sun_path];
    struct client clients[CONTROL_CLIENTS];
} control = { .listener = -1 };

struct answer {
    char text[ANSWER_ROOM];
    size_t len;
};

static void add(struct answer *answer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void add(struct answer *answer, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(answer->text + answer->len, sizeof answer->text - answer->len,
                        format, args);
    va_end(args);
    if (len > 0)
        answer->len += (size_t)len;
    if (answer->len >= sizeof answer->text)
        answer->len = sizeof answer->text - 1;
}

static void list_presence(struct answer *answer)
{
    for (unsigned i = 0; i < world_slots(); i++)
        if (world_full(i))
            add(answer, "%u\n", i + 1);
}

static void list_lamps(struct answer *answer)
{
    for (unsigned i = 0; i < world_slots(); i++) {
        enum rack_colour colour;
        enum world_rhythm rhythm = world_lamp(i, &colour);
        if (rhythm != WORLD_DARK)
            add(answer, "%u %s %s\n", i + 1, rack_colour_name(colour),
                rhythm == WORLD_STEADY ? "steady" : "blink");
    }
}

static void dump(struct answer *answer)
{
    struct bus_counts counts = bus_counts();
    add(answer, "slots %u\nboot %u\nreceived %llu\nsent %llu\n", world_slots(),
        rack_boot_id(), counts.received, counts.sent);
    add(answer, "bolt %s\ndoor %s\n", world_bolt_open() ? "open" : "shut",
        world_door_open() ? "open" : "shut");
    add(answer, "full:\n");
    list_presence(answer);
    add(answer, "leds:\n");
    list_lamps(answer);
}

static bool look(const char *line, struct answer *answer)
{
    static const struct {
        const char *word;
        void (*show)(struct answer *answer);
    } looks[] = { { "presence", list_presence },
                  { "leds", list_lamps },
                  { "dump", dump } };
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
        if (strcmp(line, looks[i].word) != 0)
            continue;
        looks[i].show(answer);
        add(answer, "ok\n");
        return true;
    }
    return false;
}

static void act(const char *word, unsigned number, struct answer *answer)
{
    bool place = !strcmp(word, "place"), bounce = !strcmp(word, "bounce");
    if (!place && !bounce && strcmp(word, "remove") != 0) {
        add(answer, "error: no command '%s'\n", word);
        return;
    }
    if (number < 1 || number > world_slots()) {
        add(answer, "error: slot %u is not fitted, only 1 to %u\n", number,
            world_slots());
        return;
    }
    if (!bounce && world_full(number - 1) == place) {
        add(answer, "error: slot %u is %s\n", number, place ? "full" : "empty");
        return;
    }
    if (bounce)
        world_bounce(number - 1);
    else
        world_put(number - 1, place);
    add(answer, "ok\n");
}

static bool touch(const char *line, struct answer *answer)
{
    unsigned ms;
    char rest;
    if (!strcmp(line, "open"))
        world_door(true);
    else if (!strcmp(line, "shut"))
        world_door(false);
    else if (sscanf(line, "press %u %c", &ms, &rest) == 1 && ms <= PRESS_MAX_MS)
        world_press(ms);
    else
        return false;
    add(answer, "ok\n");
    return true;
}

static void obey(int fd, const char *line)
{
    static struct answer answer;
    char word[16], rest;
    unsigned number;
    answer.len = 0;
    if (touch(line, &answer))
        ;
    else if (sscanf(line, "%15s %u %c", word, &number, &rest) == 2)
        act(word, number, &answer);
    else if (!look(line, &answer))
        add(&answer,
            "error: place N, remove N, bounce N, open, shut, press MS, presence, "
            "leds or dump\n");
    (void)!send(fd, answer.text, answer.len, MSG_NOSIGNAL);
}

static void hang_up(struct client *client)
{
    close(client->fd);
    client->fd = -1;
    client->len = 0;
}

static void listen_to(struct client *client)
{
    ssize_t got = recv(client->fd, client->line + client->len,
                       sizeof client->line - client->len, MSG_DONTWAIT);
    if (got < 0)
        return; /* nothing yet */
    client->len += (size_t)got;
    char *end;
    while ((end = memchr(client->line, '\n', client->len))) {
        *end = 0;
        obey(client->fd, client->line);
        size_t used = (size_t)(end + 1 - client->line);
        memmove(client->line, end + 1, client->len - used);
        client->len -= used;
    }
    if (!got || client->len == sizeof client->line)
        hang_up(client);
}

void control_open(const char *path)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    if (strlen(path) >= sizeof name.sun_path)
        errx(1, "the name of the control socket is too long");
    strcpy(name.sun_path, path);
    strcpy(control.path, path);
    for (unsigned i = 0; i < CONTROL_CLIENTS; i++)
        control.clients[i].fd = -1;
    struct stat st;
    if (!lstat(path, &st) && S_ISSOCK(st.st_mode))
        (void)unlink(path);
    control.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (control.listener < 0 ||
        bind(control.listener, (struct sockaddr *)&name, sizeof name) ||
        listen(control.listener, CONTROL_CLIENTS))
        err(1, "cannot listen at %s", path);
}

unsigned control_fds(struct pollfd ret_fds[CONTROL_FDS])
{
    unsigned count = 0;
    if (control.listener < 0)
        return 0;
    ret_fds[count++] = (struct pollfd){ .fd = control.listener, .events = POLLIN };
    for (unsigned i = 0; i < CONTROL_CLIENTS; i++)
        if (control.clients[i].fd >= 0)
            ret_fds[count++] =
                (struct pollfd){ .fd = control.clients[i].fd, .events = POLLIN };
    return count;
}

void control_serve(void)
{
    if (control.listener < 0)
        return;
    for (unsigned i = 0; i < CONTROL_CLIENTS; i++) {
        struct client *client = &control.clients[i];
        if (client->fd >= 0)
            listen_to(client);
        else
            client->fd = accept4(control.listener, NULL, NULL, SOCK_CLOEXEC);
    }
}

void control_close(void)
{
    if (control.listener >= 0)
        (void)unlink(control.path);
}
