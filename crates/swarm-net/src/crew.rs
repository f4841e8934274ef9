//! A small thread pool for blocking work: name resolution, trackers, web seeds.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crossbeam_channel::{Receiver, Sender, unbounded};

/// A few threads, started when there is work for them. They end when this is dropped and their work is done.
pub(crate) struct Crew {
    most: usize,
    threads: usize,
    /// Tasks that are not done.
    open: Arc<AtomicUsize>,
    queue: Sender<Task>,
    tasks: Receiver<Task>,
}

type Task = Box<dyn FnOnce() + Send>;

impl Crew {
    /// A crew of at most `most` threads.
    pub(crate) fn new(most: usize) -> Self {
        let (queue, tasks) = unbounded();
        Self { most, threads: 0, open: Arc::default(), queue, tasks }
    }

    /// Lets a thread do `task`, when one is free. Of a task that panics nothing more is heard; the others go on. Where the system
    /// makes no more threads, those that are there do it; if there are none, it waits for the first.
    pub(crate) fn run(&mut self, task: impl FnOnce() + Send + 'static) {
        let open = self.open.fetch_add(1, Ordering::Relaxed);
        if open >= self.threads && self.threads < self.most {
            let (tasks, open) = (self.tasks.clone(), Arc::clone(&self.open));
            let spawned = thread::Builder::new().spawn(move || work(&tasks, &open));
            self.threads += usize::from(spawned.is_ok());
        }
        // Cannot fail: we hold the other end as well.
        let _ = self.queue.send(Box::new(task));
    }
}

fn work(tasks: &Receiver<Task>, open: &AtomicUsize) {
    for task in tasks {
        // The panic is on standard error already. It is the end of the task, not of the thread.
        let _ = catch_unwind(AssertUnwindSafe(task));
        open.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use super::*;

    #[test]
    fn there_are_never_more_threads_than_allowed() {
        let mut crew = Crew::new(3);
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (done, all) = channel();
        for _ in 0..20 {
            let (now, most, done) = (Arc::clone(&now), Arc::clone(&most), done.clone());
            crew.run(move || {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                thread::sleep(Duration::from_millis(1));
                now.fetch_sub(1, Ordering::SeqCst);
                done.send(()).unwrap();
            });
        }
        assert_eq!(all.iter().take(20).count(), 20);
        assert!(most.load(Ordering::SeqCst) <= 3);
    }

    #[test]
    fn a_task_that_panics_costs_no_thread() {
        let mut crew = Crew::new(2);
        let (done, all) = channel();
        for number in 0..6 {
            let done = done.clone();
            crew.run(move || {
                assert_eq!(number, 5, "all but the last one panic");
                done.send(()).unwrap();
            });
        }
        assert_eq!(all.recv_timeout(Duration::from_secs(10)), Ok(()));
    }
}
