//! The disk: one thread that writes verified pieces, reads blocks for uploads, and keeps the journal.
//!
//! [`Disk`] takes [`Request`]s and gives [`Answer`]s; both are plain values. Pieces are written in the order that suits
//! the disk, and are told as [`Answer::Written`] when their bytes are in the files. Files stay in a hidden work folder until
//! they are whole and synced; only then do they get their names.

mod claims;
mod error;
mod flusher;
mod folder;
mod found;
mod layout;
mod leaves;
mod naming;
mod open_files;
mod prepare;
mod rename;
mod runs;
mod scene;
mod storage;
#[cfg(test)]
mod tests;
mod work_folder;
mod worker;
mod write;

use std::path::PathBuf;
use std::sync::Arc;

use piece_hash::{Backend, Sha256Digest};
use swarm::ConnectionId;
use swarm::wire::BlockAddress;
use torrent_core::data::{MEMORY, Watch};
use torrent_core::metainfo::Metainfo;
use torrent_core::naming::Naming;

pub use claims::Claims;
pub use error::DiskError;
pub(crate) use prepare::longest_name;
pub use prepare::{Survey, survey};
pub use worker::Disk;

use crate::job::{JobId, Settings};
use crate::pool::Block;

/// What the disk is asked to do. Requests for a job that has failed or was closed are ignored.
pub enum Request {
    /// Look at what is there, in a thread of its own; then `Prepared` or `Failed`.
    Prepare {
        /// From now on its name.
        job: JobId,
        /// What goes where.
        place: Place,
    },
    /// Write a verified piece; then `Written` or `Failed`.
    Write {
        /// Whose.
        job: JobId,
        /// Which.
        piece: u32,
        /// Its blocks, in order; those of the padding behind the last file of a v2 piece may be left out.
        blocks: Vec<Block>,
        /// Its hash in its file's tree, where the torrent has v2 hashes: what proves the piece after a crash if the
        /// torrent came without layers.
        merkle: Option<Sha256Digest>,
    },
    /// Read blocks of pieces that are there, for one peer; then `Read` or `Unread`.
    Read {
        /// Whose.
        job: JobId,
        /// For whom.
        connection: ConnectionId,
        /// Which, at best consecutive ones.
        blocks: Vec<BlockAddress>,
    },
    /// Hash the blocks of a piece that is there, a portion at a time behind everything else; then `Leaves`.
    Leaves {
        /// Whose.
        job: JobId,
        /// Which.
        piece: u32,
    },
    /// Sync and journal what was written, and forget the job; then `Closed`, perhaps with `Failed` before it.
    Close {
        /// Which.
        job: JobId,
    },
    /// Close every job, and end. Dropping [`Disk`] sends it.
    End,
}

/// How what is there is hashed.
#[derive(Clone, Copy, Debug)]
pub struct Hashing {
    /// With what.
    pub backend: Backend,
    /// On so many threads.
    pub threads: usize,
    /// Bytes of data in memory at a time, about ([`torrent_core::data::Job::memory`]).
    pub memory: u64,
}

impl Hashing {
    /// What the settings allow. No blocks come from peers before all is hashed that was there, so their memory is free.
    pub fn new(settings: &Settings) -> Self {
        let memory = settings.memory.min(MEMORY);
        Self { backend: settings.backend, threads: settings.threads, memory }
    }
}

/// What goes where.
#[derive(Clone)]
pub struct Place {
    /// The torrent.
    pub metainfo: Arc<Metainfo>,
    /// By file: whether it is wanted.
    pub selected: Vec<bool>,
    /// The folder that the torrent's file or folder goes into. It is made if it is not there.
    pub output: PathBuf,
    /// Which names the files get.
    pub naming: Naming,
    /// Believe no journal.
    pub recheck: bool,
    /// Replace or repair files that exist with other content.
    pub force: bool,
    /// Hears how far hashing what is there has come, and can stop it ([`DiskError::Stopped`]).
    pub watch: Arc<dyn Watch + Send + Sync>,
}

/// What the disk has to say.
#[derive(Debug)]
pub enum Answer {
    /// What is there is known. If nothing is missing, `Completed` follows.
    Prepared {
        /// Of which job.
        job: JobId,
        /// What is there and what is wanted: for [`swarm::Event::Ready`].
        torrent: swarm::Torrent,
        /// What the user should know of; names in it are escaped.
        warnings: Vec<String>,
    },
    /// A piece is in its files (not yet synced).
    Written {
        /// Whose.
        job: JobId,
        /// Which.
        piece: u32,
    },
    /// Every wanted file is whole, synced and under its name; the journal is gone. Comes once.
    Completed {
        /// Which job.
        job: JobId,
    },
    /// Blocks that were asked for.
    Read {
        /// Whose.
        job: JobId,
        /// For whom.
        connection: ConnectionId,
        /// Which.
        blocks: Vec<BlockAddress>,
        /// Their bytes, one block behind the other.
        bytes: Vec<u8>,
    },
    /// Blocks that were asked for cannot be read: somebody took a file away, perhaps. That ends nothing.
    Unread {
        /// Whose.
        job: JobId,
        /// For whom.
        connection: ConnectionId,
        /// Why; told once of a job, because peers ask again and again.
        error: Option<DiskError>,
    },
    /// What the blocks of a piece hash to.
    Leaves {
        /// Whose.
        job: JobId,
        /// Which.
        piece: u32,
        /// SHA-256 of each block; `None` if not all of it could be read, which does not end the job.
        leaves: Option<Vec<Sha256Digest>>,
    },
    /// What was written is synced and in the journal.
    Closed {
        /// Which job.
        job: JobId,
    },
    /// The job cannot go on. What was written before is in the journal as far as the disk let it. Nothing more is told of it
    /// but `Closed`.
    Failed {
        /// Which job.
        job: JobId,
        /// Why.
        error: DiskError,
    },
}
