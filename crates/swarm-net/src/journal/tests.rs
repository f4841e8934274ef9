//! A journal is cut, changed and mixed up: what it still says was in it, and never more.

use std::io::Seek;

use proptest::prelude::*;

use torrent_core::layout::PieceIndex;

use super::*;

const PIECES: u32 = 1000;

fn identity() -> Identity {
    Identity { key: [7; 20], selection: [1; 8], pieces: PIECES }
}

fn stamp(n: u64) -> FileStamp {
    FileStamp { length: n, modified: -(n as i64), changed: n as i64 + 1, inode: n << 40 }
}

/// A journal with some records, and what is to be known behind each of them.
fn written() -> (Vec<u8>, Vec<(usize, Memory)>) {
    let mut file = tempfile::tempfile().unwrap();
    let mut memory = Memory { hashes: BTreeMap::from([(9.into(), [9; 32])]), ..Memory::default() };
    let mut journal = Journal::create(file.try_clone().unwrap(), &identity(), &memory).unwrap();
    let mut known = Vec::new();
    let mut note = |memory: &Memory| known.push((file.metadata().unwrap().len() as usize, memory.clone()));
    note(&memory);
    for n in 0..4_u32 {
        journal.hash(n.into(), [n as u8; 32]).unwrap();
        memory.hashes.insert(n.into(), [n as u8; 32]);
        note(&memory);
        let stamps = vec![(Holder::File(n / 2), stamp(n.into())), (Holder::Side, stamp(100 + u64::from(n)))];
        let pieces = [n, 500 + n].map(PieceIndex::from);
        journal.checkpoint(stamps.clone(), pieces.to_vec()).unwrap();
        memory.stamps.extend(stamps);
        memory.pieces.extend(pieces);
        note(&memory);
    }
    journal.sync().unwrap();
    let mut bytes = Vec::new();
    file.rewind().unwrap();
    file.read_to_end(&mut bytes).unwrap();
    (bytes, known)
}

#[test]
fn what_is_written_is_read() {
    let (bytes, known) = written();
    assert_eq!(Memory::read(&*bytes, &identity()).unwrap(), known.last().unwrap().1);
}

#[test]
fn cut_anywhere_it_says_what_was_whole() {
    let (bytes, known) = written();
    for length in 0..bytes.len() {
        let read = Memory::decode(&bytes[..length], &identity());
        match known.iter().rev().find(|(end, _)| *end <= length) {
            Some((_, memory)) => assert_eq!(read.unwrap(), *memory, "{length}"),
            None if length < HEADER => assert!(matches!(read, Err(Unusable::Damaged)), "{length}"),
            // Between header and first checkpoint.
            None => assert!(read.unwrap().pieces.is_empty()),
        }
    }
}

#[test]
fn any_changed_bit_ends_it_there() {
    let (bytes, known) = written();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        let Ok(read) = Memory::decode(&changed, &identity()) else {
            assert!(at < HEADER);
            continue;
        };
        let before = known.iter().rev().find(|(end, _)| *end <= at).map(|(_, memory)| memory);
        assert!(before.is_none_or(|before| read == *before), "{at}");
        assert!(read.pieces.len() <= before.map_or(0, |before| before.pieces.len()), "{at}");
    }
}

#[test]
fn what_is_not_ours_is_distinguished() {
    let (mut bytes, known) = written();
    let other = Identity { key: [8; 20], ..identity() };
    assert!(matches!(Memory::decode(&bytes, &other), Err(Unusable::Foreign)));
    let fewer = Identity { pieces: 3, ..identity() };
    assert!(matches!(Memory::decode(&bytes, &fewer), Err(Unusable::Foreign)));
    let selected = Memory::decode(&bytes, &Identity { selection: [2; 8], ..identity() }).unwrap();
    let hashes = known.last().unwrap().1.hashes.clone();
    assert_eq!(selected, Memory { hashes, ..Memory::default() });
    bytes[16] = 3;
    assert!(matches!(Memory::decode(&bytes, &identity()), Err(Unusable::Version(3))));
    assert!(matches!(Memory::decode(b"something else entirely", &identity()), Err(Unusable::Damaged)));
    assert!(matches!(Memory::read(io::repeat(0), &identity()), Err(Unusable::Damaged)));
    bytes[16] = 2;
    let endless = (&bytes[..HEADER]).chain(io::repeat(0xff));
    assert!(matches!(Memory::read(endless, &identity()), Err(Unusable::TooLong)));
}

#[test]
fn records_of_another_journal_do_not_count() {
    let (bytes, _) = written();
    let file = tempfile::tempfile().unwrap();
    let mut journal = Journal::create(file.try_clone().unwrap(), &identity(), &Memory::default()).unwrap();
    journal.checkpoint(Vec::new(), vec![1.into()]).unwrap();
    let mut mixed = Vec::new();
    (&file).rewind().unwrap();
    (&file).read_to_end(&mut mixed).unwrap();
    let read = Memory::decode(&mixed, &identity()).unwrap();
    mixed.extend(&bytes[HEADER..]);
    assert_eq!(Memory::decode(&mixed, &identity()).unwrap(), read);
}

proptest! {
    #[test]
    fn no_bytes_are_too_odd(bytes in prop::collection::vec(any::<u8>(), 0..300), keep in 0..600_usize) {
        let mut whole = written().0;
        whole.truncate(keep);
        whole.extend(bytes);
        if let Ok(memory) = Memory::decode(&whole, &identity()) {
            prop_assert!(memory.pieces.iter().all(|piece| *piece < PIECES.into()));
        }
    }
}

/// Bytes of the header.
const HEADER: usize = 60;
