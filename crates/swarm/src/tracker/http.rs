//! What an HTTP tracker answers (BEP 3, 7, 23, 24).

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use torrent_core::bencode::{Dict, Value, scan};

use super::{PEERS_MAX, words};
use crate::compact::compact_addresses;
use crate::extension::NESTING;
use crate::{Announced, TrackerError};
use torrent_core::address::compact_ip;

/// Bytes of an answer, before and after decompression.
pub const REPLY_MAX: usize = 1 << 20;

/// Bytes of what a tracker wants to have sent back.
const TRACKER_ID_MAX: usize = 256;

/// Reads the body of an answer. Fields that are not what they should be count as absent.
///
/// # Errors
/// The tracker refuses, or this is no tracker's answer.
pub fn parse_reply(body: &[u8]) -> Result<Announced, TrackerError> {
    if body.len() > REPLY_MAX {
        return Err(TrackerError::Failed("the answer is too long".to_owned()));
    }
    scan(body, NESTING)
        .map_err(|error| TrackerError::Failed(format!("the answer is no bencode: {error}")))?;
    let reply = Value::first(body).and_then(Value::as_dict);
    let reply = reply.ok_or_else(|| TrackerError::Failed("the answer is no dictionary".to_owned()))?;
    if let Some(reason) = reply.get(b"failure reason") {
        return Err(TrackerError::Refused(words(reason.as_bytes().unwrap_or_default())));
    }
    let peers = reply.get(b"peers");
    if peers.or(reply.get(b"peers6")).or(reply.get(b"interval")).is_none() {
        return Err(TrackerError::Failed("the answer has neither peers nor an interval".to_owned()));
    }
    Ok(Announced {
        interval: seconds(reply, b"interval"),
        min_interval: seconds(reply, b"min interval"),
        peers: all_peers(peers, reply.get(b"peers6")),
        seeders: number(reply, b"complete"),
        leechers: number(reply, b"incomplete"),
        tracker_id: bytes(reply, b"tracker id").filter(|id| id.len() <= TRACKER_ID_MAX).map(<[u8]>::to_vec),
        warning: bytes(reply, b"warning message").map(words),
        external_ip: bytes(reply, b"external ip").and_then(compact_ip).map(|ip| ip.to_canonical()),
    })
}

fn all_peers(peers: Option<Value<'_>>, peers6: Option<Value<'_>>) -> Vec<SocketAddr> {
    let compact = peers.and_then(Value::as_bytes).into_iter().flat_map(compact_addresses::<6>);
    let compact6 = peers6.and_then(Value::as_bytes).into_iter().flat_map(compact_addresses::<18>);
    let listed = peers.and_then(Value::as_list).into_iter().flatten().filter_map(listed_peer);
    compact.chain(compact6).flatten().chain(listed).take(PEERS_MAX).collect()
}

/// A peer as BEP 3 has it. Names are not looked up: a stranger would say what our resolver asks for.
fn listed_peer(peer: Value<'_>) -> Option<SocketAddr> {
    let peer = peer.as_dict()?;
    let ip: IpAddr = std::str::from_utf8(bytes(peer, b"ip")?).ok()?.parse().ok()?;
    let port: u16 = number(peer, b"port").filter(|port| *port > 0)?;
    Some(SocketAddr::new(ip.to_canonical(), port))
}

fn bytes<'a>(dict: Dict<'a>, key: &[u8]) -> Option<&'a [u8]> {
    dict.get(key)?.as_bytes()
}

fn number<T: TryFrom<u64>>(dict: Dict<'_>, key: &[u8]) -> Option<T> {
    dict.get(key)?.as_u64()?.try_into().ok()
}

fn seconds(dict: Dict<'_>, key: &[u8]) -> Option<Duration> {
    let seconds = dict.get(key)?.as_u64()?;
    Some(Duration::from_secs(seconds.min(u32::MAX.into())))
}
