//! Ways through networks that answer, lie and keep silent.

use std::net::IpAddr;

use fastrand::Rng;

use super::*;

const TARGET: NodeId = NodeId([0; 20]);
const LATE: Time = Time::from_millis(400);

fn traversal(nodes: impl IntoIterator<Item = DhtNode>) -> Traversal {
    let mut traversal = Traversal::new(TARGET, NodeId([0xff; 20]));
    traversal.begin_with(nodes);
    traversal
}

/// A node so far from the target, whose id was chosen, in a network of its own.
fn chosen(distance: u8) -> DhtNode {
    let mut id = [9; 20];
    id[0] = distance;
    DhtNode { id: NodeId(id), address: SocketAddr::new([20, distance, 0, 1].into(), 1) }
}

/// A node whose id suits its address.
fn suiting(number: u8) -> DhtNode {
    let ip = IpAddr::from([30, number, 0, 1]);
    DhtNode { id: NodeId::of(ip, &mut Rng::with_seed(1)), address: SocketAddr::new(ip, 1) }
}

/// All that are asked answer in turn, by what `names` says they name; how many were asked.
fn walk(traversal: &mut Traversal, names: impl Fn(SocketAddr) -> Option<Vec<DhtNode>>) -> usize {
    let mut now = Time::ZERO;
    let mut asked = 0;
    while !traversal.is_done() {
        let to: Vec<SocketAddr> = std::iter::from_fn(|| traversal.next(now, LATE)).collect();
        asked += to.len();
        now += LATE;
        if to.is_empty() {
            let late: Vec<SocketAddr> = traversal.in_flight.iter().map(|query| query.address).collect();
            late.into_iter().for_each(|address| traversal.on_failure(address));
        }
        for address in to {
            let id = traversal
                .candidates
                .iter()
                .find(|known| known.node.address == address)
                .map(|known| known.node.id);
            if let (Some(named), Some(id)) = (names(address), id) {
                traversal.on_answer(DhtNode { id, address }, Some(b"t"));
                traversal.named(named);
            }
        }
    }
    asked
}

fn nearest(traversal: &Traversal) -> Vec<SocketAddr> {
    traversal.nearest().into_iter().map(|(address, _)| address).collect()
}

#[test]
fn four_are_asked_at_a_time_the_nearest_first() {
    let mut traversal = traversal((1..20).rev().map(chosen));
    let asked: Vec<_> = std::iter::from_fn(|| traversal.next(Time::ZERO, LATE)).collect();
    assert_eq!(asked, [1, 2, 3, 4].map(|distance| chosen(distance).address));
    traversal.on_answer(chosen(1), Some(b"t"));
    assert_eq!(traversal.next(Time::ZERO, LATE), Some(chosen(5).address));
    assert_eq!(traversal.next(Time::ZERO, LATE), None);
    assert_eq!(traversal.next_late(LATE), Some(LATE));
    // Four are late: as many others are asked, and a late answer counts.
    let asked: Vec<_> = std::iter::from_fn(|| traversal.next(LATE, LATE)).collect();
    assert_eq!(asked.len(), 4);
    traversal.on_answer(chosen(2), Some(b"t"));
    assert_eq!(nearest(&traversal), [chosen(1).address, chosen(2).address]);
}

#[test]
fn it_ends_with_the_eight_nearest_that_answer() {
    let mut traversal = traversal([suiting(50)]);
    let all: Vec<DhtNode> = (0..40).map(suiting).collect();
    let is_dead = |address: SocketAddr| matches!(address.ip(), IpAddr::V4(ip) if ip.octets()[1] % 5 == 0 && ip.octets()[1] < 50);
    walk(&mut traversal, |address| {
        (!is_dead(address)).then(|| {
            let at = all.iter().position(|node| node.address == address).unwrap_or_default();
            all.iter().cycle().skip(at).take(8).copied().collect()
        })
    });
    let mut live: Vec<DhtNode> = all.iter().copied().filter(|node| !is_dead(node.address)).collect();
    live.push(suiting(50));
    live.sort_by_key(|node| node.id.distance(TARGET));
    let expected: Vec<SocketAddr> = live.iter().take(8).map(|node| node.address).collect();
    let found = nearest(&traversal);
    let right = found.iter().filter(|address| expected.contains(address)).count();
    assert!(found.len() == 8 && right >= 7, "{right}");
}

#[test]
fn who_names_nobody_who_is_there_is_soon_not_believed() {
    let liar = suiting(1);
    let mut traversal = traversal([liar]);
    let ghosts: Vec<DhtNode> = (1..9).map(chosen).collect();
    let asked = walk(&mut traversal, |address| (address == liar.address).then(|| ghosts.clone()));
    assert_eq!((asked, nearest(&traversal)), (1 + UNPROVEN as usize, vec![liar.address]));
    // Somebody else names one of them: it is asked after all.
    traversal.named([chosen(8)]);
    assert_eq!(traversal.next(Time::from_secs(9), LATE), Some(chosen(8).address));
}

#[test]
fn a_neighbourhood_has_one_of_the_eight_places() {
    let neighbour =
        |number: u8| DhtNode { address: SocketAddr::new([40, 0, 0, number].into(), 1), ..chosen(number) };
    let mut traversal = traversal((1..200).map(neighbour).chain([chosen(250)]));
    let asked = walk(&mut traversal, |_| Some(Vec::new()));
    assert_eq!((asked, nearest(&traversal)), (2, vec![neighbour(1).address, chosen(250).address]));
}

#[test]
fn half_of_the_places_are_for_ids_that_suit_their_addresses() {
    let mut traversal = traversal((1..20).map(chosen).chain((0..8).map(suiting)));
    walk(&mut traversal, |_| Some(Vec::new()));
    let near = nearest(&traversal);
    let suits =
        near.iter().filter(|address| (0..8).any(|number| suiting(number).address == **address)).count();
    assert_eq!((near.len(), suits), (8, 4));
    // Where there are no others, whoever chose its id is as good.
    let mut traversal = self::traversal((1..20).map(chosen));
    walk(&mut traversal, |_| Some(Vec::new()));
    assert_eq!(nearest(&traversal).len(), 8);
}

#[test]
fn a_false_id_does_not_hide_a_node() {
    let honest = suiting(1);
    let false_id = DhtNode { id: NodeId([0xfe; 20]), ..honest };
    let mut traversal = traversal([false_id]);
    traversal.named([honest]);
    assert_eq!(traversal.next(Time::ZERO, LATE), Some(honest.address));
    assert_eq!(traversal.next(Time::ZERO, LATE), None, "one address is asked once");
    traversal.on_answer(honest, Some(b"t"));
    assert!(traversal.is_done() && traversal.candidates.len() == 1);
}

#[test]
fn what_is_kept_is_bounded_however_many_are_named() {
    let mut traversal = traversal([suiting(1)]);
    let mut rng = Rng::with_seed(3);
    let mut number = 0_u32;
    for _ in 0..2_000 {
        let mut named = || {
            number += 1;
            let [_, a, b, c] = number.to_be_bytes();
            DhtNode { id: NodeId::random(&mut rng), address: SocketAddr::new([50 + a, b, c, 1].into(), 1) }
        };
        let named: Vec<DhtNode> = (0..8).map(|_| named()).collect();
        traversal.named(named);
        while let Some(address) = traversal.next(Time::ZERO, Time::ZERO) {
            traversal.on_failure(address);
        }
    }
    assert!(traversal.candidates.len() <= CANDIDATES && traversal.asked.len() <= ASKED);
}
