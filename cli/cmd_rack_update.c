/* juanku rack update: a new program for a rack, at its port. */
#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/cmd_rack.h"
#include "cli/rack_file.h"
#include "drivers/rack/rack_setup.h"
#include "drivers/rack/rack_update.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <stdio.h>
#include <unistd.h>

SCOPE_RELEASER(bus_free_at, struct rack_bus *, rack_bus_free)

enum { DESK_ANSWER_MS = 400, PERCENT = 100 };

static void help(void)
{
    puts("usage: juanku rack update --port P --address A --image F [--baud N]\n\n"
         "Sends the signed program F to the rack at A and waits until it has proved "
         "itself. When\nthe line breaks, the same command goes on where it was. The "
         "repository must not hold the\nport meanwhile, and the rack's lock stays shut.");
}

/* On a terminal one line that counts; else nothing but the end. */
static void tell(void *context, unsigned done, unsigned all)
{
    unsigned *last = context, now = done * PERCENT / all;
    if (now == *last || !isatty(STDOUT_FILENO))
        return;
    *last = now;
    printf("\r已传送 %u%%", now);
    (void)fflush(stdout);
}

static enum rc send(struct rack_bus *bus, uint8_t address, struct bytes file,
                    struct fault *why)
{
    struct rack_identity who;
    struct rack_image image;
    unsigned last = UINT8_MAX;
    enum rc rc = rack_identify(bus, address, RACK_BUS_TRIES, &who, why);
    if (!rc && file.len > RACK_IMAGE_USED && rack_image_read(file.at, &image) &&
        image.board != who.hardware)
        return fault_set(why, RC_REFUSED, 0, "%s",
                         rack_update_sentence(RACK_RESULT_OTHER_BOARD));
    if (!rc)
        rc = rack_update_send(bus, address, file, tell, &last, why);
    if (rc)
        return rc;
    if (last != UINT8_MAX)
        puts("");
    puts("已传送。货架正在检查并重新启动，新程序试运行约一分钟 …");
    (void)fflush(stdout);
    return rack_update_watch(bus, address,
                             rack_image_id(file.at + RACK_IMAGE_SIGNATURE_AT), why);
}

int rack_update_command(int argc, char **argv)
{
    const char *port = NULL, *path = NULL, *address_text = "", *baud_text = "0";
    bool asked = false;
    const struct arg table[] = {
        { "port", &port, NULL },      { "image", &path, NULL },
        { "baud", &baud_text, NULL }, { "address", &address_text, NULL },
        { "help", NULL, &asked },
    };
    struct args args;
    struct fault why = { .rc = RC_OK };
    long address = 0, baud = 0;
    if (!args_read("rack update", argc, argv, table, COUNT(table), &args))
        return EXIT_USAGE;
    if (asked) {
        help();
        return EXIT_OK;
    }
    if (!port || !path || args.count)
        return cmd_usage("rack update", "--port, --address and --image are expected");
    if (!args_number("rack update", "address", address_text, 1, RACK_ADDRESS_MAX,
                     &address) ||
        !args_number("rack update", "baud", baud_text, 0, 1000000, &baud))
        return EXIT_USAGE;
    SCOPED(fd_close_at) int dir = -1;
    SCOPED(free_at) char *file = NULL;
    const char *name;
    size_t len = 0;
    enum rc rc = rack_file_folder(path, &dir, &name, &why);
    if (!rc)
        rc = file_read(dir, name, RACK_IMAGE_AREA, &file, &len, &why);
    if (rc)
        return cmd_fail(&why);
    SCOPED(bus_free_at) struct rack_bus *bus = rack_bus_new(port, (unsigned)baud, 0);
    rack_bus_patience(bus, DESK_ANSWER_MS);
    rc = send(bus, (uint8_t)address, (struct bytes){ (uint8_t *)file, len }, &why);
    if (rc)
        return cmd_fail(&why);
    puts(rack_update_sentence(RACK_RESULT_KEPT));
    return EXIT_OK;
}
