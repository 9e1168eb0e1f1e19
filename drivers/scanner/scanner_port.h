/* SANE in our own words: what scanner_sane.c offers to the rest of this folder, so that
 * sane.h stays in one file and the choosing of options can be read without it.
 *
 * Nothing here decides anything. A port is one open handle. */
#ifndef DRIVERS_SCANNER_SCANNER_PORT_H
#define DRIVERS_SCANNER_SCANNER_PORT_H

#include "drivers/scanner/scanner.h"

struct port;

enum port_status {
    PORT_GOOD,
    PORT_UNSUPPORTED,
    PORT_CANCELLED,
    PORT_BUSY,
    PORT_INVALID,
    PORT_EOF,
    PORT_JAMMED,
    PORT_NO_DOCS,
    PORT_COVER_OPEN,
    PORT_IO,
    PORT_NO_MEMORY,
    PORT_DENIED,
    PORT_STATUS_COUNT
};

const char *port_status_text(enum port_status status);

enum port_status port_init(void);
void port_exit(void);
enum port_status port_list(struct scanner_device *ret_devices, size_t room,
                           size_t *ret_count);

enum port_status port_open(const char *name, struct port **ret_port);
void port_close(struct port *port);

enum port_kind { PORT_BOOL, PORT_NUMBER, PORT_TEXT, PORT_OTHER };

/* One option, as it is at this moment: setting one may change others. */
struct port_option {
    int index;
    enum port_kind kind;
    bool active, settable;
    bool in_pixels; /* the unit of a length is pixels, not mm */
    const char *const
        *words; /* borrowed, NULL-ended; NULL when it has no list of words */
    bool has_range;
    double least, most; /* of the range or of the list of numbers */
    double list[64];    /* numbers it may be, when count is not 0 */
    size_t count;
};

/* False when the device has no option of that name. */
bool port_find(const struct port *port, const char *name, struct port_option *ret_option);

enum port_status port_set_text(struct port *port, const struct port_option *option,
                               const char *word);
enum port_status port_set_number(struct port *port, const struct port_option *option,
                                 double number); /* a bool is 0 or 1 */
enum port_status port_get_number(struct port *port, const struct port_option *option,
                                 double *ret_number);
enum port_status port_get_text(struct port *port, const struct port_option *option,
                               char ret_text[SCANNER_WORD_MAX]);

enum port_frame_kind {
    FRAME_GRAY,
    FRAME_RGB,
    FRAME_RED,
    FRAME_GREEN,
    FRAME_BLUE,
    FRAME_JPEG,
    FRAME_UNKNOWN
};

struct port_frame {
    enum port_frame_kind kind;
    bool last;
    uint32_t stride, width_px, height_px; /* height 0: not known yet */
    unsigned depth;
};

enum port_status port_start(struct port *port);
enum port_status port_frame(struct port *port, struct port_frame *ret_frame);
enum port_status port_read(struct port *port, uint8_t *at, size_t room, size_t *ret_len);
/* A descriptor to wait on, with reads that do not block; -1 when the device cannot. */
int port_select_fd(struct port *port);
void port_cancel(struct port *port); /* any thread, any signal handler */

#endif
