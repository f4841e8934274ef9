//! The driver's duties: what a program does that runs a [`Swarm`](crate::Swarm).
//!
//! The engine decides; the driver owns everything that touches the world: sockets, the clock, hashing, files, HTTP. Nothing
//! here blocks or calls back, so a driver may be an event loop, a thread or a simulation.
//!
//! # Kinds of method
//!
//! | kind | methods | |
//! |---|---|---|
//! | tell | [`handle`] | Something happened, at this time. The only way to change an engine. |
//! | ask what to do | [`poll`], [`next_deadline`] | The next [`Action`]; when to come back if nothing happens. |
//! | shake hands | [`handshake`], [`accepts`], [`answer`] | What to send to a peer before it is a connection. |
//! | look | all others, such as [`progress`] and [`contacts`] | Any time, as often as wanted. |
//!
//! # Order of calls
//!
//! 1. Make a [`Swarm`], with the [`Torrent`] if its metadata is known; tell it [`Event::Budget`] and, if somebody named
//!    peers, [`Event::Peers`].
//! 2. Call [`poll`] until it gives `None`, and do each action. Messages to one connection keep their order. Anything else may be
//!    done at once, later, or on another thread: the answer tells the engine when it is done.
//! 3. Wait until something happens, or until [`next_deadline`]. Tell it with [`handle`] ([`Event::Tick`] if it was the
//!    deadline; [`Event::TickUnread`] if the driver itself keeps peers from being read). Go to 2.
//! 4. To end, tell it [`Event::Stop`], and go on until [`Action::Stopped`] comes.
//!
//! Time is a duration since any fixed moment. It never goes back.
//!
//! # What each action asks for, and what answers it
//!
//! | [`Action`] | the driver | then tells, once |
//! |---|---|---|
//! | `Connect` | dials, encrypts the stream if it is to be, sends [`handshake`], reads the peer's, and sees with [`accepts`] that it is of this torrent | `Connected` or `ConnectFailed` |
//! | `Send` | encodes and queues a message | |
//! | `SendBlock` | reads a block of a piece that is written, and queues it as a `piece` message | `BlockSent`, even if the connection is gone |
//! | `Close` | sends what is queued, within a limit of time, and closes | `Closed` |
//! | `Announce` | asks a tracker, one announce at a time for each | `Announced` |
//! | `WebGet` | asks a web seed for a run of bytes | `WebBlock` for each block, in order; then `WebEnded` |
//! | `WebCancel` | stops that request | (`WebEnded` of the request) |
//! | `Hash` | hashes the blocks and the zeros behind them | `Hashed`, with the blocks |
//! | `Write` | writes the blocks to their files | `Written` |
//! | `Metadata` | parses the info dictionary, prepares the files, finds out which pieces are there | `Ready` |
//! | `Report` | tells the user, escaped | |
//! | `Completed` | what it likes: syncs, renames | |
//! | `Stopped` | drops the engine | |
//!
//! What nobody asked for is told as well: `Connected` for a peer that dialled us (its handshake named a torrent that
//! [`answer`] knows, and our answer was sent), `Received` for each message, `Closed` for every connection that ended, whoever
//! ended it, `Peers` when there are new ones.
//!
//! A driver of many torrents has one memory, one limit of connections and of upload slots, and one list of banned hosts for all of them.
//! What an engine is to know of that, it is told in these events; one that is told nothing keeps to its [`Config`].
//!
//! | [`Event`] | what the engine does |
//! |---|---|
//! | `Budget` | requests and keeps no more blocks than that |
//! | `Connections` | closes those that are too many, the least useful first; dials and takes in no more |
//! | `UploadSlots` | chokes those who are too many at once, and unchokes others soon; [`interested`] says how many want blocks |
//! | `Banned` | talks to nobody at that host any more; what it bans itself, it reports |
//!
//! An engine that has [stopped](crate::Swarm::has_stopped) still takes `Hashed` and `Written`: a driver that only pauses a torrent drops it
//! when [`has_unwritten`] says that nothing is lost, and makes another one later from what is there.
//!
//! # What the engine relies on
//!
//! - A [`ConnectionId`] is never given twice. Between `Connected` and `Closed` the engine knows it; not before, not after.
//! - Messages are decoded by [`wire`](crate::wire), which holds them to its limits. Blocks go through untouched: those of
//!   `Hashed` are those of `Hash`, in order.
//! - `Written` comes when a reader of the file would see the piece: peers hear of it at once, and may request it. A driver
//!   that cannot write ends.
//! - Addresses are dialled as they are given. The rules about who may name which are the engine's ([`torrent_core::address`]);
//!   a driver that looks up names or follows redirects holds to the same rules.
//! - While memory is short, a driver does not read sockets, and TCP slows the peers down. It says so with `TickUnread`, so
//!   that no peer is taken to be slow.
//! - `BlockSent` comes when a block has left, as far as the driver can tell. What waits in deep buffers of sockets is sent in their
//!   order: the only seed of a torrent ([`Config::origin`]) wants what it promised first to be sent first.
//!
//! # Example
//!
//! Two engines and a driver for both that has neither sockets nor a disk: one block travels from one to the other.
//!
//! ```
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! use piece_hash::{Backend, Sha1};
//! use swarm::wire::Message;
//! use swarm::{Action, Config, ConnectionId, Direction, Event, PieceDigests, Swarm, Torrent};
//! use torrent_core::metainfo::Metainfo;
//!
//! let text = b"all of it fits into one block";
//! let sha1 = Backend::best().digest::<Sha1>(text);
//! let info = [b"d6:lengthi29e4:name4:text12:piece lengthi16384e6:pieces20:", &sha1[..], b"e"].concat();
//! let metainfo = Metainfo::parse_strict([b"d4:info", &info[..], b"e"].concat()).unwrap();
//! let metainfo = Arc::new(metainfo);
//!
//! let engine = |seed: u64, has: bool| {
//!     let info_hash_v1 = Some(Backend::best().digest::<Sha1>(&info));
//!     let config = Config { info_hash_v1, ..Config::new(seed, [seed as u8; 20]) };
//!     Swarm::new(config, Some(Torrent { metainfo: metainfo.clone(), have: vec![has], wanted: vec![true] }))
//! };
//! let mut engines: [Swarm<Vec<u8>>; 2] = [engine(0, true), engine(1, false)];
//! let (connection, mut now, mut file) = (ConnectionId(0), Duration::ZERO, None);
//!
//! // Engine 1 was told of engine 0 and has dialled it.
//! for (at, direction) in [(0, Direction::Incoming), (1, Direction::Outgoing)] {
//!     let (address, handshake) = ("192.0.2.1:6881".parse().unwrap(), engines[1 - at].handshake());
//!     engines[at].handle(now, Event::Connected { connection, address, direction, handshake });
//! }
//!
//! while file.is_none() {
//!     for at in [0, 1] {
//!         while let Some(action) = engines[at].poll() {
//!             match action {
//!                 Action::Send { message, .. } => {
//!                     engines[1 - at].handle(now, Event::Received { connection, message });
//!                 }
//!                 Action::SendBlock { block, .. } => {
//!                     let message = Message::Piece { block, data: text.to_vec() };
//!                     engines[1 - at].handle(now, Event::Received { connection, message });
//!                     engines[at].handle(now, Event::BlockSent { connection, block });
//!                 }
//!                 Action::Hash { piece, blocks } => {
//!                     let sha1 = Some(Backend::best().digest::<Sha1>(&blocks.concat()));
//!                     let digests = PieceDigests { sha1, ..PieceDigests::default() };
//!                     engines[at].handle(now, Event::Hashed { piece, blocks, digests });
//!                 }
//!                 Action::Write { piece, blocks, .. } => {
//!                     file = Some(blocks.concat());
//!                     engines[at].handle(now, Event::Written { piece });
//!                 }
//!                 Action::Report(report) => println!("{report:?}"),
//!                 _ => {}
//!             }
//!         }
//!     }
//!     now = engines.iter().filter_map(Swarm::next_deadline).min().unwrap();
//!     engines.iter_mut().for_each(|engine| engine.handle(now, Event::Tick));
//! }
//! assert_eq!(file.as_deref(), Some(&text[..]));
//! assert_eq!(engines[1].progress().done, 29);
//! ```
//!
//! [`Action`]: crate::Action
//! [`Action::Stopped`]: crate::Action::Stopped
//! [`Config::origin`]: crate::Config::origin
//! [`ConnectionId`]: crate::ConnectionId
//! [`Config`]: crate::Config
//! [`Event`]: crate::Event
//! [`Event::Budget`]: crate::Event::Budget
//! [`Event::Peers`]: crate::Event::Peers
//! [`Event::Stop`]: crate::Event::Stop
//! [`Event::Tick`]: crate::Event::Tick
//! [`Event::TickUnread`]: crate::Event::TickUnread
//! [`Swarm`]: crate::Swarm
//! [`Torrent`]: crate::Torrent
//! [`accepts`]: crate::Swarm::accepts
//! [`answer`]: crate::Swarm::answer
//! [`contacts`]: crate::Swarm::contacts
//! [`handle`]: crate::Swarm::handle
//! [`handshake`]: crate::Swarm::handshake
//! [`has_unwritten`]: crate::Swarm::has_unwritten
//! [`interested`]: crate::Swarm::interested
//! [`next_deadline`]: crate::Swarm::next_deadline
//! [`poll`]: crate::Swarm::poll
//! [`progress`]: crate::Swarm::progress
