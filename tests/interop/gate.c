/* Preloaded into a program: stops it between the loader's work and its own, until somebody lets it go on. */

#include <signal.h>
#include <sys/prctl.h>

__attribute__((constructor)) static void wait_at_gate(void) {
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
    raise(SIGSTOP);
}
