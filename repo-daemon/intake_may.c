/* What the law of the counter says of one paper: may it go into the volume, be corrected,
 * be let go, be given back? Each refusal says who has to do what. */
#include "repo-daemon/intake.h"

#include "repo-daemon/custody.h"
#include "repo-daemon/retention.h"
#include "sys/json_scope.h"

#include <string.h>

/* Into a volume in these states a paper can be put, by whoever holds it. */
static const enum volume_state open_states[] = { VOL_RECEIVED, VOL_AT_SCANNING,
                                                 VOL_SCANNED, VOL_AT_BINDING,
                                                 VOL_RETURNED_FOR_SUPPLEMENT };

enum rc intake_may_file(const json_t *volume, const char *badge, struct fault *why)
{
    enum volume_state state = custody_state(json_text(volume, "state"));
    const char *label = json_text(volume, "volume");
    bool open = false;
    for (size_t i = 0; i < COUNT(open_states); i++)
        open = open || open_states[i] == state;
    if (strcmp(json_text(volume, "holder"), badge) != 0)
        return fault_set(why, RC_REFUSED, 0,
                         "材料要由现在保管案卷 %s 的人归入，请先把案卷拿到手", label);
    if (!open)
        return fault_set(why, RC_REFUSED, 0, "案卷 %s 现在是“%s”，不能再放入材料", label,
                         custody_state_word(state));
    return RC_OK;
}

enum rc intake_may_correct(const json_t *item, const json_t *volume, struct fault *why)
{
    enum volume_state state = custody_state(json_text(volume, "state"));
    const char *title = json_text(item, "title"), *now = json_text(item, "state");
    bool open = !volume;
    for (size_t i = 0; i < COUNT(open_states); i++)
        open = open || open_states[i] == state;
    open = open || state == VOL_SHELVED || state == VOL_IN_TRANSIT;
    if (strcmp(now, "held") != 0 && strcmp(now, "filed") != 0)
        return fault_set(why, RC_CONFLICT, 0, "“%s”已经退还或作废，不能更正", title);
    return open ? RC_OK
                : fault_set(why, RC_REFUSED, 0, "案卷 %s 现在是“%s”，里面的材料不能更正",
                            json_text(volume, "volume"), custody_state_word(state));
}

enum rc intake_may_let_go(const json_t *item, const json_t *volume, const json_t *list,
                          const char *badge, struct fault *why)
{
    const char *const hands[] = { json_text(item, "holder"), json_text(volume, "holder"),
                                  json_text(list, "by") };
    for (size_t i = 0; i < COUNT(hands); i++)
        if (!strcmp(hands[i], badge))
            return fault_set(why, RC_REFUSED, 0,
                             "“%s”是留存的（%s），改为可退还或减少数量，要由收件人和"
                             "保管人以外的人核对实物后更正",
                             json_text(item, "title"), json_text(item, "rule"));
    return RC_OK;
}

enum rc intake_may_return(const json_t *item, const json_t *volume, const char *badge,
                          struct fault *why)
{
    const char *title = json_text(item, "title");
    if (!strcmp(json_text(item, "state"), "returned"))
        return fault_set(why, RC_CONFLICT, 0, "“%s”已经退还", title);
    if (!strcmp(json_text(item, "state"), "void"))
        return fault_set(why, RC_CONFLICT, 0, "“%s”的登记已经作废", title);
    if (intake_what(json_text(item, "what")) != INTAKE_PAPER)
        return fault_set(why, RC_REFUSED, 0, "“%s”是证物，装在证物袋里留存，不退还",
                         title);
    if (json_number(item, "keep"))
        return fault_set(why, RC_REFUSED, 0, "“%s”是必存原件（%s），不退还", title,
                         json_text(item, "rule"));
    if (!strcmp(json_text(item, "freed_by"), badge))
        return fault_set(why, RC_REFUSED, 0,
                         "“%s”是您自己更正为可退还的，要由另一名库管员退还", title);
    if (strcmp(json_text(item, "state"), "filed") != 0)
        return fault_set(why, RC_REFUSED, 0, "“%s”还没有归卷扫描，不能退还", title);
    if (strcmp(json_text(volume, "holder"), badge) != 0 ||
        strcmp(json_text(volume, "state"), custody_state_name(VOL_SCANNED)) != 0)
        return fault_set(why, RC_REFUSED, 0,
                         "“%s”在案卷 %s 里，要由库管员把已扫描的案卷拿到手才能退还",
                         title, json_text(volume, "volume"));
    if (json_number(item, "batches") >= json_number(volume, "batches"))
        return fault_set(why, RC_REFUSED, 0, "“%s”收进案卷以后还没有扫描，不能退还",
                         title);
    if (retention_is_held(volume))
        return fault_set(why, RC_REFUSED, 0,
                         "案卷 %s 有保全，“%s”不能退还；请先由主管解除保全",
                         json_text(volume, "volume"), title);
    if (json_number(volume, "standing") <= 0 ||
        strcmp(json_text(volume, "qc"), "passed") != 0)
        return fault_set(why, RC_REFUSED, 0,
                         "案卷 %s 的扫描还没有全部质检通过，“%s”不能退还",
                         json_text(volume, "volume"), title);
    return RC_OK;
}
