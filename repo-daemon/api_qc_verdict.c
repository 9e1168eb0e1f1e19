/* The verdict of the second person. "pass" is only taken with every picture looked at
 * that had to be; "reject" names pages, each with a reason of the table. Both are one
 * event, which says how much was looked at. */
#include "repo-daemon/act.h"
#include "repo-daemon/qc_open.h"
#include "repo-daemon/route.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { REJECTS_MOST = 100, TEXT_MOST = 150, SUMMARY_MOST = 400 };

static bool names(const json_t *list, int64_t batch, int64_t index)
{
    size_t i;
    const json_t *one;
    json_array_foreach(list, i, one)
    {
        if (json_number(one, "batch") == batch && json_number(one, "image") == index)
            return true;
    }
    return false;
}

/* How many pictures that have to be looked at are not among `looked`. */
static size_t unlooked(const struct qc_open *open, const json_t *looked)
{
    size_t missing = 0;
    for (size_t i = 0; i < json_array_size(open->scans); i++) {
        int64_t batch = json_number(json_array_get(open->scans, i), "batch");
        size_t count = json_array_size(
            json_object_get(json_array_get(open->manifests, i), "images"));
        SCOPED(free_at) bool *seen = calloc(count + 1, sizeof *seen);
        size_t n;
        const json_t *one;
        json_array_foreach(looked, n, one)
        {
            int64_t index = json_number(one, "image");
            if (seen && json_number(one, "batch") == batch && index >= 1 &&
                index <= (int64_t)count)
                seen[index - 1] = true;
        }
        for (size_t p = 0; p < count; p++)
            missing += open->why[i][p] && !(seen && seen[p]);
    }
    return missing;
}

static enum rc reject_add(const struct qc_open *open, const json_t *wish, json_t *pages,
                          struct fault *why)
{
    int64_t batch = json_number(wish, "batch"), index = json_number(wish, "image");
    const char *code = json_text(wish, "code"), *text = json_text(wish, "text");
    const json_t *image = qc_open_image(open, batch, index, NULL);
    if (!image || names(pages, batch, index))
        return fault_set(why, RC_INVALID, 0, "退回的页不在待质检的扫描里，或写了两次");
    if (!qc_reason_word(code))
        return fault_set(why, RC_INVALID, 0, "请从表里选退回的原因");
    if ((!strcmp(code, "other") && !*text) || strlen(text) > TEXT_MOST)
        return fault_set(why, RC_INVALID, 0, "请写明原因，不超过 50 个字");
    json_array_append_new(pages,
                          json_pack("{s:I, s:I, s:I, s:s, s:s, s:s, s:s, s:s}", "batch",
                                    (json_int_t)batch, "image", (json_int_t)index,
                                    "sheet", (json_int_t)json_number(image, "sheet"),
                                    "side", json_text(image, "side"), "capture",
                                    json_text(image, "capture_sha256"), "code", code,
                                    "word", qc_reason_word(code), "text", text));
    return RC_OK;
}

/* "第 3 张正面不清楚；第 5 张背面后面缺页", for the chain. */
static void summary(const json_t *pages, char ret_text[SUMMARY_MOST])
{
    size_t len = 0, i;
    const json_t *page;
    ret_text[0] = 0;
    json_array_foreach(pages, i, page)
    {
        if (len > SUMMARY_MOST - 120) {
            snprintf(ret_text + len, SUMMARY_MOST - len, " 等 %zu 面",
                     json_array_size(pages));
            return;
        }
        len += (size_t)snprintf(ret_text + len, SUMMARY_MOST - len, "%s第 %lld 张%s%s",
                                len ? "；" : "", (long long)json_number(page, "sheet"),
                                strcmp(json_text(page, "side"), "back") ? "正面" : "背面",
                                json_text(page, "word"));
    }
}

static enum rc rejects_set(const struct call *call, const struct qc_open *open,
                           json_t *data, struct fault *why)
{
    const json_t *wishes = json_object_get(call->body, "rejects");
    size_t count = json_array_size(wishes);
    char text[SUMMARY_MOST];
    if (!count || count > REJECTS_MOST)
        return fault_set(why, RC_INVALID, 0, "请写明退回哪些页（1 到 %d 面）",
                         REJECTS_MOST);
    json_t *pages = json_array();
    json_object_set_new(data, "pages", pages);
    for (size_t i = 0; i < count; i++) {
        enum rc rc = reject_add(open, json_array_get(wishes, i), pages, why);
        if (rc)
            return rc;
    }
    summary(pages, text);
    json_object_set_new(data, "reason", json_string(text));
    return RC_OK;
}

static enum rc looked_check(const struct call *call, const struct qc_open *open,
                            struct fault *why)
{
    size_t missing = unlooked(open, json_object_get(call->body, "looked"));
    if (!missing)
        return RC_OK;
    return fault_set(why, RC_REFUSED, 0, "还有 %zu 面没有看。抽到的每一面都看过才能通过",
                     missing);
}

/* What the verdict stands on. */
static enum rc data_fill(struct call *call, const json_t *volume, bool passes,
                         json_t *data, struct fault *why)
{
    SCOPED(qc_open_free) struct qc_open open = { 0 };
    enum rc rc = qc_open_read(call->repo, volume, &open, why);
    if (!rc)
        rc =
            passes ? looked_check(call, &open, why) : rejects_set(call, &open, data, why);
    if (!rc)
        json_object_update_new(data,
                               json_pack("{s:I, s:I, s:I}", "must", (json_int_t)open.must,
                                         "of", (json_int_t)open.images, "percent",
                                         (json_int_t)open.percent));
    return rc;
}

enum rc qc_judge(struct call *call, struct fault *why)
{
    struct command command;
    const char *result = call_text(call, "result");
    bool passes = !strcmp(result, "pass");
    if (!passes && strcmp(result, "reject") != 0)
        return fault_set(why, RC_INVALID, 0, "结论应是 pass（通过）或 reject（退回）");
    enum custody_event event = passes ? EV_QC_PASS : EV_QC_REJECT;
    enum rc rc = call_command(call, custody_event_name(event), &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    SCOPED(json_free_at) json_t *volume = NULL;
    rc = call_volume(call, call_part(call, "volume"), &volume, why);
    if (rc)
        return rc;
    SCOPED(act_end) struct act act;
    act_begin(&act, call->repo, event, &call->by);
    rc = act_add(&act, volume, call_number(call, "version", -1), why);
    if (!rc)
        rc = data_fill(call, volume, passes, act.data, why);
    if (rc)
        return rc;
    act_fill(&act, &command);
    return call_commit(call, &command, 201, why);
}
