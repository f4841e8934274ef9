//! One engine among strangers: what it takes from each of them, and what each of them may cost it.

use std::time::Duration;

use super::*;
use crate::limits::{BANS, CHOKE_PAUSE, LATE, OFFENCES, REQUESTS_IN_FLIGHT};
use crate::wire::Handshake;
use crate::{Announced, DialError, Origin, TrackerId, WebError, WebJob, extension};

type Said = Message<Vec<u8>>;

const PIECE: u64 = 64 << 10;

struct Stage {
    payload: Payload,
    engine: Swarm<Vec<u8>>,
    now: Time,
    hello: Handshake,
}

/// A peer without the fast messages of BEP 6.
const PLAIN: [u8; 8] = [0; 8];
/// One with them and the extensions of BEP 10.
const FAST: [u8; 8] = [0, 0, 0, 0, 0, 0x10, 0, 4];

impl Stage {
    fn new(pieces: u64, adjust: impl FnOnce(&mut Config), knows: bool) -> Self {
        let payload = Payload::new(Protocol::V1, &[pieces * PIECE], PIECE);
        let engine = payload.engine(knows.then(|| payload.torrent(false)), |config| {
            (config.seed, config.peer_id) = (7, [100; 20]);
            adjust(config);
        });
        let hello = engine.handshake();
        Self { payload, engine, now: Time::ZERO, hello }
    }

    fn tell(&mut self, event: Event<Vec<u8>>) -> Vec<Action<Vec<u8>>> {
        self.engine.handle(self.now, event);
        std::iter::from_fn(|| self.engine.poll()).collect()
    }

    fn wait(&mut self, seconds: u64) -> Vec<Action<Vec<u8>>> {
        let second = |stage: &mut Self| {
            stage.now += Time::from_secs(1);
            stage.tell(Event::Tick)
        };
        (0..seconds).flat_map(|_| second(self)).collect()
    }

    fn connect(
        &mut self,
        id: u64,
        address: &str,
        direction: Direction,
        reserved: [u8; 8],
        peer_id: u8,
    ) -> Vec<Action<Vec<u8>>> {
        let handshake = Handshake { reserved, peer_id: [peer_id; 20], ..self.hello };
        let (connection, address) = (ConnectionId(id), address.parse().unwrap());
        self.tell(Event::Connected { connection, address, direction, handshake })
    }

    fn hear(&mut self, id: u64, message: Said) -> Vec<Action<Vec<u8>>> {
        self.tell(Event::Received { connection: ConnectionId(id), message })
    }

    /// A peer that has everything and gives.
    fn seed(&mut self, id: u64, address: &str, reserved: [u8; 8]) -> Vec<Action<Vec<u8>>> {
        let mut actions = self.connect(id, address, Direction::Outgoing, reserved, id as u8);
        let pieces = self.payload.metainfo.layout().piece_count() as usize;
        let mut bits = vec![0xff; pieces.div_ceil(8)];
        if !pieces.is_multiple_of(8) {
            bits[pieces / 8] = 0xff << (8 - pieces % 8);
        }
        actions.extend(self.hear(id, Message::Bitfield(bits)));
        actions.extend(self.hear(id, Message::Unchoke));
        actions
    }

    fn give(&mut self, id: u64, block: BlockAddress) -> Vec<Action<Vec<u8>>> {
        let data = self.payload.block(block);
        self.hear(id, Message::Piece { block, data })
    }
}

fn requests(actions: &[Action<Vec<u8>>], of: u64) -> Vec<BlockAddress> {
    let request = |action: &Action<Vec<u8>>| match action {
        Action::Send { connection: ConnectionId(id), message: Message::Request(block) } if *id == of => {
            Some(*block)
        }
        _ => None,
    };
    actions.iter().filter_map(request).collect()
}

fn cancels(actions: &[Action<Vec<u8>>]) -> usize {
    let is_cancel =
        |action: &&Action<Vec<u8>>| matches!(action, Action::Send { message: Message::Cancel(_), .. });
    actions.iter().filter(is_cancel).count()
}

fn closed(actions: &[Action<Vec<u8>>]) -> Option<CloseReason> {
    actions.iter().find_map(|action| match action {
        Action::Close { why, .. } => Some(*why),
        _ => None,
    })
}

/// What a peer sends after it was asked for a piece, choked us, and another peer was asked for everything else; and whether that
/// is taken.
#[test]
fn a_block_counts_only_if_this_peer_was_asked_for_it_and_has_not_answered() {
    type Case = fn(&[BlockAddress], &[BlockAddress]) -> Vec<BlockAddress>;
    let cases: [(&str, Case, bool); 5] = [
        ("its own, late", |own, _| vec![own[0]], true),
        ("all of its own, late", |own, _| own.to_vec(), true),
        ("its own, late, twice", |own, _| vec![own[0], own[0]], false),
        ("another's", |_, others| vec![others[0]], false),
        ("nobody's", |_, _| vec![BlockAddress { piece: 39.into(), offset: 0, length: BLOCK }], false),
    ];
    for (name, blocks, is_fine) in cases {
        let mut stage = Stage::new(40, |_| {}, true);
        let own = requests(&stage.seed(1, "8.8.8.1:1", PLAIN), 1);
        assert!(!own.is_empty() && own.iter().all(|block| block.piece != 39.into()), "{name}: {own:?}");
        stage.hear(1, Message::Choke);
        let others = requests(&stage.seed(2, "8.8.8.2:1", FAST), 2);
        assert!(!others.is_empty());
        let blocks = blocks(&own, &others);
        let before = stage.engine.progress().useful;
        let actions: Vec<_> = blocks.iter().flat_map(|block| stage.give(1, *block)).collect();
        let useful = (stage.engine.progress().useful - before) / u64::from(BLOCK);
        assert_eq!(closed(&actions), (!is_fine).then_some(CloseReason::Protocol), "{name}");
        let due = blocks.iter().filter(|block| own.contains(block)).count().min(own.len());
        assert!(useful as usize <= due, "{name}: {useful} of {due}");
        // Nothing that others were asked for and that this peer was not is taken back.
        assert!(cancels(&actions) <= due, "{name}");
    }
}

/// However often a peer without the fast messages chokes us, it may answer each request once: nothing else.
#[test]
fn chokes_do_not_let_a_peer_send_what_it_was_not_asked_for() {
    let mut stage = Stage::new(40, |_| {}, true);
    let mut asked = requests(&stage.seed(1, "8.8.8.1:1", PLAIN), 1);
    for _ in 0..20 {
        stage.hear(1, Message::Choke);
        asked.extend(requests(&stage.hear(1, Message::Unchoke), 1));
        asked.extend(requests(&stage.wait(2), 1));
    }
    let stray = BlockAddress { piece: 39.into(), offset: 3 * BLOCK, length: BLOCK };
    assert!(!asked.contains(&stray));
    assert_eq!(closed(&stage.give(1, stray)), Some(CloseReason::Protocol));
    assert_eq!(stage.engine.progress().useful, 0);
}

/// What is not needed is no sign of life: a peer that sends its late blocks again and again stalls.
#[test]
fn late_blocks_that_nobody_needs_do_not_move_the_stall_clock() {
    let mut stage = Stage::new(1, |_| {}, true);
    let own = requests(&stage.seed(1, "8.8.8.1:1", PLAIN), 1);
    // Asked twice for the same, it may send it twice.
    stage.hear(1, Message::Choke);
    stage.hear(1, Message::Unchoke);
    let again = requests(&stage.wait(2), 1);
    let twice = *own.iter().find(|block| again.contains(block)).unwrap();
    stage.give(1, twice);
    let (useful, moved) =
        (stage.engine.progress().useful, stage.engine.connections[&ConnectionId(1)].download.last_block);
    stage.now += Time::from_secs(10);
    assert_eq!(closed(&stage.give(1, twice)), None, "it was asked for it twice");
    assert_eq!(stage.engine.connections[&ConnectionId(1)].download.last_block, moved);
    assert_eq!(stage.engine.progress().useful, useful);
}

/// Each message of a peer may make us send what a window holds, but not each of many in the same second.
#[test]
fn flapping_costs_no_more_than_a_window_a_second() {
    for reserved in [PLAIN, FAST] {
        let mut stage = Stage::new(3000, |_| {}, true);
        stage.engine.handle(Time::ZERO, Event::Budget { blocks: 1 << 14 });
        let mut sent = requests(&stage.seed(1, "8.8.8.1:1", reserved), 1).len();
        for second in 0..20 {
            for _ in 0..400 {
                sent += requests(&stage.hear(1, Message::Choke), 1).len();
                sent += requests(&stage.hear(1, Message::Unchoke), 1).len();
            }
            sent += requests(&stage.wait(1), 1).len();
            assert!(sent <= (second + 2) * REQUESTS_IN_FLIGHT.min(64), "{sent} requests after {second} s");
        }
    }
}

/// What one peer frees makes others look for it who have it, not everybody for anything.
#[test]
fn what_a_peer_frees_is_news_for_those_who_have_it() {
    let mut stage = Stage::new(64, |_| {}, true);
    for id in 1..=20 {
        stage.connect(id, &format!("8.8.{id}.1:1"), Direction::Outgoing, PLAIN, id as u8);
        stage.hear(id, Message::Bitfield(vec![0x80, 0, 0, 0, 0, 0, 0, 0]));
        stage.hear(id, Message::Unchoke);
    }
    let flapper = 99;
    stage.connect(flapper, "8.8.99.1:1", Direction::Outgoing, PLAIN, 99);
    stage.hear(flapper, Message::Bitfield(vec![0, 0x80, 0, 0, 0, 0, 0, 0]));
    stage.hear(flapper, Message::Unchoke);
    let picker = stage.engine.picker.as_ref().unwrap();
    let version = picker.version();
    stage.hear(flapper, Message::Choke);
    let picker = stage.engine.picker.as_ref().unwrap();
    assert!(picker.version() > version);
    let has = |piece| {
        let mut has = crate::PieceSet::none(64);
        has.insert(piece);
        has
    };
    assert!(picker.has_news(version, &has(8.into())) && !picker.has_news(version, &has(0.into())));
}

/// A tracker names three other services of a seed's host. (Why a dial failed may be anything.)
#[test]
fn a_service_that_is_no_peer_bans_nobody() {
    for why in [DialError::Strange, DialError::Silent] {
        let mut stage = Stage::new(4, |config| config.trackers = vec![vec!["t".into()]], true);
        let peers: Vec<SocketAddr> = (1..=4).map(|port| SocketAddr::from(([8, 8, 8, 8], port))).collect();
        let result = Ok(Announced { peers: peers.clone(), ..Announced::default() });
        stage.tell(Event::Announced { tracker: TrackerId(0), result });
        for address in &peers[..3] {
            stage.tell(Event::ConnectFailed { address: *address, why });
        }
        assert!(!requests(&stage.seed(1, "8.8.8.8:4", FAST), 1).is_empty(), "{why:?}");
        assert_eq!(stage.engine.progress().banned, 0);
        assert_eq!(stage.engine.progress().closed[&why.held_against().unwrap()], 3);
    }
}

/// The seed is at 8.8.8.8:1 and has the greater id, so a connection that it dialled would stay.
#[test]
fn somebody_who_says_the_id_of_a_seed_does_not_stand_in_its_way() {
    let names_peers = |stage: &mut Stage| {
        let peers = vec!["8.8.8.8:1".parse::<SocketAddr>().unwrap().into()];
        stage.tell(Event::Peers { origin: Origin::User, peers });
    };
    // It has given something.
    let mut stage = Stage::new(40, |_| {}, true);
    names_peers(&mut stage);
    let asked = requests(&stage.seed(200, "8.8.8.8:1", FAST), 200);
    stage.give(200, asked[0]);
    let actions = stage.connect(1, "8.8.8.8:999", Direction::Incoming, FAST, 200);
    assert!(matches!(
        actions[..],
        [Action::Close { connection: ConnectionId(1), why: CloseReason::Duplicate }, ..]
    ));

    // It has been here for a while and choked us.
    let mut stage = Stage::new(40, |_| {}, true);
    names_peers(&mut stage);
    stage.connect(200, "8.8.8.8:1", Direction::Outgoing, FAST, 200);
    stage.wait(20);
    let actions = stage.connect(1, "8.8.8.8:999", Direction::Incoming, FAST, 200);
    assert!(matches!(actions[..], [Action::Close { connection: ConnectionId(1), .. }, ..]));

    // At the same moment nobody can tell: both ends agree on the other's call. But then the address is dialled again, and stays.
    let mut stage = Stage::new(40, |_| {}, true);
    names_peers(&mut stage);
    stage.connect(200, "8.8.8.8:1", Direction::Outgoing, FAST, 200);
    let actions = stage.connect(1, "8.8.8.8:999", Direction::Incoming, FAST, 200);
    assert!(
        actions.iter().any(|action| matches!(action, Action::Close { connection: ConnectionId(200), .. }))
    );
    stage.tell(Event::Closed { connection: ConnectionId(200), why: None });
    let dials = |actions: &[Action<Vec<u8>>]| {
        actions.iter().filter(|action| matches!(action, Action::Connect { .. })).count()
    };
    assert_eq!(dials(&stage.wait(20)), 1, "it is not done with");
    assert_eq!(closed(&stage.seed(201, "8.8.8.8:1", FAST)), None);
    stage.connect(202, "8.8.8.8:1000", Direction::Incoming, FAST, 201);
    assert!(!stage.engine.connections[&ConnectionId(201)].closing, "it does not lose another connection");
}

/// The list of bans is full: whoever lies now goes all the same.
#[test]
fn who_is_to_be_banned_is_closed_however_many_are() {
    let mut stage = Stage::new(4, |_| {}, true);
    for n in 0..BANS as u32 {
        stage.engine.bans.hosts.ban(std::net::Ipv4Addr::from((9 << 24) + n).into(), CloseReason::Poison);
    }
    for liar in ["8.8.8.8:1", "[2600:1:2:3::1]:1", "[::ffff:8.8.4.4]:1"] {
        let ip = liar.parse::<SocketAddr>().unwrap().ip();
        for _ in 0..OFFENCES {
            let id = 1000 + stage.now.as_secs();
            stage.now += Time::from_secs(1);
            stage.connect(id, liar, Direction::Incoming, PLAIN, 3);
            stage.connect(id + 500, liar, Direction::Incoming, PLAIN, 4);
            assert_eq!(closed(&stage.hear(id, Message::HaveAll)), Some(CloseReason::Protocol), "{liar}");
        }
        assert!(stage.engine.bans.hosts.contains(ip), "{liar}");
        assert!(stage.engine.connections.values().all(|peer| peer.closing || peer.address.ip() != ip));
    }
}

/// Sixty peers of ten hosts say that they have 32 MiB of metadata, and give nothing or next to nothing. An honest one comes last.
#[test]
fn claims_of_metadata_do_not_keep_an_honest_peer_waiting() {
    for drips in [false, true] {
        let mut stage = Stage::new(4, |_| {}, false);
        let claim = |size: u64| {
            let said = extension::ExtensionHandshake {
                ids: extension::ExtensionIds::default().with(extension::Extension::Metadata, 3),
                metadata_size: Some(size),
                ..extension::ExtensionHandshake::default()
            };
            Message::Extended { id: extension::HANDSHAKE, payload: said.encode() }
        };
        for liar in 0..60_u64 {
            let address = format!("8.8.{}.8:{}", liar / 6, 1 + liar);
            stage.connect(1 + liar, &address, Direction::Outgoing, FAST, liar as u8);
            stage.hear(1 + liar, claim(32 << 20));
        }
        stage.connect(99, "8.9.9.9:1", Direction::Incoming, FAST, 99);
        let size = stage.payload.metainfo.raw_info().len() as u64;
        stage.hear(99, claim(size));
        let mut is_asked = false;
        for second in 0..20 {
            let mut actions = stage.wait(1);
            if drips {
                let data =
                    extension::MetadataMessage::Data { block: second, total: 32 << 20, data: &[0; 16 << 10] };
                let payload = data.encode();
                let drip = |id| {
                    (
                        id,
                        Message::Extended {
                            id: extension::Extension::Metadata.our_id(),
                            payload: payload.clone(),
                        },
                    )
                };
                actions.extend((1..=60).map(drip).flat_map(|(id, drip)| stage.hear(id, drip)));
            }
            let is_request = |action: &Action<Vec<u8>>| {
                matches!(
                    action,
                    Action::Send { connection: ConnectionId(99), message: Message::Extended { id: 3, .. } }
                )
            };
            is_asked |= actions.iter().any(is_request);
        }
        assert!(is_asked, "drips: {drips}");
    }
}

/// The number 0 stands for the handshake: who is asked by it closes the connection, or worse.
#[test]
fn a_peer_that_takes_back_its_number_for_metadata_is_asked_no_more() {
    let mut stage = Stage::new(4, |_| {}, false);
    let says = |id| {
        let said = extension::ExtensionHandshake {
            ids: extension::ExtensionIds::default().with(extension::Extension::Metadata, id),
            metadata_size: Some(1 << 20),
            ..extension::ExtensionHandshake::default()
        };
        Message::Extended { id: extension::HANDSHAKE, payload: said.encode() }
    };
    let requests = |actions: Vec<Action<Vec<u8>>>| {
        let is_extended =
            |action: &&Action<_>| matches!(action, Action::Send { message: Message::Extended { .. }, .. });
        actions.iter().filter(is_extended).count()
    };
    stage.connect(1, "8.8.8.8:1", Direction::Outgoing, FAST, 1);
    assert!(requests(stage.hear(1, says(3))) > 0);
    stage.hear(1, says(0));
    let data = extension::MetadataMessage::Data { block: 0, total: 1 << 20, data: &[0; 16 << 10] };
    assert_eq!(
        requests(stage.hear(
            1,
            Message::Extended { id: extension::Extension::Metadata.our_id(), payload: data.encode() }
        )),
        0
    );
}

#[test]
fn metadata_of_a_private_torrent_is_given_to_nobody() {
    for is_private in [false, true] {
        let payload = Payload::new(Protocol::V1, &[PIECE], PIECE);
        let info = match is_private {
            true => [&payload.metainfo.raw_info()[..payload.metainfo.raw_info().len() - 1], b"7:privatei1ee"]
                .concat(),
            false => payload.metainfo.raw_info().to_vec(),
        };
        let metainfo = Metainfo::parse([b"d4:info".as_slice(), &info, b"e"].concat()).unwrap().metainfo;
        assert_eq!(metainfo.private(), is_private.then_some(true));
        let mut config = Config::new(7, [100; 20]);
        config.info_hash_v1 = metainfo.info_hash_v1();
        let torrent = Torrent { metainfo: Arc::new(metainfo), ..payload.torrent(true) };
        let engine = Swarm::new(config, Some(torrent));
        let hello = engine.handshake();
        let mut stage = Stage { payload, engine, now: Time::ZERO, hello };
        let mut actions = stage.connect(1, "8.8.8.8:1", Direction::Incoming, FAST, 1);
        let said = extension::ExtensionHandshake {
            ids: extension::ExtensionIds::default().with(extension::Extension::Metadata, 3),
            ..Default::default()
        };
        stage.hear(1, Message::Extended { id: extension::HANDSHAKE, payload: said.encode() });
        let request = extension::MetadataMessage::Request { block: 0 }.encode();
        actions.extend(
            stage
                .hear(1, Message::Extended { id: extension::Extension::Metadata.our_id(), payload: request }),
        );
        let tells = |action: &Action<Vec<u8>>| match action {
            Action::Send { message: Message::Extended { payload, .. }, .. } => {
                payload.windows(12).any(|words| words == b"piece length")
                    || payload.windows(13).any(|words| words == b"metadata_size")
            }
            _ => false,
        };
        assert_eq!(actions.iter().any(tells), !is_private);
    }
}

/// The requests of a second that each kind of answer of a web seed leads to.
#[test]
fn a_web_seed_that_is_busy_is_not_asked_again_at_once() {
    for retry_after in [Some(Duration::ZERO), Some(Duration::from_millis(1)), Some(Duration::MAX), None] {
        let mut stage = Stage::new(40, |config| config.web_seeds = vec!["w".into()], true);
        let mut actions = stage.tell(Event::Tick);
        let mut asked = 0;
        for _ in 0..60 {
            for job in jobs(&actions) {
                asked += 1;
                let result = Err(WebError::Busy { retry_after });
                let more = stage.tell(Event::WebEnded { job, ranges: false, result });
                assert_eq!(jobs(&more), [], "{retry_after:?}");
            }
            actions = stage.wait(1);
        }
        assert!((1..8).contains(&asked), "{retry_after:?}: {asked} in a minute");
    }
}

fn jobs(actions: &[Action<Vec<u8>>]) -> Vec<WebJob> {
    let job = |action: &Action<Vec<u8>>| match action {
        Action::WebGet { job, .. } => Some(*job),
        _ => None,
    };
    actions.iter().filter_map(job).collect()
}

/// However many web seeds there are, few are at work at a time, and each has its turn.
#[test]
fn the_last_of_many_web_seeds_has_its_turn() {
    let count = 300;
    let mut stage = Stage::new(40, |config| config.web_seeds = vec!["w".into(); count], true);
    let mut actions = stage.tell(Event::Tick);
    let mut asked = std::collections::BTreeSet::new();
    for _ in 0..60 {
        let mut ended = Vec::new();
        for action in &actions {
            if let Action::WebGet { job, web_seed, .. } = action {
                asked.insert(*web_seed);
                ended.push(*job);
            }
        }
        assert!(ended.len() <= crate::limits::WEB_JOBS_ALL);
        actions = ended
            .into_iter()
            .flat_map(|job| {
                stage.tell(Event::WebEnded { job, ranges: false, result: Err(WebError::Failed("x".into())) })
            })
            .collect();
        if asked.len() == count {
            return;
        }
    }
    panic!("{} of {count} were asked", asked.len());
}

/// A peer lets us ask and makes it void, again and again: while it chokes us it keeps nobody waiting. Each of these requests may still be
/// answered.
#[test]
fn what_may_come_late_is_remembered_up_to_its_limit() {
    let mut stage = Stage::new(10, |_| {}, true);
    stage.seed(1, "8.8.8.8:1", PLAIN);
    for _ in 0..LATE / 2 {
        stage.hear(1, Message::Choke);
        stage.wait(CHOKE_PAUSE.as_secs());
        stage.hear(1, Message::Unchoke);
    }
    assert_eq!(stage.engine.kept_for(ConnectionId(1)).late, LATE);
}

/// All of a crowd behind one router dial us while we dial them. Theirs are the greater ids, so their calls stay.
#[test]
fn of_two_calls_at_the_same_time_one_stays_though_there_is_no_other_place() {
    let host = |number: u64| format!("8.8.8.8:{number}");
    let hosts = |number: u64| format!("8.8.{number}.8:1");
    for (most, address) in [(50, &host as &dyn Fn(u64) -> String), (8, &hosts)] {
        let mut stage = Stage::new(4, |config| config.connections = most, true);
        for number in 1..=8 {
            let actions =
                stage.connect(number, &address(number), Direction::Outgoing, FAST, 200 + number as u8);
            assert_eq!(closed(&actions), None);
        }
        for number in 1..=8 {
            let mut caller: SocketAddr = address(number).parse().unwrap();
            caller.set_port(1000 + number as u16);
            let caller = caller.to_string();
            let actions = stage.connect(100 + number, &caller, Direction::Incoming, FAST, 200 + number as u8);
            let closes = actions.iter().filter_map(|action| match action {
                Action::Close { connection, .. } => Some(*connection),
                _ => None,
            });
            assert_eq!(closes.collect::<Vec<_>>(), [ConnectionId(number)], "{most} places");
        }
    }
}
