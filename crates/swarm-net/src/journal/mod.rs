//! The journal: which pieces are on disk, so that the next run need not hash everything again.
//!
//! It is only a hint. Every record has a checksum, and what a record says of a piece counts only if the files that hold the piece
//! still have the length, times and inode that it recorded; otherwise the piece is hashed. A record is appended at each checkpoint,
//! after the files were synced. Reading stops at the first record that is cut short or damaged; those before it still count.
//! Every run starts a new journal ([`Journal::create`]), so that it does not grow from run to run.

mod format;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};

use piece_hash::Sha256Digest;
use rustix::fs::Stat;
use torrent_core::layout::{PieceIndex, PieceRange};

pub use format::{FileStamp, Identity};
use format::{Record, Records};

/// What holds bytes of a torrent: a file of it, by index, or the side file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Holder {
    /// A file of the torrent, by its index.
    File(u32),
    /// The bytes of files that are not wanted.
    Side,
}

impl Holder {
    /// The file at an index; a torrent has no more than [`FILES`](torrent_core::limits::FILES).
    pub(crate) fn of(file: usize) -> Self {
        Self::File(file as u32)
    }

    /// The index of the file, if it is one.
    pub(crate) fn file(self) -> Option<usize> {
        match self {
            Self::File(index) => Some(index as usize),
            Self::Side => None,
        }
    }
}

/// What a journal says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Memory {
    /// Pieces that were on disk.
    pub pieces: Vec<PieceIndex>,
    /// How the files were that held them.
    pub stamps: BTreeMap<Holder, FileStamp>,
    /// The hashes of v2 pieces that the torrent came without.
    pub hashes: BTreeMap<PieceIndex, Sha256Digest>,
}

/// Why a journal says nothing.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// It could not be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is not one, or its first bytes are damaged.
    #[error("it is damaged")]
    Damaged,
    /// A newer program wrote it.
    #[error("it has version {0}, which is not known here")]
    Version(u32),
    /// It is of another torrent.
    #[error("it is of another torrent")]
    Foreign,
    /// It is longer than any of this torrent can be.
    #[error("it is too long")]
    TooLong,
}

/// A journal that is written.
#[derive(Debug)]
pub struct Journal<W = File> {
    file: W,
    /// The checksum of the last record, which the next one's goes on from.
    check: format::Checksum,
}

impl Memory {
    /// Reads a journal of the torrent that `identity` says. One of another selection has hashes only: it knows pieces by
    /// files that may not hold them now. So has one that was cut in its records; then what came before counts.
    ///
    /// # Errors
    /// Why nothing can be taken from it.
    pub fn read(from: impl Read, identity: &Identity) -> Result<Self, Unusable> {
        let mut from = BufReader::new(from).take(format::longest(identity.pieces));
        let (found, mut records) = Records::open(&mut from)?;
        if (found.key, found.pieces) != (identity.key, identity.pieces) {
            return Err(Unusable::Foreign);
        }
        let mut memory = Self::default();
        while let Some(record) = records.next()? {
            memory.take(record, PieceRange::first(identity.pieces));
        }
        if from.limit() == 0 {
            return Err(Unusable::TooLong);
        }
        if found.selection != identity.selection {
            memory.pieces.clear();
            memory.stamps.clear();
        }
        Ok(memory)
    }

    /// [`read`](Self::read) from memory.
    ///
    /// # Errors
    /// Why nothing can be taken from it.
    pub fn decode(bytes: &[u8], identity: &Identity) -> Result<Self, Unusable> {
        Self::read(bytes, identity)
    }

    fn take(&mut self, record: Record, pieces: PieceRange) {
        match record {
            Record::Checkpoint { stamps, pieces: new } => {
                self.stamps.extend(stamps);
                self.pieces.extend(new.into_iter().filter(|piece| pieces.contains(*piece)));
            }
            Record::Hash { piece, digest } => {
                self.hashes.insert(piece, digest);
            }
        }
    }
}

impl<W: Write> Journal<W> {
    /// Begins a journal with what is known already. `file` is empty.
    ///
    /// # Errors
    /// The file cannot be written to.
    pub fn create(file: W, identity: &Identity, memory: &Memory) -> io::Result<Self> {
        let (bytes, check) = format::header(identity);
        let mut journal = Self { file, check };
        journal.file.write_all(&bytes)?;
        let hashes = memory.hashes.iter().map(|(piece, digest)| (*piece, *digest));
        journal.write(hashes.map(|(piece, digest)| Record::Hash { piece, digest }))?;
        // There may be millions, so they come in portions: stamps first, of which nothing follows without pieces.
        let mut stamps = memory.stamps.iter().map(|(holder, stamp)| (*holder, *stamp)).peekable();
        let stamps = std::iter::from_fn(|| {
            stamps.peek()?;
            Some(Record::Checkpoint { stamps: stamps.by_ref().take(PORTION).collect(), pieces: Vec::new() })
        });
        journal.write(stamps)?;
        let pieces = memory.pieces.chunks(PORTION);
        journal
            .write(pieces.map(|pieces| Record::Checkpoint { stamps: Vec::new(), pieces: pieces.to_vec() }))?;
        Ok(journal)
    }

    /// Writes records, several together.
    fn write(&mut self, records: impl Iterator<Item = Record>) -> io::Result<()> {
        let mut bytes = Vec::new();
        for record in records {
            bytes.extend(self.record(&record));
            if bytes.len() >= WRITTEN_AT_ONCE {
                self.file.write_all(&bytes)?;
                bytes.clear();
            }
        }
        self.file.write_all(&bytes)
    }

    /// Notes that these pieces are synced, in files that are now as `stamps` says.
    ///
    /// # Errors
    /// The file cannot be written to.
    pub fn checkpoint(
        &mut self,
        stamps: Vec<(Holder, FileStamp)>,
        pieces: Vec<PieceIndex>,
    ) -> io::Result<()> {
        let record = self.record(&Record::Checkpoint { stamps, pieces });
        self.file.write_all(&record)
    }

    /// Notes the hash of a v2 piece.
    ///
    /// # Errors
    /// The file cannot be written to.
    pub fn hash(&mut self, piece: PieceIndex, digest: Sha256Digest) -> io::Result<()> {
        let record = self.record(&Record::Hash { piece, digest });
        self.file.write_all(&record)
    }

    fn record(&mut self, record: &Record) -> Vec<u8> {
        let (bytes, check) = format::encode(record, self.check);
        self.check = check;
        bytes
    }
}

impl Journal {
    /// Lets it survive a loss of power.
    ///
    /// # Errors
    /// The file cannot be synced.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }
}

impl FileStamp {
    /// How a file is.
    pub fn of(stat: &Stat) -> Self {
        Self {
            length: u64::try_from(stat.st_size).unwrap_or_default(),
            modified: nanoseconds(stat.st_mtime, stat.st_mtime_nsec as i64),
            changed: nanoseconds(stat.st_ctime, stat.st_ctime_nsec as i64),
            inode: stat.st_ino,
        }
    }
}

fn nanoseconds(seconds: i64, nanoseconds: i64) -> i64 {
    seconds.wrapping_mul(1_000_000_000).wrapping_add(nanoseconds)
}

/// Stamps or pieces in a record of a new journal.
const PORTION: usize = 4096;

/// Bytes that are handed to the system at a time.
const WRITTEN_AT_ONCE: usize = 64 << 10;
