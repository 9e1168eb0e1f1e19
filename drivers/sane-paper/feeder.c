/* The feeder's place is one number, the sheets fed. It is read from the state file before
 * every decision and written before every consequence, so that the file is the truth and
 * several short-lived programs see one and the same stack. */
#include "feeder.h"

#include "sys/file.h"
#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { STATE_MAX = 128 };

struct feeder {
    struct feeder_conf conf;
    int folder;     /* -1 while not in use */
    int lock;       /* on STATE.lock, -1 without state */
    unsigned fed;   /* when there is no state file to ask */
    uint64_t print; /* of the stack that `fed` counts */
    bool unplugged;
    enum trouble_kind struck; /* the last trouble, until the next feed */
};

enum rc feeder_new(const struct feeder_conf *conf, struct feeder **ret_feeder)
{
    struct feeder *feeder = calloc(1, sizeof *feeder);
    if (!feeder)
        return RC_NO_MEMORY;
    feeder->conf = *conf;
    feeder->folder = feeder->lock = -1;
    *ret_feeder = feeder;
    return RC_OK;
}

void feeder_free(struct feeder *feeder)
{
    if (feeder)
        feeder_close(feeder);
    free(feeder);
}

const struct feeder_conf *feeder_conf(const struct feeder *feeder)
{
    return &feeder->conf;
}

/* Split the path of the state file. `folder` has FEEDER_PATH_MAX; returns the name. */
static const char *state_name(const struct feeder *feeder, char *folder)
{
    const char *slash = strrchr(feeder->conf.state, '/'); /* paths are made absolute */
    size_t len = slash ? (size_t)(slash - feeder->conf.state) : 0;
    memcpy(folder, feeder->conf.state, len);
    memcpy(folder + len, len ? "" : slash ? "/" : ".", len ? 1 : 2);
    return slash ? slash + 1 : feeder->conf.state;
}

/* How many sheets of this stack are fed. */
static unsigned fed_of(const struct feeder *feeder, const struct stack *stack)
{
    if (!feeder->conf.state[0])
        return feeder->print == stack->print ? feeder->fed : 0;
    SCOPED(free_at) char *text = NULL;
    size_t len;
    unsigned fed = 0;
    uint64_t print = 0;
    if (file_read(AT_FDCWD, feeder->conf.state, STATE_MAX, &text, &len, NULL))
        return 0;
    int fields = sscanf(text, "fed %8u %16" SCNx64, &fed, &print);
    return fields == 1 || (fields == 2 && print == stack->print) ? fed : 0;
}

static enum rc keep_fed(struct feeder *feeder, const struct stack *stack, unsigned fed,
                        struct fault *why)
{
    feeder->fed = fed;
    feeder->print = stack->print;
    if (!feeder->conf.state[0])
        return RC_OK;
    char text[STATE_MAX], folder[FEEDER_PATH_MAX];
    int len = snprintf(text, sizeof text, "fed %u %016" PRIx64 "\n", fed, stack->print);
    const char *name = state_name(feeder, folder);
    SCOPED(fd_close_at) int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return fault_set(why, rc_of_errno(errno), errno, "no folder for the state file");
    return file_replace(dir, name, (struct bytes){ (uint8_t *)text, (size_t)len }, why);
}

/* faults.tsv says "device-gone" for a sheet that is reached. */
static bool gone_by_file(struct feeder *feeder, int folder)
{
    struct trouble troubles[TROUBLES_MAX];
    SCOPED(stack_free) struct stack stack = { 0 };
    size_t count;
    if (trouble_read(folder, troubles, &count, NULL) || !count ||
        stack_read(folder, &stack, NULL))
        return false;
    unsigned next = fed_of(feeder, &stack) + 1;
    for (size_t i = 0; i < count; i++)
        if (troubles[i].kind == TROUBLE_DEVICE_GONE && troubles[i].sheet <= next)
            return true;
    return false;
}

bool feeder_is_gone(struct feeder *feeder)
{
    if (feeder->unplugged)
        return true;
    SCOPED(fd_close_at)
    int folder = open(feeder->conf.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return folder < 0 || gone_by_file(feeder, folder);
}

void feeder_unplug(struct feeder *feeder)
{
    feeder->unplugged = true;
}

/* One process at a time, since the paper is only there once. */
static enum rc lock_state(const struct feeder *feeder, int *ret_lock, struct fault *why)
{
    char path[FEEDER_PATH_MAX + 8];
    snprintf(path, sizeof path, "%s.lock", feeder->conf.state);
    SCOPED(fd_close_at) int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (lock < 0)
        return fault_set(why, rc_of_errno(errno), errno, "'%s' cannot be made", path);
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    if (fcntl(lock, F_OFD_SETLK, &whole))
        return fault_set(why, RC_AGAIN, errno, "another program uses this feeder");
    *ret_lock = TAKE_FD(lock);
    return RC_OK;
}

enum rc feeder_open(struct feeder *feeder, struct fault *why)
{
    if (feeder->folder >= 0)
        return fault_set(why, RC_AGAIN, 0, "this program uses the feeder already");
    SCOPED(fd_close_at)
    int folder = open(feeder->conf.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return fault_set(why, rc_of_errno(errno), errno, "'%s'", feeder->conf.folder);
    if (feeder_is_gone(feeder))
        return fault_set(why, RC_NOT_FOUND, 0, "the feeder is unplugged");
    SCOPED(stack_free) struct stack stack = { 0 };
    enum rc rc = stack_read(folder, &stack, why);
    if (!rc && feeder->conf.state[0])
        rc = lock_state(feeder, &feeder->lock, why);
    if (rc)
        return rc;
    feeder->fed = 0;
    feeder->print = stack.print;
    feeder->struck = TROUBLE_NONE;
    feeder->folder = TAKE_FD(folder);
    return RC_OK;
}

void feeder_close(struct feeder *feeder)
{
    fd_close_at(&feeder->folder);
    fd_close_at(&feeder->lock);
    feeder->folder = feeder->lock = -1;
    feeder->unplugged = false;
}

int feeder_folder(const struct feeder *feeder)
{
    return feeder->folder;
}

enum rc feeder_peek(struct feeder *feeder, struct fed_sheet *ret_sheet, struct fault *why)
{
    SCOPED(stack_free) struct stack stack = { 0 };
    enum rc rc = stack_read(feeder->folder, &stack, why);
    if (rc)
        return rc;
    unsigned fed = fed_of(feeder, &stack);
    if (fed >= stack.count)
        return fault_set(why, RC_NOT_FOUND, 0, "the feeder is empty");
    *ret_sheet = (struct fed_sheet){ .sheet = stack.sheets[fed], .number = fed + 1 };
    return RC_OK;
}

/* Set the place, in the stack as it is now. */
static enum rc set_fed(struct feeder *feeder, unsigned fed, struct fault *why)
{
    SCOPED(stack_free) struct stack stack = { 0 };
    enum rc rc = stack_read(feeder->folder, &stack, why);
    return rc ? rc : keep_fed(feeder, &stack, fed, why);
}

enum rc feeder_feed(struct feeder *feeder, const struct fed_sheet *sheet,
                    struct fault *why)
{
    feeder->struck = TROUBLE_NONE;
    return set_fed(feeder, sheet->number, why);
}

enum rc feeder_put_back(struct feeder *feeder, unsigned number, enum trouble_kind kind,
                        struct fault *why)
{
    feeder->struck = kind;
    return set_fed(feeder, number - 1, why);
}

static bool strikes(const struct trouble *trouble, unsigned number, enum side side)
{
    if (trouble->kind == TROUBLE_DEVICE_GONE && trouble->sheet < number)
        return true;
    return trouble->kind != TROUBLE_NONE && trouble->sheet == number &&
           trouble->side == side;
}

enum rc feeder_trouble(struct feeder *feeder, const struct trouble *asked,
                       unsigned number, enum side side, struct trouble *ret_trouble,
                       struct fault *why)
{
    struct trouble troubles[TROUBLES_MAX];
    size_t count;
    *ret_trouble = (struct trouble){ .kind = TROUBLE_NONE };
    enum rc rc = trouble_read(feeder->folder, troubles, &count, why);
    if (rc)
        return rc;
    for (size_t i = count; i-- > 0;)
        if (strikes(&troubles[i], number, side))
            *ret_trouble = troubles[i];
    if (strikes(asked, number, side))
        *ret_trouble = *asked;
    return RC_OK;
}

enum rc feeder_sense(struct feeder *feeder, const struct trouble *asked,
                     struct feeder_sensors *ret_sensors, struct fault *why)
{
    struct fed_sheet top = { .number = 0 };
    struct trouble next = { .kind = TROUBLE_NONE };
    enum rc rc = feeder_peek(feeder, &top, NULL);
    if (rc && rc != RC_NOT_FOUND)
        return fault_set(why, rc, 0, "the stack cannot be read");
    if (!rc && (rc = feeder_trouble(feeder, asked, top.number, SIDE_FRONT, &next, why)))
        return rc;
    *ret_sensors = (struct feeder_sensors){
        .page_loaded = top.number && next.kind != TROUBLE_NO_DOCS,
        .double_feed = feeder->struck == TROUBLE_DOUBLE_FEED,
        .cover_open = next.kind == TROUBLE_COVER_OPEN,
    };
    return RC_OK;
}
