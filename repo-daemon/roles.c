/* Roles as one table. */
#include "repo-daemon/roles.h"

#include "core/bytes.h"

#include <stdio.h>
#include <string.h>

static const struct role_word words[] = {
    { ROLE_OPERATOR, "operator", "扫描员" },
    { ROLE_CATALOGUER, "cataloguer", "编目员" },
    { ROLE_QC, "qc", "质检员" },
    { ROLE_KEEPER, "keeper", "库管员" },
    { ROLE_BORROWER, "borrower", "借阅人" },
    { ROLE_APPROVER, "approver", "审批人" },
    { ROLE_PRESIDENT, "president", "分管院长" },
    { ROLE_BINDER, "binder", "装订员" },
    { ROLE_CHECKER, "checker", "核对员" },
    { ROLE_ARCHIVIST, "archivist", "档案员" },
    { ROLE_SUPERVISOR, "supervisor", "主管" },
    { ROLE_AUDITOR, "auditor", "审计员" },
    { ROLE_ADMIN, "admin", "系统管理员" },
    { ROLE_STATION, "station", "扫描工作站" },
    { ROLE_RACK, "rack", "架位感应" },
};

const struct role_word *roles_word(size_t index)
{
    return index < COUNT(words) ? &words[index] : NULL;
}

unsigned roles_bit(const char *name)
{
    for (size_t i = 0; i < COUNT(words); i++)
        if (!strcmp(words[i].name, name))
            return words[i].bit;
    return 0;
}

bool roles_read(const json_t *names, unsigned *ret_bits)
{
    if (!json_is_array(names))
        return false;
    unsigned bits = 0;
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));
        unsigned bit = name ? roles_bit(name) : 0;
        if (!bit || bit == ROLE_RACK)
            return false;
        bits |= bit;
    }
    *ret_bits = bits;
    return true;
}

json_t *roles_write(unsigned bits)
{
    json_t *names = json_array();
    for (size_t i = 0; i < COUNT(words); i++)
        if (bits & words[i].bit)
            json_array_append_new(names, json_string(words[i].name));
    return names;
}

void roles_sentence(unsigned bits, char ret_text[ROLES_TEXT_MAX])
{
    size_t len = 0;
    ret_text[0] = 0;
    for (size_t i = 0; i < COUNT(words) && len < ROLES_TEXT_MAX; i++)
        if (bits & words[i].bit)
            len += (size_t)snprintf(ret_text + len, ROLES_TEXT_MAX - len, "%s%s",
                                    len ? "、" : "", words[i].word);
}
