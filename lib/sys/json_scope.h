/* A JSON value that is given back at the end of the scope:
 *   SCOPED(json_free_at) json_t *body = ...; */
#ifndef SYS_JSON_SCOPE_H
#define SYS_JSON_SCOPE_H

#include "sys/scope.h"

#include <jansson.h>

SCOPE_RELEASER(json_free_at, json_t *, json_decref)

#endif
