//! What an engine may have of what all torrents of a driver share: connections, upload slots, bans.

use super::driver::connected;
use super::*;
use crate::{Origin, Report};

const PIECE: u64 = 16 << 10;

/// A seed that so many peers want blocks of, each at another host; it has told all that it has to say.
fn wanted_seed(payload: &Payload, peers: u8) -> Swarm<Vec<u8>> {
    let mut engine = payload.engine(Some(payload.torrent(true)), |_| {});
    for peer in 0..peers {
        let connection = ConnectionId(peer.into());
        let event = connected(&engine, connection, [8, 8, 8, peer]);
        engine.handle(Time::ZERO, event);
        engine.handle(Time::ZERO, Event::Received { connection, message: Message::Interested });
    }
    engine.handle(Time::from_secs(1), Event::Tick);
    drain(&mut engine);
    engine
}

fn drain(engine: &mut Swarm<Vec<u8>>) -> Vec<Action<Vec<u8>>> {
    std::iter::from_fn(|| engine.poll()).collect()
}

/// Whom an engine closes, and why.
fn closed(actions: &[Action<Vec<u8>>]) -> Vec<(u64, CloseReason)> {
    let close = |action: &Action<Vec<u8>>| match action {
        Action::Close { connection, why } => Some((connection.0, *why)),
        _ => None,
    };
    actions.iter().filter_map(close).collect()
}

#[test]
fn upload_slots_that_go_to_other_torrents_are_empty_at_once() {
    let payload = Payload::new(Protocol::V1, &[10 * PIECE], PIECE);
    let mut engine = wanted_seed(&payload, 8);
    assert_eq!((engine.progress().unchoked, engine.interested()), (5, 8));
    for (second, slots) in [(2, 2), (3, 0), (4, 1), (5, 20), (6, 3)] {
        engine.handle(Time::from_secs(second), Event::UploadSlots { slots });
        assert!(engine.progress().unchoked <= slots, "{slots} slots at once");
        engine.handle(Time::from_millis(second * 1000 + 500), Event::Tick);
        assert_eq!(engine.progress().unchoked, slots.min(8), "{slots} slots soon");
    }
}

#[test]
fn the_slot_of_a_peer_that_goes_is_for_another_at_once() {
    let payload = Payload::new(Protocol::V1, &[10 * PIECE], PIECE);
    let mut engine = wanted_seed(&payload, 8);
    for peer in 0..3 {
        engine.handle(Time::from_secs(2), Event::Closed { connection: ConnectionId(peer), why: None });
    }
    assert_eq!(engine.interested(), 5);
    engine.handle(Time::from_millis(2500), Event::Tick);
    assert_eq!(engine.progress().unchoked, 5);
}

#[test]
fn connections_are_given_back_those_of_least_use_first() {
    let payload = Payload::new(Protocol::V1, &[10 * PIECE], PIECE);
    let mut engine = wanted_seed(&payload, 6);
    // Of the first three nothing is wanted any more, and the fourth is being given blocks.
    for peer in 0..3 {
        let event = Event::Received { connection: ConnectionId(peer), message: Message::NotInterested };
        engine.handle(Time::from_secs(1), event);
    }
    let block = BlockAddress { piece: 0.into(), offset: 0, length: BLOCK };
    engine.handle(Time::from_secs(1), Event::BlockSent { connection: ConnectionId(3), block });
    engine.handle(Time::from_secs(2), Event::Tick);
    drain(&mut engine);
    engine.handle(Time::from_secs(2), Event::Connections { most: 2 });
    let gone = closed(&drain(&mut engine));
    assert_eq!(gone.len(), 4);
    assert!((0..3).all(|peer| gone.contains(&(peer, CloseReason::NotNeeded))), "{gone:?}");
    assert!(!gone.iter().any(|(peer, _)| *peer == 3), "{gone:?}");
    for (peer, _) in gone {
        engine.handle(Time::from_secs(2), Event::Closed { connection: ConnectionId(peer), why: None });
    }
    // Nobody else comes in or is dialled until there may be more.
    let peers = vec![SocketAddr::from(([9; 4], 1)).into()];
    engine.handle(Time::from_secs(2), Event::Peers { origin: Origin::User, peers });
    assert!(!drain(&mut engine).iter().any(|action| matches!(action, Action::Connect { .. })));
    engine.handle(Time::from_secs(2), Event::Connections { most: 10 });
    assert!(drain(&mut engine).iter().any(|action| matches!(action, Action::Connect { .. })));
}

#[test]
fn a_host_that_is_banned_elsewhere_is_shunned_and_not_reported_again() {
    let payload = Payload::new(Protocol::V1, &[10 * PIECE], PIECE);
    let mut engine = wanted_seed(&payload, 3);
    let banned = [8, 8, 8, 1];
    engine.handle(Time::from_secs(1), Event::Banned { ip: banned.into(), why: CloseReason::Poison });
    let actions = drain(&mut engine);
    assert_eq!(closed(&actions), [(1, CloseReason::Poison)]);
    assert!(!actions.iter().any(|action| matches!(action, Action::Report(Report::Banned { .. }))));
    engine.handle(Time::from_secs(1), Event::Closed { connection: ConnectionId(1), why: None });
    let again = connected(&engine, ConnectionId(9), banned);
    engine.handle(Time::from_secs(1), again);
    assert_eq!(closed(&drain(&mut engine)), [(9, CloseReason::Poison)]);
    let peers = vec![SocketAddr::from((banned, 7)).into()];
    engine.handle(Time::from_secs(2), Event::Peers { origin: Origin::User, peers });
    assert!(!drain(&mut engine).iter().any(|action| matches!(action, Action::Connect { .. })));
}
