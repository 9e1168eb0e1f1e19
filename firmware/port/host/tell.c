/* One line to a running rack, its answer to stdout. */
#include "tell.h"

#include <err.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

int tell(const char *path, const char *line)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    if (snprintf(to.sun_path, sizeof to.sun_path, "%s", path) >= (int)sizeof to.sun_path)
        errx(1, "%s: the path is too long for a socket", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to))
        err(1, "%s", path);
    FILE *rack = fdopen(fd, "r+");
    if (!rack || fprintf(rack, "%s\n", line) < 0 || fflush(rack))
        err(1, "%s", path);
    char answer[256];
    int status = 1; /* until the rack said ok */
    while (fgets(answer, sizeof answer, rack)) {
        if (!strcmp(answer, "ok\n")) {
            status = 0;
            break;
        }
        (void)fputs(answer, strncmp(answer, "error:", 6) ? stdout : stderr);
        if (!strncmp(answer, "error:", 6))
            break;
    }
    (void)fclose(rack);
    return status;
}
