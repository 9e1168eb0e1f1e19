/* Starting a role and giving up rights.
 *
 * The filter refuses by name, in groups that follow the rights of the role: what no role
 * ever needs (mounting, tracing, modules, clocks), then sockets, then starting programs.
 * Landlock adds the path lists where the kernel has it; the systemd units repeat both,
 * so that neither stands alone. */
#include "sys/role.h"

#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

enum { ROLE_ARGS_MAX = 32 };

static enum rc no(struct fault *why, const char *doing)
{
    return fault_set(why, rc_of_errno(errno), errno, "%s: %s", doing, strerror(errno));
}

static void close_from(int first)
{
    if (syscall(SYS_close_range, (unsigned)first, ~0u, 0u))
        for (int fd = first; fd < 1024; fd++)
            close(fd);
}

/* Runs between fork and exec: only async-signal-safe calls. */
static void become(const char *const *argv, int channel, pid_t parent)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    if (channel == ROLE_CHANNEL_FD)
        (void)fcntl(channel, F_SETFD, 0);
    else if (dup2(channel, ROLE_CHANNEL_FD) < 0)
        _exit(127);
    close_from(ROLE_CHANNEL_FD + 1);
    sigset_t none;
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    execv("/proc/self/exe", (char *const *)(uintptr_t)argv);
    _exit(127);
}

enum rc role_start(const char *name, const char *const *args, int *ret_fd, pid_t *ret_pid,
                   struct fault *why)
{
    const char *argv[ROLE_ARGS_MAX + 4] = { program_invocation_name, "--role", name };
    for (size_t i = 0; args && args[i]; i++) {
        if (i == ROLE_ARGS_MAX)
            return fault_set(why, RC_INVALID, 0, "too many arguments for a role");
        argv[3 + i] = args[i];
    }
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
        return no(why, "make a channel");
    SCOPED(fd_close_at) int ours = pair[0];
    SCOPED(fd_close_at) int theirs = pair[1];
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid < 0)
        return no(why, "start a process");
    if (pid == 0)
        become(argv, theirs, parent);
    *ret_fd = TAKE_FD(ours);
    *ret_pid = pid;
    return RC_OK;
}

static const int never[] = {
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(ptrace),
    SCMP_SYS(kexec_load),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(bpf),
    SCMP_SYS(reboot),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(clock_settime),
    SCMP_SYS(settimeofday),
    SCMP_SYS(adjtimex),
    SCMP_SYS(acct),
    SCMP_SYS(add_key),
    SCMP_SYS(keyctl),
    SCMP_SYS(request_key),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(setns),
    SCMP_SYS(unshare),
    SCMP_SYS(chroot),
    SCMP_SYS(iopl),
    SCMP_SYS(ioperm),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(open_by_handle_at),
};

static const int net_calls[] = { SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(listen) };
static const int exec_calls[] = { SCMP_SYS(execve), SCMP_SYS(execveat) };
static const int file_calls[] = {
    SCMP_SYS(unlink),   SCMP_SYS(unlinkat), SCMP_SYS(rename),   SCMP_SYS(renameat),
    SCMP_SYS(link),     SCMP_SYS(linkat),   SCMP_SYS(symlink),  SCMP_SYS(symlinkat),
    SCMP_SYS(mkdir),    SCMP_SYS(mkdirat),  SCMP_SYS(mknod),    SCMP_SYS(mknodat),
    SCMP_SYS(truncate), SCMP_SYS(chmod),    SCMP_SYS(fchmodat), SCMP_SYS(renameat2),
};

static int refuse(scmp_filter_ctx filter, const int *calls, size_t count)
{
    int r = 0;
    for (size_t i = 0; i < count && r >= 0; i++)
        r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), calls[i], 0);
    return r;
}

#define REFUSE(filter, list) refuse(filter, list, sizeof(list) / sizeof *(list))

static enum rc filter_calls(unsigned rights, struct fault *why)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (!filter)
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for the system call filter");
    int r = REFUSE(filter, never);
    if (r >= 0 && !(rights & ROLE_NET)) {
        r = REFUSE(filter, net_calls);
        if (r >= 0)
            r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1,
                                 SCMP_A0(SCMP_CMP_NE, AF_UNIX, 0));
    }
    if (r >= 0 && !(rights & ROLE_EXEC))
        r = REFUSE(filter, exec_calls);
    if (r >= 0 && !(rights & ROLE_FILES))
        r = REFUSE(filter, file_calls);
    if (r >= 0)
        r = seccomp_load(filter);
    seccomp_release(filter);
    if (r < 0)
        return fault_set(why, RC_IO, -r, "load the system call filter: %s", strerror(-r));
    return RC_OK;
}

#define LAND_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define LAND_EXEC LANDLOCK_ACCESS_FS_EXECUTE
#define LAND_WRITE \
    (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | \
     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | \
     LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | \
     LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | \
     LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)

static void allow_below(int rules, const char *path, uint64_t access)
{
    SCOPED(fd_close_at) int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return; /* a folder that does not exist needs no leave */
    struct landlock_path_beneath_attr rule = { .allowed_access = access,
                                               .parent_fd = fd };
    if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0)) {
        /* a single file takes no folder rights */
        rule.allowed_access &= LANDLOCK_ACCESS_FS_READ_FILE |
                               LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_EXECUTE;
        (void)syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    }
}

static enum rc fence_paths(const struct role_rights *rights, struct fault *why)
{
    uint64_t write = LAND_WRITE;
    long version =
        syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version >= 2)
        write |= LANDLOCK_ACCESS_FS_REFER; /* else a rename between folders is refused */
    struct landlock_ruleset_attr all = { .handled_access_fs =
                                             LAND_READ | write | LAND_EXEC };
    SCOPED(fd_close_at)
    int rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0);
    if (rules < 0)
        return RC_OK; /* an older kernel: the filter and the unit remain */
    for (size_t i = 0; rights->read_paths && rights->read_paths[i]; i++)
        allow_below(rules, rights->read_paths[i],
                    LAND_READ | (rights->rights & ROLE_EXEC ? LAND_EXEC : 0));
    for (size_t i = 0; rights->write_paths && rights->write_paths[i]; i++)
        allow_below(rules, rights->write_paths[i], LAND_READ | write);
    if (syscall(SYS_landlock_restrict_self, rules, 0))
        return no(why, "fence the paths");
    return RC_OK;
}

enum rc role_drop(const struct role_rights *rights, struct fault *why)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        return no(why, "give up new rights");
    enum rc rc = fence_paths(rights, why);
    return rc ? rc : filter_calls(rights->rights, why);
}
