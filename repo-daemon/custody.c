/* The whole law of custody. What is not in the table cannot happen to a volume.
 *
 * Rows of one state and event are tried in order; the first that fits is the law. A row
 * fits by the actor's role, by the receiver's role (offers), by the state before the
 * volume was under way (accept), and by what it needs. So "accept" has a row for each
 * kind of receiver, and a refusal can name exactly what is missing. */
#include "repo-daemon/custody.h"

#include "core/bytes.h"

#include <stdio.h>
#include <string.h>

#define AT(state) (1u << (state))

enum {
    KEEPS = ROLE_KEEPER | ROLE_ARCHIVIST,
    SENSED = ROLE_KEEPER | ROLE_RACK,
    KEEPS_SENSED = ROLE_KEEPER | ROLE_ARCHIVIST | ROLE_RACK,
    SCANS = ROLE_OPERATOR | ROLE_STATION,
    BINDS = ROLE_BINDER | ROLE_CHECKER,
    WATCHES = ROLE_KEEPER | ROLE_SUPERVISOR,
    REGISTERS = ROLE_CATALOGUER | ROLE_KEEPER,
    WORKS = ROLE_OPERATOR | ROLE_KEEPER,
    DONE = AT(VOL_BOUND) | AT(VOL_ARCHIVED) | AT(VOL_CONDEMNED),
    LENDABLE = AT(VOL_RECEIVED) | AT(VOL_SCANNED) | AT(VOL_LENT),
    BINDABLE = AT(VOL_SCANNED) | AT(VOL_AT_BINDING) | AT(VOL_RETURNED_FOR_SUPPLEMENT) |
               AT(VOL_VERIFIED),
    OPEN = AT(VOL_RECEIVED) | AT(VOL_AT_SCANNING) | AT(VOL_SCANNED) | AT(VOL_AT_BINDING) |
           AT(VOL_RETURNED_FOR_SUPPLEMENT),
    HOME = OPEN | AT(VOL_VERIFIED) | AT(VOL_LENT) | AT(VOL_RECALLED),
    GIVES = NEED_HOLDER | NEED_OTHER_RECEIVER,
    LOAN = NEED_LOAN | NEED_NO_NOTICE,
    LEAVES = NEED_HOLDER | NEED_SCANS | NEED_QC_PASSED | NEED_MAIN_VOLUME |
             NEED_NO_ORIGINALS | NEED_ALL_FED | NEED_NO_HOLD,
    TAKEN = FX_HOLDER_IS_ACTOR | FX_CLEAR_TO,
    ANY = 0,
};

/* clang-format off */
static const struct custody_rule rules[] = {
/*    from             event          to               who           to_roles    before    needs    effects */
    { VOL_EXPECTED,    EV_RECEIVE,    VOL_RECEIVED,    ROLE_KEEPER,  ANY, ANY, 0, FX_HOLDER_IS_ACTOR },

    { VOL_RECEIVED,    EV_SHELVE,     VOL_SHELVED,     SENSED,       ANY, ANY, NEED_FREE_SLOT | NEED_THAWED, FX_SET_SLOT },
    { VOL_SCANNED,     EV_SHELVE,     VOL_SHELVED,     SENSED,       ANY, ANY, NEED_KEEPER_HOLDS | NEED_FREE_SLOT | NEED_THAWED, FX_SET_SLOT },
    { VOL_BOUND,       EV_SHELVE,     VOL_SAME,        KEEPS_SENSED, ANY, ANY, NEED_FREE_SLOT | NEED_NO_SLOT | NEED_THAWED, FX_SET_SLOT },
    { VOL_ARCHIVED,    EV_SHELVE,     VOL_SAME,        KEEPS_SENSED, ANY, ANY, NEED_FREE_SLOT | NEED_NO_SLOT | NEED_THAWED, FX_SET_SLOT },
    { VOL_CONDEMNED,   EV_SHELVE,     VOL_SAME,        KEEPS_SENSED, ANY, ANY, NEED_FREE_SLOT | NEED_NO_SLOT | NEED_THAWED, FX_SET_SLOT },
    { VOL_SHELVED,     EV_TAKE,       VOL_RECEIVED,    SENSED,       ANY, ANY, NEED_NO_SCANS | NEED_THAWED, FX_CLEAR_SLOT },
    { VOL_SHELVED,     EV_TAKE,       VOL_SCANNED,     SENSED,       ANY, ANY, NEED_SCANS | NEED_THAWED, FX_CLEAR_SLOT },
    { VOL_BOUND,       EV_TAKE,       VOL_SAME,        KEEPS_SENSED, ANY, ANY, NEED_SLOT | NEED_THAWED, FX_CLEAR_SLOT },
    { VOL_ARCHIVED,    EV_TAKE,       VOL_SAME,        KEEPS_SENSED, ANY, ANY, NEED_SLOT | NEED_THAWED, FX_CLEAR_SLOT },
    { VOL_CONDEMNED,   EV_TAKE,       VOL_SAME,        KEEPS_SENSED, ANY, ANY, NEED_SLOT | NEED_THAWED, FX_CLEAR_SLOT },

    { VOL_RECEIVED,    EV_OFFER,      VOL_IN_TRANSIT,  ROLE_PEOPLE,  WORKS,         ANY, GIVES, FX_SET_TO },
    { VOL_RECEIVED,    EV_OFFER,      VOL_IN_TRANSIT,  ROLE_KEEPER,  ROLE_BORROWER, ANY, GIVES | LOAN, FX_SET_TO },
    { VOL_AT_SCANNING, EV_OFFER,      VOL_IN_TRANSIT,  ROLE_PEOPLE,  WORKS,         ANY, GIVES, FX_SET_TO },
    { VOL_SCANNED,     EV_OFFER,      VOL_IN_TRANSIT,  ROLE_PEOPLE,  WORKS,         ANY, GIVES, FX_SET_TO },
    { VOL_SCANNED,     EV_OFFER,      VOL_IN_TRANSIT,  ROLE_PEOPLE,  ROLE_BINDER,   ANY, GIVES | NEED_NOTICE | NEED_QC_PASSED, FX_SET_TO },
    { VOL_SCANNED,     EV_OFFER,      VOL_IN_TRANSIT,  ROLE_KEEPER,  ROLE_BORROWER, ANY, GIVES | LOAN, FX_SET_TO },
    { VOL_AT_BINDING,  EV_OFFER,      VOL_IN_TRANSIT,  ROLE_PEOPLE,  WORKS | ROLE_BINDER, ANY, GIVES, FX_SET_TO },
    { VOL_RETURNED_FOR_SUPPLEMENT, EV_OFFER, VOL_IN_TRANSIT, ROLE_PEOPLE, WORKS | ROLE_BINDER, ANY, GIVES, FX_SET_TO },
    { VOL_VERIFIED,    EV_OFFER,      VOL_IN_TRANSIT,  ROLE_PEOPLE,  ROLE_KEEPER | ROLE_BINDER, ANY, GIVES, FX_SET_TO },
    { VOL_LENT,        EV_OFFER,      VOL_IN_TRANSIT,  ROLE_PEOPLE,  ROLE_KEEPER,   ANY, GIVES, FX_SET_TO },
    { VOL_LENT,        EV_OFFER,      VOL_IN_TRANSIT,  ROLE_BORROWER, ROLE_BORROWER, ANY, GIVES | LOAN, FX_SET_TO },
    { VOL_RECALLED,    EV_OFFER,      VOL_IN_TRANSIT,  ROLE_PEOPLE,  ROLE_KEEPER,   ANY, GIVES, FX_SET_TO },
    { VOL_BOUND,       EV_OFFER,      VOL_IN_TRANSIT,  ROLE_PEOPLE,  KEEPS,         ANY, GIVES | NEED_NO_SLOT, FX_SET_TO },
    { VOL_ARCHIVED,    EV_OFFER,      VOL_IN_TRANSIT,  ROLE_PEOPLE,  KEEPS,         ANY, GIVES | NEED_NO_SLOT, FX_SET_TO },
    { VOL_CONDEMNED,   EV_OFFER,      VOL_IN_TRANSIT,  ROLE_PEOPLE,  KEEPS,         ANY, GIVES | NEED_NO_SLOT, FX_SET_TO },

    { VOL_IN_TRANSIT,  EV_ACCEPT,     VOL_BACK,        KEEPS,         ANY, DONE,     NEED_RECEIVER, TAKEN },
    { VOL_IN_TRANSIT,  EV_ACCEPT,     VOL_RECEIVED,    ROLE_KEEPER,   ANY, HOME,     NEED_RECEIVER | NEED_NO_SCANS, TAKEN },
    { VOL_IN_TRANSIT,  EV_ACCEPT,     VOL_SCANNED,     ROLE_KEEPER,   ANY, HOME,     NEED_RECEIVER | NEED_SCANS, TAKEN },
    { VOL_IN_TRANSIT,  EV_ACCEPT,     VOL_AT_BINDING,  ROLE_BINDER,   ANY, BINDABLE, NEED_RECEIVER | NEED_NOTICE | NEED_SCANS, TAKEN },
    { VOL_IN_TRANSIT,  EV_ACCEPT,     VOL_AT_SCANNING, ROLE_OPERATOR, ANY, OPEN,     NEED_RECEIVER, TAKEN },
    { VOL_IN_TRANSIT,  EV_ACCEPT,     VOL_LENT,        ROLE_BORROWER, ANY, LENDABLE, NEED_RECEIVER | LOAN, TAKEN },
    { VOL_IN_TRANSIT,  EV_DECLINE,    VOL_BACK,        ROLE_PEOPLE,   ANY, ANY,      NEED_RECEIVER, FX_CLEAR_TO },
    { VOL_IN_TRANSIT,  EV_CANCEL,     VOL_BACK,        ROLE_PEOPLE,   ANY, ANY,      NEED_HOLDER, FX_CLEAR_TO },

    { VOL_AT_SCANNING, EV_SCAN_DONE,  VOL_SCANNED,     SCANS,        ANY, ANY, NEED_OPERATOR_HOLDS | NEED_NOT_TWICE, 0 },
    { VOL_SCANNED,     EV_SCAN_DONE,  VOL_SCANNED,     SCANS,        ANY, ANY, NEED_OPERATOR_HOLDS | NEED_NOT_TWICE, 0 },
    { VOL_RETURNED_FOR_SUPPLEMENT, EV_SCAN_DONE, VOL_AT_BINDING, SCANS, ANY, ANY, NEED_SUPPLEMENT, 0 },
    { VOL_SCANNED,     EV_QC_PASS,    VOL_SAME,        ROLE_QC,      ANY, ANY, NEED_QC_OPEN | NEED_NOT_SCANNER, 0 },
    { VOL_SHELVED,     EV_QC_PASS,    VOL_SAME,        ROLE_QC,      ANY, ANY, NEED_QC_OPEN | NEED_NOT_SCANNER, 0 },
    { VOL_AT_BINDING,  EV_QC_PASS,    VOL_SAME,        ROLE_QC,      ANY, ANY, NEED_QC_OPEN | NEED_NOT_SCANNER, 0 },
    { VOL_SCANNED,     EV_QC_REJECT,  VOL_SAME,        ROLE_QC,      ANY, ANY, NEED_QC_OPEN | NEED_NOT_SCANNER, 0 },
    { VOL_SHELVED,     EV_QC_REJECT,  VOL_SAME,        ROLE_QC,      ANY, ANY, NEED_QC_OPEN | NEED_NOT_SCANNER, 0 },
    { VOL_AT_BINDING,  EV_QC_REJECT,  VOL_RETURNED_FOR_SUPPLEMENT, ROLE_QC, ANY, ANY, NEED_QC_OPEN | NEED_NOT_SCANNER, 0 },

    { VOL_AT_BINDING,  EV_CHECK,      VOL_SAME,        BINDS,          ANY, ANY, NEED_NOTICE, 0 },
    { VOL_AT_BINDING,  EV_SUPPLEMENT, VOL_RETURNED_FOR_SUPPLEMENT, BINDS, ANY, ANY, NEED_CHECK_FAILED, 0 },
    { VOL_AT_BINDING,  EV_VERIFY,     VOL_VERIFIED,    ROLE_CHECKER,   ANY, ANY, NEED_CHECK_PASSED | NEED_SECOND_PERSON, 0 },
    { VOL_VERIFIED,    EV_BIND,       VOL_BOUND,       ROLE_BINDER,    ANY, ANY, NEED_CHECK_PASSED | NEED_HOLDER, 0 },
    { VOL_BOUND,       EV_ARCHIVE,    VOL_ARCHIVED,    ROLE_ARCHIVIST, ANY, ANY, 0, 0 },
    { VOL_ARCHIVED,    EV_PURGE,      VOL_CONDEMNED,   ROLE_SUPERVISOR, ANY, ANY, NEED_TERM_OVER | NEED_NO_HOLD | NEED_PROPOSAL, 0 },
    { VOL_CONDEMNED,   EV_DESTROY,    VOL_DESTROYED,   KEEPS,          ANY, ANY, NEED_HOLDER | NEED_NO_SLOT | NEED_NO_HOLD | NEED_WITNESS, FX_NO_HOLDER },

    { VOL_LENT,        EV_RECALL,     VOL_RECALLED,    WATCHES,      ANY, ANY, 0, 0 },
    { VOL_SCANNED,     EV_SEND_ON_APPEAL, VOL_SENT_ON_APPEAL, ROLE_KEEPER, ANY, ANY, NEED_HOLDER | NEED_SCANS | NEED_QC_PASSED, FX_KEEP_BEFORE },
    { VOL_BOUND,       EV_SEND_ON_APPEAL, VOL_SENT_ON_APPEAL, KEEPS, ANY, ANY, NEED_HOLDER | NEED_NO_SLOT, FX_KEEP_BEFORE },
    { VOL_SENT_ON_APPEAL, EV_COME_BACK, VOL_BACK,      KEEPS,        ANY, ANY, 0, FX_HOLDER_IS_ACTOR },
    { VOL_SCANNED,     EV_RETURN_TO_PARTY, VOL_RETURNED_TO_PARTY, ROLE_KEEPER, ANY, ANY, LEAVES, FX_NO_HOLDER },

    { VOL_RECEIVED,    EV_LOSE,       VOL_MISSING,     WATCHES,      ANY, ANY, 0, FX_KEEP_BEFORE },
    { VOL_AT_SCANNING, EV_LOSE,       VOL_MISSING,     WATCHES,      ANY, ANY, 0, FX_KEEP_BEFORE },
    { VOL_SCANNED,     EV_LOSE,       VOL_MISSING,     WATCHES,      ANY, ANY, 0, FX_KEEP_BEFORE },
    { VOL_SHELVED,     EV_LOSE,       VOL_MISSING,     WATCHES,      ANY, ANY, 0, FX_KEEP_BEFORE | FX_CLEAR_SLOT },
    { VOL_LENT,        EV_LOSE,       VOL_MISSING,     WATCHES,      ANY, ANY, 0, FX_KEEP_BEFORE },
    { VOL_RECALLED,    EV_LOSE,       VOL_MISSING,     WATCHES,      ANY, ANY, 0, FX_KEEP_BEFORE },
    { VOL_AT_BINDING,  EV_LOSE,       VOL_MISSING,     WATCHES,      ANY, ANY, 0, FX_KEEP_BEFORE },
    { VOL_RETURNED_FOR_SUPPLEMENT, EV_LOSE, VOL_MISSING, WATCHES,    ANY, ANY, 0, FX_KEEP_BEFORE },
    { VOL_VERIFIED,    EV_LOSE,       VOL_MISSING,     WATCHES,      ANY, ANY, 0, FX_KEEP_BEFORE },
    { VOL_BOUND,       EV_LOSE,       VOL_MISSING,     WATCHES,      ANY, ANY, 0, FX_KEEP_BEFORE | FX_CLEAR_SLOT },
    { VOL_ARCHIVED,    EV_LOSE,       VOL_MISSING,     WATCHES,      ANY, ANY, 0, FX_KEEP_BEFORE | FX_CLEAR_SLOT },
    { VOL_CONDEMNED,   EV_LOSE,       VOL_MISSING,     WATCHES,      ANY, ANY, 0, FX_KEEP_BEFORE | FX_CLEAR_SLOT },
    { VOL_SENT_ON_APPEAL, EV_LOSE,    VOL_MISSING,     WATCHES,      ANY, ANY, 0, 0 },
    { VOL_IN_TRANSIT,  EV_LOSE,       VOL_MISSING,     WATCHES,      ANY, ANY, 0, FX_CLEAR_TO },
    { VOL_RECEIVED,    EV_RELINK,     VOL_RELINKED,    REGISTERS,    ANY, ANY, NEED_NO_NOTICE, FX_NO_HOLDER | FX_CLEAR_SLOT },
    { VOL_AT_SCANNING, EV_RELINK,     VOL_RELINKED,    REGISTERS,    ANY, ANY, NEED_NO_NOTICE, FX_NO_HOLDER | FX_CLEAR_SLOT },
    { VOL_SCANNED,     EV_RELINK,     VOL_RELINKED,    REGISTERS,    ANY, ANY, NEED_NO_NOTICE, FX_NO_HOLDER | FX_CLEAR_SLOT },
    { VOL_SHELVED,     EV_RELINK,     VOL_RELINKED,    REGISTERS,    ANY, ANY, NEED_NO_NOTICE | NEED_THAWED, FX_NO_HOLDER | FX_CLEAR_SLOT },
    { VOL_MISSING,     EV_FIND,       VOL_BACK,        KEEPS,        ANY, DONE, 0, FX_HOLDER_IS_ACTOR },
    { VOL_MISSING,     EV_FIND,       VOL_RECEIVED,    ROLE_KEEPER,  ANY, ANY, NEED_NO_SCANS, FX_HOLDER_IS_ACTOR },
    { VOL_MISSING,     EV_FIND,       VOL_SCANNED,     ROLE_KEEPER,  ANY, ANY, NEED_SCANS, FX_HOLDER_IS_ACTOR },
};

/* In the order in which a person should hear of them. */
static const struct {
    unsigned need;
    const char *sentence;
} sentences[] = {
    { NEED_HOLDER,         "只有现在保管这册案卷的人才能这样做" },
    { NEED_RECEIVER,       "只有被指定的接收人才能签收或拒收" },
    { NEED_OTHER_RECEIVER, "不能交给自己，请选另一位接收人" },
    { NEED_OPERATOR_HOLDS, "扫描要由现在保管这册案卷的扫描员完成，请先签收案卷" },
    { NEED_KEEPER_HOLDS,   "案卷还由别人保管，请先由他交出、库管员签收，再上架" },
    { NEED_MAIN_VOLUME,    "副卷不退还当事人" },
    { NEED_NO_ORIGINALS,   "卷里有必存原件、光盘或证物，不能整卷退还；可退还的材料请在“收件”里按清单退还" },
    { NEED_ALL_FED,        "上次扫描以后又收进了材料，请先扫描，再退还" },
    { NEED_NOTICE,         "还没有归档提示，不能交装订、不能做装订检查" },
    { NEED_NO_NOTICE,      "归档提示之后不再借出" },
    { NEED_LOAN,           "接收人没有轮到他的、已批准的借阅申请，请先申请借阅" },
    { NEED_SUPPLEMENT,     "退回补正的案卷只能做补充扫描" },
    { NEED_NOT_TWICE,      "这册案卷的首次扫描已经入库，再扫会重复；补页请选补正扫描，重扫请先由质检退回" },
    { NEED_THAWED,         "这里正在盘点，暂不上架和取出；有差异的格口除外" },
    { NEED_FREE_SLOT,      "这个格口不空、已停用或没有登记，请换一个空格口" },
    { NEED_NO_SLOT,        "案卷还在架上，请先取出" },
    { NEED_SLOT,           "案卷不在架上" },
    { NEED_SCANS,          "这册案卷还没有扫描" },
    { NEED_NO_SCANS,       "这册案卷已经扫描过" },
    { NEED_QC_OPEN,        "没有待质检的扫描" },
    { NEED_NOT_SCANNER,    "质检要由扫描员以外的人做" },
    { NEED_QC_PASSED,      "扫描还没有全部质检通过" },
    { NEED_CHECK_FAILED,   "最近一次装订检查没有缺漏，不用退回补正" },
    { NEED_CHECK_PASSED,   "要先通过装订检查" },
    { NEED_SECOND_PERSON,  "核对要由检查人和保管人以外的人做" },
    { NEED_TERM_OVER,      "保管期限还没有满（永久保管的不销毁），不能销毁" },
    { NEED_NO_HOLD,        "这册案卷有保全，解除以后才能办" },
    { NEED_PROPOSAL,       "销毁要由档案员先提出，再由另一个人批准；不能批准自己提出的" },
    { NEED_WITNESS,        "销毁要有另一个人监销，请监销人出示工牌并输入 PIN" },
};
/* clang-format on */

static const struct word {
    const char *name, *word;
} states[VOL_STATES] = {
    [VOL_EXPECTED] = { "expected", "待收" },
    [VOL_RECEIVED] = { "received", "已收" },
    [VOL_AT_SCANNING] = { "at-scanning", "扫描中" },
    [VOL_SCANNED] = { "scanned", "已扫描" },
    [VOL_SHELVED] = { "shelved", "在架" },
    [VOL_IN_TRANSIT] = { "in-transit", "交接中" },
    [VOL_LENT] = { "lent", "借出" },
    [VOL_RECALLED] = { "recalled", "催还" },
    [VOL_AT_BINDING] = { "at-binding", "装订中" },
    [VOL_RETURNED_FOR_SUPPLEMENT] = { "returned-for-supplement", "退回补正" },
    [VOL_VERIFIED] = { "verified", "核对通过" },
    [VOL_BOUND] = { "bound", "已装订" },
    [VOL_ARCHIVED] = { "archived", "已归档" },
    [VOL_SENT_ON_APPEAL] = { "sent-on-appeal", "上诉移送" },
    [VOL_RETURNED_TO_PARTY] = { "returned-to-party", "退还当事人" },
    [VOL_MISSING] = { "missing", "下落不明" },
    [VOL_RELINKED] = { "relinked", "已改号" },
    [VOL_CONDEMNED] = { "condemned", "待销毁" },
    [VOL_DESTROYED] = { "destroyed", "已销毁" },
};

static const struct word events[CUSTODY_EVENTS] = {
    [EV_RECEIVE] = { "receive", "接收" },
    [EV_OFFER] = { "offer", "交出" },
    [EV_ACCEPT] = { "accept", "签收" },
    [EV_DECLINE] = { "decline", "拒收" },
    [EV_CANCEL] = { "cancel", "撤回交接" },
    [EV_SHELVE] = { "shelve", "上架" },
    [EV_TAKE] = { "take", "取出" },
    [EV_SCAN_DONE] = { "scan-done", "扫描完成" },
    [EV_QC_PASS] = { "qc-pass", "质检通过" },
    [EV_QC_REJECT] = { "qc-reject", "质检退回" },
    [EV_CHECK] = { "check", "装订检查" },
    [EV_SUPPLEMENT] = { "supplement", "退回补正" },
    [EV_VERIFY] = { "verify", "核对" },
    [EV_BIND] = { "bind", "装订" },
    [EV_ARCHIVE] = { "archive", "归档" },
    [EV_RECALL] = { "recall", "催还" },
    [EV_LOSE] = { "lose", "报失" },
    [EV_FIND] = { "find", "找到" },
    [EV_SEND_ON_APPEAL] = { "send-on-appeal", "上诉移送" },
    [EV_COME_BACK] = { "come-back", "退卷收回" },
    [EV_RETURN_TO_PARTY] = { "return-to-party", "退还当事人" },
    [EV_RELINK] = { "relink", "改号" },
    [EV_PURGE] = { "purge", "批准销毁" },
    [EV_DESTROY] = { "destroy", "销毁" },
};

const struct custody_rule *custody_rule(size_t index)
{
    return index < COUNT(rules) ? &rules[index] : NULL;
}

static unsigned needs_met(const struct custody_facts *f, const struct custody_act *a)
{
    unsigned met = 0;
    met |= a->is_holder ? NEED_HOLDER : 0;
    met |= a->is_receiver ? NEED_RECEIVER : 0;
    met |= a->to_self ? 0 : NEED_OTHER_RECEIVER;
    met |= a->operator_holds ? NEED_OPERATOR_HOLDS : 0;
    met |= a->keeper_holds ? NEED_KEEPER_HOLDS : 0;
    met |= f->kind == 1 ? NEED_MAIN_VOLUME : 0;
    met |= f->notice ? NEED_NOTICE : NEED_NO_NOTICE;
    met |= a->loan_ready ? NEED_LOAN : 0;
    met |= a->supplement ? NEED_SUPPLEMENT : 0;
    met |= a->supplement || !f->has_scans ? NEED_NOT_TWICE : 0;
    met |= a->slot_free ? NEED_FREE_SLOT : 0;
    met |= a->slot_frozen ? 0 : NEED_THAWED;
    met |= f->has_slot ? NEED_SLOT : NEED_NO_SLOT;
    met |= f->has_scans ? NEED_SCANS : NEED_NO_SCANS;
    met |= f->has_scans && !f->qc_passed ? NEED_QC_OPEN : 0;
    met |= f->qc_passed ? NEED_QC_PASSED : 0;
    met |= a->scanned_it ? 0 : NEED_NOT_SCANNER;
    met |= f->check == CHECK_FAILED ? NEED_CHECK_FAILED : 0;
    met |= f->check == CHECK_PASSED ? NEED_CHECK_PASSED : 0;
    met |= a->is_holder || a->checked_it ? 0 : NEED_SECOND_PERSON;
    met |= f->originals ? 0 : NEED_NO_ORIGINALS;
    met |= f->unfed ? 0 : NEED_ALL_FED;
    met |= a->term_over ? NEED_TERM_OVER : 0;
    met |= a->held ? 0 : NEED_NO_HOLD;
    met |= a->proposed ? NEED_PROPOSAL : 0;
    met |= a->witnessed ? NEED_WITNESS : 0;
    return met;
}

/* The volume is in a state in which nobody may do this: name those in which one may. */
static enum rc not_here(const struct custody_facts *facts, const struct custody_act *act,
                        struct fault *why)
{
    char where[200] = "";
    size_t len = 0;
    bool seen[VOL_STATES] = { false };
    for (size_t i = 0; i < COUNT(rules); i++) {
        if (rules[i].event != act->event || seen[rules[i].from] ||
            len >= sizeof where - 40)
            continue;
        seen[rules[i].from] = true;
        len += (size_t)snprintf(where + len, sizeof where - len, "%s“%s”",
                                len ? "、" : "", states[rules[i].from].word);
    }
    return fault_set(why, RC_REFUSED, 0, "案卷现在是“%s”，不能%s；%s的案卷才可以",
                     states[facts->state].word, events[act->event].word, where);
}

/* What stood in the way of the rows that were tried. */
struct obstacle {
    unsigned who, receivers, missing;
    bool before;
};

static enum rc refuse(const struct custody_facts *facts, const struct custody_act *act,
                      const struct obstacle *found, struct fault *why)
{
    char people[ROLES_TEXT_MAX];
    for (size_t i = 0; i < COUNT(sentences); i++)
        if (found->missing & sentences[i].need)
            return fault_set(why, RC_REFUSED, 0, "%s", sentences[i].sentence);
    if (found->receivers) {
        roles_sentence(found->receivers, people);
        return fault_set(why, RC_REFUSED, 0, "“%s”的案卷只能交给%s",
                         states[facts->state].word, people);
    }
    if (found->before)
        return fault_set(why, RC_REFUSED, 0, "交出时是“%s”的案卷不能这样签收",
                         states[facts->before].word);
    if (!found->who)
        return not_here(facts, act, why);
    roles_sentence(found->who & ~(unsigned)ROLE_RACK, people);
    return fault_set(why, RC_DENIED, 0, "“%s”要由%s来做，您没有这个角色",
                     events[act->event].word, people);
}

enum rc custody_next(const struct custody_facts *facts, const struct custody_act *act,
                     enum volume_state *ret_next, unsigned *ret_effects,
                     struct fault *why)
{
    unsigned met = needs_met(facts, act);
    struct obstacle found = { 0 };
    for (size_t i = 0; i < COUNT(rules); i++) {
        const struct custody_rule *r = &rules[i];
        if (r->from != facts->state || r->event != act->event)
            continue;
        found.who |= r->who;
        if (!(r->who & act->roles))
            continue;
        if (r->to_roles && !(r->to_roles & act->to_roles)) {
            found.receivers |= r->to_roles;
        } else if (r->before && !(r->before & AT(facts->before))) {
            found.before = true;
        } else if (r->needs & ~met) {
            found.missing = found.missing ? found.missing : r->needs & ~met;
        } else {
            *ret_next = r->to == VOL_SAME   ? facts->state
                        : r->to == VOL_BACK ? facts->before
                                            : r->to;
            *ret_effects = r->effects;
            return RC_OK;
        }
    }
    return refuse(facts, act, &found, why);
}

const char *custody_state_name(enum volume_state state)
{
    return state < VOL_STATES ? states[state].name : "";
}

const char *custody_state_word(enum volume_state state)
{
    return state < VOL_STATES ? states[state].word : "";
}

enum volume_state custody_state(const char *name)
{
    unsigned i = 0;
    while (i < VOL_STATES && strcmp(states[i].name, name) != 0)
        i++;
    return i;
}

const char *custody_event_name(enum custody_event event)
{
    return event < CUSTODY_EVENTS ? events[event].name : "";
}

const char *custody_event_word(enum custody_event event)
{
    return event < CUSTODY_EVENTS ? events[event].word : "";
}

enum custody_event custody_event(const char *name)
{
    unsigned i = 0;
    while (i < CUSTODY_EVENTS && strcmp(events[i].name, name) != 0)
        i++;
    return i;
}
