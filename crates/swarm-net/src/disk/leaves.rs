//! Leaf hashes of pieces on disk (BEP 52). A piece is read and hashed a portion at a time, so that other disk requests do not wait for
//! all of a large piece, and only a portion of it is in memory.

use std::ops::Range;

use piece_hash::{Backend, Sha256, Sha256Digest};
use torrent_core::layout::Span;
use torrent_core::limits::BLOCK;

use super::error::DiskError;
use super::open_files::OpenFiles;
use super::storage::Storage;
use crate::job_id::JobId;

/// A piece whose blocks are being hashed.
pub(super) struct Leaves {
    pub(super) job: JobId,
    pub(super) piece: u32,
    /// What is still to be read, of the torrent's bytes.
    rest: Range<u64>,
    leaves: Vec<Sha256Digest>,
}

impl Leaves {
    /// A piece of a torrent of aligned files, of which nothing was read yet.
    pub(super) fn of(storage: &Storage, piece: u32) -> Self {
        let layout = storage.layout.metainfo.layout();
        let bytes = layout.bytes_of(piece.into()..u64::from(piece) + 1);
        let content = layout.spans(bytes.clone()).take_while(|span| matches!(span, Span::Content { .. }));
        let length: u64 = content.map(Span::length).sum();
        Self { job: storage.job, piece, rest: bytes.start..bytes.start + length, leaves: Vec::new() }
    }

    /// Reads and hashes the next portion. At the end gives the leaves.
    pub(super) fn advance(
        &mut self,
        storage: &Storage,
        open: &mut OpenFiles,
        backend: Backend,
    ) -> Result<Option<Vec<Sha256Digest>>, DiskError> {
        let portion = self.rest.start..self.rest.end.min(self.rest.start + PORTION);
        self.rest.start = portion.end;
        let mut bytes = Vec::new();
        storage.read_range(open, portion, &mut bytes)?;
        let blocks: Vec<&[u8]> = bytes.chunks(BLOCK as usize).collect();
        self.leaves.extend(backend.digests::<Sha256>(&blocks));
        Ok(self.rest.is_empty().then(|| std::mem::take(&mut self.leaves)))
    }
}

/// Bytes: whole blocks, and few enough that a block which somebody waits for comes soon.
const PORTION: u64 = 1 << 20;
