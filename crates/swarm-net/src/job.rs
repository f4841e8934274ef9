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
use swarm::secure::Encryption;
use swarm::{Bill, CloseReason, DialError};
use torrent_core::address::{AddressError, Namer, WayOut};
use torrent_core::data::{MEMORY, Select, SelectError};
use torrent_core::layout::PieceIndex;
use torrent_core::magnet::{Magnet, Peer};
use torrent_core::metainfo::{Metainfo, Refusal};
use torrent_core::naming::Naming;
use torrent_core::path::UnsafeName;

use crate::dht_settings::DhtSettings;
use crate::disk::{Check, Damage, DiskError, Hashing, longest_name};
use crate::economy::Economy;
use crate::serve::Serve;
use crate::shortfall::Shortfall;
use web_client::WebAccess;

/// What all jobs of a session share.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Bytes of payload in memory, over all jobs.
    pub memory: u64,
    /// The port that peers find us at; `None`: any that is free.
    pub port: Option<u16>,
    /// The port that trackers, the DHT and peers hear of, if a router forwards another than ours.
    pub announced_port: Option<u16>,
    /// The address of ours to use, in and out; `None`: all of them.
    pub bind: Option<IpAddr>,
    /// Whether streams with peers are encrypted.
    pub encryption: Encryption,
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
    /// The folder of the journals of what is offered ([`Goal::Offer`]), a small file for each torrent: pieces that were checked are
    /// not read again as long as their files are as they were. It is made if it is not there; `None`: nothing is kept.
    pub state: Option<PathBuf>,
    /// Whether peers in the networks of this machine are looked for by multicast (BEP 14).
    pub local_discovery: bool,
    /// What is served at the port of peers beside pieces; `None`: nothing, and who speaks HTTP is hung up on.
    pub serve: Option<Serve>,
    /// How peers are found in the DHT; `None`: they are not, and nobody finds us there.
    pub dht: Option<DhtSettings>,
}

impl Default for Settings {
    /// 48 MiB of memory, any port of all addresses, no bound of the rates, encryption allowed, a hashing thread for each core, no journal of
    /// offers, nothing by multicast, and no DHT.
    fn default() -> Self {
        Self {
            memory: 48 << 20,
            port: None,
            announced_port: None,
            bind: None,
            encryption: Encryption::default(),
            access: WebAccess::default(),
            max_download: None,
            max_upload: None,
            threads: thread::available_parallelism().map_or(1, NonZero::get),
            backend: Backend::best(),
            state: None,
            local_discovery: false,
            serve: None,
            dht: None,
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
    /// Trackers of the torrent that the user typed when it was made.
    pub own_trackers: Vec<String>,
    /// Nodes of the DHT that the user typed, those of [`Settings::dht`]. A torrent is public, and looked up in the DHT of all the world, unless it is
    /// private (BEP 27), or all that the user typed for it is local; then these nodes alone may hear of it.
    pub dht_nodes: Vec<Peer>,
    /// The server that the torrent or link came from: it may name what is as near as that server. `None` if it was here.
    pub came_from: Option<Namer>,
    /// The user allows torrents, links, trackers and peers to name what is in private networks.
    pub allow_private: bool,
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
    /// What is paid for giving it to others.
    pub economy: Economy,
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
            own_trackers: Vec::new(),
            dht_nodes: Vec::new(),
            came_from: None,
            allow_private: false,
            select: None,
            destination: Destination { folder: folder.into(), ..Destination::default() },
            recheck: false,
            force: false,
            goal: Goal::Files,
            patience: Patience::default(),
            seed_ratio: None,
            seed_time: None,
            economy: Economy::default(),
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
    /// The files lie at [`Job::destination`], and are given to others. They are only ever read: nothing is created or written there, so
    /// that a read-only file system does. What is missing, or not as the torrent says, is not offered ([`JobEvent::Damaged`]) until
    /// it is ([`JobEvent::Healed`]); that is a failure only if there is nothing at the start. It stays until it is removed, unless [`Job::seed_ratio`] or [`Job::seed_time`] end it.
    Offer(Check),
}

impl Goal {
    /// How data is checked that is only offered.
    pub(crate) fn check(self) -> Option<Check> {
        match self {
            Self::Offer(check) => Some(check),
            Self::Files | Self::Metadata | Self::Torrent => None,
        }
    }
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
    /// There is nobody to ask but those in the networks of this machine, who may answer within seconds.
    OnlyNear,
    /// A tracker did not answer, or not well.
    Tracker {
        /// Which; may hold secrets.
        url: String,
        /// In words; unescaped, from outside.
        message: String,
        /// It is not asked because of who named it; this lets it be asked.
        way_out: Option<WayOut>,
    },
    /// A web seed has been given up, or is only used if nobody else gives.
    WebSeed {
        /// Which; may hold secrets.
        url: String,
        /// In words; unescaped, from outside.
        message: String,
        /// It is not asked because of who named it; this lets it be asked.
        way_out: Option<WayOut>,
    },
    /// Peers that only a link names are not dialled.
    Refused {
        /// The first of them.
        address: SocketAddr,
        /// How many more there are.
        more: usize,
        /// Why the link may not name the first.
        why: AddressError,
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
    /// Data that is offered ([`Goal::Offer`]) is not as the torrent says, or not any more. The piece is not sent, nor others that the same
    /// hurt; the rest is. Reported once for each file.
    Damaged {
        /// The piece, the first one if there are more.
        piece: PieceIndex,
        /// The files that it is about: where files share a piece, one of them is to blame. At most 16.
        paths: Vec<PathBuf>,
        /// What is wrong with them.
        why: Damage,
    },
    /// Files that were [damaged](Self::Damaged) are as the torrent says again, and all of them is given.
    Healed {
        /// The files that are right again.
        paths: Vec<PathBuf>,
    },
    /// Nothing of what is offered is as the torrent says any more. It is looked at again and again.
    NothingLeft,
    /// Every wanted file is whole, synced and under its name; of what is [offered](Goal::Offer), it is known what can be given.
    Completed(JobProgress),
    /// It stays, to give to others.
    Seeding {
        /// Where peers find it.
        port: u16,
    },
    /// It [was idle](crate::Session::add_asleep) and sleeps until somebody asks for it.
    Asleep(JobProgress),
    /// It was [paused](crate::Session::pause), and nothing is under way any more.
    Paused,
    /// It has left the session, the last that is heard of it.
    Ended(Box<JobOutcome>),
}

/// Where a job stands.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct JobProgress {
    /// Bytes of the wanted pieces as peers send them: the padding of a hybrid counts.
    pub wanted: u64,
    /// Bytes of them that are verified and written, however they came.
    pub done: u64,
    /// Payload bytes received since it was added.
    pub downloaded: u64,
    /// Those of them that were of no use: they came twice or too late, nobody had asked for them, or their piece was bad.
    pub wasted: u64,
    /// Payload bytes sent since it was added.
    pub uploaded: u64,
    /// Payload bytes received a second, over the last seconds.
    pub download_rate: u64,
    /// Payload bytes sent a second, over the last seconds.
    pub upload_rate: u64,
    /// Peers we are connected to.
    pub peers: usize,
    /// Bytes of content that clients of HTTP took since it was added; they are no part of `uploaded`.
    pub web: u64,
    /// Bytes of existing files that were hashed so far, while that goes on.
    pub checking: Option<u64>,
    /// What it costs to be its only seed, while [`Economy::one_copy`] holds; since it was added.
    pub bill: Option<Bill>,
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
