/* Clocks, in milliseconds. */
#include "sys/clock.h"

#include <stdio.h>
#include <time.h>

static int64_t read_ms(clockid_t id)
{
    struct timespec t;
    (void)clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_now_ms(void)
{
    return read_ms(CLOCK_REALTIME);
}

int64_t clock_mono_ms(void)
{
    return read_ms(CLOCK_MONOTONIC);
}

void clock_text(int64_t at_ms, char ret_text[CLOCK_TEXT_MAX])
{
    int64_t seconds = at_ms / 1000, ms = at_ms % 1000;
    if (ms < 0) {
        ms += 1000;
        seconds--;
    }
    time_t t = (time_t)seconds;
    struct tm tm = { 0 };
    (void)gmtime_r(&t, &tm);
    size_t len = strftime(ret_text, CLOCK_TEXT_MAX, "%Y-%m-%dT%H:%M:%S", &tm);
    (void)snprintf(ret_text + len, CLOCK_TEXT_MAX - len, ".%03dZ", (int)ms);
}
