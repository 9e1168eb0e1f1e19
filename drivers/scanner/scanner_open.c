/* From a name to an open scanner. Our own programs find SANE backends beside themselves
 * (PREFIX/bin and PREFIX/sane in the build tree), since libsane's dll looks only into
 * LD_LIBRARY_PATH and the system's folders; it reads that variable when it loads a
 * backend, so setting it before sane_init() is enough. */
#include "drivers/scanner/scanner.h"

#include "drivers/scanner/scanner_state.h"
#include "sys/scope.h"

#include <glob.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct quirks quirks;

/* The folder of this program joined with `relative`. False when it does not exist. */
static bool beside_program(const char *relative, char ret_path[PATH_MAX])
{
    char program[PATH_MAX], joined[2 * PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", program, sizeof program - 1);
    if (len <= 0)
        return false;
    program[len] = '\0';
    char *slash = strrchr(program, '/');
    if (slash)
        *slash = '\0';
    snprintf(joined, sizeof joined, "%s/%s", program, relative);
    return realpath(joined, ret_path) != NULL;
}

static void find_backends_beside(void)
{
    char folder[PATH_MAX], joined[2 * PATH_MAX];
    const char *before = getenv("LD_LIBRARY_PATH");
    glob_t found;
    if (!beside_program("../sane", folder))
        return;
    snprintf(joined, sizeof joined, "%s/libsane-*.so.1", folder);
    bool any = !glob(joined, 0, NULL, &found);
    if (any)
        globfree(&found);
    int len = snprintf(joined, sizeof joined, "%s%s%s", folder,
                       before && *before ? ":" : "", before ? before : "");
    if (any && len > 0 && (size_t)len < sizeof joined)
        setenv("LD_LIBRARY_PATH", joined, 1);
}

/* The quirks installed, or those of the source tree, or none: a device without an entry
 * works by the usual words. */
static enum rc load_quirks(const char *folder, struct fault *why)
{
    static const char *const places[] = { "../share/juanku/quirks",
                                          "../../drivers/quirks",
                                          "../../../drivers/quirks" };
    char path[PATH_MAX];
    for (size_t i = 0; !folder && i < COUNT(places); i++)
        if (beside_program(places[i], path))
            folder = path;
    return folder ? quirks_load(folder, &quirks, why) : RC_OK;
}

enum rc scanner_init(const char *quirks_folder, struct fault *why)
{
    enum rc rc = load_quirks(quirks_folder, why);
    if (rc)
        return rc;
    find_backends_beside();
    /* Backends write to sockets, and the other end may be gone: an error, not an end. */
    (void)signal(SIGPIPE, SIG_IGN);
    enum port_status status = port_init();
    if (status)
        return fault_set(why, RC_IO, 0, "SANE does not start: %s",
                         port_status_text(status));
    return RC_OK;
}

void scanner_exit(void)
{
    port_exit();
    quirks_free(&quirks);
}

enum rc scanner_list(struct scanner_device *ret_devices, size_t room, size_t *ret_count,
                     struct fault *why)
{
    enum port_status status = port_list(ret_devices, room, ret_count);
    if (status)
        return fault_set(why, RC_IO, 0, "没有取得扫描仪列表（%s）",
                         port_status_text(status));
    return RC_OK;
}

static enum rc open_failed(enum port_status status, const char *name, struct fault *why)
{
    switch (status) {
    case PORT_INVALID:
        return fault_set(why, RC_NOT_FOUND, 0, "找不到扫描仪“%s”，请检查名称、电源和连线",
                         name);
    case PORT_BUSY:
        return fault_set(why, RC_AGAIN, 0, "扫描仪“%s”正被别的程序使用，请先关闭那个程序",
                         name);
    case PORT_DENIED:
        return fault_set(why, RC_DENIED, 0,
                         "没有权限使用扫描仪“%s”，请让管理员把您加入 scanner 组", name);
    case PORT_NO_MEMORY:
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足，打不开扫描仪");
    default:
        return fault_set(why, RC_UNAVAILABLE, 0, "扫描仪“%s”没有回应，请关机后重新打开",
                         name);
    }
}

/* What the list says about the device; its first entry when no name is given. */
static enum rc look_up(const char *name, struct scanner *scanner, struct fault *why)
{
    SCOPED(free_at)
    struct scanner_device *list = calloc(SCANNER_DEVICES_MAX, sizeof *list);
    size_t count = 0;
    if (!list)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足，打不开扫描仪");
    bool first = !name || !name[0];
    if (port_list(list, SCANNER_DEVICES_MAX, &count))
        count = 0;
    if (first && !count)
        return fault_set(why, RC_NOT_FOUND, 0, "没有找到扫描仪，请检查电源和连线");
    if (!first && strlen(name) >= SCANNER_NAME_MAX)
        return fault_set(why, RC_NOT_FOUND, 0, "扫描仪的名称太长");
    if (!first)
        memcpy(scanner->about.name, name, strlen(name) + 1);
    for (size_t i = 0; i < count; i++)
        if (first ? i == 0 : !strcmp(list[i].name, name)) {
            scanner->about = list[i];
            scanner->listed = true;
        }
    return RC_OK;
}

static void ask_serial(struct scanner *scanner)
{
    static const char *const names[] = { "serial-number", "serial",
                                         "device-serial-number" };
    struct port_option option;
    for (size_t i = 0; i < COUNT(names); i++)
        if (port_find(scanner->port, names[i], &option) && option.kind == PORT_TEXT &&
            !port_get_text(scanner->port, &option, scanner->about.serial))
            return;
}

static void settle(const struct quirk *quirk)
{
    long ms = strtol(quirk->settle_ms, NULL, 10);
    if (ms > 0)
        nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

enum rc scanner_open(const char *name, struct scanner **ret_scanner, struct fault *why)
{
    SCOPED(free_at) struct scanner *scanner = calloc(1, sizeof *scanner);
    if (!scanner)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足，打不开扫描仪");
    scanner->cancel_fd = -1;
    enum rc rc = look_up(name, scanner, why);
    if (rc)
        return rc;
    enum port_status status = port_open(scanner->about.name, &scanner->port);
    if (status)
        return open_failed(status, scanner->about.name, why);
    scanner->quirk = quirk_find(&quirks, scanner->about.name);
    scanner->profile = scanner_profile_default();
    settle(&scanner->quirk);
    ask_serial(scanner);
    *ret_scanner = TAKE(scanner);
    return RC_OK;
}

/* Is it `name`, and has it this number? Then *ret_scanner is open. */
static bool open_if_it(const char *name, const char *serial, struct scanner **ret_scanner,
                       enum rc *ret_worst, struct fault *why)
{
    struct scanner *scanner = NULL;
    enum rc rc = scanner_open(name, &scanner, why);
    if (!rc && !strcmp(scanner->about.serial, serial)) {
        *ret_scanner = scanner;
        return true;
    }
    scanner_close(scanner);
    if (rc == RC_AGAIN)
        *ret_worst = rc;
    return false;
}

enum rc scanner_open_serial(const char *name, const char *serial,
                            struct scanner **ret_scanner, struct fault *why)
{
    SCOPED(free_at)
    struct scanner_device *list = calloc(SCANNER_DEVICES_MAX, sizeof *list);
    size_t count = 0;
    enum rc worst = RC_NOT_FOUND;
    if (!list)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足，打不开扫描仪");
    bool named = name && name[0];
    if (named && open_if_it(name, serial, ret_scanner, &worst, why))
        return RC_OK;
    if (port_list(list, SCANNER_DEVICES_MAX, &count))
        count = 0;
    for (size_t i = 0; i < count; i++)
        if ((!named || strcmp(list[i].name, name) != 0) &&
            open_if_it(list[i].name, serial, ret_scanner, &worst, why))
            return RC_OK;
    if (worst == RC_AGAIN)
        return fault_set(why, worst, 0,
                         "编号 %s 的扫描仪可能正被别的程序使用，请先关闭那个程序",
                         serial);
    return fault_set(why, worst, 0, "没有找到编号 %s 的扫描仪，请检查电源和连线", serial);
}

void scanner_close(struct scanner *scanner)
{
    if (!scanner)
        return;
    port_cancel(scanner->port);
    port_close(scanner->port);
    free(scanner);
}

const struct scanner_device *scanner_about(const struct scanner *scanner)
{
    return &scanner->about;
}
