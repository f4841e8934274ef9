//! What nodes say to each other (KRPC, BEP 5; BEP 32, 42, 43): a bencoded dictionary a datagram.
//!
//! Datagrams pass the scanner before anything is read of them. Fields that are not what they should be count as absent, and what then
//! is no message counts as none.

mod decode;
mod encode;
#[cfg(test)]
mod tests;

pub(super) use encode::{nodes_length, peers_length};

use std::net::{IpAddr, SocketAddr};

use super::{InfoHash, NodeId};

/// A node: its id and where it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DhtNode {
    /// The id that it has, or that somebody says it has.
    pub id: NodeId,
    /// Where it receives datagrams.
    pub address: SocketAddr,
}

/// A message, as it came or goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KrpcMessage<'a> {
    /// `t`: what the asker told this query by; the answer repeats it.
    pub transaction: &'a [u8],
    /// What it says.
    pub body: KrpcBody<'a>,
}

/// What a message says, by its kind (`y`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum KrpcBody<'a> {
    /// `q`: something is asked.
    Query(KrpcQuery<'a>),
    /// `r`: something is answered.
    Answer(KrpcAnswer<'a>),
    /// `e`: something was refused, by its code; its words are for nobody.
    Error(u16),
}

/// A query: somebody wants to know something.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KrpcQuery<'a> {
    /// The node that asks.
    pub id: NodeId,
    /// What is asked.
    pub question: Question<'a>,
    /// `want` (BEP 32): of which families nodes are to be named. `None`: of the one that the query came by.
    pub want: Option<Want>,
    /// `ro` (BEP 43): the asker answers nothing itself.
    pub read_only: bool,
}

/// What is asked (`q`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Question<'a> {
    /// Are you there?
    Ping,
    /// Which nodes that you know are nearest to this id?
    FindNode {
        /// The id that is looked for.
        target: NodeId,
    },
    /// Which peers share this, and which nodes are nearest to it?
    GetPeers {
        /// What they share.
        info_hash: InfoHash,
    },
    /// I share this.
    AnnouncePeer {
        /// What I share.
        info_hash: InfoHash,
        /// At which port; `None`: at the one that the query came from (`implied_port`).
        port: Option<u16>,
        /// What you gave me when I asked for peers.
        token: &'a [u8],
    },
    /// Something that we do not know.
    Other,
}

/// The families of which nodes are wanted (BEP 32).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Want {
    /// `n4`: of IPv4.
    pub v4: bool,
    /// `n6`: of IPv6.
    pub v6: bool,
}

/// An answer. What does not belong to its question is not there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KrpcAnswer<'a> {
    /// The node that answers.
    pub id: NodeId,
    /// `nodes` and `nodes6`: nodes nearer to what is looked for, those of IPv4 first.
    pub nodes: Vec<DhtNode>,
    /// `values`: peers that share what was asked for.
    pub peers: Vec<SocketAddr>,
    /// `token`: what an announce to this node has to show.
    pub token: Option<&'a [u8]>,
    /// `ip` (BEP 42): where the question seemed to come from.
    pub asker: Option<SocketAddr>,
}

/// What is refused, and the code for it (BEP 5).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum KrpcRefusal {
    /// The query lacks something, or shows no token of ours.
    Protocol,
    /// The query asks what we do not know.
    Method,
}

/// The bytes of an address and port: 6 or 18 (BEP 23, BEP 7).
pub(super) fn compact(address: SocketAddr) -> Vec<u8> {
    let mut bytes = match address.ip() {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    };
    bytes.extend(address.port().to_be_bytes());
    bytes
}
