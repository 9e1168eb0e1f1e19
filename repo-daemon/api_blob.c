/* Blobs over HTTP: in by hash, out by hash. A blob that only a 副卷 shows is for those
 * who work with it, and each reading of it is an event. */
#include "repo-daemon/apply.h"
#include "repo-daemon/audit.h"
#include "repo-daemon/route.h"
#include "repo-daemon/station_cert.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static const char *type_wanted(const char *asked)
{
    static const char *const types[] = { "image/jpeg", "image/png",
                                         "image/tiff", "application/pdf",
                                         "text/plain", "application/json" };
    for (size_t i = 0; i < COUNT(types); i++)
        if (!strcmp(types[i], asked))
            return strcmp(asked, "text/plain") ? types[i] : "text/plain; charset=utf-8";
    return "application/octet-stream";
}

static enum rc hash_read(const struct call *call, struct sha256 *ret_hash,
                         struct fault *why)
{
    if (!hash_from_hex(call_part(call, "sha256"), ret_hash))
        return fault_set(why, RC_INVALID, 0, "校验值应是 64 位小写十六进制数字");
    return RC_OK;
}

enum rc blob_begin(struct call *call, struct fault *why)
{
    struct sha256 hash;
    struct blob_put *put = NULL;
    uint64_t size = 0;
    enum rc rc = hash_read(call, &hash, why);
    if (!rc) /* as the feeding that will name it */
        rc = station_cert_check(call, NULL, why);
    if (!rc)
        rc = blob_put_begin(call->repo->blobs, hash, &put, why);
    if (rc == RC_EXISTS && !blob_stat(call->repo->blobs, hash, &size, why))
        return call_answer(call, 200,
                           json_pack("{s:s, s:I}", "sha256", call_part(call, "sha256"),
                                     "size", (json_int_t)size));
    if (rc)
        return rc;
    call->put = put;
    call->status = 100;
    call->fd = fcntl(blob_put_fd(put), F_DUPFD_CLOEXEC, 3);
    return call->fd >= 0 ? RC_OK : fault_set(why, RC_FULL, 0, "too many open files");
}

/* It was destroyed as the law wants it: says when, and by which list. */
static enum rc gone(struct call *call, const char *key)
{
    SCOPED(json_free_at) json_t *purge = NULL;
    char day[CALENDAR_DAY_TEXT] = "";
    if (!view_find(call->repo, VIEW_PURGES, key, &purge))
        calendar_day_text(calendar_day(json_number(purge, "decided_at")), day);
    call->status = 410;
    call->code = "gone";
    call->detail = "案卷的办理记录、扫描清单和一致性证书仍然可以查看。";
    snprintf(call->title, sizeof call->title,
             "这份内容保管期限已满，%s 批准销毁（销毁清册 %s），不能再看", day, key);
    return RC_OK;
}

enum rc blob_show(struct call *call, struct fault *why)
{
    struct sha256 hash;
    SCOPED(json_free_at) json_t *shown = NULL;
    const char *hex = call_part(call, "sha256");
    enum rc rc = hash_read(call, &hash, why);
    if (rc)
        return rc;
    int64_t kinds =
        view_find(call->repo, VIEW_BLOBS, hex, &shown) ? 0 : json_number(shown, "kinds");
    if (!kinds &&
        !(call->by.roles & (ROLE_OPERATOR | ROLE_STATION | ROLE_AUDITOR | ROLE_BINDER |
                            ROLE_CHECKER | ROLE_ARCHIVIST | ROLE_KEEPER | ROLE_QC)))
        return fault_set(why, RC_DENIED, 0, "这份内容还不属于任何案卷，您不能查看");
    rc = call_may_see(call, kinds, why);
    if (!rc && *json_text(shown, "purged"))
        return gone(call, json_text(shown, "purged"));
    if (!rc && kinds == 2)
        rc = audit_read(call, hex, why);
    if (!rc)
        rc = blob_get(call->repo->blobs, hash, &call->fd, &call->size, why);
    if (rc == RC_NOT_FOUND)
        return fault_set(why, rc, 0, "没有这份内容");
    if (rc)
        return rc;
    call->status = 200;
    snprintf(call->type, sizeof call->type, "%s", type_wanted(call_query(call, "type")));
    /* What only a 副卷 shows is kept by no browser: each reading leaves its trace. */
    snprintf(call->etag, sizeof call->etag, "%s", kinds == 2 ? "" : hex);
    return RC_OK;
}
