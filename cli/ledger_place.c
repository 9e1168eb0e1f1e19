/* Opening the ledger for a command, and the small files around it. */
#include "cli/ledger_place.h"

#include "cli/api.h"
#include "cli/ledger_fetch.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { TOKEN_MAX = 4096 };

void ledger_place_close(struct ledger_place *place)
{
    ledger_close(place->ledger);
    http_client_free(place->client);
}

enum rc ledger_line_file(const char *path, char *ret_text, size_t room, struct fault *why)
{
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    enum rc rc = file_read(AT_FDCWD, path, room - 1, &text, &len, why);
    if (rc)
        return rc;
    memcpy(ret_text, text, len + 1);
    ret_text[strcspn(ret_text, "\r\n")] = 0;
    return RC_OK;
}

static enum rc open_dir(const char *dir, struct ledger_place *place, struct fault *why)
{
    static const struct ledger_options reading = { .read_only = true };
    char uri[PATH_MAX];
    if (snprintf(uri, sizeof uri, "lmdb:%s/store", dir) >= (int)sizeof uri)
        return fault_set(why, RC_INVALID, 0, "'%s' is too long a path", dir);
    /* As the writer we can sign what is newest; beside the daemon we read what it signed.
     */
    enum rc rc = ledger_open(uri, NULL, &place->ledger, why);
    if (rc == RC_AGAIN || rc == RC_DENIED)
        rc = ledger_open(uri, &reading, &place->ledger, why);
    return rc ? rc : ledger_source_of(place->ledger, &place->source, why);
}

static enum rc open_url(const struct ledger_wanted *w, struct ledger_place *place,
                        struct fault *why)
{
    if (!w->url) {
        enum rc rc = api_open(&place->client, why);
        return rc ? rc : ledger_fetch(place->client, &place->source, why);
    }
    char token[TOKEN_MAX] = "";
    enum rc rc = RC_OK;
    if (w->token_file)
        rc = ledger_line_file(w->token_file, token, sizeof token, why);
    if (!rc)
        rc = http_client_new(w->url, getenv("JUANKU_CA"), &place->client, why);
    if (rc)
        return rc;
    if (*token)
        http_client_set_token(place->client, token);
    return ledger_fetch(place->client, &place->source, why);
}

enum rc ledger_place_open(const struct ledger_wanted *w, struct ledger_place *place,
                          struct fault *why)
{
    if (w->dir)
        return open_dir(w->dir, place, why);
    if (w->export)
        return ledger_source_of_folder(w->export, &place->source, why);
    return open_url(w, place, why);
}

enum rc ledger_out_file(const char *path, struct bytes data, struct fault *why)
{
    char folder[PATH_MAX] = ".";
    if (!strcmp(path, "-"))
        return fwrite(data.at, 1, data.len, stdout) == data.len
                   ? RC_OK
                   : fault_set(why, rc_of_errno(errno), errno, "写标准输出：%s",
                               strerror(errno));
    const char *slash = strrchr(path, '/');
    if (slash && slash - path >= PATH_MAX - 1)
        return fault_set(why, RC_INVALID, 0, "'%s' is too long a path", path);
    if (slash)
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - path) + 1, path);
    SCOPED(fd_close_at) int dir = -1;
    enum rc rc = file_open_folder(folder, &dir, why);
    return rc ? rc : file_replace(dir, slash ? slash + 1 : path, data, why);
}
