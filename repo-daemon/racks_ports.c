/* An entry is read from its end, because a path may contain anything but a comma. */
#include "repo-daemon/racks_ports.h"

#include "core/rack_map.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SITE_MAX = 99, RACK_NUMBER_MAX = 999 };

/* A decimal number from `least` to `most` that fills the whole text. */
static bool number(const char *text, unsigned least, unsigned most, unsigned *ret_number)
{
    unsigned value = 0;
    if (!*text || strlen(text) > 4)
        return false;
    for (; *text; text++) {
        if (!isdigit((unsigned char)*text))
            return false;
        value = value * 10 + (unsigned)(*text - '0');
    }
    *ret_number = value;
    return value >= least && value <= most;
}

static char *trim(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    size_t len = strlen(text);
    while (len && isspace((unsigned char)text[len - 1]))
        text[--len] = 0;
    return text;
}

/* Splits `text` at the last `mark`; NULL when there is none. */
static char *cut(char *text, char mark)
{
    char *at = strrchr(text, mark);
    if (!at)
        return NULL;
    *at = 0;
    return at + 1;
}

/* "9600N": speed and parity. */
static bool read_line(char *text, struct racks_port *port)
{
    static const char speeds[] = " 1200 2400 4800 9600 19200 38400 57600 115200 ";
    char speed[16];
    size_t len = strlen(text);
    char parity = len ? text[len - 1] : 0;
    if (len < 5 || len > 8 || (parity != 'E' && parity != 'O' && parity != 'N'))
        return false;
    snprintf(speed, sizeof speed, " %.*s ", (int)(len - 1), text);
    if (!strstr(speeds, speed))
        return false;
    port->baud = (uint32_t)strtoul(text, NULL, 10);
    port->parity = parity;
    return true;
}

/* "io32" or "io32!". */
static bool read_module(char *text, struct racks_port *port)
{
    unsigned slots;
    size_t len = strlen(text);
    port->inverted = len && text[len - 1] == '!';
    if (port->inverted)
        text[len - 1] = 0;
    if (strncmp(text, "io", 2) != 0 || !number(text + 2, 1, RACK_SLOTS_MAX, &slots))
        return false;
    port->module = (uint16_t)slots;
    return true;
}

static bool read_entry(char *entry, struct racks_port *ret_port)
{
    unsigned site, rack, address;
    memset(ret_port, 0, sizeof *ret_port);
    char *at = strrchr(entry, '@');
    char *line = at ? strchr(at, '/') : NULL, *module = at ? strchr(at, '=') : NULL;
    if (line && module && line < module)
        return false;
    if (line)
        *line++ = 0;
    if (module)
        *module++ = 0;
    if ((line && !read_line(line, ret_port)) ||
        (module && !read_module(module, ret_port)))
        return false;
    char *rack_text = cut(entry, '.');
    char *site_text = rack_text ? cut(entry, ':') : NULL;
    char *address_text = site_text ? cut(entry, '@') : NULL;
    if (!address_text || !*entry || strlen(entry) >= sizeof ret_port->path ||
        !number(rack_text, 1, RACK_NUMBER_MAX, &rack) ||
        !number(site_text, 1, SITE_MAX, &site) ||
        !number(address_text, 1, RACK_ADDRESS_MAX, &address))
        return false;
    strcpy(ret_port->path, entry);
    ret_port->address = (uint8_t)address;
    ret_port->site = (uint8_t)site;
    ret_port->rack = (uint16_t)rack;
    return true;
}

static bool same(const struct racks_port *a, const struct racks_port *b)
{
    return (a->site == b->site && a->rack == b->rack) ||
           (a->address == b->address && !strcmp(a->path, b->path));
}

enum rc racks_ports_read(const char *text, struct racks_port ret_ports[RACKS_MAX],
                         size_t *ret_count, struct fault *why)
{
    char copy[RACKS_PORTS_TEXT_MAX];
    if (strlen(text) >= sizeof copy)
        return fault_set(why, RC_INVALID, 0, "racks.ports is too long");
    strcpy(copy, text);
    size_t count = 0;
    char *rest = copy;
    for (char *entry; (entry = strsep(&rest, ","));) {
        char shown[RACKS_PATH_MAX];
        struct racks_port port;
        entry = trim(entry);
        if (!*entry)
            continue;
        strncpy(shown, entry, sizeof shown - 1);
        shown[sizeof shown - 1] = 0;
        if (!read_entry(entry, &port))
            return fault_set(
                why, RC_INVALID, 0,
                "racks.ports: '%s' is not PATH@ADDRESS:SITE.RACK[=ioN[!]][/SPEEDPARITY]",
                shown);
        if (count == RACKS_MAX)
            return fault_set(why, RC_INVALID, 0, "racks.ports: more than %d racks",
                             RACKS_MAX);
        for (size_t i = 0; i < count; i++)
            if (!strcmp(ret_ports[i].path, port.path) &&
                (ret_ports[i].baud != port.baud || ret_ports[i].parity != port.parity))
                return fault_set(why, RC_INVALID, 0,
                                 "racks.ports: '%s' has another speed than its port",
                                 shown);
        for (size_t i = 0; i < count; i++)
            if (same(&ret_ports[i], &port))
                return fault_set(why, RC_INVALID, 0, "racks.ports: '%s' is there twice",
                                 shown);
        ret_ports[count++] = port;
    }
    *ret_count = count;
    return RC_OK;
}
