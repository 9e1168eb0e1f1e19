/* One monitor, one timer. What came is not looked at: whether it is our scanner only the
 * list of scanners knows. */
#include "station/plug.h"

#include "core/bytes.h"
#include "sys/scope.h"

#include <stdlib.h>
#include <string.h>
#include <systemd/sd-device.h>

struct plug {
    sd_device_monitor *monitor;
    sd_event *loop;
    sd_event_source *timer;
    void (*changed)(void *context);
    void *context;
};

void plug_free(struct plug *plug)
{
    if (!plug)
        return;
    sd_event_source_disable_unref(plug->timer);
    sd_device_monitor_unref(plug->monitor);
    free(plug);
}

SCOPE_RELEASER(plug_free_at, struct plug *, plug_free)

static int on_settled(sd_event_source *source, uint64_t usec, void *context)
{
    (void)source;
    (void)usec;
    struct plug *plug = context;
    plug->timer = sd_event_source_disable_unref(plug->timer);
    plug->changed(plug->context);
    return 0;
}

static int on_device(sd_device_monitor *monitor, sd_device *device, void *context)
{
    (void)monitor;
    (void)device;
    struct plug *plug = context;
    if (plug->timer)
        return 0;
    return sd_event_add_time_relative(plug->loop, &plug->timer, CLOCK_MONOTONIC,
                                      (uint64_t)PLUG_SETTLE_MS * 1000, 0, on_settled,
                                      plug);
}

enum rc plug_watch(sd_event *loop, void (*changed)(void *context), void *context,
                   struct plug **ret_plug, struct fault *why)
{
    static const char *const subsystems[] = { "usb", "scsi", "scsi_generic" };
    SCOPED(plug_free_at) struct plug *plug = calloc(1, sizeof *plug);
    if (!plug)
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for a device monitor");
    plug->loop = loop;
    plug->changed = changed;
    plug->context = context;
    int r = sd_device_monitor_new(&plug->monitor);
    for (size_t i = 0; r >= 0 && i < COUNT(subsystems); i++)
        r = sd_device_monitor_filter_add_match_subsystem_devtype(plug->monitor,
                                                                 subsystems[i], NULL);
    if (r >= 0)
        r = sd_device_monitor_attach_event(plug->monitor, loop);
    if (r >= 0)
        r = sd_device_monitor_start(plug->monitor, on_device, plug);
    if (r < 0)
        return fault_set(why, RC_UNAVAILABLE, -r, "no news of devices: %s", strerror(-r));
    *ret_plug = TAKE(plug);
    return RC_OK;
}
