//! Where a tracker is: the addresses of its host that may be asked.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};

use swarm::TrackerError;
use torrent_core::address::{Namer, Purpose, Url};

use super::answer::failed;

/// The addresses of a tracker, or why it is not asked.
pub(crate) type FoundAddresses = Result<Vec<SocketAddr>, TrackerError>;

/// One address of each family that a tracker has, of those that `namer`, who named its URL, may name, and that can be asked from `bind`.
/// Looking up a name takes its time; a host that is an address takes none.
///
/// # Errors
/// The URL may not be asked, or its host has no address.
pub(crate) fn tracker_addresses(url: &Url, namer: Namer, bind: Option<IpAddr>) -> FoundAddresses {
    url.may_look_up(namer).map_err(TrackerError::NotAsked)?;
    let found = (url.host(), url.port()).to_socket_addrs();
    let found: Vec<_> = found.map_err(|_| failed("the host has no address"))?.collect();
    let may = |address: &SocketAddr| url.may_connect(address.ip(), namer, Purpose::Tracker);
    let is_ours = |address: &SocketAddr| bind.is_none_or(|ip| ip.is_ipv6() == address.is_ipv6());
    let of_family = |is_ipv6: bool| {
        let mut fitting = found.iter().filter(|address| address.is_ipv6() == is_ipv6 && is_ours(address));
        fitting.find(|address| may(address).is_ok()).copied()
    };
    let families: Vec<_> = [of_family(false), of_family(true)].into_iter().flatten().collect();
    match found.first().map(may) {
        _ if !families.is_empty() => Ok(families),
        Some(Err(refused)) => Err(TrackerError::NotAsked(refused)),
        Some(Ok(())) => Err(failed("the host has no address of the family that is bound to")),
        None => Err(failed("the host has no address")),
    }
}
