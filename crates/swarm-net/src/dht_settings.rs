//! How a session uses the DHT, and the nodes that are remembered from one time to the next.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use torrent_core::address::Namer;
use torrent_core::magnet::Peer;

/// How the DHT (BEP 5, 32) is used, in which peers are found without a tracker. Only [public](crate::Job::dht_nodes) torrents are looked up, and
/// nobody is asked before there is one.
#[derive(Clone, Debug)]
pub struct DhtSettings {
    /// Nodes that the user named, who may name any. If there are some, neither routers nor saved ones are asked.
    pub nodes: Vec<Peer>,
    /// Nodes that know many others, asked where there is nobody to begin with. They may be at public addresses only.
    pub routers: Vec<Peer>,
    /// Nodes that were there the last time.
    pub saved: Vec<SocketAddr>,
    /// What nodes and peers may name.
    pub strangers: Namer,
    /// When our node answers others, and keeps what they announce.
    pub answers: DhtAnswers,
}

/// When our node answers others (BEP 43).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DhtAnswers {
    /// Never: the session lives for minutes.
    Never,
    /// Once a peer has called, so that others can reach us.
    WhenReached,
    /// At once: the user knows that others can reach us.
    AtOnce,
}

impl Default for DhtSettings {
    /// The public routers, nobody else, and no answers.
    fn default() -> Self {
        let routers = ROUTERS.iter().map(|(host, port)| Peer { host: (*host).to_owned(), port: *port });
        Self {
            nodes: Vec::new(),
            routers: routers.collect(),
            saved: Vec::new(),
            strangers: Namer::STRANGER,
            answers: DhtAnswers::Never,
        }
    }
}

/// Those that libtorrent, Transmission and BitTorrent run, and one that has IPv6.
const ROUTERS: [(&str, u16); 4] = [
    ("dht.libtorrent.org", 25401),
    ("dht.transmissionbt.com", 6881),
    ("router.bittorrent.com", 6881),
    ("router.silotis.us", 6881),
];

/// Reads a node that was typed: `HOST:PORT`.
///
/// # Errors
/// It is none, or no node can be there.
pub fn typed_node(text: &str) -> Result<Peer, NotANode> {
    if text.ends_with(":0") {
        return Err(NotANode::Port);
    }
    let node = Peer::parse(text).filter(Peer::can_be_found).ok_or(NotANode::Form)?;
    match node.host.parse::<IpAddr>() {
        Ok(ip) if ip.is_unspecified() => Err(NotANode::Unspecified),
        Ok(ip) if ip.is_multicast() => Err(NotANode::Multicast),
        Ok(IpAddr::V4(ip)) if ip.octets()[0] >= 240 => Err(NotANode::Reserved),
        _ => Ok(node),
    }
}

/// Why what was typed is no node of the DHT.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotANode {
    /// It has another form.
    #[error("not HOST:PORT")]
    Form,
    /// Nobody can be at port 0.
    #[error("nobody is at port 0")]
    Port,
    /// It is `0.0.0.0` or `::`.
    #[error("it is no address of anybody, but stands for all of a machine")]
    Unspecified,
    /// It is the address of a group.
    #[error("it is a multicast address, and a node is one machine")]
    Multicast,
    /// It is for broadcast, or nobody has it.
    #[error("it is a reserved address")]
    Reserved,
}

/// Reads the file in which nodes are remembered: an address a line, behind a line that says so. What is not in a public place is left out, and so is
/// what is beyond some hundred.
///
/// # Errors
/// It is another file, or one that is not whole.
pub fn read_saved_nodes(file: &[u8]) -> Result<Vec<SocketAddr>, NotSavedNodes> {
    let text = std::str::from_utf8(file).map_err(|_| NotSavedNodes)?;
    let lines = text.strip_prefix(HEAD).and_then(|text| text.strip_suffix(END)).ok_or(NotSavedNodes)?;
    let nodes = lines.lines().map(|line| line.parse::<SocketAddr>().map_err(|_| NotSavedNodes));
    let nodes: Vec<SocketAddr> = nodes.collect::<Result<_, _>>()?;
    let mut known = BTreeSet::new();
    let is_new = |node: &SocketAddr| Namer::STRANGER.may_name(*node).is_ok() && known.insert(*node);
    Ok(nodes.into_iter().filter(is_new).take(SAVED).collect())
}

/// The file in which nodes are remembered; `None` if there is none to remember.
pub fn saved_nodes(nodes: &[SocketAddr]) -> Option<String> {
    let public = nodes.iter().filter(|node| Namer::STRANGER.may_name(**node).is_ok());
    let lines: Vec<String> = public.take(SAVED).map(|node| format!("{node}\n")).collect();
    (!lines.is_empty()).then(|| format!("{HEAD}{}{END}", lines.concat()))
}

/// What should hold saved nodes is another file, or one that is not whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a list of DHT nodes that we wrote")]
pub struct NotSavedNodes;

/// Bytes that the file has at most: some hundred addresses.
pub const SAVED_NODES_MAX: u64 = 64 << 10;

const HEAD: &str = "piecework dht nodes 1\n";
const END: &str = "end\n";

/// Nodes that are remembered.
const SAVED: usize = 400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_that_is_typed_is_where_one_can_be() {
        for (text, expected) in [
            ("router.example:6881", Ok(())),
            ("127.0.0.1:1", Ok(())),
            ("[fe80::1]:65535", Ok(())),
            ("router.example", Err(NotANode::Form)),
            ("router.example:65536", Err(NotANode::Form)),
            ("router.example:0", Err(NotANode::Port)),
            ("0.0.0.0:1", Err(NotANode::Unspecified)),
            ("[::]:1", Err(NotANode::Unspecified)),
            ("224.0.0.1:1", Err(NotANode::Multicast)),
            ("[ff02::1]:1", Err(NotANode::Multicast)),
            ("255.255.255.255:1", Err(NotANode::Reserved)),
            ("255.0.0.1:1", Err(NotANode::Reserved)),
        ] {
            assert_eq!(typed_node(text).map(|_| ()), expected, "{text}");
        }
    }

    #[test]
    fn nodes_are_read_as_they_were_written() {
        let nodes: Vec<SocketAddr> =
            ["8.8.8.8:6881", "[2600::1]:1", "8.8.4.4:2"].iter().map(|node| node.parse().unwrap()).collect();
        let file = saved_nodes(&nodes).unwrap();
        assert_eq!(file, "piecework dht nodes 1\n8.8.8.8:6881\n[2600::1]:1\n8.8.4.4:2\nend\n");
        assert_eq!(read_saved_nodes(file.as_bytes()), Ok(nodes));
        let cut_off = (0..file.len()).filter(|length| read_saved_nodes(&file.as_bytes()[..*length]).is_ok());
        assert_eq!(cut_off.count(), 0);
    }

    #[test]
    fn files_of_others_are_refused_and_what_is_not_public_is_left_out() {
        for (lines, expected) in [
            ("8.8.8.8:1\n8.8.8.8:1\n", Ok(1)),
            ("127.0.0.1:1\n10.0.0.1:1\n8.8.8.8:0\n[::1]:1\n8.8.4.4:2\n", Ok(1)),
            ("", Ok(0)),
            ("8.8.8.8\n", Err(NotSavedNodes)),
            ("router.example:1\n", Err(NotSavedNodes)),
            ("\n", Err(NotSavedNodes)),
        ] {
            let read = read_saved_nodes(format!("{HEAD}{lines}{END}").as_bytes());
            assert_eq!(read.map(|nodes| nodes.len()), expected, "{lines}");
        }
        for foreign in [b"".as_slice(), b"\xff\xfe", b"8.8.8.8:1\n", b"d5:nodes0:e"] {
            assert_eq!(read_saved_nodes(foreign), Err(NotSavedNodes));
        }
        let many: Vec<SocketAddr> =
            (0..2000).map(|n| SocketAddr::from(([8, 8, (n / 250) as u8, 1], n + 1))).collect();
        let file = saved_nodes(&many).unwrap();
        assert!(file.len() as u64 <= SAVED_NODES_MAX);
        assert_eq!(read_saved_nodes(file.as_bytes()).unwrap().len(), SAVED);
        assert_eq!(saved_nodes(&["127.0.0.1:1".parse().unwrap()]), None);
    }
}
