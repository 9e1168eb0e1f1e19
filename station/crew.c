/* Log-ins: a handful of places with random tokens. */
#include "station/crew.h"

#include "core/bytes.h"
#include "station/json_field.h"
#include "sys/hash.h"

#include <string.h>

static const char *const may_scan[] = { "operator", "qc", "cataloguer", "admin" };

static bool has_role(const json_t *person)
{
    size_t i;
    json_t *role;
    json_array_foreach(json_object_get(person, "roles"), i, role)
    {
        for (size_t k = 0; k < COUNT(may_scan); k++)
            if (json_is_string(role) && !strcmp(json_string_value(role), may_scan[k]))
                return true;
    }
    return false;
}

static bool is_live(const struct crew_member *who, int64_t now_ms)
{
    return who->token[0] && now_ms - who->used_ms < CREW_IDLE_MS;
}

enum rc crew_enter(struct crew *crew, const json_t *session, int64_t now_ms,
                   const struct crew_member **ret_who, struct fault *why)
{
    struct crew_member who = { .used_ms = now_ms };
    const json_t *person = json_object_get(session, "person");
    if (!field_text(person, "badge", who.badge, sizeof who.badge) ||
        !field_text(person, "name", who.name, sizeof who.name))
        return fault_set(why, RC_CORRUPT, 0, "库房的回答看不懂，请联系管理员。");
    if (!has_role(person))
        return fault_set(why, RC_DENIED, 0,
                         "%s没有扫描的权限。请换有扫描岗位的人登录，或联系管理员。",
                         who.name);
    random_id(who.token);
    struct crew_member *place = &crew->at[0];
    for (size_t i = 0; i < CREW_MAX; i++) {
        struct crew_member *p = &crew->at[i];
        if (!is_live(p, now_ms))
            *p = (struct crew_member){ 0 };
        if (p->used_ms < place->used_ms || (!p->token[0] && place->token[0]))
            place = p;
    }
    *place = who;
    *ret_who = place;
    return RC_OK;
}

static bool same_token(const char *a, const char *b)
{
    unsigned char differ = 0;
    for (size_t i = 0; i < CREW_TOKEN_LEN; i++)
        differ |= (unsigned char)(a[i] ^ b[i]);
    return !differ;
}

static struct crew_member *find(struct crew *crew, const char *token, int64_t now_ms)
{
    struct crew_member *found = NULL;
    if (!token || strlen(token) != CREW_TOKEN_LEN)
        return NULL;
    for (size_t i = 0; i < CREW_MAX; i++)
        if (is_live(&crew->at[i], now_ms) && same_token(crew->at[i].token, token))
            found = &crew->at[i];
    return found;
}

const struct crew_member *crew_find(struct crew *crew, const char *token, int64_t now_ms)
{
    struct crew_member *who = find(crew, token, now_ms);
    if (who && crew->lock_ms && now_ms - who->used_ms > crew->lock_ms)
        who->locked = true;
    if (who && !who->locked)
        who->used_ms = now_ms;
    return who;
}

enum rc crew_keep_secret(struct crew *crew, const char *token, const char *password,
                         struct fault *why)
{
    struct crew_member *who = find(crew, token, 0);
    if (!who)
        return fault_set(why, RC_NOT_FOUND, 0, "请重新登录。");
    random_fill(who->salt, sizeof who->salt);
    enum rc rc = password_hash(password, who->salt, who->secret);
    who->has_secret = !rc;
    return rc ? fault_set(why, rc, 0, "本机内存不足，锁屏后要重新登录。") : RC_OK;
}

void crew_lock(struct crew *crew, const char *token)
{
    struct crew_member *who = find(crew, token, 0);
    if (who)
        who->locked = true;
}

static bool same_secret(const uint8_t a[32], const uint8_t b[32])
{
    uint8_t differ = 0;
    for (size_t i = 0; i < 32; i++)
        differ |= (uint8_t)(a[i] ^ b[i]);
    return !differ;
}

enum rc crew_unlock(struct crew *crew, const char *token, const char *password,
                    int64_t now_ms, struct fault *why)
{
    struct crew_member *who = find(crew, token, now_ms);
    uint8_t hash[32];
    if (!who || !who->has_secret)
        return fault_set(why, RC_NOT_FOUND, 0, "请重新登录。");
    enum rc rc = password_hash(password, who->salt, hash);
    if (rc)
        return fault_set(why, rc, 0, "本机内存不足，请再试一次。");
    if (same_secret(hash, who->secret)) {
        who->locked = false;
        who->wrong = 0;
        who->used_ms = now_ms;
        return RC_OK;
    }
    if (++who->wrong >= CREW_WRONG_MAX) {
        *who = (struct crew_member){ 0 };
        return fault_set(why, RC_NOT_FOUND, 0, "口令错了五次，请重新登录。");
    }
    return fault_set(why, RC_DENIED, 0, "口令不对，请再输一次。");
}

void crew_leave(struct crew *crew, const char *token)
{
    struct crew_member *who = find(crew, token, 0);
    if (who)
        *who = (struct crew_member){ 0 };
}

const struct crew_member *crew_last(const struct crew *crew, int64_t now_ms)
{
    const struct crew_member *last = NULL;
    for (size_t i = 0; i < CREW_MAX; i++)
        if (is_live(&crew->at[i], now_ms) &&
            (!last || crew->at[i].used_ms >= last->used_ms))
            last = &crew->at[i];
    return last;
}
