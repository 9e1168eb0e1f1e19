/* The service about itself: description, readiness, figures. */
#include "repo-daemon/custody.h"
#include "repo-daemon/fixity.h"
#include "repo-daemon/route.h"
#include "repo-daemon/station_cert.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

__asm__(".section .rodata\n"
        "openapi_json:\n.incbin \"repo-daemon/data/openapi.json\"\n"
        "openapi_json_end:\n.byte 0\n.previous\n");
extern const uint8_t openapi_json[], openapi_json_end[];

enum rc openapi_show(struct call *call, struct fault *why)
{
    return call_answer_text(
        call, "application/json; charset=utf-8",
        (struct bytes){ openapi_json, (size_t)(openapi_json_end - openapi_json) }, why);
}

enum rc ready_show(struct call *call, struct fault *why)
{
    struct ledger_head head;
    enum rc rc = ledger_head(call->repo->ledger, &head, why);
    return rc ? rc : call_answer(call, 200, json_pack("{s:i}", "ready", 1));
}

struct tally {
    uint64_t volumes[VOL_STATES];
    uint64_t slots[2]; /* free, full */
};

static bool tally_volume(const char *key, json_t *sum, void *context)
{
    struct tally *t = context;
    enum volume_state state = custody_state(key + strlen("state/"));
    if (state < VOL_STATES)
        t->volumes[state] = (uint64_t)json_number(sum, "n");
    return true;
}

static bool tally_slot(const char *key, json_t *sum, void *context)
{
    struct tally *t = context;
    t->slots[!strcmp(key, "slots/full")] = (uint64_t)json_number(sum, "n");
    return true;
}

static void one(FILE *out, const char *name, const char *type, const char *help,
                uint64_t value)
{
    fprintf(out, "# HELP %s %s\n# TYPE %s %s\n%s %llu\n", name, help, name, type, name,
            (unsigned long long)value);
}

static void sample(FILE *out, const char *name, const json_t *c, const char *value)
{
    fprintf(out, "%s{method=\"%s\",path=\"%s\",class=\"%s\"} %s\n", name,
            json_text(c, "method"), json_text(c, "path"), json_text(c, "class"), value);
}

static void http_write(FILE *out, const json_t *counts)
{
    static const char requests[] = "juanku_http_requests_total",
                      seconds[] = "juanku_http_request_seconds_total";
    char value[40];
    fprintf(out,
            "# HELP %s Requests answered, by address and class of status.\n# TYPE %s "
            "counter\n",
            requests, requests);
    for (size_t i = 0; i < json_array_size(counts); i++) {
        const json_t *c = json_array_get(counts, i);
        snprintf(value, sizeof value, "%lld", (long long)json_number(c, "count"));
        sample(out, requests, c, value);
    }
    fprintf(out, "# HELP %s Time from request to answer.\n# TYPE %s counter\n", seconds,
            seconds);
    for (size_t i = 0; i < json_array_size(counts); i++) {
        const json_t *c = json_array_get(counts, i);
        long long ms = (long long)json_number(c, "ms");
        snprintf(value, sizeof value, "%lld.%03lld", ms / 1000, ms % 1000);
        sample(out, seconds, c, value);
    }
}

static void fixity_write(FILE *out, const struct fixity *fixity, int64_t now_ms)
{
    if (!fixity)
        return;
    const struct fixity_facts f = fixity_facts(fixity, now_ms);
    const struct fixity_sums *s = f.phase == FIXITY_IDLE ? &f.last : &f.now;
    one(out, "juanku_fixity_round", "gauge", "Round of reading all files.", f.round);
    one(out, "juanku_fixity_running", "gauge", "1 while a round is under way.",
        f.phase != FIXITY_IDLE);
    one(out, "juanku_fixity_late", "gauge", "1 when it takes longer than it may.",
        f.late);
    one(out, "juanku_fixity_rate_bytes", "gauge", "Bytes a second that it reads.",
        f.rate);
    one(out, "juanku_fixity_files", "gauge", "Files read in this or the last round.",
        s->files);
    one(out, "juanku_fixity_read_bytes", "gauge", "Bytes read in it.", s->bytes);
    one(out, "juanku_fixity_wrong_files", "gauge", "Files found damaged in it.",
        s->wrong);
    one(out, "juanku_fixity_gone_files", "gauge", "Files found missing in it.", s->gone);
    one(out, "juanku_fixity_last_end_seconds", "gauge",
        "When the last whole round ended, Unix time.", (uint64_t)f.last.ended_ms / 1000);
}

static void figures_write(FILE *out, struct repo *repo, const struct tally *t)
{
    struct ledger_head head = { 0 };
    struct store_figures figures;
    store_figures(repo->store, &figures);
    (void)!ledger_head(repo->ledger, &head, NULL); /* 0 shows that it could not be read */
    one(out, "juanku_ledger_events", "gauge", "Events in the ledger.", head.size);
    one(out, "juanku_store_used_bytes", "gauge", "Bytes of the store in use.",
        figures.used_bytes);
    one(out, "juanku_store_map_bytes", "gauge", "Bytes of the store reserved.",
        figures.map_bytes);
    one(out, "juanku_racks_live", "gauge", "Racks that answer.",
        json_object_size(repo->live_racks));
    fprintf(out,
            "# HELP juanku_volumes Volumes by state.\n# TYPE juanku_volumes gauge\n");
    for (enum volume_state s = 0; s < VOL_STATES; s++)
        fprintf(out, "juanku_volumes{state=\"%s\"} %llu\n", custody_state_name(s),
                (unsigned long long)t->volumes[s]);
    fprintf(out,
            "# HELP juanku_slots Slots by content.\n# TYPE juanku_slots gauge\n"
            "juanku_slots{state=\"free\"} %llu\njuanku_slots{state=\"full\"} %llu\n",
            (unsigned long long)t->slots[0], (unsigned long long)t->slots[1]);
}

/* Machines by name: the longest certificate that stands, and how many end soon. */
static void stations_write(FILE *out, const json_t *ends, int64_t now_ms)
{
    static const char name[] = "juanku_station_certificate_end_seconds";
    const char *station;
    json_t *until;
    uint64_t soon = 0;
    fprintf(
        out,
        "# HELP %s When the station's certificate ends, Unix time.\n# TYPE %s gauge\n",
        name, name);
    json_object_foreach((json_t *)(uintptr_t)ends, station, until)
    {
        SCOPED(json_free_at) json_t *certificate = json_pack("{s:O}", "until_ms", until);
        soon += *station_cert_state(certificate, now_ms) != 0;
        fprintf(out, "%s{station=\"%s\"} %lld\n", name, station,
                (long long)json_integer_value(until) / 1000);
    }
    one(out, "juanku_station_certificates_ending", "gauge",
        "Stations whose certificate is over, or ends within thirty days.", soon);
}

enum rc metrics_show(struct call *call, struct fault *why)
{
    struct tally tally = { 0 };
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    if (!rc)
        rc = view_each(call->repo, txn, VIEW_SUMS, "state/", NULL, tally_volume, &tally,
                       why);
    if (!rc)
        rc = view_each(call->repo, txn, VIEW_SUMS, "slots/", NULL, tally_slot, &tally,
                       why);
    SCOPED(json_free_at) json_t *ends = NULL;
    if (!rc)
        rc = station_cert_ends(call->repo, txn, &ends, why);
    store_abort(TAKE(txn));
    if (rc)
        return rc;
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    if (!out)
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for the figures");
    figures_write(out, call->repo, &tally);
    stations_write(out, ends, call->now_ms);
    fixity_write(out, call->repo->fixity, call->now_ms);
    http_write(out, call->counts);
    if (fclose(out))
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for the figures");
    return call_answer_text(call, "text/plain; version=0.0.4; charset=utf-8",
                            (struct bytes){ (uint8_t *)text, len }, why);
}
