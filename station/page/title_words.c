/* What titles look like, as tables: look-alikes of the recogniser, names of papers that
 * catalogues leave out, words around a name. Each line of look-alikes is one set. */
#include "station/page/title.h"

#include "core/bytes.h"
#include "station/page/lines.h"

#include <string.h>

static const char *const look_alikes[] = {
    "裁栽截载戴", "诉拆折拚讼", "己已巳",   "末未朱", "日曰目", "人入八", "土士",
    "干千于",     "传伟侍",     "状壮扶",   "书节韦", "证征让", "笔毛竿", "录绿泉",
    "判刊到叛",   "决诀块快",   "定走",     "通逋遁", "知和如", "告吉古", "委秀季",
    "托扥扎",     "权杈极",     "授接援",   "回四同", "送迭逸", "达迏运", "申甲由中",
    "请情清倩",   "开升井",     "庭廷",     "答荅",   "辩辨辫", "反友",   "财则",
    "产严",       "保堡褓",     "全金企",   "复夏",   "执抉热", "行竹",   "调凋",
    "解觧",       "撤撒辙",     "登蹬",     "记纪",   "表衣麦", "收牧攻", "取职",
    "单草",       "案宰寀",     "件牛仵伴", "宣宜",   "移栘",   "函幽亟", "补朴",
    "费贵赀",     "交文",       "缴激",     "票栗",   "民氏",   "事亊",   "法沅去",
    "院阮皖",     "本木",       "正止",     "副剐",   "理埋",   "受爱",   "应庆",
    "公分么",     "庄压",       "勘堪",     "验险",   "询洵",   "间问同", "谈淡",
    "话活",       "质盾",       "借惜",     "款欺",   "合含",   "同向",   "代伐",
    "词祠",       "意竟",       "见贝",     "鉴监",   "评坪",   "估佑",   "履屦",
    "宜官",       "评讦",
};

static const struct {
    const char *paper, *row_has;
} papers[] = {
    { "起诉状", "起诉状" },
    { "起诉书", "起诉状" },
    { "口头起诉笔录", "起诉状" },
    { "反诉状", "反诉状" },
    { "答辩状", "答辩状" },
    { "上诉状", "上诉状" },
    { "上诉状", "上诉案件相关材料" },
    { "交费通知书", "诉讼费用" },
    { "缴费通知书", "诉讼费用" },
    { "预交诉讼费用通知书", "诉讼费用" },
    { "诉讼费用交纳通知书", "诉讼费用" },
    { "交纳诉讼费用通知书", "诉讼费用" },
    { "诉讼费专用票据", "诉讼费用" },
    { "立案登记表", "案件登记表" },
    { "授权委托书", "主体资格" },
    { "法定代表人身份证明书", "主体资格" },
    { "营业执照", "主体资格" },
    { "居民身份证", "主体资格" },
    { "律师事务所函", "主体资格" },
    { "财产保全申请书", "申请书及相关材料" },
    { "诉前财产保全申请书", "申请书及相关材料" },
    { "诉讼保全申请书", "申请书及相关材料" },
    { "证据保全申请书", "申请书及相关材料" },
    { "管辖权异议申请书", "申请书及相关材料" },
    { "调查取证申请书", "申请书及相关材料" },
    { "鉴定申请书", "申请书及相关材料" },
    { "延期审理申请书", "申请书及相关材料" },
    { "传票", "传票" },
    { "开庭笔录", "法庭笔录" },
    { "庭审笔录", "法庭笔录" },
    { "法庭审理笔录", "法庭笔录" },
    { "民事调解协议", "调解协议" },
    { "判决书", "法律文书正本" },
    { "裁定书", "法律文书正本" },
    { "调解书", "法律文书正本" },
    { "决定书", "法律文书正本" },
    { "宣判笔录", "宣判" },
    { "送达回证", "送达回证" },
    { "送达地址确认书", "送达地址确认书" },
    { "执行申请书", "申请执行书" },
    { "强制执行申请书", "申请执行书" },
    { "执行通知书", "执行通知书" },
    { "报告财产令", "报告财产令" },
    { "卷内备考表", "备考表" },
};

static const char *const qualifiers[] = {
    "中华人民共和国", "刑事附带民事", "民事", "刑事", "行政", "执行", "本院"
};

static const char *const tails[] = {
    "及法院处理材料", "及回函等材料", "等相关材料", "及相关材料", "的相关材料",
    "相关材料",       "申请材料",     "等材料",     "及附件",     "正卷本",
    "副卷本",         "原本",         "正本",       "等"
};

bool title_look_alike(uint32_t a, uint32_t b)
{
    for (size_t i = 0; i < COUNT(look_alikes); i++) {
        bool has_a = false, has_b = false;
        for (const char *at = look_alikes[i]; *at;) {
            uint32_t code = lines_next_code(&at);
            has_a = has_a || code == a;
            has_b = has_b || code == b;
        }
        if (has_a && has_b)
            return true;
    }
    return false;
}

const char *title_paper(size_t index, const char **ret_row_has)
{
    if (index >= COUNT(papers))
        return NULL;
    *ret_row_has = papers[index].row_has;
    return papers[index].paper;
}

const char *title_qualifier(size_t index)
{
    return index < COUNT(qualifiers) ? qualifiers[index] : NULL;
}

const char *title_tail(size_t index)
{
    return index < COUNT(tails) ? tails[index] : NULL;
}
