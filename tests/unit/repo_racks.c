/* The racks role's words: its setting, its lamp orders, its event messages. */
#include "check.h"

#include "repo-daemon/racks_message.h"
#include "repo-daemon/racks_ports.h"

static struct racks_port ports[RACKS_MAX];

TEST(racks_ports, reads_racks_on_one_and_on_several_ports)
{
    size_t count = 99;
    CHECK_OK(racks_ports_read("", ports, &count, NULL));
    CHECK_INT(0, count);
    CHECK_OK(racks_ports_read(" /dev/a@1:01.001,/dev/a@247:99.999 , /x@y:z@3:2.4,", ports,
                              &count, NULL));
    CHECK_INT(3, count);
    CHECK_TEXT("/dev/a", ports[0].path);
    CHECK(ports[0].address == 1 && ports[0].site == 1 && ports[0].rack == 1);
    CHECK(ports[1].address == 247 && ports[1].site == 99 && ports[1].rack == 999);
    CHECK_TEXT("/x@y:z", ports[2].path);
    CHECK(ports[2].address == 3 && ports[2].site == 2 && ports[2].rack == 4);
}

TEST(racks_ports, reads_modules_and_the_line_they_want)
{
    size_t count = 0;
    CHECK_OK(racks_ports_read("/dev/a@5:01.2=io16!/9600N,/dev/a@6:01.3=io8/9600N", ports,
                              &count, NULL));
    CHECK_INT(2, count);
    CHECK_TEXT("/dev/a", ports[0].path);
    CHECK_INT(16, ports[0].module);
    CHECK(ports[0].inverted && !ports[1].inverted);
    CHECK_INT(9600, ports[1].baud);
    CHECK_INT('N', ports[1].parity);
    CHECK_OK(racks_ports_read("/dev/a@1:01.1", ports, &count, NULL));
    CHECK(!ports[0].module && !ports[0].baud && !ports[0].parity);
}

TEST(racks_ports, refuses_what_cannot_be_and_names_it)
{
    static const char *const wrong[] = {
        "/dev/a",
        "/dev/a@1",
        "/dev/a@1:01",
        "@1:01.001",
        "/dev/a@0:01.001",
        "/dev/a@248:01.001",
        "/dev/a@1:00.001",
        "/dev/a@1:100.001",
        "/dev/a@1:01.000",
        "/dev/a@1:01.1000",
        "/dev/a@1:01.00001",
        "/dev/a@x:01.001",
        "/dev/a@1:01.1,/dev/b@1:01.1", /* one rack twice */
        "/dev/a@1:01.1,/dev/a@1:01.2", /* one address twice */
        "/dev/a@1:01.1=io0",
        "/dev/a@1:01.1=io121",
        "/dev/a@1:01.1=oi8",
        "/dev/a@1:01.1=",
        "/dev/a@1:01.1/9601N",
        "/dev/a@1:01.1/9600X",
        "/dev/a@1:01.1/9600N=io8",
        "/dev/a@1:01.1/9600N,/dev/a@2:01.2", /* one port at two speeds */
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        size_t count = 99;
        struct fault why;
        CHECK_RC(RC_INVALID, racks_ports_read(wrong[i], ports, &count, &why));
        CHECK(strstr(why.text, "racks.ports") &&
              (strstr(why.text, "/dev/") || wrong[i][0] == '@'));
        CHECK_INT(99, count);
    }
}

TEST(racks_ports, holds_as_many_as_it_says_and_no_more)
{
    char text[RACKS_PORTS_TEXT_MAX] = "";
    size_t count = 0;
    for (unsigned i = 1; i <= RACKS_MAX; i++)
        sprintf(text + strlen(text), "/dev/r@%u:1.%u,", i, i);
    CHECK_OK(racks_ports_read(text, ports, &count, NULL));
    CHECK_INT(RACKS_MAX, count);
    strcat(text, "/dev/r@200:1.200");
    CHECK_RC(RC_INVALID, racks_ports_read(text, ports, &count, NULL));
}

static enum rc order(const char *text, struct racks_lamp *ret_lamp)
{
    json_t *body = json_loads(text, 0, NULL);
    CHECK(body != NULL);
    enum rc rc = racks_lamp_read(body, ret_lamp);
    json_decref(body);
    return rc;
}

TEST(racks_message, reads_a_lamp_order)
{
    struct racks_lamp lamp;
    CHECK_OK(order("{\"do\":\"lamp\",\"slot\":\"S0100100315\",\"colour\":\"amber\","
                   "\"mode\":\"blink\",\"seconds\":60}",
                   &lamp));
    CHECK(lamp.site == 1 && lamp.rack == 1 && lamp.slot == 2 && lamp.seconds == 60);
    CHECK_INT(RACK_AMBER | RACK_BLINK << 4, lamp.style);
    CHECK_OK(order("{\"slot\":\"S0100100315\",\"colour\":\"off\"}", &lamp));
    CHECK(lamp.style == 0 && lamp.seconds == 0);
}

TEST(racks_message, refuses_an_order_it_cannot_carry_out)
{
    static const char *const wrong[] = {
        "{}",
        "{\"slot\":\"S0100100315\"}",
        "{\"slot\":\"S0100100315\",\"colour\":\"pink\"}",
        "{\"slot\":\"S0100100315\",\"colour\":\"red\",\"mode\":\"slowly\"}",
        "{\"slot\":\"S0100100315\",\"colour\":\"red\",\"mode\":7}",
        "{\"slot\":\"S0100100315\",\"colour\":\"red\",\"seconds\":-1}",
        "{\"slot\":\"S0100100315\",\"colour\":\"red\",\"seconds\":86401}",
        "{\"slot\":\"S0100100316\",\"colour\":\"red\"}", /* wrong check digits */
        "{\"slot\":\"T10671\",\"colour\":\"red\"}",      /* not a slot */
    };
    struct racks_lamp lamp;
    for (size_t i = 0; i < COUNT(wrong); i++)
        CHECK_RC(RC_INVALID, order(wrong[i], &lamp));
}

TEST(racks_message, says_what_the_rack_said)
{
    const struct racks_port place = { .address = 1, .site = 1, .rack = 1 };
    struct rack_news news = {
        .presence = { 1u << 2 },
        .events = { { .seq = 4,
                      .type = RACK_PLACED,
                      .slot = 2,
                      .value = 5,
                      .uptime_cs = 9 },
                    { .seq = 5, .type = RACK_BOOTED, .slot = RACK_NO_SLOT } },
        .event_boots = { 6, 7 },
        .event_count = 2,
    };
    json_t *placed = racks_event_message(&place, &news, 0);
    json_t *want = json_loads(
        "{\"do\":\"rack-event\",\"site\":1,\"rack\":1,\"boot\":6,\"seq\":4,"
        "\"type\":\"placed\",\"value\":5,\"uptime_cs\":9,\"slot\":\"S0100100315\"}",
        0, NULL);
    CHECK(json_equal(want, placed));
    json_decref(want);
    json_decref(placed);
    json_t *boot = racks_event_message(&place, &news, 1);
    CHECK(!json_object_get(boot, "slot"));
    CHECK_INT(7, json_integer_value(json_object_get(boot, "boot")));
    CHECK_TEXT("S0100100315",
               json_string_value(json_array_get(json_object_get(boot, "full"), 0)));
    CHECK_INT(1, json_array_size(json_object_get(boot, "full")));
    json_decref(boot);
}
