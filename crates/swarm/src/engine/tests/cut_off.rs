//! One engine and one peer that is of no use: when it is cut off, and why.

use std::collections::VecDeque;

use super::driver::connected;
use super::*;
use crate::extension;
use crate::limits::EARLY_BITFIELDS;
use crate::wire::{BITFIELD_MAX, HashRange};

type Said = Message<Vec<u8>>;

const PEER: ConnectionId = ConnectionId(1);

fn engine(payload: &Payload, is_link: bool) -> Swarm<Vec<u8>> {
    payload.engine((!is_link).then(|| payload.torrent(false)), |_| {})
}

fn connect(engine: &mut Swarm<Vec<u8>>) {
    engine.handle(Time::ZERO, connected(engine, PEER, [8; 4]));
}

/// Lets a peer say `first` and then `answer` whatever it is sent; gives when and why it is cut off.
fn cut_off(
    payload: &Payload,
    is_link: bool,
    first: Vec<Said>,
    answer: impl Fn(&Said) -> Vec<Said>,
) -> Option<(u64, CloseReason)> {
    let mut engine = engine(payload, is_link);
    connect(&mut engine);
    let mut waiting = VecDeque::from(first);
    for second in 0..70 {
        let now = Time::from_secs(second);
        engine.handle(now, Event::Tick);
        for _ in 0..10_000 {
            while let Some(action) = engine.poll() {
                match action {
                    Action::Close { why, .. } => return Some((second, why)),
                    Action::Send { message, .. } => waiting.extend(answer(&message)),
                    Action::Metadata { .. } => {
                        let metainfo = payload.metainfo_of_link();
                        engine.handle(now, Event::Ready(Torrent { metainfo, ..payload.torrent(false) }));
                    }
                    _ => {}
                }
            }
            let Some(message) = waiting.pop_front() else { break };
            engine.handle(now, Event::Received { connection: PEER, message });
        }
    }
    None
}

impl Payload {
    /// The torrent as a link gives it: without piece layers.
    pub(super) fn metainfo_of_link(&self) -> Arc<Metainfo> {
        let torrent = [b"d4:info".as_slice(), self.metainfo.raw_info(), b"e"].concat();
        Arc::new(Metainfo::parse(torrent).unwrap().metainfo)
    }
}

fn payload() -> Payload {
    Payload::new(Protocol::V1, &[1_000_000], 64 << 10)
}

fn seed() -> Vec<Said> {
    vec![Message::HaveAll, Message::Unchoke]
}

fn block_of(message: &Said) -> Option<BlockAddress> {
    match message {
        Message::Request(block) => Some(*block),
        _ => None,
    }
}

#[track_caller]
fn assert_cut(cut: Option<(u64, CloseReason)>, reason: CloseReason) {
    assert!(cut.is_some_and(|(second, why)| second < 56 && why == reason), "{cut:?}");
}

#[test]
fn who_never_answers_is_cut_off() {
    assert_cut(cut_off(&payload(), false, seed(), |_| vec![]), CloseReason::Stalled);
    assert_cut(cut_off(&payload(), false, vec![], |_| vec![]), CloseReason::Silent);
}

#[test]
fn who_rejects_everything_is_cut_off() {
    let rejects = |message: &Said| block_of(message).map(Message::RejectRequest).into_iter().collect();
    assert_cut(cut_off(&payload(), false, seed(), rejects), CloseReason::Stalled);
}

#[test]
fn who_chokes_at_every_request_is_cut_off() {
    let chokes = |message: &Said| {
        let block = block_of(message);
        block
            .into_iter()
            .flat_map(|b| [Message::Choke, Message::RejectRequest(b), Message::Unchoke])
            .collect()
    };
    assert_cut(cut_off(&payload(), false, seed(), chokes), CloseReason::Stalled);
}

#[test]
fn floods_are_cut_off() {
    let hint = Message::Extended { id: 9, payload: vec![0; 60_000] };
    for (message, count) in [(Message::KeepAlive, 100_000), (Message::Have(0.into()), 100_000), (hint, 2000)]
    {
        let mut flood = seed();
        flood.extend(std::iter::repeat_n(message, count));
        let cut = cut_off(&payload(), false, flood, |_| vec![]);
        assert_cut(cut, CloseReason::Flood);
    }
}

#[test]
fn who_promises_metadata_and_gives_none_is_cut_off() {
    let claim = extension::ExtensionHandshake {
        ids: extension::ExtensionIds::default().with(extension::Extension::Metadata, 2),
        metadata_size: Some(1000),
        ..extension::ExtensionHandshake::default()
    };
    let claim = Message::Extended { id: extension::HANDSHAKE, payload: claim.encode() };
    assert_cut(cut_off(&payload(), true, vec![claim], |_| vec![]), CloseReason::BadMetadata);
}

#[test]
fn a_seed_without_hashes_is_cut_off() {
    let payload = Payload::new(Protocol::V2, &[3_000_000], 16 << 10);
    let info = payload.metainfo.raw_info();
    let claim = extension::ExtensionHandshake {
        ids: extension::ExtensionIds::default().with(extension::Extension::Metadata, 2),
        metadata_size: Some(info.len() as u64),
        ..extension::ExtensionHandshake::default()
    };
    let mut first = vec![Message::Extended { id: extension::HANDSHAKE, payload: claim.encode() }];
    first.extend(seed());
    let gives_metadata = |message: &Said| match message {
        Message::Extended { id: 2, .. } => {
            let data = extension::MetadataMessage::Data { block: 0, total: info.len() as u64, data: info };
            vec![Message::Extended { id: extension::Extension::Metadata.our_id(), payload: data.encode() }]
        }
        _ => vec![],
    };
    let answers: [fn(HashRange) -> Vec<Said>; 3] = [
        |_| vec![],
        |range| vec![Message::HashReject(range)],
        |range| vec![Message::HashReject(HashRange { index: range.index ^ 2, ..range })],
    ];
    for answer in answers {
        let cut = cut_off(&payload, true, first.clone(), |message| match message {
            Message::HashRequest(range) => answer(*range),
            message => gives_metadata(message),
        });
        assert_cut(cut, CloseReason::BadHashes);
    }
}

/// It was choked in the middle of its first piece, and takes it up again.
#[test]
fn a_peer_that_choked_us_gives_the_rest_later() {
    let payload = payload();
    let mut engine = engine(&payload, false);
    connect(&mut engine);
    let requests = |engine: &mut Swarm<Vec<u8>>, second, messages: Vec<Said>| -> Vec<BlockAddress> {
        for message in messages {
            engine.handle(Time::from_secs(second), Event::Received { connection: PEER, message });
        }
        let sent = std::iter::from_fn(|| engine.poll()).filter_map(|action| match action {
            Action::Send { message, .. } => block_of(&message),
            _ => None,
        });
        sent.collect()
    };
    let asked = requests(&mut engine, 0, seed());
    assert!(!asked.is_empty());
    let rejections = std::iter::once(Message::Choke).chain(asked.iter().copied().map(Message::RejectRequest));
    assert_eq!(requests(&mut engine, 1, rejections.collect()), []);
    assert!(!requests(&mut engine, 30, vec![Message::Unchoke]).is_empty());
}

#[test]
fn what_the_driver_holds_against_a_peer_is_counted_and_the_third_time_ends_it() {
    let payload = payload();
    let mut engine = engine(&payload, false);
    for time in 0..3 {
        connect(&mut engine);
        assert_eq!(engine.progress().banned, 0);
        let why = Some(CloseReason::Protocol);
        engine.handle(Time::from_secs(time), Event::Closed { connection: PEER, why });
    }
    let progress = engine.progress();
    assert_eq!((progress.closed[&CloseReason::Protocol], progress.banned), (3, 1));
    let peers =
        Event::Peers { origin: crate::Origin::User, peers: vec![SocketAddr::from(([8; 4], 6881)).into()] };
    engine.handle(Time::from_secs(9), peers);
    assert!(std::iter::from_fn(|| engine.poll()).all(|action| !matches!(action, Action::Connect { .. })));
}

/// Nobody knows yet how many pieces there are: so long a bitfield may be honest, so many of them are too much to keep.
#[test]
fn bitfields_that_came_before_the_metadata_have_a_bound() {
    let payload = Payload::new(Protocol::V1, &[100_000], 16 << 10);
    let mut engine = engine(&payload, true);
    let most = EARLY_BITFIELDS / BITFIELD_MAX;
    for host in 0..2 * most {
        let connection = ConnectionId(host as u64 + 1);
        engine.handle(Time::ZERO, connected(&engine, connection, [8, 8, host as u8, 8]));
        let message = Message::Bitfield(vec![0xff; BITFIELD_MAX]);
        engine.handle(Time::ZERO, Event::Received { connection, message });
    }
    let closed = std::iter::from_fn(|| engine.poll())
        .filter(|action| matches!(action, Action::Close { why: CloseReason::NotNeeded, .. }));
    assert_eq!(closed.count(), most);
}

/// What is known of a file of so many pieces, whose hashes nobody has.
fn claimed(pieces: u64) -> Arc<Metainfo> {
    let tree = format!("d4:filed0:d6:lengthi{}e11:pieces root32:{}eee", pieces << 14, "r".repeat(32));
    let info = format!("d9:file tree{tree}12:meta versioni2e4:name4:file12:piece lengthi16384ee");
    Arc::new(Metainfo::parse(format!("d4:info{info}e").into_bytes()).unwrap().metainfo)
}

/// For each peer there is a bit for every piece.
#[test]
fn of_very_many_pieces_fewer_peers_are_kept() {
    for (pieces, most) in [(0, 1 << 25), (3 << 18, 42), (1 << 20, 32), (1 << 21, 16), (1 << 24, 16)] {
        assert_eq!(crate::limits::connections(pieces), most, "{pieces} pieces");
    }
    for (pieces, kept) in [(1 << 10, 40), (1 << 20, 32)] {
        let metainfo = claimed(pieces);
        let mut config = Config::new(1, [1; 20]);
        config.info_hash_v2 = metainfo.info_hash_v2();
        let mut engine: Swarm<Vec<u8>> = Swarm::new(config, None);
        for peer in 0..40 {
            engine.handle(Time::ZERO, connected(&engine, ConnectionId(peer), [8, 8, peer as u8, 8]));
        }
        let none = vec![false; pieces as usize];
        let torrent = Torrent { metainfo, have: none.clone(), wanted: none };
        engine.handle(Time::ZERO, Event::Ready(torrent));
        let closed = std::iter::from_fn(|| engine.poll())
            .filter(|action| matches!(action, Action::Close { why: CloseReason::NotNeeded, .. }));
        assert_eq!(40 - closed.count(), kept, "{pieces} pieces");
    }
}

/// In which seconds of `ticks` a peer that has everything and gives nothing is sent requests, cancels, and closed.
fn while_silent(ticks: impl Iterator<Item = u64>, is_read: impl Fn(u64) -> bool) -> [Option<u64>; 3] {
    let payload = Payload::new(Protocol::V1, &[2_000_000], 64 << 10);
    let mut engine = engine(&payload, false);
    connect(&mut engine);
    for message in [Message::HaveAll, Message::Unchoke] {
        engine.handle(Time::ZERO, Event::Received { connection: PEER, message });
    }
    let mut seconds = [None; 3];
    for second in ticks {
        let unread = Event::TickUnread { connections: vec![PEER] };
        engine.handle(Time::from_secs(second), if is_read(second) { Event::Tick } else { unread });
        while let Some(action) = engine.poll() {
            let place = match action {
                Action::Send { message: Message::Request(_), .. } => 0,
                Action::Send { message: Message::Cancel(_), .. } => 1,
                Action::Close { .. } => 2,
                _ => continue,
            };
            seconds[place].get_or_insert(second);
        }
    }
    seconds
}

#[test]
fn who_is_not_read_is_not_blamed() {
    assert_eq!(while_silent(0..600, |_| false), [Some(0), None, None]);
    let [_, cancelled, closed] = while_silent(0..600, |second| second > 300);
    assert!(cancelled > Some(315) && closed > Some(345) && closed < Some(400), "{cancelled:?} {closed:?}");
    let [_, cancelled, closed] = while_silent(0..600, |_| true);
    assert!(cancelled < Some(65) && closed < Some(100), "{cancelled:?} {closed:?}");
}

/// Whether a peer that is asked and gives nothing is closed while another gives 32 KiB a second.
fn is_closed_beside_another(is_read: bool) -> bool {
    let payload = Payload::new(Protocol::V1, &[8_000_000], 64 << 10);
    let mut engine = engine(&payload, false);
    connect(&mut engine);
    let other = ConnectionId(9);
    engine.handle(Time::ZERO, connected(&engine, other, [8, 8, 4, 4]));
    for (connection, message) in
        [PEER, other].into_iter().flat_map(|peer| [(peer, Message::HaveAll), (peer, Message::Unchoke)])
    {
        engine.handle(Time::ZERO, Event::Received { connection, message });
    }
    let mut asked = VecDeque::new();
    (0..150).any(|second| {
        let now = Time::from_secs(second);
        let connections = if is_read { Vec::new() } else { vec![PEER] };
        engine.handle(now, Event::TickUnread { connections });
        for block in asked.drain(..asked.len().min(2)).collect::<Vec<_>>() {
            let message = Message::Piece { block, data: payload.block(block) };
            engine.handle(now, Event::Received { connection: other, message });
        }
        let mut is_closed = false;
        while let Some(action) = engine.poll() {
            match payload.carry_out(action) {
                Ok(answer) => engine.handle(now, answer),
                Err(Action::Send { connection, message: Message::Request(block) }) if connection == other => {
                    asked.push_back(block);
                }
                Err(Action::Close { connection, .. }) => is_closed |= connection == PEER,
                Err(_) => {}
            }
        }
        is_closed
    })
}

#[test]
fn who_is_not_read_while_another_gives_is_not_useless() {
    assert!(is_closed_beside_another(true));
    assert!(!is_closed_beside_another(false));
}

#[test]
fn nobody_is_closed_because_this_process_did_not_run() {
    let [asked, _, closed] = while_silent((0..3).chain(120..125), |_| true);
    assert_eq!((asked, closed), (Some(0), None));
}

/// BEP 3 has it come first; aria2 sends one in place of many `have` messages.
#[test]
fn a_later_bitfield_may_only_add_pieces() {
    let payload = Payload::new(Protocol::V1, &[2_000_000], 64 << 10);
    let bitfield = |first: u8| Message::Bitfield(vec![first, 0, 0, 0]);
    let wrong = Some((0, CloseReason::Protocol));
    let cases = [
        (vec![Message::HaveNone, bitfield(0x80), bitfield(0xf0)], None),
        (vec![bitfield(0x80), Message::Have(1.into()), bitfield(0xe0)], None),
        (vec![bitfield(0x80), bitfield(0x80)], wrong),
        (vec![bitfield(0xc0), bitfield(0xa0)], wrong),
        (vec![Message::HaveAll, bitfield(0xff)], wrong),
        (vec![Message::Have(0.into()), bitfield(0xff)], wrong),
        (vec![bitfield(0x80), Message::Bitfield(vec![0xff; 3])], wrong),
    ];
    for (messages, end) in cases {
        let sent = format!("{messages:?}");
        let cut = cut_off(&payload, false, messages, |_| vec![Message::KeepAlive]);
        assert_eq!(cut.filter(|(second, _)| *second == 0), end, "{sent}");
    }
}
