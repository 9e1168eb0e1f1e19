/* People: the ledger says who was given which role by whom; the password stands apart. */
#include "repo-daemon/people.h"

#include "repo-daemon/apply.h"
#include "repo-daemon/command.h"
#include "sys/clock.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

static void hex_write(const uint8_t *at, size_t len, char *ret_hex)
{
    for (size_t i = 0; i < len; i++)
        snprintf(ret_hex + 2 * i, 3, "%02x", at[i]);
}

static bool login_usable(const char *login)
{
    size_t len = strspn(login, "abcdefghijklmnopqrstuvwxyz0123456789._-");
    return len && !login[len] && len < PERSON_LOGIN_MAX;
}

static enum rc person_usable(const struct person_new *who, struct fault *why)
{
    if (!login_usable(who->login))
        return fault_set(why, RC_INVALID, 0, "工号只能用小写字母、数字和 . _ -");
    if (!*who->name || strlen(who->name) >= PERSON_NAME_MAX)
        return fault_set(why, RC_INVALID, 0, "请填写姓名（最多二十个汉字）");
    if (who->dept && strlen(who->dept) >= PERSON_NAME_MAX)
        return fault_set(why, RC_INVALID, 0, "部门名称太长（最多二十个汉字）");
    if (!who->roles)
        return fault_set(why, RC_INVALID, 0, "请至少给一个角色");
    size_t len = strlen(who->password);
    if (len < PASSWORD_LEAST || len > PASSWORD_MOST)
        return fault_set(why, RC_INVALID, 0, "口令要有 %d 到 %d 个字符", PASSWORD_LEAST,
                         PASSWORD_MOST);
    return RC_OK;
}

struct adding {
    const char *login;
    json_t *person, *secret; /* owned by people_add */
};

static enum rc secret_put(struct repo *repo, struct store_txn *txn, void *context,
                          struct fault *why)
{
    struct adding *a = context;
    return view_put(repo, txn, TABLE_PASSWORDS, a->login, a->secret, why);
}

static json_t *person_answer(__attribute__((unused)) struct repo *repo,
                             __attribute__((unused)) struct store_txn *txn,
                             __attribute__((unused)) uint64_t seq, void *context)
{
    struct adding *a = context;
    return json_incref(a->person);
}

json_t *people_secret(const char *password)
{
    uint8_t salt[16], hash[32];
    char salt_hex[33], hash_hex_text[65];
    random_fill(salt, sizeof salt);
    if (password_hash(password, salt, hash))
        return NULL;
    hex_write(salt, sizeof salt, salt_hex);
    hex_write(hash, sizeof hash, hash_hex_text);
    return json_pack("{s:s, s:s}", "salt", salt_hex, "scrypt", hash_hex_text);
}

static enum rc badge_next(struct repo *repo, char ret_badge[LABEL_TEXT_MAX],
                          struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(repo->store, &txn, why);
    if (rc)
        return rc;
    struct label label = { .type = LABEL_PERSON,
                           .number = store_count(txn, repo->tables[VIEW_PEOPLE]) + 1 };
    rc = label_write(&label, ret_badge);
    return rc ? fault_set(why, RC_FULL, 0, "人员编号已用完") : RC_OK;
}

enum rc people_add(struct repo *repo, const struct person_new *who, json_t **ret_person,
                   struct fault *why)
{
    char badge[LABEL_TEXT_MAX];
    SCOPED(json_free_at) json_t *taken = NULL;
    enum rc rc = person_usable(who, why);
    if (!rc && !view_find(repo, VIEW_LOGINS, who->login, &taken))
        rc = fault_set(why, RC_CONFLICT, 0, "工号“%s”已经有人使用", who->login);
    if (!rc)
        rc = badge_next(repo, badge, why);
    if (rc)
        return rc;
    SCOPED(json_free_at)
    json_t *person =
        json_pack("{s:s, s:s, s:s, s:s, s:i, s:o}", "badge", badge, "name", who->name,
                  "login", who->login, "dept", who->dept ? who->dept : "", "disabled", 0,
                  "roles", roles_write(who->roles));
    SCOPED(json_free_at) json_t *secret = people_secret(who->password);
    if (person && *who->by)
        json_object_set_new(person, "keys_ms", json_integer(clock_now_ms()));
    if (!person || !secret)
        return fault_set(why, RC_INVALID, 0, "姓名里有无法识别的文字");
    struct adding adding = { who->login, person, secret };
    struct command command = { .id = who->id,
                               .request = who->request,
                               .event = EVENT_PERSON,
                               .by = who->by,
                               .at_ms = clock_now_ms(),
                               .data = person,
                               .beside = secret_put,
                               .answer = person_answer,
                               .context = &adding };
    return command_run(repo, &command, ret_person, why);
}

enum rc people_find(struct repo *repo, struct store_txn *txn, const char *badge,
                    struct person *ret_person)
{
    SCOPED(json_free_at) json_t *found = NULL;
    enum rc rc = view_get(repo, txn, VIEW_PEOPLE, badge, &found);
    if (rc)
        return rc;
    struct person p = { 0 };
    snprintf(p.badge, sizeof p.badge, "%s", badge);
    snprintf(p.name, sizeof p.name, "%s", text_of(found, "name"));
    snprintf(p.login, sizeof p.login, "%s", text_of(found, "login"));
    snprintf(p.dept, sizeof p.dept, "%s", text_of(found, "dept"));
    p.disabled = json_integer_value(json_object_get(found, "disabled")) != 0;
    p.keys_ms = json_integer_value(json_object_get(found, "keys_ms"));
    if (!roles_read(json_object_get(found, "roles"), &p.roles))
        return RC_CORRUPT;
    *ret_person = p;
    return RC_OK;
}

json_t *people_json(const struct person *p)
{
    json_t *person =
        json_pack("{s:s, s:s, s:s, s:s, s:i, s:o}", "badge", p->badge, "name", p->name,
                  "login", p->login, "dept", p->dept, "disabled", (int)p->disabled,
                  "roles", roles_write(p->roles));
    if (person && p->keys_ms)
        json_object_set_new(person, "keys_ms", json_integer(p->keys_ms));
    return person;
}

json_t *people_short(struct repo *repo, struct store_txn *txn, const char *badge)
{
    struct person p;
    if (people_find(repo, txn, badge, &p))
        return *badge ? json_pack("{s:s, s:s}", "badge", badge, "name", badge)
                      : json_null();
    return json_pack("{s:s, s:s}", "badge", p.badge, "name", p.name);
}
