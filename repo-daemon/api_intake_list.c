/* Lists of the counter, newest first, and the papers that were taken there. */
#include "repo-daemon/intake.h"
#include "repo-daemon/paging.h"
#include "repo-daemon/route.h"
#include "repo-daemon/view_index.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

struct listing {
    struct call *call;
    struct store_txn *txn;
    const char *state;
    json_t *found;
};

static bool list_one(const char *key, json_t *list, void *context)
{
    struct listing *l = context;
    (void)key;
    json_array_append_new(l->found, intake_show(l->call->repo, l->txn, list));
    return true;
}

enum rc intake_list(struct call *call, struct fault *why)
{
    char range[FIND_KEY_MAX] = "";
    const char *the_case = call_query(call, "case");
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *found = json_array();
    json_t *next = NULL;
    struct listing l = { .call = call, .found = found };
    struct paging page = { .view = *the_case ? VIEW_FIND : VIEW_INTAKES,
                           .ranges = { range },
                           .newest_first = true,
                           .each = list_one,
                           .context = &l,
                           .named = *the_case,
                           .entries = VIEW_INTAKES };
    if (*the_case)
        snprintf(range, sizeof range, "ik/%.20s/", the_case);
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    l.txn = txn;
    if (!rc)
        rc = paging_read(call, txn, &page, &next, why);
    return rc ? rc
              : call_answer(call, 200,
                            json_pack("{s:O, s:o}", "intakes", found, "next", next));
}

static bool item_one(const char *key, json_t *item, void *context)
{
    struct listing *l = context;
    (void)key;
    if (*l->state && strcmp(json_text(item, "state"), l->state) != 0)
        return false;
    json_array_append_new(l->found, intake_show_item(l->call->repo, l->txn, item));
    return true;
}

/* Of a person, a volume or a case; else all. */
enum rc paper_list(struct call *call, struct fault *why)
{
    char range[FIND_KEY_MAX] = "";
    const char *holder = call_query(call, "holder"), *volume = call_query(call, "volume"),
               *the_case = call_query(call, "case");
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *found = json_array();
    json_t *next = NULL;
    struct listing l = { .call = call,
                         .state = call_query(call, "state"),
                         .found = found };
    bool indexed = *holder || *volume;
    struct paging page = { .view = indexed ? VIEW_FIND : VIEW_ITEMS,
                           .ranges = { range },
                           .each = item_one,
                           .context = &l,
                           .named = indexed,
                           .entries = VIEW_ITEMS };
    if (*holder)
        snprintf(range, sizeof range, "ph/%.40s/", holder);
    else if (*volume)
        snprintf(range, sizeof range, "pv/%.40s/", volume);
    else if (*the_case)
        snprintf(range, sizeof range, "M%.20s", the_case);
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    l.txn = txn;
    if (!rc)
        rc = paging_read(call, txn, &page, &next, why);
    return rc ? rc
              : call_answer(call, 200,
                            json_pack("{s:O, s:o}", "papers", found, "next", next));
}

enum rc paper_show(struct call *call, struct fault *why)
{
    struct label label;
    const char *text = call_part(call, "paper");
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *item = NULL;
    if (label_read((struct bytes){ (const uint8_t *)text, strlen(text) }, &label) ||
        label.type != LABEL_ITEM)
        return fault_set(why, RC_INVALID, 0, "“%.40s”不是材料号，或校验位不对", text);
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    if (!rc && view_get(call->repo, txn, VIEW_ITEMS, text, &item))
        rc = fault_set(why, RC_NOT_FOUND, 0, "没有登记过材料 %s", text);
    return rc ? rc : call_answer(call, 200, intake_show_item(call->repo, txn, item));
}
