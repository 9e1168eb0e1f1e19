#include "repo-daemon/place.h"

#include "repo-daemon/call.h"
#include "repo-daemon/stocktake.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHEETS_PER_MM = 10, COVERS_MM = 2, FAR_RACK = 1000, FAR_SITE = 1000000 };

#define EVERY_LEVEL ((1u << PLACE_SITE) | (1u << PLACE_RACK) | (1u << PLACE_SLOT))

static const struct place_rule rules[PLACE_ACTS] = {
    [PLACE_RENAME] = { "rename", "改名", (1u << PLACE_SITE) | (1u << PLACE_RACK), false },
    [PLACE_RESIZE] = { "resize", "改格宽", 1u << PLACE_RACK, true },
    [PLACE_CLOSE] = { "close", "停用", EVERY_LEVEL, true },
    [PLACE_OPEN] = { "open", "启用", EVERY_LEVEL, false },
};

const struct place_rule *place_rule(enum place_act act)
{
    return act < PLACE_ACTS ? &rules[act] : NULL;
}

enum place_act place_act(const char *name)
{
    unsigned i = 0;
    while (i < PLACE_ACTS && strcmp(rules[i].name, name) != 0)
        i++;
    return i;
}

static bool slot_read(const char *text, struct label *ret_label)
{
    return !label_read((struct bytes){ (const uint8_t *)text, strlen(text) },
                       ret_label) &&
           ret_label->type == LABEL_SLOT;
}

enum rc place_read(const char *text, enum place_level *ret_level,
                   char ret_prefix[PLACE_MAX], struct fault *why)
{
    struct label label;
    unsigned site = 0, rack = 0;
    int used = 0;
    size_t len = strlen(text);
    if (slot_read(text, &label)) {
        *ret_level = PLACE_SLOT;
        snprintf(ret_prefix, PLACE_MAX, "%s", text);
    } else if (len == 2 && sscanf(text, "%2u%n", &site, &used) == 1 && used == 2 &&
               site) {
        *ret_level = PLACE_SITE;
        snprintf(ret_prefix, PLACE_MAX, "S%02u", site);
    } else if (len == 6 && sscanf(text, "%2u.%3u%n", &site, &rack, &used) == 2 &&
               used == 6 && site && rack) {
        *ret_level = PLACE_RACK;
        snprintf(ret_prefix, PLACE_MAX, "S%02u%03u", site, rack);
    } else {
        return fault_set(why, RC_INVALID, 0,
                         "“%.40s”不是场所（01）、架（01.001）或格口号", text);
    }
    return RC_OK;
}

static bool occupied_one(const char *key, json_t *slot, void *context)
{
    char *found = context;
    if (!*json_text(slot, "volume") && !*json_text(slot, "order") &&
        !*json_text(slot, "odd"))
        return true;
    snprintf(found, LABEL_TEXT_MAX, "%s", key);
    return false;
}

enum rc place_occupied(struct repo *repo, struct store_txn *txn, const char *prefix,
                       char ret_slot[LABEL_TEXT_MAX])
{
    char found[LABEL_TEXT_MAX] = "";
    enum rc rc =
        view_each(repo, txn, VIEW_SLOTS, prefix, NULL, occupied_one, found, NULL);
    if (!rc && *found)
        snprintf(ret_slot, LABEL_TEXT_MAX, "%s", found);
    return rc ? rc : *found ? RC_OK : RC_NOT_FOUND;
}

unsigned place_thickness_mm(const json_t *volume)
{
    int64_t sheets = json_number(volume, "sheets");
    sheets = sheets ? sheets : json_number(volume, "declared");
    return (unsigned)((sheets + SHEETS_PER_MM - 1) / SHEETS_PER_MM) + COVERS_MM;
}

struct proposing {
    struct repo *repo;
    struct store_txn *txn;
    unsigned thick_mm, width_mm; /* width of the rack that is looked at */
    char rack[PLACE_MAX];
    struct label near[8]; /* where it should be close to */
    size_t near_count;
    long best_far;
    unsigned best_width;
    char best[LABEL_TEXT_MAX];
};

static long far_of(const struct label *a, const struct label *b)
{
    return labs((long)a->site - (long)b->site) * FAR_SITE +
           labs((long)a->rack - (long)b->rack) * FAR_RACK +
           labs((long)a->slot - (long)b->slot);
}

static void rack_look(struct proposing *p, const struct label *label)
{
    char rack[PLACE_MAX];
    SCOPED(json_free_at) json_t *place = NULL;
    snprintf(rack, sizeof rack, "%02u.%03u", label->site, label->rack);
    if (!strcmp(rack, p->rack))
        return;
    snprintf(p->rack, sizeof p->rack, "%s", rack);
    bool known = !view_get(p->repo, p->txn, VIEW_PLACES, rack, &place);
    int64_t width = known ? json_number(place, "width_mm") : 0;
    p->width_mm = width ? (unsigned)width : PLACE_WIDTH_PRESET_MM;
}

static bool propose_one(const char *key, json_t *slot, void *context)
{
    struct proposing *p = context;
    struct label label;
    if (*json_text(slot, "volume") || *json_text(slot, "order") ||
        *json_text(slot, "odd") || json_number(slot, "closed") || !slot_read(key, &label))
        return true;
    rack_look(p, &label);
    if (p->width_mm < p->thick_mm || stocktake_freezes(p->repo, p->txn, key))
        return true;
    long far = 0;
    for (size_t i = 0; i < p->near_count; i++) {
        long one = far_of(&label, &p->near[i]);
        far = !i || one < far ? one : far;
    }
    bool better = !*p->best || far < p->best_far ||
                  (far == p->best_far && p->width_mm < p->best_width);
    if (better) {
        p->best_far = far;
        p->best_width = p->width_mm;
        snprintf(p->best, sizeof p->best, "%s", key);
    }
    return true;
}

static bool sibling_one(const char *key, json_t *volume, void *context)
{
    struct proposing *p = context;
    (void)key;
    if (p->near_count < COUNT(p->near) &&
        slot_read(json_text(volume, "slot"), &p->near[p->near_count]))
        p->near_count++;
    return p->near_count < COUNT(p->near);
}

enum rc place_propose(struct repo *repo, struct store_txn *txn, const json_t *volume,
                      const char *near, char ret_slot[LABEL_TEXT_MAX], struct fault *why)
{
    char prefix[32];
    struct proposing p = { .repo = repo,
                           .txn = txn,
                           .thick_mm = place_thickness_mm(volume) };
    enum rc rc = RC_OK;
    if (*near && !slot_read(near, &p.near[0]))
        return fault_set(why, RC_INVALID, 0, "“%.40s”不是格口号，或校验位不对", near);
    p.near_count = *near ? 1 : 0;
    snprintf(prefix, sizeof prefix, "V%s", json_text(volume, "case"));
    if (!*near)
        rc = view_each(repo, txn, VIEW_VOLUMES, prefix, NULL, sibling_one, &p, why);
    if (!rc)
        rc = view_each(repo, txn, VIEW_SLOTS, "", NULL, propose_one, &p, why);
    if (rc)
        return rc;
    if (!*p.best)
        return fault_set(why, RC_NOT_FOUND, 0,
                         "没有放得下这册案卷的空格口（约 %u 毫米厚），请腾出或登记新架",
                         p.thick_mm);
    snprintf(ret_slot, LABEL_TEXT_MAX, "%s", p.best);
    return RC_OK;
}
