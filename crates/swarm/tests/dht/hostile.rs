//! Networks with liars in them: honest peers are found all the same, and honest nodes hear of us.

use std::net::SocketAddr;

use fastrand::Rng;
use swarm::dht::krpc::{DhtNode, KrpcAnswer, KrpcBody, KrpcMessage, KrpcQuery, Question};
use swarm::dht::{InfoHash, NodeId};

use crate::network::{network, newcomer};
use crate::world::{DhtWorld, Stranger, Time};
use crate::{seconds, seed};

const HASH: InfoHash = [0x77; 20];

/// Honest nodes of a network.
const NODES: usize = 300;

/// What a liar answers to a question of somebody.
type Lie = fn(&KrpcQuery<'_>, &mut Liar) -> KrpcAnswer<'static>;

/// Somebody who lies.
struct Liar {
    id: NodeId,
    rng: Rng,
    /// Others who lie as well.
    others: Vec<DhtNode>,
}

impl Liar {
    fn into_stranger(mut self, lie: Lie) -> Stranger {
        Box::new(move |from, datagram| {
            let Some(KrpcMessage { transaction, body: KrpcBody::Query(query) }) =
                KrpcMessage::decode(datagram)
            else {
                return Vec::new();
            };
            let answer = lie(&query, &mut self);
            vec![(from, KrpcMessage { transaction, body: KrpcBody::Answer(answer) }.encode())]
        })
    }

    fn answer(&self, nodes: Vec<DhtNode>) -> KrpcAnswer<'static> {
        KrpcAnswer { id: self.id, nodes, peers: Vec::new(), token: Some(b"liar"), asker: None }
    }
}

/// An id so near to the hash that nobody honest has one.
fn near(rng: &mut Rng) -> NodeId {
    let mut id = HASH;
    rng.fill(&mut id[8..]);
    NodeId(id)
}

/// Somewhere, where nobody is.
fn nowhere(rng: &mut Rng) -> SocketAddr {
    SocketAddr::new([101, rng.u8(..), rng.u8(..), 1].into(), 6881)
}

/// Nodes that do not exist, each nearer to what is looked for than anybody.
fn names_nobody(query: &KrpcQuery<'_>, liar: &mut Liar) -> KrpcAnswer<'static> {
    let target = match query.question {
        Question::GetPeers { info_hash } => info_hash,
        Question::FindNode { target } => target.0,
        _ => return liar.answer(Vec::new()),
    };
    let mut named = || {
        let mut id = target;
        liar.rng.fill(&mut id[8..]);
        DhtNode { id: NodeId(id), address: nowhere(&mut liar.rng) }
    };
    let nodes = (0..8).map(|_| named()).collect();
    liar.answer(nodes)
}

/// Only whom it is told to name.
fn names_others(_: &KrpcQuery<'_>, liar: &mut Liar) -> KrpcAnswer<'static> {
    let mut nodes = liar.others.clone();
    liar.rng.shuffle(&mut nodes);
    nodes.truncate(8);
    liar.answer(nodes)
}

/// Honest nodes, with ids that they do not have.
fn names_others_falsely(_: &KrpcQuery<'_>, liar: &mut Liar) -> KrpcAnswer<'static> {
    let mut nodes = liar.others.clone();
    liar.rng.shuffle(&mut nodes);
    let mut named = |node: &DhtNode| DhtNode { id: near(&mut liar.rng), ..*node };
    let nodes = nodes.iter().take(8).map(&mut named).collect();
    liar.answer(nodes)
}

/// A network in which somebody shares the hash.
fn honest(seed: u64) -> DhtWorld {
    let mut world = network(seed, NODES);
    world.with(0, |dht, now| dht.look_up(now, HASH, Some(6881)));
    world.run_for(seconds(30));
    world
}

/// Who lies, and how.
struct Attack {
    name: &'static str,
    /// They have one network, not one each.
    in_one_network: bool,
    /// The ids that they chose.
    id: fn(&mut Rng) -> NodeId,
    lie: Lie,
    /// Whom they name, where these are others at all: the honest ones, not each other.
    names_honest: bool,
}

/// Liars of an attack come, a quarter of all, and make themselves known.
fn liars(world: &mut DhtWorld, attack: &Attack) {
    let mut rng = Rng::with_seed(9);
    let honest = world.honest_nodes();
    let address = |number: u8| match attack.in_one_network {
        true => SocketAddr::new([102, 1, 1, number].into(), 6881),
        false => SocketAddr::new([102, number, 1, 1].into(), 6881),
    };
    let liars: Vec<DhtNode> =
        (0..100).map(|number| DhtNode { id: (attack.id)(&mut rng), address: address(number) }).collect();
    for liar in &liars {
        let others = if attack.names_honest { honest.clone() } else { liars.clone() };
        let stranger = Liar { id: liar.id, rng: rng.fork(), others }.into_stranger(attack.lie);
        world.add_stranger(liar.address, stranger);
    }
    for (node, liar) in (0..NODES).zip(liars.iter().cycle()) {
        world.with(node, |dht, now| dht.add_node(now, liar.address));
    }
    world.run_for(seconds(30));
}

const ATTACKS: &[Attack] = &[
    Attack {
        name: "nodes that do not exist are named",
        in_one_network: false,
        id: random_id,
        lie: names_nobody,
        names_honest: false,
    },
    Attack {
        name: "liars name only each other",
        in_one_network: false,
        id: random_id,
        lie: names_others,
        names_honest: false,
    },
    Attack {
        name: "others are named with ids that they do not have",
        in_one_network: false,
        id: random_id,
        lie: names_others_falsely,
        names_honest: true,
    },
    Attack {
        name: "Sybils of one network around the hash",
        in_one_network: true,
        id: near,
        lie: names_others,
        names_honest: false,
    },
    Attack {
        name: "Sybils of many networks around the hash",
        in_one_network: false,
        id: near,
        lie: names_others,
        names_honest: false,
    },
    Attack {
        name: "Sybils of many networks around the hash that name nobody who exists",
        in_one_network: false,
        id: near,
        lie: names_nobody,
        names_honest: false,
    },
];

fn random_id(rng: &mut Rng) -> NodeId {
    let mut id = [0; 20];
    rng.fill(&mut id);
    NodeId(id)
}

#[test]
fn liars_keep_nobody_from_being_found_and_few_from_hearing_of_us() {
    for attack in ATTACKS {
        let mut world = honest(seed());
        liars(&mut world, attack);
        let found: Vec<_> = (0..5).map(|_| newcomer(&mut world, HASH)).collect();
        let first = found.iter().map(|found| found.first.unwrap_or(Time::MAX)).max();
        let asked = found.iter().map(|found| found.figures.asked).max();
        let told = found.iter().map(|found| found.nearest).min();
        println!("{}: first peer {first:?}, {asked:?} asked, {told:?} of 8 told, at worst", attack.name);
        assert!(first < Some(seconds(3)) && asked < Some(60) && told >= Some(4), "{}", attack.name);
    }
}
