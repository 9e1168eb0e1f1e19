/* The one file that knows libcurl: one easy handle, kept alive between calls.
 *
 * What a failed exchange means for the caller is decided here: before the request left
 * this machine nothing was done (RC_UNAVAILABLE), afterwards it may have been
 * (RC_UNKNOWN), and only the same call with the same id tells. */
#include "net/http_client.h"

#include "sys/json_scope.h"
#include "sys/scope.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    CONNECT_TIMEOUT_MS = 5000,
    UNASKED_MAX =
        1024 * 1024, /* a body that is sent without asking whether it may come */
};

struct http_client {
    CURL *curl;
    char *base, *ca_file, *cert_file, *key_file, *token;
};

/* One exchange while it runs. */
struct exchange {
    struct http_answer answer;
    size_t room;
    bool too_large;
    struct bytes body; /* borrowed */
    int fd;            /* -1: the body is `body` */
    uint64_t sent, size;
};

static void curl_start(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

SCOPE_RELEASER(slist_free_at, struct curl_slist *, curl_slist_free_all)

enum rc http_client_new(const char *base, const char *ca_file,
                        struct http_client **ret_client, struct fault *why)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, curl_start);
    if (strncmp(base, "http://", 7) != 0 && strncmp(base, "https://", 8) != 0)
        return fault_set(why, RC_INVALID, 0, "服务地址“%s”应以 http:// 或 https:// 开头",
                         base);
    struct http_client *c = calloc(1, sizeof *c);
    if (c) {
        c->curl = curl_easy_init();
        c->base = strdup(base);
        c->ca_file = ca_file ? strdup(ca_file) : NULL;
    }
    if (!c || !c->curl || !c->base || (ca_file && !c->ca_file)) {
        http_client_free(c);
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    }
    size_t len = strlen(c->base);
    while (len && c->base[len - 1] == '/')
        c->base[--len] = 0;
    *ret_client = c;
    return RC_OK;
}

void http_client_free(struct http_client *c)
{
    if (!c)
        return;
    if (c->curl)
        curl_easy_cleanup(c->curl);
    if (c->token)
        explicit_bzero(c->token, strlen(c->token));
    free(c->token);
    free(c->base);
    free(c->ca_file);
    free(c->cert_file);
    free(c->key_file);
    free(c);
}

void http_client_set_token(struct http_client *c, const char *token)
{
    free(c->token);
    c->token = token ? strdup(token) : NULL;
}

enum rc http_client_set_cert(struct http_client *c, const char *cert_file,
                             const char *key_file, struct fault *why)
{
    struct stat st;
    if (access(cert_file, R_OK))
        return fault_set(why, RC_DENIED, errno, "本机的证书“%s”读不了", cert_file);
    if (stat(key_file, &st) || access(key_file, R_OK))
        return fault_set(why, RC_DENIED, errno, "本机证书的密钥“%s”读不了", key_file);
    if (st.st_mode & 077)
        return fault_set(why, RC_DENIED, 0,
                         "密钥“%s”别人也能读，请先改成只有本程序能读（chmod 600）",
                         key_file);
    char *cert = strdup(cert_file), *key = strdup(key_file);
    free(c->cert_file);
    free(c->key_file);
    c->cert_file = cert;
    c->key_file = key;
    return cert && key ? RC_OK : fault_set(why, RC_NO_MEMORY, 0, "内存不足");
}

static size_t on_answer(char *at, size_t one, size_t len, void *context)
{
    (void)one; /* always 1 */
    struct exchange *x = context;
    if (len > HTTP_ANSWER_MAX - x->answer.len) {
        x->too_large = true;
        return 0;
    }
    if (x->answer.len + len + 1 > x->room) {
        size_t room = (x->answer.len + len) * 2 + 1024;
        char *grown = realloc(x->answer.body, room);
        if (!grown)
            return 0;
        x->answer.body = grown;
        x->room = room;
    }
    memcpy(x->answer.body + x->answer.len, at, len);
    x->answer.len += len;
    x->answer.body[x->answer.len] = 0;
    return len;
}

static size_t on_body(char *at, size_t one, size_t most, void *context)
{
    (void)one; /* always 1 */
    struct exchange *x = context;
    uint64_t left = x->size - x->sent;
    size_t len = left < most ? (size_t)left : most;
    if (x->fd >= 0) {
        ssize_t got = pread(x->fd, at, len, (off_t)x->sent);
        if (got < 0 || (!got && len))
            return CURL_READFUNC_ABORT; /* the file became shorter under us */
        len = (size_t)got;
    } else if (len) {
        memcpy(at, x->body.at + x->sent, len);
    }
    x->sent += len;
    return len;
}

static int on_seek(void *context, curl_off_t offset, int origin)
{
    struct exchange *x = context;
    if (origin != SEEK_SET || offset < 0 || (uint64_t)offset > x->size)
        return CURL_SEEKFUNC_FAIL;
    x->sent = (uint64_t)offset;
    return CURL_SEEKFUNC_OK;
}

static struct curl_slist *header_list(const struct http_client *c, const char *type,
                                      uint64_t size)
{
    struct curl_slist *list = NULL;
    char line[1024];
    if (c->token && snprintf(line, sizeof line, "Authorization: Bearer %s", c->token) > 0)
        list = curl_slist_append(list, line);
    if (type && snprintf(line, sizeof line, "Content-Type: %s", type) > 0)
        list = curl_slist_append(list, line);
    explicit_bzero(line, sizeof line);
    if (size <= UNASKED_MAX) /* the library asks before every upload */
        list = curl_slist_append(list, "Expect:");
    return curl_slist_append(list, "Accept: application/json, */*");
}

static void options_set(struct http_client *c, const char *method, const char *url,
                        uint32_t timeout_ms, struct exchange *x)
{
    CURL *h = c->curl;
    bool has_body = x->size || !strcmp(method, "PUT") || !strcmp(method, "POST");
    curl_easy_reset(h); /* keeps the connection */
    curl_easy_setopt(h, CURLOPT_URL, url);
    curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(h, CURLOPT_NOPROXY, "*"); /* our services are never behind a proxy */
    curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
    curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    if (c->ca_file)
        curl_easy_setopt(h, CURLOPT_CAINFO, c->ca_file);
    if (c->cert_file && c->key_file) {
        curl_easy_setopt(h, CURLOPT_SSLCERT, c->cert_file);
        curl_easy_setopt(h, CURLOPT_SSLKEY, c->key_file);
    }
    if (has_body) {
        curl_easy_setopt(h, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(h, CURLOPT_READFUNCTION, on_body);
        curl_easy_setopt(h, CURLOPT_READDATA, x);
        curl_easy_setopt(h, CURLOPT_SEEKFUNCTION, on_seek);
        curl_easy_setopt(h, CURLOPT_SEEKDATA, x);
        curl_easy_setopt(h, CURLOPT_INFILESIZE_LARGE, (curl_off_t)x->size);
    }
    if (!strcmp(method, "HEAD"))
        curl_easy_setopt(h, CURLOPT_NOBODY, 1L);
    curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, on_answer);
    curl_easy_setopt(h, CURLOPT_WRITEDATA, x);
}

static enum rc fault_of_curl(const struct http_client *c, CURLcode code,
                             const struct exchange *x, struct fault *why)
{
    long sent = 0;
    curl_easy_getinfo(c->curl, CURLINFO_REQUEST_SIZE, &sent);
    if (x->too_large)
        return fault_set(why, RC_INVALID, 0, "%s 的回答太长", c->base);
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE)
        return fault_set(why, RC_DENIED, 0, "%s 的证书不可信，请管理员检查证书设置",
                         c->base);
    if (code == CURLE_SSL_CERTPROBLEM)
        return fault_set(why, RC_DENIED, 0,
                         "本机的证书和密钥不能用，请管理员重新办理（juanku station "
                         "enrol）");
    if (code == CURLE_ABORTED_BY_CALLBACK && x->fd >= 0)
        return fault_set(why, RC_IO, 0, "要发送的文件读不完整");
    if (sent)
        return fault_set(why, RC_UNKNOWN, 0,
                         "与 %s 的连接中断，不知是否已办成，请用同一编号再试（%s）",
                         c->base, curl_easy_strerror(code));
    return fault_set(why, RC_UNAVAILABLE, 0,
                     "连不上 %s，请检查网络和服务是否已启动（%s）", c->base,
                     curl_easy_strerror(code));
}

static enum rc exchange_run(struct http_client *c, const char *method, const char *path,
                            const char *type, uint32_t timeout_ms, struct exchange *x,
                            struct http_answer *ret_answer, struct fault *why)
{
    SCOPED(free_at) char *url = NULL;
    if (asprintf(&url, "%s%s", c->base, path) < 0) {
        url = NULL;
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    }
    SCOPED(slist_free_at) struct curl_slist *headers = header_list(c, type, x->size);
    options_set(c, method, url, timeout_ms, x);
    curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, headers);
    CURLcode code = curl_easy_perform(c->curl);
    if (code) {
        http_answer_free(&x->answer);
        return fault_of_curl(c, code, x, why);
    }
    long status = 0;
    const char *got_type = NULL;
    curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(c->curl, CURLINFO_CONTENT_TYPE, &got_type);
    x->answer.status = (int)status;
    snprintf(x->answer.type, sizeof x->answer.type, "%s", got_type ? got_type : "");
    if (!x->answer.body && !(x->answer.body = calloc(1, 1)))
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    *ret_answer = x->answer;
    return RC_OK;
}

enum rc http_client_call(struct http_client *c, const char *method, const char *path,
                         const char *type, struct bytes body, uint32_t timeout_ms,
                         struct http_answer *ret_answer, struct fault *why)
{
    struct exchange x = { .body = body, .fd = -1, .size = body.len };
    return exchange_run(c, method, path, type, timeout_ms, &x, ret_answer, why);
}

enum rc http_client_put_fd(struct http_client *c, const char *path, const char *type,
                           int fd, uint64_t size, uint32_t timeout_ms,
                           struct http_answer *ret_answer, struct fault *why)
{
    struct exchange x = { .fd = fd, .size = size };
    return exchange_run(c, "PUT", path, type, timeout_ms, &x, ret_answer, why);
}

void http_answer_free(struct http_answer *answer)
{
    free(answer->body);
    *answer = (struct http_answer){ 0 };
}

static void answer_free_at(struct http_answer *answer)
{
    http_answer_free(answer);
}

static enum rc rc_of_status(int status)
{
    static const struct {
        int status;
        enum rc rc;
    } table[] = {
        { 401, RC_DENIED },   { 403, RC_DENIED },  { 404, RC_NOT_FOUND },
        { 409, RC_CONFLICT }, { 413, RC_INVALID }, { 422, RC_REFUSED },
        { 429, RC_AGAIN },    { 507, RC_FULL },    { 504, RC_UNKNOWN },
    };
    for (size_t i = 0; i < COUNT(table); i++)
        if (table[i].status == status)
            return table[i].rc;
    return status >= 500 ? RC_UNAVAILABLE : RC_INVALID;
}

static enum rc fault_of_problem(const struct http_answer *answer, struct fault *why)
{
    enum rc rc = rc_of_status(answer->status);
    SCOPED(json_free_at) json_t *problem = json_loadb(answer->body, answer->len, 0, NULL);
    const char *title = json_string_value(json_object_get(problem, "title"));
    const char *detail = json_string_value(json_object_get(problem, "detail"));
    if (!title)
        return fault_set(why, rc, 0, "服务答复 %d，没有说明原因", answer->status);
    return fault_set(why, rc, 0, "%s%s%s", title, detail ? "：" : "",
                     detail ? detail : "");
}

enum rc http_client_json(struct http_client *c, const char *method, const char *path,
                         json_t *body, uint32_t timeout_ms, json_t **ret_json,
                         struct fault *why)
{
    SCOPED(free_at) char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    if (body && !text)
        return fault_set(why, RC_INVALID, 0, "要发送的内容里有无法识别的文字");
    struct bytes bytes = { (const uint8_t *)text, text ? strlen(text) : 0 };
    SCOPED(answer_free_at) struct http_answer answer = { 0 };
    enum rc rc = http_client_call(c, method, path, text ? "application/json" : NULL,
                                  bytes, timeout_ms, &answer, why);
    if (rc)
        return rc;
    if (answer.status >= 300)
        return fault_of_problem(&answer, why);
    json_t *json =
        answer.len ? json_loadb(answer.body, answer.len, 0, NULL) : json_object();
    if (!json)
        return fault_set(why, RC_CORRUPT, 0, "服务的答复读不懂，请检查地址 %s 是否正确",
                         c->base);
    *ret_json = json;
    return RC_OK;
}
