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
         "make it take some seconds. The name is what juanku scan --device wants.\n"
         "With --json each one is opened and asked for its serial number (what\n"
         "scanner.serial of stationd.conf binds to), its sources and its sensors.");
}

static json_t *sources_json(struct scanner *scanner)
{
    json_t *list = json_array();
    unsigned has = scanner_sources(scanner);
    for (int i = SCANNER_FLATBED; i <= SCANNER_ADF_DUPLEX; i++)
        if (has & 1u << i)
            json_array_append_new(
                list, json_string(scanner_source_text((enum scanner_source)i)));
    return list;
}

/* Only sensors that the device has: 1 yes, 0 no. */
static json_t *sensors_json(struct scanner *scanner)
{
    json_t *json = json_object();
    struct scanner_sensors s;
    if (scanner_sense(scanner, &s, NULL))
        return json;
    const struct {
        const char *name;
        enum scanner_sense says;
    } sensors[] = { { "page_loaded", s.page_loaded },
                    { "cover_open", s.cover_open },
                    { "double_feed", s.double_feed },
                    { "scan_button", s.scan_button } };
    for (size_t i = 0; i < COUNT(sensors); i++)
        if (sensors[i].says != SCANNER_SENSE_UNKNOWN)
            json_object_set_new(json, sensors[i].name,
                                json_integer(sensors[i].says == SCANNER_SENSE_YES));
    return json;
}

/* What only the open device tells; why not, when it cannot be opened. */
static void add_details(json_t *device, const char *name)
{
    struct scanner *scanner = NULL;
    struct fault why = { .rc = RC_OK };
    if (scanner_open(name, &scanner, &why)) {
        json_object_set_new(device, "trouble", json_string(why.text));
        return;
    }
    json_object_set_new(device, "serial", json_string(scanner_about(scanner)->serial));
    json_object_set_new(device, "sources", sources_json(scanner));
    json_object_set_new(device, "sensors", sensors_json(scanner));
    scanner_close(scanner);
}

static int print_json(const struct scanner_device *list, size_t count)
{
    json_t *all = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *device =
            json_pack("{s:s, s:s, s:s, s:s}", "name", list[i].name, "vendor",
                      list[i].vendor, "model", list[i].model, "type", list[i].type);
        add_details(device, list[i].name);
        json_array_append_new(all, device);
    }
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
