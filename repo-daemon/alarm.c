/* Alarms as one table, and the two events that open and close them. */
#include "repo-daemon/alarm.h"

#include "repo-daemon/apply.h"
#include "repo-daemon/call.h"
#include "repo-daemon/shelf_run.h"
#include "repo-daemon/show.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const struct alarm_row rows[] = {
    [ALARM_TAKEN] =      { "taken",      "",         true,  false, "有案卷被取出，没有指令",   "请放回原格口，或扫案卷标签补办取出。" },
    [ALARM_PUT] =        { "put",        "",         true,  false, "有东西被放入，没有指令",   "请取出，扫案卷标签后按灯放入。" },
    [ALARM_WRONG_PUT] =  { "wrong-put",  "",         true,  false, "放错了格口",               "请取出，放到亮灯的格口。" },
    [ALARM_WRONG_TAKE] = { "wrong-take", "",         true,  false, "取错了格口",               "请放回，取亮灯格口里的案卷。" },
    [ALARM_LATE] =       { "late",       "-late",    true,  true,  "格口亮灯后没有人动",       "请照灯放入或取出；不做了请写明原因。" },
    [ALARM_DOOR] =       { "door",       "-door",    false, false, "柜门一直开着",             "请关好柜门。" },
    [ALARM_FORCED] =     { "forced",     "-forced",  false, true,  "柜门未开锁就被打开",       "请马上查看，核对架上案卷后写明情况。" },
    [ALARM_TAG] =        { "bad-tag",    "-tag",     false, true,  "收到伪造的开锁指令",       "请通知管理员检查线路，查明后写明情况。" },
    [ALARM_CHATTER] =    { "chatter",    "-chatter", true,  true,  "格口触点不稳",             "请检查触点，修好后写明情况。" },
    [ALARM_DEAD] =       { "dead",       "-dead",    false, false, "货架没有回答",             "请检查电源和接线；恢复前放入、取出须手工确认。" },
    [ALARM_FILE_WRONG] = { "file-wrong", "-wrong",   false, false, "存档文件与校验值不符",     "请管理员从备份取回这个文件，再做一次核验。" },
    [ALARM_FILE_GONE] =  { "file-gone",  "-gone",    false, false, "存档文件不见了",           "请管理员从备份取回这个文件，再做一次核验。" },
    [ALARM_FILES_MANY] = { "files-many", "-many",    false, false, "很多存档文件已损坏",       "请停止写入，马上通知管理员检查磁盘，从备份恢复。" },
};
/* clang-format on */

const struct alarm_row *alarm_row(size_t kind)
{
    return kind < COUNT(rows) ? &rows[kind] : NULL;
}

const struct alarm_row *alarm_find(const char *word)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (!strcmp(rows[i].word, word))
            return &rows[i];
    return NULL;
}

void alarm_name(const struct alarm_row *row, const char *place,
                char ret_name[ALARM_NAME_MAX])
{
    snprintf(ret_name, ALARM_NAME_MAX, "%s%s", place, row->suffix);
}

static bool is_open(struct repo *repo, const char *name)
{
    SCOPED(json_free_at) json_t *alarm = NULL;
    return !view_find(repo, VIEW_ALARMS, name, &alarm);
}

enum rc alarm_raise(struct repo *repo, enum alarm_kind kind, const char *place,
                    const json_t *evidence, const char *source, struct fault *why)
{
    char name[ALARM_NAME_MAX];
    alarm_name(&rows[kind], place, name);
    if (is_open(repo, name))
        return RC_OK;
    SCOPED(json_free_at)
    json_t *data =
        json_pack("{s:s, s:s, s:s, s:o}", "alarm", name, "kind", rows[kind].word, "place",
                  place, "evidence", evidence ? json_deep_copy(evidence) : json_object());
    struct command command = { .event = EVENT_ALARM, .by = "", .data = data };
    return shelf_run(repo, &command, source, why);
}

enum rc alarm_end(struct repo *repo, enum alarm_kind kind, const char *place,
                  const char *source, struct fault *why)
{
    char name[ALARM_NAME_MAX];
    alarm_name(&rows[kind], place, name);
    if (!is_open(repo, name))
        return RC_OK;
    SCOPED(json_free_at)
    json_t *data = json_pack("{s:s, s:s}", "alarm", name, "note", "");
    struct command command = { .event = EVENT_ALARM_END, .by = "", .data = data };
    return shelf_run(repo, &command, source, why);
}

/* Whose file it is. */
static json_t *where_show(const json_t *alarm, bool secret_too)
{
    json_t *out = json_array();
    const json_t *where = json_object_get(alarm, "where");
    for (size_t i = 0; i < json_array_size(where); i++) {
        json_t *one = json_array_get(where, i);
        if (secret_too || !call_is_secret(json_text(one, "volume")))
            json_array_append(out, one);
        else
            json_array_append_new(out,
                                  json_pack("{s:s, s:i, s:i, s:i, s:s}", "volume", "",
                                            "batch", 0, "image", 0, "page", 0, "text",
                                            "一册副卷里的文件，请找档案员或主管"));
    }
    return out;
}

json_t *alarm_show(const char *name, const json_t *alarm, bool secret_too)
{
    const struct alarm_row *row = alarm_find(json_text(alarm, "kind"));
    const json_t *meant = json_object_get(alarm, "meant");
    if (!row)
        return NULL;
    return json_pack(
        "{s:s, s:i, s:s, s:s, s:i, s:s, s:s, s:i, s:o, s:o, s:o, s:o}", "alarm", name,
        "open", 1, "kind", row->word, "place", json_text(alarm, "place"), "of_slot",
        (int)row->of_slot, "what", row->what, "now", row->now, "by_hand",
        (int)row->by_hand, "volume", show_text(json_text(alarm, "volume")), "meant",
        meant ? json_deep_copy(meant) : json_array(), "at",
        show_time(json_number(alarm, "at")), "where", where_show(alarm, secret_too));
}

bool alarm_is_secret(const json_t *alarm)
{
    const json_t *meant = json_object_get(alarm, "meant");
    bool secret = call_is_secret(json_text(alarm, "volume"));
    for (size_t i = 0; i < json_array_size(meant); i++)
        secret = secret || call_is_secret(json_text(json_array_get(meant, i), "volume"));
    return secret;
}

struct collecting {
    json_t *list; /* borrowed */
    bool secret_too;
};

static bool collect(const char *name, json_t *alarm, void *context)
{
    struct collecting *c = context;
    json_t *shown = c->secret_too || !alarm_is_secret(alarm)
                        ? alarm_show(name, alarm, c->secret_too)
                        : NULL;
    if (shown)
        json_array_append_new(c->list, shown);
    return true;
}

static int older_first(const void *a, const void *b)
{
    return strcmp(json_text(*(json_t *const *)a, "at"),
                  json_text(*(json_t *const *)b, "at"));
}

static json_t *sorted(const json_t *list)
{
    size_t count = json_array_size(list);
    SCOPED(free_at) json_t **all = calloc(count + 1, sizeof(json_t *));
    json_t *out = json_array();
    for (size_t i = 0; all && i < count; i++)
        all[i] = json_array_get(list, i);
    if (all)
        qsort(all, count, sizeof *all, older_first);
    for (size_t i = 0; all && i < count; i++)
        json_array_append(out, all[i]);
    return out;
}

enum rc alarm_list(struct repo *repo, bool secret_too, json_t **ret_list,
                   struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *list = json_array();
    enum rc rc = store_begin_read(repo->store, &txn, why);
    if (!rc)
        rc = view_each(repo, txn, VIEW_ALARMS, "", NULL, collect,
                       &(struct collecting){ list, secret_too }, why);
    if (!rc)
        *ret_list = sorted(list);
    return rc;
}
