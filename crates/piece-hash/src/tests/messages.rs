//! Messages of any length, handed over in any way.

use proptest::prelude::*;

use super::{backends, bytes, check, numbers};
use crate::{Algorithm, Backend, Blocks, Message, Part, Sha1, Sha256};

#[test]
fn every_length_of_the_last_block_in_every_place_of_a_batch() {
    let data = bytes(1, 40_000);
    let lengths: Vec<usize> = match cfg!(miri) {
        true => vec![0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 200],
        false => (0..300).chain(16_383..16_386).chain([40_000]).collect(),
    };
    let messages: Vec<&[u8]> = lengths.iter().map(|&length| &data[..length]).collect();
    backends().for_each(|backend| check(backend, &messages));
}

#[test]
fn any_number_of_messages() {
    let data = bytes(2, 100);
    for count in (0..=40).step_by(if cfg!(miri) { 20 } else { 1 }) {
        let messages: Vec<&[u8]> = (0..count).map(|n| &data[n..100 - n]).collect();
        backends().for_each(|backend| check(backend, &messages));
    }
}

#[test]
fn any_place_in_memory() {
    let length = if cfg!(miri) { 10 } else { 1000 };
    let data = bytes(3, 64 + length);
    let messages: Vec<&[u8]> = (0..64).map(|offset| &data[offset..offset + length]).collect();
    backends().for_each(|backend| check(backend, &messages));
}

#[test]
#[cfg_attr(miri, ignore = "too much for an interpreter")]
fn short_messages_beside_long_ones() {
    let data = bytes(4, 2 << 20);
    let mut numbers = numbers(4);
    let mut length = |most: usize| numbers() as usize % most;
    let messages: Vec<&[u8]> =
        (0..40).map(|n| &data[..length(if n % 10 == 0 { data.len() } else { 20_000 })]).collect();
    backends().for_each(|backend| check(backend, &messages));
}

#[test]
fn a_block_that_lies_in_many_spans() {
    let spans = [10, 60, 0, 3, 190].map(|length| bytes(7, length)).to_vec();
    let messages = [spans.clone(), spans[1..].to_vec(), spans];
    for backend in backends() {
        cut_like_whole::<Sha1>(backend, &messages);
        cut_like_whole::<Sha256>(backend, &messages);
    }
}

#[test]
fn blocks_of_pieces_that_end_at_different_times() {
    let pieces: Vec<Pieces> = (0..17).map(|n| Pieces::new(0, &[64 + n % 3 * 50])).collect();
    backends().for_each(|backend| blocks_like_both(backend, &pieces, 128));
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    #[cfg_attr(miri, ignore = "too much for an interpreter")]
    fn spans_and_parts_cut_anywhere_hash_like_the_whole(
        messages in prop::collection::vec(prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..8), 0..20)
    ) {
        for backend in backends() {
            cut_like_whole::<Sha1>(backend, &messages);
            cut_like_whole::<Sha256>(backend, &messages);
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "too much for an interpreter")]
    fn pieces_and_their_blocks_hash_like_both(
        parts in prop::collection::vec((0..100usize, prop::collection::vec(0..2000usize, 0..3)), 0..40),
        block in prop::sample::select(&[64, 100, 192, 1024][..]),
    ) {
        let parts: Vec<Pieces> = parts.iter().map(|(begun, lengths)| Pieces::new(*begun, lengths)).collect();
        backends().for_each(|backend| blocks_like_both(backend, &parts, block));
    }
}

/// Each message is a list of spans: feeds the first half of the spans as one part, the rest as another.
fn cut_like_whole<A: Algorithm>(backend: Backend, messages: &[Vec<Vec<u8>>]) {
    let mut open = vec![Message::<A>::default(); messages.len()];
    for half in [0, 1] {
        let spans: Vec<Vec<&[u8]>> = messages.iter().map(|message| half_of(message, half)).collect();
        let mut parts: Vec<Part<'_, A>> =
            open.iter_mut().zip(&spans).map(|(message, spans)| Part { message, spans }).collect();
        backend.update(&mut parts);
    }
    let whole: Vec<Vec<u8>> = messages.iter().map(|message| message.concat()).collect();
    let whole: Vec<&[u8]> = whole.iter().map(Vec::as_slice).collect();
    assert_eq!(backend.finish(open), backend.digests::<A>(&whole), "{backend}");
    check(backend, &whole);
}

fn half_of(message: &[Vec<u8>], half: usize) -> Vec<&[u8]> {
    let (first, second) = message.split_at(message.len() / 2);
    [first, second][half].iter().map(Vec::as_slice).collect()
}

/// A piece that holds some bytes before its blocks come.
#[derive(Debug)]
struct Pieces {
    begun: Vec<u8>,
    updates: Vec<Vec<u8>>,
}

impl Pieces {
    fn new(begun: usize, lengths: &[usize]) -> Self {
        // Mostly none, or whole blocks: only then are both hashes done at once.
        let begun = if begun < 90 { begun / 30 * 64 } else { begun };
        Self { begun: bytes(5, begun), updates: lengths.iter().map(|length| bytes(6, *length)).collect() }
    }
}

fn blocks_like_both(backend: Backend, pieces: &[Pieces], block: usize) {
    let mut open = vec![(Message::<Sha1>::default(), Vec::new()); pieces.len()];
    for ((message, _), piece) in open.iter_mut().zip(pieces) {
        backend.update(&mut [Part { message, spans: &[&piece.begun] }]);
    }
    for round in 0..3 {
        let parts = open.iter_mut().zip(pieces).filter_map(|((message, leaves), piece)| {
            Some(Blocks { message, bytes: piece.updates.get(round)?, leaves })
        });
        backend.update_blocks(&mut parts.collect::<Vec<_>>(), block);
    }
    let (messages, leaves): (Vec<_>, Vec<_>) = open.into_iter().unzip();
    for ((piece, digest), leaves) in pieces.iter().zip(backend.finish(messages)).zip(leaves) {
        let whole = [&piece.begun[..], &piece.updates.concat()].concat();
        assert_eq!(digest, backend.digest::<Sha1>(&whole), "{backend}");
        let blocks: Vec<&[u8]> = piece.updates.iter().flat_map(|bytes| bytes.chunks(block)).collect();
        assert_eq!(leaves, backend.digests::<Sha256>(&blocks), "{backend}");
    }
}

#[test]
#[cfg_attr(miri, ignore = "too much for an interpreter")]
fn many_pieces_and_their_leaves() {
    let pieces: Vec<Pieces> = (0..40).map(|n| Pieces::new(0, &[n * 7001 % 90_000, 64 << 10])).collect();
    backends().for_each(|backend| blocks_like_both(backend, &pieces, 16 << 10));
}
