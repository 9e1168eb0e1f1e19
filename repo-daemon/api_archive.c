/* POST archive: the files locked for their term, the package durable and verified, and
 * where the court keeps one its version in the OCFL root; then the event that names them.
 * A try whose answer got lost finds both there and adds nothing. */
#include "repo-daemon/act.h"
#include "repo-daemon/archive.h"
#include "repo-daemon/ocfl.h"
#include "repo-daemon/retention.h"
#include "repo-daemon/route.h"
#include "repo-daemon/settings.h"
#include "repo-daemon/show.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { REASON_MOST = 600 };

static void gather_free_at(struct gathered *all)
{
    gather_free(all);
}

static json_t *archive_answer(struct repo *repo, struct store_txn *txn, uint64_t seq,
                              void *context)
{
    struct act *act = context;
    return json_pack("{s:O, s:O, s:O, s:O, s:I, s:o}", "path",
                     json_object_get(act->data, "path"), "sha256",
                     json_object_get(act->data, "sha256"), "files",
                     json_object_get(act->data, "files"), "retention",
                     json_object_get(act->data, "retention"), "seq", (json_int_t)seq,
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

/* The term by the court's table, or the longer class that the archivist asks for with his
 * reason; and the locks that follow from it. */
static enum rc term_set(struct call *call, const struct gathered *all, json_t *data,
                        struct fault *why)
{
    const char *asked = call_text(call, "class"), *reason = call_text(call, "reason");
    enum retention_class least =
        *asked ? retention_class(asked) : (enum retention_class)RETENTION_SHORT;
    SCOPED(json_free_at) json_t *record = NULL;
    if (least == RETENTION_CLASSES)
        return fault_set(
            why, RC_INVALID, 0,
            "保管期限只能是 permanent（永久）、long（长期）或 short（短期）");
    if (*asked && (!*reason || strlen(reason) > REASON_MOST))
        return fault_set(why, RC_INVALID, 0, "自选保管期限要写明原因（最多二百字）");
    enum rc rc = retention_record(call->repo, all, least, &record, why);
    if (rc)
        return rc;
    if (*asked && strcmp(json_text(record, "class"), asked) != 0)
        return fault_set(
            why, RC_REFUSED, 0, "按保管期限表应是%s，只能选更长的",
            retention_class_word(retention_class(json_text(record, "class"))));
    if (*asked)
        json_object_set_new(data, "reason", json_string(reason));
    json_object_set(data, "retention", record);
    return retention_lock(call->repo, all, record, why);
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
        rc = term_set(call, &all, act.data, why);
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
