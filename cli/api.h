/* The repository from the shell: who is logged in, one call, one way to print. The
 * session file (JUANKU_SESSION, else ~/.config/juanku/session, mode 0600) holds the
 * address and the token, never a password. */
#ifndef CLI_API_H
#define CLI_API_H

#include "cli/cmd.h"
#include "net/http_client.h"

#include <jansson.h>
#include <stdbool.h>

enum { API_TIMEOUT_MS = 60000 }; /* one call; binding a volume is the longest */

/* The connection of this process, from the session file. */
MUST_USE enum rc api_open(struct http_client **ret_client, struct fault *why);

/* Write the session file. */
MUST_USE enum rc api_keep_session(const char *url, const char *token, struct fault *why);
/* The address in the session file, else JUANKU_URL, else the usual one. */
const char *api_usual_url(void);

/* One call, opened from the session. `body` is stolen and gets a fresh "id" when
 * `with_id`. The caller decrefs *ret_json. */
MUST_USE enum rc api_call(const char *method, const char *path, json_t *body,
                          bool with_id, json_t **ret_json, struct fault *why);

/* The volume as the repository knows it now. */
MUST_USE enum rc api_volume(const char *volume, json_t **ret_volume, struct fault *why);

/* A string field, "" when it is absent or null. */
const char *api_text(const json_t *object, const char *name);
/* "name" of the object field, or its badge. */
const char *api_person(const json_t *object, const char *name);
/* Print the whole answer as JSON, indented. */
void api_print(const json_t *json);

#endif
