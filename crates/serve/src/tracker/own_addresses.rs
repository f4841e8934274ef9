//! Where peers find ourselves: the seed whose tracker this is.

use std::net::SocketAddr;

use torrent_core::address::{Namer, Reach, reach};

use super::limits::OWN_ADDRESSES;
use super::swarm_peers::PeerAddress;

/// Addresses of ours, each with how far it reaches.
#[derive(Default)]
pub(super) struct OwnAddresses(Vec<(Reach, PeerAddress)>);

impl OwnAddresses {
    pub(super) fn new(addresses: impl IntoIterator<Item = SocketAddr>) -> Self {
        let own = addresses.into_iter().filter(|address| address.port() != 0).map(|address| {
            let ip = address.ip().to_canonical();
            (reach(ip), PeerAddress { ip, port: address.port() })
        });
        Self(own.collect())
    }

    /// Whether this is one of them.
    pub(super) fn contains(&self, address: &PeerAddress) -> bool {
        self.0.iter().any(|(_, own)| own == address)
    }

    /// Those of an address family at which an asker finds us: of those that it may be told of, the ones that reach least far.
    pub(super) fn of_family(&self, is_ipv6: bool, asker: PeerAddress) -> Vec<PeerAddress> {
        let namer = Namer::at(asker.ip);
        let named = || {
            let named = |(reach, own): &&(Reach, PeerAddress)| {
                own.ip.is_ipv6() == is_ipv6 && *own != asker && namer.may_lead_to(*reach)
            };
            self.0.iter().filter(named)
        };
        let Some(nearest) = named().map(|(reach, _)| *reach).min() else { return Vec::new() };
        named().filter(|(reach, _)| *reach == nearest).map(|(_, own)| *own).take(OWN_ADDRESSES).collect()
    }
}
