//! One battery for every backend and, below that, for every lane of every kernel.

mod backends;
mod kernels;
mod messages;
mod vectors;

use std::sync::OnceLock;

use sha1::digest::Digest;

use crate::row::Pair;
use crate::row::{Row, Tier};
use crate::state::Runs;
use crate::{Backend, Sha1, Sha256, portable};

/// Every backend that this CPU can run; and the crates in sixteen lanes, so that the scheduler is tried with many lanes
/// on any CPU, and under Miri.
fn backends() -> impl Iterator<Item = Backend> {
    static ROW: OnceLock<Row> = OnceLock::new();
    let row = ROW.get_or_init(sixteen_lanes_of_the_crates);
    Backend::all().iter().copied().chain([Backend { name: "sixteen", row }])
}

fn sixteen_lanes_of_the_crates() -> Row {
    Row {
        sha1: vec![
            Tier { lanes: 16, least: 4, kernel: portable::sha1::<16> },
            Tier { lanes: 2, least: 2, kernel: portable::sha1::<2> },
            Tier { lanes: 1, least: 1, kernel: portable::sha1::<1> },
        ],
        sha256: vec![
            Tier { lanes: 16, least: 9, kernel: portable::sha256::<16> },
            Tier { lanes: 1, least: 1, kernel: portable::sha256::<1> },
        ],
        both: Some(Tier { lanes: 16, least: 9, kernel: both }),
    }
}

fn both(state: &mut Pair, runs: &Runs<'_>, count: usize) {
    portable::sha1::<16>(&mut state.sha1, runs, count);
    portable::sha256::<16>(&mut state.sha256, runs, count);
}

/// Asserts that a backend gives each message the digest that the crates give it.
fn check(backend: Backend, messages: &[&[u8]]) {
    for (message, digest) in messages.iter().zip(backend.digests::<Sha1>(messages)) {
        assert_eq!(digest[..], sha1::Sha1::digest(message)[..], "{backend}, length {}", message.len());
    }
    for (message, digest) in messages.iter().zip(backend.digests::<Sha256>(messages)) {
        assert_eq!(digest[..], sha2::Sha256::digest(message)[..], "{backend}, length {}", message.len());
    }
}

/// Bytes without a pattern; others for another seed.
fn bytes(seed: u64, length: usize) -> Vec<u8> {
    let mut numbers = numbers(seed);
    (0..length).map(|_| numbers() as u8).collect()
}

/// Knuth's linear congruential generator (MMIX), its upper half.
fn numbers(mut state: u64) -> impl FnMut() -> u32 {
    state ^= 0x5851_f42d_4c95_7f2d;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 32) as u32
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
