/* Rules files: what is taken must be usable. */
#include "repo-daemon/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rules *rules = NULL;
    struct rules_report report;
    struct fault why;
    if (rules_load((struct bytes){ data, size }, &rules, &why))
        return 0;
    for (unsigned row = 0; row <= RULES_ROWS_MAX; row++) {
        char text[RULES_LINE_MAX];
        rules_row_materials(rules, row, 5, text);
    }
    static const char *const facts[] = { "保全" };
    struct rules_check check = { { "判决", facts, 1 }, NULL, 0, NULL, 0 };
    if (!rules_check(rules, &check, &report, &why))
        rules_report_free(&report);
    rules_free(rules);
    return 0;
}
