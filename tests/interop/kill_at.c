/* Preloaded into a program: kills it right before its nth call (KILL_AT) of those that change a file or start a program, counted over all of its
   threads; with KILL_HALF a write gets half of its bytes out first. Each call is a line in KILL_LOG. Programs that it starts are not touched. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_int calls;
static int limit, log_fd = -1, half;

__attribute__((constructor)) static void read_orders(void) {
    const char *at = getenv("KILL_AT"), *log = getenv("KILL_LOG");
    limit = at ? atoi(at) : 0;
    half = getenv("KILL_HALF") != NULL;
    if (log)
        log_fd = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    unsetenv("LD_PRELOAD");
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

ssize_t write(int fd, const void *bytes, size_t length) {
    if (is_due("write")) {
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
