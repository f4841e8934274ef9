//! Who hears that we end, and when.

use super::*;
use crate::{AnnounceEvent, Announced, TrackerId};

/// What trackers are told from now on.
fn told(engine: &mut Swarm<Vec<u8>>) -> Vec<(TrackerId, Option<AnnounceEvent>)> {
    let told = |action| match action {
        Action::Announce { tracker, announce } => Some((tracker, announce.event)),
        _ => None,
    };
    std::iter::from_fn(|| engine.poll()).filter_map(told).collect()
}

#[test]
fn a_tracker_that_is_being_asked_hears_of_the_end_when_it_has_answered() {
    let payload = Payload::new(Protocol::V1, &[16_384], 16_384);
    let mut engine = payload
        .engine(Some(payload.torrent(false)), |config| config.trackers = vec![vec!["udp://t:1".to_owned()]]);
    let tracker = TrackerId(0);
    let answer = || Event::Announced { tracker, result: Ok(Announced::default()) };
    engine.handle(Time::ZERO, Event::Tick);
    assert_eq!(told(&mut engine), [(tracker, Some(AnnounceEvent::Started))]);
    engine.handle(Time::ZERO, answer());
    let later = Time::from_secs(3600);
    engine.handle(later, Event::Tick);
    assert_eq!(told(&mut engine), [(tracker, None)]);
    engine.handle(later, Event::Stop);
    assert_eq!(told(&mut engine), [], "one announce at a time");
    engine.handle(later, answer());
    assert_eq!(told(&mut engine), [(tracker, Some(AnnounceEvent::Stopped))]);
    engine.handle(later, answer());
    assert!(matches!(engine.poll(), Some(Action::Stopped)));
}
