//! What must hold for any bytes in a resume journal.

use std::collections::BTreeMap;

use swarm_net::journal::{FileStamp, Holder, Identity, Journal, Memory};
use torrent_core::layout::PieceIndex;

/// A journal is written as the input says, cut and changed as it says, and read: it says what it said before, or the
/// beginning of that. The input as it is makes no trouble either.
pub fn journal(input: &[u8]) {
    let _ = Memory::decode(input, &IDENTITY);
    let [cut_high, cut_low, changed, change, records @ ..] = input else { return };
    let (mut bytes, states) = written(records);
    let whole = bytes.len();
    bytes.truncate(usize::from(u16::from_be_bytes([*cut_high, *cut_low])));
    let at = bytes.len().saturating_sub(usize::from(*changed) + 1);
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= change;
    }
    match Memory::decode(&bytes, &IDENTITY) {
        Ok(memory) => {
            assert!(states.contains(&memory));
            assert!(bytes.len() < whole || *change != 0 || states.last() == Some(&memory));
        }
        Err(_) => assert!(bytes.len() < HEADER || *change != 0),
    }
}

/// A journal with a record for each byte, and all that it says on the way.
fn written(records: &[u8]) -> (Vec<u8>, Vec<Memory>) {
    let (mut bytes, mut memory) = (Vec::new(), Memory::default());
    let mut states = vec![memory.clone()];
    let Ok(mut journal) = Journal::create(&mut bytes, &IDENTITY, &memory) else { return (bytes, states) };
    for (&byte, n) in records.iter().zip(0_u32..) {
        let noted = match byte % 3 {
            0 => {
                memory.hashes.insert(n.into(), [byte; 32]);
                journal.hash(n.into(), [byte; 32])
            }
            kind => {
                let holder = if kind == 1 { Holder::Side } else { Holder::File(n / 4) };
                let (length, modified, changed) = (n.into(), -i64::from(byte), i64::from(n));
                let stamp = FileStamp { length, modified, changed, inode: u64::MAX - u64::from(n) };
                let numbers = (0..u32::from(byte) / 32).map(|piece| (n + piece) % IDENTITY.pieces);
                let pieces: Vec<PieceIndex> = numbers.map(PieceIndex::from).collect();
                memory.stamps.insert(holder, stamp);
                memory.pieces.extend(&pieces);
                journal.checkpoint(BTreeMap::from([(holder, stamp)]).into_iter().collect(), pieces)
            }
        };
        assert!(noted.is_ok(), "memory takes all");
        states.push(memory.clone());
    }
    (bytes, states)
}

const IDENTITY: Identity = Identity { key: [7; 20], selection: [1; 8], pieces: 100 };
/// Bytes of the header.
const HEADER: usize = 60;
