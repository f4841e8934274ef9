//! In which order servers are asked that may keep us waiting: torrents take turns, of each those come first who have answered before, and
//! those who were silent take half of the places at most, so that nobody's dead ends keep another waiting.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;

use crate::job_id::JobId;

/// What is known of a server that is to be asked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum ServerStanding {
    /// It has answered.
    Answers,
    /// It has not been asked yet.
    New,
    /// It did not answer when it was asked last.
    Silent,
}

/// Tasks that wait for a place, and who has the places. A task has its place until it is [done](Self::done).
pub(crate) struct TurnQueue<T> {
    waiting: BTreeMap<JobId, [VecDeque<T>; 3]>,
    /// Whose turn was last.
    last: Option<JobId>,
    /// Places there are, and those that are taken.
    places: usize,
    taken: usize,
    /// Places of those that were silent.
    at_silent: usize,
    /// Places of each torrent.
    of_job: BTreeMap<JobId, usize>,
}

impl<T> TurnQueue<T> {
    /// Nobody waits for any of so many places.
    pub(crate) fn new(places: usize) -> Self {
        let (waiting, of_job) = (BTreeMap::new(), BTreeMap::new());
        Self { waiting, last: None, places, taken: 0, at_silent: 0, of_job }
    }

    /// A task of a torrent waits for its turn.
    pub(crate) fn push(&mut self, job: JobId, standing: ServerStanding, task: T) {
        self.waiting.entry(job).or_default()[standing as usize].push_back(task);
    }

    /// Whether no task waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The next task that may have a place.
    pub(crate) fn take(&mut self) -> Option<(JobId, ServerStanding, T)> {
        let (job, standing) = self.next()?;
        let tasks = self.waiting.get_mut(&job)?;
        let task = tasks[standing as usize].pop_front()?;
        if tasks.iter().all(VecDeque::is_empty) {
            self.waiting.remove(&job);
        }
        self.last = Some(job);
        self.taken += 1;
        self.at_silent += usize::from(standing == ServerStanding::Silent);
        *self.of_job.entry(job).or_default() += 1;
        Some((job, standing, task))
    }

    /// Whose turn is next, if anybody may have a place.
    fn next(&self) -> Option<(JobId, ServerStanding)> {
        if self.taken >= self.places {
            return None;
        }
        let standings = match self.at_silent < self.places.div_ceil(2) {
            true => &ALL[..],
            false => &ALL[..2],
        };
        let most_of_one = self.places - self.places / 4; // Some are always left for another.
        let can = |(job, tasks): (&JobId, &[VecDeque<T>; 3])| {
            if self.of_job.get(job).is_some_and(|places| *places >= most_of_one) {
                return None;
            }
            let standing = standings.iter().find(|standing| !tasks[**standing as usize].is_empty())?;
            Some((*job, *standing))
        };
        let behind = self.last.map_or(Bound::Unbounded, Bound::Excluded);
        self.waiting.range((behind, Bound::Unbounded)).chain(&self.waiting).find_map(can)
    }

    /// A task gives its place back.
    pub(crate) fn done(&mut self, job: JobId, standing: ServerStanding) {
        self.taken -= 1;
        self.at_silent -= usize::from(standing == ServerStanding::Silent);
        if let Some(places) = self.of_job.get_mut(&job) {
            *places -= 1;
            if *places == 0 {
                self.of_job.remove(&job);
            }
        }
    }

    /// Forgets what waits for a torrent that has gone; gives how many these were.
    pub(crate) fn forget(&mut self, job: JobId) -> usize {
        let waiting = self.waiting.remove(&job).into_iter().flatten();
        waiting.map(|tasks| tasks.len()).sum()
    }
}

const ALL: [ServerStanding; 3] = [ServerStanding::Answers, ServerStanding::New, ServerStanding::Silent];
