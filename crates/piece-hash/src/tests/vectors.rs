//! Published digests: in every backend, and in every lane of every kernel.

use super::kernels::kernels;
use super::{backends, bytes, hex};
use crate::algorithm::sealed::Hash;
use crate::row::Pair;
use crate::state::{LANES, Runs};
use crate::{Sha1, Sha256};

#[test]
fn in_every_backend_and_every_lane() {
    // The examples of FIPS 180 and RFC 3174, and NIST's additional ones for SHA-256; what these leave out, by OpenSSL.
    check(
        b"",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    );
    check(
        b"abc",
        "a9993e364706816aba3e25717850c26c9cd0d89d",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
    check(
        b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    );
    check(
        b"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
        "a49b2446a02c645bf419f995b67091253a04a259",
        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
    );
    check(
        "01234567".repeat(80).as_bytes(),
        "dea356a2cddd90c7a7ecedc5ebb563934f460452",
        "594847328451bdfa85056225462cc1d867d877fb388df0ce35f25ab5562bfbb5",
    );
    check(
        &[0; 55],
        "8e8832c642a6a38c74c17fc92ccedc266c108e6c",
        "02779466cdec163811d078815c633f21901413081449002f24aa3e80f0b88ef7",
    );
    check(
        &[0; 56],
        "9438e360f578e12c0e0e8ed28e2c125c1cefee16",
        "d4817aa5497628e7c77e6b606107042bbba3130888c5f47a375e6179be789fbb",
    );
    check(
        &[0; 64],
        "c8d7d0ef0eedfa82d2ea1aa592845b9a6d4b02b7",
        "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b",
    );
    check(
        &[0x41; 1000],
        "3ae3644d6777a1f56a1defeabc74af9c4b313e49",
        "c2e686823489ced2017f6059b8b239318b6364f6dcd835d0a519105a1eadd6e4",
    );
    if !cfg!(miri) {
        check(
            &[b'a'; 1_000_000],
            "34aa973cd4c4daa4f61eeb2bdbad27316534016f",
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
        );
        check(
            &[0; 1_000_000],
            "bef3595266a65a2ff36b700a75e8ed95c68210b6",
            "d29751f2649b32ff572b5e0a9f541ea660a50f94ff0beedfb0b692b924cc8025",
        );
    }
}

fn check(message: &[u8], sha1: &str, sha256: &str) {
    for backend in backends() {
        assert_eq!(hex(&backend.digest::<Sha1>(message)), sha1, "{backend}");
        assert_eq!(hex(&backend.digest::<Sha256>(message)), sha256, "{backend}");
    }
    let padded = padded(message);
    let other = bytes(3, padded.len());
    for kernel in kernels() {
        for lane in 0..kernel.lanes {
            let of = |at| if at == lane { &padded } else { &other };
            let runs: Runs<'_> = std::array::from_fn(|at| of(at).as_chunks().0);
            let mut state = first();
            (kernel.compress)(&mut state, &runs, padded.len() / 64);
            let digests = (state.sha1.get(lane), state.sha256.get(lane));
            // A kernel of one hash leaves the state of the other as it was.
            if digests.0 != Sha1::INITIAL {
                assert_eq!(hex(&Sha1::output(&digests.0)), sha1, "{}, lane {lane}", kernel.name);
            }
            if digests.1 != Sha256::INITIAL {
                assert_eq!(hex(&Sha256::output(&digests.1)), sha256, "{}, lane {lane}", kernel.name);
            }
            assert!(digests != (Sha1::INITIAL, Sha256::INITIAL), "{}, lane {lane}", kernel.name);
        }
    }
}

/// The message and its padding, the slow and obvious way (FIPS 180-4, 5.1.1).
fn padded(message: &[u8]) -> Vec<u8> {
    let mut bytes = message.to_vec();
    bytes.push(0x80);
    while bytes.len() % 64 != 56 {
        bytes.push(0);
    }
    bytes.extend((message.len() as u64 * 8).to_be_bytes());
    bytes
}

/// The first state in every lane.
fn first() -> Pair {
    let mut state = Pair::default();
    for lane in 0..LANES {
        state.sha1.put(lane, Sha1::INITIAL);
        state.sha256.put(lane, Sha256::INITIAL);
    }
    state
}
