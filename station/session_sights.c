/* The same sheet fed twice: what pages look like, for as long as their neighbours are
 * being read. Sights are large, so only the latest are kept; what was found goes into the
 * picture's result, as the leaf that it is the same as, and so into the spool. */
#include "station/session.h"

#include "station/page/sight.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <stdlib.h>
#include <string.h>

/* Bytes of a sight; the caller frees *ret_data. Nothing is RC_OK with length 0. */
static enum rc read_sight(int fd, char **ret_data, size_t *ret_len)
{
    *ret_data = NULL;
    *ret_len = 0;
    return fd < 0 ? RC_OK : file_read_fd(fd, SIGHT_BYTES_MAX, ret_data, ret_len, NULL);
}

static bool is_beside(const struct seen_sheet *seen, const struct job *job,
                      const struct job_image *image)
{
    bool next = seen->leaf + 1 == image->leaf || image->leaf + 1 == seen->leaf;
    return seen->data && next && seen->side == image->side && !strcmp(seen->job, job->id);
}

static struct bytes bytes_of(const struct seen_sheet *seen)
{
    return (struct bytes){ (const uint8_t *)seen->data, seen->len };
}

void session_sight(struct session *s, const struct job *job,
                   const struct job_image *image, int sight_fd, json_t *result)
{
    struct seen_sheet now = { .leaf = image->leaf, .side = image->side };
    memcpy(now.job, job->id, sizeof now.job);
    json_t *known = json_object_get(image->result, "same_as"); /* of the first look */
    if (known)
        json_object_set(result, "same_as", known);
    if (read_sight(sight_fd, &now.data, &now.len) || !now.len) {
        free(now.data);
        return;
    }
    for (size_t i = 0; i < SESSION_SIGHTS_MAX && !known; i++) {
        const struct seen_sheet *seen = &s->sights.at[i];
        if (!is_beside(seen, job, image) ||
            page_sights_differ(bytes_of(seen), bytes_of(&now)) >
                s->limits.same_blocks_max)
            continue;
        json_object_set_new(result, "same_as", json_integer(seen->leaf));
        break;
    }
    struct seen_sheet *place = &s->sights.at[s->sights.next];
    s->sights.next = (s->sights.next + 1) % SESSION_SIGHTS_MAX;
    free(place->data);
    *place = now;
}

void session_sights_free(struct session *s)
{
    for (size_t i = 0; i < SESSION_SIGHTS_MAX; i++)
        free(s->sights.at[i].data);
}
