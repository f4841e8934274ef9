//! What a caller passes in and gets back: settings and jobs, what happens to them, and their outcomes.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZero;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use piece_hash::Backend;
use swarm::{CloseReason, DialError};
use torrent_core::data::{MEMORY, Select, SelectError};
use torrent_core::layout::PieceIndex;
use torrent_core::magnet::{Magnet, Peer};
use torrent_core::metainfo::{Metainfo, Refusal};
use torrent_core::naming::Naming;
use torrent_core::path::UnsafeName;

use crate::disk::{DiskError, Hashing, longest_name};
use crate::shortfall::Shortfall;
use web_client::WebAccess;

/// What all jobs of a session share.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Bytes of payload in memory, over all jobs.
    pub memory: u64,
    /// The port that peers find us at; `None`: any that is free.
    pub port: Option<u16>,
    /// The address of ours to use, in and out; `None`: all of them.
    pub bind: Option<IpAddr>,
    /// How web servers are asked.
    pub access: WebAccess,
    /// Payload bytes that may be received a second, over all jobs.
    pub max_download: Option<u64>,
    /// Payload bytes that may be sent a second, over all jobs.
    pub max_upload: Option<u64>,
    /// Number of hashing threads.
    pub threads: usize,
    /// The code that hashes.
    pub backend: Backend,
}

impl Default for Settings {
    /// 48 MiB of memory, any port of all addresses, no bound of the rates, and a hashing thread for each core.
    fn default() -> Self {
        Self {
            memory: 48 << 20,
            port: None,
            bind: None,
            access: WebAccess::default(),
            max_download: None,
            max_upload: None,
            threads: thread::available_parallelism().map_or(1, NonZero::get),
            backend: Backend::best(),
        }
    }
}

impl Settings {
    /// How what is there is hashed. No blocks come from peers before all is hashed that was there, so their memory is free.
    pub fn hashing(&self) -> Hashing {
        Hashing { backend: self.backend, threads: self.threads, memory: self.memory.min(MEMORY) }
    }
}

/// A torrent to fetch.
#[derive(Clone, Debug)]
pub struct Job {
    /// What is known of it.
    pub source: Source,
    /// The torrent of a link, if it was found where the link says; it has the link's hash.
    pub found: Option<Arc<Metainfo>>,
    /// Trackers that the user typed: exempt from the rules for strangers' addresses. Those of the source come on top.
    pub trackers: Vec<String>,
    /// Web seeds that the user typed, exempt as well. Those of the source come on top.
    pub web_seeds: Vec<String>,
    /// Peers that the user typed, exempt as well. A magnet's come on top.
    pub peers: Vec<Peer>,
    /// The torrent itself came from a local address, and may name local addresses.
    pub local_allowed: bool,
    /// Only these files.
    pub select: Option<Select>,
    /// The folder that the files go into, and their names.
    pub destination: Destination,
    /// Ignore the journal and hash all existing data.
    pub recheck: bool,
    /// Replace or repair files that exist with other content.
    pub force: bool,
    /// What the job is to get.
    pub goal: Goal,
    /// When to give up.
    pub patience: Patience,
    /// Stay after completion until this many times the content's bytes were uploaded.
    pub seed_ratio: Option<f64>,
    /// Stay this long after completion.
    pub seed_time: Option<Duration>,
}

impl Job {
    /// All files of a torrent go into `folder`, however long that takes; the job ends when they are there.
    pub fn new(source: Source, folder: impl Into<PathBuf>) -> Self {
        Self {
            source,
            found: None,
            trackers: Vec::new(),
            web_seeds: Vec::new(),
            peers: Vec::new(),
            local_allowed: false,
            select: None,
            destination: Destination { folder: folder.into(), ..Destination::default() },
            recheck: false,
            force: false,
            goal: Goal::Files,
            patience: Patience::default(),
            seed_ratio: None,
            seed_time: None,
        }
    }
}

/// Where torrents go, and under which names.
#[derive(Clone, Debug, Default)]
pub struct Destination {
    /// The folder that a torrent's file or folder goes into.
    pub folder: PathBuf,
    /// A torrent of a single file becomes this file instead.
    pub file: Option<PathBuf>,
    /// Which names files get.
    pub naming: Naming,
}

impl Destination {
    /// The folder that a torrent goes into, and the names of its files there.
    pub fn of(&self, torrent: &Metainfo) -> (PathBuf, Naming) {
        let mut naming = self.naming.clone();
        let file = self.file.as_deref().filter(|_| torrent.is_single_file());
        let Some((file, name)) = file.and_then(|file| Some((file, file.file_name()?))) else {
            return (self.folder.clone(), naming);
        };
        naming.single = Some(name.as_encoded_bytes().to_vec());
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        (folder.unwrap_or(Path::new(".")).to_owned(), naming)
    }

    /// The path of a torrent's file or folder, for people and scripts.
    ///
    /// # Errors
    /// The name of its folder cannot be a file path.
    pub fn path_of(&self, torrent: &Metainfo) -> Result<PathBuf, UnsafeName> {
        let (folder, naming) = self.of(torrent);
        let root = naming.root(torrent, longest_name(&folder))?;
        let root: PathBuf = root.as_path().components().map(OsStr::from_bytes).collect();
        Ok(match (folder == Path::new("."), root.as_os_str().is_empty()) {
            (_, true) => folder,
            (true, _) => root,
            (false, _) => folder.join(root),
        })
    }
}

/// What a job is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Goal {
    /// The files are fetched.
    Files,
    /// The metadata. No disk is touched.
    Metadata,
    /// The metadata and what a .torrent has beside it: the piece layers of v2 (BEP 52), if peers give them. No disk is touched.
    Torrent,
}

/// What is known of a torrent.
#[derive(Clone, Debug)]
pub enum Source {
    /// The metainfo is known, so all is known.
    Torrent(Arc<Metainfo>),
    /// Its hash: the metadata comes from peers (BEP 9).
    Magnet(Box<Magnet>),
}

/// How long to wait before giving up; each time counts on its own, `None` is for ever.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Patience {
    /// Since it was added, whatever happens.
    pub deadline: Option<Duration>,
    /// Without a new byte of payload, once the metadata is there and until all of it is.
    pub stall: Option<Duration>,
    /// Since it was added, without metadata.
    pub metadata: Option<Duration>,
}

/// What happened to a job.
#[derive(Debug)]
#[non_exhaustive]
pub enum JobEvent {
    /// The metadata came from peers.
    Metadata {
        /// The torrent whose metadata came.
        metainfo: Arc<Metainfo>,
    },
    /// Existing data has been checked; fetching begins.
    Started {
        /// The torrent that is fetched.
        metainfo: Arc<Metainfo>,
        /// Pieces that are wanted.
        pieces: usize,
        /// Pieces of them that were there.
        pieces_had: usize,
        /// How far the job is.
        progress: JobProgress,
    },
    /// Where things stand; a few times a second.
    Progress(JobProgress),
    /// A piece was verified and written.
    Piece {
        /// The piece that is there now.
        piece: PieceIndex,
    },
    /// The hash of a piece was wrong.
    BadPiece {
        /// The piece that is requested again.
        piece: PieceIndex,
    },
    /// A peer was banned for misbehaving.
    Banned {
        /// The address of the host.
        ip: IpAddr,
        /// What a peer of this host did.
        why: CloseReason,
    },
    /// A peer that the user named could not be reached. Reported once.
    Unreached {
        /// The address that was dialled.
        address: SocketAddr,
        /// How the dial failed.
        why: DialError,
    },
    /// A tracker did not answer, or not well.
    Tracker {
        /// Which; may hold secrets.
        url: String,
        /// In words; unescaped, from outside.
        message: String,
        /// It is not asked because of who named it; the user may.
        is_forbidden: bool,
    },
    /// A web seed has been given up, or is only used if nobody else gives.
    WebSeed {
        /// Which; may hold secrets.
        url: String,
        /// In words; unescaped, from outside.
        message: String,
        /// It is not asked because of who named it; the user may.
        is_forbidden: bool,
    },
    /// Something odd that does not end the job, such as a journal that cannot be used.
    Warning {
        /// In words; names in it are escaped.
        message: String,
    },
    /// A block that a peer requested cannot be read, perhaps because a file was removed. Reported once.
    Unread {
        /// Why the block cannot be read.
        error: DiskError,
    },
    /// Every wanted file is whole, synced and under its name.
    Completed(JobProgress),
    /// It stays, to give to others.
    Seeding {
        /// Where peers find it.
        port: u16,
    },
    /// It was [paused](crate::Session::pause), and nothing is under way any more.
    Paused,
    /// It has left the session, the last that is heard of it.
    Ended(Box<JobOutcome>),
}

/// Where a job stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct JobProgress {
    /// Bytes of the wanted pieces as peers send them: the padding of a hybrid counts.
    pub wanted: u64,
    /// Bytes of them that are verified and written, however they came.
    pub done: u64,
    /// Payload bytes received since it was added.
    pub downloaded: u64,
    /// Payload bytes sent since it was added.
    pub uploaded: u64,
    /// Payload bytes received a second, over the last seconds.
    pub download_rate: u64,
    /// Payload bytes sent a second, over the last seconds.
    pub upload_rate: u64,
    /// Peers we are connected to.
    pub peers: usize,
    /// Bytes of existing files that were hashed so far, while that goes on.
    pub checking: Option<u64>,
}

/// How a job ended.
#[derive(Debug)]
pub struct JobOutcome {
    /// The torrent, if its metadata was known or came.
    pub metainfo: Option<Arc<Metainfo>>,
    /// How far the job was.
    pub progress: JobProgress,
    /// How many peers were disconnected, by reason.
    pub cut_off: BTreeMap<CloseReason, u64>,
    /// What it lacked if it failed, and what became of all that could have given it.
    pub shortfall: Shortfall,
    /// Whether all of it is there.
    pub result: Result<(), Failure>,
}

/// Why a job failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The disk, or what lies on it.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The selection makes no sense for this torrent.
    #[error(transparent)]
    Select(#[from] SelectError),
    /// Peers gave metadata of the right hash that is not acceptable.
    #[error("{0}")]
    Refused(Refusal),
    /// Its files and pieces need more memory than the user allows.
    #[error(
        "what is kept of its files and pieces needs {needed} bytes of memory, and there is room for {limit}"
    )]
    Tables {
        /// Bytes that its tables would take.
        needed: u64,
        /// Bytes that [`Settings::memory`] leaves for it.
        limit: u64,
        /// With so much [`Settings::memory`] it could be.
        memory: u64,
    },
    /// No metadata came within [`Patience::metadata`].
    #[error("no peer gave the metadata within {} s", .0.as_secs())]
    NoMetadata(Duration),
    /// Nothing came for as long as [`Patience::stall`].
    #[error("nothing came for {} s", .0.as_secs())]
    Stalled(Duration),
    /// It was not complete after [`Patience::deadline`].
    #[error("not complete after {} s", .0.as_secs())]
    Deadline(Duration),
    /// There is nobody to ask and nobody left to ask for peers: no tracker, web seed or peer address.
    #[error("there is no tracker, web seed or peer to ask")]
    NobodyToAsk,
    /// The web seeds were given up, and nobody else is left to ask.
    #[error("no web seed gives what is missing, and there is no tracker or peer to ask")]
    WebSeedsGivenUp,
    /// Nobody can give the metadata of a link.
    #[error("there is no tracker or peer to ask for the metadata, which web seeds do not have")]
    NobodyHasMetadata,
    /// The caller wanted it to end.
    #[error("interrupted")]
    Interrupted,
    /// The system makes no thread for what needs one.
    #[error("no thread can be started: {0}")]
    NoThread(io::Error),
    /// An unexpected error of the network code, in words.
    #[error("{0}")]
    Network(String),
}
