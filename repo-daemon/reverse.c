#include "repo-daemon/reverse.h"

enum {
    KEEPS = ROLE_KEEPER | ROLE_SUPERVISOR,
    FILES = ROLE_KEEPER | ROLE_ARCHIVIST | ROLE_SUPERVISOR,
    BINDS = ROLE_CHECKER | ROLE_SUPERVISOR,
};

/* clang-format off */
static const struct reverse_rule rules[CUSTODY_EVENTS] = {
    [EV_RECEIVE]         = { KEEPS, NULL },
    [EV_OFFER]           = { 0, "还没有签收的交接，请由交出人撤回" },
    [EV_ACCEPT]          = { ROLE_SUPERVISOR, NULL }, /* the giver answers for it again */
    [EV_DECLINE]         = { 0, "拒收以后案卷仍由交出人保管，请重新交接" },
    [EV_CANCEL]          = { 0, "已撤回的交接，请重新交接" },
    [EV_SHELVE]          = { KEEPS, NULL },
    [EV_TAKE]            = { KEEPS, NULL },
    [EV_SCAN_DONE]       = { 0, "扫描不能撤销，请由质检退回" },
    [EV_QC_PASS]         = { ROLE_SUPERVISOR, NULL },
    [EV_QC_REJECT]       = { ROLE_SUPERVISOR, NULL },
    [EV_CHECK]           = { 0, "装订检查只是记录，请再检查一次" },
    [EV_SUPPLEMENT]      = { BINDS, NULL },
    [EV_VERIFY]          = { BINDS, NULL },
    [EV_BIND]            = { 0, "已装订成册，不能撤销" },
    [EV_ARCHIVE]         = { 0, "已归档，不能撤销；归档后补充请另行登记" },
    [EV_RECALL]          = { 0, "催还已通知借阅人，不能撤销" },
    [EV_LOSE]            = { KEEPS, NULL },
    [EV_FIND]            = { KEEPS, NULL },
    [EV_SEND_ON_APPEAL]  = { FILES, NULL },
    [EV_COME_BACK]       = { FILES, NULL },
    [EV_RELINK]          = { 0, "改号不能撤销；改错了请再改回正确的案号" },
    [EV_PURGE]           = { 0, "已批准销毁，不能撤销" },
    [EV_DESTROY]         = { 0, "已销毁，不能撤销" },
    [EV_RETURN_TO_PARTY] = { 0, "当事人已签收，不能撤销；材料再交来时请重新收件" },
};
/* clang-format on */

const struct reverse_rule *reverse_rule(enum custody_event event)
{
    return event < CUSTODY_EVENTS ? &rules[event] : NULL;
}
