//! Who is told of which peers, when (BEP 11), and what is made of what peers tell.

use super::*;
use crate::extension::{self, Extension, ExtensionHandshake, ExtensionIds, PexMessage};
use crate::limits::{PEX_BURST, PEX_INTERVAL, PEX_LOOK, PEX_PEERS, PEX_PER_MINUTE, PEX_TOLD};
use crate::{NamedPeer, PeerFlags, TrackerId};

/// The number by which the peers want messages of the extension.
const NUMBER: u8 = 7;

struct Stage {
    engine: Swarm<Vec<u8>>,
    now: Time,
}

impl Stage {
    fn new() -> Self {
        let payload = Payload::new(Protocol::V1, &[1 << 20], 16_384);
        let engine = payload.engine(Some(payload.torrent(false)), |config| {
            (config.seed, config.peer_id, config.connections) = (7, [255; 20], 1000);
        });
        Self { engine, now: Time::ZERO }
    }

    /// What is said of other peers because of an event, and to whom.
    fn tell(&mut self, event: Event<Vec<u8>>) -> BTreeMap<u64, PexMessage> {
        self.engine.handle(self.now, event);
        let said = std::iter::from_fn(|| self.engine.poll()).filter_map(|action| match action {
            Action::Send { connection, message: Message::Extended { id: NUMBER, payload } } => {
                Some((connection.0, PexMessage::decode(&payload).unwrap()))
            }
            _ => None,
        });
        said.collect()
    }

    fn wait(&mut self, time: Time) -> BTreeMap<u64, PexMessage> {
        self.now += time;
        let open: Vec<ConnectionId> = self.engine.connections.keys().copied().collect();
        let alive = |connection| Event::Received { connection, message: Message::KeepAlive };
        open.into_iter().flat_map(|connection| self.tell(alive(connection))).collect()
    }

    /// A peer connects; what it is told at once.
    fn meet(&mut self, id: u64, peer: &Met) -> PexMessage {
        let handshake = crate::wire::Handshake { peer_id: [id as u8; 20], ..self.engine.handshake() };
        let (connection, address) = (ConnectionId(id), peer.address.parse().unwrap());
        self.tell(Event::Connected { connection, address, direction: peer.direction, handshake });
        let ids = ExtensionIds::default().with(Extension::Pex, NUMBER);
        let (port, upload_only) = (peer.port, Some(peer.is_seed));
        let prefers_encryption = Some(peer.prefers_encryption);
        let said = ExtensionHandshake {
            prefers_encryption,
            ids,
            port,
            upload_only,
            ..ExtensionHandshake::default()
        };
        let message = Message::Extended { id: extension::HANDSHAKE, payload: said.encode() };
        self.tell(Event::Received { connection, message }).remove(&id).unwrap_or_default()
    }

    fn hear(&mut self, id: u64, added: Vec<NamedPeer>) {
        let payload = PexMessage { added, dropped: Vec::new() }.encode();
        let message = Message::Extended { id: Extension::Pex.our_id(), payload };
        self.tell(Event::Received { connection: ConnectionId(id), message });
    }

    /// So many peers, from the first connection on.
    fn meet_many(&mut self, first: u64, count: u64) {
        (first..first + count).for_each(|id| {
            let address = format!("8.8.{}.{}:6881", id / 250, id % 250);
            self.meet(id, &Met { address: address.leak(), ..DIALLED });
        });
    }
}

struct Met {
    address: &'static str,
    direction: Direction,
    /// Where it says that it listens.
    port: Option<u16>,
    is_seed: bool,
    prefers_encryption: bool,
}

const DIALLED: Met = Met {
    address: "8.8.1.1:6881",
    direction: Direction::Outgoing,
    port: None,
    is_seed: false,
    prefers_encryption: false,
};
const CALLER: Met = Met {
    address: "8.8.2.2:50000",
    direction: Direction::Incoming,
    port: Some(6882),
    is_seed: false,
    prefers_encryption: false,
};

fn named(message: &PexMessage) -> Vec<String> {
    message.added.iter().map(|peer| format!("{} {:#x}", peer.address, peer.flags.bits())).collect()
}

#[test]
fn a_peer_is_told_at_once_where_the_others_listen() {
    let local = Met { address: "192.168.1.1:6881", ..DIALLED };
    for (other, newcomer, told) in [
        (DIALLED, CALLER, Some("8.8.1.1:6881 0x10")),
        (CALLER, DIALLED, Some("8.8.2.2:6882 0x0")),
        (Met { is_seed: true, ..DIALLED }, CALLER, Some("8.8.1.1:6881 0x12")),
        (Met { prefers_encryption: true, ..CALLER }, DIALLED, Some("8.8.2.2:6882 0x1")),
        (Met { address: "[2001:4860::1]:6881", ..DIALLED }, CALLER, Some("[2001:4860::1]:6881 0x10")),
        // Nobody else can dial it.
        (Met { port: None, ..CALLER }, DIALLED, None),
        // It reaches less far than the newcomer; the same place is as far.
        (Met { address: "192.168.1.1:6881", ..DIALLED }, CALLER, None),
        (Met { address: "192.168.1.2:6881", ..DIALLED }, local, Some("192.168.1.2:6881 0x10")),
        // Seeds have nothing to give each other.
        (Met { is_seed: true, ..DIALLED }, Met { is_seed: true, ..CALLER }, None),
    ] {
        let mut stage = Stage::new();
        assert_eq!(stage.meet(1, &other), PexMessage::default());
        let message = stage.meet(2, &newcomer);
        assert_eq!(named(&message), told.into_iter().collect::<Vec<_>>(), "{}", other.address);
    }
}

#[test]
fn a_peer_is_told_of_news_once_a_minute() {
    let mut stage = Stage::new();
    stage.meet(1, &DIALLED);
    assert_eq!(stage.wait(Time::from_secs(1)).len(), 0, "there is nothing to tell");
    stage.meet(2, &CALLER);
    assert_eq!(stage.wait(Time::from_secs(1)).len(), 0, "it was looked at just now");
    let said = stage.wait(PEX_LOOK);
    assert_eq!(named(&said[&1]), ["8.8.2.2:6882 0x0"]);
    stage.meet(3, &Met { address: "8.8.3.3:6881", ..DIALLED });
    let address = "8.8.2.2:6882".parse().unwrap();
    stage.tell(Event::Closed { connection: ConnectionId(2), why: None });
    for _ in 0..PEX_INTERVAL.as_secs() - 1 {
        assert!(!stage.wait(Time::from_secs(1)).contains_key(&1));
    }
    let said = stage.wait(Time::from_secs(1)).remove(&1).unwrap();
    assert_eq!((named(&said), said.dropped), (vec!["8.8.3.3:6881 0x10".to_owned()], vec![address]));
    assert!((0..300).all(|_| stage.wait(Time::from_secs(1)).is_empty()), "everybody knows everything");
}

#[test]
fn no_message_names_more_than_fifty_peers_and_nobody_is_told_of_all_of_many() {
    let mut stage = Stage::new();
    stage.meet_many(1, 500);
    let newcomer = stage.meet(1000, &CALLER);
    assert_eq!(newcomer.added.len(), PEX_PEERS);
    let mut told: Vec<SocketAddr> = newcomer.added.iter().map(|peer| peer.address).collect();
    for _ in 0..10 {
        let said = stage.wait(PEX_INTERVAL);
        assert!(said.values().all(|message| message.added.len() <= PEX_PEERS && message.dropped.is_empty()));
        told.extend(said.get(&1000).into_iter().flat_map(|message| &message.added).map(|peer| peer.address));
    }
    told.sort_unstable();
    told.dedup();
    assert_eq!(told.len(), PEX_TOLD);
    for id in 1..=500 {
        stage.tell(Event::Closed { connection: ConnectionId(id), why: None });
    }
    let gone: Vec<usize> =
        (0..10).filter_map(|_| Some(stage.wait(PEX_INTERVAL).remove(&1000)?.dropped.len())).collect();
    assert_eq!(gone, [PEX_PEERS; PEX_TOLD / PEX_PEERS]);
}

#[test]
fn of_a_private_torrent_nobody_tells_and_nobody_is_heard() {
    let mut stage = Stage::new();
    stage.engine.addresses.set_private(true);
    stage.meet(1, &DIALLED);
    assert_eq!(stage.meet(2, &CALLER), PexMessage::default());
    stage.hear(1, vec!["8.8.4.4:6881".parse::<SocketAddr>().unwrap().into()]);
    assert!((0..100).all(|_| stage.wait(Time::from_secs(1)).is_empty()));
    assert_eq!(stage.engine.progress().candidates, 0);
}

fn many(count: u32) -> Vec<NamedPeer> {
    let addresses = (0..count).map(|n| SocketAddr::from(((0x0909_0000 + n).to_be_bytes(), 1)));
    addresses.map(Into::into).collect()
}

#[test]
fn what_a_peer_names_is_dialled_if_strangers_may_name_it() {
    for (address, is_dialled) in [
        ("8.8.4.4:6881", true),
        ("[2001:4860::1]:6881", true),
        ("127.0.0.1:6881", false),
        ("10.1.2.3:6881", false),
        ("169.254.169.254:80", false),
        ("[::1]:6881", false),
        ("[fe80::1]:6881", false),
    ] {
        let mut stage = Stage::new();
        stage.meet(1, &DIALLED);
        stage.hear(1, vec![NamedPeer { address: address.parse().unwrap(), flags: PeerFlags::SEED }]);
        assert_eq!(stage.engine.contacts().known, usize::from(is_dialled), "{address}");
    }
}

#[test]
fn who_has_dialled_us_is_not_dialled_because_another_names_it() {
    let mut stage = Stage::new();
    stage.meet(1, &DIALLED);
    stage.meet(2, &CALLER);
    let listens: SocketAddr = "8.8.2.2:6882".parse().unwrap();
    stage.hear(1, vec![listens.into()]);
    assert_eq!(stage.engine.contacts().known, 0);
}

/// It stays connected, and all that it said beyond what it may is lost on us.
#[test]
fn a_flood_of_peers_costs_nothing_and_brings_nothing() {
    let mut stage = Stage::new();
    stage.meet(1, &DIALLED);
    let flood = many(20_000);
    for (minute, peers) in flood.chunks(200).enumerate() {
        if minute % 10 == 0 {
            stage.now += PEX_INTERVAL;
        }
        stage.hear(1, peers.to_vec());
    }
    let most = PEX_BURST + 10 * PEX_PER_MINUTE as usize;
    let known = stage.engine.contacts().known;
    assert!(known > PEX_BURST && known <= most, "{known} of {most}");
    assert_eq!(stage.engine.progress().peers, 1);
}

/// Those of a tracker have their turn among all that liars make up, and keep their places.
#[test]
fn peers_that_are_made_up_keep_no_trackers_peers_waiting() {
    let mut stage = Stage::new();
    stage.tell(Event::Connections { most: 20 });
    for id in 1..=20 {
        stage.meet(id, &Met { address: format!("8.8.1.{id}:6881").leak(), ..DIALLED });
        stage.hear(id, many(25_000).split_off(1000 * id as usize)[..200].to_vec());
    }
    let from_tracker = SocketAddr::from(([8, 8, 4, 4], 6881));
    let answer = crate::Announced { peers: vec![from_tracker], ..crate::Announced::default() };
    stage.engine.handle(stage.now, Event::Announced { tracker: TrackerId(0), result: Ok(answer) });
    stage.engine.handle(stage.now, Event::Connections { most: 1000 });
    let dialled = std::iter::from_fn(|| stage.engine.poll()).filter_map(|action| match action {
        Action::Connect { address, .. } => Some(address),
        _ => None,
    });
    let dialled: Vec<SocketAddr> = dialled.take(3).collect();
    assert!(dialled.contains(&from_tracker), "{dialled:?}");
}
