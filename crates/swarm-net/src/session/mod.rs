//! The one loop that owns the engines of all torrents. No locks: whatever happens, happens here.
//!
//! Read [`Session::turn`] first. `door` has how connections come about, `sockets` what they do, `life` how torrents begin and end,
//! `actions` what the engines want done, `shares` what torrents have in common. What is said with others has a file for each conversation, question and
//! answer together: `hashing`, `disk`, `uploads`, `trackers`, `our_tracker`, `udp`, `dht`, `local` (BEP 14), `web_seeds`, `names`. `web_server`
//! serves HTTP.

mod actions;
mod asleep;
mod dht;
mod disk;
mod door;
mod hashing;
mod holdings;
mod life;
mod loads;
mod local;
mod names;
mod our_tracker;
mod pausing;
mod queue;
mod shares;
mod sockets;
mod torrents;
mod trackers;
mod udp;
mod uploads;
mod web_seeds;
mod web_server;

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use mio::event::Event;
use mio::net::TcpListener;
use mio::{Events, Interest, Poll, Token, Waker};
use serve::tracker::Tracker;
use swarm::{BannedHosts, ConnectionId, Time};

use crate::connection::Connection;
use crate::crew::Crew;
use crate::descriptors::{announcers, descriptors, lookups};
use crate::disk::{Disk, StorageParams};
use crate::hash::Hashers;
use crate::job::{Failure, JobEvent, Settings};
use crate::job_id::JobId;
use crate::local_groups::LocalGroups;
use crate::mailbox::{Inbox, Mailbox, ThreadAnswer, mailbox};
use crate::pool::Pool;
use crate::rate::Bucket;
use crate::reached_at::addresses;
use crate::trackers::UdpTrackers;
use crate::udp_sockets::UdpSockets;
use crate::web::{Means, WebSeedClients};
use asleep::Asleep;
pub use asleep::{AlreadyOffered, SleepTimes};
use dht::OurDht;
use door::{Door, listen};
pub use holdings::Holdings;
use loads::Loads;
use local::LocalDiscovery;
use our_tracker::our_tracker;
use queue::Queue;
use shares::{ConnectionShares, UploadSlots};
use torrents::Torrents;
use web_server::WebServer;

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
    /// Those that were added asleep.
    asleep: Asleep,
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
    /// Finds peers nearby, if the user wants that and the machine has multicast.
    local: Option<LocalDiscovery>,
    /// Our node of the DHT, if there is to be one.
    dht: Option<OurDht>,
    /// Our own, if there is to be one.
    tracker: Option<Tracker>,
    /// Threads that look up names of peers.
    namers: Crew,
    web_seeds: WebSeedClients,
    /// Serves HTTP at our port, if the user wants that.
    web_server: Option<WebServer>,
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
    /// When the rate of a torrent allows more, of which blocks wait for that.
    capped_until: Option<Time>,
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
    /// When it is looked next which connections take nothing, for the sake of these.
    stuck_due: Time,
    /// The same, and the rate of their torrent does not allow it yet.
    capped: Queue,
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
fn udp_sockets(settings: &Settings, port: u16, poll: &Poll) -> Result<UdpSockets, String> {
    // Whoever asks our tracker asks at the port that is known.
    let udp = UdpSockets::new(settings.bind, port, settings.serve.is_some());
    let mut udp = udp.map_err(|error| {
        format!("cannot listen on UDP {}: {error}", listen_address(settings.bind, Some(port)))
    })?;
    udp.register(poll.registry(), UDP).map_err(|error| error.to_string())?;
    Ok(udp)
}

/// What waits for events, and the mailbox whose bell is one of them.
fn bell() -> io::Result<(Poll, Mailbox, Inbox)> {
    let poll = Poll::new()?;
    let (mailbox, inbox) = mailbox(Waker::new(poll.registry(), BELL)?);
    Ok((poll, mailbox, inbox))
}

fn in_words(error: io::Error) -> Failure {
    Failure::Network(error.to_string())
}

/// What finds peers nearby, its events with `poll`.
fn local_discovery(settings: &Settings, poll: &Poll) -> io::Result<Option<LocalDiscovery>> {
    let groups = settings.local_discovery.then(|| LocalGroups::new(settings.bind)).flatten();
    let Some(mut groups) = groups else { return Ok(None) };
    groups.register(poll.registry(), LOCAL)?;
    Ok(Some(LocalDiscovery::new(groups)))
}

fn hashers(settings: &Settings, mailbox: &Mailbox) -> io::Result<Hashers> {
    Hashers::start(settings.threads, settings.backend, mailbox)
}

fn disk(settings: &Settings, mailbox: &Mailbox) -> io::Result<Disk> {
    let mailbox = mailbox.clone();
    Disk::start(settings.hashing(), move |answer| mailbox.put(ThreadAnswer::Disk(answer)))
}

/// With what web seeds are asked.
fn means(settings: &Settings, pool: Pool, download: Bucket, start: Instant) -> Means {
    Means { pool, download, start, bind: settings.bind, access: settings.access.clone() }
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
        let (poll, mailbox, inbox) = bell().map_err(in_words)?;
        let (listeners, port) = listeners(&settings, &poll).map_err(Failure::Network)?;
        let udp = udp_sockets(&settings, port, &poll).map_err(Failure::Network)?;
        let pool = Pool::new(settings.memory);
        let (start, download) = (Instant::now(), Bucket::new(settings.max_download));
        Ok(Self {
            port,
            start,
            now: Time::ZERO,
            heard: Events::with_capacity(EVENTS),
            door: Door::new(listeners),
            torrents: Torrents::default(),
            asleep: Asleep::default(),
            events: Vec::new(),
            to_prepare: Vec::new(),
            closing: BTreeSet::new(),
            connections: HashMap::new(),
            last_connection: CONNECTIONS as u64,
            engines: 0,
            descriptors: descriptors(),
            hashers: hashers(&settings, &mailbox).map_err(Failure::NoThread)?,
            disk: disk(&settings, &mailbox).map_err(Failure::NoThread)?,
            announcers: Crew::new(announcers(descriptors())),
            tracker_namers: Crew::of_waiters(lookups(descriptors()), LOOKUP_STACK),
            dht: settings.dht.clone().map(|settings| OurDht::new(settings, &udp)),
            udp,
            udp_trackers: UdpTrackers::new(),
            local: local_discovery(&settings, &poll).map_err(in_words)?,
            tracker: our_tracker(&settings, port),
            poll,
            namers: Crew::new(NAMERS),
            web_seeds: WebSeedClients::new(means(&settings, pool.clone(), download.clone(), start), &mailbox),
            web_server: settings.serve.as_ref().map(|serve| WebServer::new(serve, settings.bind, port)),
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
            capped_until: None,
            loads: Loads::default(),
            next_look: Time::ZERO,
            settings,
        })
    }

    /// The port that those hear of who are not in a network of this machine.
    fn announced_port(&self) -> u16 {
        self.settings.announced_port.unwrap_or(self.port)
    }

    /// Where peers find us: addresses of this machine's interfaces, those that reach furthest first, and our port. This machine's own, if
    /// it has no others. Of what translates addresses on the way nothing is known.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        addresses(self.settings.bind, self.port)
    }

    /// How many torrents are in it, those counted that sleep, and those that are leaving.
    pub fn len(&self) -> usize {
        self.torrents.len() + self.asleep_count()
    }

    /// Whether no torrent is in it, and nothing is left to be heard.
    pub fn is_empty(&self) -> bool {
        self.torrents.is_empty() && self.has_no_records() && self.events.is_empty()
    }

    /// Whether all that are in it have failed, so that only the disk is waited for, and trackers for a moment.
    pub fn has_failed(&self) -> bool {
        self.asleep_count() == 0 && self.torrents.iter().all(|torrent| torrent.stage.has_failed())
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
        self.read_local();
        self.act(); // What is hashed goes to the disk before more is read.
        self.read_sockets();
        self.begin_hashing();
        self.accept_waiting();
        self.serve_visitors();
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
            Token(place @ UDP..LOCAL) => self.udp.on_readable(place - UDP),
            Token(place @ LOCAL..CONNECTIONS) => {
                self.local.iter_mut().for_each(|local| local.on_readable(place - LOCAL));
            }
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
                ThreadAnswer::Opened { job, result } => self.on_opened(job, *result),
                ThreadAnswer::RecordAnnounced { job, tracker, answer } => {
                    self.on_record_announced(job, tracker, answer);
                }
                ThreadAnswer::RecordTrackerFound { job, tracker, announce, found } => {
                    self.on_tracker_of_record(job, tracker, *announce, found);
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
                ThreadAnswer::Nodes { namer, node, addresses } => self.on_nodes(namer, node, addresses),
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
        self.announce_locally();
        self.on_time_for_dht();
        self.on_time_for_records();
        self.look_at_tracker();
        if self.is_anything_to_look_at() && self.now >= self.next_look {
            self.next_look = self.now + LOOK;
            self.give_up_callers();
            self.give_up_connections();
            self.look_at_visitors();
            self.look_at_torrents();
            self.share_connections();
            self.turn_upload_slots();
        }
    }

    /// Does what the engines want until they want nothing more.
    fn do_what_is_due(&mut self) {
        self.act();
        self.ask_for_uploads(); // Once a turn: peers that take much are not to keep us from hearing others.
        loop {
            self.write_sockets();
            self.ask_for_content();
            if !self.act() {
                return;
            }
        }
    }

    /// Whether connections and torrents are to be looked at now and then.
    fn is_anything_to_look_at(&self) -> bool {
        self.torrents.is_any_restless()
            || !self.connections.is_empty()
            || self.door.has_callers()
            || self.visitors() > 0
    }

    /// How long nothing may happen, if that is known.
    fn wait(&mut self) -> Option<Duration> {
        let is_serving = self.web_server.as_ref().is_some_and(WebServer::is_busy);
        let has_packets =
            self.udp.is_readable() || self.local.as_ref().is_some_and(LocalDiscovery::is_readable);
        if !self.queues.readable.is_empty() || !self.events.is_empty() || has_packets || is_serving {
            return Some(Duration::ZERO);
        }
        let look = self.is_anything_to_look_at().then_some(self.next_look);
        let reading = self.download.refill().filter(|_| !self.queues.throttled.is_empty());
        let sending = (!self.queues.uploaders.is_empty()).then(|| self.upload.refill().unwrap_or_default());
        let due = [
            look,
            self.door.next_accept(),
            self.torrents.next_deadline(),
            self.next_for_records(),
            self.udp_trackers.next_deadline(),
            self.local.as_ref().and_then(LocalDiscovery::next_deadline),
            self.dht.as_ref().and_then(OurDht::next_deadline),
            self.tracker.as_ref().and_then(Tracker::next_deadline),
            reading,
            sending,
            self.capped_until,
            self.web_server.as_ref().and_then(WebServer::next_read),
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

/// The first token of the sockets of local discovery.
const LOCAL: usize = 6;

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
