/* Case numbers that belong together, and volumes that go on under another of them: items
 * are re-linked, never scanned again. */
#include "repo-daemon/act.h"
#include "repo-daemon/apply.h"
#include "repo-daemon/loans.h"
#include "repo-daemon/route.h"
#include "repo-daemon/show.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { REASON_MOST = 600, ROWS_MOST = 99, TYPE_AT = 10, TYPE_LEN = 4 };

/* Which number may follow which: by the four digits of the type in the case id; "" is
 * any. */
static const struct {
    const char *kind, *from, *to;
} kinds[] = {
    { "转立案", "9901", "0301" },
    { "转立案", "9902", "0301" },
    { "上诉", "0301", "0302" },
    { "发回重审", "0302", "0301" },
    { "申请再审", "", "0303" },
    { "再审", "0303", "0304" },
    { "申请执行", "0301", "0801" },
    { "申请执行", "0302", "0801" },
    { "恢复执行", "0801", "0803" },
    { "保全", "0301", "0802" },
    { "保全", "0805", "0802" },
    { "执行异议", "0801", "0804" },
    { "合并", "", "" },
    { "分立", "", "" },
};

static bool type_is(const char *id, const char *type)
{
    return !*type || !strncmp(id + TYPE_AT, type, TYPE_LEN);
}

static bool kind_fits(const char *kind, const char *from, const char *to)
{
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (!strcmp(kinds[i].kind, kind) && type_is(from, kinds[i].from) &&
            type_is(to, kinds[i].to))
            return true;
    return false;
}

static json_t *case_answer(struct repo *repo, struct store_txn *txn, uint64_t seq,
                           void *context)
{
    SCOPED(json_free_at) json_t *found = NULL;
    if (view_get(repo, txn, VIEW_CASES, context, &found))
        return NULL;
    json_t *out = show_case(found);
    json_object_set_new(out, "seq", json_integer((json_int_t)seq));
    return out;
}

enum rc case_link(struct call *call, struct fault *why)
{
    struct command command;
    SCOPED(json_free_at) json_t *from = NULL;
    SCOPED(json_free_at) json_t *to = NULL;
    const char *kind = call_text(call, "kind"), *id = call_part(call, "case"),
               *other = call_text(call, "to");
    enum rc rc = call_command(call, EVENT_CASE_LINK, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    rc = call_case(call, id, &from, why);
    if (!rc)
        rc = call_case(call, other, &to, why);
    if (rc)
        return rc;
    if (!strcmp(id, other) || !kind_fits(kind, id, other))
        return fault_set(why, RC_REFUSED, 0, "案件 %s 不能以“%.40s”接到 %s",
                         json_text(to, "case_no"), kind, json_text(from, "case_no"));
    const json_t *links = json_object_get(from, "links");
    for (size_t i = 0; i < json_array_size(links); i++)
        if (!strcmp(json_text(json_array_get(links, i), "case"), other))
            return fault_set(why, RC_CONFLICT, 0, "这两个案号已经关联");
    SCOPED(json_free_at)
    json_t *data = json_pack("{s:s, s:s, s:s}", "case", id, "to", other, "kind", kind);
    command.data = data;
    command.answer = case_answer;
    command.context = (void *)(uintptr_t)id;
    return call_commit(call, &command, 201, why);
}

static enum rc linked(struct call *call, const json_t *volume, const char *to,
                      struct fault *why)
{
    SCOPED(json_free_at) json_t *the_case = NULL;
    enum rc rc = call_case(call, json_text(volume, "case"), &the_case, why);
    const json_t *links = json_object_get(the_case, "links");
    for (size_t i = 0; !rc && i < json_array_size(links); i++)
        if (!strcmp(json_text(json_array_get(links, i), "case"), to))
            return RC_OK;
    return rc ? rc
              : fault_set(why, RC_REFUSED, 0,
                          "两个案号还没有关联，请先登记关联（转立案、合并等）");
}

/* The first part of this kind that the case does not have yet. */
static enum rc new_label(struct call *call, const json_t *volume, const char *to,
                         char ret_label[LABEL_TEXT_MAX], struct fault *why)
{
    struct label label = { .type = LABEL_VOLUME,
                           .kind = (uint8_t)json_number(volume, "kind"),
                           .part = 1 };
    memcpy(label.case_id, to, LABEL_CASE_DIGITS);
    for (; label.part <= 999; label.part++) {
        SCOPED(json_free_at) json_t *there = NULL;
        if (label_write(&label, ret_label))
            break;
        if (view_find(call->repo, VIEW_VOLUMES, ret_label, &there) == RC_NOT_FOUND)
            return RC_OK;
    }
    return fault_set(why, RC_FULL, 0, "这个案件的册号已用完");
}

static enum rc nobody_waits(struct call *call, const json_t *volume, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *first = NULL;
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    if (!rc && !loans_first(call->repo, txn, json_text(volume, "volume"), &first))
        rc = fault_set(why, RC_REFUSED, 0, "有人已获准借阅这册案卷，请先办完借阅再改号");
    return rc;
}

struct relinking {
    json_t *labels;
};

static json_t *relink_answer(struct repo *repo, struct store_txn *txn, uint64_t seq,
                             void *context)
{
    struct relinking *r = context;
    return json_pack("{s:I, s:o}", "seq", (json_int_t)seq, "volumes",
                     show_volumes(repo, txn, r->labels));
}

enum rc volume_relink(struct call *call, struct fault *why)
{
    struct command command;
    char label[LABEL_TEXT_MAX];
    SCOPED(json_free_at) json_t *volume = NULL;
    SCOPED(json_free_at) json_t *target = NULL;
    const char *to = call_text(call, "case"), *reason = call_text(call, "reason");
    int64_t row = call_number(call, "row", 0);
    enum rc rc = call_command(call, "relink", &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    rc = call_volume(call, call_part(call, "volume"), &volume, why);
    if (!rc)
        rc = call_case(call, to, &target, why);
    if (!rc && json_object_get(target, "notice"))
        rc = fault_set(why, RC_REFUSED, 0, "那个案件已有归档提示，不能再改号进去");
    if (!rc && (!*reason || strlen(reason) > REASON_MOST || row < 0 || row > ROWS_MOST))
        rc = fault_set(why, RC_INVALID, 0, "请写明改号的原因；目录项应是 1 到 %d",
                       ROWS_MOST);
    if (!rc)
        rc = linked(call, volume, to, why);
    if (!rc)
        rc = nobody_waits(call, volume, why);
    if (!rc)
        rc = new_label(call, volume, to, label, why);
    if (rc)
        return rc;
    SCOPED(act_end) struct act act;
    act_begin(&act, call->repo, EV_RELINK, &call->by);
    rc = act_add(&act, volume, call_number(call, "version", -1), why);
    if (rc)
        return rc;
    SCOPED(json_free_at)
    json_t *data = json_pack("{s:s, s:s, s:s, s:I}", "from", json_text(volume, "volume"),
                             "as", label, "reason", reason, "row", (json_int_t)row);
    SCOPED(json_free_at)
    json_t *labels = json_pack("[s, s]", label, json_text(volume, "volume"));
    const struct ledger_move moves[] = {
        { .volume = label, .expected = 0, .from = "", .to = json_text(volume, "state") },
        act.moves[0],
    };
    struct relinking relinking = { labels };
    command.data = data;
    command.moves = moves;
    command.move_count = COUNT(moves);
    command.answer = relink_answer;
    command.context = &relinking;
    return call_commit(call, &command, 201, why);
}
