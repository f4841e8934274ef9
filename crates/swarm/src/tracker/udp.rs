//! The packets of BEP 15, with BEP 41's options.

use std::time::Duration;

use super::{Announcer, PEERS_MAX, words};
use crate::compact::compact_addresses;
use crate::{Announce, AnnounceEvent, Announced, Time};

/// A tracker's word that we are where we say we are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UdpConnection {
    /// What the tracker called it.
    pub id: u64,
    /// Until when it may be used: a minute after it came.
    pub until: Time,
}

/// How long a connection lasts (BEP 15).
pub(super) const CONNECTION_LIFETIME: Duration = Duration::from_secs(60);

/// What a tracker answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum UdpReply {
    /// To a request to connect.
    Connected {
        /// The connection's name.
        id: u64,
    },
    /// The answer to an announce.
    Announced(Announced),
    /// To either: a refusal, in its own words (unescaped).
    Refused(Vec<u8>),
}

const PROTOCOL: u64 = 0x417_2710_1980;

const CONNECT: u32 = 0;
const ANNOUNCE: u32 = 1;
const ERROR: u32 = 3;

/// A request for a connection.
pub(super) fn connect_packet(transaction: u32) -> Vec<u8> {
    [PROTOCOL.to_be_bytes().as_slice(), &CONNECT.to_be_bytes(), &transaction.to_be_bytes()].concat()
}

/// An announce; `target` is the path and query of the tracker's URL.
pub(super) fn announce_packet(
    connection: u64,
    transaction: u32,
    announcer: &Announcer,
    announce: &Announce,
    target: &str,
) -> Vec<u8> {
    let mut packet = Vec::with_capacity(ANNOUNCE_LENGTH + target.len() + 4);
    packet.extend(connection.to_be_bytes());
    packet.extend(ANNOUNCE.to_be_bytes());
    packet.extend(transaction.to_be_bytes());
    packet.extend(announcer.info_hash);
    packet.extend(announcer.peer_id);
    let counts = [announce.downloaded, announce.left, announce.uploaded];
    counts.iter().for_each(|count| packet.extend(count.to_be_bytes()));
    // The address stays 0: the tracker sees where the packet comes from.
    let numbers = [event_number(announce.event), 0, announcer.key, announce.peers_wanted];
    numbers.iter().for_each(|number| packet.extend(number.to_be_bytes()));
    packet.extend(announcer.port.to_be_bytes());
    url_data(&mut packet, target);
    packet
}

/// Bytes of an announce without options.
const ANNOUNCE_LENGTH: usize = 98;

/// BEP 41's options: the path and query in parts of at most 255 bytes.
fn url_data(packet: &mut Vec<u8>, target: &str) {
    const URL_DATA: u8 = 2;
    let target = if target == "/" { "" } else { target };
    for part in target.as_bytes().chunks(255) {
        packet.extend([URL_DATA, part.len() as u8]);
        packet.extend_from_slice(part);
    }
}

fn event_number(event: Option<AnnounceEvent>) -> u32 {
    match event {
        Some(AnnounceEvent::Completed) => 1,
        Some(AnnounceEvent::Started) => 2,
        Some(AnnounceEvent::Stopped) => 3,
        // BEP 21 has no number for it.
        Some(AnnounceEvent::Paused) | None => 0,
    }
}

impl UdpReply {
    /// Reads a packet: `None` if it is no answer to the request with this number. Packets may be longer than they need
    /// to be. Peers are IPv6 where the tracker is (`is_ipv6`).
    pub fn decode(packet: &[u8], transaction: u32, is_ipv6: bool) -> Option<Self> {
        let (action, rest) = split_u32(packet)?;
        let (answered, rest) = split_u32(rest)?;
        if answered != transaction {
            return None;
        }
        match action {
            CONNECT => Some(Self::Connected { id: u64::from_be_bytes(*rest.first_chunk()?) }),
            ANNOUNCE => announced(rest, is_ipv6).map(Self::Announced),
            ERROR => Some(Self::Refused(words(rest))),
            _ => None,
        }
    }
}

fn announced(rest: &[u8], is_ipv6: bool) -> Option<Announced> {
    let (interval, rest) = split_u32(rest)?;
    let (leechers, rest) = split_u32(rest)?;
    let (seeders, rest) = split_u32(rest)?;
    let peers = match is_ipv6 {
        true => compact_addresses::<18>(rest).flatten().take(PEERS_MAX).collect(),
        false => compact_addresses::<6>(rest).flatten().take(PEERS_MAX).collect(),
    };
    Some(Announced {
        interval: Some(Duration::from_secs(interval.into())),
        leechers: Some(leechers),
        seeders: Some(seeders),
        peers,
        ..Announced::default()
    })
}

fn split_u32(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u32::from_be_bytes(*number), rest))
}
