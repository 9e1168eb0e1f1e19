/* The table of reasons. A sheet is named by its number in the order of feeding, since
 * that is what lies on the tray in front of the operator. */
#include "station/sentence.h"

#include "core/bytes.h"
#include "station/group.h"
#include "station/job_repair.h"
#include "station/json_field.h"
#include "station/suspect.h"
#include "station/turn.h"

#include <stdio.h>
#include <string.h>

const struct sentence_stop sentence_stops[] = {
    { "stopped", "已按要求停止。", "请确认纸已放好，按“继续”，从第 %u 张起。" },
    { "stopped-hard", "已停止，扫描仪里可能还有一张纸。",
      "请取出扫描仪里的纸，放回进纸器最上面，按“继续”，从第 %u 张起。" },
    { "jam", "第 %u 张卡纸，没有收下。",
      "请打开盖板，取出卡住的纸并展平，放回进纸器最上面，按“继续”，从第 %u 张起。" },
    { "double-feed", "两张纸一起走了：第 %u 张和它后面的一张都没有收下。",
      "请取出这两张纸，分开后按原来的顺序放回最上面，按“继续”，从第 %u 张起。" },
    { "cover-open", "扫描仪的盖板开着，第 %u 张没有收下。",
      "请把走到一半的纸放回进纸器最上面，合上盖板，按“继续”，从第 %u 张起。" },
    { "io", "扫描仪出错，第 %u 张没有收下。",
      "请取出扫描仪里的纸，放回进纸器最上面，按“继续”，从第 %u 张起。" },
    { "gone", "扫描仪断开了，第 %u 张没有收下。",
      "请检查电源和连线，把扫描仪里的纸放回进纸器最上面，按“继续”，从第 %u 张起。" },
    { "busy", "扫描仪一直忙，没有进纸。",
      "请确认没有别的程序在用扫描仪，按“继续”，从第 %u 张起。" },
    { "cancelled", "扫描被取消，第 %u 张没有收下。",
      "请取出扫描仪里的纸，放回进纸器最上面，按“继续”，从第 %u 张起。" },
    { "half", "第 %u 张只扫到一面，没有收下。",
      "请取出这张纸，放回进纸器最上面，按“继续”，从第 %u 张起。" },
    { "crash", "扫描程序出错，已重新启动。第 %u 张没有收下。",
      "请看扫描仪里和出纸口：没有数到的那张放回进纸器最上面，按“继续”，从第 %u 张起。" },
    { "stall", "扫描仪很久没有反应，已断开重连。第 %u 张没有收下。",
      "请取出扫描仪里的纸，放回进纸器最上面，按“继续”，从第 %u 张起。" },
    { "restart", "本机程序重新启动过，已收下的都在。",
      "请把第 %u 张起的纸放回进纸器（已走出但没有数到的也放回），按“继续”。" },
    { "disk-full", "本机磁盘快满了，已停止进纸，已收下的都在。",
      "请清理磁盘后按“继续”，从第 %u 张起。" },
    { "disk-full-lost", "本机磁盘满了，第 %u 张没有收下，前面的都在。",
      "请清理磁盘，把刚走出的那张放回进纸器最上面，按“继续”，从第 %u 张起。" },
    { "spool-failed", "第 %u 张没能存到本机磁盘，没有收下。",
      "请把刚走出的那张放回进纸器最上面，按“继续”，从第 %u 张起；再出错请联系管理员。" },
    { "too-many", "一次扫描的张数到了上限。", "请先提交这一部分，其余的另外登记。" },
    { "other-volume", "扫到了另一卷的封面，已停止进纸。",
      "请取出全部纸，按“放弃本卷”，把两卷分开后重新登记。" },
    { "settings", "扫描仪不支持现在的设置，没有进纸。",
      "请管理员检查进纸方式、颜色和精度的设置，再按“继续”，从第 %u 张起。" },
    { "long", "第 %u 张比纸长，可能两张叠着走了，已停止进纸。",
      "请从走完的纸里取出第 %u 张和它后面的看一看：是两张，请选“从这张重扫”，分开后"
      "从这张起放回；真有这么长，请选“属实”。再按“继续”。" },
    { "fed-twice", "第 %u 张和前一张几乎一样，可能同一张走了两次，已停止进纸。",
      "请取出第 %u 张看一看：是同一张，请选“取出”；本来就有两张一样的，请选“属实”。再"
      "按“继续”。" },
    { "page-gap", "第 %u 张的页码接不上，前面可能少走了纸，已停止进纸。",
      "请看第 %u 张前面：少了纸请找出后补扫；没有少，请选“属实”。再按“继续”。" },
    { "format", "扫描仪送来的图片格式用不了，第 %u 张没有收下。",
      "请取出这张纸放回进纸器最上面；请管理员把颜色设为灰度或彩色，再按“继续”，从第 %u "
      "张起。" },
    { "sink", "第 %u 张的图片太大，或者内存不够，没有收下。",
      "请把刚走出的那张放回进纸器最上面，按“继续”，从第 %u 张起；再出错请联系管理员。" },
    { "refused", "第 %u 张没有收下。",
      "请把刚走出的那张放回进纸器最上面，按“继续”，从第 %u 张起；再出错请联系管理员。" },
    { "flatbed", "这一张已收下。", "请换上下一张纸，按“继续”，从第 %u 张起。" },
    { "rewind", "第 %u 张起的纸已从这一卷取下，要重新扫描；原来的图还留着。",
      "请把第 %u 张起的纸按原来的顺序放回进纸器，按“继续”，从第 %u 张起。" },
    { "repair", "等着补扫第 %u 张。",
      "请把正确的纸单独放进进纸器，按“继续”，扫成第 %u 张；不补了请按“不补了”。" },
    { "repair-empty", "进纸器里没有纸，第 %u 张还没有补扫。",
      "请把要补的那一张放进进纸器，按“继续”，扫成第 %u 张；不补了请按“不补了”。" },
    { "volume-end", "读到了结束页，已停止进纸，张数对不上。",
      "结束页后面走出的纸，请选其中第一张，按“从这张重扫”取下；少了纸请找出放入，按“继续”"
      "，"
      "从第 %u 张起；登记时数错了，重新点数后按“改登记的张数”。" },
    { "turn", "", "请把整叠纸翻过来，不要改变顺序，再放入，按“继续”扫反面。" },
    { "backs-fewer", "",
      "没走的纸反面朝上放好，按“继续”，从第 %u 张的反面起；有两张一起走的，请选那一张，"
      "按“反面重扫”；全部重来，请按“反面全部重扫”。" },
    { "backs-more", "",
      "请重新点数，把整叠纸反面朝上放好，按“反面全部重扫”，再按“继续”；混进了别的纸，"
      "先把它取出。" },
    { "backs-again", "第 %u 张起的反面要重新扫描；原来的图还留着。",
      "请把第 %u 张和它前面的纸反面朝上放入，第 %u 张在最上面，按“继续”。" },
    { "no-docs", "", "" }, /* the numbers are told instead */
};

const size_t sentence_stop_count = COUNT(sentence_stops);

static const struct sentence_stop *find(const char *code)
{
    for (size_t i = 0; i < COUNT(sentence_stops); i++)
        if (!strcmp(sentence_stops[i].code, code))
            return &sentence_stops[i];
    return NULL;
}

/* Put the sheet's number where the text has %u, without using the text as a format. */
static void fill(const char *text, unsigned sheet, char ret[JOB_SENTENCE_MAX])
{
    size_t used = 0;
    for (const char *hole; (hole = strstr(text, "%u")); text = hole + 2) {
        int len = snprintf(ret + used, JOB_SENTENCE_MAX - used, "%.*s%u",
                           (int)(hole - text), text, sheet);
        used += (size_t)len;
        if (used >= JOB_SENTENCE_MAX)
            return;
    }
    snprintf(ret + used, JOB_SENTENCE_MAX - used, "%s", text);
}

/* The sheet of the sentence: the one to feed next, or the one that is to be looked at.
 * Once that is settled, feeding goes on as after any stop. */
static unsigned sheet_meant(const struct job *job)
{
    const struct job_image *suspect =
        suspect_is_stop(job->stop.code) ? suspect_first(job, NULL) : NULL;
    return suspect ? suspect->sheet : job_next_place(job);
}

static const struct sentence_stop *stop_of(const struct job *job)
{
    bool settled = suspect_is_stop(job->stop.code) && !suspect_first(job, NULL);
    return find(settled ? "stopped" : job->stop.code);
}

static void differs_now(const struct job *job, char ret[JOB_SENTENCE_MAX])
{
    bool fewer = job->sheets < job->sheets_declared;
    snprintf(ret, JOB_SENTENCE_MAX,
             "进纸器空了，张数对不上：登记 %u 张，走了 %u 张，%s %u 张。",
             job->sheets_declared, job->sheets, fewer ? "少" : "多",
             fewer ? job->sheets_declared - job->sheets
                   : job->sheets - job->sheets_declared);
}

/* Both sides by hand: how many of each are here. */
static void turn_now(const struct job *job, char ret[JOB_SENTENCE_MAX])
{
    unsigned lacking = turn_lacking(job), extra = turn_extra(job);
    if (!strcmp(job->stop.code, "turn"))
        snprintf(ret, JOB_SENTENCE_MAX, "正面走完了，%u 张等着走反面。", lacking);
    else
        snprintf(ret, JOB_SENTENCE_MAX,
                 "进纸器空了，正反面对不上：正面 %u 张，反面 %u 张，反面%s %u 张。",
                 job->sheets, turn_backs(job), extra ? "多" : "少",
                 extra ? extra : lacking);
}

/* Which side lies up, in front of what any stop says. */
static void say_side(const struct job *job, char ret[JOB_SENTENCE_MAX])
{
    char text[JOB_SENTENCE_MAX];
    if (!turn_feeds_back(job) || turn_is_verdict(job->stop.code) ||
        !strcmp(job->stop.code, "backs-again"))
        return;
    memcpy(text, ret, sizeof text);
    field_print(ret, JOB_SENTENCE_MAX, "正在走反面，纸要反面朝上，从后往前走。%s", text);
}

static void differs_next(const struct job *job, char ret[JOB_SENTENCE_MAX])
{
    if (job->sheets < job->sheets_declared)
        snprintf(ret, JOB_SENTENCE_MAX,
                 "请找出还没扫的纸放进进纸器，按“继续”，从第 %u "
                 "张起；如果登记时数错了，重新点数后"
                 "按“改登记的张数”。",
                 job->sheets + 1);
    else
        snprintf(
            ret, JOB_SENTENCE_MAX,
            "请重新点数：如果登记时数错了，按“改登记的张数”；如果混进了别的纸，请选那一"
            "张，按“取出”。");
}

void sentence_now(const struct job *job, char ret[JOB_SENTENCE_MAX])
{
    const struct sentence_stop *stop = stop_of(job);
    ret[0] = 0;
    if (*job->note) {
        snprintf(ret, JOB_SENTENCE_MAX, "%s", job->note);
        return;
    }
    if (job->state == JOB_STOPPED && !strcmp(job->stop.code, "no-docs"))
        differs_now(job, ret);
    else if (job->state == JOB_STOPPED && turn_is_verdict(job->stop.code))
        turn_now(job, ret);
    else if (job->state == JOB_STOPPED && stop)
        fill(stop->happened, sheet_meant(job), ret);
    else if (job->state == JOB_COUNTED && group_all_read(job))
        snprintf(ret, JOB_SENTENCE_MAX, "%u 张全部走完，张数相符，每页都已识别。",
                 job->sheets);
    else if (job->state == JOB_COUNTED)
        snprintf(ret, JOB_SENTENCE_MAX, "%u 张全部走完，张数相符。正在识别，还有 %u 页。",
                 job->sheets, group_count(job).unread);
    else if (job->state == JOB_REVIEW && !group_doubt(job, ret))
        snprintf(ret, JOB_SENTENCE_MAX, "有页面需要处理。");
}

static void next_when_stopped(const struct job *job, char ret[JOB_SENTENCE_MAX])
{
    const struct sentence_stop *stop = stop_of(job);
    if (!strcmp(job->stop.code, "no-docs"))
        differs_next(job, ret);
    else
        fill(stop ? stop->next : "请按“继续”，从第 %u 张起。", sheet_meant(job), ret);
    say_side(job, ret);
}

static void next_when_declared(const struct job *job, char ret[JOB_SENTENCE_MAX])
{
    if (job->glass)
        snprintf(ret, JOB_SENTENCE_MAX,
                 "请把第 1 张纸放到玻璃上，按“开始”。一次一张，共 %u 张。",
                 job->sheets_declared);
    else
        snprintf(ret, JOB_SENTENCE_MAX, "请把 %u 张纸%s放进进纸器，按“开始”。",
                 job->sheets_declared, job->by_hand ? "正面朝上" : "");
}

static void next_when_scanning(const struct job *job, char ret[JOB_SENTENCE_MAX])
{
    bool back = turn_feeds_back(job);
    if (back && !turn_next_back(job))
        snprintf(ret, JOB_SENTENCE_MAX, "反面都到了，请等进纸器走空。");
    else
        snprintf(ret, JOB_SENTENCE_MAX, "正在扫描第 %u 张%s，请等待。",
                 job_next_place(job), back ? "的反面" : "");
}

void sentence_next(const struct job *job, char ret[JOB_SENTENCE_MAX])
{
    switch (job->state) {
    case JOB_DECLARED:
        next_when_declared(job, ret);
        break;
    case JOB_SCANNING:
        next_when_scanning(job, ret);
        break;
    case JOB_STOPPED:
        next_when_stopped(job, ret);
        break;
    case JOB_COUNTED:
        snprintf(ret, JOB_SENTENCE_MAX, "%s",
                 group_all_read(job) ? "请核对页面，按“提交”。" : "请等识别完成。");
        break;
    case JOB_REVIEW:
        snprintf(ret, JOB_SENTENCE_MAX, "请处理标出的页面，再按“提交”。");
        break;
    case JOB_SUBMITTING:
        snprintf(ret, JOB_SENTENCE_MAX, "正在上传到库房。可以开始扫描下一卷。");
        break;
    case JOB_DONE:
        snprintf(ret, JOB_SENTENCE_MAX,
                 "已入库。请把纸质卷放好，等待交接；可以开始下一卷。");
        break;
    default:
        snprintf(ret, JOB_SENTENCE_MAX, "本次扫描已放弃。请重新登记。");
    }
}
