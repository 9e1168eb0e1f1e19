/* Parts of `juanku stocktake` with a file of their own. */
#ifndef CLI_CMD_STOCKTAKE_H
#define CLI_CMD_STOCKTAKE_H

#include <stdbool.h>

/* Count from labels that a reader types into stdin, slot after slot. */
int stocktake_walk(const char *number);

/* Make the record follow what was counted, as far as that is certain; say what is left.
 * `missing`: volumes that stand nowhere are reported lost. */
int stocktake_settle(const char *number, bool missing);

#endif
