/* Events about certificates of stations. */
#include "repo-daemon/apply_in.h"

enum rc apply_station_cert(struct applying *a)
{
    SCOPED(json_free_at) json_t *kept = json_deep_copy(a->data);
    if (!kept)
        return fault_set(a->why, RC_NO_MEMORY, 0, "no memory for a certificate");
    apply_set_text(kept, "by", a->by);
    apply_set_number(kept, "at_ms", a->at_ms);
    return apply_put(a, VIEW_STATIONS, apply_text(a->data, "serial"), kept);
}

enum rc apply_station_cert_end(struct applying *a)
{
    SCOPED(json_free_at) json_t *kept = NULL;
    const char *serial = apply_text(a->data, "serial");
    if (view_get(a->repo, a->txn, VIEW_STATIONS, serial, &kept))
        return fault_set(a->why, RC_CORRUPT, 0, "the end of no certificate");
    apply_set_number(kept, "ended_ms", a->at_ms);
    apply_set_text(kept, "ended_by", a->by);
    apply_set_text(kept, "reason", apply_text(a->data, "reason"));
    return apply_put(a, VIEW_STATIONS, serial, kept);
}
