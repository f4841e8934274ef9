//! The engine of one torrent: what happened goes in, what to do comes out.
//!
//! Read [`Swarm::handle`] first. Each kind of event has its own file: `connections` (they come and go), `allowed` (how many
//! there may be), `dials` (which addresses, and how many at a time), `callers` (which one ends for a new one), `messages` (what peers
//! say), `extensions` (BEP 10), `download` (blocks, pieces), `endgame`, `trials` (of peers that have given nothing yet), `unwritten`
//! (what a kill would cost), `blame` (who sent bad blocks), `upload`, `offer` (what peers are shown), `promises` (of the only seed),
//! `lost` (pieces of ours), `metadata`, `hash_requests` (ours), `hash_answers` (to those of peers), `kept` (because of one peer), `web` (web seeds),
//! `announces` (trackers), `named_peers` (by anybody; private torrents), `peer_exchange` (BEP 11), `dht_nodes` (that peers are), `contacts`
//! (what became of peers, trackers and web seeds), `stopping`, `timers` (what is due when),
//! `upkeep` (what is measured and watched once a second). What these files decide with are plain structures that know nothing of
//! each other: `picker`, `peer`, `addresses`, `hash_tree`, `choke`, `origin`, `tracker::timetable`.

mod allowed;
mod announces;
mod blame;
mod callers;
mod connections;
mod contacts;
mod dht_nodes;
mod dials;
mod download;
mod endgame;
mod extensions;
mod hash_answers;
mod hash_requests;
mod kept;
mod lost;
mod messages;
mod metadata;
mod named_peers;
mod offer;
mod peer_exchange;
mod promises;
mod stopping;
#[cfg(test)]
mod tests;
mod timers;
mod trials;
mod unwritten;
mod upkeep;
mod upload;
mod web;

use std::collections::{BTreeMap, VecDeque};

use crate::addresses::{AddressBook, Bans, DialPace, Origin};
use crate::choke::Choker;
use crate::geometry::Geometry;
use crate::hash_tree::MissingLayers;
use crate::origin::OneCopy;
use crate::peer::{PeerConnection, RateMeter};
use crate::picker::Picker;
use crate::piece_set::PieceSet;
use crate::tracker::Timetable;
use crate::wire::{Handshake, Message};
use crate::{Action, CloseReason, Config, ConnectionId, Event, Progress, Report, Time, Torrent, limits};
use hash_answers::Answers;
use hash_requests::Hashes;
pub use kept::Kept;
use metadata::MetadataCopies;
use unwritten::Unwritten;
use web::WebSeeds;

/// One torrent among its peers, trackers and web seeds. `B` is a block of payload, which is only handed on.
#[derive(Debug)]
pub struct Swarm<B> {
    pub(crate) config: Config,
    pub(crate) now: Time,
    pub(crate) rng: fastrand::Rng,
    pub(crate) actions: VecDeque<Action<B>>,
    pub(crate) connections: BTreeMap<ConnectionId, PeerConnection>,
    /// Counts how often it changed who is connected, or where a peer listens.
    pub(crate) connections_version: u64,
    /// How many connections the driver has for it now.
    pub(crate) connections_allowed: usize,
    /// The pieces; `None` until there is metadata.
    pub(crate) picker: Option<Picker<B>>,
    pub(crate) unwritten: Unwritten,
    /// The picker's version when all peers were last given something to do.
    pub(crate) requested_version: u64,
    pub(crate) budget: usize,
    pub(crate) metadata: MetadataCopies,
    pub(crate) hashes: Hashes<B>,
    pub(crate) answers: Answers,
    pub(crate) web: WebSeeds,
    pub(crate) addresses: AddressBook,
    pub(crate) dial_pace: DialPace,
    pub(crate) bans: Bans,
    pub(crate) choker: Choker,
    /// What the only seed of a torrent promises to whom; `None` for all others.
    pub(crate) one_copy: Option<OneCopy>,
    pub(crate) trackers: Timetable,
    /// How many addresses of peers were named by whom that may not be.
    pub(crate) passed_over: BTreeMap<Origin, usize>,
    /// The UDP port at which our node of the DHT answers, if it does.
    pub(crate) dht_port: Option<u16>,
    pub(crate) totals: Totals,
    pub(crate) next_second: Time,
    pub(crate) phase: Phase,
}

/// What a swarm does now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Phase {
    /// Fetching metadata or pieces.
    Fetching,
    /// All that is wanted is written.
    Seeding,
    /// Saying goodbye, until the given time at most.
    Stopping(Time),
    Stopped,
}

/// What the engine counts over all peers and web seeds.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    pub(crate) done: u64,
    pub(crate) wanted: u64,
    pub(crate) total: u64,
    pub(crate) down: RateMeter,
    pub(crate) up: RateMeter,
    pub(crate) useful: u64,
    pub(crate) duplicate: u64,
    pub(crate) bad: u64,
    pub(crate) closed: BTreeMap<CloseReason, u64>,
}

impl Totals {
    /// Blocks that were needed when they came are asked for again.
    pub(crate) fn throw_away(&mut self, bytes: u64) {
        self.duplicate += bytes;
        self.useful = self.useful.saturating_sub(bytes);
    }

    /// Blocks turned out to be bad.
    pub(crate) fn spoil(&mut self, bytes: u64) {
        self.bad += bytes;
        self.useful = self.useful.saturating_sub(bytes);
    }
}

impl<B> Swarm<B> {
    /// A swarm at time 0. Without a torrent it asks peers for the metadata first.
    pub fn new(config: Config, torrent: Option<Torrent>) -> Self {
        let mut rng = fastrand::Rng::with_seed(config.seed);
        let mut swarm = Self {
            now: Time::ZERO,
            actions: VecDeque::new(),
            connections: BTreeMap::new(),
            connections_version: 0,
            picker: None,
            unwritten: Unwritten::default(),
            requested_version: 0,
            budget: limits::BUDGET,
            metadata: MetadataCopies::default(),
            hashes: Hashes::default(),
            answers: Answers::default(),
            web: WebSeeds::new(config.web_seeds.len(), config.first_web_job),
            addresses: AddressBook::new(&config, rng.fork()),
            dial_pace: DialPace::default(),
            bans: Bans::default(),
            choker: Choker::new(config.upload_slots + 1),
            connections_allowed: usize::MAX,
            one_copy: None,
            trackers: Timetable::new(&config.trackers, &mut rng),
            passed_over: BTreeMap::new(),
            dht_port: None,
            totals: Totals::default(),
            next_second: Time::ZERO,
            phase: Phase::Fetching,
            rng,
            config,
        };
        if let Some(torrent) = torrent {
            swarm.start(torrent);
        }
        swarm
    }

    /// Something happened. `now` never goes back; if it does, it is taken as the time of the last event.
    pub fn handle(&mut self, now: Time, event: Event<B>) {
        self.now = self.now.max(now);
        match event {
            Event::Connected { connection, address, direction, handshake } => {
                self.on_connected(connection, address, direction, &handshake);
            }
            Event::ConnectFailed { address, why } => self.on_connect_failed(address, why),
            Event::Received { connection, message } => self.on_message(connection, message),
            Event::BlockSent { connection, block } => self.on_block_sent(connection, block),
            Event::Closed { connection, why } => self.on_closed(connection, why),
            Event::Announced { tracker, result } => self.on_announced(tracker, result),
            Event::WebBlock { job, block, data } => self.on_web_block(job, block, data),
            Event::WebSkipped { job, bytes } => self.on_web_skipped(job, bytes),
            Event::WebEnded { job, ranges, result } => self.on_web_ended(job, ranges, result),
            Event::Hashed { piece, blocks, digests } => self.on_hashed(piece, blocks, &digests),
            Event::Written { piece } => self.on_written(piece),
            Event::Lost { pieces } => self.on_lost(pieces),
            Event::Found { pieces } => self.on_found(pieces),
            Event::Checking { connection, waits } => self.on_checking(connection, waits),
            Event::BlockLost { connection, block } => self.on_block_lost(connection, block),
            Event::Ready(torrent) => self.start(torrent),
            Event::Private => self.on_private(),
            Event::OurNode { port } => self.on_our_node(port),
            Event::Peers { origin, peers } => self.on_peers(origin, peers),
            Event::Budget { blocks } => self.on_budget(blocks),
            Event::Connections { most } => self.on_connections_allowed(most),
            Event::UploadSlots { slots } => self.choker.set_slots(slots, self.now),
            Event::Banned { ip, why } => self.shun(ip, why),
            Event::Tick => {}
            Event::TickUnread { connections } => self.note_unread(&connections),
            Event::Stop => self.on_stop(),
        }
        self.on_time();
        self.fetch_metadata();
        self.send_all_requests();
        self.promise();
    }

    /// What to do next, in order; `None` until something happens.
    pub fn poll(&mut self) -> Option<Action<B>> {
        self.actions.pop_front()
    }

    /// What to send to a peer that we dial.
    pub fn handshake(&self) -> Handshake {
        let (v1, v2) = (self.config.info_hash_v1, self.short_v2());
        let is_hybrid = v1.is_some() && v2.is_some();
        self.with_features(Handshake::new(v1.or(v2).unwrap_or_default(), self.config.peer_id, is_hybrid))
    }

    /// What to answer a peer that dialled us; `None` if it wants another torrent. One that knows both halves of a hybrid
    /// is answered with the v2 half (BEP 52, "upgrade path").
    pub fn answer(&self, theirs: &Handshake) -> Option<Handshake> {
        let v2 = self.short_v2();
        let upgraded = v2.filter(|_| theirs.has_v2());
        let is_hybrid = self.config.info_hash_v1.is_some() && v2.is_some();
        let info_hash = upgraded.unwrap_or(theirs.info_hash);
        let answer = || Handshake::new(info_hash, self.config.peer_id, is_hybrid);
        self.accepts(&theirs.info_hash).then(|| self.with_features(answer()))
    }

    /// Whether an info hash in a handshake is this torrent's: v1, or the first 20 bytes of v2.
    pub fn accepts(&self, info_hash: &[u8; 20]) -> bool {
        [self.config.info_hash_v1, self.short_v2()].iter().flatten().any(|ours| ours == info_hash)
    }

    /// The pieces that are written; `None` until there is metadata.
    pub fn have(&self) -> Option<&PieceSet> {
        self.picker.as_ref().map(Picker::have)
    }

    /// Blocks that are asked for, here, or could be asked for at any time: at most the budget, or one piece and
    /// [`limits::HELP_BLOCKS`].
    pub fn committed(&self) -> usize {
        self.picker.as_ref().map_or(0, Picker::committed)
    }

    /// Whether nobody is left to ask for what is missing: there is no peer, and no address, tracker or web seed that may be asked
    /// and is of use. Of addresses alone that turned out badly it is for the driver to say how long to hope.
    pub fn has_no_source_left(&self) -> bool {
        let had_others = !self.web.is_empty() || self.trackers.count() > 0 || self.addresses.is_empty();
        // They have no metadata.
        let is_web_of_use = self.picker.is_some() && self.web.is_any_usable();
        had_others && !is_web_of_use && self.has_no_peers()
    }

    /// There is no peer, and no address or tracker is left to ask.
    pub(crate) fn has_no_peers(&self) -> bool {
        self.connections.is_empty() && !self.addresses.is_any_usable() && !self.trackers.may_ask_any()
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        let peers = || self.connections.values().filter(|peer| !peer.closing);
        let totals = &self.totals;
        Progress {
            done: totals.done,
            wanted: totals.wanted,
            total: totals.total,
            pieces: self.have().map_or(0, PieceSet::count),
            downloaded: totals.down.total(),
            uploaded: totals.up.total(),
            useful: totals.useful,
            duplicate: totals.duplicate,
            bad: totals.bad,
            download_rate: totals.down.rate(),
            upload_rate: totals.up.rate(),
            peers: peers().count(),
            seeds: peers().filter(|peer| peer.is_seed()).count(),
            unchoked_by: peers().filter(|peer| !peer.it_chokes).count(),
            unchoked: peers().filter(|peer| !peer.we_choke).count(),
            candidates: self.addresses.candidates(),
            banned: self.bans.hosts.count(),
            closed: totals.closed.clone(),
            metadata: self.metadata.furthest(),
            committed: self.committed(),
            bill: self.bill(),
        }
    }

    pub(crate) fn short_v2(&self) -> Option<[u8; 20]> {
        self.config.info_hash_v2.and_then(|hash| hash.first_chunk().copied())
    }

    pub(crate) fn send(&mut self, connection: ConnectionId, message: Message<B>) {
        self.actions.push_back(Action::Send { connection, message });
    }

    pub(crate) fn report(&mut self, report: Report) {
        self.actions.push_back(Action::Report(report));
    }

    /// The torrent is known: pieces can be asked for.
    fn start(&mut self, torrent: Torrent) {
        if self.picker.is_some() {
            return;
        }
        let geometry = Geometry::new(torrent.metainfo);
        self.count(&geometry, &torrent.have, &torrent.wanted);
        self.hashes.layers = MissingLayers::lacking(&geometry);
        self.limit_connections(geometry.pieces().count());
        self.begin_promising(&geometry, &torrent.have);
        self.addresses.set_private(geometry.metainfo().private() == Some(true));
        let (have, wanted) = (PieceSet::of(&torrent.have), PieceSet::of(&torrent.wanted));
        let mut picker = Picker::new(geometry, have, wanted, self.budget, self.rng.fork());
        picker.allow_known();
        let empty = picker.begin_empty();
        self.picker = Some(picker);
        empty.into_iter().for_each(|piece| self.hash(piece));
        self.learn_all_pieces();
        self.look_if_complete();
    }

    /// Every peer has a bit for each piece: of a torrent with very many, fewer are talked to.
    fn limit_connections(&mut self, pieces: u32) {
        self.config.connections = self.config.connections.min(limits::connections(pieces));
        self.give_connections_back();
    }

    fn count(&mut self, geometry: &Geometry, have: &[bool], wanted: &[bool]) {
        for (piece, (have, wanted)) in geometry.pieces().into_iter().zip(have.iter().zip(wanted)) {
            let length = u64::from(geometry.length(piece));
            self.totals.total += length;
            self.totals.wanted += if *wanted { length } else { 0 };
            self.totals.done += if *wanted && *have { length } else { 0 };
        }
    }

    fn on_budget(&mut self, blocks: usize) {
        if std::mem::replace(&mut self.budget, blocks) == blocks {
            return;
        }
        if let Some(picker) = &mut self.picker {
            picker.set_budget(blocks);
        }
    }
}
