//! Peers that do not have any more what they announced (BEP 54).

use super::driver::connected;
use super::*;
use crate::extension::{DontHaveMessage, Extension};

const PEER: ConnectionId = ConnectionId(1);

fn dont_have(payload: Vec<u8>) -> Message<Vec<u8>> {
    Message::Extended { id: Extension::DontHave.our_id(), payload }
}

/// What a leecher of two pieces says to a peer that says this, extension handshakes left out.
fn said_to(messages: Vec<Message<Vec<u8>>>) -> Vec<String> {
    let payload = Payload::new(Protocol::V1, &[2 * u64::from(BLOCK)], BLOCK.into());
    let mut engine = payload.leecher();
    engine.handle(Time::ZERO, connected(&engine, PEER, [8, 8, 8, 8]));
    for message in messages {
        engine.handle(Time::ZERO, Event::Received { connection: PEER, message });
    }
    let said = std::iter::from_fn(|| engine.poll()).filter_map(|action| match action {
        Action::Send { message: Message::Extended { .. } | Message::HaveNone, .. } => None,
        Action::Send { message, .. } => Some(format!("{message:?}")),
        Action::Close { why, .. } => Some(format!("{why:?}")),
        _ => None,
    });
    said.collect()
}

#[test]
fn who_has_lost_all_that_is_wanted_is_not_wanted() {
    let lost = |piece: u32| dont_have(DontHaveMessage { piece: piece.into() }.encode());
    let (none, has) = (|| Message::HaveNone, |piece: u32| Message::Have(piece.into()));
    for (messages, expected) in [
        (vec![none(), has(1)], vec!["Interested"]),
        (vec![none(), has(1), lost(1)], vec!["Interested", "NotInterested"]),
        (vec![none(), has(0), has(1), lost(1)], vec!["Interested"]),
        (vec![none(), lost(1), has(1)], vec!["Interested"]),
        (vec![none(), has(1), lost(1), lost(1), has(0)], vec!["Interested", "NotInterested", "Interested"]),
        (vec![Message::HaveAll, lost(0), lost(1)], vec!["Interested", "NotInterested"]),
        (vec![none(), lost(2)], vec!["Protocol"]),
        (vec![none(), dont_have(vec![0, 0, 1])], vec!["Protocol"]),
    ] {
        assert_eq!(said_to(messages.clone()), expected, "{messages:?}");
    }
}

/// A stranger is asked for one piece at a time: that it has lost this one is no reason to ask it for nothing.
#[test]
fn who_has_lost_what_it_was_asked_for_is_asked_for_another() {
    let payload = Payload::new(Protocol::V1, &[16 * u64::from(BLOCK)], 2 * u64::from(BLOCK));
    let mut engine = payload.leecher();
    engine.handle(Time::ZERO, connected(&engine, PEER, [8, 8, 8, 8]));
    let mut requested = |messages: Vec<Message<Vec<u8>>>| {
        for message in messages {
            engine.handle(Time::ZERO, Event::Received { connection: PEER, message });
        }
        let requests = std::iter::from_fn(|| engine.poll()).filter_map(|action| match action {
            Action::Send { message: Message::Request(block), .. } => Some(block),
            _ => None,
        });
        requests.collect::<Vec<_>>()
    };
    let mut asked = requested(vec![Message::HaveAll, Message::Unchoke]);
    let mut lost = Vec::new();
    for _ in 0..7 {
        let piece = asked[0].piece;
        assert!(asked.len() == 2 && !lost.contains(&piece), "{asked:?} {lost:?}");
        lost.push(piece);
        let mut news = vec![dont_have(DontHaveMessage { piece }.encode())];
        news.extend(asked.iter().map(|block| Message::RejectRequest(*block)));
        asked = requested(news);
    }
}
