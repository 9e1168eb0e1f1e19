/* A walk along the shelves with a reader: label of the slot, label of what stands in it;
 * the next slot's label says that the one before was empty. Each slot is sent as soon as
 * it is known, so a walk that breaks off goes on where it was. */
#include "cli/api.h"
#include "cli/cmd.h"
#include "cli/cmd_stocktake.h"
#include "core/label.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { LINE_MAX_BYTES = 128, PATH_MAX_BYTES = 128 };

struct walk {
    const char *number;
    char slot[LABEL_TEXT_MAX]; /* that is being looked at; "" before the first */
    bool told;                 /* what stands in it */
    unsigned counted;
};

static enum rc tell(struct walk *walk, const char *volume, bool unreadable,
                    struct fault *why)
{
    char path[PATH_MAX_BYTES];
    SCOPED(json_free_at) json_t *answer = NULL;
    (void)snprintf(path, sizeof path, "/v1/stocktakes/%.20s/counts", walk->number);
    enum rc rc = api_call("POST", path,
                          json_pack("{s:s, s:s, s:i}", "slot", walk->slot, "volume",
                                    volume, "unreadable", (int)unreadable),
                          true, &answer, why);
    if (rc)
        return rc;
    printf("%s  %s\n", walk->slot, unreadable ? "读不出" : *volume ? volume : "空");
    (void)fflush(stdout);
    walk->told = true;
    walk->counted++;
    return RC_OK;
}

/* Nothing was read between two slots: the first of them is empty. */
static enum rc leave(struct walk *walk, struct fault *why)
{
    return *walk->slot && !walk->told ? tell(walk, "", false, why) : RC_OK;
}

static enum rc come_to(struct walk *walk, const char *slot, struct fault *why)
{
    enum rc rc = leave(walk, why);
    if (rc)
        return rc;
    (void)snprintf(walk->slot, sizeof walk->slot, "%s", slot);
    walk->told = false;
    return RC_OK;
}

static enum rc see(struct walk *walk, const char *volume, bool unreadable,
                   struct fault *why)
{
    if (!*walk->slot)
        return fault_set(why, RC_INVALID, 0, "请先扫格口的标签。");
    if (walk->told)
        return fault_set(why, RC_INVALID, 0, "格口 %s 已经记下，请先扫下一个格口的标签。",
                         walk->slot);
    return tell(walk, volume, unreadable, why);
}

static enum rc take_line(struct walk *walk, const char *line, struct fault *why)
{
    struct label label;
    if (!strcmp(line, "?") || !strcmp(line, "读不出"))
        return see(walk, "", true, why);
    enum rc rc =
        label_read((struct bytes){ (const uint8_t *)line, strlen(line) }, &label);
    if (rc == RC_OK && label.type == LABEL_SLOT)
        return come_to(walk, line, why);
    if (rc == RC_OK && label.type == LABEL_VOLUME)
        return see(walk, line, false, why);
    return fault_set(why, RC_INVALID, 0,
                     rc == RC_CORRUPT ? "“%s”没有读对，请再扫一次；读不出的请输入 ?。"
                                      : "“%s”不是格口或案卷的标签。",
                     line);
}

int stocktake_walk(const char *number)
{
    struct walk walk = { .number = number };
    struct fault why = { .rc = RC_OK };
    char line[LINE_MAX_BYTES];
    unsigned wrong = 0;
    puts("请依次扫格口标签和里面案卷的标签；空格口只扫格口；读不出输入 ?；结束按 "
         "Ctrl-D。");
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, " \t\r\n")] = 0;
        if (!*line || !take_line(&walk, line, &why))
            continue;
        if (why.rc == RC_UNAVAILABLE || why.rc == RC_DENIED)
            return cmd_fail(&why);
        (void)fprintf(stderr, "juanku: %s\n", why.text);
        wrong++;
    }
    if (leave(&walk, &why))
        return cmd_fail(&why);
    printf("盘到 %u 个格口，%u 次没有记下。接着请看 juanku stocktake differences %s。\n",
           walk.counted, wrong, number);
    return wrong ? EXIT_RULE : EXIT_OK;
}
