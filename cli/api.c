/* Calls to the repository with the token of the session file. */
#include "cli/api.h"

#include "sys/file.h"
#include "sys/hash.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { SESSION_MAX = 8192 };

static bool session_path(char ret_folder[PATH_MAX], const char **ret_name)
{
    const char *set = getenv("JUANKU_SESSION"), *home = getenv("HOME");
    int len = set ? snprintf(ret_folder, PATH_MAX, "%s", set)
                  : snprintf(ret_folder, PATH_MAX, "%s/.config/juanku/session",
                             home ? home : "/root");
    if (len <= 0 || len >= PATH_MAX)
        return false;
    char *slash = strrchr(ret_folder, '/');
    if (!slash) {
        *ret_name = set;
        (void)snprintf(ret_folder, PATH_MAX, ".");
        return true;
    }
    *slash = 0;
    *ret_name = slash + 1;
    return true;
}

const char *api_usual_url(void)
{
    const char *set = getenv("JUANKU_URL");
    return set ? set : "http://127.0.0.1:8620";
}

enum rc api_keep_session(const char *url, const char *token, struct fault *why)
{
    char folder[PATH_MAX];
    const char *name;
    if (!session_path(folder, &name))
        return fault_set(why, RC_INVALID, 0, "JUANKU_SESSION is too long");
    SCOPED(json_free_at)
    json_t *session = json_pack("{s:s, s:s}", "url", url, "token", token);
    SCOPED(free_at) char *text = json_dumps(session, JSON_COMPACT);
    SCOPED(fd_close_at) int dir = -1;
    enum rc rc = file_make_folder(folder, 0700, why);
    rc = rc ? rc : file_open_folder(folder, &dir, why);
    if (rc)
        return rc;
    mode_t mask = umask(0077); /* the token is for this person alone */
    rc = file_replace(dir, name, (struct bytes){ (uint8_t *)text, strlen(text) }, why);
    (void)umask(mask);
    return rc;
}

enum rc api_open(struct http_client **ret_client, struct fault *why)
{
    char folder[PATH_MAX];
    const char *name;
    SCOPED(fd_close_at) int dir = -1;
    SCOPED(free_at) char *text = NULL;
    size_t len;
    if (!session_path(folder, &name) || file_open_folder(folder, &dir, NULL) ||
        file_read(dir, name, SESSION_MAX, &text, &len, NULL))
        return fault_set(why, RC_DENIED, 0,
                         "尚未登录。请先运行 juanku session login 工号");
    SCOPED(json_free_at) json_t *session = json_loads(text, 0, NULL);
    if (!session)
        return fault_set(why, RC_DENIED, 0, "登录文件已损坏，请重新登录");
    enum rc rc =
        http_client_new(api_text(session, "url"), getenv("JUANKU_CA"), ret_client, why);
    if (!rc)
        http_client_set_token(*ret_client, api_text(session, "token"));
    return rc;
}

enum rc api_call(const char *method, const char *path, json_t *body, bool with_id,
                 json_t **ret_json, struct fault *why)
{
    SCOPED(json_free_at) json_t *owned = body;
    SCOPED(http_client_free_at) struct http_client *client = NULL;
    enum rc rc = api_open(&client, why);
    if (rc)
        return rc;
    if (with_id) {
        char id[33];
        random_id(id);
        (void)json_object_set_new(owned, "id", json_string(id));
    }
    rc = http_client_json(client, method, path, owned, API_TIMEOUT_MS, ret_json, why);
    if (rc == RC_UNKNOWN && with_id) /* same id: done once, whatever happened */
        rc = http_client_json(client, method, path, owned, API_TIMEOUT_MS, ret_json, why);
    return rc;
}

enum rc api_volume(const char *volume, json_t **ret_volume, struct fault *why)
{
    char path[128];
    (void)snprintf(path, sizeof path, "/v1/volumes/%.40s", volume);
    return api_call("GET", path, NULL, false, ret_volume, why);
}

const char *api_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

const char *api_person(const json_t *object, const char *name)
{
    const json_t *person = json_object_get(object, name);
    const char *shown = api_text(person, "name");
    return *shown ? shown : api_text(person, "badge");
}

void api_print(const json_t *json)
{
    (void)json_dumpf(json, stdout, JSON_INDENT(2));
    putchar('\n');
}
