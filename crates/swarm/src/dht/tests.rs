//! What a node asks and answers, datagram by datagram.

mod answers;
mod asked;
mod forged;

use std::net::SocketAddr;

use super::krpc::{KrpcAnswer, KrpcBody, KrpcMessage, KrpcQuery, Question};
use super::*;

/// A node of both families, and when it is.
struct Node {
    dht: Dht,
    now: Time,
}

/// What a node sent.
struct Sent {
    to: SocketAddr,
    datagram: Vec<u8>,
}

impl Node {
    fn new(mode: DhtMode) -> Self {
        Self {
            dht: Dht::new(DhtConfig { mode, ..DhtConfig::default() }, [7; 32], Time::ZERO),
            now: Time::ZERO,
        }
    }

    /// It knows so many nodes, which all answer, in networks of their own.
    fn among(mode: DhtMode, others: u8) -> Self {
        let mut node = Self::new(mode);
        for number in 0..others {
            node.dht.add_node(node.now, other(number));
            node.answer_all(|to| KrpcAnswer { id: id_of(to), ..nothing() });
        }
        node.pass(PATIENCE * 2);
        node.answer_all(|to| KrpcAnswer { id: id_of(to), ..nothing() });
        node
    }

    fn pass(&mut self, time: Time) {
        let end = self.now + time;
        while let Some(due) = self.dht.next_deadline().filter(|due| *due <= end) {
            self.now = due.max(self.now);
            self.dht.on_time(self.now);
            if due < self.now {
                break;
            }
        }
        self.now = end;
        self.dht.on_time(end);
    }

    fn hear(&mut self, from: SocketAddr, datagram: &[u8]) {
        self.dht.handle(self.now, from, datagram);
    }

    /// A node asks ours something: what ours sends to it because of that.
    fn asked(&mut self, from: SocketAddr, question: Question<'_>) -> Vec<Sent> {
        let query = KrpcQuery { id: id_of(from), question, want: None, read_only: true };
        let datagram = KrpcMessage { transaction: b"aa", body: KrpcBody::Query(query) }.encode();
        self.hear(from, &datagram);
        self.sent()
    }

    fn sent(&mut self) -> Vec<Sent> {
        self.actions().into_iter().filter_map(sent).collect()
    }

    fn actions(&mut self) -> Vec<DhtAction> {
        std::iter::from_fn(|| self.dht.poll()).collect()
    }

    /// Whoever is asked answers, until nobody is.
    fn answer_all(&mut self, answer: impl Fn(SocketAddr) -> KrpcAnswer<'static>) -> Vec<DhtAction> {
        let mut others = Vec::new();
        loop {
            let actions = self.actions();
            if actions.is_empty() {
                return others;
            }
            for action in actions {
                match sent(action.clone()) {
                    Some(Sent { to, datagram }) => self.hear(to, &reply(&datagram, answer(to))),
                    None => others.push(action),
                }
            }
        }
    }
}

fn sent(action: DhtAction) -> Option<Sent> {
    match action {
        DhtAction::Send { to, datagram } => Some(Sent { to, datagram }),
        _ => None,
    }
}

/// The answer to a query.
fn reply(query: &[u8], answer: KrpcAnswer<'_>) -> Vec<u8> {
    let transaction = message(query).transaction;
    KrpcMessage { transaction, body: KrpcBody::Answer(answer) }.encode()
}

fn message(datagram: &[u8]) -> KrpcMessage<'_> {
    KrpcMessage::decode(datagram).expect("it is a message")
}

fn query(datagram: &[u8]) -> KrpcQuery<'_> {
    match message(datagram).body {
        KrpcBody::Query(query) => query,
        other => panic!("{other:?}"),
    }
}

fn answer(datagram: &[u8]) -> KrpcAnswer<'_> {
    match message(datagram).body {
        KrpcBody::Answer(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn nothing() -> KrpcAnswer<'static> {
    KrpcAnswer {
        id: NodeId([9; 20]),
        nodes: Vec::new(),
        peers: Vec::new(),
        token: Some(b"tokn"),
        asker: None,
    }
}

/// Some node, in a network of its own.
fn other(number: u8) -> SocketAddr {
    SocketAddr::new([20, number, number, 1].into(), 6881)
}

/// Some IPv6 node, in a network of its own.
fn other_v6(number: u8) -> SocketAddr {
    SocketAddr::new([0x2606, 0x4700, 0, number.into(), 0, 0, 0, 1].into(), 6881)
}

/// An id that suits an address.
fn id_of(address: SocketAddr) -> NodeId {
    NodeId::of(address.ip(), &mut Rng::with_seed(address.port().into()))
}

const PATIENCE: Time = limits::PATIENCE;
