/* Whose file is it? */
#ifndef REPO_FIXITY_WHERE_H
#define REPO_FIXITY_WHERE_H

#include "repo-daemon/repo.h"

/* Where the file of this hash stands: [{"volume","batch","image","page","text"}], one for
 * each volume that names it (eight at most), by its number of now; "text" says it to
 * people: "(2026)粤0399民初10027号 正卷第1册 第12页 扫描原图". Batch, image and page are
 * 0 where they are not known, or where the file is a paper of its own. Never fails: what
 * cannot be read is left out. New reference. */
json_t *fixity_where(struct repo *repo, const char *hex);

#endif
