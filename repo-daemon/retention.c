#include "repo-daemon/retention.h"

#include "repo-daemon/call.h"
#include "repo-daemon/manifest.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <string.h>

enum { DAY_MS = 86400000, BEIJING_MS = 8 * 3600 * 1000 };

enum rc retention_record(const struct repo *repo, const struct gathered *all,
                         enum retention_class at_least, json_t **ret_record,
                         struct fault *why)
{
    struct retention_term term;
    const json_t *notice = json_object_get(all->the_case, "notice");
    const char *closed_on = json_text(notice, "closed_on");
    if (!*closed_on)
        return fault_set(why, RC_REFUSED, 0,
                         "还没有归档提示，不知道结案日期，定不了保管期限");
    const struct retention_case of = { .case_type = json_text(all->the_case, "case_type"),
                                       .cause = json_text(all->the_case, "cause"),
                                       .outcome = json_text(notice, "outcome"),
                                       .facts = json_object_get(notice, "facts") };
    enum rc rc = retention_policy_term(repo->retention_policy, &of, at_least, closed_on,
                                       &term, why);
    if (rc)
        return rc;
    *ret_record = json_pack("{s:s, s:s, s:s, s:i, s:s, s:s, s:s}", "class",
                            retention_class_name(term.class), "until", term.until, "from",
                            term.from, "years", (int)term.years, "rule", term.rule,
                            "version", retention_policy_version(repo->retention_policy),
                            "closed_on", closed_on);
    return *ret_record ? RC_OK : fault_set(why, RC_NO_MEMORY, 0, "no memory for a term");
}

/* The first moment after the last day; for ever when there is none. */
static int64_t lock_ms(const json_t *record)
{
    int64_t day;
    return calendar_day_read(json_text(record, "until"), &day)
               ? (day + 1) * DAY_MS - BEIJING_MS
               : RETENTION_FOREVER_MS;
}

static enum rc lock_one(struct repo *repo, const char *hex, int64_t until_ms,
                        struct fault *why)
{
    struct sha256 hash;
    if (!hash_from_hex(hex, &hash))
        return RC_OK; /* not every picture has every kind of file */
    enum rc rc = blob_keep(repo->blobs, hash, until_ms, why);
    return rc == RC_REFUSED ? RC_OK : rc;
}

static enum rc lock_images(struct repo *repo, const json_t *manifest, int64_t until_ms,
                           struct fault *why)
{
    enum rc rc = RC_OK;
    const char *name;
    const json_t *images = json_object_get(manifest, "images");
    for (size_t i = 0; !rc && i < json_array_size(images); i++)
        for (size_t n = 0; !rc && (name = manifest_blob_name(n)); n++)
            rc =
                lock_one(repo, json_text(json_array_get(images, i), name), until_ms, why);
    return rc;
}

enum rc retention_lock(struct repo *repo, const struct gathered *all,
                       const json_t *record, struct fault *why)
{
    static const char *const papers[] = { "report", "certificate" };
    enum rc rc = RC_OK;
    for (size_t b = 0; !rc && b < all->batch_count; b++) {
        rc = lock_images(repo, json_array_get(all->manifests, b), lock_ms(record), why);
        if (!rc)
            rc = lock_one(repo, json_text(json_array_get(all->scans, b), "manifest"),
                          RETENTION_FOREVER_MS, why);
    }
    for (size_t i = 0; !rc && i < COUNT(papers); i++)
        rc = lock_one(repo, json_text(all->volume, papers[i]), RETENTION_FOREVER_MS, why);
    return rc;
}

bool retention_is_over(const json_t *volume, int64_t day)
{
    const json_t *record = json_object_get(volume, "retention");
    enum retention_class class = retention_class(json_text(record, "class"));
    int64_t last;
    return (class == RETENTION_SHORT || class == RETENTION_LONG) &&
           calendar_day_read(json_text(record, "until"), &last) && last < day;
}

bool retention_is_held(const json_t *volume)
{
    return json_array_size(json_object_get(volume, "holds")) > 0;
}
