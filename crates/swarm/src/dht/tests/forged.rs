//! Datagrams that are not what they seem: they change nothing.

use super::*;

const HASH: InfoHash = [0x44; 20];

/// What somebody makes of a query that went to another, or to it: where it answers from, and what.
type Forgery = (&'static str, fn(&Sent) -> Vec<(SocketAddr, Vec<u8>)>);

fn lie() -> KrpcAnswer<'static> {
    let nodes = (50..58).map(|number| DhtNode { id: NodeId([number; 20]), address: other(number) }).collect();
    KrpcAnswer { id: NodeId([0x44; 20]), nodes, peers: vec!["66.6.6.6:6".parse().unwrap()], ..nothing() }
}

fn with_transaction(transaction: &[u8]) -> Vec<u8> {
    KrpcMessage { transaction, body: KrpcBody::Answer(lie()) }.encode()
}

const FORGERIES: &[Forgery] = &[
    ("from another host", |sent| vec![(other(99), reply(&sent.datagram, lie()))]),
    ("from another port", |sent| vec![(SocketAddr::new(sent.to.ip(), 9), reply(&sent.datagram, lie()))]),
    ("another transaction", |sent| {
        let mut transaction = message(&sent.datagram).transaction.to_vec();
        transaction[3] ^= 1;
        vec![(sent.to, with_transaction(&transaction))]
    }),
    ("a shorter transaction", |sent| {
        vec![(sent.to, with_transaction(&message(&sent.datagram).transaction[..3]))]
    }),
    ("a longer transaction", |sent| {
        vec![(sent.to, with_transaction(&[message(&sent.datagram).transaction, b"x"].concat()))]
    }),
    ("no transaction", |sent| vec![(sent.to, with_transaction(b""))]),
    ("small numbers", |sent| {
        (0..=999_u32).map(|number| (sent.to, with_transaction(&number.to_be_bytes()))).collect()
    }),
    ("its own query back", |sent| vec![(sent.to, sent.datagram.clone())]),
    ("an answer without an id", |sent| {
        let datagram = reply(&sent.datagram, lie());
        let at = datagram.windows(6).position(|window| window == b"2:id20").unwrap();
        let mut broken = datagram;
        broken[at + 2] = b'x';
        vec![(sent.to, broken)]
    }),
    ("garbage", |sent| (0..64).map(|byte| (sent.to, vec![b'd'; byte])).collect()),
];

#[test]
fn what_was_not_asked_of_whoever_answers_does_nothing() {
    for (name, forge) in FORGERIES {
        let mut node = Node::among(DhtMode::ReadOnly, 8);
        node.dht.look_up(node.now, HASH, None);
        let before = node.dht.figures();
        for sent in node.sent() {
            for (from, datagram) in forge(&sent) {
                node.hear(from, &datagram);
            }
        }
        assert_eq!((node.actions(), node.dht.figures().answered), (Vec::new(), before.answered), "{name}");
    }
}

#[test]
fn an_answer_counts_once_and_not_after_its_time() {
    let mut node = Node::among(DhtMode::ReadOnly, 8);
    node.dht.look_up(node.now, HASH, None);
    let asked = node.sent();
    let peer: SocketAddr = "30.1.2.3:5".parse().unwrap();
    let honest = |sent: &Sent| {
        reply(&sent.datagram, KrpcAnswer { id: id_of(sent.to), peers: vec![peer], ..nothing() })
    };
    let told = |node: &mut Node| {
        let actions = node.actions();
        actions.iter().filter(|action| matches!(action, DhtAction::Peers { .. })).count()
    };
    node.hear(asked[0].to, &honest(&asked[0]));
    assert_eq!(told(&mut node), 1);
    (0..100).for_each(|_| node.hear(asked[0].to, &honest(&asked[0])));
    node.hear(asked[0].to, &reply(&asked[0].datagram, lie()));
    assert_eq!(told(&mut node), 0);
    node.pass(PATIENCE);
    node.hear(asked[1].to, &honest(&asked[1]));
    assert_eq!(told(&mut node), 0);
}

#[test]
fn transaction_ids_do_not_repeat_nor_follow_from_each_other() {
    let mut node = Node::among(DhtMode::ReadOnly, 8);
    let mut seen = std::collections::BTreeSet::new();
    for number in 0..100 {
        node.dht.look_up(node.now, [number; 20], None);
        for sent in node.sent() {
            assert!(seen.insert(message(&sent.datagram).transaction.to_vec()));
        }
        node.dht.forget(node.now, [number; 20]);
    }
    let number = |id: &Vec<u8>| u32::from_be_bytes(id.as_slice().try_into().unwrap());
    let ids: Vec<u32> = seen.iter().map(number).collect();
    let close = ids.windows(2).filter(|pair| pair[1] - pair[0] < 1_000).count();
    assert!(ids.len() >= 400 && close < 10, "{close} of {}", ids.len());
}

#[test]
fn a_node_that_changes_its_id_with_each_answer_has_one_place() {
    let mut node = Node::among(DhtMode::ReadOnly, 8);
    for number in 0..200 {
        node.dht.look_up(node.now, [number; 20], None);
        let id = NodeId([number; 20]);
        node.answer_all(|to| KrpcAnswer { id: if to == other(0) { id } else { id_of(to) }, ..nothing() });
        node.pass(PATIENCE);
    }
    assert!(node.dht.figures().nodes <= 8, "{}", node.dht.figures().nodes);
}
