/* Preloaded into a program: kills it right before its nth call (KILL_AT) of those that change a file or start a program, counted over all of its
   threads; with KILL_HALF a write gets half of its bytes out first. Each call is a line in KILL_LOG. Programs that it starts are not touched.
   Calls that do not go through the C library are counted if KILL_RAW is set, by a filter (seccomp) that a program would hand down to those that it
   starts. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

static atomic_int calls;
static int limit, log_fd = -1, half;

static void trap_raw_calls(void);

__attribute__((constructor)) static void read_orders(void) {
    const char *at = getenv("KILL_AT"), *log = getenv("KILL_LOG");
    limit = at ? atoi(at) : 0;
    half = getenv("KILL_HALF") != NULL;
    if (log)
        log_fd = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    unsetenv("LD_PRELOAD");
    if (getenv("KILL_RAW"))
        trap_raw_calls();
}

/* Whether this is the call. */
static int is_due(const char *name) {
    char line[64];
    int length = snprintf(line, sizeof line, "%s\n", name);
    syscall(SYS_write, log_fd, line, length);
    return ++calls == limit;
}

static void end(void) { syscall(SYS_kill, getpid(), SIGKILL); }

#define BEFORE(name) \
    do { \
        if (is_due(#name)) \
            end(); \
    } while (0)
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* Threads wake each other by writing to what is no file. */
static int is_file(int fd) {
    struct stat found;
    return fstat(fd, &found) == 0 && (S_ISREG(found.st_mode) || S_ISFIFO(found.st_mode));
}

ssize_t write(int fd, const void *bytes, size_t length) {
    if (is_file(fd) && is_due("write")) {
        if (half)
            syscall(SYS_write, fd, bytes, length / 2);
        end();
    }
    return syscall(SYS_write, fd, bytes, length);
}

int fsync(int fd) {
    BEFORE(fsync);
    return REAL(fsync)(fd);
}

int fdatasync(int fd) {
    BEFORE(fdatasync);
    return REAL(fdatasync)(fd);
}

int rename(const char *from, const char *to) {
    BEFORE(rename);
    return REAL(rename)(from, to);
}

int link(const char *from, const char *to) {
    BEFORE(link);
    return REAL(link)(from, to);
}

int linkat(int in, const char *from, int out, const char *to, int flags) {
    BEFORE(linkat);
    return REAL(linkat)(in, from, out, to, flags);
}

int unlink(const char *path) {
    BEFORE(unlink);
    return REAL(unlink)(path);
}

int mkdir(const char *path, mode_t mode) {
    BEFORE(mkdir);
    return REAL(mkdir)(path, mode);
}

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    if (flags & (O_CREAT | O_TRUNC))
        BEFORE(open64);
    return REAL(open64)(path, flags, mode);
}

int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
                 char *const arguments[], char *const environment[]) {
    BEFORE(posix_spawnp);
    return REAL(posix_spawnp)(pid, file, actions, attributes, arguments, environment);
}

static const struct {
    long number;
    const char *name;
} RAW[] = {
    {SYS_pwritev, "pwritev"},     {SYS_pwrite64, "pwrite64"},   {SYS_openat2, "openat2"},   {SYS_renameat, "renameat"},
    {SYS_renameat2, "renameat2"}, {SYS_mkdirat, "mkdirat"},     {SYS_unlinkat, "unlinkat"}, {SYS_ftruncate, "ftruncate"},
    {SYS_fallocate, "fallocate"},
};
enum { RAW_CALLS = sizeof RAW / sizeof *RAW, LET_PASS = 0x5a17 };

static const char *raw_name(const siginfo_t *info, const greg_t *registers) {
    const struct open_how *how = (const struct open_how *)registers[REG_RDX];
    if (info->si_syscall == SYS_openat2 && !(how->flags & (O_CREAT | O_TRUNC)))
        return NULL;
    for (int at = 0; at < RAW_CALLS; at++)
        if (RAW[at].number == info->si_syscall)
            return RAW[at].name;
    return NULL;
}

/* None of these calls has a sixth argument: it says that this one was counted. */
static void on_raw_call(int number, siginfo_t *info, void *context) {
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    const char *name = raw_name(info, registers);
    (void)number;
    if (name && is_due(name)) {
        if (half && info->si_syscall == SYS_pwritev)
            syscall(SYS_pwritev, registers[REG_RDI], registers[REG_RSI], 1L, registers[REG_R10], registers[REG_R8], (long)LET_PASS);
        end();
    }
    register long r10 __asm__("r10") = registers[REG_R10], r8 __asm__("r8") = registers[REG_R8], r9 __asm__("r9") = LET_PASS;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"((long)info->si_syscall), "D"(registers[REG_RDI]), "S"(registers[REG_RSI]), "d"(registers[REG_RDX]), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    registers[REG_RAX] = result;
}

static void trap_raw_calls(void) {
    struct sock_filter filter[RAW_CALLS + 5] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[5])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, LET_PASS, RAW_CALLS + 1, 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    };
    for (int at = 0; at < RAW_CALLS; at++)
        filter[3 + at] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RAW[at].number, RAW_CALLS - at, 0);
    filter[RAW_CALLS + 3] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    filter[RAW_CALLS + 4] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP);
    struct sock_fprog program = {RAW_CALLS + 5, filter};
    struct sigaction action = {.sa_sigaction = on_raw_call, .sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK | SA_RESTART};
    sigaction(SIGSYS, &action, NULL);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0)
        abort();
}
