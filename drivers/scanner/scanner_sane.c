/* SANE's API, translated word by word; the only place here that includes its header. The
 * four traps of the API are dealt with in this file and nowhere else: lengths may be in
 * pixels, numbers may be 16.16 fixed, a string must be given in a buffer of the option's
 * own size, and one value in a list of numbers is its length. */
#include "drivers/scanner/scanner_port.h"

#include <sane/sane.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
    FRAME_TYPE_JPEG = 0x0B
}; /* agreed on by backends; not in the header of SANE 1.0 */

struct port {
    SANE_Handle handle;
};

static const enum port_status statuses[] = {
    [SANE_STATUS_GOOD] = PORT_GOOD,
    [SANE_STATUS_UNSUPPORTED] = PORT_UNSUPPORTED,
    [SANE_STATUS_CANCELLED] = PORT_CANCELLED,
    [SANE_STATUS_DEVICE_BUSY] = PORT_BUSY,
    [SANE_STATUS_INVAL] = PORT_INVALID,
    [SANE_STATUS_EOF] = PORT_EOF,
    [SANE_STATUS_JAMMED] = PORT_JAMMED,
    [SANE_STATUS_NO_DOCS] = PORT_NO_DOCS,
    [SANE_STATUS_COVER_OPEN] = PORT_COVER_OPEN,
    [SANE_STATUS_IO_ERROR] = PORT_IO,
    [SANE_STATUS_NO_MEM] = PORT_NO_MEMORY,
    [SANE_STATUS_ACCESS_DENIED] = PORT_DENIED,
};

/* Newer backends know more (12 warming up, 13 locked): those pass, so they are "busy". */
static enum port_status status_of(SANE_Status status)
{
    return status < COUNT(statuses) ? statuses[status] : PORT_BUSY;
}

enum port_status port_init(void)
{
    return status_of(sane_init(NULL, NULL));
}

void port_exit(void)
{
    sane_exit();
}

static void copy_word(char *to, size_t room, const char *from)
{
    size_t len = from ? strnlen(from, room - 1) : 0;
    memcpy(to, from ? from : "", len);
    to[len] = '\0';
}

enum port_status port_list(struct scanner_device *ret_devices, size_t room,
                           size_t *ret_count)
{
    const SANE_Device **list = NULL;
    SANE_Status status = sane_get_devices(&list, SANE_FALSE);
    *ret_count = 0;
    for (size_t i = 0; !status && list[i] && *ret_count < room; i++) {
        struct scanner_device *device = &ret_devices[(*ret_count)++];
        *device = (struct scanner_device){ .name = "" };
        copy_word(device->name, sizeof device->name, list[i]->name);
        copy_word(device->vendor, sizeof device->vendor, list[i]->vendor);
        copy_word(device->model, sizeof device->model, list[i]->model);
        copy_word(device->type, sizeof device->type, list[i]->type);
    }
    return status_of(status);
}

enum port_status port_open(const char *name, struct port **ret_port)
{
    struct port *port = calloc(1, sizeof *port);
    if (!port)
        return PORT_NO_MEMORY;
    SANE_Status status = sane_open(name, &port->handle);
    if (status) {
        free(port);
        return status_of(status);
    }
    *ret_port = port;
    return PORT_GOOD;
}

void port_close(struct port *port)
{
    sane_close(port->handle);
    free(port);
}

static double number_of(const SANE_Option_Descriptor *about, SANE_Word word)
{
    return about->type == SANE_TYPE_FIXED ? SANE_UNFIX(word) : word;
}

static void read_constraint(const SANE_Option_Descriptor *about,
                            struct port_option *option)
{
    if (about->constraint_type == SANE_CONSTRAINT_STRING_LIST)
        option->words = (const char *const *)about->constraint.string_list;
    if (about->constraint_type == SANE_CONSTRAINT_RANGE && about->constraint.range) {
        option->has_range = true;
        option->least = number_of(about, about->constraint.range->min);
        option->most = number_of(about, about->constraint.range->max);
    }
    if (about->constraint_type == SANE_CONSTRAINT_WORD_LIST) {
        const SANE_Word *list = about->constraint.word_list;
        for (SANE_Word i = 1; i <= list[0] && option->count < COUNT(option->list); i++)
            option->list[option->count++] = number_of(about, list[i]);
    }
}

static enum port_kind kind_of(const SANE_Option_Descriptor *about)
{
    if (about->type == SANE_TYPE_BOOL)
        return PORT_BOOL;
    if (about->type == SANE_TYPE_STRING)
        return PORT_TEXT;
    bool number = about->type == SANE_TYPE_INT || about->type == SANE_TYPE_FIXED;
    return number && about->size == sizeof(SANE_Word) ? PORT_NUMBER : PORT_OTHER;
}

bool port_find(const struct port *port, const char *name, struct port_option *ret_option)
{
    SANE_Int count = 0;
    if (sane_control_option(port->handle, 0, SANE_ACTION_GET_VALUE, &count, NULL))
        return false;
    for (SANE_Int i = 1; i < count; i++) {
        const SANE_Option_Descriptor *about = sane_get_option_descriptor(port->handle, i);
        if (!about || !about->name || about->type == SANE_TYPE_GROUP ||
            strcmp(about->name, name))
            continue;
        *ret_option = (struct port_option){
            .index = i,
            .kind = kind_of(about),
            .active = SANE_OPTION_IS_ACTIVE(about->cap),
            .settable = SANE_OPTION_IS_SETTABLE(about->cap),
            .in_pixels = about->unit == SANE_UNIT_PIXEL,
        };
        read_constraint(about, ret_option);
        return true;
    }
    return false;
}

enum port_status port_set_text(struct port *port, const struct port_option *option,
                               const char *word)
{
    const SANE_Option_Descriptor *about =
        sane_get_option_descriptor(port->handle, option->index);
    if (!about)
        return PORT_IO; /* it went away meanwhile */
    size_t room = (size_t)about->size;
    if (strlen(word) >= room)
        room = strlen(word) + 1;
    char *buffer = calloc(1, room);
    if (!buffer)
        return PORT_NO_MEMORY;
    memcpy(buffer, word, strlen(word));
    SANE_Status status = sane_control_option(port->handle, option->index,
                                             SANE_ACTION_SET_VALUE, buffer, NULL);
    free(buffer);
    return status_of(status);
}

enum port_status port_set_number(struct port *port, const struct port_option *option,
                                 double number)
{
    const SANE_Option_Descriptor *about =
        sane_get_option_descriptor(port->handle, option->index);
    if (!about)
        return PORT_IO;
    SANE_Word word =
        about->type == SANE_TYPE_FIXED ? SANE_FIX(number) : (SANE_Word)(number + 0.5);
    return status_of(sane_control_option(port->handle, option->index,
                                         SANE_ACTION_SET_VALUE, &word, NULL));
}

enum port_status port_get_number(struct port *port, const struct port_option *option,
                                 double *ret_number)
{
    const SANE_Option_Descriptor *about =
        sane_get_option_descriptor(port->handle, option->index);
    SANE_Word word = 0;
    if (!about)
        return PORT_IO;
    SANE_Status status = sane_control_option(port->handle, option->index,
                                             SANE_ACTION_GET_VALUE, &word, NULL);
    if (!status)
        *ret_number = number_of(about, word);
    return status_of(status);
}

enum port_status port_get_text(struct port *port, const struct port_option *option,
                               char ret_text[SCANNER_WORD_MAX])
{
    const SANE_Option_Descriptor *about =
        sane_get_option_descriptor(port->handle, option->index);
    char *buffer = about ? calloc(1, (size_t)about->size + 1) : NULL;
    if (!about)
        return PORT_IO;
    if (!buffer)
        return PORT_NO_MEMORY;
    SANE_Status status = sane_control_option(port->handle, option->index,
                                             SANE_ACTION_GET_VALUE, buffer, NULL);
    if (!status)
        copy_word(ret_text, SCANNER_WORD_MAX, buffer);
    free(buffer);
    return status_of(status);
}

enum port_status port_start(struct port *port)
{
    return status_of(sane_start(port->handle));
}

enum port_status port_frame(struct port *port, struct port_frame *ret_frame)
{
    SANE_Parameters p;
    SANE_Status status = sane_get_parameters(port->handle, &p);
    if (status)
        return status_of(status);
    static const enum port_frame_kind kinds[] = {
        [SANE_FRAME_GRAY] = FRAME_GRAY, [SANE_FRAME_RGB] = FRAME_RGB,
        [SANE_FRAME_RED] = FRAME_RED,   [SANE_FRAME_GREEN] = FRAME_GREEN,
        [SANE_FRAME_BLUE] = FRAME_BLUE,
    };
    unsigned type = (unsigned)p.format;
    *ret_frame = (struct port_frame){
        .kind = type < COUNT(kinds)       ? kinds[type]
                : type == FRAME_TYPE_JPEG ? FRAME_JPEG
                                          : FRAME_UNKNOWN,
        .last = p.last_frame,
        .stride = p.bytes_per_line > 0 ? (uint32_t)p.bytes_per_line : 0,
        .width_px = p.pixels_per_line > 0 ? (uint32_t)p.pixels_per_line : 0,
        .height_px = p.lines > 0 ? (uint32_t)p.lines : 0,
        .depth = (unsigned)p.depth,
    };
    return PORT_GOOD;
}

enum port_status port_read(struct port *port, uint8_t *at, size_t room, size_t *ret_len)
{
    SANE_Int len = 0;
    SANE_Status status =
        sane_read(port->handle, at, room > INT32_MAX ? INT32_MAX : (SANE_Int)room, &len);
    *ret_len = !status && len > 0 ? (size_t)len : 0;
    return status_of(status);
}

int port_select_fd(struct port *port)
{
    SANE_Int fd = -1;
    if (sane_set_io_mode(port->handle, SANE_TRUE))
        return -1;
    if (!sane_get_select_fd(port->handle, &fd) && fd >= 0)
        return fd;
    if (sane_set_io_mode(port->handle, SANE_FALSE))
        return -1;
    return -1;
}

void port_cancel(struct port *port)
{
    sane_cancel(port->handle);
}
