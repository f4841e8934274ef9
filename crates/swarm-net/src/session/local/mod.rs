//! Local discovery (BEP 14): peers in the networks of this machine find each other without anybody else.
//!
//! `timetable` says when which torrent is announced, `senders` who is listened to.
//! Nothing is answered: whoever hears an announce dials. Private torrents are not announced (BEP 27), and their engines admit nobody from here.

mod senders;
mod timetable;

use std::net::SocketAddr;

use swarm::local_discovery::{ANNOUNCED, LocalAnnounce};
use swarm::{Event, Origin, Time};

use super::Session;
use crate::job_id::JobId;
use crate::local_groups::LocalGroups;
use crate::random;
use crate::stage::JobStage;
use crate::torrent::Torrent;
use senders::Senders;
use timetable::{GAP, INTERVAL, LocalTimes, Turn};

/// What a session does to find peers nearby.
pub(super) struct LocalDiscovery {
    groups: LocalGroups,
    /// By which we know our own announces.
    cookie: Vec<u8>,
    timetable: LocalTimes,
    senders: Senders,
}

impl LocalDiscovery {
    pub(super) fn new(groups: LocalGroups) -> Self {
        let cookie = format!("{:016x}", u64::from_ne_bytes(random::bytes())).into_bytes();
        Self { groups, cookie, timetable: LocalTimes::default(), senders: Senders::default() }
    }

    /// Datagrams have come at a socket.
    pub(super) fn on_readable(&mut self, number: usize) {
        self.groups.sockets().on_readable(number);
    }

    /// Whether datagrams may wait.
    pub(super) fn is_readable(&self) -> bool {
        self.groups.is_readable()
    }

    /// When something is to be announced.
    pub(super) fn next_deadline(&self) -> Option<Time> {
        self.timetable.next()
    }

    /// What others have announced, and where each of them listens.
    fn heard(&mut self, now: Time) -> Vec<(SocketAddr, LocalAnnounce)> {
        let Self { groups, cookie, senders, .. } = self;
        let mut heard = Vec::new();
        groups.sockets().receive(|from, datagram| {
            if senders.may_speak(now, from.ip()) {
                let announce = LocalAnnounce::decode(datagram);
                let announce = announce.filter(|announce| announce.cookie.as_ref() != Some(cookie));
                heard.extend(announce.map(|announce| (SocketAddr::new(from.ip(), announce.port), announce)));
            }
        });
        heard
    }
}

impl Session {
    /// Whether somebody in a network of this machine may have a torrent.
    pub(super) fn may_be_near(&self, job: JobId) -> bool {
        self.local.is_some() && self.torrents.get(job).is_some_and(|torrent| !torrent.is_private())
    }

    /// A torrent has an engine: it is announced soon, and has a moment in which somebody may answer.
    pub(super) fn discover_locally(&mut self, job: JobId) {
        let (Some(local), Some(torrent)) = (&mut self.local, self.torrents.get_mut(job)) else { return };
        if !torrent.is_private() {
            torrent.hopes_until = self.now + HOPE;
            local.timetable.begin(job, self.now);
        }
    }

    /// Announces what is to be announced.
    pub(super) fn announce_locally(&mut self) {
        let Some(local) = &mut self.local else { return };
        let mut hashes = Vec::new();
        for (job, turn) in local.timetable.due(self.now) {
            let torrent = self.torrents.get(job).filter(|torrent| is_public(torrent));
            let Some(torrent) = torrent else { continue };
            let is_alone = torrent.swarm.as_ref().is_some_and(|swarm| swarm.progress().peers == 0);
            let is_anxious = is_alone && !matches!(torrent.stage, JobStage::Seeding { .. });
            let wait = match turn {
                Turn::Repeated if is_alone => None,
                Turn::Repeated => continue,
                Turn::Later if !is_anxious => Some(INTERVAL),
                Turn::First | Turn::Later => Some(GAP),
            };
            wait.into_iter().for_each(|wait| local.timetable.put(job, self.now + wait));
            hashes.extend(torrent.short_hashes());
        }
        for info_hashes in hashes.chunks(ANNOUNCED) {
            let cookie = Some(local.cookie.clone());
            let announce = LocalAnnounce { port: self.port, info_hashes: info_hashes.to_vec(), cookie };
            local.groups.send(|is_ipv6| announce.encode(is_ipv6));
        }
    }

    /// Reads what others have announced: torrents of ours hear where they are, and those that sleep wake.
    pub(super) fn read_local(&mut self) {
        let heard = self.local.as_mut().map(|local| local.heard(self.now)).unwrap_or_default();
        for (address, announce) in heard {
            for hash in announce.info_hashes {
                if self.record_of(&hash).is_some_and(|record| !record.is_private()) {
                    self.wake(&hash);
                }
                let jobs: Vec<JobId> = self.torrents.of_info_hash(&hash).map(|torrent| torrent.id).collect();
                for job in jobs {
                    let peers = vec![address.into()];
                    self.tell(job, Event::Peers { origin: Origin::Local, peers });
                }
            }
        }
    }
}

/// Whether a torrent has an engine, and may be announced to anybody.
fn is_public(torrent: &Torrent) -> bool {
    torrent.swarm.is_some() && torrent.stage.is_running() && !torrent.is_private()
}

/// How long a torrent that nobody else could have waits for those nearby: who hears of it dials at once.
const HOPE: Time = Time::from_secs(10);
