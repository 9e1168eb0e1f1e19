/* The binding check: rules and reconciliation over all that stands of a volume. What was
 * found is kept as a blob and named by an event; when nothing is missing, the certificate
 * is made in the same breath. */
#include "repo-daemon/act.h"
#include "repo-daemon/certificate.h"
#include "repo-daemon/gather.h"
#include "repo-daemon/route.h"
#include "repo-daemon/settings.h"
#include "repo-daemon/show.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { FACTS_MOST = 20 };

static void gather_free_at(struct gathered *all)
{
    gather_free(all);
}

static void report_free_at(struct rules_report *report)
{
    rules_report_free(report);
}

/* The rows that have pages. */
static size_t items_count(const struct gathered *all, struct certificate_item *ret_items)
{
    size_t count = 0;
    for (size_t i = 0; i < all->image_count; i++) {
        const struct rules_image *image = &all->images[i];
        if (image->kind != RULES_PAGE)
            break;
        if (!count || ret_items[count - 1].row != image->row)
            ret_items[count++] =
                (struct certificate_item){ .row = image->row,
                                           .title = gather_title(all, image->row),
                                           .from_page = image->page_no };
        ret_items[count - 1].to_page = image->page_no;
        ret_items[count - 1].images++;
    }
    return count;
}

static enum rc rules_ask(const struct gathered *all, const struct certificate_item *items,
                         size_t count, struct rules_report *ret_report, struct fault *why)
{
    const json_t *notice = json_object_get(all->the_case, "notice");
    const json_t *facts = json_object_get(notice, "facts");
    const char *words[FACTS_MOST];
    struct rules_item asked[RULES_ROWS_MAX + 1];
    struct rules_check check = { .facts = { .outcome = json_text(notice, "outcome"),
                                            .facts = words },
                                 .items = asked };
    for (size_t i = 0; i < json_array_size(facts) && i < FACTS_MOST; i++)
        words[check.facts.fact_count++] = json_string_value(json_array_get(facts, i));
    for (size_t i = 0; i < count && i <= RULES_ROWS_MAX; i++)
        asked[check.item_count++] =
            (struct rules_item){ .row = items[i].row, .pages = items[i].images };
    return rules_check(all->rules, &check, ret_report, why);
}

static json_t *reconciliation_json(const struct rules_reconciliation *r)
{
    json_t *lines = json_array();
    for (size_t i = 0; i < r->line_count; i++)
        json_array_append_new(lines, json_string(r->lines[i].text));
    return json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:o}", "sheets_declared",
                     (int)r->sheets_declared, "sheets_counted", (int)r->sheets_counted,
                     "images", (int)r->images, "pages", (int)r->pages, "blank",
                     (int)r->blank, "cover", (int)r->cover, "separator",
                     (int)r->separator, "ok", (int)r->ok, "lines", lines);
}

static json_t *failures_json(const struct rules_report *report, bool sentences)
{
    json_t *list = json_array();
    for (size_t i = 0; i < report->count; i++) {
        const struct rules_failure *f = &report->failures[i];
        json_t *one = json_pack("{s:i, s:s}", "row", (int)f->row, "rule", f->rule);
        if (sentences)
            json_object_set_new(one, "sentence", json_string(f->sentence));
        json_array_append_new(list, one);
    }
    return list;
}

static enum rc certificate_make(struct call *call, const struct gathered *all,
                                const struct rules_reconciliation *sums,
                                const struct certificate_item *items, size_t count,
                                char ret_hex[SHA256_HEX], struct fault *why)
{
    struct ledger_head head;
    enum rc rc = ledger_head(call->repo->ledger, &head, why);
    if (rc)
        return rc;
    char root[64], parties[700];
    base64_write((struct bytes){ head.root.at, SHA256_SIZE }, root);
    snprintf(parties, sizeof parties, "%s 诉 %s", json_text(all->the_case, "plaintiff"),
             json_text(all->the_case, "defendant"));
    struct certificate c = {
        .court = repo_settings_court(call->settings, call->repo->court),
        .case_no = json_text(all->the_case, "case_no"),
        .cause = json_text(all->the_case, "cause"),
        .parties = parties,
        .volume = json_text(all->volume, "volume"),
        .kind = (unsigned)json_number(all->volume, "kind"),
        .part = (unsigned)json_number(all->volume, "part"),
        .outcome = json_text(json_object_get(all->the_case, "notice"), "outcome"),
        .rules = rules_name(all->rules),
        .reconciliation = sums,
        .items = items,
        .item_count = count,
        .images = all->images,
        .image_count = all->image_count,
        .checker = call->by.name,
        .checker_badge = call->by.badge,
        .at_ms = call->now_ms,
        .ledger_size = head.size,
        .ledger_root = root,
        .ledger_origin = ledger_origin(call->repo->ledger),
        .font_path = call->settings->font,
    };
    SCOPED(free_at) uint8_t *pdf = NULL;
    size_t len = 0;
    struct sha256 hash;
    rc = certificate_write(&c, &pdf, &len, why);
    if (!rc)
        rc = blob_put(call->repo->blobs, (struct bytes){ pdf, len }, &hash, why);
    if (!rc)
        hash_hex(hash, ret_hex);
    return rc;
}

static enum rc check_run(struct call *call, const struct gathered *all, json_t *data,
                         json_t **ret_report, struct fault *why)
{
    struct certificate_item items[RULES_ROWS_MAX + 1];
    struct rules_reconciliation sums;
    SCOPED(report_free_at) struct rules_report found = { 0 };
    char certificate[SHA256_HEX] = "", report_hex[SHA256_HEX];
    size_t count = items_count(all, items);
    enum rc rc = rules_ask(all, items, count, &found, why);
    if (rc)
        return rc;
    rules_reconcile(all->rules, all->batches, all->batch_count, all->images,
                    all->image_count, &sums);
    bool passed = !found.count && sums.ok;
    if (passed)
        rc = certificate_make(call, all, &sums, items, count, certificate, why);
    if (rc)
        return rc;
    SCOPED(json_free_at)
    json_t *report = json_pack(
        "{s:i, s:s, s:o, s:o, s:o}", "passed", (int)passed, "rules",
        rules_name(all->rules), "failures", failures_json(&found, true), "reconciliation",
        reconciliation_json(&sums), "certificate", show_text(certificate));
    rc = repo_put_json(call->repo, report, report_hex, why);
    if (rc)
        return rc;
    json_object_update_new(
        data, json_pack("{s:i, s:s, s:s, s:o, s:s}", "passed", (int)passed, "rules",
                        rules_name(all->rules), "report", report_hex, "failures",
                        failures_json(&found, false), "certificate", certificate));
    *ret_report = TAKE(report);
    return RC_OK;
}

struct answering {
    struct act *act;
    json_t *report;
};

static json_t *check_answer(struct repo *repo, struct store_txn *txn, uint64_t seq,
                            void *context)
{
    struct answering *a = context;
    json_t *out = json_copy(a->report);
    json_object_set_new(out, "seq", json_integer((json_int_t)seq));
    json_object_set_new(out, "volumes", show_volumes(repo, txn, a->act->labels));
    return out;
}

enum rc binding_check(struct call *call, struct fault *why)
{
    struct command command;
    SCOPED(json_free_at) json_t *volume = NULL;
    SCOPED(json_free_at) json_t *report = NULL;
    SCOPED(gather_free_at) struct gathered all = { 0 };
    enum rc rc = call_command(call, "check", &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    rc = call_volume(call, call_part(call, "volume"), &volume, why);
    if (rc)
        return rc;
    if (json_number(volume, "unscanned"))
        return fault_set(why, RC_REFUSED, 0,
                         "有 %lld 件材料收进这册案卷以后还没有扫描，请先补充扫描",
                         (long long)json_number(volume, "unscanned"));
    SCOPED(act_end) struct act act;
    act_begin(&act, call->repo, EV_CHECK, &call->by);
    rc = act_add(&act, volume, -1, why);
    if (!rc)
        rc = gather(call->repo, volume, &all, why);
    if (!rc && !all.rules)
        rc = fault_set(why, RC_REFUSED, 0, "还没有适用于“%s”%s的立卷规则，请通知管理员",
                       json_text(all.the_case, "case_type"),
                       json_number(volume, "kind") == 2 ? "副卷" : "正卷");
    if (!rc)
        rc = check_run(call, &all, act.data, &report, why);
    if (rc)
        return rc;
    struct answering answering = { &act, report };
    act_fill(&act, &command);
    command.answer = check_answer;
    command.context = &answering;
    return call_commit(call, &command, 200, why);
}

enum rc binding_show(struct call *call, struct fault *why)
{
    SCOPED(json_free_at) json_t *volume = NULL;
    json_t *report = NULL;
    enum rc rc = call_volume_to_read(call, &volume, why);
    if (!rc && !*json_text(volume, "report"))
        rc = fault_set(why, RC_NOT_FOUND, 0, "这册案卷还没有做过装订检查");
    if (!rc)
        rc = repo_blob_json(call->repo, json_text(volume, "report"), &report, why);
    return rc ? rc : call_answer(call, 200, report);
}
