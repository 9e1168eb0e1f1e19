/* POST /v1/people/{badge}: another name, department, roles, password; or the end. What is
 * left out stays as it is. Whoever is disabled is logged out in the same breath. */
#include "repo-daemon/apply.h"
#include "repo-daemon/route.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <string.h>

struct changing {
    const char *login, *badge;
    json_t *secret; /* owned by person_change(); NULL: the password stays */
    bool ends;      /* its sessions end */
    json_t *person;
};

static enum rc change_beside(struct repo *repo, struct store_txn *txn, void *context,
                             struct fault *why)
{
    struct changing *c = context;
    enum rc rc = c->secret
                     ? view_put(repo, txn, TABLE_PASSWORDS, c->login, c->secret, why)
                     : RC_OK;
    return rc || !c->ends ? rc : people_log_out_all(repo, txn, c->badge, "", why);
}

static json_t *change_answer(__attribute__((unused)) struct repo *repo,
                             __attribute__((unused)) struct store_txn *txn,
                             __attribute__((unused)) uint64_t seq, void *context)
{
    struct changing *c = context;
    return json_incref(c->person);
}

static enum rc fields_read(struct call *call, struct person *p, struct fault *why)
{
    const char *name = call_text(call, "name"), *dept = call_text(call, "dept");
    const json_t *roles = json_object_get(call->body, "roles");
    if (strlen(name) >= PERSON_NAME_MAX || strlen(dept) >= PERSON_NAME_MAX)
        return fault_set(why, RC_INVALID, 0, "姓名和部门最多二十个汉字");
    if (*name)
        memcpy(p->name, name, strlen(name) + 1);
    if (json_object_get(call->body, "dept"))
        memcpy(p->dept, dept, strlen(dept) + 1);
    if (roles && (!roles_read(roles, &p->roles) || !p->roles))
        return fault_set(why, RC_INVALID, 0, "角色名不对，请从列表里选择至少一个");
    p->disabled = call_number(call, "disabled", p->disabled) != 0;
    bool self = !strcmp(p->badge, call->by.badge);
    if (self && (p->disabled || !(p->roles & ROLE_ADMIN)))
        return fault_set(why, RC_REFUSED, 0,
                         "不能停用自己或去掉自己的管理员角色，请另一位管理员来做");
    return RC_OK;
}

static enum rc secret_read(struct call *call, json_t **ret_secret, struct fault *why)
{
    const char *password = call_text(call, "password");
    size_t len = strlen(password);
    if (!json_object_get(call->body, "password"))
        return RC_OK;
    if (len < PASSWORD_LEAST || len > PASSWORD_MOST)
        return fault_set(why, RC_INVALID, 0, "口令要有 %d 到 %d 个字符", PASSWORD_LEAST,
                         PASSWORD_MOST);
    *ret_secret = people_secret(password);
    return *ret_secret ? RC_OK
                       : fault_set(why, RC_NO_MEMORY, 0, "no memory for a password");
}

enum rc person_change(struct call *call, struct fault *why)
{
    struct command command;
    struct person p;
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *secret = NULL;
    unsigned roles = 0;
    enum rc rc = call_command(call, EVENT_PERSON_CHANGE, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    rc = store_begin_read(call->repo->store, &txn, why);
    if (!rc && people_find(call->repo, txn, call_part(call, "badge"), &p))
        rc = fault_set(why, RC_NOT_FOUND, 0, "没有工牌号是 %.40s 的人",
                       call_part(call, "badge"));
    store_abort(TAKE(txn));
    if (!rc)
        roles = p.roles, rc = fields_read(call, &p, why);
    if (!rc)
        rc = secret_read(call, &secret, why);
    if (rc)
        return rc;
    if ((secret || p.roles != roles) && strcmp(p.badge, call->by.badge) != 0)
        p.keys_ms = call->now_ms;
    SCOPED(json_free_at) json_t *person = people_json(&p);
    struct changing changing = { p.login, p.badge, secret, p.disabled || secret, person };
    command.data = person;
    command.beside = change_beside;
    command.answer = change_answer;
    command.context = &changing;
    return call_commit(call, &command, 201, why);
}
