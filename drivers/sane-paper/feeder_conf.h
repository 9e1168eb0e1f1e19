/* paper.conf: which folders are feeders.
 *
 *   # each `folder` begins a feeder; a path is relative to the folder of paper.conf
 *   folder  /srv/stacks/stack-1
 *   name    stack-1        SANE name paper:stack-1; without it paper:FOLDER
 *   vendor  Juanku         as scanimage -L shows it
 *   model   paper feeder
 *   serial  F0001
 *   state   stack-1.fed    keeps how many sheets are fed across processes; without it
 *                          every sane_open() finds the full stack
 *   feed-ms 300            time the feeder takes for a sheet; 0 = at once
 *   pace-ms 600            a sheet each 600 ms by a motor of its own (pace.h); 0 = none
 *   diary   pace.txt       when each side was asked for and read (pace.h)
 *
 * It is looked for as every SANE backend does: in the folders of SANE_CONFIG_DIR, then,
 * when that is unset or ends in ':', in "." and /etc/sane.d. */
#ifndef SANE_PAPER_FEEDER_CONF_H
#define SANE_PAPER_FEEDER_CONF_H

#include "core/bytes.h"
#include "core/rc.h"
#include "sys/fault.h"

enum {
    FEEDER_CONF_MAX = 32,
    FEEDER_WORD_MAX = 64,
    FEEDER_PATH_MAX = 1024,
    FEEDER_CONF_FILE_MAX = 64 * 1024,
    FEEDER_MS_MAX = 60 * 1000,
};

struct feeder_conf {
    char name[FEEDER_PATH_MAX]; /* without "paper:" */
    char vendor[FEEDER_WORD_MAX], model[FEEDER_WORD_MAX], serial[FEEDER_WORD_MAX];
    char folder[FEEDER_PATH_MAX];
    char state[FEEDER_PATH_MAX], diary[FEEDER_PATH_MAX]; /* "" for none */
    unsigned feed_ms, pace_ms;
};

/* A feeder over `folder` with nothing else said. RC_INVALID when the path is too long. */
MUST_USE enum rc feeder_conf_default(const char *folder, struct feeder_conf *ret_conf);

/* Read the text of a paper.conf that stands in `base`. At most FEEDER_CONF_MAX feeders.
 * RC_INVALID names the line. */
MUST_USE enum rc feeder_conf_parse(struct bytes text, const char *base,
                                   struct feeder_conf ret_confs[FEEDER_CONF_MAX],
                                   size_t *ret_count, struct fault *why);

/* Find and read paper.conf. None found is RC_OK with count 0. */
MUST_USE enum rc feeder_conf_load(struct feeder_conf ret_confs[FEEDER_CONF_MAX],
                                  size_t *ret_count, struct fault *why);

#endif
