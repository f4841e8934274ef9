//! How many addresses are dialled at a time, and for how long.

use std::collections::BTreeSet;

use super::driver::connected;
use super::*;
use crate::{DialError, limits};

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
            if let Action::Connect { address, patience } = action {
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
