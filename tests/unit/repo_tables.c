/* Tables against what is written about them: routes and openapi.json, settings and the
 * sample file, rights. */
#include "repo_fixture.h"

#include "sys/file.h"

#include <ctype.h>
#include <fcntl.h>

static json_t *openapi(void)
{
    json_t *doc = json_load_file("repo-daemon/data/openapi.json", 0, NULL);
    CHECK(doc != NULL);
    return doc;
}

static json_t *operation(json_t *doc, const struct route *r)
{
    char method[8];
    size_t i = 0;
    for (; r->method[i]; i++)
        method[i] = (char)tolower(r->method[i]);
    method[i] = 0;
    return json_object_get(json_object_get(json_object_get(doc, "paths"), r->path),
                           method);
}

TEST(openapi, describes_every_route_and_no_other)
{
    json_t *doc = openapi(), *path;
    const struct route *r;
    size_t routes = 0, described = 0;
    for (; (r = route_at(routes)); routes++)
        if (!operation(doc, r))
            fail_msg("openapi.json lacks %s %s", r->method, r->path);
    const char *name;
    json_object_foreach(json_object_get(doc, "paths"), name, path) described +=
        json_object_size(path);
    CHECK_INT(routes, described);
    json_decref(doc);
}

TEST(openapi, names_the_roles_of_the_table)
{
    json_t *doc = openapi();
    const struct route *r;
    for (size_t i = 0; (r = route_at(i)); i++) {
        unsigned roles = ~0u;
        CHECK(roles_read(json_object_get(operation(doc, r), "x-roles"), &roles));
        if (roles != (r->roles & ~(unsigned)ROLE_RACK))
            fail_msg("%s %s: x-roles differ from the table", r->method, r->path);
    }
    json_decref(doc);
}

TEST(openapi, has_every_schema_that_it_points_to)
{
    json_t *doc = openapi();
    char *text = json_dumps(doc, JSON_COMPACT);
    static const char start[] = "#/components/schemas/";
    for (const char *at_text = text; (at_text = strstr(at_text, start));) {
        char name[40] = "";
        at_text += sizeof start - 1;
        memcpy(name, at_text, strcspn(at_text, "\"") < 39 ? strcspn(at_text, "\"") : 39);
        CHECK(json_object_get(
            json_object_get(json_object_get(doc, "components"), "schemas"), name));
    }
    free(text);
    json_decref(doc);
}

TEST(repod_conf, shows_every_setting_with_its_preset_and_help)
{
    char *text = NULL;
    size_t len;
    CHECK_OK(file_read(AT_FDCWD, "repo-daemon/repod.conf", 65536, &text, &len, NULL));
    size_t lines = 0;
    for (const char *p = text; (p = strchr(p, '\n')); p++)
        lines += p[1] == '#' && p[2] && p[2] != ' ';
    CHECK_INT(repo_settings_count, lines);
    for (size_t i = 0; i < repo_settings_count; i++) {
        const struct conf_key *k = &repo_settings_keys[i];
        char line[900];
        snprintf(line, sizeof line, "\n# %s\n#%s =%s%s\n", k->help, k->name,
                 *k->preset ? " " : "", k->preset);
        if (!strstr(text, line))
            fail_msg("repod.conf lacks: %s", line);
    }
    free(text);
}

TEST(rights, are_total_nobody_gets_past_the_table)
{
    const struct route *r;
    for (size_t i = 0; (r = route_at(i)); i++) {
        if (!r->handler)
            continue;
        for (size_t row = 0; roles_word(row); row++) {
            unsigned bit = roles_word(row)->bit;
            if (bit == ROLE_RACK)
                continue;
            json_t *answer = NULL;
            json_t *body = strcmp(r->method, "POST") ? NULL : json_object();
            int status = !strcmp(r->path, "/v1/session") && strcmp(r->method, "GET")
                             ? 0 /* logs in or out: has tests of its own */
                             : call_by(bit, r->method, r->path, NULL, body, &answer);
            bool barred =
                status == 403 && strstr(json_string_value(answer), "这件事要由");
            if (status && barred != (r->roles && !(r->roles & bit)))
                fail_msg("%s %s by %s: %d", r->method, r->path, roles_word(row)->name,
                         status);
            if (!status)
                json_decref(body);
            json_decref(answer);
        }
    }
}

TEST(rights, let_nobody_in_without_a_log_in)
{
    const struct route *r;
    size_t open = 0;
    for (size_t i = 0; (r = route_at(i)); i++) {
        if (!r->roles) {
            open++;
            continue;
        }
        CHECK_INT(401, call_by(0, r->method, r->path, NULL,
                               strcmp(r->method, "POST") ? NULL : json_object(), NULL));
    }
    CHECK_INT(3, open); /* healthz, readyz, log-in */
}

TEST(roles, go_both_ways_and_the_internal_one_is_nobodys)
{
    for (size_t row = 0; roles_word(row); row++)
        CHECK_INT(roles_word(row)->bit, roles_bit(roles_word(row)->name));
    json_t *names = json_pack("[s]", "rack");
    unsigned bits;
    CHECK(!roles_read(names, &bits));
    json_decref(names);
}
