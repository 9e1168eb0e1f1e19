/* The court's calendar: which days are working days. A data file (data/calendar.json, or
 * data/calendar.json in the folder of the repository, which goes before it), because the
 * State Council names the holidays anew each autumn. A year that the file does not know
 * has its weekends only, and calendar_knows() says so.
 *
 * Days are numbers: whole days since 1970-01-01 in Beijing time (UTC+8, no summer time).
 * Pure but for the loading. */
#ifndef REPO_CALENDAR_H
#define REPO_CALENDAR_H

#include "core/bytes.h"
#include "core/rc.h"
#include "sys/fault.h"

#include <stdbool.h>
#include <stdint.h>

enum { CALENDAR_DAY_TEXT = 11, CALENDAR_DAYS_MOST = 400 };

struct calendar;

/* Read a file's text. RC_INVALID with a Chinese sentence that names the wrong entry. */
MUST_USE enum rc calendar_read(struct bytes text, struct calendar **ret_calendar,
                               struct fault *why);
/* The one that is part of the program; the caller frees it. */
MUST_USE enum rc calendar_preset(struct calendar **ret_calendar, struct fault *why);
void calendar_free(struct calendar *calendar); /* accepts NULL */

bool calendar_is_working(const struct calendar *calendar, int64_t day);
bool calendar_knows(const struct calendar *calendar, int year);

/* The last day of a period of `days` after `start`, which itself does not count; a period
 * that would end on a day off ends on the next working day (民事诉讼法第八十五条). */
int64_t calendar_end(const struct calendar *calendar, int64_t start, unsigned days);
/* The same counted in working days. */
int64_t calendar_end_working(const struct calendar *calendar, int64_t start,
                             unsigned days);

int64_t calendar_day(int64_t at_ms);
void calendar_day_text(int64_t day, char ret_text[CALENDAR_DAY_TEXT]); /* 2026-11-28 */
/* False for a day that never was. */
bool calendar_day_read(const char *text, int64_t *ret_day);

#endif
