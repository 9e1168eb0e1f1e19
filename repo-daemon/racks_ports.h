/* The setting racks.ports: "PATH@ADDRESS:SITE.RACK", several with commas between.
 * "/dev/rs485-0@1:01.001, /dev/rs485-0@2:01.002" are two racks on one port.
 *
 * "...=io32" behind it is an input and output module of another maker with 32 slots in
 * the place of a rack (drivers/rack/rack.h), "=io32!" one whose inputs are off when a
 * slot is full. "/9600N" at the end sets the port's speed and parity, which all on it
 * share. */
#ifndef REPO_RACKS_PORTS_H
#define REPO_RACKS_PORTS_H

#include "core/rc.h"
#include "sys/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RACKS_MAX = 64, RACKS_PATH_MAX = 128, RACKS_PORTS_TEXT_MAX = 4096 };

struct racks_port {
    char path[RACKS_PATH_MAX];
    uint8_t address; /* on the bus, 1..247 */
    uint8_t site;    /* 1..99 */
    uint16_t rack;   /* 1..999 */
    uint16_t module; /* slots of a module; 0: a rack of ours */
    bool inverted;
    uint32_t baud; /* 0: preset */
    char parity;   /* 'E', 'O', 'N'; 0: preset */
};

/* Read the setting; an empty one is no rack. RC_INVALID with the entry in the sentence:
 * not readable, too many, or two entries for one rack or for one place on a bus. */
MUST_USE enum rc racks_ports_read(const char *text,
                                  struct racks_port ret_ports[RACKS_MAX],
                                  size_t *ret_count, struct fault *why);

#endif
