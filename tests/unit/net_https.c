/* The server over TLS, and what a client of bad will or a slow one can do to others. The
 * server is a child process; the clients here are plain GnuTLS and look at no
 * certificate. */
#include "check.h"

#include "net/cert.h"
#include "net/http_server.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    RECORD = 16384, /* what a TLS record holds */
    LARGE = 6 * 1024 * 1024,
    WAIT_S = 10,
};

static struct {
    pid_t pid;
    unsigned port;
} at;

static char pattern(size_t i)
{
    return (char)('a' + i % 23 + i / RECORD % 3);
}

/* /v1/files/SIZE: that many bytes, each of which tells where it stands. */
static void file(struct http_request *r, __attribute__((unused)) void *context)
{
    size_t size = strtoul(http_part(r, "size"), NULL, 10);
    SCOPED(free_at) char *text = malloc(size + 1);
    int fd = -1;
    for (size_t i = 0; i < size; i++)
        text[i] = pattern(i);
    if (file_in_memory("file", (struct bytes){ (uint8_t *)text, size }, &fd, NULL))
        http_reply_problem(r, 500, "io", "读不了", NULL);
    else
        http_reply_fd(r, "text/plain", fd, size, NULL);
}

static void small(struct http_request *r, __attribute__((unused)) void *context)
{
    http_reply_text(r, 200, "text/plain", BYTES("ok"));
}

static int later(sd_event_source *source, __attribute__((unused)) uint64_t now,
                 void *context)
{
    http_reply_text(context, 200, "text/plain", BYTES("ok"));
    sd_event_source_unref(source);
    return 0;
}

static void waiting(struct http_request *r, void *context)
{
    sd_event_source *source = NULL;
    sd_event_add_time_relative(context, &source, CLOCK_MONOTONIC, 1000, 1, later, r);
}

static void keep(const char *folder, const char *name, const char *text, char *ret_path,
                 size_t room)
{
    snprintf(ret_path, room, "%s/%s", folder, name);
    FILE *out = fopen(ret_path, "w");
    CHECK(out && fputs(text, out) >= 0 && !fclose(out));
}

static void serve(int port_pipe, const char *cert, const char *key)
{
    static const struct http_route routes[] = {
        { "GET", "/v1/files/{size}", file, 0, NULL },
        { "GET", "/v1/small", small, 0, NULL },
        { "GET", "/v1/later", waiting, 0, NULL },
    };
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sd_event *loop = NULL;
    struct http_server *server = NULL;
    struct http_settings settings = { .listen = "127.0.0.1:0",
                                      .tls_cert = cert,
                                      .tls_key = key,
                                      .routes = routes,
                                      .route_count = COUNT(routes) };
    unsigned port = 0;
    sd_event_new(&loop);
    settings.context = loop;
    if (!http_server_new(loop, &settings, &server, NULL))
        port = http_server_port(server);
    if (write(port_pipe, &port, sizeof port) == sizeof port)
        sd_event_loop(loop);
    _exit(1);
}

/* An authority signs no lines itself, so it signs a machine. */
static void identity(char key[CERT_PEM_MAX], char pem[CERT_PEM_MAX])
{
    char ca_key[CERT_PEM_MAX], ca[CERT_PEM_MAX], request[CERT_PEM_MAX];
    struct cert_about about;
    int64_t from_ms = clock_now_ms() - 60000, until_ms = from_ms + 3600000;
    CHECK_OK(cert_key_new(ca_key, NULL));
    CHECK_OK(cert_authority(ca_key, "CA", from_ms, until_ms, ca, NULL));
    CHECK_OK(cert_key_new(key, NULL));
    CHECK_OK(cert_request(key, "server", request, NULL));
    struct cert_order order = {
        ca_key, ca, { (uint8_t *)request, strlen(request) }, "server", from_ms, until_ms
    };
    CHECK_OK(cert_sign(&order, pem, &about, NULL));
}

static void start(void)
{
    char folder[] = "/tmp/net-https-XXXXXX", cert[64], key[64];
    char key_pem[CERT_PEM_MAX], pem[CERT_PEM_MAX];
    int ends[2];
    if (at.pid)
        return;
    CHECK(mkdtemp(folder) && !pipe(ends));
    identity(key_pem, pem);
    keep(folder, "cert", pem, cert, sizeof cert);
    keep(folder, "key", key_pem, key, sizeof key);
    at.pid = fork();
    if (!at.pid)
        serve(ends[1], cert, key);
    CHECK(read(ends[0], &at.port, sizeof at.port) == sizeof at.port && at.port);
    CHECK(!unlink(cert) && !unlink(key) && !rmdir(folder));
}

static int line_open(int receive_room)
{
    struct timeval most = { .tv_sec = WAIT_S };
    struct sockaddr_in to = { .sin_family = AF_INET };
    start();
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons((uint16_t)at.port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_room)
        CHECK(!setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_room, sizeof(int)));
    CHECK(!setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most));
    CHECK(!connect(fd, (struct sockaddr *)&to, sizeof to));
    return fd;
}

struct client {
    int fd;
    gnutls_session_t session;
    gnutls_certificate_credentials_t trust;
};

static void client_open(struct client *c, int receive_room)
{
    int code;
    c->fd = line_open(receive_room);
    CHECK(!gnutls_certificate_allocate_credentials(&c->trust));
    CHECK(!gnutls_init(&c->session, GNUTLS_CLIENT));
    CHECK(!gnutls_set_default_priority(c->session));
    CHECK(!gnutls_credentials_set(c->session, GNUTLS_CRD_CERTIFICATE, c->trust));
    gnutls_transport_set_int(c->session, c->fd);
    do
        code = gnutls_handshake(c->session);
    while (code < 0 && !gnutls_error_is_fatal(code));
    CHECK(!code);
}

static void client_close(struct client *c)
{
    gnutls_deinit(c->session);
    gnutls_certificate_free_credentials(c->trust);
    close(c->fd);
}

static void ask(struct client *c, const char *path, const char *more)
{
    char text[200];
    int len =
        snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n", path, more);
    CHECK(gnutls_record_send(c->session, text, (size_t)len) == len);
}

static size_t take(struct client *c, char *room, size_t most)
{
    ssize_t n;
    do
        n = gnutls_record_recv(c->session, room, most);
    while (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED);
    CHECK(n >= 0);
    return (size_t)n;
}

/* The answer with its whole body, whose bytes are looked at. */
static void take_file(struct client *c, size_t size, unsigned pause_us)
{
    SCOPED(free_at) char *got = calloc(1, size + 4096);
    size_t have = 0, head = 0;
    while (!head || have < head + size) {
        size_t n = take(c, got + have, size + 4095 - have);
        CHECK(n > 0);
        have += n;
        char *end = head ? NULL : strstr(got, "\r\n\r\n");
        if (end)
            head = (size_t)(end + 4 - got);
        if (pause_us)
            usleep(pause_us);
    }
    CHECK(!strncmp(got, "HTTP/1.1 200", 12));
    CHECK_INT(head + size, have);
    for (size_t i = 0; i < size; i++)
        if (got[head + i] != pattern(i))
            fail_msg("byte %zu of %zu is another", i, size);
}

static double cpu_s(void)
{
    clockid_t clock;
    struct timespec t;
    CHECK(!clock_getcpuclockid(at.pid, &clock) && !clock_gettime(clock, &t));
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

TEST(https, spends_no_time_on_a_greeting_that_stops_half_way)
{
    static const uint8_t half[] = { 0x16, 3, 1, 2, 0, 1 };
    SCOPED(fd_close_at) int fd = line_open(0);
    CHECK(send(fd, half, sizeof half, 0) == (ssize_t)sizeof half);
    usleep(50000);
    double before = cpu_s();
    usleep(500000);
    CHECK(cpu_s() - before < 0.1);
}

/* A last record that is full looks as if another one followed; the kernel keeps such a
 * one back for a fifth of a second. */
TEST(https, sends_what_ends_with_a_full_record_at_once)
{
    static const size_t sizes[] = { 1,           RECORD - 1,  RECORD,
                                    RECORD + 1,  4 * RECORD,  200000,
                                    15 * RECORD, 16 * RECORD, 17 * RECORD };
    struct client c;
    client_open(&c, 0);
    for (size_t i = 0; i < 5 * COUNT(sizes); i++) {
        char path[64];
        int64_t from_ms = clock_mono_ms(), quickest_ms = INT64_MAX;
        snprintf(path, sizeof path, "/v1/files/%zu", sizes[i % COUNT(sizes)]);
        for (int turn = 0; turn < 4 && quickest_ms > 150; turn++) {
            from_ms = clock_mono_ms();
            ask(&c, path, "");
            take_file(&c, sizes[i % COUNT(sizes)], 0);
            if (clock_mono_ms() - from_ms < quickest_ms)
                quickest_ms = clock_mono_ms() - from_ms;
        }
        CHECK(quickest_ms < 150);
    }
    client_close(&c);
}

static void take_ok(struct client *c, size_t answers)
{
    char got[2000];
    size_t have = 0, seen = 0;
    while (seen < answers) {
        size_t n = take(c, got + have, sizeof got - 1 - have);
        CHECK(n > 0);
        have += n;
        got[have] = 0;
        seen = 0;
        for (const char *p = got; (p = strstr(p, "\r\n\r\nok")); p++)
            seen++;
    }
    CHECK(!strncmp(got, "HTTP/1.1 200", 12));
}

/* The next request is there already; also beside one that hangs in its greeting. */
TEST(https, takes_the_next_request_behind_an_answer_that_came_later)
{
    static const uint8_t half[] = { 0x16, 3, 1, 2, 0, 1 };
    struct client c;
    client_open(&c, 0);
    for (int beside = 0; beside < 2; beside++) {
        SCOPED(fd_close_at) int fd = line_open(0);
        if (beside)
            CHECK(send(fd, half, sizeof half, 0) == (ssize_t)sizeof half);
        int64_t quickest_ms = INT64_MAX;
        for (int turn = 0; turn < 3 && quickest_ms > 500; turn++) {
            int64_t from_ms = clock_mono_ms();
            for (int i = 0; i < 10; i++) {
                ask(&c, "/v1/later", "");
                ask(&c, "/v1/later", "");
                take_ok(&c, 2);
            }
            if (clock_mono_ms() - from_ms < quickest_ms)
                quickest_ms = clock_mono_ms() - from_ms;
        }
        CHECK(quickest_ms < 500);
    }
    client_close(&c);
}

TEST(https, answers_others_while_one_does_not_read)
{
    struct client slow, quick;
    char path[64];
    snprintf(path, sizeof path, "/v1/files/%d", LARGE);
    client_open(&slow, 4096);
    ask(&slow, path, "");
    usleep(100000); /* its room is full by now */
    client_open(&quick, 0);
    double before = cpu_s();
    for (int i = 0; i < 20; i++) {
        ask(&quick, "/v1/small", "");
        take_ok(&quick, 1);
    }
    usleep(300000);
    CHECK(cpu_s() - before < 0.15);
    client_close(&quick);
    take_file(&slow, LARGE, 0);
    client_close(&slow);
}

TEST(https, sends_the_whole_file_to_a_slow_reader_before_it_closes)
{
    struct client c;
    char path[64], more;
    snprintf(path, sizeof path, "/v1/files/%d", LARGE / 4);
    client_open(&c, 4096);
    ask(&c, path, "Connection: close\r\n");
    usleep(200000);
    take_file(&c, LARGE / 4, 500);
    CHECK_INT(0, take(&c, &more, 1));
    client_close(&c);
}

TEST(https, takes_requests_that_come_together)
{
    struct client c;
    client_open(&c, 0);
    ask(&c, "/v1/files/70000", "");
    ask(&c, "/v1/files/70000", "");
    SCOPED(free_at) char *got = calloc(1, 200000);
    size_t have = 0, answers = 0;
    while (answers < 2 || have < 140000) {
        have += take(&c, got + have, 199999 - have);
        answers = 0;
        for (char *p = got; (p = strstr(p, "HTTP/1.1 200")); p++)
            answers++;
    }
    CHECK_INT(2, answers);
    client_close(&c);
}
