/* Twelve slots a shelf: lamp above, volume or gap, number below. */
#include "picture.h"

#include "world.h"

#include "firmware/hal/hal_app.h"

#include <stdio.h>

enum { SHELF = 12 };

static void draw_lamps(unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++) {
        uint32_t rgb = world_light(i);
        if (rgb)
            printf("  \033[38;2;%u;%u;%um\u25CF\033[0m  ", rgb >> 16 & 0xFF,
                   rgb >> 8 & 0xFF, rgb & 0xFF);
        else
            printf("  \033[2m\u00B7\033[0m  ");
    }
    printf("\033[K\n");
}

static void draw_volumes(unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++)
        printf(world_full(i) ? " \u2590\u2588\u258C " : " \033[2m\u2502 \u2502\033[0m ");
    printf("\033[K\n");
}

void picture_draw(const char *link)
{
    printf("\033[H\033[1m%s\033[0m  boot %u\033[K\n\n", link, rack_boot_id());
    for (unsigned from = 0; from < world_slots(); from += SHELF) {
        unsigned to = from + SHELF < world_slots() ? from + SHELF : world_slots();
        draw_lamps(from, to);
        draw_volumes(from, to);
        for (unsigned i = from; i < to; i++)
            printf(" \033[2m%3u\033[0m ", i + 1);
        printf("\033[K\n\n");
    }
    printf("\033[J");
    fflush(stdout);
}
