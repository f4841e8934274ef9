//! When a tracker is asked for more peers because those that are known give nothing.

use std::collections::VecDeque;

use super::driver::connected;
use super::*;
use crate::{Announced, DialError};

const PEER: ConnectionId = ConnectionId(1);

/// When a tracker is asked within ten minutes that wants to be asked every half an hour, or after `min_interval` seconds if
/// need be. Who is dialled is not there; who is connected gives a block every nine seconds, or chokes us.
fn asked_at(min_interval: u64, is_connected: bool, gives: bool) -> Vec<u64> {
    let payload = Payload::new(Protocol::V1, &[2_000_000], 64 << 10);
    let trackers = vec![vec!["http://tracker.example/announce".into()]];
    let mut engine = payload.engine(Some(payload.torrent(false)), |config| config.trackers = trackers);
    let (mut asked_at, mut requests) = (Vec::new(), VecDeque::new());
    let first = if is_connected { connected(&engine, PEER, [8; 4]) } else { named_by_the_user() };
    engine.handle(Time::ZERO, first);
    let says = |message| Event::Received { connection: PEER, message };
    engine.handle(Time::ZERO, says(Message::HaveAll));
    engine.handle(Time::ZERO, says(if gives { Message::Unchoke } else { Message::Choke }));
    for second in 0..600 {
        let now = Time::from_secs(second);
        let block = if second % 9 == 0 { requests.pop_front() } else { None };
        let message =
            block.map_or(Message::KeepAlive, |block| Message::Piece { block, data: payload.block(block) });
        engine.handle(now, says(message));
        while let Some(action) = engine.poll() {
            match payload.carry_out(action) {
                Ok(answer) => engine.handle(now, answer),
                Err(Action::Announce { tracker, .. }) => {
                    asked_at.push(second);
                    engine.handle(now, Event::Announced { tracker, result: Ok(answer(min_interval)) });
                }
                Err(Action::Connect { address, .. }) => {
                    engine.handle(now, Event::ConnectFailed { address, why: DialError::Refused });
                }
                Err(Action::Send { message: Message::Request(block), .. }) => requests.push_back(block),
                Err(_) => {}
            }
        }
    }
    asked_at
}

fn named_by_the_user() -> Event<Vec<u8>> {
    Event::Peers { origin: crate::Origin::User, peers: vec![SocketAddr::from(([8, 8, 8, 8], 6881)).into()] }
}

fn answer(min_interval: u64) -> Announced {
    let (interval, min_interval) = (Time::from_secs(1800), Time::from_secs(min_interval));
    Announced { interval: Some(interval), min_interval: Some(min_interval), ..Announced::default() }
}

#[test]
fn while_nobody_gives_anything_a_tracker_is_asked_as_often_as_it_allows() {
    for is_connected in [false, true] {
        let gaps = |min_interval| -> Vec<u64> {
            let asked_at = asked_at(min_interval, is_connected, false);
            asked_at.windows(2).map(|pair| pair[1] - pair[0]).collect()
        };
        let (often, seldom) = (gaps(60), gaps(250));
        assert!(often.len() > 7 && often.iter().all(|gap| (60..70).contains(gap)), "{often:?}");
        assert!(seldom.len() == 2 && seldom.iter().all(|gap| (250..260).contains(gap)), "{seldom:?}");
    }
}

#[test]
fn while_somebody_gives_something_a_tracker_is_asked_when_it_says() {
    assert_eq!(asked_at(60, true, true), [0]);
}
