//! A caller that is gone is dialled at the port where it said that it listens (BEP 10, `p`), if it was of use; a seed only until
//! all is here.

use super::*;
use crate::extension::{self, ExtensionHandshake};
use crate::{NamedPeer, Origin, PeerFlags};

const PIECE: u64 = 16_384;
const PEER: ConnectionId = ConnectionId(1);

/// A peer that is connected for a while.
struct Met {
    address: &'static str,
    direction: Direction,
    /// What it says of its port, if it says so.
    port: Option<u16>,
    /// It gives a piece.
    gives: bool,
    is_private: bool,
    /// We closed the connection for this.
    why: Option<CloseReason>,
}

const CALLER: Met = Met {
    address: "8.8.8.8:50000",
    direction: Direction::Incoming,
    port: Some(6881),
    gives: true,
    is_private: false,
    why: None,
};

impl Met {
    /// Who is dialled when it is gone.
    fn dialled(self) -> Vec<String> {
        let payload = Payload::new(Protocol::V1, &[2 * PIECE], PIECE);
        let mut engine = payload.leecher();
        engine.addresses.set_private(self.is_private);
        let handshake = crate::wire::Handshake { peer_id: [9; 20], ..engine.handshake() };
        let (address, direction) = (self.address.parse().unwrap(), self.direction);
        let theirs = ExtensionHandshake { port: self.port, ..ExtensionHandshake::default() };
        let payload_of_it = theirs.encode();
        let mut events = vec![Event::Connected { connection: PEER, address, direction, handshake }];
        let said = [
            Message::Extended { id: extension::HANDSHAKE, payload: payload_of_it },
            Message::Bitfield(vec![0x80]),
            Message::Unchoke,
        ];
        events.extend(said.map(|message| Event::Received { connection: PEER, message }));
        let block = BlockAddress { piece: 0.into(), offset: 0, length: BLOCK };
        let message = Message::Piece { block, data: payload.block(block) };
        events.extend(self.gives.then_some(Event::Received { connection: PEER, message }));
        events.push(Event::Closed { connection: PEER, why: self.why });
        events.into_iter().for_each(|event| engine.handle(Time::ZERO, event));
        while engine.poll().is_some() {}
        engine.handle(Time::from_secs(60), Event::Tick);
        dialled(&mut engine)
    }
}

fn dialled(engine: &mut Swarm<Vec<u8>>) -> Vec<String> {
    let dialled = |action| match action {
        Action::Connect { address, .. } => Some(address.to_string()),
        _ => None,
    };
    std::iter::from_fn(|| engine.poll()).filter_map(dialled).collect()
}

#[test]
fn a_caller_of_use_is_dialled_where_it_listens_when_the_connection_is_lost() {
    let nobody: &[&str] = &[];
    for (what, met, expected) in [
        ("it gave something", CALLER, ["8.8.8.8:6881"].as_slice()),
        ("over IPv6", Met { address: "[2606:4700::1]:5", ..CALLER }, &["[2606:4700::1]:6881"]),
        ("it gave nothing", Met { gives: false, ..CALLER }, nobody),
        ("it does not say where", Met { port: None, ..CALLER }, nobody),
        ("we dialled it: that is where it is", Met { direction: Direction::Outgoing, ..CALLER }, nobody),
        ("we closed it", Met { why: Some(CloseReason::Stalled), ..CALLER }, nobody),
        ("a private torrent", Met { is_private: true, ..CALLER }, nobody),
        ("from here, as a router may have it seem", Met { address: "127.0.0.1:5", ..CALLER }, nobody),
        ("from a private network", Met { address: "192.168.1.1:5", ..CALLER }, nobody),
    ] {
        assert_eq!(met.dialled(), expected, "{what}");
    }
}

#[test]
fn seeds_are_dialled_only_until_all_is_here() {
    let payload = Payload::new(Protocol::V1, &[PIECE], PIECE);
    let named = |last: u8, flags| NamedPeer { address: SocketAddr::from(([8, 8, 8, last], 1)), flags };
    let peers = vec![named(1, PeerFlags::SEED | PeerFlags::UTP), named(2, PeerFlags::UTP)];
    for (has_all, expected) in [(true, 1), (false, 2)] {
        let mut engine = payload.engine(Some(payload.torrent(has_all)), |_| {});
        engine.handle(Time::ZERO, Event::Peers { origin: Origin::Exchange, peers: peers.clone() });
        let dialled = dialled(&mut engine);
        assert_eq!((dialled.len(), dialled.contains(&"8.8.8.1:1".to_owned())), (expected, !has_all));
    }
}
