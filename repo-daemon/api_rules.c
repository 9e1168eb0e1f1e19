/* The rules that a volume is made under, as a station needs them: titles for what a
 * separator card names, and the materials that a first line may be. */
#include "repo-daemon/gather.h"
#include "repo-daemon/route.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

static json_t *materials_of(const struct rules *rules, unsigned row)
{
    json_t *list = json_array();
    const char *name;
    for (unsigned i = 0; (name = rules_row_material(rules, row, i)); i++)
        json_array_append_new(list, json_string(name));
    return list;
}

enum rc rules_show(struct call *call, struct fault *why)
{
    SCOPED(json_free_at) json_t *volume = NULL;
    enum rc rc = call_volume(call, call_part(call, "volume"), &volume, why);
    if (!rc)
        rc = call_may_see_volume(call, volume, why);
    if (rc)
        return rc;
    struct gathered all;
    rc = gather(call->repo, volume, &all, why);
    if (!rc && !all.rules)
        rc = fault_set(why, RC_NOT_FOUND, 0, "这类案件还没有立卷规则，请联系管理员");
    json_t *rows = rc ? NULL : json_array();
    for (unsigned row = 1; rows && row <= rules_row_count(all.rules); row++)
        if (rules_row_title(all.rules, row))
            json_array_append_new(rows,
                                  json_pack("{s:i, s:s, s:o}", "row", (int)row, "title",
                                            rules_row_title(all.rules, row), "materials",
                                            materials_of(all.rules, row)));
    if (!rc)
        rc = call_answer(
            call, 200,
            json_pack("{s:s, s:o}", "rules", rules_name(all.rules), "rows", rows));
    gather_free(&all);
    return rc;
}
