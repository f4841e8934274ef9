//! Messages are read from datagrams.

use std::net::SocketAddr;

use torrent_core::address::compact_ip;
use torrent_core::bencode::{Dict, Value, scan};

use super::{DhtNode, KrpcAnswer, KrpcBody, KrpcMessage, KrpcQuery, Question, Want};
use crate::dht::NodeId;
use crate::dht::limits::DATAGRAM_MAX;
use crate::extension::NESTING;

impl<'a> KrpcMessage<'a> {
    /// Reads a datagram; `None` if it is no message, or longer than any honest one.
    pub fn decode(datagram: &'a [u8]) -> Option<Self> {
        if datagram.len() > DATAGRAM_MAX {
            return None;
        }
        scan(datagram, NESTING).ok()?;
        let message = Value::first(datagram)?.as_dict()?;
        let body = match bytes(message, b"y")? {
            b"q" => KrpcBody::Query(query(message)?),
            b"r" => KrpcBody::Answer(answer(message)?),
            b"e" => KrpcBody::Error(error_code(message).unwrap_or_default()),
            _ => return None,
        };
        Some(Self { transaction: bytes(message, b"t")?, body })
    }
}

fn query(message: Dict<'_>) -> Option<KrpcQuery<'_>> {
    let arguments = message.get(b"a")?.as_dict()?;
    let question = match bytes(message, b"q")? {
        b"ping" => Question::Ping,
        b"find_node" => Question::FindNode { target: NodeId(array(arguments, b"target")?) },
        b"get_peers" => Question::GetPeers { info_hash: array(arguments, b"info_hash")? },
        b"announce_peer" => announce(arguments)?,
        _ => Question::Other,
    };
    Some(KrpcQuery {
        id: NodeId(array(arguments, b"id")?),
        question,
        want: arguments.get(b"want").and_then(Value::as_list).map(want),
        read_only: message.get(b"ro").and_then(Value::as_u64) == Some(1),
    })
}

fn announce(arguments: Dict<'_>) -> Option<Question<'_>> {
    let is_implied = arguments.get(b"implied_port").and_then(Value::as_u64).is_some_and(|port| port != 0);
    let port = || arguments.get(b"port")?.as_u64()?.try_into().ok().filter(|port: &u16| *port > 0);
    Some(Question::AnnouncePeer {
        info_hash: array(arguments, b"info_hash")?,
        port: if is_implied { None } else { Some(port()?) },
        token: bytes(arguments, b"token")?,
    })
}

fn want<'a>(list: impl Iterator<Item = Value<'a>> + Clone) -> Want {
    let has = |family: &[u8]| list.clone().any(|item| item.as_bytes() == Some(family));
    Want { v4: has(b"n4"), v6: has(b"n6") }
}

fn answer(message: Dict<'_>) -> Option<KrpcAnswer<'_>> {
    let values = message.get(b"r")?.as_dict()?;
    let nodes = bytes(values, b"nodes").into_iter().flat_map(compact_nodes::<26>);
    let nodes6 = bytes(values, b"nodes6").into_iter().flat_map(compact_nodes::<38>);
    let peers = values.get(b"values").and_then(Value::as_list).into_iter().flatten();
    Some(KrpcAnswer {
        id: NodeId(array(values, b"id")?),
        nodes: nodes.chain(nodes6).collect(),
        peers: peers.filter_map(|peer| address(peer.as_bytes()?)).collect(),
        token: bytes(values, b"token"),
        asker: bytes(message, b"ip").and_then(address),
    })
}

/// Nodes of `N` bytes each: an id, an address and a port. What is left over is dropped.
fn compact_nodes<const N: usize>(bytes: &[u8]) -> impl Iterator<Item = DhtNode> {
    bytes.as_chunks::<N>().0.iter().filter_map(|node| {
        let (id, rest) = node.split_first_chunk()?;
        let address = address(rest).filter(|address| address.is_ipv4() == (N == 26))?;
        Some(DhtNode { id: NodeId(*id), address })
    })
}

/// An address and a port, which is not 0.
fn address(bytes: &[u8]) -> Option<SocketAddr> {
    let (ip, port) = bytes.split_last_chunk()?;
    let port = u16::from_be_bytes(*port);
    (port > 0).then_some(SocketAddr::new(compact_ip(ip)?.to_canonical(), port))
}

fn error_code(message: Dict<'_>) -> Option<u16> {
    message.get(b"e")?.as_list()?.next()?.as_u64()?.try_into().ok()
}

fn bytes<'a>(dict: Dict<'a>, key: &[u8]) -> Option<&'a [u8]> {
    dict.get(key)?.as_bytes()
}

fn array(dict: Dict<'_>, key: &[u8]) -> Option<[u8; 20]> {
    bytes(dict, key)?.try_into().ok()
}
