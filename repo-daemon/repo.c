/* Opening the parts of a repository together, in the order in which they depend:
 *
 *   DIR/repo.json   court and origin, written once
 *   DIR/store/      LMDB: ledger and views;  DIR/store/ledger.key
 *   DIR/blobs/      files by hash */
#include "repo-daemon/repo.h"

#include "record/case_no.h"
#include "repo-daemon/intake_policy.h"
#include "repo-daemon/loan.h"
#include "repo-daemon/retention_policy.h"
#include "sys/file.h"
#include "sys/json_scope.h"
#include "sys/json_text.h"
#include "sys/scope.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

enum {
    ABOUT_MAX = 4096,
    URI_MAX = 4200,
    JSON_BLOB_MAX = 16 * 1024 * 1024,
    DATA_MAX = 256 * 1024
};

static const char *const table_names[VIEWS] = {
    [VIEW_VOLUMES] = "view.volumes",
    [VIEW_CASES] = "view.cases",
    [VIEW_PEOPLE] = "view.people",
    [VIEW_LOGINS] = "view.logins",
    [VIEW_SLOTS] = "view.slots",
    [VIEW_ORDERS] = "view.orders",
    [VIEW_SCANS] = "view.scans",
    [VIEW_BLOBS] = "view.blobs",
    [VIEW_CONFLICTS] = "view.conflicts",
    [VIEW_PLACES] = "view.places",
    [VIEW_STOCKTAKES] = "view.stocktakes",
    [VIEW_COUNTS] = "view.counts",
    [VIEW_LOANS] = "view.loans",
    [VIEW_DUE] = "view.due",
    [VIEW_NOTICES] = "view.notices",
    [VIEW_BATCHES] = "view.batches",
    [TABLE_PINS] = "keep.pins",
    [TABLE_PASSWORDS] = "keep.passwords",
    [TABLE_TOTP] = "keep.totp",
    [TABLE_GUESSES] = "keep.guesses",
    [TABLE_SESSIONS] = "keep.sessions",
    [TABLE_ANSWERS] = "keep.answers",
    [TABLE_ABOUT] = "keep.about",
    [VIEW_WAITING] = "view.waiting",
    [VIEW_ALARMS] = "view.alarms",
    [VIEW_QC] = "view.qc",
    [VIEW_RETURNS] = "view.returns",
    [VIEW_FIND] = "view.find",
    [VIEW_SUMS] = "view.sums",
    [VIEW_INTAKES] = "view.intakes",
    [VIEW_ITEMS] = "view.items",
    [VIEW_PURGES] = "view.purges",
    [VIEW_STATIONS] = "view.stations",
};

SCOPE_RELEASER(repo_close_at, struct repo *, repo_close)

static void uri_of(const char *scheme, const char *folder, const char *below,
                   char *ret_uri)
{
    snprintf(ret_uri, URI_MAX, "%s:%s/%s", scheme, folder, below);
}

enum rc repo_create(const char *folder, const char *court, const char *origin,
                    struct fault *why)
{
    char code[7], uri[URI_MAX], preset[32];
    enum rc rc = case_no_court_code(court, code, why);
    if (rc)
        return rc;
    if (strlen(folder) > URI_MAX - 64)
        return fault_set(why, RC_INVALID, 0, "文件夹名太长");
    snprintf(preset, sizeof preset, "juanku/%s", code);
    origin = origin && *origin ? origin : preset;
    rc = file_make_folder(folder, 0700, why);
    if (rc)
        return rc;
    SCOPED(fd_close_at) int dir = -1;
    rc = file_open_folder(folder, &dir, why);
    if (rc)
        return rc;
    uri_of("lmdb", folder, "store", uri);
    rc = ledger_create(uri, code, origin, why);
    if (rc == RC_EXISTS)
        return fault_set(why, RC_EXISTS, 0, "“%s”里已经有中间库，没有改动它", folder);
    if (rc)
        return rc;
    struct blobs *blobs = NULL;
    uri_of("files", folder, "blobs", uri);
    rc = blob_open(uri, true, &blobs, why);
    blob_close(blobs);
    if (rc)
        return rc;
    SCOPED(json_free_at)
    json_t *about = json_pack("{s:s, s:s}", "court", court, "origin", origin);
    SCOPED(free_at) char *text = json_dumps(about, JSON_INDENT(2));
    if (!text)
        return fault_set(why, RC_INVALID, 0, "名称里有无法识别的文字");
    return file_create(dir, "repo.json", (struct bytes){ (uint8_t *)text, strlen(text) },
                       why);
}

static enum rc about_read(struct repo *repo, struct fault *why)
{
    SCOPED(fd_close_at) int dir = -1;
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    enum rc rc = file_open_folder(repo->folder, &dir, why);
    if (!rc)
        rc = file_read(dir, "repo.json", ABOUT_MAX, &text, &len, why);
    if (rc == RC_NOT_FOUND)
        return fault_set(why, rc, 0, "“%s”里没有中间库，请先运行 juanku repo init",
                         repo->folder);
    if (rc)
        return rc;
    SCOPED(json_free_at) json_t *about = json_loadb(text, len, 0, NULL);
    const char *court = json_string_value(json_object_get(about, "court"));
    if (!court || strlen(court) >= sizeof repo->court)
        return fault_set(why, RC_CORRUPT, 0, "repo.json in '%s' names no court",
                         repo->folder);
    memcpy(repo->court, court, strlen(court) + 1);
    return RC_OK;
}

/* A file of DIR/data, or nothing when the court has none of its own. */
static enum rc own_data(const struct repo *repo, const char *name, char **ret_text,
                        size_t *ret_len, struct fault *why)
{
    char path[URI_MAX];
    snprintf(path, sizeof path, "%s/data/%s", repo->folder, name);
    enum rc rc = file_read(AT_FDCWD, path, DATA_MAX, ret_text, ret_len, why);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc data_read(struct repo *repo, struct fault *why)
{
    SCOPED(free_at) char *days = NULL;
    SCOPED(free_at) char *loans = NULL;
    SCOPED(free_at) char *counter = NULL;
    SCOPED(free_at) char *terms = NULL;
    size_t len = 0;
    enum rc rc = own_data(repo, "calendar.json", &days, &len, why);
    if (!rc)
        rc = days ? calendar_read((struct bytes){ (uint8_t *)days, len }, &repo->calendar,
                                  why)
                  : calendar_preset(&repo->calendar, why);
    if (!rc)
        rc = own_data(repo, "loan.json", &loans, &len, why);
    if (!rc)
        rc = loans ? loan_policy_read((struct bytes){ (uint8_t *)loans, len },
                                      repo->loan_policy, why)
                   : loan_policy_preset(repo->loan_policy, why);
    if (!rc)
        rc = own_data(repo, "intake.json", &counter, &len, why);
    if (!rc)
        rc = counter ? intake_policy_read((struct bytes){ (uint8_t *)counter, len },
                                          &repo->intake_policy, why)
                     : intake_policy_preset(&repo->intake_policy, why);
    if (!rc)
        rc = own_data(repo, "retention.json", &terms, &len, why);
    if (!rc)
        rc = terms ? retention_policy_read((struct bytes){ (uint8_t *)terms, len },
                                           &repo->retention_policy, why)
                   : retention_policy_preset(&repo->retention_policy, why);
    return rc;
}

/* Do the views fit this program? None at all (a new repository) do. */
static enum rc views_check(struct repo *repo, bool *ret_whole)
{
    SCOPED(json_free_at) json_t *about = NULL;
    enum rc rc = view_find(repo, TABLE_ABOUT, "views", &about);
    *ret_whole = rc == RC_NOT_FOUND ||
                 (!rc && json_integer_value(json_object_get(about, "whole")) &&
                  json_integer_value(json_object_get(about, "format")) == VIEWS_FORMAT);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc repo_open(const char *folder, struct repo **ret_repo, struct fault *why)
{
    SCOPED(repo_close_at) struct repo *repo = NULL;
    bool whole = false;
    enum rc rc = repo_open_to_rebuild(folder, &repo, why);
    if (!rc)
        rc = views_check(repo, &whole);
    if (!rc && !whole)
        rc = fault_set(why, RC_REFUSED, 0,
                       "“%s”的各种清单要重新生成（上次没有做完，或程序已升级）；请先运行 "
                       "juanku repo rebuild",
                       folder);
    if (!rc)
        *ret_repo = TAKE(repo);
    return rc;
}

enum rc repo_open_to_rebuild(const char *folder, struct repo **ret_repo,
                             struct fault *why)
{
    char uri[URI_MAX];
    SCOPED(repo_close_at) struct repo *repo = calloc(1, sizeof *repo);
    if (repo)
        repo->folder = strdup(folder), repo->live_racks = json_object(),
        repo->loan_policy = calloc(1, sizeof *repo->loan_policy);
    if (!repo || !repo->loan_policy || !repo->folder || !repo->live_racks ||
        strlen(folder) > URI_MAX - 64)
        return fault_set(why, RC_NO_MEMORY, 0, "no memory to open '%s'", folder);
    enum rc rc = about_read(repo, why);
    if (!rc)
        rc = data_read(repo, why);
    if (rc)
        return rc;
    uri_of("lmdb", folder, "store", uri);
    rc = ledger_open(uri, NULL, &repo->ledger, why);
    if (rc)
        return rc;
    repo->store = ledger_store(repo->ledger);
    for (unsigned i = 0; i < VIEWS && !rc; i++)
        rc = store_table(repo->store, table_names[i], &repo->tables[i], why);
    uri_of("files", folder, "blobs", uri);
    if (!rc)
        rc = blob_open(uri, true, &repo->blobs, why);
    if (rc)
        return rc;
    *ret_repo = TAKE(repo);
    return RC_OK;
}

void repo_close(struct repo *repo)
{
    if (!repo)
        return;
    blob_close(repo->blobs);
    ledger_close(repo->ledger);
    json_decref(repo->live_racks);
    calendar_free(repo->calendar);
    intake_policy_free(repo->intake_policy);
    retention_policy_free(repo->retention_policy);
    free(repo->loan_policy);
    free(repo->folder);
    free(repo);
}

enum rc repo_blob_json(struct repo *repo, const char *hex, json_t **ret_json,
                       struct fault *why)
{
    struct sha256 hash;
    SCOPED(fd_close_at) int fd = -1;
    SCOPED(free_at) char *text = NULL;
    uint64_t size;
    size_t len;
    if (!hash_from_hex(hex, &hash))
        return fault_set(why, RC_CORRUPT, 0, "'%s' is no hash", hex);
    enum rc rc = blob_get(repo->blobs, hash, &fd, &size, why);
    if (!rc)
        rc = file_read_fd(fd, JSON_BLOB_MAX, &text, &len, why);
    if (rc)
        return rc;
    *ret_json = json_text_read((struct bytes){ (uint8_t *)text, len });
    return *ret_json ? RC_OK : fault_set(why, RC_CORRUPT, 0, "blob %s is not JSON", hex);
}

enum rc repo_put_json(struct repo *repo, const json_t *json, char ret_hex[SHA256_HEX],
                      struct fault *why)
{
    struct sha256 hash;
    SCOPED(free_at) char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
    if (!text)
        return fault_set(why, RC_INVALID, 0, "text that cannot be written");
    enum rc rc = blob_put(repo->blobs, (struct bytes){ (uint8_t *)text, strlen(text) },
                          &hash, why);
    if (!rc)
        hash_hex(hash, ret_hex);
    return rc;
}
