/* The ledger over the web interface. The server may answer with fewer events than asked
 * for; the next call then begins where the last one ended. */
#include "cli/ledger_fetch.h"

#include "sys/scope.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { TIMEOUT_MS = 60000 };

static enum rc get(struct http_client *client, const char *path,
                   struct http_answer *ret_answer, struct fault *why)
{
    enum rc rc = http_client_call(client, "GET", path, NULL, BYTES(""), TIMEOUT_MS,
                                  ret_answer, why);
    if (rc || ret_answer->status == 200)
        return rc;
    int status = ret_answer->status;
    http_answer_free(ret_answer);
    if (status == 404)
        return fault_set(why, RC_NOT_FOUND, 0, "卷库里没有这一项（%s）", path);
    if (status == 401 || status == 403)
        return fault_set(why, RC_DENIED, 0,
                         "没有读取账本的权限；请先用 juanku session login 登录");
    return fault_set(why, RC_UNAVAILABLE, 0, "卷库没有给出账本（%s：%d）；请稍后再试",
                     path, status);
}

static enum rc get_text(struct http_client *client, const char *path, char *ret_text,
                        size_t room, struct fault *why)
{
    struct http_answer answer = { 0 };
    enum rc rc = get(client, path, &answer, why);
    if (rc)
        return rc;
    if (answer.len >= room)
        rc = fault_set(why, RC_INVALID, 0, "%s: the answer is too long", path);
    else
        memcpy(ret_text, answer.body, answer.len + 1);
    http_answer_free(&answer);
    return rc;
}

/* An event of a 副卷 comes as its hash only, to who may not read it. */
static bool is_withheld(struct bytes line)
{
    static const char start[] = "{\"leaf\":", end[] = ",\"withheld\":1}";
    return line.len > sizeof start + sizeof end &&
           !memcmp(line.at, start, sizeof start - 1) &&
           !memcmp(line.at + line.len - (sizeof end - 1), end, sizeof end - 1);
}

/* The whole lines of one answer, up to event `size`; *seq is the next event. */
static enum rc feed_lines(const struct http_answer *answer, uint64_t size, uint64_t *seq,
                          ledger_on_event *on_event, void *on_context, struct fault *why)
{
    enum rc rc = RC_OK;
    const char *at = answer->body, *end = answer->body + answer->len;
    while (!rc && at < end && *seq <= size) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t len = (size_t)((newline ? newline : end) - at);
        struct bytes line = { (const uint8_t *)at, len };
        if (is_withheld(line))
            return fault_set(why, RC_DENIED, 0,
                             "第 %" PRIu64 " 条记录涉及副卷，您不能读取，"
                             "请由审计员或档案员导出账本",
                             *seq);
        rc = on_event((*seq)++, line, on_context, why);
        at += len + 1;
    }
    return rc;
}

static enum rc feed(void *context, uint64_t size, ledger_on_event *on_event,
                    void *on_context, struct fault *why)
{
    uint64_t seq = 1;
    while (seq <= size) {
        char path[64];
        struct http_answer answer = { 0 };
        uint64_t before = seq;
        snprintf(path, sizeof path, "/v1/ledger/events?from=%" PRIu64, seq);
        enum rc rc = get(context, path, &answer, why);
        if (rc)
            return rc;
        rc = feed_lines(&answer, size, &seq, on_event, on_context, why);
        http_answer_free(&answer);
        if (rc)
            return rc;
        if (seq == before)
            return fault_set(why, RC_NOT_FOUND, 0, "卷库没有给出第 %" PRIu64 " 条记录",
                             seq);
    }
    return RC_OK;
}

static enum rc fetch_text(struct http_client *client, const char *path, char **ret_text,
                          size_t *ret_len, struct fault *why)
{
    struct http_answer answer = { 0 };
    enum rc rc = get(client, path, &answer, why);
    if (rc)
        return rc;
    *ret_text = TAKE(answer.body);
    *ret_len = answer.len;
    http_answer_free(&answer);
    return RC_OK;
}

static enum rc proof(void *context, const char *volume, char **ret_text, size_t *ret_len,
                     struct fault *why)
{
    char path[120];
    snprintf(path, sizeof path, "/v1/volumes/%.40s/proof", volume);
    return fetch_text(context, path, ret_text, ret_len, why);
}

static enum rc growth(void *context, uint64_t old_size, char **ret_text,
                      struct fault *why)
{
    char path[64];
    size_t len = 0;
    snprintf(path, sizeof path, "/v1/ledger/growth?from=%" PRIu64, old_size);
    return fetch_text(context, path, ret_text, &len, why);
}

enum rc ledger_fetch(struct http_client *client, struct ledger_source *ret_source,
                     struct fault *why)
{
    *ret_source = (struct ledger_source){
        .feed = feed, .proof = proof, .growth = growth, .context = client
    };
    enum rc rc =
        get_text(client, "/v1/ledger/key", ret_source->key, sizeof ret_source->key, why);
    ret_source->key[strcspn(ret_source->key, "\n")] = 0;
    return rc ? rc
              : get_text(client, "/v1/ledger/head", ret_source->checkpoint,
                         sizeof ret_source->checkpoint, why);
}
