//! A node of the DHT that strangers flood: what it keeps of them is bounded.

use std::net::{IpAddr, SocketAddr};
use std::sync::PoisonError;
use std::time::Duration;

use fastrand::Rng;
use swarm::dht::krpc::{DhtNode, KrpcAnswer, KrpcBody, KrpcMessage, KrpcQuery, Question};
use swarm::dht::{Dht, DhtAction, DhtConfig, DhtMode, NodeId};

use crate::ALONE;
use crate::meter::ALLOCATOR;

/// Questions of strangers, each from a host of its own.
const QUESTIONS: u32 = 60_000;

/// Bytes that a flooded node may have: 200,000 peers would take 5 MB.
const MOST: usize = 8 << 20;

#[test]
fn a_flooded_node_of_the_dht_stays_small() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let announced = flood();
    let bytes = ALLOCATOR.peak_usage().saturating_sub(before);
    println!("{announced} of {QUESTIONS} announces taken in, {bytes} bytes");
    assert!(announced > 10_000 && bytes < MOST, "{announced}, {bytes}");
}

/// Each host asks for peers of another info hash, announces itself with the token that it gets, names its own port for a check, and
/// whatever our node asks is answered with eight more nodes. How many announces were taken in.
fn flood() -> usize {
    let config = DhtConfig { mode: DhtMode::Full, ..DhtConfig::default() };
    let mut dht = Dht::new(config, [5; 32], Duration::ZERO);
    let mut rng = Rng::with_seed(5);
    let mut announced = 0;
    for number in 0..QUESTIONS {
        let now = Duration::from_millis(20 * u64::from(number));
        let from = SocketAddr::new(IpAddr::from(((20 << 24) + number * 61).to_be_bytes()), 6881);
        dht.add_node(now, from);
        let mut info_hash = [0; 20];
        rng.fill(&mut info_hash);
        for datagram in said(&mut dht, now, from, Question::GetPeers { info_hash }) {
            let Some(KrpcMessage { body: KrpcBody::Answer(answer), .. }) = KrpcMessage::decode(&datagram)
            else {
                continue;
            };
            let token = answer.token.unwrap_or_default();
            let told = said(&mut dht, now, from, Question::AnnouncePeer { info_hash, port: Some(5), token });
            announced += usize::from(!told.is_empty());
        }
        dht.on_time(now);
    }
    announced
}

/// What our node says to somebody who asks something. Whom it asks itself answers.
fn said(dht: &mut Dht, now: Duration, from: SocketAddr, question: Question<'_>) -> Vec<Vec<u8>> {
    let query = KrpcQuery { id: id(from), question, want: None, read_only: false };
    dht.handle(now, from, &KrpcMessage { transaction: b"aa", body: KrpcBody::Query(query) }.encode());
    let mut said = Vec::new();
    while let Some(action) = dht.poll() {
        let DhtAction::Send { to, datagram } = action else { continue };
        let Some(message) = KrpcMessage::decode(&datagram) else { continue };
        if let KrpcBody::Query(_) = message.body {
            let named = |number: u8| DhtNode {
                id: NodeId([number; 20]),
                address: SocketAddr::new([30, number, 1, 1].into(), 1),
            };
            let nodes = (0..8).map(|number| named(number * 16)).collect();
            let answer = KrpcAnswer { id: id(to), nodes, peers: Vec::new(), token: None, asker: Some(from) };
            let reply = KrpcMessage { transaction: message.transaction, body: KrpcBody::Answer(answer) };
            dht.handle(now, to, &reply.encode());
        } else if to == from {
            said.push(datagram);
        }
    }
    said
}

fn id(address: SocketAddr) -> NodeId {
    NodeId::of(address.ip(), &mut Rng::with_seed(1))
}
