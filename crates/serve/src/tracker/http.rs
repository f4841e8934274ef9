//! Announces and scrapes over HTTP: a query is read, an answer is written (BEP 3, 7, 23, 24, 31, 48).
//!
//! What is not known is not looked at, nor is what could name another address than the asker's. What is known stands there once at the most,
//! and is understood by what would do least harm if it makes no sense; but there is no guessing about which torrent and which port are meant.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use percent_encoding::percent_decode;
use torrent_core::bencode::Writer;

use super::InfoHash;
use super::ask::{Ask, AskError, AskEvent, RetryIn, SwarmCounts, Told};
use super::limits::{QUERY_MAX, SCRAPED};
use super::swarm_peers::PeerAddress;

/// Reads the query of an announce that came from an address.
pub(super) fn ask(query: &[u8], from: SocketAddr) -> Result<Ask, AskError> {
    check_length(query)?;
    let info_hash = only(query, "info_hash")?.ok_or(AskError::Missing("info_hash"))?;
    let port = only(query, "port")?.ok_or(AskError::Missing("port"))?;
    let port = number(port).and_then(|port| u16::try_from(port).ok()).ok_or(AskError::Garbled("port"))?;
    let left = only(query, "left")?.and_then(number);
    let downloaded = only(query, "downloaded")?.and_then(number);
    let wanted = only(query, "numwant")?.and_then(number);
    Ok(Ask {
        info_hash: info_hash_of(info_hash)?,
        asker: PeerAddress { ip: from.ip().to_canonical(), port },
        is_seed: left == Some(0),
        has_received_nothing: downloaded == Some(0),
        event: only(query, "event")?.and_then(event),
        wanted: wanted.map(|wanted| usize::try_from(wanted).unwrap_or(usize::MAX)),
        takes_both_families: true,
    })
}

/// Reads the query of a scrape: which torrents it is about.
pub(super) fn scraped(query: &[u8]) -> Result<BTreeSet<InfoHash>, AskError> {
    check_length(query)?;
    if values(query, "info_hash").nth(SCRAPED).is_some() {
        return Err(AskError::TooLong);
    }
    let hashes = values(query, "info_hash").map(info_hash_of).collect::<Result<BTreeSet<_>, _>>()?;
    if hashes.is_empty() { Err(AskError::Missing("info_hash")) } else { Ok(hashes) }
}

/// Writes the answer to an announce. Peers are compact always: whoever is left that cannot read them asks in vain.
pub(super) fn answer(told: Result<Told, AskError>, min_interval: Duration) -> Vec<u8> {
    let told = match told {
        Ok(told) => told,
        Err(error) => return refusal(error),
    };
    let mut answer = Vec::new();
    let mut writer = Writer::new(&mut answer);
    writer.dict();
    number_entries(&mut writer, &counts_of(told.counts)[..2]);
    writer.bytes(b"external ip");
    writer.bytes(&ip_bytes(told.asker));
    number_entries(&mut writer, &counts_of(told.counts)[2..]);
    number_entries(
        &mut writer,
        &[("interval", told.interval.as_secs()), ("min interval", min_interval.as_secs())],
    );
    for (key, is_ipv6) in [("peers", false), ("peers6", true)] {
        let of_family = told.peers.iter().filter(|peer| peer.ip.is_ipv6() == is_ipv6);
        let peers: Vec<u8> = of_family.flat_map(compact).collect();
        if !is_ipv6 || !peers.is_empty() {
            writer.bytes(key.as_bytes());
            writer.bytes(&peers);
        }
    }
    writer.end();
    answer
}

/// Writes the answer to a scrape, from what is known.
pub(super) fn scrape_answer(
    known: Result<Vec<(InfoHash, SwarmCounts)>, AskError>,
    min_interval: Duration,
) -> Vec<u8> {
    let known = match known {
        Ok(known) => known,
        Err(error) => return refusal(error),
    };
    let mut answer = Vec::new();
    let mut writer = Writer::new(&mut answer);
    writer.dict();
    writer.bytes(b"files");
    writer.dict();
    for (info_hash, counts) in known {
        writer.bytes(&info_hash);
        writer.dict();
        number_entries(&mut writer, &counts_of(counts));
        writer.end();
    }
    writer.end();
    writer.bytes(b"flags");
    writer.dict();
    number_entries(&mut writer, &[("min_request_interval", min_interval.as_secs())]);
    writer.end();
    writer.end();
    answer
}

/// A peer as BEP 23 and BEP 7 have it.
pub(super) fn compact(peer: &PeerAddress) -> Vec<u8> {
    [ip_bytes(peer.ip), peer.port.to_be_bytes().to_vec()].concat()
}

fn refusal(error: AskError) -> Vec<u8> {
    let mut answer = Vec::new();
    let mut writer = Writer::new(&mut answer);
    writer.dict();
    writer.bytes(b"failure reason");
    writer.bytes(error.to_string().as_bytes());
    writer.bytes(b"retry in");
    match error.retry_in() {
        RetryIn::Minutes(minutes) => writer.int(minutes),
        RetryIn::Never => writer.bytes(b"never"),
    }
    writer.end();
    answer
}

/// The counts by their keys, in the order of the keys.
fn counts_of(counts: SwarmCounts) -> [(&'static str, u64); 3] {
    let SwarmCounts { seeds, leechers, completions } = counts;
    [("complete", seeds as u64), ("downloaded", completions.into()), ("incomplete", leechers as u64)]
}

fn number_entries(writer: &mut Writer<'_, Vec<u8>>, entries: &[(&str, u64)]) {
    for (key, number) in entries {
        writer.bytes(key.as_bytes());
        writer.int(*number);
    }
}

fn ip_bytes(ip: IpAddr) -> Vec<u8> {
    match ip {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    }
}

fn check_length(query: &[u8]) -> Result<(), AskError> {
    if query.len() > QUERY_MAX { Err(AskError::TooLong) } else { Ok(()) }
}

/// The value of a key that stands there once at the most.
fn only<'q>(query: &'q [u8], key: &'static str) -> Result<Option<&'q [u8]>, AskError> {
    let mut values = values(query, key);
    let value = values.next();
    if values.next().is_some() { Err(AskError::Twice(key)) } else { Ok(value) }
}

fn values<'q>(query: &'q [u8], key: &'static str) -> impl Iterator<Item = &'q [u8]> {
    query
        .split(|byte| *byte == b'&')
        .filter_map(move |pair| pair.strip_prefix(key.as_bytes())?.strip_prefix(b"="))
}

/// Exactly 20 bytes, each as it is or as `%XX`. A `+` is a plus: these are no words.
fn info_hash_of(value: &[u8]) -> Result<InfoHash, AskError> {
    let garbled = AskError::Garbled("info_hash");
    let mut escapes = value.split(|byte| *byte == b'%').skip(1);
    let is_escape =
        |rest: &[u8]| rest.first_chunk::<2>().is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
    if !escapes.all(is_escape) {
        return Err(garbled);
    }
    let decoded: Vec<u8> = percent_decode(value).collect();
    decoded.try_into().map_err(|_| garbled)
}

/// A number in decimal digits, however large.
fn number(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0_u64, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit - b'0'))?;
        Some(number.saturating_mul(10).saturating_add(digit))
    })
}

fn event(name: &[u8]) -> Option<AskEvent> {
    match name {
        b"started" => Some(AskEvent::Started),
        b"completed" => Some(AskEvent::Completed),
        b"stopped" => Some(AskEvent::Stopped),
        _ => None,
    }
}
