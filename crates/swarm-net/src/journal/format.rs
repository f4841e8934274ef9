//! The bytes of a journal: a header, then records. Integers are little-endian.
//!
//! ```text
//! header      "piecework-fetch\n"  version u32  key 20 bytes  selection 8 bytes  pieces u32  check
//! record      kind u8  length u32  payload  check
//! checkpoint  kind 1: count u32, then stamps (holder u32, length u64, modified i64, changed i64, inode u64), then pieces u32
//! hash        kind 2: piece u32, SHA-256 of the piece
//! check       the first 8 bytes of SHA-1 over the check before it and the bytes since
//! ```
//!
//! So a record counts only behind the very records that it was written behind.

use std::io::{self, Read};

use piece_hash::{Backend, Sha1, Sha256Digest};
use torrent_core::layout::PieceIndex;

use super::{Holder, Unusable};

/// Whose journal it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Identity {
    /// The info hash; of v2 its first 20 bytes.
    pub key: [u8; 20],
    /// A digest of which files are wanted.
    pub selection: [u8; 8],
    /// How many pieces the torrent has.
    pub pieces: u32,
}

/// How a file was when it was synced.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FileStamp {
    /// How many bytes the file has.
    pub length: u64,
    /// Nanoseconds since 1970; far dates wrap, which does no harm to a comparison.
    pub modified: i64,
    /// The same of the inode (`ctime`), which no program can set: it tells of a write whose time was put back.
    pub changed: i64,
    /// Which file it is.
    pub inode: u64,
}

/// What is appended to the journal at a time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Record {
    Checkpoint { stamps: Vec<(Holder, FileStamp)>, pieces: Vec<PieceIndex> },
    Hash { piece: PieceIndex, digest: Sha256Digest },
}

/// The checksum of a record and of all in front of it.
pub(super) type Checksum = [u8; 8];

/// The header's bytes, and the checksum that the first record goes on from.
pub(super) fn header(identity: &Identity) -> (Vec<u8>, Checksum) {
    let mut bytes = [&MAGIC[..], &VERSION.to_le_bytes(), &identity.key, &identity.selection].concat();
    bytes.extend(identity.pieces.to_le_bytes());
    let check = sum(&[0; 8], &bytes);
    bytes.extend(check);
    (bytes, check)
}

/// A record's bytes, and its checksum.
pub(super) fn encode(record: &Record, before: Checksum) -> (Vec<u8>, Checksum) {
    let (kind, payload) = match record {
        Record::Checkpoint { stamps, pieces } => (CHECKPOINT, checkpoint(stamps, pieces)),
        Record::Hash { piece, digest } => (HASH, [&u32::from(*piece).to_le_bytes()[..], digest].concat()),
    };
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    let mut bytes = [&[kind], &length.to_le_bytes()[..], &payload].concat();
    let check = sum(&before, &bytes);
    bytes.extend(check);
    (bytes, check)
}

fn checkpoint(stamps: &[(Holder, FileStamp)], pieces: &[PieceIndex]) -> Vec<u8> {
    let count = u32::try_from(stamps.len()).unwrap_or(u32::MAX);
    let mut payload = count.to_le_bytes().to_vec();
    for (holder, stamp) in stamps {
        let holder = match holder {
            Holder::File(index) => *index,
            Holder::Side => SIDE,
        };
        payload.extend(holder.to_le_bytes());
        payload.extend(stamp.length.to_le_bytes());
        payload.extend(stamp.modified.to_le_bytes());
        payload.extend(stamp.changed.to_le_bytes());
        payload.extend(stamp.inode.to_le_bytes());
    }
    pieces.iter().for_each(|piece| payload.extend(u32::from(*piece).to_le_bytes()));
    payload
}

/// The records behind a header, up to the first that is cut or damaged. One is in memory at a time.
pub(super) struct Records<R> {
    from: R,
    check: Checksum,
}

impl<R: Read> Records<R> {
    /// Reads the header.
    pub(super) fn open(mut from: R) -> Result<(Identity, Self), Unusable> {
        let mut bytes = [0; HEADER];
        if !fill(&mut from, &mut bytes)? {
            return Err(Unusable::Damaged);
        }
        let mut rest = &bytes[..];
        let magic: [u8; MAGIC.len()] = take(&mut rest).ok_or(Unusable::Damaged)?;
        let version = number(&mut rest).ok_or(Unusable::Damaged)?;
        if magic != *MAGIC {
            return Err(Unusable::Damaged);
        }
        if version != VERSION {
            return Err(Unusable::Version(version));
        }
        let identity = identity(&mut rest).ok_or(Unusable::Damaged)?;
        let (expected, check) = header(&identity);
        if bytes != *expected {
            return Err(Unusable::Damaged);
        }
        Ok((identity, Self { from, check }))
    }

    /// The next record.
    pub(super) fn next(&mut self) -> io::Result<Option<Record>> {
        let mut head = [0; HEAD];
        if !fill(&mut self.from, &mut head)? {
            return Ok(None);
        }
        let [kind, length @ ..] = head;
        let length = u32::from_le_bytes(length);
        let (mut signed, mut check) = (head.to_vec(), Checksum::default());
        self.from.by_ref().take(length.into()).read_to_end(&mut signed)?;
        let is_whole = signed.len() - HEAD == length as usize && fill(&mut self.from, &mut check)?;
        if !is_whole || check != sum(&self.check, &signed) {
            return Ok(None);
        }
        self.check = check;
        Ok(decode(kind, &signed[HEAD..]))
    }
}

/// Fills `bytes`. False if there are fewer.
fn fill(from: &mut impl Read, bytes: &mut [u8]) -> io::Result<bool> {
    match from.read_exact(bytes) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        read => read.map(|()| true),
    }
}

fn identity(rest: &mut &[u8]) -> Option<Identity> {
    Some(Identity { key: take(rest)?, selection: take(rest)?, pieces: number(rest)? })
}

fn decode(kind: u8, mut payload: &[u8]) -> Option<Record> {
    match kind {
        CHECKPOINT => {
            let count = number(&mut payload)?;
            let stamps = (0..count).map(|_| stamp(&mut payload)).collect::<Option<_>>()?;
            let numbers = payload.as_chunks().0.iter().map(|number| u32::from_le_bytes(*number));
            let pieces = numbers.map(PieceIndex::from).collect();
            Some(Record::Checkpoint { stamps, pieces })
        }
        HASH => Some(Record::Hash { piece: number(&mut payload)?.into(), digest: take(&mut payload)? }),
        _ => None,
    }
}

fn stamp(rest: &mut &[u8]) -> Option<(Holder, FileStamp)> {
    let holder = match number(rest)? {
        SIDE => Holder::Side,
        index => Holder::File(index),
    };
    let length = u64::from_le_bytes(take(rest)?);
    let (modified, changed) = (i64::from_le_bytes(take(rest)?), i64::from_le_bytes(take(rest)?));
    Some((holder, FileStamp { length, modified, changed, inode: u64::from_le_bytes(take(rest)?) }))
}

fn number(rest: &mut &[u8]) -> Option<u32> {
    take(rest).map(u32::from_le_bytes)
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    rest.split_off(..N)?.try_into().ok()
}

fn sum(before: &Checksum, bytes: &[u8]) -> Checksum {
    let digest = Backend::best().digest::<Sha1>(&[before, bytes].concat());
    let mut check = Checksum::default();
    check.copy_from_slice(&digest[..8]);
    check
}

/// The longest journal of a torrent with so many pieces that is read: a record for each piece with its hash, and as
/// many stamps again, several times over.
pub(super) fn longest(pieces: u32) -> u64 {
    (64 << 20) + 512 * u64::from(pieces)
}

const MAGIC: &[u8; 16] = b"piecework-fetch\n";
/// 1 had no `changed`.
const VERSION: u32 = 2;
const CHECKPOINT: u8 = 1;
const HASH: u8 = 2;
/// The holder that is no file.
const SIDE: u32 = u32::MAX;
/// Kind and length.
const HEAD: usize = 5;
/// The header with its check.
const HEADER: usize = 60;
