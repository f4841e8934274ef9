//! A small thread pool for blocking work: name resolution, trackers, web seeds. Torrents take turns at its threads, and who was silent
//! before keeps nobody waiting.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::job_id::JobId;
use crate::turn_queue::{ServerStanding, TurnQueue};

/// A few threads, started when there is work for them. They end when this is dropped and their work is done.
pub(crate) struct Crew {
    most: usize,
    threads: usize,
    /// Bytes of a thread's stack, if not the usual.
    stack: Option<usize>,
    shared: Arc<Shared>,
}

struct Shared {
    tasks: Mutex<Tasks>,
    bell: Condvar,
}

struct Tasks {
    /// Every thread is a place.
    queue: TurnQueue<Task>,
    /// Tasks that are not done.
    open: usize,
    is_over: bool,
}

type Task = Box<dyn FnOnce() + Send>;

impl Crew {
    /// A crew of at most `most` threads; half of them ask those who were silent before.
    pub(crate) fn new(most: usize) -> Self {
        let tasks = Tasks { queue: TurnQueue::new(most), open: 0, is_over: false };
        let shared = Arc::new(Shared { tasks: Mutex::new(tasks), bell: Condvar::new() });
        Self { most, threads: 0, stack: None, shared }
    }

    /// A crew of many threads that hardly do anything but wait, each with a stack of so many bytes.
    pub(crate) fn of_waiters(most: usize, stack: usize) -> Self {
        let mut crew = Self::new(most);
        crew.stack = Some(stack);
        crew
    }

    /// Lets a thread do `task` for a torrent, when its turn has come. Of a task that panics nothing more is heard; the others go on.
    /// Where the system makes no more threads, those that are there do it; if there are none, it waits for the first.
    pub(crate) fn run(&mut self, job: JobId, standing: ServerStanding, task: impl FnOnce() + Send + 'static) {
        let open = {
            let mut tasks = self.shared.lock();
            tasks.queue.push(job, standing, Box::new(task));
            tasks.open += 1;
            tasks.open
        };
        if open > self.threads && self.threads < self.most {
            let shared = Arc::clone(&self.shared);
            let usual = thread::Builder::new();
            let builder = match self.stack {
                Some(stack) => usual.stack_size(stack),
                None => usual,
            };
            self.threads += usize::from(builder.spawn(move || shared.work()).is_ok());
        }
        self.shared.bell.notify_one();
    }

    /// Forgets what waits for a torrent that has gone; gives how many tasks these were.
    pub(crate) fn forget(&mut self, job: JobId) -> usize {
        let mut tasks = self.shared.lock();
        let forgotten = tasks.queue.forget(job);
        tasks.open -= forgotten;
        forgotten
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.shared.lock().is_over = true;
        self.shared.bell.notify_all();
    }
}

impl Shared {
    /// No code that holds the lock can panic.
    fn lock(&self) -> MutexGuard<'_, Tasks> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        while let Some((job, standing, task)) = self.next() {
            // The panic is on standard error already. It is the end of the task, not of the thread.
            let _ = catch_unwind(AssertUnwindSafe(task));
            let mut tasks = self.lock();
            tasks.open -= 1;
            tasks.queue.done(job, standing);
            drop(tasks);
            self.bell.notify_one(); // What was over a limit may be done now.
        }
    }

    /// The next task; `None` if there will be none.
    fn next(&self) -> Option<(JobId, ServerStanding, Task)> {
        let mut tasks = self.lock();
        loop {
            match tasks.queue.take() {
                Some(next) => return Some(next),
                None if tasks.is_over && tasks.queue.is_empty() => return None,
                None => tasks = self.bell.wait(tasks).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use super::*;

    const SOON: Duration = Duration::from_secs(10);

    #[test]
    fn there_are_never_more_threads_than_allowed() {
        let mut crew = Crew::new(3);
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (done, all) = channel();
        for _ in 0..20 {
            let (now, most, done) = (Arc::clone(&now), Arc::clone(&most), done.clone());
            crew.run(JobId(0), ServerStanding::New, move || {
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
            crew.run(JobId(0), ServerStanding::New, move || {
                assert_eq!(number, 5, "all but the last one panic");
                done.send(()).unwrap();
            });
        }
        assert_eq!(all.recv_timeout(SOON), Ok(()));
    }

    /// A task that is done when its sender is dropped, and says so when it begins.
    fn endless(crew: &mut Crew, job: usize, standing: ServerStanding) -> std::sync::mpsc::Sender<()> {
        let ((begun, has_begun), (end, ended)) = (channel(), channel::<()>());
        crew.run(JobId(job), standing, move || {
            begun.send(()).unwrap();
            let _ = ended.recv();
        });
        let _ = has_begun.recv_timeout(SOON);
        end
    }

    #[test]
    fn torrents_take_turns_and_who_answers_goes_first() {
        let mut crew = Crew::new(1);
        let end = endless(&mut crew, 0, ServerStanding::New);
        let (done, all) = channel();
        let tasks = [
            (1, ServerStanding::Silent),
            (1, ServerStanding::New),
            (1, ServerStanding::Answers),
            (1, ServerStanding::New),
            (2, ServerStanding::Silent),
            (3, ServerStanding::New),
            (4, ServerStanding::New),
        ];
        for (job, standing) in tasks {
            let done = done.clone();
            crew.run(JobId(job), standing, move || done.send((job, standing)).unwrap());
        }
        crew.forget(JobId(4));
        drop(end);
        let order: Vec<_> = (0..6).map(|_| all.recv_timeout(SOON).unwrap()).collect();
        let expected = [
            (1, ServerStanding::Answers),
            (2, ServerStanding::Silent),
            (3, ServerStanding::New),
            (1, ServerStanding::New),
            (1, ServerStanding::New),
            (1, ServerStanding::Silent),
        ];
        assert_eq!(order, expected);
    }

    #[test]
    fn one_torrent_leaves_threads_for_another() {
        let mut crew = Crew::new(4);
        let ends: Vec<_> = (0..3).map(|_| endless(&mut crew, 0, ServerStanding::New)).collect();
        let (done, all) = channel();
        for job in [0, 1] {
            let done = done.clone();
            crew.run(JobId(job), ServerStanding::New, move || done.send(job).unwrap());
        }
        assert_eq!(all.recv_timeout(SOON), Ok(1));
        drop(ends);
        assert_eq!(all.recv_timeout(SOON), Ok(0));
    }

    #[test]
    fn those_who_were_silent_take_half_of_the_threads_at_most() {
        let mut crew = Crew::new(4);
        let ends: Vec<_> = (0..2).map(|job| endless(&mut crew, job, ServerStanding::Silent)).collect();
        let (done, all) = channel();
        for (job, standing) in
            [(2, ServerStanding::Silent), (2, ServerStanding::New), (0, ServerStanding::Answers)]
        {
            let done = done.clone();
            crew.run(JobId(job), standing, move || done.send(standing).unwrap());
        }
        let mut first: Vec<_> = (0..2).map(|_| all.recv_timeout(SOON).unwrap()).collect();
        first.sort();
        assert_eq!(first, [ServerStanding::Answers, ServerStanding::New]);
        drop(ends);
        assert_eq!(all.recv_timeout(SOON), Ok(ServerStanding::Silent));
    }
}
