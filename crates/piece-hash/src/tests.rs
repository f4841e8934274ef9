//! One battery for every backend: published vectors, awkward lengths, bytes cut anywhere.

use proptest::prelude::*;
use sha1::digest::Digest;

use crate::{Algorithm, Backend, Blocks, Message, Part, Sha1, Sha256};

#[test]
fn published_vectors() {
    // FIPS 180-4's examples, as published in NIST's example values and RFC 3174 / RFC 6234.
    check(
        "",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    );
    check(
        "abc",
        "a9993e364706816aba3e25717850c26c9cd0d89d",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
    check(
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    );
    check(
        &"a".repeat(1_000_000),
        "34aa973cd4c4daa4f61eeb2bdbad27316534016f",
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
    );
}

fn check(message: &str, sha1: &str, sha256: &str) {
    for backend in Backend::all() {
        assert_eq!(hex(&backend.digest::<Sha1>(message.as_bytes())), sha1, "{backend}");
        assert_eq!(hex(&backend.digest::<Sha256>(message.as_bytes())), sha256, "{backend}");
    }
}

#[test]
fn every_length_near_the_block_edges_in_every_place_of_a_batch() {
    let data: Vec<u8> = (0..40_000u32).map(|n| (n * 7 + n / 256) as u8).collect();
    let lengths: Vec<usize> = (0..300).chain(16_383..16_386).chain([40_000]).collect();
    let messages: Vec<&[u8]> = lengths.iter().map(|&length| &data[..length]).collect();
    for backend in Backend::all() {
        for (message, digest) in messages.iter().zip(backend.digests::<Sha1>(&messages)) {
            assert_eq!(digest[..], sha1::Sha1::digest(message)[..], "{backend}, length {}", message.len());
        }
        for (message, digest) in messages.iter().zip(backend.digests::<Sha256>(&messages)) {
            assert_eq!(digest[..], sha2::Sha256::digest(message)[..], "{backend}, length {}", message.len());
        }
    }
}

proptest! {
    #[test]
    fn spans_and_parts_cut_anywhere_hash_like_the_whole(
        messages in prop::collection::vec(prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..8), 0..20)
    ) {
        for backend in Backend::all() {
            cut_like_whole::<Sha1>(*backend, &messages);
            cut_like_whole::<Sha256>(*backend, &messages);
        }
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
}

fn half_of(message: &[Vec<u8>], half: usize) -> Vec<&[u8]> {
    let (first, second) = message.split_at(message.len() / 2);
    [first, second][half].iter().map(Vec::as_slice).collect()
}

#[test]
fn pieces_and_leaves_in_one_pass_are_what_two_passes_give() {
    let data: Vec<u8> = (0..300_000u32).map(|n| (n * 7 + n / 256) as u8).collect();
    let pieces: Vec<&[u8]> = (0..40).map(|n| &data[n..n * 7001 % 90_000 + n]).collect();
    for backend in Backend::all() {
        let mut open = vec![(Message::default(), Vec::new()); pieces.len()];
        let parts = open.iter_mut().zip(&pieces);
        let mut parts: Vec<Blocks<'_>> =
            parts.map(|((message, leaves), bytes)| Blocks { message, bytes, leaves }).collect();
        backend.update_blocks(&mut parts, 16 << 10);
        let (messages, leaves): (Vec<_>, Vec<_>) = open.into_iter().unzip();
        assert_eq!(backend.finish(messages), backend.digests::<Sha1>(&pieces), "{backend}");
        for (piece, leaves) in pieces.iter().zip(leaves) {
            let blocks: Vec<&[u8]> = piece.chunks(16 << 10).collect();
            assert_eq!(leaves, backend.digests::<Sha256>(&blocks), "{backend}");
        }
    }
}

#[test]
fn a_backend_is_found_by_its_name_only() {
    for backend in Backend::all() {
        assert_eq!(Backend::named(backend.name()), Ok(*backend));
    }
    assert!(Backend::named("abacus").is_err());
    let name = |name| std::ffi::OsStr::new(name);
    assert_eq!(Backend::chosen(None, None), Ok(Backend::best()));
    assert_eq!(Backend::chosen(None, Some(name(""))), Ok(Backend::best()));
    assert_eq!(Backend::chosen(Some("crates"), Some(name("abacus"))), Backend::named("crates"));
    assert!(Backend::chosen(None, Some(name("abacus"))).is_err());
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
