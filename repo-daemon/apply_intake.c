/* Lists of the counter and the papers on them. A paper's way is told by the papers' own
 * view; its volume only counts what it got and gave back. */
#include "repo-daemon/apply_in.h"

#include "repo-daemon/intake.h"

static bool is_paper(const json_t *line)
{
    return intake_what(apply_text(line, "what")) == INTAKE_PAPER;
}

static void add_to(json_t *object, const char *name, json_int_t more)
{
    if (more)
        apply_set_number(object, name, apply_number(object, name) + more);
}

/* Papers went into the volume (`sign` 1) or out of it (-1). */
static void volume_count(json_t *volume, const json_t *item, json_int_t sign)
{
    json_int_t sheets = is_paper(item) ? apply_number(item, "counted") : 0;
    add_to(volume, "papers", sign);
    add_to(volume, "keeps", sign * (apply_number(item, "keep") ? 1 : 0));
    if (sign < 0) {
        add_to(volume, "given_back", sheets);
        return;
    }
    add_to(volume, "declared", sheets);
    add_to(volume, "unscanned", is_paper(item) ? 1 : 0);
}

static void item_file(json_t *item, json_t *volume)
{
    apply_set_text(item, "state", "filed");
    apply_set_text(item, "holder", "");
    apply_set_text(item, "volume", apply_text(volume, "volume"));
    apply_set_number(item, "batches", apply_number(volume, "batches"));
    volume_count(volume, item, 1);
}

static json_t *item_new(const struct applying *a, const json_t *line)
{
    json_t *item = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I}", "item",
        apply_text(line, "item"), "case", apply_text(a->data, "case"), "intake",
        apply_text(a->data, "intake"), "from", apply_text(a->data, "from"), "title",
        apply_text(line, "title"), "what", apply_text(line, "what"), "rule",
        apply_text(line, "rule"), "state", "held", "holder", a->by, "at", a->at_ms);
    apply_set_number(item, "counted", apply_number(line, "counted"));
    apply_set_number(item, "keep", apply_number(line, "keep"));
    return item;
}

static enum rc list_put(struct applying *a)
{
    SCOPED(json_free_at) json_t *list = json_deep_copy(a->data);
    apply_set_text(list, "by", a->by);
    apply_set_number(list, "at", a->at_ms);
    return apply_put(a, VIEW_INTAKES, apply_text(a->data, "intake"), list);
}

static enum rc list_of(struct applying *a, const char *label, json_t **ret_list)
{
    return view_get(a->repo, a->txn, VIEW_INTAKES, label, ret_list)
               ? fault_set(a->why, RC_CORRUPT, 0, "no list '%s' of the counter", label)
               : RC_OK;
}

static enum rc volume_of(struct applying *a, json_t **ret_volume)
{
    const char *label = apply_text(a->data, "volume");
    return view_get(a->repo, a->txn, VIEW_VOLUMES, label, ret_volume)
               ? fault_set(a->why, RC_CORRUPT, 0, "papers of no volume '%s'", label)
               : RC_OK;
}

static enum rc case_count(struct applying *a, json_int_t items)
{
    SCOPED(json_free_at) json_t *the_case = NULL;
    const char *id = apply_text(a->data, "case");
    if (view_get(a->repo, a->txn, VIEW_CASES, id, &the_case))
        return fault_set(a->why, RC_CORRUPT, 0, "papers of no case");
    add_to(the_case, "papers", items);
    return apply_put(a, VIEW_CASES, id, the_case);
}

static enum rc answered(struct applying *a)
{
    SCOPED(json_free_at) json_t *list = NULL;
    const char *label = apply_text(a->data, "supplements");
    if (!*label)
        return RC_OK;
    enum rc rc = list_of(a, label, &list);
    if (rc)
        return rc;
    apply_set_text(list, "answered", apply_text(a->data, "intake"));
    return apply_put(a, VIEW_INTAKES, label, list);
}

enum rc apply_intake(struct applying *a)
{
    SCOPED(json_free_at) json_t *volume = NULL;
    const json_t *lines = json_object_get(a->data, "lines");
    json_int_t items = 0;
    bool filed = apply_number(a->data, "filed") != 0;
    enum rc rc = list_put(a);
    if (!rc && filed)
        rc = volume_of(a, &volume);
    for (size_t i = 0; !rc && i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        if (!*apply_text(line, "item"))
            continue;
        SCOPED(json_free_at) json_t *item = item_new(a, line);
        items++;
        if (filed)
            item_file(item, volume);
        rc = apply_put(a, VIEW_ITEMS, apply_text(line, "item"), item);
    }
    if (!rc && filed)
        rc = apply_put(a, VIEW_VOLUMES, apply_text(volume, "volume"), volume);
    if (!rc)
        rc = case_count(a, items);
    return rc ? rc : answered(a);
}

static enum rc item_of(struct applying *a, size_t index, json_t **ret_item)
{
    const json_t *items = json_object_get(a->data, "items");
    const char *label = json_string_value(json_array_get(items, index));
    return !label || view_get(a->repo, a->txn, VIEW_ITEMS, label, ret_item)
               ? fault_set(a->why, RC_CORRUPT, 0, "no paper of this label")
               : RC_OK;
}

enum rc apply_intake_file(struct applying *a)
{
    SCOPED(json_free_at) json_t *volume = NULL;
    enum rc rc = volume_of(a, &volume);
    size_t count = json_array_size(json_object_get(a->data, "items"));
    for (size_t i = 0; !rc && i < count; i++) {
        SCOPED(json_free_at) json_t *item = NULL;
        rc = item_of(a, i, &item);
        if (rc)
            break;
        item_file(item, volume);
        rc = apply_put(a, VIEW_ITEMS, apply_text(item, "item"), item);
    }
    return rc ? rc : apply_put(a, VIEW_VOLUMES, apply_text(volume, "volume"), volume);
}

enum rc apply_intake_notice(struct applying *a)
{
    SCOPED(json_free_at) json_t *list = NULL;
    SCOPED(json_free_at) json_t *the_case = NULL;
    const char *label = apply_text(a->data, "intake"), *id = apply_text(a->data, "case");
    enum rc rc = list_of(a, label, &list);
    if (rc)
        return rc;
    if (view_get(a->repo, a->txn, VIEW_CASES, id, &the_case))
        return fault_set(a->why, RC_CORRUPT, 0, "a notice of no case");
    json_t *notice =
        json_pack("{s:s, s:s, s:s, s:s, s:I}", "due", apply_text(a->data, "due"), "basis",
                  apply_text(a->data, "basis"), "rules", apply_text(a->data, "rules"),
                  "by", a->by, "at", a->at_ms);
    json_object_set_new(notice, "points",
                        json_deep_copy(json_object_get(a->data, "points")));
    json_object_set_new(list, "notice", notice);
    json_t *noticed = json_object_get(the_case, "noticed");
    if (!noticed) {
        noticed = json_object();
        json_object_set_new(the_case, "noticed", noticed);
    }
    apply_set_text(noticed, apply_text(list, "from"), label);
    rc = apply_put(a, VIEW_INTAKES, label, list);
    return rc ? rc : apply_put(a, VIEW_CASES, id, the_case);
}

enum rc apply_intake_return(struct applying *a)
{
    SCOPED(json_free_at) json_t *volume = NULL;
    enum rc rc = list_put(a);
    if (!rc)
        rc = volume_of(a, &volume);
    size_t count = json_array_size(json_object_get(a->data, "items"));
    for (size_t i = 0; !rc && i < count; i++) {
        SCOPED(json_free_at) json_t *item = NULL;
        rc = item_of(a, i, &item);
        if (rc)
            break;
        apply_set_text(item, "state", "returned");
        apply_set_text(item, "returned", apply_text(a->data, "intake"));
        volume_count(volume, item, -1);
        rc = apply_put(a, VIEW_ITEMS, apply_text(item, "item"), item);
    }
    return rc ? rc : apply_put(a, VIEW_VOLUMES, apply_text(volume, "volume"), volume);
}

/* What the volume counts of a paper that lies in it, taken off or put on. */
static void volume_recount(json_t *volume, const json_t *item, json_int_t sign)
{
    bool unfed = is_paper(item) &&
                 apply_number(item, "batches") >= apply_number(volume, "batches");
    add_to(volume, "papers", sign);
    add_to(volume, "keeps", sign * (apply_number(item, "keep") ? 1 : 0));
    add_to(volume, "declared",
           sign * (is_paper(item) ? apply_number(item, "counted") : 0));
    add_to(volume, "unscanned", sign * (unfed ? 1 : 0));
}

/* The list says what is right, and of which line it said something else before. */
static enum rc line_correct(struct applying *a, const json_t *item)
{
    static const char *const fields[] = { "title", "what", "counted", "keep", "rule" };
    SCOPED(json_free_at) json_t *list = NULL;
    enum rc rc = list_of(a, apply_text(item, "intake"), &list);
    const json_t *lines = json_object_get(list, "lines");
    for (size_t i = 0; !rc && i < json_array_size(lines); i++) {
        json_t *line = json_array_get(lines, i);
        if (strcmp(apply_text(line, "item"), apply_text(item, "item")) != 0)
            continue;
        for (size_t f = 0; f < COUNT(fields); f++)
            json_object_set(line, fields[f], json_object_get(item, fields[f]));
        apply_set_text(line, "corrected", apply_text(a->data, "reason"));
    }
    return rc ? rc : apply_put(a, VIEW_INTAKES, apply_text(list, "intake"), list);
}

enum rc apply_paper_correct(struct applying *a)
{
    static const char *const fields[] = { "title", "what", "counted", "keep", "rule" };
    SCOPED(json_free_at) json_t *item = NULL;
    SCOPED(json_free_at) json_t *volume = NULL;
    if (view_get(a->repo, a->txn, VIEW_ITEMS, apply_text(a->data, "item"), &item))
        return fault_set(a->why, RC_CORRUPT, 0, "a correction of no paper");
    bool filed = *apply_text(item, "volume") != 0;
    if (filed &&
        view_get(a->repo, a->txn, VIEW_VOLUMES, apply_text(item, "volume"), &volume))
        return fault_set(a->why, RC_CORRUPT, 0, "a paper in no volume");
    if (filed)
        volume_recount(volume, item, -1);
    bool freed = apply_number(item, "keep") && !apply_number(a->data, "keep");
    for (size_t f = 0; f < COUNT(fields); f++)
        apply_set_copy(item, fields[f], json_object_get(a->data, fields[f]));
    if (freed)
        apply_set_text(item, "freed_by", a->by);
    bool none = !apply_number(item, "counted"); /* it was never there */
    if (none)
        apply_set_text(item, "state", "void");
    if (none)
        apply_set_text(item, "holder", "");
    if (filed && !none)
        volume_recount(volume, item, 1);
    enum rc rc = apply_put(a, VIEW_ITEMS, apply_text(item, "item"), item);
    if (!rc && filed)
        rc = apply_put(a, VIEW_VOLUMES, apply_text(volume, "volume"), volume);
    return rc ? rc : line_correct(a, item);
}
