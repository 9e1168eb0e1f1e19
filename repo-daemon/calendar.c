#include "repo-daemon/calendar.h"

#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DAY_MS = 86400000,
    BEIJING_MS = 8 * 3600 * 1000,
    THURSDAY = 4, /* 1970-01-01 */
    YEARS_MOST = 60,
};

struct calendar {
    struct {
        int64_t day;
        bool off;
    } days[CALENDAR_DAYS_MOST]; /* rising not needed: there are some thirty a year */
    size_t count;
    int years[YEARS_MOST];
    size_t year_count;
};

__asm__(".section .rodata\n"
        "calendar_json:\n.incbin \"repo-daemon/data/calendar.json\"\n"
        "calendar_json_end:\n.byte 0\n.previous\n");
extern const uint8_t calendar_json[], calendar_json_end[];

SCOPE_RELEASER(calendar_free_at, struct calendar *, calendar_free)

/* Days from civil and back (proleptic Gregorian), March as the first month. */
static int64_t day_of(int year, int month, int day)
{
    int y = month <= 2 ? year - 1 : year;
    int era = y / 400, of_era = y - era * 400;
    int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    return (int64_t)era * 146097 + days - 719468;
}

static void civil_of(int64_t day, int *ret_year, int *ret_month, int *ret_day)
{
    int64_t z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
    int of_era = (int)(z - era * 146097);
    int year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int of_year = of_era - (365 * year + year / 4 - year / 100);
    int month = (5 * of_year + 2) / 153;
    *ret_day = of_year - (153 * month + 2) / 5 + 1;
    *ret_month = month < 10 ? month + 3 : month - 9;
    *ret_year = year + (int)era * 400 + (*ret_month <= 2);
}

int64_t calendar_day(int64_t at_ms)
{
    int64_t ms = at_ms + BEIJING_MS;
    return ms >= 0 ? ms / DAY_MS : -((-ms + DAY_MS - 1) / DAY_MS);
}

void calendar_day_text(int64_t day, char ret_text[CALENDAR_DAY_TEXT])
{
    int year, month, of_month;
    char text[40];
    civil_of(day, &year, &month, &of_month);
    snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, of_month);
    snprintf(ret_text, CALENDAR_DAY_TEXT, "%.10s", text);
}

bool calendar_day_read(const char *text, int64_t *ret_day)
{
    int year, month, day, used = 0;
    char again[CALENDAR_DAY_TEXT];
    if (strlen(text) != CALENDAR_DAY_TEXT - 1 ||
        strspn(text, "0123456789-") != CALENDAR_DAY_TEXT - 1 ||
        sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &used) != 3 ||
        used != CALENDAR_DAY_TEXT - 1 || year < 1 || month < 1 || month > 12)
        return false;
    int64_t there = day_of(year, month, day);
    calendar_day_text(there, again);
    if (strcmp(again, text) != 0)
        return false;
    *ret_day = there;
    return true;
}

bool calendar_knows(const struct calendar *calendar, int year)
{
    for (size_t i = 0; i < calendar->year_count; i++)
        if (calendar->years[i] == year)
            return true;
    return false;
}

bool calendar_is_working(const struct calendar *calendar, int64_t day)
{
    for (size_t i = 0; i < calendar->count; i++)
        if (calendar->days[i].day == day)
            return !calendar->days[i].off;
    int weekday = (int)(((day + THURSDAY) % 7 + 7) % 7); /* 0 is Sunday */
    return weekday != 0 && weekday != 6;
}

int64_t calendar_end(const struct calendar *calendar, int64_t start, unsigned days)
{
    int64_t end = start + days;
    while (!calendar_is_working(calendar, end))
        end++;
    return end;
}

int64_t calendar_end_working(const struct calendar *calendar, int64_t start,
                             unsigned days)
{
    int64_t end = start;
    for (unsigned left = days; left; left -= calendar_is_working(calendar, end))
        end++;
    return end;
}

/* "2026-10-01" or "2026-10-01/2026-10-07". */
static bool span_add(struct calendar *c, const char *text, bool off)
{
    char first[CALENDAR_DAY_TEXT], last[CALENDAR_DAY_TEXT];
    int64_t from, to;
    size_t len = strlen(text);
    if (len != 10 && !(len == 21 && text[10] == '/'))
        return false;
    snprintf(first, sizeof first, "%.10s", text);
    snprintf(last, sizeof last, "%.10s", len == 10 ? text : text + 11);
    if (!calendar_day_read(first, &from) || !calendar_day_read(last, &to) || to < from ||
        to - from > 31)
        return false;
    for (int64_t day = from; day <= to; day++) {
        if (c->count == CALENDAR_DAYS_MOST)
            return false;
        c->days[c->count].day = day;
        c->days[c->count++].off = off;
    }
    return true;
}

static enum rc spans_read(struct calendar *c, const json_t *spans, bool off,
                          struct fault *why)
{
    for (size_t i = 0; i < json_array_size(spans); i++) {
        const char *text = json_string_value(json_array_get(spans, i));
        if (!text || !span_add(c, text, off))
            return fault_set(why, RC_INVALID, 0,
                             "日历文件里的“%.40s”不是日期，或天数太多", text ? text : "");
    }
    return RC_OK;
}

enum rc calendar_read(struct bytes text, struct calendar **ret_calendar,
                      struct fault *why)
{
    json_error_t error;
    SCOPED(json_free_at)
    json_t *file = json_loadb((const char *)text.at, text.len, 0, &error);
    SCOPED(calendar_free_at) struct calendar *c = calloc(1, sizeof *c);
    json_t *years = json_object_get(file, "years"), *year;
    const char *name;
    if (!c)
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for the calendar");
    if (!json_is_object(years))
        return fault_set(why, RC_INVALID, 0, "日历文件第 %d 行有错，或没有 years",
                         file ? 1 : error.line);
    json_object_foreach(years, name, year)
    {
        long number = strtol(name, NULL, 10);
        if (number < 1990 || number > 2200 || c->year_count == YEARS_MOST)
            return fault_set(why, RC_INVALID, 0, "日历文件里的年份“%.20s”不对", name);
        c->years[c->year_count++] = (int)number;
        enum rc rc = spans_read(c, json_object_get(year, "off"), true, why);
        if (!rc)
            rc = spans_read(c, json_object_get(year, "work"), false, why);
        if (rc)
            return rc;
    }
    *ret_calendar = TAKE(c);
    return RC_OK;
}

enum rc calendar_preset(struct calendar **ret_calendar, struct fault *why)
{
    return calendar_read(
        (struct bytes){ calendar_json, (size_t)(calendar_json_end - calendar_json) },
        ret_calendar, why);
}

void calendar_free(struct calendar *calendar)
{
    free(calendar);
}
