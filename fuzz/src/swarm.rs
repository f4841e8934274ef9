//! What must hold for any bytes that a peer or a tracker sends.

use std::time::Duration;

use swarm::extension::{ExtensionHandshake, METADATA_BLOCK, MetadataMessage, PexMessage};
use swarm::limits::PEX_READ;
use swarm::local_discovery::{ANNOUNCED, COOKIE, LocalAnnounce};
use swarm::tracker::{Announcer, UdpExchange, UdpReply, UdpStep, announce_url, parse_reply};
use swarm::wire::{Decoded, Handshake, Limits, Message, WireError, decode, encode};
use swarm::{Announce, Announced};
use torrent_core::address::{Purpose, Scheme, URL_MAX, Url};

/// A stream says the same however it is cut, and what is accepted is written as it came. The first three bytes say how
/// many pieces there are and how many bytes come at a time.
pub fn wire(input: &[u8]) {
    let _ = Handshake::decode(input).map(|read| read.map(|ours| assert_eq!(ours.encode(), input[..68])));
    let [high, low, chunk, stream @ ..] = input else { return };
    for pieces in [None, Some(u32::from(u16::from_be_bytes([*high, *low])))] {
        let limits = Limits::new(pieces);
        let (messages, error) = read(stream, stream.len().max(1), &limits);
        assert_eq!(read(stream, usize::from(*chunk) + 1, &limits), (messages.clone(), error));
        assert!(stream.starts_with(&written(&messages)));
    }
}

/// Reads a stream as a driver does, until it ends or makes no sense.
fn read(mut stream: &[u8], chunk: usize, limits: &Limits) -> (Vec<Message<Vec<u8>>>, Option<WireError>) {
    let (mut messages, mut buffer) = (Vec::new(), Vec::new());
    let mut need = 0;
    loop {
        while buffer.len() < need {
            if stream.is_empty() {
                return (messages, None);
            }
            let (now, later) = stream.split_at(chunk.min(stream.len()));
            buffer.extend_from_slice(now);
            stream = later;
        }
        match decode(&buffer, limits) {
            Err(error) => return (messages, Some(error)),
            Ok(Decoded::Incomplete { need: more }) => {
                assert!(more > buffer.len());
                need = more;
            }
            Ok(Decoded::Message { length, message }) => {
                buffer.drain(..length);
                messages.push(message);
                need = 0;
            }
            Ok(Decoded::Block { header, block }) => {
                need = header + block.length as usize;
                if buffer.len() + stream.len() < need {
                    return (messages, None);
                }
                let missing = need.saturating_sub(buffer.len());
                buffer.extend_from_slice(&stream[..missing]);
                stream = &stream[missing..];
                let data = buffer[header..need].to_vec();
                buffer.drain(..need);
                messages.push(Message::Piece { block, data });
                need = 0;
            }
        }
    }
}

fn written(messages: &[Message<Vec<u8>>]) -> Vec<u8> {
    let mut stream = Vec::new();
    for message in messages {
        encode(message, &mut stream);
        if let Message::Piece { data, .. } = message {
            stream.extend(data);
        }
    }
    stream
}

/// The three messages about hashes: no more of them than their range has, and written as they came.
pub fn hashes(input: &[u8]) {
    for id in [21, 22, 23] {
        let prefix = (input.len() as u32 + 1).to_be_bytes();
        let bytes = [prefix.as_slice(), &[id], input].concat();
        let Ok(Decoded::Message { length, message }) = decode::<Vec<u8>>(&bytes, &Limits::new(None)) else {
            continue;
        };
        if let Message::Hashes { range, hashes } = &message {
            assert!(hashes.len() as u64 <= u64::from(range.length) + u64::from(range.proof_layers));
        }
        assert_eq!((length, written(&[message])), (bytes.len(), bytes));
    }
}

/// What is read of an extension handshake is written in one form, which reads the same.
pub fn extension(input: &[u8]) {
    let Ok(read) = ExtensionHandshake::decode(input) else { return };
    let payload = read.encode();
    assert!(payload.len() < 300);
    assert_eq!(ExtensionHandshake::decode(&payload), Ok(read));
}

/// A message of `ut_metadata` that is read is written in one form, which reads the same; its data fits its place.
pub fn ut_metadata(input: &[u8]) {
    let Ok(read) = MetadataMessage::decode(input) else { return };
    if let MetadataMessage::Data { block, total, data } = read {
        assert!(input.ends_with(data) && data.len() <= METADATA_BLOCK);
        assert!(u64::from(block) * METADATA_BLOCK as u64 + data.len() as u64 <= total);
    }
    if read != MetadataMessage::Other {
        assert_eq!(MetadataMessage::decode(&read.encode()), Ok(read));
    }
}

/// A message of peer exchange that is read is bounded, its peers can be dialled, and it is written in one form, which reads the same.
pub fn pex(input: &[u8]) {
    let Ok(read) = PexMessage::decode(input) else { return };
    assert!(read.added.len() <= PEX_READ && read.dropped.len() <= PEX_READ);
    let mut hosts: Vec<_> = read.added.iter().map(|peer| peer.address.ip()).collect();
    hosts.sort_unstable();
    assert!(hosts.windows(2).all(|pair| pair[0] != pair[1]));
    let ports = read.added.iter().map(|peer| peer.address).chain(read.dropped.iter().copied());
    assert!(ports.map(|address| address.port()).all(|port| port > 0));
    // Those of IPv4 come first in what is written, and an IPv4 address may have come as one of IPv6.
    let again = PexMessage::decode(&read.encode()).expect("what was written is a message");
    assert_eq!(again.encode(), read.encode());
    assert_eq!((again.added.len(), again.dropped.len()), (read.added.len(), read.dropped.len()));
}

/// An announce of local discovery that is read is bounded, and is written in one form, which reads the same.
pub fn local_discovery(input: &[u8]) {
    let Some(read) = LocalAnnounce::decode(input) else { return };
    assert!(read.port > 0 && (1..=ANNOUNCED).contains(&read.info_hashes.len()));
    assert!(read.cookie.as_ref().is_none_or(|cookie| cookie.len() <= COOKIE));
    for is_ipv6 in [false, true] {
        let datagram = read.encode(is_ipv6);
        assert!(datagram.len() <= 1500);
        assert_eq!(LocalAnnounce::decode(&datagram).as_ref(), Some(&read));
    }
}

/// A tracker's answer over HTTP is bounded, and its peers can be dialled.
pub fn tracker_http(input: &[u8]) {
    if let Ok(announced) = parse_reply(input) {
        is_bounded(&announced);
        assert!(announced.warning.is_none_or(|words| words.len() <= 512));
        assert!(announced.tracker_id.is_none_or(|id| id.len() <= 256));
    }
}

fn is_bounded(announced: &Announced) {
    assert!(announced.peers.len() <= 2_000);
    assert!(announced.peers.iter().all(|peer| peer.port() > 0));
    assert!(announced.interval.is_none_or(|interval| interval <= Duration::from_secs(u32::MAX.into())));
}

/// Packets from a tracker's address, each after its length in a byte: only an answer to what was asked counts, and the
/// exchange comes to an end.
pub fn tracker_udp(input: &[u8]) {
    let [is_ipv6, rest @ ..] = input else { return };
    let mut exchange = exchange(*is_ipv6 > 127);
    let (mut packets, mut now, mut asked) = (rest, Duration::ZERO, 0_u32);
    for transaction in 0..8 {
        match exchange.poll(now, transaction) {
            UdpStep::Send(packet) => {
                asked = transaction;
                assert!([16, 98 + 2 + 9].contains(&packet.len()));
            }
            UdpStep::Wait(until) => now = until,
            UdpStep::GaveUp => return,
        }
        let Some((length, behind)) = packets.split_first() else { continue };
        let (packet, behind) = behind.split_at(usize::from(*length).min(behind.len()));
        packets = behind;
        if let Some(number) = packet.get(4..8).and_then(|bytes| bytes.try_into().ok()) {
            assert_eq!(UdpReply::decode(packet, u32::from_be_bytes(number) ^ 1, false), None);
        }
        if let Some(result) = exchange.receive(now, packet) {
            assert_eq!(packet[4..8], asked.to_be_bytes());
            return result.iter().for_each(is_bounded);
        }
    }
    // Whatever came, silence ends it.
    for transaction in 0..16 {
        match exchange.poll(now, transaction) {
            UdpStep::Send(_) => {}
            UdpStep::Wait(until) => now = until,
            UdpStep::GaveUp => return,
        }
    }
    panic!("the exchange goes on for ever");
}

fn exchange(is_ipv6: bool) -> UdpExchange {
    let url = Url::parse(b"udp://t.example:1/announce").expect("the URL is one");
    UdpExchange::new(url.target().into(), ANNOUNCER, announce(), is_ipv6, None)
}

const ANNOUNCER: Announcer = Announcer { info_hash: [1; 20], peer_id: [2; 20], port: 6881, key: 3 };

fn announce() -> Announce {
    Announce { event: None, uploaded: 0, downloaded: 0, left: 0, peers_wanted: 50, tracker_id: None }
}

/// A URL that is read is written in one form, which reads the same and holds nothing that parsers disagree about.
pub fn url(input: &[u8]) {
    for text in [input.to_vec(), [b"http://", input].concat(), [b"udp://t.example:1/", input].concat()] {
        let Ok(url) = Url::parse(&text) else { continue };
        let written = url.to_string();
        assert!(written.bytes().all(|byte| byte.is_ascii_graphic()));
        if written.len() <= URL_MAX {
            assert_eq!(Url::parse(written.as_bytes()), Ok(url.clone()));
        }
        let is_number = |label: &str| label.parse::<u128>().is_ok() || label.starts_with("0x");
        let last = url.host().trim_end_matches('.').rsplit('.').next().unwrap_or_default();
        assert!(url.ip().is_some() || !is_number(last));
        assert!(announce_url(&url, &ANNOUNCER, &announce()).starts_with(&written));
        let local = [127, 0, 0, 1].into();
        assert!(url.may_connect(local, torrent_core::address::Namer::STRANGER, Purpose::Tracker).is_err());
        assert!(url.may_redirect_to(&url).is_ok() || url.scheme() == Scheme::Udp);
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::{kept, over};

    #[test]
    fn wire_over_kept_inputs() {
        over(&kept("wire"), super::wire);
    }

    #[test]
    fn hashes_over_kept_inputs() {
        over(&kept("hashes"), super::hashes);
    }

    #[test]
    fn extension_over_kept_inputs() {
        over(&kept("extension"), super::extension);
    }

    #[test]
    fn ut_metadata_over_kept_inputs() {
        over(&kept("ut-metadata"), super::ut_metadata);
    }

    #[test]
    fn pex_over_kept_inputs() {
        over(&kept("pex"), super::pex);
    }

    #[test]
    fn local_discovery_over_kept_inputs() {
        over(&kept("local-discovery"), super::local_discovery);
    }

    #[test]
    fn tracker_http_over_kept_inputs() {
        over(&kept("tracker-http"), super::tracker_http);
    }

    #[test]
    fn tracker_udp_over_kept_inputs() {
        over(&kept("tracker-udp"), super::tracker_udp);
    }

    #[test]
    fn url_over_kept_inputs() {
        over(&kept("url"), super::url);
    }
}
