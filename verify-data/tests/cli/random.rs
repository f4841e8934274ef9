//! Random trees with random damage: exactly the files that were hit are found, with the right state.

use proptest::prelude::*;
use test_kit::{Folder, seeded_bytes};
use torrent_core::metainfo::Protocol;

use crate::{make, run, states};

#[derive(Clone, Copy, Debug)]
enum Damage {
    None,
    Flip(usize),
    Cut(usize),
    Extend,
    Delete,
    Folder,
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        4 => Just(Damage::None),
        2 => any::<usize>().prop_map(Damage::Flip),
        1 => any::<usize>().prop_map(Damage::Cut),
        1 => Just(Damage::Extend),
        1 => Just(Damage::Delete),
        1 => Just(Damage::Folder),
    ]
}

/// Damages a file of `length` bytes. Returns its state and, for a flip, the byte.
fn apply(folder: &Folder, path: &str, length: usize, damage: Damage) -> (&'static str, Option<u64>) {
    let mut bytes = folder.read(path);
    match damage {
        Damage::Flip(at) if length > 0 => {
            bytes[at % length] ^= 1;
            folder.write(path, bytes);
            return ("damaged", Some((at % length) as u64));
        }
        Damage::Cut(at) if length > 0 => {
            bytes.truncate(at % length);
            folder.write(path, bytes);
            return ("short", None);
        }
        Damage::Extend => {
            bytes.push(7);
            folder.write(path, bytes);
            return ("long", None);
        }
        Damage::Delete | Damage::Folder => folder.remove(path),
        _ => return ("ok", None),
    }
    if matches!(damage, Damage::Folder) {
        std::fs::create_dir(folder.join(path)).unwrap();
        return ("wrong-type", None);
    }
    ("missing", None)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn what_was_hit_is_found(
        files in prop::collection::vec((prop_oneof![Just(0), 1..200_usize, 16_000..50_000_usize], damage()), 1..7),
        protocol in prop::sample::select(vec![Protocol::V1, Protocol::V2, Protocol::Hybrid]),
    ) {
        let folder = Folder::new("");
        for (index, (length, _)) in files.iter().enumerate() {
            folder.write(format!("d/{index}/f"), seeded_bytes(index as u64, *length));
        }
        make(&folder, protocol, 16384);
        let hits: Vec<_> = files.iter().enumerate()
            .map(|(index, (length, damage))| apply(&folder, &format!("d/{index}/f"), *length, *damage)).collect();
        let outcome = run(&folder, "t --json");
        let is_whole = hits.iter().all(|(state, _)| *state == "ok");
        prop_assert_eq!(outcome.code, Some(i32::from(!is_whole)), "{}", outcome);
        for ((index, line), (state, byte)) in states(&outcome).iter().enumerate().zip(&hits) {
            let found = line.split(' ').nth(1).unwrap();
            let may_differ = protocol == Protocol::V1 && matches!((*state, found), ("ok", "unproven" | "suspect") | ("damaged", "unproven" | "suspect"));
            prop_assert!(found == *state || may_differ, "file {}: {} instead of {}\n{:?}", index, line, state, hits);
            if let Some(byte) = byte {
                let covers = |range: &str| {
                    let (first, length) = range.split_once('+').unwrap();
                    let (first, length): (u64, u64) = (first.parse().unwrap(), length.parse().unwrap());
                    (first..first + length).contains(byte)
                };
                prop_assert!(line.split(' ').skip(2).any(covers), "file {}: {} does not cover {}", index, line, byte);
            }
        }
    }
}

/// Each case runs the tool: fewer than usual, but as many as are asked for.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .map_or(60, |cases: u32| cases.min(1000))
}
