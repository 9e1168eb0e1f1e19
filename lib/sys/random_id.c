/* Ids that nobody has had before: the name of a command, so that it is done once. */
#include "sys/hash.h"

#include <stdio.h>

void random_id(char ret_id[33])
{
    uint8_t bits[16];
    random_fill(bits, sizeof bits);
    for (size_t i = 0; i < sizeof bits; i++)
        (void)snprintf(ret_id + 2 * i, 3, "%02x", bits[i]);
}
