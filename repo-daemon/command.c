/* A command in one write transaction: event, views, answer. */
#include "repo-daemon/command.h"

#include "repo-daemon/apply.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <string.h>

struct running {
    struct repo *repo;
    const struct command *command;
    struct ledger_result result;
    json_t *answer; /* owned */
    bool existed;
};

enum rc command_known(struct repo *repo, const char *id, const struct sha256 *request,
                      json_t **ret_answer, struct fault *why)
{
    char hex[SHA256_HEX];
    SCOPED(json_free_at) json_t *kept = NULL;
    enum rc rc = view_find(repo, TABLE_ANSWERS, id, &kept);
    if (rc)
        return rc;
    hash_hex(*request, hex);
    const char *before = json_string_value(json_object_get(kept, "request"));
    if (!before || strcmp(before, hex) != 0)
        return fault_set(why, RC_CONFLICT, 0, "这个编号已经用于另一件事，请换一个编号");
    *ret_answer = json_incref(json_object_get(kept, "answer"));
    return RC_OK;
}

static enum rc answer_keep(struct running *r, struct store_txn *txn, struct fault *why)
{
    const struct command *c = r->command;
    char hex[SHA256_HEX];
    hash_hex(c->request, hex);
    json_decref(r->answer);
    r->answer =
        c->answer ? c->answer(r->repo, txn, r->result.first_seq, c->context) : NULL;
    if (!r->answer)
        r->answer = json_pack("{s:I}", "seq", (json_int_t)r->result.first_seq);
    SCOPED(json_free_at)
    json_t *kept = json_pack("{s:s, s:O}", "request", hex, "answer", r->answer);
    return view_put(r->repo, txn, TABLE_ANSWERS, c->id, kept, why);
}

static enum rc change(struct store_txn *txn, void *context, struct fault *why)
{
    struct running *r = context;
    const struct command *c = r->command;
    struct ledger_event event = { .event = c->event,
                                  .by = c->by,
                                  .at_ms = c->at_ms,
                                  .moves = c->moves,
                                  .move_count = c->move_count,
                                  .data = c->data };
    struct ledger_batch batch = {
        .id = c->id, .request = &c->request, .events = &event, .count = 1
    };
    r->repo->touched_count = 0; /* an earlier try was thrown away */
    enum rc rc = ledger_append_in(r->repo->ledger, txn, &batch, &r->result, why);
    r->existed = rc == RC_EXISTS;
    if (r->existed) {
        json_decref(r->answer);
        r->answer = json_pack("{s:I}", "seq", (json_int_t)r->result.first_seq);
        return RC_OK;
    }
    if (!rc)
        rc = apply_seq(r->repo, txn, r->result.first_seq, why);
    if (!rc && c->beside)
        rc = c->beside(r->repo, txn, c->context, why);
    return rc ? rc : answer_keep(r, txn, why);
}

enum rc command_run(struct repo *repo, const struct command *command, json_t **ret_answer,
                    struct fault *why)
{
    struct running r = { .repo = repo, .command = command };
    enum rc rc = store_update(repo->store, change, &r, why);
    if (rc == RC_CONFLICT && r.result.volume[0])
        rc = fault_set(why, rc, 0,
                       "案卷 %s 已被别人改动（现在是第 %llu 版），请刷新后再试",
                       r.result.volume, (unsigned long long)r.result.version);
    else if (rc == RC_CONFLICT)
        rc = fault_set(why, rc, 0, "这个编号已经用于另一件事，请换一个编号");
    if (rc) {
        json_decref(r.answer);
        return rc;
    }
    if (!r.existed) {
        ledger_committed(repo->ledger, &r.result);
        size_t count = repo->touched_count;
        for (size_t i = 0; i < count && repo->on_change; i++)
            repo->on_change(repo, repo->touched[i].view, repo->touched[i].key,
                            repo->context);
    }
    *ret_answer = r.answer;
    return r.existed ? RC_EXISTS : RC_OK;
}

void command_source_id(const char *source, char ret_id[33], struct sha256 *ret_request)
{
    char hex[SHA256_HEX];
    *ret_request = hash_sha256((struct bytes){ (const uint8_t *)source, strlen(source) });
    hash_hex(*ret_request, hex);
    memcpy(ret_id, hex, 32);
    ret_id[32] = 0;
}

enum rc command_run_source(struct repo *repo, struct command *command, const char *source,
                           struct fault *why)
{
    char id[33];
    json_t *answer = NULL;
    command_source_id(source, id, &command->request);
    command->id = id;
    enum rc rc = command_run(repo, command, &answer, why);
    json_decref(answer);
    return rc == RC_EXISTS ? RC_OK : rc;
}
