//! The threads that work on data: as many as were asked for, fewer where the system gives no more.

use std::mem;

use rayon::ThreadPoolBuilder;

/// Runs `act` with a pool of `threads` for all that is parallel in it. Where the system refuses so many (`ulimit -u`, the pids limit of
/// a container, too little address space), half as many are tried, and in the end the calling thread does all the work.
pub fn on_threads<T: Send>(threads: usize, act: impl FnOnce() -> T + Send) -> T {
    with_stacks(threads, STACK, act)
}

fn with_stacks<T: Send>(mut threads: usize, stack: usize, act: impl FnOnce() -> T + Send) -> T {
    while threads > 0 {
        if let Ok(pool) = ThreadPoolBuilder::new().num_threads(threads).stack_size(stack).build() {
            return pool.install(act);
        }
        threads /= 2;
    }
    // The calling thread becomes a pool of its own and stays one. It refuses only because it is one already, which is as good.
    mem::forget(ThreadPoolBuilder::new().num_threads(1).use_current_thread().build());
    act()
}

/// Folders are scanned by recursion, and a waiting thread may take up other folders on top of its own.
const STACK: usize = 16 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use rayon::prelude::*;

    fn sum() -> (usize, u64) {
        // Each kind of work that the pipeline has.
        let threads = rayon::broadcast(|_| 1).into_iter().sum();
        rayon::scope(|scope| scope.spawn(|scope| scope.spawn(|_| {})));
        (threads, (0..1000_u64).into_par_iter().sum())
    }

    #[test]
    fn the_work_is_done_by_as_many_threads_as_there_are() {
        assert_eq!(on_threads(3, sum), (3, 499_500));
        // No system gives stacks of an exabyte.
        for threads in [1, 2, 100] {
            assert_eq!(with_stacks(threads, 1 << 60, sum), (1, 499_500), "{threads}");
        }
    }
}
