/* When fixity reads, how fast, and where it stands over a restart. */
#include "repo-daemon/fixity_in.h"

#include "core/bytes.h"
#include "repo-daemon/call.h"
#include "sys/json_scope.h"

#include <stdio.h>
#include <string.h>

enum { HOUR_MS = 3600 * 1000, BEIJING_H = 8, RATE_LEAST = 64 * 1024 };
static const int64_t day_ms = 24 * (int64_t)HOUR_MS;

static const char key[] = "fixity";

static const char *const words[FIXITY_PHASES] = {
    [FIXITY_IDLE] = "idle",
    [FIXITY_FILES] = "files",
    [FIXITY_NAMES] = "names",
};

const char *fixity_phase_word(enum fixity_phase phase)
{
    return phase < FIXITY_PHASES ? words[phase] : "";
}

bool fixity_hours(const char *text, unsigned *ret_from, unsigned *ret_to)
{
    unsigned from, to;
    char behind;
    if (sscanf(text, "%2u-%2u%c", &from, &to, &behind) != 2 || from > 23 || to > 24 ||
        from == to)
        return false;
    *ret_from = from;
    *ret_to = to;
    return true;
}

static unsigned hours_of(const struct fixity_options *o)
{
    return o->from_hour < o->to_hour ? o->to_hour - o->from_hour
                                     : 24 - o->from_hour + o->to_hour;
}

bool fixity_in_hours(const struct fixity_options *o, int64_t now_ms)
{
    unsigned hour = (unsigned)((now_ms / HOUR_MS + BEIJING_H) % 24);
    return (hour + 24 - o->from_hour) % 24 < hours_of(o);
}

bool fixity_may_begin(const struct fixity *f, int64_t now_ms)
{
    int64_t days = f->options.days * day_ms;
    int64_t last = f->facts.last.began_ms;
    if (now_ms - f->first_ms < FIXITY_QUIET_MS)
        return f->facts.asked;
    bool due = !f->facts.round || now_ms >= last + days || now_ms < last - day_ms;
    return f->facts.asked || (due && fixity_in_hours(&f->options, now_ms));
}

/* As fast as the last round's bytes, and a quarter more, need; as fast as allowed while
 * nothing is known of the store, or when the round's time is nearly over. */
uint64_t fixity_rate(const struct fixity *f, int64_t now_ms)
{
    uint64_t most = f->options.bytes_per_s;
    uint64_t seconds = (uint64_t)f->options.days * hours_of(&f->options) * 3600;
    bool behind = now_ms - f->facts.now.began_ms > f->options.days * day_ms * 4 / 5;
    if (f->facts.asked || behind || !f->facts.last.ended_ms)
        return most;
    uint64_t need = (f->facts.last.bytes + f->facts.last.bytes / 4) / seconds;
    need = need > RATE_LEAST ? need : RATE_LEAST;
    return need < most ? need : most;
}

static json_t *sums_write(const struct fixity_sums *s)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "began", (json_int_t)s->began_ms,
                     "ended", (json_int_t)s->ended_ms, "files", (json_int_t)s->files,
                     "bytes", (json_int_t)s->bytes, "wrong", (json_int_t)s->wrong, "gone",
                     (json_int_t)s->gone);
}

static struct fixity_sums sums_read(const json_t *o)
{
    return (struct fixity_sums){ .began_ms = json_number(o, "began"),
                                 .ended_ms = json_number(o, "ended"),
                                 .files = (uint64_t)json_number(o, "files"),
                                 .bytes = (uint64_t)json_number(o, "bytes"),
                                 .wrong = (uint64_t)json_number(o, "wrong"),
                                 .gone = (uint64_t)json_number(o, "gone") };
}

enum rc fixity_save_in(struct fixity *f, struct store_txn *txn, struct fault *why)
{
    SCOPED(json_free_at)
    json_t *state = json_pack(
        "{s:I, s:s, s:s, s:b, s:o, s:o}", "round", (json_int_t)f->facts.round, "phase",
        words[f->facts.phase], "after", f->after, "asked", (int)f->facts.asked, "now",
        sums_write(&f->facts.now), "last", sums_write(&f->facts.last));
    return view_put(f->repo, txn, TABLE_ABOUT, key, state, why);
}

static enum rc save_change(struct store_txn *txn, void *context, struct fault *why)
{
    return fixity_save_in(context, txn, why);
}

enum rc fixity_save(struct fixity *f, struct fault *why)
{
    return store_update(f->repo->store, save_change, f, why);
}

enum rc fixity_load(struct fixity *f, struct fault *why)
{
    SCOPED(json_free_at) json_t *state = NULL;
    enum rc rc = view_find(f->repo, TABLE_ABOUT, key, &state);
    if (rc == RC_NOT_FOUND)
        return RC_OK;
    if (rc)
        return fault_set(why, rc, 0, "read where the fixity round stands");
    f->facts.round = (uint64_t)json_number(state, "round");
    f->facts.asked = json_is_true(json_object_get(state, "asked"));
    f->facts.now = sums_read(json_object_get(state, "now"));
    f->facts.last = sums_read(json_object_get(state, "last"));
    for (size_t i = 0; i < COUNT(words); i++)
        if (!strcmp(words[i], json_text(state, "phase")))
            f->facts.phase = (enum fixity_phase)i;
    snprintf(f->after, sizeof f->after, "%s", json_text(state, "after"));
    return RC_OK;
}
