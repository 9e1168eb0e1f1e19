/* Slots are indices on the wire of the rack and labels everywhere else; they meet here.
 */
#include "repo-daemon/racks_message.h"

#include "core/label.h"

#include <string.h>

static json_t *slot_label(const struct racks_port *place, unsigned index)
{
    char text[LABEL_TEXT_MAX];
    struct label label = { .type = LABEL_SLOT,
                           .site = place->site,
                           .rack = place->rack,
                           .slot = (uint16_t)(index + 1) };
    return label_write(&label, text) ? NULL : json_string(text);
}

static json_t *full_slots(const struct racks_port *place, const struct rack_news *news)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < RACK_SLOTS_MAX; i++)
        if (news->presence[i / 16] >> (i % 16) & 1)
            (void)json_array_append_new(list, slot_label(place, i));
    return list;
}

static const char *colour_name(int number)
{
    return rack_colour_name((enum rack_colour)number);
}

static const char *mode_name(int number)
{
    return rack_mode_name((enum rack_mode)number);
}

/* The number of the word under `key`, or -1. */
static int word_number(json_t *body, const char *key, const char *(*name)(int number),
                       int count)
{
    const char *word = json_string_value(json_object_get(body, key));
    for (int i = 0; word && i < count; i++)
        if (!strcmp(word, name(i)))
            return i;
    return -1;
}

json_t *racks_event_message(const struct racks_port *place, const struct rack_news *news,
                            unsigned index)
{
    const struct rack_event *event = &news->events[index];
    const char *type = rack_event_name(event->type);
    json_t *body =
        json_pack("{s:s, s:i, s:i, s:i, s:i, s:s, s:i, s:I}", "do", "rack-event", "site",
                  place->site, "rack", place->rack, "boot", news->event_boots[index],
                  "seq", event->seq, "type", type ? type : "unknown", "value",
                  event->value, "uptime_cs", (json_int_t)event->uptime_cs);
    if (event->slot < RACK_SLOTS_MAX)
        (void)json_object_set_new(body, "slot", slot_label(place, event->slot));
    if (event->type == RACK_BOOTED)
        (void)json_object_set_new(body, "full", full_slots(place, news));
    return body;
}

json_t *racks_full_message(const struct racks_port *place, const struct rack_news *news)
{
    return json_pack("{s:s, s:i, s:i, s:i, s:o}", "do", "rack-full", "site", place->site,
                     "rack", place->rack, "boot", news->boot, "full",
                     full_slots(place, news));
}

enum rc racks_lamp_read(json_t *body, struct racks_lamp *ret_lamp)
{
    const char *text = json_string_value(json_object_get(body, "slot"));
    int colour = word_number(body, "colour", colour_name, RACK_COLOURS);
    int mode = json_object_get(body, "mode")
                   ? word_number(body, "mode", mode_name, RACK_MODES)
                   : RACK_STEADY;
    json_int_t seconds = json_integer_value(json_object_get(body, "seconds"));
    struct label slot;
    json_int_t waits = json_integer_value(json_object_get(body, "waits"));
    if (!text || colour < 0 || mode < 0 || seconds < 0 ||
        seconds > RACKS_LAMP_SECONDS_MAX ||
        label_read((struct bytes){ (const uint8_t *)text, strlen(text) }, &slot) ||
        slot.type != LABEL_SLOT || slot.slot > RACK_SLOTS_MAX)
        return RC_INVALID;
    const struct rack_style style = { .colour = (enum rack_colour)colour,
                                      .mode = (enum rack_mode)mode,
                                      .waits = waits != 0 };
    *ret_lamp = (struct racks_lamp){ .site = slot.site,
                                     .rack = slot.rack,
                                     .slot = (uint8_t)(slot.slot - 1),
                                     .seconds = (uint32_t)seconds,
                                     .style = rack_style_pack(style) };
    return RC_OK;
}
