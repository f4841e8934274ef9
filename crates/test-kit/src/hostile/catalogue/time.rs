//! Peers that are slow, or never do what they promised.

use std::time::Duration;

use swarm::wire::{BlockAddress, Message};

use crate::hostile::script::{FEATURES, Group, Script, Start, Step, World, numbers, raw, seed, send};
use crate::line::bytes_of;

const fn script(name: &'static str, steps: fn(&World) -> Vec<Step>) -> Script {
    Script { name, group: Group::Time, start: Start::Torrent, steps }
}

pub(super) const SCRIPTS: &[Script] = &[
    script("a handshake and nothing more", |_| vec![Step::Shake { reserved: FEATURES }]),
    script("a seed that never unchokes", |_| {
        vec![Step::Shake { reserved: FEATURES }, send(&Message::HaveAll)]
    }),
    script("a seed that never answers", |_| seed()),
    script("a seed that answers once", |w| {
        gives(w, Duration::ZERO, |message, count| if count == 0 { message } else { vec![] })
    }),
    script("a seed that gives a byte a second", |w| gives(w, Duration::from_secs(1), |message, _| message)),
    script("a seed that stops in the middle of a block", |w| {
        gives(w, Duration::ZERO, |message, count| match count {
            0 => message[..message.len() / 2].to_vec(),
            _ => vec![],
        })
    }),
    script("a seed that rejects every request", |_| {
        answers(Duration::ZERO, |message, _| match message {
            Message::Request(block) => bytes_of(&Message::RejectRequest(*block)),
            _ => Vec::new(),
        })
    }),
    script("a seed that chokes at every request", |_| {
        answers(Duration::ZERO, |message, _| match message {
            Message::Request(block) => {
                let answer = [Message::Choke, Message::RejectRequest(*block), Message::Unchoke];
                answer.iter().flat_map(bytes_of).collect()
            }
            _ => Vec::new(),
        })
    }),
    script("a seed that does not listen", |_| {
        let mut steps = seed();
        steps.push(Step::Deaf(Duration::from_secs(55)));
        steps
    }),
    script("a flood of nothing", |_| flood(vec![0; 64 << 10])),
    script("a flood of choking and unchoking", |_| flood([raw(0, &[]), raw(1, &[])].concat().repeat(5_000))),
    script("a flood of the same piece", |_| flood(numbers(4, &[0]).repeat(5_000))),
    script("a flood of requests", |_| {
        let block = BlockAddress { piece: 0.into(), offset: 0, length: 16 << 10 };
        let request = bytes_of(&Message::Request(block));
        let mut steps = seed();
        steps.extend([send(&Message::Interested), Step::Flood(request.repeat(5_000))]);
        steps
    }),
    script("a flood of extended messages", |_| flood(raw(20, &[9; 60_000]))),
];

fn flood(bytes: Vec<u8>) -> Vec<Step> {
    let mut steps = seed();
    steps.push(Step::Flood(bytes));
    steps
}

fn answers(pause: Duration, answer: fn(&Message<Vec<u8>>, usize) -> Vec<u8>) -> Vec<Step> {
    let mut steps = seed();
    steps.push(Step::Serve(Box::new(answer), pause));
    steps
}

/// A seed that changes the right answer to each request like this.
fn gives(world: &World, pause: Duration, change: fn(Vec<u8>, usize) -> Vec<u8>) -> Vec<Step> {
    let (mut steps, world) = (seed(), world.clone());
    let answer = move |message: &Message<Vec<u8>>, count| match message {
        Message::Request(block) => match world.content.block(*block) {
            Some(data) => change(bytes_of(&Message::Piece { block: *block, data: data.to_vec() }), count),
            None => Vec::new(),
        },
        _ => Vec::new(),
    };
    steps.push(Step::Serve(Box::new(answer), pause));
    steps
}
