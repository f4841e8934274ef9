//! Files on disk against the hashes that the torrent states of each as a whole.

use std::collections::BTreeMap;

use md5::Md5;
use rayon::prelude::*;
use sha1::{Digest, Sha1};
use sha2::Sha256;

use super::hash::HashError;
use super::job::{HashJob, LEAST_MEMORY};
use super::source::ByteSource;
use super::window::{Slice, Window};
use crate::files::{File, FileList};
use crate::layout::Span;
use crate::metainfo::FileHash;

/// Whether each of some files fits its hash, on all threads of the current pool. Files that cannot be read as they were found
/// are not in the answer.
///
/// # Errors
/// [`HashError::Stopped`].
pub(super) fn compare(
    files: &FileList,
    source: &impl ByteSource,
    hashes: BTreeMap<usize, FileHash>,
    job: HashJob<'_>,
) -> Result<Vec<(usize, FileHash, bool)>, HashError> {
    let answers = hashes.into_par_iter().map_init(Window::default, |window, (index, hash)| {
        match fits(files.get(index), hash, source, window, job) {
            Ok(fits) => Ok(Some((index, hash, fits))),
            Err(HashError::Source(_)) => Ok(None),
            Err(error) => Err(error),
        }
    });
    answers.filter_map(Result::transpose).collect()
}

fn fits(
    file: File<'_>,
    hash: FileHash,
    source: &impl ByteSource,
    window: &mut Window,
    job: HashJob<'_>,
) -> Result<bool, HashError> {
    let mut running = Running::of(hash);
    let mut offset = 0;
    while offset < file.length {
        if job.watch.stop() {
            return Err(HashError::Stopped);
        }
        let length = LEAST_MEMORY.min(file.length - offset);
        let span = Span::Content { file: file.index, offset, length };
        source.load(&[span], window).map_err(HashError::Source)?;
        for slice in window.slices() {
            match slice {
                Slice::Content(bytes) => running.feed(bytes),
                // No file that is whole has holes.
                Slice::Zeros(_) | Slice::Missing(_) => return Ok(false),
            }
        }
        window.release().map_err(HashError::Source)?;
        offset += length;
    }
    Ok(running.end() == hash)
}

/// A hash on its way.
enum Running {
    Sha256(Sha256),
    Sha1(Sha1),
    Md5(Md5),
    Crc32(crc32fast::Hasher),
}

impl Running {
    fn of(hash: FileHash) -> Self {
        match hash {
            FileHash::Sha256(_) => Self::Sha256(Sha256::new()),
            FileHash::Sha1(_) => Self::Sha1(Sha1::new()),
            FileHash::Md5(_) => Self::Md5(Md5::new()),
            FileHash::Crc32(_) => Self::Crc32(crc32fast::Hasher::new()),
        }
    }

    fn feed(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hash) => hash.update(bytes),
            Self::Sha1(hash) => hash.update(bytes),
            Self::Md5(hash) => hash.update(bytes),
            Self::Crc32(hash) => hash.update(bytes),
        }
    }

    fn end(self) -> FileHash {
        match self {
            Self::Sha256(hash) => FileHash::Sha256(hash.finalize().into()),
            Self::Sha1(hash) => FileHash::Sha1(hash.finalize().into()),
            Self::Md5(hash) => FileHash::Md5(hash.finalize().into()),
            Self::Crc32(hash) => FileHash::Crc32(hash.finalize().to_be_bytes()),
        }
    }
}
