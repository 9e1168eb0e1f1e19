/* Opening a repository whose views another program wrote. */
#include "repo-daemon/apply.h"

#include "sys/log.h"

enum rc repo_open_upgraded(const char *folder, struct repo **ret_repo,
                           uint64_t *ret_events, struct fault *why)
{
    struct repo *repo = NULL;
    *ret_events = 0;
    enum rc rc = repo_open(folder, ret_repo, why);
    if (rc != RC_REFUSED)
        return rc;
    rc = repo_open_to_rebuild(folder, &repo, why);
    if (rc)
        return rc;
    log_info("各种清单是旧版本的，正在按账本重新生成；完成后自动开始服务");
    rc = apply_all(repo, ret_events, why);
    if (rc)
        repo_close(repo);
    else
        *ret_repo = repo;
    return rc;
}
