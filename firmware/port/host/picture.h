/* A small picture of the rack in the terminal, for people. */
#ifndef HOST_PICTURE_H
#define HOST_PICTURE_H

/* Draw it over the last one. */
void picture_draw(const char *link);

#endif
