/* Stored objects as the world sees them (docs/api.md). New references. */
#ifndef REPO_SHOW_H
#define REPO_SHOW_H

#include "repo-daemon/repo.h"

json_t *show_volume(struct repo *repo, struct store_txn *txn, const json_t *volume);
json_t *show_case(const json_t *the_case);
json_t *show_slot(const char *label, const json_t *slot);
json_t *show_the_order(const json_t *order);
json_t *show_scan(struct repo *repo, struct store_txn *txn, const json_t *scan);
json_t *show_time(int64_t at_ms);

enum { SHOW_NAME_MAX = 160, SHOW_PLACE_MAX = 60 };
/* What people call a volume: "(2026)粤0399民初10027号 正卷第1册". `volume` is the stored
 * object, or any other with "case", "kind" and "part". */
void show_name(struct repo *repo, struct store_txn *txn, const json_t *volume,
               char ret_name[SHOW_NAME_MAX]);
/* "1 号库 2 号架 3 格"; a text that is no slot's label as it is. */
void show_place(const char *slot, char ret_place[SHOW_PLACE_MAX]);
/* "正卷第1册" of the same. New reference. */
json_t *show_part(const json_t *volume);

/* Text or JSON null when it is empty. */
json_t *show_text(const char *text);
/* Volumes with label and version as they are now, for answers of commands. */
json_t *show_volumes(struct repo *repo, struct store_txn *txn, const json_t *labels);

#endif
