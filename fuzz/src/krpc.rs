//! What must hold for any datagrams to a node of the DHT.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use swarm::dht::krpc::{KrpcBody, KrpcMessage};
use swarm::dht::{Dht, DhtAction, DhtConfig, DhtMode};

/// A message that is read is written so that it reads the same. Datagrams, each after its length and a byte that says who sends it, take
/// no node off its feet: what it answers to anybody is at most three times as long as what came from there, and what it asks stays within
/// bounds. `TTTT` in a datagram stands for the transaction id that its sender was asked with.
pub fn krpc(input: &[u8]) {
    reads_as_written(input);
    let mut node = Node::new();
    let mut rest = input;
    while let [length, sender, behind @ ..] = rest {
        let (datagram, behind) = behind.split_at((usize::from(*length) * 4).min(behind.len()));
        rest = behind;
        reads_as_written(datagram);
        node.hear(usize::from(*sender), datagram);
    }
    node.end();
}

fn reads_as_written(datagram: &[u8]) {
    let Some(message) = KrpcMessage::decode(datagram) else { return };
    let written = message.encode();
    // Ours say which client we are, so they may be too long where the one that came was not.
    if written.len() <= 1_500 {
        assert_eq!(KrpcMessage::decode(&written), Some(message));
    }
}

/// A full node that looks something up, and the 16 hosts around it.
struct Node {
    dht: Dht,
    now: Duration,
    /// What was last asked of whom: the transaction id.
    asked: BTreeMap<SocketAddr, [u8; 4]>,
    came: BTreeMap<SocketAddr, usize>,
    went: BTreeMap<SocketAddr, usize>,
    queries: usize,
    datagrams: usize,
}

impl Node {
    fn new() -> Self {
        let config = DhtConfig { mode: DhtMode::Full, ..DhtConfig::default() };
        let mut node = Self {
            dht: Dht::new(config, [1; 32], Duration::ZERO),
            now: Duration::ZERO,
            asked: BTreeMap::new(),
            came: BTreeMap::new(),
            went: BTreeMap::new(),
            queries: 0,
            datagrams: 0,
        };
        node.dht.look_up(node.now, *b"aaaaaaaaaaaaaaaaaaaa", Some(6881));
        (0..4).for_each(|number| node.dht.add_node(node.now, host(number)));
        node.follow_up();
        node
    }

    fn hear(&mut self, sender: usize, datagram: &[u8]) {
        let from = host(sender);
        let mut datagram = datagram.to_vec();
        if let (Some(transaction), Some(at)) =
            (self.asked.get(&from), datagram.windows(4).position(|window| window == b"TTTT"))
        {
            datagram[at..at + 4].copy_from_slice(transaction);
        }
        *self.came.entry(from).or_default() += datagram.len();
        self.datagrams += 1;
        self.now += Duration::from_millis(100);
        self.dht.handle(self.now, from, &datagram);
        self.follow_up();
    }

    fn follow_up(&mut self) {
        while let Some(action) = self.dht.poll() {
            match action {
                DhtAction::Send { to, datagram } => self.sent(to, &datagram),
                DhtAction::Peers { peers, .. } => assert!((1..=100).contains(&peers.len())),
                DhtAction::Ended { figures, .. } => assert!(figures.answered <= figures.asked),
            }
        }
    }

    fn sent(&mut self, to: SocketAddr, datagram: &[u8]) {
        let message = KrpcMessage::decode(datagram).expect("we send messages");
        if let KrpcBody::Query(_) = message.body {
            self.queries += 1;
            self.asked.insert(to, message.transaction.try_into().expect("ours have four bytes"));
        } else {
            let went = self.went.entry(to).or_default();
            *went += datagram.len();
            assert!(*went <= 3 * self.came.get(&to).copied().unwrap_or_default());
        }
    }

    fn end(mut self) {
        for _ in 0..100 {
            self.now += Duration::from_secs(1);
            self.dht.on_time(self.now);
            self.follow_up();
        }
        assert!(self.queries <= 2_000 + 16 * self.datagrams, "{}", self.queries);
        assert!(self.dht.nodes().len() <= 16);
    }
}

fn host(number: usize) -> SocketAddr {
    let number = (number % 16) as u8;
    match number % 2 {
        0 => SocketAddr::new([20, number, 0, 1].into(), 6881),
        _ => SocketAddr::new([0x2606, 0x4700, 0, number.into(), 0, 0, 0, 1].into(), 6881),
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::{kept, over};

    #[test]
    fn krpc_over_kept_inputs() {
        over(&kept("krpc"), super::krpc);
    }
}
