/* The thirteen entry points that libsane's dll looks for, and the list of feeders. A
 * feeder lives from sane_init() (or its first opening by path) to sane_exit(), so its
 * place in the stack outlives a handle; a handle is one struct scan. */
#include "options.h"
#include "scan.h"

#include "sys/scope.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENTRY __attribute__((visibility("default")))

enum { FEEDERS_MAX = 2 * FEEDER_CONF_MAX, BUILD = 1 };

static struct feeder *feeders[FEEDERS_MAX];
static size_t feeder_count;
static SANE_Device devices[FEEDERS_MAX];
static const SANE_Device *device_list[FEEDERS_MAX + 1];

static enum rc add_feeder(const struct feeder_conf *conf)
{
    if (feeder_count == FEEDERS_MAX)
        return RC_FULL;
    enum rc rc = feeder_new(conf, &feeders[feeder_count]);
    if (!rc)
        feeder_count++;
    return rc;
}

ENTRY void sane_paper_exit(void)
{
    while (feeder_count)
        feeder_free(feeders[--feeder_count]);
}

ENTRY SANE_Status sane_paper_init(SANE_Int *version, SANE_Auth_Callback authorize)
{
    (void)authorize;
    if (version)
        *version = SANE_VERSION_CODE(SANE_CURRENT_MAJOR, SANE_CURRENT_MINOR, BUILD);
    struct fault why = { 0 };
    size_t count;
    SCOPED(free_at)
    struct feeder_conf *confs = calloc(FEEDER_CONF_MAX, sizeof *confs);
    if (!confs)
        return SANE_STATUS_NO_MEM;
    sane_paper_exit();
    enum rc rc = feeder_conf_load(confs, &count, &why);
    for (size_t i = 0; !rc && i < count; i++)
        rc = add_feeder(&confs[i]);
    return scan_status(rc, &why);
}

ENTRY SANE_Status sane_paper_get_devices(const SANE_Device ***list, SANE_Bool local_only)
{
    (void)local_only;
    size_t count = 0;
    for (size_t i = 0; i < feeder_count; i++) {
        if (feeder_is_gone(feeders[i]))
            continue;
        const struct feeder_conf *conf = feeder_conf(feeders[i]);
        devices[count] = (SANE_Device){ .name = conf->name,
                                        .vendor = conf->vendor,
                                        .model = conf->model,
                                        .type = "sheetfed scanner" };
        device_list[count] = &devices[count];
        count++;
    }
    device_list[count] = NULL;
    *list = device_list;
    return SANE_STATUS_GOOD;
}

/* The feeder of that name or folder; a folder that nobody named becomes one. */
static struct feeder *find_feeder(const char *name)
{
    for (size_t i = 0; i < feeder_count; i++) {
        const struct feeder_conf *conf = feeder_conf(feeders[i]);
        if (!name[0] || !strcmp(name, conf->name) || !strcmp(name, conf->folder))
            return feeders[i];
    }
    struct stat st;
    struct feeder_conf conf;
    if (strchr(name, '/') && !stat(name, &st) && S_ISDIR(st.st_mode) &&
        !feeder_conf_default(name, &conf) && !add_feeder(&conf))
        return feeders[feeder_count - 1];
    return NULL;
}

ENTRY SANE_Status sane_paper_open(SANE_String_Const name, SANE_Handle *handle)
{
    struct feeder *feeder = find_feeder(name ? name : "");
    struct scan *scan;
    SANE_Status status = feeder ? scan_open(feeder, &scan) : SANE_STATUS_INVAL;
    if (!status)
        *handle = scan;
    return status;
}

ENTRY void sane_paper_close(SANE_Handle handle)
{
    scan_close(handle);
}

ENTRY const SANE_Option_Descriptor *sane_paper_get_option_descriptor(SANE_Handle handle,
                                                                     SANE_Int option)
{
    struct scan *scan = handle;
    return option >= 0 && option < OPTIONS ? &scan->options.about[option] : NULL;
}

/* Options that the machine answers, not the table of values. */
static SANE_Status read_machine(struct scan *scan, SANE_Int option, void *value)
{
    if (option == OPT_SERIAL) {
        strcpy(value, feeder_conf(scan->feeder)->serial);
        return SANE_STATUS_GOOD;
    }
    if (feeder_is_gone(scan->feeder)) {
        scan->gone = true;
        return SANE_STATUS_IO_ERROR;
    }
    if (option == OPT_SCAN) { /* as the latch of a button: told once for a press */
        SANE_Word pressed = unlinkat(feeder_folder(scan->feeder), "scan.button", 0)
                                ? SANE_FALSE
                                : SANE_TRUE;
        memcpy(value, &pressed, sizeof pressed);
        return SANE_STATUS_GOOD;
    }
    struct fault why = { 0 };
    struct feeder_sensors sensors;
    struct trouble asked = options_trouble(&scan->options);
    enum rc rc = feeder_sense(scan->feeder, &asked, &sensors, &why);
    if (rc)
        return scan_status(rc, &why);
    SANE_Word says = option == OPT_PAGE_LOADED   ? sensors.page_loaded
                     : option == OPT_DOUBLE_FEED ? sensors.double_feed
                                                 : sensors.cover_open;
    memcpy(value, &says, sizeof says);
    return SANE_STATUS_GOOD;
}

ENTRY SANE_Status sane_paper_control_option(SANE_Handle handle, SANE_Int option,
                                            SANE_Action action, void *value,
                                            SANE_Int *info)
{
    struct scan *scan = handle;
    if (info)
        *info = 0;
    if (option < 0 || option >= OPTIONS || (!value && action != SANE_ACTION_SET_AUTO))
        return SANE_STATUS_INVAL;
    if (scan->gone)
        return SANE_STATUS_IO_ERROR;
    if (action == SANE_ACTION_GET_VALUE && option > OPT_GROUP_SENSORS &&
        option < OPT_GROUP_ADVANCED)
        return read_machine(scan, option, value);
    if (action == SANE_ACTION_GET_VALUE)
        return options_get(&scan->options, option, value);
    if (action == SANE_ACTION_SET_AUTO)
        return SANE_STATUS_INVAL;
    if (scan->busy && !atomic_load(&scan->stream.cancelled))
        return SANE_STATUS_DEVICE_BUSY;
    return options_set(&scan->options, option, value, info);
}

ENTRY SANE_Status sane_paper_get_parameters(SANE_Handle handle,
                                            SANE_Parameters *parameters)
{
    if (parameters)
        *parameters = scan_parameters(handle);
    return SANE_STATUS_GOOD;
}

ENTRY SANE_Status sane_paper_start(SANE_Handle handle)
{
    return scan_start(handle);
}

ENTRY SANE_Status sane_paper_read(SANE_Handle handle, SANE_Byte *data, SANE_Int room,
                                  SANE_Int *length)
{
    return scan_read(handle, data, room, length);
}

ENTRY void sane_paper_cancel(SANE_Handle handle)
{
    struct scan *scan = handle;
    stream_cancel(&scan->stream);
}

ENTRY SANE_Status sane_paper_set_io_mode(SANE_Handle handle, SANE_Bool non_blocking)
{
    struct scan *scan = handle;
    if (!scan->busy)
        return SANE_STATUS_INVAL;
    scan->stream.waits = !non_blocking;
    return SANE_STATUS_GOOD;
}

ENTRY SANE_Status sane_paper_get_select_fd(SANE_Handle handle, SANE_Int *fd)
{
    struct scan *scan = handle;
    if (!scan->busy)
        return SANE_STATUS_INVAL;
    *fd = scan->stream.out;
    return SANE_STATUS_GOOD;
}

ENTRY SANE_String_Const sane_paper_strstatus(SANE_Status status)
{
    static const SANE_String_Const texts[] = {
        "Success",       "Operation not supported", "Operation was cancelled",
        "Device busy",   "Invalid argument",        "End of file reached",
        "Feeder jammed", "Feeder out of documents", "Cover is open",
        "I/O error",     "Out of memory",           "Access denied",
    };
    return status < COUNT(texts) ? texts[status] : "Unknown status";
}
