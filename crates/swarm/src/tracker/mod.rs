//! What trackers are asked and what they answer: over HTTP (BEP 3, 7, 21, 23, 24) and over UDP (BEP 15, 41).
//!
//! Which of them to ask when is in `timetable`; sending and receiving is the driver's work.

mod http;
mod query;
#[cfg(test)]
mod tests;
mod timetable;
mod udp;
mod udp_exchange;

pub use http::{REPLY_MAX, parse_reply};
pub use query::announce_url;
pub use timetable::wait_after;
pub(crate) use timetable::{Lack, Timetable};
pub use udp::{UdpConnection, UdpReply};
pub use udp_exchange::{UdpExchange, UdpStep};

/// Who announces: the same to every tracker of a torrent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Announcer {
    /// The info hash; of a v2 torrent its first 20 bytes (BEP 52).
    pub info_hash: [u8; 20],
    /// What we call ourselves in handshakes.
    pub peer_id: [u8; 20],
    /// The port that we listen at.
    pub port: u16,
    /// A random number by which trackers know us again when our address changes.
    pub key: u32,
}

/// Peers that are taken from one answer: more than anybody asks for.
const PEERS_MAX: usize = 2_000;

/// Bytes that are kept of a message for people.
const WORDS_MAX: usize = 512;

fn words(message: &[u8]) -> Vec<u8> {
    message[..message.len().min(WORDS_MAX)].to_vec()
}
