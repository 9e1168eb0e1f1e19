/* juanku devices: the scanners that answer now. */
#include "cli/args.h"
#include "cli/cmd.h"
#include "drivers/scanner/scanner.h"
#include "sys/scope.h"

#include <jansson.h>
#include <stdio.h>

static void help(void)
{
    puts("usage: juanku devices [--json]\n\n"
         "Lists the scanners that SANE finds: name, vendor, model, type. Network "
         "scanners\n"
         "make it take some seconds. The name is what juanku scan --device wants.");
}

static int print_json(const struct scanner_device *list, size_t count)
{
    json_t *all = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(all, json_pack("{s:s, s:s, s:s, s:s}", "name", list[i].name,
                                             "vendor", list[i].vendor, "model",
                                             list[i].model, "type", list[i].type));
    json_dumpf(all, stdout, JSON_INDENT(2));
    puts("");
    json_decref(all);
    return EXIT_OK;
}

static int print_devices(bool json)
{
    struct fault why = { .rc = RC_OK };
    SCOPED(free_at)
    struct scanner_device *list = calloc(SCANNER_DEVICES_MAX, sizeof *list);
    size_t count = 0;
    if (!list)
        return EXIT_DEPENDENCY;
    if (scanner_list(list, SCANNER_DEVICES_MAX, &count, &why))
        return cmd_fail(&why);
    if (json)
        return print_json(list, count);
    for (size_t i = 0; i < count; i++)
        printf("%s\t%s\t%s\t%s\n", list[i].name, list[i].vendor, list[i].model,
               list[i].type);
    if (!count)
        (void)fputs("没有找到扫描仪。请检查电源和连线；网络扫描仪请确认在同一网段。\n",
                    stderr);
    return EXIT_OK;
}

int cmd_devices(int argc, char **argv)
{
    bool json = false, asked = false;
    const struct arg table[] = { { "json", NULL, &json }, { "help", NULL, &asked } };
    struct args args;
    struct fault why = { .rc = RC_OK };
    if (!args_read("devices", argc, argv, table, COUNT(table), &args))
        return EXIT_USAGE;
    if (asked) {
        help();
        return EXIT_OK;
    }
    if (args.count)
        return cmd_usage("devices", "no words are expected");
    if (scanner_init(NULL, &why))
        return cmd_fail(&why);
    int code = print_devices(json);
    scanner_exit();
    return code;
}
