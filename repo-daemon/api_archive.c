/* POST archive: the package first, durable and verified, and where the court keeps one
 * its version in the OCFL root; then the event that names it. A try whose answer got lost
 * finds both there and adds nothing. */
#include "repo-daemon/act.h"
#include "repo-daemon/archive.h"
#include "repo-daemon/ocfl.h"
#include "repo-daemon/route.h"
#include "repo-daemon/settings.h"
#include "repo-daemon/show.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>

static void gather_free_at(struct gathered *all)
{
    gather_free(all);
}

static json_t *archive_answer(struct repo *repo, struct store_txn *txn, uint64_t seq,
                              void *context)
{
    struct act *act = context;
    return json_pack("{s:O, s:O, s:O, s:I, s:o}", "path",
                     json_object_get(act->data, "path"), "sha256",
                     json_object_get(act->data, "sha256"), "files",
                     json_object_get(act->data, "files"), "seq", (json_int_t)seq,
                     "volumes", show_volumes(repo, txn, act->labels));
}

static enum rc version_keep(const struct call *call, const char *package,
                            struct fault *why)
{
    char root[sizeof call->settings->archive + 8], id[LABEL_TEXT_MAX + 16];
    struct ocfl_facts facts;
    if (!call->settings->archive_ocfl)
        return RC_OK;
    snprintf(root, sizeof root, "%s/ocfl", call->settings->archive);
    snprintf(id, sizeof id, "urn:x-juanku:%.27s", call_part(call, "volume"));
    const struct ocfl_source source = { .id = id,
                                        .folder = package,
                                        .message = "归档",
                                        .user = call->by.name,
                                        .at_ms = call->now_ms };
    return ocfl_store(root, &source, &facts, why);
}

enum rc archive_create(struct call *call, struct fault *why)
{
    struct command command;
    struct archive_facts facts;
    SCOPED(json_free_at) json_t *volume = NULL;
    SCOPED(gather_free_at) struct gathered all = { 0 };
    enum rc rc = call_command(call, "archive", &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    rc = call_volume(call, call_part(call, "volume"), &volume, why);
    if (rc)
        return rc;
    SCOPED(act_end) struct act act;
    act_begin(&act, call->repo, EV_ARCHIVE, &call->by);
    rc = act_add(&act, volume, -1, why);
    if (!rc)
        rc = gather(call->repo, volume, &all, why);
    if (!rc)
        rc = archive_write(call->repo, &all, call->settings->archive, call->now_ms,
                           &facts, why);
    if (!rc)
        rc = version_keep(call, facts.path, why);
    if (rc)
        return rc;
    json_object_update_new(act.data,
                           json_pack("{s:s, s:s, s:i}", "path", facts.path, "sha256",
                                     facts.seal, "files", (int)facts.files));
    act_fill(&act, &command);
    command.answer = archive_answer;
    return call_commit(call, &command, 201, why);
}
