/* juanku station enrol, certs, revoke: certificates of stations, at the repository, by an
 * admin. The key is made here, on the station's machine, and stays here. */
#include "cli/cmd_station_cert.h"

#include "cli/api.h"
#include "cli/cmd.h"
#include "net/cert.h"
#include "sys/file.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { PATH_LEN_MAX = 1024 };

static void pem_wipe_at(char (*pem)[CERT_PEM_MAX])
{
    explicit_bzero(*pem, sizeof *pem);
}

/* Whole or not at all, and for its owner alone. */
static enum rc keep(const char *path, const char *text, struct fault *why)
{
    char folder[PATH_LEN_MAX];
    const char *slash = strrchr(path, '/');
    SCOPED(fd_close_at) int dir = -1;
    if (strlen(path) >= sizeof folder)
        return fault_set(why, RC_INVALID, 0, "文件名太长");
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 1,
             slash ? path : ".");
    enum rc rc = file_open_folder(*folder ? folder : "/", &dir, why);
    mode_t before = umask(0077);
    if (!rc)
        rc = file_replace(dir, slash ? slash + 1 : path,
                          (struct bytes){ (const uint8_t *)text, strlen(text) }, why);
    umask(before);
    return rc;
}

static void print_day(json_int_t at_ms)
{
    time_t at = (time_t)(at_ms / 1000);
    struct tm tm;
    char text[16] = "";
    if (localtime_r(&at, &tm))
        (void)strftime(text, sizeof text, "%Y-%m-%d", &tm);
    fputs(text, stdout);
}

int station_enrol_here(const char *name, const char *folder)
{
    struct fault why = { 0 };
    SCOPED(pem_wipe_at) char key[CERT_PEM_MAX] = "";
    char request[CERT_PEM_MAX], paths[3][PATH_LEN_MAX];
    static const char *const endings[] = { "key", "pem", "ca.pem" };
    SCOPED(json_free_at) json_t *made = NULL;
    if (!cert_name_usable(name))
        return cmd_usage("station", "扫描台的名字只能用字母、数字和 . _ -，不能是“%s”",
                         name);
    for (size_t i = 0; i < COUNT(endings); i++)
        if (snprintf(paths[i], PATH_LEN_MAX, "%s/%s.%s", folder, name, endings[i]) >=
            PATH_LEN_MAX)
            return cmd_usage("station", "文件夹名太长");
    enum rc rc = cert_key_new(key, &why);
    if (!rc)
        rc = cert_request(key, name, request, &why);
    if (!rc)
        rc = api_call("POST", "/v1/stations",
                      json_pack("{s:s, s:s}", "name", name, "request", request), true,
                      &made, &why);
    if (!rc)
        rc = keep(paths[0], key, &why);
    if (!rc)
        rc = keep(paths[1], api_text(made, "certificate"), &why);
    if (!rc)
        rc = keep(paths[2], api_text(made, "authority"), &why);
    if (rc)
        return cmd_fail(&why);
    printf("%s  编号 %s  有效到 ", name, api_text(made, "serial"));
    print_day(json_integer_value(json_object_get(made, "until_ms")));
    printf("\n\nstationd.conf:\nrepo.cert_file = %s\nrepo.key_file = %s\n", paths[1],
           paths[0]);
    return EXIT_OK;
}

int station_certs_show(bool json)
{
    static const char *const words[][2] = { { "ended", "已吊销" },
                                            { "over", "已过期" },
                                            { "soon", "三十天内到期" } };
    struct fault why;
    SCOPED(json_free_at) json_t *all = NULL;
    json_t *one;
    size_t i;
    if (api_call("GET", "/v1/stations", NULL, false, &all, &why))
        return cmd_fail(&why);
    if (json) {
        api_print(all);
        return EXIT_OK;
    }
    json_array_foreach(json_object_get(all, "certificates"), i, one)
    {
        const char *word = "有效";
        for (size_t w = 0; w < COUNT(words); w++)
            if (!strcmp(words[w][0], api_text(one, "state")))
                word = words[w][1];
        printf("%s  %s  ", api_text(one, "name"), api_text(one, "serial"));
        print_day(json_integer_value(json_object_get(one, "until_ms")));
        printf("  %s %s\n", word, api_text(one, "reason"));
    }
    return EXIT_OK;
}

int station_revoke_one(const char *serial, const char *reason)
{
    char path[128];
    struct fault why;
    SCOPED(json_free_at) json_t *done = NULL;
    if (!reason)
        return cmd_usage("station", "请用 --reason 写明吊销的原因");
    snprintf(path, sizeof path, "/v1/stations/%.60s/revocation", serial);
    if (api_call("POST", path, json_pack("{s:s}", "reason", reason), true, &done, &why))
        return cmd_fail(&why);
    puts("已吊销，从现在起不再接受");
    return EXIT_OK;
}
