/* The record follows what was counted. What is certain is done by the acts that a keeper
 * would do, one after the other, each with the stock-take as its reason: what stands in
 * another slot is taken from the old one and put into this; what should be with somebody
 * is lost there, found here and shelved. First everything leaves its old slot, then all
 * go to their new ones, so that two volumes may have changed places. What is not certain
 * is listed: labels that nobody could read, volumes that were never registered. */
#include "cli/api.h"
#include "cli/cmd.h"
#include "cli/cmd_stocktake.h"
#include "core/label.h"
#include "record/case_no.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { PATH_MAX_BYTES = 128, REASON_MAX_BYTES = 160 };

struct settling {
    const char *number;
    bool missing;
    unsigned done, left;
};

static enum rc act(const struct settling *s, const char *event, const char *volume,
                   const char *slot, struct fault *why)
{
    char reason[REASON_MAX_BYTES];
    SCOPED(json_free_at) json_t *now = NULL;
    SCOPED(json_free_at) json_t *done = NULL;
    enum rc rc = api_volume(volume, &now, why);
    if (rc)
        return rc;
    (void)snprintf(reason, sizeof reason, "盘点 %s，按实物更正", s->number);
    json_t *body = json_pack(
        "{s:s, s:[{s:s, s:O}], s:s, s:s*}", "event", event, "volumes", "volume", volume,
        "version", json_object_get(now, "version"), "reason", reason, "slot", slot);
    return api_call("POST", "/v1/custody", body, true, &done, why);
}

static bool is(const json_t *volume, const char *state)
{
    return !strcmp(api_text(volume, "state"), state);
}

/* Away from where the record has it, so that it can be put where it stands. */
static enum rc free_it(const struct settling *s, const json_t *volume, struct fault *why)
{
    const char *label = api_text(volume, "volume");
    if (*api_text(volume, "slot"))
        return act(s, "take", label, NULL, why);
    if (is(volume, "expected"))
        return act(s, "receive", label, NULL, why);
    if (is(volume, "received") || is(volume, "scanned") || is(volume, "bound") ||
        is(volume, "archived"))
        return RC_OK;
    enum rc rc = is(volume, "missing") ? RC_OK : act(s, "lose", label, NULL, why);
    return rc ? rc : act(s, "find", label, NULL, why);
}

static void leave(struct settling *s, const json_t *d, const char *text)
{
    s->left++;
    printf("请处理  %s  %s\n", api_text(d, "slot"), text);
}

/* The label names its case, though the record does not. */
static void leave_unknown(struct settling *s, const json_t *d)
{
    struct label label;
    struct case_no number;
    char text[CASE_NO_TEXT_MAX + 200], name[CASE_NO_TEXT_MAX] = "案号读不出";
    const char *volume = api_text(d, "volume");
    if (!label_read((struct bytes){ (const uint8_t *)volume, strlen(volume) }, &label) &&
        !case_no_of_id(label.case_id, &number))
        case_no_text(&number, name);
    (void)snprintf(text, sizeof text, "案卷 %s 没有登记：%s %s第%u册。请登记后再更正。",
                   volume, name, label.kind == 2 ? "副卷" : "正卷", label.part);
    leave(s, d, text);
}

static bool stands_here(const json_t *d)
{
    const char *kind = api_text(d, "kind");
    return !strcmp(kind, "surplus") || !strcmp(kind, "misplaced");
}

/* First turn: everything that is not where the record has it leaves there. */
static void free_one(struct settling *s, const json_t *d)
{
    struct fault why = { .rc = RC_OK };
    SCOPED(json_free_at) json_t *volume = NULL;
    bool gone = !strcmp(api_text(d, "kind"), "missing");
    if (!stands_here(d) && !(gone && s->missing))
        return;
    enum rc rc = api_volume(api_text(d, "volume"), &volume, &why);
    if (rc == RC_NOT_FOUND)
        return; /* the second turn says so */
    if (!rc)
        rc = gone ? act(s, "lose", api_text(d, "volume"), NULL, &why)
                  : free_it(s, volume, &why);
    if (rc)
        leave(s, d, why.text);
    else if (gone && ++s->done)
        printf("报失    %s  案卷 %s 不在任何盘到的格口\n", api_text(d, "slot"),
               api_text(d, "volume"));
}

/* Second turn: it is where it stands. */
static void place_one(struct settling *s, const json_t *d)
{
    struct fault why = { .rc = RC_OK };
    SCOPED(json_free_at) json_t *volume = NULL;
    const char *label = api_text(d, "volume");
    if (!stands_here(d)) {
        if (strcmp(api_text(d, "kind"), "missing") != 0 || !s->missing)
            leave(s, d, api_text(d, "text"));
        return;
    }
    enum rc rc = api_volume(label, &volume, &why);
    if (rc == RC_NOT_FOUND) {
        leave_unknown(s, d);
        return;
    }
    if (!rc)
        rc = act(s, "shelve", label, api_text(d, "slot"), &why);
    if (rc) {
        leave(s, d, why.text);
        return;
    }
    s->done++;
    printf("已更正  %s  案卷 %s 在这里\n", api_text(d, "slot"), label);
}

int stocktake_settle(const char *number, bool missing)
{
    struct settling s = { .number = number, .missing = missing };
    struct fault why = { .rc = RC_OK };
    char path[PATH_MAX_BYTES];
    SCOPED(json_free_at) json_t *found = NULL;
    (void)snprintf(path, sizeof path, "/v1/stocktakes/%.20s", number);
    if (api_call("GET", path, NULL, false, &found, &why))
        return cmd_fail(&why);
    const json_t *all = json_object_get(found, "differences"), *d;
    size_t i;
    json_array_foreach(all, i, d) free_one(&s, d);
    json_array_foreach(all, i, d) place_one(&s, d);
    printf("更正 %u 处，还有 %u 处请处理。\n", s.done, s.left);
    return s.left ? EXIT_RULE : EXIT_OK;
}
