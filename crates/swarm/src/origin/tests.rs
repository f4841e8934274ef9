//! The policy by itself: what was promised to whom after what happened.

use std::collections::BTreeSet;

use proptest::prelude::*;
use torrent_core::layout::PieceIndex;

use super::OneCopy;
use crate::piece_set::PieceSet;
use crate::{ConnectionId, OriginConfig, Time};

const LENGTH: u32 = 100;

/// An origin with so many pieces of 100 bytes, and peers from 0 on that have nothing.
fn origin(pieces: usize, peers: u64) -> OneCopy {
    let config = OriginConfig { bill: 0 };
    let mut one_copy = OneCopy::new(config, &vec![LENGTH; pieces], fastrand::Rng::with_seed(1));
    for peer in 0..peers {
        one_copy.joined(ConnectionId(peer), Time::ZERO);
        one_copy.came_with(ConnectionId(peer), &PieceSet::none(pieces as u32), Time::ZERO);
    }
    one_copy
}

fn at(milliseconds: u64) -> Time {
    Time::from_millis(milliseconds)
}

/// Promises, and sends all of it at once; gives peers and pieces.
fn give(one_copy: &mut OneCopy, now: Time) -> Vec<(u64, PieceIndex)> {
    let mut given = Vec::new();
    loop {
        let promises = one_copy.give(now);
        if promises.is_empty() || given.len() > 1000 {
            return given;
        }
        for (id, piece) in promises {
            assert!(one_copy.asked(id, piece, now));
            one_copy.sent(id, piece, LENGTH);
            given.push((id.0, piece));
        }
    }
}

/// What must be so at any time.
fn assert_consistent(one_copy: &OneCopy) {
    let receivers = || one_copy.receivers.values();
    let open: u64 = receivers()
        .flat_map(|receiver| &receiver.promises)
        .map(|promise| u64::from(promise.open_bytes()))
        .sum();
    assert_eq!(one_copy.line.promised(), open, "the line counts what is promised");
    assert!(open < one_copy.line.room(LENGTH) + u64::from(LENGTH), "and is no wider than it is");
    let fresh: BTreeSet<PieceIndex> = one_copy.fresh.iter().collect();
    assert_eq!(fresh.len(), one_copy.fresh.len());
    for (piece, fate) in one_copy.all.iter().zip(&one_copy.pieces) {
        assert_eq!(fresh.contains(&piece), fate.is_fresh(), "{piece:?}: {fate:?}");
        let available = receivers().filter(|receiver| receiver.has.contains(piece)).count();
        assert_eq!(fate.available as usize, available, "{piece:?}");
    }
    for receiver in receivers() {
        assert!(
            receiver.promises.iter().all(|promise| !receiver.has.contains(promise.piece)),
            "{receiver:?}"
        );
    }
}

#[test]
fn each_piece_is_given_once_and_nobody_gets_a_third_that_keeps_two() {
    let mut one_copy = origin(8, 3);
    let given = give(&mut one_copy, at(0));
    let pieces: BTreeSet<PieceIndex> = given.iter().map(|(_, piece)| *piece).collect();
    assert_eq!((given.len(), pieces.len()), (6, 6));
    assert!(give(&mut one_copy, at(100)).is_empty());
    // Peer 1 gets the first from peer 0, who is a relay now.
    let (holder, piece) = given[0];
    let other = (holder + 1) % 3;
    one_copy.announced(ConnectionId(other), piece, at(400));
    let next = give(&mut one_copy, at(400));
    assert_eq!(next.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [holder]);
    assert!(!pieces.contains(&next[0].1));
    assert_consistent(&one_copy);
}

/// A swarm of four in which three pieces have spread within a second each: whoever keeps a piece for four is late.
fn running(pieces: usize) -> OneCopy {
    let mut one_copy = origin(pieces, 4);
    for (holder, piece) in give(&mut one_copy, at(0)).into_iter().take(4) {
        one_copy.announced(ConnectionId((holder + 1) % 4), piece, at(1000));
    }
    one_copy
}

#[test]
fn a_piece_that_is_kept_goes_to_somebody_else_and_only_the_last_holder_is_credited() {
    let mut one_copy = running(8);
    give(&mut one_copy, at(1000));
    let holders: Vec<u64> = one_copy.pieces.iter().map(|fate| fate.holder.unwrap().0).collect();
    one_copy.look(at(2000));
    assert!(give(&mut one_copy, at(2000)).is_empty(), "there is time yet");
    one_copy.look(at(6000));
    let (second, piece) = give(&mut one_copy, at(6000))[0];
    let first = holders[piece.index()];
    assert!(first != second && !one_copy.pieces[piece.index()].is_spread);
    let relays =
        |one_copy: &OneCopy| one_copy.receivers.values().map(|receiver| receiver.relays).collect::<Vec<_>>();
    let before = relays(&one_copy);
    let other = (0..4).find(|id| ![first, second].contains(id)).unwrap();
    one_copy.announced(ConnectionId(other), piece, at(6500));
    let after = relays(&one_copy);
    for id in 0..4 {
        assert_eq!(after[id as usize] - before[id as usize], u32::from(id == second), "peer {id}");
    }
    assert_consistent(&one_copy);
}

#[test]
fn what_a_liar_claims_stops_nothing() {
    let mut one_copy = origin(8, 3);
    one_copy.joined(ConnectionId(9), at(0));
    one_copy.came_with(ConnectionId(9), &PieceSet::all(8), at(0));
    assert_eq!(give(&mut one_copy, at(0)).len(), 6);
    for piece in one_copy.all {
        one_copy.announced(ConnectionId(9), piece, at(100));
    }
    assert!(one_copy.pieces.iter().all(|fate| !fate.is_spread));
    // Nobody announces anything: after a while, all that was said is doubted.
    let mut given = 0;
    for second in 1..20 {
        one_copy.look(at(1000 * second));
        given += give(&mut one_copy, at(1000 * second)).len();
    }
    assert!(given > 10, "{given}");
    assert_consistent(&one_copy);
}

#[test]
fn a_promise_that_is_not_taken_up_goes_to_somebody_else() {
    for leaves in [false, true] {
        let mut one_copy = origin(1, 3);
        let (id, piece) = one_copy.give(at(0))[0];
        assert!(one_copy.give(at(100)).is_empty());
        let now = if leaves { at(1000) } else { at(31_000) };
        match leaves {
            true => one_copy.left(id),
            false => drop(one_copy.look(now)),
        }
        let again = one_copy.give(now);
        assert!(again.len() == 1 && again[0].0 != id && again[0].1 == piece, "{again:?}");
        assert_eq!(one_copy.asked(id, piece, now), !leaves, "what was shown may be requested late");
        assert_consistent(&one_copy);
    }
}

#[test]
fn a_piece_that_is_lost_is_given_again() {
    let mut one_copy = running(8);
    let (holder, piece) = give(&mut one_copy, at(1000))[0];
    one_copy.announced(ConnectionId(holder), piece, at(1100));
    one_copy.left(ConnectionId(holder));
    one_copy.look(at(1200));
    let given: Vec<PieceIndex> = give(&mut one_copy, at(1200)).into_iter().map(|(_, piece)| piece).collect();
    assert!(given.contains(&piece), "{given:?}");
}

#[test]
fn a_piece_that_a_relay_got_from_elsewhere_is_not_given() {
    let mut one_copy = running(100);
    let fresh: Vec<PieceIndex> = one_copy.fresh.iter().collect();
    let relay = one_copy.receivers.iter().find(|(_, receiver)| receiver.is_relay()).map(|(id, _)| *id);
    one_copy.announced(relay.unwrap(), fresh[0], at(1100));
    assert!(!one_copy.fresh.iter().any(|piece| piece == fresh[0]));
    assert_consistent(&one_copy);
}

#[test]
fn few_get_all_that_they_lack() {
    let mut one_copy = origin(8, 2);
    one_copy.config.bill = 2;
    assert_eq!(give(&mut one_copy, at(0)).len(), 16);
    one_copy.joined(ConnectionId(2), at(10));
    one_copy.came_with(ConnectionId(2), &PieceSet::none(8), at(10));
    assert!(give(&mut one_copy, at(10)).is_empty(), "they can give it to the third");
}

/// There may be another seed that says as little as we do.
#[test]
fn what_somebody_got_from_elsewhere_is_given_only_if_it_does_not_spread() {
    let mut one_copy = origin(1, 3);
    let piece = PieceIndex::from(0);
    one_copy.announced(ConnectionId(0), piece, at(0));
    assert!(
        give(&mut one_copy, at(4900)).is_empty(),
        "before anything is known of it, that takes five seconds"
    );
    one_copy.announced(ConnectionId(1), piece, at(4900));
    assert_eq!(give(&mut one_copy, at(5000)), [(2, piece)], "who claims it later does not hold it up");
    assert_consistent(&one_copy);
}

/// It was looked away from, perhaps, and asks later.
#[test]
fn who_did_not_take_a_piece_is_promised_it_again() {
    for bill in [0, 2] {
        let mut one_copy = origin(1, 1);
        one_copy.config.bill = bill;
        let promised = one_copy.give(at(0));
        assert_eq!(one_copy.look(at(31_000)), promised, "it is taken back");
        assert_eq!(one_copy.give(at(31_000)), promised, "of nobody else it can be had");
        assert_consistent(&one_copy);
    }
}

/// Three who have got everything from us and from each other within two seconds.
fn complete() -> OneCopy {
    let mut one_copy = origin(6, 3);
    give(&mut one_copy, at(0));
    let all = one_copy.all;
    for (id, piece) in (0..3).flat_map(|id| all.iter().map(move |piece| (id, piece))) {
        one_copy.announced(ConnectionId(id), piece, at(2000));
    }
    one_copy
}

#[test]
fn whoever_has_a_slot_gets_everything_while_others_seed() {
    let mut one_copy = complete();
    let counts_at = one_copy.due();
    assert_eq!(counts_at, Some(at(62_000)), "nothing else is waited for");
    one_copy.look(at(61_000));
    assert_eq!(one_copy.seeds(at(61_000)), 0, "they have not stayed for long");
    for id in [8, 9] {
        one_copy.joined(ConnectionId(id), at(61_000));
        one_copy.came_with(ConnectionId(id), &PieceSet::none(6), at(61_000));
    }
    assert!(give(&mut one_copy, at(61_000)).is_empty(), "they can have it from others");
    one_copy.look(at(62_000));
    assert_eq!((one_copy.seeds(at(62_000)), one_copy.others_seed()), (3, true));
    assert!(give(&mut one_copy, at(62_000)).is_empty(), "nobody has a slot");
    one_copy.give_slots(&[ConnectionId(9)]);
    let given = give(&mut one_copy, at(63_000));
    assert!(given.len() == 6 && given.iter().all(|(id, _)| *id == 9), "{given:?}");
    (0..3).for_each(|id| one_copy.left(ConnectionId(id)));
    one_copy.look(at(64_000));
    assert!(!one_copy.others_seed());
    assert_consistent(&one_copy);
}

#[test]
fn what_is_promised_to_who_loses_its_slot_is_free() {
    let mut one_copy = complete();
    one_copy.joined(ConnectionId(9), at(62_000));
    one_copy.came_with(ConnectionId(9), &PieceSet::none(6), at(62_000));
    one_copy.look(at(62_000));
    one_copy.give_slots(&[ConnectionId(9)]);
    assert!(!one_copy.give(at(62_000)).is_empty());
    one_copy.give_slots(&[]);
    assert_eq!(one_copy.line.promised(), 0);
    assert_consistent(&one_copy);
}

/// That it says it has everything is no service to anybody.
#[test]
fn who_came_with_everything_is_a_seed_once_pieces_appear_that_we_never_gave() {
    let mut one_copy = running(100);
    one_copy.joined(ConnectionId(9), at(1000));
    one_copy.came_with(ConnectionId(9), &PieceSet::all(100), at(1000));
    assert_eq!(one_copy.seeds(at(90_000)), 0);
    let relay = one_copy.receivers.iter().find(|(_, receiver)| receiver.is_relay()).map(|(id, _)| *id);
    let fresh = one_copy.fresh.iter().next().unwrap();
    one_copy.announced(relay.unwrap(), fresh, at(2000));
    assert_eq!([60_000, 61_000].map(|now| one_copy.seeds(at(now))), [0, 1]);
    one_copy.peer_lost(ConnectionId(9), fresh);
    assert_eq!(one_copy.seeds(at(61_000)), 0, "it has lost a piece");
}

/// Something that happens.
#[test]
fn a_piece_that_is_promised_once_more_before_its_last_block_left_counts_once() {
    let mut one_copy = origin(3, 1);
    let (id, piece) = (ConnectionId(0), PieceIndex::default());
    one_copy.promise(id, piece, at(0));
    one_copy.sent(id, piece, 80);
    one_copy.promise(id, piece, at(1));
    assert_consistent(&one_copy);
    assert_eq!(one_copy.line.promised(), u64::from(LENGTH));
}

#[derive(Clone, Debug)]
enum Step {
    Join(u64, bool),
    Announce(u64, PieceIndex),
    Leave(u64),
    Send(usize),
    Wait(u64),
    Idle,
    Lose(PieceIndex),
    Slot(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => (0..9_u64, any::<bool>()).prop_map(|(id, liar)| Step::Join(id, liar)),
        4 => (0..9_u64, 0..20_u32).prop_map(|(id, piece)| Step::Announce(id, piece.into())),
        1 => (0..9_u64).prop_map(Step::Leave),
        6 => (0..9_usize).prop_map(Step::Send),
        4 => (1..9000_u64).prop_map(Step::Wait),
        1 => Just(Step::Idle),
        1 => (0..20_u32).prop_map(|piece| Step::Lose(piece.into())),
        1 => (0..9_u64).prop_map(Step::Slot),
    ]
}

/// Promises that are open, in order.
fn open(one_copy: &OneCopy) -> Vec<(ConnectionId, PieceIndex)> {
    let of = |(id, receiver): (&ConnectionId, &super::Receiver)| {
        let open = receiver.promises.iter().filter(|promise| promise.is_open());
        open.map(|promise| (*id, promise.piece)).collect::<Vec<_>>()
    };
    one_copy.receivers.iter().flat_map(of).collect()
}

proptest! {
    #[test]
    fn whatever_happens_the_books_balance(steps in prop::collection::vec(step(), 1..120), bill in 0..4_usize) {
        let mut one_copy = origin(20, 0);
        one_copy.config.bill = bill;
        let (mut now, mut gone) = (Time::ZERO, BTreeSet::new());
        for step in steps {
            match step {
                Step::Join(id, liar) if !one_copy.receivers.contains_key(&ConnectionId(id)) => {
                    one_copy.joined(ConnectionId(id), now);
                    let has = if liar { PieceSet::all(20) } else { PieceSet::none(20) };
                    one_copy.came_with(ConnectionId(id), &has, now);
                }
                Step::Join(..) => {}
                Step::Announce(id, piece) => one_copy.announced(ConnectionId(id), piece, now),
                Step::Leave(id) => one_copy.left(ConnectionId(id)),
                Step::Send(which) => {
                    if let Some((id, piece)) = open(&one_copy).get(which) {
                        prop_assert!(one_copy.asked(*id, *piece, now));
                        one_copy.sent(*id, *piece, 40);
                    }
                }
                Step::Wait(milliseconds) => now += at(milliseconds),
                Step::Idle => one_copy.stands_idle(now),
                Step::Lose(piece) => {
                    one_copy.lose(piece);
                    gone.insert(piece);
                }
                Step::Slot(id) if one_copy.others_seed() => one_copy.give_slots(&[ConnectionId(id)]),
                Step::Slot(_) => {}
            }
            if one_copy.due().is_some_and(|due| due <= now) {
                one_copy.look(now);
            }
            let given = one_copy.give(now);
            prop_assert!(!given.iter().any(|(_, piece)| gone.contains(piece)), "{given:?} {gone:?}");
            assert_consistent(&one_copy);
        }
        // Promises that nobody takes up end.
        let before = open(&one_copy);
        one_copy.look(now + Time::from_secs(31));
        let after = open(&one_copy);
        prop_assert!(after.is_empty(), "{before:?} {after:?}");
    }
}
