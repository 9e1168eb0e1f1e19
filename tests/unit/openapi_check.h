/* Every answer in the tests of the repository is held against what openapi.json says of
 * its address: the status is described, and the body is of its schema. */
#ifndef TESTS_UNIT_OPENAPI_CHECK_H
#define TESTS_UNIT_OPENAPI_CHECK_H

#include "check.h"

#include "repo-daemon/call.h"
#include "repo-daemon/route.h"

#include <ctype.h>

static json_t *openapi_doc;
static char openapi_wrong[400];

static const json_t *openapi_schema(const json_t *schema)
{
    const char *ref = json_string_value(json_object_get(schema, "$ref"));
    if (!ref)
        return schema;
    const json_t *schemas =
        json_object_get(json_object_get(openapi_doc, "components"), "schemas");
    return json_object_get(schemas, strrchr(ref, '/') + 1);
}

static bool openapi_is(const char *type, const json_t *value)
{
    return !strcmp(type, "object")    ? json_is_object(value)
           : !strcmp(type, "array")   ? json_is_array(value)
           : !strcmp(type, "string")  ? json_is_string(value)
           : !strcmp(type, "integer") ? json_is_integer(value)
           : !strcmp(type, "boolean") ? json_is_boolean(value)
           : !strcmp(type, "null")    ? json_is_null(value)
                                      : json_is_number(value);
}

static bool openapi_wrong_at(const char *place, const char *what)
{
    if (!*openapi_wrong)
        snprintf(openapi_wrong, sizeof openapi_wrong, "%.200s: %.150s", place, what);
    return false;
}

static bool openapi_fits(const json_t *schema, const json_t *value, const char *place);

static bool openapi_fits_one(const json_t *several, const json_t *value,
                             const char *place)
{
    for (size_t i = 0; i < json_array_size(several); i++)
        if (openapi_fits(json_array_get(several, i), value, place)) {
            *openapi_wrong = 0;
            return true;
        }
    return openapi_wrong_at(place, "of none of its kinds");
}

static bool openapi_fits_object(const json_t *schema, const json_t *value,
                                const char *place)
{
    const json_t *required = json_object_get(schema, "required"),
                 *properties = json_object_get(schema, "properties"),
                 *others = json_object_get(schema, "additionalProperties");
    const char *name;
    json_t *one;
    char below[300];
    for (size_t i = 0; i < json_array_size(required); i++) {
        const char *field = json_string_value(json_array_get(required, i));
        if (!json_object_get(value, field)) {
            snprintf(below, sizeof below, "%.200s.%.60s", place, field);
            return openapi_wrong_at(below, "is missing");
        }
    }
    json_object_foreach((json_t *)(uintptr_t)value, name, one)
    {
        const json_t *of = json_object_get(properties, name);
        of = of ? of : json_is_object(others) ? others : NULL;
        snprintf(below, sizeof below, "%.200s.%.60s", place, name);
        if (!of && json_object_size(properties))
            return openapi_wrong_at(below, "is not described");
        if (of && !openapi_fits(of, one, below))
            return false;
    }
    return true;
}

static bool openapi_fits(const json_t *schema, const json_t *value, const char *place)
{
    schema = openapi_schema(schema);
    const json_t *several = json_object_get(schema, "oneOf"),
                 *words = json_object_get(schema, "enum");
    const char *type = json_string_value(json_object_get(schema, "type"));
    bool known = !words;
    if (several)
        return openapi_fits_one(several, value, place);
    for (size_t i = 0; i < json_array_size(words); i++)
        known = known || json_equal(json_array_get(words, i), value);
    if (!known)
        return openapi_wrong_at(place, "not one of its words");
    if (type && !openapi_is(type, value))
        return openapi_wrong_at(place, type);
    for (size_t i = 0; json_is_array(value) && i < json_array_size(value); i++)
        if (!openapi_fits(json_object_get(schema, "items"), json_array_get(value, i),
                          place))
            return false;
    return !json_is_object(value) || openapi_fits_object(schema, value, place);
}

/* Fails the test when the answer is not as described. */
static void openapi_check(const struct call *call)
{
    char method[8] = "", status[8], place[120];
    if (!call->route)
        return;
    if (!openapi_doc)
        openapi_doc = json_load_file("repo-daemon/data/openapi.json", 0, NULL);
    CHECK(openapi_doc != NULL);
    for (size_t i = 0; call->route->method[i] && i < sizeof method - 1; i++)
        method[i] = (char)tolower((unsigned char)call->route->method[i]);
    snprintf(status, sizeof status, "%d", call->status);
    snprintf(place, sizeof place, "%s %s %s", call->route->method, call->route->path,
             status);
    const json_t *path =
        json_object_get(json_object_get(openapi_doc, "paths"), call->route->path);
    const json_t *answer = json_object_get(
        json_object_get(json_object_get(path, method), "responses"), status);
    if (!answer)
        fail_msg("%s is not described", place);
    const json_t *schema = json_object_get(
        json_object_get(json_object_get(answer, "content"), "application/json"),
        "schema");
    *openapi_wrong = 0;
    if (!call->code && call->answer && schema &&
        !openapi_fits(schema, call->answer, place))
        fail_msg("%s", openapi_wrong);
}

#endif
