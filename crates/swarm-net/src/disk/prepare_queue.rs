//! Who is prepared next: one at a time, because each uses all the disk and all cores, and those that wait can go at once.

use std::collections::VecDeque;
use std::sync::mpsc::Sender;

use crate::job_id::JobId;

/// Jobs that are to be prepared, in order. The thread that does it has one of them at a time.
pub(super) struct PrepareQueue<P> {
    /// To that thread; without params, it forgets the job.
    thread: Sender<(JobId, Option<P>)>,
    waiting: VecDeque<(JobId, P)>,
    is_busy: bool,
}

impl<P> PrepareQueue<P> {
    /// A queue for a thread that receives at the other end of `thread`, and lives as long as this.
    pub(super) fn new(thread: Sender<(JobId, Option<P>)>) -> Self {
        Self { thread, waiting: VecDeque::new(), is_busy: false }
    }

    /// A job is to be prepared when its turn has come.
    pub(super) fn push(&mut self, job: JobId, params: P) {
        self.waiting.push_back((job, params));
        self.next();
    }

    /// The thread has prepared the job that it had, or could not.
    pub(super) fn done(&mut self) {
        self.is_busy = false;
        self.next();
    }

    /// Takes back a job whose turn has not come. False if there is none.
    pub(super) fn take_back(&mut self, job: JobId) -> bool {
        let place = self.waiting.iter().position(|(other, _)| *other == job);
        place.and_then(|place| self.waiting.remove(place)).is_some()
    }

    /// The names that a job's files have are for others.
    pub(super) fn forget(&self, job: JobId) {
        let _ = self.thread.send((job, None));
    }

    fn next(&mut self) {
        if self.is_busy {
            return;
        }
        if let Some((job, params)) = self.waiting.pop_front() {
            self.is_busy = true;
            let _ = self.thread.send((job, Some(params)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_and_who_waits_can_go() {
        let (thread, begun) = std::sync::mpsc::channel();
        let mut queue = PrepareQueue::new(thread);
        let begun = || begun.try_iter().map(|(job, params)| (job.0, params)).collect::<Vec<_>>();
        (1..=4).for_each(|job| queue.push(JobId(job), job * 10));
        assert_eq!(begun(), [(1, Some(10))]);
        assert!(!queue.take_back(JobId(1)), "it has begun");
        assert!(queue.take_back(JobId(2)) && !queue.take_back(JobId(2)));
        queue.done();
        assert_eq!(begun(), [(3, Some(30))]);
        queue.forget(JobId(1));
        queue.done();
        assert_eq!(begun(), [(1, None), (4, Some(40))]);
        queue.done();
        queue.push(JobId(5), 50);
        assert_eq!(begun(), [(5, Some(50))]);
    }
}
