//! Announces and scrapes over UDP (BEP 15): a packet is read, an answer is written.
//!
//! Anybody can send a packet in the name of somebody else. So until a packet shows a connection id that was sent to where it seems to come from,
//! its answer is no longer than itself, changes nothing and costs nothing but time.

use std::net::SocketAddr;
use std::time::Duration;

use super::ask::{Ask, AskError, AskEvent, SwarmCounts, Told};
use super::http::compact;
use super::limits::{PACKET_MAX, SCRAPED, WANTED};
use super::secret::is_marked;
use super::swarm_peers::PeerAddress;
use super::{InfoHash, Tracker};

/// What a tracker makes of a packet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum UdpAnswer {
    /// It is no request to a tracker, and may be for somebody else.
    NotForUs,
    /// There is no answer.
    Silence,
    /// This packet is to be sent back.
    Send(Vec<u8>),
}

impl Tracker {
    /// Answers a packet that came over UDP.
    pub fn receive(&mut self, packet: &[u8], from: SocketAddr, now: Duration) -> UdpAnswer {
        let Some(head) = Head::read(packet) else { return UdpAnswer::NotForUs };
        let host = from.ip().to_canonical();
        if head.id == PROTOCOL {
            let id = self.secret.connection_id(host, now);
            return match head.action {
                CONNECT => UdpAnswer::Send(head.reply(CONNECT, &id.to_be_bytes())),
                _ => UdpAnswer::Silence,
            };
        }
        if !is_marked(head.id) {
            return UdpAnswer::NotForUs;
        }
        if !self.secret.is_connection_id(head.id, host, now) {
            let mut reply = head.refusal(AskError::ConnectionId);
            reply.truncate(packet.len());
            return UdpAnswer::Send(reply);
        }
        if self.may_ask(from, now).is_err() {
            return UdpAnswer::Silence;
        }
        let rest = packet.get(HEAD..).unwrap_or_default();
        UdpAnswer::Send(self.reply(head, rest, from, now).unwrap_or_else(|error| head.refusal(error)))
    }

    fn reply(
        &mut self,
        head: Head,
        rest: &[u8],
        from: SocketAddr,
        now: Duration,
    ) -> Result<Vec<u8>, AskError> {
        match head.action {
            ANNOUNCE => {
                let ask = ask(rest, from).ok_or(AskError::Garbled("announce"))?;
                let told = self.answer(&ask, now)?;
                Ok(head.reply(ANNOUNCE, &announced(&told)))
            }
            SCRAPE => {
                let hashes = rest.as_chunks::<{ size_of::<InfoHash>() }>().0;
                let counts = |hash: &InfoHash| scraped(self.counts(hash).unwrap_or_default());
                let hashes = hashes.iter().take(SCRAPED);
                Ok(head.reply(SCRAPE, &hashes.flat_map(counts).collect::<Vec<u8>>()))
            }
            _ => Err(AskError::UnknownAction),
        }
    }
}

/// What every request begins with.
#[derive(Clone, Copy)]
struct Head {
    /// The connection id, or what stands in its place while there is none.
    id: u64,
    action: u32,
    transaction: u32,
}

impl Head {
    fn read(packet: &[u8]) -> Option<Self> {
        let (id, rest) = packet.split_first_chunk()?;
        let (action, rest) = rest.split_first_chunk()?;
        let transaction = rest.first_chunk()?;
        Some(Self {
            id: u64::from_be_bytes(*id),
            action: u32::from_be_bytes(*action),
            transaction: u32::from_be_bytes(*transaction),
        })
    }

    fn reply(&self, action: u32, rest: &[u8]) -> Vec<u8> {
        [&action.to_be_bytes(), &self.transaction.to_be_bytes(), rest].concat()
    }

    fn refusal(&self, error: AskError) -> Vec<u8> {
        self.reply(ERROR, error.to_string().as_bytes())
    }
}

/// Reads what follows the head of an announce. Options behind it (BEP 41) are not looked at, nor is the address that it names.
fn ask(rest: &[u8], from: SocketAddr) -> Option<Ask> {
    let (info_hash, rest) = rest.split_first_chunk::<20>()?;
    let (_peer_id, rest) = rest.split_first_chunk::<20>()?;
    let (downloaded, rest) = rest.split_first_chunk()?;
    let (left, rest) = rest.split_first_chunk()?;
    let (_uploaded, rest) = rest.split_first_chunk::<8>()?;
    let (event, rest) = rest.split_first_chunk()?;
    let (_address_and_key, rest) = rest.split_first_chunk::<8>()?;
    let (wanted, rest) = rest.split_first_chunk()?;
    let port = rest.first_chunk()?;
    let ip = from.ip().to_canonical();
    let wanted = usize::try_from(i32::from_be_bytes(*wanted)).unwrap_or(WANTED);
    let peer_length = if ip.is_ipv6() { 18 } else { 6 };
    Some(Ask {
        info_hash: *info_hash,
        asker: PeerAddress { ip, port: u16::from_be_bytes(*port) },
        is_seed: u64::from_be_bytes(*left) == 0,
        has_received_nothing: u64::from_be_bytes(*downloaded) == 0,
        event: event_of(u32::from_be_bytes(*event)),
        wanted: Some(wanted.min((PACKET_MAX - ANNOUNCED) / peer_length)),
        takes_both_families: false,
    })
}

fn event_of(number: u32) -> Option<AskEvent> {
    match number {
        1 => Some(AskEvent::Completed),
        2 => Some(AskEvent::Started),
        3 => Some(AskEvent::Stopped),
        _ => None,
    }
}

fn announced(told: &Told) -> Vec<u8> {
    let interval = u32::try_from(told.interval.as_secs()).unwrap_or(u32::MAX);
    let counts = [interval, count(told.counts.leechers), count(told.counts.seeds)];
    let peers = told.peers.iter().flat_map(compact);
    counts.into_iter().flat_map(u32::to_be_bytes).chain(peers).collect()
}

fn scraped(counts: SwarmCounts) -> Vec<u8> {
    let counts = [count(counts.seeds), counts.completions, count(counts.leechers)];
    counts.into_iter().flat_map(u32::to_be_bytes).collect()
}

fn count(peers: usize) -> u32 {
    u32::try_from(peers).unwrap_or(u32::MAX)
}

/// What a request for a connection begins with.
const PROTOCOL: u64 = 0x417_2710_1980;

const CONNECT: u32 = 0;
const ANNOUNCE: u32 = 1;
const SCRAPE: u32 = 2;
const ERROR: u32 = 3;

/// Bytes of the head of a request.
const HEAD: usize = 16;

/// Bytes of the answer to an announce, less the peers.
const ANNOUNCED: usize = 20;
