/* HTTP in, messages to the store out. While the store is away requests are answered with
 * 503: nothing was lost, ask again with the same id. */
#include "repo-daemon/role_http.h"

#include "repo-daemon/http_desk.h"
#include "repo-daemon/station_cert.h"
#include "sys/log.h"
#include "sys/role.h"

#include <stdlib.h>
#include <string.h>

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

static void on_store(__attribute__((unused)) struct ipc *ipc, struct ipc_message *message,
                     void *context)
{
    const char *what = text_of(message->body, "do");
    if (!strcmp(what, "change"))
        http_desk_tell(context, message->body);
    else if (!strcmp(what, "person"))
        http_desk_person(context, text_of(message->body, "badge"));
    else if (!strcmp(what, "certificate"))
        http_desk_certificate(context, text_of(message->body, "serial"));
}

static void on_store_closed(struct ipc *ipc, void *context)
{
    struct http_desk *desk = context;
    if (desk->store == ipc)
        desk->store = NULL;
    ipc_free(ipc);
}

static void link_take(struct http_desk *desk, struct ipc_message *message)
{
    struct ipc_handlers handlers = { on_store, on_store_closed, desk };
    struct fault why;
    if (!message->fd_count)
        return;
    if (desk->store)
        on_store_closed(desk->store, desk);
    if (ipc_new(desk->loop, message->fds[0], &handlers, &desk->store, &why))
        log_error("link to the store: %s", why.text);
    else
        message->fds[0] = -1;
}

static void on_parent(struct ipc *ipc, struct ipc_message *message, void *context)
{
    if (!strcmp(text_of(message->body, "do"), "link"))
        link_take(context, message);
    else if (message->id)
        (void)ipc_reply(ipc, message->id, json_pack("{s:i}", "ok", 1), NULL, 0);
}

static void on_parent_closed(__attribute__((unused)) struct ipc *ipc, void *context)
{
    struct http_desk *desk = context;
    sd_event_exit(desk->loop, 0);
}

int http_main(const struct repo_settings *settings, const struct http_asset *assets)
{
    log_open("juanku-repod http", LOG_LEVEL_INFO);
    struct http_desk desk = { .assets = assets };
    struct fault why;
    struct http_server *server = NULL;
    if (sd_event_new(&desk.loop) < 0)
        return 1;
    struct http_settings http = { .listen = settings->listen,
                                  .tls_cert = settings->tls_cert,
                                  .tls_key = settings->tls_key,
                                  .before = http_desk_before,
                                  .context = &desk };
    enum client_certs certs = CLIENT_CERTS_OFF;
    char authority[STATION_CA_PATH_MAX];
    station_ca_path(settings->dir, authority);
    if (client_certs_read(settings->client_certs, &certs) && certs)
        http.client_ca = authority;
    desk.certs_for_all = certs == CLIENT_CERTS_ALL;
    struct ipc_handlers handlers = { on_parent, on_parent_closed, &desk };
    struct role_rights none = { 0, NULL, NULL };
    struct ipc *parent = NULL;
    http.routes = http_desk_routes(&desk, &http.route_count);
    enum rc rc = http_server_new(desk.loop, &http, &server, &why);
    if (!rc)
        rc = ipc_new(desk.loop, ROLE_CHANNEL_FD, &handlers, &parent, &why);
    if (!rc)
        rc = role_drop(&none, &why);
    if (rc) {
        log_error("%s", why.text);
        return 1;
    }
    log_info("listening on %s", settings->listen);
    int code = ipc_send(parent, json_pack("{s:i}", "ready", 1), NULL, 0)
                   ? -1
                   : sd_event_loop(desk.loop);
    return code < 0;
}
