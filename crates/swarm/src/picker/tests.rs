//! Whatever happens, the counts are true, nothing is asked for twice but in the end game, and the budget holds.

use std::collections::BTreeMap;
use std::sync::Arc;

use torrent_core::files::FileList;
use torrent_core::layout::PieceRange;
use torrent_core::metainfo::{Draft, Fields, Metainfo, PieceHashes, Protocol};
use torrent_core::path::RawPathBuf;

use super::*;
use crate::ConnectionId;
use crate::limits::{BLOCK, CLAIMS};

const PIECES: u32 = 12;
const BUDGET: usize = 20;

fn picker(rng: fastrand::Rng) -> Picker<()> {
    let mut files = FileList::default();
    files.push(RawPathBuf::of([b"f".as_slice()]).as_path(), u64::from(PIECES) * 65_536 - 20_000);
    let (info, outer, name) = (Fields::new(), Fields::new(), b"t".to_vec());
    let mut draft =
        Draft { protocol: Protocol::V1, name, piece_length: 65_536, single_file: true, files, info, outer };
    draft.place(false).unwrap();
    let hashes = PieceHashes { sha1: vec![[0; 20]; PIECES as usize], merkle: Vec::new() };
    let metainfo = Metainfo::parse_strict(draft.finish(&hashes).torrent).unwrap();
    let mut picker = Picker::new(
        Geometry::new(Arc::new(metainfo)),
        PieceSet::none(PIECES),
        PieceSet::all(PIECES),
        BUDGET,
        rng,
    );
    picker.allow(PieceRange::first(PIECES).iter());
    picker
}

/// Who was asked for what, as it should be.
type Asked = BTreeMap<BlockAddress, Vec<BlockSource>>;

fn check(picker: &Picker<()>, asked: &Asked) {
    let mut claims = 0;
    for open in picker.iter_open() {
        for (block, source) in open.claims() {
            assert!(asked[&block].contains(&source), "{block:?} is claimed by {source:?}");
            claims += 1;
        }
    }
    assert_eq!(claims, asked.values().map(Vec::len).sum::<usize>());
    let reserved: usize = picker.iter_open().map(OpenPiece::block_count).sum();
    let doubled: usize = asked.values().map(|sources| sources.len().saturating_sub(1)).sum();
    assert_eq!(picker.committed(), reserved + doubled);
    assert!(reserved <= BUDGET && picker.committed() <= BUDGET.max(4 + HELP_BLOCKS));
    let partial: usize = picker.iter_open().filter(|open| open.free() > 0).count();
    assert_eq!(picker.partial.len(), partial);
    assert_eq!(picker.keys.len(), picker.open.len());
    for piece in picker.geometry().pieces() {
        let (waits, is_open) = (picker.waits(piece), picker.get(piece).is_some());
        assert!(waits != is_open || !waits && !picker.needs(piece), "{piece}: {waits} {is_open}");
    }
}

fn options_of(has: &PieceSet, peer: u64, random: u8) -> PickOptions<'_> {
    PickOptions {
        source: BlockSource::Peer(ConnectionId(peer)),
        has,
        current: None,
        quick: random & 1 == 0,
        stranger: random & 6 == 0,
        on_parole: false,
        may_begin: true,
    }
}

#[test]
fn any_order_of_asking_giving_and_refusing_keeps_the_counts() {
    for seed in 0..30 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut picker = picker(rng.fork());
        let has = PieceSet::all(PIECES);
        let mut asked = Asked::new();
        for _ in 0..2000 {
            let source = BlockSource::Peer(ConnectionId(rng.u64(..4)));
            let any = asked.keys().nth(rng.usize(..asked.len().max(1))).copied();
            match (rng.u8(..8), any) {
                (0..3, _) => {
                    let BlockSource::Peer(id) = source else { unreachable!() };
                    if let Some(block) = picker.next(&options_of(&has, id.0, rng.u8(..))) {
                        assert!(
                            asked.insert(block, vec![source]).is_none(),
                            "{block:?} was asked for already"
                        );
                    }
                }
                (3, Some(block)) if picker.claim_too(block, source, CLAIMS + rng.usize(..3)) => {
                    asked.get_mut(&block).unwrap().push(source)
                }
                (4, Some(block)) => {
                    picker.release(block, source);
                    asked.get_mut(&block).unwrap().retain(|other| *other != source);
                    asked.retain(|_, sources| !sources.is_empty());
                }
                (5..8, Some(block)) => {
                    let giver = asked[&block][0];
                    let Put::Stored { others, full } = picker.put(block, giver, ()) else {
                        panic!("{block:?} is needed")
                    };
                    let mut expected = asked.remove(&block).unwrap();
                    expected.retain(|other| *other != giver);
                    assert_eq!(others, expected);
                    if full {
                        finish(&mut picker, block.piece.into(), rng.u8(..4) > 0);
                    }
                }
                _ => {}
            }
            check(&picker, &asked);
        }
        assert!(picker.is_complete(), "seed {seed}");
    }
}

fn finish(picker: &mut Picker<()>, piece: u32, good: bool) {
    let open = picker.get_mut(piece.into()).unwrap();
    open.state = PieceState::Hashing;
    let blocks = open.take_blocks();
    if good {
        assert!(picker.done(piece.into()));
    } else {
        picker.refill(piece.into(), blocks, |index, ()| index % 2 == 0);
    }
}

#[test]
fn nobody_helps_a_suspect_and_what_it_gave_is_thrown_away_with_it() {
    let mut picker = picker(fastrand::Rng::with_seed(1));
    let has = PieceSet::all(PIECES);
    let suspect = PickOptions { on_parole: true, stranger: true, ..options_of(&has, 1, 0) };
    let first = picker.next(&suspect).unwrap();
    let at = PickOptions { current: Some(first.piece), ..suspect };
    let second = picker.next(&at).unwrap();
    assert_eq!((first.piece, first.offset + BLOCK), (second.piece, second.offset));
    let other = PickOptions { current: Some(first.piece), ..options_of(&has, 2, 2) };
    assert_ne!(picker.next(&other).unwrap().piece, first.piece);
    assert!(!picker.claim_too(first, other.source, CLAIMS));
    assert!(matches!(picker.put(first, suspect.source, ()), Put::Stored { .. }));
    picker.release(second, suspect.source);
    assert_eq!(picker.disown(first.piece, suspect.source), u64::from(BLOCK));
    assert!(picker.get(first.piece).is_none(), "it waits again");
}

#[test]
fn who_sends_whole_files_is_asked_in_order_and_takes_part_in_what_others_are_at() {
    let mut picker = picker(fastrand::Rng::with_seed(1));
    let (web, has) = (BlockSource::Web(0), PieceSet::all(PIECES));
    let peer = options_of(&has, 1, 2);
    let block = picker.next(&peer).unwrap();
    for piece in PieceRange::first(PIECES).iter().take_while(|piece| *piece <= block.piece) {
        assert_eq!(picker.begin_in_order((web, None), 1), Some(piece.into()));
    }
    let claims: Vec<_> = picker.get(block.piece).unwrap().claims().collect();
    assert!(claims.contains(&(block, peer.source)) && claims.contains(&(block, web)));
    assert_eq!(claims.iter().filter(|(_, source)| *source == web).count(), claims.len() - 1);
}

#[test]
fn a_web_seed_is_given_nothing_that_it_lacks() {
    let web = BlockSource::Web(0);
    for lacking in [0..PIECES / 2, PIECES / 4..PIECES / 2, PIECES / 2..PIECES] {
        let mut has = PieceSet::all(PIECES);
        lacking.clone().for_each(|piece| assert!(has.remove(piece.into())));
        let web_seed = (web, Some(&has));
        for in_order in [false, true] {
            let mut picker = picker(fastrand::Rng::with_seed(1));
            picker.set_budget(usize::MAX);
            let mut given = PieceSet::none(PIECES);
            loop {
                let run = match in_order {
                    true => picker.begin_in_order(web_seed, 5),
                    false => picker.begin_run(web_seed, given.count() == 0, 5),
                };
                let Some(run) = run else { break };
                run.into_iter().for_each(|piece| assert!(given.insert(piece)));
            }
            assert!(given == has, "{lacking:?}");
        }
        let mut picker = picker(fastrand::Rng::with_seed(1));
        let peer = PieceSet::all(PIECES);
        let open = picker.next(&options_of(&peer, 1, 2)).unwrap().piece;
        assert_eq!(picker.join_slowest(web_seed).is_some(), has.contains(open));
    }
}
