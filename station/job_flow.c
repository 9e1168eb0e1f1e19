/* The law of a scanning job. Each cell of the table is filled by hand: a state, the same
 * state again (SAME), or NO. What is NO gets the sentence of its state. */
#include "station/job_flow.h"

#include <string.h>

enum { SAME = JOB_STATE_COUNT, NO };

static const char *const state_names[JOB_STATE_COUNT] = {
    "declared", "scanning",   "stopped", "counted",
    "review",   "submitting", "done",    "abandoned",
};

static const char *const event_names[JOB_EVENT_COUNT] = {
    "start",  "sheet",  "stop",    "halt",    "equal",   "differs", "doubt",  "clear",
    "finish", "stored", "refused", "abandon", "restore", "repair",  "return",
};

#define DECL JOB_DECLARED
#define SCAN JOB_SCANNING
#define STOP JOB_STOPPED
#define CNTD JOB_COUNTED
#define REVW JOB_REVIEW
#define SUBM JOB_SUBMITTING
#define DONE JOB_DONE
#define ABAN JOB_ABANDONED

/* clang-format off */
static const unsigned char table[JOB_STATE_COUNT][JOB_EVENT_COUNT] = {
    /*               start sheet stop  halt  equal diff  doubt clear finish stored refus aband resto repair return */
    [JOB_DECLARED]   = { SCAN, NO,   NO,   SAME, NO,   SAME, SAME, SAME, NO,   NO,   NO,   ABAN, SAME, NO, NO },
    [JOB_SCANNING]   = { NO,   SAME, SAME, STOP, CNTD, STOP, SAME, SAME, NO,   NO,   NO,   NO,   STOP, NO, NO },
    [JOB_STOPPED]    = { SCAN, NO,   SAME, SAME, CNTD, SAME, SAME, SAME, NO,   NO,   NO,   ABAN, SAME, SAME, NO },
    [JOB_COUNTED]    = { NO,   NO,   NO,   SAME, SAME, STOP, REVW, SAME, SUBM, NO,   NO,   ABAN, SAME, STOP, NO },
    [JOB_REVIEW]     = { NO,   NO,   NO,   SAME, SAME, STOP, SAME, CNTD, NO,   NO,   NO,   ABAN, SAME, STOP, NO },
    [JOB_SUBMITTING] = { NO,   NO,   NO,   SAME, NO,   NO,   SAME, SAME, NO,   DONE, REVW, NO,   SAME, NO, NO },
    [JOB_DONE]       = { NO,   NO,   NO,   SAME, NO,   NO,   SAME, SAME, NO,   SAME, NO,   NO,   SAME, NO, REVW },
    [JOB_ABANDONED]  = { NO,   NO,   NO,   SAME, NO,   NO,   SAME, SAME, NO,   NO,   NO,   SAME, SAME, NO, NO },
};
/* clang-format on */

static const char *const refusals[JOB_STATE_COUNT] = {
    [JOB_DECLARED] = "还没有开始扫描。请放好纸，按“开始”。",
    [JOB_SCANNING] = "正在进纸。请先按“停”，等这一张走完。",
    [JOB_STOPPED] = "扫描停着，张数还没有对上。请按提示放纸后按“继续”。",
    [JOB_COUNTED] = "张数已经对上，不用再进纸。核对后请按“提交”。",
    [JOB_REVIEW] = "还有页面要人看一下。请先处理列出的页面。",
    [JOB_SUBMITTING] = "这一卷正在上传，不能再改。",
    [JOB_DONE] = "这一卷已经入库，不能再改。",
    [JOB_ABANDONED] = "这次扫描已经放弃。请重新登记。",
};

const char *job_state_name(enum job_state state)
{
    return (unsigned)state < JOB_STATE_COUNT ? state_names[state] : "?";
}

const char *job_event_name(enum job_event event)
{
    return (unsigned)event < JOB_EVENT_COUNT ? event_names[event] : "?";
}

enum rc job_state_of(const char *name, enum job_state *ret_state)
{
    for (unsigned i = 0; i < JOB_STATE_COUNT; i++)
        if (name && !strcmp(name, state_names[i])) {
            *ret_state = (enum job_state)i;
            return RC_OK;
        }
    return RC_NOT_FOUND;
}

enum rc job_next(enum job_state state, enum job_event event, enum job_state *ret_next,
                 struct fault *why)
{
    if ((unsigned)state >= JOB_STATE_COUNT || (unsigned)event >= JOB_EVENT_COUNT)
        return fault_set(why, RC_INVALID, 0, "没有这样的操作。");
    unsigned cell = table[state][event];
    if (cell == NO)
        return fault_set(why, RC_REFUSED, 0, "%s", refusals[state]);
    *ret_next = cell == SAME ? state : (enum job_state)cell;
    return RC_OK;
}
