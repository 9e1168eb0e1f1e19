/* The bolt of the rack's door, and the contacts around it. */
#ifndef HAL_LOCK_H
#define HAL_LOCK_H

#include <stdbool.h>

enum hal_contact {
    HAL_DOOR_SHUT = 1u << 0,
    HAL_BOLT = 1u << 1, /* feedback as wired; which level means locked is learnt */
    HAL_BUTTON = 1u << 2,
    HAL_TAMPER = 1u << 3,
};

/* Power the bolt open, or let it fall shut. It is shut whenever the controller is not
 * running: the port lets go before anything else at each start. */
void hal_lock_drive(bool open);

/* Bits of enum hal_contact, as they are now. */
unsigned hal_contacts(void);

#endif
