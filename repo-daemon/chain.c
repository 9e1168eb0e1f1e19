/* Sentences for events, one pattern each: {by} who did it, {to} the receiver, {slot} the
 * slot, {batch} the trolley, {n} sheets, {reason}. */
#include "repo-daemon/chain.h"

#include "repo-daemon/call.h"
#include "repo-daemon/custody.h"
#include "repo-daemon/merkle.h"
#include "repo-daemon/people.h"
#include "repo-daemon/retention_policy.h"
#include "repo-daemon/show.h"
#include "sys/json_scope.h"
#include "sys/json_text.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { SENTENCE_MAX = 900 };

static const struct {
    const char *event, *pattern;
} patterns[] = {
    { "register", "{by}登记了案卷" },
    { "receive", "{by}接收了案卷{n}" },
    { "offer", "{by}交给{to}，等待签收{batch}" },
    { "accept", "{by}签收了案卷{batch}" },
    { "decline", "{by}拒收{batch}，案卷仍由交出人保管：{reason}" },
    { "cancel", "{by}撤回了交接{batch}" },
    { "shelve", "{by}把案卷放入格口{slot}{sensed}" },
    { "take", "{by}从格口取出案卷{sensed}" },
    { "scan-done", "{operator}完成扫描{scan}" },
    { "qc-pass", "{by}质检通过{looked}" },
    { "qc-reject", "{by}质检退回：{reason}" },
    { "check", "{by}做装订检查：{passed}" },
    { "supplement", "{by}退回补正" },
    { "verify", "{by}核对通过" },
    { "bind", "{by}装订成册" },
    { "archive", "{by}归档{term}，归档包校验值 {sha}" },
    { "recall", "{by}催还" },
    { "lose", "{by}报失：{reason}" },
    { "find", "{by}找到了案卷" },
    { "send-on-appeal", "{by}上诉移送" },
    { "come-back", "{by}收回退卷" },
    { "return-to-party", "{by}退还当事人" },
    { "relink", "{by}改号：{from} 改为 {as}，{reason}" },
    { "reverse", "{by}撤销了第 {reverses} 号记录“{what}”：{reason}" },
    { "intake", "{by}收件，清单 {intake}，材料 {papers} 件" },
    { "intake-file", "{by}把清单 {intake} 的 {filed} 件材料归入案卷" },
    { "intake-return", "{by}把 {filed} 件材料退还{receiver}，清单 {intake}" },
    { "paper-correct", "{by}更正材料登记 {item}：{title}，{reason}" },
    { "retention-hold", "{by}登记保全，不得销毁：{reason}" },
    { "retention-lift", "{by}解除保全：{reason}" },
    { "purge-propose", "{by}提出销毁，清册 {purge}：{reason}" },
    { "purge-end", "{by}终止销毁清册 {purge}：{reason}" },
    { "purge", "{by}批准销毁电子文件，清册 {purge}：{reason}" },
    { "destroy", "{by}销毁纸质案卷，{witness}监销" },
    { "archive-notice", "{by}记下归档提示，借出的案卷催还" },
};

struct telling {
    struct repo *repo;
    struct store_txn *txn;
    const json_t *event, *data;
};

static void name_of(const struct telling *t, const char *badge, char *room, size_t most)
{
    struct person p;
    if (people_find(t->repo, t->txn, badge, &p))
        snprintf(room, most, "%s", *badge ? badge : "系统");
    else
        snprintf(room, most, "%s", p.name);
}

/* Who did it, and at whose desk when it was not his own. */
static void by_of(const struct telling *t, char *room, size_t most)
{
    char desk[PERSON_NAME_MAX];
    name_of(t, json_text(t->event, "by"), room, most);
    if (!*json_text(t->data, "desk"))
        return;
    size_t len = strlen(room);
    name_of(t, json_text(t->data, "desk"), desk, sizeof desk);
    snprintf(room + len, most - len, "在%s的台前", desk);
}

/* Lines of a list that were taken. */
static size_t papers_of(const json_t *data)
{
    size_t count = 0;
    const json_t *lines = json_object_get(data, "lines");
    for (size_t i = 0; i < json_array_size(lines); i++)
        count += *json_text(json_array_get(lines, i), "item") != 0;
    return count;
}

static void term_of(const json_t *record, char *room, size_t most)
{
    const char *until = json_text(record, "until");
    if (record)
        snprintf(room, most, "，保管期限%s%s%s",
                 retention_class_word(retention_class(json_text(record, "class"))),
                 *until ? "，到 " : "", until);
}

static void value_of(const struct telling *t, const char *name, char *room, size_t most)
{
    const json_t *data = t->data;
    room[0] = 0;
    if (!strcmp(name, "by"))
        by_of(t, room, most);
    else if (!strcmp(name, "batch") && *json_text(data, "batch"))
        snprintf(room, most, "（批 %s）", json_text(data, "batch"));
    else if (!strcmp(name, "to") || !strcmp(name, "operator") || !strcmp(name, "witness"))
        name_of(t, json_text(data, name), room, most);
    else if (!strcmp(name, "slot") || !strcmp(name, "reason") || !strcmp(name, "purge"))
        snprintf(room, most, "%s", json_text(data, name));
    else if (!strcmp(name, "n") && json_number(data, "sheets"))
        snprintf(room, most, "（%lld 张）", (long long)json_number(data, "sheets"));
    else if (!strcmp(name, "sensed") && json_object_get(data, "evidence"))
        snprintf(room, most, "（架位感应）");
    else if (!strcmp(name, "scan"))
        snprintf(room, most, "：%lld 张，%lld 个图像，%lld 页",
                 (long long)json_number(data, "sheets_counted"),
                 (long long)json_number(data, "images"),
                 (long long)json_number(data, "pages"));
    else if (!strcmp(name, "item") || !strcmp(name, "title"))
        snprintf(room, most, "%s", json_text(data, name));
    else if (!strcmp(name, "intake"))
        snprintf(room, most, "%s", json_text(data, "intake"));
    else if (!strcmp(name, "receiver"))
        snprintf(room, most, "%s", json_text(data, "from"));
    else if (!strcmp(name, "papers"))
        snprintf(room, most, "%zu", papers_of(data));
    else if (!strcmp(name, "filed"))
        snprintf(room, most, "%zu", json_array_size(json_object_get(data, "items")));
    else if (!strcmp(name, "from") || !strcmp(name, "as"))
        snprintf(room, most, "%s", json_text(data, name));
    else if (!strcmp(name, "reverses"))
        snprintf(room, most, "%lld", (long long)json_number(data, "reverses"));
    else if (!strcmp(name, "what"))
        snprintf(room, most, "%s",
                 custody_event_word(custody_event(json_text(data, "what"))));
    else if (!strcmp(name, "passed") && json_number(data, "passed"))
        snprintf(room, most, "通过");
    else if (!strcmp(name, "passed"))
        snprintf(room, most, "未通过，有 %zu 处缺漏",
                 json_array_size(json_object_get(data, "failures")));
    else if (!strcmp(name, "looked") && json_number(data, "must"))
        snprintf(room, most, "：看了 %lld 面", (long long)json_number(data, "must"));
    else if (!strcmp(name, "term"))
        term_of(json_object_get(data, "retention"), room, most);
    else if (!strcmp(name, "sha"))
        snprintf(room, most, "%.16s…", json_text(data, "sha256"));
}

static void sentence(const struct telling *t, char ret_text[SENTENCE_MAX])
{
    const char *at = "{by}办理了“{event}”";
    for (size_t i = 0; i < COUNT(patterns); i++)
        if (!strcmp(patterns[i].event, json_text(t->event, "event")))
            at = patterns[i].pattern;
    size_t len = 0;
    while (*at && len < SENTENCE_MAX - 1) {
        char name[16], value[640];
        size_t span = *at == '{' ? strcspn(at, "}") : 0;
        if (span > 1 && span - 1 < sizeof name) {
            memcpy(name, at + 1, span - 1);
            name[span - 1] = 0;
            value_of(t, name, value, sizeof value);
            int put = snprintf(ret_text + len, SENTENCE_MAX - len, "%s", value);
            len += put > 0 ? (size_t)put : 0;
            at += span + 1;
        } else {
            ret_text[len++] = *at++;
        }
    }
    ret_text[len < SENTENCE_MAX ? len : SENTENCE_MAX - 1] = 0;
}

static const json_t *move_of(const json_t *event, const char *volume)
{
    const json_t *moves = json_object_get(event, "volumes");
    for (size_t i = 0; i < json_array_size(moves); i++)
        if (!strcmp(json_text(json_array_get(moves, i), "volume"), volume))
            return json_array_get(moves, i);
    return NULL;
}

json_t *chain_entry(struct repo *repo, struct store_txn *txn, const char *volume,
                    uint64_t seq, struct bytes text)
{
    SCOPED(json_free_at)
    json_t *event = json_text_read(text);
    const json_t *move = move_of(event, volume);
    if (!move)
        return NULL;
    struct telling t = { repo, txn, event, json_object_get(event, "data") };
    char words[SENTENCE_MAX], hex[SHA256_HEX];
    sentence(&t, words);
    hash_hex(merkle_leaf(text), hex);
    json_t *out = json_pack(
        "{s:I, s:o, s:s, s:o, s:s, s:s, s:s, s:I, s:s, s:s}", "seq", (json_int_t)seq,
        "at", show_time(json_number(event, "at")), "event", json_text(event, "event"),
        "by", people_short(repo, txn, json_text(event, "by")), "from",
        json_text(move, "from"), "to", json_text(move, "to"), "state",
        json_text(move, "to"), "version", (json_int_t)json_number(move, "version"),
        "text", words, "hash", hex);
    json_object_set_new(out, "volume", json_string(volume));
    if (*json_text(t.data, "slot"))
        json_object_set_new(out, "slot", json_string(json_text(t.data, "slot")));
    if (*json_text(t.data, "to"))
        json_object_set_new(out, "to_person",
                            people_short(repo, txn, json_text(t.data, "to")));
    return out;
}

struct reading {
    struct repo *repo;
    const char *volume;
    json_t *events;
};

static enum rc read_one(uint64_t seq, struct bytes text, void *context, struct fault *why)
{
    struct reading *r = context;
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(r->repo->store, &txn, why);
    if (rc)
        return rc;
    json_t *entry = chain_entry(r->repo, txn, r->volume, seq, text);
    if (entry)
        json_array_append_new(r->events, entry);
    return RC_OK;
}

enum { NUMBERS_MOST = 20 }; /* how often a volume may have changed its number */

enum rc chain_read(struct repo *repo, const char *volume, json_t **ret_events,
                   struct fault *why)
{
    SCOPED(json_free_at) json_t *events = json_array();
    char numbers[NUMBERS_MOST][LABEL_TEXT_MAX];
    size_t count = 0;
    snprintf(numbers[count++], LABEL_TEXT_MAX, "%s", volume);
    while (count < NUMBERS_MOST) { /* what happened under its older numbers comes first */
        SCOPED(json_free_at) json_t *v = NULL;
        if (view_find(repo, VIEW_VOLUMES, numbers[count - 1], &v) ||
            !*json_text(v, "was"))
            break;
        snprintf(numbers[count++], LABEL_TEXT_MAX, "%s", json_text(v, "was"));
    }
    enum rc rc = RC_OK;
    while (!rc && count--) {
        struct reading r = { repo, numbers[count], events };
        rc = ledger_feed_volume(repo->ledger, numbers[count], read_one, &r, why);
        if (count) /* the change itself is the first of the next number */
            json_array_remove(events, json_array_size(events) - 1);
    }
    if (!rc)
        *ret_events = TAKE(events);
    return rc;
}
