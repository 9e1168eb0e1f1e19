/* A repository in a scratch folder, with one person for each role, and calls into it as
 * the http role would make them. */
#ifndef TESTS_UNIT_REPO_FIXTURE_H
#define TESTS_UNIT_REPO_FIXTURE_H

#include "check.h"

#include "openapi_check.h"
#include "repo-daemon/call.h"
#include "repo-daemon/roles.h"
#include "repo-daemon/route.h"
#include "repo-daemon/settings.h"
#include "sys/clock.h"
#include "sys/scope.h"

#include <ftw.h>
#include <unistd.h>

#define VOLUME "V44039920260301010027100159"
#define CASE "44039920260301010027"

static struct {
    char folder[64];
    struct repo *repo;
    struct repo_settings settings;
    char tokens[16][TOKEN_MAX], badges[16][PERSON_BADGE_MAX]; /* by row of roles_word() */
    int64_t now_ms;                                           /* 0: the clock */
} at;

static int fixture_unlink(const char *path, const struct stat *st, int type,
                          struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static void fixture_end(void)
{
    repo_close(at.repo);
    nftw(at.folder, fixture_unlink, 16, FTW_DEPTH | FTW_PHYS);
}

static size_t row_of(unsigned bit)
{
    size_t row = 0;
    while (roles_word(row)->bit != bit)
        row++;
    return row;
}

static void fixture_person(size_t row)
{
    const struct role_word *w = roles_word(row);
    char id[33];
    json_t *person = NULL;
    random_id(id);
    struct person_new who = { .id = id,
                              .by = "",
                              .login = w->name,
                              .name = w->word,
                              .password = "password",
                              .roles = w->bit };
    CHECK_OK(people_add(at.repo, &who, &person, NULL));
    snprintf(at.badges[row], sizeof at.badges[row], "%s", json_text(person, "badge"));
    json_decref(person);
    struct person in;
    CHECK_OK(people_log_in(at.repo,
                           &(struct log_in){ .login = w->name,
                                             .password = "password",
                                             .now_ms = clock_now_ms() },
                           at.tokens[row], &in, NULL));
    CHECK_TEXT(at.badges[row], in.badge);
}

static struct repo *fixture(void)
{
    if (at.repo)
        return at.repo;
    snprintf(at.folder, sizeof at.folder, "%s/juanku-repo-XXXXXX",
             access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
    CHECK(mkdtemp(at.folder) != NULL);
    CHECK_OK(repo_create(at.folder, "粤0399", NULL, NULL));
    CHECK_OK(repo_open(at.folder, &at.repo, NULL));
    atexit(fixture_end);
    conf_presets(repo_settings_keys, repo_settings_count, &at.settings);
    snprintf(at.settings.archive, sizeof at.settings.archive, "%s", at.folder);
    for (size_t row = 0; roles_word(row); row++)
        if (roles_word(row)->bit != ROLE_RACK)
            fixture_person(row);
    return at.repo;
}

static inline void fixture_reopen(void)
{
    repo_close(at.repo);
    at.repo = NULL;
    CHECK_OK(repo_open(at.folder, &at.repo, NULL));
}

/* One call with this token and query. `parts`, `query` and `body` are stolen. Returns the
 * status; *ret_answer (when asked for) is the answer or the title. */
static int call_with(const char *token, const char *method, const char *path,
                     json_t *parts, json_t *query, json_t *body, json_t **ret_answer)
{
    char id[33];
    random_id(id);
    if (body && !json_object_get(body, "id"))
        json_object_set_new(body, "id", json_string(id));
    parts = parts ? parts : json_object();
    query = query ? query : json_object();
    struct call call = { .repo = at.repo,
                         .settings = &at.settings,
                         .parts = parts,
                         .query = query,
                         .body = body,
                         .token = token,
                         .last_id = "",
                         .now_ms = at.now_ms ? at.now_ms : clock_now_ms() };
    call_run(&call, method, path);
    openapi_check(&call);
    if (ret_answer)
        *ret_answer = call.code     ? json_string(call.title)
                      : call.answer ? json_incref(call.answer)
                                    : json_null();
    int status = call.status;
    call_free(&call);
    json_decref(parts);
    json_decref(query);
    json_decref(body);
    return status;
}

/* The same by somebody of this role (0: not logged in). */
static int call_by(unsigned role, const char *method, const char *path, json_t *parts,
                   json_t *body, json_t **ret_answer)
{
    fixture();
    return call_with(role ? at.tokens[row_of(role)] : "", method, path, parts, NULL, body,
                     ret_answer);
}

/* The badge of the person of this role. */
static inline const char *badge_of(unsigned role)
{
    fixture();
    return at.badges[row_of(role)];
}

/* The same for the sentence of a refusal. */
static inline void check_says(const char *part, json_t *answer)
{
    const char *text = json_string_value(answer);
    if (!text || !strstr(text, part))
        fail_msg("want '%s', got '%s'", part, text ? text : "no sentence");
    json_decref(answer);
}

static inline json_t *volume_part(void)
{
    return json_pack("{s:s}", "volume", VOLUME);
}

static inline json_t *volume_now(void)
{
    json_t *volume = NULL;
    CHECK_INT(200, call_by(ROLE_ADMIN, "GET", "/v1/volumes/{volume}", volume_part(), NULL,
                           &volume));
    return volume;
}

/* The case and its volume, once. */
static inline void fixture_volume(void)
{
    json_t *there = NULL;
    if (!view_find(fixture(), VIEW_VOLUMES, VOLUME, &there)) {
        json_decref(there);
        return;
    }
    CHECK_INT(201, call_by(ROLE_CATALOGUER, "POST", "/v1/cases", NULL,
                           json_pack("{s:s, s:s, s:s, s:s, s:s}", "case_no",
                                     "(2026)粤0399民初10027号", "cause", "民间借贷纠纷",
                                     "plaintiff", "张三", "defendant", "李四",
                                     "case_type", "民事一审"),
                           NULL));
    CHECK_INT(201, call_by(ROLE_CATALOGUER, "POST", "/v1/cases/{case}/volumes",
                           json_pack("{s:s}", "case", CASE),
                           json_pack("{s:i, s:i}", "kind", 1, "part", 1), NULL));
}

/* A volume more of the case: 卷别 and 册. Its label is good until the next call. */
static inline const char *fixture_part(int kind, int part)
{
    static char label[LABEL_TEXT_MAX];
    json_t *made = NULL;
    fixture_volume();
    CHECK_INT(201, call_by(ROLE_CATALOGUER, "POST", "/v1/cases/{case}/volumes",
                           json_pack("{s:s}", "case", CASE),
                           json_pack("{s:i, s:i, s:i}", "kind", kind, "part", part,
                                     "sheets", 10 + part),
                           &made));
    snprintf(label, sizeof label, "%s", json_text(made, "volume"));
    json_decref(made);
    return label;
}

static inline json_t *stored(enum view view, const char *key)
{
    json_t *object = NULL;
    CHECK_OK(view_find(at.repo, view, key, &object));
    return object;
}

/* A field of a stored volume; good until the next call. */
static inline const char *volume_field(const char *volume, const char *field)
{
    static char text[200];
    json_t *v = stored(VIEW_VOLUMES, volume);
    snprintf(text, sizeof text, "%s", json_text(v, field));
    json_decref(v);
    return text;
}

static inline json_t *versions(const char *const *volumes, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *v = stored(VIEW_VOLUMES, volumes[i]);
        json_array_append_new(list,
                              json_pack("{s:s, s:I}", "volume", volumes[i], "version",
                                        (json_int_t)json_number(v, "version")));
        json_decref(v);
    }
    return list;
}

/* An act on one volume of any label; the status. */
static inline int act_on(unsigned role, const char *event, const char *volume,
                         json_t *more, json_t **ret_answer)
{
    json_t *body =
        json_pack("{s:s, s:o}", "event", event, "volumes", versions(&volume, 1));
    json_object_update(body, more);
    json_decref(more);
    return call_by(role, "POST", "/v1/custody", NULL, body, ret_answer);
}

static inline bool fixture_dump_one(const char *key, json_t *object, void *context)
{
    json_object_set(context, key, object);
    return true;
}

/* Every view, for comparing. */
static inline json_t *fixture_dump(void)
{
    json_t *all = json_object();
    for (enum view v = 0; v < TABLE_PASSWORDS; v++) {
        SCOPED(store_abort_at) struct store_txn *txn = NULL;
        json_t *one = json_object();
        char name[8];
        snprintf(name, sizeof name, "%d", (int)v);
        CHECK_OK(store_begin_read(at.repo->store, &txn, NULL));
        CHECK_OK(view_each(at.repo, txn, v, "", NULL, fixture_dump_one, one, NULL));
        json_object_set_new(all, name, one);
    }
    return all;
}

static inline json_t *act_body(const char *event, long version, const char *to,
                               const char *slot)
{
    json_t *body = json_pack("{s:s, s:[{s:s, s:i}], s:s}", "event", event, "volumes",
                             "volume", VOLUME, "version", (int)version, "reason", "试");
    if (to)
        json_object_set_new(body, "to", json_string(to));
    if (slot)
        json_object_set_new(body, "slot", json_string(slot));
    return body;
}

static inline int act_by(unsigned role, const char *event, unsigned to, const char *slot,
                         json_t **ret_answer)
{
    json_t *now = volume_now();
    long version = (long)json_number(now, "version");
    json_decref(now);
    return call_by(role, "POST", "/v1/custody", NULL,
                   act_body(event, version, to ? at.badges[row_of(to)] : NULL, slot),
                   ret_answer);
}

#endif
