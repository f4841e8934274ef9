//! The one loop that owns the engines of all torrents. No locks: whatever happens, happens here.
//!
//! Read [`Session::turn`] first. `door` has how connections come about, `sockets` what they do, `life` how torrents begin and end,
//! `actions` what the engines want done, `shares` what torrents have in common. What is said with others has a file for each conversation, question and
//! answer together: `hashing`, `disk`, `uploads`, `trackers`, `udp`, `web_seeds`, `names`.

mod actions;
mod disk;
mod door;
mod hashing;
mod holdings;
mod life;
mod loads;
mod names;
mod pausing;
mod queue;
mod shares;
mod sockets;
mod torrents;
mod trackers;
mod udp;
mod uploads;
mod web_seeds;

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use mio::event::Event;
use mio::net::TcpListener;
use mio::{Events, Interest, Poll, Token, Waker};
use swarm::{BannedHosts, ConnectionId, Time};

use crate::connection::Connection;
use crate::crew::Crew;
use crate::descriptors::{announcers, descriptors, lookups};
use crate::disk::{Disk, StorageParams};
use crate::hash::Hashers;
use crate::job::{Failure, JobEvent, Settings};
use crate::job_id::JobId;
use crate::mailbox::{Inbox, Mailbox, ThreadAnswer, mailbox};
use crate::pool::Pool;
use crate::rate::Bucket;
use crate::trackers::UdpTrackers;
use crate::udp_sockets::UdpSockets;
use crate::web::{Means, WebSeedClients};
use door::{Door, listen};
pub use holdings::Holdings;
use loads::Loads;
use queue::Queue;
use shares::{ConnectionShares, UploadSlots};
use torrents::Torrents;

/// Torrents that are fetched, and given to others, side by side. What happens to them comes out of [`turn`](Self::turn), which is to be
/// called again and again.
pub struct Session {
    settings: Settings,
    /// Where peers find us.
    port: u16,
    start: Instant,
    /// When the loop last looked at the clock.
    now: Time,
    poll: Poll,
    /// What the system reported when it was last polled.
    heard: Events,
    door: Door,
    torrents: Torrents,
    /// What the caller has not heard yet.
    events: Vec<(JobId, JobEvent)>,
    /// What the disk is to look for when it can.
    to_prepare: Vec<(JobId, StorageParams)>,
    /// Those that were removed and whose files the disk has not closed.
    closing: BTreeSet<JobId>,
    connections: HashMap<ConnectionId, Connection>,
    last_connection: u64,
    /// How many engines were made.
    engines: u32,
    /// Files and sockets that this process may have open.
    descriptors: usize,
    pool: Pool,
    hashers: Hashers,
    disk: Disk,
    /// For trackers over HTTP.
    announcers: Crew,
    /// Threads that look up names of UDP trackers.
    tracker_namers: Crew,
    udp: UdpSockets,
    udp_trackers: UdpTrackers,
    /// Threads that look up names of peers.
    namers: Crew,
    web_seeds: WebSeedClients,
    mailbox: Mailbox,
    inbox: Inbox,
    queues: Queues,
    download: Bucket,
    upload: Bucket,
    connection_shares: ConnectionShares,
    upload_slots: UploadSlots,
    /// Hosts that a torrent has banned.
    bans: BannedHosts,
    /// Bytes that the disk was asked for and that have not left.
    uploading: usize,
    loads: Loads,
    next_look: Time,
}

/// Connections that have something to do.
#[derive(Default)]
struct Queues {
    /// May have something to read.
    readable: Queue,
    /// Have something to read, and as many pieces that are not written as they may.
    unwritten: Queue,
    /// Have something to read, and no block in the pool.
    starved: Queue,
    /// Have something to read, and the rate does not allow it yet.
    throttled: Queue,
    /// Have something to send.
    outgoing: Queue,
    /// Have blocks that the disk is to be asked for.
    uploaders: Queue,
}

/// What listens for peers, its events with `poll`; and the port.
fn listeners(settings: &Settings, poll: &Poll) -> Result<(Vec<TcpListener>, u16), String> {
    let (mut listeners, port) = listen(settings.bind, settings.port)
        .map_err(|error| format!("{}: {error}", listen_address(settings.bind, settings.port)))?;
    for (number, listener) in listeners.iter_mut().enumerate() {
        let registered = poll.registry().register(listener, Token(LISTENERS + number), Interest::READABLE);
        registered.map_err(|error| error.to_string())?;
    }
    Ok((listeners, port))
}

/// The UDP sockets on the same port, their events with `poll`.
fn udp_sockets(settings: &Settings, port: u16, poll: &Poll) -> io::Result<UdpSockets> {
    let mut udp = UdpSockets::new(settings.bind, port);
    udp.register(poll.registry(), UDP)?;
    Ok(udp)
}

fn disk(settings: &Settings, mailbox: &Mailbox) -> io::Result<Disk> {
    let mailbox = mailbox.clone();
    Disk::start(settings.hashing(), move |answer| mailbox.put(ThreadAnswer::Disk(answer)))
}

/// What was to be listened at, in words.
fn listen_address(bind: Option<IpAddr>, port: Option<u16>) -> String {
    let address = bind.map_or("any address".to_owned(), |ip| ip.to_string());
    let port = port.map_or("any port".to_owned(), |port| format!("port {port}"));
    format!("{port} of {address}")
}

impl Queues {
    /// Those of connections that have something to read and are not read for now.
    fn wait_for_reading(&self) -> impl Iterator<Item = &Queue> {
        [&self.unwritten, &self.starved, &self.throttled].into_iter()
    }
}

impl Session {
    /// A session without torrents. It listens at once.
    ///
    /// # Errors
    /// The port is in use, the address is not ours, or the system gives no threads or descriptors.
    pub fn new(settings: Settings) -> Result<Self, Failure> {
        let words = |error: io::Error| Failure::Network(error.to_string());
        let poll = Poll::new().map_err(words)?;
        let (mailbox, inbox) = mailbox(Waker::new(poll.registry(), BELL).map_err(words)?);
        let (listeners, port) = listeners(&settings, &poll).map_err(Failure::Network)?;
        let pool = Pool::new(settings.memory);
        let (start, download) = (Instant::now(), Bucket::new(settings.max_download));
        let (bind, access) = (settings.bind, settings.access.clone());
        let means = Means { pool: pool.clone(), download: download.clone(), start, bind, access };
        Ok(Self {
            port,
            start,
            now: Time::ZERO,
            heard: Events::with_capacity(EVENTS),
            door: Door::new(listeners),
            torrents: Torrents::default(),
            events: Vec::new(),
            to_prepare: Vec::new(),
            closing: BTreeSet::new(),
            connections: HashMap::new(),
            last_connection: CONNECTIONS as u64,
            engines: 0,
            descriptors: descriptors(),
            hashers: Hashers::start(settings.threads, settings.backend, &mailbox)
                .map_err(Failure::NoThread)?,
            disk: disk(&settings, &mailbox).map_err(Failure::NoThread)?,
            announcers: Crew::new(announcers(descriptors())),
            tracker_namers: Crew::of_waiters(lookups(descriptors()), LOOKUP_STACK),
            udp: udp_sockets(&settings, port, &poll).map_err(words)?,
            udp_trackers: UdpTrackers::new(),
            poll,
            namers: Crew::new(NAMERS),
            web_seeds: WebSeedClients::new(means, &mailbox),
            pool,
            mailbox,
            inbox,
            queues: Queues::default(),
            download,
            upload: Bucket::new(settings.max_upload),
            connection_shares: ConnectionShares::default(),
            upload_slots: UploadSlots::default(),
            bans: BannedHosts::default(),
            uploading: 0,
            loads: Loads::default(),
            next_look: Time::ZERO,
            settings,
        })
    }

    /// How many torrents are in it, those counted that are leaving.
    pub fn len(&self) -> usize {
        self.torrents.len()
    }

    /// Whether no torrent is in it, and nothing is left to be heard.
    pub fn is_empty(&self) -> bool {
        self.torrents.is_empty() && self.events.is_empty()
    }

    /// Whether all that are in it have failed, so that only the disk is waited for, and trackers for a moment.
    pub fn has_failed(&self) -> bool {
        self.torrents.iter().all(|torrent| torrent.stage.has_failed())
    }

    /// Waits for something to happen, at most for so long, and does what follows from it. Gives what happened to torrents, in order.
    pub fn turn(&mut self, patience: Duration) -> Vec<(JobId, JobEvent)> {
        let mut heard = std::mem::replace(&mut self.heard, Events::with_capacity(0));
        let wait = self.wait().map_or(patience, |wait| wait.min(patience));
        if let Err(error) = self.poll.poll(&mut heard, Some(wait))
            && error.kind() != io::ErrorKind::Interrupted
        {
            self.end_all(|| Failure::Network(error.to_string()));
        }
        self.now = self.start.elapsed();
        heard.iter().for_each(|event| self.on_event(event));
        self.heard = heard;
        self.on_answers();
        self.read_udp();
        self.act(); // What is hashed goes to the disk before more is read.
        self.read_sockets();
        self.begin_hashing();
        self.accept_waiting();
        self.dial_those_waiting();
        self.on_time(); // Last, because nobody is to blame for what waited in our sockets.
        self.do_what_is_due();
        std::mem::take(&mut self.events)
    }

    /// Something happened at a socket.
    fn on_event(&mut self, event: &Event) {
        match event.token() {
            BELL => {} // The mailbox is looked at after every wait.
            Token(place @ LISTENERS..UDP) => self.on_dialled(place - LISTENERS),
            Token(place @ UDP..CONNECTIONS) => self.udp.on_readable(place - UDP),
            Token(id) => self.on_socket(ConnectionId(id as u64), event),
        }
    }

    /// Takes the answers of all threads.
    fn on_answers(&mut self) {
        let answers: Vec<ThreadAnswer> = self.inbox.take_all().collect();
        for answer in answers {
            match answer {
                ThreadAnswer::Hashed(hashed) => self.on_hashed(hashed),
                ThreadAnswer::Disk(answer) => self.on_disk(answer),
                ThreadAnswer::Announced { job, engine, tracker, answer } => {
                    if self.torrents.has_engine(job, engine) {
                        self.on_announced(job, tracker, answer);
                    }
                }
                ThreadAnswer::TrackerFound { job, engine, tracker, announce, found } => {
                    if self.torrents.has_engine(job, engine) {
                        self.on_tracker_found(job, tracker, *announce, found);
                    }
                }
                ThreadAnswer::WebBlock { job, web_job, block, data } => {
                    self.on_web_block(job, web_job, block, data)
                }
                ThreadAnswer::WebSkipped { job, web_job, bytes } => {
                    self.tell(job, swarm::Event::WebSkipped { job: web_job, bytes });
                }
                ThreadAnswer::WebEnded { job, web_job, ranges, result } => {
                    self.on_web_ended(job, web_job, ranges, result);
                }
                ThreadAnswer::Resolved { job, origin, addresses, unknown } => {
                    self.on_looked_up(job, origin, addresses, unknown);
                }
            }
        }
    }

    /// Time has passed: engines whose time has come hear so, and jobs are looked at.
    fn on_time(&mut self) {
        self.tick();
        self.udp_trackers.on_time(self.now);
        self.go_on_with_udp_trackers();
        if self.is_anything_to_look_at() && self.now >= self.next_look {
            self.next_look = self.now + LOOK;
            self.give_up_callers();
            self.give_up_connections();
            self.look_at_torrents();
            self.share_connections();
            self.turn_upload_slots();
        }
    }

    /// Does what the engines want until they want nothing more.
    fn do_what_is_due(&mut self) {
        self.act();
        loop {
            self.write_sockets();
            self.ask_for_uploads();
            if !self.act() {
                return;
            }
        }
    }

    /// Whether connections and torrents are to be looked at now and then.
    fn is_anything_to_look_at(&self) -> bool {
        self.torrents.is_any_restless() || !self.connections.is_empty() || self.door.has_callers()
    }

    /// How long nothing may happen, if that is known.
    fn wait(&mut self) -> Option<Duration> {
        if !self.queues.readable.is_empty() || !self.events.is_empty() || self.udp.is_readable() {
            return Some(Duration::ZERO);
        }
        let look = self.is_anything_to_look_at().then_some(self.next_look);
        let reading = self.download.refill().filter(|_| !self.queues.throttled.is_empty());
        let sending = self.upload.refill().filter(|_| !self.queues.uploaders.is_empty());
        let due = [
            look,
            self.door.next_accept(),
            self.torrents.next_deadline(),
            self.udp_trackers.next_deadline(),
            reading,
            sending,
            self.hashers.deadline(),
        ];
        let next = due.into_iter().flatten().min()?;
        Some(next.saturating_sub(self.start.elapsed()))
    }
}

const BELL: Token = Token(0);

/// The first listener's token.
const LISTENERS: usize = 1;

/// The first UDP socket's token.
const UDP: usize = 4;

/// The first token of a connection, less one.
const CONNECTIONS: usize = 8;

/// Events that one wait can bring.
const EVENTS: usize = 256;

/// How often torrents are looked at.
const LOOK: Duration = Duration::from_millis(100);

/// Bytes of the stack of a thread that looks up a name.
const LOOKUP_STACK: usize = 256 << 10;

/// Names that are looked up at a time.
const NAMERS: usize = 4;
