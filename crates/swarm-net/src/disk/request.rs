//! What the disk is asked, and what it has to say.

use std::path::PathBuf;
use std::sync::Arc;

use piece_hash::Sha256Digest;
use swarm::ConnectionId;
use swarm::wire::BlockAddress;
use torrent_core::data::Watch;
use torrent_core::layout::{PieceIndex, PieceRange};
use torrent_core::metainfo::Metainfo;
use torrent_core::naming::Naming;

use super::buffers::Buffer;
use super::damage::Damage;
use super::error::DiskError;
use crate::job_id::JobId;
use crate::pool::Block;

/// What the disk is asked to do. Requests for a job that has failed or was closed are ignored.
pub enum Request {
    /// Look at what is there, in a thread of its own; then `Prepared` or `Failed`.
    Prepare {
        /// The id that all later requests and answers use.
        job: JobId,
        /// Where the files of the torrent go.
        params: StorageParams,
    },
    /// Write a verified piece; then `Written` or `Failed`.
    Write {
        /// The job that the piece belongs to.
        job: JobId,
        /// The piece to write.
        piece: PieceIndex,
        /// Its blocks, in order; those of the padding behind the last file of a v2 piece may be left out.
        blocks: Vec<Block>,
        /// Its hash in its file's tree, where the torrent has v2 hashes: what proves the piece after a crash if the
        /// torrent came without layers.
        merkle: Option<Sha256Digest>,
    },
    /// Read blocks of pieces that are there, for one peer; then `Read` or `Unread`.
    Read {
        /// The job that the blocks belong to.
        job: JobId,
        /// The peer that requested the blocks.
        connection: ConnectionId,
        /// Which, at best consecutive ones.
        blocks: Vec<BlockAddress>,
    },
    /// Sync and journal what was written, and close the files; then `Rested` or `Failed`. The job may go on.
    Rest {
        /// The job that is paused.
        job: JobId,
    },
    /// Sync and journal what was written, and forget the job; then `Closed`, perhaps with `Failed` before it.
    Close {
        /// The job to close.
        job: JobId,
    },
    /// Let others have the names of a job that is closed.
    Forget {
        /// The job whose names are given back.
        job: JobId,
    },
    /// Close every job, and end. Dropping [`Disk`](super::Disk) sends it.
    End,
}

/// Which files of a torrent are wanted, and where they go.
#[derive(Clone)]
pub struct StorageParams {
    /// The torrent that is fetched.
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
    /// It is only read, to be given to others: nothing is created or written, and `force` means nothing.
    pub offer: Option<Offer>,
    /// Hears how far hashing what is there has come, and can stop it ([`DiskError::Stopped`]).
    pub watch: Arc<dyn Watch + Send + Sync>,
}

/// How data is offered that is only read.
#[derive(Clone, Debug)]
pub struct Offer {
    /// What is looked at before it is given.
    pub check: Check,
    /// The folder of the journals of what was checked.
    pub state: Option<PathBuf>,
}

/// What is looked at before data is given to others.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Check {
    /// Lengths of files at the start. A piece is hashed when it is first asked for, and never sent if it does not fit.
    #[default]
    Lazy,
    /// Everything is hashed at the start, but for what the journal vouches for.
    Full,
    /// Lengths of files alone, of which the user knows that they are right: if they are not, wrong bytes are sent, and peers will ban
    /// us. Files that change later are hashed as with `Lazy`.
    Sizes,
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
        /// The job that the piece belongs to.
        job: JobId,
        /// The piece that was written.
        piece: PieceIndex,
    },
    /// Every wanted file is whole, synced and under its name; the journal is gone. Comes once.
    Completed {
        /// The job whose files are all there.
        job: JobId,
        /// Nothing is held open for it any more: a block of it is read from a file that is opened for that.
        is_settled: bool,
    },
    /// Blocks that were asked for.
    Read {
        /// The job that the blocks belong to.
        job: JobId,
        /// The peer that requested the blocks.
        connection: ConnectionId,
        /// The blocks that were read.
        blocks: Vec<BlockAddress>,
        /// Their bytes, one block behind the other.
        bytes: Buffer,
    },
    /// Blocks that were asked for cannot be read: somebody took a file away, perhaps. That ends nothing.
    Unread {
        /// The job that the blocks belong to.
        job: JobId,
        /// The peer that requested the blocks.
        connection: ConnectionId,
        /// The blocks that were requested.
        blocks: Vec<BlockAddress>,
        /// Why; `None` if this was reported of the job before, because peers ask again and again.
        error: Option<DiskError>,
    },
    /// Blocks that were asked for cannot be given, because they are of pieces that are not offered, or not any more.
    Lost {
        /// The job that the blocks belong to.
        job: JobId,
        /// The peer that requested the blocks.
        connection: ConnectionId,
        /// Blocks that nobody gets.
        blocks: Vec<BlockAddress>,
    },
    /// Data that is offered is not as the torrent says. None of these pieces is given from now on.
    Damaged {
        /// The job whose data it is.
        job: JobId,
        /// The pieces that are not offered any more.
        pieces: PieceRange,
        /// What the user is to hear: files and what is wrong with them. `None` if that was said before.
        news: Option<(Vec<PathBuf>, Damage)>,
    },
    /// Pieces that were lost are there again, and right: they are offered from now on.
    Found {
        /// The job whose data it is.
        job: JobId,
        /// The pieces that are offered again.
        pieces: PieceRange,
        /// What the user is to hear: files of which nothing is lost any more.
        healed: Vec<PathBuf>,
    },
    /// Nothing is left to offer. What there was is looked at again and again.
    NothingLeft {
        /// The job whose data it was.
        job: JobId,
    },
    /// Blocks that were asked for wait until their pieces are checked.
    Checking {
        /// The job that the blocks belong to.
        job: JobId,
        /// The peer that requested the blocks.
        connection: ConnectionId,
    },
    /// What was written is synced and in the journal, and files are closed.
    Rested {
        /// The job that is paused.
        job: JobId,
        /// What is there and what is wanted.
        torrent: swarm::Torrent,
    },
    /// What was written is synced and in the journal.
    Closed {
        /// The job that was closed.
        job: JobId,
    },
    /// The job cannot go on. What was written before is in the journal as far as the disk let it. Nothing more is reported of it
    /// but `Closed`.
    Failed {
        /// The job that failed.
        job: JobId,
        /// What keeps the job from going on.
        error: DiskError,
    },
}
