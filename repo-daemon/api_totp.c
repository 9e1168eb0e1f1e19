/* One-time codes of a person: set up by himself, reset by another; either ends his other
 * sessions, which may be those of whoever has his password or his telephone. And the end
 * of a wait after wrong passwords. The secret and the recovery codes are shown once and
 * are in no event and no kept answer. */
#include "record/qr.h"
#include "repo-daemon/apply.h"
#include "repo-daemon/guess.h"
#include "repo-daemon/route.h"
#include "repo-daemon/totp_keep.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { URI_MAX = 400, REASON_MOST = 200 };

/* Rows of '1' (dark) and '0', which a page draws. */
static json_t *modules_of(const struct qr *qr)
{
    json_t *rows = json_array();
    for (size_t y = 0; y < qr->side; y++) {
        char row[QR_SIDE_MAX + 1];
        for (size_t x = 0; x < qr->side; x++)
            row[x] = qr->dark[y * qr->side + x] ? '1' : '0';
        json_array_append_new(rows, json_stringn(row, qr->side));
    }
    return rows;
}

enum rc totp_start(struct call *call, struct fault *why)
{
    char secret[TOTP_SECRET_TEXT], uri[URI_MAX];
    static struct qr qr;
    enum rc rc = call_is_fresh(call, why);
    if (!rc)
        rc = totp_begin(call->repo, call->by.badge, secret, why);
    if (rc)
        return rc;
    int len =
        snprintf(uri, sizeof uri, "otpauth://totp/Juanku:%s?secret=%s&issuer=Juanku",
                 call->by.login, secret);
    rc = qr_make((struct bytes){ (uint8_t *)uri, (size_t)len }, &qr, why);
    if (!rc)
        rc = call_answer(call, 201,
                         json_pack("{s:s, s:s, s:o}", "secret", secret, "uri", uri, "qr",
                                   modules_of(&qr)));
    explicit_bzero(secret, sizeof secret);
    explicit_bzero(uri, sizeof uri);
    explicit_bzero(&qr, sizeof qr);
    return rc;
}

struct entry {
    const char *badge;
    json_t *entry;   /* borrowed; NULL: it goes */
    const char *but; /* token of the session that stays; "" for none */
};

static enum rc entry_keep(struct repo *repo, struct store_txn *txn, void *context,
                          struct fault *why)
{
    struct entry *e = context;
    enum rc rc = e->entry ? view_put(repo, txn, TABLE_TOTP, e->badge, e->entry, why)
                          : view_del(repo, txn, TABLE_TOTP, e->badge, why);
    if (rc == RC_NOT_FOUND)
        rc = RC_OK;
    return rc ? rc : people_log_out_all(repo, txn, e->badge, e->but, why);
}

enum rc totp_finish(struct call *call, struct fault *why)
{
    struct command command;
    SCOPED(json_free_at) json_t *entry = NULL;
    SCOPED(json_free_at) json_t *codes = NULL;
    enum rc rc = call_command(call, EVENT_TOTP_ON, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    struct guess guess = { GUESS_PIN, call->by.badge, call->peer ? call->peer : "",
                           call->now_ms };
    rc = guess_may(call->repo, &guess, why);
    if (!rc)
        rc = totp_confirm(call->repo, call->by.badge, call_text(call, "code"),
                          call->now_ms, &entry, &codes, why);
    if (rc == RC_REFUSED && guess_wrong(call->repo, &guess, NULL))
        rc = fault_set(why, RC_IO, 0, "a wrong code cannot be counted");
    if (rc)
        return rc;
    SCOPED(json_free_at) json_t *data = json_pack("{s:s}", "badge", call->by.badge);
    struct entry keep = { call->by.badge, entry, call->token };
    command.data = data;
    command.beside = entry_keep;
    command.context = &keep;
    rc = call_commit(call, &command, 201, why);
    if (!rc) { /* into this answer only, not into the one that is kept */
        SCOPED(json_free_at) json_t *kept = call->answer;
        call->answer = json_copy(kept);
        json_object_set(call->answer, "recovery", codes);
        call_told(call, VIEW_PEOPLE, call->by.badge); /* who watches as him asks again */
    }
    return rc;
}

/* The person of the path; never who asks: two persons are needed. */
static enum rc other_find(struct call *call, struct person *ret_person, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    const char *badge = call_part(call, "badge"), *reason = call_text(call, "reason");
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    if (rc)
        return rc;
    if (people_find(call->repo, txn, badge, ret_person))
        return fault_set(why, RC_NOT_FOUND, 0, "没有工牌号是 %.40s 的人", badge);
    if (!strcmp(badge, call->by.badge))
        return fault_set(why, RC_REFUSED, 0, "不能给自己办，请另一位管理员来做");
    if (!*reason || strlen(reason) > REASON_MOST)
        return fault_set(why, RC_INVALID, 0, "请写明原因（最多六十个汉字）");
    return RC_OK;
}

enum rc totp_reset(struct call *call, struct fault *why)
{
    struct command command;
    struct person person;
    enum rc rc = call_command(call, EVENT_TOTP_RESET, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    rc = other_find(call, &person, why);
    if (rc)
        return rc;
    SCOPED(json_free_at)
    json_t *data = json_pack("{s:s, s:s}", "badge", person.badge, "reason",
                             call_text(call, "reason"));
    struct entry keep = { person.badge, NULL, "" };
    command.data = data;
    command.beside = entry_keep;
    command.context = &keep;
    rc = call_commit(call, &command, 201, why);
    if (!rc)
        call_told(call, VIEW_PEOPLE, person.badge);
    return rc;
}

static enum rc waits_end(struct repo *repo, struct store_txn *txn, void *context,
                         struct fault *why)
{
    const struct person *person = context;
    enum rc rc = guess_forget(repo, txn, GUESS_PASSWORD, person->login, why);
    return rc ? rc : guess_forget(repo, txn, GUESS_PIN, person->badge, why);
}

enum rc person_unlock(struct call *call, struct fault *why)
{
    struct command command;
    struct person person;
    enum rc rc = call_command(call, EVENT_UNLOCK, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    rc = other_find(call, &person, why);
    if (rc)
        return rc;
    SCOPED(json_free_at)
    json_t *data = json_pack("{s:s, s:s}", "badge", person.badge, "reason",
                             call_text(call, "reason"));
    command.data = data;
    command.beside = waits_end;
    command.context = &person;
    return call_commit(call, &command, 201, why);
}
