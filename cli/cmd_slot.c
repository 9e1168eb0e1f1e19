/* juanku slot: places, and the orders that light them. */
#include "cli/api.h"
#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/verbs.h"
#include "sys/clock.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { ORDER_POLL_MS = 200 }; /* somebody is walking to a shelf */

struct wanted {
    const char *site, *rack, *slots, *slot, *wait_s;
    bool json, help;
};

static void help(void)
{
    puts("usage: juanku slot add --site N --rack N --slots N\n"
         "       juanku slot list [--json]\n"
         "       juanku slot put VOLUME [--slot SLOT] [--wait SECONDS]\n"
         "       juanku slot take VOLUME [--wait SECONDS]\n"
         "       juanku slot wait ORDER [--wait SECONDS]\n"
         "       juanku slot places [--json]    propose VOLUME [--near SLOT]\n"
         "       juanku slot rename PLACE --name TEXT    resize RACK --width_mm N\n"
         "       juanku slot close|open PLACE    (01, 01.001 or a slot)\n\n"
         "put proposes a free slot when none is named; put and take print the slot and "
         "the\n"
         "order, which wait takes. --wait returns when the sensor "
         "saw\n"
         "the act, and fails (7) when it did not in that time.");
}

static int add(const struct wanted *w)
{
    long site, rack, slots;
    if (!w->site || !w->rack || !w->slots)
        return cmd_usage("slot", "--site, --rack and --slots are needed");
    if (!args_number("slot", "site", w->site, 1, 99, &site) ||
        !args_number("slot", "rack", w->rack, 1, 999, &rack) ||
        !args_number("slot", "slots", w->slots, 1, 120, &slots))
        return EXIT_USAGE;
    struct fault why;
    SCOPED(json_free_at) json_t *made = NULL;
    json_t *body = json_pack("{s:I, s:I, s:I}", "site", (json_int_t)site, "rack",
                             (json_int_t)rack, "slots", (json_int_t)slots);
    if (api_call("POST", "/v1/slots", body, true, &made, &why))
        return cmd_fail(&why);
    printf("%ld 个架位已登记\n", slots);
    return EXIT_OK;
}

static enum rc all_slots(json_t **ret_slots, struct fault *why)
{
    return api_call("GET", "/v1/slots", NULL, false, ret_slots, why);
}

static int list(const struct wanted *w)
{
    struct fault why;
    SCOPED(json_free_at) json_t *found = NULL;
    if (all_slots(&found, &why))
        return cmd_fail(&why);
    if (w->json) {
        api_print(found);
        return EXIT_OK;
    }
    json_t *s;
    size_t i;
    json_array_foreach(json_object_get(found, "slots"), i, s)
        printf("%s  %-8s  %s\n", api_text(s, "slot"), api_text(s, "state"),
               api_text(s, "volume"));
    return EXIT_OK;
}

static enum rc propose(const char *volume, char ret_slot[32], struct fault *why)
{
    char path[128];
    SCOPED(json_free_at) json_t *found = NULL;
    (void)snprintf(path, sizeof path, "/v1/slots/proposal?volume=%.40s", volume);
    enum rc rc = api_call("GET", path, NULL, false, &found, why);
    if (!rc)
        (void)snprintf(ret_slot, 32, "%s", api_text(found, "slot"));
    return rc;
}

static int wait_done(const char *order, long seconds)
{
    char path[128];
    (void)snprintf(path, sizeof path, "/v1/orders/%.40s", order);
    int64_t end_ms = clock_mono_ms() + seconds * 1000;
    struct fault why;
    while (clock_mono_ms() < end_ms) {
        SCOPED(json_free_at) json_t *now = NULL;
        if (api_call("GET", path, NULL, false, &now, &why))
            return cmd_fail(&why);
        if (!strcmp(api_text(now, "state"), "done")) {
            printf("传感器确认, 第 %lld 号记录\n",
                   (long long)json_integer_value(json_object_get(now, "seq")));
            return EXIT_OK;
        }
        (void)usleep(ORDER_POLL_MS * 1000);
    }
    (void)fault_set(&why, RC_TIMEOUT, 0, "%ld 秒内传感器没有看到动作。请核对架位",
                    seconds);
    return cmd_fail(&why);
}

static int order(const struct wanted *w, const char *verb, const char *volume)
{
    long wait_s = 0;
    if (w->wait_s && !args_number("slot", "wait", w->wait_s, 1, 3600, &wait_s))
        return EXIT_USAGE;
    struct fault why;
    SCOPED(json_free_at) json_t *now = NULL;
    if (api_volume(volume, &now, &why))
        return cmd_fail(&why);
    char slot[32];
    (void)snprintf(slot, sizeof slot, "%s", w->slot ? w->slot : api_text(now, "slot"));
    if (!*slot && !strcmp(verb, "take"))
        return (void)fault_set(&why, RC_REFUSED, 0, "这卷不在架上"), cmd_fail(&why);
    if (!*slot && propose(volume, slot, &why))
        return cmd_fail(&why);
    char path[128];
    (void)snprintf(path, sizeof path, "/v1/slots/%.24s/orders", slot);
    SCOPED(json_free_at) json_t *made = NULL;
    json_t *body = json_pack("{s:s, s:s, s:O}", "do", verb, "volume", volume, "version",
                             json_object_get(now, "version"));
    if (api_call("POST", path, body, true, &made, &why))
        return cmd_fail(&why);
    if (w->json)
        api_print(made);
    else
        printf("%s %s\n", slot, api_text(made, "order"));
    (void)fflush(stdout);
    return wait_s ? wait_done(api_text(made, "order"), wait_s) : EXIT_OK;
}

static const struct verb places[] = {
    { "places", "GET", "/v1/places", 0, NULL,
      "sites place name slots free full ordered wrong closed" },
    { "propose", "GET", "/v1/slots/proposal?volume={1}&slot={near}", 1, NULL,
      "slot thick_mm" },
    { "rename", "POST", "/v1/places/{1}", 1, "do=rename name", "place name" },
    { "resize", "POST", "/v1/places/{1}", 1, "do=resize width_mm#", "place width_mm" },
    { "close", "POST", "/v1/places/{1}", 1, "do=close", "place" },
    { "open", "POST", "/v1/places/{1}", 1, "do=open", "place" },
};

int cmd_slot(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < COUNT(places); i++)
        if (!strcmp(places[i].name, argv[1]))
            return verbs_run("slot", "see: juanku slot --help", places, COUNT(places),
                             argc, argv);
    struct wanted w = { 0 };
    const struct arg table[] = {
        { "site", &w.site, NULL },   { "rack", &w.rack, NULL },
        { "slots", &w.slots, NULL }, { "slot", &w.slot, NULL },
        { "wait", &w.wait_s, NULL }, { "json", NULL, &w.json },
        { "help", NULL, &w.help },
    };
    struct args args;
    if (!args_read("slot", argc, argv, table, COUNT(table), &args))
        return EXIT_USAGE;
    if (w.help)
        return help(), EXIT_OK;
    const char *verb = args.count ? args.words[0] : "";
    if (!strcmp(verb, "add") && args.count == 1)
        return add(&w);
    if (!strcmp(verb, "list") && args.count == 1)
        return list(&w);
    if ((!strcmp(verb, "put") || !strcmp(verb, "take")) && args.count == 2)
        return order(&w, verb, args.words[1]);
    if (!strcmp(verb, "wait") && args.count == 2) {
        long wait_s = 60;
        if (w.wait_s && !args_number("slot", "wait", w.wait_s, 1, 3600, &wait_s))
            return EXIT_USAGE;
        return wait_done(args.words[1], wait_s);
    }
    return cmd_usage("slot",
                     "add, list, put VOLUME, take VOLUME or wait ORDER is expected");
}
