/* Entries of views while many events are applied at once (a rebuild): each is read and
 * written once for the whole lot. What view_get() gives is then the entry itself, not a
 * copy, so only code that puts back what it changes may run meanwhile; view_put() keeps a
 * copy of what is not the entry itself, so that two entries never share an object. */
#ifndef REPO_VIEW_CACHE_H
#define REPO_VIEW_CACHE_H

#include "repo-daemon/repo.h"

struct view_cache;

struct view_cache *view_cache_new(void);         /* never NULL */
void view_cache_free(struct view_cache *cache);  /* accepts NULL */
void view_cache_clear(struct view_cache *cache); /* also what was not written */

/* NULL when it is not there; borrowed. */
json_t *view_cache_get(struct view_cache *cache, enum view view, const char *key);
/* Keep `object` (a new reference is taken); `changed` when it must be written. */
void view_cache_put(struct view_cache *cache, enum view view, const char *key,
                    json_t *object, bool changed);
/* Forget one entry. */
void view_cache_drop(struct view_cache *cache, enum view view, const char *key);

/* Write what was changed of `view` (VIEWS: of all), in the order of its keys. Costs as
 * much as there is to write, however much is kept. */
typedef enum rc view_cache_write(void *context, enum view view, const char *key,
                                 const json_t *object, struct fault *why);
MUST_USE enum rc view_cache_flush(struct view_cache *cache, enum view view,
                                  view_cache_write *write, void *context,
                                  struct fault *why);

#endif
