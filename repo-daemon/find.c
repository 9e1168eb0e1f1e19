#include "repo-daemon/find.h"

#include "record/case_no.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static void backwards(const char *digits, size_t len, char ret_range[FIND_KEY_MAX])
{
    char text[8] = "";
    for (size_t i = 0; i < len && i < 6; i++)
        text[i] = digits[len - 1 - i];
    snprintf(ret_range, FIND_KEY_MAX, "cn/%s", text);
}

/* "民初10027号": the digits find it, the whole must stand in the number. */
static bool read_number_part(const char *typed, struct find *find)
{
    size_t len = strlen(typed), tail = strlen("号"), count = 0;
    if (len > tail && !strcmp(typed + len - tail, "号"))
        len -= tail;
    while (count < len && isdigit((unsigned char)typed[len - 1 - count]))
        count++;
    if (!count || count == len)
        return false;
    backwards(typed + len - count, count, find->ranges[0]);
    snprintf(find->number_has, sizeof find->number_has, "%.*s", (int)len, typed);
    return true;
}

static void read_letters(const char *typed, struct find *find)
{
    size_t len = strlen(typed);
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)typed[i]))
            return;
    if (!len || len > 32)
        return;
    char *range = find->ranges[*find->ranges[0] ? 1 : 0];
    size_t put = (size_t)snprintf(range, FIND_KEY_MAX, "cp/");
    for (size_t i = 0; i <= len; i++)
        range[put + i] = (char)toupper((unsigned char)typed[i]);
}

void find_read(const char *typed, struct find *ret_find)
{
    struct case_no number;
    char text[FIND_KEY_MAX];
    struct find *find = ret_find;
    size_t len = strlen(typed);
    memset(find, 0, sizeof *find);
    if (!len || len >= FIND_TYPED_MAX)
        return;
    snprintf(find->typed, sizeof find->typed, "%s", typed);
    if (!case_no_read((struct bytes){ (const uint8_t *)typed, len }, &number, NULL) &&
        !case_no_id(&number, find->case_id))
        return;
    *find->case_id = 0;
    if (strspn(typed, "0123456789") == len) {
        if (len <= 6)
            backwards(typed, len, find->ranges[0]);
        else if (len < sizeof find->case_id)
            snprintf(find->case_id, sizeof find->case_id, "%s", typed);
        return;
    }
    if (read_number_part(typed, find))
        return;
    view_find_text(typed, text);
    if (*text)
        snprintf(find->ranges[0], FIND_KEY_MAX, "cw/%.100s", text);
    read_letters(typed, find);
}

/* Tails are cut: what is longer is looked for in the whole text. */
static bool words_fit(const struct find *find, const json_t *the_case)
{
    static const char *const fields[] = { "plaintiff", "defendant", "cause" };
    char cut[FIND_KEY_MAX];
    view_find_text(find->typed, cut);
    if (strlen(cut) >= strlen(find->typed))
        return true;
    for (size_t i = 0; i < COUNT(fields); i++)
        if (strcasestr(json_text(the_case, fields[i]), find->typed))
            return true;
    return false;
}

bool find_fits(struct repo *repo, struct store_txn *txn, const struct find *find,
               const char *key, json_t **ret_case)
{
    SCOPED(json_free_at) json_t *the_case = NULL;
    const char *id = view_find_name(key);
    bool second =
        *find->ranges[1] && !strncmp(key, find->ranges[1], strlen(find->ranges[1]));
    const char *range = find->ranges[second];
    if (view_get(repo, txn, VIEW_CASES, id, &the_case))
        return false;
    if (*find->number_has && !strstr(json_text(the_case, "case_no"), find->number_has))
        return false;
    if (!strncmp(key, "cw/", 3) && !words_fit(find, the_case))
        return false;
    if (view_find_case(id, the_case, range, key) ||
        (second && view_find_case(id, the_case, find->ranges[0], NULL)))
        return false;
    *ret_case = TAKE(the_case);
    return true;
}
