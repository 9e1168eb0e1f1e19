#include "repo-daemon/station_cert.h"

#include "repo-daemon/call.h"
#include "repo-daemon/settings.h"
#include "sys/file.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define KEY_NAME "station-ca.key"
#define CERT_NAME "station-ca.pem"

static const int64_t day_ms = 24 * 3600 * 1000, authority_days = 7300;

static void pem_wipe_at(char (*pem)[CERT_PEM_MAX])
{
    explicit_bzero(*pem, sizeof *pem);
}

bool client_certs_read(const char *text, enum client_certs *ret_certs)
{
    static const char *const words[] = { "off", "stations", "all" };
    *ret_certs = CLIENT_CERTS_OFF;
    for (unsigned i = 0; i < COUNT(words); i++)
        if (!strcmp(words[i], text)) {
            *ret_certs = i;
            return true;
        }
    return !*text;
}

void station_ca_path(const char *folder, char ret_path[STATION_CA_PATH_MAX])
{
    snprintf(ret_path, STATION_CA_PATH_MAX, "%.1024s/" CERT_NAME, folder);
}

static enum rc pem_read(int dir, const char *name, char ret_pem[CERT_PEM_MAX],
                        struct fault *why)
{
    char *text = NULL;
    size_t len = 0;
    enum rc rc = file_read(dir, name, CERT_PEM_MAX - 1, &text, &len, why);
    if (rc)
        return rc;
    memcpy(ret_pem, text, len + 1);
    explicit_bzero(text, len);
    free(text);
    return RC_OK;
}

/* For its owner alone. */
static enum rc pem_create(int dir, const char *name, const char *pem, struct fault *why)
{
    mode_t before = umask(0077);
    enum rc rc =
        file_create(dir, name, (struct bytes){ (const uint8_t *)pem, strlen(pem) }, why);
    umask(before);
    return rc == RC_EXISTS ? RC_OK : rc;
}

/* The key first: a power cut between the two leaves a key for which the certificate is
 * made the next time. */
enum rc station_ca_ready(const char *folder, int64_t now_ms, struct fault *why)
{
    SCOPED(pem_wipe_at) char key[CERT_PEM_MAX] = "";
    char pem[CERT_PEM_MAX];
    SCOPED(fd_close_at) int dir = -1;
    enum rc rc = file_open_folder(folder, &dir, why);
    if (rc || !faccessat(dir, CERT_NAME, F_OK, 0))
        return rc;
    rc = pem_read(dir, KEY_NAME, key, why);
    if (rc == RC_NOT_FOUND) {
        rc = cert_key_new(key, why);
        if (!rc)
            rc = pem_create(dir, KEY_NAME, key, why);
    }
    if (!rc)
        rc = cert_authority(key, "Juanku station CA", now_ms - day_ms,
                            now_ms + authority_days * day_ms, pem, why);
    return rc ? rc : pem_create(dir, CERT_NAME, pem, why);
}

enum rc station_ca_show(struct repo *repo, char ret_pem[CERT_PEM_MAX], struct fault *why)
{
    SCOPED(fd_close_at) int dir = -1;
    enum rc rc = file_open_folder(repo->folder, &dir, why);
    return rc ? rc : pem_read(dir, CERT_NAME, ret_pem, why);
}

enum rc station_ca_sign(struct repo *repo, const char *name, struct bytes request,
                        int64_t from_ms, int64_t until_ms, char ret_pem[CERT_PEM_MAX],
                        struct cert_about *ret_about, struct fault *why)
{
    SCOPED(pem_wipe_at) char key[CERT_PEM_MAX] = "";
    char authority[CERT_PEM_MAX];
    SCOPED(fd_close_at) int dir = -1;
    enum rc rc = station_ca_ready(repo->folder, from_ms, why);
    if (!rc)
        rc = file_open_folder(repo->folder, &dir, why);
    if (!rc)
        rc = pem_read(dir, KEY_NAME, key, why);
    if (!rc)
        rc = pem_read(dir, CERT_NAME, authority, why);
    struct cert_order order = { .authority_key = key,
                                .authority = authority,
                                .request = request,
                                .name = name,
                                .from_ms = from_ms,
                                .until_ms = until_ms };
    return rc ? rc : cert_sign(&order, ret_pem, ret_about, why);
}

static enum rc shown_check(const json_t *shown, struct fault *why)
{
    static const struct {
        const char *state, *sentence;
    } refusals[] = {
        { "none", "这台机器没有出示证书；请管理员在这台机器上运行 juanku station enrol" },
        { "expired", "这台机器的证书已过期或还没有生效；请核对时钟，再请管理员重新办理"
                     "（juanku station enrol）" },
        { "foreign", "这台机器的证书不是本院中间库签发的；请管理员重新办理（juanku "
                     "station enrol）" },
    };
    const char *state = json_text(shown, "state");
    for (size_t i = 0; i < COUNT(refusals); i++)
        if (!strcmp(refusals[i].state, state))
            return fault_set(why, RC_DENIED, 0, "%s", refusals[i].sentence);
    return !strcmp(state, "valid")
               ? RC_OK
               : fault_set(why, RC_DENIED, 0, "%s", refusals[0].sentence);
}

enum rc station_cert_check(const struct call *call, const char *station,
                           struct fault *why)
{
    enum client_certs certs;
    SCOPED(json_free_at) json_t *kept = NULL;
    if (!client_certs_read(call->settings->client_certs, &certs) || !certs)
        return RC_OK;
    enum rc rc = shown_check(call->cert, why);
    if (rc)
        return rc;
    rc = view_find(call->repo, VIEW_STATIONS, json_text(call->cert, "serial"), &kept);
    if (rc == RC_NOT_FOUND)
        return fault_set(why, RC_DENIED, 0,
                         "这台机器的证书没有登记过；请管理员重新办理（juanku station "
                         "enrol）");
    if (rc)
        return fault_set(why, rc, 0, "the certificates of stations cannot be read");
    if (json_number(kept, "ended_ms"))
        return fault_set(why, RC_DENIED, 0,
                         "这台机器的证书已吊销；请管理员查明原因，再重新办理（juanku "
                         "station enrol）");
    if (station && strcmp(station, json_text(kept, "name")) != 0)
        return fault_set(why, RC_DENIED, 0, "证书是扫描台“%s”的，不能以“%.40s”的名义提交",
                         json_text(kept, "name"), station);
    return RC_OK;
}

const char *station_cert_state(const json_t *certificate, int64_t now_ms)
{
    int64_t left_ms = json_number(certificate, "until_ms") - now_ms;
    if (json_number(certificate, "ended_ms"))
        return "ended";
    return left_ms <= 0                                 ? "over"
           : left_ms <= STATION_CERT_WARN_DAYS * day_ms ? "soon"
                                                        : "";
}

static bool longest_keep(const char *serial, json_t *certificate, void *context)
{
    (void)serial;
    json_t *ends = context;
    const char *name = json_text(certificate, "name");
    int64_t until_ms = json_number(certificate, "until_ms");
    if (!json_number(certificate, "ended_ms") && until_ms > json_number(ends, name))
        json_object_set_new(ends, name, json_integer((json_int_t)until_ms));
    return true;
}

enum rc station_cert_ends(struct repo *repo, struct store_txn *txn, json_t **ret_ends,
                          struct fault *why)
{
    SCOPED(json_free_at) json_t *ends = json_object();
    enum rc rc = view_each(repo, txn, VIEW_STATIONS, "", NULL, longest_keep, ends, why);
    if (!rc)
        *ret_ends = json_incref(ends);
    return rc;
}
