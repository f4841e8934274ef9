//! Connections: taken when they are needed, and given back when others need them.
//!
//! As long as there are enough, every torrent has as many as it likes (`Torrent::config`). When there are not, a level is found that
//! no torrent may be above: who needs less keeps what it has, and those who are above give the least useful back
//! ([`Event::Connections`]). It is found anew some times a second while anybody waits, from what each holds and waits for. Torrents
//! that have no connection and want none have no part in this.

use std::collections::{BTreeMap, BTreeSet};

use swarm::Event;

use super::level::level;
use crate::connection::Connection;
use crate::descriptors::connections;
use crate::job_id::JobId;
use crate::session::Session;

/// How many connections torrents may have, and which of them know of a limit.
#[derive(Default)]
pub(in crate::session) struct ConnectionShares {
    /// What the caller allows for all together.
    most: Option<usize>,
    /// The level that no torrent may be above, if there is one.
    level: Option<usize>,
    /// The level that the engines of these torrents know of.
    told: BTreeMap<JobId, usize>,
}

impl ConnectionShares {
    /// How many connections no torrent may have more of.
    pub(in crate::session) fn level(&self) -> usize {
        self.level.unwrap_or(usize::MAX)
    }
}

impl Session {
    /// Sets how many connections all torrents may have together, in and out. Without that there may be as many as the system
    /// allows descriptors, less those that files need.
    pub fn set_most_connections(&mut self, most: usize) {
        self.connection_shares.most = Some(most);
    }

    /// How many connections there may be, those of callers who have not said which torrent they mean among them.
    pub(in crate::session) fn most_connections(&self) -> usize {
        let of_system = connections(self.descriptors, self.torrents.unsettled());
        self.connection_shares.most.map_or(of_system, |most| most.min(of_system))
    }

    /// How many of them torrents may have: some places are left for callers, or nobody could call a torrent that has a right to more.
    pub(in crate::session) fn connections_of_torrents(&self) -> usize {
        let most = self.most_connections();
        most - CALLERS.min(most / 8)
    }

    /// Finds the level that no torrent may be above, if some have to wait.
    pub(in crate::session) fn share_connections(&mut self) {
        let most = self.connections_of_torrents();
        let is_scarce = self.connections.len() >= most || self.door.has_dials();
        if !is_scarce && self.connection_shares.told.is_empty() {
            return;
        }
        let wanted = self.wanted_connections();
        let level = level(wanted.values().copied(), most).map(|level| level.max(1));
        self.connection_shares.level = level;
        let told: BTreeSet<JobId> = self.connection_shares.told.keys().copied().collect();
        for job in told.into_iter().chain(wanted.into_keys()) {
            self.tell_level(job);
        }
    }

    fn tell_level(&mut self, job: JobId) {
        let ConnectionShares { level, told, .. } = &mut self.connection_shares;
        let before = match level {
            Some(level) => told.insert(job, *level),
            None => told.remove(&job),
        };
        if before != *level {
            let most = level.unwrap_or(usize::MAX);
            self.tell(job, Event::Connections { most });
        }
    }

    /// A torrent has gone, or its engine.
    pub(in crate::session) fn forget_level(&mut self, job: JobId) {
        self.connection_shares.told.remove(&job);
    }

    /// What each torrent would have: what it holds and waits for, and one more, because one at its level does not dial.
    fn wanted_connections(&self) -> BTreeMap<JobId, usize> {
        let mut wanted = self.held_connections();
        wanted.values_mut().for_each(|held| *held += 1);
        for (job, waiting) in self.door.waiting_dials() {
            *wanted.entry(job).or_default() += waiting;
        }
        wanted
    }

    /// How many connections each torrent has, if any.
    pub(in crate::session) fn held_connections(&self) -> BTreeMap<JobId, usize> {
        let mut held = BTreeMap::new();
        for job in self.connections.values().filter_map(Connection::job) {
            *held.entry(job).or_default() += 1;
        }
        held
    }
}

/// Places for callers who have not said which torrent they mean.
const CALLERS: usize = 32;
