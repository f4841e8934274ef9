//! A run and what it said.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use swarm_net::{
    Failure, Job, JobEvent, JobId, JobOutcome, JobProgress, Patience, Session, Settings, Shortfall, Source,
};
use test_kit::{Content, Folder, seeded_bytes};
use torrent_core::magnet::{Magnet, Peer};
use torrent_core::metainfo::{Metainfo, Protocol};

/// Who hears what happens to jobs.
pub(crate) trait Observer {
    fn on_event(&mut self, job: JobId, event: JobEvent);
}

/// What was said of all jobs.
#[derive(Default)]
pub(crate) struct Said {
    pub(crate) pieces: Vec<u32>,
    pub(crate) bad_pieces: usize,
    pub(crate) banned: usize,
    pub(crate) warnings: Vec<String>,
    pub(crate) trackers: Vec<String>,
    pub(crate) web_seeds: Vec<String>,
    pub(crate) metadata: usize,
    pub(crate) completed: Vec<usize>,
    pub(crate) had: usize,
    /// The moment of completion, for who waits for it.
    pub(crate) on_complete: Option<Box<dyn FnMut()>>,
    /// The moment when something could not be read.
    pub(crate) on_unread: Option<Box<dyn FnMut()>>,
}

impl Observer for Said {
    fn on_event(&mut self, job: JobId, event: JobEvent) {
        match event {
            JobEvent::Metadata { .. } => self.metadata += 1,
            JobEvent::Started { pieces_had, .. } => self.had += pieces_had,
            JobEvent::Piece { piece } => self.pieces.push(piece.into()),
            JobEvent::BadPiece { .. } => self.bad_pieces += 1,
            JobEvent::Banned { .. } => self.banned += 1,
            JobEvent::Tracker { message, .. } => self.trackers.push(message),
            JobEvent::WebSeed { message, .. } => self.web_seeds.push(message),
            JobEvent::Warning { message } => self.warnings.push(message),
            JobEvent::Unread { .. } => self.on_unread.iter_mut().for_each(|act| act()),
            JobEvent::Completed(_) => {
                self.completed.push(job.0);
                self.on_complete.iter_mut().for_each(|act| act());
            }
            _ => {}
        }
    }
}

/// Any free port, 32 MiB of memory, one thread.
pub(crate) fn settings() -> Settings {
    Settings { memory: 32 << 20, threads: 1, ..Settings::default() }
}

/// A job that fetches `content` to `folder` from these peers, and gives up after half a minute.
pub(crate) fn job(content: &Content, folder: &Folder, peers: &[SocketAddr]) -> Job {
    job_of(Source::Torrent(Arc::new(content.metainfo().clone())), folder, peers)
}

/// The content as a private torrent (BEP 27): its peers do not hear of each other.
pub(crate) fn private(content: &Content) -> Source {
    let info = content.metainfo().raw_info();
    let torrent = [b"d4:info", &info[..info.len() - 1], b"7:privatei1eee"].concat();
    Source::Torrent(Arc::new(Metainfo::parse(torrent).unwrap().metainfo))
}

/// The same from a link.
pub(crate) fn job_of_link(content: &Content, folder: &Folder, peers: &[SocketAddr]) -> Job {
    let magnet = Magnet {
        info_hash_v1: content.metainfo().info_hash_v1(),
        info_hash_v2: content.metainfo().info_hash_v2(),
        ..Magnet::default()
    };
    job_of(Source::Magnet(Box::new(magnet)), folder, peers)
}

fn job_of(source: Source, folder: &Folder, peers: &[SocketAddr]) -> Job {
    Job {
        peers: peers.iter().map(|peer| Peer { host: peer.ip().to_string(), port: peer.port() }).collect(),
        patience: Patience { deadline: Some(Duration::from_secs(60)), ..Patience::default() },
        ..Job::new(source, folder.path())
    }
}

/// Runs jobs side by side until all have ended, or `interrupt` says so.
pub(crate) fn run(
    settings: Settings,
    jobs: Vec<Job>,
    said: &mut dyn Observer,
    interrupt: impl Fn() -> bool,
) -> Vec<JobOutcome> {
    let mut session = match Session::new(settings) {
        Ok(session) => session,
        Err(why) => return jobs.iter().map(|_| not_begun(&why)).collect(),
    };
    let ids: Vec<JobId> = jobs.into_iter().map(|job| session.add(job)).collect();
    let mut outcomes = BTreeMap::new();
    while !session.is_empty() {
        if interrupt() {
            session.end_all(|| Failure::Interrupted);
        }
        for (id, event) in session.turn(Duration::from_millis(100)) {
            match event {
                JobEvent::Ended(outcome) => drop(outcomes.insert(id, *outcome)),
                event => said.on_event(id, event),
            }
        }
    }
    ids.iter().map(|id| outcomes.remove(id).unwrap()).collect()
}

fn not_begun(why: &Failure) -> JobOutcome {
    JobOutcome {
        metainfo: None,
        progress: JobProgress::default(),
        cut_off: BTreeMap::new(),
        shortfall: Shortfall::default(),
        result: Err(Failure::Network(why.to_string())),
    }
}

/// Runs one job.
pub(crate) fn fetch(job: Job) -> (Result<JobProgress, Failure>, Said) {
    let (mut outcomes, said) = fetch_all(settings(), vec![job]);
    let outcome = outcomes.remove(0);
    (outcome.result.map(|()| outcome.progress), said)
}

pub(crate) fn fetch_all(settings: Settings, jobs: Vec<Job>) -> (Vec<JobOutcome>, Said) {
    let mut said = Said::default();
    let outcomes = run(settings, jobs, &mut said, || false);
    (outcomes, said)
}

/// A file of so many bytes.
pub(crate) fn file(protocol: Protocol, length: usize, piece_length: u64) -> Arc<Content> {
    Content::of_file(protocol, "file", &seeded_bytes(length as u64, length), piece_length)
}

/// Waits until somebody listens there, for a minute at most.
pub(crate) fn await_listener(address: SocketAddr) {
    let begun = Instant::now();
    while TcpStream::connect(address).is_err() {
        assert!(begun.elapsed() < Duration::from_secs(60), "nobody listens at {address}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}
