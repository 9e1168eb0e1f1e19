#include "repo-daemon/place.h"

#include "repo-daemon/call.h"
#include "repo-daemon/stocktake.h"
#include "repo-daemon/view_index.h"
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

const char *place_slot_kind(const json_t *slot)
{
    return json_number(slot, "closed")  ? "closed"
           : *json_text(slot, "odd")    ? "wrong"
           : *json_text(slot, "order")  ? "ordered"
           : *json_text(slot, "volume") ? "full"
                                        : "free";
}

/* A rack that is wide enough, and how far it is at least from where the volume should
 * be close to. */
struct rack {
    unsigned site, rack, width_mm;
    long far;
};

struct proposing {
    struct repo *repo;
    struct store_txn *txn;
    unsigned thick_mm;
    struct label near[8]; /* where it should be close to */
    size_t near_count;
    struct rack *racks; /* owned */
    size_t rack_count, rack_room;
    const struct rack *at; /* that is looked at */
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

static long nearest(const struct proposing *p, const struct label *label)
{
    long far = 0;
    for (size_t i = 0; i < p->near_count; i++) {
        struct label near = p->near[i];
        if (!label->slot) /* the rack as a whole */
            near.slot = 0;
        long one = far_of(label, &near);
        far = !i || one < far ? one : far;
    }
    return far;
}

static bool rack_add(const char *key, json_t *place, void *context)
{
    struct proposing *p = context;
    struct label label = { .type = LABEL_SLOT };
    unsigned site = 0, rack = 0;
    int64_t width = json_number(place, "width_mm");
    unsigned width_mm = width ? (unsigned)width : PLACE_WIDTH_PRESET_MM;
    if (sscanf(key, "%2u.%3u", &site, &rack) != 2 || width_mm < p->thick_mm)
        return true;
    if (p->rack_count == p->rack_room) {
        size_t room = 2 * p->rack_room + 64;
        struct rack *grown = reallocarray(p->racks, room, sizeof *grown);
        if (!grown)
            abort();
        p->racks = grown;
        p->rack_room = room;
    }
    label.site = (uint8_t)site;
    label.rack = (uint16_t)rack;
    p->racks[p->rack_count++] = (struct rack){ site, rack, width_mm, nearest(p, &label) };
    return true;
}

/* Nearest first; then the narrowest, then by number. */
static int by_worth(const void *left, const void *right)
{
    const struct rack *a = left, *b = right;
    if (a->far != b->far)
        return a->far < b->far ? -1 : 1;
    if (a->width_mm != b->width_mm)
        return a->width_mm < b->width_mm ? -1 : 1;
    return a->site != b->site ? (a->site < b->site ? -1 : 1)
                              : (a->rack > b->rack) - (a->rack < b->rack);
}

static bool propose_one(const char *key, __attribute__((unused)) json_t *nothing,
                        void *context)
{
    struct proposing *p = context;
    struct label label;
    const char *slot = view_find_name(key);
    if (!slot_read(slot, &label) || stocktake_freezes(p->repo, p->txn, slot))
        return true;
    long far = nearest(p, &label);
    bool better = !*p->best || far < p->best_far ||
                  (far == p->best_far && p->at->width_mm < p->best_width);
    if (better) {
        p->best_far = far;
        p->best_width = p->at->width_mm;
        snprintf(p->best, sizeof p->best, "%s", slot);
    }
    return true;
}

/* Free slots rack by rack, until none that is left could be better. */
static enum rc propose(struct proposing *p, struct fault *why)
{
    enum rc rc = view_each(p->repo, p->txn, VIEW_PLACES, "", NULL, rack_add, p, why);
    if (p->rack_count)
        qsort(p->racks, p->rack_count, sizeof *p->racks, by_worth);
    for (size_t i = 0; !rc && i < p->rack_count; i++) {
        char prefix[32];
        p->at = &p->racks[i];
        if (*p->best && (p->at->far > p->best_far ||
                         (p->at->far == p->best_far && p->at->width_mm >= p->best_width)))
            break;
        snprintf(prefix, sizeof prefix, "sf/S%02u%03u", p->at->site, p->at->rack);
        rc = view_each(p->repo, p->txn, VIEW_FIND, prefix, NULL, propose_one, p, why);
    }
    free(p->racks);
    return rc;
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
        rc = propose(&p, why);
    if (rc)
        return rc;
    if (!*p.best)
        return fault_set(why, RC_NOT_FOUND, 0,
                         "没有放得下这册案卷的空格口（约 %u 毫米厚），请腾出或登记新架",
                         p.thick_mm);
    snprintf(ret_slot, LABEL_TEXT_MAX, "%s", p.best);
    return RC_OK;
}
