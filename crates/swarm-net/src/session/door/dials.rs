//! Dials that wait until a connection may be made.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

use swarm::Time;

use crate::job_id::JobId;

/// Addresses that engines want dialled, while there are as many connections as there may be. Torrents take turns, so that one with
/// many addresses keeps none with few waiting. No engine has more than some dials under way, which bounds all this.
#[derive(Default)]
pub(super) struct Dials {
    waiting: BTreeMap<JobId, VecDeque<Dial>>,
    /// Whose turn was last.
    last: Option<JobId>,
}

/// A dial that an engine wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::session) struct Dial {
    pub(in crate::session) address: SocketAddr,
    /// How long it may take.
    pub(in crate::session) patience: Time,
    /// The stream is to be encrypted.
    pub(in crate::session) encrypted: bool,
}

impl Dials {
    pub(super) fn push(&mut self, job: JobId, dial: Dial) {
        self.waiting.entry(job).or_default().push_back(dial);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// How many wait for each torrent, if any do.
    pub(super) fn counts(&self) -> impl Iterator<Item = (JobId, usize)> {
        self.waiting.iter().map(|(job, addresses)| (*job, addresses.len()))
    }

    /// The next address to dial, and its torrent, of those that may have one more connection.
    pub(super) fn pop(&mut self, may: impl Fn(JobId) -> bool) -> Option<(JobId, Dial)> {
        let after = |job: &JobId| self.last.is_none_or(|last| *job > last);
        let mut jobs = self.waiting.keys().copied().filter(|job| may(*job));
        let job = jobs.clone().find(after).or_else(|| jobs.next())?;
        let addresses = self.waiting.get_mut(&job)?;
        let address = addresses.pop_front();
        if addresses.is_empty() {
            self.waiting.remove(&job);
        }
        self.last = Some(job);
        Some((job, address?))
    }

    /// A torrent has gone.
    pub(super) fn forget(&mut self, job: JobId) {
        self.waiting.remove(&job);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn torrents_take_turns() {
        let mut dials = Dials::default();
        let dial = |port| Dial {
            address: SocketAddr::from(([46, 1, 2, 3], port)),
            patience: Time::ZERO,
            encrypted: false,
        };
        for (job, port) in [(1, 1), (1, 2), (1, 3), (2, 4), (3, 5), (3, 6), (4, 7)] {
            dials.push(JobId(job), dial(port));
        }
        dials.forget(JobId(4));
        let mut ports = |may: fn(JobId) -> bool| -> Vec<u16> {
            std::iter::from_fn(|| dials.pop(may)).map(|(_, dial)| dial.address.port()).collect()
        };
        assert_eq!(ports(|job| job == JobId(2)), [4], "who may not have one more waits");
        assert_eq!(ports(|_| true), [5, 1, 6, 2, 3]);
    }
}
