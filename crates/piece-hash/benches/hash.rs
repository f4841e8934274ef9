//! What each backend does in bytes a second: `cargo bench -p piece-hash --bench hash`. Data lies in the L2 cache, one core.

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use piece_hash::{Algorithm, Backend, Blocks, Message, Part, Sha1, Sha256};

fn main() {
    divan::main();
}

/// As many pieces as there are lanes.
#[divan::bench(types = [Sha1, Sha256], args = Backend::all())]
fn pieces<A: Algorithm>(bencher: Bencher<'_, '_>, backend: &Backend) {
    hash::<A>(bencher, *backend, SIZE / backend.lanes());
}

#[divan::bench(types = [Sha1, Sha256], args = Backend::all())]
fn one_piece<A: Algorithm>(bencher: Bencher<'_, '_>, backend: &Backend) {
    hash::<A>(bencher, *backend, SIZE);
}

#[divan::bench(args = Backend::all())]
fn leaves(bencher: Bencher<'_, '_>, backend: &Backend) {
    let data = data();
    let leaves: Vec<&[u8]> = data.chunks(LEAF).collect();
    bencher.counter(BytesCount::new(SIZE)).bench(|| backend.digests::<Sha256>(black_box(&leaves)));
}

/// A level of a tree: two digests each.
#[divan::bench(args = Backend::all())]
fn nodes(bencher: Bencher<'_, '_>, backend: &Backend) {
    let data = data();
    let nodes: Vec<&[u8]> = data.chunks(64).collect();
    bencher.counter(BytesCount::new(SIZE)).bench(|| backend.digests::<Sha256>(black_box(&nodes)));
}

/// Messages of 0 to twice as many bytes: what the scheduler costs.
#[divan::bench(args = [512, 4 << 10, 16 << 10])]
fn unequal_sha1(bencher: Bencher<'_, '_>, mean: usize) {
    let data = data();
    let messages = unequal(&data, mean);
    let backend = Backend::best();
    bencher.counter(BytesCount::new(SIZE)).bench(|| backend.digests::<Sha1>(black_box(&messages)));
}

/// Pieces that lie in many files each, so that nearly every file ends inside a block.
#[divan::bench(args = [512, 4 << 10, 16 << 10])]
fn pieces_of_many_files(bencher: Bencher<'_, '_>, mean: usize) {
    let data = data();
    let backend = Backend::best();
    let pieces: Vec<Vec<&[u8]>> =
        data.chunks(SIZE / backend.lanes()).map(|piece| unequal(piece, mean)).collect();
    bencher.counter(BytesCount::new(SIZE)).bench(|| {
        let mut messages = vec![Message::<Sha1>::default(); pieces.len()];
        let parts = messages.iter_mut().zip(&pieces).map(|(message, spans)| Part { message, spans });
        backend.update(&mut parts.collect::<Vec<_>>());
        messages
    });
}

#[divan::bench(args = Backend::all())]
fn pieces_and_leaves(bencher: Bencher<'_, '_>, backend: &Backend) {
    let data = data();
    bencher.counter(BytesCount::new(SIZE)).bench(|| {
        let mut pieces = vec![(Message::default(), Vec::new()); 16];
        let parts = pieces.iter_mut().zip(data.chunks(SIZE / 16));
        let parts = parts.map(|((message, leaves), bytes)| Blocks { message, bytes, leaves });
        backend.update_blocks(&mut parts.collect::<Vec<_>>(), LEAF);
        pieces
    });
}

fn hash<A: Algorithm>(bencher: Bencher<'_, '_>, backend: Backend, length: usize) {
    let data = data();
    let pieces: Vec<&[u8]> = data.chunks(length).collect();
    bencher.counter(BytesCount::new(SIZE)).bench(|| backend.digests::<A>(black_box(&pieces)));
}

/// Cuts bytes into lengths between 0 and twice `mean`.
fn unequal(mut data: &[u8], mean: usize) -> Vec<&[u8]> {
    let mut state = 1_u64;
    let mut cut = Vec::new();
    while !data.is_empty() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let length = (state >> 33) as usize % (2 * mean + 1);
        cut.push(data.split_off(..length.min(data.len())).unwrap_or_default());
    }
    cut
}

fn data() -> Vec<u8> {
    (0..SIZE).map(|at| (at * 31 + at / 251) as u8).collect()
}

/// Half of a small L2 cache. One that is full can push the code out, where it holds all that the L1 caches hold.
const SIZE: usize = 512 << 10;
const LEAF: usize = 16 << 10;
