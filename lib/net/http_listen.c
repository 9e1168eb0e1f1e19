/* The listening socket. Plain HTTP is for this machine only: passwords would cross the
 * network in clear text otherwise, so such an address is refused, not warned about. */
#include "net/http_wire.h"

#include "sys/scope.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static bool is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)address;
        return ntohl(in->sin_addr.s_addr) >> 24 == 127;
    }
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)address;
    return address->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
}

static enum rc address_find(const char *listen, bool secure, struct addrinfo **ret_found,
                            struct fault *why)
{
    char host[256];
    const char *colon = strrchr(listen, ':');
    size_t len = colon ? (size_t)(colon - listen) : 0;
    if (!colon || !len || len >= sizeof host)
        return fault_set(why, RC_INVALID, 0, "'%s' is not ADDRESS:PORT", listen);
    bool bracketed = listen[0] == '[' && listen[len - 1] == ']';
    snprintf(host, sizeof host, "%.*s", (int)(bracketed ? len - 2 : len),
             listen + bracketed);
    struct addrinfo hints = { .ai_family = AF_UNSPEC,
                              .ai_socktype = SOCK_STREAM,
                              .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE };
    struct addrinfo *found = NULL;
    if (getaddrinfo(host, colon + 1, &hints, &found) || !found)
        return fault_set(why, RC_INVALID, 0, "'%s' is not ADDRESS:PORT", listen);
    if (!secure && !is_loopback(found->ai_addr)) {
        freeaddrinfo(found);
        return fault_set(
            why, RC_REFUSED, 0,
            "'%s' can be reached from outside: set http.tls_cert and http.tls_key",
            listen);
    }
    *ret_found = found;
    return RC_OK;
}

enum rc http_listen(const char *listen_at, bool secure, int *ret_fd, struct fault *why)
{
    struct addrinfo *found;
    enum rc rc = address_find(listen_at, secure, &found, why);
    if (rc)
        return rc;
    SCOPED(fd_close_at)
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int on = 1;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) ||
        bind(fd, found->ai_addr, found->ai_addrlen) || listen(fd, HTTP_CONNECTIONS_MAX))
        rc = fault_set(why, rc_of_errno(errno), errno, "listen on %s: %s", listen_at,
                       strerror(errno));
    freeaddrinfo(found);
    if (!rc)
        *ret_fd = TAKE_FD(fd);
    return rc;
}

unsigned http_listen_port(int fd)
{
    struct sockaddr_storage at = { 0 };
    socklen_t len = sizeof at;
    if (getsockname(fd, (struct sockaddr *)&at, &len))
        return 0;
    return at.ss_family == AF_INET6
               ? ntohs(((struct sockaddr_in6 *)(void *)&at)->sin6_port)
               : ntohs(((struct sockaddr_in *)(void *)&at)->sin_port);
}

char *http_listen_peer(const struct sockaddr *address)
{
    char text[INET6_ADDRSTRLEN] = "";
    const void *at =
        !address ? NULL
        : address->sa_family == AF_INET
            ? (const void *)&((const struct sockaddr_in *)(const void *)address)->sin_addr
        : address->sa_family == AF_INET6
            ? (const void *)&((const struct sockaddr_in6 *)(const void *)address)
                  ->sin6_addr
            : NULL;
    if (at && !inet_ntop(address->sa_family, at, text, sizeof text))
        text[0] = 0;
    return http_copy(text, strlen(text));
}
