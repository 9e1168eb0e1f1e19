/* Certificates of stations: who has one, a new one, the end of one. */
#include "repo-daemon/apply.h"
#include "repo-daemon/route.h"
#include "repo-daemon/settings.h"
#include "repo-daemon/station_cert.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <string.h>

enum { REASON_MOST = 200 };

static const int64_t day_ms = 24 * 3600 * 1000, clocks_differ_ms = 3600 * 1000;

struct listing {
    json_t *list;
    int64_t now_ms;
};

static bool certificate_add(const char *serial, json_t *kept, void *context)
{
    (void)serial;
    struct listing *l = context;
    json_t *shown = json_deep_copy(kept);
    json_object_set_new(shown, "state", json_string(station_cert_state(kept, l->now_ms)));
    json_array_append_new(l->list, shown);
    return true;
}

enum rc station_list(struct call *call, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *list = json_array();
    struct listing listing = { list, call->now_ms };
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    if (!rc)
        rc = view_each(call->repo, txn, VIEW_STATIONS, "", NULL, certificate_add,
                       &listing, why);
    const char *asked = call->settings->client_certs;
    return rc ? rc
              : call_answer(call, 200,
                            json_pack("{s:O, s:s}", "certificates", list, "asked",
                                      *asked ? asked : "off"));
}

struct enrolling {
    const char *pem, *authority;
    const struct cert_about *about;
};

static json_t *enrol_answer(__attribute__((unused)) struct repo *repo,
                            __attribute__((unused)) struct store_txn *txn,
                            __attribute__((unused)) uint64_t seq, void *context)
{
    const struct enrolling *e = context;
    return json_pack("{s:s, s:s, s:I, s:s, s:s}", "name", e->about->name, "serial",
                     e->about->serial, "until_ms", (json_int_t)e->about->until_ms,
                     "certificate", e->pem, "authority", e->authority);
}

/* Signed before the event: a certificate that no event names is not let in. */
enum rc station_enrol(struct call *call, struct fault *why)
{
    struct command command;
    struct cert_about about;
    char pem[CERT_PEM_MAX], authority[CERT_PEM_MAX];
    enum rc rc = call_command(call, EVENT_STATION_CERT, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    const char *name = call_text(call, "name"), *request = call_text(call, "request");
    if (!cert_name_usable(name))
        return fault_set(why, RC_INVALID, 0,
                         "扫描台的名字只能用字母、数字和 . _ -，最多 %d 个",
                         CERT_NAME_MAX - 1);
    rc = station_ca_sign(
        call->repo, name, (struct bytes){ (const uint8_t *)request, strlen(request) },
        call->now_ms - clocks_differ_ms,
        call->now_ms + call->settings->client_cert_days * day_ms, pem, &about, why);
    if (!rc)
        rc = station_ca_show(call->repo, authority, why);
    if (rc)
        return rc;
    SCOPED(json_free_at)
    json_t *data =
        json_pack("{s:s, s:s, s:s, s:I, s:I}", "name", about.name, "serial", about.serial,
                  "sha256", about.sha256, "from_ms", (json_int_t)about.from_ms,
                  "until_ms", (json_int_t)about.until_ms);
    struct enrolling enrolling = { pem, authority, &about };
    command.data = data;
    command.answer = enrol_answer;
    command.context = &enrolling;
    return call_commit(call, &command, 201, why);
}

enum rc station_revoke(struct call *call, struct fault *why)
{
    struct command command;
    SCOPED(json_free_at) json_t *kept = NULL;
    const char *serial = call_part(call, "serial"), *reason = call_text(call, "reason");
    enum rc rc = call_command(call, EVENT_STATION_CERT_END, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    if (!*reason || strlen(reason) > REASON_MOST)
        return fault_set(why, RC_INVALID, 0, "请写明吊销的原因（最多六十个汉字）");
    rc = view_find(call->repo, VIEW_STATIONS, serial, &kept);
    if (rc == RC_NOT_FOUND)
        return fault_set(why, rc, 0, "没有编号是 %.40s 的证书", serial);
    if (!rc && json_number(kept, "ended_ms"))
        return fault_set(why, RC_CONFLICT, 0, "这张证书已经吊销过了");
    if (rc)
        return rc;
    SCOPED(json_free_at)
    json_t *data = json_pack("{s:s, s:s, s:s}", "serial", serial, "name",
                             json_text(kept, "name"), "reason", reason);
    command.data = data;
    rc = call_commit(call, &command, 201, why);
    if (!rc)
        call_told(call, VIEW_STATIONS, serial); /* who watches on it sees no more */
    return rc;
}
