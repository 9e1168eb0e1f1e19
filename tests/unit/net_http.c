/* Server and client against each other: the server in a child process, the client here.
 */
#include "check.h"

#include "net/http_client.h"
#include "net/http_server.h"
#include "net/http_wire.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WAIT_MS = 5000, LATER_US = 30000 };

static struct {
    pid_t pid;
    char base[64];
    struct http_client *client;
} at;

struct waiting {
    struct http_request *request;
    sd_event_source *source;
    bool pausing;
};

static int later(__attribute__((unused)) sd_event_source *source,
                 __attribute__((unused)) uint64_t now, void *context)
{
    struct waiting *w = context;
    if (w->pausing)
        http_continue(w->request);
    else
        http_reply_json(w->request, 200,
                        json_pack("{s:s}", "slot", http_part(w->request, "slot")));
    sd_event_source_unref(w->source);
    free(w);
    return 0;
}

static void after_a_while(struct http_request *r, void *context, bool pausing)
{
    struct waiting *w = calloc(1, sizeof *w);
    *w = (struct waiting){ .request = r, .pausing = pausing };
    sd_event_add_time_relative(context, &w->source, CLOCK_MONOTONIC, LATER_US, 0, later,
                               w);
}

static void slow(struct http_request *r, void *context)
{
    after_a_while(r, context, false);
}

static void echo(struct http_request *r, __attribute__((unused)) void *context)
{
    json_t *body = http_body_json(r);
    if (!body) {
        http_reply_problem(r, 400, "json", "内容不是 JSON", "请检查。");
        return;
    }
    const char *q = http_query(r, "q"), *cookie = http_cookie(r, "juanku");
    json_t *out = json_pack("{s:O, s:s*, s:s*, s:s}", "body", body, "q", q, "cookie",
                            cookie, "peer", http_peer(r));
    http_reply_json(r, 201, out);
}

struct count {
    uint64_t bytes;
    unsigned pieces;
};
static unsigned uploads; /* that nobody released */

static void count_free(void *own)
{
    uploads--;
    free(own);
}

static bool upload_begin(struct http_request *r, void *context)
{
    uploads++;
    http_set_own(r, calloc(1, sizeof(struct count)), count_free);
    http_pause(r);
    after_a_while(r, context, true);
    return true;
}

static enum rc upload_chunk(struct http_request *r, struct bytes piece,
                            __attribute__((unused)) void *context)
{
    struct count *count = http_own(r);
    count->bytes += piece.len;
    count->pieces++;
    return RC_OK;
}

static void upload_end(struct http_request *r, __attribute__((unused)) void *context)
{
    const struct count *count = http_own(r);
    http_reply_json(r, 200,
                    json_pack("{s:I, s:b, s:i}", "bytes", (json_int_t)count->bytes,
                              "whole", count->pieces == 1, "uploads", (int)uploads));
}

static void file_part(struct http_request *r, __attribute__((unused)) void *context)
{
    int fd = -1;
    if (file_in_memory("part", BYTES("0123456789"), &fd, NULL))
        http_reply_problem(r, 500, "io", "读不了", NULL);
    else
        http_reply_fd(r, "text/plain", fd, 10, "tag");
}

static void stream_closed(__attribute__((unused)) struct http_stream *s,
                          __attribute__((unused)) void *context)
{
}

static int stream_end(__attribute__((unused)) sd_event_source *source,
                      __attribute__((unused)) uint64_t now, void *context)
{
    struct http_stream *s = context;
    http_stream_send(s, "volume", "7", "{\"a\":1}");
    http_stream_end(s);
    return 0;
}

static void stream(struct http_request *r, void *context)
{
    struct http_stream *s = http_reply_stream(r, stream_closed, NULL);
    sd_event_add_time_relative(context, NULL, CLOCK_MONOTONIC, LATER_US, 0, stream_end,
                               s);
}

static void before(struct http_request *r, __attribute__((unused)) void *context)
{
    static const struct http_asset assets[] = {
        { "/index.html", "text/html", (const unsigned char *)"<p>",
          (const unsigned char *)"<p>" + 3 },
        { NULL, NULL, NULL, NULL },
    };
    if (!http_route_of(r))
        http_reply_asset(r, assets);
}

static const struct http_upload upload = { upload_begin, upload_chunk };
static const struct http_route routes[] = {
    { "POST", "/v1/echo", echo, 64, NULL },
    { "GET", "/v1/slots/{slot}/slow", slow, 0, NULL },
    { "PUT", "/v1/blobs/{sha256}", upload_end, 8 * 1024 * 1024, &upload },
    { "GET", "/v1/file", file_part, 0, NULL },
    { "GET", "/v1/stream", stream, 0, NULL },
};

static void serve(int port_pipe)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sd_event *loop = NULL;
    struct http_server *server = NULL;
    struct http_settings settings = { .listen = "127.0.0.1:0",
                                      .routes = routes,
                                      .route_count = COUNT(routes),
                                      .before = before };
    sd_event_new(&loop);
    settings.context = loop;
    unsigned port = 0;
    if (!http_server_new(loop, &settings, &server, NULL))
        port = http_server_port(server);
    if (write(port_pipe, &port, sizeof port) == sizeof port)
        sd_event_loop(loop);
    _exit(1);
}

static struct http_client *client(void)
{
    if (at.client)
        return at.client;
    int ends[2];
    CHECK(!pipe(ends));
    at.pid = fork();
    if (!at.pid)
        serve(ends[1]);
    unsigned port = 0;
    CHECK(read(ends[0], &port, sizeof port) == sizeof port && port);
    snprintf(at.base, sizeof at.base, "http://127.0.0.1:%u/", port);
    CHECK_OK(http_client_new(at.base, NULL, &at.client, NULL));
    return at.client;
}

static void answer_free(struct http_answer *answer)
{
    http_answer_free(answer);
}
#define ANSWER SCOPED(answer_free) struct http_answer

TEST(http, carries_json_both_ways_with_query)
{
    json_t *body = json_pack("{s:s}", "名", "张三"), *got = NULL;
    CHECK_OK(http_client_json(client(), "POST", "/v1/echo?q=%E5%BC%A0%20a", body, WAIT_MS,
                              &got, NULL));
    CHECK_TEXT("张 a", json_string_value(json_object_get(got, "q")));
    CHECK_TEXT("127.0.0.1", json_string_value(json_object_get(got, "peer")));
    CHECK(json_equal(body, json_object_get(got, "body")));
    json_decref(body);
    json_decref(got);
}

TEST(http, turns_a_problem_into_a_fault_with_its_sentence)
{
    struct fault why;
    json_t *body = json_array(), *got = NULL;
    CHECK_RC(RC_INVALID,
             http_client_json(client(), "POST", "/v1/echo", body, WAIT_MS, &got, &why));
    CHECK_TEXT("内容不是 JSON：请检查。", why.text);
    json_decref(body);
}

TEST(http, takes_a_body_of_its_bound_and_refuses_one_byte_more)
{
    ANSWER fits = { 0 }, more = { 0 };
    char text[66];
    memset(text, ' ', sizeof text);
    memcpy(text, "{}", 2);
    CHECK_OK(http_client_call(client(), "POST", "/v1/echo", "application/json",
                              (struct bytes){ (uint8_t *)text, 64 }, WAIT_MS, &fits,
                              NULL));
    CHECK_INT(201, fits.status);
    CHECK_OK(http_client_call(client(), "POST", "/v1/echo", "application/json",
                              (struct bytes){ (uint8_t *)text, 65 }, WAIT_MS, &more,
                              NULL));
    CHECK_INT(413, more.status);
}

static int raw_send(const char *ask)
{
    struct timeval most = { .tv_sec = WAIT_MS / 1000 };
    struct sockaddr_in to = { .sin_family = AF_INET };
    CHECK(client() != NULL);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons((uint16_t)atoi(strrchr(at.base, ':') + 1));
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(!connect(fd, (struct sockaddr *)&to, sizeof to));
    CHECK(!setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most));
    CHECK(send(fd, ask, strlen(ask), 0) == (ssize_t)strlen(ask));
    return fd;
}

/* The first bytes of the answer to these bytes; the connection closes behind it. */
static void raw_ask(const char *ask, char *ret_got, size_t room)
{
    size_t have = 0;
    ssize_t n = 0;
    SCOPED(fd_close_at) int fd = raw_send(ask);
    while (have + 1 < room && (n = recv(fd, ret_got + have, room - 1 - have, 0)) > 0)
        have += (size_t)n;
    ret_got[have] = 0;
}

TEST(http, refuses_a_body_with_two_lengths_and_does_not_wait_for_either)
{
    char got[64];
    raw_ask("POST /v1/echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            got, sizeof got);
    CHECK(!strncmp(got, "HTTP/1.1 400", 12));
}

/* A page that was read again is another file: no part of it behind the first one's. */
TEST(http, sends_a_part_only_of_the_content_that_was_begun)
{
    static const struct {
        const char *only_of;
        bool part;
    } asks[] = { { "\"tag\"", true }, { "\"other\"", false }, { "tag", false } };
    for (size_t i = 0; i < COUNT(asks); i++) {
        char ask[200], got[600];
        snprintf(ask, sizeof ask,
                 "GET /v1/file HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                 "Range: bytes=8-9\r\nIf-Range: %s\r\n\r\n",
                 asks[i].only_of);
        raw_ask(ask, got, sizeof got);
        CHECK(!strncmp(got, asks[i].part ? "HTTP/1.1 206" : "HTTP/1.1 200", 12));
        CHECK(strstr(got, asks[i].part ? "\r\n\r\n89" : "\r\n\r\n0123456789") != NULL);
    }
}

TEST(http, answers_later_from_the_same_loop)
{
    json_t *got = NULL;
    CHECK_OK(http_client_json(client(), "GET", "/v1/slots/S01/slow", NULL, WAIT_MS, &got,
                              NULL));
    CHECK_TEXT("S01", json_string_value(json_object_get(got, "slot")));
    json_decref(got);
}

static void put_zeroes(size_t size, struct http_answer *ret_answer)
{
    char *data = calloc(1, size);
    int fd = -1;
    CHECK_OK(file_in_memory("up", (struct bytes){ (uint8_t *)data, size }, &fd, NULL));
    CHECK_OK(http_client_put_fd(client(), "/v1/blobs/ab", "image/jpeg", fd, size, WAIT_MS,
                                ret_answer, NULL));
    close(fd);
    free(data);
}

TEST(http, streams_an_upload_that_was_paused_at_its_begin)
{
    ANSWER answer = { 0 };
    put_zeroes(5 * 1024 * 1024, &answer);
    CHECK_INT(200, answer.status);
    CHECK_TEXT("{\"bytes\":5242880,\"whole\":false,\"uploads\":1}", answer.body);
}

TEST(http, reads_a_small_body_in_the_pause_and_hands_it_over_whole)
{
    static const unsigned sizes[] = { 0, 1, 200000 };
    for (size_t i = 0; i < COUNT(sizes); i++) {
        SCOPED(free_at) char *ask = calloc(1, sizes[i] + 200);
        char got[600], want[80];
        int head = snprintf(ask, 200,
                            "PUT /v1/blobs/ab HTTP/1.1\r\nHost: x\r\n"
                            "Connection: close\r\nContent-Length: %u\r\n\r\n",
                            sizes[i]);
        memset(ask + head, 'x', sizes[i]);
        raw_ask(ask, got, sizeof got);
        snprintf(want, sizeof want, "{\"bytes\":%u,\"whole\":%s,\"uploads\":1}", sizes[i],
                 sizes[i] ? "true" : "false");
        CHECK(strstr(got, want) != NULL);
    }
}

TEST(http, releases_an_upload_whose_sender_left_in_the_pause)
{
    ANSWER answer = { 0 };
    int fd = raw_send(
        "PUT /v1/blobs/ab HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc");
    usleep(LATER_US / 3);
    close(fd);
    usleep(3 * LATER_US);
    put_zeroes(1, &answer);
    CHECK_TEXT("{\"bytes\":1,\"whole\":true,\"uploads\":1}", answer.body);
}

TEST(http, says_which_methods_a_path_has_and_which_paths_are_unknown)
{
    ANSWER wrong = { 0 }, none = { 0 }, page = { 0 };
    CHECK_OK(http_client_call(client(), "DELETE", "/v1/echo", NULL, (struct bytes){ 0 },
                              WAIT_MS, &wrong, NULL));
    CHECK_INT(405, wrong.status);
    CHECK_OK(http_client_call(client(), "GET", "/v2", NULL, (struct bytes){ 0 }, WAIT_MS,
                              &none, NULL));
    CHECK_INT(404, none.status);
    CHECK_OK(http_client_call(client(), "GET", "/", NULL, (struct bytes){ 0 }, WAIT_MS,
                              &page, NULL));
    CHECK_INT(200, page.status);
    CHECK_TEXT("<p>", page.body);
}

TEST(http, sends_a_file)
{
    ANSWER whole = { 0 };
    CHECK_OK(http_client_call(client(), "GET", "/v1/file", NULL, (struct bytes){ 0 },
                              WAIT_MS, &whole, NULL));
    CHECK_TEXT("0123456789", whole.body);
}

TEST(http, streams_events_as_the_standard_writes_them)
{
    ANSWER answer = { 0 };
    CHECK_OK(http_client_call(client(), "GET", "/v1/stream", NULL, (struct bytes){ 0 },
                              WAIT_MS, &answer, NULL));
    CHECK_TEXT("retry: 2000\n\nevent: volume\nid: 7\ndata: {\"a\":1}\n\n", answer.body);
}

TEST(http_client, says_unavailable_when_nobody_listens)
{
    struct http_client *c = NULL;
    json_t *got = NULL;
    CHECK_OK(http_client_new("http://127.0.0.1:1", NULL, &c, NULL));
    CHECK_RC(RC_UNAVAILABLE, http_client_json(c, "GET", "/", NULL, WAIT_MS, &got, NULL));
    http_client_free(c);
}

TEST(http_client, says_unknown_when_the_server_dies_over_a_request)
{
    struct http_client *c = client();
    pid_t killer = fork();
    if (!killer) {
        usleep(LATER_US / 3);
        kill(at.pid, SIGKILL);
        _exit(0);
    }
    json_t *got = NULL;
    CHECK_RC(RC_UNKNOWN,
             http_client_json(c, "GET", "/v1/slots/S01/slow", NULL, WAIT_MS, &got, NULL));
    waitpid(killer, NULL, 0);
    waitpid(at.pid, NULL, 0);
    http_client_free(at.client);
    at.client = NULL;
}

TEST(http_server, refuses_plain_http_that_others_can_reach)
{
    sd_event *loop = NULL;
    CHECK(sd_event_new(&loop) >= 0);
    struct http_server *server = NULL;
    struct http_settings settings = { .listen = "0.0.0.0:0" };
    CHECK_RC(RC_REFUSED, http_server_new(loop, &settings, &server, NULL));
    settings.listen = "127.0.0.1";
    CHECK_RC(RC_INVALID, http_server_new(loop, &settings, &server, NULL));
    sd_event_unref(loop);
}

TEST(http_range_read, reads_one_part_and_leaves_the_rest_whole)
{
    static const struct {
        const char *text;
        int answer;
        uint64_t from, len;
    } rows[] = {
        { "bytes=0-3", 1, 0, 4 },  { "bytes=4-", 1, 4, 6 },
        { "bytes=-3", 1, 7, 3 },   { "bytes=5-99", 1, 5, 5 },
        { "bytes=10-", -1, 0, 0 }, { "bytes=0-1,3-4", 0, 0, 0 },
        { "bytes=-", 0, 0, 0 },    { "pages=1-2", 0, 0, 0 },
        { NULL, 0, 0, 0 },         { "bytes=3-2", 0, 0, 0 },
        { "bytes=-99", 1, 0, 10 }, { "bytes=99999999999999999999-", 0, 0, 0 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint64_t from = 0, len = 0;
        CHECK_INT(rows[i].answer, http_range_read(rows[i].text, 10, &from, &len));
        CHECK_INT(rows[i].from, from);
        CHECK_INT(rows[i].len, len);
    }
}

TEST(http_utf8_valid, knows_the_edges_of_utf_8)
{
    CHECK(http_utf8_valid("张三 a \xF4\x8F\xBF\xBF"));
    CHECK(!http_utf8_valid("\xC0\x80"));
    CHECK(!http_utf8_valid("\xED\xA0\x80"));
    CHECK(!http_utf8_valid("\xF4\x90\x80\x80"));
    CHECK(!http_utf8_valid("\xE5\xBC"));
    CHECK(!http_utf8_valid("\x80"));
}

TEST(http_cookie, finds_its_name_only)
{
    struct http_request *r = http_request_new("GET", "/");
    http_pairs_add(&r->headers, "Cookie", 6, "xjuanku=a; juanku=b; c=d", 24);
    CHECK_TEXT("b", http_cookie(r, "juanku"));
    CHECK_TEXT("b", http_cookie(r, "juanku"));
    CHECK(!http_cookie(r, "none"));
    http_request_free(r);
}
