//! Messages of `ut_pex` (BEP 11): with which peers the sender has been connected since its last message, and with which no more.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use torrent_core::bencode::{Dict, Value, Writer};

use super::{ExtensionError, dictionary};
use crate::compact::{compact, compact_addresses};
use crate::limits::{PEX_MESSAGE, PEX_READ};
use crate::{NamedPeer, PeerFlags};

/// The extension's name.
pub(super) const NAME: &str = "ut_pex";

/// Who came and who went, as the sender says.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct PexMessage {
    /// `added`, `added.f`, `added6`, `added6.f`: peers that the sender is connected to.
    pub added: Vec<NamedPeer>,
    /// `dropped`, `dropped6`: peers of earlier messages that it is not connected to any more.
    pub dropped: Vec<SocketAddr>,
}

impl PexMessage {
    /// Reads the payload of a message that came with our number for `ut_pex`. Of each list, the first [`PEX_READ`] peers count, those of
    /// IPv4 first; ports 0 do not, nor does an address that stands there already, with whatever port (BEP 11, "security
    /// considerations").
    ///
    /// # Errors
    /// It does not start with a dictionary, or with too long a one.
    pub fn decode(payload: &[u8]) -> Result<Self, ExtensionError> {
        let (dict, _) = dictionary(payload, PEX_MESSAGE)?;
        let added = added_peers::<6>(dict, b"added", b"added.f");
        let added6 = added_peers::<18>(dict, b"added6", b"added6.f");
        let dropped = compact_addresses::<6>(bytes(dict, b"dropped"));
        let dropped6 = compact_addresses::<18>(bytes(dict, b"dropped6"));
        let mut seen = BTreeSet::new();
        let added = added.chain(added6).filter(|peer| seen.insert(peer.address.ip()));
        Ok(Self {
            added: added.take(PEX_READ).collect(),
            dropped: dropped.chain(dropped6).flatten().take(PEX_READ).collect(),
        })
    }

    /// The payload of the message.
    pub fn encode(&self) -> Vec<u8> {
        let mut payload = Vec::new();
        let mut out = Writer::new(&mut payload);
        let (added, added6) = self.added.iter().partition::<Vec<_>, _>(|peer| is_ipv4(peer.address));
        let (dropped, dropped6) = self.dropped.iter().partition::<Vec<SocketAddr>, _>(|peer| is_ipv4(**peer));
        out.dict();
        put_added(&mut out, b"added", b"added.f", &added);
        put_added(&mut out, b"added6", b"added6.f", &added6);
        put(&mut out, b"dropped", dropped.into_iter().flat_map(compact).collect());
        put(&mut out, b"dropped6", dropped6.into_iter().flat_map(compact).collect());
        out.end();
        payload
    }

    /// Whether it says nothing: such a message is not sent.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.dropped.is_empty()
    }
}

/// The peers of a list, each with its flags, if there are as many of these.
fn added_peers<'a, const N: usize>(
    dict: Dict<'a>,
    key: &[u8],
    key_of_flags: &[u8],
) -> impl Iterator<Item = NamedPeer> + 'a {
    let flags = bytes(dict, key_of_flags).iter().copied().map(PeerFlags::from_bits);
    let flags = flags.chain(std::iter::repeat(PeerFlags::NONE));
    let peers = compact_addresses::<N>(bytes(dict, key)).zip(flags);
    peers.filter_map(|(address, flags)| Some(NamedPeer { address: address?, flags }))
}

/// What is no string counts as absent.
fn bytes<'a>(dict: Dict<'a>, key: &[u8]) -> &'a [u8] {
    dict.get(key).and_then(Value::as_bytes).unwrap_or_default()
}

fn put_added(out: &mut Writer<'_, Vec<u8>>, key: &[u8], key_of_flags: &[u8], peers: &[&NamedPeer]) {
    put(out, key, peers.iter().flat_map(|peer| compact(peer.address)).collect());
    put(out, key_of_flags, peers.iter().map(|peer| peer.flags.bits()).collect());
}

fn put(out: &mut Writer<'_, Vec<u8>>, key: &[u8], value: Vec<u8>) {
    if !value.is_empty() {
        out.bytes(key);
        out.bytes(&value);
    }
}

fn is_ipv4(address: SocketAddr) -> bool {
    address.ip().to_canonical().is_ipv4()
}
