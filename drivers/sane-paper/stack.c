/* The two tables of a stack's folder, read by the same few steps: cut a line, cut its
 * columns, check each. A stack's print is FNV-1a over what was read, enough to see that
 * another stack was put in. */
#include "stack.h"

#include "sys/file.h"
#include "sys/scope.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

enum { COLUMNS_MAX = 5 };

#define PRINT_START UINT64_C(0xcbf29ce484222325)
#define PRINT_PRIME UINT64_C(0x100000001b3)

const char *const trouble_words[TROUBLE_COUNT + 1] = {
    "none",        "jam",      "double-feed", "cover-open", "no-docs",
    "device-gone", "io-error", "slow-feed",   NULL,
};

static uint64_t print_add(uint64_t print, const void *at, size_t len)
{
    const uint8_t *byte = at;
    for (size_t i = 0; i < len; i++)
        print = (print ^ byte[i]) * PRINT_PRIME;
    return print;
}

/* Take the next line off the text, without its end. False at the end. */
static bool next_line(struct bytes *text, struct bytes *ret_line)
{
    if (!text->len)
        return false;
    const uint8_t *end = memchr(text->at, '\n', text->len);
    size_t len = end ? (size_t)(end - text->at) : text->len;
    size_t used = end ? len + 1 : len;
    *ret_line =
        (struct bytes){ text->at, len && text->at[len - 1] == '\r' ? len - 1 : len };
    *text = (struct bytes){ text->at + used, text->len - used };
    return true;
}

/* Cut a line at its tabs; what is not there is empty. False when there are too many. */
static bool cut_columns(struct bytes line, struct bytes ret_columns[COLUMNS_MAX])
{
    memset(ret_columns, 0, COLUMNS_MAX * sizeof *ret_columns);
    for (size_t i = 0; i < COLUMNS_MAX; i++) {
        const uint8_t *tab = line.len ? memchr(line.at, '\t', line.len) : NULL;
        size_t len = tab ? (size_t)(tab - line.at) : line.len;
        ret_columns[i] = (struct bytes){ line.at, len };
        if (!tab)
            return true;
        line = (struct bytes){ tab + 1, line.len - len - 1 };
    }
    return false;
}

static bool is_text(struct bytes column, const char *text)
{
    return column.len == strlen(text) && !memcmp(column.at, text, column.len);
}

/* A number up to `most`; an empty column is `preset`. */
static bool read_number(struct bytes column, unsigned preset, unsigned most,
                        unsigned *ret)
{
    unsigned number = column.len ? 0 : preset;
    for (size_t i = 0; i < column.len; i++) {
        if (column.at[i] < '0' || column.at[i] > '9')
            return false;
        number = number * 10 + (unsigned)(column.at[i] - '0');
        if (number > most)
            return false;
    }
    *ret = number;
    return true;
}

static bool read_name(struct bytes column, char ret_name[STACK_NAME_MAX])
{
    if (is_text(column, "-")) {
        ret_name[0] = '\0';
        return true;
    }
    if (!column.len || column.len >= STACK_NAME_MAX || column.at[0] == '.' ||
        memchr(column.at, '/', column.len) || memchr(column.at, '\0', column.len))
        return false;
    memcpy(ret_name, column.at, column.len);
    ret_name[column.len] = '\0';
    return true;
}

void stack_free(struct stack *stack)
{
    free(stack->sheets);
    *stack = (struct stack){ 0 };
}

static enum rc stack_add(struct stack *stack, const struct sheet *sheet,
                         struct fault *why)
{
    if (stack->count == STACK_SHEETS_MAX)
        return fault_set(why, RC_INVALID, 0, "more than %d sheets", STACK_SHEETS_MAX);
    if (!(stack->count & (stack->count - 1))) { /* room is a power of two, from 16 on */
        size_t room = stack->count < 16 ? 16 : 2 * stack->count;
        struct sheet *grown = realloc(stack->sheets, room * sizeof *grown);
        if (!grown)
            return fault_set(why, RC_NO_MEMORY, 0, "no memory for %zu sheets", room);
        stack->sheets = grown;
    }
    stack->sheets[stack->count++] = *sheet;
    stack->print = print_add(stack->print, sheet, sizeof *sheet);
    return RC_OK;
}

enum rc stack_parse(struct bytes text, struct stack *ret_stack, struct fault *why)
{
    SCOPED(stack_free) struct stack stack = { .print = PRINT_START };
    struct bytes line, columns[COLUMNS_MAX];
    for (unsigned number = 1; next_line(&text, &line); number++) {
        if (!cut_columns(line, columns))
            return fault_set(why, RC_INVALID, 0, "sheets.tsv line %u: too many columns",
                             number);
        if (number == 1) {
            if (!is_text(columns[0], "sheet") || !is_text(columns[1], "front") ||
                !is_text(columns[2], "back"))
                return fault_set(why, RC_INVALID, 0,
                                 "sheets.tsv line 1: the header is: sheet front back");
            continue;
        }
        if (!line.len)
            continue;
        struct sheet sheet = { 0 };
        unsigned which;
        if (!read_number(columns[0], 0, STACK_SHEETS_MAX, &which) ||
            which != stack.count + 1)
            return fault_set(why, RC_INVALID, 0,
                             "sheets.tsv line %u: sheet %zu comes here", number,
                             stack.count + 1);
        if (!read_name(columns[1], sheet.side[SIDE_FRONT]) ||
            !read_name(columns[2], sheet.side[SIDE_BACK]))
            return fault_set(why, RC_INVALID, 0,
                             "sheets.tsv line %u: a side is a plain file name or '-'",
                             number);
        enum rc rc = stack_add(&stack, &sheet, why);
        if (rc)
            return rc;
    }
    *ret_stack = stack;
    stack.sheets = NULL;
    return RC_OK;
}

static int is_picture(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return entry->d_name[0] != '.' && strlen(entry->d_name) < STACK_NAME_MAX && dot &&
           (!strcasecmp(dot, ".jpg") || !strcasecmp(dot, ".jpeg"));
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* No table: every picture is a front. */
static enum rc stack_of_pictures(int dir, struct stack *ret_stack, struct fault *why)
{
    SCOPED(stack_free) struct stack stack = { .print = PRINT_START };
    struct dirent **names = NULL;
    int count = scandirat(dir, ".", &names, is_picture, by_name);
    enum rc rc = count < 0
                     ? fault_set(why, RC_IO, 0, "the feeder's folder cannot be listed")
                     : RC_OK;
    for (int i = 0; i < count; i++) {
        struct sheet sheet = { 0 };
        memcpy(sheet.side[SIDE_FRONT], names[i]->d_name, strlen(names[i]->d_name));
        if (!rc)
            rc = stack_add(&stack, &sheet, why);
        free(names[i]);
    }
    free(names);
    if (rc)
        return rc;
    *ret_stack = stack;
    stack.sheets = NULL;
    return RC_OK;
}

enum rc stack_read(int dir, struct stack *ret_stack, struct fault *why)
{
    SCOPED(free_at) char *text = NULL;
    size_t len;
    enum rc rc = file_read(dir, "sheets.tsv", STACK_FILE_MAX, &text, &len, why);
    if (rc == RC_NOT_FOUND)
        return stack_of_pictures(dir, ret_stack, why);
    if (!rc)
        rc = stack_parse((struct bytes){ (uint8_t *)text, len }, ret_stack, why);
    struct stat st;
    if (!rc && !fstatat(dir, "sheets.tsv", &st, 0))
        ret_stack->print = print_add(ret_stack->print, &st.st_mtim, sizeof st.st_mtim);
    return rc;
}

static bool read_trouble(const struct bytes columns[COLUMNS_MAX],
                         struct trouble *ret_trouble)
{
    struct trouble trouble = { .kind = TROUBLE_COUNT };
    for (int i = 0; i < TROUBLE_COUNT; i++)
        if (is_text(columns[0], trouble_words[i]))
            trouble.kind = (enum trouble_kind)i;
    if (is_text(columns[2], "back"))
        trouble.side = SIDE_BACK;
    else if (columns[2].len && !is_text(columns[2], "front"))
        return false;
    if (trouble.kind == TROUBLE_COUNT ||
        !read_number(columns[1], 1, STACK_SHEETS_MAX, &trouble.sheet) ||
        !read_number(columns[3], 0, 100, &trouble.percent) ||
        !read_number(columns[4], TROUBLE_SLOW_MS, 60 * 1000, &trouble.ms))
        return false;
    *ret_trouble = trouble;
    return true;
}

enum rc trouble_parse(struct bytes text, struct trouble ret_troubles[TROUBLES_MAX],
                      size_t *ret_count, struct fault *why)
{
    size_t count = 0;
    struct bytes line, columns[COLUMNS_MAX];
    for (unsigned number = 1; next_line(&text, &line); number++) {
        bool cut = cut_columns(line, columns);
        if (!line.len || line.at[0] == '#' || is_text(columns[0], "fault"))
            continue;
        if (!cut || count == TROUBLES_MAX || !read_trouble(columns, &ret_troubles[count]))
            return fault_set(why, RC_INVALID, 0,
                             "faults.tsv line %u: fault, sheet, side, percent, ms",
                             number);
        count++;
    }
    *ret_count = count;
    return RC_OK;
}

enum rc trouble_read(int dir, struct trouble ret_troubles[TROUBLES_MAX],
                     size_t *ret_count, struct fault *why)
{
    SCOPED(free_at) char *text = NULL;
    size_t len;
    *ret_count = 0;
    enum rc rc = file_read(dir, "faults.tsv", STACK_FILE_MAX, &text, &len, why);
    if (rc == RC_NOT_FOUND)
        return RC_OK;
    if (rc)
        return rc;
    return trouble_parse((struct bytes){ (uint8_t *)text, len }, ret_troubles, ret_count,
                         why);
}
