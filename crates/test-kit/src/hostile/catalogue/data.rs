//! Peers that give other bytes than they were asked for.

use std::time::Duration;

use swarm::wire::{BlockAddress, Message};

use crate::hostile::script::{Group, Script, Start, Step, World, seed};
use crate::line::bytes_of;
use crate::seeded_bytes;

const fn script(name: &'static str, steps: fn(&World) -> Vec<Step>) -> Script {
    Script { name, group: Group::Data, start: Start::Torrent, steps }
}

pub(super) const SCRIPTS: &[Script] = &[
    script("noise in every block", |w| {
        gives(w, |block, _| piece(block, seeded_bytes(block.offset.into(), block.length as usize)))
    }),
    script("zeros in every block", |w| gives(w, |block, data| piece(block, vec![0; data.len()]))),
    script("one bit of each piece turned", |w| {
        gives(w, |block, mut data| {
            if block.offset == 0 {
                data.iter_mut().take(1).for_each(|byte| *byte ^= 1);
            }
            piece(block, data)
        })
    }),
    script("half of the blocks are noise", |w| {
        gives(w, |block, data| match (block.offset >> 14) % 2 {
            0 => piece(block, data),
            _ => piece(block, seeded_bytes(5, block.length as usize)),
        })
    }),
    script("every block of the piece before", |w| {
        gives(w, |block, data| {
            let before = u32::from(block.piece).saturating_sub(1);
            piece(BlockAddress { piece: before.into(), ..block }, data)
        })
    }),
    script("every block a byte further on", |w| {
        gives(w, |block, data| piece(BlockAddress { offset: block.offset + 1, ..block }, data))
    }),
    script("every block a byte short", |w| {
        gives(w, |block, mut data| {
            data.pop();
            piece(BlockAddress { length: block.length - 1, ..block }, data)
        })
    }),
    script("every block twice", |w| gives(w, |block, data| piece(block, data).repeat(2))),
];

fn piece(block: BlockAddress, data: Vec<u8>) -> Vec<u8> {
    match data.is_empty() {
        true => Vec::new(),
        false => bytes_of(&Message::Piece { block, data }),
    }
}

/// A seed that answers requests like this. The right bytes are at hand.
fn gives(world: &World, give: fn(BlockAddress, Vec<u8>) -> Vec<u8>) -> Vec<Step> {
    let (mut steps, world) = (seed(), world.clone());
    let answer = move |message: &Message<Vec<u8>>, _| match message {
        Message::Request(block) => {
            world.content.block(*block).map(|data| give(*block, data.to_vec())).unwrap_or_default()
        }
        _ => Vec::new(),
    };
    steps.push(Step::Serve(Box::new(answer), Duration::ZERO));
    steps
}
