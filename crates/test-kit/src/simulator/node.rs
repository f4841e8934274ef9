//! A simulated peer: an engine, its disk and its line.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use swarm::dht::Dht;
use swarm::{Action, Config, Progress, Swarm, Torrent, WebJob};
use torrent_core::layout::PieceRange;

use super::payload::{Payload, Token};
use super::peer::{Have, Peer};
use super::promises::Promises;

/// A peer in the world.
pub struct Node {
    pub(super) peer: Peer,
    pub(super) address: SocketAddr,
    pub(super) engine: Option<Swarm<Token>>,
    /// Grows with every start and end, so that what was meant for an earlier life does not reach this one.
    pub(super) life: u32,
    /// By piece: it is on disk. Survives a crash.
    pub(super) disk: Vec<bool>,
    /// How many blocks are in its memory.
    pub(super) memory: Rc<Cell<usize>>,
    /// What it has promised, if it is the only seed.
    pub(super) promises: Option<Promises>,
    pub(super) tick: Option<Duration>,
    /// Its node of the DHT, if it has one, and when that wakes.
    pub(super) dht: Option<Dht>,
    pub(super) dht_tick: Option<Duration>,
    /// When the line, the disk and the hasher are free again.
    pub(super) up_free: Duration,
    pub(super) down_free: Duration,
    pub(super) disk_free: Duration,
    pub(super) hash_free: Duration,
    pub(super) completed: Option<Duration>,
    pub(super) knows: Option<Duration>,
    /// Requests to web seeds that were taken back.
    pub(super) cancelled: Vec<WebJob>,
    /// By web seed: at which byte of the torrent an answer stands that is still open.
    pub(super) open_answers: BTreeMap<usize, u64>,
    /// The disk was full, which ended it.
    pub(super) disk_was_full: bool,
    /// Of the lives before this one.
    past: Progress,
    pieces: usize,
}

impl Node {
    pub(super) fn new(index: usize, peer: Peer, payload: &Payload) -> Self {
        let pieces = payload.pieces();
        let disk = match &peer.have {
            Have::All => vec![true; pieces],
            Have::None => vec![false; pieces],
            Have::These(have) => have.clone(),
        };
        Self {
            peer,
            address: super::address_of(index),
            engine: None,
            life: 0,
            disk,
            memory: Rc::default(),
            promises: None,
            tick: None,
            dht: None,
            dht_tick: None,
            up_free: Duration::ZERO,
            down_free: Duration::ZERO,
            disk_free: Duration::ZERO,
            hash_free: Duration::ZERO,
            completed: None,
            knows: None,
            cancelled: Vec::new(),
            open_answers: BTreeMap::new(),
            disk_was_full: false,
            past: Progress::default(),
            pieces,
        }
    }

    /// The pieces that it has.
    pub fn has(&self) -> usize {
        self.disk.iter().filter(|has| **has).count()
    }

    /// By piece: it is on disk.
    pub fn disk(&self) -> &[bool] {
        &self.disk
    }

    /// What it is like.
    pub fn peer(&self) -> &Peer {
        &self.peer
    }

    /// It said that it is complete.
    pub fn is_complete(&self) -> bool {
        self.completed.is_some()
    }

    /// When it said that it is complete.
    pub fn completed_at(&self) -> Option<Duration> {
        self.completed
    }

    /// When it had the metadata, if it came without.
    pub fn knows_since(&self) -> Option<Duration> {
        self.knows
    }

    /// Its disk was full, and it ended because of that.
    pub fn disk_was_full(&self) -> bool {
        self.disk_was_full
    }

    /// How many hosts it does not talk to any more.
    pub fn banned_hosts(&self) -> usize {
        self.engine.as_ref().map_or(0, |engine| engine.progress().banned)
    }

    /// The engine, if the peer is there.
    pub fn engine(&self) -> Option<&Swarm<Token>> {
        self.engine.as_ref()
    }

    /// The longest time between two blocks that it sent, if it is the only seed.
    pub fn longest_pause(&self) -> Duration {
        self.promises.as_ref().map_or(Duration::ZERO, Promises::longest_pause)
    }

    /// What it has done, in all of its lives.
    pub fn progress(&self) -> Progress {
        let mut progress = self.engine.as_ref().map(Swarm::progress).unwrap_or_default();
        progress.downloaded += self.past.downloaded;
        progress.uploaded += self.past.uploaded;
        progress.duplicate += self.past.duplicate;
        progress.bad += self.past.bad;
        for (why, count) in &self.past.closed {
            *progress.closed.entry(*why).or_default() += count;
        }
        progress
    }

    /// One line about what it has and how it stands.
    pub(super) fn summary(&self) -> String {
        format!("{} has {} of {}: {:?}", self.address, self.has(), self.pieces, self.progress())
    }

    /// How many blocks are in its memory.
    pub(super) fn blocks_in_memory(&self) -> usize {
        self.memory.get()
    }

    pub(super) fn poll(&mut self) -> Option<Action<Token>> {
        self.engine.as_mut()?.poll()
    }

    pub(super) fn join(&mut self, payload: &Payload, seed: u64) {
        self.life += 1;
        let mut peer_id = [b'-'; 20];
        peer_id[..8].copy_from_slice(&seed.to_be_bytes());
        let mut config = Config::new(seed, peer_id);
        config.info_hash_v1 = payload.metainfo.info_hash_v1();
        config.info_hash_v2 = payload.metainfo.info_hash_v2();
        config.connections = self.peer.connections;
        config.origin = self.peer.origin.clone();
        self.promises = config
            .origin
            .as_ref()
            .map(|origin| Promises::new(origin.bill, PieceRange::first(self.pieces as u32)));
        config.listen_port = Some(self.address.port());
        config.trackers =
            if self.peer.tracked { vec![vec!["http://tracker/announce".into()]] } else { Vec::new() };
        config.web_seeds = self.peer.web_seeds.iter().map(|_| "http://web/".into()).collect();
        let torrent = (!self.peer.magnet).then(|| self.torrent(payload.metainfo.clone()));
        self.engine = Some(Swarm::new(config, torrent));
    }

    pub(super) fn torrent(&self, metainfo: Arc<torrent_core::metainfo::Metainfo>) -> Torrent {
        let wanted = self.peer.wanted.clone().unwrap_or_else(|| vec![true; self.pieces]);
        Torrent { metainfo, have: self.disk.clone(), wanted }
    }

    /// The end of a life.
    pub(super) fn leave(&mut self) {
        self.past = self.progress();
        self.engine = None;
        self.life += 1;
        self.tick = None;
        (self.dht, self.dht_tick) = (None, None);
        self.completed = None;
        self.cancelled.clear();
        self.open_answers.clear();
    }

    /// When to wake the engine, if no waking is planned that is as early.
    pub(super) fn next_tick(&mut self, now: Duration) -> Option<Duration> {
        let at = self.engine.as_ref()?.next_deadline()?.max(now + Duration::from_millis(1));
        if self.tick.is_some_and(|planned| planned <= at) {
            return None;
        }
        self.tick = Some(at);
        Some(at)
    }
}
