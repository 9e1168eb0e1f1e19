/* From what was read to alarms, and back when it is right again.
 *
 * A disk that fails takes many files at once: the first two hundred are told by name, the
 * rest by one alarm and by the sums of the round, so that the ledger stays readable. */
#include "repo-daemon/fixity_in.h"

#include "repo-daemon/alarm.h"
#include "repo-daemon/apply.h"
#include "repo-daemon/call.h"
#include "repo-daemon/fixity_where.h"
#include "repo-daemon/shelf_run.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { PLACE_DIGITS = 16, SOURCE_MAX = 160 };

static const enum alarm_kind of_files[] = { ALARM_FILE_WRONG, ALARM_FILE_GONE };

struct alarmed {
    struct sha256 *files; /* borrowed; NULL: only counted */
    size_t count;
};

static bool is_of_file(const json_t *alarm)
{
    for (size_t i = 0; i < COUNT(of_files); i++)
        if (!strcmp(json_text(alarm, "kind"), alarm_row(of_files[i])->word))
            return true;
    return false;
}

static bool alarmed_add(const char *name, json_t *alarm, void *context)
{
    struct alarmed *all = context;
    struct sha256 file;
    (void)name;
    if (!is_of_file(alarm) || !hash_from_hex(json_text(alarm, "sha256"), &file))
        return true;
    if (all->files)
        all->files[all->count] = file;
    return ++all->count < FIXITY_ALARMS_MOST;
}

static enum rc alarmed_find(struct fixity *f, struct alarmed *all, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(f->repo->store, &txn, why);
    return rc ? rc
              : view_each(f->repo, txn, VIEW_ALARMS, "", NULL, alarmed_add, all, why);
}

enum rc fixity_alarmed(struct fixity *f, struct fault *why)
{
    struct alarmed all = { .files = f->again };
    enum rc rc = alarmed_find(f, &all, why);
    f->again_at = 0;
    f->again_len = rc ? 0 : all.count;
    return rc;
}

static void source_of(const char *what, const char *hex, int64_t now_ms,
                      char ret_source[SOURCE_MAX])
{
    snprintf(ret_source, SOURCE_MAX, "fixity %s %s %lld", what, hex, (long long)now_ms);
}

/* End those of the file that are not `but`. */
static enum rc others_end(struct fixity *f, const char *hex, enum alarm_kind but,
                          int64_t now_ms, struct fault *why)
{
    char place[PLACE_DIGITS + 1], source[SOURCE_MAX];
    enum rc rc = RC_OK;
    snprintf(place, sizeof place, "%.16s", hex);
    for (size_t i = 0; i < COUNT(of_files) && !rc; i++) {
        source_of(alarm_row(of_files[i])->suffix, hex, now_ms, source);
        if (of_files[i] != but)
            rc = alarm_end(f->repo, of_files[i], place, source, why);
    }
    return rc;
}

static enum rc raise_one(struct fixity *f, enum alarm_kind kind, const char *hex,
                         int64_t now_ms, struct fault *why)
{
    char place[PLACE_DIGITS + 1], source[SOURCE_MAX];
    struct alarmed open = { NULL, 0 };
    enum rc rc = alarmed_find(f, &open, why);
    bool many = open.count >= FIXITY_ALARMS_MOST;
    if (rc)
        return rc;
    kind = many ? ALARM_FILES_MANY : kind;
    snprintf(place, sizeof place, "%.16s", many ? "files" : hex);
    source_of(alarm_row(kind)->word, hex, now_ms, source);
    SCOPED(json_free_at)
    json_t *evidence = json_pack("{s:s, s:o}", "sha256", hex, "where",
                                 many ? json_array() : fixity_where(f->repo, hex));
    return alarm_raise(f->repo, kind, place, many ? NULL : evidence, source, why);
}

enum rc fixity_tell(struct fixity *f, struct sha256 file, enum rc is, int64_t now_ms,
                    struct fault *why)
{
    char hex[SHA256_HEX];
    SCOPED(json_free_at) json_t *named = NULL;
    hash_hex(file, hex);
    /* What is not there is missed by nobody when no event names it, or a purge did. */
    if (is == RC_NOT_FOUND &&
        (view_find(f->repo, VIEW_BLOBS, hex, &named) || *json_text(named, "purged")))
        is = RC_OK;
    enum alarm_kind kind = is == RC_OK          ? ALARM_KINDS
                           : is == RC_NOT_FOUND ? ALARM_FILE_GONE
                                                : ALARM_FILE_WRONG;
    enum rc rc = others_end(f, hex, kind, now_ms, why);
    return rc || kind == ALARM_KINDS ? rc : raise_one(f, kind, hex, now_ms, why);
}

enum rc fixity_tell_round(struct fixity *f, int64_t now_ms, struct fault *why)
{
    char source[SOURCE_MAX], number[24];
    const struct fixity_sums *s = &f->facts.now;
    snprintf(number, sizeof number, "%llu", (unsigned long long)f->facts.round);
    source_of("many-end", number, now_ms, source);
    enum rc rc = s->wrong + s->gone < FIXITY_ALARMS_MOST
                     ? alarm_end(f->repo, ALARM_FILES_MANY, "files", source, why)
                     : RC_OK;
    SCOPED(json_free_at)
    json_t *data = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "round",
                             (json_int_t)f->facts.round, "began", (json_int_t)s->began_ms,
                             "files", (json_int_t)s->files, "bytes", (json_int_t)s->bytes,
                             "wrong", (json_int_t)s->wrong, "gone", (json_int_t)s->gone);
    struct command command = { .event = EVENT_FIXITY, .by = "", .data = data };
    source_of("round", number, s->began_ms, source);
    return rc ? rc : shelf_run(f->repo, &command, source, why);
}
