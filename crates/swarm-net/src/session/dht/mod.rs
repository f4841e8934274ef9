//! Our node of the DHT: which torrents are looked up and announced there, whom it begins with, and what it finds.
//!
//! Nobody is asked before the first torrent is to be looked up. Private torrents never are (BEP 27: [`Swarm::is_private`](swarm::Swarm::is_private)
//! is asked each time), nor is one for which the user typed nothing but local addresses, unless a node of the DHT is one of them. What the node says and
//! whom it believes is all in [`swarm::dht`]; `times` says when what is looked up, `beginning` where the first nodes come from.

mod beginning;
mod times;

use std::collections::HashSet;
use std::net::SocketAddr;

use swarm::dht::{Dht, DhtAction, DhtConfig, DhtFamilies, DhtMode, InfoHash};
use swarm::{Event, NamedPeer, Origin, Time};
use torrent_core::address::reach;
use torrent_core::magnet::Peer;

use super::Session;
use crate::dht_settings::{DhtAnswers, DhtSettings};
use crate::job_id::JobId;
use crate::named::{asks_dht, is_public};
use crate::random;
use crate::record::TorrentRecord;
use crate::shortfall::DhtShortfall;
use crate::stage::JobStage;
use crate::torrent::Torrent;
use crate::udp_sockets::UdpSockets;
use beginning::Beginning;
use times::{LookupTimes, wait_after};

/// Our node, and what it is to look up.
pub(super) struct OurDht {
    node: Dht,
    settings: DhtSettings,
    times: LookupTimes,
    /// Where it gets nodes from, once it has something to look up.
    beginning: Option<Beginning>,
    /// Nodes that the user named, and whose names have no address.
    unknown: Vec<Peer>,
    /// Something is looked up that all the world may hear of.
    is_public: bool,
    /// It answers others.
    answers: bool,
}

impl OurDht {
    pub(super) fn new(settings: DhtSettings, udp: &UdpSockets) -> Self {
        let answers = settings.answers == DhtAnswers::AtOnce;
        let [v4, v6] = udp.families();
        let config = DhtConfig {
            mode: if answers { DhtMode::Full } else { DhtMode::ReadOnly },
            families: DhtFamilies { v4, v6 },
            namer: settings.strangers,
        };
        let node = Dht::new(config, random::bytes(), Time::ZERO);
        Self {
            node,
            settings,
            times: LookupTimes::default(),
            beginning: None,
            unknown: Vec::new(),
            is_public: false,
            answers,
        }
    }

    /// When something is due.
    pub(super) fn next_deadline(&self) -> Option<Time> {
        let begun =
            self.beginning.iter().flat_map(|beginning| [self.node.next_deadline(), Some(beginning.next())]);
        self.times.next_deadline().into_iter().chain(begun.flatten()).min()
    }

    /// A packet came that is nobody else's: all messages of the DHT are dictionaries.
    pub(super) fn receive(&mut self, now: Time, from: SocketAddr, packet: &[u8]) {
        if packet.first() == Some(&b'd') && self.beginning.is_some() {
            self.node.handle(now, from, packet);
        }
    }

    /// Whether there is anybody to begin with for a torrent that is public or not, or who may begin with us.
    fn knows_anybody(&self, is_public: bool) -> bool {
        let DhtSettings { nodes, routers, saved, answers, .. } = &self.settings;
        let may_know = !routers.is_empty() || !saved.is_empty() || *answers != DhtAnswers::Never;
        !nodes.is_empty() || is_public && may_know
    }

    /// Whether our node may ask for a torrent that is public or not. There is one node for all: once it knows the world, what only nodes nearby
    /// may hear of is asked for no more.
    fn may_ask(&self, is_public: bool) -> bool {
        is_public || !self.is_public
    }

    /// All the world is asked from now on.
    fn go_public(&mut self, now: Time) {
        if !std::mem::replace(&mut self.is_public, true) {
            self.times.known().for_each(|hash| self.node.forget(now, hash));
        }
    }
}

impl Session {
    /// Nodes of the DHT to [begin with](DhtSettings::saved) the next time: those that are there, the most reliable first, and those of the
    /// last time. None if nobody was asked, or nobody answered.
    pub fn dht_nodes(&self) -> Vec<SocketAddr> {
        let Some(dht) = &self.dht else { return Vec::new() };
        let mut nodes = dht.node.nodes();
        let there: HashSet<SocketAddr> = nodes.iter().copied().collect();
        if !nodes.is_empty() {
            nodes.extend(dht.settings.saved.iter().filter(|node| !there.contains(node)));
        }
        nodes
    }

    /// Whether peers of a torrent may be found in the DHT, as far as is known of it.
    pub(super) fn is_for_dht(&self, torrent: &Torrent) -> bool {
        let is_private = torrent.metainfo.as_ref().is_some_and(|metainfo| metainfo.private() == Some(true));
        let is_public = is_public(&torrent.job);
        let has_nodes = |dht: &&OurDht| dht.knows_anybody(is_public) || !torrent.nodes().is_empty();
        let dht = self.dht.as_ref().filter(has_nodes);
        !is_private && asks_dht(&torrent.job) && dht.is_some_and(|dht| dht.may_ask(is_public))
    }

    /// A torrent wants peers from now on: it is looked up as soon as may be. One that was added asleep is already, in its turn.
    pub(super) fn look_up_in_dht(&mut self, job: JobId) {
        let is_record = self.is_record(job);
        let (Some(torrent), Some(dht)) = (self.torrents.get(job), &mut self.dht) else { return };
        if torrent.is_for_dht && !is_record {
            let now = self.now;
            if is_public(&torrent.job) {
                dht.go_public(now);
            }
            torrent.short_hashes().into_iter().for_each(|hash| dht.times.add(hash, now));
        }
        self.tell_of_our_node(job);
    }

    /// A record is announced while it sleeps, too.
    pub(super) fn announce_in_dht(&mut self, record: &TorrentRecord) {
        let (now, is_public) = (self.now, record.is_public());
        let Some(dht) = self.dht.as_mut().filter(|dht| record.is_for_dht() && dht.knows_anybody(is_public))
        else {
            return;
        };
        if is_public {
            dht.go_public(now);
        }
        record.short_hashes().for_each(|hash| dht.times.add(hash, now));
    }

    /// A torrent wants no more peers.
    pub(super) fn leave_dht(&mut self, job: JobId) {
        let hashes = self.torrents.get(job).map(Torrent::short_hashes).unwrap_or_default();
        let is_record = self.is_record(job);
        // Another of the same info hash may want them still.
        let is_wanted = |hash: &InfoHash| {
            let mut others = self.torrents.of_info_hash(hash).filter(|other| other.id != job);
            others.any(|other| self.want_of_torrent(other) != Want::Nothing)
        };
        let unwanted: Vec<InfoHash> = hashes.into_iter().filter(|hash| !is_wanted(hash)).collect();
        let (Some(dht), now) = (&mut self.dht, self.now) else { return };
        for hash in unwanted {
            dht.node.forget(now, hash);
            if !is_record {
                dht.times.remove(&hash);
            }
        }
    }

    /// Time has passed.
    pub(super) fn on_time_for_dht(&mut self) {
        let now = self.now;
        if self.dht.as_ref().and_then(OurDht::next_deadline).is_none_or(|due| due > now) {
            return;
        }
        while let Some((hash, times)) = self.dht.as_mut().and_then(|dht| dht.times.next(now)) {
            self.look_up_hash(hash, times);
        }
        self.find_first_nodes();
        self.dht.iter_mut().for_each(|dht| dht.node.on_time(now));
        self.go_on_with_dht();
    }

    /// Looks up what somebody wants, and says when again.
    fn look_up_hash(&mut self, hash: InfoHash, times: u8) {
        let (want, port) = (self.want_of(&hash), self.announced_port());
        let (Some(dht), now) = (&mut self.dht, self.now) else { return };
        match want {
            Want::Nothing => dht.node.forget(now, hash),
            Want::NotYet => dht.times.put_off(hash, times, now + SOON),
            Want::Peers { seeks } => {
                dht.times.put_off(hash, times.saturating_add(1), now + wait_after(times, seeks));
                dht.beginning.get_or_insert_with(|| Beginning::new(now));
                dht.node.look_up(now, hash, Some(port));
                if times == 0 {
                    self.look_up_nodes_of(&hash);
                }
            }
        }
    }

    /// What somebody wants of a torrent with this info hash.
    fn want_of(&self, hash: &InfoHash) -> Want {
        let wants = self.torrents.of_info_hash(hash).map(|torrent| self.want_of_torrent(torrent));
        let may_ask = |is_public| self.dht.as_ref().is_some_and(|dht| dht.may_ask(is_public));
        let record = self.record_for_dht(hash).filter(|record| may_ask(record.is_public()));
        wants.chain(record.map(|_| Want::Peers { seeks: false })).max().unwrap_or(Want::Nothing)
    }

    /// What one that is awake wants.
    fn want_of_torrent(&self, torrent: &Torrent) -> Want {
        let dht = self.dht.as_ref().filter(|dht| torrent.is_for_dht && dht.may_ask(is_public(&torrent.job)));
        dht.map_or(Want::Nothing, |_| want_of_torrent(torrent))
    }

    /// Sends what our node wants to say, and takes what it found.
    pub(super) fn go_on_with_dht(&mut self) {
        while let Some(action) = self.dht.as_mut().and_then(|dht| dht.node.poll()) {
            match action {
                DhtAction::Send { to, datagram } => {
                    // Who does not hear it does not answer.
                    let _unsent = self.udp.send(to, &datagram);
                }
                DhtAction::Peers { info_hash, peers, .. } => self.on_dht_peers(&info_hash, &peers),
                DhtAction::Ended { info_hash, figures } => {
                    let unheard = self.dht.as_mut().filter(|_| figures.announced == 0);
                    unheard.into_iter().for_each(|dht| dht.times.hurry(info_hash, self.now));
                }
            }
        }
    }

    /// Peers that a node named. Which of them may be dialled is for the engine to say.
    fn on_dht_peers(&mut self, info_hash: &InfoHash, peers: &[SocketAddr]) {
        let is_wanted = |torrent: &&Torrent| torrent.is_for_dht && torrent.stage.is_running();
        let jobs: Vec<JobId> =
            self.torrents.of_info_hash(info_hash).filter(is_wanted).map(|torrent| torrent.id).collect();
        for job in jobs {
            let peers = peers.iter().copied().map(NamedPeer::from).collect();
            self.tell(job, Event::Peers { origin: Origin::Dht, peers });
        }
    }

    /// A peer is a node of the DHT as well.
    pub(super) fn on_node_of_peer(&mut self, node: SocketAddr) {
        if let Some(dht) = self.dht.as_mut().filter(|dht| dht.beginning.is_some()) {
            dht.node.add_node(self.now, node);
        }
    }

    /// A peer has called: others can reach us, so our node answers from now on, if it is to stay. Who calls from nearer than where the DHT is
    /// proves nothing.
    pub(super) fn note_reached(&mut self, caller: SocketAddr) {
        let Some(dht) = &mut self.dht else { return };
        let is_proof =
            dht.settings.strangers.may_lead_to(reach(caller.ip())) || !dht.settings.nodes.is_empty();
        if dht.answers || dht.settings.answers != DhtAnswers::WhenReached || !is_proof {
            return;
        }
        dht.answers = true;
        dht.node.set_mode(DhtMode::Full);
        self.torrents.ids().into_iter().for_each(|job| self.tell_of_our_node(job));
    }

    /// Peers of a torrent hear of our node, if it answers.
    fn tell_of_our_node(&mut self, job: JobId) {
        let is_for_dht = self.torrents.get(job).is_some_and(|torrent| torrent.is_for_dht);
        if is_for_dht && self.dht.as_ref().is_some_and(|dht| dht.answers) {
            let port = self.udp.port().filter(|port| *port != self.port).unwrap_or(self.announced_port());
            self.tell(job, Event::OurNode { port });
        }
    }

    /// What is known of the DHT where a torrent fails.
    pub(super) fn dht_shortfall(&self, job: JobId) -> Option<DhtShortfall> {
        let dht = self.dht.as_ref().filter(|dht| dht.beginning.is_some())?;
        self.torrents.get(job).filter(|torrent| torrent.is_for_dht)?;
        let figures = dht.node.figures();
        Some(DhtShortfall {
            nodes: figures.nodes as usize,
            asked: figures.asked,
            answered: figures.answered,
            named: dht.settings.nodes.clone(),
            unknown: dht.unknown.clone(),
        })
    }
}

/// What is wanted of the DHT for an info hash, the least first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Want {
    Nothing,
    /// It may turn out that nothing is.
    NotYet,
    /// Peers, and to be known to them.
    Peers {
        /// Pieces or the metadata are missing.
        seeks: bool,
    },
}

/// What is wanted for a torrent that is awake. As long as its files are looked at nobody has to hear of it; and who has all of it may be about to go.
fn want_of_torrent(torrent: &Torrent) -> Want {
    let Some(swarm) = &torrent.swarm else { return Want::NotYet };
    if swarm.is_private() {
        return Want::Nothing;
    }
    match torrent.stage {
        JobStage::Metadata | JobStage::Layers { .. } => Want::Peers { seeks: true },
        JobStage::Preparing => Want::NotYet,
        JobStage::Fetching => {
            let progress = swarm.progress();
            if progress.done == progress.wanted { Want::NotYet } else { Want::Peers { seeks: true } }
        }
        JobStage::Seeding { .. } => Want::Peers { seeks: false },
        JobStage::Paused(_) | JobStage::Leaving(_) => Want::Nothing,
    }
}

/// When what is not wanted yet is looked at again.
const SOON: Time = Time::from_secs(1);
