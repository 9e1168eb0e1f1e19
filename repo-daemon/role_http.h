/* Role http: the listening socket, the pages, the streams. It opens no file: uploads go
 * into, and downloads come from, descriptors that the store hands over. */
#ifndef REPO_ROLE_HTTP_H
#define REPO_ROLE_HTTP_H

#include "net/http_server.h"
#include "repo-daemon/settings.h"

/* Serves on ROLE_CHANNEL_FD until the parent goes away. Returns the exit code. */
int http_main(const struct repo_settings *settings, const struct http_asset *assets);

#endif
