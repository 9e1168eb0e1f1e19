/* Case numbers in two steps: first the ways of writing are made one (squeeze), then one
 * strict grammar is read: ( year ) province digits type number 号. */
#include "record/case_no.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct word {
    const char *text;
    unsigned code;
};

/* GB/T 2260 first digits by the word that courts use; 最高法 has none there. */
static const struct word provinces[] = {
    { "最高法", 10 }, { "京", 11 }, { "津", 12 }, { "冀", 13 }, { "晋", 14 },
    { "内", 15 },     { "辽", 21 }, { "吉", 22 }, { "黑", 23 }, { "沪", 31 },
    { "苏", 32 },     { "浙", 33 }, { "皖", 34 }, { "闽", 35 }, { "赣", 36 },
    { "鲁", 37 },     { "豫", 41 }, { "鄂", 42 }, { "湘", 43 }, { "粤", 44 },
    { "桂", 45 },     { "琼", 46 }, { "渝", 50 }, { "川", 51 }, { "黔", 52 },
    { "云", 53 },     { "藏", 54 }, { "陕", 61 }, { "甘", 62 }, { "青", 63 },
    { "宁", 64 },     { "新", 65 }, { "兵", 66 },
};

static const struct word types[] = {
    { "民初", 301 },    { "民终", 302 },      { "民申", 303 }, { "民再", 304 },
    { "诉前调", 9901 }, { "民诉前调", 9902 }, { "执", 801 },   { "执保", 802 },
    { "执恢", 803 },    { "执异", 804 },      { "财保", 805 }, { "执复", 806 },
};

/* What is written differently and means the same; "" is left out. Full-width digits are
 * done by number. */
static const struct {
    const char *from, *to;
} same[] = {
    { "（", "(" },      { "）", ")" },          { "〔", "(" },          { "〕", ")" },
    { "【", "(" },      { "】", ")" },          { "［", "(" },          { "］", ")" },
    { "[", "(" },       { "]", ")" },           { "{", "(" },           { "}", ")" },
    { "〈", "(" },      { "〉", ")" },          { "　", "" },           { " ", "" },
    { "\t", "" },       { "\r", "" },           { "\n", "" },           { "第", "" },
    { "\xC2\xA0", "" }, { "\xE2\x80\x8B", "" }, { "\xEF\xBB\xBF", "" },
};

static size_t squeeze_one(const char *at, size_t left, const char **ret_to, char digit[2])
{
    for (size_t i = 0; i < COUNT(same); i++) {
        size_t len = strlen(same[i].from);
        if (len <= left && !memcmp(at, same[i].from, len)) {
            *ret_to = same[i].to;
            return len;
        }
    }
    bool wide = left >= 3 && !memcmp(at, "\xEF\xBC", 2) && (unsigned char)at[2] >= 0x90 &&
                (unsigned char)at[2] <= 0x99; /* U+FF10..U+FF19 */
    digit[0] = wide ? (char)('0' + ((unsigned char)at[2] - 0x90)) : *at;
    digit[1] = 0;
    *ret_to = digit;
    return wide ? 3 : 1;
}

static bool squeeze(struct bytes text, char ret_text[CASE_NO_INPUT_MAX])
{
    if (text.len >= CASE_NO_INPUT_MAX)
        return false;
    size_t len = 0;
    for (size_t i = 0; i < text.len;) {
        char digit[2];
        const char *to;
        if (!text.at[i])
            return false;
        i += squeeze_one((const char *)text.at + i, text.len - i, &to, digit);
        for (; *to; to++)
            ret_text[len++] = *to;
    }
    ret_text[len] = 0;
    return true;
}

static unsigned digits_read(const char **at, unsigned most, unsigned *ret_count)
{
    unsigned value = 0, count = 0;
    for (; **at >= '0' && **at <= '9' && count < most; (*at)++, count++)
        value = value * 10 + (unsigned)(**at - '0');
    *ret_count = count;
    return value;
}

/* The longest word of the table that `text` begins with. */
static const struct word *word_at(const struct word *table, size_t count,
                                  const char *text)
{
    const struct word *best = NULL;
    for (size_t i = 0; i < count; i++)
        if (!strncmp(text, table[i].text, strlen(table[i].text)) &&
            (!best || strlen(table[i].text) > strlen(best->text)))
            best = &table[i];
    return best;
}

static const struct word *word_of(const struct word *table, size_t count,
                                  const char *text, unsigned code)
{
    for (size_t i = 0; i < count; i++)
        if (text ? !strcmp(table[i].text, text) : table[i].code == code)
            return &table[i];
    return NULL;
}

/* Province and none, two or four digits; moves *at behind them. */
static const struct word *court_read(const char **at, unsigned *ret_digits)
{
    const struct word *province = word_at(provinces, COUNT(provinces), *at);
    if (!province)
        return NULL;
    unsigned count, more;
    *at += strlen(province->text);
    unsigned digits = digits_read(at, 4, &count);
    const char *behind = *at;
    digits_read(&behind, 1, &more);
    if (count == 1 || count == 3 || more)
        return NULL;
    *ret_digits = count == 2 ? digits * 100 : digits;
    return province;
}

static enum rc malformed(struct fault *why, const char *problem)
{
    return fault_set(why, RC_INVALID, 0,
                     "案号不对：%s。应写成 (2026)粤0399民初10027号 的样子", problem);
}

static void court_word(const struct word *province, unsigned digits,
                       char ret_court[CASE_NO_COURT_MAX])
{
    if (!digits)
        snprintf(ret_court, CASE_NO_COURT_MAX, "%s", province->text);
    else if (digits % 100 == 0)
        snprintf(ret_court, CASE_NO_COURT_MAX, "%s%02u", province->text,
                 digits / 100 % 100);
    else
        snprintf(ret_court, CASE_NO_COURT_MAX, "%s%04u", province->text, digits % 10000);
}

enum rc case_no_read(struct bytes text, struct case_no *ret_case, struct fault *why)
{
    char line[CASE_NO_INPUT_MAX];
    if (!squeeze(text, line))
        return malformed(why, "太长或有无法识别的字符");
    const char *at = line;
    struct case_no c = { 0 };
    unsigned count, digits = 0;
    if (*at++ != '(')
        return malformed(why, "应以带括号的年份开头");
    c.year = digits_read(&at, 4, &count);
    if (count != 4 || *at++ != ')' || c.year < 1949 || c.year > 2099)
        return malformed(why, "年份应是括号里的四位数字");
    const struct word *province = court_read(&at, &digits);
    if (!province)
        return malformed(why, "法院代字应是省份简称加数字");
    court_word(province, digits, c.court);
    const struct word *type = word_at(types, COUNT(types), at);
    if (!type)
        return malformed(why, "不认识这个案件类型");
    snprintf(c.type, sizeof c.type, "%s", type->text);
    at += strlen(type->text);
    while (at[0] == '0' && at[1] >= '0' && at[1] <= '9')
        at++;
    c.number = digits_read(&at, 7, &count);
    if (!count || count > 6 || !c.number)
        return malformed(why, "编号应是 1 到 999999 的数字");
    if (!strncmp(at, "号", strlen("号")))
        at += strlen("号");
    if (*at)
        return malformed(why, "“号”后面还有多余的文字");
    *ret_case = c;
    return RC_OK;
}

void case_no_text(const struct case_no *c, char ret_text[CASE_NO_TEXT_MAX])
{
    snprintf(ret_text, CASE_NO_TEXT_MAX, "(%u)%s%s%u号", c->year, c->court, c->type,
             c->number);
}

enum rc case_no_court_code(const char *court, char ret_code[7], struct fault *why)
{
    const char *at = court;
    unsigned digits = 0;
    const struct word *province = court_read(&at, &digits);
    if (!province || *at)
        return fault_set(why, RC_INVALID, 0,
                         "法院代字“%s”不对：应是省份简称加数字，例如 粤0399", court);
    snprintf(ret_code, 7, "%02u%04u", province->code % 100, digits % 10000);
    return RC_OK;
}

enum rc case_no_id(const struct case_no *c, char ret_id[CASE_NO_ID_MAX])
{
    char court[7];
    const struct word *type = word_of(types, COUNT(types), c->type, 0);
    if (!type || case_no_court_code(c->court, court, NULL) || c->year > 9999 ||
        !c->number || c->number > 999999)
        return RC_INVALID;
    snprintf(ret_id, CASE_NO_ID_MAX, "%s%04u%04u%06u", court, c->year % 10000,
             type->code % 10000, c->number % 1000000);
    return RC_OK;
}

enum rc case_no_of_id(const char *id, struct case_no *ret_case)
{
    static const unsigned widths[] = { 2, 4, 4, 4, 6 };
    unsigned part[COUNT(widths)], count;
    for (size_t i = 0; i < COUNT(widths); i++) {
        part[i] = digits_read(&id, widths[i], &count);
        if (count != widths[i])
            return RC_INVALID;
    }
    const struct word *province = word_of(provinces, COUNT(provinces), NULL, part[0]);
    const struct word *type = word_of(types, COUNT(types), NULL, part[3]);
    if (*id || !province || !type || part[2] < 1949 || part[2] > 2099 || !part[4])
        return RC_INVALID;
    struct case_no c = { .year = part[2], .number = part[4] };
    court_word(province, part[1], c.court);
    snprintf(c.type, sizeof c.type, "%s", type->text);
    *ret_case = c;
    return RC_OK;
}

const char *case_no_type_word(size_t index, unsigned *ret_code)
{
    if (index >= COUNT(types))
        return NULL;
    *ret_code = types[index].code;
    return types[index].text;
}

const char *case_no_province_word(size_t index, unsigned *ret_code)
{
    if (index >= COUNT(provinces))
        return NULL;
    *ret_code = provinces[index].code;
    return provinces[index].text;
}
