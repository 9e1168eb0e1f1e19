/* The rules files of repo-daemon/data as part of the program: the assembler reads them in
 * as they are. Paths are relative to the project's root, where make runs. */
#include "repo-daemon/rules_set.h"

#define EMBED(symbol, path) \
    __asm__(".section .rodata\n" #symbol "_start:\n.incbin \"" path "\"\n" #symbol \
            "_end:\n.byte 0\n.previous\n"); \
    extern const char symbol##_start[], symbol##_end[];

EMBED(rules_civil_first_main, "repo-daemon/data/rules-civil-first-1.json")
EMBED(rules_civil_first_inner, "repo-daemon/data/rules-civil-first-2.json")

const struct rules_file rules_files[] = {
    { rules_civil_first_main_start, rules_civil_first_main_end },
    { rules_civil_first_inner_start, rules_civil_first_inner_end },
};
const size_t rules_file_count = COUNT(rules_files);
