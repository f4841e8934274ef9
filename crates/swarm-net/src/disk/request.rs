//! What the disk is asked, and what it has to say.

use std::path::PathBuf;
use std::sync::Arc;

use piece_hash::Sha256Digest;
use swarm::ConnectionId;
use swarm::wire::BlockAddress;
use torrent_core::data::Watch;
use torrent_core::metainfo::Metainfo;
use torrent_core::naming::Naming;

use super::error::DiskError;
use crate::job_id::JobId;
use crate::pool::Block;

/// What the disk is asked to do. Requests for a job that has failed or was closed are ignored.
pub enum Request {
    /// Look at what is there, in a thread of its own; then `Prepared` or `Failed`.
    Prepare {
        /// From now on its name.
        job: JobId,
        /// What goes where.
        params: StorageParams,
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
    /// Sync and journal what was written, and forget the job; then `Closed`, perhaps with `Failed` before it.
    Close {
        /// Which.
        job: JobId,
    },
    /// Let others have the names of a job that is closed.
    Forget {
        /// Which.
        job: JobId,
    },
    /// Close every job, and end. Dropping [`Disk`](super::Disk) sends it.
    End,
}

/// What goes where.
#[derive(Clone)]
pub struct StorageParams {
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
