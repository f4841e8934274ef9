//! When an engine is to be woken.

use super::*;
use crate::{Announced, DialError, Origin};

/// What an engine has around it.
#[derive(Clone, Copy, Debug, Default)]
struct Case {
    is_complete: bool,
    /// A tracker that is to be asked every half hour.
    has_tracker: bool,
    /// The user names a peer that is never reached.
    has_dead_peer: bool,
    has_peer: bool,
}

/// The seconds at which it is woken, until `until`.
fn wakes(case: Case, until: u64) -> Vec<u64> {
    let payload = Payload::new(Protocol::V1, &[70_000], 16_384);
    let mut config = Config::new(1, [1; 20]);
    config.info_hash_v1 = payload.metainfo.info_hash_v1();
    config.trackers = if case.has_tracker { vec![vec![String::new()]] } else { Vec::new() };
    let mut engine: Swarm<Vec<u8>> = Swarm::new(config, Some(payload.torrent(case.is_complete)));
    let origin = Origin::User;
    if case.has_dead_peer {
        engine.handle(
            Time::ZERO,
            Event::Peers { origin, peers: vec![SocketAddr::from(([8, 8, 8, 8], 1)).into()] },
        );
    }
    if case.has_peer {
        let handshake = crate::wire::Handshake { peer_id: [2; 20], ..engine.handshake() };
        let (address, direction) = (SocketAddr::from(([8, 8, 4, 4], 6881)), Direction::Incoming);
        let event = Event::Connected { connection: ConnectionId(1), address, direction, handshake };
        engine.handle(Time::ZERO, event);
    }
    engine.handle(Time::ZERO, Event::Tick);
    let (mut now, mut woken) = (Time::ZERO, Vec::new());
    loop {
        while let Some(action) = engine.poll() {
            match action {
                Action::Connect { address, .. } => {
                    engine.handle(now, Event::ConnectFailed { address, why: DialError::Refused });
                }
                Action::Announce { tracker, .. } => {
                    let interval = Some(Time::from_secs(1800));
                    let result = Ok(Announced { interval, ..Announced::default() });
                    engine.handle(now, Event::Announced { tracker, result });
                }
                _ => {}
            }
        }
        match engine.next_deadline() {
            Some(next) if next <= Time::from_secs(until) => now = next,
            _ => return woken,
        }
        woken.push(now.as_secs());
        engine.handle(now, Event::Tick);
    }
}

#[test]
fn an_engine_is_woken_for_what_is_due_and_for_nothing_else() {
    let alone = Case { is_complete: true, ..Case::default() };
    let every_second: Vec<u64> = (1..=4).collect();
    assert_eq!(wakes(alone, 1_000_000), [0_u64; 0]);
    assert_eq!(wakes(Case { has_tracker: true, ..alone }, 6000), [1800, 3600, 5400]);
    // Twice as late each time.
    assert_eq!(wakes(Case { has_dead_peer: true, ..alone }, 80), [10, 30, 70]);
    assert_eq!(wakes(Case { has_dead_peer: true, has_tracker: true, ..alone }, 80), [10, 30, 70]);
    // Who gives or may give is watched.
    assert_eq!(wakes(Case { has_peer: true, ..alone }, 4), every_second);
    assert_eq!(wakes(Case::default(), 4), every_second);
}
