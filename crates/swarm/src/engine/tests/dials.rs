//! How many addresses are dialled at a time, and for how long.

use std::collections::BTreeSet;

use super::driver::connected;
use super::*;
use crate::secure::Encryption;
use crate::{DialError, PeerFlags, limits};

/// Dials those that an engine wants dialled, of whom nobody answers, for ten seconds; gives how many were dialled at a time at the
/// most, and how many in all.
fn dial_the_dead(engine: &mut Swarm<Vec<u8>>, addresses: u16) -> (usize, usize) {
    let address = |number: u16| SocketAddr::from(([46, 1, (number >> 8) as u8, number as u8], 6881));
    let origin = crate::Origin::Tracker(crate::TrackerId(0));
    engine.handle(
        Time::ZERO,
        Event::Peers { origin, peers: (0..addresses).map(|number| address(number).into()).collect() },
    );
    let (mut hanging, mut most, mut dialled) = (BTreeSet::new(), 0, 0);
    for now in (0..10_000).step_by(10).map(Time::from_millis) {
        while let Some((until, address)) = hanging.first().copied().filter(|(until, _)| *until <= now) {
            hanging.remove(&(until, address));
            engine.handle(now, Event::ConnectFailed { address, why: DialError::Unanswered });
        }
        engine.handle(now, Event::Tick);
        while let Some(action) = engine.poll() {
            if let Action::Connect { address, patience, .. } = action {
                hanging.insert((now + patience, address));
                dialled += 1;
            }
        }
        most = most.max(hanging.len());
    }
    (most, dialled)
}

#[test]
fn two_thousand_dead_addresses_are_done_with_in_ten_seconds_unless_somebody_is_connected() {
    let payload = Payload::new(Protocol::V1, &[2_000_000], 64 << 10);
    for (addresses, is_connected) in [(2000, false), (2000, true), (20, false)] {
        let mut engine = payload.engine(Some(payload.torrent(false)), |config| config.connections = 80);
        if is_connected {
            engine.handle(Time::ZERO, connected(&engine, ConnectionId(1), [8; 4]));
        }
        let (most, dialled) = dial_the_dead(&mut engine, addresses);
        let usually = 3 * limits::DIALS;
        match (addresses, is_connected) {
            (20, _) => assert!(most == 20 && dialled <= 40, "{most} {dialled}"),
            (_, true) => assert!(most <= limits::DIALS && dialled <= usually, "{most} {dialled}"),
            (_, false) => {
                assert!(most <= limits::DIALS_ALONE && dialled >= usize::from(addresses), "{most} {dialled}");
            }
        }
    }
}

/// How each dial of a peer goes: it was encrypted, and what came of it.
type Dials = [(bool, Option<DialError>)];

/// What we want, what is said of the peer, how its dials go, and what [`dial`] gives then.
type Case<'a> = (Encryption, PeerFlags, &'a Dials, (usize, usize, usize));

/// Has an engine know a peer, whose dials go as they are told; gives how many it made at once after the one before, then how many peers
/// were dialled encrypted after they had hung up, and how many of them were reached so.
fn dial(encryption: Encryption, flags: PeerFlags, dials: &Dials) -> (usize, usize, usize) {
    let payload = Payload::new(Protocol::V1, &[65_536], 32_768);
    let mut engine = payload.engine(Some(payload.torrent(false)), |config| config.encryption = encryption);
    let address = SocketAddr::from(([8, 8, 8, 8], 6881));
    let peers = vec![crate::NamedPeer { address, flags }];
    engine.handle(Time::ZERO, Event::Peers { origin: crate::Origin::Stranger, peers });
    let (mut now, mut at_once) = (Time::ZERO, 0);
    for (number, (expected, why)) in dials.iter().enumerate() {
        let mut connect = || {
            let mut actions = std::iter::from_fn(|| engine.poll());
            actions.find_map(|action| match action {
                Action::Connect { encrypted, .. } => Some(encrypted),
                _ => None,
            })
        };
        assert_eq!(connect(), Some(*expected), "dial {number} of {dials:?}");
        let connection = ConnectionId(number as u64);
        match why {
            Some(why) => engine.handle(now, Event::ConnectFailed { address, why: *why }),
            None => {
                engine.handle(now, connected(&engine, connection, [8, 8, 8, 8]));
                engine.handle(now, Event::Closed { connection, why: None });
            }
        }
        if engine.contacts().dialling > 0 {
            at_once += 1;
        } else {
            now += Time::from_secs(100);
            engine.handle(now, Event::Tick);
        }
    }
    (at_once, engine.contacts().encrypted, engine.contacts().encrypted_reached)
}

#[test]
fn who_hangs_up_at_once_is_dialled_the_other_way_at_once() {
    use DialError::{HungUp, Refused, Unanswered};
    use Encryption::{Allow, Never, Require};
    let (plain, encrypted) = (PeerFlags::NONE, PeerFlags::ENCRYPTION);
    let cases: [Case<'_>; 9] = [
        (Allow, plain, &[(false, Some(HungUp)), (true, None), (true, None)], (1, 1, 1)),
        (Allow, plain, &[(false, Some(HungUp)), (true, Some(HungUp)), (false, Some(HungUp))], (2, 1, 0)),
        (Allow, plain, &[(false, Some(HungUp)), (true, Some(Unanswered)), (false, None)], (1, 1, 0)),
        (Allow, plain, &[(false, Some(Refused)), (false, Some(Unanswered))], (0, 0, 0)),
        (Allow, plain, &[(false, None), (false, Some(HungUp)), (true, None)], (1, 1, 1)),
        (Allow, encrypted, &[(true, Some(HungUp)), (false, None), (false, None)], (1, 0, 0)),
        (Allow, encrypted, &[(true, None), (true, None)], (0, 0, 0)),
        (Require, plain, &[(true, Some(HungUp)), (true, None)], (0, 0, 0)),
        (Never, encrypted, &[(false, Some(HungUp)), (false, None)], (0, 0, 0)),
    ];
    for (encryption, flags, dials, expected) in cases {
        assert_eq!(dial(encryption, flags, dials), expected, "{encryption:?} {flags:?} {dials:?}");
    }
}
