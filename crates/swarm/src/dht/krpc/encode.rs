//! Messages are written, in canonical bencode.

use torrent_core::bencode::Writer;

use super::{DhtNode, KrpcAnswer, KrpcBody, KrpcMessage, KrpcQuery, KrpcRefusal, Question, Want, compact};

type Out<'o> = Writer<'o, Vec<u8>>;

impl KrpcMessage<'_> {
    /// The datagram that says it.
    pub fn encode(&self) -> Vec<u8> {
        let mut datagram = Vec::new();
        let mut out = Writer::new(&mut datagram);
        out.dict();
        match &self.body {
            KrpcBody::Query(query) => write_query(&mut out, query, self.transaction),
            KrpcBody::Answer(answer) => write_answer(&mut out, answer, self.transaction),
            KrpcBody::Error(code) => write_error(&mut out, *code, self.transaction),
        }
        out.end();
        datagram
    }
}

fn write_query(out: &mut Out<'_>, query: &KrpcQuery<'_>, transaction: &[u8]) {
    out.bytes(b"a");
    out.dict();
    string(out, b"id", &query.id.0);
    write_question(out, query);
    out.end();
    string(out, b"q", method(&query.question));
    if query.read_only {
        out.bytes(b"ro");
        out.int(1);
    }
    string(out, b"t", transaction);
    string(out, b"v", VERSION);
    string(out, b"y", b"q");
}

fn method(question: &Question<'_>) -> &'static [u8] {
    match question {
        Question::Ping => b"ping",
        Question::FindNode { .. } => b"find_node",
        Question::GetPeers { .. } => b"get_peers",
        Question::AnnouncePeer { .. } => b"announce_peer",
        Question::Other => b"other",
    }
}

/// The arguments behind the id.
fn write_question(out: &mut Out<'_>, query: &KrpcQuery<'_>) {
    match query.question {
        Question::Ping | Question::Other => {}
        Question::FindNode { target } => string(out, b"target", &target.0),
        Question::GetPeers { info_hash } => string(out, b"info_hash", &info_hash),
        Question::AnnouncePeer { info_hash, port, token } => {
            if port.is_none() {
                out.bytes(b"implied_port");
                out.int(1);
            }
            string(out, b"info_hash", &info_hash);
            out.bytes(b"port");
            out.int(port.unwrap_or_default());
            string(out, b"token", token);
        }
    }
    if let Some(want) = query.want {
        write_want(out, want);
    }
}

fn write_want(out: &mut Out<'_>, want: Want) {
    out.bytes(b"want");
    out.list();
    let families = [(want.v4, b"n4"), (want.v6, b"n6")];
    families.iter().filter(|(is_wanted, _)| *is_wanted).for_each(|(_, family)| out.bytes(*family));
    out.end();
}

fn write_answer(out: &mut Out<'_>, answer: &KrpcAnswer<'_>, transaction: &[u8]) {
    if let Some(asker) = answer.asker {
        string(out, b"ip", &compact(asker));
    }
    out.bytes(b"r");
    out.dict();
    string(out, b"id", &answer.id.0);
    write_nodes(out, b"nodes", answer.nodes.iter().filter(|node| node.address.is_ipv4()));
    write_nodes(out, b"nodes6", answer.nodes.iter().filter(|node| node.address.is_ipv6()));
    if let Some(token) = answer.token {
        string(out, b"token", token);
    }
    if !answer.peers.is_empty() {
        out.bytes(b"values");
        out.list();
        answer.peers.iter().for_each(|peer| out.bytes(&compact(*peer)));
        out.end();
    }
    out.end();
    string(out, b"t", transaction);
    string(out, b"y", b"r");
}

fn write_nodes<'n>(out: &mut Out<'_>, key: &[u8], nodes: impl Iterator<Item = &'n DhtNode>) {
    let bytes: Vec<u8> = nodes.flat_map(|node| [&node.id.0[..], &compact(node.address)].concat()).collect();
    if !bytes.is_empty() {
        string(out, key, &bytes);
    }
}

fn write_error(out: &mut Out<'_>, code: u16, transaction: &[u8]) {
    out.bytes(b"e");
    out.list();
    out.int(code);
    out.bytes(if code == KrpcRefusal::Method.code() { b"unknown" } else { b"invalid" });
    out.end();
    string(out, b"t", transaction);
    string(out, b"y", b"e");
}

fn string(out: &mut Out<'_>, key: &[u8], value: &[u8]) {
    out.bytes(key);
    out.bytes(value);
}

impl KrpcRefusal {
    /// The code (BEP 5).
    pub(in crate::dht) fn code(self) -> u16 {
        match self {
            Self::Protocol => 203,
            Self::Method => 204,
        }
    }
}

/// What our queries call us (`v`): two letters of the client, two numbers.
const VERSION: &[u8] = b"PW\0\x01";

/// Bytes of so many nodes of a family in an answer, key and all.
pub(in crate::dht) fn nodes_length(count: usize, is_v6: bool) -> usize {
    let (key, each) = if is_v6 { (b"6:nodes6".len(), 38) } else { (b"5:nodes".len(), 26) };
    if count == 0 { 0 } else { key + string_length(count * each) }
}

/// Bytes of so many peers of a family in an answer, key and all.
pub(in crate::dht) fn peers_length(count: usize, is_v6: bool) -> usize {
    let each = string_length(if is_v6 { 18 } else { 6 });
    if count == 0 { 0 } else { b"6:valuesle".len() + count * each }
}

fn string_length(length: usize) -> usize {
    let digits = length.checked_ilog10().unwrap_or(0) as usize + 1;
    digits + 1 + length
}
