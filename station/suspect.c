/* Reasons are looked up by their codes (station/page/page.h, sequence.h): those of the
 * page itself, and those beside its neighbours. */
#include "station/suspect.h"

#include "core/bytes.h"
#include "station/json_field.h"
#include "station/page/sequence.h"

#include <string.h>

static const char *const suspects[] = { "long", SEQUENCE_TWICE, SEQUENCE_GAP };

bool suspect_is_stop(const char *code)
{
    for (size_t i = 0; i < COUNT(suspects); i++)
        if (!strcmp(suspects[i], code))
            return true;
    return false;
}

static const json_t *find(const json_t *reasons)
{
    size_t i;
    json_t *one;
    json_array_foreach(reasons, i, one)
    {
        if (suspect_is_stop(field_peek(one, "code")))
            return one;
    }
    return NULL;
}

bool suspect_image(const struct job_image *image, const char **ret_code,
                   const char **ret_sentence)
{
    if (image->edit & EDIT_CHECKED)
        return false;
    const json_t *reason = find(json_object_get(image->result, "qc"));
    if (!reason)
        reason = find(image->beside);
    if (reason && ret_code)
        *ret_code = field_peek(reason, "code");
    if (reason && ret_sentence)
        *ret_sentence = field_peek(reason, "sentence");
    return reason != NULL;
}

const struct job_image *suspect_first(const struct job *job, const char **ret_code)
{
    for (size_t i = 0; i < job->count; i++)
        if (suspect_image(&job->images[i], ret_code, NULL))
            return &job->images[i];
    return NULL;
}
