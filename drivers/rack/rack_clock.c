/* Time on a bus; apart, so that a test can play both. */
#include "drivers/rack/rack_bus.h"
#include "sys/clock.h"

#include <errno.h>
#include <time.h>

int64_t rack_bus_now_ms(const struct rack_bus *bus)
{
    (void)bus; /* there is one clock; a bus that is played has its own */
    return clock_mono_ms();
}

void rack_bus_rest(struct rack_bus *bus, unsigned ms)
{
    struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };
    (void)bus;
    while (nanosleep(&pause, &pause) && errno == EINTR)
        continue;
}
