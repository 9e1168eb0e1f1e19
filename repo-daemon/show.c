#include "repo-daemon/show.h"

#include "core/label.h"
#include "repo-daemon/call.h"
#include "repo-daemon/shelf.h"
#include "sys/clock.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

json_t *show_text(const char *text)
{
    return *text ? json_string(text) : json_null();
}

json_t *show_time(int64_t at_ms)
{
    char text[CLOCK_TEXT_MAX];
    clock_text(at_ms, text);
    return json_string(text);
}

static json_t *number(const json_t *object, const char *name)
{
    return json_integer(json_number(object, name));
}

/* "张三诉李四 民间借贷纠纷": what stands on the cover. */
static json_t *cover(const json_t *the_case)
{
    return json_sprintf("%s诉%s %s", json_text(the_case, "plaintiff"),
                        json_text(the_case, "defendant"), json_text(the_case, "cause"));
}

static json_t *copy_of(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return value ? json_deep_copy(value) : json_null();
}

/* Who stopped the destruction of the volume, and why; oldest first. */
static json_t *show_holds(struct repo *repo, struct store_txn *txn, const json_t *v)
{
    json_t *out = json_array();
    const json_t *holds = json_object_get(v, "holds");
    for (size_t i = 0; i < json_array_size(holds); i++) {
        const json_t *hold = json_array_get(holds, i);
        json_array_append_new(
            out, json_pack("{s:o, s:o, s:o, s:s}", "hold", number(hold, "hold"), "by",
                           people_short(repo, txn, json_text(hold, "by")), "at",
                           show_time(json_number(hold, "at")), "reason",
                           json_text(hold, "reason")));
    }
    return out;
}

json_t *show_volume(struct repo *repo, struct store_txn *txn, const json_t *v)
{
    SCOPED(json_free_at) json_t *the_case = NULL;
    if (view_get(repo, txn, VIEW_CASES, json_text(v, "case"), &the_case))
        the_case = json_object();
    int64_t sheets = json_number(v, "sheets");
    json_t *out = json_pack(
        "{s:s, s:s, s:s, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:o, "
        "s:o, s:o}",
        "volume", json_text(v, "volume"), "case", json_text(v, "case"), "case_no",
        json_text(the_case, "case_no"), "kind", number(v, "kind"), "part",
        number(v, "part"), "state", json_text(v, "state"), "version",
        number(v, "version"), "holder", people_short(repo, txn, json_text(v, "holder")),
        "to", people_short(repo, txn, json_text(v, "to")), "slot",
        show_text(json_text(v, "slot")), "sheets",
        (json_int_t)(sheets ? sheets : json_number(v, "declared")), "images",
        number(v, "images"), "pages", number(v, "pages"), "blank", number(v, "blank"),
        "cover", cover(the_case), "notice", number(v, "notice"), "updated_at",
        show_time(json_number(v, "updated_ms")));
    /* What the desks need to know what may happen next. */
    if (out)
        json_object_update_new(
            out,
            json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "qc", json_text(v, "qc"), "check",
                      json_text(v, "check"), "report", show_text(json_text(v, "report")),
                      "certificate", show_text(json_text(v, "certificate")), "archive",
                      show_text(json_text(v, "path")), "case_type",
                      show_text(json_text(the_case, "case_type"))));
    if (out)
        json_object_update_new(out, json_pack("{s:o, s:o, s:o, s:o, s:o}", "items",
                                              number(v, "items"), "was",
                                              show_text(json_text(v, "was")), "as",
                                              show_text(json_text(v, "as")), "loan",
                                              show_text(json_text(v, "loan")), "batch",
                                              show_text(json_text(v, "batch"))));
    if (out)
        json_object_update_new(
            out, json_pack("{s:o, s:o, s:o, s:o}", "papers", number(v, "papers"), "keeps",
                           number(v, "keeps"), "unscanned", number(v, "unscanned"),
                           "given_back", number(v, "given_back")));
    if (out)
        json_object_update_new(
            out,
            json_pack("{s:o, s:o, s:o, s:o}", "retention", copy_of(v, "retention"),
                      "holds", show_holds(repo, txn, v), "purge",
                      show_text(json_text(v, "purge")), "purged_at",
                      json_number(v, "purged_ms") ? show_time(json_number(v, "purged_ms"))
                                                  : json_null()));
    return out;
}

json_t *show_part(const json_t *volume)
{
    return json_sprintf("%s第%lld册", json_number(volume, "kind") == 2 ? "副卷" : "正卷",
                        (long long)json_number(volume, "part"));
}

void show_name(struct repo *repo, struct store_txn *txn, const json_t *volume,
               char ret_name[SHOW_NAME_MAX])
{
    SCOPED(json_free_at) json_t *the_case = NULL;
    SCOPED(json_free_at) json_t *part = show_part(volume);
    const char *id = json_text(volume, "case");
    if (view_get(repo, txn, VIEW_CASES, id, &the_case))
        the_case = NULL;
    snprintf(ret_name, SHOW_NAME_MAX, "%s %s",
             the_case ? json_text(the_case, "case_no") : id, json_string_value(part));
}

void show_place(const char *slot, char ret_place[SHOW_PLACE_MAX])
{
    struct label label;
    if (label_read((struct bytes){ (const uint8_t *)slot, strlen(slot) }, &label) ||
        label.type != LABEL_SLOT)
        snprintf(ret_place, SHOW_PLACE_MAX, "%.50s", slot);
    else
        snprintf(ret_place, SHOW_PLACE_MAX, "%u 号库 %u 号架 %u 格", label.site,
                 label.rack, label.slot);
}

json_t *show_volumes(struct repo *repo, struct store_txn *txn, const json_t *labels)
{
    json_t *out = json_array();
    for (size_t i = 0; i < json_array_size(labels); i++) {
        SCOPED(json_free_at) json_t *volume = NULL;
        const char *label = json_string_value(json_array_get(labels, i));
        if (!view_get(repo, txn, VIEW_VOLUMES, label, &volume))
            json_array_append_new(out, show_volume(repo, txn, volume));
    }
    return out;
}

json_t *show_case(const json_t *c)
{
    json_t *out =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "case", json_text(c, "case"),
                  "case_no", json_text(c, "case_no"), "cause", json_text(c, "cause"),
                  "plaintiff", json_text(c, "plaintiff"), "defendant",
                  json_text(c, "defendant"), "case_type", json_text(c, "case_type"));
    const json_t *notice = json_object_get(c, "notice");
    const json_t *links = json_object_get(c, "links");
    const json_t *noticed = json_object_get(c, "noticed");
    json_object_set_new(out, "noticed",
                        noticed ? json_deep_copy(noticed) : json_object());
    json_object_set_new(out, "judge", show_text(json_text(c, "judge")));
    json_object_set_new(out, "links", links ? json_deep_copy(links) : json_array());
    json_object_set_new(out, "notice",
                        notice ? json_pack("{s:s, s:O, s:s}", "outcome",
                                           json_text(notice, "outcome"), "facts",
                                           json_object_get(notice, "facts"), "closed_on",
                                           json_text(notice, "closed_on"))
                               : json_null());
    return out;
}

json_t *show_slot(const char *label, const json_t *s)
{
    const char *volume = json_text(s, "volume"), *order = json_text(s, "order");
    const char *state = json_number(s, "closed") ? "closed"
                        : *json_text(s, "odd")   ? "wrong"
                        : *order                 ? "ordered"
                        : *volume                ? "full"
                                                 : "free";
    return json_pack("{s:s, s:s, s:o, s:o, s:o}", "slot", label, "state", state, "volume",
                     show_text(volume), "order", show_text(order), "odd",
                     show_text(json_text(s, "odd")));
}

json_t *show_the_order(const json_t *o)
{
    json_t *out =
        json_pack("{s:s, s:s, s:s, s:s, s:s}", "order", json_text(o, "order"), "state",
                  json_text(o, "state"), "do", json_text(o, "do"), "slot",
                  json_text(o, "slot"), "volume", json_text(o, "volume"));
    bool put = !strcmp(json_text(o, "do"), "put");
    json_object_set_new(
        out, "colour", json_string(shelf_colour((unsigned)json_number(o, "light"), put)));
    if (json_number(o, "seq"))
        json_object_set_new(out, "seq", number(o, "seq"));
    return out;
}

json_t *show_scan(struct repo *repo, struct store_txn *txn, const json_t *s)
{
    json_t *out = json_pack(
        "{s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:s, s:s, s:o}", "batch",
        number(s, "batch"), "sha256", json_text(s, "manifest"), "sheets_declared",
        number(s, "sheets_declared"), "sheets_counted", number(s, "sheets_counted"),
        "images", number(s, "images"), "pages", number(s, "pages"), "blank",
        number(s, "blank"), "cover", number(s, "cover"), "separator",
        number(s, "separator"), "operator",
        people_short(repo, txn, json_text(s, "operator")), "kind", json_text(s, "kind"),
        "qc", json_text(s, "qc"), "station", json_text(s, "station"), "at",
        show_time(json_number(s, "at")));
    if (!strcmp(json_text(s, "qc"), "open"))
        return out;
    json_object_set_new(out, "qc_by", people_short(repo, txn, json_text(s, "qc_by")));
    if (*json_text(s, "reason"))
        json_object_set_new(out, "reason", json_string(json_text(s, "reason")));
    if (json_object_get(s, "rejects"))
        json_object_set(out, "rejects", json_object_get(s, "rejects"));
    return out;
}
